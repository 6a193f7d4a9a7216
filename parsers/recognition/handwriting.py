"""Writing by hand on a page: ink of a pen's colour, large uneven lines, strokes in which nothing was read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from parsers.facts import Box, Line, Mark
from parsers.recognition.engine import Picture
from parsers.recognition.ruling import lines_mask

_SIDE = 1_170
_LARGE = 1.35  # heights of the page's usual line from which one may be written by hand
_DOUBTED = 0.95  # confidence below which a large line is not print
_UNREAD = 0.8
_PRINTED = 0.15  # share of it from which it is print with something written behind it
_PEN = 0.8  # share of a line's ink that is blue, from which all of it is written with a pen
_LINKED = re.compile(r"https?:|www\.|@|\.(?:com|cn|net|org)", re.IGNORECASE)
_NEAR = 9  # pixels between strokes of one writing
_LEAST_WIDE, _LEAST_HIGH, _LEAST_INK = 22, 11, 60
_MOST_WIDE, _MOST_HIGH = 0.6, 0.16  # shares of the page
_DENSEST, _THINNEST = 0.62, 0.03
_EDGE = 0.015
_MOST_MARKS = 60
_THICKEST = 4.5  # pixels of a pen's stroke from its middle to its edge


@dataclass(frozen=True)
class _Inks:
    """Masks of one size (255 for ink): what is written or printed, and what of it is blue."""

    all: Picture
    blue: Picture


def find_writing(picture: Picture, lines: Sequence[Line]) -> tuple[Mark, ...]:
    """Writing by hand on an upright, evenly lit page from which seals were taken away, given what was read on it."""
    import cv2

    height, width = picture.shape[:2]
    ratio = max(height, width) / _SIDE
    size = (max(round(width / ratio), 1), max(round(height / ratio), 1))
    inks = _inks(np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8))
    usual = float(np.median([line.box.bottom - line.box.top for line in lines])) if lines else 0.0
    read = np.zeros_like(inks.all)
    written = np.zeros_like(inks.all)
    for line in lines:
        rows, columns = _slices(line.box, size)
        if _by_hand(line, usual, _blueness(inks, line.box, size)):
            written[rows, columns] = inks.all[rows, columns]
        else:
            read[rows, columns] = 255
        if not _LINKED.search(line.text):  # a name signed behind printed words is read together with them
            written[rows, columns] |= inks.blue[rows, columns]
    unread = np.where(cv2.dilate(read, np.ones((5, 5), np.uint8)) > 0, 0, inks.all).astype(np.uint8)
    return _marks(cv2.bitwise_or(written, unread).astype(np.uint8), written, inks, size)


def _inks(small: Picture) -> _Inks:
    import cv2

    grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), np.uint8)
    dark = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 25, 18)
    ink = np.where(lines_mask(grey) > 0, 0, dark).astype(np.uint8)
    blue, red = small[:, :, 0].astype(np.int16), small[:, :, 2].astype(np.int16)
    blue_ink = np.where((blue - red > 22) & (dark > 0), 255, 0).astype(np.uint8)
    return _Inks(cv2.bitwise_or(ink, blue_ink).astype(np.uint8), blue_ink)


def _slices(box: Box, size: tuple[int, int]) -> tuple[slice, slice]:
    width, height = size
    return (
        slice(max(int(box.top * height) - 1, 0), int(box.bottom * height) + 2),
        slice(max(int(box.left * width) - 1, 0), int(box.right * width) + 2),
    )


def _blueness(inks: _Inks, box: Box, size: tuple[int, int]) -> float:
    """Share of the ink in a box that is blue."""
    rows, columns = _slices(box, size)
    return float((inks.blue[rows, columns] > 0).sum() / max((inks.all[rows, columns] > 0).sum(), 1))


def _by_hand(line: Line, usual: float, blueness: float) -> bool:
    """A line that was read, but is written and not printed."""
    if _LINKED.search(line.text):
        return False
    if blueness >= _PRINTED:
        return blueness >= _PEN
    high = line.box.bottom - line.box.top
    large = high >= _LARGE * usual and line.confidence < _DOUBTED and line.box.top > 0.15
    return large or (line.confidence < _UNREAD and len(line.text) <= 6)


def _marks(written: Picture, sure: Picture, inks: _Inks, size: tuple[int, int]) -> tuple[Mark, ...]:
    import cv2

    joined = cv2.dilate(cv2.medianBlur(written, 3), np.ones((_NEAR, 2 * _NEAR), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined)
    found = []
    for number in range(1, min(count, 2_000)):
        left, top, wide, high, _ = (int(value) for value in stats[number])
        own = labels[top : top + high, left : left + wide] == number
        mark = _mark(
            np.where(own, written[top : top + high, left : left + wide], 0).astype(np.uint8),
            (left, top),
            size,
            bool(sure[top : top + high, left : left + wide].any()),
            inks.blue[top : top + high, left : left + wide],
        )
        if mark is not None:
            found.append(mark)
    return tuple(sorted(found, key=lambda mark: -mark.confidence)[:_MOST_MARKS])


def _mark(part: Picture, at: tuple[int, int], size: tuple[int, int], read: bool, blue: Picture) -> Mark | None:
    """The writing in one place, None if it is too small, too large or too full for that, or at the paper's edge."""
    import cv2

    ys, xs = np.nonzero(part)
    if len(xs) < _LEAST_INK:
        return None
    left, right, top, bottom = (int(v) for v in (xs.min(), xs.max() + 1, ys.min(), ys.max() + 1))
    wide, high = right - left, bottom - top
    if wide < _LEAST_WIDE or high < _LEAST_HIGH or wide > _MOST_WIDE * size[0] or high > _MOST_HIGH * size[1]:
        return None
    box = Box(
        left=round((at[0] + left) / size[0], 4),
        top=round((at[1] + top) / size[1], 4),
        right=round((at[0] + right) / size[0], 4),
        bottom=round((at[1] + bottom) / size[1], 4),
    )
    density = len(xs) / (wide * high)
    thick = float(cv2.distanceTransform(part, cv2.DIST_L2, 3).max())
    at_edge = box.left < _EDGE or box.top < _EDGE or box.right > 1 - _EDGE or box.bottom > 1 - _EDGE
    if (at_edge and not read) or thick > _THICKEST or not _THINNEST <= density <= _DENSEST:
        return None
    colour: Literal["blue", "black"] = "blue" if ((blue > 0) & (part > 0)).sum() > 0.4 * len(xs) else "black"
    confidence = (0.8 if colour == "blue" else 0.55) + (0.1 if read else 0.0)
    return Mark(what="writing", box=box, colour=colour, confidence=round(confidence, 2))
