"""What the counts page shows, as plain values: sections of a heading, a table and how it is drawn."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from reports.book import Counts, Item, Reconciliation


class Shape(StrEnum):
    """How a table is drawn."""

    COLUMNS = "columns"
    """A column a row, from left to right as time goes; the table's columns upon each other."""
    LINES = "lines"
    """A line a column of the table, over time; rows are named by moments."""
    BARS = "bars"
    """A bar a row, as they are in order; the table's columns one behind the other."""
    WORDS = "words"
    """A chart a column of the table, in it a bar a row in the colour of the row's word."""
    PARTS = "parts"
    """A bar a row, made of parts in the colours of the words over the table's columns."""
    PLACES = "places"
    """A bar a row up to what is used, and a mark at what there is."""


@dataclass(frozen=True)
class Section:
    """One heading of the page: a table and what draws it.

    said: a sentence that says the gist, which is the chart's words too; note: how it was counted, "" if that is plain;
    nothing: what stands there if there is nothing to count. sums: "" for none, "rows" for a last column, "columns" for
    a last row, "both". moments: of a table of `Shape.LINES`, a naive time of the wall clock a row; mark: such a time
    that is marked, with its word.
    """

    key: str
    heading: str
    shape: Shape
    table: Counts
    said: str = ""
    note: str = ""
    nothing: str = "还没有收到作品。"
    sums: str = "both"
    moments: tuple[dt.datetime, ...] = ()
    mark: tuple[dt.datetime, str] | None = None

    @property
    def is_empty(self) -> bool:
        """There is nothing to draw."""
        return not any(any(values) for _, values in self.table.rows)


@dataclass(frozen=True)
class Figures:
    """The whole page. as_of: when the figures were taken, aware; its wall clock is shown.

    left: the time to the deadline in words; tiles: the numbers on top.
    """

    title: str
    as_of: dt.datetime
    deadline: str
    left: str
    tiles: tuple[Item, ...]
    sections: tuple[Section, ...]
    mailboxes: tuple[Reconciliation, ...]
