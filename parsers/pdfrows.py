"""Letters of a page to the rows of its form: cells of ruled tables, and lines of text between them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from parsers.cells import Cell
from parsers.facts import Box
from parsers.pdftext import Frame, Letter
from parsers.ruled import Slot, Table

_GAP = 1.2  # line heights between two letters of one line that make them two cells
_WORD = 0.22  # line heights between two letters of a Western word's end and the next one's beginning
_SAME_LINE = 0.5  # share of a letter's height by which two letters of one line overlap
_FULL = 1.7  # line heights to the right edge within which a line is full, and goes on in the next
_RAGGED = 4.0  # the same for prose: a word, or a sign that begins no line, goes to the next one
_NARROW = 4.0  # line heights a column has at most in which each line is a piece of a word
_PROSE = 0.55  # share of the page's width that a full line of text covers
_DEPTH = 6
_ITEM = re.compile(r"\s*(?:[（(]?\d{1,2}[)）、.．](?!\d)|[①-⑳•·●■◆□☑]|[一二三四五六七八九十]{1,3}[、.])")
_LABELLED = re.compile(r"\s*[^:：。，,]{1,14}[:：](?!//)")
_PAGE_NUMBER = re.compile(r"[-—–\s]{0,4}(?:第\s?)?\d{1,4}(?:\s?页)?(?:\s?[/／，,共]{1,3}\s?\d{1,4}\s?页?)?[-—–\s]{0,4}")
_FOOT = 0.92  # share of the page's height below which a number alone is the page's

Rows = list[tuple[Cell, ...]]


def page_rows(letters: Sequence[Letter], tables: Sequence[Table], frame: Frame, page: int) -> Rows:
    """The rows of one page from top to bottom, an empty row around each table."""
    maker = _Page(tables, frame, page)
    free = maker.share_out(letters)
    blocks = maker.outer_tables() + [(line[0].top, [maker.row(line)]) for line in _paragraphs(free, frame)]
    return [row for _, rows in sorted(blocks, key=lambda block: block[0]) for row in rows]


class _Page:
    """Gives out the letters of a page to the cells of its tables."""

    def __init__(self, tables: Sequence[Table], frame: Frame, page: int) -> None:
        self._tables, self._frame, self._page = tables, frame, page
        self._letters: dict[tuple[int, int], list[Letter]] = {}
        self._holders = {n: self._holder(n) for n in range(len(tables))}

    def _cell_at(self, x: float, y: float, smaller_than: float = float("inf"), but: int = -1) -> tuple[int, int] | None:
        """(table, slot) of the smallest table with a cell there."""
        found = [
            (table.area, n, slot)
            for n, table in enumerate(self._tables)
            if n != but and table.area < smaller_than and (slot := table.at(x, y)) >= 0
        ]
        return min(found)[1:] if found else None

    def _holder(self, number: int) -> tuple[int, int] | None:
        """The cell of a larger table that this table stands in."""
        table = self._tables[number]
        x, y = (table.xs[0] + table.xs[-1]) / 2, (table.ys[0] + table.ys[-1]) / 2
        larger = [
            (other.area, n, slot)
            for n, other in enumerate(self._tables)
            if n != number and other.area > table.area and (slot := other.at(x, y)) >= 0
        ]
        return min(larger)[1:] if larger else None

    def share_out(self, letters: Sequence[Letter]) -> list[Letter]:
        """Give each letter to the cell it stands in; those that stand in none."""
        free = []
        for letter in letters:
            place = self._cell_at(*letter.middle)
            if place is None:
                free.append(letter)
            else:
                self._letters.setdefault(place, []).append(letter)
        return free

    def outer_tables(self) -> list[tuple[float, Rows]]:
        """(top, rows) of the tables that stand in no other."""
        return [
            (table.ys[0], [(), *self._rows(n, 0), ()])
            for n, table in enumerate(self._tables)
            if self._holders[n] is None
        ]

    def _rows(self, number: int, depth: int) -> Rows:
        table = self._tables[number]
        begun = sorted({slot.row for slot in table.slots})
        rows: dict[int, list[Cell]] = {row: [] for row in begun}
        for place, slot in sorted(enumerate(table.slots), key=lambda pair: (pair[1].row, pair[1].column)):
            covered = sum(slot.row <= row < slot.row + slot.rows for row in begun)
            rows[slot.row].append(self._cell(number, place, slot, covered, depth))
        return [tuple(rows[row]) for row in begun]

    def _cell(self, number: int, place: int, slot: Slot, rows: int, depth: int) -> Cell:
        inner: Rows = []
        if depth < _DEPTH:
            inside = [n for n, holder in self._holders.items() if holder == (number, place)]
            inner = [row for n in inside for row in (*self._rows(n, depth + 1), ())]
        text = cell_text(self._letters.get((number, place), []), slot)
        box = self._box(slot.left, slot.top, slot.right, slot.bottom)
        return Cell(
            text, page=self._page, box=box, column=slot.column, columns=slot.columns, rows=rows, inner=tuple(inner)
        )

    def row(self, line: Sequence[Letter]) -> tuple[Cell, ...]:
        """Runs of one line as cells without a grid."""
        return tuple(
            Cell(run.text, page=self._page, box=self._box(run.left, run.top, run.right, run.bottom)) for run in line
        )

    def _box(self, left: float, top: float, right: float, bottom: float) -> Box:
        width, height = self._frame.width, self._frame.height
        shares = (left / width, top / height, right / width, bottom / height)
        left, top, right, bottom = (round(min(max(share, 0.0), 1.0), 4) for share in shares)
        return Box(left=left, top=top, right=right, bottom=bottom)


def cell_text(letters: Sequence[Letter], slot: Slot) -> str:
    """Text of a cell: a line that is full goes on in the next, any other ends where it ends."""
    lines = [_joined(line) for line in _lines(letters)]
    text = ""
    before: Letter | None = None
    for line in lines:
        if before is not None:
            narrow = slot.right - slot.left < _NARROW * before.height
            full = slot.right - before.right < _FULL * before.height and not _ITEM.match(line.text)
            text += _seam(text, line.text) if full or narrow else "\n"
        text += line.text
        before = line
    return text.strip()


def _lines(letters: Sequence[Letter]) -> list[list[Letter]]:
    """Letters grouped by height, top first, each line from left to right; spaces at its ends are gone."""
    lines: list[list[Letter]] = []
    for letter in sorted(letters, key=lambda item: item.top + item.bottom):
        line = lines[-1] if lines else []
        shared = min(letter.bottom, line[0].bottom) - max(letter.top, line[0].top) if line else 0.0
        if line and shared > _SAME_LINE * min(letter.height, line[0].height):
            line.append(letter)
        else:
            lines.append([letter])
    sorted_lines = (_trimmed(sorted(line, key=lambda item: item.left)) for line in lines)
    return [line for line in sorted_lines if line]


def _trimmed(line: list[Letter]) -> list[Letter]:
    while line and not line[-1].text.strip():
        line.pop()
    while line and not line[0].text.strip():
        line.pop(0)
    return line


def _joined(line: Sequence[Letter]) -> Letter:
    """One text of a line's letters, with spaces where there is room for them and none is written."""
    text, before = line[0].text, line[0]
    for letter in line[1:]:
        gap = letter.left - before.right
        height = min(letter.height, before.height)
        if gap > _GAP * height:
            text += "  "
        elif gap > _WORD * height and _is_western(before.text) and _is_western(letter.text):
            text += " "
        text += letter.text
        before = letter if letter.right >= before.right else before
    return Letter(
        text,
        line[0].left,
        min(letter.top for letter in line),
        max(letter.right for letter in line),
        max(letter.bottom for letter in line),
    )


