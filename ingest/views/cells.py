"""Between the workbook's cells and the ledger: keys, values, what staff added."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from ingest import deciding
from ingest.config import Config
from ingest.entrants import has_units
from ingest.ledger import Transaction
from ingest.model import TodoKind, letter_number, mail_number, pair_number, todo_number
from parsers.typedform import ROW_FORM, SHEET_FORM
from reports import tables

if TYPE_CHECKING:
    from ingest.views import Snapshot
    from reports.book import AddedSheet, Book, CellKey, Conflict, Extras, Overview, Typable, Value

LedgerCells = dict[tuple[str, str, str], Any]


def sheets_of(config: Config) -> tuple[tables.Sheet, ...]:
    """All data sheets of this edition, in the workbook's order."""
    works = [
        tables.work_sheet(track.sheet, "推荐单位" if has_units(config, track.key) else "自荐类型")
        for track in config.tracks
    ]
    return tables.sheets(works)


def typed_columns(config: Config) -> dict[str, dict[str, str]]:
    """By title of a sheet of works, heading to field of the cells that staff may fill where no form can be read."""
    return {
        sheet.title: {c.heading: _TYPED[c.heading] for c in sheet.columns if c.heading in _TYPED}
        for sheet in sheets_of(config)
        if sheet.title in {track.sheet for track in config.tracks}
    }


_TYPED = dict(
    zip(
        deciding.TYPED,
        ("title", "author", "producer", "contact", "phone", "email", "recommender", "entrant_kind"),
        strict=True,
    )
)


def typable(config: Config, tx: Transaction) -> Typable:
    """Rows into which staff may type what the form says: no form can be read there, or it was typed in."""
    from reports.book import Typable

    asked = {row["work_id"] for row in tx.desk.todos() if row["kind"] == TodoKind.TYPE_FORM.value}
    works = tx.works.without_form((SHEET_FORM, ROW_FORM)) | asked
    sheets = {track.key: track.sheet for track in config.tracks}
    rows = frozenset((sheets.get(row["track"], ""), row["id"]) for row in tx.works.rows() if row["id"] in works)
    return Typable(rows, frozenset(deciding.TYPED))


def known_keys(config: Config, tx: Transaction) -> dict[str, set[str]]:
    """By sheet title, the row keys that were given out."""
    works = tx.works.rows()
    keys = {
        tables.TODOS.title: {todo_number(row["id"]) for row in tx.desk.todos(open_only=False)},
        tables.LETTERS.title: {letter_number(row["id"]) for row in tx.letters.heads()},
        tables.MESSAGES.title: {mail_number(id_) for id_ in tx.arrivals.ids()},
        tables.DUPLICATES.title: {pair_number(*pair) for pair in tx.entrants.pairs()},
    }
    for track in config.tracks:
        keys[track.sheet] = {row["id"] for row in works if row["track"] == track.key}
    return keys


def to_ledger(cells: Mapping[CellKey, Value | None]) -> LedgerCells:
    """Staff's filled cells as the ledger keeps them: dates and times tagged, since JSON has none."""
    return {tuple(key): _tagged(value) for key, value in cells.items() if value is not None}  # type: ignore[misc]


def to_book(cells: Mapping[tuple[str, str, str], Any]) -> dict[CellKey, Value | None]:
    """The ledger's staff cells as the workbook holds them."""
    from reports.book import CellKey

    return {CellKey(*key): untagged(value) for key, value in cells.items()}


def to_json(cells: Mapping[tuple[str, str, str], Any]) -> str:
    """The ledger's staff cells as one text."""
    return json.dumps([[*key, value] for key, value in cells.items()], ensure_ascii=False)


def from_json(text: str) -> LedgerCells:
    """`to_json` undone."""
    return {(sheet, row, heading): value for sheet, row, heading, value in json.loads(text)}


def _tagged(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return {"datetime": value.isoformat()}
    if isinstance(value, dt.date):
        return {"date": value.isoformat()}
    if isinstance(value, dt.time):
        return {"time": value.isoformat()}
    if isinstance(value, dt.timedelta):
        return {"seconds": value.total_seconds()}
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest() if value else ""
    return value


def untagged(value: Any) -> Any:
    """A value as it was before it was kept."""
    if not isinstance(value, dict):
        return value
    ((kind, text),) = value.items()
    makers: dict[str, Any] = {
        "datetime": dt.datetime.fromisoformat,
        "date": dt.date.fromisoformat,
        "time": dt.time.fromisoformat,
        "seconds": lambda seconds: dt.timedelta(seconds=seconds),
    }
    return makers[kind](text)


def conflict_rows(conflicts: Iterable[Conflict]) -> list[dict[str, str]]:
    """Conflicts as rows of the ledger."""
    return [
        {"sheet": c.sheet, "row": c.key, "heading": c.heading, "kept": c.kept, "other": c.other, "note": c.note}
        for c in conflicts
    ]


def extras_to_json(extras: Extras) -> str:
    """What staff added, as text; of the packages of their sheets the digests alone."""
    said = asdict(replace(extras, looks=(), remarks=()))
    said |= {"looks": [[*key, look] for key, look in extras.looks]}
    said |= {"remarks": [[*remark.cell, remark.text, remark.author] for remark in extras.remarks]}
    return json.dumps(said, ensure_ascii=False, default=_tagged)


def extras_from_json(text: str, package: Callable[[str], bytes] = lambda _digest: b"") -> Extras:
    """What staff added; nothing from "". package: the package of that digest."""
    from reports.book import AddedColumn, CellKey, Extras, Remark, View

    if not text:
        return Extras()
    raw = json.loads(text)
    return Extras(
        tuple(AddedColumn(**column) for column in raw["columns"]),
        tuple(_sheet(sheet, package) for sheet in raw["sheets"]),
        tuple(View(**{name: _tuples(value) for name, value in view.items()}) for view in raw["views"]),
        tuple((CellKey(*key), look) for *key, look in raw["looks"]),
        tuple(Remark(CellKey(*key), words, author) for *key, words, author in raw["remarks"]),
    )


def _sheet(raw: Mapping[str, Any], package: Callable[[str], bytes]) -> AddedSheet:
    from reports.book import AddedSheet

    rows = tuple(tuple(untagged(value) for value in row) for row in raw["rows"])
    widths = tuple((letter, width) for letter, width in raw["widths"])
    return AddedSheet(raw["title"], rows, widths, package(raw["package"]) if raw["package"] else b"")


def _tuples(value: Any) -> Any:
    return tuple(_tuples(one) for one in value) if isinstance(value, list) else value


def book_of(snap: Snapshot, shown: Mapping[str, str], overview: Overview, extras: Extras, *, stamp: str = "") -> Book:
    """The whole workbook, its rows as staff sorted them. shown: work id to the state that the last report showed."""
    from ingest.views.frames import frames
    from reports.arranging import sorted_as
    from reports.book import Book

    sheets, made = sheets_of(snap.config), frames(snap, shown)
    return Book(
        frames={sheet.title: sorted_as(made[sheet.title], sheet, extras.view(sheet.title)) for sheet in sheets},
        sheets=sheets,
        overview=overview,
        staff=to_book(snap.staff),
        extras=extras,
        stamp=stamp,
    )
