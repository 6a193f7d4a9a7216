"""Places of text on a small picture, and the strips that are read, cut from the large one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from parsers.pagefacts import Box
from parsers.recognition.engine import Picture, Quad, find_text, read_text

_TALL = 1.8
"""Height to width from which letters stand one above the other."""
_LEVEL = 0.03
"""Slope up to which a line is cut as it lies; steeper ones are turned."""
_MARGIN = 0.06
"""Heights of a line that are cut around it."""
_LONGEST = 28.0
"""Widths to its height of the longest line that is read."""
_ROW_PX, _ROW_ROOM = 736, 0.4
"""Longer side at which a title's row is searched again, and heights of the title above and below it."""
_LONGER = 1.05
_AT_ONCE = 8
_ONE_MORE = 1.15
"""Heights of a line that a letter more takes at either end."""
_LEAST = 0.012
"""Height of the smallest letters that are read, as a share of the picture's longer side."""
_UNSURE = 0.5
"""Confidence below which nothing was read."""


def found_in(picture: Picture, most: int) -> list[Quad]:
    """Places of text as shares of the picture's width and height, the largest `most`, in reading order."""
    height, width = picture.shape[:2]
    shape = np.array([width, height], np.float32)
    quads = [np.asarray(quad / shape, np.float32) for quad in find_text(np.ascontiguousarray(picture))]
    shape /= max(width, height)
    high = [quad for quad in quads if _thick(quad * shape) >= _LEAST]
    large = sorted(high, key=lambda quad: -_thick(quad * shape))[:most]
    return sorted(large, key=lambda quad: (round(float(quad[:, 1].mean()) * 40), float(quad[:, 0].min())))


def _thick(quad: Quad) -> float:
    """The shorter side of a place."""
    sides = np.linalg.norm(quad - np.roll(quad, 1, axis=0), axis=1)
    return float(min(sides[0] + sides[2], sides[1] + sides[3]) / 2)


def box_of(quad: Quad) -> Box:
    """The upright box around a place."""
    (left, top), (right, bottom) = (np.clip(quad.min(axis=0), 0, 1), np.clip(quad.max(axis=0), 0, 1))
    return Box(left=float(left), top=float(top), right=float(right), bottom=float(bottom))


def wider(quad: Quad, picture: Picture, others: Sequence[Quad]) -> Quad | None:
    """The place with room for one more letter at either end, where no other place of text is.

    A letter of one stroke, as 一, is often not found as one. None where there is no room.
    """
    height, width = picture.shape[:2]
    shape = np.array([width, height], np.float32)
    pixels = quad * shape
    along = 0 if np.linalg.norm(pixels[1] - pixels[0]) >= np.linalg.norm(pixels[3] - pixels[0]) else 1
    letter = _thick(pixels) / float(shape[along]) * _ONE_MORE
    start, end = float(quad[:, along].min()), float(quad[:, along].max())
    low, high = max(start - letter, 0.0), min(end + letter, 1.0)
    for other in others:
        if other is not quad and _beside(quad, other, 1 - along):
            if float(other[:, along].max()) <= start + letter / 4:
                low = max(low, float(other[:, along].max()))
            if float(other[:, along].min()) >= end - letter / 4:
                high = min(high, float(other[:, along].min()))
    if start - low < letter / 3 and high - end < letter / 3:
        return None
    found = quad.copy()
    first = found[:, along] < (start + end) / 2
    found[first, along] -= start - low
    found[~first, along] += high - end
    return np.asarray(found, np.float32)


def longer_in(picture: Picture, quad: Quad) -> Quad:
    """The place again, looked for at a larger size in its own row or column: with letters that were not seen before.

    The place as it is, where no longer one is found there.
    """
    import cv2

    height, width = picture.shape[:2]
    shape = np.array([width, height], np.float32)
    along = 0 if np.ptp(quad[:, 0]) * width >= np.ptp(quad[:, 1]) * height else 1
    across = 1 - along
    room = float(np.ptp(quad[:, across])) * _ROW_ROOM
    low, high = max(float(quad[:, across].min()) - room, 0.0), min(float(quad[:, across].max()) + room, 1.0)
    edges = int(low * shape[across]), max(int(high * shape[across]), int(low * shape[across]) + 2)
    part = picture[edges[0] : edges[1]] if along == 0 else picture[:, edges[0] : edges[1]]
    scale = min(_ROW_PX / max(part.shape[:2]), 1.0)
    small = cv2.resize(part, (max(int(part.shape[1] * scale), 32), max(int(part.shape[0] * scale), 32)))
    for found in found_in(np.asarray(small, np.uint8), _AT_ONCE):
        found[:, across] = low + found[:, across] * (high - low)
        mine = (
            [float(one[:, along].min()) for one in (quad, found)],
            [float(one[:, along].max()) for one in (quad, found)],
        )
        inside = min(mine[1]) - max(mine[0])
        if inside > 0.7 * (mine[1][0] - mine[0][0]) and np.ptp(found[:, along]) > _LONGER * np.ptp(quad[:, along]):
            return found
    return quad


