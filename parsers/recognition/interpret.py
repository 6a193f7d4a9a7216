"""Lines and marks of pages to what a form says: pure and cheap, done anew for every set of labels."""

from __future__ import annotations

from parsers.facts import ImageFacts, Line, PageFacts, Reading, Wants
from parsers.labels import fields_of, title_of


def interpret(facts: ImageFacts, wants: Wants) -> ImageFacts:
    """The same facts with `reading`: the fields under the labels of `wants`, the title, the text, what is signed."""
    rows = [tuple(line.text for line in row) for page in facts.seen for row in _rows(page)]
    lines = [line for page in facts.seen for line in page.lines]
    reading = Reading(
        title=title_of(rows, wants.titles),
        fields=fields_of(rows, wants.labels),
        text="\n".join("\t".join(row) for row in rows)[: wants.max_text],
        confidence=_confidence(lines),
    )
    return facts.model_copy(update={"reading": reading})


def _confidence(lines: list[Line]) -> float:
    """The mean of the lines by their length."""
    letters = sum(len(line.text) for line in lines)
    return round(sum(line.confidence * len(line.text) for line in lines) / letters, 3) if letters else 0.0


def _rows(page: PageFacts) -> list[list[Line]]:
    rows: list[list[Line]] = []
    for line in sorted(page.lines, key=lambda line: line.box.top + line.box.bottom):
        last = rows[-1][0].box if rows else None
        if last and min(last.bottom, line.box.bottom) - max(last.top, line.box.top) > 0.5 * (
            line.box.bottom - line.box.top
        ):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: line.box.left) for row in rows]
