"""Review: what changed is judged, and only that."""

import datetime as dt
import threading

import pytest

from ingest import rules
from ingest.demo.cloud import netease_block
from ingest.model import WorkState
from ingest.stages import review
from ingest.stages.review import rules_key


@pytest.fixture
def reviewed(contest, context, walk, form):
    """A context with two works, reviewed."""
    for title in ("星海寻踪", "深海来信"):
        contest.post(files=[("推荐表.docx", form(title))])
    walk(context)
    context.tally.counts.clear()
    return context


def row(context, work="R2024-0001"):
    with context.read() as tx:
        return tx.works.row(work)


def test_review_gives_one_finding_a_rule(reviewed):
    with reviewed.read() as tx:
        found = tx.works.findings(["R2024-0001"])["R2024-0001"]
    assert [finding.rule for finding in found] == [rule.id for rule in rules.RULES]


def test_review_takes_the_title_from_the_form(reviewed):
    assert (row(reviewed)["title"], row(reviewed)["state"]) == ("星海寻踪", WorkState.MISSING.value)


def test_review_bounds_a_title(contest, context, walk, form):
    contest.post(files=[("推荐表.docx", form("长" * 900))])
    assert len(row(walk(context))["title"]) == 200


def test_review_leaves_alone_what_did_not_change(reviewed):
    review.review(reviewed)
    assert reviewed.tally.counts["reviewed"] == 0


def test_review_judges_the_work_that_was_added_to(contest, reviewed, walk, shell):
    contest.post("补充《深海来信》视频", files=[("a.mp4", shell)])
    walk(reviewed)
    assert reviewed.tally.counts["reviewed"] == 1


def test_review_judges_all_by_other_rules(contest, reviewed):
    reviewed.config = contest.config("[rules.duration]\nmax_s = 600\n")
    review.review(reviewed)
    assert reviewed.tally.counts["reviewed"] == 2


def test_rules_key_changes_with_whether_films_are_looked_at(contest, context):
    contest.watch = True
    assert rules_key(contest.config()) != rules_key(context.config)


def test_rules_key_does_not_change_with_what_no_rule_reads(contest, context):
    assert rules_key(contest.config("[schedule]\npoll_minutes = 3\n")) == rules_key(context.config)


def test_review_that_fails_costs_only_its_work(reviewed, monkeypatch):
    real = rules.review

    def failing(work, config, *, now):
        if work.id == "R2024-0001":
            raise ValueError("bug")
        return real(work, config, now=now)

    with reviewed.begin() as tx:
        tx.works.soil(["R2024-0001", "R2024-0002"])
    with monkeypatch.context() as patch:
        patch.setattr(rules, "review", failing)
        review.review(reviewed)
    assert (row(reviewed)["dirty"], row(reviewed, "R2024-0002")["dirty"]) == (True, False)
    assert reviewed.tally.troubles == ["作品 R2024-0001 审查失败，下次运行会再试（详见日志）"]


def test_review_judges_again_when_a_link_has_run_out(contest, context, walk, form):
    block = netease_block(name="a.mp4", size_bytes=120_000_000, subject="", sent_at=contest.mail().received_at)
    contest.post(files=[("推荐表.docx", form())], html="both", html_below=block)
    walk(context)
    waiting = row(context)["state"]
    contest.clock.now += dt.timedelta(days=40)
    walk(context)
    with context.read() as tx:
        found = {f.rule: f.outcome.value for f in tx.works.findings(["R2024-0001"])["R2024-0001"]}
    assert (waiting, found["materials"]) == (row(context)["state"], "missing")


def test_review_does_not_miss_what_may_be_another_works_of_the_same_mail(contest, context, walk, form, shell):
    files = [(f"{title}.docx", form(title)) for title in ("星海寻踪", "深海来信", "种子的旅行")]
    contest.post(files=[*files, ("IMG_0001.mp4", shell), ("星海寻踪.mp4", shell + b"1")])
    walk(context)
    with context.read() as tx:
        found = tx.works.findings(["R2024-0002"])["R2024-0002"]
    said = next(finding for finding in found if finding.rule == "materials")
    assert "视频归属未定，请人工核对：IMG_0001.mp4" in said.evidence


def test_review_begins_nothing_after_the_stop(reviewed):
    with reviewed.begin() as tx:
        tx.works.soil(["R2024-0001"])
    reviewed.stop = threading.Event()
    reviewed.stop.set()
    review.review(reviewed)
    assert row(reviewed)["dirty"] is True
