"""The lower part of a film's pictures, where subtitles stand: sampled key frame by key frame."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from parsers.film.album import LONG_PX, Album
from parsers.film.frame import Colour, Frame, Luma
from parsers.film.subtitles import BAND_TOP, Sample, subtitles_of
from parsers.film.text_crops import box_of, found_in, in_three, read, strips
from parsers.film.text_lines import Seen, alike, overlap, thumb_of
from parsers.film.text_look import edges_of, has_letters, small_grey
from parsers.filmfacts import ScreenText, Subtitles
from parsers.recognition.engine import Quad

BAND_LOOKS = 64
"""Pictures in which text is looked for."""
BAND_READS = 60
"""Lines read."""
SAMPLES = 36
"""Of a film whose length is known: a share of time is told to a few per cent by so many."""
PICTURES = 6
"""Kept of the subtitles."""

_FOUND_PX = 640
"""Longer side of the pictures of which the lower part is searched."""
_LEAST_S, _EARLY_S = 2.0, 0.3
"""Seconds between two samples, and how much too early one may come: key pictures stand where they stand."""
_AT_ONCE = 6
_ALIKE = 0.93
"""Correlation of two small pictures of lines that are one line."""
_CHANGED = 0.04
"""Share of the edges that differ where two pictures do not have the same words."""
_HELD = 12
"""Pictures held until the film is over."""


@dataclass(frozen=True)
class _Known:
    """A line that was read, as it looked."""

    seen: Seen
    text: str
    score: float


@dataclass
class Band:
    """Samples the lower part of pictures. What looks alike is searched once, and what was read is not read again.

    length_s: of the stretch that is sampled, where it is known: `SAMPLES` are then spread over it.
    """

    album: Album
    length_s: float | None = None
    _next_s: float = float("-inf")
    _looks: int = BAND_LOOKS
    _reads: int = BAND_READS
    _known: list[_Known] = field(default_factory=list)
    _before: tuple[Luma, tuple[ScreenText, ...]] | None = None
    _samples: list[Sample] = field(default_factory=list)
    _pictures: list[tuple[float, Colour]] = field(default_factory=list)

    def see(self, frame: Frame) -> None:
        """One frame, in order of time."""
        if frame.at_s < self._next_s:
            return
        self._next_s = frame.at_s + max((self.length_s or 0.0) / SAMPLES, _LEAST_S) - _EARLY_S
        grey = small_grey(frame)
        edges = edges_of(grey[int(len(grey) * BAND_TOP) :])
        if not has_letters(edges):
            self._samples.append(Sample(frame.at_s, ()))
        elif self._before is not None and _like(edges, self._before[0]):
            lines = tuple(
                line.model_copy(update={"from_s": frame.at_s, "until_s": frame.at_s}) for line in self._before[1]
            )
            self._samples.append(Sample(frame.at_s, lines))
        elif self._looks:
            self._looks -= 1
            lines = self._lines(frame, grey)
            self._samples.append(Sample(frame.at_s, lines))
            self._before = edges, lines

    def result(self) -> Subtitles:
        """The subtitles, the pictures that show them kept: spread over the film as they are."""
        found = subtitles_of(self._samples)
        times = {line.from_s for line in found.lines}
        pictures = [picture for picture in self._pictures if picture[0] in times]
        step = max(len(pictures) / PICTURES, 1.0)
        chosen = [pictures[int(number * step)] for number in range(min(PICTURES, len(pictures)))]
        digests = {at_s: self.album.keep("subtitle", at_s, picture).sha256 for at_s, picture in chosen}
        lines = (line.model_copy(update={"picture": digests.get(line.best_s, "")}) for line in found.lines)
        return found.model_copy(update={"lines": tuple(lines)})

    def _lines(self, frame: Frame, grey: Luma) -> tuple[ScreenText, ...]:
        """The lines of one picture's lower part; those not seen before are read."""
        lines, new = [], False
        for quad in _found(frame):
            seen = thumb_of(grey, box_of(quad))
            known = next((one for one in reversed(self._known) if _is(one.seen, seen)), None)
            if known is None and self._reads:
                self._reads -= 1
                known, new = _Known(seen, *_read(frame, quad)), True
                self._known.append(known)
            if known is None or known.text:
                lines.append(_line(seen, known, frame.at_s))
        if new:
            self._hold(frame)
        return tuple(lines)

    def _hold(self, frame: Frame) -> None:
        """Keep a picture at hand; where there are many, every second one is dropped."""
        if len(self._pictures) >= _HELD:
            del self._pictures[1::2]
        self._pictures.append((round(frame.at_s, 2), frame.colour(LONG_PX)))


def _found(frame: Frame) -> list[Quad]:
    """Places of text in the lower part, as shares of the whole picture."""
    small = small_grey(frame, _FOUND_PX)
    top = int(len(small) * BAND_TOP)
    share, above = np.array([1.0, 1 - top / len(small)], np.float32), np.array([0.0, top / len(small)], np.float32)
    return [quad * share + above for quad in found_in(in_three(small[top:]), _AT_ONCE)]


def _read(frame: Frame, quad: Quad) -> tuple[str, float]:
    """A line read from the brightness at full size, which costs no conversion to colours."""
    square = 0.99 < frame.pixel_aspect < 1.01
    return read(strips(frame.luma if square else small_grey(frame, max(frame.luma.shape)), quad))


def _is(one: Seen, other: Seen) -> bool:
    return overlap(one.box, other.box) > 0.8 and alike(one.thumb, other.thumb) >= _ALIKE


def _like(edges: Luma, before: Luma) -> bool:
    """Two lower parts have the same edges: nothing was written or taken away."""
    if edges.shape != before.shape:
        return False
    ours, theirs = edges > 40, before > 40
    return int((ours != theirs).sum()) <= _CHANGED * max(int((ours | theirs).sum()), 1)


def _line(seen: Seen, known: _Known | None, at_s: float) -> ScreenText:
    at_s = round(at_s, 2)
    text, score = (known.text, known.score) if known is not None else ("", 0.0)
    return ScreenText(
        text=text,
        stage="body",
        from_s=at_s,
        until_s=at_s,
        best_s=at_s,
        box=seen.box,
        confidence=round(score, 4),
    )
