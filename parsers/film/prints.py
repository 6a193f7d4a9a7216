"""A film's fingerprint: what its pictures look like, coarsely, and when, so that a copy is known however it was made.

Each picture becomes 64 signs of a cosine transform (its low frequencies) of what lies inside the bars: other sizes, bit
rates, colours and a logo change few of them. Pictures that say nothing are left out: black ones, plain ones, a title on
a plain ground.
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from parsers.film.frame import Frame, Luma

FORMAT = "p1:"
"""How a fingerprint begins. One of another format is like none."""

FEWEST = 6
"""Pictures without which there is too little to tell a film by."""

_HEAD = struct.Struct("<I4f")
SIDE = 128
"""Pixels a side at which pictures are held until the bars are known: 16 KB each."""
_MOST = 1_000
"""Pictures looked at; who shows them is bounded too."""
_LONGEST_S = 86_400.0
"""Seconds of a film that are told by: its header may say anything."""
_BLACK = 28.0
"""Brightness up to which a bar is black: 16 as coded, and what encoders make of it."""
_DARK = 0.5
"""Part of a row that must be dark for it to be of a bar: words and logos may stand there."""
_FLASHES = 0.97
"""Part of the pictures in which it must be so."""
_LEAST = 0.35
"""Of either side the picture takes at least this part: beyond it, a film is dark rather than boxed."""
_FAINT = 7.0
"""Standard deviation of brightness under which a picture says nothing."""
_PLAIN = 0.85
"""Part of a picture of nearly one brightness from which it is words on plain ground."""


@dataclass(frozen=True)
class _Seen:
    at_s: float
    small: Luma


@dataclass
class Prints:
    """Watches a film for its fingerprint."""

    _seen: list[_Seen] = field(default_factory=list, init=False)

    def see(self, frame: Frame) -> None:
        """One picture."""
        if len(self._seen) < _MOST and 0 <= frame.at_s <= _LONGEST_S:
            self._seen.append(_Seen(frame.at_s, frame.grey(SIDE, SIDE)))

    def result(self) -> str:
        """The fingerprint as text of ASCII letters, "" for a film that has too little to tell it by."""
        if not self._seen:
            return ""
        seen = sorted(self._seen, key=lambda one: one.at_s)
        pictures = np.stack([one.small for one in seen])
        box = inside_bars(pictures)
        telling = tells(pictures, box)
        if int(telling.sum()) < FEWEST:
            return ""
        times = np.array([one.at_s for one in seen])[telling]
        return written(times, hashes(pictures[telling], box), box)


Box = tuple[float, float, float, float]
"""Top, bottom, left, right of the picture inside the bars, in pixels of the held pictures, with their fractions."""


def inside_bars(pictures: NDArray[np.uint8]) -> Box:
    """Where the picture is in all of them; pictures: (number, height, width). All of it where nothing is sure."""
    turned = pictures.transpose(0, 2, 1)
    left, right = _extent(turned)
    top, bottom = _extent(pictures[:, :, round(left) : round(right)])
    left, right = _extent(turned[:, :, round(top) : round(bottom)])
    return top, bottom, left, right


def _extent(pictures: NDArray[np.uint8]) -> tuple[float, float]:
    """From where to where rows are no bar's."""
    rows = pictures.shape[1]
    place = int(_DARK * (pictures.shape[2] - 1))
    levels = np.partition(pictures, place, axis=2)[:, :, place].astype(np.float32)
    brightest = np.quantile(levels, _FLASHES, axis=0)
    lit = np.flatnonzero(brightest > _BLACK)
    if not lit.size or lit[-1] + 1 - lit[0] < _LEAST * rows:
        return 0.0, float(rows)
    usual = levels.mean(axis=0) - 16.0
    first, last = int(lit[0]), int(lit[-1])
    top = first + _missing(usual, first, first + 1) if first else 0.0
    bottom = last + 1 - _missing(usual, last, last - 1) if last < rows - 1 else float(rows)
    return top, bottom


