"""Archives that could not be opened when they came: sets whose volumes are all here now, locked ones for which there is
a password, and what older parsers could not read. What comes out belongs to the mail, as if it had come out at once.

A mail that has not ended is decided anew with it; one that has ended keeps its ending, and its works get the files.
That is one transaction an archive, after files and facts are kept: a killed run does it again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

import structlog

from ingest.closed import LOCKED, archive_facts, locked_key, locked_parts, locked_todo, passwords_in, readers
from ingest.context import Context, crash_point
from ingest.errors import KepuError
from ingest.ledger import Transaction
from ingest.linked import keep_facts, tell_works
from ingest.model import OF_WORKS, Ended, Part, PartSource, mail_number
from ingest.sets import Row, VolumeSet, sets_of
from ingest.stages import extract
from ingest.stages.assemble import broken_todos
from parsers import sniff

log = structlog.get_logger("kepu")


@dataclass(frozen=True)
class _Job:
    """An archive to be opened. part_id: what comes out follows its row; digests: the file's, or the volumes' in order;
    volumes: ids of all volumes, none for a plain archive; todo: of the set's volumes that were missing."""

    arrival_id: int
    part_id: int
    name: str
    digests: tuple[str, ...]
    format: str
    volumes: tuple[int, ...] = ()
    todo: str = ""


def unpack(context: Context) -> None:
    """Everything that can be opened now."""
    _take_passwords(context)
    with context.read() as tx:
        rows = tx.openings.volumes()
        sets = sets_of(rows, context.store.path)
        known = _joined_again(rows, sets)
        jobs = [*_jobs(tx), *_set_jobs(tx, rows, sets)]
    if known:
        with context.begin() as tx:
            for ids, kept_in in known:
                tx.openings.join(ids, kept_in, "")
    for job in jobs:  # one by one: a mail may hold several, and its rows change with each
        context.each("解开压缩包", [job.arrival_id], lambda _, job=job: _guarded(context, job))  # type: ignore[misc]


def _take_passwords(context: Context) -> None:
    """What senders write of passwords, in the mail itself or in a later one, is offered to their locked archives."""
    offers: list[tuple[str, str]] = []
    with context.read() as tx:
        locked = [*tx.openings.locked(), *(row for row in tx.openings.volumes() if row["problem"] == LOCKED)]
        for row in locked:
            said = [word for text in tx.openings.texts(row["arrival_id"]) for word in passwords_in(text)]
            offers += [(row["sha256"], word) for word in said if not tx.openings.is_known(row["sha256"], word)]
    if offers:
        with context.begin() as tx:
            for sha256, word in dict.fromkeys(offers):
                if not tx.openings.is_known(sha256, word):
                    tx.openings.offer(sha256, word, by_staff=False)


def _joined_again(rows: Sequence[Row], sets: Sequence[VolumeSet]) -> list[tuple[list[int], int]]:
    """Volumes that came once more, whose set is open already: ids of their rows, and the mail it is kept under."""
    found: list[tuple[list[int], int]] = []
    open_ = {row["sha256"]: row["joined_in"] for row in rows if row["joined_in"] is not None and not row["problem"]}
    for one in sets:
        again = [row["id"] for row in one.rows if row["joined_in"] is None]
        kept_in = list({open_.get(sha256) for sha256 in one.digests})
        if again and len(kept_in) == 1 and kept_in[0] is not None:
            found.append((again, kept_in[0]))
    return found


def _jobs(tx: Transaction) -> list[_Job]:
    """Archives that may open now, in the order they came."""
    plain = {row["id"]: row for row in tx.openings.outdated(readers())}
    locked = tx.openings.locked()
    fresh = tx.openings.untried(row["sha256"] for row in locked)
    plain |= {row["id"]: row for row in locked if row["sha256"] in fresh}
    return [_Job(row["arrival_id"], row["id"], row["name"], (row["sha256"],), row["format"]) for row in plain.values()]


def _set_jobs(tx: Transaction, rows: Sequence[Row], sets: Sequence[VolumeSet]) -> Iterable[_Job]:
    """The same of sets that are whole: not put together yet, or with a new password or new parsers."""
    open_ = {row["sha256"] for row in rows if row["joined_in"] is not None and not row["problem"]}
    for one in sets:
        if one.lacks or open_.issuperset(one.digests):
            continue
        if one.kept_in is None:
            holder = one.holder
        elif tx.openings.untried(one.digests) or any(row["opened_with"] != readers() for row in one.rows):
            holder = max((r for r in one.rows if r["arrival_id"] == one.kept_in), key=lambda r: r["position"])
        else:
            continue
        ids = tuple(row["id"] for row in one.rows)
        yield _Job(holder["arrival_id"], holder["id"], one.name, one.digests, one.rows[0]["format"], ids, one.key)


def _guarded(context: Context, job: _Job) -> None:
    """A failure of ours costs a mail that has ended nothing but this archive, which is not tried at every run."""
    with context.read() as tx:
        ended = tx.arrivals.row(job.arrival_id)["ended"]
    try:
        _one(context, job, ended)
    except (KepuError, OSError):
        raise
    except Exception as error:
        if ended is None:
            raise
        log.error("archive failed", arrival=job.arrival_id, error=f"{type(error).__name__}: {error}", exc_info=error)
        context.tally.troubles.append(f"邮件 {mail_number(job.arrival_id)} 的压缩包“{job.name}”处理失败，请联系运维")
        with context.begin() as tx:
            _give_up(tx, job)


