"""Whose a file of a mail with several works is: by what is read off it, its name, its folder, its number, its turn."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from ingest.materials.entries import READ, Entry, read_title
from ingest.model import Kind, Part
from ingest.names import fold, same_title, title_guess
from parsers.facts import ImageFacts

CLOSE = 90
"""From this likeness (0 to 100) on, a title stands in a file's name, written a little differently."""

CLEARLY = 10
"""By so much one title must be closer than any other, of 100."""

_NUMBER = re.compile(r"(?<![\d.])0?([1-9]\d?)(?!\d)(?!\s*(?:年|月|日|分|秒|[pPkK]))")
_DIGITS = re.compile(r"\d{1,9}")


def placed(parts: Sequence[Part], entries: list[Entry]) -> tuple[dict[int, Entry], set[int]]:
    """Part id to the one work each file surely belongs to; and the ids of those of which two signs disagree."""
    found: dict[int, Entry] = {}
    torn: set[int] = set()
    for part in parts:
        owner, agreed = _owner(part, entries)
        if owner is not None:
            found[part.id] = owner
        elif not agreed:
            torn.add(part.id)
    for step in (_holders, _pages, _numbers, _last):
        rest = [part for part in parts if part.id not in found and part.id not in torn]
        found |= step(rest, parts, entries, found)
    return found, torn


Found = dict[int, Entry]


def _owner(part: Part, entries: list[Entry]) -> tuple[Entry | None, bool]:
    """By content, name and folder; None where they say nothing (True) or disagree (False)."""
    own = next((e for e in entries if part in e.forms), None)
    if own is not None:
        return own, True
    signs = [sign for sign in (_by_reading(part, entries), _by_name(part, entries), by_folder(part, entries)) if sign]
    if not signs:
        return None, True
    agreed = all(sign is signs[0] for sign in signs)
    return (signs[0] if agreed else None), agreed


def _by_reading(part: Part, entries: list[Entry]) -> Entry | None:
    """The one work whose title was read off a scan."""
    title, _ = read_title(part)
    scored = sorted(((same_title(title, e.title), i) for i, e in enumerate(entries) if e.title), reverse=True)
    if not title or not scored or scored[0][0] < READ:
        return None
    clear = len(scored) == 1 or (scored[0][0] - scored[1][0]) * 100 >= CLEARLY
    return entries[scored[0][1]] if clear else None


def _by_name(part: Part, entries: list[Entry]) -> Entry | None:
    """The work whose title stands in the file's name or folder, else whose form is named alike, else whose people."""
    text = fold(f"{part.inside} {part.folder} {part.name}")
    holding = [e for e in entries if len(e.key) >= 2 and e.key in text]
    longest = max((len(e.key) for e in holding), default=0)
    best = [e for e in holding if len(e.key) == longest]
    if len(best) == 1 and all(e.key in best[0].key for e in holding):
        return best[0]
    if holding:
        return _by_people(text, best) if len({e.key for e in holding}) == 1 else None
    stem = fold(title_guess(part.name))
    alike = [e for e in entries if stem and stem == fold(e.stem)]
    return (alike[0] if len(alike) == 1 else None) or _by_likeness(text, entries) or _by_people(text, entries)


def _by_likeness(text: str, entries: list[Entry]) -> Entry | None:
    """The one work whose title, of four characters or more, stands in the name with a slip."""
    from rapidfuzz import fuzz

    scored = sorted(
        ((fuzz.partial_ratio(e.key, text), i) for i, e in enumerate(entries) if len(e.key) >= 4), reverse=True
    )
    if not scored or len(text) < 4 or scored[0][0] < CLOSE:
        return None
    clear = len(scored) == 1 or scored[0][0] - scored[1][0] >= CLEARLY
    return entries[scored[0][1]] if clear else None


def _by_people(text: str, entries: list[Entry]) -> Entry | None:
    """The one work whose author or unit, and no other's, stands in the name."""
    shared = {name for e in entries for name in e.people if sum(name in o.people for o in entries) > 1}
    named = [e for e in entries if any(name in text for name in e.people - shared)]
    return named[0] if len(named) == 1 else None


