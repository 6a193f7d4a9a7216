"""Fetch: list what is new in every mailbox, then copy each new mail into the store. The mailbox is only read."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import structlog

from ingest.config import Config, Mailbox
from ingest.context import Context, stage_ids
from ingest.errors import ConfigError, DiskError, GoneError, UnreachableError
from ingest.ledger import Transaction
from ingest.model import Ended, Listing, Stage, Todo, TodoKind, mail_number
from ingest.sources import Folder, Source, open_source
from ingest.store import Stored

log = structlog.get_logger("kepu")

OLD_EDITION = "往届：收到时间早于本届开始日期"
GONE = "下载之前已从信箱中移走或删除"


def fetch(context: Context) -> None:
    """Poll every mailbox. One that cannot be reached is said and costs only itself; one without a password, all."""
    _ask_for_passwords(context)
    for mailbox in context.config.mailboxes:
        error = ""
        try:
            with _open(context, mailbox) as source:
                _list(context, mailbox, source)
                _copy_all(context, mailbox, source)
        except UnreachableError as trouble:
            error = f"{trouble.what} {trouble.why}".strip()
            context.tally.unreachable.append(f"{trouble.what}。{trouble.mend}")
            log.error("mailbox unreachable", mailbox=mailbox.name, what=trouble.what, why=trouble.why)
        with context.begin() as tx:
            tx.desk.mailbox_tried(mailbox.name, error)


def _ask_for_passwords(context: Context) -> None:
    """ConfigError with every mailbox that has none, before any connection is tried."""
    missing: list[ConfigError] = []
    for mailbox in context.config.mailboxes:
        try:
            if mailbox.needs_password:
                context.password(mailbox.name)
        except ConfigError as error:
            missing.append(error)
    if len(missing) == 1:
        raise missing[0]
    if missing:
        problems = tuple(f"{error.what}。{error.mend}" for error in missing)
        raise ConfigError(
            f"{len(missing)} 个信箱没有授权码，未尝试登录", mend="请照上面各行设置后再运行。", problems=problems
        )


def _open(context: Context, mailbox: Mailbox) -> Source:
    return open_source(mailbox, base=Path("/"), password=lambda: context.password(mailbox.name))


def _list(context: Context, mailbox: Mailbox, source: Source) -> None:
    for folder in source.folders():
        with context.read() as tx:
            seen = tx.arrivals.seen(mailbox.name, folder.name, folder.uidvalidity)
            news = list(source.listing(folder, seen))
        for start in range(0, len(news), 200):
            with context.begin() as tx:
                for listing in news[start : start + 200]:
                    register(context, tx, mailbox, listing)
        _say_new(context, mailbox, folder, len(news))


def _say_new(context: Context, mailbox: Mailbox, folder: Folder, new: int) -> None:
    context.tally.counts["listed"] += new
    if new:
        log.info("listed", mailbox=mailbox.name, folder=folder.name, new=new)


def register(
    context: Context, tx: Transaction, mailbox: Mailbox, listing: Listing, *, fetched: Stored | None = None
) -> bool:
    """A new row, False if it was known. Mail from before the edition ends at once, its body is never fetched."""
    arrival_id = tx.arrivals.add(listing, track=mailbox.track)
    if arrival_id is None:
        return False
    if is_old(context.config, listing.received_at):
        tx.arrivals.end(arrival_id, Ended.NOT_A_SUBMISSION, OLD_EDITION, may_reply=False, why="往届邮件不回复")
        context.tally.counts["old-edition"] += 1
    elif fetched is not None:
        tx.arrivals.fetched(arrival_id, fetched.sha256, fetched.size)
    return True


def is_old(config: Config, received_at: dt.datetime | None) -> bool:
    """It came before this edition opened. A mail whose time is unknown is not."""
    return received_at is not None and received_at < config.edition.opens_at


def _copy_all(context: Context, mailbox: Mailbox, source: Source) -> None:
    ids = stage_ids(context, Stage.LISTED, mailbox=mailbox.name)
    context.each(
        f"下载邮件（{mailbox.name}）", ids, lambda arrival_id: _copy(context, mailbox, source, arrival_id), bounded=True
    )


def _copy(context: Context, mailbox: Mailbox, source: Source, arrival_id: int) -> None:
    with context.read() as tx:
        arrival = tx.arrivals.arrival(arrival_id)
    if arrival.size is not None and arrival.size > mailbox.limits.max_mail_bytes:
        _too_large(context, mailbox, arrival_id, arrival.size)
        return
    _ask_for_room(context, arrival.size or 0)
    listing = Listing(
        arrival.mailbox, arrival.folder, arrival.uidvalidity, arrival.uid, arrival.size, arrival.received_at
    )
    try:
        with context.store.writer() as writer:
            source.copy(listing, writer)
    except GoneError:
        _gone(context, arrival_id)
        return
    assert writer.stored is not None
    with context.begin() as tx:
        tx.arrivals.fetched(arrival_id, writer.stored.sha256, writer.stored.size)
    context.tally.counts["fetched"] += 1
    context.tally.counts["fetched-bytes"] += writer.stored.size


def _ask_for_room(context: Context, size: int) -> None:
    """The raw mail and its parts, and the reserve, must fit before anything is copied."""
    needed = 2 * size + context.config.storage.reserve_bytes
    free = context.store.free_bytes()
    if free < needed:
        raise DiskError(
            "磁盘空间不足，已停止下载新邮件",
            why=f"需要约 {needed / 1e9:.1f} GB，剩余 {free / 1e9:.1f} GB",
            mend=f"请清理 {context.store.root} 所在磁盘后重新运行；已收的邮件都在，不会重复下载。",
        )


def _too_large(context: Context, mailbox: Mailbox, arrival_id: int, size: int) -> None:
    limit = mailbox.limits.max_mail_bytes
    reason = f"邮件大小 {size / 1e6:.0f} MB，超过上限 {limit / 1e6:.0f} MB，未下载"
    number = mail_number(arrival_id)
    with context.begin() as tx:
        tx.arrivals.wait(arrival_id, reason, may_reply=False, why="尚未下载")
        mend = f"如需程序下载，请运维调高该信箱的 max_mail_bytes 后执行 kepu retry {number}"
        text = f"邮件 {number}：{reason}。请在网页信箱中人工查看；{mend}。"
        tx.desk.ask(Todo(f"too-large:{arrival_id}", TodoKind.QUARANTINED, text, arrival_id=arrival_id), anew=True)


def _gone(context: Context, arrival_id: int) -> None:
    """It was there when listed. If it was moved to a folder that is polled, it comes in from there as a mail anew."""
    number = mail_number(arrival_id)
    with context.begin() as tx:
        tx.arrivals.end(arrival_id, Ended.UNREADABLE, GONE, may_reply=False, why="没有信件内容")
        text = f"邮件 {number} {GONE}，程序没有收到内容。请在网页信箱的“已删除”等文件夹中查找，如是投稿请移回收件箱。"
        tx.desk.ask(Todo(f"gone:{arrival_id}", TodoKind.UNREADABLE_MAIL, text, arrival_id=arrival_id), anew=True)
    context.tally.counts["gone"] += 1
