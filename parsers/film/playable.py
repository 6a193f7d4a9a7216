"""How far a film plays whose data end before its index says: told by its packets, nothing is decoded."""

from __future__ import annotations

import time
from pathlib import Path

from parsers.film.container import Closed, Film, opened, packets_of

_SECONDS = 20.0


def playable(path: Path, found: str) -> tuple[float | None, float | None]:
    """Up to which second the pictures of a film that was cut off can be played, and how long it should be.

    found: its format as sniffed. None for what cannot be told: without an index nothing can. OSError if the file
    cannot be read.
    """
    import av

    try:
        with opened(path, found, 0, 0, sound=False) as film:
            at_s = _whole_until(film, path.stat().st_size)
            return (None, None) if at_s is None else (round(at_s, 3), _length(film, found, at_s))
    except Closed:
        return None, None
    except (av.FFmpegError, ValueError):
        return None, None


def _whole_until(film: Film, size: int) -> float | None:
    """The end of the last picture before the first one that is not all there, in seconds from the first one shown."""
    import av

    unit, late = float(film.picture.time_base or 0), time.monotonic() + _SECONDS
    times: list[float] = []
    try:
        for packet in packets_of(film):
            if packet.is_corrupt or (packet.pos or 0) + packet.size > size:
                missing = (packet.pts or packet.dts or 0) * unit
                times = [at_s for at_s in times if at_s < missing]
                break
            if packet.pts is not None and not packet.is_discard:
                times.append(packet.pts * unit)
            if time.monotonic() > late:
                return None
    except av.FFmpegError:
        """It ends there, which is what was asked."""
    if not times:
        return None
    step = (max(times) - min(times)) / max(len(times) - 1, 1)
    return max(times) - min(times) + step


def _length(film: Film, found: str, at_s: float) -> float | None:
    """By the header; without its index the demuxer only counts what it finds of an AVI."""
    header_s = film.header_s
    return round(header_s, 3) if header_s is not None and header_s > at_s and found != "avi" else None
