"""Cloud attachments as they stand in a body. The keys are made up; only the sample contest's own server knows them."""

from __future__ import annotations

import datetime as dt
import html
from urllib.parse import quote

from ingest.demo.netdisk import key_of


def netease_block(*, name: str, size_bytes: int, subject: str, sent_at: dt.datetime, kept_days: int = 30) -> str:
    """The block a NetEase webmail puts below the text: heading, a row with name, size, expiry, and its links.

    sent_at: aware. The URL's `title` is the mail's subject, not the file's name.
    """
    key = key_of(name, size_bytes)
    until = sent_at + dt.timedelta(days=kept_days)
    day = f"{until.year}年{until.month}月{until.day}日 {until.hour}:{until.minute:02d}"
    url = html.escape(
        "https://mail.163.com/large-attachment-download/index.html?p=X-NETEASE-HUGE-ATTACHMENT"
        f"&file={key}&title={quote(subject)}"
    )
    shown = html.escape(name)
    millions = size_bytes / 2**20
    return (
        '<div id="divNeteaseBigAttach" style="font-size:14px;margin-top:15px;background:#fbfbfb;padding:10px">'
        '<div style="font-weight:bold">从网易163邮箱发来的超大附件</div>'
        '<div class="divNeteaseBigAttachItem" style="padding:8px 0">'
        f'<a href="{url}" target="_blank"><img alt="" width="32" height="32"></a>'
        f'<a href="{url}" download="{shown}" filename="{shown}" filesize="{size_bytes}" '
        f'expiretime="{int(until.timestamp() * 1000)}" target="_blank">{shown}</a>'
        f'<span style="color:#bbb">({millions:.2f}M, {day} 到期)</span>'
        f'<a href="{url}" target="_blank">下载</a></div></div>'
    )


def enterprise_block(*, name: str, size_bytes: int, until: dt.datetime) -> str:
    """The block that NetEase's mail for companies puts below the text; nothing answers at its link. until: aware."""
    url = f"https://edisk.qiye.163.com/api/biz/attachment/download?identity={key_of(name, size_bytes)[:32]}"
    shown = html.escape(name)
    day = f"{until.year}年{until.month}月{until.day}日 {until.hour}:{until.minute:02d}"
    return (
        '<div id="divNeteaseSiriusCloudAttach"><div>从网易企业邮箱发来的云附件</div>'
        f'<div><a class="divNeteaseSiriusCloudAttachItem" href="{url}" file-name="{shown}" file-size="{size_bytes}" '
        f'expired="{int(until.timestamp() * 1000)}">{shown}</a>'
        f"<span>{size_bytes / 2**20:.2f}M | 过期时间：{day}</span></div></div>"
    )
