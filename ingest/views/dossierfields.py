"""The form's fields beside what was read of the scan, as the review page shows them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ingest.config import Config
from ingest.model import Work
from ingest.names import fold
from ingest.papers import Page, Paper, paper_of
from parsers.facts import FieldValue
from reports.differing import Lit, lit, plain
from reports.dossier import DossierCrop, DossierField

MOST_FIELDS = 60
MAX_VALUE = 1_500
"""Characters of a value that are shown."""
_MARGIN = 0.012
"""Share of the page's width that is shown around a value."""


def fields_shown(
    config: Config, work: Work, unlike: Collection[str], pages: Mapping[int, str]
) -> tuple[DossierField, ...]:
    """Fields that are filled in on either, those first that do not surely agree. pages: number to the page's picture.

    unlike: fields that form and scan do not surely say alike.
    """
    form, paper = work.form, paper_of(work)
    typed = form.fields if form else {}
    read = paper.reading.fields if paper else {}
    names = [name for name in dict.fromkeys((*typed, *read)) if _says(typed.get(name)) or _says(read.get(name))]
    names.sort(key=lambda name: name not in unlike)
    compared = form is not None and paper is not None
    found = []
    for name in names[:MOST_FIELDS]:
        label = config.forms.names.get(name, name)
        mine, theirs = typed.get(name), read.get(name)
        crop = _crop(paper, theirs, pages) if paper else None
        found.append(_field(label, mine, theirs, crop, compared=compared, unlike=name in unlike))
    return tuple(found)


def _field(
    name: str,
    typed: FieldValue | None,
    read: FieldValue | None,
    crop: DossierCrop | None,
    *,
    compared: bool,
    unlike: bool,
) -> DossierField:
    one, other = _value(typed), _value(read)
    mine, theirs = _pieces(one, other)
    same = bool(one and other) and fold(one) == fold(other)
    stand = ""
    if unlike:
        stand = "请核对" if other else "扫描件读不清"
    elif compared and one and other:
        stand = "一致" if same else "略有出入"
    how = f"把握 {read.confidence:.0%}" if read is not None and other else ""
    return DossierField(name, mine, theirs, how, stand, unlike, crop)


def _pieces(one: str, other: str) -> tuple[Lit, Lit]:
    return (plain(one), plain(other)) if fold(one) == fold(other) else lit(one, other)


def _says(value: FieldValue | None) -> bool:
    return value is not None and not value.blank


def _value(value: FieldValue | None) -> str:
    if value is None or value.blank:
        return ""
    return value.value.strip()[:MAX_VALUE]


def _crop(paper: Paper, value: FieldValue | None, pages: Mapping[int, str]) -> DossierCrop | None:
    """The part of the page's picture on which the value stands; None where its place or picture is not known."""
    if value is None or value.box is None or value.page not in pages:
        return None
    page: Page | None = next((page for page in paper.pages if page.number == value.page), None)
    if page is None or page.facts.width < 1 or page.facts.height < 1:
        return None
    wide, high = page.facts.width, page.facts.height
    margin = _MARGIN * wide
    left, top = max(value.box.left * wide - margin, 0), max(value.box.top * high - margin, 0)
    right, bottom = min(value.box.right * wide + margin, wide), min(value.box.bottom * high + margin, high)
    if right - left < 1 or bottom - top < 1:
        return None
    return DossierCrop(pages[value.page], round(left), round(top), round(right - left), round(bottom - top), wide, high)
