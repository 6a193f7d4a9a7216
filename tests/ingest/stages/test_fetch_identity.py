"""The same mail under another key is the same mail: moved, rebuilt, emptied, re-numbered mailboxes on a Dovecot."""

import datetime as dt

import pytest

from ingest.ledger.keys import Keys
from ingest.stages import fetch
from ingest.stages.fetch import listing, reconciling

CHINA = dt.timezone(dt.timedelta(hours=8))
NOON = dt.datetime(2024, 10, 8, 12, tzinfo=CHINA)
OLD = dt.datetime(2024, 3, 1, 12, tzinfo=CHINA)


@pytest.fixture
def two_folders(office):
    """INBOX and Archive are polled; two mails came to INBOX and one lies in Archive already."""
    office.folders('["INBOX", "Archive"]')
    office.deliver(3, folder="Archive")
    office.deliver(1)
    office.deliver(2, at=NOON + dt.timedelta(minutes=1))
    return office


# --- moved


def test_a_moved_mail_is_not_fetched_again(two_folders):
    two_folders.poll()
    two_folders.move(1, "Archive")
    tally = two_folders.poll()
    assert (tally.counts["listed"], tally.counts["fetched"], tally.troubles) == (0, 0, [])
    there, moved = [(2, "INBOX", False), (3, "Archive", False)], [(1, "INBOX", True), (1, "Archive", False)]
    assert two_folders.places() == [moved[0], *there, moved[1]]


def test_a_mail_moved_there_and_back_is_the_same(two_folders):
    two_folders.poll()
    two_folders.move(1, "Archive")
    two_folders.poll()
    with two_folders.dovecot._client(two_folders.user) as client:
        client.select("Archive")
        client.uid("MOVE", "2", "INBOX")
    two_folders.poll()
    assert ([row["raw_sha256"] != "" for row in two_folders.rows()], two_folders.poll().troubles) == ([True] * 3, [])


def test_a_mail_moved_before_it_was_fetched_is_fetched_from_its_new_place(two_folders):
    two_folders.poll(until="listed")
    two_folders.move(1, "Archive")
    two_folders.poll()
    assert (two_folders.stages(), two_folders.todos()) == (["fetched"] * 3, [])


def test_a_mail_that_was_gone_and_turns_up_in_another_folder_is_fetched_and_its_to_do_closed(two_folders):
    two_folders.poll(until="listed")
    two_folders.move(1, "Elsewhere")
    two_folders.poll()
    asked = two_folders.todos()
    two_folders.uids[1] = 1
    two_folders.move(1, "Archive", source="Elsewhere")
    two_folders.poll()
    assert (asked, two_folders.todos(), two_folders.stages()) == (["gone:1"], [], ["fetched"] * 3)


def test_a_mail_that_was_gone_and_is_put_back_into_the_only_folder_is_fetched(office):
    office.deliver(1)
    office.poll(until="listed")
    office.move(1, "Elsewhere")
    office.poll()
    office.uids[1] = 1
    office.move(1, "INBOX", source="Elsewhere")
    office.poll()
    assert (office.stages(), office.todos()) == (["fetched"], [])


def test_a_copy_in_another_folder_is_the_same_mail(two_folders):
    two_folders.poll()
    two_folders.deliver(1, folder="Archive")
    assert (two_folders.poll().counts["listed"], len(two_folders.rows())) == (0, 3)


def test_a_second_copy_in_the_same_folder_is_a_mail_of_its_own(two_folders):
    two_folders.poll()
    two_folders.deliver(1)
    assert (two_folders.poll().counts["fetched"], len(two_folders.rows())) == (1, 4)


def test_another_mail_of_the_same_size_and_second_is_another_mail(two_folders):
    two_folders.poll(until="listed")
    two_folders.deliver(4, folder="Archive")
    two_folders.poll()
    assert two_folders.stages() == ["fetched"] * 4


def test_a_moved_mail_of_an_earlier_edition_stays_unread(two_folders):
    two_folders.deliver(5, at=OLD)
    two_folders.poll()
    two_folders.move(5, "Archive")
    two_folders.poll()
    old = [row for row in two_folders.rows() if row["ended"] == "not-a-submission"]
    assert [(row["raw_sha256"], row["reason"]) for row in old] == [("", fetch.OLD_EDITION)]


# --- rebuilt


def test_a_mailbox_under_a_new_uidvalidity_brings_nothing_twice(office):
    office.deliver(1)
    office.deliver(2, at=OLD)
    office.deliver(3)
    office.poll()
    office.dovecot.rebuild(office.user)
    tally = office.poll()
    assert (tally.counts["listed"], tally.counts["fetched"], tally.counts["met-again"]) == (0, 0, 3)
    assert (len(office.rows()), office.poll().troubles) == (3, [])