def _beside(one: Quad, other: Quad, across: int) -> bool:
    """Both stand in one row, or in one column."""
    low = max(float(one[:, across].min()), float(other[:, across].min()))
    high = min(float(one[:, across].max()), float(other[:, across].max()))
    return high - low > 0.3 * float(min(np.ptp(one[:, across]), np.ptp(other[:, across])))


def strips(picture: Picture, quad: Quad) -> list[Picture]:
    """What is to be read of a place on the large picture: one strip, or two ways to see a column."""
    height, width = picture.shape[:2]
    part = _cut(picture, quad * np.array([width, height], np.float32))
    high, wide = part.shape[:2]
    if high >= _TALL * wide:
        return [_side_by_side(part), np.ascontiguousarray(np.rot90(part))]
    return [part[:, : int(_LONGEST * high)]]


def in_three(picture: Picture) -> Picture:
    """A picture of three colours, as recognition takes it; grey is all three."""
    return np.ascontiguousarray(np.repeat(picture[:, :, None], 3, axis=2)) if picture.ndim == 2 else picture


def read(seen: Sequence[Picture]) -> tuple[str, float]:
    """What the strips of one place read, the surest of them; "" where nothing was read."""
    text, score = max(
        read_text([in_three(strip) for strip in seen]), key=lambda one: one[1] * min(len(one[0]), 4), default=("", 0.0)
    )
    return (text.strip(), score) if score >= _UNSURE else ("", score)


def _cut(picture: Picture, quad: Quad) -> Picture:
    import cv2

    height, width = picture.shape[:2]
    upper, side = quad[1] - quad[0], quad[3] - quad[0]
    edge = _MARGIN * float(min(np.linalg.norm(upper), np.linalg.norm(side)))
    if abs(float(upper[1])) <= _LEVEL * abs(float(upper[0])) or abs(float(side[0])) <= _LEVEL * abs(float(side[1])):
        left, top = (max(int(value - edge), 0) for value in quad.min(axis=0))
        right, bottom = (int(value + edge) + 1 for value in quad.max(axis=0))
        left, top = min(left, width - 2), min(top, height - 2)
        return np.ascontiguousarray(picture[top : max(bottom, top + 2), left : max(right, left + 2)])
    wide, high = max(int(np.linalg.norm(upper)), 2), max(int(np.linalg.norm(side)), 2)
    target = np.array([(0, 0), (wide, 0), (wide, high), (0, high)], np.float32)
    turn = cv2.getPerspectiveTransform(np.asarray(quad, np.float32), target)
    turned = cv2.warpPerspective(picture, turn, (wide, high), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(turned, np.uint8)


def _side_by_side(part: Picture) -> Picture:
    """The letters of a column as a row: cut where there are fewest edges, whether letters are dark or bright."""
    import cv2

    high, wide = part.shape[:2]
    grey = cv2.cvtColor(part, cv2.COLOR_BGR2GRAY) if part.ndim == 3 else part
    edges = cv2.morphologyEx(grey, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    ink = cv2.blur(edges.mean(axis=1, keepdims=True).astype(np.float32), (1, 3)).ravel()
    letters = [part[a:b] for a, b in _between(_cuts(ink, wide), high)]
    tallest = max(len(letter) for letter in letters)
    return np.ascontiguousarray(np.concatenate([_padded(letter, tallest) for letter in letters], axis=1))


def _cuts(ink: NDArray[np.float32], wide: int) -> list[int]:
    """Rows between the letters of a column: as many letters as cut it most clearly, each about as high as wide."""
    high = len(ink)
    likely = range(max(round(high / (1.6 * wide)), 1), min(round(high / (0.75 * wide)), 24) + 1)
    tried = [(_clear(ink, cuts), cuts) for count in likely if (cuts := _even(ink, count)) or count == 1]
    return min(tried, key=lambda one: one[0])[1] if tried else []


def _even(ink: NDArray[np.float32], count: int) -> list[int]:
    """The best rows to cut into `count` letters of about one height."""
    high = len(ink)
    step, cuts = high / count, []
    for number in range(1, count):
        start, end = int(number * step - step * 0.2), int(number * step + step * 0.2) + 1
        cuts.append(start + int(np.argmin(ink[start:end])))
    return cuts


def _clear(ink: NDArray[np.float32], cuts: Sequence[int]) -> float:
    """Edges that lie on the cuts, to those of a row on average; few cuts are no better than many."""
    if not cuts:
        return 0.9
    return float(ink[list(cuts)].mean() / max(float(ink.mean()), 1.0))


def _between(cuts: Sequence[int], high: int) -> list[tuple[int, int]]:
    edges = [0, *cuts, high]
    return [(a, b) for a, b in pairwise(edges) if b > a]


def _padded(letter: Picture, high: int) -> Picture:
    above = (high - len(letter)) // 2
    edges = ((above, high - len(letter) - above), (0, 0), (0, 0))
    return np.pad(letter, edges[: letter.ndim], mode="edge")
