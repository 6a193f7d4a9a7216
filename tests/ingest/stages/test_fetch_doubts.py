"""Mails that are there and do not come, on a Dovecot behind the proxy: who pays, the mail or the mailbox."""

import pytest

from ingest.sources import imap, imap_pace

CUT = {"after": 10, "hang_up": "close"}
REFUSED = {"answer": b"TAG NO internal error\r\n"}


@pytest.fixture
def behind(office, proxy, monkeypatch):
    """The office behind the proxy, in a hurry. `cut(n, …)`: mails that never come; none named: all of them."""
    monkeypatch.setattr(imap, "Pace", lambda: imap_pace.Pace(connect=5, read=5, sleep=lambda _: None))
    monkeypatch.setattr(office.dovecot, "url", lambda: proxy.url)
    office.folders('["INBOX"]')

    def cut(*mails, how=CUT):
        proxy.faults.clear()
        which = "|".join(str(office.uids[mail]) for mail in mails) or r"\d+"
        proxy.fault(rf"FETCH ({which}) \(BODY\.PEEK\[\]", **how)

    office.cut, office.proxy = cut, proxy
    return office


def fates(office):
    return [(row["stage"], row["tries"]) for row in office.rows()]


def delivered(office, count):
    for number in range(1, count + 1):
        office.deliver(number)


def failures(office):
    with office.open() as context, context.read() as tx:
        return tx.desk.mailboxes()["recommended"]["failures"]


@pytest.mark.parametrize("how", [CUT, REFUSED])
def test_where_no_mail_comes_no_mail_pays(behind, how):
    delivered(behind, 3)
    behind.cut(how=how)
    said = [behind.poll().unreachable for _ in range(4)]
    assert (fates(behind), failures(behind)) == ([("listed", 0)] * 3, 4)
    assert [one[0].partition("。")[0] for one in said] == ["邮箱 recommended 列得出邮件，但一封也取不下来"] * 4


def test_the_mails_come_when_the_trouble_is_over(behind):
    delivered(behind, 3)
    behind.cut()
    behind.poll()
    behind.proxy.faults.clear()
    behind.poll()
    assert (fates(behind), failures(behind)) == ([("fetched", 0)] * 3, 0)


@pytest.mark.parametrize("sick", [1, 2, 3])
@pytest.mark.parametrize("how", [CUT, REFUSED])
def test_where_others_come_the_one_that_does_not_pays(behind, how, sick):
    delivered(behind, 3)
    behind.cut(sick, how=how)
    behind.poll()
    assert fates(behind) == [("listed", 1) if mail == sick else ("fetched", 0) for mail in (1, 2, 3)]


def test_a_mail_alone_pays_if_one_that_is_known_comes(behind):
    behind.deliver(1)
    behind.poll()
    behind.deliver(2)
    behind.cut(2)
    tallies = [behind.poll() for _ in range(3)]
    assert ([tally.unreachable for tally in tallies], fates(behind)) == ([[], [], []], [("fetched", 0), ("ended", 0)])


def test_a_mail_alone_does_not_pay_if_none_that_is_known_comes(behind):
    behind.deliver(1)
    behind.poll()
    behind.deliver(2)
    behind.cut()
    behind.poll()
    assert (fates(behind), failures(behind)) == ([("fetched", 0), ("listed", 0)], 1)


def test_a_mailbox_that_gives_nothing_is_left_after_a_few_mails(behind):
    behind.deliver(1)
    behind.poll()
    for number in range(2, 8):
        behind.deliver(number)
    behind.cut()
    before = len(behind.proxy.heard)
    behind.poll()
    asked = {line for line in behind.proxy.heard[before:] if "BODY.PEEK[]" in line}
    assert len(asked) == 4  # three mails, and the one that is known


def test_several_sick_mails_at_the_beginning_do_not_keep_others_out(behind):
    delivered(behind, 6)
    behind.cut(1, 2, 3, 4, 5, how=REFUSED)
    behind.poll()
    assert fates(behind) == [("listed", 1)] * 5 + [("fetched", 0)]


def test_what_came_before_the_trouble_stays(behind):
    delivered(behind, 5)
    behind.cut()
    behind.proxy.faults[0].skip = 2
    behind.poll()
    assert fates(behind) == [("fetched", 0)] * 2 + [("listed", 0)] * 3
