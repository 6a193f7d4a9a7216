"""Which files of one mail are one work. What cannot be placed is said to be unplaced, never guessed away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest.model import Group, Kind, Part
from ingest.names import fold, title_guess, title_in
from parsers.facts import FormFacts

SUBMITTED = frozenset({Kind.VIDEO, Kind.FORM, Kind.SCAN})
"""Kinds that make a mail a submission."""

OF_THE_MAIL = frozenset({Kind.COVER_LETTER, Kind.LIST})
"""Kinds that belong to the mail, not to one work."""

CLOSE = 90
"""From this likeness (0 to 100) on, a title stands in a file's name, written a little differently."""

CLEARLY = 10
"""By so much one title must be closer than any other."""


@dataclass(frozen=True)
class Grouping:
    """One mail's files as works.

    groups: the works, with their titles. shared: ids of files that belong to the mail (letters, lists, and archives and
    signatures where there are several works); in a mail of one work they stand in its group too. unplaced: ids of
    materials that may belong to any of several works.
    """

    groups: tuple[Group, ...]
    shared: tuple[int, ...] = ()
    unplaced: tuple[int, ...] = ()


@dataclass
class _Entry:
    """A work in the making: its forms, and what was put to it."""

    title: str
    stem: str
    forms: list[Part] = field(default_factory=list)
    ids: list[int] = field(default_factory=list)


def group(parts: Sequence[Part], *, subject: str) -> Grouping:
    """The works in one mail: one for each form; without a form one; none where there is nothing of a submission."""
    of_mail = tuple(p.id for p in parts if p.kind in OF_THE_MAIL)
    if not any(p.kind in SUBMITTED for p in parts):
        rest = tuple(p.id for p in parts if p.kind not in OF_THE_MAIL and p.kind is not Kind.OTHER)
        return Grouping((), of_mail, rest)
    entries = _entries([p for p in parts if p.kind is Kind.FORM])
    if len(entries) <= 1:
        title = (entries[0].title if entries else "") or _title_of_mail(parts, subject)
        return Grouping((Group(title, tuple(p.id for p in parts)),), of_mail)
    return _several(parts, entries)


def _several(parts: Sequence[Part], entries: list[_Entry]) -> Grouping:
    """Every file to the one work it surely belongs to."""
    shared: list[int] = []
    unplaced: list[int] = []
    for part in parts:
        if part.kind in OF_THE_MAIL:
            shared.append(part.id)
            continue
        owner = _owner(part, entries) or _owner_of_holder(part, parts, entries)
        if owner is not None:
            owner.ids.append(part.id)
        else:
            (shared if part.kind is Kind.OTHER else unplaced).append(part.id)
    groups = tuple(Group(e.title or e.stem, tuple(e.ids)) for e in entries)
    return Grouping(groups, tuple(shared), tuple(unplaced))


def _entries(forms: Sequence[Part]) -> list[_Entry]:
    """Forms that are one work's: same title, or none readable in one of them and the same name but for usual words."""
    entries: list[_Entry] = []
    for form in sorted(forms, key=lambda p: not _title(p)):
        title, stem = _title(form), title_guess(form.name)
        known = next((e for e in entries if _one_work(e, title, stem)), None)
        if known is None:
            known = _Entry(title, stem)
            entries.append(known)
        known.forms.append(form)
    return sorted(entries, key=lambda e: min(f.position for f in e.forms))


def _one_work(entry: _Entry, title: str, stem: str) -> bool:
    if title and entry.title:
        return fold(title) == fold(entry.title)
    return fold(stem) in (fold(entry.stem), fold(entry.title))


def _title(form: Part) -> str:
    facts = form.facts
    found = facts.fields.get("title") if isinstance(facts, FormFacts) else None
    return " ".join(found.value.split()).strip("《》 ") if found else ""


def _owner(part: Part, entries: list[_Entry]) -> _Entry | None:
    """By its name, and by the folder it lies in; None where they say nothing or disagree."""
    own = next((e for e in entries if part in e.forms), None)
    if own is not None:
        return own
    named, placed = _by_name(part, entries), _by_folder(part, entries)
    if named is not None and placed is not None and named is not placed:
        return None
    return named or placed


def _owner_of_holder(part: Part, parts: Sequence[Part], entries: list[_Entry]) -> _Entry | None:
    """Of a link that stands in a file of the mail, the work of that file."""
    if not (part.url and part.inside):
        return None
    where = part.inside, part.folder
    holder = next((other for other in parts if not other.url and (other.name, other.folder) == where), None)
    return _owner(holder, entries) if holder is not None else None


def _by_name(part: Part, entries: list[_Entry]) -> _Entry | None:
    """The work whose title stands in the file's name or folder, else whose form is named alike."""
    text = fold(f"{part.inside} {part.folder} {part.name}")
    holding = [e for e in entries if len(fold(e.title)) >= 2 and fold(e.title) in text]
    longest = max((len(fold(e.title)) for e in holding), default=0)
    best = [e for e in holding if len(fold(e.title)) == longest]
    if len(best) == 1 and all(fold(e.title) in fold(best[0].title) for e in holding):
        return best[0]
    if holding:
        return None
    stem = fold(title_guess(part.name))
    alike = [e for e in entries if stem and stem == fold(e.stem)]
    return alike[0] if len(alike) == 1 else _by_likeness(text, entries)


def _by_likeness(text: str, entries: list[_Entry]) -> _Entry | None:
    """The one work whose title, of four characters or more, stands in the name with a slip."""
    from rapidfuzz import fuzz

    scored = sorted(
        ((fuzz.partial_ratio(fold(e.title), text), i) for i, e in enumerate(entries) if len(fold(e.title)) >= 4),
        reverse=True,
    )
    if not scored or len(text) < 4 or scored[0][0] < CLOSE:
        return None
    clear = len(scored) == 1 or scored[0][0] - scored[1][0] >= CLEARLY
    return entries[scored[0][1]] if clear else None


def _by_folder(part: Part, entries: list[_Entry]) -> _Entry | None:
    """The one work with a form in the nearest folder above the file that holds any; the mail itself is no folder."""
    place = _place(part)
    for depth in range(len(place), 0, -1):
        above = place[:depth]
        here = [e for e in entries if any(_place(f)[:depth] == above for f in e.forms)]
        if here:
            return here[0] if len(here) == 1 else None
    return None


def _place(part: Part) -> tuple[str, ...]:
    """The containers around a file, outermost first; empty for a file of the mail itself."""
    folders = tuple(step for step in part.folder.split("/") if step)
    return (part.inside, *folders) if part.inside or folders else ()


def _title_of_mail(parts: Sequence[Part], subject: str) -> str:
    """A title where no form gives one: marked in the subject or a name, else what the film's name says."""
    ordered = sorted((p for p in parts if p.kind in SUBMITTED), key=lambda p: (p.kind is not Kind.VIDEO, p.position))
    names = [p.name for p in ordered]
    marked = next((t for t in map(title_in, [subject, *names]) if t), "")
    guesses = (title_guess(name) for name in [*names, subject])
    return marked or next((g for g in guesses if _a_title(g)), "")


def _a_title(text: str) -> bool:
    """Something a person could have called a work: camera numbers and single characters are not."""
    letters = [c for c in fold(text) if not c.isdigit()]
    return len(letters) >= 2 and any("一" <= c <= "鿿" for c in letters)
