"""All packets of a film, one after the other, without decoding its pictures: times, key pictures, what is not whole."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from parsers.film.container import Film, packets_of
from parsers.film.flaws import Flaws

if TYPE_CHECKING:
    from parsers.film.sound import Ear

MAX_PACKETS = 4_000_000
"""Of all streams together: five hours of pictures and sound are a third of it."""

MAX_S = 1_000_000.0
"""A picture further from the first one has a time that means nothing: it is taken to follow the one before."""

_EVERY = 1_000
"""Packets between two looks at the clock."""
_UNEVEN = 0.02
"""Share of pictures that may come early or late in a film of one rate."""


@dataclass(frozen=True)
class Packets:
    """Those of the picture, in the order they stand in the file. pts: seconds from the first picture shown.

    key: it opens a group of pictures; size: bytes. All of one length; ends_s: when the last picture is over.
    """

    pts: NDArray[np.float64]
    key: NDArray[np.bool_]
    size: NDArray[np.int64]
    first_s: float
    ends_s: float
    variable_rate: bool

    def __len__(self) -> int:
        """How many."""
        return len(self.pts)


@dataclass
class Walker:
    """Walks a film once. late: says whether its time is over. ears: by the index of their stream."""

    film: Film
    ears: dict[int, Ear]
    flaws: Flaws = field(default_factory=Flaws)
    stopped: str = ""
    _pts: array[float] = field(default_factory=lambda: array("d"))
    _length: array[float] = field(default_factory=lambda: array("d"))
    _size: array[int] = field(default_factory=lambda: array("q"))
    _key: bytearray = field(default_factory=bytearray)
    _shown: bytearray = field(default_factory=bytearray)

    def walk(self, late: Any) -> Packets:
        """To the end of the file, or until it is late (`stopped` is "too-slow") or there are too many packets."""
        picture = self.film.picture
        unit = float(picture.time_base or 0)
        for number, packet in enumerate(self._packets()):
            if number % _EVERY == 0 and late():
                self.stopped = "too-slow"
                break
            if number >= MAX_PACKETS:
                self.stopped = "too-large"
                break
            self.flaws.passed(packet)
            if packet.stream_index == picture.index:
                self._take(packet, unit)
            else:
                self.ears[packet.stream_index].hear(packet)
        return self._counted()

    def _packets(self) -> Iterator[Any]:
        """All of them. A demuxer that stumbles ends the film there."""
        import av

        try:
            yield from packets_of(self.film)
        except av.FFmpegError as error:
            self.flaws.stumbled(f"{type(error).__name__}: {error}"[:200])

    def _take(self, packet: Any, unit: float) -> None:
        stamp = packet.pts if packet.pts is not None else packet.dts
        last = self._pts[-1] + self._length[-1] if self._pts else 0.0
        at_s = stamp * unit if stamp is not None else last
        sane = not self._pts or abs(at_s - self._pts[0]) <= MAX_S
        self._pts.append(at_s if sane else last)
        self._length.append(min((packet.duration or 0) * unit, MAX_S))
        self._size.append(packet.size)
        self._key.append(packet.is_keyframe)
        self._shown.append(not packet.is_discard)
        self.flaws.look_at(packet, self._pts[-1])

    def _counted(self) -> Packets:
        pts = np.array(self._pts)
        if not len(pts):
            return Packets(pts, np.zeros(0, bool), np.zeros(0, np.int64), 0.0, 0.0, variable_rate=False)
        shown = np.frombuffer(self._shown, np.uint8) > 0
        shown = shown if shown.any() else np.ones(len(pts), bool)
        first = float(pts[shown].min())
        order = np.sort(pts[shown])
        steps = np.diff(order)
        usual = float(np.median(steps)) if len(steps) else 0.0
        last = self._length[int(np.argmax(np.where(shown, pts, -np.inf)))] or usual
        return Packets(
            pts=pts - first,
            key=np.frombuffer(self._key, np.uint8) > 0,
            size=np.array(self._size),
            first_s=first,
            ends_s=float(order[-1]) - first + last,
            variable_rate=_uneven(steps, usual),
        )


def _uneven(steps: NDArray[np.float64], usual: float) -> bool:
    """More than a few steps are far from the usual one; times rounded to milliseconds are not."""
    if len(steps) < 10:
        return False
    off = np.abs(steps - usual) > 0.15 * usual + 0.0015
    return float(off.mean()) > _UNEVEN
