"""Whether two fingerprints are of one film: an offset in time at which pictures agree, also far from both ends.

An opening, a closing or a studio that films share does not make them one. Where the pictures of the two are of other
moments, so that neither is sure, `Doubt` says which places of one of them must be looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from parsers.film.prints import Print, read

AGREE = 11
"""Bits of 64 in which two pictures of one moment may differ."""
EXACT_S = 0.15
"""Two pictures no farther apart are of one moment: if they differ, so do the films."""
_NEAR_S = 1.6
"""So far apart they can be of one shot: if they differ, that tells little."""
_UNSURE = 0.4
"""What such a difference weighs."""
_BIN_S = 0.1
_KERNEL = np.array([1, 2, 3, 2, 1])
"""Votes of neighbouring bins count too: pictures come 0.2 s apart, and not in every bin."""
_PEAKS = 4
"""Offsets that are tried."""
_AGAINST = 0.5
"""What a picture that differs weighs against an offset, to one that agrees."""
_CELL_S = 2.0
"""Films are compared a stretch of this length after the other."""
_EDGE_S, _EDGE = 20.0, 0.25
"""An opening or closing that films may share: so many seconds, at most this part of a film."""
_SAME, _LEAST = 0.6, 4
"""Part of what can be compared between them that must agree, and how many stretches."""
_PICTURES = 3
"""Pictures unlike each other that must agree."""
_UNLIKE = 14
"""Bits from which two pictures are unlike."""
_STEADY, _MOMENTS, _NEARLY, _ONE_TAKE = 0.9, 20, 0.9, 6
"""A film of one shot, somebody who talks, has no three pictures unlike each other. It is another's copy if so much of
its body agrees, and of so many moments this part differs by at most so many bits: two takes differ by ten and more."""
_PERHAPS = 3
"""Stretches, openings and closings among them, that must agree for a doubt."""
_COMMON = 0.5
"""Part of the shorter film that must lie beside the other: a copy lacks some seconds at either end, not half."""
PLACES, _FIRST = 8, 3
"""Places that are looked at to settle one; and those that are looked at before the rest."""
_SETTLED = 0.7
"""Part of them at which both films must have one picture."""
_AROUND_S = 0.3


@dataclass(frozen=True)
class Match:
    """Two films that are one. share: of what could be compared between opening and closing, 0 to 1; offset_s: what must
    be added to a second of the other to have that of the one; at_s, other_s: a picture that both have.
    """

    share: float
    offset_s: float
    at_s: float
    other_s: float


@dataclass(frozen=True)
class Doubt:
    """Two films that share something, and may be one. look_in: which of them is to be looked at; times: at which of
    its seconds; theirs: of the other's; the first of them tell most. `match` is what it is if they are one."""

    match: Match
    look_in: Literal["one", "other"]
    times: tuple[float, ...]
    theirs: tuple[float, ...]


def alike(one: str, other: str) -> Match | None:
    """How two films, by their fingerprints alone, are surely one; None if they are not or that is in doubt."""
    first, second = read(one), read(other)
    found = compare(first, second) if first and second else None
    return found if isinstance(found, Match) else None


def compare(one: Print, other: Print) -> Match | Doubt | None:
    """The same of fingerprints that were read already, doubts told."""
    bits = np.bitwise_count(one.hashes[:, None] ^ other.hashes[None, :])
    apart = one.times[:, None] - other.times[None, :]
    found = [_at(one, other, bits, apart, offset) for offset in _offsets(one, other, bits, apart)]
    sure = next((each for each in found if isinstance(each, Match)), None)
    return sure or next((each for each in found if each), None)


def _offsets(one: Print, other: Print, bits: NDArray[np.uint8], apart: NDArray[np.float64]) -> list[float]:
    """Offsets at which most pictures of one moment agree and few differ, the best first."""
    agree = bits <= AGREE
    beside = _beside(one, other, apart)
    if not (agree & beside).any():
        return []
    voted, weights = apart[beside], np.where(agree[beside], 1.0, -_AGAINST)
    bins = np.round((voted - voted.min()) / _BIN_S).astype(np.int64)
    counted = np.convolve(np.bincount(bins, weights), _KERNEL, "same")
    found: list[float] = []
    for _ in range(_PEAKS):
        peak = int(counted.argmax())
        if counted[peak] <= 0:
            break
        near = (np.abs(bins - peak) <= 1) & (weights > 0)
        found.append(float(voted[near].mean()))
        counted[max(peak - 4, 0) : peak + 5] = 0
    return found


