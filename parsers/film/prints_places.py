"""A film looked at once more, at a few exact places: whether it has there what another film has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from parsers.facts import VideoFacts
from parsers.film.container import Closed, Film, opened
from parsers.film.frame import Frame
from parsers.film.prints import SIDE, Box, hashes, written

AROUND_S = 0.25
"""Pictures this long before and after a place count as of it: the offset of two films is known to a tenth or two."""
_MAX_PICTURES = 1_500
"""Decoded for one place: a minute from one key picture to the next."""
_FIRST_PACKETS = 64


def look_at(path: Path, facts: VideoFacts, times: Sequence[float], box: Box) -> str:
    """A fingerprint of the pictures around these seconds; box: where the picture is, as the film's own fingerprint has
    it. "" if nothing could be decoded there. OSError if the file cannot be read."""
    try:
        with opened(path, facts.container, facts.width, facts.height, sound=False) as film:
            found = sorted(_seen(film, facts, times), key=lambda one: one[0])
    except Closed:
        return ""
    if not found:
        return ""
    pictures = np.stack([picture for _, picture in found])
    return written([at for at, _ in found], hashes(pictures, box), [0] * len(found), box)


def _seen(film: Film, facts: VideoFacts, times: Sequence[float]) -> Iterator[tuple[float, Any]]:
    from av import FFmpegError

    film.picture.codec_context.thread_count = 1
    unit = float(film.picture.time_base or 1)
    first = _first(film, unit)
    for at in times:
        try:
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


def _around(film: Film, facts: VideoFacts, first: float, at: float) -> Iterator[tuple[float, Any]]:
    """The pictures around one place, decoded from the key picture before."""
    for number, raw in enumerate(film.container.decode(film.picture)):
        if raw.pts is None:
            continue
        here = float(raw.time) - first
        if here > at + AROUND_S or number >= _MAX_PICTURES:
            return
        if here >= at - AROUND_S:
            frame = Frame(max(here, 0.0), "body", key=False, dense=False, raw=raw, rotation=facts.rotation)
            yield frame.at_s, frame.grey(SIDE, SIDE)
