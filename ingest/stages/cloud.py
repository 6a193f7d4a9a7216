"""Cloud: files behind links are fetched, the soonest to expire first; what only a person can fetch is a to-do.

Each try is in the ledger before it begins and after it ended, and its bytes lie under `root/cloud` in between: a run
that is killed goes on where it was. What was fetched is in the store; the mails get it by `ingest.linked`.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence
from pathlib import Path

import structlog

from ingest.config import CloudTable
from ingest.context import Context, crash_point
from ingest.errors import KepuError
from ingest.ledger import Transaction
from ingest.ledger.links import LIVING
from ingest.model import CloudFile, LinkState, Todo, TodoKind, link_number, mail_number
from ingest.sources.cloud import (
    MANUAL_REASONS,
    SENDERS_TURN,
    WAITING_REASONS,
    Fetched,
    Job,
    Outcome,
    Waiting,
    fetch_all,
    forget,
    handed_over,
    partial_path,
)
from ingest.sources.cloud.outcomes import Never
from ingest.sources.cloud.ways import way_of
from parsers.facts import Link

log = structlog.get_logger("kepu")

FOLDER = "cloud"
"""Below root: what has come so far of files behind links."""

PATIENCE = dt.timedelta(days=30)
"""So long a link without an expiry is tried; the longest a mail service keeps such a file."""

LONGEST = dt.timedelta(hours=6)
"""Between two tries, however many failed."""

URGENT = dt.timedelta(days=2)
"""Before its end a link has a turn in every batch, even where mails took all of the batch's time."""

SHORTEST = dt.timedelta(days=15)
"""So long a mail service keeps such a file at the least: by it a link is urgent that does not say when it ends."""

SHARE = 0.25
"""Of the batch's time: what urgent links have in any case."""

_OURS = frozenset({"out-of-time", "stopped"})
"""Reasons that are no failure of the link's: the try does not count, the next batch goes on."""

_SWITCHED = frozenset({"switched-off", "unknown-provider"})
"""Reasons that another config takes away."""

GONE = frozenset({"expired", "deleted"})
"""Reasons after which nobody gets the file any more."""


def cloud(context: Context) -> None:
    """All links of mails of works, and of mails that wait, that are due."""
    _hear(context)
    with context.read() as tx:
        due = tx.links.due()
    jobs = [job for job in (_job(context, link) for link in due) if not _was_stored(context, job)]
    urgent, rest = parted(_that_fit(context, jobs), context.clock())
    for some, until in ((urgent, _at_least(context)), (rest, context.until)):
        if some and not (context.stopped or (until is not None and time.monotonic() >= until)):
            _fetch(context, some, until)
    _sweep(context)


def parted(jobs: Sequence[Job[CloudFile]], now: dt.datetime) -> tuple[list[Job[CloudFile]], list[Job[CloudFile]]]:
    """Those whose files may soon be gone, and the others, each in their order."""
    urgent = [job for job in jobs if (job.tag.expires_at or job.tag.seen_at + SHORTEST) - now < URGENT]
    return urgent, [job for job in jobs if job not in urgent]


def _at_least(context: Context) -> float | None:
    """When urgent links must be done: with the batch's time, or after a share of it, whichever is later."""
    if context.until is None:
        return None
    share = context.config.schedule.batch_budget.total_seconds() * SHARE
    return max(context.until, time.monotonic() + share)


def _hear(context: Context) -> None:
    """What mails and the clock say: new links, those whose time is over, those the config allows again."""
    settings = context.config.cloud
    with context.begin() as tx:
        tx.links.sight()
        for link in tx.links.run_out():
            _end(tx, link, "expired")
        for link in tx.links.unasked(TODO):
            _ask(tx, link)
        waits = tx.links.links([LinkState.MANUAL])
        again = [link.id for link in waits if link.reason in _SWITCHED and _has_way(link, settings)]
        if again:
            tx.links.again(again)


def _has_way(link: CloudFile, settings: CloudTable) -> bool:
    try:
        way_of(as_link(link), settings)
    except Never:
        return False
    return True


