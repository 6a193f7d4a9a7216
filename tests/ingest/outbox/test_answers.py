"""What servers' answers mean."""

import datetime as dt

import pytest

from ingest.outbox.answers import Fate, verdict

MINUTE = dt.timedelta(minutes=1)


@pytest.mark.parametrize(
    ("verb", "code", "text", "fate"),
    [
        ("body", 250, "Mail OK queued", Fate.SENT),
        ("connect", 421, "HL:ICC 163 smtp", Fate.PAUSE),
        ("mail", 421, "HL:REP", Fate.PAUSE),
        ("connect", 554, "HL:ITC", Fate.TOMORROW),
        ("mail", 450, "MI:DMC 163", Fate.AGAIN),
        ("rcpt", 451, "RP:DRC", Fate.AGAIN),
        ("mail", 451, "MI:SFQ 163 smtp14", Fate.PAUSE),
        ("mail", 554, "MI:SFQ", Fate.PAUSE),
        ("rcpt", 451, "RP:QRC", Fate.PAUSE),
        ("rcpt", 550, "RP:QRC", Fate.PAUSE),
        ("body", 451, "DT:SPM mail rejected", Fate.LATER),
        ("body", 550, "DT:SPM", Fate.REFUSED),
        ("body", 554, "DT:SPM 163 smtp", Fate.REFUSED),
        ("mail", 550, "MI:STC", Fate.TOMORROW),
        ("mail", 554, "MI:STC", Fate.TOMORROW),
        ("rcpt", 550, "RP:TRC", Fate.TOMORROW),
        ("rcpt", 550, "RP:RCL", Fate.REFUSED),
        ("body", 554, "DT:SUM", Fate.REFUSED),
        ("login", 535, "Error: authentication failed", Fate.STOP),
        ("login", 454, "Temporary authentication failure", Fate.PAUSE),
        ("connect", 554, "auth error limit exceed", Fate.STOP),
        ("connect", 421, "too busy", Fate.PAUSE),
        ("mail", 550, "not allowed", Fate.PAUSE),
        ("rcpt", 450, "greylisted", Fate.LATER),
        ("rcpt", 550, "User not found: a@b.cn", Fate.REFUSED),
        ("body", 452, "no room", Fate.LATER),
        ("body", 554, "policy", Fate.REFUSED),
        ("data", 421, "closing", Fate.PAUSE),
    ],
)
def test_answer_has_its_fate(verb, code, text, fate):
    assert verdict(verb, code, text).fate is fate


@pytest.mark.parametrize(
    ("text", "dead"),
    [
        ("User not found: a@b.cn", True),
        ("5.1.1 unknown user", True),
        ("Mailbox unavailable", True),
        ("5.2.2 mailbox is full", False),
        ("5.7.1 blocked by policy", False),
    ],
)
def test_address_is_dead_only_where_the_server_says_so(text, dead):
    assert verdict("rcpt", 550, text).dead is dead


def test_quarter_over_waits_fifteen_minutes():
    assert verdict("mail", 451, "MI:SFQ").wait == 15 * MINUTE


@pytest.mark.parametrize("text", ["DT:SPM", "MI:STC", "HL:IFC", "DT:SUM"])
def test_refusal_of_our_doing_alerts(text):
    assert verdict("body", 554, text).alert
