"""One decoded picture of a film, upright and with square pixels, as those who look at it want it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from parsers.filmfacts import Stage

Luma = NDArray[np.uint8]
"""(height, width), 0 to 255 as decoded: video black is 16 in narrow range."""
Colour = NDArray[np.uint8]
"""(height, width, 3), blue green red."""

_TURNS = {90: 3, 180: 2, 270: 1}


@dataclass
class Frame:
    """A picture as decoded. at_s: seconds from the first picture shown; key: it opens a group of pictures.

    dense: it is one of a stretch looked at several times a second, not a lone key frame. rotation: clockwise degrees
    a player turns it. pixel_aspect: width of a pixel to its height. raw: PyAV's frame. Not to be kept: it is large.
    """

    at_s: float
    stage: Stage
    key: bool
    dense: bool
    raw: Any
    rotation: int = 0
    pixel_aspect: float = 1.0
    _luma: Luma | None = field(default=None, repr=False)

    @property
    def luma(self) -> Luma:
        """Brightness, upright, at the size it is coded in (8 bits whatever the film has)."""
        if self._luma is None:
            self._luma = _upright(_plane(self.raw), self.rotation)
        return self._luma

    def grey(self, width: int, height: int) -> Luma:
        """Brightness at a small size, whatever its shape: averaged, not sampled."""
        import cv2

        small: Luma = cv2.resize(self.luma, (width, height), interpolation=cv2.INTER_AREA).astype(np.uint8)
        return small

    def colour(self, long_px: int) -> Colour:
        """In colour as shown, its longer side at most `long_px`."""
        width, height = self.raw.width * self.pixel_aspect, float(self.raw.height)
        scale = min(1.0, long_px / max(width, height))
        wide, high = max(round(width * scale), 2), max(round(height * scale), 2)
        picture: Colour = self.raw.to_ndarray(format="bgr24", width=wide, height=high)
        return _upright(picture, self.rotation)


class Watcher(Protocol):
    """What is shown the frames of a film, in order of time, and says afterwards what it saw."""

    def see(self, frame: Frame) -> None:
        """One frame. It must not be kept: only what is small may be."""


def _plane(raw: Any) -> Luma:
    """The first plane as an array, without the padding of its rows."""
    if not raw.format.name.startswith(("yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "nv12", "gray")) or (
        raw.format.components[0].bits != 8
    ):
        raw = raw.reformat(format="gray8")
    plane = raw.planes[0]
    rows: Luma = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
    return rows[:, : plane.width]


def _upright(picture: NDArray[np.uint8], rotation: int) -> NDArray[np.uint8]:
    turns = _TURNS.get(rotation, 0)
    return np.rot90(picture, turns) if turns else picture
