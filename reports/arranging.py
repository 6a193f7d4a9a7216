"""How staff arranged a sheet, and what they wrote on its cells: read from a workbook, put back into the next one.

Rows are found by key and columns by heading, so that sorting, adding and new works do no harm.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from reports.book import CellKey, Extras, Remark, View
from reports.cells import clean_text, to_key, to_text
from reports.looks import Look, Looks
from reports.tables import Column, Sheet

if TYPE_CHECKING:
    import pandas as pd

OURS = "kepu-intake"
"""Author of comments that the program itself writes."""
_SAME_WIDTH = 1.0
"""Characters by which programs disagree about one and the same width."""
_REMARK_WIDTH_PX, _REMARK_LINE_PX = 240, 20


@dataclass(frozen=True)
class Found:
    """One sheet in a workbook: the row of its headings, heading by column, key by row; rows count from 1, as there."""

    sheet: Sheet
    header: int
    headings: Mapping[int, str]
    keys: Mapping[int, str]

    @cached_property
    def columns(self) -> dict[int, Column]:
        """What stands in each column; those staff added are theirs."""
        own = {c.heading: c for c in self.sheet.columns}
        return {i: own.get(h, Column(h, format="wrap", staff=True)) for i, h in self.headings.items()}


def read_view(target: Any, found: Found, order: Sequence[str]) -> View:
    """The sheet's arrangement. order: row keys as they count, () for the program's order."""
    hidden, widths = _columns(target, found)
    rows = {row for row, dimension in target.row_dimensions.items() if dimension.hidden}
    return View(
        found.sheet.title,
        tuple(order),
        tuple(dict.fromkeys(key for row, key in found.keys.items() if row in rows)),
        tuple(hidden),
        tuple(widths),
        tuple(_filters(target, found)),
    )


def _columns(target: Any, found: Found) -> tuple[list[str], list[tuple[str, float]]]:
    """Headings of hidden columns, and widths of the program's columns that staff changed."""
    hidden: list[str] = []
    widths: list[tuple[str, float]] = []
    usual = {c.heading: c.width for c in found.sheet.columns}
    spans = [(d.min or 0, d.max or 0, d) for d in target.column_dimensions.values()]
    for index, heading in sorted(found.headings.items()):
        dimension = next((d for low, high, d in spans if low <= index <= high), None)
        if dimension is None:
            continue
        if dimension.hidden:
            hidden.append(heading)
        elif heading in usual and dimension.customWidth and abs(dimension.width - usual[heading]) > _SAME_WIDTH:
            widths.append((heading, round(float(dimension.width), 1)))
    return hidden, widths


def width_of(target: Any, index: int) -> float | None:
    """A column's width in characters, None if it was never set. index: from 1."""
    for dimension in target.column_dimensions.values():
        if (dimension.min or 0) <= index <= (dimension.max or 0) and dimension.customWidth:
            return round(float(dimension.width), 1)
    return None


def _filters(target: Any, found: Found) -> Iterable[tuple[str, str]]:
    from openpyxl.utils import range_boundaries
    from openpyxl.xml.functions import tostring

    where = target.auto_filter
    if not where.ref or not where.filterColumn:
        return
    first = range_boundaries(where.ref)[0] or 1
    for one in where.filterColumn:
        if not (one.filters or one.customFilters or one.dynamicFilter or one.top10):
            continue  # a button without a filter, or one by a colour, which is a number in that one workbook
        heading = found.headings.get(first + one.colId)
        if heading is not None:
            yield heading, tostring(one.to_tree()).decode()


def read_looks(target: Any, found: Found) -> Iterable[tuple[CellKey, Look]]:
    """Looks that staff gave to cells of rows with a key; of two rows with one key the upper counts."""
    looks, columns, seen = Looks(), found.columns, set()
    for (row, index), cell in target._cells.items():
        if row in found.keys and index in columns and (look := looks.of(cell, columns[index])):
            key = CellKey(found.sheet.title, found.keys[row], found.headings[index])
            if key not in seen:
                seen.add(key)
                yield key, look


