"""`kepu demo --small` as people run it, with its scans recognised: what they say, and what the works come to by it."""

import contextlib
import io
import json
from types import SimpleNamespace

import pytest
import structlog

from ingest.cli import run
from ingest.demo import contest as sample_contest

pytestmark = pytest.mark.drill  # more than a minute of recognition; a form, a scan and a letter are read in every run


@pytest.fixture(scope="module")
def recognised(tmp_path_factory):
    """The contest as made, how the command ended, its works and mails as exported."""
    folder = tmp_path_factory.mktemp("recognised") / "样例"
    made, make = [], sample_contest.make_contest

    def kept(*arguments, **named):
        made.append(make(*arguments, **named))
        return made[0]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sample_contest, "make_contest", kept)
        code = run(["demo", str(folder), "--small"])
    exported = {what: _exported(what, folder / "config.toml") for what in ("works", "messages")}
    return SimpleNamespace(contest=made[0], code=code, folder=folder, **exported)


def _exported(what, config):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert run(["export", what, "--config", str(config)]) == 0
    structlog.reset_defaults()
    return [json.loads(line) for line in out.getvalue().splitlines()]


@pytest.fixture(scope="module")
def work_of(recognised):
    """The work that a sample's mail opened."""
    mails = {(mail["mailbox"], mail["received_at"]): mail["works"] for mail in recognised.messages}
    works = {work["id"]: work for work in recognised.works}

    def find(sample):
        (ident,) = mails[sample.mailbox, sample.received_at.isoformat(timespec="seconds")]
        return works[ident]

    return find


@pytest.fixture(scope="module")
def evidence(recognised, work_of):
    """What a rule said of a sample's work: outcome and evidence."""

    def tell(name, rule):
        work = work_of(recognised.contest.sample(name))
        return next((f["outcome"], f["evidence"]) for f in work["findings"] if f["rule"] == rule)

    return tell


def test_the_demo_ends_well(recognised):
    assert recognised.code == 0


def test_every_work_has_the_expected_findings(recognised, work_of):
    opened = [sample for sample in recognised.contest.samples if sample.findings]
    found = {}
    for sample in opened:
        outcomes = {finding["rule"]: finding["outcome"] for finding in work_of(sample)["findings"]}
        found[sample.name] = {rule: outcomes.get(rule) for rule in sample.findings}
    assert found == {s.name: {rule: o.value for rule, o in s.findings.items()} for s in opened}


def test_a_form_filled_in_by_hand_and_photographed_agrees_with_the_typed_one(evidence):
    assert evidence("by-hand", "scan-matches")[0] == "pass"


def test_the_seal_on_a_photograph_is_found(evidence):
    assert evidence("by-hand", "scan-seal")[0] == "pass"


def test_a_photograph_counts_as_the_scan(recognised, work_of):
    materials = work_of(recognised.contest.sample("by-hand"))["materials"]
    assert [m["name"] for m in materials if m["kind"] == "scan"] == ["IMG_20241021_183022.jpg"]
