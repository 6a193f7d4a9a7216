"""Which packets of a film are decoded, and which of their pictures are shown: told from the walk, before any decoding.

The two ends several times a second, key pictures in between; where there are none for long, what lies between them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from parsers.film import CLOSING_S, OPENING_S
from parsers.film.walking import Packets
from parsers.filmfacts import Damage, Stage

BODY_KEYS = 60
"""Key pictures between the two ends."""
STEP_S = 0.22
"""Between two pictures of a stretch looked at closely."""

_FAR_S = 14.0
"""Key pictures further apart leave too much unseen."""
_FAR_STEP_S = 3.0
_MAX_FAR = 7_500
"""Packets decoded for that, of a whole film."""
_PROBES, _PROBE = 3, 30
"""Groups of pictures in the body that are tried for errors, and packets of each."""
_DAMAGED = 4
"""Damages at which pictures are tried."""
_AROUND_S = 1.5


@dataclass(frozen=True)
class Run:
    """Packets `first` to `last` (in the order of the file) decoded in one go, the first one a key picture.

    wanted: times, in order, whose picture is shown, the first at or after each; none where pictures are only tried for
    errors. dense: those of them that are one of a stretch looked at several times a second. whole: no picture is left
    out, also those no other is predicted from.
    """

    first: int
    last: int
    wanted: tuple[float, ...] = ()
    dense: frozenset[float] = frozenset()
    whole: bool = False

    def joined(self, other: Run) -> Run:
        """Both as one."""
        return Run(
            min(self.first, other.first),
            max(self.last, other.last),
            tuple(sorted({*self.wanted, *other.wanted})),
            self.dense | other.dense,
            self.whole or other.whole,
        )


def ends_of(length_s: float) -> tuple[float, float]:
    """When the opening ends and the closing begins: of a short film they are its two halves."""
    half = length_s / 2
    return min(OPENING_S, half), max(length_s - CLOSING_S, half)


def stage_of(at_s: float, length_s: float) -> Stage:
    """Where in the film a picture stands."""
    opening, closing = ends_of(length_s)
    return "opening" if at_s < opening else "closing" if at_s >= closing else "body"


def plan(packets: Packets, damage: Sequence[Damage] = (), *, keys_only: bool = False) -> list[Run]:
    """The runs, in the order of the file, no two with a packet in common.

    damage: what the walk found or suspects: what is left there is tried in full. keys_only: no run of many pictures.
    """
    if not len(packets) or not packets.key.any():
        return []
    length_s = packets.ends_s
    opening, closing = ends_of(length_s)
    runs = [
        *_window(packets, 0.0, opening, keys_only=keys_only),
        *_body(packets, opening, closing, keys_only=keys_only),
        *_window(packets, closing, length_s, keys_only=keys_only),
        *(() if keys_only else _around(packets, damage)),
    ]
    return _disjoint(runs)


def _disjoint(runs: Sequence[Run]) -> list[Run]:
    found: list[Run] = []
    for run in sorted(runs, key=lambda run: (run.first, run.last)):
        if found and run.first <= found[-1].last:
            found[-1] = found[-1].joined(run)
        else:
            found.append(run)
    return found


def _window(packets: Packets, start: float, end: float, *, keys_only: bool) -> list[Run]:
    """One of the ends. Where every picture stands alone, only the wanted ones."""
    keys = _keys(packets, start, end)
    times = packets.pts[keys]
    if len(times) and (keys_only or len(times) >= (end - start) / STEP_S * 0.8):
        chosen = dict.fromkeys(int(keys[np.searchsorted(times, at)]) for at in _times(start, times[-1], STEP_S))
        return [_alone(packets, index, dense=not keys_only) for index in chosen]
    inside = np.flatnonzero((packets.pts >= start) & (packets.pts < end))
    if keys_only or not len(inside):
        return []
    first = _key_before(packets, start)
    wanted = _times(start, end, STEP_S)
    return [Run(first, int(inside[-1]), wanted, frozenset(wanted))]


def _body(packets: Packets, start: float, end: float, *, keys_only: bool) -> list[Run]:
    keys = _keys(packets, start, end)
    runs = [_alone(packets, index) for index in _spread(keys, packets.pts[keys], start, end)]
    if not keys_only:
        runs = _with_probes(packets, runs)
        runs += _far(packets, keys, start, end)
    return runs


def _alone(packets: Packets, index: int, *, dense: bool = False) -> Run:
    at_s = float(packets.pts[index])
    return Run(index, index, (at_s,), frozenset((at_s,) if dense else ()))


def _keys(packets: Packets, start: float, end: float) -> NDArray[np.int64]:
    """Where key pictures of that time stand, in order of time."""
    found = np.flatnonzero(packets.key & (packets.pts >= start) & (packets.pts < end))
    return found[np.argsort(packets.pts[found], kind="stable")]


def _key_before(packets: Packets, at_s: float) -> int:
    """The last key picture at or before a time; the first one if there is none."""
    keys = np.flatnonzero(packets.key)
    before = keys[packets.pts[keys] <= at_s + 1e-6]
    return int(before[-1] if len(before) else keys[0])


def _times(start: float, end: float, step: float) -> tuple[float, ...]:
    return tuple(float(at) for at in np.arange(start, max(end, start + step / 2), step) if at <= end)


def _every(times: NDArray[np.float64], start: float) -> tuple[float, ...]:
    """The first picture of every _FAR_STEP_S from `start` on, which `times` count from, but of the first of them."""
    times = np.sort(times)
    steps, places = np.unique(np.floor(times / _FAR_STEP_S), return_index=True)
    return tuple(float(start + at) for at in times[places[steps > 0]])


def _spread(keys: NDArray[np.int64], times: NDArray[np.float64], start: float, end: float) -> list[int]:
    """All of them if they are few, else those nearest to evenly spread times."""
    if len(keys) <= BODY_KEYS:
        return [int(key) for key in keys]
    wanted = start + (np.arange(BODY_KEYS) + 0.5) * (end - start) / BODY_KEYS
    nearest = np.clip(np.searchsorted(times, wanted), 1, len(times) - 1)
    nearest -= (wanted - times[nearest - 1]) < (times[nearest] - wanted)
    return [int(key) for key in dict.fromkeys(keys[nearest])]


def _with_probes(packets: Packets, runs: list[Run]) -> list[Run]:
    """Some of the key pictures together with what follows them, in full."""
    for number in range(1, _PROBES + 1):
        place = number * len(runs) // (_PROBES + 1)
        if place >= len(runs) or runs[place].whole:
            continue
        run = runs[place]
        last = min(run.first + _PROBE, len(packets) - 1)
        following = np.flatnonzero(packets.key[run.first + 1 : last + 1])
        last = run.first + int(following[0]) if len(following) else last
        runs[place] = Run(run.first, last, run.wanted, whole=True)
    return runs


def _far(packets: Packets, keys: NDArray[np.int64], start: float, end: float) -> Iterator[Run]:
    """What lies between key pictures that are far apart, a picture every few seconds."""
    left = _MAX_FAR
    bounds = [start, *(float(at) for at in packets.pts[keys]), end]
    for before, after in pairwise(bounds):
        if after - before <= _FAR_S:
            continue
        first = _key_before(packets, before)
        inside = np.flatnonzero((packets.pts >= before) & (packets.pts < after))
        if not len(inside) or int(inside[-1]) - first > left:
            continue
        left -= int(inside[-1]) - first
        yield Run(first, int(inside[-1]), _every(packets.pts[inside] - before, before))


def _around(packets: Packets, damage: Sequence[Damage]) -> Iterator[Run]:
    """Pictures from before a damage to after it, in full, to see what is left of them."""
    spots = [one for one in damage if one.what in ("hole", "undecodable")]
    for one in spots[:_DAMAGED]:
        first = _key_before(packets, one.at_s)
        until_s = (one.until_s or one.at_s) + _AROUND_S
        inside = np.flatnonzero((packets.pts >= one.at_s) & (packets.pts < until_s))
        if len(inside) and first <= int(inside[-1]) < first + 1_000:
            yield Run(first, int(inside[-1]), whole=True)
