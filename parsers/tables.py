"""Labels and what stands beside or below them, found by walking a form's rows: the same for Word, PDF and scans."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from parsers.answers import answer
from parsers.cells import Cell, bounded_text, joined
from parsers.matching import LabelBook, Match, Strength, fold
from parsers.prose import NUMBERED, PROSE_LENGTH, Flow

_DEPTH = 8  # tables within tables that are looked into
_SECTION = 20  # letters of a section's name that are told
_COLUMN = 200  # rows of values read under a row of labels
_DIGITS = 4  # cells of one character each, from which on they are one value
_INNER = 100_000
_STRANGER = re.compile(
    r"(?:(?:[ \t\xa0\u3000]{2,40}|\t)[^\W\d_][^\W_]{1,7}"
    r"|[\s\u3000](?:专家|本人|负责人|单位)?(?:签字|签名|签章|盖章|公章|日期|性别|年龄|民族|学历|学位|传真|备注))"
    r"\s{0,4}(?:[（(][^（()）]{0,12}[)）])?\s{0,2}[:：](?!//)"
)
"""A label this book does not know, which ends the value before it."""


@dataclass(frozen=True)
class Hit:
    """A label that was found, and the cell with its value as written, its text cleaned."""

    match: Match
    label: str
    value: Cell
    section: str = ""


@dataclass(frozen=True)
class _Cover:
    """A cell of an earlier row that reaches down into this one. `until`: the row after its last."""

    cell: Cell
    until: int
    is_value: bool


class FormWalk:
    """One walk over the rows of a form, top to bottom. outer: names of the sections around it, outermost first."""

    def __init__(
        self, rows: Sequence[tuple[Cell, ...]], book: LabelBook, outer: tuple[str, ...] = (), depth: int = 0
    ) -> None:
        self._rows, self._book, self._outer, self._depth = rows, book, outer, depth
        self._taken: set[tuple[int, int]] = set()
        self._flow = Flow(rows, book, self._taken)
        self._covers: list[_Cover] = []
        self._heading = self._band = ""

    def hits(self) -> Iterator[Hit]:
        """Every label in order of appearance, a label with nothing beside it too."""
        for at, row in enumerate(self._rows):
            self._covers = [cover for cover in self._covers if cover.until > at]
            if not row:
                self._covers, self._band = [], ""
            elif all((at, place) in self._taken for place in range(len(row))):
                pass  # read with an earlier row
            elif len(row) == 1 and not self._covers:
                yield from self._alone(at)
            else:
                sections = self._sections(row)
                header = self._header(at, sections)
                yield from self._pairs(at, sections) if header is None else header
            self._remember(at)

    def _remember(self, at: int) -> None:
        for place, cell in enumerate(self._rows[at]):
            if cell.rows > 1:
                self._covers.append(_Cover(cell, at + cell.rows, (at, place) in self._taken))

    def _sections(self, row: Sequence[Cell]) -> tuple[str, ...]:
        """Names of the sections the row stands in: around, above, and in merged cells right before it."""
        left: list[str] = []
        column = row[0].column if row else 0
        for cover in sorted(self._covers, key=lambda c: -c.cell.column):
            if cover.cell.end == column and not cover.is_value:
                left.append(cover.cell.text)
                column = cover.cell.column
        return _named((*self._outer, self._heading, self._band, *reversed(left)))

    # --- a row of one cell: a paragraph, or a band across the table ---

    def _alone(self, at: int) -> Iterator[Hit]:
        cell = self._rows[at][0]
        sections = _named((*self._outer, self._heading, self._band))
        if found := self._book.match(cell.text, sections):
            yield from self._lone_label(at, cell, found, sections)
        elif inside := list(self._in_cell(cell, sections, at)):
            yield from inside
        elif self._flow.is_heading(at):
            self._set_heading(cell)
        yield from self._within(cell, _named((*self._outer, self._heading, self._band, cell.text)))

    def _lone_label(self, at: int, cell: Cell, found: Match, sections: tuple[str, ...]) -> Iterator[Hit]:
        value = None if cell.inner else self._flow.following(at)
        if value is None:
            heads = self._flow.opens_table(at) or (cell.column >= 0 and len(self._flow.row(at + 1)) > 1)
            yield self._hit(replace(found, strength=Strength.HEADING) if heads else found, cell, _blank(cell), sections)
            self._set_heading(cell)
        else:
            yield self._hit(found, cell, value, sections)

    def _set_heading(self, cell: Cell) -> None:
        name = "".join(cell.text.split()).rstrip(":：")
        if cell.column >= 0:
            self._band = name
        else:
            self._heading = name

    # --- a row of several cells ---

    def _pairs(self, at: int, base: tuple[str, ...]) -> Iterator[Hit]:
        row, sections, place, before = self._rows[at], base, 0, ""
        alternating = self._is_alternating(at, base)
        while place < len(row):
            cell, after = row[place], place + 1
            if (at, place) in self._taken:
                place = after
                continue
            here = sections
            found = self._book.scoped(cell.text, sections, before)
            if found:
                here = _named((*sections, before))
            found = found or self._book.match(cell.text, sections)
            opens = after < len(row) and self._is_labelish(row, after, _named((*sections, cell.text)))
            if found and after < len(row) and (alternating or not opens):
                value, after = self._beside(at, place)
                yield from self._valued(found, cell, value, here)
                before = cell.text if here is sections else before
            elif found:
                yield self._hit(_weakened(found, opens or bool(cell.inner)), cell, _blank(cell), here)
                yield from self._within(cell, _named((*sections, cell.text)))
                if opens and (cell.rows > 1 or self._book.is_scope(cell.text)):
                    sections = _named((*base, cell.text))
            else:
                yield from self._unnamed(row, place, sections, opens)
                if opens and (place == 0 or self._book.is_scope(cell.text)):
                    sections = _named((*base, cell.text))
            place = after

    def _unnamed(self, row: Sequence[Cell], place: int, sections: tuple[str, ...], opens: bool) -> Iterator[Hit]:
        """What a cell says that is no label as a whole."""
        last = place + 1 == len(row)
        alone = opens or last or next(self._first_line(row[place + 1], sections), None) is not None
        yield from self._in_cell(row[place], sections, None if alone else -1)
        yield from self._within(row[place], _named((*sections, row[place].text)))

    def _is_labelish(self, row: Sequence[Cell], place: int, sections: tuple[str, ...]) -> bool:
        """The cell is a label itself, so not the value of the one before it."""
        text = row[place].text
        if self._book.match(text, sections):
            return True
        beyond = row[place + 1] if place + 1 < len(row) else None
        return self._book.is_neutral(text) and beyond is not None and not self._book.is_label(beyond.text, sections)

    def _is_alternating(self, at: int, sections: tuple[str, ...]) -> bool:
        """In a table with a grid empty cells are there too: label, value, label, value, whatever a value reads like."""
        row = self._rows[at]
        if len(row) % 2 or row[0].rows > 1 or any(cell.column < 0 for cell in row):
            return False
        if not all(self._book.match(cell.text, sections) for cell in row[::2]):
            return False
        if len(row) > 2:
            return not all(self._book.is_label(cell.text, sections) for cell in row[1::2])
        beside = [self._flow.row(n) for n in (at - 1, at + 1) if n >= 0]
        return any(len(other) == 2 and self._book.match(other[0].text, sections) for other in beside)

    def _beside(self, at: int, place: int) -> tuple[Cell, int]:
        """The value right of a label, over all the rows the label covers; and the place after it."""
        row, after = self._rows[at], place + 2
        parts = [row[place + 1]]
        while after < len(row) and _is_sign(row[after]) and _is_sign(row[after - 1]):
            after += 1
        if after - place - 1 >= _DIGITS:
            parts = [joined(row[place + 1 : after], by="")]
        else:
            after = place + 2
        self._taken.update((at, n) for n in range(place + 1, after))
        parts += self._further_rows(at, row[place])
        return joined(parts), after

    def _further_rows(self, at: int, label: Cell) -> Iterator[Cell]:
        """Cells right of a label in the other rows it covers, up to one that is a label."""
        for below in range(at + 1, min(at + label.rows, at + _COLUMN) if label.column >= 0 else at):
            row = self._flow.row(below)
            place = next((n for n, cell in enumerate(row) if cell.column == label.end), None)
            if not row:
                return
            if place is not None:
                if self._is_labelish(row, place, ()) or next(self._book.inline(row[place].text), None):
                    return
                self._taken.add((below, place))
                yield row[place]

    def _valued(self, found: Match, label: Cell, value: Cell, sections: tuple[str, ...]) -> Iterator[Hit]:
        """A label with the cell beside it, and what that cell names itself: 联系方式 | 联系人：张三 电话：…"""
        around = _named((*sections, label.text))
        inner = list(self._within(value, around))
        first = next(self._book.inline(value.text, around), None)
        if first is not None and not value.text[: first.start].strip():
            inner += self._in_cell(value, around, -1)
        text = value.text
        if value.inner and not inner:
            text = f"{text}\n{bounded_text(value.inner, _INNER)}".strip()
        yield self._hit(_weakened(found, bool(inner)), label, replace(value, text=text), sections)
        yield from inner

    def _header(self, at: int, base: tuple[str, ...]) -> list[Hit] | None:
        """A row of nothing but labels over rows of values; None if the row is none."""
        row, below = self._rows[at], self._flow.row(at + 1)
        start = 1 if row[0].rows > 1 and len(below) < len(row) else 0
        heads, sections = row[start:], _named((*base, *(cell.text for cell in row[:start])))
        found = [self._book.match(head.text, sections) for head in heads]
        if len(heads) < 2 or not any(found) or not self._all_labels(heads, found):
            return None
        bodies = list(self._bodies(at, heads, sections))
        if not bodies:
            return None
        return [
            self._hit(match, head, joined([body[n] for body in bodies]), sections)
            for n, (head, match) in enumerate(zip(heads, found, strict=True))
            if match is not None
        ]

    def _all_labels(self, heads: Sequence[Cell], found: Sequence[Match | None]) -> bool:
        return all(m is not None or self._book.is_neutral(h.text) for h, m in zip(heads, found, strict=True))

    def _bodies(self, at: int, heads: Sequence[Cell], sections: tuple[str, ...]) -> Iterator[Sequence[Cell]]:
        """Rows of values under a row of labels: as many cells, none a label; the labels again on a new page are not."""
        names = [head.text.strip() for head in heads]
        for below in range(at + 1, min(at + 1 + _COLUMN, len(self._rows))):
            row = self._rows[below][-len(heads) :] if heads[0].column >= 0 else self._rows[below]
            if len(row) != len(heads) or any(
                (a.column, a.columns) != (b.column, b.columns) for a, b in zip(row, heads, strict=True)
            ):
                return
            again = [cell.text.strip() for cell in row] == names
            if not again and any(self._book.is_label(cell.text, sections) for cell in row):
                return
            self._taken.update((below, n) for n in range(len(self._rows[below])))
            if not again:
                yield row

    # --- within one cell ---

    def _in_cell(self, cell: Cell, sections: tuple[str, ...], at: int | None) -> Iterator[Hit]:
        """Labels with a colon, and what stands between one and the next; or a label on the first line alone.

        at: the row whose only cell it is, None if its value may still follow its label's line in the cell, -1 if only
        what stands on a label's own line is its value.
        """
        found = list(self._book.inline(cell.text, sections))
        if not found:
            if at != -1:
                yield from self._first_line(cell, sections)
            return
        ends = [hit.start for hit in found[1:]] + [len(cell.text)]
        before = ""
        for hit, end in zip(found, ends, strict=True):
            scoped = self._book.scoped(hit.label, sections, before)
            if match := scoped or hit.match:
                value = self._inline_value(cell, hit.end, end, at)
                label = replace(cell, text=cell.text[hit.start : hit.end])
                yield self._hit(match, label, value, _named((*sections, before)) if scoped else sections)
                before = before if scoped else hit.label

    def _inline_value(self, cell: Cell, start: int, end: int, at: int | None) -> Cell:
        text = cell.text[start:end]
        if stranger := _STRANGER.search(text):
            text = text[: stranger.start()]
        if at == -1:
            text = text.lstrip().partition("\n")[0]
        value = replace(cell, text=text, inner=())
        last = at is not None and at >= 0 and end == len(cell.text) and not stranger
        if not last or at is None or cell.column >= 0:
            return value
        if not answer(text):
            return self._flow.following(at) or value
        if len(fold(text)) >= PROSE_LENGTH and self._flow.goes_on(at, at + 1):
            return self._flow.prose(at, [value])
        return value

    def _first_line(self, cell: Cell, sections: tuple[str, ...]) -> Iterator[Hit]:
        line, _, rest = cell.text.strip().partition("\n")
        if rest.strip() and (found := self._book.match(line, sections)):
            yield self._hit(found, replace(cell, text=line), replace(cell, text=rest, inner=()), sections)

    def _within(self, cell: Cell, sections: tuple[str, ...]) -> Iterator[Hit]:
        """Hits of the tables within a cell."""
        if cell.inner and self._depth < _DEPTH:
            yield from FormWalk(cell.inner, self._book, sections, self._depth + 1).hits()

    def _hit(self, found: Match, label: Cell, value: Cell, sections: tuple[str, ...]) -> Hit:
        section = "".join(NUMBERED.sub("", sections[-1]).split())[:_SECTION] if sections else ""
        cleaned = replace(value, text=answer(value.text), inner=())
        return Hit(found, label.text, cleaned, section)


def _named(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name.strip())


def _blank(label: Cell) -> Cell:
    """Nothing, at the place of the label."""
    return replace(label, text="", inner=())


def _weakened(found: Match, is_heading: bool) -> Match:
    return replace(found, strength=Strength.HEADING) if is_heading else found


def _is_sign(cell: Cell) -> bool:
    return len(cell.text.strip()) == 1
