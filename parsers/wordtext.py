"""The body of a Word document as rows of cells: paragraphs, tables with their grid, text boxes, content controls.

It reads as it would once all tracked changes are accepted; hidden text and the grey hints of empty controls are left
out, and ticked boxes of every make become ☑ and □.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from parsers.cells import Cell
from parsers.wordsigns import legacy_field, settle_controls, symbol, symbols_in

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_CELLS = 50_000
"""Paragraphs and cells of one document that are read."""

_MAX_COLUMNS = 63  # of a Word table
_MAX_ROWS = 5_000  # that one cell covers
_SKIPPED = frozenset(("del", "delText", "instrText", "Fallback", "moveFrom", "rt", "pPr", "rPr", "tblPr", "sectPr"))
_BREAKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "ptab": "\t"}
_THROUGH = frozenset(("sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag"))


def rows_of(root: _Element) -> list[tuple[Cell, ...]]:
    """Paragraphs as rows of one cell, table rows as rows of cells with their grid, an empty row around each table."""
    settle_controls(root)
    return _Reader().rows(root)


def paragraph_text(node: _Element) -> str:
    """Text of one paragraph (`w:p`), as it stands in the rows."""
    return _paragraph(node)[0]


def _tag(node: _Element) -> str:
    """Local name. That of a comment or an entity is nonsense, and it has no children."""
    return str(node.tag).rpartition("}")[2]


def _first(node: _Element, *path: str) -> _Element | None:
    """The descendant at a path of local names."""
    for name in path:
        found = next((child for child in node if _tag(child) == name), None)
        if found is None:
            return None
        node = found
    return node


def _value(node: _Element | None, default: str = "") -> str:
    """The `val` of a property, in whatever namespace."""
    if node is None:
        return default
    return next((str(value) for key, value in node.items() if str(key).rpartition("}")[2] == "val"), "")


def _number(node: _Element | None, default: int) -> int:
    text = _value(node)
    return int(text) if re.fullmatch(r"\d{1,9}", text) else default


class _Reader:
    """Reads one part, and counts what it has read."""

    def __init__(self) -> None:
        self._room = MAX_CELLS

    def rows(self, node: _Element) -> list[tuple[Cell, ...]]:
        found: list[tuple[Cell, ...]] = []
        before = ""
        for child in node:
            kind = _tag(child)
            if self._room <= 0:
                break
            if kind == "p":
                self._room -= 1
                text, boxes = _paragraph(child)
                if _first(child, "pPr", "rPr", "del") is not None:  # its end was deleted: the next goes on with it
                    before += text
                else:
                    found.append((Cell(before + text),))
                    before = ""
                for box in boxes:
                    found += self.rows(box)
            elif kind == "tbl":
                found += [(), *self._table(child), ()]
            elif kind and kind not in _SKIPPED:
                found += self.rows(child)
        return [*found, (Cell(before),)] if before else found

    def _table(self, table: _Element) -> Iterator[tuple[Cell, ...]]:
        grid = _Grid()
        for row in _children(table, "tr"):
            if self._room <= 0:
                break
            if _first(row, "trPr", "del") is None:
                grid.begin_row(_number(_first(row, "trPr", "gridBefore"), 0))
                for cell in _children(row, "tc"):
                    self._cell(cell, grid)
        yield from grid.rows()

    def _cell(self, node: _Element, grid: _Grid) -> None:
        self._room -= 1
        columns = max(1, min(_number(_first(node, "tcPr", "gridSpan"), 1), _MAX_COLUMNS))
        merged, sideways = _first(node, "tcPr", "vMerge"), _first(node, "tcPr", "hMerge")
        if sideways is not None and _value(sideways) != "restart" and grid.widen(columns):
            return
        if merged is not None and _value(merged) != "restart" and grid.reach_down(columns):
            return
        lines = self.rows(node)
        if grid.is_deleted(node):
            lines = []
        text = "\n".join(line[0].text for line in lines if len(line) == 1 and line[0].column < 0).strip()
        inner = tuple(line for line in lines if not line or line[0].column >= 0)
        grid.add(text, columns, inner if any(inner) else ())


class _Grid:
    """The cells of one table as they come, with the columns they cover and the rows they reach down to."""

    def __init__(self) -> None:
        self._rows: list[list[Cell]] = []
        self._above: dict[int, tuple[int, int]] = {}  # column to the row and place of the cell that covers it
        self._column = 0

    def begin_row(self, before: int) -> None:
        self._rows.append([])
        self._column = min(before, _MAX_COLUMNS)

    def is_deleted(self, node: _Element) -> bool:
        return _first(node, "tcPr", "cellDel") is not None

    def widen(self, columns: int) -> bool:
        """The cell before goes on into these columns; False if there is none."""
        row = self._rows[-1]
        if not row:
            return False
        last = row[-1]
        row[-1] = Cell(last.text, column=last.column, columns=last.columns + columns, inner=last.inner)
        self._column += columns
        return True

    def reach_down(self, columns: int) -> bool:
        """The cell above goes on into this row; False if there is none that was begun in this column."""
        at, place = self._above.get(self._column, (-1, -1))
        if at < 0 or at + self._rows[at][place].rows != len(self._rows) - 1 or self._rows[at][place].rows >= _MAX_ROWS:
            return False
        cell = self._rows[at][place]
        self._rows[at][place] = Cell(
            cell.text, column=cell.column, columns=cell.columns, rows=cell.rows + 1, inner=cell.inner
        )
        self._column += columns
        return True

    def add(self, text: str, columns: int, inner: tuple[tuple[Cell, ...], ...]) -> None:
        row = self._rows[-1]
        self._above[self._column] = len(self._rows) - 1, len(row)
        row.append(Cell(text, column=self._column, columns=columns, inner=inner))
        self._column += columns

    def rows(self) -> Iterator[tuple[Cell, ...]]:
        """Rows with at least one cell that begins there; one that only goes on from above has none, and is kept."""
        for row in self._rows:
            if row:
                yield tuple(row)


def _children(node: _Element, kind: str) -> Iterator[_Element]:
    """Children of that kind, content controls and the like between them looked through."""
    for child in node:
        if _tag(child) == kind:
            yield child
        elif _tag(child) in _THROUGH:
            yield from _children(child, kind)


def _paragraph(node: _Element) -> tuple[str, list[_Element]]:
    """Text of a paragraph as it reads once tracked changes are accepted, and the text boxes anchored in it."""
    pieces: list[str] = []
    boxes: list[_Element] = []
    _gather(node, "", pieces, boxes)
    return "".join(pieces), boxes


def _gather(node: _Element, font: str, pieces: list[str], boxes: list[_Element]) -> None:
    for child in node:
        kind = _tag(child)
        if kind == "t":
            pieces.append(symbols_in(child.text or "", font))
        elif kind == "r":
            if not _is_hidden(child):
                _gather(child, _font(child), pieces, boxes)
        elif kind in _BREAKS:
            pieces.append(_BREAKS[kind])
        elif kind == "sym":
            pieces.append(symbol(child))
        elif kind == "fldChar":
            pieces.append(legacy_field(child))
        elif kind == "txbxContent":
            boxes.append(child)
        elif kind and kind not in _SKIPPED:
            _gather(child, font, pieces, boxes)


def _is_hidden(run: _Element) -> bool:
    vanish = _first(run, "rPr", "vanish")
    return vanish is not None and _value(vanish) not in ("0", "false", "off")


def _font(run: _Element) -> str:
    fonts = _first(run, "rPr", "rFonts")
    if fonts is None:
        return ""
    return next((str(value) for key, value in fonts.items() if str(key).rpartition("}")[2] in ("ascii", "hAnsi")), "")
