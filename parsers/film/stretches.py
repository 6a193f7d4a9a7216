"""Black and frozen stretches of a film: told from the pictures shown, their ends from the packets in between.

A picture in which nothing changes costs an encoder next to nothing, so that small packets tell how long it stays.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from parsers.film.album import LONG_PX, Album
from parsers.film.frame import Frame, Luma
from parsers.film.walking import Packets
from parsers.filmfacts import Stretch

BLACK_S = 2.0
"""Shorter black is a cut or a fade."""
FROZEN_S = 10.0
"""Shorter stills are photographs, charts and titles."""

_WIDTH, _HEIGHT = 64, 36
_MOST = 2_000
_DARK = 27
_DARK_SHARE = 0.985
"""Part of a black picture that is dark: a small logo or a clock may stand in it."""
_SAME, _SAME_CELL = 0.6, 5
"""Mean and greatest difference of brightness of two pictures alike: what an encoder does to a still one."""
_CLOSE_S = 0.5
"""Nothing comes and goes between two pictures that close."""
_TINY, _TINY_PER_PIXEL = 48, 1 / 12_000
"""Bytes of a packet that changes nothing."""


@dataclass(frozen=True)
class _Look:
    at_s: float
    small: NDArray[np.int16]
    black: bool


@dataclass
class Stretches:
    """Watches for black and for frozen pictures. pixels: of a picture. album: keeps one of each stretch's beginning."""

    packets: Packets
    pixels: int
    album: Album | None = None
    _looks: list[_Look] = field(default_factory=list)
    _alike_since: float = 0.0
    _kept_s: float = -1.0

    def see(self, frame: Frame) -> None:
        """One frame."""
        if len(self._looks) >= _MOST:
            return
        small = frame.grey(_WIDTH, _HEIGHT)
        look = _Look(frame.at_s, small.astype(np.int16), is_black(small))
        before = self._looks[-1] if self._looks else None
        self._looks.append(look)
        if before is None or not self._same(before, look):
            self._alike_since = frame.at_s
        elif look.at_s - self._alike_since >= (BLACK_S if look.black else FROZEN_S):
            self._keep(frame, look)

    def _keep(self, frame: Frame, look: _Look) -> None:
        """One picture of every stretch."""
        if self.album is not None and self._kept_s < self._alike_since:
            self._kept_s = frame.at_s
            self.album.keep("black" if look.black else "frozen", frame.at_s, frame.colour(LONG_PX))

    def black(self) -> tuple[Stretch, ...]:
        """Black for BLACK_S and more."""
        return self._runs([one.black and other.black for one, other in pairwise(self._looks)], BLACK_S)

    def frozen(self) -> tuple[Stretch, ...]:
        """The same picture for FROZEN_S and more, and not a black one."""
        same = [not other.black and self._same(one, other) for one, other in pairwise(self._looks)]
        return self._runs(same, FROZEN_S)

    def _same(self, one: _Look, other: _Look) -> bool:
        if one.black and other.black:
            return True
        close = other.at_s - one.at_s < _CLOSE_S
        return _alike(one.small, other.small) and (close or self._quiet(one.at_s, other.at_s))

    def _quiet(self, start: float, end: float) -> bool:
        """Between two pictures nothing moves: what is predicted there is next to nothing."""
        inside = (self.packets.pts > start + 1e-3) & (self.packets.pts < end - 1e-3) & ~self.packets.key
        sizes = self.packets.size[inside]
        return not len(sizes) or float(np.percentile(sizes, 80)) <= self._tiny

    @property
    def _tiny(self) -> float:
        return max(_TINY, self.pixels * _TINY_PER_PIXEL)

    def _runs(self, same: list[bool], least_s: float) -> tuple[Stretch, ...]:
        """Stretches over looks that are the same from one to the next. same: of every look and the next."""
        found = []
        edges = np.flatnonzero(np.diff(np.array([False, *same, False], np.int8)))
        for first, last in edges.reshape(-1, 2):
            before = self._looks[first - 1].at_s if first else 0.0
            after = self._looks[last + 1].at_s if last + 1 < len(self._looks) else self.packets.ends_s
            start = self._reach(self._looks[first].at_s, before)
            end = self._reach(self._looks[last].at_s, after)
            if end - start >= least_s:
                found.append(Stretch(start_s=round(start, 3), end_s=round(end, 3)))
        return tuple(found)

    def _reach(self, at_s: float, bound: float) -> float:
        """How far from `at_s` towards `bound` nothing changes."""
        pts, back = self.packets.pts, bound < at_s
        inside = (pts < at_s) & (pts > bound) if back else (pts > at_s) & (pts < bound)
        places = np.flatnonzero(inside)[np.argsort(pts[inside])]
        for place in places[::-1] if back else places:
            if self.packets.size[place] > self._tiny:
                return float(pts[place]) if not back else at_s
            at_s = float(pts[place])
        return bound if not back or bound == 0.0 else at_s


def is_black(small: Luma) -> bool:
    """Next to nothing in it is brighter than black, of narrow or full range."""
    return float((small <= _DARK).mean()) >= _DARK_SHARE


def _alike(one: NDArray[np.int16], other: NDArray[np.int16]) -> bool:
    apart = np.abs(one - other)
    return float(apart.mean()) <= _SAME and int(apart.max()) <= _SAME_CELL
