"""Mails cut off on their way: a real Dovecot behind a proxy that ends, stalls or falsifies what passes."""

import io
import time

import pytest

from ingest.errors import GoneError, UnreachableError
from ingest.sources.imap_body import OVERLAP
from ingest.sources.imap_wire import PIECE

BODY = r"BODY\.PEEK\[\]"
WHOLE = r"BODY\.PEEK\[\]\)"
REST = r"BODY\.PEEK\[\]<"
LINES = b"".join(b"line %07d of a mail that is long enough\r\n" % n for n in range(20_000))
RAW = b"Subject: tougao\r\n\r\n" + LINES
SIZE = len(RAW)


@pytest.fixture
def mail(live):
    live.deliver(RAW)
    return live


class Soon:
    """A pause between two bytes of a server."""

    def wait(self, _seconds):
        time.sleep(0.02)


# --- cut within the literal, at a byte


@pytest.mark.parametrize("after", [0, 1, OVERLAP - 1, OVERLAP, 100_000, SIZE // 2, SIZE - 1])
def test_a_connection_closed_at_a_byte_of_the_mail(mail, after):
    mail.proxy.fault(BODY, after=after, hang_up="close", times=1)
    assert mail.copy() == RAW


@pytest.mark.parametrize("after", [1, SIZE // 2])
def test_a_connection_reset_at_a_byte_of_the_mail(mail, after):
    mail.proxy.fault(BODY, after=after, hang_up="reset", times=1)
    assert mail.copy() == RAW


def test_a_connection_closed_at_every_tenth_of_the_mail(mail):
    for tenth in range(1, 10):
        mail.proxy.fault(BODY, after=SIZE // 10, hang_up="close", times=1, skip=tenth - 1)
    assert (mail.copy(), mail.slept) == (RAW, [1] * 9)


def test_a_connection_closed_behind_the_mail_costs_no_second_copy(mail):
    mail.proxy.fault(WHOLE, said=(rb"^KEPU\d+ OK.*\r\n", b""), hang_up="close", after=SIZE)
    assert (mail.copy(), len(mail.proxy.asked(BODY))) == (RAW, 1)


def test_a_server_silent_within_the_mail_is_given_up_and_gone_on_with(mail):
    mail.proxy.fault(BODY, after=SIZE // 2, hang_up="stall", times=1)
    with mail.make_source(read=0.3) as source:
        assert mail.copy(source=source) == RAW


def test_a_server_that_drips_gives_the_mail(live):
    live.deliver(RAW[:4000] + b"\r\n")
    live.proxy.fault(BODY, step=700, pause=Soon())
    assert live.copy() == RAW[:4000] + b"\r\n"


def test_a_server_that_drips_too_slowly_is_that_mails_trouble(live):
    live.deliver(RAW[:4000] + b"\r\n")
    listing = live.list_all()[0]
    live.proxy.fault(BODY, step=100, pause=Soon())
    with live.make_source(answer=0.15, slowest=10**9, waits=(1,)) as source, pytest.raises(Exception, match="slowly"):
        live.copy(listing, source)


# --- going on


def test_only_what_is_missing_is_asked_for_again(mail):
    mail.proxy.fault(BODY, after=2 * PIECE, hang_up="close", times=1)
    mail.copy()
    start = 2 * PIECE - OVERLAP
    assert mail.proxy.asked(BODY) == [
        "UID FETCH 1 (BODY.PEEK[])",
        f"UID FETCH 1 (BODY.PEEK[]<{start}.{SIZE - start}>)",
    ]


REFUSALS = {
    "BAD": {"answer": b"TAG BAD partial fetch is unknown here\r\n"},
    "NO": {"answer": b"TAG NO not today\r\n"},
    "nothing": {"answer": b"TAG OK but nothing\r\n"},
    "NIL": {"answer": b"* 1 FETCH (UID 1 BODY[] NIL)\r\nTAG OK done\r\n"},
    "another offset": {"said": (rb"BODY\[\]<\d+>", b"BODY[]<7>")},
    "other bytes": {"content": lambda data: b"X" * len(data)},
    "one byte off": {"content": lambda data: data[1:] + b"X"},
    "too few bytes": {"content": lambda data: data[:100]},
    "too many bytes": {"content": lambda data: data + b"more"},
    "the beginning instead": {
        "asked": (r"<\d+\.", "<0."),
        "said": (rb"BODY\[\]<0>", b"BODY[]<%d>" % (SIZE // 2 - 4096)),
    },
    "no offset named": {"said": (rb"BODY\[\]<\d+>", b"BODY[]")},
    "closed": {"hang_up": "close"},
}


@pytest.mark.parametrize("refusal", REFUSALS.values(), ids=REFUSALS)
def test_a_rest_that_is_refused_or_wrong_is_fetched_anew_as_a_whole(mail, refusal):
    mail.proxy.fault(WHOLE, after=SIZE // 2, hang_up="close", times=1)
    mail.proxy.fault(REST, **refusal)
    assert mail.copy() == RAW


def test_the_whole_mail_in_answer_to_a_piece_is_taken_as_it_is(mail):
    mail.proxy.fault(WHOLE, after=SIZE // 2, hang_up="close", times=1)
    mail.proxy.fault(REST, asked=(r"<.*>", ""))
    assert (mail.copy(), len(mail.proxy.asked(BODY))) == (RAW, 2)


def test_a_rest_that_comes_in_smaller_pieces_is_put_together(mail):
    mail.proxy.fault(WHOLE, after=SIZE // 2, hang_up="close", times=1)
    mail.proxy.fault(REST, asked=(r"\.\d+>", ".200000>"))
    assert (mail.copy(), len(mail.proxy.asked(WHOLE))) == (RAW, 1)


def test_a_mail_that_changed_its_size_between_two_tries_is_what_the_server_has_now(mail):
    mail.proxy.fault(WHOLE, content=lambda data: data + b"tail\r\n", after=None, times=1, hang_up="")
    assert mail.copy() == RAW + b"tail\r\n"


# --- giving up


def test_a_mail_cut_off_every_time_is_that_mails_trouble_and_the_next_one_comes(mail):
    mail.deliver(b"Subject: next\r\n\r\n")
    first, second = mail.list_all()
    mail.proxy.fault(r"FETCH 1 \(BODY", after=10, hang_up="close")
    with pytest.raises(Exception, match="the connection ended") as caught:
        mail.copy(first)
    assert isinstance(caught.value, (UnreachableError, GoneError)) is False
    assert (mail.copy(second), mail.slept) == (b"Subject: next\r\n\r\n", [1, 4, 16])


def test_a_server_that_is_gone_after_a_cut_is_the_mailboxes_trouble(mail):
    listing = mail.list_all()[0]
    mail.proxy.fault(BODY, after=10, hang_up="close")
    mail.proxy.fault("^LOGIN", hang_up="close", answer=b"", skip=0)
    with pytest.raises(UnreachableError) as caught:
        mail.copy(listing)
    assert caught.value.lasting is False


def test_tries_of_one_run_are_bounded_over_all_mails(live):
    for _ in range(4):
        live.deliver(RAW[:4000] + b"\r\n")
    listings = live.list_all()
    live.proxy.fault(BODY, after=10, hang_up="close")
    with live.make_source(tries=5) as source:
        for listing in listings:
            with pytest.raises(Exception, match="ended"):
                live.copy(listing, source)
    assert live.slept == [1, 4, 16, 1, 4]


def test_a_mail_expunged_after_the_cut_says_gone(mail):
    mail.proxy.fault(BODY, after=10, hang_up="close", times=1)
    listing = mail.list_all()[0]
    with mail.make_source(sleep=lambda _: mail.dovecot.expunge(mail.user, 1)) as source, pytest.raises(GoneError):
        mail.copy(listing, source)


def test_a_mailbox_rebuilt_after_the_cut_says_gone(mail):
    mail.proxy.fault(BODY, after=10, hang_up="close", times=1)
    listing = mail.list_all()[0]
    with mail.make_source(sleep=lambda _: mail.dovecot.rebuild(mail.user)) as source, pytest.raises(GoneError):
        mail.copy(listing, source)


class Target(io.BytesIO):
    """A file that knows its largest piece, and how much fits."""

    def __init__(self, room=10**9):
        super().__init__()
        self.room, self.largest = room, 0

    def write(self, data):
        self.largest = max(self.largest, len(data))
        if self.tell() + len(data) > self.room:
            raise OSError(28, "No space left on device")
        return super().write(data)


def test_a_disk_that_is_full_within_a_mail_is_said_as_it_is_and_not_tried_again(mail):
    listing = mail.list_all()[0]
    with pytest.raises(OSError, match="No space"):
        mail.source.copy(listing, Target(room=PIECE))
    assert (mail.slept, mail.copy(listing)) == ([], RAW)


def test_a_mail_comes_in_small_pieces(mail):
    target = Target()
    mail.source.copy(mail.list_all()[0], target)
    assert (target.getvalue() == RAW, target.largest <= PIECE) == (True, True)
