"""Rows of several pages as one form: a table that goes on over a page's end is one table, a cell that does is one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from parsers.cells import Cell
from parsers.pdfrows import Rows

_EDGE = 0.012  # share of the page's width by which the sides of one table may differ on two pages


def appended(before: Rows, after: Rows) -> Rows:
    """The rows of the pages before with those of the next: joined where a table goes on."""
    head, table = _last_table(before)
    more, tail = _first_table(after)
    if not table or not more or not _same_sides(table, more):
        return [*before, (), *after]
    columns = _columns([*table, *more])
    table, more = _renumbered(table, columns), _renumbered(more, columns)
    return [*head, *_stitched(table, more), *tail]


def _last_table(rows: Rows) -> tuple[Rows, Rows]:
    """(what comes before, the table the rows end with); no table if they end with text."""
    end = len(rows)
    while end and not rows[end - 1]:
        end -= 1
    start = end
    while start and rows[start - 1] and rows[start - 1][0].column >= 0:
        start -= 1
    return rows[:start], rows[start:end]


def _first_table(rows: Rows) -> tuple[Rows, Rows]:
    """(the table the rows begin with, what comes after); no table if they begin with text."""
    start = 0
    while start < len(rows) and not rows[start]:
        start += 1
    end = start
    while end < len(rows) and rows[end] and rows[end][0].column >= 0:
        end += 1
    return rows[start:end], rows[end:]


def _same_sides(one: Rows, other: Rows) -> bool:
    (left, right), (left2, right2) = _sides(one), _sides(other)
    return abs(left - left2) < _EDGE and abs(right - right2) < _EDGE


def _sides(rows: Rows) -> tuple[float, float]:
    boxes = [cell.box for row in rows for cell in row if cell.box is not None]
    return min((box.left for box in boxes), default=0.0), max((box.right for box in boxes), default=0.0)


def _columns(rows: Rows) -> list[float]:
    """The lines between columns, of all rows together."""
    found: list[float] = []
    for edge in sorted(side for row in rows for cell in row if cell.box for side in (cell.box.left, cell.box.right)):
        if not found or edge - found[-1] > _EDGE / 2:
            found.append(edge)
    return found


def _renumbered(rows: Rows, columns: Sequence[float]) -> Rows:
    def nearest(edge: float) -> int:
        return min(range(len(columns)), key=lambda n: abs(columns[n] - edge))

    def placed(cell: Cell) -> Cell:
        if cell.box is None:
            return cell
        column = nearest(cell.box.left)
        return replace(cell, column=column, columns=max(nearest(cell.box.right) - column, 1))

    return [tuple(placed(cell) for cell in row) for row in rows]


def _stitched(table: Rows, more: Rows) -> Rows:
    """One table out of two: the rest of a cut cell goes to the cell, and a section's name to the rest of its rows."""
    last, first = table[-1], more[0]
    shape = [(cell.column, cell.columns) for cell in first]
    if len(first) > 1 and [(c.column, c.columns) for c in last] == shape and not first[0].text and first[-1].text:
        joined = [replace(a, text="\n".join(filter(None, (a.text, b.text)))) for a, b in zip(last, first, strict=True)]
        return [*table[:-1], tuple(joined), *more[1:]]
    if first[0].text or (first[0].rows < 2 and len(first) < 2):
        return [*table, *more]
    return [*table, (replace(first[0], text=_reaching_down(table, first[0])), *first[1:]), *more[1:]]


def _reaching_down(table: Rows, cell: Cell) -> str:
    """The text of the cell in that column which reaches to the table's end."""
    for at, row in enumerate(table):
        for above in row:
            if (above.column, above.columns) == (cell.column, cell.columns) and at + above.rows >= len(table):
                return above.text
    return ""
