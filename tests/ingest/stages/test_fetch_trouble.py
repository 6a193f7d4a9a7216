"""Mailboxes that are away, and mailboxes that refuse us: how often they are asked again."""

import datetime as dt
import shutil

import pytest

from ingest import checks
from ingest.stages.fetch import fetch

MINUTE = dt.timedelta(minutes=1)


def health(context, name="recommended"):
    with context.read() as tx:
        return tx.desk.mailboxes()[name]


@pytest.fixture
def away(contest, context):
    """The first mailbox cannot be read, and nobody waits for this run."""
    shutil.rmtree(contest.box("recommended"))
    context.by_hand = False
    return context


def test_a_mailbox_that_is_away_is_left_alone_longer_each_time(contest, away):
    waits = []
    for _ in range(7):
        fetch(away)
        waits.append((health(away)["retry_at"] - contest.clock.now) / MINUTE)
        contest.clock.now = health(away)["retry_at"]
    assert waits == [1, 2, 4, 8, 16, 30, 30]


def test_it_is_not_opened_before_its_time_and_that_is_said(contest, away):
    fetch(away)
    contest.clock.now += dt.timedelta(seconds=59)
    fetch(away)
    assert (health(away)["failures"], len(away.tally.unreachable)) == (1, 2)
    assert away.tally.unreachable[1].endswith("12:01 后再试")


def test_a_person_who_runs_the_batch_does_not_wait(away):
    fetch(away)
    away.by_hand = True
    fetch(away)
    assert health(away)["failures"] == 2


def test_the_wait_is_over_when_it_is_back(contest, away):
    box = contest.box("recommended")
    fetch(away)
    for name in ("cur", "new", "tmp"):
        (box / name).mkdir(parents=True)
    contest.clock.now += MINUTE
    fetch(away)
    assert [health(away)[key] for key in ("failures", "retry_at", "error")] == [0, None, ""]


def test_the_other_mailbox_is_polled_meanwhile(contest, away):
    fetch(away)
    contest.post(to="public")
    fetch(away)
    assert away.tally.counts["fetched"] == 1


def test_the_mailbox_whose_mail_waits_longest_comes_first(contest, context, monkeypatch):
    contest.post(to="public")
    context.until = 0.0
    fetch(context)
    contest.post()
    fetch(context)
    context.until = None
    polled = []
    monkeypatch.setattr("ingest.stages.fetch._poll", lambda _, mailbox: polled.append(mailbox.name))
    fetch(context)
    assert polled == ["public", "recommended"]


# --- a login that is refused


def test_a_refused_login_is_not_tried_again_by_any_batch(wrong_password):
    tallies = [wrong_password.poll() for _ in range(3)]
    refused = [line for line in wrong_password.dovecot.log().splitlines() if "auth failed" in line]
    mine = [line for line in refused if wrong_password.user.name in line]
    assert (len(mine), [len(tally.unreachable) for tally in tallies]) == (1, [1, 1, 1])


def test_a_refused_login_is_tried_again_after_six_hours(wrong_password):
    wrong_password.poll()
    wrong_password.clock.now += dt.timedelta(hours=6)
    wrong_password.wrong = False
    assert wrong_password.poll().unreachable == []


def test_check_that_can_log_in_lifts_the_refusal(wrong_password):
    wrong_password.deliver(1)
    wrong_password.poll()
    wrong_password.wrong = False
    with wrong_password.open() as context:
        config = context.config
    secret = {"KEPU_RECOMMENDED_PASSWORD": wrong_password.user.password}
    lines = list(checks.run_checks(config, environ=secret, clock=wrong_password.clock))
    assert ([line.ok for line in lines if line.name == "信箱 recommended"], wrong_password.poll().unreachable) == (
        [True],
        [],
    )


def test_check_that_is_refused_lifts_nothing(wrong_password):
    wrong_password.poll()
    with wrong_password.open() as context:
        config = context.config
    list(checks.run_checks(config, environ={"KEPU_RECOMMENDED_PASSWORD": "wrong"}, clock=wrong_password.clock))
    assert len(wrong_password.poll().unreachable) == 1


def test_a_missing_folder_is_no_refusal(office):
    office.folders('["INBOX", "没有"]')
    office.poll()
    office.folders('["INBOX"]')
    assert office.poll().unreachable == []
