"""Which way up a level page stands: on its feet, on a side, on its head."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from parsers.recognition.engine import Picture, Quad, read_text, upside_down

_TALL = 1.5
_VOTERS = 8
_UNSURE = (0.25, 0.75)
_READERS = 3
_VOTED, _READ = 4.0, 8.0  # heights of a line that are looked at for that, as wide as the model's own picture, and read


def boxes_on_their_side(quads: Sequence[Quad]) -> bool:
    """Most of the text found runs down the page."""
    tall = wide = 0.0
    for quad in quads:
        across, down = np.ptp(quad[:, 0]), np.ptp(quad[:, 1])
        if down > _TALL * across:
            tall += float(down)
        elif across > _TALL * down:
            wide += float(across)
    return tall > wide


def on_its_head(crops: Sequence[Picture]) -> bool:
    """The lines cut out of the page stand upside down, by the widest; where that is unsure, by what reads better."""
    widest = sorted(crops, key=lambda crop: crop.shape[1], reverse=True)[:_VOTERS]
    if not widest:
        return False
    share = float(np.mean(upside_down([_start(crop, _VOTED) for crop in widest])))
    if not _UNSURE[0] < share < _UNSURE[1]:
        return share > 0.5
    some = [_start(crop, _READ) for crop in widest[:_READERS]]
    both = read_text([*some, *(np.ascontiguousarray(crop[::-1, ::-1]) for crop in some)])
    return sum(score for _, score in both[len(some) :]) > sum(score for _, score in both[: len(some)])


def _start(crop: Picture, heights: float) -> Picture:
    """The line's beginning, so many times as wide as it is high: a longer one would only be squeezed."""
    return np.ascontiguousarray(crop[:, : max(int(heights * crop.shape[0]), 1)])


def turned_back(quads: Sequence[Quad], width: int, height: int) -> list[Quad]:
    """The boxes as they lie when a page of that size is turned upside down, first ones first."""
    middle = np.array([width, height], np.float32)
    return [np.roll(middle - quad, 2, axis=0) for quad in reversed(quads)]
