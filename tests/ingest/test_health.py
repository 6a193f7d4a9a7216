"""Silence of a mailbox is noticed: in `kepu check`, in `kepu status`."""

import datetime as dt
import shutil

import pytest

from ingest import checks
from ingest.errors import Exit
from ingest.health import is_stale, silence
from ingest.stages.fetch import fetch

NOON = dt.datetime(2024, 10, 8, 12, tzinfo=dt.timezone(dt.timedelta(hours=8)))


def row(last=NOON, **more):
    return {"last_success_at": last, "failures": 0, "error": "", **more}


@pytest.mark.parametrize(
    ("minutes", "stale"), [(0, False), (30, False), (31, True), (60 * 24 * 30, True), (60 * 24 * 200, False)]
)
def test_three_polls_missed_are_silence_until_nobody_waits_any_more(contest, minutes, stale):
    assert is_stale(contest.config(), row(), NOON + dt.timedelta(minutes=minutes)) is stale


@pytest.mark.parametrize(("failures", "stale"), [(2, False), (3, True)])
def test_a_mailbox_that_never_answered_is_silent_after_three_polls(contest, failures, stale):
    assert is_stale(contest.config(), row(None, failures=failures), NOON) is stale


def test_a_mailbox_that_was_never_polled_is_not_silent(contest):
    assert (is_stale(contest.config(), None, NOON), silence(contest.config(), None)) == (False, "还没有收过信")


def test_silence_says_since_when_and_why(contest):
    assert silence(contest.config(), row(error="连接超时")) == "最近一次收信成功：2024-10-08 12:00；连接超时"


@pytest.fixture
def silent(contest):
    """A contest whose first mailbox has been away for three polls and more."""
    with contest.open() as context:
        fetch(context)
        shutil.rmtree(contest.box("recommended"))
        contest.clock.now += dt.timedelta(minutes=31)
        fetch(context)
    return contest


def test_check_fails_with_3_for_a_silent_mailbox(silent):
    lines = checks.check_silence(silent.config(), silent.clock.now)
    assert [(line.name, line.ok, line.exit_code) for line in lines] == [
        ("收信 recommended", False, Exit.UNREACHABLE),
        ("收信 public", True, Exit.DONE),
    ]


def test_check_says_nothing_of_polls_before_the_first_run(contest):
    assert checks.check_silence(contest.config(), contest.clock.now) == []
