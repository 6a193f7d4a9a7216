"""What the operator must know: told once in a digest, by a chat robot's webhook or through another account's mail.

Troubles are kept in the ledger as they begin and end; the log and 概览 show them whether or not anybody can be reached.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import shutil
from collections.abc import Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

import structlog

from ingest.config import Config
from ingest.context import Context
from ingest.errors import KepuError
from ingest.health import is_stale, silence
from ingest.ledger import Transaction
from ingest.ledger.rows import Row
from ingest.model import TodoKind
from ingest.outbox import POLICY
from ingest.outbox.answers import Fate
from ingest.outbox.smtp import Post
from ingest.stages.send import account_of

log = structlog.get_logger("kepu")

_TIMEOUT_S = 10.0
_MOST_LINES = 20
_MOST_CHARACTERS = 1_800  # robots of both makers take 2,048 bytes of text at the least
_GB = 1_000_000_000


def alert(context: Context) -> None:
    """What has begun or ended in this batch is written down; of what is new the operator is told, once."""
    with context.read() as tx:
        now_on = _troubles(context, tx)
        open_ = {row["key"]: row["text"] for row in tx.alerts.open() if row["key"].startswith(_MINE)}
    if now_on != open_:
        with context.begin() as tx:
            for key in open_.keys() - now_on.keys():
                tx.alerts.over(key)
            for key, text in now_on.items():
                tx.alerts.sound(key, text)
    _tell(context)


def tell_stopped(context: Context, error: Exception) -> None:
    """A batch broke off: the operator is told, once until one comes through. Never raises.

    Where the ledger cannot even say so, as on a full disk, a file of no bytes remembers that they were told.
    """
    why = f"（{error.why[:200]}）" if isinstance(error, KepuError) and error.why else ""
    text = (
        f"收件运行中断：{error.what}{why}。{error.mend}"
        if isinstance(error, KepuError)
        else f"收件运行出错（{type(error).__name__}），详情见日志"
    )
    try:
        with context.begin() as tx:
            tx.alerts.sound(_STOPPED, text)
        _tell(context)
    except Exception as second:
        log.error("alert not kept", error=f"{type(second).__name__}: {second}")
        _tell_without_ledger(context, text)


def _tell_without_ledger(context: Context, text: str) -> None:
    mark = context.config.storage.root / "alert.told"
    now = context.clock().timestamp()
    try:
        if mark.exists() and now - mark.stat().st_mtime < _AGAIN.total_seconds():
            return
        mark.touch()
        os.utime(mark, (now, now))
    except OSError as error:
        log.error("alert not remembered, not told", error=str(error))
        return
    log.error("alert", key=_STOPPED, text=text)
    _told(context, f"{context.config.edition.name}{text}"[:_MOST_CHARACTERS])


def _tell(context: Context) -> None:
    with context.read() as tx:
        untold = tx.alerts.untold()
    if not untold:
        return
    for row in untold:
        log.error("alert", key=row["key"], text=row["text"])
    if _told(context, digest(context.config, untold)):
        with context.begin() as tx:
            tx.alerts.told([row["id"] for row in untold])


_STOPPED = "run:stopped"
_AGAIN = dt.timedelta(hours=12)
_MINE = ("mailbox:", "disk:", "mail:", "run:")
"""How the keys of those troubles begin that are told from how all stands; others end where they began."""


def _troubles(context: Context, tx: Transaction) -> dict[str, str]:
    """By key, in words: mailboxes that are silent or refuse us, a full disk, mails that our program set aside."""
    config, found = context.config, {}
    health = tx.desk.mailboxes()
    for mailbox in config.mailboxes:
        row = health.get(mailbox.name)
        if row is not None and (row["refused"] or is_stale(config, row, tx.now)):
            found[f"mailbox:{mailbox.name}"] = f"信箱 {mailbox.address} 收不到信：{silence(config, row)}"
    free = shutil.disk_usage(config.storage.root).free
    if free < config.storage.reserve_bytes:
        what = f"硬盘剩余 {free / _GB:.1f} GB，少于 {config.storage.reserve_bytes / _GB:.1f} GB，已停止收新件"
        found["disk:root"] = f"{what}；请清理 {config.storage.root} 所在的硬盘"
    for todo in tx.desk.todos():
        if todo["kind"] == TodoKind.QUARANTINED.value:
            found[f"mail:{todo['key']}"[:300]] = todo["text"]
    return found


def digest(config: Config, rows: Sequence[Row]) -> str:
    """All new troubles in one text for people, bounded."""
    lines = [f"{config.edition.name}收件程序有 {len(rows)} 项故障需要处理："]
    lines += [f"{n}. {row['text']}" for n, row in enumerate(rows[:_MOST_LINES], 1)]
    if len(rows) > _MOST_LINES:
        lines.append(f"……另有 {len(rows) - _MOST_LINES} 项，见日志和台账「概览」。")
    return "\n".join(lines)[:_MOST_CHARACTERS]


def _told(context: Context, text: str) -> bool:
    """Somebody was reached, or nobody is to be. One way that fails keeps the other from nothing."""
    ways = []
    if context.webhook:
        ways.append(_by_webhook(context.webhook, text))
    if context.config.alerts.to:
        ways.append(_by_mail(context, text))
    return any(ways) or not ways


def _by_webhook(url: str, text: str) -> bool:
    """To a robot of 企业微信 or 钉钉: both take the same message. The url is a secret: it is in no log."""
    import httpx

    try:
        answer = httpx.post(
            url, json={"msgtype": "text", "text": {"content": text}}, timeout=_TIMEOUT_S, follow_redirects=False
        )
        code = answer.json().get("errcode", 0) if answer.is_success else answer.status_code
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, AttributeError) as error:
        log.error("alert not posted", error=type(error).__name__)
        return False
    if code:
        log.error("alert refused", code=code)
    return not code


def _by_mail(context: Context, text: str) -> bool:
    config = context.config
    who = config.alerts.sender or config.replies.sender or next((box for box in config.mailboxes if box.smtp), None)
    account = account_of(who) if who is not None else None
    if account is None or who is None:
        return False
    reached = False
    try:
        with Post(account, lambda: context.password(who.name)) as post:
            for to in config.alerts.to:
                outcome = post.deliver(_mail(account.address, to, text, context.clock()), to, lambda: None)
                reached |= outcome.verdict.fate is Fate.SENT
                if outcome.verdict.fate is not Fate.SENT:
                    log.error("alert not sent", to=to, said=outcome.said)
    except KepuError as error:
        log.error("alert not sent", what=error.what, why=error.why)
    return reached


def _mail(sender: str, to: str, text: str, now: dt.datetime) -> EmailMessage:
    mail = EmailMessage(policy=POLICY)
    mail["From"], mail["To"] = Address(addr_spec=sender), Address(addr_spec=to)
    mail["Subject"] = "收件程序故障提醒"
    mail["Date"] = format_datetime(now)
    known = hashlib.sha256(f"{to}{now.isoformat()}{text}".encode()).hexdigest()[:32]
    mail["Message-ID"] = f"<kepu-alert.{known}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(text, charset="utf-8", cte="base64")
    return mail
