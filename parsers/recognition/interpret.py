"""Lines and marks of pages to what a form says: pure and cheap, done anew for every set of labels."""

from __future__ import annotations

from collections.abc import Iterable

from parsers.cells import Row, around, bounded_text
from parsers.facts import Box, FieldValue, ImageFacts, Line, Mark, PageFacts, Reading, Wants
from parsers.labels import fields_of, title_of
from parsers.recognition.rows import page_rows

_PART = 0.35  # share of a piece of writing that must lie in a cell to be its signature
_BELOW = 0.06  # share of the page's height below a field without a cell in which it is signed


def interpret(facts: ImageFacts, wants: Wants) -> ImageFacts:
    """The same facts with `reading`: the fields under the labels of `wants`, the title, the text, what is signed."""
    rows: list[Row] = [row for number, page in enumerate(facts.seen, start=1) for row in page_rows(page, number)]
    lines = [line for page in facts.seen for line in page.lines]
    fields = fields_of(rows, wants.labels, types=wants.types, tolerant=True)
    reading = Reading(
        title=title_of([row for row in rows if row], wants.titles),
        fields=fields,
        text=bounded_text(rows, wants.max_text),
        signed=_signed(facts, fields),
        confidence=_confidence(lines),
    )
    return facts.model_copy(update={"reading": reading})


def _signed(facts: ImageFacts, fields: dict[str, FieldValue]) -> dict[str, bool]:
    """For every field whose place is known, whether there is writing by hand in it."""
    placed = {name: value for name, value in fields.items() if 0 < value.page <= len(facts.seen)}
    return {
        name: any(_in(mark, zone) for mark in facts.seen[value.page - 1].marks)
        for name, value in placed.items()
        if (zone := _zone(value, facts.seen[value.page - 1], placed.values())) is not None
    }


def _zone(value: FieldValue, page: PageFacts, others: Iterable[FieldValue]) -> Box | None:
    """Where a field's signature would be: its cell, with those of its section; without one down to the next field."""
    box = value.box
    if box is None or box in page.cells:
        same = [
            other.box
            for other in others
            if value.section and (other.section, other.page) == (value.section, value.page)
        ]
        return around([each for each in (box, *same) if each is not None])
    below = [other.box.top for other in others if other.page == value.page and other.box and other.box.top > box.bottom]
    bottom = min(*below, box.bottom + _BELOW) if below else box.bottom + _BELOW
    return Box(left=0.0, top=box.top, right=1.0, bottom=min(bottom, 1.0))


def _in(mark: Mark, box: Box) -> bool:
    """A good part of the writing is in the box. People write over the line between two cells: it may be either's."""
    one = mark.box
    wide = min(one.right, box.right) - max(one.left, box.left)
    high = min(one.bottom, box.bottom) - max(one.top, box.top)
    area = (one.right - one.left) * (one.bottom - one.top)
    return mark.what == "writing" and min(wide, high) > 0 and wide * high >= _PART * area


def _confidence(lines: list[Line]) -> float:
    """The mean of the lines by their length."""
    letters = sum(len(line.text) for line in lines)
    return round(sum(line.confidence * len(line.text) for line in lines) / letters, 3) if letters else 0.0
