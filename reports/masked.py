"""收件台账（脱敏）.xlsx: the workbook as organizers get it, without staff's cells and anybody's personal data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from reports.book import Book, Item, Overview, Reconciliation
from reports.masking import mask, mask_names
from reports.tables import CONFLICTS, Sheet

if TYPE_CHECKING:
    import pandas as pd

PEOPLE = frozenset({"第一作者"})
"""Columns of people's names, which are cut short."""


def masked_book(book: Book) -> Book:
    """The same sheets and rows: columns of staff's and of personal data are gone, as are what staff added, links and
    冲突; in all other text numbers and addresses of people are starred."""
    sheets = tuple(_masked_sheet(sheet) for sheet in book.sheets if sheet.title != CONFLICTS.title)
    frames = {s.title: _masked_frame(s, book.frames[s.title]) for s in sheets if s.title in book.frames}
    return Book(frames=frames, sheets=sheets, overview=_masked_overview(book.overview), guide=False)


def _masked_sheet(sheet: Sheet) -> Sheet:
    columns = tuple(column for column in sheet.columns if not (column.staff or column.personal))
    kept = {column.heading for column in columns}
    printed = sheet.headings[: sheet.headings.index(sheet.print_to) + 1] if sheet.print_to else ()
    return replace(sheet, columns=columns, print_to=next((h for h in reversed(printed) if h in kept), ""))


def _masked_frame(sheet: Sheet, frame: pd.DataFrame) -> pd.DataFrame:
    kept = [heading for heading in sheet.headings if heading in frame.columns]
    shown = frame[kept].copy()
    for heading in kept:
        hide = mask_names if heading in PEOPLE else mask
        shown[heading] = [_hidden(value, hide) for value in frame[heading].tolist()]
    return shown.astype(object)


def _hidden(value: Any, hide: Callable[[str], str]) -> Any:
    return mask(hide(value)) if isinstance(value, str) else value


def _masked_overview(overview: Overview) -> Overview:
    return replace(
        overview,
        title=mask(overview.title),
        today=tuple(_masked_item(item) for item in overview.today),
        since=tuple(_masked_item(item) for item in overview.since),
        notes=tuple(mask(note) for note in overview.notes),
        deadline=mask(overview.deadline),
        mailboxes=tuple(_masked_box(box) for box in overview.mailboxes),
    )


def _masked_item(item: Item) -> Item:
    return replace(item, text=mask(item.text))


def _masked_box(box: Reconciliation) -> Reconciliation:
    return replace(box, mailbox=mask(box.mailbox), trouble=mask(box.trouble))
