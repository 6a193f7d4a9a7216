"""Labels to fields: which cell or line of a form names a field, and what is written beside it.

A form is rows of cells; a paragraph is a row of one cell, an empty row parts one table from the next. Labels match by
their letters only: spaces, colons, brackets, numbering and full width make no difference. A label of one section only
is written "审核专家 > 职称": the section is a merged cell on the left, a row of one cell, or a heading above.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from parsers.answers import chosen
from parsers.cells import Cell, Row, cells_of
from parsers.facts import FieldValue
from parsers.matching import MAX_LABEL, LabelBook, Strength, fold
from parsers.tables import FormWalk, Hit
from parsers.typed import read_typed

__all__ = ["Cell", "Row", "fields_of", "fold", "title_of"]

_BRACKETED = re.compile(r"[（(【\[][^）)】\]]{0,60}[）)】\]]")
_MAX_OTHERS = 20
_MAX_VALUE = 20_000
_TITLE_LINES = 20
_TITLE_LENGTH = 80
_HALF_TITLE = 6  # letters of a line before a lone 推荐表 that make it the title's first half


def fields_of(
    rows: Sequence[Row],
    labels: Mapping[str, Sequence[str]],
    *,
    types: Mapping[str, str] | None = None,
    tolerant: bool = False,
) -> dict[str, FieldValue]:
    """Every field of `labels` (field to synonyms) whose label is in `rows`; blank values too, as "".

    types: field to the type of its value (parsers.typed). tolerant: for recognised text, one misread letter in a label
    of four or more is forgiven, at a lower confidence. A find in the very section its synonym names outranks one
    without a section, and that outranks one in a section about something else; of equals the first that is not blank
    counts, and other values than that are `others` (lines of the value, where the type is "list").
    """
    types = types or {}
    book = LabelBook(labels, types, tolerant=tolerant)
    found: dict[str, tuple[Strength, FieldValue]] = {}
    for hit in FormWalk([cells_of(row) for row in rows], book).hits():
        _note(found, hit, is_list=hit.match.field in book.lists)
    return {field: with_normal(seen, types.get(field, "")) for field, (_, seen) in found.items()}


def _note(found: dict[str, tuple[Strength, FieldValue]], hit: Hit, *, is_list: bool) -> None:
    """Keep the strongest find; of equals the first value that is not blank, the others beside it."""
    field, strength, seen = hit.match.field, hit.match.strength, _seen(hit)
    if field not in found or strength > found[field][0]:
        found[field] = strength, seen
        return
    known = found[field][1]
    if strength < found[field][0] or seen.blank:
        return
    if known.blank:
        found[field] = strength, seen
    elif is_list:
        found[field] = strength, _listed(known, seen)
    elif fold(seen.value) not in {fold(value) for value in (known.value, *known.others)}:
        others = (*known.others, seen.value)[:_MAX_OTHERS]
        found[field] = strength, known.model_copy(update={"others": others})


def _listed(known: FieldValue, seen: FieldValue) -> FieldValue:
    """Another line of the value, though it be the same: two reviewers may have one title."""
    value = f"{known.value}\n{seen.value}"[:_MAX_VALUE]
    return known.model_copy(update={"value": value, "confidence": min(known.confidence, seen.confidence)})


def _seen(hit: Hit) -> FieldValue:
    written = hit.value.text
    ticked = chosen(written)
    return FieldValue(
        value=written if ticked is None else ticked,
        raw="" if ticked is None else written,
        label=_label(hit.label),
        confidence=round(hit.value.confidence * hit.match.confidence, 3),
        section=hit.section,
        page=hit.value.page,
        box=hit.value.box,
    )


def with_normal(seen: FieldValue, kind: str) -> FieldValue:
    """The value with its normal form, if its field has a type."""
    if not kind or seen.blank:
        return seen
    typed = read_typed(kind, seen.value)
    return seen.model_copy(update={"normal": typed.normal, "normal_confidence": typed.confidence})


def _label(cell: str) -> str:
    return re.sub(r"\s+", "", cell).rstrip(":：")[:MAX_LABEL]


def title_of(rows: Sequence[Row], titles: Sequence[str]) -> str:
    """The line near the beginning that ends like a form's title, brackets after it allowed; "" if none does."""
    if not titles:
        return ""
    after = r"[》」”\"]?(?:[（(【\[〔][^）)】\]〕]*[）)】\]〕])?(?:[12]\d{3}年?度?版?)?$"
    ending = re.compile(f"(?:{'|'.join(map(re.escape, titles))}){after}")
    before = ""
    for row in rows[:_TITLE_LINES]:
        for line in cells_of(row)[0].text.split("\n") if len(row) == 1 else []:
            text = line.strip()
            spaceless = re.sub(r"\s+", "", text)
            if len(spaceless) <= _TITLE_LENGTH and ending.search(unicodedata.normalize("NFKC", spaceless)):
                alone = _BRACKETED.sub("", spaceless) in titles and _HALF_TITLE <= len(before) <= _TITLE_LENGTH
                return before + spaceless if alone else spaceless
            before = spaceless or before
    return ""
