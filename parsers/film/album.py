"""The pictures kept of a film, for people to judge by: JPEG files in the scratch folder, each known by its digest."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from parsers.film.frame import Colour
from parsers.filmfacts import Shot, What

LONG_PX = 960
"""Of a kept picture's longer side: a page shows it whole, and its words can be read."""

MOST = 40
"""Pictures of one film."""

_QUALITY = 80
_SHARE = 3
"""No one thing takes more than this part of them: many titles at the start leave room for the credits."""


@dataclass
class Album:
    """Keeps pictures of one film, at most `most`. scratch: None keeps none, and shots have no path and no digest.

    A picture of the same thing at the same tenth of a second is one picture, the first that was kept.
    """

    scratch: Path | None
    most: int = MOST
    _kept: dict[tuple[What, int], Shot] = field(default_factory=dict)

    def keep(self, what: What, at_s: float, picture: Colour, long_px: int = LONG_PX) -> Shot:
        """A picture (blue green red, upright), made smaller if its longer side is over `long_px`.

        what: as in `Shot`. The shot has no path where there is no room for it any more, or nothing is kept at all.
        """
        at_s = max(round(at_s, 3), 0.0)
        place = (what, round(at_s * 10))
        if place in self._kept:
            return self._kept[place]
        small = smaller(picture, long_px)
        shot = Shot(what=what, at_s=at_s, width=small.shape[1], height=small.shape[0])
        if self.scratch is None or not self._has_room(what):
            return shot
        data = as_jpeg(small)
        if not data:
            return shot
        digest = hashlib.sha256(data).hexdigest()
        path = self.scratch / f"{digest}.jpg"
        path.write_bytes(data)
        shot = shot.model_copy(update={"sha256": digest, "path": str(path)})
        self._kept[place] = shot
        return shot

    @property
    def shots(self) -> tuple[Shot, ...]:
        """All that were kept: the contact sheet, then in order of time."""
        return tuple(sorted(self._kept.values(), key=lambda shot: (shot.what != "sheet", shot.at_s, shot.what)))

    def _has_room(self, what: What) -> bool:
        if what == "sheet":
            return True
        share = max(self.most // _SHARE, 1)
        mine = sum(kept == what for kept, _ in self._kept)
        return len(self._kept) < self.most and mine < share


def smaller(picture: Colour, long_px: int) -> Colour:
    """The picture, its longer side at most `long_px`."""
    import cv2

    height, width = picture.shape[:2]
    scale = long_px / max(width, height)
    if scale >= 1:
        return picture
    size = (max(round(width * scale), 2), max(round(height * scale), 2))
    resized: Colour = cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype("uint8")
    return resized


def as_jpeg(picture: Colour) -> bytes:
    """The bytes of a JPEG; none if it could not be written."""
    import cv2
    import numpy as np

    written, data = cv2.imencode(".jpg", np.ascontiguousarray(picture), [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return bytes(data.tobytes()) if written else b""
