"""Recognised lines to the rows of a form: by the ruled cells of its tables, else by where they stand.

Pure: boxes and text in, cells out, the same that Word files and PDF pages give.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from parsers.cells import Cell, around
from parsers.facts import Box, Line, PageFacts
from parsers.recognition.grid import Slot, tables_of

_SAME_LINE = 0.5  # share of the lower line's height by which two lines side by side overlap
_WIDE_GAP = 1.6  # line heights between two pieces of text outside tables that make them two cells
_WRAPPED = 1.7  # line heights from the right edge within which a line goes on in the next
_INDENTED = 4.0  # line heights that the first line of a paragraph may start further right
_FULL = 0.5  # share of the page's width from which a line tells where the margins are
_LABELLED = re.compile(r"\s*(?!https?:)[^\s:：，。；、]{2,14}[:：]")
"""How a line begins that has a label of its own, and goes on with nothing."""
_LETTER = re.compile(r"[A-Za-z0-9]")
_ADDRESS = re.compile(r"(?:https?:|www\.|[/@])", re.IGNORECASE)


def page_rows(page: PageFacts, number: int) -> list[tuple[Cell, ...]]:
    """Rows of the page, top to bottom: rows of tables, and lines between them; an empty row parts one from the next."""
    tables = tables_of(page.cells)
    homes: dict[int, list[Line]] = {}
    loose: list[Line] = []
    slots = [slot for table in tables for row in table for slot in _all_slots(row)]
    for line in page.lines:
        at = _home(line.box, slots)
        if at is None:
            loose.append(line)
        else:
            homes.setdefault(at, []).append(line)
    hands = [mark.box for mark in page.marks if mark.what == "writing"]
    texts = {id(slot): _without_signatures(homes.get(at, []), hands) for at, slot in enumerate(slots)}
    shape = _shape(page)
    blocks: list[tuple[float, list[tuple[Cell, ...]]]] = [
        (table[0][0].box.top, [tuple(_cell(slot, texts, number, shape) for slot in row) for row in table])
        for table in tables
    ]
    tops = [top for top, _ in blocks]
    blocks += _paragraphs(loose, tops, number, shape)
    rows: list[tuple[Cell, ...]] = []
    for _, block in sorted(blocks, key=lambda block: block[0]):
        rows += [*block, ()]
    return rows


def _shape(page: PageFacts) -> float:
    """How many of the page's heights its width is: boxes are shares of both."""
    return page.width / page.height if page.height else 1.0


def _all_slots(row: Iterable[Slot]) -> Iterable[Slot]:
    for slot in row:
        yield slot
        for inner in slot.inner:
            yield from _all_slots(inner)


def _home(box: Box, slots: Sequence[Slot]) -> int | None:
    """Which slot the middle of a line lies in, the smallest of them."""
    x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    holding = [
        (slot.area, at)
        for at, slot in enumerate(slots)
        if slot.box.left <= x <= slot.box.right and slot.box.top <= y <= slot.box.bottom
    ]
    return min(holding)[1] if holding else None


def _without_signatures(lines: Sequence[Line], hands: Sequence[Box]) -> list[Line]:
    """The lines of a cell without what is written behind print on the same line: it signs that, it is no part of it."""
    kept: list[Line] = []
    for row in visual_lines(lines):
        printed = [line for line in row if not any(_covers(hand, line.box) for hand in hands)]
        ends = bool(printed) and not printed[-1].text.endswith((":", "："))
        kept += printed if ends and printed == row[: len(printed)] else row
    return kept


def _covers(hand: Box, box: Box) -> bool:
    """Most of the box is written by hand."""
    wide = min(hand.right, box.right) - max(hand.left, box.left)
    high = min(hand.bottom, box.bottom) - max(hand.top, box.top)
    return wide > 0 and high > 0 and wide * high > 0.5 * (box.right - box.left) * (box.bottom - box.top)


def _cell(slot: Slot, texts: dict[int, list[Line]], number: int, shape: float) -> Cell:
    lines = texts.get(id(slot), [])
    return Cell(
        text=_text(lines, slot.box.right, shape),
        confidence=_confidence(lines),
        page=number,
        box=slot.box,
        column=slot.column,
        columns=slot.columns,
        rows=slot.rows,
        inner=tuple(tuple(_cell(each, texts, number, shape) for each in row) for row in slot.inner),
    )


