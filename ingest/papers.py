"""What a work's papers say: the electronic form, and what was recognised of the stamped scan, page after page.

Pure functions of values, for rules and reports alike. What was recognised carries its confidence along; nobody has
recognised a scan whose `reading` is None, and it says nothing here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ingest.model import Kind, Material, Work
from ingest.names import fold
from parsers.facts import FieldValue, FormFacts, ImageFacts, Mark, PageFacts, Reading
from parsers.typedform import FORMAT as TYPED

SURE = 0.9
"""Confidence from which a value counts as surely read: below it a person looks."""

TO_SIGN = ("commitment", "recommender_opinion", "review_opinion", "reviewers")
"""Fields in whose cells people sign: of others nobody expects writing by hand."""

_MAX_TEXT = 200_000
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True)
class Page:
    """One recognised page. number: from 1, over all files of the scan; within: from 1, in its own file."""

    number: int
    within: int
    material: Material
    facts: PageFacts


@dataclass(frozen=True)
class Paper:
    """The stamped paper as it was recognised: all pages of the scan in force as one reading.

    reading: pages counted over all files. materials: the files, in the order of their pages. left_out: pages of them
    that nobody recognised. unread: files in force beside them that nobody recognised, or that could not be opened.
    """

    reading: Reading
    pages: tuple[Page, ...]
    materials: tuple[Material, ...]
    left_out: int = 0
    unread: tuple[Material, ...] = ()

    def marks(self, what: str) -> list[tuple[Page, Mark]]:
        """Seals ("seal") or handwriting ("writing") with their pages, in order."""
        return [(page, mark) for page in self.pages for mark in page.facts.marks if mark.what == what]

    def where(self, number: int) -> str:
        """A page as people find it: 第2页, or the file's name where each page is a file of its own; "" for none."""
        found = next((page for page in self.pages if page.number == number), None)
        if found is None:
            return ""
        if len(self.materials) == 1:
            return f"第{found.within}页"
        many = sum(page.material is found.material for page in self.pages) > 1
        return f"“{found.material.part.name}”" + (f"第{found.within}页" if many else "")


@dataclass(frozen=True)
class Sheet:
    """What is filled in, wherever it was read. recognised: off the scan, because there is no electronic form.

    guessed: fields that are known from the scan alone.
    """

    title: str = ""
    fields: Mapping[str, FieldValue] = field(default_factory=dict)
    text: str = ""
    recognised: bool = False
    format: str = ""
    guessed: frozenset[str] = frozenset()


def sheet_of(work: Work) -> Sheet | None:
    """The electronic form in force; the scan where there is none that can be read; None without either."""
    form = work.form
    if form is not None and form.format != TYPED:
        return Sheet(form.title, form.fields, form.text, format=form.format)
    reading = scan_of(work)
    if form is not None:
        return _completed(form, reading)
    if reading is None or not reading.fields:
        return None
    guessed = frozenset(reading.fields)
    return Sheet(reading.title, reading.fields, reading.text, recognised=True, guessed=guessed)


def _completed(form: FormFacts, reading: Reading | None) -> Sheet:
    """What staff typed in, which may be a few fields; the others as recognised, never as sure as what was typed."""
    read = reading.fields if reading else {}
    others = {
        name: value.model_copy(update={"confidence": min(value.confidence, SURE - 0.01)})
        for name, value in read.items()
        if name not in form.fields
    }
    title = form.title or (reading.title if reading else "")
    text = form.text if reading is None else f"{form.text}\n{reading.text}"
    return Sheet(title, {**form.fields, **others}, text, format=form.format, guessed=frozenset(others))


def scan_of(work: Work) -> Reading | None:
    """All pages of the scan in force as one reading; None if nobody has recognised any."""
    paper = paper_of(work)
    return paper.reading if paper else None


