"""The works of one mail in the making: what its forms, its list, its scans and the names of its films call them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ingest.model import Kind, Part
from ingest.names import fold, same_title, title_guess, title_in
from parsers.facts import FormFacts, ImageFacts

SAME = 0.92
"""From this likeness on (0 to 1) two titles are one, written a little differently."""

READ = 0.75
"""The same, where one of them was read off a scan."""

OTHER = 0.6
"""Below, they are clearly two."""

SURE = 0.8
"""So surely a title must be read to make a work of it that no form names."""


@dataclass
class Entry:
    """A work in the making: its title, its forms, what else names it, and the ids of the files put to it.

    stem: what is left of its form's name without usual words. people: folded names of its author and units.
    """

    title: str
    stem: str = ""
    forms: list[Part] = field(default_factory=list)
    ids: list[int] = field(default_factory=list)
    people: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """The title as it is compared."""
        return fold(self.title)


def form_title(form: Part) -> str:
    """The title a form gives, "" if none."""
    facts = form.facts
    found = facts.fields.get("title") if isinstance(facts, FormFacts) else None
    return clean(found.value) if found else ""


def read_title(scan: Part) -> tuple[str, float]:
    """The title recognised on a scan, and how surely (0 to 1); "" if none."""
    reading = scan.facts.reading if isinstance(scan.facts, ImageFacts) else None
    found = reading.fields.get("title") if reading is not None else None
    return (clean(found.value), found.confidence) if found else ("", 0.0)


def clean(title: str) -> str:
    """A title without line breaks and book-title marks around it."""
    return " ".join(title.split()).strip("《》 ")


def rows_of(parts: Iterable[Part]) -> list[dict[str, str]]:
    """The works that a mail's lists name, each title once."""
    found: dict[str, dict[str, str]] = {}
    for part in parts:
        if part.kind is Kind.LIST and isinstance(part.facts, FormFacts):
            for row in part.facts.works:
                found.setdefault(fold(row["title"]), row)
    return list(found.values())


def entries_of(parts: Sequence[Part], rows: Sequence[dict[str, str]]) -> list[Entry]:
    """The works that a mail names: one for each form; of those without form each that a list, scan or film names."""
    entries = _of_forms(_of(parts, Kind.FORM))
    for row in rows:
        known = next((e for e in entries if e.title and same_title(e.title, row["title"]) >= SAME), None)
        if known is not None:
            known.people |= _people(row)
        elif any(_names(part, row["title"]) for part in parts if part.kind is not Kind.LIST):
            entries.append(Entry(row["title"], people=_people(row)))
    _add(entries, [title for title, sure in map(read_title, _of(parts, Kind.SCAN)) if sure >= SURE])
    _add(entries, _film_titles(_of(parts, Kind.VIDEO), beside=bool(entries)))
    return entries


def _of(parts: Sequence[Part], kind: Kind) -> list[Part]:
    return [part for part in parts if part.kind is kind]


def _add(entries: list[Entry], titles: Sequence[str]) -> None:
    """Works under titles that are clearly none of those there are; a single title beside a single form is its own."""
    if len({fold(title) for title in titles}) <= len(entries):
        return
    for title in titles:
        if a_title(title) and all(clearly_other(title, entry) for entry in entries):
            entries.append(Entry(title))


def clearly_other(title: str, entry: Entry) -> bool:
    """A title is not this work's, however it is written; nobody knows of a work without title."""
    one, other = fold(title), entry.key
    if not other or one in other or other in one:
        return False
    return same_title(title, entry.title) < OTHER or _numbers(one) != _numbers(other)


def _numbers(text: str) -> list[str]:
    return [c for c in text if c.isdigit() or c in "一二三四五六七八九十上下"]


def _names(part: Part, title: str) -> bool:
    """A file's name, or what was read off it, is a work's title."""
    text, read = fold(f"{part.inside} {part.folder} {part.name}"), read_title(part)[0]
    return (len(fold(title)) >= 2 and fold(title) in text) or (bool(read) and same_title(read, title) >= READ)


def _film_titles(films: Sequence[Part], *, beside: bool) -> list[str]:
    """Titles in book-title marks in the names of films; of folders that hold a film each, where nothing else names any.

    beside: other works of the mail are named.
    """
    marked = [title for title in (title_in(film.name) for film in films) if title]
    if marked or beside:
        return marked if beside or len({fold(title) for title in marked}) > 1 else []
    titles = [title_guess(film.folder.rpartition("/")[2]) for film in films]
    apart = len({fold(title) for title in titles}) == len(films) > 1 and all(map(a_title, titles))
    return titles if apart else []


def _of_forms(forms: Sequence[Part]) -> list[Entry]:
    """Forms that are one work's: same title, or none readable in one of them and the same name but for usual words.

    One that says nothing and is called nothing belongs to the only work there is, and to nobody where there are more.
    """
    entries: list[Entry] = []
    for form in sorted(forms, key=_saying):
        title, stem, people = form_title(form), title_guess(form.name), _people_of(form)
        alike = [e for e in entries if not _strangers(e.people, people)]
        known = next((e for e in alike if _one_work(e, title, stem)), None)
        if known is None and alike and not title and not a_title(stem):
            if len(entries) > 1:
                continue
            known = alike[0]
        if known is None:
            known = Entry(title, stem)
            entries.append(known)
        known.forms.append(form)
        known.people |= people
    return sorted(entries, key=lambda e: min(f.position for f in e.forms))


def _saying(form: Part) -> int:
    """How little a form says: its title, or only its name, or nothing."""
    return 0 if form_title(form) else 1 if a_title(title_guess(form.name)) else 2


def _one_work(entry: Entry, title: str, stem: str) -> bool:
    if title and entry.title:
        return fold(title) == entry.key
    return fold(stem) in (fold(entry.stem), entry.key)


def _strangers(some: frozenset[str], others: frozenset[str]) -> bool:
    """An author and a unit on both sides, and nobody in common: two works of one title."""
    return len(some) > 1 and len(others) > 1 and not some & others


def _people_of(form: Part) -> frozenset[str]:
    facts = form.facts
    return _people({name: v.value for name, v in facts.fields.items()}) if isinstance(facts, FormFacts) else frozenset()


def _people(values: dict[str, str]) -> frozenset[str]:
    names = (fold(values.get(name, "")) for name in ("author", "author_unit", "producer"))
    return frozenset(name for name in names if 2 <= len(name) <= 30)


def a_title(text: str) -> bool:
    """Something a person could have called a work: camera numbers and single characters are not."""
    letters = [c for c in fold(text) if not c.isdigit()]
    return len(letters) >= 2 and any("一" <= c <= "鿿" for c in letters)
