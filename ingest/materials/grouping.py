"""Which files of one mail are one work. What cannot be placed is said to be unplaced, never guessed away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.materials.entries import SAME, Entry, a_title, entries_of, read_title, rows_of
from ingest.materials.owners import placed
from ingest.model import Group, Kind, Part
from ingest.names import same_title, title_guess, title_in

SUBMITTED = frozenset({Kind.VIDEO, Kind.FORM, Kind.SCAN})
"""Kinds that make a mail a submission."""

OF_THE_MAIL = frozenset({Kind.COVER_LETTER, Kind.LIST})
"""Kinds that belong to the mail, not to one work."""


@dataclass(frozen=True)
class Grouping:
    """One mail's files as works.

    groups: the works, with their titles. shared: ids of files that belong to the mail (letters, lists, and archives and
    signatures where there are several works); in a mail of one work they stand in its group too. unplaced: ids of
    materials that may belong to any of several works. absent: titles that the mail's list names and of which it brings
    nothing; unlisted: titles of works it brings and its list does not name.
    """

    groups: tuple[Group, ...]
    shared: tuple[int, ...] = ()
    unplaced: tuple[int, ...] = ()
    absent: tuple[str, ...] = ()
    unlisted: tuple[str, ...] = ()


def group(parts: Sequence[Part], *, subject: str) -> Grouping:
    """The works in one mail: one for each form, and for each title that something else in it names; else one.

    None where there is nothing of a submission.
    """
    of_mail = tuple(p.id for p in parts if p.kind in OF_THE_MAIL)
    rows = rows_of(parts)
    if not any(p.kind in SUBMITTED for p in parts):
        rest = tuple(p.id for p in parts if p.kind not in OF_THE_MAIL and p.kind is not Kind.OTHER)
        return Grouping((), of_mail, rest, tuple(row["title"] for row in rows))
    entries = entries_of(parts, rows)
    if len(entries) <= 1:
        title = (entries[0].title if entries else "") or _title_of_mail(parts, subject)
        alone = Grouping((Group(title, tuple(p.id for p in parts)),), of_mail)
        return _compared(alone, rows)
    return _compared(_several(parts, entries), rows)


def _several(parts: Sequence[Part], entries: list[Entry]) -> Grouping:
    """Every file to the one work it surely belongs to."""
    owners, _ = placed([part for part in parts if part.kind not in OF_THE_MAIL], entries)
    shared: list[int] = []
    unplaced: list[int] = []
    for part in parts:
        owner = owners.get(part.id)
        if owner is not None:
            owner.ids.append(part.id)
        else:
            (shared if part.kind in OF_THE_MAIL or part.kind is Kind.OTHER else unplaced).append(part.id)
    groups = tuple(Group(e.title or e.stem, tuple(e.ids)) for e in entries if e.ids)
    return Grouping(groups, tuple(shared), tuple(unplaced))


def _compared(found: Grouping, rows: Sequence[dict[str, str]]) -> Grouping:
    """The works with what the mail's list says of them."""
    if not rows:
        return found
    listed, brought = [row["title"] for row in rows], [one.title for one in found.groups]
    return Grouping(
        found.groups,
        found.shared,
        found.unplaced,
        absent=tuple(title for title in listed if not is_among(title, brought)),
        unlisted=tuple(title for title in brought if title and not is_among(title, listed)),
    )


def is_among(title: str, titles: Sequence[str]) -> bool:
    """One of these titles is that one, perhaps written a little differently."""
    return any(same_title(title, other) >= SAME for other in titles)


def _title_of_mail(parts: Sequence[Part], subject: str) -> str:
    """A title where no form gives one: marked in subject or name, read off a scan, else what the film is called."""
    ordered = sorted((p for p in parts if p.kind in SUBMITTED), key=lambda p: (p.kind is not Kind.VIDEO, p.position))
    names = [p.name for p in ordered]
    read = next((title for title, _ in map(read_title, ordered) if title), "")
    marked = next((t for t in map(title_in, [subject, *names]) if t), "")
    guesses = (title_guess(name) for name in [*names, subject])
    return marked or read or next((g for g in guesses if a_title(g)), "")
