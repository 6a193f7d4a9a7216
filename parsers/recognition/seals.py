"""Seals on a page: rings and frames of red ink, over text or not, pale, or cut by the edge of the paper.

What makes a seal is its rim: red letters, a red logo or a signature have none. Rims in blue and black are told too,
with low confidence: much else is blue or black and round.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from parsers.facts import Box, Mark
from parsers.recognition.engine import Picture
from parsers.recognition.rims import Rim, find_rims, frame_share

Colour = Literal["red", "blue", "black"]

_SIDE = 900  # pixels of the longer side of the copy that is looked at
_LEAST, _MOST = 0.07, 0.34  # share of the page's width that a seal is wide
_NEAR = 0.012  # share of the page's width within which red dots belong together
_REDNESS = 26  # steps of 255 by which red ink is redder than it is green and blue
_SURE_REDNESS = 60
_MOST_SEALS = 12
_DARKER = 2.0  # power by which ink under a seal is darkened
_UNSURE = 0.4  # confidence of a rim in another colour than red, at most
SURE = 0.6
"""Confidence from which a red seal counts as found."""


@dataclass(frozen=True)
class _Ink:
    """Where ink of one colour is on the small copy."""

    mask: Picture
    colour: Colour


def find_seals(picture: Picture) -> tuple[Mark, ...]:
    """Seals on an upright, evenly lit page in colours, the surest first."""
    import cv2

    height, width = picture.shape[:2]
    ratio = max(height, width) / _SIDE
    size = (max(round(width / ratio), 1), max(round(height / ratio), 1))
    small = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    marks = [mark for ink in _inks(small) for mark in _seals_in(ink)]
    kept: list[Mark] = []
    for mark in sorted(marks, key=lambda mark: -mark.confidence):
        if not any(_overlap(mark.box, other.box) > 0.3 for other in kept):
            kept.append(mark)
    return tuple(kept[:_MOST_SEALS])


def without_seals(picture: Picture, seals: Sequence[Mark]) -> Picture:
    """A copy of the page with the red ink of its seals taken away, so that the text beneath is read."""
    reds = [seal.box for seal in seals if seal.colour == "red"]
    if not reds:
        return picture
    cleaned = picture.copy()
    height, width = picture.shape[:2]
    for box in reds:
        rows = slice(max(int(box.top * height) - 4, 0), int(box.bottom * height) + 5)
        columns = slice(max(int(box.left * width) - 4, 0), int(box.right * width) + 5)
        cleaned[rows, columns] = _unreddened(picture[rows, columns])
    return cleaned


def _unreddened(part: Picture) -> Picture:
    """The part in red light, in which red ink is as bright as paper and what is under it dark, made as dark as ink."""
    blue, green, red = (part[:, :, channel].astype(np.int16) for channel in range(3))
    redness = red - np.maximum(blue, green)
    inked = redness > _REDNESS
    bright = max(float(np.percentile(red[inked], 30)) - 8, 60.0) if inked.any() else 200.0
    plain = np.where(red >= bright, 250, 250 * (np.clip(red, 0, bright) / bright) ** _DARKER)
    return np.where((redness > 8)[..., None], plain[..., None], part).astype(np.uint8)


def redness_of(small: Picture) -> NDArray[np.int16]:
    """(height, width): by how many steps of 255 each dot is redder than it is green or blue, orange counting half."""
    blue, green, red = (small[:, :, channel].astype(np.int16) for channel in range(3))
    return np.asarray(red - np.maximum(green, blue) - np.maximum(green - blue - 30, 0), np.int16)


def _inks(small: Picture) -> Iterator[_Ink]:
    import cv2

    blue, green, red = (small[:, :, channel].astype(np.int16) for channel in range(3))
    redness = redness_of(small)
    yield _Ink(_mask(redness > _REDNESS), "red")
    yield _Ink(_mask((blue - np.maximum(red, green // 2 + blue // 4) > 25) & (blue - red > 35)), "blue")
    grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), np.uint8)
    dark = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 15, 10)
    coloured = (np.abs(red - green) > 30) | (np.abs(red - blue) > 30)
    yield _Ink(np.where(coloured, 0, dark).astype(np.uint8), "black")


def _mask(where: NDArray[np.bool_]) -> Picture:
    return where.astype(np.uint8) * np.uint8(255)


def _seals_in(ink: _Ink) -> Iterator[Mark]:
    width = ink.mask.shape[1]
    sizes = (_LEAST * width, _MOST * width)
    for rim in find_rims(ink.mask, sizes, crowded=ink.colour == "black"):
        confidence = rim.confidence if ink.colour == "red" else min(_UNSURE, rim.confidence * 0.5)
        yield Mark(
            what="seal", box=_box(rim, ink.mask), colour=ink.colour, shape=rim.shape, confidence=round(confidence, 2)
        )
    if ink.colour == "red":
        yield from _frames(ink.mask, sizes)


def _frames(mask: Picture, sizes: tuple[float, float]) -> Iterator[Mark]:
    """Square seals: a frame of red around red letters, or a red square with white ones."""
    import cv2

    reach = max(round(_NEAR * mask.shape[1]), 2)
    joined = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(joined)
    for number in range(1, min(count, 500)):
        left, top, wide, high, _ = (int(value) for value in stats[number])
        if not (0.5 * sizes[0] <= min(wide, high) and max(wide, high) <= sizes[1] and 0.6 < wide / high < 1.7):
            continue
        share = frame_share(mask[top : top + high, left : left + wide])
        if share >= 0.7:
            rim = Rim(left + wide / 2, top + high / 2, wide / 2, high / 2, "square", share)
            yield Mark(
                what="seal", box=_box(rim, mask), colour="red", shape="square", confidence=round(min(share, 0.9), 2)
            )


def _box(rim: Rim, mask: Picture) -> Box:
    height, width = mask.shape
    return Box(
        left=round(max(rim.x - rim.across, 0) / width, 4),
        top=round(max(rim.y - rim.down, 0) / height, 4),
        right=round(min(rim.x + rim.across, width) / width, 4),
        bottom=round(min(rim.y + rim.down, height) / height, 4),
    )


def _overlap(one: Box, other: Box) -> float:
    """Share of the smaller box that lies in the other."""
    wide = min(one.right, other.right) - max(one.left, other.left)
    high = min(one.bottom, other.bottom) - max(one.top, other.top)
    if wide <= 0 or high <= 0:
        return 0.0
    smaller = min((b.right - b.left) * (b.bottom - b.top) for b in (one, other))
    return wide * high / smaller if smaller else 1.0
