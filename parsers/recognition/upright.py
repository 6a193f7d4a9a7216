"""A picture of paper made to lie straight: the sheet cut out of a photograph, skew and perspective taken out, turned.

All is measured on a small copy and done to the picture itself in one step, so that it is softened only once. Angles
are degrees, positive clockwise as one looks at the page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from parsers.recognition.engine import Picture
from parsers.recognition.sheet import Corners, sheet_corners

Matrix = NDArray[np.float64]
"""(3, 3): a homography from pixels of one picture to another's."""

WORK_SIDE = 2_340
"""Pixels of the longer side of an upright page: A4 at 200 dots an inch."""
_SMALL_SIDE = 1_000
_COARSE_SIDE = 400
_A4 = 2**0.5
_STEEPEST = 44.0  # degrees of skew looked for: beyond that it is a quarter turn the other way
_LEAST_SKEW = 0.08  # degrees that are worth turning a page by
_LEAST_SLANT = 0.25  # degrees by which lines that ought to be parallel lean against each other, worth mending
_MOST_SLANT = 12.0
_BETTER = 1.08  # by how much the lines must stand out more at an angle than at none


@dataclass(frozen=True)
class Upright:
    """A page that lies straight, but for quarter turns. skew_deg: what it was turned by; flattened: cut out."""

    picture: Picture
    skew_deg: float = 0.0
    flattened: bool = False


def straighten(picture: Picture) -> Upright:
    """The page with its lines level or, if it lies on its side, upright; the longer side WORK_SIDE at most."""
    small, ratio = reduced(picture, _SMALL_SIDE)
    corners = sheet_corners(small)
    flat, size = _flattening(corners, small.shape) if corners is not None else (np.eye(3), small.shape[1::-1])
    lying = small if corners is None else _warped(small, flat, size)
    skew = skew_of(lying)
    turn, size = _turning(skew, size)
    whole = turn @ flat
    levelled, size = _levelling(_warped(small, whole, size))
    return _done(picture, ratio, whole if levelled is None else levelled @ whole, size, skew, corners is not None)


def _done(
    picture: Picture, ratio: float, whole: Matrix, size: tuple[int, int], skew: float, flattened: bool
) -> Upright:
    """The picture itself by what was measured on its small copy."""
    if np.allclose(whole, np.eye(3)):
        return Upright(reduced(picture, WORK_SIDE)[0])
    wide = min(max(size) * ratio, WORK_SIDE) / max(size)
    full = np.diag([wide, wide, 1.0]) @ whole @ np.diag([1 / ratio, 1 / ratio, 1.0])
    target = (max(round(size[0] * wide), 1), max(round(size[1] * wide), 1))
    return Upright(_warped(picture, full, target), skew_deg=round(skew, 2), flattened=flattened)


def reduced(picture: Picture, side: int) -> tuple[Picture, float]:
    """The picture with its longer side `side` at most, and how many of its pixels are one of these (1 or more)."""
    import cv2

    height, width = picture.shape[:2]
    ratio = max(height, width) / side
    if ratio <= 1:
        return picture, 1.0
    size = (max(round(width / ratio), 1), max(round(height / ratio), 1))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8), ratio


def turned(picture: Picture, degrees: int) -> Picture:
    """The picture turned clockwise by 0, 90, 180 or 270 degrees."""
    return np.ascontiguousarray(np.rot90(picture, -degrees // 90 % 4))


def ink_of(picture: Picture) -> Picture:
    """255 where a picture is darker than what lies around it, else 0."""
    import cv2

    grey = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8) if picture.ndim == 3 else picture
    return np.asarray(
        cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 25, 14), np.uint8
    )


def skew_of(picture: Picture) -> float:
    """Degrees clockwise, 44 at most either way, by which to turn a page for its lines to lie level or upright."""
    ink = ink_of(picture)
    coarse, _ = reduced(ink, _COARSE_SIDE)
    angle = _sharpest(coarse, np.arange(-_STEEPEST, _STEEPEST + 1, 1.0))
    angle = _sharpest(reduced(ink, 2 * _COARSE_SIDE)[0], angle + np.arange(-1.0, 1.01, 0.25))
    angle = _sharpest(ink, angle + np.arange(-0.25, 0.26, 0.05))
    level = _sharpness(ink)
    if abs(angle) < _LEAST_SKEW or _sharpness(_rotated(ink, angle)) < level * (_BETTER if abs(angle) > 1 else 1.0):
        return 0.0
    return float(angle)


def _sharpest(ink: Picture, angles: NDArray[np.float64]) -> float:
    return float(max(angles, key=lambda angle: (_sharpness(_rotated(ink, angle)), -abs(angle))))


def _rotated(ink: Picture, angle: float) -> Picture:
    import cv2

    height, width = ink.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), -float(angle), 1.0)
    return np.asarray(cv2.warpAffine(ink, turn, (width, height), flags=cv2.INTER_NEAREST), np.uint8)


def _sharpness(ink: Picture) -> float:
    """How sharply lines and gaps part, along rows and along columns: squares of the steps between neighbours."""
    import cv2

    total = 0.0
    for axis in (0, 1):
        sums = np.asarray(cv2.reduce(ink, axis, cv2.REDUCE_SUM, dtype=cv2.CV_32F)).ravel()
        total += float(np.square(np.diff(sums)).sum())
    return total


