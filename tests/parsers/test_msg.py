"""Outlook's .msg as a mail of the internet."""

import email
import email.policy
import io

import pytest

from ingest.demo.msgs import make_msg, message
from parsers.msg import MAX_DEPTH, NoMsgError, write_mail
from parsers.sniff import sniff

HEADERS = (
    "Received: from mx by mx.163.com; Tue, 8 Oct 2024 12:00:00 +0800\r\n"
    "Subject: =?gb2312?B?zbbOuw==?=\r\n =?gb2312?B?zbbOuw==?=\r\n"
    "From: a@qq.com\r\nMessage-ID: <m1@qq.com>\r\n"
    "Content-Type: multipart/mixed;\r\n\tboundary=other\r\nMIME-Version: 1.0\r\n\r\n"
)


@pytest.fixture
def rebuilt(tmp_path):
    """The mail that a saved one gives."""

    def make(**said):
        target = io.BytesIO()
        write_mail(make_msg(tmp_path / "a.msg", **said), target, max_bytes=10**8)
        return email.message_from_bytes(target.getvalue(), policy=email.policy.default)

    return make


def test_what_we_make_is_a_msg_by_its_bytes(tmp_path):
    assert sniff(make_msg(tmp_path / "a.msg", subject="x")) == "msg"


def test_its_own_headers_are_kept_but_for_those_of_its_body(rebuilt):
    mail = rebuilt(headers=HEADERS, text="正文")
    assert mail["Received"].endswith("12:00:00 +0800")
    assert (mail["Message-ID"], mail["From"], mail.get_all("Content-Type")[0].split(";")[0]) == (
        "<m1@qq.com>",
        "a@qq.com",
        "multipart/mixed",
    )
    assert len(mail.get_all("Subject") + mail.get_all("MIME-Version") + mail.get_all("Content-Type")) == 3


def test_without_headers_they_are_made_of_what_it_says(rebuilt):
    more = {"__substg1.0_5D01001F": "a@qq.com".encode("utf-16-le"), "__substg1.0_0C1A001F": "王工".encode("utf-16-le")}
    mail = rebuilt(subject="报送\r\nBcc: x@y.cn", text="x", more=more)
    assert (mail["Subject"], mail["From"], mail["Bcc"]) == ("报送 Bcc: x@y.cn", "王工 <a@qq.com>", None)


def test_text_in_both_forms(rebuilt):
    parts = list(rebuilt(headers=HEADERS, text="正文", html="<p>正文</p>".encode()).iter_parts())
    assert [(p.get_content_type(), p.get_content().strip()) for p in parts] == [
        ("text/plain", "正文"),
        ("text/html", "<p>正文</p>"),
    ]


def test_text_of_eight_bits_is_read_as_what_it_is(rebuilt):
    mail = rebuilt(headers=HEADERS, more={"__substg1.0_1000001E": "报送材料".encode("gbk")})
    assert next(mail.iter_parts()).get_content().strip() == "报送材料"


@pytest.mark.parametrize("size", [0, 1, 4095, 4096, 1_000_000])
def test_attachments_come_out_byte_for_byte(rebuilt, size):
    data = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    (found,) = rebuilt(headers=HEADERS, text="x", attachments=[("成片 1.mp4", data)]).iter_attachments()
    assert (found.get_filename(), found.get_content() == data) == ("成片 1.mp4", True)


def test_a_mail_attached_to_it_comes_with_its_files(rebuilt):
    inner = message(headers=HEADERS, text="里面", attachments=[("表.docx", b"PK")])
    (found,) = rebuilt(headers=HEADERS, text="x", attachments=[inner]).iter_attachments()
    held = found.get_content()
    assert (held["Message-ID"], [p.get_filename() for p in held.iter_attachments()]) == ("<m1@qq.com>", ["表.docx"])


def test_the_same_file_gives_the_same_bytes(tmp_path):
    path, first, second = make_msg(tmp_path / "a.msg", text="x"), io.BytesIO(), io.BytesIO()
    for target in (first, second):
        write_mail(path, target, max_bytes=10**8)
    assert first.getvalue() == second.getvalue()


def test_mails_in_mails_are_followed_to_a_bound(rebuilt):
    tree = message(text="x")
    for _ in range(MAX_DEPTH + 1):
        tree = message(text="x", attachments=[tree])
    with pytest.raises(NoMsgError, match="too-deep"):
        rebuilt(attachments=[tree])


@pytest.mark.parametrize("damage", [lambda b: b[:700], lambda b: b[:600] + b"\xff" * (len(b) - 600), lambda b: b"x"])
def test_a_damaged_file_is_said(tmp_path, damage):
    path = make_msg(tmp_path / "a.msg", headers=HEADERS, text="x" * 9000)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises((NoMsgError, OSError)):
        write_mail(path, io.BytesIO(), max_bytes=10**8)


def test_a_file_that_is_too_big_is_not_read(tmp_path):
    with pytest.raises(NoMsgError, match="too-big"):
        write_mail(make_msg(tmp_path / "a.msg", text="x"), io.BytesIO(), max_bytes=10)


def stream_entry(raw, name):
    """Where the directory says the size of that stream."""
    return raw.index(name.encode("utf-16-le")) + 120


@pytest.mark.parametrize(
    ("at", "claimed"),
    [
        (lambda raw: stream_entry(raw, "__substg1.0_1000001F"), 0xFFFFFFF0),
        (lambda raw: stream_entry(raw, "Root Entry"), 0xFFFFFFF0),
        (lambda raw: stream_entry(raw, "__properties_version1.0"), 0x7FFFFFFF),
        (lambda raw: 44, 0xFFFFFF),
        (lambda raw: 64, 0xFFFFFF),
        (lambda raw: 72, 0xFFFFFF),
    ],
    ids=["stream", "all-small-streams", "properties", "table", "small-table", "table-of-tables"],
)
def test_no_size_that_a_small_file_claims_is_read(tmp_path, at, claimed):
    path = make_msg(tmp_path / "a.msg", headers=HEADERS, text="x" * 9000, html=b"<p>x</p>")
    raw = bytearray(path.read_bytes())
    place = at(bytes(raw))
    raw[place : place + 4] = claimed.to_bytes(4, "little")
    path.write_bytes(raw)
    target = io.BytesIO()
    with pytest.raises(NoMsgError):
        write_mail(path, target, max_bytes=10**8)
    assert len(target.getvalue()) < 10 * len(raw)


def test_attachments_that_share_one_stream_are_read_to_a_bound(tmp_path):
    held = [("0.bin", b"x" * 1_000_000), *((f"{number}.bin", b"x" * 5_000) for number in range(1, 30))]
    path = make_msg(tmp_path / "a.msg", text="x", attachments=held)
    raw = bytearray(path.read_bytes())
    name = "__substg1.0_37010102".encode("utf-16-le")
    first = at = raw.index(name)
    while at != -1:
        raw[at + 116 : at + 128] = raw[first + 116 : first + 128]
        at = raw.find(name, at + 1)
    path.write_bytes(raw)
    with pytest.raises(NoMsgError, match="too-big"):
        write_mail(path, io.BytesIO(), max_bytes=10**8)
