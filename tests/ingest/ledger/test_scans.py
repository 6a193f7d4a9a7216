"""The chapter on virus scans: one verdict a file; which wait for one; what is condemned."""

import pytest

from ingest.ledger.scans import TRIES, Unchecked
from ingest.model import Ended, Listing, Said, Scan
from parsers.facts import Unknown

SHA = "a" * 64
CLEAN = Scan(Said.CLEAN, engine="ClamAV 1")
LOST = Scan(Said.UNCHECKED, reason="unreachable")
SLOW = Scan(Said.UNCHECKED, reason="timeout", engine="ClamAV 1")


@pytest.fixture
def tx(context):
    with context.begin() as opened:
        yield opened


@pytest.fixture
def mail(tx):
    """A mail that was taken apart, with one file."""

    def make(uid="1", sha256=SHA, size=10):
        found = tx.arrivals.add(Listing("recommended", "INBOX", 0, uid, 10, tx.now), track="recommended")
        part = {"name": "a.pdf", "sha256": sha256, "size": size, "source": "attachment"}
        tx.arrivals.hand_fed(found, [part], subject="", digest="")
        return found

    return make


def test_verdict_is_kept_and_replaced(tx):
    assert tx.scans.scan(SHA) is None
    tx.scans.keep(SHA, LOST)
    tx.scans.keep(SHA, CLEAN)
    assert tx.scans.scan(SHA) == CLEAN


@pytest.mark.parametrize(
    ("scan", "waits"),
    [
        (None, True),
        (LOST, True),
        (SLOW, True),
        (Scan(Said.UNCHECKED, reason="too-large"), True),
        (Scan(Said.UNCHECKED, reason="locked"), False),
        (CLEAN, False),
        (Scan(Said.BAD, "X"), False),
    ],
)
def test_file_waits_for_a_verdict(tx, mail, scan, waits):
    mail()
    if scan is not None:
        tx.scans.keep(SHA, scan)
    assert tx.scans.to_scan(100) == ([Unchecked(SHA, 10)] if waits else [])


def test_file_that_is_too_large_does_not_wait(tx, mail):
    mail(size=101)
    assert tx.scans.to_scan(100) == []


def test_file_without_an_answer_waits_no_more_after_some_tries(tx, mail):
    mail()
    for _ in range(TRIES):
        tx.scans.keep(SHA, SLOW)
    assert tx.scans.to_scan(100) == []


def test_file_of_two_mails_waits_once(tx, mail):
    mail("1"), mail("2")
    assert tx.scans.to_scan(100) == [Unchecked(SHA, 10)]


def test_file_of_a_mail_that_is_done_with_does_not_wait(tx, mail):
    tx.arrivals.end(mail(), Ended.DUPLICATE, "", may_reply=False, why="")
    assert tx.scans.to_scan(100) == []


def test_malware_is_to_be_condemned_once(tx, mail):
    mail()
    tx.scans.keep(SHA, Scan(Said.BAD, "X"))
    before = tx.scans.to_condemn()
    tx.scans.condemn(SHA)
    assert (before, tx.scans.to_condemn()) == ([SHA], [])


def test_condemned_file_is_not_here_in_any_mail_and_its_facts_are_gone(tx, mail):
    mails = [mail("1"), mail("2")]
    tx.arrivals.keep_facts(SHA, "w", Unknown(format="x"))
    assert tx.scans.condemn(SHA) == mails
    parts = [part for found in tx.arrivals.parts(mails, wants="w").values() for part in found]
    assert [(part.here, part.quarantined, part.facts) for part in parts] == [(False, True, None)] * 2


def test_finding_and_its_withdrawal_are_events(tx):
    tx.scans.keep(SHA, Scan(Said.BAD, "X"))
    tx.scans.keep(SHA, CLEAN)
    tx.scans.keep(SHA, CLEAN)
    said = [row["detail"]["said"] for row in tx.desk.events() if row["what"] == "file-scanned"]
    assert said == ["bad", "clean"]
