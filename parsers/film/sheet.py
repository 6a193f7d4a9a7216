"""The contact sheet of a film: nine pictures spread evenly over it, each with its time, as one picture."""

from __future__ import annotations

from dataclasses import dataclass, field

from parsers.film.album import Album
from parsers.film.frame import Colour, Frame
from parsers.filmfacts import Shot

ACROSS, DOWN = 3, 3
CELL_PX = 420
"""Of a picture's longer side."""

_GAP = 6
_PAPER, _INK, _LABEL = (24, 24, 24), (255, 255, 255), (0, 0, 0)
_EARLY = 0.1
"""Share of a ninth by which a frame may come before its middle."""


@dataclass
class Sheet:
    """A watcher that takes a frame of every ninth of the film, from its middle if there is one; small pictures only.

    duration_s: of the pictures; if it is wrong, or the film has few pictures, there are fewer than nine.
    """

    album: Album
    duration_s: float
    _taken: dict[int, tuple[float, Colour]] = field(default_factory=dict)

    def see(self, frame: Frame) -> None:
        """One frame, in order of time."""
        step = self.duration_s / (ACROSS * DOWN)
        place = min(int(frame.at_s / step), ACROSS * DOWN - 1) if step > 0 else 0
        wanted = (place + 0.5 - _EARLY) * step
        taken = self._taken.get(place)
        if taken is None or taken[0] < wanted <= frame.at_s:
            self._taken[place] = (frame.at_s, frame.colour(CELL_PX))

    def keep(self) -> Shot | None:
        """The sheet, kept in the album; None if nothing was seen."""
        if not self._taken:
            return None
        pictures = [self._taken[place] for place in sorted(self._taken)]
        sheet = _laid_out(pictures)
        return self.album.keep("sheet", 0.0, sheet, long_px=max(sheet.shape[:2]))


def clock(at_s: float) -> str:
    """Minutes and seconds, as a player shows them."""
    seconds = int(at_s)
    return f"{seconds // 60:02d}:{seconds % 60:02d}"


def _laid_out(pictures: list[tuple[float, Colour]]) -> Colour:
    """Row by row on dark paper; all in the shape of the first."""
    import numpy as np

    height, width = pictures[0][1].shape[:2]
    across = min(ACROSS, len(pictures))
    down = -(-len(pictures) // across)
    size = (down * (height + _GAP) + _GAP, across * (width + _GAP) + _GAP, 3)
    paper = np.full(size, _PAPER, np.uint8)
    for number, (at_s, picture) in enumerate(pictures):
        top = _GAP + number // across * (height + _GAP)
        left = _GAP + number % across * (width + _GAP)
        paper[top : top + height, left : left + width] = _labelled(picture, at_s, width, height)
    return paper


def _labelled(picture: Colour, at_s: float, width: int, height: int) -> Colour:
    """The picture with its time in the lower left corner, on a label of its own that any picture lets read."""
    import cv2
    import numpy as np

    small = np.ascontiguousarray(picture)
    if small.shape[:2] != (height, width):
        small = cv2.resize(small, (width, height), interpolation=cv2.INTER_AREA).astype(np.uint8)
    scale = max(min(width, height) / 400, 0.35)
    text, font = clock(at_s), cv2.FONT_HERSHEY_SIMPLEX
    (wide, high), under = cv2.getTextSize(text, font, scale, 1)
    pad = max(round(6 * scale), 2)
    cv2.rectangle(small, (0, height - high - under - 2 * pad), (wide + 2 * pad, height), _LABEL, cv2.FILLED)
    cv2.putText(small, text, (pad, height - under - pad), font, scale, _INK, 1, cv2.LINE_AA)
    return small
