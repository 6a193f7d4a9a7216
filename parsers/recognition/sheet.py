"""The sheet of paper in a photograph: its four corners, only where it clearly stands out from what it lies on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from parsers.recognition.engine import Picture

Corners = NDArray[np.float64]
"""(4, 2): a sheet's corners in pixels, clockwise from the upper left."""

_SIDE = 500
_LEAST_AREA = 0.2  # share of the picture that a sheet fills at least
_MOST_AREA = 0.975
_EDGE = 0.012  # share of the picture's side within which a sheet's side lies on the picture's own edge
_BRIGHTER = 22  # steps of 255 by which a sheet is brighter than what it lies on, along its sides
_SQUARE = 0.5  # cosine of the widest or narrowest corner a photographed sheet has


def sheet_corners(picture: Picture) -> Corners | None:
    """Corners of the sheet in a picture, clockwise from the upper left; None if nothing else is in the picture."""
    import cv2

    height, width = picture.shape[:2]
    ratio = max(height, width) / _SIDE
    size = (max(round(width / ratio), 1), max(round(height / ratio), 1))
    small = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    bright = np.asarray(cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), (5, 5), 0), np.uint8)
    if _even(bright):
        return None
    for mask in _masks(small, bright):
        corners = _corners(mask)
        if corners is not None and _clear(corners, bright):
            return np.asarray(_ordered(corners) * ratio, np.float64)
    return None


def _even(bright: Picture) -> bool:
    """The picture's own edges are as bright as paper: a scan, there is nothing around the sheet."""
    edges = np.concatenate([bright[:4].ravel(), bright[-4:].ravel(), bright[:, :4].ravel(), bright[:, -4:].ravel()])
    paper = float(np.percentile(bright, 85))
    return float(np.percentile(edges, 20)) > paper - _BRIGHTER


