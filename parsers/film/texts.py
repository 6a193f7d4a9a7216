"""Text in the pictures of a film: titles and credits at its ends, subtitles between them.

Cheapest first: small pictures of edges say whether anything new stands there (`text_look`), then text is looked for,
and only lines that are new or clearer than before are read, cut from the picture at full size. A film costs at most
`LOOKS` and `CLOSER` searches at each end, `BAND_LOOKS` in the lower part of pictures between, and the readings of
`READS` and `BAND_READS`, however long it is and however many pictures are shown.
"""

from __future__ import annotations

from parsers.film import CLOSING_S, OPENING_S
from parsers.film.album import Album
from parsers.film.frame import Frame
from parsers.film.text_band import BAND_LOOKS, BAND_READS, Band
from parsers.film.text_end import CLOSER, LOOKS, READS, End
from parsers.filmfacts import ScreenText, Subtitles

__all__ = ["BAND_LOOKS", "BAND_READS", "CLOSER", "LOOKS", "READS", "Texts"]

_SHORT_S = 12.0
"""Seconds between the ends up to which there is no body to speak of: subtitles are then looked for in the ends."""


class Texts:
    """A watcher that reads what stands in the pictures. album: keeps the pictures that show it best.

    duration_s: of the film, where it is known: the subtitles are then sampled evenly over it, and one without a body
    to speak of has them in its ends.
    """

    def __init__(self, album: Album, duration_s: float | None = None) -> None:
        body = None if duration_s is None else duration_s - OPENING_S - CLOSING_S
        self._album = album
        self._short = body is not None and body < _SHORT_S
        self._band = Band(album, duration_s if self._short else body)
        self._end: End | None = None
        self._texts: list[ScreenText] = []

    def see(self, frame: Frame) -> None:
        """One frame, in order of time."""
        end = self._end_of(frame)
        if end is None or self._short:
            self._band.see(frame)
        if end is not None:
            end.see(frame)

    def result(self) -> tuple[tuple[ScreenText, ...], Subtitles]:
        """The texts of both ends in order of time, and the subtitles between; when all frames were seen."""
        self._close()
        return tuple(self._texts), self._band.result()

    def _end_of(self, frame: Frame) -> End | None:
        """The end a frame belongs to, None in the body. The other end is over."""
        if self._end is not None and self._end.stage != frame.stage:
            self._close()
        if self._end is None and frame.stage != "body":
            self._end = End(frame.stage)
        return self._end

    def _close(self) -> None:
        end, self._end = self._end, None
        if end is not None:
            self._texts += end.close(self._album)
