"""Rims of seals among dots of ink: circles and ovals tried through points of it, judged by how much ink lies along."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from parsers.recognition.engine import Picture

Points = NDArray[np.float64]
"""(n, 2): x and y in pixels."""

_ANGLES = np.linspace(0, 2 * np.pi, 72, endpoint=False)
_ON_THE_RIM = 1.8  # pixels from ink within which a point of a rim is inked
_OUTSIDE = 1.11  # radii at which there is little ink, outside the rim
_LEAST_SCORE = 0.42
_SEEN = 0.55  # share of a rim that lies on the paper at least
_FULL = 0.62  # share of a disc filled with ink from which it is a sign and no seal
_CIRCLES, _OVALS = 900, 600  # tries a cluster
_MOST_POINTS = 4_000
_MOST_CLUSTERS = 12
_SEALS_A_CLUSTER = 3
_SMALL = 0.75  # of the confidence is left to rims smaller than a unit's seal
_LONGEST = 2.0  # an oval's longer axis to its shorter
_ROUND = 1.12
_ARC = 0.45  # share of the smallest seal's width that a piece of a black rim is long
_CLOSE = 0.35  # share of the smallest seal's width within which dots of one seal lie


@dataclass(frozen=True)
class Rim:
    """A seal's rim in pixels: its centre, half its box's width and height, its shape, and 0 to 1 how sure it is."""

    x: float
    y: float
    across: float
    down: float
    shape: Literal["round", "oval", "square"]
    confidence: float


Ellipses = NDArray[np.float64]
"""(n, 5): x and y of the centre, half the longer and the shorter axis in pixels, the longer one's tilt in radians."""


def find_rims(mask: Picture, sizes: tuple[float, float], *, crowded: bool = False) -> Iterator[Rim]:
    """Rims in a mask of ink (255 where there is some). sizes: least and most width of a seal, in pixels.

    crowded: the ink is that of text and tables too; only long pieces of it are looked at.
    """
    if crowded:
        mask = _arcs(mask, sizes[0] * _ARC)
    for points in _clusters(mask, sizes):
        yield from _rims_among(points, mask.shape, sizes)


def frame_share(part: Picture) -> float:
    """How much of the four sides of a box is inked: 0 to 1, the worst side counting half."""
    height, width = part.shape
    deep, wide = max(height // 8, 2), max(width // 8, 2)
    sides = (
        float((part[:deep] > 0).any(axis=0).mean()),
        float((part[-deep:] > 0).any(axis=0).mean()),
        float((part[:, :wide] > 0).any(axis=1).mean()),
        float((part[:, -wide:] > 0).any(axis=1).mean()),
    )
    straight = _straight(part, deep, wide)
    return (sum(sides) / 4 + min(sides)) / 2 * straight


def _straight(part: Picture, deep: int, wide: int) -> float:
    """How much of each side's ink lies on one line of dots: low for letters in a row."""
    best = (
        float((part[:deep] > 0).mean(axis=1).max()),
        float((part[-deep:] > 0).mean(axis=1).max()),
        float((part[:, :wide] > 0).mean(axis=0).max()),
        float((part[:, -wide:] > 0).mean(axis=0).max()),
    )
    return min(1.0, sum(best) / 4 / 0.7)


def _arcs(mask: Picture, least: float) -> Picture:
    """Only thin pieces of ink longer than letters that are not straight lines."""
    import cv2

    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    wide, high, area = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT], stats[:, cv2.CC_STAT_AREA]
    kept = (np.maximum(wide, high) >= least) & (np.minimum(wide, high) > 4) & (area < 0.35 * wide * high)
    kept[0] = False
    return np.where(kept[labels], 255, 0).astype(np.uint8)


