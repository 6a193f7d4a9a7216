"""What a copy of the workbook says is merged into the ledger, cell by cell, compared with what that copy once held.

There may be several copies: the workbook, its side file, one that was open for days and is saved over the new one. Each
carries a stamp: the ledger's newest event when it was written, and how many copies were written before. One with the
stamp that was written last is compared with what was written; an older one with the ledger as it was at that event.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.context import Context
from ingest.ledger import Transaction
from ingest.ledger.past import last_event, staff_cells_at
from ingest.stages.report.places import SIDE, WORKBOOK, note
from ingest.views import cells, extras

if TYPE_CHECKING:
    from reports.book import Book, CellKey, Extras, Value
    from reports.shown import Shown
    from reports.staff import StaffBook

HISTORY = "历史"
NEXT = "next"
"""The copy that is being put in place, whichever it will be."""
_EXTRAS = ("extras", f"extras:{WORKBOOK}", f"extras:{SIDE}", f"extras:{NEXT}")


@dataclass(frozen=True)
class Copy:
    """What is known of a copy before it is read. stamp: what it says itself; bare: it says nothing, as after a program
    that keeps values only; old: it was made before what was written under its name last; base: its cells then; held:
    the name under which the rest is kept that is known of it, "" if nothing is."""

    name: str
    stamp: str
    bare: bool
    old: bool
    base: Mapping[CellKey, Value | None]
    extras: Extras
    shown: Shown | None
    held: str


def copy_of(tx: Transaction, path: Path) -> Copy:
    """Which copy the file is."""
    from reports.book import Extras
    from reports.shown import from_text
    from reports.staff import stamp_of

    name, stamp = path.name, stamp_of(path)
    known = _number(tx, tx.desk.get(f"stamp:{name}"))
    number = _number(tx, stamp)
    held = NEXT if number and stamp == tx.desk.get(f"stamp:{NEXT}") else name
    if number and held == name and number != known:
        base = cells.to_book(staff_cells_at(tx.connection, number[0]))
        return Copy(name, stamp, False, number < known, base, Extras(), None, "")
    there = tx.desk.get(f"cells:{held}")
    base = cells.to_book(cells.from_json(there) if there else tx.desk.staff_cells())
    before = extras.kept(tx, f"extras:{held}" if tx.desk.get(f"extras:{held}") else "extras")
    shown = from_text(tx.desk.get(f"shown:{held}"))
    if known and not number:  # it may be of any age: what it does not say was not emptied, what differs is told
        return Copy(name, stamp, True, False, {}, before, shown, held)
    return Copy(name, stamp, False, False, base, before, shown, held)


def _number(tx: Transaction, stamp: str) -> tuple[int, ...]:
    """A stamp's event and the count of writes; () for what is no stamp of this ledger."""
    parts = stamp.split(".")
    if len(parts) != 2 or not all(part.isascii() and part.isdecimal() and len(part) < 16 for part in parts):
        return ()
    event, count = map(int, parts)
    return (event, count) if event <= last_event(tx.connection) else ()


def keep(tx: Transaction, copy: Copy, book: StaffBook) -> Mapping[tuple[str, str, str], Any]:
    """Merge what a copy says into the ledger; returns the cells that changed there."""
    from reports.staff import merge

    theirs = {**book.cells, **dict.fromkeys((*_dropped(copy, book), *_taken_back(copy, book)))}
    merged = merge(copy.base, theirs, cells.to_book(tx.desk.staff_cells()))
    changed = tx.desk.keep_staff_cells(cells.to_ledger(merged.cells))
    ours = extras.kept(tx, "extras")
    added = extras.as_bare(copy.extras, book.extras) if copy.bare else book.extras
    if copy.old:
        added = replace(added, views=())
    told = (*book.conflicts, *merged.conflicts, *extras.conflicts(copy.extras, added, ours, bare=copy.bare))
    tx.desk.keep_conflicts(cells.conflict_rows(told))
    extras.keep(tx, "extras", extras.merged(copy.extras, added, ours))
    stamp = copy.stamp or tx.desk.get(f"stamp:{copy.name}")
    _remember(tx, copy.name, {**copy.base, **theirs}, added, stamp, book.untidy)
    tx.desk.put(f"shown:{copy.name}", tx.desk.get(f"shown:{copy.held}") if copy.held else "")
    return changed


