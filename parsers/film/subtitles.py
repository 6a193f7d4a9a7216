"""Steady text in the lower part of a film: told apart from logos, tickers, place names and credits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from parsers.film.chinese import script_of
from parsers.film.text_lines import letters_of
from parsers.filmfacts import ScreenText, Subtitles
from parsers.pagefacts import Box

BAND_TOP = 0.7
"""Share of the picture's height from which subtitles stand."""

_ROW = 0.022
"""Share of the height by which lines of one row differ."""
_DISTINCT = 3
"""Different lines that make a row one of subtitles: a place name is shown once or twice."""
_SPREAD = 0.25
"""Share of the sampled time from the first to the last of them."""
_CENTRED = 0.05
_OFTEN = 0.3
"""Share of the samples from which a row needs not be centred: interviewed people's names come seldom."""
_EDGE = 0.015
_LEGIBLE = 0.9
"""Confidence from which characters count for the script: a misread one is often Traditional."""


@dataclass(frozen=True)
class Sample:
    """The lines in the lower part of one picture. Each line's text is "" where it was not read any more."""

    at_s: float
    lines: tuple[ScreenText, ...]


def subtitles_of(samples: Sequence[Sample]) -> Subtitles:
    """What the samples of a film's body say of its subtitles; share None without samples."""
    if not samples:
        return Subtitles()
    rows = [row for row in _rows(_changing(samples)) if _is_steady(row, samples)]
    lines = sorted((line for row in rows for line in row), key=lambda line: (line.from_s, line.box.top))
    times = {line.from_s for line in lines}
    script, traditional = script_of(line.text for line in lines if line.confidence >= _LEGIBLE)
    return Subtitles(
        share=round(len(times) / len(samples), 3), script=script, traditional=traditional, lines=_joined(lines)
    )


def _changing(samples: Sequence[Sample]) -> list[ScreenText]:
    """The lines that are neither a mark that stays nor a ticker that runs from edge to edge."""
    places = Counter(_place(line) for sample in samples for line in sample.lines)
    stays = max(2, len(samples) // 4)
    return [
        line
        for sample in samples
        for line in sample.lines
        if (not line.text or places[_place(line)] <= stays) and not _from_edge_to_edge(line.box)
    ]


def _place(line: ScreenText) -> tuple[str, int, int]:
    return letters_of(line.text), round(line.box.top * 20), round(line.box.left * 20)


def _from_edge_to_edge(box: Box) -> bool:
    return box.left <= _EDGE and box.right >= 1 - _EDGE


def _rows(lines: Iterable[ScreenText]) -> list[list[ScreenText]]:
    """Lines of one height above the lower edge, and about one size, together."""
    rows: list[list[ScreenText]] = []
    for line in sorted(lines, key=lambda line: _middle(line.box)):
        row = rows[-1] if rows else []
        if row and _middle(line.box) - median(_middle(one.box) for one in row) <= _ROW:
            row.append(line)
        else:
            rows.append([line])
    return rows


def _middle(box: Box) -> float:
    return (box.top + box.bottom) / 2


def _is_steady(row: Sequence[ScreenText], samples: Sequence[Sample]) -> bool:
    """The row has other words again and again, across the film, in the middle or nearly always, and does not run."""
    distinct = {letters_of(line.text) for line in row if letters_of(line.text)}
    times = sorted({line.from_s for line in row})
    length = samples[-1].at_s - samples[0].at_s
    if len(distinct) < _DISTINCT or times[-1] - times[0] < _SPREAD * length or _runs(row):
        return False
    aside = median(abs((line.box.left + line.box.right) / 2 - 0.5) for line in row)
    return aside <= _CENTRED or len(times) >= _OFTEN * len(samples)


def _runs(row: Sequence[ScreenText]) -> bool:
    """Words that run through a window: other ones each time, always cut off at the same two edges."""
    if len(row) < _DISTINCT + 1:
        return False
    lefts, rights = [line.box.left for line in row], [line.box.right for line in row]
    still = [sum(abs(x - median(edges)) < _EDGE for x in edges) >= 0.8 * len(row) for edges in (lefts, rights)]
    return all(still) and median(rights) - median(lefts) > 0.5


def _joined(lines: Sequence[ScreenText]) -> tuple[ScreenText, ...]:
    """Each line once, as long as it was seen in pictures one after the other; what was not read is left out."""
    joined: dict[str, ScreenText] = {}
    for line in lines:
        key = letters_of(line.text)
        known = joined.get(key)
        if not key:
            continue
        joined[key] = line if known is None else known.model_copy(update={"until_s": line.until_s})
    return tuple(joined.values())
