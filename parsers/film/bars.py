"""Bars that stay: black above and below, or at the sides, of a picture that does not fill its frame.

A pixel belongs to the picture if it is lit in a good part of those frames in which there is anything to see. A dark
scene or a black opening is none of these; words and logos in a bar cover little of it; a few dark lines at the edge
are an encoder's.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from parsers.film.album import LONG_PX, Album
from parsers.film.frame import Colour, Frame, Luma
from parsers.filmfacts import Bars

LIT, LIT_LEAST, _ABOVE = 34, 24, 8
"""Brightness from which a pixel shows something: so much above the darkest part of its frame, within these bounds.

Black is 16, or 0, and what encoders and grain make of it; dark films show much that is hardly lighter.
"""
_DARKEST = 2
"""Percentile of the brightness of a frame."""

THIN = 0.012
"""Part of a side up to which dark lines are forgiven: 12 of 1080."""

FEWEST = 6
"""Frames with something to see, without which nothing is sure."""

_MOST = 80
"""Frames looked at; each is 130 KB while it waits."""
_APART_S = 1.9
_WIDE, _HIGH = 960, 1080
"""Pixels taken of a frame at most, across and down: at 1080 every row and every second column."""
_SEEN = 0.35
"""Part of the frames in which a pixel of the picture is lit. Strokes of subtitles are less often where one was."""
_BRIGHT = 0.5
"""A frame is worth looking at if it is lit at least half as much as most of the film."""
_FAINT = 0.04
_LIGHT = 0.25
"""Of a film less lit than that nobody can be sure that it has no bars."""
_HALF = 0.5
"""Of the rows (columns) in the middle of the picture: an edge row is lit at least that much of them."""
_DARK_RUN = 0.006
"""Part of a side that must be dark in a row for a bar to begin."""
_STAYS = 0.6
"""Part of the frames that must have them: a title or old footage may fill the frame."""
_DARK = 0.3
"""A frame has a bar where no more of it is lit than that, by words and logos."""
_NEVER = 0.02
"""A bar's pixel is lit in no more than that part of the frames; a flash is forgiven."""
_MOST_OF_SIDE = 0.8
_SHARP = 0.3
"""At its edge the picture is lighter than the bar by that part of what it is all over."""
_STRAIGHT = 0.6
"""Part of the length of an edge along which there is picture right behind it: things on a black ground end anywhere."""
_ALIKE = 0.15
"""Two opposite bars are a pair if they differ no more than that part of the thicker one."""
_PURE = 0.5
"""Part of a bar that is never lit: words in it, through a whole film, leave more."""

Share = NDArray[np.float64]
"""(height, width): in what part of the frames a pixel is lit."""
Sides = tuple[int, int, int, int]
"""Thickness at top, bottom, left, right."""


Profile = NDArray[np.float64]
"""A value of each row, or of each column."""


@dataclass(frozen=True)
class _Look:
    """A frame's lit pixels, packed; what part of each row and column is lit, and how bright each is."""

    lit: NDArray[np.uint8]
    rows: Profile
    columns: Profile
    row_light: Profile
    column_light: Profile

    @property
    def share(self) -> float:
        """The part of the frame that is lit."""
        return float(self.rows.mean())

    @property
    def has_edge(self) -> bool:
        """It is dark along one of its four edges."""
        thin = max(round(len(self.rows) * THIN), 1), max(round(len(self.columns) * THIN), 1)
        edges = self.rows[: thin[0]], self.rows[-thin[0] :], self.columns[: thin[1]], self.columns[-thin[1] :]
        return any(float(edge.mean()) <= _DARK for edge in edges)

    def has(self, sides: Sides) -> bool:
        """It has bars there."""
        top, bottom, left, right = sides
        high, wide = len(self.rows), len(self.columns)
        parts = self.rows[:top], self.rows[high - bottom :], self.columns[:left], self.columns[wide - right :]
        return all(float(part.mean()) <= _DARK for part in parts if len(part))


@dataclass
class BarsSeen:
    """Watches for bars in a film shown at that size. album: keeps a picture with them."""

    shown_width: int
    shown_height: int
    album: Album | None = None
    _looks: list[_Look] = field(default_factory=list)
    _shape: tuple[int, int] = (0, 0)
    _best: tuple[float, float, Colour | None] = (0.0, 0.0, None)
    _last_s: float = -10.0

    def see(self, frame: Frame) -> None:
        """One frame: some, well apart, are looked at."""
        if frame.at_s - self._last_s < _APART_S or len(self._looks) >= _MOST:
            return
        self._last_s = frame.at_s
        luma = _thinned(frame.luma)
        lit = luma > _threshold(luma)
        self._shape = luma.shape[0], luma.shape[1]
        look = _Look(np.packbits(lit), lit.mean(axis=1), lit.mean(axis=0), luma.mean(axis=1), luma.mean(axis=0))
        self._looks.append(look)
        if self.album is not None and look.share > self._best[0] * 1.2 and look.has_edge:
            self._best = look.share, frame.at_s, frame.colour(LONG_PX)

    def result(self) -> Bars:
        """What was seen; pixels of the picture as shown. Not sure where too little of the film was bright enough."""
        chosen = _worth_looking_at(self._looks)
        if len(chosen) < min(FEWEST, max(len(self._looks), 2)):
            return Bars(sure=False)
        sides = box(self._share(chosen))
        having = [look for look in chosen if look.has(sides)]
        sure = float(np.median([look.share for look in chosen])) >= _LIGHT
        if not any(sides) or len(having) < len(chosen) * _STAYS:
            return Bars(sure=sure)
        share = self._share(having)
        top, bottom, left, right = black_ones(share, box(share), *_light(having))
        down, across = self.shown_height / self._shape[0], self.shown_width / self._shape[1]
        bars = Bars(
            top=round(top * down), bottom=round(bottom * down), left=round(left * across), right=round(right * across)
        )
        self._keep(bars)
        return bars if bars.any else Bars(sure=sure)

    def _share(self, looks: list[_Look]) -> Share:
        height, width = self._shape
        total = np.zeros(height * width, np.uint16)
        for look in looks:
            total += np.unpackbits(look.lit, count=height * width)
        return total.reshape(height, width) / len(looks)

    def _keep(self, bars: Bars) -> None:
        _, at_s, picture = self._best
        if bars.any and self.album is not None and picture is not None:
            self.album.keep("bars", at_s, picture)


