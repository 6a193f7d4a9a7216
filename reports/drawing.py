"""One data sheet: headings, rows, staff's cells put back, and what makes it pleasant to work in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from openpyxl.cell import Cell
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import to_excel
from openpyxl.worksheet.hyperlink import Hyperlink

from reports.arranging import put_back
from reports.book import Book, CellKey, StaffCells, Value
from reports.cells import clean_text, looks_like_formula, text_width, to_key, to_value
from reports.colours import COLOURS
from reports.helping import colour_words, help_staff
from reports.styles import STAFF_CELL, Palette
from reports.tables import LINKED, Column, Sheet

if TYPE_CHECKING:
    import pandas as pd
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

Table = list[list[Value | None]]
"""A sheet's values by column."""
LINE_PT = 15.0
MAX_LINES, DETAIL_LINES = 8, 3
"""Rows grow with their wrapped text, but a very long one must not push all others off the screen."""
MAX_LINKS = 65_000
"""Excel follows no more than 65,530 links on a sheet."""
A4_WIDTH = 180
"""Characters that can still be read on A4 across; what is wider is printed on A3."""
MAX_URL = 2_000
"""Excel calls a workbook damaged whose link is longer than 2,079 characters."""
PROGRAMS_TAB, STAFF_TAB = "8EA9DB", "FFC000"
"""Colours of the sheets' tabs: those with cells for staff stand out."""
ADDED_WIDTH = 16.0
_LINK_ESCAPES = {ord(c): f"%{ord(c):02X}" for c in ' "<>[]^`{}%#?'}


def draw_sheet(workbook: Workbook, sheet: Sheet, book: Book, palette: Palette) -> None:
    """Adds the sheet to the workbook, filled and arranged."""
    target = workbook.create_sheet(sheet.title)
    columns = (*sheet.columns, *_added(sheet, book))
    frame = book.frames.get(sheet.title)
    _headings(target, columns, palette)
    if frame is not None:
        table = _values(sheet, columns, frame, book.staff)
        _rows(target, sheet, columns, table, palette)
        _links(target, columns, frame, palette)
    _arrange(target, sheet, columns, target.max_row)
    put_back(target, sheet, columns, book.extras)


def _added(sheet: Sheet, book: Book) -> list[Column]:
    """Staff's own columns; one that only their values tell of is there too, so that no value is left out."""
    if not sheet.key:
        return []
    widths = {c.heading: c.width or ADDED_WIDTH for c in book.extras.of(sheet.title)}
    for key, value in book.staff.items():
        if key.sheet == sheet.title and value is not None:
            widths.setdefault(key.heading, ADDED_WIDTH)
    return [Column(h, width, "wrap", staff=True) for h, width in widths.items() if h not in sheet.headings]


def _headings(target: Worksheet, columns: Sequence[Column], palette: Palette) -> None:
    target.append([_cell(target, c.heading, palette.header(c.staff)) for c in columns])
    target.row_dimensions[1].height = 2 * LINE_PT


def _values(sheet: Sheet, columns: Sequence[Column], frame: pd.DataFrame, staff: StaffCells) -> Table:
    """The sheet's values by column: the program's from the frame, staff's by the row's key."""
    count = len(frame)
    keys = [to_key(to_value(raw)) for raw in frame[sheet.key].tolist()] if sheet.key else [""] * count
    table: Table = []
    for column in columns:
        if column.staff and sheet.key:
            table.append([staff.get(CellKey(sheet.title, key, column.heading)) for key in keys])
        elif column.heading in frame.columns:
            table.append([to_value(raw) for raw in frame[column.heading].tolist()])
        else:
            table.append([None] * count)
    return table


def _rows(target: Worksheet, sheet: Sheet, columns: Sequence[Column], table: Table, palette: Palette) -> None:
    drawn = [list(_drawn(target, sheet, c, values, palette)) for c, values in zip(columns, table, strict=True)]
    for cells in zip(*drawn, strict=True):
        target.append(cells)
    for number, lines in enumerate(_line_counts(sheet, columns, table), start=2):
        if lines > 1:
            target.row_dimensions[number].height = LINE_PT * lines


def _drawn(
    target: Worksheet, sheet: Sheet, column: Column, values: Sequence[Value | None], palette: Palette
) -> Iterator[Any]:
    base = STAFF_CELL if column.staff else None
    plain, quoted = palette.body(column.format, base), palette.body(column.format, base, True)
    coloured = column.heading == sheet.coloured
    for value in values:
        style = plain
        if isinstance(value, str):
            if coloured and value in COLOURS:
                style = palette.body(column.format, COLOURS[value])
            elif looks_like_formula(value):
                style = quoted
        yield _cell(target, value, style)


def _cell(target: Worksheet, value: Value | None, style: Any) -> Any:
    """A cell that shares its style."""
    cell: Any = Cell(target)  # type: ignore[call-arg]  # append() gives it its place
    cell._style = style
    if value is not None:
        put_value(cell, value)
    return cell