def visual_lines(lines: Iterable[Line]) -> list[list[Line]]:
    """Lines that stand side by side together, top first, each from left to right."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: line.box.top + line.box.bottom):
        if rows and _beside(rows[-1][-1].box, line.box):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: line.box.left) for row in rows]


def _beside(one: Box, other: Box) -> bool:
    overlap = min(one.bottom, other.bottom) - max(one.top, other.top)
    return overlap > _SAME_LINE * min(one.bottom - one.top, other.bottom - other.top)


def _text(lines: Sequence[Line], right: float, shape: float) -> str:
    """The lines of one cell as text: a line that reaches the right edge goes on in the next."""
    text, wraps = "", False
    for row in visual_lines(lines):
        said = _side_by_side(row, shape)
        if text:
            said = (_between(text, said) if wraps else "\n") + said
        text += said
        last = row[-1].box
        wraps = (right - last.right) * shape < _WRAPPED * (last.bottom - last.top)
    return text


def _side_by_side(row: Sequence[Line], shape: float) -> str:
    """Pieces of one line, a space between those that stand apart, and before one with a label of its own."""
    text = row[0].text
    for before, piece in pairwise(row):
        gap = (piece.box.left - before.box.right) * shape
        apart = gap > 0.6 * (piece.box.bottom - piece.box.top) or _LABELLED.match(piece.text)
        text += (" " if apart else "") + piece.text
    return text


def _between(before: str, after: str) -> str:
    """What stands between two lines of which the second goes on with the first: a space between words of letters."""
    worded = _LETTER.match(before[-1:]) and _LETTER.match(after[:1])
    return " " if worded and not _ADDRESS.search(before) and not after[0].isdigit() else ""


def _paragraphs(
    lines: Sequence[Line], tops: Sequence[float], number: int, shape: float
) -> list[tuple[float, list[tuple[Cell, ...]]]]:
    """Lines outside tables as blocks: what stands between two tables, lines that go on joined."""
    blocks: dict[int, list[list[Line]]] = {}
    for row in visual_lines(lines):
        middle = (row[0].box.top + row[0].box.bottom) / 2
        blocks.setdefault(sum(top < middle for top in tops), []).append(row)
    return [
        (rows[0][0].box.top, [_row(part, number, shape) for part in _joined(rows, shape)]) for rows in blocks.values()
    ]


def _joined(rows: Sequence[list[Line]], shape: float) -> list[list[list[Line]]]:
    """Rows in groups of one paragraph: a row that reaches the right margin goes on in one that starts at the left."""
    full = [row for row in rows if row[-1].box.right - row[0].box.left > _FULL] or rows
    right = max(row[-1].box.right for row in full)
    left = min(row[0].box.left for row in full)
    groups: list[list[list[Line]]] = []
    for row in rows:
        last = groups[-1][-1] if groups else []
        before = last[-1].box if last else None
        high = row[0].box.bottom - row[0].box.top
        goes_on = (
            before is not None
            and (last[0].box.left - left) * shape < _INDENTED * high
            and (right - before.right) * shape < _WRAPPED * high
            and (row[0].box.left - left) * shape < _WRAPPED * high
            and row[0].box.top - before.bottom < 1.2 * high
            and not (_is_parted(last, shape) or _is_parted(row, shape) or _LABELLED.match(row[0].text))
        )
        if goes_on:
            groups[-1].append(row)
        else:
            groups.append([row])
    return groups


def _is_parted(row: Sequence[Line], shape: float) -> bool:
    """Wide gaps part the row: it is cells side by side, and no line of a paragraph."""
    return any(
        (piece.box.left - before.box.right) * shape > _WIDE_GAP * (piece.box.bottom - piece.box.top)
        for before, piece in pairwise(row)
    )


def _row(group: Sequence[list[Line]], number: int, shape: float) -> tuple[Cell, ...]:
    """A paragraph as a row of one cell, or of several where wide gaps part it."""
    if len(group) > 1:
        lines = [line for row in group for line in row]
        return (_loose(lines, max(line.box.right for line in lines), number, shape),)
    parts: list[list[Line]] = []
    for line in group[0]:
        gap = (line.box.left - parts[-1][-1].box.right) * shape if parts else 0.0
        if parts and gap <= _WIDE_GAP * (line.box.bottom - line.box.top):
            parts[-1].append(line)
        else:
            parts.append([line])
    return tuple(_loose(part, part[-1].box.right, number, shape) for part in parts)


def _loose(lines: Sequence[Line], right: float, number: int, shape: float) -> Cell:
    return Cell(
        text=_text(lines, right, shape),
        confidence=_confidence(lines),
        page=number,
        box=around([line.box for line in lines]),
    )


def _confidence(lines: Sequence[Line]) -> float:
    """The mean of the lines by their length; 1 for none: that nothing is written was seen, not read."""
    letters = sum(len(line.text) for line in lines)
    return round(sum(line.confidence * len(line.text) for line in lines) / letters, 3) if letters else 1.0
