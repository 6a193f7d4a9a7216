"""Two films whose fingerprints have something in common: settled by a look at both, and shown side by side."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from parsers.facts import VideoFacts
from parsers.film.album import Album
from parsers.film.frame import Colour
from parsers.film.prints import Print, read
from parsers.film.prints_alike import Doubt, Match, compare, settle
from parsers.film.prints_places import look_at, picture_at
from parsers.filmfacts import Beside, Shot

_LONG_PX = 640
"""Of each of the two pictures."""
_GAP_PX = 8

Side = tuple[Path, VideoFacts, str]
"""A film's file, its facts, its fingerprint."""


def beside(one: Side, other: Side, scratch: Path | None) -> Beside:
    """Whether the films are one. scratch: for the pictures, None for none. OSError if a file cannot be read."""
    first, second = read(one[2]), read(other[2])
    found = compare(first, second) if first and second else None
    if isinstance(found, Doubt) and first and second:
        found = _settled((one, first), (other, second), found)
    if found is None:
        return Beside(verdict="two")
    match = found if isinstance(found, Match) else found.match
    shots = _shown(one, other, match, scratch) if scratch is not None else ()
    said = "one" if isinstance(found, Match) else "unsure"
    values = {"share": match.share, "offset_s": match.offset_s, "at_s": match.at_s, "other_s": match.other_s}
    return Beside(verdict=said, shots=shots, **values)


def _settled(one: tuple[Side, Print], other: tuple[Side, Print], doubt: Doubt) -> Match | Doubt | None:
    given, sought = (one, other) if doubt.look_in == "other" else (other, one)
    path, facts, _ = sought[0]
    return settle(given[1], doubt, lambda times: look_at(path, facts, times, sought[1].box))


def _shown(one: Side, other: Side, match: Match, scratch: Path) -> tuple[Shot, ...]:
    """The picture both have, one film's beside the other's, for each of them."""
    mine = picture_at(one[0], one[1], match.at_s, _LONG_PX)
    theirs = picture_at(other[0], other[1], match.other_s, _LONG_PX)
    if mine is None or theirs is None:
        return ()
    album, long_px = Album(scratch), 2 * _LONG_PX + _GAP_PX
    shots = (
        album.keep("print", match.at_s, _side_by_side(mine, theirs), long_px),
        Album(scratch).keep("print", match.other_s, _side_by_side(theirs, mine), long_px),
    )
    return shots if all(shot.path for shot in shots) else ()


def _side_by_side(left: Colour, right: Colour) -> Colour:
    """Of one height, a white gap between."""
    high = min(left.shape[0], right.shape[0])
    gap = np.full((high, _GAP_PX, 3), 255, np.uint8)
    return np.concatenate((_of_height(left, high), gap, _of_height(right, high)), axis=1)


def _of_height(picture: Colour, high: int) -> Colour:
    import cv2

    wide = max(round(picture.shape[1] * high / picture.shape[0]), 2)
    resized: Colour = cv2.resize(picture, (wide, high), interpolation=cv2.INTER_AREA).astype(np.uint8)
    return resized
