"""Ruled cells to tables: which row and column of the grid each cell stands in, and which table in which cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from parsers.facts import Box
from parsers.recognition.ruling import within

_TOUCHING = 0.012  # share of the page between two cells of one table at most
_SAME_EDGE = 0.006  # share of the page by which edges on one line of the grid differ at most


@dataclass(frozen=True)
class Slot:
    """A cell of a table with its place in the grid; inner: rows of the tables within it."""

    box: Box
    column: int
    columns: int
    row: int
    rows: int
    inner: tuple[tuple[Slot, ...], ...] = ()

    @property
    def area(self) -> float:
        """Share of the page it covers."""
        return (self.box.right - self.box.left) * (self.box.bottom - self.box.top)


Table = list[tuple[Slot, ...]]
"""Rows of slots, top to bottom; a slot over several rows stands in the first."""


def tables_of(cells: Sequence[Box]) -> list[Table]:
    """The tables that cells make up, top to bottom."""
    outer = [cell for cell in cells if not any(within(cell, other) for other in cells)]
    tables = [_table(group, cells) for group in _groups(outer)]
    return sorted(tables, key=lambda table: (table[0][0].box.top, table[0][0].box.left))


def _groups(cells: Sequence[Box]) -> list[list[Box]]:
    """Cells that touch each other, together."""
    groups: list[list[Box]] = []
    for cell in cells:
        near = [group for group in groups if any(_touch(cell, other) for other in group)]
        groups = [group for group in groups if group not in near]
        groups.append([cell, *(other for group in near for other in group)])
    return groups


def _touch(one: Box, other: Box) -> bool:
    return (
        one.left - other.right < _TOUCHING
        and other.left - one.right < _TOUCHING
        and one.top - other.bottom < _TOUCHING
        and other.top - one.bottom < _TOUCHING
    )


def _table(group: Sequence[Box], cells: Sequence[Box]) -> Table:
    across = _edges([cell.left for cell in group], [cell.right for cell in group])
    down = _edges([cell.top for cell in group], [cell.bottom for cell in group])
    rows: dict[int, list[Slot]] = {}
    for cell in group:
        column, end = _nearest(across, cell.left), _nearest(across, cell.right)
        row, foot = _nearest(down, cell.top), _nearest(down, cell.bottom)
        inner = [other for other in cells if within(other, cell)]
        slot = Slot(
            box=cell,
            column=column,
            columns=max(end - column, 1),
            row=row,
            rows=max(foot - row, 1),
            inner=tuple(row for table in tables_of(inner) for row in table) if inner else (),
        )
        rows.setdefault(row, []).append(slot)
    return [tuple(sorted(rows[row], key=lambda slot: slot.column)) for row in sorted(rows)]


def _edges(starts: Sequence[float], ends: Sequence[float]) -> list[float]:
    """Lines of the grid: where cells start and end, one for those within a line's width of each other."""
    lines: list[list[float]] = []
    for edge in sorted([*starts, *ends]):
        if lines and edge - lines[-1][-1] < _SAME_EDGE:
            lines[-1].append(edge)
        else:
            lines.append([edge])
    return [sum(line) / len(line) for line in lines]


def _nearest(lines: Sequence[float], edge: float) -> int:
    return min(range(len(lines)), key=lambda at: abs(lines[at] - edge))
