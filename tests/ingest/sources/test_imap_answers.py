"""Answers of servers, read by what is looked for."""

import datetime as dt

import pytest

from ingest.sources.imap_answers import arrival_of, describes, number_of, size_of, uid_of, uids_found


@pytest.mark.parametrize(
    ("answers", "uids"),
    [
        ([b"* SEARCH 7 5 6\r\n"], [5, 6, 7]),
        ([b"* SEARCH 7\r\n", b"* SEARCH 7 8\r\n"], [7, 8]),
        ([b"* search 1320000001\r\n"], [1320000001]),
        ([b"* SEARCH 2 5 (MODSEQ 917162500)\r\n"], [2, 5]),
        ([b"* SEARCH (none)\r\n"], []),
        ([b"* SEARCH NIL\r\n"], []),
        ([b"* SEARCH\r\n", b"* 12 EXISTS\r\n", b"* 3 EXPUNGE\r\n"], []),
        ([], []),
    ],
)
def test_uids_found(answers, uids):
    assert uids_found(answers) == uids


@pytest.mark.parametrize(
    "answer",
    [
        b'* 1 FETCH (UID 5 RFC822.SIZE 20 INTERNALDATE " 7-Oct-2024 09:30:15 +0800")\r\n',
        b'* 1 FETCH (INTERNALDATE "07-Oct-2024 09:30:15 +0800" FLAGS (\\Seen) RFC822.SIZE 20 UID 5)\r\n',
        b'* 1 fetch (uid 5 internaldate "07-oct-2024 09:30:15 +0800" rfc822.size 20)\r\n',
    ],
)
def test_a_mail_described_in_any_order(answer):
    china = dt.timezone(dt.timedelta(hours=8))
    found = (describes(answer), uid_of(answer), size_of(answer), arrival_of(answer))
    assert found == (True, 5, 20, dt.datetime(2024, 10, 7, 9, 30, 15, tzinfo=china))


@pytest.mark.parametrize(
    "answer", [b"* 1 FETCH (FLAGS (\\Seen) UID 5)\r\n", b"* 1 FETCH (RFC822.SIZE 20)\r\n", b"* 5 EXISTS"]
)
def test_what_describes_no_mail(answer):
    assert describes(answer) is False


@pytest.mark.parametrize(
    "date",
    [
        "31-Feb-2024 09:30:15 +0800",
        "07-Oct-2024 25:30:15 +0800",
        "07-Oct-2024 09:30:15 +9900",
        "07-Oct-0000 00:00:00 +0000",
    ],
)
def test_a_date_that_cannot_be_is_none(date):
    assert arrival_of(f'* 1 FETCH (UID 5 INTERNALDATE "{date}")'.encode()) is None


def test_a_zone_west_of_greenwich():
    found = arrival_of(b'* 1 FETCH (INTERNALDATE "25-Oct-2024 23:59:59 -0330")')
    assert found.isoformat() == "2024-10-25T23:59:59-03:30"


@pytest.mark.parametrize(
    ("answer", "number"),
    [
        (b'* STATUS "INBOX" (MESSAGES 12)\r\n', 12),
        (b'* STATUS "INBOX" (UIDNEXT 3 messages 0)\r\n', 0),
        (b'* STATUS "MESSAGES 7" ()\r\n', None),
        (b"", None),
    ],
)
def test_number_of_a_status(answer, number):
    assert number_of(answer, "MESSAGES") == number
