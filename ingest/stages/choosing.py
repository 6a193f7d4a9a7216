"""What staff wrote under 选择 for a file: which version counts, or to which work a file belongs."""

from __future__ import annotations

from ingest import deciding
from ingest.context import Context
from ingest.ledger import Transaction
from ingest.ledger.rows import Row
from ingest.model import Material, TodoKind, todo_number
from ingest.stages import assemble
from reports import tables


def choose_files(context: Context, tx: Transaction, *, act: bool) -> int:
    """Open to-dos on files whose 选择 can be carried out; how many."""
    cells, count = tx.desk.staff_cells(), 0
    for todo in tx.desk.todos():
        number = todo_number(todo["id"])
        written = cells.get((tables.TODOS.title, number, deciding.CHOICE))
        if written is None or not deciding.text_of(written):
            continue
        who = deciding.text_of(cells.get((tables.TODOS.title, number, deciding.HANDLER)))
        if todo["kind"] == TodoKind.CHOOSE_FILE.value:
            count += _version(context, tx, todo, deciding.text_of(written), who, act=act)
        elif todo["kind"] == TodoKind.PLACE_FILE.value and todo["part_id"] is not None:
            count += _place(context, tx, todo, deciding.id_of(written), who, act=act)
    return count


def _version(context: Context, tx: Transaction, todo: Row, name: str, who: str, *, act: bool) -> bool:
    """One of the files between which a person was to choose is judged from now on."""
    work = tx.load([todo["work_id"]], context.wants_key).get(todo["work_id"])
    among = [int(one) for one in todo["key"].rpartition(":")[2].split("-") if one.isdecimal()]
    held = {m.part.id: m for m in work.materials} if work else {}
    offered = [held[one] for one in among if one in held]
    chosen = deciding.chosen_file(name, [m.part.name for m in offered])
    if work is None or chosen is None:
        return False
    if act:
        keep = _same_pages(offered, offered[chosen])
        tx.moves.pass_over(work.id, [m.part.id for m in offered if m not in keep])
        tx.desk.close_todos(key=todo["key"])
        tx.desk.event("file-chosen", work=work.id, file=name[:200], who=who, cell=deciding.CHOICE)
        assemble.settle(context, tx, work.id)
    return True


def _same_pages(offered: list[Material], chosen: Material) -> list[Material]:
    """A scan's pages came together, and are chosen together."""
    if chosen.kind.value != "scan":
        return [chosen]
    return [m for m in offered if m.part.arrival_id == chosen.part.arrival_id]


def _place(context: Context, tx: Transaction, todo: Row, work: str, who: str, *, act: bool) -> bool:
    """A file that may be any work's is the one's that a person names."""
    if not tx.works.rows([work]) or todo["arrival_id"] is None:
        return False
    if act:
        work = tx.moves.current([work])[0]
        mail = tx.arrivals.arrival(todo["arrival_id"], wants=context.wants_key)
        parts = [part for part in mail.parts if part.id == todo["part_id"]]
        assemble.file_parts(context, tx, work, mail, parts)
        tx.desk.close_todos(key=todo["key"])
        tx.desk.event("file-placed", work=work, arrival=mail.id, who=who, cell=deciding.CHOICE)
    return True
