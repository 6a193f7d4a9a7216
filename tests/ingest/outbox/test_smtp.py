"""A connection to an SMTP server that does as it is told."""

from email.message import EmailMessage

import pytest

from ingest.outbox.answers import Fate
from ingest.outbox.smtp import Account, Post


def letter(text="正文"):
    mail = EmailMessage()
    mail["Subject"] = "回执"
    mail.set_content(text)
    return mail


def account(mta, **more):
    return Account("kepuwsp@163.com", "kepuwsp@163.com", mta.url, **({"plain": True} | more))


@pytest.fixture
def post(mta):
    with Post(account(mta), lambda: "secret") as one:
        yield one


def hand_in(post, to="zhang@example.cn", mail=None, notes=None):
    return post.deliver(mail or letter(), to, lambda: (notes if notes is not None else []).append("sending"))


def test_letter_is_taken_with_its_envelope(post, mta):
    hand_in(post)
    assert [(one.sender, one.to) for one in mta.taken] == [("kepuwsp@163.com", "zhang@example.cn")]


def test_lines_that_begin_with_a_dot_arrive_as_written(post, mta):
    hand_in(post, mail=letter(".\n..two\n.end\n"))
    assert mta.taken[0].data.endswith(b".\r\n..two\r\n.end\r\n")


def test_letters_share_one_connection(post, mta):
    for _ in range(3):
        hand_in(post)
    assert (len(mta.taken), mta.connections) == (3, 1)


def test_refused_letter_leaves_the_connection_for_the_next(post, mta):
    mta.addresses["nobody@example.cn"] = "550 5.1.1 unknown user"
    fates = [hand_in(post, to="nobody@example.cn").verdict.fate, hand_in(post).verdict.fate]
    assert (fates, mta.connections) == ([Fate.REFUSED, Fate.SENT], 1)


@pytest.mark.parametrize("verb", ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA"])
def test_connection_lost_before_the_letter_is_surely_not_sent(post, mta, mtas, verb):
    mta.answers[verb] = [mtas.DROP]
    notes = []
    outcome = hand_in(post, notes=notes)
    assert (outcome.verdict.fate, outcome.verdict.lost, outcome.unknown, notes, mta.taken) == (
        Fate.PAUSE, True, False, [], [],
    )  # fmt: skip


def test_connection_lost_after_the_letter_is_unknown(post, mta, mtas):
    mta.answers["BODY"] = [mtas.DROP]
    notes = []
    assert (hand_in(post, notes=notes).unknown, notes) == (True, ["sending"])


def test_connection_is_made_anew_after_it_broke(post, mta, mtas):
    mta.answers["MAIL"] = [mtas.DROP]
    hand_in(post)
    assert hand_in(post).verdict.fate is Fate.SENT


@pytest.mark.parametrize("verb", ["CONNECT", "MAIL", "RCPT", "DATA"])
def test_refusal_before_the_letter_commits_nothing(post, mta, verb):
    mta.answers[verb] = ["451 MI:SFQ"]
    notes = []
    outcome = hand_in(post, notes=notes)
    assert (outcome.verdict.fate, outcome.said, notes) == (Fate.PAUSE, "451 MI:SFQ", [])


def test_commit_that_fails_sends_nothing(post, mta):
    def stop():
        raise RuntimeError("held")

    with pytest.raises(RuntimeError, match="held"):
        post.deliver(letter(), "zhang@example.cn", stop)
    hand_in(post)
    assert len(mta.taken) == 1


def test_no_server_is_lost_and_not_sent(mta):
    gone = Account("kepuwsp@163.com", "kepuwsp@163.com", "smtp://127.0.0.1:1", plain=True)
    with Post(gone, lambda: "secret") as post:
        outcome = hand_in(post)
    assert (outcome.verdict.fate, outcome.verdict.lost) == (Fate.PAUSE, True)


def test_server_without_encryption_gets_no_password(mta):
    with Post(account(mta, plain=False), lambda: pytest.fail("asked for the password")) as post:
        assert hand_in(post).verdict.fate is Fate.STOP


def test_refused_login_stops(mtas):
    with mtas.running(auth=True, always={"AUTH": "535 Error: authentication failed"}) as mta:
        with Post(account(mta), lambda: "secret") as post:
            outcome = hand_in(post)
        assert (outcome.verdict.fate, outcome.verdict.lost, mta.taken) == (Fate.STOP, True, [])


def test_server_that_asks_gets_the_login(mtas):
    with mtas.running(auth=True) as mta, Post(account(mta), lambda: "secret") as post:
        assert (hand_in(post).verdict.fate, "AUTH" in mta.verbs) == (Fate.SENT, True)


def test_what_a_server_says_stays_on_one_line_and_short(post, mta):
    mta.answers["MAIL"] = ["550 " + "长" * 600]
    said = hand_in(post).said
    assert (len(said), "\n" in said) == (300, False)
