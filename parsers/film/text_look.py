"""When a frame is worth looking at for text: letters stand still while what is behind them moves, fades, or is cut."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from parsers.film.frame import Frame, Luma

LONG_PX = 480
"""Of the longer side of the small pictures that are compared."""

_BLOCK = 8
_STEEP = 28
"""Difference of brightness within three pixels from which there may be a letter's edge."""
_EDGED = 8
"""Pixels of a block's 64 that are edges, where there are letters."""
_MORE = 1.6
"""Contrast, in times of what was seen before, that is worth another look: a title that fades in."""
_NEW_BLOCKS = 4
"""Blocks with new edges that make a look worth its time: one letter of a title, or a word of a subtitle."""
_GROWS = 1.1
_WAIT_S, _PAUSE_S, _ANYHOW_S = 1.0, 0.6, 2.0
"""Longest wait for a fade to end; shortest time between looks; time after which what moves is looked at as well."""
_AT_FIRST, _PER_S = 3.0, 0.65
"""Looks that may be made at once, and each second more: a restless picture leaves some for the titles after it."""


@dataclass
class Glance:
    """Says of each frame of a dense stretch whether to look for text on it. most: looks in all.

    Nothing is kept but small pictures of edges: of the frame before, and of when text was last looked for.
    """

    most: int
    _edges: NDArray[np.uint8] | None = None
    _known: NDArray[np.uint8] | None = None
    _growing: int = 0
    _new_since: float | None = None
    _looked_s: float = -_ANYHOW_S
    _began_s: float | None = None
    _looks: int = 0

    def worth(self, at_s: float, grey: Luma, *, dense: bool = True) -> bool:
        """Whether a frame is to be looked at. grey: all of it, small; frames come in order of time.

        dense: the next one is a fraction of a second away; else it may be the only one that shows what it shows.
        """
        edges = edges_of(grey)
        before, self._edges = self._edges, edges
        self._began_s = at_s if self._began_s is None else self._began_s
        if self._looks >= min(self.most, _AT_FIRST + (at_s - self._began_s) * _PER_S):
            return False
        still = np.zeros_like(edges) if before is None or before.shape != edges.shape else np.minimum(edges, before)
        if self._moved(at_s, edges, dense=dense) or self._settled(at_s, still):
            self._known, self._looked_s, self._new_since, self._growing = spread(edges), at_s, None, 0
            self._looks += 1
            return True
        return False

    def _settled(self, at_s: float, still: NDArray[np.uint8]) -> bool:
        """Letters that stand still are new, and grow no further, or have grown for long."""
        new = still if self._known is None else np.where(still > self._known * _MORE + _STEEP // 4, still, 0)
        blocks = _blocks(new)
        if blocks < _NEW_BLOCKS:
            self._new_since, self._growing = None, 0
            return False
        strength = int(new.astype(np.int64).sum())
        grows, self._growing = strength > self._growing * _GROWS, strength
        if self._new_since is None:
            self._new_since = at_s
        waited = at_s - self._new_since
        return at_s - self._looked_s >= _PAUSE_S and (waited >= _WAIT_S or not grows)

    def _moved(self, at_s: float, edges: NDArray[np.uint8], *, dense: bool) -> bool:
        """Nothing was looked at for long, and what has edges is not what it was."""
        if dense and at_s - self._looked_s < _ANYHOW_S:
            return False
        new = edges if self._known is None else np.where(edges > self._known * _MORE + _STEEP // 4, edges, 0)
        return _blocks(new) >= _NEW_BLOCKS


def small_grey(frame: Frame, long_px: int = LONG_PX) -> Luma:
    """Brightness of a frame as shown, its longer side `long_px`: by default the size at which it is compared."""
    height, width = frame.luma.shape
    aspect = frame.pixel_aspect if frame.rotation not in (90, 270) else 1 / max(frame.pixel_aspect, 0.01)
    scale = long_px / max(width * aspect, height)
    return frame.grey(max(round(width * aspect * scale), 16), max(round(height * scale), 16))


def edges_of(grey: Luma) -> NDArray[np.uint8]:
    """Difference between the brightest and the darkest of nine pixels."""
    import cv2

    found = cv2.morphologyEx(grey, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    return np.asarray(found, np.uint8)


def spread(edges: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Edges made wider by two pixels: the same letters are the same though the encoder moves them a little."""
    import cv2

    return np.asarray(cv2.dilate(edges, np.ones((5, 5), np.uint8)), np.uint8)


def has_letters(edges: NDArray[np.uint8]) -> bool:
    """There may be text: enough edges, close together."""
    return _blocks(edges) >= _NEW_BLOCKS


def _blocks(edges: NDArray[np.uint8]) -> int:
    """How many blocks of 8 by 8 pixels hold as many edges as letters have."""
    height, width = (side // _BLOCK * _BLOCK for side in edges.shape)
    if not height or not width:
        return 0
    steep = edges[:height, :width] > _STEEP
    counts = steep.reshape(height // _BLOCK, _BLOCK, width // _BLOCK, _BLOCK).sum(axis=(1, 3))
    return int((counts >= _EDGED).sum())
