"""What came by link, taken into its mail: the link becomes its file, an archive's members follow, works are told.

A mail that waits for a person is decided anew with what has come; one that has ended keeps its ending, and its works
get the files. That is one transaction a mail, after the facts are kept: a killed run does it again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import structlog

from ingest.closed import passwords_in
from ingest.context import Context, crash_point
from ingest.errors import KepuError
from ingest.ledger import Transaction
from ingest.materials import Classified, classify, group
from ingest.model import (
    OF_WORKS,
    Arrival,
    CloudFile,
    Ended,
    Group,
    Kind,
    Part,
    PartSource,
    Todo,
    TodoKind,
    Work,
    mail_number,
)
from ingest.names import same_title
from ingest.noted import Notes
from ingest.stages import assemble, extract
from ingest.stages.parse import looked_at, parse
from parsers.facts import Facts

log = structlog.get_logger("kepu")

SAME_TITLE = 0.92
"""From here on a form's title is the work's, written a little differently."""

SAME = "与已有的文件"
"""Begins what is said of a file that came by link and was there already."""

_OF_BYTES = ("name", "size", "sha256", "format", "problem", "opened_with")


def take_linked(context: Context) -> None:
    """Everything fetched that its mails do not have yet; then the mails that waited for it go on."""
    with context.read() as tx:
        mails = tx.links.unapplied()
    context.each("收入云附件", list(mails), lambda arrival_id: _safely(context, arrival_id, mails[arrival_id]))
    if context.tally.counts.pop("reopened", 0):
        parse(context)
        assemble.assemble(context)


def _safely(context: Context, arrival_id: int, came: Mapping[int, CloudFile]) -> None:
    """A failure of ours costs this mail its files until the next batch; what the mail has become stays."""
    try:
        _one(context, arrival_id, came)
    except (KepuError, OSError):
        raise
    except Exception as error:
        log.error(
            "linked files not taken", arrival=arrival_id, error=f"{type(error).__name__}: {error}", exc_info=error
        )
        number = mail_number(arrival_id)
        context.tally.troubles.append(f"邮件 {number} 的云附件已下载，但未能收入，下次运行会再试（详见日志）")


def _one(context: Context, arrival_id: int, came: Mapping[int, CloudFile]) -> None:
    """One mail gets its files, and if it is a work's or waits for a person, what lies in them."""
    with context.read() as tx:
        ended = tx.arrivals.row(arrival_id)["ended"]
        links = [part for part in tx.arrivals.parts([arrival_id])[arrival_id] if part.id in came]
    counts = ended is None or ended in OF_WORKS
    notes = Notes()
    rows = {part.id: _rows(context, part, came[part.id], notes, deep=counts) for part in links}
    if ended in OF_WORKS:
        keep_facts(context, [row for found in rows.values() for row in found], notes)
    with context.begin() as tx:
        known = {part.id for part in tx.arrivals.parts([arrival_id])[arrival_id]} - rows.keys()
        for part_id, (own, *members) in rows.items():
            values = {name: own[name] for name in _OF_BYTES if name in own}
            tx.arrivals.part_rows.put_inside(part_id, own["name"], members, **values)
        tx.arrivals.part_rows.add_links(arrival_id, list(notes.rows()))
        if ended in OF_WORKS:
            tell_works(context, tx, arrival_id, known, opened=ended == Ended.WORK.value)
        elif ended is None:
            tx.openings.go_on(arrival_id)
            context.tally.counts["reopened"] += 1
            context.tally.counts["pending"] = max(context.tally.counts["pending"] - 1, 0)  # it was counted as waiting
    crash_point("linked")
    context.tally.counts["linked"] += len(rows)


def _rows(context: Context, part: Part, file: CloudFile, notes: Notes, *, deep: bool) -> list[extract.Row]:
    """The link as a file, and what lies in it. Links in small files among that are added to `notes`."""
    with context.read() as tx:
        said = [word for text in tx.openings.texts(part.arrival_id) for word in passwords_in(text)]
    opening = replace(extract.opening_of(context, context.store, passwords=said), notes=notes)
    format_, problem = extract.known_file(opening, file.sha256, file.size)
    own: extract.Row = {
        "name": part.name or file.name,
        "size": file.size,
        "sha256": file.sha256,
        "format": format_,
        "problem": problem,
        "source": PartSource.CLOUD.value,
    }
    return list(extract.opened(opening, own)) if deep else [own]


def keep_facts(context: Context, rows: Sequence[extract.Row], notes: Notes) -> None:
    """The facts of each file are kept, so that the mail's transaction has them at hand; links in documents are noted.

    Not for a mail that has not ended: it is parsed once more, and what lies in it with it.
    """
    seen: dict[str, Facts] = {}
    with context.read() as tx:
        known = tx.arrivals.facts({row["sha256"] for row in rows if row["sha256"]}, context.wants_key)
    for number, row in enumerate(rows):
        plain = {name: row[name] for name in ("name", "size", "sha256", "format", "problem")}
        part = Part(0, 0, number, source=PartSource(row["source"]), **plain, facts=known.get(row["sha256"]))
        if part.here:
            notes.add_facts(looked_at(context, part, seen).facts, inside=part.name, folder=row.get("folder", ""))


# into the works


def tell_noted(context: Context) -> None:
    """Links that were found in files of mails which had ended by then, read anew by other parsers: works get them."""
    with context.read() as tx:
        mails = tx.arrivals.part_rows.untold()
    context.each("归入链接", list(mails), lambda arrival_id: _tell_noted(context, arrival_id, mails[arrival_id]))