def _clusters(mask: Picture, sizes: tuple[float, float]) -> Iterator[Points]:
    """Dots of ink that lie together and could hold a seal, the largest clusters first."""
    import cv2

    reach = max(round(sizes[0] * _CLOSE), 3)
    half = max(reach // 2, 1)
    small = cv2.resize(cv2.dilate(mask, np.ones((half, half), np.uint8)), None, fx=0.5, fy=0.5)
    _, labels, stats, _ = cv2.connectedComponentsWithStats((small > 0).astype(np.uint8))
    large = [
        number
        for number in range(1, len(stats))
        if max(stats[number][2:4]) * 2 >= 0.8 * sizes[0] and min(stats[number][2:4]) * 2 >= 0.4 * sizes[0]
    ]
    for number in sorted(large, key=lambda number: -int(stats[number][4]))[:_MOST_CLUSTERS]:
        left, top, wide, high = (2 * int(value) for value in stats[number][:4])
        part = mask[top : top + high + 2, left : left + wide + 2]
        own = cv2.resize((labels == number).astype(np.uint8), mask.shape[::-1], interpolation=cv2.INTER_NEAREST)
        ys, xs = np.nonzero((part > 0) & (own[top : top + high + 2, left : left + wide + 2] > 0))
        if len(xs) >= 40:
            yield np.stack([xs + left, ys + top], axis=1).astype(np.float64)


def _rims_among(points: Points, shape: tuple[int, ...], sizes: tuple[float, float]) -> Iterator[Rim]:
    """The seals of one cluster, the best first; what lies within one is not looked at again."""
    for _ in range(_SEALS_A_CLUSTER):
        if len(points) < 40:
            return
        away = _distances(points, shape)
        ellipse, score = _best(points, away, sizes)
        if score < _LEAST_SCORE:
            return
        rim = _rim(ellipse, score, points, sizes)
        if rim is not None:
            yield rim
        points = points[~_within(points, ellipse, 1.1)]


def _distances(points: Points, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """(height, width): pixels from each dot to the nearest of the points."""
    import cv2

    empty = np.full(shape, 255, np.uint8)
    empty[points[:, 1].astype(int), points[:, 0].astype(int)] = 0
    return np.asarray(cv2.distanceTransform(empty, cv2.DIST_L2, 3), np.float32)


def _best(points: Points, away: NDArray[np.float32], sizes: tuple[float, float]) -> tuple[NDArray[np.float64], float]:
    """The ellipse (5,) along which most ink lies, and its score, 0 for none."""
    draws = np.random.default_rng(len(points))
    some = points if len(points) <= _MOST_POINTS else points[draws.choice(len(points), _MOST_POINTS, replace=False)]
    tried = np.concatenate([_circles(some, sizes, draws), _ovals(_outer(some), sizes, draws)])
    first = tried[np.argsort(-_scores(tried, away))[:4]]
    finer = [fitted for each in first if (fitted := _fitted(each, points, sizes)) is not None]
    last = np.concatenate([first, np.reshape(finer, (-1, 5))])
    scores = _scores(last, away)
    return (last[int(np.argmax(scores))], float(scores.max())) if len(last) else (np.zeros(5), 0.0)


def _circles(points: Points, sizes: tuple[float, float], draws: np.random.Generator) -> Ellipses:
    """Circles through three points each, of a seal's size."""
    a, b, c = points[draws.integers(0, len(points), (3, _CIRCLES))]
    ab, ac = b - a, c - a
    cross = 2 * (ab[:, 0] * ac[:, 1] - ab[:, 1] * ac[:, 0])
    lab, lac = (ab**2).sum(axis=1), (ac**2).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        x = (ac[:, 1] * lab - ab[:, 1] * lac) / cross
        y = (ab[:, 0] * lac - ac[:, 0] * lab) / cross
        radius = np.hypot(x, y)
    found = np.stack([a[:, 0] + x, a[:, 1] + y, radius, radius, np.zeros_like(radius)], axis=1)
    return np.asarray(found[np.isfinite(radius) & (radius * 2 >= sizes[0]) & (radius * 2 <= sizes[1])], np.float64)


def _ovals(points: Points, sizes: tuple[float, float], draws: np.random.Generator) -> Ellipses:
    """Ellipses through five points each, of a seal's size and not too long."""
    if len(points) < 20:
        return np.zeros((0, 5))
    chosen = points[draws.integers(0, len(points), (_OVALS, 5))]
    middle = chosen.mean(axis=1, keepdims=True)
    x, y = np.moveaxis((chosen - middle) / sizes[0], 2, 0)
    terms = np.stack([x * x, x * y, y * y, x, y], axis=2)
    good = np.abs(np.linalg.det(terms)) > 1e-6
    conics = np.linalg.solve(terms[good], np.ones((int(good.sum()), 5, 1)))[:, :, 0]
    return _of_conics(conics, middle[good, 0], sizes)


def _of_conics(conics: NDArray[np.float64], middles: Points, sizes: tuple[float, float]) -> Ellipses:
    """Ellipses of a·x² + b·xy + c·y² + d·x + e·y = 1, in units of the least size about each one's middle."""
    under = 4 * conics[:, 0] * conics[:, 2] - conics[:, 1] ** 2
    conics, middles, under = conics[under > 1e-9], middles[under > 1e-9], under[under > 1e-9]
    a, b, c, d, e = conics.T
    x, y = (b * e - 2 * c * d) / under, (b * d - 2 * a * e) / under
    level = 1 + a * x * x + b * x * y + c * y * y
    values, ways = np.linalg.eigh(np.stack([np.stack([a, b / 2], 1), np.stack([b / 2, c], 1)], 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        long, short = (np.sqrt(level / values[:, at]) * sizes[0] for at in (0, 1))
    tilt = np.arctan2(ways[:, 1, 0], ways[:, 0, 0])
    found = np.stack([x * sizes[0] + middles[:, 0], y * sizes[0] + middles[:, 1], long, short, tilt], axis=1)
    good = np.isfinite(found).all(axis=1)
    good &= (2 * short >= sizes[0]) & (2 * long <= sizes[1]) & (long <= _LONGEST * short)
    return np.asarray(found[good], np.float64)


def _outer(points: Points) -> Points:
    """Points on the outside of a cluster: for each direction from its middle the farthest."""
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    offset = points - middle
    sector = ((np.arctan2(offset[:, 1], offset[:, 0]) + np.pi) / (2 * np.pi) * 180).astype(int)
    order = np.lexsort((-np.hypot(offset[:, 0], offset[:, 1]), sector))
    _, first = np.unique(sector[order], return_index=True)
    return points[order[first]]


def _fitted(ellipse: NDArray[np.float64], points: Points, sizes: tuple[float, float]) -> NDArray[np.float64] | None:
    """The ellipse that fits best the points near this one."""
    import cv2

    near = points[_within(points, ellipse, 1.05) & ~_within(points, ellipse, 0.94)]
    if len(near) < 30:
        return None
    (x, y), (one, other), degrees = cv2.fitEllipse(near.astype(np.float32))
    long, short = max(one, other) / 2, min(one, other) / 2
    if not (sizes[0] * 0.9 <= 2 * short and 2 * long <= sizes[1] * 1.1 and long <= _LONGEST * short):
        return None
    return np.array([x, y, long, short, np.radians(degrees if one >= other else degrees + 90)])


def _within(points: Points, ellipse: NDArray[np.float64], scale: float) -> NDArray[np.bool_]:
    x, y, long, short, tilt = ellipse
    cosine, sine = np.cos(tilt), np.sin(tilt)
    px, py = points[:, 0] - x, points[:, 1] - y
    along, aside = (px * cosine + py * sine) / long, (py * cosine - px * sine) / short
    return np.asarray(along**2 + aside**2 <= scale**2, np.bool_)


def _scores(ellipses: Ellipses, away: NDArray[np.float32]) -> NDArray[np.float64]:
    """(n,): share of each rim that is inked, less what is inked outside; what lies beyond the paper does not count."""
    on, seen = _inked(ellipses, 1.0, away, _ON_THE_RIM)
    outside = np.maximum(*(_inked(ellipses, _OUTSIDE + more, away, 1.0)[0] for more in (0.0, 0.07)))
    return np.where(seen < _SEEN, 0.0, on * np.minimum(1.0, 0.6 + 0.5 * seen) - 0.7 * outside)


def _inked(
    ellipses: Ellipses, scale: float, away: NDArray[np.float32], within: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Share of each one's points on the paper that are inked, and share of them on the paper."""
    height, width = away.shape
    x, y, long, short, tilt = (ellipses[:, at, None] for at in range(5))
    along, aside = scale * long * np.cos(_ANGLES), scale * short * np.sin(_ANGLES)
    xs = (x + along * np.cos(tilt) - aside * np.sin(tilt)).round().astype(int)
    ys = (y + along * np.sin(tilt) + aside * np.cos(tilt)).round().astype(int)
    on = (xs >= 0) & (xs < width) & (ys >= 0) & (ys < height)
    inked = on & (away[np.clip(ys, 0, height - 1), np.clip(xs, 0, width - 1)] <= within)
    return inked.sum(axis=1) / np.maximum(on.sum(axis=1), 1), on.mean(axis=1)


def _rim(ellipse: NDArray[np.float64], score: float, points: Points, sizes: tuple[float, float]) -> Rim | None:
    """The rim, unless it is that of a disc filled with colour."""
    x, y, long, short, tilt = (float(value) for value in ellipse)
    if _within(points, ellipse, 1.0).sum() / (np.pi * long * short) > _FULL:
        return None
    across = float(np.hypot(long * np.cos(tilt), short * np.sin(tilt)))
    down = float(np.hypot(long * np.sin(tilt), short * np.cos(tilt)))
    confidence = min(0.35 + 0.7 * score, 0.98) * (_SMALL if 2 * long < 1.6 * sizes[0] else 1.0)
    return Rim(x, y, across, down, "round" if long <= _ROUND * short else "oval", confidence)
