"""One page's picture to what stands on it: made upright, read, its seals and handwriting found."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from parsers.facts import Box, Line, PageFacts
from parsers.recognition.crops import keep
from parsers.recognition.engine import Picture, Quad, find_text, read_text
from parsers.recognition.pages import Page

_LEAST = 0.5  # confidence below which a line is no text


def see(page: Page, scratch: Path | None, number: int) -> PageFacts:
    """What is on the page; `number` (from 1) names its kept picture in `scratch`."""
    if page.picture is None:
        return PageFacts(width=0, height=0, problem=page.problem or "unreadable")
    picture = page.picture
    height, width = picture.shape[:2]
    path, digest = ("", "") if scratch is None else keep(picture, scratch, number)
    lines = _lines(picture)
    return PageFacts(width=width, height=height, lines=lines, path=path, sha256=digest)


def _lines(picture: Picture) -> tuple[Line, ...]:
    height, width = picture.shape[:2]
    quads = find_text(picture)
    read = read_text([_cut(picture, quad) for quad in quads])
    return tuple(
        Line(text=text, box=_box(quad, width, height), confidence=round(confidence, 3))
        for quad, (text, confidence) in zip(quads, read, strict=True)
        if confidence >= _LEAST and text.strip()
    )


def _cut(picture: Picture, quad: Quad) -> Picture:
    left, top = np.floor(quad.min(axis=0)).astype(int)
    right, bottom = np.ceil(quad.max(axis=0)).astype(int)
    return np.ascontiguousarray(picture[max(top, 0) : bottom + 1, max(left, 0) : right + 1])


def _box(quad: Quad, width: int, height: int) -> Box:
    (left, top), (right, bottom) = quad.min(axis=0), quad.max(axis=0)
    return Box(
        left=round(float(left) / width, 4),
        top=round(float(top) / height, 4),
        right=round(float(right) / width, 4),
        bottom=round(float(bottom) / height, 4),
    )
