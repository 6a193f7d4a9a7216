"""Scans and photographs of paper: pixels to lines and marks, and these to the fields of a form.

`recognise` is costly and knows no label; `interpret` is cheap and is done again whenever the labels change.
"""

from __future__ import annotations

from pathlib import Path

from parsers.facts import Broken, ImageFacts, Wants
from parsers.recognition.crops import crop
from parsers.recognition.interpret import interpret

RECOGNITION_VERSION = "1"
"""Part of the key under which `seen` is kept: raise it when recognition sees more or other than before."""

__all__ = ["RECOGNITION_VERSION", "crop", "interpret", "recognise"]


def recognise(path: Path, found: str, wants: Wants, scratch: Path | None) -> ImageFacts | Broken:
    """What is on the first `wants.scan_pages` pages of a picture or a PDF, whatever labels are looked for.

    found: its format as sniffed. scratch: a folder for the upright pictures of its pages, None to keep none. No labels
    of `wants` are used: `reading` is None until `interpret` is asked. Broken if no page could be had.
    """
    from parsers.recognition.engine import tools
    from parsers.recognition.pages import facts_of, pages_of
    from parsers.recognition.seeing import see

    facts = facts_of(path, found)
    if isinstance(facts, Broken):
        return facts
    seen = tuple(
        see(page, scratch, number) for number, page in enumerate(pages_of(path, found, wants.scan_pages), start=1)
    )
    if all(page.problem == "unreadable" for page in seen):
        return Broken(format=found, reason="unreadable", detail="no page could be decoded")
    return facts.model_copy(update={"seen": seen, "tools": tools()})
