"""What a mail brings, and what it calls its works."""

from __future__ import annotations

from ingest.closed import LOCKED, is_closed
from ingest.materials import only_asks
from ingest.materials.entries import form_title, read_title
from ingest.model import Arrival, Kind, Part
from ingest.names import title_in


def brings(arrival: Arrival) -> bool:
    """It has something for a work: a material, or an archive in which there may be one."""
    return any(part.kind is not Kind.OTHER or is_closed(part) for part in arrival.parts)


def submits(arrival: Arrival) -> bool:
    """It has what makes a mail a submission: a film, a form, or a scan that does not just stand in its text.

    A picture beside a question shows what is asked about: a person reads it and answers, or makes a work of it.
    """
    asks = only_asks(arrival.parts, f"{arrival.subject}\n{arrival.own_text}")
    return not asks and any(_submits(part) for part in arrival.parts)


def _submits(part: Part) -> bool:
    if part.problem == LOCKED and not part.sha256:  # only its name is known
        return False
    return part.kind in (Kind.VIDEO, Kind.FORM) or (part.kind is Kind.SCAN and not _shown_in_text(part))


def attaches(arrival: Arrival) -> bool:
    """It has materials somebody attached: pictures and bare addresses in its text are none."""
    return any(
        (part.kind is not Kind.OTHER or is_closed(part)) and not _shown_in_text(part) and not _bare_link(part)
        for part in arrival.parts
    )


def _shown_in_text(part: Part) -> bool:
    return bool(part.shown) or (bool(part.content_id) and part.disposition.lower() != "attachment")


def _bare_link(part: Part) -> bool:
    return part.is_link and not part.name.strip()


def form_titles(arrival: Arrival) -> list[str]:
    """Titles that this mail's forms give."""
    return [title for title in map(form_title, arrival.parts) if title]


def read_titles(arrival: Arrival) -> list[str]:
    """Titles that were read off its scans. They may be off by a character."""
    scans = (part for part in arrival.parts if part.kind is Kind.SCAN)
    return [title for title, _ in map(read_title, scans) if title]


def titles_of(arrival: Arrival) -> list[str]:
    """Titles this mail gives: those of its forms and scans, and the one in book-title marks in its subject."""
    marked = title_in(arrival.subject)
    return [*form_titles(arrival), *read_titles(arrival), *([marked] if marked else [])]
