"""What follows a label that stands alone: the cell below it, or the paragraphs that are its text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from parsers.cells import Cell, joined
from parsers.matching import LabelBook, fold

PROSE_LENGTH = 15
"""Letters a line must have to be the value of the label alone on the line before, or to go on in the next one."""

NUMBERED = re.compile(
    r"\s*(?:[一二三四五六七八九十]{1,3}[、.．]|[（(][一二三四五六七八九十]{1,3}[)）]|第[一二三四五六七八九十]{1,2}部分)"
)
"""How a section's heading begins: 一、 （一） 第一部分."""

_HEADING = 20  # letters a heading has at most
_LINES = 200  # paragraphs that belong to one label
_SKIPPED = 2  # empty paragraphs between a label and its value
_COLON = re.compile(r"[:：]")
_ITEM = re.compile(r"\s*(?:[（(]?\d{1,2}[)）、.．]|[①-⑳•·●■◆\-—])\s*\S")
_PROSE_ENDS = tuple("。！？；;!?…”")


class Flow:
    """The rows of a form as lines that follow one another. taken: (row, place) of cells read already, added to."""

    def __init__(self, rows: Sequence[tuple[Cell, ...]], book: LabelBook, taken: set[tuple[int, int]]) -> None:
        self._rows, self._book, self._taken = rows, book, taken

    def row(self, at: int) -> tuple[Cell, ...]:
        """The row of that number, () beyond the last."""
        return self._rows[at] if at < len(self._rows) else ()

    def is_heading(self, at: int) -> bool:
        """The one cell of this row names what follows it."""
        cell = self._rows[at][0]
        text, letters = cell.text.strip(), len(fold(cell.text))
        if not 2 <= letters <= _HEADING or "\n" in text or _COLON.search(text) or text.endswith(_PROSE_ENDS):
            return False
        if cell.column >= 0 or NUMBERED.match(text) or self._book.is_scope(text):
            return True
        return self.opens_table(at) and not re.search(r"表\W*$|\d{4}|年度?\W*$", text)

    def opens_table(self, at: int) -> bool:
        """A table begins right below."""
        below = self.row(at + 1) or self.row(at + 2)
        return len(below) > 1 or (bool(below) and below[0].column >= 0 and self._rows[at][0].column < 0)

    def following(self, at: int) -> Cell | None:
        """The value of a label that stands alone: the cell below it, or the prose that follows."""
        if self._rows[at][0].column >= 0:
            return self._cell_below(at)
        start = at + 1
        while start <= at + _SKIPPED and len(self.row(start)) == 1 and not self._rows[start][0].text.strip():
            start += 1
        if not self._is_text(start) or not (self._is_wordy(start) or _ITEM.match(self._rows[start][0].text)):
            return None
        return self.prose(start, [self._rows[start][0]])

    def _cell_below(self, at: int) -> Cell | None:
        below, cell = self.row(at + 1), self._rows[at][0]
        if len(below) != 1 or (below[0].column, below[0].columns) != (cell.column, cell.columns):
            return None
        text = below[0].text
        if not text.strip() or NUMBERED.match(text) or self._book.match(text) or next(self._book.inline(text), None):
            return None
        self._taken.add((at + 1, 0))
        return below[0]

    def prose(self, start: int, kept: list[Cell]) -> Cell:
        """The paragraph at `start` with those that go on with it: a text of several paragraphs, or a list."""
        at = start
        self._taken.add((at, 0))
        while len(kept) < _LINES and self.goes_on(at, at + 1):
            at += 1
            kept.append(self._rows[at][0])
            self._taken.add((at, 0))
        return joined(kept)

    def goes_on(self, at: int, below: int) -> bool:
        """The paragraph `below` belongs to the text of the one at `at`: an item of a list, or prose after prose."""
        if not self._is_text(below) or NUMBERED.match(self._rows[below][0].text):
            return False
        text = self._rows[below][0].text
        return bool(_ITEM.match(text)) or (
            self._rows[at][0].text.rstrip().endswith(_PROSE_ENDS) and self._is_wordy(below)
        )

    def _is_text(self, at: int) -> bool:
        """A paragraph that says something and names no field."""
        row = self.row(at)
        if len(row) != 1 or row[0].column >= 0 or not row[0].text.strip() or (at, 0) in self._taken:
            return False
        return not (self._book.is_label(row[0].text) or next(self._book.inline(row[0].text), None))

    def _is_wordy(self, at: int) -> bool:
        text = self._rows[at][0].text
        return len(fold(text)) >= PROSE_LENGTH and not _COLON.search(text[:PROSE_LENGTH])
