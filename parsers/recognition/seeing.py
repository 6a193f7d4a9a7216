"""One page's picture to what stands on it: made upright, read, its seals and handwriting found."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from parsers.facts import Box, Line, Mark, PageFacts
from parsers.recognition.crops import keep
from parsers.recognition.engine import Picture, Quad, find_text, read_text
from parsers.recognition.facing import boxes_on_their_side, on_its_head, turned_back
from parsers.recognition.handwriting import find_writing
from parsers.recognition.light import evened
from parsers.recognition.pages import Page
from parsers.recognition.ruling import ruled_cells
from parsers.recognition.seals import find_seals, without_seals
from parsers.recognition.strips import parted, strip_of
from parsers.recognition.ticks import has_boxes, with_boxes
from parsers.recognition.upright import ink_of, reduced, straighten, turned

_LEAST = 0.5  # confidence below which a line is no text
_MOST_LINES = 400
_NARROWEST = 24  # pixels of a picture on which a letter could stand
_BLANK = 0.00025  # share of a page that is ink, below which nothing is on it


def see(page: Page, scratch: Path | None, number: int) -> PageFacts:
    """What is on the page; `number` (from 1) names its kept picture in `scratch`."""
    if page.picture is None:
        return PageFacts(width=0, height=0, problem=page.problem or "unreadable")
    if is_blank(page.picture):
        height, width = page.picture.shape[:2]
        return PageFacts(width=width, height=height, problem="blank")
    level = straighten(page.picture)
    even = evened(level.picture)
    seals = find_seals(even)
    clean = without_seals(even, seals)
    quads, degrees = _faced(clean)
    clean = turned(clean, degrees)
    height, width = clean.shape[:2]
    cells = ruled_cells(turned(even, degrees))
    lines = _lines(clean, parted(clean, quads[:_MOST_LINES], cells))
    path, digest = ("", "") if scratch is None else keep(turned(level.picture, degrees), scratch, number)
    return PageFacts(
        width=width,
        height=height,
        turned=degrees,
        skew_deg=level.skew_deg,
        flattened=level.flattened,
        lines=lines,
        marks=(*(_turned_mark(seal, degrees) for seal in seals), *find_writing(clean, lines)),
        cells=cells,
        path=path,
        sha256=digest,
    )


def is_blank(picture: Picture) -> bool:
    """Nothing is written on the page but specks and what lies along its edges."""
    import cv2

    if min(picture.shape[:2]) < _NARROWEST:
        return True
    ink = ink_of(reduced(picture, 1_000)[0])
    ink = np.asarray(cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8)), np.uint8)
    high, wide = (side // 25 for side in ink.shape)
    inner = ink[high : ink.shape[0] - high, wide : ink.shape[1] - wide]
    return float((inner > 0).mean()) < _BLANK


def _faced(picture: Picture) -> tuple[list[Quad], int]:
    """Where text is on the page when it stands upright, and the degrees clockwise it is to be turned for that."""
    quads, degrees = find_text(picture), 0
    if boxes_on_their_side(quads):
        picture, degrees = turned(picture, 90), 90
        quads = find_text(picture)
    if on_its_head([strip_of(picture, quad) for quad in _widest(quads)]):
        height, width = picture.shape[:2]
        return turned_back(quads, width, height), degrees + 180
    return quads, degrees


def _widest(quads: Sequence[Quad]) -> list[Quad]:
    return sorted(quads, key=lambda quad: -float(np.ptp(quad[:, 0])))[:8]


def _lines(picture: Picture, quads: Sequence[Quad]) -> tuple[Line, ...]:
    height, width = picture.shape[:2]
    strips = [strip_of(picture, quad) for quad in quads]
    read = [
        (with_boxes(strip, text, read_text) if has_boxes(text) else text, confidence)
        for strip, (text, confidence) in zip(strips, read_text(strips), strict=True)
    ]
    return tuple(
        Line(text=text.strip(), box=_box(quad, width, height), confidence=round(confidence, 3))
        for quad, (text, confidence) in zip(quads, read, strict=True)
        if confidence >= _LEAST and text.strip()
    )


def _box(quad: Quad, width: int, height: int) -> Box:
    (left, top), (right, bottom) = quad.min(axis=0), quad.max(axis=0)
    return Box(
        left=round(float(left) / width, 4),
        top=round(float(top) / height, 4),
        right=round(float(right) / width, 4),
        bottom=round(float(bottom) / height, 4),
    )


def _turned_mark(mark: Mark, degrees: int) -> Mark:
    """The mark where it is after its page was turned clockwise."""
    box = mark.box
    for _ in range(degrees // 90):
        box = Box(left=round(1 - box.bottom, 4), top=box.left, right=round(1 - box.top, 4), bottom=box.right)
    return mark.model_copy(update={"box": box})