def paper_of(work: Work) -> Paper | None:
    """The scan in force; None if there is none, or nobody has recognised it."""
    found = [m for m in work.materials if m.kind is Kind.SCAN and m.in_force and not m.part.is_link]
    files = scan_pages(found)
    if not files:
        return None
    pages: list[Page] = []
    readings: list[tuple[int, Reading]] = []
    before = left_out = 0
    for material, facts in files:
        pages += [Page(before + n, n, material, seen) for n, seen in enumerate(facts.seen, start=1)]
        if facts.reading is not None:
            readings.append((before, facts.reading))
        left_out += max(facts.pages - len(facts.seen), 0) if facts.seen else 0
        before += max(facts.pages, len(facts.seen), 1)
    mine = tuple(material for material, _ in files)
    unread = tuple(m for m in found if not is_recognised(m))
    return Paper(_joined(readings), tuple(pages), mine, left_out, unread)


def is_recognised(material: Material) -> bool:
    """Somebody has read what is on this picture."""
    facts = material.part.facts
    return isinstance(facts, ImageFacts) and facts.reading is not None


def scan_pages(found: Sequence[Material]) -> list[tuple[Material, ImageFacts]]:
    """Of files that are scans, or may be, those that are recognised pages of the form, in the order of the pages.

    A page that is not surely one counts if it came with one that is, and has a label of the form or a seal; without a
    sure one each that has does.
    """
    read = [(m, facts) for m in _in_order(found) if isinstance(facts := m.part.facts, ImageFacts) and facts.reading]
    sure = {m.part.arrival_id for m, _ in read if m.part.certain}
    return [
        (m, facts)
        for m, facts in read
        if m.part.certain or (_like_a_page(facts) and (m.part.arrival_id in sure or not sure))
    ]


def _like_a_page(facts: ImageFacts) -> bool:
    """It has labels of the form, or a seal."""
    fields = facts.reading.fields if facts.reading else {}
    return bool(fields) or any(mark.what == "seal" for page in facts.seen for mark in page.marks)


def _in_order(found: Sequence[Material]) -> list[Material]:
    """Mails in the order given; of one mail, files whose names differ in nothing but numbers by these numbers."""
    ordered: list[Material] = []
    for arrival_id in dict.fromkeys(m.part.arrival_id for m in found):
        files = sorted((m for m in found if m.part.arrival_id == arrival_id), key=lambda m: m.part.position)
        if len({_NUMBER.sub("#", m.part.name) for m in files}) == 1:
            files.sort(key=lambda m: [int(n[:18]) for n in _NUMBER.findall(m.part.name)])
        ordered += files
    return ordered


def _joined(readings: Sequence[tuple[int, Reading]]) -> Reading:
    """One reading of several; each with the number of pages before it."""
    fields: dict[str, FieldValue] = {}
    signed: dict[str, bool] = {}
    for before, reading in readings:
        for name, value in reading.fields.items():
            placed = value.model_copy(update={"page": value.page + before if value.page else 0})
            fields[name] = _better(fields.get(name), placed)
        for name, here in reading.signed.items():
            signed[name] = signed.get(name, False) or here
    letters = sum(len(reading.text) for _, reading in readings)
    weighed = sum(reading.confidence * len(reading.text) for _, reading in readings)
    return Reading(
        title=next((reading.title for _, reading in readings if reading.title.strip()), ""),
        fields=fields,
        text="\n".join(reading.text for _, reading in readings)[:_MAX_TEXT],
        signed=signed,
        confidence=round(weighed / letters, 3) if letters else 0.0,
    )


def _better(known: FieldValue | None, seen: FieldValue) -> FieldValue:
    """The first value that is not blank; another one, found on another page, beside it."""
    if known is None or known.blank:
        return seen
    if seen.blank or fold(seen.value) in {fold(v) for v in (known.value, *known.others)}:
        return known
    return known.model_copy(update={"others": (*known.others, seen.value)})


def filled(sheet: Sheet) -> Iterator[tuple[str, FieldValue]]:
    """The fields of a sheet that hold something."""
    return ((name, value) for name, value in sheet.fields.items() if not value.blank)
