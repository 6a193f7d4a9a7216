"""The next mail is asked for while this one is read; nothing of that shows but in the time it takes."""

import io

import pytest

from ingest.errors import GoneError, NotGivenError

BODY = r"^UID FETCH \d+ \(BODY\.PEEK\[\]"
RAWS = [b"Subject: %d\r\n\r\n" % number + b"text of a mail\r\n" * 500 * number for number in (1, 2, 3, 4)]


@pytest.fixture
def mails(live):
    """A mailbox of four mails, and its listings."""
    for raw in RAWS:
        live.deliver(raw)
    live.listings = live.list_all()
    return live


def pulled(live, listings):
    """What these mails are, each copied with the next one told."""
    found = []
    for listing, then in zip(listings, [*listings[1:], None], strict=True):
        target = io.BytesIO()
        live.source.copy(listing, target, then=then)
        found.append(target.getvalue())
    return found


def copied(live, listing, then=None):
    target = io.BytesIO()
    live.source.copy(listing, target, then=then)
    return target.getvalue()


def asked(live):
    return [command.split()[2] for command in live.proxy.asked(BODY)]


def test_mails_one_after_the_other_are_each_asked_for_once(mails):
    assert (pulled(mails, mails.listings), asked(mails)) == (RAWS, ["1", "2", "3", "4"])


def test_another_mail_than_the_one_told_is_the_one_that_comes(mails):
    first, second, third, _ = mails.listings
    assert [copied(mails, first, second), copied(mails, third, second), copied(mails, second)] == [
        RAWS[0],
        RAWS[2],
        RAWS[1],
    ]


def test_what_was_asked_ahead_is_read_over_before_another_question(mails):
    first, second, *_ = mails.listings
    copied(mails, first, second)
    folder = mails.source.folders()[0]
    assert (mails.source.count(folder), mails.list_all(), mails.slept) == (4, mails.listings, [])


def test_what_was_asked_ahead_is_read_over_before_the_goodbye(mails):
    first, second, *_ = mails.listings
    copied(mails, first, second)
    mails.source.close()
    assert mails.proxy.heard[-1] == "LOGOUT"


def test_a_mail_of_another_folder_is_not_asked_for_ahead(mails):
    mails.deliver(b"Subject: elsewhere\r\n\r\n", folder="Other")
    mails.source.close()
    mails.source = mails.make_source(folders=("INBOX", "Other"))
    listings = mails.list_all()
    assert (pulled(mails, listings[3:]), mails.slept) == ([RAWS[3], b"Subject: elsewhere\r\n\r\n"], [])


def test_a_large_mail_is_not_asked_for_ahead(live):
    for raw in (b"Subject: small\r\n\r\n", b"Subject: large\r\n\r\n" + b"a line of text\r\n" * 70_000):
        live.deliver(raw)
    small, large = live.list_all()
    copied(live, small, large)
    assert asked(live) == ["1"]


def test_a_mail_refused_ahead_is_asked_for_again_alone_before_that_is_believed(mails):
    mails.proxy.fault(r"^UID FETCH 2 \(BODY", answer=b"TAG BAD one at a time\r\n", times=1)
    assert (pulled(mails, mails.listings), asked(mails)) == (RAWS, ["1", "2", "3", "2", "3", "4"])


def test_a_mail_refused_for_good_costs_itself_only(mails):
    mails.proxy.fault(r"^UID FETCH 2 \(BODY", answer=b"TAG NO internal error\r\n")
    first, second, third, _ = mails.listings
    copied(mails, first, second)
    with pytest.raises(NotGivenError, match="internal error"):
        copied(mails, second, third)
    assert (copied(mails, third), mails.slept) == (RAWS[2], [])


def test_a_mail_that_went_away_after_it_was_asked_for_ahead_comes_or_says_gone(mails):
    first, second, third, _ = mails.listings
    mails.proxy.fault(r"^UID FETCH 2 ", asked=(r"^UID FETCH 2 ", "UID FETCH 99 "))
    mails.proxy.fault(r"^UID SEARCH UID 2", asked=(r"UID 2", "UID 99"))
    copied(mails, first, second)
    with pytest.raises(GoneError):
        copied(mails, second, third)
    assert copied(mails, third) == RAWS[2]


@pytest.mark.parametrize("hang_up", ["close", "reset", "stall"])
def test_a_connection_that_breaks_within_a_mail_asked_for_ahead(live, hang_up):
    source, live.source = live.source, live.make_source(read=1)
    source.close()
    for raw in RAWS:
        live.deliver(raw)
    live.proxy.fault(r"^UID FETCH 3 \(BODY", hang_up=hang_up, after=9_000, times=1)
    assert (pulled(live, live.list_all()), live.slept) == (RAWS, [1])


def test_after_a_break_no_mail_is_asked_for_before_its_turn(mails):
    mails.proxy.fault(r"^UID FETCH 2 \(BODY", hang_up="close", after=9_000, times=1)
    pulled(mails, mails.listings[:3])
    before = len(asked(mails))
    copied(mails, mails.listings[0], mails.listings[3])
    assert asked(mails)[before:] == ["1"]
