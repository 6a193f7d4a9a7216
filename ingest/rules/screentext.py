"""Lines of text on a screen: how large they are, which stand together, and in which order they are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.rules.letters import letters
from ingest.rules.lookalikes import LEGIBLE
from parsers.filmfacts import ScreenText

WIDE = 16 / 9
"""Width to height of the picture, where nothing else is said."""

_SAME_SIZE = 0.72
"""Smaller to larger, from which two lines are of one size: boxes are never exact."""
_ROW_GAP, _LINE_GAP = 2.5, 1.3
"""Letters of distance up to which two pieces stand in one row, and two lines under each other."""
_ONE_PLACE = 0.5
"""Share of the smaller box from which two readings are of the same place."""
SINGLE, _WHOLE = 0.9, 0.8
"""Confidence from which a single character was read; share of both sides from which a box is no line's."""
_LOWER, _SMALL = 0.8, 0.075
"""Where subtitles stand, and how large they are at most, as shares of the picture's height."""


@dataclass(frozen=True)
class Placed:
    """A line and its letters' size, in heights of the picture. upright: its letters stand under each other."""

    line: ScreenText
    size: float
    upright: bool

    @property
    def middle(self) -> tuple[float, float]:
        """Its middle, from the left and from the top, as shares."""
        box = self.line.box
        return (box.left + box.right) / 2, (box.top + box.bottom) / 2

    @property
    def like_a_subtitle(self) -> bool:
        """It is small and stands at the bottom."""
        return self.middle[1] >= _LOWER and self.size < _SMALL

    def same_size(self, other: Placed) -> bool:
        """Letters of one size, as those of one title are."""
        return min(self.size, other.size) >= _SAME_SIZE * max(self.size, other.size)


def legible(line: ScreenText) -> bool:
    """It was read as letters, not guessed from a pattern: surely enough, and not as large as the picture itself."""
    box = line.box
    whole = box.bottom - box.top > _WHOLE and box.right - box.left > _WHOLE
    count = len(letters(line.text))
    return not whole and (line.confidence >= (LEGIBLE if count > 1 else SINGLE)) and count > 0


def placed(line: ScreenText, aspect: float = WIDE) -> Placed:
    """A line with the size of its letters."""
    box = line.box
    wide, high = max(box.right - box.left, 0.0) * aspect, max(box.bottom - box.top, 0.0)
    letters = len("".join(line.text.split()))
    upright = letters >= 2 and wide < high * 0.8
    return Placed(line, wide if upright else min(high, wide) if letters == 1 else high, upright)


def together(anchor: Placed, others: Sequence[Placed], aspect: float = WIDE) -> list[Placed]:
    """The line and all that stand with it, in the order in which they are read.

    They are seen at one time and each is near another. Another reading of a line's own place does not count.
    """
    found, edge = [anchor], [anchor]
    while edge:
        one = edge.pop()
        new = [
            other
            for other in others
            if not any(other is known for known in found)
            and _near(one, other, aspect)
            and not any(_same_place(other, known) for known in found)
        ]
        for other in new:
            if not any(_same_place(other, known) for known in found):
                found.append(other)
                edge.append(other)
    return _in_order(found, upright=anchor.upright)


def _near(one: Placed, other: Placed, aspect: float) -> bool:
    a, b = one.line, other.line
    if min(a.until_s, b.until_s) < max(a.from_s, b.from_s):
        return False
    aside = max(max(a.box.left, b.box.left) - min(a.box.right, b.box.right), 0.0) * aspect
    below = max(max(a.box.top, b.box.top) - min(a.box.bottom, b.box.bottom), 0.0)
    size = max(one.size, other.size)
    if one.upright and other.upright:
        aside, below = below, aside
    if below == 0.0:
        return aside <= _ROW_GAP * size
    return below <= _LINE_GAP * size and aside <= size


def _same_place(one: Placed, other: Placed) -> bool:
    a, b = one.line.box, other.line.box
    wide = min(a.right, b.right) - max(a.left, b.left)
    high = min(a.bottom, b.bottom) - max(a.top, b.top)
    if wide <= 0 or high <= 0:
        return False
    smaller = min((a.right - a.left) * (a.bottom - a.top), (b.right - b.left) * (b.bottom - b.top))
    return wide * high >= _ONE_PLACE * smaller


def _in_order(found: Sequence[Placed], *, upright: bool) -> list[Placed]:
    """Rows from top to bottom, each from the left; upright lines from the right."""
    if upright:
        return sorted(found, key=lambda one: (-one.middle[0], one.middle[1]))
    rows: list[list[Placed]] = []
    for one in sorted(found, key=lambda p: p.middle[1]):
        last = rows[-1] if rows else []
        if last and abs(one.middle[1] - last[0].middle[1]) < 0.5 * max(one.size, last[0].size):
            last.append(one)
        else:
            rows.append([one])
    return [one for row in rows for one in sorted(row, key=lambda p: p.middle[0])]
