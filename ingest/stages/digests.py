"""Digests: once a day the organizers' summary and staff's to-dos are written, and put into the outbox like any letter.

A mail is of the day whose `daily_at` was the last to pass, so that a program that runs once a day writes one each day,
whenever that is, and one that stood still for days writes one; if that was in the night, the morning brings no second.
What organizers read covers all since the last one that went out; one that did not go gives way to the next. All mails
of a day are written in one transaction.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import structlog

from ingest import outbox
from ingest.config import Config, Mailbox
from ingest.context import Context, crash_point
from ingest.errors import KepuError
from ingest.ledger import Transaction
from ingest.ledger.rows import Row
from ingest.model import LetterKind
from ingest.stages.drafts import write_drafts
from ingest.stages.letterhead import state_of
from ingest.stages.lettersread import write_page
from ingest.views import Snapshot, snapshot
from ingest.views import digests as views
from reports.digests import Digest, Summary, render_digest, render_summary
from reports.letters import Rendered

log = structlog.get_logger("kepu")

MASKED = "收件台账（脱敏）"
AT_LEAST = dt.timedelta(hours=12)
"""A day whose hour passes so soon after a mail counts as told by it."""
AFTER_THE_FIRST = dt.timedelta(hours=3)
"""So long after the morning's mail the second one of a day does not come yet."""
_DAY = dt.timedelta(days=1)
_FIRST_OF_ALL = -1
"""Before any letter to a submitter: a summary of this morning is worth nothing tonight."""


def digests(context: Context) -> bool:
    """What is due is written, and its drafts where letters are only looked at; whether there was any.

    A fault of ours in them is said and costs nothing else: letters to submitters go out, and the next run tries again.
    """
    if context.config.replies.mode == "off" or context.clock() < context.config.edition.opens_at:
        return False
    try:
        return _write_due(context)
    except KepuError:
        raise
    except Exception as error:
        log.error("digests failed", error=f"{type(error).__name__}: {error}", exc_info=error)
        context.tally.troubles.append(f"日报、晨报没有写成（{type(error).__name__}），下次运行再写，详情见日志")
        return False


def _write_due(context: Context) -> bool:
    with context.read() as tx:
        due, told = _due(context.config, tx)
    for kind, day in told.items():
        with context.begin() as tx:
            tx.digests.write(kind, day.isoformat(), {}, (), instead_of=())
    if not due:
        return False
    with context.read() as tx:
        snap = snapshot(tx, context.config, context.wants_key)
        read = tx.digests.last_read(LetterKind.SUMMARY, drafts=context.config.replies.mode == "preview")
    for kind, day in due.items():
        if kind is LetterKind.SUMMARY:
            _summary(context, snap, day, read)
        else:
            _tasks(context, kind, day, views.digest_of(snap) if kind is LetterKind.DIGEST else views.urgent_of(snap))
    write_drafts(context)
    write_page(context)
    return True


def _due(config: Config, tx: Transaction) -> tuple[dict[LetterKind, dt.date], dict[LetterKind, dt.date]]:
    """What is to be written now, and of which day; and what a mail has told only a while ago.

    The second mail to staff never comes right after the first.
    """
    due: dict[LetterKind, dt.date] = {}
    told: dict[LetterKind, dt.date] = {}
    day = day_of(tx.now, config.schedule.daily_at, config.edition.zone)
    readers = {LetterKind.SUMMARY: config.report.organizers, LetterKind.DIGEST: config.report.staff}
    for kind in (kind for kind, some in readers.items() if some):
        last = tx.digests.last(kind)
        if last is None or last["day"] < day.isoformat():
            is_new = last is None or tx.now - last["at"] >= AT_LEAST
            (due if is_new else told)[kind] = day
    if config.report.staff and LetterKind.DIGEST not in due and _is_urgent(config, tx):
        due[LetterKind.URGENT] = tx.now.astimezone(config.edition.zone).date()
    return due, told


def _is_urgent(config: Config, tx: Transaction) -> bool:
    """It is late enough for the second mail of the day, which was not written, and there is a link to speak of."""
    local = tx.now.astimezone(config.edition.zone)
    last, first = tx.digests.last(LetterKind.URGENT), tx.digests.last(LetterKind.DIGEST)
    if local.time() < config.schedule.urgent_at or (last is not None and last["day"] >= local.date().isoformat()):
        return False
    if first is not None and tx.now - first["at"] < AFTER_THE_FIRST:
        return False
    days = config.report.link_days
    return bool(days and views.untouched_links(tx.desk.todos(), tx.desk.staff_cells(), tx.now, days))


def day_of(now: dt.datetime, at: dt.time, zone: dt.tzinfo) -> dt.date:
    """The day whose time `at` was the last to pass, in that zone."""
    local = now.astimezone(zone)
    return local.date() if local.time() >= at else local.date() - _DAY


