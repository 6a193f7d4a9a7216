"""Lines of text followed from look to look: the same line is read once, and again only where it is seen better."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import SequenceMatcher

import numpy as np
from numpy.typing import NDArray

from parsers.film.frame import Luma
from parsers.filmfacts import ScreenText, Stage
from parsers.pagefacts import Box

Thumb = NDArray[np.float32]

_LONG, _SHORT = 96, 12
_ALIKE = 0.9
"""Correlation of two small pictures of one line from which nothing was written there anew."""
_CLEARER = 1.25
"""Contrast, in times of when it was read last, from which a line is worth reading again."""
_SURE = 0.97
_DISPUTED, _UNDECIDED = 0.95, 0.75
"""What is left of a reading's confidence where others of the line say something else."""
_LARGE = 0.055
"""Height of a line, as a share of the picture's, that makes it a title or a heading."""
_LESS_SURE = 0.03
_RESEMBLE = 0.6
_HELD_S = 4.0
"""Seconds for which a line that was not seen in a look is looked for."""
_LONGEST = 120


@dataclass(frozen=True)
class Seen:
    """A place of text in one look: where, and a small grey picture of it at one brightness and contrast."""

    box: Box
    thumb: Thumb
    contrast: float

    @property
    def large(self) -> bool:
        """As titles and headings are."""
        return min(self.box.bottom - self.box.top, self.box.right - self.box.left) >= _LARGE


@dataclass
class Reading:
    """What a line was read as: how surely at best, when and where, and how often."""

    text: str
    score: float
    at_s: float
    box: Box
    times: int = 1

    @property
    def worth(self) -> float:
        """The fullest reading counts most, if it is sure: letters that build up a title are a part of it each."""
        letters = sum(letter.isalnum() for letter in self.text)
        return letters * self.score**3 * (1 + 0.1 * min(self.times - 1, 4))


@dataclass
class Line:
    """A line of text as long as it is shown."""

    seen: Seen
    from_s: float
    until_s: float
    readings: dict[str, Reading] = field(default_factory=dict)

    @property
    def best(self) -> Reading:
        """The reading that counts. ValueError if there is none."""
        return max(self.readings.values(), key=lambda reading: reading.worth)

    def add(self, text: str, score: float, at_s: float, box: Box) -> None:
        """One more reading."""
        known = self.readings.get(text)
        if known is None:
            self.readings[text] = Reading(text, score, at_s, box)
            return
        known.times += 1
        if score > known.score:
            known.score, known.at_s, known.box = score, at_s, box

    @property
    def times(self) -> int:
        """How often it was read."""
        return sum(reading.times for reading in self.readings.values())

    @property
    def sure(self) -> bool:
        """Read alike twice."""
        return self.best.times > 1

    @property
    def confidence(self) -> float:
        """Of the best reading: less where readings of as many letters disagree, and little where none prevails."""
        best = self.best
        count = len(letters_of(best.text))
        rivals = [one.times for one in self.readings.values() if one is not best and len(letters_of(one.text)) == count]
        if not rivals:
            return best.score
        return best.score * (_DISPUTED if best.times > max(rivals) else _UNDECIDED)

    def read_again(self, text: str, score: float, at_s: float, box: Box) -> None:
        """Another reading at the same place, if it is one of this line at all."""
        letters = letters_of(text)
        if letters and any(_resembles(letters, letters_of(known)) for known in self.readings):
            self.add(text[:_LONGEST], score, at_s, box)
            self.until_s = at_s

    def wants_reading(self, seen: Seen) -> bool:
        """Reading it again may tell more: it is clearer than it was."""
        return self.best.score < _SURE and seen.contrast > self.seen.contrast * _CLEARER