def by_folder(part: Part, entries: list[Entry]) -> Entry | None:
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


# by what stands around it


def _holders(rest: Sequence[Part], parts: Sequence[Part], entries: list[Entry], found: Found) -> Found:
    """A link that stands in a file of the mail belongs to the work of that file."""
    homes = {(part.name, part.folder): found.get(part.id) for part in parts if not part.url}
    owners = {part.id: homes.get((part.inside, part.folder)) for part in rest if part.url and part.inside}
    return {part_id: owner for part_id, owner in owners.items() if owner is not None}


def _pages(rest: Sequence[Part], parts: Sequence[Part], entries: list[Entry], found: Found) -> Found:
    """Pictures without a title that follow one with a title, by the numbers in their names, are its next pages."""
    waiting = {part.id for part in rest}
    images = sorted(filter(_page_key, (p for p in parts if p.kind is Kind.SCAN)), key=lambda p: _page_key(p) or ())
    pages: Found = {}
    for before, part in pairwise(images):
        owner = pages.get(before.id) or found.get(before.id)
        if part.id in waiting and owner is not None and _read_without_title(part) and _follows(before, part):
            pages[part.id] = owner
    return pages


def _page_key(part: Part) -> tuple[str, str, str, int] | None:
    """Where it lies, its name around the last number, and that number; None for what is no single picture."""
    facts = part.facts
    if not isinstance(facts, ImageFacts) or facts.format == "pdf" or facts.pages > 1:
        return None
    numbers = list(_DIGITS.finditer(part.name.rpartition(".")[0] or part.name))
    if not numbers:
        return None
    last = numbers[-1]
    return part.inside, part.folder, part.name[: last.start()], int(last[0])


def _follows(before: Part, part: Part) -> bool:
    one, other = _page_key(before), _page_key(part)
    return one is not None and other is not None and one[:-1] == other[:-1] and other[-1] - one[-1] in (1, 2)


def _read_without_title(part: Part) -> bool:
    return isinstance(part.facts, ImageFacts) and part.facts.reading is not None and not read_title(part)[0]


def _numbers(rest: Sequence[Part], parts: Sequence[Part], entries: list[Entry], found: Found) -> Found:
    """Files that bear the numbers their works' forms bear, each number once in a kind."""
    numbered = {_one_number(form.name): e for e in entries for form in e.forms}
    if None in numbered or len(numbered) != len(entries) or len(entries) < 2:
        return {}
    owners: Found = {}
    for kind in (Kind.VIDEO, Kind.SCAN, Kind.PROOF):
        mine = [(part, _one_number(part.name)) for part in rest if part.kind is kind]
        numbers = [number for _, number in mine]
        if numbers and set(numbers) <= set(numbered) and len(set(numbers)) == len(numbers):
            owners |= {part.id: numbered[number] for part, number in mine}
    return owners


def _one_number(name: str) -> int | None:
    """The one number of one or two digits in a name, None if there is none or several."""
    found = _NUMBER.findall(name.rpartition(".")[0] or name)
    return int(found[0]) if len(found) == 1 else None


def _last(rest: Sequence[Part], parts: Sequence[Part], entries: list[Entry], found: Found) -> Found:
    """The one film that is left belongs to the one work that has none, where each other work has just one."""
    owners: Found = {}
    for kind in (Kind.VIDEO, Kind.SCAN):
        left = [part for part in rest if part.kind is kind]
        mine = [[p for p in parts if p.kind is kind and found.get(p.id) is e] for e in entries]
        bare = [e for e, had in zip(entries, mine, strict=True) if not had and e in found.values()]
        if len(left) == 1 and len(bare) == 1 and max(map(len, mine)) == 1 and _surely(left[0]):
            owners[left[0].id] = bare[0]
    return owners


def _surely(part: Part) -> bool:
    """It is what it is by its content or its name: any other picture may be anything."""
    return part.kind is Kind.VIDEO or part.certain or part.why.startswith("由文件名")
