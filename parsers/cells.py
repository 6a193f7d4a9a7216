"""A form's cells and rows, as every reader of forms gives them: Word tables, PDF pages, recognised lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from parsers.facts import Box

_MAX_SPAN = 400  # columns of a table that are told apart


@dataclass(frozen=True)
class Cell:
    """What stands in one cell, or one paragraph.

    confidence: 0 to 1, below 1 for what was recognised. page: from 1, 0 where there are none; box: its place on it.
    column, columns: the first column of the table's grid it covers and how many, column -1 where there is no grid;
    rows: how many rows it covers: it stands in the first of them only. inner: rows of the tables within it.
    """

    text: str
    confidence: float = 1.0
    page: int = 0
    box: Box | None = None
    column: int = -1
    columns: int = 1
    rows: int = 1
    inner: tuple[tuple[Cell, ...], ...] = ()

    @property
    def end(self) -> int:
        """The column after its last."""
        return self.column + self.columns


Row = Sequence[Cell | str]
"""One row of a table, or a paragraph as a row of one cell; an empty row parts one table from the next."""


def cells_of(row: Row) -> tuple[Cell, ...]:
    """The row's cells, plain strings as cells without a grid."""
    return tuple(Cell(cell) if isinstance(cell, str) else cell for cell in row)


def lines_of(rows: Iterable[Row]) -> Iterator[str]:
    """A line of text for every row that says anything, cells parted by tabs, inner tables after their row."""
    for row in rows:
        cells = cells_of(row)
        if any(cell.text for cell in cells):
            yield "\t".join(cell.text for cell in cells)
        for cell in cells:
            yield from lines_of(cell.inner)


def bounded_text(rows: Iterable[Row], most: int) -> str:
    """All lines of the rows as one text of at most `most` characters; no more rows are looked at than that takes."""
    kept: list[str] = []
    room = most
    for line in lines_of(rows):
        if room <= 0:
            break
        kept.append(line)
        room -= len(line) + 1
    return "\n".join(kept)[:most]


def joined(cells: Sequence[Cell], by: str = "\n") -> Cell:
    """Several cells as one: texts that say something joined, the mean confidence by length, the box around those
    of the first page. ValueError for none."""
    if not cells:
        raise ValueError("no cells to join")
    if len(cells) == 1:
        return cells[0]
    told = [cell for cell in cells if cell.text.strip()] or [cells[0]]
    weights = [max(len(cell.text), 1) for cell in told]
    confidence = sum(c.confidence * w for c, w in zip(told, weights, strict=True)) / sum(weights)
    boxes = [cell.box for cell in told if cell.box is not None and cell.page == told[0].page]
    inner = tuple(row for cell in cells for row in cell.inner)
    text = by.join(cell.text.strip() for cell in told)
    return Cell(text, confidence, told[0].page, around(boxes), inner=inner)


def around(boxes: Sequence[Box]) -> Box | None:
    """The smallest box that holds them all, None of none."""
    if not boxes:
        return None
    return Box(
        left=min(b.left for b in boxes),
        top=min(b.top for b in boxes),
        right=max(b.right for b in boxes),
        bottom=max(b.bottom for b in boxes),
    )


def grids_of(rows: Iterable[Row]) -> list[list[list[str]]]:
    """The tables among the rows as texts in true columns: a cell over several of them, or rows, stands in each."""
    grids: list[list[list[str]]] = []
    covers: dict[int, tuple[str, int]] = {}  # column to the text from above, and for how many rows more
    is_open = False
    for row in rows:
        cells = cells_of(row)
        if not cells or cells[0].column < 0:
            is_open, covers = False, {}
            continue
        if not is_open:
            grids.append([])
        is_open = True
        here = {column: text for column, (text, _) in covers.items()}
        covers = {column: (text, left - 1) for column, (text, left) in covers.items() if left > 1}
        for cell in cells:
            for column in range(cell.column, min(cell.end, cell.column + _MAX_SPAN)):
                here[column] = cell.text
                if cell.rows > 1:
                    covers[column] = (cell.text, cell.rows - 1)
        grids[-1].append([here.get(column, "") for column in range(min(max(here) + 1, _MAX_SPAN))])
    return grids