def test_new_mail_in_a_rebuilt_mailbox_is_fetched(office):
    office.deliver(1)
    office.poll()
    office.dovecot.rebuild(office.user)
    office.deliver(2)
    assert office.poll().counts["fetched"] == 1


def test_a_mail_that_was_only_listed_when_the_mailbox_was_rebuilt_is_fetched_once(office):
    office.deliver(1)
    office.poll(until="listed")
    office.dovecot.rebuild(office.user)
    assert (office.poll().counts["fetched"], office.stages()) == (1, ["fetched"])


NUMBERED_ANEW = ((1, b"text"), (2, b"text"), (7, b"another mail"))


def test_uids_counted_anew_under_the_same_uidvalidity_are_noticed_by_the_daily_sweep(office, letter):
    office.deliver(1)
    office.deliver(2)
    office.poll()
    office.number_anew([(letter(*NUMBERED_ANEW[2]), NOON), (letter(2), NOON)])
    office.clock.now += dt.timedelta(days=1)
    tally = office.poll()
    sizes = [row["size"] for row in office.rows()]
    assert (tally.counts["fetched"], sizes) == (1, [len(letter(n, b)) for n, b in NUMBERED_ANEW])
    assert (tally.troubles, office.places()) == ([], [(3, "INBOX", False), (2, "INBOX", False)])


def test_of_a_mailbox_counted_anew_none_is_lost(office, letter):
    office.deliver(1)
    office.poll()
    office.number_anew([(letter(n), NOON + dt.timedelta(minutes=n)) for n in (7, 8, 9)])
    office.poll()
    office.clock.now += dt.timedelta(days=1)
    tally = office.poll()
    assert (tally.troubles, office.stages()) == ([], ["fetched"] * 4)


# --- counted and swept


def test_what_the_walk_missed_is_found_when_the_counts_disagree(office):
    office.deliver(1)
    office.deliver(2)
    office.poll()
    with office.open() as context, context.begin() as tx:
        tx.connection.exec_driver_sql("DELETE FROM keys WHERE uid = '1'")
        tx.connection.exec_driver_sql("DELETE FROM arrivals WHERE uid = '1'")
    tally = office.poll()
    assert (tally.counts["fetched"], tally.troubles, office.stages()) == (1, [], ["fetched"] * 2)


def test_a_mail_that_was_removed_stays_received(office):
    office.deliver(1)
    office.deliver(2)
    office.poll()
    office.dovecot.expunge(office.user, 1)
    tally = office.poll()
    assert (tally.troubles, office.stages(), office.places()[0]) == ([], ["fetched"] * 2, (1, "INBOX", True))


def test_counts_that_go_on_to_disagree_are_trouble(office, monkeypatch):
    office.deliver(1)
    monkeypatch.setattr("ingest.sources.imap.ImapSource.count", lambda *_: 5)
    assert [line.partition("。")[0] for line in office.poll().troubles] == [
        "信箱 recommended 的文件夹“INBOX”对账不平：服务器上 5 封，程序记得 1 封"
    ]


def test_a_mailbox_that_is_suddenly_empty_is_said_and_nothing_else(office):
    for number in range(reconciling.MANY):
        office.deliver(number, at=NOON + dt.timedelta(minutes=number))
    office.poll()
    for uid in office.uids.values():
        office.dovecot.expunge(office.user, uid)
    office.clock.now += dt.timedelta(days=1)
    tally = office.poll()
    assert ([note.partition("，")[0] for note in tally.notes], tally.troubles) == (
        ["信箱 recommended 的文件夹“INBOX”现在是空的"],
        [],
    )
    assert {gone for _, _, gone in office.places()} == {False}


def test_the_sweep_is_once_a_day(office, monkeypatch):
    swept = []
    monkeypatch.setattr(reconciling, "sweep", lambda *args: swept.append(args[2]))
    office.deliver(1)
    office.poll()
    office.clock.now += dt.timedelta(days=1)
    office.poll()
    office.poll()
    assert swept == [(office.clock.now - dt.timedelta(days=14)).date()]


def test_an_ordinary_poll_of_one_folder_reads_no_header(office):
    folder = office.dovecot.record(office.user)
    for number in (1, 2):
        office.deliver(number)
        office.poll()
    said = b"".join(path.read_bytes() for path in folder.glob("*.in"))
    assert (said.count(b"HEADER"), said.count(b"BODY.PEEK") > 0) == (0, True)


def test_mails_that_look_alike_are_looked_up_together(office, monkeypatch):
    asked = []
    look_up = Keys.living_places
    monkeypatch.setattr(Keys, "living_places", lambda self, mails: asked.append(len(mails)) or look_up(self, mails))
    monkeypatch.setattr(listing, "_AT_ONCE", 10)
    for _ in range(30):
        office.deliver(1)
    assert (office.poll().counts["fetched"], asked) == (30, [10, 10, 30])  # the last when they are copied
