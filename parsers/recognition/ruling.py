"""The ruled cells of a table on an upright page, found by the lines around them."""

from __future__ import annotations

import numpy as np

from parsers.facts import Box
from parsers.recognition.engine import Picture

_SIDE = 1_170  # pixels of the longer side of the copy that is looked at
_ACROSS, _DOWN = 36, 22  # pixels a line of a table has at least; no stroke of a letter is as long
_BRIDGED = 11  # pixels of a gap in a faint line that are bridged
_LEAST_WIDTH, _LEAST_HEIGHT = 12, 10
_FILLED = 0.82  # share of its box that a cell fills, but for tables within it
_MOST_CELLS = 600


def ruled_cells(picture: Picture) -> tuple[Box, ...]:
    """Boxes of the cells of an upright page in colours, by top and left; those within another are a table in it.

    A seal's ink counts as dark: a line runs on under it.
    """
    import cv2

    height, width = picture.shape[:2]
    ratio = max(height, width) / _SIDE
    size = (max(round(width / ratio), 1), max(round(height / ratio), 1))
    small = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    lines = lines_mask(np.asarray(small.min(axis=2), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(cv2.bitwise_not(lines), connectivity=4)
    found = [_cell(tuple(map(int, stats[number])), size) for number in range(1, min(count, 20_000))]
    boxes = [box for box in found if box is not None]
    if len(boxes) < 2:
        return ()
    return tuple(sorted(_kept(boxes[:_MOST_CELLS]), key=lambda box: (box.top, box.left)))


def lines_mask(grey: Picture) -> Picture:
    """255 where a table's lines are, made a little thicker and whole, else 0."""
    import cv2

    ink = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 15, 8)
    across = cv2.morphologyEx(
        cv2.dilate(ink, np.ones((2, 1), np.uint8)), cv2.MORPH_OPEN, np.ones((1, _ACROSS), np.uint8)
    )
    down = cv2.morphologyEx(cv2.dilate(ink, np.ones((1, 2), np.uint8)), cv2.MORPH_OPEN, np.ones((_DOWN, 1), np.uint8))
    across = cv2.dilate(across, np.ones((1, _BRIDGED), np.uint8))
    down = cv2.dilate(down, np.ones((_BRIDGED, 1), np.uint8))
    return np.asarray(cv2.dilate(cv2.bitwise_or(across, down), np.ones((2, 2), np.uint8)), np.uint8)


def _cell(stats: tuple[int, ...], size: tuple[int, int]) -> tuple[Box, bool] | None:
    """Its box and whether it fills it; None for what is too small, or is the page around the tables."""
    left, top, wide, high, area = stats
    if wide < _LEAST_WIDTH or high < _LEAST_HEIGHT:
        return None
    if left <= 1 or top <= 1 or left + wide >= size[0] - 1 or top + high >= size[1] - 1:
        return None
    box = Box(
        left=round(left / size[0], 4),
        top=round(top / size[1], 4),
        right=round((left + wide) / size[0], 4),
        bottom=round((top + high) / size[1], 4),
    )
    return box, area >= _FILLED * wide * high


def _kept(boxes: list[tuple[Box, bool]]) -> list[Box]:
    """Cells, and cells that hold tables; not a box drawn by a pen within a cell, nor a frame around all."""
    whole = [box for box, full in boxes if full]
    inside = {box: sum(within(other, box) for other in whole) for box, _ in boxes}
    lone = {other for box, count in inside.items() if count == 1 for other in whole if within(other, box)}
    return [box for box, full in boxes if box not in lone and (full or inside[box] >= 2)]


def within(inner: Box, outer: Box) -> bool:
    """The first box lies in the second, and is not the same."""
    return (
        inner != outer
        and outer.left <= inner.left
        and outer.top <= inner.top
        and inner.right <= outer.right
        and inner.bottom <= outer.bottom
    )