def _tell_noted(context: Context, arrival_id: int, new: Collection[int]) -> None:
    with context.begin() as tx:
        known = {part.id for part in tx.arrivals.parts([arrival_id])[arrival_id]}.difference(new)
        opened = tx.arrivals.row(arrival_id)["ended"] == Ended.WORK.value
        tell_works(context, tx, arrival_id, known, opened=opened)
    crash_point("links-told")
    context.tally.counts["links-told"] += len(new)


def tell_works(context: Context, tx: Transaction, arrival_id: int, known: Collection[int], *, opened: bool) -> None:
    """The mail's works get what is new, each what is its own; what may be any's is for a person."""
    arrival = tx.arrivals.arrival(arrival_id, wants=context.wants_key)
    loaded = tx.load(tx.works.of_arrivals([arrival_id])[arrival_id], context.wants_key).values()
    works = [work for work in loaded if not work.gone]
    arrival = _classified(tx, arrival, works, known)
    share = shared_out(arrival, works, known, opened=opened)
    for one in share.groups:
        if one.work:
            mine = [part for part in arrival.parts if part.id in one.part_ids]
            assemble.file_parts(context, tx, one.work, arrival, mine)
        else:
            assemble.carry_out(context, tx, arrival, one)
    new = replace(arrival, parts=tuple(part for part in arrival.parts if part.id not in known))
    for todo in (*_unplaced(arrival, share.unplaced), *assemble.broken_todos(new, [work.id for work in works])):
        tx.desk.ask(todo, anew=True)


def _classified(tx: Transaction, arrival: Arrival, works: Sequence[Work], known: Collection[int]) -> Arrival:
    """The mail with the kinds of its new parts. What its works have already is no second material."""
    new = {part.id for part in arrival.parts} - set(known)
    have = {m.part.sha256: m.part.name for work in works for m in work.materials if m.part.id not in new}
    have |= {part.sha256: part.name for part in arrival.parts if part.id in known}
    parts = []
    for part in arrival.parts:
        if part.id in new:
            twin = have.get(part.sha256) if part.sha256 else None
            found = classify(part, mail_text=arrival.text)
            if twin is not None:
                found = Classified(Kind.OTHER, True, f"{SAME}“{twin}”完全相同")
                tx.links.unfile(part.id)
            tx.arrivals.set_kind(part.id, found.kind, certain=found.certain, why=found.why)
            have.setdefault(part.sha256, part.name)
            part = replace(part, kind=found.kind, certain=found.certain, why=found.why)
        parts.append(part)
    return replace(arrival, parts=tuple(parts))


@dataclass(frozen=True)
class Share:
    """Which new parts go to which work ("" opens one), and which may be any's."""

    groups: tuple[Group, ...]
    unplaced: tuple[int, ...] = ()


def shared_out(arrival: Arrival, works: Sequence[Work], known: Collection[int], *, opened: bool) -> Share:
    """Where the new parts of a mail belong. works: those it opened or joined; known: ids of the parts it had before.

    One work gets all. Of several forms each belongs to the work of its title, or of whose files it stands with; the
    first of the others to the mail's only work if that has no form yet, the rest open works of their own if the mail
    did (`opened`), else a person is asked.
    """
    parts = [part for part in arrival.parts if part.id in known or not part.why.startswith(SAME)]
    new = {part.id for part in parts} - set(known)
    groups = [replace(one, part_ids=tuple(i for i in one.part_ids if i in new)) for one in _groups(arrival, parts)]
    if len(works) == 1 and len(groups) <= 1:
        return Share((Group("", tuple(sorted(new)), works[0].id),))
    placed = _matched(groups, works)
    if len(works) == 1 and works[0].form is None and works[0].id not in {one.work for one in placed}:
        first = next((number for number, one in enumerate(placed) if not one.work and one.title), None)
        if first is not None:
            placed[first] = replace(placed[first], work=works[0].id)
    good = tuple(one for one in placed if one.part_ids and (one.work or (opened and one.title)))
    taken = {part_id for one in good for part_id in one.part_ids}
    return Share(good, tuple(p.id for p in parts if p.id in new - taken and p.kind is not Kind.OTHER))


def _groups(arrival: Arrival, parts: Sequence[Part]) -> list[Group]:
    return list(group(parts, subject=arrival.subject).groups)


def _matched(groups: Sequence[Group], works: Sequence[Work]) -> list[Group]:
    """Each group with the one work whose title is its own, "" where there is none or several."""
    placed = []
    for one in groups:
        alike = [work.id for work in works if work.title and same_title(work.title, one.title) >= SAME_TITLE]
        placed.append(replace(one, work=alike[0] if len(alike) == 1 else ""))
    return placed


def _unplaced(arrival: Arrival, part_ids: Sequence[int]) -> list[Todo]:
    names = "".join(f"“{part.name}”" for part in arrival.parts if part.id in part_ids[:5])
    if not names:
        return []
    more = f"等 {len(part_ids)} 个文件" if len(part_ids) > 5 else ""
    text = f"邮件 {mail_number(arrival.id)} 的云附件中{names}{more}，无法判断属于哪一部作品，请人工核对。"
    return [Todo(f"place:{part_ids[0]}", TodoKind.PLACE_FILE, text, arrival_id=arrival.id, part_id=part_ids[0])]
