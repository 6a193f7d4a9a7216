"""A mail's parts become materials of works: opened, joined; and which version of each kind is judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ingest.context import Context
from ingest.ledger import Transaction
from ingest.ledger.works import NewMaterial
from ingest.materials import in_force
from ingest.materials.entries import form_title
from ingest.model import Arrival, Group, Kind, Material, Part, Todo, TodoKind, Work

MAX_TITLE = 200
"""Characters of a title: what is longer is a paragraph in the wrong cell."""


def carry_out(context: Context, tx: Transaction, arrival: Arrival, new: Group, *, number: str = "") -> str:
    """Open or join the work a group names, and file its parts there. number: of a work left empty, opened again."""
    work = new.work
    if work:
        tx.works.join(work, arrival.id)
    else:
        work = _open(context, tx, arrival, new.title, number)
    file_parts(context, tx, work, arrival, [part for part in arrival.parts if part.id in new.part_ids])
    return work


def _open(context: Context, tx: Transaction, arrival: Arrival, title: str, number: str) -> str:
    """A new work; or the one that this mail opened before it was given elsewhere, and now back."""
    empty = [number] if number else tx.moves.emptied(arrival.id)
    if empty:
        tx.moves.reopen(empty[0], arrival.id, title)
        return empty[0]
    track = context.config.track(arrival.track)
    return tx.works.open(
        track=track.key,
        prefix=track.prefix,
        year=context.config.edition.year,
        mailbox=arrival.mailbox,
        title=title,
        arrival=arrival.id,
    )


def file_parts(context: Context, tx: Transaction, work_id: str, arrival: Arrival, parts: Sequence[Part]) -> None:
    """The work's materials, old and new together, and which of each kind is judged.

    A part that it has already takes the place of what it was before: a link's file has come.
    """
    work = tx.load([work_id], context.wants_key)[work_id]
    added = [Material(part, part.kind, False, arrival.received_at, arrival.message_id) for part in parts]
    _settle(context, tx, work, _by_arrival(work.materials, added), arrival.id)


def settle(context: Context, tx: Transaction, work_id: str) -> None:
    """Which of a work's files are judged, once they have become more or fewer."""
    work = tx.load([work_id], context.wants_key)[work_id]
    _settle(context, tx, work, work.materials, max((m.part.arrival_id for m in work.materials), default=None))


def _settle(
    context: Context, tx: Transaction, work: Work, materials: Sequence[Material], arrival_id: int | None
) -> None:
    """arrival_id: the mail on whose account a person may have to choose."""
    config, work_id = context.config, work.id
    limits = config.rules.duration
    settled = in_force(
        materials,
        config.edition.deadline_at,
        title=work.title,
        length_s=(limits.min_s - limits.doubt_s, limits.max_s + limits.doubt_s),
    )
    tx.works.set_materials(work_id, [NewMaterial(m.part.id, m.kind, m.in_force) for m in settled.materials])
    _call(tx, work, settled.materials)
    names = {m.part.id: m.part.name for m in materials}
    todos = [_choose_file(work_id, arrival_id, {i: names[i] for i in u.part_ids}, u.why) for u in settled.unclear]
    asked = {todo.key for todo in todos}
    for row in tx.desk.todos(work=work_id):
        if row["kind"] == TodoKind.CHOOSE_FILE.value and row["key"] not in asked:
            tx.desk.close_todos(key=row["key"])  # a later file has settled it
    for todo in todos:
        tx.desk.ask(todo)


def _call(tx: Transaction, work: Work, materials: Sequence[Material]) -> None:
    """The form that is judged names the work: what comes next is compared with that."""
    forms = (m.part for m in materials if m.in_force and m.kind is Kind.FORM)
    title = next((title for title in map(form_title, forms) if title), "")[:MAX_TITLE]
    if title and title != work.title:
        tx.works.rename(work.id, title)


def _by_arrival(known: Sequence[Material], added: Sequence[Material]) -> list[Material]:
    """Both, in the order in which their mails came: what was behind a link may be here after a later mail's files."""
    new = {material.part.id: material for material in added}
    kept = [new.pop(material.part.id, material) for material in known]
    mails = list(dict.fromkeys(material.part.arrival_id for material in (*kept, *added)))
    return sorted((*kept, *new.values()), key=lambda material: mails.index(material.part.arrival_id))


def _choose_file(work_id: str, arrival_id: int | None, names: Mapping[int, str], why: str) -> Todo:
    """names: part id to file name, the one in force first."""
    key = f"version:{work_id}:{'-'.join(map(str, names))}"
    text = f"作品 {work_id}：{why}。请在“选择”栏填文件名，或填「候选」中的序号。"
    offered = tuple(f"{number} {name or '云附件'}" for number, name in enumerate(names.values(), start=1))
    return Todo(key[:200], TodoKind.CHOOSE_FILE, text, work=work_id, arrival_id=arrival_id, candidates=offered)