def _dropped(copy: Copy, book: StaffBook) -> Iterable[CellKey]:
    """Cells of columns that staff had added to this copy and have taken out of it: that empties them."""
    if copy.bare or copy.old:
        return
    there = {(c.sheet, c.heading) for c in book.extras.columns}
    gone = {(c.sheet, c.heading) for c in copy.extras.columns if c.sheet in book.rows} - there
    yield from (key for key in copy.base if (key.sheet, key.heading) in gone and key.key in book.rows[key.sheet])


def _taken_back(copy: Copy, book: StaffBook) -> Iterable[CellKey]:
    """Cells of the program's that staff had filled since the copy was written, and that are as it was written again."""
    from reports.shown import checksum

    for key in copy.base.keys() & book.as_written if copy.shown else ():
        shown = copy.shown.rows.get(key.sheet, {}).get(key.key, {}) if copy.shown else {}
        if checksum(copy.base[key]) != shown.get(key.heading):
            yield key


def _remember(
    tx: Transaction,
    name: str,
    held: Mapping[CellKey, Value | None],
    added: Extras,
    stamp: str,
    untidy: Iterable[str] = (),
) -> None:
    """What a copy holds from now on."""
    tx.desk.put(f"cells:{name}", cells.to_json(cells.to_ledger(held)))
    extras.keep(tx, f"extras:{name}", added)
    extras.sweep(tx, _EXTRAS)
    tx.desk.put(f"stamp:{name}", stamp)
    tx.desk.put(f"untidy:{name}", json.dumps(list(untidy), ensure_ascii=False))


def announce(tx: Transaction, book: Book) -> None:
    """A copy is about to be put in place that holds what the book says: known already, should the run die there."""
    from reports.shown import shown_of, to_text_of

    _remember(tx, NEXT, book.staff, book.extras, book.stamp)
    tx.desk.put(f"shown:{NEXT}", to_text_of(shown_of(book)))


def written(tx: Transaction, name: str, signature: str) -> None:
    """The copy that was announced has been put in place under this name."""
    for what in ("cells", "extras", "stamp", "untidy", "shown"):
        tx.desk.put(f"{what}:{name}", tx.desk.get(f"{what}:{NEXT}"))
    tx.desk.put(f"file:{name}", signature)


def new_stamp(tx: Transaction) -> str:
    """A stamp that no other copy has, of a book made of the ledger as it is."""
    count = int(tx.desk.get("copies") or 0) + 1
    tx.desk.put("copies", str(count))
    return f"{last_event(tx.connection)}.{count}"


def untidy(tx: Transaction, name: str) -> list[str]:
    """Why the copy must not be written over, though it was read; nothing where it may."""
    return [str(said) for said in json.loads(tx.desk.get(f"untidy:{name}") or "[]")]


def keep_old(context: Context, path: Path, stamp: str) -> None:
    """An older copy that was saved over the newer one stays as it is, beside the copies of each day."""
    folder = path.parent / HISTORY
    folder.mkdir(exist_ok=True)
    moment = context.clock().astimezone(context.config.edition.zone)
    target = folder / f"{path.stem}-旧副本-{moment:%Y-%m-%d-%H%M%S}-{stamp}{path.suffix}"
    temporary = folder / f".{target.name}.tmp"
    shutil.copyfile(path, temporary)
    temporary.replace(target)
    note(context, f"「{path.name}」被一份较早的副本覆盖，其中的填写已逐格合并；那份副本另存在 历史/{target.name}")
