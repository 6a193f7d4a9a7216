"""Letters as mail: what they carry, to whom they may go, and where drafts lie."""

import datetime as dt
import email
import email.policy
from pathlib import Path

import pytest

from ingest import outbox
from ingest.config import load

AT = dt.datetime(2024, 10, 8, 12, 30, tzinfo=dt.timezone(dt.timedelta(hours=8)))
LONG = "x" * 120 + "@mail.example.com"


@pytest.fixture(scope="module")
def mailbox():
    return load(None, environ={}, cwd=Path("/")).mailbox("recommended")


@pytest.fixture
def letter():
    """A row of letters, or what is said otherwise."""

    def make(**changes):
        return {
            "to_address": "wang@kjt.example.gov.cn",
            "subject": "【收件回执】R2024-0001 星海寻踪",
            "message_id": "kepu.1@163.com",
            "in_reply_to": "m1@mail.example.cn",
            "refs": ["m0@mail.example.cn", "m1@mail.example.cn"],
            "text": "您好：\n",
            "html": "<p>您好：</p>\n",
        } | changes

    return make


@pytest.fixture
def read(mailbox):
    """A composed letter, written and read again."""
    return lambda row: email.message_from_bytes(
        outbox.compose(row, mailbox, AT).as_bytes(), policy=email.policy.default
    )


def test_a_letter_has_the_headers_that_end_loops(read, letter):
    mail = read(letter())
    mail_headers = {name: mail[name] for name in ("From", "To", "Auto-Submitted", "X-Auto-Response-Suppress")}
    assert mail_headers == {
        "From": "kepuwsp@163.com",
        "To": "wang@kjt.example.gov.cn",
        "Auto-Submitted": "auto-replied",
        "X-Auto-Response-Suppress": "All",
    }


def test_a_letter_has_its_date_in_the_zone_it_is_given(read, letter):
    assert read(letter())["Date"] == "Tue, 08 Oct 2024 12:30:00 +0800"


def test_a_letter_is_in_the_thread_of_the_mail_it_answers(read, letter):
    mail = read(letter())
    assert (mail["In-Reply-To"], mail["References"]) == (
        "<m1@mail.example.cn>",
        "<m0@mail.example.cn> <m1@mail.example.cn>",
    )


def test_a_letter_to_a_mail_without_message_id_names_none(read, letter):
    mail = read(letter(in_reply_to="", refs=[]))
    assert (mail["In-Reply-To"], mail["References"]) == (None, None)


def test_long_message_ids_stay_whole_in_the_headers(mailbox, letter):
    raw = outbox.compose(letter(in_reply_to=LONG, refs=["a@b", LONG]), mailbox, AT).as_bytes()
    assert f"In-Reply-To: <{LONG}>\r\nReferences: <a@b>\r\n <{LONG}>\r\n".encode() in raw


def test_no_line_of_a_letter_is_longer_than_mail_allows(mailbox, letter):
    refs = [f"{n}{'x' * 280}@e.cn" for n in range(10)]
    raw = outbox.compose(letter(subject="长" * 300, refs=refs, text="长" * 5000), mailbox, AT).as_bytes()
    assert max(map(len, raw.split(b"\r\n"))) < 998


def test_headers_of_a_letter_are_ascii(mailbox, letter):
    raw = outbox.compose(letter(), mailbox, AT).as_bytes()
    assert raw.isascii()


def test_a_letter_is_the_same_bytes_each_time(mailbox, letter):
    assert outbox.compose(letter(), mailbox, AT).as_bytes() == outbox.compose(letter(), mailbox, AT).as_bytes()


def test_a_subject_with_line_breaks_adds_no_header(read, letter):
    mail = read(letter(subject="回执\r\nBcc: all@example.com\x00尾"))
    assert (mail["Subject"], mail["Bcc"]) == ("回执  Bcc: all@example.com 尾", None)


def test_a_letter_says_the_same_as_text_and_html(read, letter):
    parts = [part.get_content().strip() for part in read(letter()).iter_parts()]
    assert parts == ["您好：", "<p>您好：</p>"]


def test_references_keep_the_last_ten():
    refs = [f"{n}@e.cn" for n in range(30)]
    assert outbox.references(refs, "m@e.cn") == [*(f"{n}@e.cn" for n in range(21, 30)), "m@e.cn"]


@pytest.mark.parametrize("odd", ["", "a b@e.cn", "a\r\nBcc: x@e.cn", "<a@e.cn>", "甲@e.cn", "x" * 400])
def test_references_leave_out_what_is_no_message_id(odd):
    assert outbox.references([odd], "m@e.cn") == ["m@e.cn"]


def test_references_name_a_mail_once():
    assert outbox.references(["a@e.cn", "m@e.cn"], "m@e.cn") == ["a@e.cn", "m@e.cn"]


@pytest.mark.parametrize("address", ["wang@kjt.example.gov.cn", "a.b+c_d@qq.com", "123456@qq.com", "O'Neil@e-x.cn"])
def test_a_plain_address_can_be_written_to(address):
    assert outbox.can_be_written_to(address) is True


@pytest.mark.parametrize(
    "address",
    [
        "", "abc", "@b.cn", "a@", "a@b", "a b@c.cn", "a@b@c.cn", "<a@b.cn>", "a@b.cn\n", "a@b.cn\r\nBcc: x@y.cn",
        "é@x.cn", "张三@qq.com", "a@公司.cn", "a@[127.0.0.1]", '"a b"@c.cn', "a..b@c.cn", ".a@b.cn", "a@-b.cn",
        "a,b@c.cn", "a@b.cn(x)", "a" * 65 + "@b.cn", "a@" + "b." * 130 + "cn",
    ],
)  # fmt: skip
def test_a_strange_address_cannot_be_written_to(address):
    assert outbox.can_be_written_to(address) is False


def test_the_message_id_of_a_letter_is_the_same_in_every_run(mailbox):
    assert outbox.message_id("answer:1", mailbox) == outbox.message_id("answer:1", mailbox)


def test_the_message_id_of_a_letter_is_of_the_mailbox_domain(mailbox):
    assert outbox.message_id("answer:1", mailbox).rpartition("@")[2] == "163.com"


def test_a_draft_is_written_whole_and_alone(tmp_path, mailbox, letter):
    mail = outbox.compose(letter(), mailbox, AT)
    outbox.write_draft(tmp_path / "回信", "L0001 收件回执.eml", mail)
    assert [(path.name, path.read_bytes()) for path in (tmp_path / "回信").iterdir()] == [
        ("L0001 收件回执.eml", mail.as_bytes())
    ]
