"""What the program itself wrote into a workbook, as checksums: tells what staff wrote over it when it comes back."""

from __future__ import annotations

import base64
import datetime as dt
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reports.book import Book, Value
from reports.cells import to_key, to_text, to_value
from reports.tables import GUIDE_TITLE, OVERVIEW_TITLE, Sheet

_HEX = 8
"""Hex digits of a checksum."""
_HALF_A_SECOND = dt.timedelta(seconds=0.5)


@dataclass(frozen=True)
class Shown:
    """rows: sheet title to row key, in the order written, to checksum by heading. words: sheet title to the checksums
    of all that stands there, of sheets whose rows have no key."""

    rows: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    words: Mapping[str, frozenset[str]] = field(default_factory=dict)


def checksum(value: Value | None) -> str:
    """Of a cell's value, the same however a spreadsheet program stored it."""
    return f"{zlib.crc32(_steady(value).encode('utf-8', 'backslashreplace')):0{_HEX}x}"


def _steady(value: Value | None) -> str:
    if isinstance(value, dt.datetime):
        near = (value + _HALF_A_SECOND).replace(microsecond=0)  # kept as a fraction of a day, it moves by microseconds
        return str(near.date()) if near.time() == dt.time.min else str(near)
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int | float):
        return f"{value:.10g}"
    if isinstance(value, dt.timedelta):
        return f"{value.total_seconds():.0f}"
    return "".join(to_text(value).split())


def shown_of(book: Book) -> Shown:
    """What a workbook made of this book shows of the program's own."""
    rows: dict[str, Mapping[str, Mapping[str, str]]] = {}
    words = {title: frozenset(map(checksum, values)) for title, values in _pages(book)}
    for sheet in book.sheets:
        if sheet.key:
            rows[sheet.title] = _rows(book, sheet)
        else:
            said = {checksum(heading) for heading in sheet.headings}
            for values in _columns(book, sheet):
                said |= set(map(checksum, map(to_value, set(values))))
            words[sheet.title] = frozenset(said)
    return Shown(rows, words)


def _rows(book: Book, sheet: Sheet) -> dict[str, dict[str, str]]:
    frame = book.frames.get(sheet.title)
    if frame is None:
        return {}
    headings = [c.heading for c in sheet.columns if not c.staff]
    columns = [[checksum(to_value(raw)) for raw in values] for values in _columns(book, sheet, headings)]
    keys = [to_key(to_value(raw)) for raw in frame[sheet.key].tolist()]
    return {key: dict(zip(headings, sums, strict=True)) for key, *sums in zip(keys, *columns, strict=True)}


def _columns(book: Book, sheet: Sheet, headings: Iterable[str] = ()) -> Iterable[list[Any]]:
    """The program's values under the headings, all the sheet's if none is named; a column that is missing is empty."""
    frame = book.frames.get(sheet.title)
    if frame is not None:
        for heading in headings or sheet.headings:
            yield frame[heading].tolist() if heading in frame else [None] * len(frame)


def _pages(book: Book) -> Iterable[tuple[str, list[Any]]]:
    """The first and the last sheet, which are no tables, with all their cells."""
    from openpyxl.workbook import Workbook

    from reports.guide import draw_guide
    from reports.overview import draw_overview
    from reports.styles import Palette

    drawn = Workbook()
    palette = Palette(drawn.worksheets[0])
    draw_overview(drawn, book.overview, palette)
    draw_guide(drawn, palette)
    for title in (OVERVIEW_TITLE, GUIDE_TITLE):
        if title in drawn.sheetnames:
            yield title, [cell.value for row in drawn[title].iter_rows() for cell in row if cell.value is not None]


def to_text_of(shown: Shown) -> str:
    """As one text, a few bytes a cell."""
    rows = {
        title: [list(next(iter(keyed.values()), ())), {key: "".join(sums.values()) for key, sums in keyed.items()}]
        for title, keyed in shown.rows.items()
    }
    words = {title: "".join(sorted(sums)) for title, sums in shown.words.items()}
    raw = json.dumps([rows, words], ensure_ascii=False).encode()
    return base64.b64encode(zlib.compress(raw, 1)).decode()


def from_text(text: str) -> Shown | None:
    """`to_text_of` undone; None from ""."""
    if not text:
        return None
    rows, words = json.loads(zlib.decompress(base64.b64decode(text)))
    return Shown(
        {
            title: {key: dict(zip(headings, _split(sums), strict=True)) for key, sums in keyed.items()}
            for title, (headings, keyed) in rows.items()
        },
        {title: frozenset(_split(sums)) for title, sums in words.items()},
    )


def _split(sums: str) -> Sequence[str]:
    return [sums[at : at + _HEX] for at in range(0, len(sums), _HEX)]