def as_link(link: CloudFile) -> Link:
    """The link as those who fetch know it."""
    return Link(
        provider=link.provider,
        key=link.key,
        url=link.url,
        name=link.name or None,
        size=link.size or None,
        expires_at=link.expires_at,
        size_is_exact=link.size_is_exact,
        code=link.code or None,
    )


def folder_of(context: Context) -> Path:
    """Where partial files lie."""
    return context.store.root / FOLDER


def _job(context: Context, link: CloudFile) -> Job[CloudFile]:
    wanted = as_link(link)
    return Job(wanted, partial_path(folder_of(context), wanted), link)


def _that_fit(context: Context, jobs: Sequence[Job[CloudFile]]) -> list[Job[CloudFile]]:
    """Those for which there is room, twice: in the store, and in the work's folder where that is a copy."""
    room = context.store.free_bytes() - context.config.storage.reserve_bytes
    fit = []
    for job in jobs:
        room -= 2 * max(job.tag.size - job.tag.got, 0)
        if room > 0:
            fit.append(job)
    if len(fit) < len(jobs):
        context.tally.notes.append(f"磁盘空间不足，{len(jobs) - len(fit)} 个云附件暂未下载，请清理磁盘")
    return fit


# trying


def _fetch(context: Context, jobs: Sequence[Job[CloudFile]], until: float | None) -> None:
    """All at the pace the config allows; those for which there was no time wait for the next batch."""
    left: dict[int, CloudFile] = {}
    done = 0

    def began(job: Job[CloudFile]) -> None:
        left[job.tag.id] = job.tag
        with context.begin() as tx:
            tx.links.begin_try(job.tag.id)
        crash_point("link-begun")

    try:
        for job, outcome in fetch_all(jobs, context.config.cloud, until=until, stop=context.stop, began=began):
            context.say("下载云附件", done, len(jobs))
            _settle(context, job, outcome)
            del left[job.tag.id]
            done += 1
        context.say("下载云附件", done, len(jobs))
    except KepuError:
        raise
    except Exception as error:  # of ours: it costs this batch its links
        log.error("links not fetched", error=f"{type(error).__name__}: {error}", exc_info=error)
        context.tally.troubles.append("下载云附件时程序出错，下次运行会再试（详见日志）")
    finally:
        if left:
            with context.begin() as tx:
                for link in left.values():
                    tx.links.put_off(link.id)


def _settle(context: Context, job: Job[CloudFile], outcome: Outcome) -> None:
    """What a try brought, in the store and in the ledger."""
    link = job.tag
    if isinstance(outcome, Fetched):
        context.store.adopt(outcome.path, outcome.sha256)
        crash_point("link-stored")
        _say_fetched(context, job, outcome.sha256, outcome.size, outcome.name)
        context.tally.counts["fetched-bytes"] += outcome.size
    elif isinstance(outcome, Waiting):
        _wait(context, link, outcome)
    else:
        with context.begin() as tx:
            _end(tx, link, outcome.reason, outcome.detail)
        context.tally.counts["links-manual"] += 1
    log.info("link tried", link=link_number(link.id), provider=link.provider, outcome=_said(outcome))


def _say_fetched(context: Context, job: Job[CloudFile], sha256: str, size: int, name: str) -> None:
    link = job.tag
    with context.begin() as tx:
        tx.links.told(link.id, name=name if not link.name else "")
        tx.links.fetched(link.id, sha256, size)
        tx.desk.close_todos(key=todo_key(link.id))
    crash_point("link-fetched")
    forget(job.partial)
    context.tally.counts["links-fetched"] += 1


def _was_stored(context: Context, job: Job[CloudFile]) -> bool:
    """A run that was killed had put the file into the store and could not say so: that is said now."""
    known = handed_over(job.partial)
    if known is None or not context.store.has(known.sha256):
        return False
    _say_fetched(context, job, known.sha256, known.size, known.name)
    return True


def _said(outcome: Outcome) -> str:
    return "fetched" if isinstance(outcome, Fetched) else f"{outcome.reason} {outcome.detail}".strip()