def _beside(one: Print, other: Print, offset: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether enough of the films lies beside each other at these offsets."""
    begins = np.maximum(one.times[0], other.times[0] + offset)
    ends = np.minimum(one.times[-1], other.times[-1] + offset)
    shorter = min(one.times[-1] - one.times[0], other.times[-1] - other.times[0])
    enough: NDArray[np.bool_] = ends - begins >= _COMMON * shorter
    return enough


@dataclass(frozen=True)
class Weighed:
    """Stretches in which the films agree, differ for sure, and differ perhaps; pictures unlike each other among the
    first, up to as many as are asked for."""

    same: int
    other: int
    perhaps: int
    pictures: int

    @property
    def share(self) -> float:
        """Of what could be compared."""
        of = self.same + self.other + _UNSURE * self.perhaps
        return self.same / of if of else 0.0


def weigh(one: Print, bits: NDArray[np.uint8], off: NDArray[np.float64], middles: NDArray[np.float64]) -> Weighed:
    """Stretch by stretch; off: how far each two pictures are apart, inf where they are not to be compared."""
    i, j = np.nonzero(off <= _NEAR_S)
    cells = np.floor(middles[i, j] / _CELL_S).astype(np.int64)
    agree, exact = bits[i, j] <= AGREE, off[i, j] <= EXACT_S
    same = set(cells[agree].tolist())
    other = set(cells[exact].tolist()) - same
    perhaps = set(cells.tolist()) - same - other
    return Weighed(len(same), len(other), len(perhaps), _different(one.hashes[np.unique(i[agree])]))


def _at(
    one: Print, other: Print, bits: NDArray[np.uint8], apart: NDArray[np.float64], offset: float
) -> Match | Doubt | None:
    """How the films agree at this offset."""
    off = np.abs(apart - offset)
    middles = (one.times[:, None] + other.times[None, :] + offset) / 2
    body = _body(one.times)[:, None] & _body(other.times)[None, :]
    inner = weigh(one, bits, np.where(body, off, np.inf), middles)
    whole = weigh(one, bits, off, middles)
    steady = whole.pictures < _PICTURES
    if whole.same < _PERHAPS or inner.other > 2 + 2 * inner.same or (steady and not _all_the_same(bits, off)):
        return None
    least = _STEADY if steady else _SAME
    sure = inner.same >= _LEAST and (steady or inner.pictures >= _PICTURES) and inner.share >= least
    if steady and not sure:
        return None
    agree = (off <= _NEAR_S) & (bits <= AGREE)
    i, j = _likest(bits, off, agree & body if inner.same else agree)
    match = Match(round(inner.share, 3), round(offset, 2), float(one.times[i]), float(other.times[j]))
    return match if sure else _doubt(one, other, match)


def _all_the_same(bits: NDArray[np.uint8], off: NDArray[np.float64]) -> bool:
    """Of films that show one thing all through: whether even what moves in it is at the same place at each moment."""
    exact = bits[off <= EXACT_S]
    return len(exact) >= _MOMENTS and float(np.quantile(exact, _NEARLY)) <= _ONE_TAKE


def _doubt(one: Print, other: Print, match: Match) -> Doubt | None:
    """What would settle it: pictures of the film that has fewer between its ends, looked for in the other."""
    ours, theirs = (np.flatnonzero(_body(film.times)) for film in (one, other))
    if len(ours) <= len(theirs):
        places = _spread(one, ours, other, -match.offset_s)
        return Doubt(match, "other", *places) if places[0] else None
    places = _spread(other, theirs, one, match.offset_s)
    return Doubt(match, "one", *places) if places[0] else None


def _spread(
    given: Print, body: NDArray[np.int64], sought: Print, offset: float
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Seconds of the film sought in, and of the one given, of some pictures of its body over all its length."""
    there = given.times[body] + offset
    body = body[(there > sought.times[0] + 1) & (there < sought.times[-1] - 1)]
    if not len(body):
        return (), ()
    wanted = np.linspace(given.times[body[0]], given.times[body[-1]], PLACES)
    chosen = body[np.unique(np.abs(given.times[body][:, None] - wanted).argmin(axis=0))]
    order = sorted(range(len(chosen)), key=lambda place: place * 3 % len(chosen))
    theirs = tuple(float(given.times[chosen[place]]) for place in order)
    return tuple(round(at + offset, 3) for at in theirs), theirs


Look = Callable[[Sequence[float]], Print | None]
"""Looks at a film at some of its seconds; None if it could not."""


def settle(given: Print, doubt: Doubt, look: Look) -> Match | Doubt | None:
    """Whether two films in doubt are one, after a look at the one the doubt names; the doubt again if nothing of it
    could be seen. given: the film that is not looked at. The first places are looked at alone: they tell most."""
    seen: list[bool] = []
    shown: list[tuple[float, float, np.uint64]] = []
    for places in (slice(0, _FIRST), slice(_FIRST, None)):
        found = look(doubt.times[places]) if doubt.times[places] else None
        for at, theirs in zip(doubt.times[places], doubt.theirs[places], strict=True):
            around = found.hashes[np.abs(found.times - at) <= _AROUND_S] if found else np.empty(0, np.uint64)
            code = given.hashes[int(np.abs(given.times - theirs).argmin())]
            if len(around):
                seen.append(int(np.bitwise_count(around ^ code).min()) <= AGREE)
                shown += [(at, theirs, code)] * seen[-1]
        if len(seen) >= 2 and sum(seen) < len(seen) / 2:
            return None
    if not seen:
        return doubt
    pictures = _different(np.array([code for *_, code in shown], np.uint64))
    if sum(seen) < _SETTLED * len(seen) or pictures < min(_PICTURES, len(seen)):
        return None
    at, theirs, _ = shown[0]
    one, other = (theirs, at) if doubt.look_in == "other" else (at, theirs)
    return Match(round(sum(seen) / len(seen), 3), doubt.match.offset_s, one, other)


def _body(times: NDArray[np.float64]) -> NDArray[np.bool_]:
    edge = min(_EDGE_S, _EDGE * (times[-1] - times[0]))
    inside: NDArray[np.bool_] = (times > times[0] + edge) & (times < times[-1] - edge)
    return inside


def _different(codes: NDArray[np.uint64]) -> int:
    """How many of these pictures are unlike each other, up to as many as are asked for."""
    found: list[np.uint64] = []
    for code in codes:
        if all(int(np.bitwise_count(code ^ other)) >= _UNLIKE for other in found):
            found.append(code)
            if len(found) >= _PICTURES:
                break
    return len(found)


def _likest(bits: NDArray[np.uint8], off: NDArray[np.float64], agree: NDArray[np.bool_]) -> tuple[int, int]:
    """The two pictures to show: the likest, of them the nearest in time."""
    i, j = np.unravel_index(int(np.where(agree, bits + 4.0 * off, np.inf).argmin()), bits.shape)
    return int(i), int(j)
