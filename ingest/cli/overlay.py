"""What was read of a scan, laid over its upright pages: for people who want to see what the program saw."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ingest.config import Config
from parsers.facts import Box, ImageFacts, PageFacts

if TYPE_CHECKING:
    from PIL import Image, ImageDraw

_LINE, _FIELD, _SEAL, _WRITING = (150, 170, 200), (0, 128, 60), (200, 0, 0), (220, 120, 0)
_DOUBT = (190, 90, 0)
_SURE = 0.9
_MAX_TYPE, _MIN_TYPE = 40, 8
"""Pixels of the letters of what was read."""


def draw(config: Config, facts: ImageFacts, pages: Path, target: Path, name: str) -> list[Path]:
    """Writes a picture a page into `target`: the upright page with boxes, beside it what was read in the same places.

    Lines are grey, values of fields green with their field's name, doubtful text brown, seals red, handwriting orange.
    pages: the folder in which the pages' own pictures are. OSError if `target` cannot be written.
    """
    target.mkdir(parents=True, exist_ok=True)
    written = []
    for number, page in enumerate(facts.seen, start=1):
        if page.path:
            path = target / f"{name}-第{number}页.jpg"
            _drawn(config, facts, page, number, pages / page.path).save(path, quality=85)
            written.append(path)
    return written


def _drawn(config: Config, facts: ImageFacts, page: PageFacts, number: int, path: Path) -> Image.Image:
    from PIL import Image, ImageDraw

    with Image.open(path) as picture:
        left = picture.convert("RGB")
    both = Image.new("RGB", (2 * left.width, left.height), "white")
    both.paste(left)
    pen = ImageDraw.Draw(both)
    for line in page.lines:
        colour = _LINE if line.confidence >= _SURE else _DOUBT
        pen.rectangle(_pixels(line.box, left.size), outline=colour)
        _write(pen, line.text, line.box, left, (60, 60, 60) if line.confidence >= _SURE else _DOUBT)
    for mark in page.marks:
        colour = _SEAL if mark.what == "seal" else _WRITING
        for shift in (0, left.width):
            pen.rectangle(_pixels(mark.box, left.size, shift), outline=colour, width=4)
        word = ("印章" if mark.what == "seal" else "手写") + f" {mark.confidence:.0%}"
        _tag(pen, word, mark.box, left, colour)
    fields = facts.reading.fields if facts.reading else {}
    for field, value in fields.items():
        if value.box is not None and value.page == number:
            pen.rectangle(_pixels(value.box, left.size), outline=_FIELD, width=3)
            pen.rectangle(_pixels(value.box, left.size, left.width), outline=_FIELD, width=2)
            _tag(pen, config.forms.names.get(field, field), value.box, left, _FIELD)
    pen.line((left.width, 0, left.width, left.height), fill=_LINE, width=3)
    return both


def _pixels(box: Box, size: tuple[int, int], shift: int = 0) -> tuple[float, float, float, float]:
    width, height = size
    return box.left * width + shift, box.top * height, box.right * width + shift, box.bottom * height


def _write(pen: ImageDraw.ImageDraw, text: str, box: Box, page: Image.Image, colour: tuple[int, int, int]) -> None:
    """The text in its place on the right, as large as it fits."""
    from ingest.demo.font import font, write

    left, top, right, bottom = _pixels(box, page.size, page.width)
    size = max(min(int((bottom - top) * 0.75), _MAX_TYPE), _MIN_TYPE)
    while size > _MIN_TYPE and font(size).getlength(text) > right - left + 4:
        size -= 1
    write(pen, (left, (top + bottom) / 2), text, size, colour, "lm")


def _tag(pen: ImageDraw.ImageDraw, text: str, box: Box, page: Image.Image, colour: tuple[int, int, int]) -> None:
    """A word on the upper right corner of a box, on the left side."""
    from ingest.demo.font import font, write

    _, top, right, _ = _pixels(box, page.size)
    size = max(page.width // 70, 12)
    long = font(size).getlength(text)
    right = min(max(right, long), page.width - 2)
    pen.rectangle((right - long - 6, top - size - 6, right, top), fill=colour)
    write(pen, (right - 3, top - 3), text, size, (255, 255, 255), "rs")
