"""One end of a film: its titles or credits, found when something new stands still, read, and read again to be sure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from parsers.film.album import LONG_PX, Album, smaller
from parsers.film.frame import Colour, Frame, Luma
from parsers.film.text_crops import box_of, found_in, longer_in, read, strips, wider
from parsers.film.text_lines import Line, Lines, Seen, alike, covering, fuller, thumb_of
from parsers.film.text_look import Glance, small_grey
from parsers.filmfacts import ScreenText
from parsers.recognition.engine import Quad

Ending = Literal["opening", "closing"]

LOOKS = 16
"""Searches at each end."""
CLOSER = 4
"""Searches at each end that are made once more, at a larger size."""
READS: dict[Ending, int] = {"opening": 110, "closing": 130}
"""Lines read at each end, those of titles twice or three times."""
PICTURES = 6
"""Kept of each end."""

_FOUND_PX, _CLOSER_PX, _READ_PX = 480, 736, 1920
"""Longer side at which text is looked for, looked for again, and read."""
_AT_ONCE = 24
"""Places in one picture."""
_LINES = 120
_BEST = 1.5
"""How much better a picture shows a line that is read best in it."""
_AGAIN_S, _READINGS = 0.4, 3
"""Seconds after which a title is read again, over another piece of what moves behind it; readings at most."""
_THERE = 0.5
"""Correlation of two small pictures of a line from which it is still there."""


@dataclass
class _Shown:
    """A picture that may be kept, and how well it shows which lines."""

    at_s: float
    picture: Colour
    lines: dict[int, float] = field(default_factory=dict)


@dataclass
class _Title:
    """A large line that is read again at `due_s`."""

    quad: Quad
    line: Line
    due_s: float


class End:
    """What is seen at one end of the film; bounded in searches, readings and pictures."""

    def __init__(self, stage: Ending) -> None:
        self.stage = stage
        self._lines = Lines(stage, _LINES)
        self._glance = Glance(LOOKS)
        self._closer, self._reads = CLOSER, READS[stage]
        self._titles: list[_Title] = []
        self._shown: list[_Shown] = []
        self._bare: _Shown | None = None

    def see(self, frame: Frame) -> None:
        """One frame, in order of time."""
        grey = small_grey(frame)
        if self._glance.worth(frame.at_s, grey, dense=frame.dense):
            self._look(frame, grey)
        elif any(title.due_s <= frame.at_s for title in self._titles):
            self._read_again(frame, grey)

    def close(self, album: Album) -> tuple[ScreenText, ...]:
        """What was read; the pictures that show it best are kept, or one that shows that there is nothing to read."""
        if not self._shown and self._bare is not None:
            album.keep(self.stage, self._bare.at_s, self._bare.picture)
        kept: dict[int, tuple[float, str]] = {}
        for place in covering([shown.lines for shown in self._shown], PICTURES):
            shown = self._shown[place]
            shot = album.keep(self.stage, shown.at_s, shown.picture)
            for line, worth in shown.lines.items():
                kept[line] = max(kept.get(line, (0.0, "")), (worth, shot.sha256))
        self._shown.clear()
        return self._lines.texts({line: digest for line, (_, digest) in kept.items()})

    def _look(self, frame: Frame, grey: Luma) -> None:
        """Find the lines of a picture and read those that are new or clearer."""
        wanted: list[tuple[Quad, Seen]] = []
        here: list[tuple[Line, Seen]] = []
        quads = self._found(frame)
        for quad in quads:
            seen = thumb_of(grey, box_of(quad))
            line = self._lines.same(seen, frame.at_s)
            if line is None or line.wants_reading(seen):
                wanted.append((quad, seen))
            if line is not None:
                line.until_s = frame.at_s
                here.append((line, seen))
        if wanted := wanted[: self._reads]:
            large = frame.colour(_READ_PX)
            here += self._read(large, quads, wanted, frame.at_s)
            self._hold(large, here, frame.at_s)
        elif not self._shown:
            self._bare = _Shown(frame.at_s, frame.colour(LONG_PX))

    def _found(self, frame: Frame) -> list[Quad]:
        """Places of text; where none are found at first, thin letters are looked for more closely, a few times."""
        quads = found_in(frame.colour(_FOUND_PX), _AT_ONCE)
        if quads or not self._closer:
            return quads
        self._closer -= 1
        return found_in(frame.colour(_CLOSER_PX), _AT_ONCE)

    def _read(
        self, large: Colour, quads: Sequence[Quad], wanted: Sequence[tuple[Quad, Seen]], at_s: float
    ) -> list[tuple[Line, Seen]]:
        found = []
        for quad, seen in wanted:
            place, text, score = _reading(large, quad, quads, large_one=seen.large)
            self._reads -= 1
            line = self._lines.take(seen, text, score, at_s)
            if line is not None:
                found.append((line, seen))
                if seen.large:
                    self._titles.append(_Title(place, line, at_s + _AGAIN_S))
        return found

    def _read_again(self, frame: Frame, grey: Luma) -> None:
        """Titles that still stand there, over something else perhaps."""
        due = [title for title in self._titles if title.due_s <= frame.at_s]
        self._titles = [title for title in self._titles if title.due_s > frame.at_s]
        large: Colour | None = None
        for title in due:
            seen = thumb_of(grey, title.line.seen.box)
            if not self._reads or title.line.sure or alike(seen.thumb, title.line.seen.thumb) < _THERE:
                continue
            large = frame.colour(_READ_PX) if large is None else large
            self._reads -= 1
            quad = longer_in(large, title.quad) if title.line.times == 1 else title.quad
            title.line.read_again(*read(strips(large, quad)), frame.at_s, box_of(quad))
            if title.line.times < _READINGS:
                self._titles.append(_Title(quad, title.line, frame.at_s + _AGAIN_S))

    def _hold(self, large: Colour, here: Sequence[tuple[Line, Seen]], at_s: float) -> None:
        """Keep a picture at hand until it is known which ones show most."""
        numbers = {id(line): number for number, line in enumerate(self._lines.lines)}
        shown = _Shown(at_s, smaller(large, LONG_PX))
        for line, seen in here:
            size = (seen.box.bottom - seen.box.top) * min(len(line.best.text), 12)
            shown.lines[numbers[id(line)]] = size * (_BEST if line.best.at_s == at_s else 1.0)
        if shown.lines:
            self._shown.append(shown)
        elif not self._shown:
            self._bare = shown


def _reading(large: Colour, quad: Quad, quads: Sequence[Quad], *, large_one: bool) -> tuple[Quad, str, float]:
    """What a place reads, and the place: wider than it was found, where a letter of a title was left out."""
    narrow = read(strips(large, quad))
    more = wider(quad, large, quads) if large_one and narrow[0] else None
    if more is not None and (wide := fuller(narrow, read(strips(large, more)))) is not narrow:
        return more, *wide
    return quad, *narrow
