"""What goes into the workbook, as plain values: frames, staff's cells and additions, the first page's figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from reports.tables import Sheet

if TYPE_CHECKING:
    import pandas as pd

Value = str | int | float | bool | dt.datetime | dt.date | dt.time | dt.timedelta
"""What a cell can hold. Times in cells have no zone: they are the edition's wall clock."""


class CellKey(NamedTuple):
    """One staff cell, however rows and columns are sorted: its sheet's title, its row's key, its column's heading."""

    sheet: str
    key: str
    heading: str


StaffCells = Mapping[CellKey, Value | None]
"""Staff's cells. None: seen and empty. Not in the mapping: nothing is known of it (its row or column is gone)."""


@dataclass(frozen=True)
class Conflict:
    """A value of staff's that could not simply stay in its cell. kept: what the cell has now; other: what it has not.

    Both as text; note says in Chinese what happened and what to do.
    """

    sheet: str
    key: str
    heading: str
    kept: str
    other: str
    note: str


@dataclass(frozen=True)
class Typable:
    """Cells of the program's that staff may fill too. rows: sheet title and row key; headings: of such cells."""

    rows: Collection[tuple[str, str]] = ()
    headings: Collection[str] = ()

    def takes(self, sheet: str, key: str, heading: str) -> bool:
        """Words of staff's in this cell count."""
        return heading in self.headings and (sheet, key) in self.rows


@dataclass(frozen=True)
class AddedColumn:
    """A column staff added to a sheet of ours; its values are staff cells. width: characters, None for the default."""

    sheet: str
    heading: str
    width: float | None = None


@dataclass(frozen=True)
class AddedSheet:
    """A sheet staff added. package: an xlsx of this sheet alone, whole (`reports.transplant`).

    Where there is none it is kept by value: rows as long as its longest row; widths: column letter to characters.
    """

    title: str
    rows: tuple[tuple[Value | None, ...], ...] = ()
    widths: tuple[tuple[str, float], ...] = ()
    package: bytes = b""


@dataclass(frozen=True)
class View:
    """How staff arranged a sheet of ours. order: row keys as they sorted them, () as the program has them.

    hidden_rows: keys; hidden: headings of hidden columns; widths: heading to characters, of the program's columns
    that were made wider or narrower; filters: heading to what is filtered for, as the format's XML.
    """

    sheet: str
    order: tuple[str, ...] = ()
    hidden_rows: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    widths: tuple[tuple[str, float], ...] = ()
    filters: tuple[tuple[str, str], ...] = ()


class Remark(NamedTuple):
    """A comment of staff's on a cell; on a heading if the cell's key is ""."""

    cell: CellKey
    text: str
    author: str = ""


@dataclass(frozen=True)
class Extras:
    """All that staff added to the workbook. looks: cells with the colour, font or number format staff gave them, as
    `reports.looks` writes it down."""

    columns: tuple[AddedColumn, ...] = ()
    sheets: tuple[AddedSheet, ...] = ()
    views: tuple[View, ...] = ()
    looks: tuple[tuple[CellKey, str], ...] = ()
    remarks: tuple[Remark, ...] = ()

    def of(self, sheet: str) -> tuple[AddedColumn, ...]:
        """Columns staff added to the sheet of that title, left to right."""
        return tuple(c for c in self.columns if c.sheet == sheet)

    def view(self, sheet: str) -> View:
        """How staff arranged the sheet of that title."""
        return next((view for view in self.views if view.sheet == sheet), View(sheet))


@dataclass(frozen=True)
class Counts:
    """A small table of whole numbers with named rows and columns. corner: what the rows are (组别, 日期)."""

    corner: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int, ...]], ...]

    @property
    def totals(self) -> tuple[int, ...]:
        """The sum of each column."""
        return tuple(sum(values[i] for _, values in self.rows) for i in range(len(self.columns)))


@dataclass(frozen=True)
class Item:
    """One line with a number: what, how many, and on which sheet to look ("" if on none)."""

    text: str
    count: int
    sheet: str = ""


@dataclass(frozen=True)
class Reconciliation:
    """One mailbox: mails listed = ended + pending, always. polled_at: last time it answered, None if never."""

    mailbox: str
    listed: int
    ended: int
    pending: int
    polled_at: dt.datetime | None = None
    trouble: str = ""

    @property
    def balanced(self) -> bool:
        """No mail is unaccounted for."""
        return self.listed == self.ended + self.pending


@dataclass(frozen=True)
class Links:
    """Files behind links: how many by state (words and numbers), when the next one runs out, what is still to come."""

    states: tuple[tuple[str, int], ...]
    next_expiry: str = ""
    to_come: str = ""


@dataclass(frozen=True)
class Overview:
    """The first page. as_of: when the figures were taken (its wall clock is shown); deadline: a sentence, or "".

    states: works by track (rows) and state or decision (columns); days: works received by day (rows) and track.
    today: what needs a person; since: what is new since yesterday; notes: whole sentences of this run's; links: None
    where no mail ever had one.
    """

    title: str
    as_of: dt.datetime
    states: Counts
    days: Counts
    today: tuple[Item, ...] = ()
    since: tuple[Item, ...] = ()
    mailboxes: tuple[Reconciliation, ...] = ()
    notes: tuple[str, ...] = ()
    deadline: str = ""
    links: Links | None = None


@dataclass(frozen=True)
class Book:
    """A whole workbook.

    frames: by sheet title, columns named as the sheet's headings (missing ones stay empty, staff's may be missing),
    and `<heading>.link` for relative paths. sheets: in order. staff: what to put into staff cells and added columns,
    found by key and heading. A sheet without a frame is written with its headings alone. stamp: kept in the file's
    properties, tells later from which state of the ledger a copy was made; "" for none. guide: 说明 comes last.
    """

    frames: Mapping[str, pd.DataFrame]
    sheets: Sequence[Sheet]
    overview: Overview
    staff: StaffCells = field(default_factory=dict)
    extras: Extras = field(default_factory=Extras)
    stamp: str = ""
    guide: bool = True