def _thinned(luma: Luma) -> Luma:
    """Some of its rows and columns, evenly."""
    return luma[:: -(-luma.shape[0] // _HIGH), :: -(-luma.shape[1] // _WIDE)]


def _threshold(luma: Luma) -> float:
    darkest = float(np.percentile(luma[::4, ::4], _DARKEST))
    return min(max(darkest + _ABOVE, LIT_LEAST), LIT)


def _worth_looking_at(looks: list[_Look]) -> list[_Look]:
    """Those that show as much as most of the film does; dark scenes, black openings and titles on black do not."""
    if not looks:
        return []
    usual = float(np.percentile([look.share for look in looks], 70))
    return [look for look in looks if look.share >= max(usual * _BRIGHT, _FAINT)]


def _light(looks: list[_Look]) -> tuple[Profile, Profile]:
    """How bright rows and columns are in the mean of all looks."""
    return np.mean([look.row_light for look in looks], axis=0), np.mean([look.column_light for look in looks], axis=0)


def box(share: Share) -> Sides:
    """Where the picture may lie, in pixels of `share`: dark rows and columns around it, zeros where there are none."""
    top, bottom = _edges(share)
    left, right = _edges(share[top : share.shape[0] - bottom].T)
    top, bottom = _edges(share[:, left : share.shape[1] - right])
    return top, bottom, left, right


def black_ones(share: Share, sides: Sides, rows: Profile, columns: Profile) -> Sides:
    """Those of the sides that are bars: black, with a sharp edge. rows, columns: how bright each is."""
    top, bottom, left, right = sides
    across = share[:, left : share.shape[1] - right]
    down = share[top : share.shape[0] - bottom].T
    return (*_pair(across, rows, top, bottom), *_pair(down, columns, left, right))


def _pair(share: Share, light: Profile, first: int, last: int) -> tuple[int, int]:
    """Those of two opposite sides that are bars; the other of a pair alike needs no sharp edge if it is black."""
    sharp = _is_bar(share, light, first, last), _is_bar(share[::-1], light[::-1], last, first)
    if (
        any(sharp)
        and abs(first - last) <= max(first, last) * _ALIKE
        and _pure(share, first)
        and _pure(share[::-1], last)
    ):
        return first, last
    return first * sharp[0], last * sharp[1]


def _pure(share: Share, depth: int) -> bool:
    """The first `depth` rows are never lit but by words and logos."""
    return depth > 0 and float((share[:depth] <= _NEVER).mean()) >= _PURE


def _edges(share: Share) -> tuple[int, int]:
    """Zeros also where next to nothing would be left between them: the film is dark, not boxed."""
    seen = (share >= _SEEN).mean(axis=1)
    first, last = _dark_rows(seen), _dark_rows(seen[::-1])
    return (first, last) if first + last < len(seen) * _MOST_OF_SIDE else (0, 0)


def _dark_rows(seen: Profile) -> int:
    """Rows from the outside to where the picture begins. seen: of each row, what part is picture."""
    high = len(seen)
    middle = float(np.median(seen[high // 4 : high - high // 4]))
    run = max(round(high * _DARK_RUN), 2)
    dark = seen[: high // 2] < middle * _HALF
    length = 0
    for row in range(high // 2 - 1, -1, -1):
        length = length + 1 if dark[row] else 0
        if length == run:
            return row + run if row + run > high * THIN else 0
    return 0


def _is_bar(share: Share, light: Profile, depth: int, other: int) -> bool:
    """The first `depth` rows are black, and it is light at once behind them; `other`: the bar opposite.

    A dark ground gets lighter little by little, dark land ends where it likes, and so do things on black.
    """
    if not _pure(share, depth):
        return False
    run = max(round(len(light) * _DARK_RUN), 2)
    outside = float(np.median(light[max(depth - 3 * run, 0) : depth]))
    inside = float(np.median(light[depth : depth + 2 * run]))
    usual = float(np.median(light[depth : len(light) - other]))
    straight = float((share[depth : depth + 2 * run] >= _SEEN).mean()) >= _STRAIGHT
    return straight and inside - outside >= (usual - outside) * _SHARP
