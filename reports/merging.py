"""The three-way merge of staff's cells. The law: no value of staff's ever disappears.

A cell only one side changed takes that side's value. One that both changed keeps what stands in staff's file, and
the other value is said in a conflict; where one side emptied what the other filled, the filled one stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reports.book import CellKey, Conflict, StaffCells, Value
from reports.cells import to_text

BOTH_CHANGED = "两处都改了这一格，表中保留前一个值，请核对后改成正确的值"
EMPTIED = "一处清空、另一处改了这一格，已保留填写的值；如确要清空，请再清空一次"


@dataclass(frozen=True)
class Merged:
    """cells: what to write (None: empty); conflicts: cells a person should look at."""

    cells: Mapping[CellKey, Value | None]
    conflicts: tuple[Conflict, ...] = ()


def merge(base: StaffCells, theirs: StaffCells, ours: StaffCells) -> Merged:
    """Cell by cell. base: as last written; theirs: as the file has them; ours: as they should be without the file.

    A cell absent from theirs or ours is unchanged there (its row or column is gone), one absent from base was empty.
    """
    cells: dict[CellKey, Value | None] = {}
    conflicts: list[Conflict] = []
    for key in {**base, **ours, **theirs}:
        before = base.get(key)
        mine, staffs = ours.get(key, before), theirs.get(key, before)
        cells[key], note = _settle(before, staffs, mine)
        if note:
            other = mine if cells[key] == staffs else staffs
            conflicts.append(Conflict(*key, to_text(cells[key]), to_text(other), note))
    return Merged(cells, tuple(conflicts))


def _settle(base: Value | None, theirs: Value | None, ours: Value | None) -> tuple[Value | None, str]:
    if _same(theirs, ours) or _same(ours, base):
        return theirs, ""
    if _same(theirs, base):
        return ours, ""
    if theirs is None:
        return ours, EMPTIED
    return theirs, EMPTIED if ours is None else BOTH_CHANGED


def _same(a: Value | None, b: Value | None) -> bool:
    return a == b and isinstance(a, bool) == isinstance(b, bool)
