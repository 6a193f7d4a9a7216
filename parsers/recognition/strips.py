"""Boxes of text to pictures of one line each, as they are read: level, cells apart, letters side by side."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from parsers.facts import Box
from parsers.recognition.engine import Picture, Quad

_LEVEL = 0.012  # slope of a box that is cut out as it lies
_TALL = 1.5  # height to width from which letters of a box stand one above the other
_OVERLAP = 0.6  # line heights that a box reaches into a cell, to belong to it too
_MOST_LETTERS = 24
_LONGEST = 60.0  # heights of a box that is read at once
_MOST_PIECES = 12
_LONG = 4.0  # heights of a box that may have gaps in it
_GAP = 0.85  # heights of a box from which a gap parts it: more than a letter's width
_ROOM = 0.2  # heights of a box left around what is read


def parted(picture: Picture, quads: Sequence[Quad], cells: Sequence[Box]) -> list[Quad]:
    """The boxes, cut where they run over the line between two cells, or over a gap as wide as a letter."""
    height, width = picture.shape[:2]
    places = np.array([(c.left * width, c.top * height, c.right * width, c.bottom * height) for c in cells])
    whole = [part for quad in quads for part in _by_cells(quad, places.reshape(-1, 4))]
    return [piece for quad in whole for part in _by_gaps(picture, quad) for piece in _by_length(part)]


def _by_length(quad: Quad) -> list[Quad]:
    """The box in pieces that are no longer than a line of text is: reading takes time by length."""
    (left, top), (right, bottom) = quad.min(axis=0), quad.max(axis=0)
    count = int(np.ceil((right - left) / max(_LONGEST * (bottom - top), 1.0)))
    edges = np.linspace(left, right, min(max(count, 1), _MOST_PIECES) + 1)
    return [quad] if count <= 1 else [_between(quad, float(a), float(b)) for a, b in pairwise(edges)]


def _by_gaps(picture: Picture, quad: Quad) -> list[Quad]:
    """The box without wide gaps in it: recognition would not tell of them."""
    import cv2

    (left, _), (right, _) = quad.min(axis=0), quad.max(axis=0)
    part = _cut(picture, quad)
    high, wide = part.shape[:2]
    if wide < _LONG * high:
        return [quad]
    grey = cv2.cvtColor(part, cv2.COLOR_BGR2GRAY)
    _, ink = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    rule = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, 2 * high), np.uint8))
    ink = cv2.subtract(ink, cv2.dilate(rule, np.ones((5, 1), np.uint8)))
    inked = np.nonzero((ink[high // 8 : high - high // 8] > 0).sum(axis=0) > 1)[0]
    gaps = [(int(a), int(b)) for a, b in pairwise(inked) if b - a > _GAP * high]
    if not gaps:
        return [quad]
    share, room = (right - left) / wide, _ROOM * high
    edges = [left, *(left + x * share for a, b in gaps for x in (a + room, b - room)), right]
    return [_between(quad, float(start), float(end)) for start, end in zip(edges[::2], edges[1::2], strict=True)]


def _by_cells(quad: Quad, places: Quad) -> list[Quad]:
    (left, top), (right, bottom) = quad.min(axis=0), quad.max(axis=0)
    middle, high = (top + bottom) / 2, bottom - top
    if right - left < _TALL * high or not len(places):
        return [quad]
    beside = places[(places[:, 1] < middle) & (middle < places[:, 3])]
    inside = np.minimum(beside[:, 2], right) - np.maximum(beside[:, 0], left)
    crossed = beside[(inside > _OVERLAP * high) & (inside < 0.98 * (right - left))]
    crossed = crossed[np.argsort(crossed[:, 0])]
    if len(crossed) < 2 or np.any(crossed[1:, 0] < crossed[:-1, 2] - 2):
        return [quad]
    cuts = [(float(before), float(after)) for before, after in zip(crossed[:-1, 2], crossed[1:, 0], strict=True)]
    edges = [float(left), *(edge for cut in cuts for edge in cut), float(right)]
    return [_between(quad, start, end) for start, end in zip(edges[::2], edges[1::2], strict=True)]


def _between(quad: Quad, start: float, end: float) -> Quad:
    """The part of the box from one x to another."""
    upper, lower = (quad[0], quad[1]), (quad[3], quad[2])
    points = [_on(line, x) for line, x in ((upper, start), (upper, end), (lower, end), (lower, start))]
    return np.array(points, np.float32)


def _on(line: tuple[Quad, Quad], x: float) -> tuple[float, float]:
    (x0, y0), (x1, y1) = line
    return x, float(y0 + (y1 - y0) * (x - x0) / max(float(x1 - x0), 1.0))


def strip_of(picture: Picture, quad: Quad) -> Picture:
    """The line of text in a box, level; letters that stand one above the other are set side by side."""
    part = _cut(picture, quad)
    return _side_by_side(part) if part.shape[0] >= _TALL * part.shape[1] else part


def _cut(picture: Picture, quad: Quad) -> Picture:
    import cv2

    upper = quad[1] - quad[0]
    if abs(upper[1]) <= _LEVEL * abs(upper[0]) or upper[0] <= 0:
        height, width = picture.shape[:2]
        left, top = (max(int(value), 0) for value in np.floor(quad.min(axis=0)))
        right, bottom = (int(value) + 1 for value in np.ceil(quad.max(axis=0)))
        left, top = min(left, width - 1), min(top, height - 1)
        return np.ascontiguousarray(picture[top:bottom, left:right])
    wide = max(int(max(np.linalg.norm(quad[1] - quad[0]), np.linalg.norm(quad[2] - quad[3]))), 1)
    high = max(int(max(np.linalg.norm(quad[3] - quad[0]), np.linalg.norm(quad[2] - quad[1]))), 1)
    target = np.array([(0, 0), (wide, 0), (wide, high), (0, high)], np.float32)
    turn = cv2.getPerspectiveTransform(quad.astype(np.float32), target)
    return np.asarray(
        cv2.warpPerspective(picture, turn, (wide, high), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE),
        np.uint8,
    )


def _side_by_side(part: Picture) -> Picture:
    """The letters of a column as a row, cut between them where there is least ink."""
    high, wide = part.shape[:2]
    count = min(max(round(high / wide), 1), _MOST_LETTERS)
    ink = 255.0 - part.reshape(high, -1).mean(axis=1)
    step, cuts = high / count, [0]
    for number in range(1, count):
        about, slack = number * step, max(step * 0.3, 1)
        start, end = int(max(about - slack, cuts[-1] + 1)), int(min(about + slack, high - 1))
        cuts.append(start + int(np.argmin(ink[start : end + 1])) if end > start else int(about))
    letters = [part[a:b] for a, b in zip(cuts, [*cuts[1:], high], strict=True) if b > a]
    tallest = max(len(letter) for letter in letters)
    return np.ascontiguousarray(np.concatenate([_padded(letter, tallest) for letter in letters], axis=1))


def _padded(letter: Picture, high: int) -> Picture:
    above = (high - len(letter)) // 2
    edges = ((above, high - len(letter) - above), (0, 0), (0, 0))
    return np.pad(letter, edges, mode="edge")
