"""Mail no person wrote: a bounce, an automatic answer, a list's mail."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from email.utils import format_datetime

from ingest.demo.clients import NETEASE, QQ
from ingest.demo.mails import CHINA, Mail, mail_bytes
from ingest.demo.words import encoded

_BOUNCE = """\
Received: from localhost (unknown [127.0.0.1])\r
\tby mx.163.com (Coremail) with SMTP id demo0002;\r
\t{date} (CST)\r
From: Postmaster@163.com\r
To: {to}\r
Subject: {subject}\r
Date: {date}\r
Message-ID: <{message_id}>\r
MIME-Version: 1.0\r
Content-Type: Multipart/report; report-type=delivery-status;\r
\tboundary="----=_Bounce_0001"\r
X-Mailer: Coremail MTA server\r
X-CM-Original-Message-ID: <{original_id}>\r
\r
This is a MIME-encapsulated message\r
\r
------=_Bounce_0001\r
Content-Type: text/plain; charset=GB18030\r
Content-Transfer-Encoding: 8bit\r
\r
抱歉，您的邮件被退回来了。收件人地址 {address} 不存在，请核对后重新发送。\r
\r
------=_Bounce_0001\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; mx.163.com\r
\r
Final-Recipient: rfc822; {address}\r
Action: failed\r
Status: 5.1.1\r
Diagnostic-Code: smtp; 550 User not found: {address}\r
\r
------=_Bounce_0001\r
Content-Type: message/rfc822\r
\r
From: <{to}>\r
To: <{address}>\r
Message-ID: <{original_id}>\r
Subject: Re: submission\r
MIME-Version: 1.0\r
Content-Type: text/plain; charset=us-ascii\r
\r
(cut)\r
------=_Bounce_0001--\r
"""


def bounce(
    *, to: str, address: str, received_at: dt.datetime, message_id: str, original_id: str = "demo-0@163.com"
) -> bytes:
    """A 系统退信 as NetEase's servers write it. to: our mailbox; address: whom our letter did not reach."""
    text = _BOUNCE.format(
        to=to,
        address=address,
        date=format_datetime(received_at.astimezone(CHINA)),
        subject=encoded("系统退信", "gb2312", "gb18030").decode(),
        message_id=message_id,
        original_id=original_id,
    )
    return text.encode("gb18030")


def auto_reply(*, sender: tuple[str, str], to: str, received_at: dt.datetime, message_id: str) -> bytes:
    """A holiday's automatic answer, marked as such by header and subject."""
    mail = Mail(
        sender=sender,
        to=to,
        subject="自动回复: 【科普微视频大赛】作品收件回执",
        received_at=received_at,
        message_id=message_id,
        text="您好，我正在休假，10月21日返回，期间邮件不能及时回复，敬请谅解。",
        client=QQ,
        extra=(("Auto-Submitted", b"auto-replied"), ("X-Auto-Response-Suppress", b"All")),
    )
    return mail_bytes(mail)


def list_mail(*, to: str, received_at: dt.datetime, message_id: str) -> bytes:
    """A newsletter with the headers of a mailing list."""
    mail = Mail(
        sender=("影像设备周刊", "news@list.example.com"),
        to=to,
        subject="本周特惠：4K摄像机、剪辑软件低至五折",
        received_at=received_at,
        message_id=message_id,
        text="您订阅的《影像设备周刊》第128期。\n退订请点击页面底部链接。",
        charset="gbk",
        client=NETEASE,
    )
    marks = (
        ("List-Id", b"<weekly.list.example.com>"),
        ("List-Unsubscribe", b"<https://list.example.com/unsubscribe>"),
        ("Precedence", b"bulk"),
    )
    return mail_bytes(replace(mail, extra=marks))