def _give_up(tx: Transaction, job: _Job) -> None:
    """Until the parsers are others, or another password comes."""
    tx.arrivals.part_rows.set([job.part_id, *job.volumes], opened_with=readers())
    if job.volumes:
        tx.openings.join(job.volumes, job.arrival_id, "crashed")
    for sha256 in job.digests:
        tx.openings.tried(sha256, tx.openings.passwords(sha256), opened=False)


def _one(context: Context, job: _Job, ended: str | None) -> None:
    with context.read() as tx:
        before = tx.arrivals.parts([job.arrival_id])[job.arrival_id]
        passwords = tuple(dict.fromkeys(word for one in job.digests for word in tx.openings.passwords(one)))
    with context.store.group() as group:
        opening = extract.opening_of(context, group, passwords=passwords)
        rows, problem = _drawn(opening, job)
    crash_point("members-stored")
    if ended in OF_WORKS:
        keep_facts(context, rows, opening.notes)
    with context.begin() as tx:
        mails = _write(context, tx, job, rows, problem)
        tx.arrivals.part_rows.add_links(job.arrival_id, list(opening.notes.rows()))
        for sha256 in job.digests:
            tx.openings.tried(sha256, passwords, opened=problem != LOCKED)
        if ended in OF_WORKS:
            changed = _unlike(before, tx.arrivals.parts([job.arrival_id])[job.arrival_id])
            _tell(context, tx, job, changed, opened=ended == Ended.WORK.value)
        for arrival_id in mails:
            tx.openings.go_on(arrival_id)
    crash_point("unpacked")
    context.tally.counts["unpacked"] += 1


def _drawn(opening: extract.Opening, job: _Job) -> tuple[list[extract.Row], str]:
    """What lies in it, and its problem."""
    rows: list[extract.Row] = []
    drawing = extract.inside(opening, job.digests, job.name)
    while True:
        try:
            rows.append(next(drawing))
        except StopIteration as end:
            return rows, str(end.value)


def _write(context: Context, tx: Transaction, job: _Job, rows: Sequence[extract.Row], problem: str) -> list[int]:
    """The archive's row, or its volumes', and the members' rows after it. Returns the mails this is news for."""
    if _by_hand(tx, job):
        rows = [row | {"source": PartSource.MANUAL.value} for row in rows]
    values = {"problem": problem, "opened_with": readers()}
    tx.arrivals.part_rows.put_inside(job.part_id, job.name, rows, **values)
    for sha256 in job.digests if job.format not in sniff.UNLOCKABLE else ():  # a document is read as it is
        tx.arrivals.keep_facts(sha256, context.wants_key, archive_facts(job.format, problem), anew=True)
    mails = [job.arrival_id]
    if job.volumes:
        tx.arrivals.part_rows.set(job.volumes, **values)
        mails = tx.openings.join(job.volumes, job.arrival_id, problem)
        tx.works.soil([work for works in tx.works.of_arrivals(mails).values() for work in works])
        tx.desk.close_todos(key=job.todo)
    if problem != LOCKED:
        for part_id in (job.part_id, *job.volumes):
            tx.desk.close_todos(key=locked_key(part_id))
        tx.desk.event("archive-opened", arrival=job.arrival_id, name=job.name, files=len(rows), problem=problem)
    return mails


def _by_hand(tx: Transaction, job: _Job) -> bool:
    parts = tx.arrivals.parts([job.arrival_id])[job.arrival_id]
    return any(part.id == job.part_id and part.source is PartSource.MANUAL for part in parts)


def _unlike(before: Sequence[Part], after: Sequence[Part]) -> frozenset[int]:
    """Ids of the parts that are new, or whose bytes came only now."""
    had = {part.id: part.sha256 for part in before}
    return frozenset(part.id for part in after if had.get(part.id) != part.sha256)


def _tell(context: Context, tx: Transaction, job: _Job, changed: Collection[int], *, opened: bool) -> None:
    """The works of a mail that has ended get what came out; what is closed still, or in it, is told to staff."""
    if changed:
        parts = tx.arrivals.parts([job.arrival_id])[job.arrival_id]
        tell_works(context, tx, job.arrival_id, {part.id for part in parts if part.id not in changed}, opened=opened)
    works = tx.works.of_arrivals([job.arrival_id])[job.arrival_id]
    tx.works.soil(works)
    arrival = tx.arrivals.arrival(job.arrival_id)
    mine = {*changed, job.part_id, *job.volumes}
    touched = replace(arrival, parts=tuple(part for part in arrival.parts if part.id in mine))
    refused = tx.openings.refused([part.sha256 for part in touched.parts if part.sha256])
    work = works[0] if len(works) == 1 else ""
    locked = [locked_todo(arrival, p, refused=p.sha256 in refused, work=work) for p in locked_parts(touched.parts)]
    for todo in (*locked, *broken_todos(touched, works)):
        tx.desk.ask(todo, anew=True)