def _wait(context: Context, link: CloudFile, outcome: Waiting) -> None:
    with context.begin() as tx:
        got = outcome.bytes_so_far
        if outcome.total and outcome.total != link.size:
            tx.links.told(link.id, size=outcome.total)
        if outcome.reason in _OURS:
            tx.links.put_off(link.id, got=got)
        elif link.expires_at is None and tx.now - link.seen_at > PATIENCE:
            _give_up(tx, link, outcome.reason)
        else:
            at = next_try(tx.now, link.tries + 1, outcome.retry_after_s, link.expires_at)
            tx.links.later(link.id, at=at, reason=outcome.reason, detail=outcome.detail, got=got)
    context.tally.counts["links-waiting"] += 1


def next_try(now: dt.datetime, tries: int, least_s: int, expires_at: dt.datetime | None) -> dt.datetime:
    """When a link is tried again after so many failures: 10, 20, 40 … minutes, six hours at the most.

    least_s: as the server said. As its end comes near it is tried more often: within a quarter of what is left.
    """
    pause = min(dt.timedelta(minutes=10 << min(max(tries - 1, 0), 10)), LONGEST)
    if expires_at is not None:
        pause = min(pause, max((expires_at - now) / 4, dt.timedelta()))
    return now + max(pause, dt.timedelta(seconds=least_s))


# what a person must do


def _end(tx: Transaction, link: CloudFile, reason: str, detail: str = "") -> None:
    state = LinkState.EXPIRED if reason in GONE else LinkState.MANUAL
    tx.links.end(link.id, state, reason=reason, detail=detail)
    _ask(tx, tx.links.link(link.id))


def _give_up(tx: Transaction, link: CloudFile, reason: str) -> None:
    tx.links.end(link.id, LinkState.GIVEN_UP, reason=reason)
    _ask(tx, tx.links.link(link.id))


TODO = "cloud:"
"""Before a link's number: the key of its to-do."""


def todo_key(link_id: int) -> str:
    """The key of a link's to-do."""
    return f"{TODO}{link_id}"


def _ask(tx: Transaction, link: CloudFile) -> None:
    """A to-do for a link with which no program goes on."""
    why = MANUAL_REASONS.get(link.reason, "")
    if link.state is LinkState.GIVEN_UP:
        reason = WAITING_REASONS[link.reason].partition("，")[0]
        why = f"多次下载没有成功（{reason}），程序不再自动重试，请打开链接，由人下载"
    ask_about(tx, link, why, hopeless=link.reason in SENDERS_TURN)


def ask_about(tx: Transaction, link: CloudFile, why: str, *, hopeless: bool) -> None:
    """One to-do a link, however many mails name it; for the work of the first of them.

    None where all works that have it are withdrawn or refused.
    """
    first = tx.links.first_sight(link.id)
    if first is None:
        return
    work, arrival = first["work_id"], first["arrival_id"]
    of = f"作品 {work} " if work else f"邮件 {mail_number(arrival)} "
    what = f"“{link.name}”" if link.name else "文件"
    where = f"补件/{work}/" if work else "补件/登记号/"
    mend = "" if hopeless else f"。下载后放进“{where}”，程序会核对并收取"
    text = f"{of}的云附件{what}（{link_number(link.id)}）：{why}{mend}。"
    todo = Todo(
        todo_key(link.id),
        TodoKind.FETCH_LINK,
        text,
        work=work,
        arrival_id=arrival,
        part_id=first["part_id"],
        due_at=link.expires_at,
    )
    tx.desk.ask(todo, anew=True)


def _sweep(context: Context) -> None:
    """What has come of links that are not waited for any more goes."""
    folder = folder_of(context)
    if not folder.is_dir():
        return
    with context.read() as tx:
        living = {partial_path(folder, as_link(link)).name for link in tx.links.links(list(LIVING))}
    for path in folder.iterdir():
        if path.name.partition(".part")[0] + ".part" not in living:
            path.unlink(missing_ok=True)