def _turning(skew: float, size: tuple[int, int]) -> tuple[Matrix, tuple[int, int]]:
    """What turns a page of `size` by `skew`, and the size of a picture that holds all of it."""
    width, height = size
    if not skew:
        return np.eye(3), size
    import cv2

    turn = np.vstack([cv2.getRotationMatrix2D((width / 2, height / 2), -skew, 1.0), [0, 0, 1]])
    sine, cosine = abs(np.sin(np.radians(skew))), abs(np.cos(np.radians(skew)))
    wide, high = width, height
    if abs(skew) > 2:  # a scanner's skew loses nothing but margins
        wide, high = round(width * cosine + height * sine), round(width * sine + height * cosine)
    shift = np.array([[1, 0, (wide - width) / 2], [0, 1, (high - height) / 2], [0, 0, 1]])
    return shift @ turn, (wide, high)


def _flattening(corners: Corners, shape: tuple[int, ...]) -> tuple[Matrix, tuple[int, int]]:
    """What maps the sheet's corners to a rectangle, and its size: of A4's shape where it is near that."""
    import cv2

    across = max(np.linalg.norm(corners[1] - corners[0]), np.linalg.norm(corners[2] - corners[3]))
    down = max(np.linalg.norm(corners[3] - corners[0]), np.linalg.norm(corners[2] - corners[1]))
    width, height = float(across), float(down)
    for tall in (_A4, 1 / _A4):
        if abs(height / width / tall - 1) < 0.12:
            width, height = (width, width * tall) if height / width < tall else (height / tall, height)
            break
    size = (max(round(width), 1), max(round(height), 1))
    target = np.array([(0, 0), (size[0], 0), size, (0, size[1])], np.float32)
    return np.asarray(cv2.getPerspectiveTransform(corners.astype(np.float32), target), np.float64), size


def _levelling(picture: Picture) -> tuple[Matrix | None, tuple[int, int]]:
    """What takes out the rest of perspective, by the long straight lines on the page; None if they lie straight."""
    size = (picture.shape[1], picture.shape[0])
    segments = _segments(picture)
    across = _slopes(segments, lambda s: s)
    down = _slopes(segments, lambda s: s[:, [1, 0, 3, 2]])
    if across is None or down is None:
        return None, size
    width, height = size
    steepest = max(abs(np.polyval(across, (0, height))).max(), abs(np.polyval(down, (0, width))).max())
    if not np.radians(_LEAST_SLANT) < steepest < np.radians(_MOST_SLANT):
        return None, size
    return _all_of(_squared(across, down, size), size)


def _all_of(matrix: Matrix, size: tuple[int, int]) -> tuple[Matrix, tuple[int, int]]:
    """The same, moved so that nothing of a picture of `size` is lost, and the size that takes."""
    width, height = size
    corners = matrix @ np.array([(0, 0, 1), (width, 0, 1), (width, height, 1), (0, height, 1)]).T
    places = corners[:2] / corners[2]
    (left, top), (right, bottom) = places.min(axis=1), places.max(axis=1)
    return np.array([[1, 0, -left], [0, 1, -top], [0, 0, 1]]) @ matrix, (round(right - left), round(bottom - top))


def _segments(picture: Picture) -> NDArray[np.float64]:
    """(n, 4): ends of straight lines on the page, each at least a twentieth of its longer side."""
    import cv2

    grey = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8)
    found: Any = cv2.createLineSegmentDetector(0).detect(grey)[0]  # None where there is no line at all
    ends = np.zeros((0, 4)) if found is None else np.asarray(found, np.float64).reshape(-1, 4)
    long = np.hypot(ends[:, 2] - ends[:, 0], ends[:, 3] - ends[:, 1]) >= max(picture.shape[:2]) / 20
    return np.asarray(ends[long], np.float64)


def _slopes(
    segments: NDArray[np.float64], view: Callable[[NDArray[np.float64]], NDArray[np.float64]]
) -> NDArray[np.float64] | None:
    """(2,): slope of lines that run across as a line's function of their height, by most of them; None if too few do.

    view: gives ends as x, y, x, y where "across" is along x.
    """
    ends = view(segments)
    run, rise = ends[:, 2] - ends[:, 0], ends[:, 3] - ends[:, 1]
    flat = np.abs(rise) < 0.2 * np.abs(run)
    slope, at = rise[flat] / run[flat], (ends[flat, 1] + ends[flat, 3]) / 2
    weight = np.abs(run[flat])
    if len(slope) < 4 or np.ptp(at) < 100:
        return None
    line = np.array([0.0, float(np.median(slope))])
    for _ in range(5):
        near = np.abs(slope - np.polyval(line, at)) < np.radians(1.0)
        if near.sum() < 4 or np.ptp(at[near]) < 100:
            return None
        line = np.polyfit(at[near], slope[near], 1, w=weight[near])
    return np.asarray(line, np.float64)


def _squared(across: NDArray[np.float64], down: NDArray[np.float64], size: tuple[int, int]) -> Matrix:
    """What makes lines of those slopes level and upright, about the middle of the page."""
    import cv2

    width, height = size
    corners = []
    for x, y in ((0, 0), (width, 0), (width, height), (0, height)):
        level, upright = np.polyval(across, y), np.polyval(down, x)  # y = y0 + level·(x-w/2), x = x0 + upright·(y-h/2)
        px = (x + upright * (y - level * width / 2 - height / 2)) / (1 - upright * level)
        corners.append((px, y + level * (px - width / 2)))
    target = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    return np.asarray(cv2.getPerspectiveTransform(np.array(corners, np.float32), target), np.float64)


def _warped(picture: Picture, matrix: Matrix, size: tuple[int, int]) -> Picture:
    import cv2

    return np.asarray(
        cv2.warpPerspective(
            picture, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=(255, 255, 255)
        ),
        np.uint8,
    )