def put_value(cell: Any, value: Value) -> None:
    """Sets a value, text cleaned. It stays text: the library would make a formula of "=…" and an error of "#N/A"."""
    if isinstance(value, str):  # set past the library's own checks: they are the slow part, and ours are stricter
        cell._value, cell.data_type = clean_text(value), "s"
        return
    cell.value = value
    if isinstance(value, dt.date | dt.timedelta):  # to the tenth of a millisecond, not in digits long as a phone number
        cell._value, cell.data_type = round(to_excel(value), 9), "n"  # type: ignore[no-untyped-call]


def _line_counts(sheet: Sheet, columns: Sequence[Column], table: Table) -> list[int]:
    """Lines that each row shows: of what is printed and of staff's words many, of details few."""
    lines = [1] * (len(table[0]) if table else 0)
    few = bool(sheet.print_to) and sheet.headings.index(sheet.print_to)
    for number, (column, values) in enumerate(zip(columns, table, strict=True)):
        if column.format not in ("wrap", "file"):
            continue
        most = DETAIL_LINES if few and number > few and not column.staff else MAX_LINES
        for row, value in enumerate(values):
            if isinstance(value, str) and (len(value) * 2 > column.width or "\n" in value):
                lines[row] = max(lines[row], min(_lines(value, column.width), most))
    return lines


def _lines(text: str, width: float) -> int:
    room = max(2, int(width))
    return sum(max(1, -(-text_width(line) // room)) for line in text.split("\n"))


def _links(target: Worksheet, columns: Sequence[Column], frame: pd.DataFrame, palette: Palette) -> None:
    """Makes cells lead where the frame says: folders and pages first, should there be more than a sheet may hold."""
    linked = [(n, c) for n, c in enumerate(columns, start=1) if c.format in LINKED and f"{c.heading}.link" in frame]
    left = MAX_LINKS
    for number, column in sorted(linked, key=lambda pair: pair[1].format != "link"):
        for row, raw in enumerate(frame[f"{column.heading}.link"].tolist(), start=2):
            if not isinstance(raw, str) or not raw or left <= 0:
                continue
            path = str(to_value(raw) or "")
            leads = web_target(path) if column.format == "url" else link_target(path)
            if leads:
                cell: Any = target.cell(row, number)
                cell._style = palette.linked(column.format, looks_like_formula(str(cell.value)))
                cell._hyperlink = Hyperlink(ref=cell.coordinate, target=leads)
                left -= 1


def link_target(path: str) -> str:
    """A relative path as the format wants it: forward slashes, and the characters escaped that end or break a link;
    "" for one that is longer than Excel opens."""
    escaped = path.replace("\\", "/").translate(_LINK_ESCAPES)
    return escaped if len(escaped) <= MAX_URL else ""


def web_target(url: str) -> str:
    """An address of the web as the format wants it: ASCII, none longer than Excel opens; "" where there is none."""
    escaped = quote(url, safe="%:/?#[]@!$&'()*+,;=-._~")
    return escaped if escaped.startswith(("https://", "http://")) and len(escaped) <= MAX_URL else ""


def _arrange(target: Worksheet, sheet: Sheet, columns: Sequence[Column], last_row: int) -> None:
    headings = [c.heading for c in columns]
    for number, column in enumerate(columns, start=1):
        letter = get_column_letter(number)
        target.column_dimensions[letter].width = column.width
        target.column_dimensions[letter].outlineLevel = int(column.detail)
        help_staff(target, column, letter, last_row)
        if column.heading == sheet.alarming:
            colour_words(target, f"{letter}2:{letter}{max(last_row, 2)}", "greaterThan", {"0": COLOURS["不符合"]})
    target.freeze_panes = f"{get_column_letter(headings.index(sheet.key) + 2 if sheet.key else 2)}2"
    last_letter = get_column_letter(len(columns))
    target.auto_filter.ref = f"A1:{last_letter}{max(last_row, 2)}"
    properties: Any = target.sheet_properties
    properties.tabColor = STAFF_TAB if sheet.staff_columns else PROGRAMS_TAB
    printed = headings.index(sheet.print_to) + 1 if sheet.print_to else len(columns)
    wide = sum(column.width for column in columns[:printed]) > A4_WIDTH
    set_print(target, f"A1:{get_column_letter(printed)}{max(last_row, 2)}", paper=8 if wide else 9)


def set_print(target: Any, area: str, paper: int = 8, landscape: bool = True) -> None:
    """Fits the area to the paper's width (8 is A3, 9 is A4), headings on every page, page numbers below."""
    target.print_area = area
    target.print_title_rows = "1:1"
    target.page_setup.paperSize = paper
    target.page_setup.orientation = "landscape" if landscape else "portrait"
    target.page_setup.fitToWidth, target.page_setup.fitToHeight = 1, 0
    target.sheet_properties.pageSetUpPr.fitToPage = True
    target.page_margins.left = target.page_margins.right = 0.4
    target.page_margins.top = target.page_margins.bottom = 0.5
    target.oddFooter.left.text, target.oddFooter.right.text = "&A", "第 &P 页，共 &N 页"
