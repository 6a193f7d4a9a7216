"""形式审查结果 as a workbook: a page of counts, then a sheet a list, made to print on A4 across."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED

from reports.cells import looks_like_formula, text_width, to_value
from reports.colours import BAD, COLOURS, Colour
from reports.result import NO_REASON, NONE, Result, ResultColumn, ResultList, ResultWork, shown
from reports.transplant import SteadyZip

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from reports.styles import Palette

FIRST = "概况"
_LINE_PT, _MOST_LINES = 15.0, 8
_WIDE = (26.0, 12.0, 72.0)
"""Characters of the first page's columns."""


def write_xlsx(path: Path, result: Result) -> None:
    """Write the file, the same bytes for the same values. The path must be free. OSError as files have it."""
    from openpyxl.styles import Font
    from openpyxl.workbook import Workbook

    from reports.styles import FONT, Palette
    from reports.writers import BookWriter

    workbook = Workbook()
    first: Any = workbook.active
    first.title = FIRST
    styles: Any = workbook
    styles._named_styles["Normal"].font = Font(name=FONT, size=10)
    palette = Palette(first)
    _front(first, result, palette)
    for one in result.lists:
        _list(workbook, result, one, palette)
    about = workbook.properties
    about.title, about.creator, about.lastModifiedBy = f"{result.heading} {result.track}", "kepu-intake", "kepu-intake"
    about.created = about.modified = result.as_of
    with path.open("xb") as file, SteadyZip(file, "w", ZIP_DEFLATED, allowZip64=True) as archive:
        BookWriter(workbook, archive).save()


def _front(sheet: Worksheet, result: Result, palette: Palette) -> None:
    for letter, width in zip("ABC", _WIDE, strict=True):
        sheet.column_dimensions[letter].width = width
    _line(sheet, 1, result.heading, palette.plain(size=16, bold=True), 30)
    _line(sheet, 2, result.track, palette.plain(size=13, bold=True, colour="1F4E78"), 22)
    _line(sheet, 3, result.taken, palette.plain(colour="57606A"), 18)
    row = 5
    for column, heading in enumerate(("结论", "作品数", "说明"), start=1):
        _put(sheet, row, column, heading, palette.header())
    meanings = {one.title: one.meaning for one in result.lists}
    for word, count in result.counts:
        row += 1
        _put(sheet, row, 1, word, palette.boxed(bold=True, colour=COLOURS.get(word, "000000")))
        _put(sheet, row, 2, count, palette.boxed(centred=True))
        _put(sheet, row, 3, meanings.get(word, "只计数，不列名单"), palette.body("wrap"))
        sheet.row_dimensions[row].height = 18
    row += 1
    _put(sheet, row, 1, "合计（全部登记号）", palette.boxed(bold=True))
    _put(sheet, row, 2, result.registered, palette.boxed(centred=True, bold=True))
    _put(sheet, row, 3, "", palette.boxed())
    _line(sheet, row + 2, result.decided_by, palette.plain(wrap=True))
    for number, note in enumerate((*result.notes, *result.asides), start=row + 3):
        _line(sheet, number, f"请工作人员处理：{note}", palette.plain(bold=True, colour="9C0006", wrap=True))
    _page(sheet, result, landscape=False)


def _line(sheet: Worksheet, row: int, text: str, style: Any, height: float = 0.0) -> None:
    """Text over the whole width of the first page, as high as it needs unless that is said."""
    _put(sheet, row, 1, text, style)
    sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=len(_WIDE))
    lines = -(-text_width(text) // int(sum(_WIDE) - 4))
    sheet.row_dimensions[row].height = height or _LINE_PT * max(lines, 1.2)


def _list(workbook: Workbook, result: Result, one: ResultList, palette: Palette) -> None:
    from openpyxl.utils import get_column_letter

    sheet = workbook.create_sheet(one.title)
    for number, column in enumerate(one.columns, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = column.width
        _put(sheet, 3, number, column.heading, palette.header())
    sheet.row_dimensions[3].height = 20
    _put(sheet, 1, 1, f"{result.track}　{one.title}（{len(one.works)} 部）", palette.plain(size=14, bold=True))
    _put(sheet, 2, 1, f"{one.meaning}。{result.taken}", palette.plain(size=9, colour="57606A"))
    sheet.row_dimensions[1].height, sheet.row_dimensions[2].height = 24, 18
    for number, work in enumerate(one.works, start=1):
        _work(sheet, one.columns, work, number, palette)
    if not one.works:
        _put(sheet, 4, 1, NONE, palette.plain(size=11))
    else:
        last = get_column_letter(len(one.columns))
        sheet.auto_filter.ref = f"A3:{last}{3 + len(one.works)}"
    sheet.freeze_panes, sheet.print_title_rows = "D4", "3:3"
    _page(sheet, result, landscape=True)


def _work(sheet: Worksheet, columns: tuple[ResultColumn, ...], work: ResultWork, number: int, palette: Palette) -> None:
    row, most = 3 + number, 1
    for place, column in enumerate(columns, start=1):
        value = shown(work, column, number)
        if isinstance(value, int):
            _put(sheet, row, place, value, palette.body("integer"))
            continue
        quoted = looks_like_formula(value)
        _put(sheet, row, place, value, palette.body("wrap", _colour(column, value), quoted=quoted))
        most = max(most, _lines(value, column.width))
    sheet.row_dimensions[row].height = _LINE_PT * min(most, _MOST_LINES) + 3


def _colour(column: ResultColumn, value: str) -> Colour | None:
    if value == NO_REASON:
        return BAD
    return COLOURS.get(value) if column.name == "machine" else None


def _lines(text: str, width: float) -> int:
    """Lines a text takes in a column; a Chinese character too wide for the end of a line goes to the next."""
    room = max(int(width) - 2, 4)
    return sum(max(-(-text_width(line) // room), 1) for line in text.split("\n"))


def _put(sheet: Worksheet, row: int, column: int, value: str | int, style: Any) -> None:
    """A value in a cell; text is text, whatever it begins with."""
    cell: Any = sheet.cell(row, column)
    clean = to_value(value)
    if clean is not None:
        cell.value = clean
        cell.data_type = "s" if isinstance(clean, str) else "n"
    cell._style = style


def _page(sheet: Any, result: Result, *, landscape: bool) -> None:
    """A4, as wide as the page, with page numbers."""
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape" if landscape else "portrait", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins.left = sheet.page_margins.right = 0.5
    sheet.page_margins.top, sheet.page_margins.bottom = 0.6, 0.7
    sheet.oddFooter.left.text = f"{result.track.replace('&', '')}　{result.as_of:%Y-%m-%d %H:%M}"
    sheet.oddFooter.right.text = "第 &P 页，共 &N 页"
    sheet.sheet_view.showGridLines = False
