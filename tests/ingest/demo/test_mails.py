import base64
import datetime as dt
import email
import email.message
import email.policy
import hashlib
import re
from dataclasses import replace
from email.header import decode_header, make_header
from pathlib import Path

import pytest

from ingest.demo.clients import FOXMAIL, NETEASE, OUTLOOK, QQ, Client
from ingest.demo.machine import auto_reply, bounce, list_mail
from ingest.demo.mails import Attachment, Charset, Mail, deliver_maildir, mail_bytes, write_mail
from ingest.demo.words import Naming

CHINA = dt.timezone(dt.timedelta(hours=8))
ARRIVED = dt.datetime(2024, 10, 8, 9, 30, tzinfo=CHINA)
NAME = "作品推荐表（盖章扫描件，第一版，请以此为准）.pdf"
BASE = Mail(
    sender=("广东科普", "kp@gd.example.cn"),
    to="kepuwsp@163.com",
    subject="推荐作品：《星海寻踪》",
    received_at=ARRIVED,
    message_id="1@gd.example.cn",
    text="您好！\n附件为作品材料，请查收。",
)


def read(mail: Mail) -> email.message.Message:
    return email.message_from_bytes(mail_bytes(mail), policy=email.policy.compat32)


def joined_words(raw: bytes, header: bytes) -> bytes:
    value = re.search(rb"^" + header + rb": ((?:.|\r\n[ \t])*)\r\n", raw, re.MULTILINE)
    assert value is not None
    return b"".join(base64.b64decode(word) for word in re.findall(rb"\?B\?([^?]*)\?=", value[1]))


@pytest.mark.parametrize("charset", ["gb2312", "gbk", "gb18030", "utf-8"])
def test_subject_is_read_back_from_encoded_words(charset: Charset) -> None:
    subject = decode_header(read(replace(BASE, charset=charset))["Subject"])
    assert str(make_header(subject)) == "推荐作品：《星海寻踪》"


def test_gb2312_label_stands_over_gbk_bytes() -> None:
    raw = mail_bytes(replace(BASE, charset="gb2312", subject="《朱镕与㙍》"))
    assert joined_words(raw, b"Subject").decode("gb18030") == "《朱镕与㙍》"


def test_no_line_of_headers_is_longer_than_the_standard_allows() -> None:
    raw = mail_bytes(replace(BASE, subject="长题目" * 80, charset="gb18030"))
    head = raw.partition(b"\r\n\r\n")[0]
    assert max(len(line) for line in head.split(b"\r\n")) <= 998


@pytest.mark.parametrize("charset", ["gb18030", "utf-8"])
def test_words_cut_inside_characters_join_to_the_subject(charset: Charset) -> None:
    mail = replace(BASE, subject="科普微视频" * 12, charset=charset, cut_inside=True)
    assert joined_words(mail_bytes(mail), b"Subject").decode(mail.codec) == "科普微视频" * 12


def test_words_cut_inside_characters_cannot_be_read_one_by_one() -> None:
    mail = replace(BASE, subject="科普微视频" * 12, charset="gb18030", cut_inside=True)
    first = re.findall(rb"\?B\?([^?]*)\?=", mail_bytes(mail).partition(b"Subject: ")[2])[0]
    with pytest.raises(UnicodeDecodeError):
        base64.b64decode(first).decode("gb18030")


def test_raw_style_writes_the_bytes_of_the_charset() -> None:
    raw = mail_bytes(replace(BASE, charset="gbk", style="raw"))
    assert b"Subject: " + "推荐作品：《星海寻踪》".encode("gbk") in raw


def named(naming: Naming) -> bytes:
    return mail_bytes(replace(BASE, charset="gb18030", attachments=(Attachment(NAME, b"x", naming=naming),)))


def test_file_name_in_encoded_words_stands_in_quotes() -> None:
    quoted = named("encoded").partition(b'filename="')[2].partition(b'"')[0]
    words = re.findall(rb"=\?gb18030\?B\?([^?]*)\?=", quoted)
    assert b"".join(base64.b64decode(word) for word in words).decode("gb18030") == NAME


def test_raw_file_name_is_bytes_of_the_charset() -> None:
    assert named("raw").partition(b'filename="')[2].partition(b'"')[0].decode("gb18030") == NAME


def test_file_name_by_rfc2231_comes_in_percent_encoded_pieces() -> None:
    percent = re.findall(r"%([0-9A-F]{2})", named("rfc2231").partition(b"filename*0*")[2].decode())
    assert bytes.fromhex("".join(percent)).decode("gb18030") == NAME


def test_file_name_may_stand_in_the_content_type_only() -> None:
    raw = named("type-only")
    assert (b"filename" in raw, b'name="=?gb18030?B?' in raw) == (False, True)


def test_file_may_have_no_name() -> None:
    assert b"name=" not in named("none")


