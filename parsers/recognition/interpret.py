"""Lines and marks of pages to what a form says: pure and cheap, done anew for every set of labels."""

from __future__ import annotations

from parsers.cells import Row, bounded_text
from parsers.facts import Box, FieldValue, ImageFacts, Line, Mark, Reading, Wants
from parsers.labels import fields_of, title_of
from parsers.recognition.rows import page_rows


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
    return {
        name: any(_in(mark, value.box) for mark in facts.seen[value.page - 1].marks)
        for name, value in fields.items()
        if value.box is not None and 0 < value.page <= len(facts.seen)
    }


def _in(mark: Mark, box: Box) -> bool:
    """The middle of the writing is in the box."""
    x, y = (mark.box.left + mark.box.right) / 2, (mark.box.top + mark.box.bottom) / 2
    return mark.what == "writing" and box.left <= x <= box.right and box.top <= y <= box.bottom


def _confidence(lines: list[Line]) -> float:
    """The mean of the lines by their length."""
    letters = sum(len(line.text) for line in lines)
    return round(sum(line.confidence * len(line.text) for line in lines) / letters, 3) if letters else 0.0
