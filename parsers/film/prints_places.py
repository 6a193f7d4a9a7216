"""A film looked at once more, at a few exact places: whether it has there what another film has, and to show it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from parsers.facts import VideoFacts
from parsers.film.container import Closed, Film, opened
from parsers.film.frame import Colour, Frame, Luma
from parsers.film.prints import SIDE, Box, Print, hashes

AROUND_S = 0.25
"""Pictures this long before and after a place count as of it: the offset of two films is known to a tenth or two."""
_MAX_PICTURES = 1_500
"""Decoded for one place: a minute from one key picture to the next."""
_FIRST_PACKETS = 64


def look_at(path: Path, facts: VideoFacts, times: Sequence[float], box: Box) -> Print | None:
    """The pictures around these seconds as a fingerprint; box: where the picture is, as the film's own has it.

    None if nothing could be decoded there. OSError if the file cannot be read.
    """
    found: list[tuple[float, Luma]] = []
    try:
        with opened(path, facts.container, facts.width, facts.height, sound=False) as film:
            found += [(frame.at_s, frame.grey(SIDE, SIDE)) for frame in _frames(film, facts, times)]
    except Closed:
        return None
    if not found:
        return None
    found.sort(key=lambda one: one[0])
    codes = hashes(np.stack([picture for _, picture in found]), box)
    return Print(np.array([at for at, _ in found]), codes, box)


def picture_at(path: Path, facts: VideoFacts, at_s: float, long_px: int) -> Colour | None:
    """The picture shown at a second, its longer side at most `long_px`; None if it cannot be had."""
    best: tuple[float, Colour] | None = None
    try:
        with opened(path, facts.container, facts.width, facts.height, sound=False) as film:
            for frame in _frames(film, facts, [at_s]):
                if best is None or abs(frame.at_s - at_s) < best[0]:
                    best = abs(frame.at_s - at_s), frame.colour(long_px)
    except Closed:
        return None
    return best[1] if best else None


def _frames(film: Film, facts: VideoFacts, times: Sequence[float]) -> Iterator[Frame]:
    from av import FFmpegError

    film.picture.codec_context.thread_count = 1
    unit = float(film.picture.time_base or 1)
    first: float | None = None
    for at in times:
        try:
            first = _first(film, unit) if first is None else first
            film.container.seek(int((at + first - AROUND_S) / unit), stream=film.picture)
            yield from _around(film, facts, first, at)
        except FFmpegError:
            continue


def _first(film: Film, unit: float) -> float:
    """When the first picture is shown, by the clock of the file, which counts in `unit` seconds."""
    times = []
    for packet in film.container.demux(film.picture):
        if packet.pts is not None:
            times.append(packet.pts * unit)
        if len(times) >= _FIRST_PACKETS:
            break
    return min(times, default=0.0)


def _around(film: Film, facts: VideoFacts, first: float, at: float) -> Iterator[Frame]:
    """The pictures around one place, decoded from the key picture before."""
    aspect = facts.pixel_aspect
    for number, raw in enumerate(film.container.decode(film.picture)):
        if raw.pts is None:
            continue
        here = raw.time - first
        if here > at + AROUND_S or number >= _MAX_PICTURES:
            return
        if here >= at - AROUND_S:
            yield Frame(max(here, 0.0), "body", False, False, raw, facts.rotation, aspect)
