"""Our letters that come back."""

import pytest

from ingest.demo.machine import bounce
from ingest.stages.reply import reply
from ingest.stages.send import send

TO = "wang@kjt.example.gov.cn"


@pytest.fixture
def sent(contest, walk, form):
    """A receipt that was sent; gives the context."""
    contest.post(files=[("推荐表.docx", form())])
    with contest.open('[replies]\nmode = "send"\n') as context:
        walk(context)
        with context.begin() as tx:
            tx.posting.sent(1)
        yield context


def come_back(contest, context, walk, *, address=TO, letter=1):
    with context.read() as tx:
        ident = tx.letters.row(letter)["message_id"] if letter else "never.ours@163.com"
    now = contest.clock.now
    raw = bounce(to="kepuwsp@163.com", address=address, received_at=now, message_id="b1@163.com", original_id=ident)
    contest.drop(raw, at=now)
    walk(context)


def test_letter_that_came_back_is_told(contest, sent, walk):
    come_back(contest, sent, walk)
    with sent.read() as tx:
        row = tx.letters.row(1)
        assert (row["state"], row["error"]) == ("sent", f"被退回：smtp; 550 User not found: {TO}")


def test_its_address_gets_nothing_more_and_a_person_is_asked(contest, sent, walk):
    come_back(contest, sent, walk)
    with sent.read() as tx:
        assert (list(tx.posting.dead_ones()), [row["key"] for row in tx.desk.todos()]) == (
            [TO], [f"no-such-address:{TO}"],
        )  # fmt: skip


def test_bounce_of_what_we_never_sent_changes_nothing(contest, sent, walk):
    come_back(contest, sent, walk, letter=0)
    with sent.read() as tx:
        assert (tx.posting.dead_ones(), tx.letters.row(1)["error"]) == ({}, "")


def test_bounce_that_names_another_address_is_not_of_this_letter(contest, sent, walk):
    come_back(contest, sent, walk, address="other@example.cn")
    with sent.read() as tx:
        assert tx.posting.dead_ones() == {}


def test_bounce_is_read_once(contest, sent, walk):
    come_back(contest, sent, walk)
    reply(sent)
    with sent.read() as tx:
        assert sum(row["what"] == "letter-returned" for row in tx.desk.events()) == 1


def test_bounce_is_never_answered(contest, sent, walk, mta):
    come_back(contest, sent, walk)
    send(sent)
    with sent.read() as tx:
        assert len(tx.letters.rows()) == 1