def _missing(usual: NDArray[np.float32], edge: int, next_: int) -> float:
    """How much of the row at the edge is the bar's, told by its brightness to that of the row next to it."""
    return float(np.clip(1.0 - usual[edge] / usual[next_], 0.0, 1.0)) if usual[next_] > 1.0 else 0.0


def tells(pictures: NDArray[np.uint8], box: Box) -> NDArray[np.bool_]:
    """Which of the pictures say something."""
    top, bottom, left, right = (round(side) for side in box)
    inside = pictures[:, top:bottom, left:right].reshape(len(pictures), -1)
    contrast = inside.std(axis=1)
    plain = np.array([_one_level(picture) for picture in inside])
    told: NDArray[np.bool_] = (contrast >= _FAINT) & (plain <= _PLAIN)
    return told


def _one_level(picture: NDArray[np.uint8]) -> float:
    """The greatest part of a picture that lies within 24 levels of brightness."""
    counted = np.bincount(picture >> 3, minlength=32)
    return float(np.convolve(counted, np.ones(3, np.int64)).max() / picture.size)


def hashes(pictures: NDArray[np.uint8], box: Box) -> NDArray[np.uint64]:
    """64 bits a picture, of what is inside the box: signs of its lowest frequencies but for the mean."""
    top, bottom, left, right = box
    down = _waves(pictures.shape[1], top, bottom)
    across = _waves(pictures.shape[2], left, right)
    spectrum = down @ pictures.astype(np.float32) @ across.T
    bits = spectrum.reshape(len(pictures), 64) > 0
    bits[:, 0] = False
    packed = np.packbits(bits, axis=1)
    return packed.view(">u8").astype(np.uint64).reshape(-1)


def _waves(cells: int, begin: float, end: float) -> NDArray[np.float32]:
    """(8, cells): the eight lowest cosines over `begin` to `end`, summed over each cell as far as it lies within."""
    edges = np.clip(np.arange(cells + 1), begin, end) - begin
    length = end - begin
    waves = [np.diff(edges)]
    waves += [np.diff(np.sin(np.pi * k * edges / length)) * length / (np.pi * k) for k in range(1, 8)]
    return np.stack(waves).astype(np.float32)


@dataclass(frozen=True)
class Print:
    """A fingerprint as arrays: seconds in order and hashes, one of each a picture. box: where the picture is."""

    times: NDArray[np.float64]
    hashes: NDArray[np.uint64]
    box: Box

    def __len__(self) -> int:
        """Pictures."""
        return len(self.times)


def written(times: Sequence[float] | NDArray[np.float64], codes: NDArray[np.uint64], box: Box) -> str:
    """As text: the format, then the number of pictures, the box, milliseconds and hashes of all in base 64."""
    data = _HEAD.pack(len(times), *box)
    data += (np.asarray(times) * 1000).round().astype("<u4").tobytes() + codes.astype("<u8").tobytes()
    return FORMAT + base64.b64encode(data).decode("ascii")


def read(text: str) -> Print | None:
    """The fingerprint that was written so; None for "" and for one of another format."""
    if not text.startswith(FORMAT):
        return None
    data = base64.b64decode(text[len(FORMAT) :])
    count, top, bottom, left, right = _HEAD.unpack_from(data)
    times = np.frombuffer(data, "<u4", count, _HEAD.size) / 1000.0
    return Print(times, _codes(data, count), (top, bottom, left, right))


def hashes_of(text: str) -> NDArray[np.uint64]:
    """The hashes alone; none where there is no fingerprint."""
    if not text.startswith(FORMAT):
        return np.empty(0, np.uint64)
    data = base64.b64decode(text[len(FORMAT) :])
    return _codes(data, _HEAD.unpack_from(data)[0])


def _codes(data: bytes, count: int) -> NDArray[np.uint64]:
    return np.frombuffer(data, "<u8", count, _HEAD.size + 4 * count).astype(np.uint64)
