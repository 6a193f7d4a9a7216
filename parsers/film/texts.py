"""Text in the pictures of a film: titles and credits at its ends, subtitles between them.

Cheapest first: small pictures of edges say whether anything new stands there (`text_look`), then text is looked for,
and only lines that are new or clearer than before are read, cut from the picture at full size. A film costs at most
`LOOKS` searches at each end, `BAND_LOOKS` in the lower part of pictures between, and the readings of `READS` and
`BAND_READS`, however many pictures are shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from parsers.film import CLOSING_S, OPENING_S
from parsers.film.album import LONG_PX, Album, smaller
from parsers.film.frame import Colour, Frame, Luma
from parsers.film.text_band import BAND_LOOKS, BAND_READS, Band
from parsers.film.text_crops import box_of, found_in, read, strips, wider
from parsers.film.text_lines import Line, Lines, Seen, covering, fuller, thumb_of
from parsers.film.text_look import Glance, small_grey
from parsers.filmfacts import ScreenText, Subtitles
from parsers.recognition.engine import Quad

__all__ = ["BAND_LOOKS", "BAND_READS", "LOOKS", "READS", "Texts"]

Ending = Literal["opening", "closing"]

LOOKS = 18
"""Searches at each end."""
CLOSER = 6
"""Searches at each end that are made once more, at a larger size."""
READS = {"opening": 90, "closing": 120}
"""Lines read at each end."""
PICTURES = 6
"""Kept of each end."""

_FOUND_PX, _CLOSER_PX, _READ_PX = 480, 736, 1920
"""Longer side at which text is looked for, looked for again, and read."""
_AT_ONCE = 24
"""Places in one picture."""
_LINES = 120
_BEST = 1.5
"""How much better a picture shows a line that is read best in it."""
_SHORT_S, _SAMPLE_S = 12.0, 2.0
"""Seconds between the ends up to which there is no body to speak of: subtitles are then looked for in the ends."""


@dataclass
class _Shown:
    """A picture that may be kept, and how well it shows which lines."""

    at_s: float
    picture: Colour
    lines: dict[int, float] = field(default_factory=dict)


@dataclass
class _End:
    """What is seen at one end of the film. reads: lines that may still be read; closer: closer looks left."""

    stage: Ending
    reads: int
    lines: Lines
    glance: Glance
    closer: int = CLOSER
    shown: list[_Shown] = field(default_factory=list)


class Texts:
    """A watcher that reads what stands in the pictures. album: keeps the pictures that show it best.

    duration_s: of the film, where it is known: one without a body to speak of has its subtitles in its ends.
    """

    def __init__(self, album: Album, duration_s: float | None = None) -> None:
        self._album = album
        self._short = duration_s is not None and duration_s < OPENING_S + CLOSING_S + _SHORT_S
        self._end: _End | None = None
        self._texts: list[ScreenText] = []
        self._band = Band(album)

    def see(self, frame: Frame) -> None:
        """One frame, in order of time."""
        end = self._end_of(frame)
        if end is None or (self._short and frame.at_s - self._band.last_s >= _SAMPLE_S):
            self._band.see(frame)
        if end is None:
            return
        grey = small_grey(frame)
        if end.glance.worth(frame.at_s, grey, dense=frame.dense):
            self._look(frame, grey, end)

    def result(self) -> tuple[tuple[ScreenText, ...], Subtitles]:
        """The texts of both ends in order of time, and the subtitles between."""
        self._close()
        return tuple(self._texts), self._band.result()

    def _end_of(self, frame: Frame) -> _End | None:
        """The end a frame belongs to, None in the body. The other end is over."""
        if self._end is not None and self._end.stage != frame.stage:
            self._close()
        if self._end is None and frame.stage != "body":
            lines = Lines(frame.stage, _LINES)
            self._end = _End(frame.stage, READS[frame.stage], lines, Glance(LOOKS))
        return self._end

    def _look(self, frame: Frame, grey: Luma, end: _End) -> None:
        """Find the lines of a picture and read those that are new or clearer."""
        wanted: list[tuple[Quad, Seen]] = []
        here: list[tuple[Line, Seen]] = []
        quads = self._found(frame, end)
        for quad in quads:
            seen = thumb_of(grey, box_of(quad))
            line = end.lines.same(seen, frame.at_s)
            if line is None or line.wants_reading(seen):
                wanted.append((quad, seen))
            if line is not None:
                line.until_s = frame.at_s
                here.append((line, seen))
        if wanted := wanted[: end.reads]:
            end.reads -= len(wanted)
            large = frame.colour(_READ_PX)
            here += _lines_read(large, quads, wanted, end.lines, frame.at_s)
            _hold(large, end, here, frame.at_s)

    def _found(self, frame: Frame, end: _End) -> list[Quad]:
        """Places of text; where none are found at first, thin letters are looked for more closely, a few times."""
        quads = found_in(frame.colour(_FOUND_PX), _AT_ONCE)
        if quads or not end.closer:
            return quads
        end.closer -= 1
        return found_in(frame.colour(_CLOSER_PX), _AT_ONCE)

    def _close(self) -> None:
        """The end that is over: keep its best pictures, and what was read."""
        end, self._end = self._end, None
        if end is None:
            return
        kept: dict[int, tuple[float, str]] = {}
        for place in covering([shown.lines for shown in end.shown], PICTURES):
            shown = end.shown[place]
            shot = self._album.keep(end.stage, shown.at_s, shown.picture)
            for line, worth in shown.lines.items():
                kept[line] = max(kept.get(line, (0.0, "")), (worth, shot.sha256))
        self._texts += end.lines.texts({line: digest for line, (_, digest) in kept.items()})


def _lines_read(
    large: Colour, quads: Sequence[Quad], wanted: Sequence[tuple[Quad, Seen]], lines: Lines, at_s: float
) -> list[tuple[Line, Seen]]:
    found = []
    for quad, seen in wanted:
        text, score = read(strips(large, quad))
        if seen.large and text and (more := wider(quad, large, quads)) is not None:
            text, score = fuller((text, score), read(strips(large, more)))
        line = lines.take(seen, text, score, at_s)
        if line is not None:
            found.append((line, seen))
    return found


def _hold(large: Colour, end: _End, here: Sequence[tuple[Line, Seen]], at_s: float) -> None:
    """Keep a picture at hand until it is known which ones show most."""
    numbers = {id(line): number for number, line in enumerate(end.lines.lines)}
    shown = _Shown(at_s, smaller(large, LONG_PX))
    for line, seen in here:
        size = (seen.box.bottom - seen.box.top) * min(len(line.best.text), 12)
        shown.lines[numbers[id(line)]] = size * (_BEST if line.best.at_s == at_s else 1.0)
    if shown.lines:
        end.shown.append(shown)
