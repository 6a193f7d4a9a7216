"""Letters of which nobody knows whether they went: the account's own folder of sent mail tells, on a real server."""

import itertools

import pytest

from ingest.outbox import compose
from ingest.stages.send import send

NAMES = itertools.count(1)


class Cut:
    """A letter went out, and the connection broke before the answer. `copies(folder)`: the server has filed it."""

    def __init__(self, context, dovecot, user):
        self.context, self.dovecot, self.user = context, dovecot, user

    def copies(self, folder, message_id=""):
        with self.context.read() as tx:
            row = tx.letters.row(1)
        mailbox = self.context.config.mailbox("public")
        mail = compose(row, mailbox, self.context.clock())
        if message_id:
            mail.replace_header("Message-ID", message_id)
        self.dovecot.deliver(self.user, mail.as_bytes(), self.context.clock(), folder)

    def stands(self):
        """The letter's state, and what people are asked."""
        send(self.context)
        with self.context.read() as tx:
            return tx.letters.row(1)["state"], [todo["key"] for todo in tx.desk.todos()]


@pytest.fixture
def cut(contest, walk, form, dovecot, mta, mtas):
    """One receipt, cut off after its last byte."""
    user = dovecot.make_user(f"sent{next(NAMES)}@126.com")
    mta.answers["BODY"] = [mtas.DROP]
    contest.post("自荐作品", to="public", files=[("自荐表.docx", form(kind="自荐表"))], sender="zhang@example.cn")
    with contest.open('[replies]\nmode = "send"\n') as context:
        walk(context)
        there = {"smtp": mta.url, "url": dovecot.url(), "user": user.name}
        boxes = tuple(box.model_copy(update=there if box.name == "public" else {}) for box in context.config.mailboxes)
        context.config = context.config.model_copy(update={"mailboxes": boxes})
        context.password = lambda name: user.password
        send(context)
        yield Cut(context, dovecot, user)
        assert len(mta.taken) == 1


@pytest.mark.parametrize("folder", ["已发送", "Sent Messages"])
def test_letter_in_the_sent_folder_was_sent(cut, folder):
    cut.copies(folder)
    assert cut.stands() == ("sent", [])


def test_letter_that_is_not_there_stays_unknown_and_a_person_looks(cut):
    cut.copies("已发送", message_id="<another@126.com>")
    assert cut.stands() == ("unknown", ["unknown-letter:1"])


def test_account_without_such_a_folder_leaves_it_to_a_person(cut):
    assert cut.stands() == ("unknown", ["unknown-letter:1"])


def test_letter_filed_late_is_found_and_the_question_closed(cut):
    before = cut.stands()
    cut.copies("已发送")
    assert (before, cut.stands()) == (("unknown", ["unknown-letter:1"]), ("sent", []))


def test_letter_found_in_the_inbox_proves_nothing(cut):
    cut.copies("INBOX")
    assert cut.stands() == ("unknown", ["unknown-letter:1"])
