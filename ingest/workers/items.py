"""What workers are asked to do, one item each, and what it may take."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from parsers.facts import Limits, VideoFacts, Wants

NO_LIMITS = Limits()

_LARGE_PX = 1920 * 1088
"""Of a picture: what is larger takes more memory than a worker may hold, and has a process of its own."""
_FILM_S, _CLIP_S = 0.5, 4.0
"""Seconds for each second of a film that is looked at, or copied small: several times what a slow core needs."""
_UNKNOWN_S, _LONGEST_S, _LONGEST_CLIP_S = 1_200.0, 7_200.0, 600.0
_FILM_BASE_S = 240.0


@dataclass(frozen=True)
class Bounds:
    """What one item may take: `base_s` seconds, one more for every `bytes_per_s` of its file, `page_s` for every page
    that is recognised; `max_bytes` resident. A film larger than 1080p has a process of its own with `film_max_bytes`.

    A worker that still holds more than half of `max_bytes` after an item is replaced before the next.
    """

    base_s: float = 60.0
    bytes_per_s: int = 1_000_000
    max_bytes: int = 1_500 * 2**20
    page_s: float = 20.0
    film_max_bytes: int = 3_000 * 2**20

    def seconds(self, size: int, pages: int = 0, film_s: float = 0.0) -> float:
        """Seconds for a file of so many bytes, of which so many pages are recognised; film_s: more for a film."""
        return self.base_s + size / self.bytes_per_s + pages * self.page_s + film_s


@dataclass(frozen=True)
class Look:
    """The arguments of `parsers.look`, for one of several files looked at at once."""

    path: Path
    wants: Wants
    scratch: Path | None = None
    name: str = ""
    limits: Limits = NO_LIMITS


@dataclass(frozen=True)
class Converted:
    """A document, and the copy as docx by which it is read."""

    path: Path
    docx: Path
    wants: Wants


@dataclass(frozen=True)
class Scan:
    """A picture or PDF to recognise, of which `pages` are asked for; their upright pictures go to `scratch`."""

    path: Path
    wants: Wants
    scratch: Path
    pages: int


@dataclass(frozen=True)
class Film:
    """A film to look at and listen to, or to copy small, as its facts describe it; what is kept goes to `scratch`."""

    path: Path
    facts: VideoFacts
    scratch: Path

    @property
    def is_large(self) -> bool:
        """Its pictures are larger than 1080p."""
        return self.facts.width * self.facts.height > _LARGE_PX


@dataclass(frozen=True)
class Two:
    """Two films to put beside each other, as their facts describe them; what is kept goes to `scratch`."""

    paths: tuple[Path, Path]
    facts: tuple[VideoFacts, VideoFacts]
    prints: tuple[str, str]
    scratch: Path

    @property
    def is_large(self) -> bool:
        """The pictures of one are larger than 1080p."""
        return any(film.width * film.height > _LARGE_PX for film in self.facts)


def seconds_of(film: VideoFacts, *, copied: bool) -> float:
    """Seconds more than for another file of its size, by its length as far as its facts tell, bounded.

    copied: it is copied small, not only looked at.
    """
    length = max(film.duration_s or 0.0, film.container_duration_s or 0.0) or _UNKNOWN_S
    more = min(length, _LONGEST_CLIP_S) * _CLIP_S if copied else min(length, _LONGEST_S) * _FILM_S
    return _FILM_BASE_S + more
