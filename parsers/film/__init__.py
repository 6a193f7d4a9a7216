"""Films looked at and listened to: pictures, texts and sound to facts; nothing here knows a form or a rule."""

from __future__ import annotations

from pathlib import Path

from parsers.facts import VideoFacts
from parsers.filmfacts import Watched

FILM_VERSION = "1"
"""Part of the key under which `Watched` is kept: raise it when more or other is seen than before."""

OPENING_S = CLOSING_S = 20.0
"""Seconds at either end that are looked at several times a second: titles and credits stand there."""

WATCH_S = 180.0
"""Seconds of the clock that one film may take before it is left with what was seen so far."""


def watch(
    path: Path,
    facts: VideoFacts,
    scratch: Path | None,
    *,
    ocr: bool = True,
    clip: bool = True,
    seconds: float = WATCH_S,
) -> Watched:
    """What is seen and heard in the film in `path`, whose facts are known.

    scratch: a folder for the pictures kept, None to keep none. ocr: read texts. clip: make a small copy where a
    browser cannot play the film. seconds: after them it ends with what was seen so far, `problem` "too-slow". A film
    that cannot be opened or decoded has a `problem` too. OSError if the file cannot be read, or scratch not written.
    """
    from parsers.film.watching import watched

    return watched(path, facts, scratch, ocr=ocr, clip=clip, seconds=seconds)
