"""What parsers said, kept, dropped and asked for again."""

import json

import pytest

from parsers.facts import ENDED_BY_US, Broken


@pytest.fixture
def work(contest, context, walk, form):
    """A context with one work: a form."""
    contest.post(files=[("推荐表.docx", form())])
    return walk(context)


def keep(context, reason):
    """What is kept of the work's form is that it could not be read."""
    facts = Broken(format="docx", reason=reason)
    with context.begin() as tx:
        tx.connection.exec_driver_sql("UPDATE facts SET json = ?", (json.dumps(facts.model_dump(mode="json")),))


def findings(context, rule="form-fields"):
    with context.read() as tx:
        return {f.rule: f.outcome.value for f in tx.works.findings(["R2024-0001"])["R2024-0001"]}[rule]


@pytest.mark.parametrize("reason", sorted(ENDED_BY_US))
def test_what_we_ended_ourselves_is_looked_at_again(work, walk, reason):
    before = findings(work)
    keep(work, reason)
    with work.begin() as tx:
        tx.works.soil(["R2024-0001"])
    worse = findings(walk(work))
    with work.begin() as tx:
        assert tx.arrivals.forget_ended_by_us() == [1]
    assert (worse, findings(walk(work))) == ("review", before)


def test_what_is_the_senders_fault_stays(work):
    keep(work, "damaged")
    with work.begin() as tx:
        assert tx.arrivals.forget_ended_by_us() == []


def test_only_the_mails_that_are_named(work):
    keep(work, "too-slow")
    with work.begin() as tx:
        assert (tx.arrivals.forget_ended_by_us([7]), tx.arrivals.forget_ended_by_us([1])) == ([], [1])


def test_files_read_by_older_parsers_are_read_again(work, walk, monkeypatch):
    monkeypatch.setattr("parsers.facts.PARSERS_VERSION", "later")
    walk(work)
    assert work.tally.counts["looked-again"] == 1


def test_nothing_is_looked_at_again_without_need(work, walk):
    walk(work)
    assert work.tally.counts["looked-again"] == 0