def _is_western(text: str) -> bool:
    return text[-1].isascii() and text[-1].isalnum()


def _seam(above: str, below: str) -> str:
    """What stands between two lines of one paragraph."""
    return " " if above and below and _is_western(above) and _is_western(below[0]) else ""


def _paragraphs(free: Sequence[Letter], frame: Frame) -> list[list[Letter]]:
    """Lines outside tables as runs: pieces far apart are several, the lines of a paragraph are one."""
    lines = [_pieces(line) for line in _lines(free)]
    lines = [line for line in lines if not _is_page_number(line, frame)]
    edge = max((line[-1].right for line in lines), default=0.0)
    margin = min((line[0].left for line in lines), default=0.0)
    found: list[list[Letter]] = []
    last: Letter | None = None  # the last line of the paragraph in hand
    for line in lines:
        if found and _continues(found[-1], last, line, margin, edge, frame):
            whole, more = found[-1][-1], line[0]
            text = whole.text + _seam(whole.text, more.text) + more.text
            found[-1][-1] = Letter(
                text, min(whole.left, more.left), whole.top, max(whole.right, more.right), more.bottom
            )
        else:
            found.append(line)
        last = line[-1]
    return found


def _pieces(line: Sequence[Letter]) -> list[Letter]:
    pieces: list[list[Letter]] = [[line[0]]]
    for letter in line[1:]:
        before = pieces[-1][-1]
        if letter.left - before.right > _GAP * min(letter.height, before.height):
            pieces.append([letter])
        else:
            pieces[-1].append(letter)
    return [replace(run, text=run.text.strip()) for run in map(_joined, filter(None, map(_trimmed, pieces)))]


def _is_page_number(line: Sequence[Letter], frame: Frame) -> bool:
    return len(line) == 1 and line[0].top > _FOOT * frame.height and bool(_PAGE_NUMBER.fullmatch(line[0].text))


def _continues(
    row: Sequence[Letter], last: Letter | None, line: Sequence[Letter], margin: float, edge: float, frame: Frame
) -> bool:
    """A lone line goes on with the last cell of the row above: it begins right below it, or the line above is full."""
    if last is None or len(line) != 1 or line[0].top - last.bottom > 1.2 * line[0].height:
        return False
    more = line[0]
    if len(row) > 1:
        return abs(row[-1].left - more.left) < more.height and not _LABELLED.match(more.text)
    ragged = edge - last.right
    if last.right - last.left < _PROSE * frame.width or more.left - margin > 1.2 * more.height:
        return False
    if _ITEM.match(more.text):
        return ragged < _FULL * last.height
    return ragged < _RAGGED * last.height and not _LABELLED.match(more.text)