def is_wanted(config: Config, day: dt.date, *, news: bool) -> bool:
    """Whether organizers get a summary of that day: always if there is news, else as the config says. The day after
    the deadline is one of those until it, since its summary tells how that ended."""
    until = config.edition.deadline_at.astimezone(config.edition.zone).date()
    rule = config.report.no_news
    return news or rule == "always" or (rule == "until-deadline" and day <= until)


def mailbox_of(config: Config) -> Mailbox:
    """From which mailbox daily mails come: the one that is named, or the first that can send."""
    if config.report.mailbox:
        return config.mailbox(config.report.mailbox)
    return next((box for box in config.mailboxes if box.smtp), config.mailboxes[0])


# the organizers' summary


def _summary(context: Context, snap: Snapshot, day: dt.date, read: Row | None) -> None:
    """read: the last one that went out, None if none did."""
    report, states = context.config.report, views.states_of(snap)
    before: Mapping[str, str] | None = read["states"] if read else None
    if not is_wanted(context.config, day, news=views.is_news(before, states)):
        _write(context, LetterKind.SUMMARY, day, states, (), None)
        return
    context.say("写日报", 0, 0)
    book = views.masked_copy(snap, before)
    summary = views.summary_of(snap, before, read["at"] if read else None, over=views.over_quota(book))
    made = _masked(context, book, day) if report.attach_max_bytes else None
    goes = [made] if made is not None and made["size"] <= report.attach_max_bytes else []
    rendered = render_summary(_with_workbook(context.config, summary, made))
    _write(context, LetterKind.SUMMARY, day, states, report.organizers, rendered, attached=goes)


def _masked(context: Context, book: Any, day: dt.date) -> dict[str, Any]:
    """The masked workbook as the ledger stands, in the store: its name, digest and size.

    Not the one on the share: that one may be open, or somebody else may have put another in its place.
    """
    from reports.masked import masked_book
    from reports.workbook import write_workbook

    with context.store.scratch() as scratch:
        path = scratch / "masked.xlsx"
        write_workbook(path, masked_book(book))
        stored = context.store.put_file(path)
    crash_point("digest-attached")
    return {"name": f"{MASKED}{day.isoformat()}.xlsx", "sha256": stored.sha256, "size": stored.size}


def _with_workbook(config: Config, summary: Summary, made: Mapping[str, Any] | None) -> Summary:
    """The summary with a word on the workbook; without one if none is wanted."""
    most = config.report.attach_max_bytes
    if made is None:
        return summary
    if made["size"] <= most:
        return replace(summary, attached=made["name"])
    size = f"{made['size'] / 1e6:.1f} MB，超过邮件附件上限 {most / 1e6:.1f} MB"
    return replace(summary, elsewhere=f"脱敏台账 {size}，没有附上；请在共享文件夹 reports/{MASKED}.xlsx 查看。")


# staff's to-dos


def _tasks(context: Context, kind: LetterKind, day: dt.date, found: Digest) -> None:
    """Nothing goes where there is nothing to do."""
    readers = context.config.report.staff if found.groups or found.counts else ()
    _write(context, kind, day, {}, readers, render_digest(found))


# writing


_GIVE_WAY: Mapping[LetterKind, Collection[LetterKind]] = {
    LetterKind.SUMMARY: (LetterKind.SUMMARY,),
    LetterKind.DIGEST: (LetterKind.DIGEST, LetterKind.URGENT),
    LetterKind.URGENT: (LetterKind.URGENT,),
}
"""What did not go before the next one is written, and is worth nothing then."""


def _write(
    context: Context,
    kind: LetterKind,
    day: dt.date,
    states: Mapping[str, str],
    readers: Sequence[str],
    rendered: Rendered | None,
    *,
    attached: Sequence[Mapping[str, Any]] = (),
) -> None:
    """The mail of a day to all its readers; without any, that there was nothing to say on it."""
    letters = [
        _row(context.config, kind, day, to, rendered, attached) for to in dict.fromkeys(readers) if rendered is not None
    ]
    with context.begin() as tx:
        tx.digests.write(kind, day.isoformat(), states, letters, instead_of=_GIVE_WAY[kind])
    crash_point("digest-written")
    context.tally.counts["letters"] += len(letters)
    log.info("digest", kind=kind.value, day=day.isoformat(), readers=len(letters))


def _row(
    config: Config, kind: LetterKind, day: dt.date, to: str, rendered: Rendered, attached: Sequence[Mapping[str, Any]]
) -> Row:
    """A letter as the ledger keeps it. Its key makes it the same one in every run."""
    mailbox, key = mailbox_of(config), f"{kind.value}:{day.isoformat()}:{to}"
    return {
        "key": key,
        "kind": kind.value,
        "mailbox": mailbox.name,
        "arrival_id": None,
        "to_address": to,
        "subject": rendered.subject,
        "text": rendered.text,
        "html": rendered.html,
        "message_id": outbox.message_id(key, mailbox),
        "in_reply_to": "",
        "refs": [],
        "state": state_of(config, kind).value,
        "held_for": "",
        "urgency": _FIRST_OF_ALL,
        "attached": list(attached),
    }