def read_remarks(target: Any, found: Found) -> Iterable[Remark]:
    """Comments on cells and headings. Where the row has no key, the key is "?"."""
    for (row, index), cell in target._cells.items():
        if cell.comment is not None and cell.comment.author != OURS and row >= found.header:
            key = "" if row == found.header else found.keys.get(row, "?")
            text, author = clean_text(cell.comment.text or ""), clean_text(cell.comment.author or "")
            yield Remark(CellKey(found.sheet.title, key, found.headings.get(index, "")), text, author)


def sorted_as(frame: pd.DataFrame, sheet: Sheet, view: View) -> pd.DataFrame:
    """The rows as staff sorted them; new ones come last, in the program's order."""
    if not view.order or not sheet.key:
        return frame
    places = {key: place for place, key in enumerate(view.order)}
    order = sorted(range(len(frame)), key=lambda n: places.get(to_key(to_text(frame[sheet.key].iloc[n])), len(places)))
    return frame.iloc[order]


def put_back(target: Any, sheet: Sheet, columns: Sequence[Column], extras: Extras) -> None:
    """Arranges a sheet that was just drawn, its headings in the first row, as staff had it."""
    if not sheet.key or not (extras.views or extras.looks or extras.remarks):
        return
    headings = {column.heading: number for number, column in enumerate(columns, start=1)}
    at = headings[sheet.key]
    rows = {to_key(cell.value): cell.row for (cell,) in target.iter_rows(min_row=2, min_col=at, max_col=at)}
    rows[""] = 1
    looks = Looks()
    for key, look in extras.looks:
        if key.sheet == sheet.title and key.key in rows and key.heading in headings:
            looks.put(target.cell(rows[key.key], headings[key.heading]), look)
    for remark in extras.remarks:
        if remark.cell.sheet == sheet.title and remark.cell.key in rows and remark.cell.heading in headings:
            target.cell(rows[remark.cell.key], headings[remark.cell.heading]).comment = _comment(remark)
    if any(view.sheet == sheet.title for view in extras.views):
        _arrange(target, extras.view(sheet.title), headings, rows)


def _comment(remark: Remark) -> Any:
    from openpyxl.comments import Comment

    made = Comment(remark.text, remark.author)
    made.width, made.height = _REMARK_WIDTH_PX, _REMARK_LINE_PX * (3 + len(remark.text) // 16 + remark.text.count("\n"))
    return made


def _arrange(target: Any, view: View, headings: Mapping[str, int], rows: Mapping[str, int]) -> None:
    from openpyxl.utils import get_column_letter

    for heading, index in headings.items():
        target.column_dimensions[get_column_letter(index)].hidden = heading in view.hidden
    for heading, width in view.widths:
        if heading in headings:
            target.column_dimensions[get_column_letter(headings[heading])].width = width
    filters = [(heading, xml) for heading, xml in view.filters if heading in headings]
    tests = [test for heading, xml in filters for test in _filter(target, heading, xml, headings)]
    hidden = frozenset(view.hidden_rows)
    for key, row in rows.items():
        if row > 1 and _is_hidden(target, row, tests, was=key in hidden):
            target.row_dimensions[row].hidden = True


def _filter(
    target: Any, heading: str, xml: str, headings: Mapping[str, int]
) -> Iterable[tuple[int, frozenset[str] | None]]:
    """Sets a filter again; yields its column and the words it lets through, None where it is no list of words."""
    from openpyxl.worksheet.filters import FilterColumn
    from openpyxl.xml.functions import fromstring

    tree: Any = fromstring(xml)
    made: Any = FilterColumn.from_tree(tree)
    made.colId = headings[heading] - 1
    target.auto_filter.filterColumn.append(made)
    listed = made.filters
    if listed is None or listed.dateGroupItem:
        yield headings[heading], None
    else:
        yield headings[heading], frozenset(v.casefold() for v in listed.filter) | ({""} if listed.blank else set())


def _is_hidden(target: Any, row: int, tests: Sequence[tuple[int, frozenset[str] | None]], *, was: bool) -> bool:
    """Whether a filter leaves the row out; as it was, where there is none or what it asks cannot be told."""
    unsure = not tests
    for index, words in tests:
        value = target.cell(row, index).value
        if words is None or not isinstance(value, str | None):
            unsure = True
        elif (value or "").strip().casefold() not in words:
            return True
    return unsure and was
