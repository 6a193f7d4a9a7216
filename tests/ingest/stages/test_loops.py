"""Machines that answer machines: letters stay under the caps and the exchange ends, round after round."""

import datetime as dt
import email
import email.policy
from email.message import EmailMessage

import pytest

from ingest.demo.machine import auto_reply, bounce, list_mail
from ingest.model import LetterState
from ingest.stages.send import send

MINUTE = dt.timedelta(minutes=1)
CAPS = """\
[replies]
mode = "send"
quiet_period = "0s"
[replies.caps]
address_hour = 3
address_day = 10
mailbox_quarter = 5
mailbox_day = 50
run = 200
"""


class Loop:
    """Our mailbox, and whoever answers each of our letters: `answer(letter, number)` gives the bytes, or None."""

    def __init__(self, contest, walk, mta, context):
        self.contest, self.walk, self.mta, self.context = contest, walk, mta, context
        self.sent_at = []

    def run(self, answer, rounds):
        heard = 0
        for _ in range(rounds):
            self.walk(self.context)
            send(self.context)
            for taken in self.mta.taken[heard:]:
                self.sent_at.append(self.contest.clock.now)
                letter = email.message_from_bytes(taken.data, policy=email.policy.default)
                reply = answer(letter, len(self.sent_at))
                if reply is not None:
                    self.contest.drop(reply, "public", at=self.contest.clock.now)
            heard = len(self.mta.taken)
            self.contest.clock.now += MINUTE
        return heard

    def most_in(self, span):
        """The most letters that went out within any such span."""
        return max(
            (sum(0 <= (b - a).total_seconds() < span.total_seconds() for b in self.sent_at) for a in self.sent_at),
            default=0,
        )


@pytest.fixture
def loop(contest, walk, mta, form):
    """A submission that will be answered, over the server that does as it is told."""
    contest.post("自荐作品", to="public", files=[("自荐表.docx", form(kind="自荐表"))], sender="zhang@example.cn")
    with contest.open(CAPS) as context:
        boxes = tuple(box.model_copy(update={"smtp": mta.url}) for box in context.config.mailboxes)
        context.config = context.config.model_copy(update={"mailboxes": boxes})
        context.password = lambda name: "secret"
        yield Loop(contest, walk, mta, context)


def holiday(letter, number):
    now = dt.datetime(2024, 10, 12, tzinfo=dt.UTC)
    return auto_reply(
        sender=("张三", "zhang@example.cn"), to="kepuchuwsp@126.com", received_at=now, message_id=f"h{number}@x.cn"
    )


def bouncer(letter, number):
    ident = str(letter["Message-ID"]).strip("<> \r\n")
    now = dt.datetime(2024, 10, 12, tzinfo=dt.UTC)
    return bounce(
        to="kepuchuwsp@126.com",
        address="zhang@example.cn",
        received_at=now,
        message_id=f"b{number}@163.com",
        original_id=ident,
    )


def mailing_list(letter, number):
    now = dt.datetime(2024, 10, 12, tzinfo=dt.UTC)
    return list_mail(to="kepuchuwsp@126.com", received_at=now, message_id=f"l{number}@list.example.cn")


def second_kepu(letter, number):
    """Another mailbox like ours: it answers with its own receipt, headers and all."""
    mail = EmailMessage()
    mail["From"], mail["To"] = "zhang@example.cn", "kepuchuwsp@126.com"
    mail["Subject"] = f"【收件回执】P2024-{number:04d}"
    mail["Message-ID"] = f"<kepu.{number:032x}@example.cn>"
    mail["In-Reply-To"] = str(letter["Message-ID"])
    mail["Auto-Submitted"] = "auto-replied"
    mail.set_content("您的邮件已经收到。")
    return mail.as_bytes()


def naive(letter, number):
    """The worst: no header says that it is a machine, and each answer brings another file."""
    mail = EmailMessage()
    mail["From"], mail["To"] = "zhang@example.cn", "kepuchuwsp@126.com"
    mail["Subject"] = f"回复：{letter['Subject']}"
    mail["Message-ID"] = f"<n{number}@example.cn>"
    mail["In-Reply-To"] = str(letter["Message-ID"])
    mail.set_content("收到。")
    picture = b"\x89PNG\r\n\x1a\n" + number.to_bytes(4, "big") * 30_000
    mail.add_attachment(picture, maintype="image", subtype="png", filename=f"播放证明{number}.png")
    return mail.as_bytes()


@pytest.mark.parametrize("answer", [holiday, bouncer, mailing_list, second_kepu])
def test_machine_that_says_so_gets_one_letter(loop, answer):
    assert loop.run(answer, 12) == 1


def test_machine_that_does_not_say_so_is_held_by_the_caps(loop):
    loop.run(naive, 20)
    kinds = [row["kind"] for row in rows(loop.context) if row["state"] == LetterState.QUEUED.value]
    assert (loop.most_in(dt.timedelta(hours=1)), sorted(kinds)) == (3, ["attention", "supplement"])


@pytest.mark.drill
@pytest.mark.parametrize("answer", [holiday, bouncer, mailing_list, second_kepu])
def test_machine_that_says_so_gets_one_letter_in_a_thousand_rounds(loop, answer):
    assert loop.run(answer, 1_000) == 1


@pytest.mark.drill
def test_machine_that_does_not_say_so_is_held_by_the_caps_for_a_thousand_rounds(loop):
    loop.run(naive, 1_000)
    waiting = [row for row in rows(loop.context) if row["state"] == LetterState.QUEUED.value]
    assert (loop.most_in(dt.timedelta(hours=1)), loop.most_in(dt.timedelta(days=1)), len(waiting) <= 4) == (3, 10, True)


def rows(context):
    with context.read() as tx:
        return tx.letters.heads()