def test_parts_have_the_bytes_that_went_in(tmp_path: Path) -> None:
    film = tmp_path / "f.mp4"
    film.write_bytes(bytes(range(256)) * 8_000)
    mail = replace(BASE, attachments=(Attachment("片.mp4", film), Attachment("表.docx", b"PK-form")))
    written = email.message_from_bytes(write_mail(mail, tmp_path / "m.eml").read_bytes())
    digests = [
        hashlib.sha256(part.get_payload(decode=True)).hexdigest()  # type: ignore[arg-type]
        for part in written.walk()
        if part.get_content_disposition() == "attachment"
    ]
    assert digests == [hashlib.sha256(data).hexdigest() for data in (film.read_bytes(), b"PK-form")]


def test_base64_lines_are_76_wide_over_all_pieces(tmp_path: Path) -> None:
    film = tmp_path / "f.mp4"
    film.write_bytes(b"\0" * (57 * 16_384 * 2 + 10))
    raw = write_mail(replace(BASE, html="none", attachments=(Attachment("f.mp4", film),)), tmp_path / "m").read_bytes()
    lines = [line for line in raw.split(b"\r\n") if line.startswith(b"AAAA")]
    assert {len(line) for line in lines[:-1]} == {76}


def test_bodies_are_plain_and_html_of_one_text() -> None:
    types = [part.get_content_type() for part in read(BASE).walk()]
    assert types == ["multipart/alternative", "text/plain", "text/html"]


def test_text_of_the_html_body_is_escaped() -> None:
    page = read(replace(BASE, text="<script>", html="only")).get_payload(decode=True)
    assert isinstance(page, bytes)
    assert (b"<script>" in page, b"&lt;script&gt;" in page) == (False, True)


def test_inline_picture_is_related_to_the_html() -> None:
    mail = replace(BASE, attachments=(Attachment("logo.png", b"png", "image/png", content_id="logo@1"),))
    types = [part.get_content_type() for part in read(mail).walk()]
    assert types == ["multipart/related", "multipart/alternative", "text/plain", "text/html", "image/png"]


def test_topmost_received_line_says_the_arrival_time() -> None:
    assert "Tue, 08 Oct 2024 09:30:00 +0800" in read(BASE).get_all("Received", [])[0]


@pytest.mark.parametrize("client", [FOXMAIL, NETEASE, QQ, OUTLOOK])
def test_client_names_itself(client: Client) -> None:
    assert read(replace(BASE, client=client))["X-Mailer"] == client.x_mailer


def test_answer_names_its_thread() -> None:
    mail = read(replace(BASE, in_reply_to="1@a", references=("0@a", "1@a")))
    assert (mail["In-Reply-To"], mail["References"]) == ("<1@a>", "<0@a> <1@a>")


def test_same_mail_gives_the_same_bytes() -> None:
    assert mail_bytes(BASE) == mail_bytes(BASE)


def test_bounce_is_a_delivery_report_from_the_postmaster() -> None:
    mail = email.message_from_bytes(
        bounce(to="a@163.com", address="b@c.example.cn", received_at=ARRIVED, message_id="b@1")
    )
    found = (mail.get_content_type(), mail.get_param("report-type"), mail["From"], mail["Subject"])
    assert found == ("multipart/report", "delivery-status", "Postmaster@163.com", "=?gb2312?B?z7XNs83L0MU=?=")


def test_automatic_answer_says_so() -> None:
    mail = email.message_from_bytes(
        auto_reply(sender=("", "a@b.cn"), to="c@163.com", received_at=ARRIVED, message_id="r@1")
    )
    assert mail["Auto-Submitted"] == "auto-replied"


def test_list_mail_carries_the_lists_headers() -> None:
    mail = email.message_from_bytes(list_mail(to="c@163.com", received_at=ARRIVED, message_id="l@1"))
    assert (mail["List-Id"], mail["Precedence"]) == ("<weekly.list.example.com>", "bulk")


def test_maildir_name_begins_with_the_arrival_time(tmp_path: Path) -> None:
    path = deliver_maildir(tmp_path / "box", b"x", ARRIVED)
    assert (int(path.name.partition(".")[0]), path.parent.name) == (int(ARRIVED.timestamp()), "new")


def test_two_mails_of_one_second_have_two_names(tmp_path: Path) -> None:
    assert len({deliver_maildir(tmp_path, b"x", ARRIVED).name for _ in range(3)}) == 3


def test_nothing_stays_in_tmp_after_delivery(tmp_path: Path) -> None:
    deliver_maildir(tmp_path, b"x", ARRIVED)
    assert list((tmp_path / "tmp").iterdir()) == []


def test_moved_mail_is_gone_from_where_it_was(tmp_path: Path) -> None:
    raw = tmp_path / "m.eml"
    raw.write_bytes(b"mail")
    delivered = deliver_maildir(tmp_path / "box", raw, ARRIVED, move=True)
    assert (raw.exists(), delivered.read_bytes()) == (False, b"mail")


def test_naive_arrival_time_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="aware"):
        deliver_maildir(tmp_path, b"x", ARRIVED.replace(tzinfo=None))