@dataclass
class Lines:
    """All lines of one stage, at most `most`."""

    stage: Stage
    most: int
    lines: list[Line] = field(default_factory=list)

    def same(self, seen: Seen, at_s: float) -> Line | None:
        """The line that stands there unchanged, or has moved (credits roll); None if there is a new one."""
        for line in reversed(self.lines):
            if at_s - line.until_s > _HELD_S or not _one_size(line.seen.box, seen.box):
                continue
            if alike(line.seen.thumb, seen.thumb) >= _ALIKE:
                return line
        return None

    def take(self, seen: Seen, text: str, score: float, at_s: float) -> Line | None:
        """The line that was read there, known or new; None if nothing worth keeping was read."""
        text = text.strip()[:_LONGEST]
        if not any(map(str.isalnum, text)):
            return None
        line = next((line for line in reversed(self.lines) if _continues(line, seen.box, text, at_s)), None)
        if line is None:
            if len(self.lines) >= self.most:
                return None
            line = Line(seen, at_s, at_s)
            self.lines.append(line)
        line.add(text, score, at_s, seen.box)
        line.seen, line.until_s = seen, at_s
        return line

    def texts(self, pictures: dict[int, str]) -> tuple[ScreenText, ...]:
        """What was read, in the order in which people read it: by time, then from top to bottom, left to right.

        pictures: line's place in `lines` to the digest of the picture that shows it best.
        """
        found = [self._text(line, pictures.get(number, "")) for number, line in enumerate(self.lines)]
        return tuple(sorted(found, key=lambda text: (text.from_s, round(text.box.top * 40), text.box.left)))

    def _text(self, line: Line, picture: str) -> ScreenText:
        best = line.best
        return ScreenText(
            text=best.text,
            stage=self.stage,
            from_s=round(line.from_s, 2),
            until_s=round(line.until_s, 2),
            best_s=round(best.at_s, 2),
            box=best.box,
            confidence=round(line.confidence, 4),
            picture=picture,
        )


def thumb_of(grey: Luma, box: Box) -> Seen:
    """A place on a small grey picture as it is compared."""
    import cv2

    height, width = grey.shape
    top, left = min(int(box.top * height), height - 1), min(int(box.left * width), width - 1)
    part = grey[top : max(round(box.bottom * height), top + 1), left : max(round(box.right * width), left + 1)]
    size = (_LONG, _SHORT) if part.shape[1] >= part.shape[0] else (_SHORT, _LONG)
    small = cv2.resize(part, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    contrast = float(small.std())
    return Seen(box, (small - float(small.mean())) / max(contrast, 1.0), contrast)


def alike(one: Thumb, other: Thumb) -> float:
    """Correlation of two small pictures, -1 to 1."""
    return float((one * other).mean()) if one.shape == other.shape else 0.0


def letters_of(text: str) -> str:
    """Letters and digits alone, small."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _one_size(one: Box, other: Box) -> bool:
    wide, high = (one.right - one.left, other.right - other.left), (one.bottom - one.top, other.bottom - other.top)
    return min(wide) >= 0.93 * max(wide) - 0.005 and min(high) >= 0.8 * max(high) - 0.005


def _continues(line: Line, box: Box, text: str, at_s: float) -> bool:
    """What was read is that line again: the same words, or more or fewer of them at the same place."""
    letters = letters_of(text)
    known = [letters_of(reading) for reading in line.readings]
    if letters in known:
        return len(letters) > 1 or overlap(line.seen.box, box) > 0
    if at_s - line.until_s > _HELD_S or overlap(line.seen.box, box) < 0.4:
        return False
    return any(_resembles(letters, other) for other in known)


def _resembles(one: str, other: str) -> bool:
    return one in other or other in one or SequenceMatcher(None, one, other, autojunk=False).ratio() >= _RESEMBLE


def fuller(narrow: tuple[str, float], wide: tuple[str, float]) -> tuple[str, float]:
    """The wider reading of a line, if it is the narrower one with more letters, and as sure."""
    more, less = letters_of(wide[0]), letters_of(narrow[0])
    return wide if len(more) > len(less) and less in more and wide[1] >= narrow[1] - _LESS_SURE else narrow


def overlap(one: Box, other: Box) -> float:
    """The common part of two boxes, as a share of the smaller one."""
    wide = min(one.right, other.right) - max(one.left, other.left)
    high = min(one.bottom, other.bottom) - max(one.top, other.top)
    if wide <= 0 or high <= 0:
        return 0.0
    areas = [(box.right - box.left) * (box.bottom - box.top) for box in (one, other)]
    return wide * high / max(min(areas), 1e-9)


def covering(shown: Iterable[dict[int, float]], most: int) -> list[int]:
    """Which pictures to keep, at most `most`: each in turn the one that shows best what the others do not.

    shown: for each picture, line to how well it is seen there.
    """
    left, had, chosen = list(shown), dict[int, float](), list[int]()
    while len(chosen) < min(most, len(left)):
        gains = [sum(max(worth - had.get(line, 0.0), 0.0) for line, worth in one.items()) for one in left]
        best = int(np.argmax(gains))
        if gains[best] <= 0:
            break
        chosen.append(best)
        for line, worth in left[best].items():
            had[line] = max(had.get(line, 0.0), worth)
    return sorted(chosen)