def _masks(small: Picture, bright: Picture) -> Iterator[Picture]:
    """Where the sheet may be, by brightness, by brightness and want of colour, by edges."""
    import cv2

    kernel = np.ones((9, 9), np.uint8)
    pale = small.min(axis=2)
    for plane in (bright, np.asarray(cv2.GaussianBlur(pale, (5, 5), 0), np.uint8)):
        _, mask = cv2.threshold(plane, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
        yield np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, kernel), np.uint8)
    edges = cv2.dilate(cv2.Canny(bright, 30, 90), np.ones((3, 3), np.uint8))
    outlines, _ = cv2.findContours(edges, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    filled = np.zeros_like(bright)
    cv2.drawContours(filled, outlines, -1, 255, cv2.FILLED)
    yield np.asarray(cv2.morphologyEx(filled, cv2.MORPH_OPEN, kernel), np.uint8)


def _corners(mask: Picture) -> Corners | None:
    """Corners of the largest thing in the mask, if it is a quadrilateral of a sheet's size."""
    import cv2

    outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not outlines:
        return None
    outline = max(outlines, key=cv2.contourArea)
    hull = cv2.convexHull(outline)
    area = cv2.contourArea(hull)
    if not _LEAST_AREA < area / mask.size < _MOST_AREA or cv2.contourArea(outline) < 0.85 * area:
        return None
    around = cv2.arcLength(hull, True)
    for share in (0.015, 0.025, 0.04, 0.06):
        quad = cv2.approxPolyDP(hull, share * around, True).reshape(-1, 2).astype(np.float64)
        if len(quad) == 4:
            fine = _refined(quad, outline.reshape(-1, 2).astype(np.float64))
            near = fine is not None and abs(cv2.contourArea(fine.astype(np.float32)) / area - 1) < 0.08
            return fine if near and fine is not None and _squarish(fine) else None
        if len(quad) < 4:
            return None
    return None


def _refined(quad: Corners, outline: NDArray[np.float64]) -> Corners | None:
    """Corners where lines laid through the outline's points along each side meet: finer than a pixel."""
    lines = []
    for start, end in pairwise([*quad, quad[0]]):
        along = end - start
        length = float(np.linalg.norm(along))
        if length < 20:
            return None
        offset = outline - start
        share = offset @ along / length**2
        away = np.abs(offset[:, 0] * along[1] - offset[:, 1] * along[0]) / length
        points = outline[(share > 0.08) & (share < 0.92) & (away < 0.02 * length + 2)]
        lines.append(_line(points) if len(points) >= 10 else (start, along / length))
    return _meeting(lines)


def _line(points: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    import cv2

    vx, vy, x, y = cv2.fitLine(points.astype(np.float32), cv2.DIST_HUBER, 0, 0.01, 0.01).ravel()
    return np.array([x, y], np.float64), np.array([vx, vy], np.float64)


def _meeting(lines: Sequence[tuple[NDArray[np.float64], NDArray[np.float64]]]) -> Corners | None:
    """Where each line meets the one before it."""
    corners = []
    for (at, way), (before, came) in zip(lines, [lines[-1], *lines[:-1]], strict=True):
        crossing = way[0] * came[1] - way[1] * came[0]
        if abs(crossing) < 0.1:
            return None
        share = ((before[0] - at[0]) * came[1] - (before[1] - at[1]) * came[0]) / crossing
        corners.append(at + share * way)
    return np.array(corners)


def _squarish(quad: Corners) -> bool:
    """Its corners are those of a sheet seen from somewhere above, its opposite sides not too unlike."""
    sides = np.roll(quad, -1, axis=0) - quad
    lengths = np.linalg.norm(sides, axis=1)
    cosines = [
        abs(float(a @ b)) / (la * lb)
        for a, b, la, lb in zip(sides, np.roll(sides, -1, axis=0), lengths, np.roll(lengths, -1), strict=True)
    ]
    alike = (
        min(lengths[0], lengths[2]) / max(lengths[0], lengths[2]),
        min(lengths[1], lengths[3]) / max(lengths[1], lengths[3]),
    )
    return bool(max(cosines) < _SQUARE and min(alike) > 0.5)


def _clear(quad: Corners, bright: Picture) -> bool:
    """Along its sides the sheet is brighter inside than outside; a side may lie on the picture's edge, not more."""
    height, width = bright.shape
    centre = quad.mean(axis=0)
    clear = 0
    for start, end in pairwise([*quad, quad[0]]):
        if _on_edge(start, end, width, height):
            continue
        inward = np.array([start[1] - end[1], end[0] - start[0]])
        inward = inward / np.linalg.norm(inward)
        inward *= 1 if inward @ (centre - start) > 0 else -1
        points = start + np.linspace(0.1, 0.9, 25)[:, None] * (end - start)
        inside, outside = (_sampled(bright, points + way * inward) for way in (6, -6))
        if float(np.median(inside - outside)) >= _BRIGHTER:
            clear += 1
    return clear >= 3


def _on_edge(start: NDArray[np.float64], end: NDArray[np.float64], width: int, height: int) -> bool:
    margin = _EDGE * max(width, height)
    return any(
        bool((start[axis] < margin and end[axis] < margin) or min(start[axis], end[axis]) > side - margin)
        for axis, side in ((0, width), (1, height))
    )


def _sampled(bright: Picture, points: NDArray[np.float64]) -> NDArray[np.float64]:
    height, width = bright.shape
    xs = np.clip(points[:, 0].round().astype(int), 0, width - 1)
    ys = np.clip(points[:, 1].round().astype(int), 0, height - 1)
    return np.asarray(bright[ys, xs], np.float64)


def _ordered(quad: Corners) -> Corners:
    """Clockwise from the corner nearest to the upper left."""
    centre = quad.mean(axis=0)
    around = quad[np.argsort(np.arctan2(quad[:, 1] - centre[1], quad[:, 0] - centre[0]))]
    return np.asarray(np.roll(around, -int(np.argmin(around.sum(axis=1))), axis=0), np.float64)
