"""What bounces report, as NetEase, QQ, Postfix and others write them."""

import datetime as dt
import email.mime.multipart
import email.mime.text

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.demo.machine import bounce
from parsers.bounces import Bounce, read_bounce

NOON = dt.datetime(2024, 10, 12, 12, tzinfo=dt.UTC)


@pytest.fixture
def read(tmp_path):
    def reader(raw):
        path = tmp_path / "mail"
        path.write_bytes(raw)
        return read_bounce(path)

    return reader


def report(*, status="5.1.1", action="failed", recipient="zhang@example.cn", returned="kepu.1@163.com"):
    return f"""\
From: MAILER-DAEMON@mx.example.cn
To: kepuwsp@163.com
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.cn

Final-Recipient: rfc822; {recipient}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 no such user

--b
Content-Type: text/rfc822-headers

Message-ID: <{returned}>
Subject: x
--b--
""".encode()


def test_neteases_bounce_names_letter_and_address(read):
    raw = bounce(to="kepuwsp@163.com", address="gone@example.cn", received_at=NOON, message_id="b@163.com",
                 original_id="kepu.ab12@163.com")  # fmt: skip
    found = read(raw)
    assert (found.addresses, found.message_ids, found.for_good) == (("gone@example.cn",), ("kepu.ab12@163.com",), True)


def test_report_with_headers_alone_names_the_letter(read):
    found = read(report())
    assert (found.addresses, found.message_ids, found.for_good) == (("zhang@example.cn",), ("kepu.1@163.com",), True)


@pytest.mark.parametrize(
    ("status", "action", "for_good"),
    [("4.4.1", "delayed", False), ("4.4.7", "failed", True), ("5.2.2", "failed", True)],
)
def test_delay_is_not_for_good(read, status, action, for_good):
    assert read(report(status=status, action=action)).for_good is for_good


def test_why_is_what_the_server_said(read):
    assert read(report()).why == "smtp; 550 no such user"


def qq(text, ref="kepu.7@126.com"):
    mail = email.mime.multipart.MIMEMultipart()
    mail["From"], mail["To"], mail["Subject"] = "PostMaster@qq.com", "kepuchuwsp@126.com", "系统退信"
    mail["References"] = f"<{ref}>"
    mail.attach(email.mime.text.MIMEText(text, "html", "gb18030"))
    return mail.as_bytes()


def test_qqs_bounce_for_people_names_letter_and_address(read):
    found = read(qq("<p>您的邮件无法送达 li@qq.com，原因：550 Mailbox not found</p>"))
    assert (found.addresses, found.message_ids, found.for_good) == (("li@qq.com",), ("kepu.7@126.com",), True)


def test_bounce_for_people_that_speaks_of_a_delay_is_not_for_good(read):
    assert not read(qq("li@qq.com 暂时无法送达：450 4.2.1 稍后重试")).for_good


def test_own_address_and_the_mail_systems_are_not_whom_it_did_not_reach(read):
    assert read(qq("kepuchuwsp@126.com 发往 li@qq.com 的信被退回，请联系 PostMaster@qq.com。550")).addresses == (
        "li@qq.com",
    )


def test_nothing_is_read_out_of_a_letter_that_reports_nothing(read):
    assert read(b"From: a@b.cn\r\n\r\nhello") == Bounce(why="hello")


@given(st.binary(max_size=3_000))
def test_any_bytes_are_read(tmp_path_factory, raw):
    path = tmp_path_factory.mktemp("any") / "mail"
    path.write_bytes(
        b"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n" + raw
    )
    assert isinstance(read_bounce(path), Bounce)
