"""Fetch: list what is new in every mailbox, then copy each new mail into the store. The mailbox is only read."""

from __future__ import annotations

from pathlib import Path

import structlog

from ingest.config import Mailbox
from ingest.context import Context
from ingest.errors import ConfigError, UnreachableError
from ingest.sources import Source, open_source
from ingest.stages.fetch.copying import GONE, ask_for_room, copy_all, header_of
from ingest.stages.fetch.listing import OLD_EDITION, Poll, is_old, list_all, register
from ingest.stages.fetch.reconciling import reconcile

__all__ = ["GONE", "OLD_EDITION", "ask_for_room", "fetch", "header_of", "is_old", "register"]

log = structlog.get_logger("kepu")


def fetch(context: Context) -> None:
    """Poll every mailbox. One that cannot be reached is said and costs only itself; one without a password, all."""
    _ask_for_passwords(context)
    for mailbox in _in_turn(context):
        if not _left_alone(context, mailbox):
            _poll(context, mailbox)


def _in_turn(context: Context) -> list[Mailbox]:
    """The mailbox whose mail waits longest comes first: where time is short, none is left behind for good."""
    with context.read() as tx:
        waits = tx.arrivals.longest_waiting()
    mailboxes = context.config.mailboxes
    return sorted(mailboxes, key=lambda mailbox: (mailbox.name not in waits, waits.get(mailbox.name, "")))


def _left_alone(context: Context, mailbox: Mailbox) -> bool:
    """A mailbox that refused our login is not asked again for some hours, whoever runs the batch; `kepu check` asks.

    One that could not be reached is left alone for some minutes, unless a person runs the batch.
    """
    with context.read() as tx:
        row = tx.desk.mailboxes().get(mailbox.name)
        if row is None or row["retry_at"] is None or row["retry_at"] <= tx.now:
            return False
    if not row["refused"] and context.by_hand:
        return False
    at = row["retry_at"].astimezone(context.config.edition.zone)
    if row["refused"]:
        mend = f"为免账户被锁，{at:%m-%d %H:%M} 前不再登录；改正后请运行 kepu check，登录成功即恢复收信"
    else:
        mend = f"{at:%H:%M} 后再试"
    context.tally.unreachable.append(f"信箱 {mailbox.name} 本次没有收信（{row['error']}）。{mend}")
    return True


def _poll(context: Context, mailbox: Mailbox) -> None:
    error, refused = "", False
    try:
        _visit_what_is_there(context, mailbox)
    except UnreachableError as trouble:
        error, refused = f"{trouble.what} {trouble.why}".strip(), _is_refusal(mailbox, trouble)
        context.tally.unreachable.append(f"{trouble.what}。{trouble.mend}")
        log.error("mailbox unreachable", mailbox=mailbox.name, what=trouble.what, why=trouble.why, refused=refused)
    with context.begin() as tx:
        tx.desk.mailbox_tried(mailbox.name, error, refused=refused)


def _visit_what_is_there(context: Context, mailbox: Mailbox) -> None:
    """A folder that was polled once and is gone is said, and the others are polled; what came from it stays."""
    try:
        _visit(context, mailbox)
    except UnreachableError as trouble:
        rest = tuple(name for name in mailbox.folders if name != trouble.folder)
        with context.read() as tx:
            known = {name for name, _ in tx.keys.folders(mailbox.name)}
        if not trouble.folder or not rest or len(known) <= len(rest):
            raise
        context.tally.notes.append(f"{trouble.what}，以前有过。已收的邮件都在，其余文件夹照常收信。{trouble.mend}")
        log.warning("folder gone", mailbox=mailbox.name, folder=trouble.folder)
        _visit(context, mailbox.model_copy(update={"folders": rest}))


def _visit(context: Context, mailbox: Mailbox) -> None:
    with _open(context, mailbox) as source:
        poll = Poll(context, mailbox, source, source.folders())
        list_all(poll)
        reconcile(poll)
        copy_all(poll)


def _is_refusal(mailbox: Mailbox, trouble: UnreachableError) -> bool:
    return trouble.lasting and not trouble.folder and mailbox.needs_password


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
