"""概览: the first page, drawn to fit one A4 sheet: what a person must do today, then the figures."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink

from reports.book import Counts, Item, Links, Overview, Reconciliation, Value
from reports.cells import text_width, to_value
from reports.charts import days_chart
from reports.colours import COLOURS, DECISION_MEANINGS, STATE_MEANINGS
from reports.drawing import put_value, set_print
from reports.styles import Palette
from reports.tables import OVERVIEW_TITLE

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

COLUMNS = 10
FIRST_WIDTH, OTHER_WIDTH = 21.0, 10.5
LINE_PT = 17.0
MAX_DAYS = 14
"""Days shown: the last ones; earlier days are summed up in one row, so that the page stays one page."""
_DAY = re.compile(r"^\d{4}-(\d{2})-(\d{2})")
CHART_ROWS = 10
"""Rows the chart needs, however few days there are."""


@dataclass
class _Page:
    """A page being written from top to bottom."""

    sheet: Worksheet
    palette: Palette
    row: int = 0

    def line(self, text: str, height: float = LINE_PT, **look: Any) -> None:
        """Text over the whole width, as many lines as it takes. height: points of one; look: as `Palette.plain`."""
        self.row += 1
        self.put(1, text, self.palette.plain(**look, wrap=True), to=COLUMNS)
        lines = -(-text_width(text) * look.get("size", 10) // int(10 * (FIRST_WIDTH + (COLUMNS - 1) * OTHER_WIDTH)))
        self.sheet.row_dimensions[self.row].height = height * max(1, lines)

    def heading(self, text: str) -> None:
        """A heading with air above it."""
        self.row += 1
        self.sheet.row_dimensions[self.row].height = 7
        self.line(text, size=11, bold=True, colour="1F4E78", height=21)

    def put(self, column: int, value: Value | None, style: Any, to: int = 0) -> Any:
        """A value on the current row, in one cell that reaches to the column `to`."""
        cell: Any = self.sheet.cell(self.row, column)
        clean = to_value(value)
        if clean is not None:
            put_value(cell, clean)
        cell._style = style
        if to > column:
            for covered in range(column + 1, to + 1):
                self.sheet.cell(self.row, covered)._style = style  # type: ignore[union-attr]
            self.sheet.merge_cells(start_row=self.row, start_column=column, end_row=self.row, end_column=to)
        return cell

    def header(self, headings: Sequence[str], to: int = 0) -> None:
        """The headings of a table; the last one reaches to the column `to`. Long ones take two lines."""
        self.row += 1
        for number, text in enumerate(headings, start=1):
            self.put(number, text, self.palette.header(), to=to if number == len(headings) else 0)
        widths = [FIRST_WIDTH, *[OTHER_WIDTH] * (len(headings) - 1)]
        long = any(text_width(text) + 1 > width for text, width in zip(headings, widths, strict=True))
        self.sheet.row_dimensions[self.row].height = 30 if long else 19

    def cells(self, values: Sequence[Value | None], to: int = 0, **look: Any) -> None:
        """One row of a table: numbers in the middle, text on the left; the last cell reaches to the column `to`."""
        self.row += 1
        for number, value in enumerate(values, start=1):
            style = self.palette.boxed(centred=isinstance(value, int), **look)
            self.put(number, value, style, to=to if number == len(values) else 0)
        self.sheet.row_dimensions[self.row].height = LINE_PT


def draw_overview(workbook: Workbook, overview: Overview, palette: Palette) -> None:
    """Adds 概览 to the workbook."""
    page = _Page(workbook.create_sheet(OVERVIEW_TITLE), palette)
    page.line(overview.title, size=16, bold=True, height=30)
    taken = f"统计时间：{overview.as_of:%Y-%m-%d %H:%M}"
    page.line(f"{taken}　　{overview.deadline}" if overview.deadline else taken, colour="57606A")
    for note in overview.notes:
        page.line(f"注意：{note}", bold=True, colour="9C0006")
    _items(page, overview.today)
    _news(page, overview.since)
    _states(page, overview.states)
    _days(page, overview.days)
    _links(page, overview.links)
    _mailboxes(page, overview.mailboxes)
    _arrange(page)


def _items(page: _Page, items: Sequence[Item]) -> None:
    page.heading("今天需要人工处理")
    if not items:
        page.line("没有需要人工处理的事项。")
    for item in items:
        page.row += 1
        page.put(1, item.text, page.palette.boxed(), to=COLUMNS - 3)
        page.put(COLUMNS - 2, item.count, page.palette.boxed(centred=True, bold=True))
        cell = page.put(COLUMNS - 1, f"见「{item.sheet}」" if item.sheet else None, page.palette.boxed(), to=COLUMNS)
        _lead(page, cell, item.sheet)
        page.sheet.row_dimensions[page.row].height = LINE_PT


def _lead(page: _Page, cell: Any, sheet: str) -> None:
    """Makes a cell a link to a sheet of this workbook."""
    if sheet:
        cell._style = page.palette.boxed(colour="0563C1")
        quoted = sheet.replace("'", "''")
        cell._hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{quoted}'!A1")


def _news(page: _Page, items: Sequence[Item]) -> None:
    """What is new since yesterday: words above, large numbers below."""
    if not items:
        return
    page.heading("昨日以来（最近 24 小时）")
    page.header([item.text for item in items])
    page.cells([item.count for item in items], bold=True, size=14)
    page.sheet.row_dimensions[page.row].height = 26


def _states(page: _Page, states: Counts) -> None:
    """A row for each state or decision, with what it means: the page's legend of colours, too."""
    page.heading("作品：状态与组别")
    if not states.rows:
        page.line("还没有收到作品。")
        return
    tracks = [name for name, _ in states.rows]
    page.header(("状态", *tracks, "合计", "意思"), to=COLUMNS)
    meanings = STATE_MEANINGS | {word: f"人工结论：{text}" for word, text in DECISION_MEANINGS.items()}
    for index, word in enumerate(states.columns):
        counts = [values[index] for _, values in states.rows]
        page.cells((word, *counts, sum(counts), meanings.get(word, "")), to=COLUMNS)
        if colour := COLOURS.get(word):
            page.put(1, word, page.palette.boxed(colour=colour))
    sums = [sum(values) for _, values in states.rows]
    page.cells(("合计", *sums, sum(sums), ""), to=COLUMNS, bold=True)


def _days(page: _Page, days: Counts) -> None:
    """Works by day: the table on the left, the same as a chart beside it."""
    page.heading("每日收到作品")
    if not days.rows:
        page.line("还没有收到作品。")
        return
    shown = _last_days(days)
    page.header((shown.corner, *shown.columns, "合计"))
    top = page.row
    for name, values in shown.rows:
        page.cells((_DAY.sub(r"\1/\2", name), *values, sum(values)))
    last = page.row
    page.cells(("合计", *shown.totals, sum(shown.totals)), bold=True)
    while page.row - top < CHART_ROWS:
        page.row += 1
        page.sheet.row_dimensions[page.row].height = LINE_PT
    first = len(shown.columns) + 3
    if first < COLUMNS - 2:
        earliest = top + 1 + (shown is not days)  # all the days before in one column would dwarf the others
        width, height = (COLUMNS - first + 1) * OTHER_WIDTH, (page.row - top + 1) * LINE_PT
        place = f"{get_column_letter(first)}{top}"
        days_chart(page.sheet, top, earliest, last, len(shown.columns), place, width=width, height=height)


def _last_days(days: Counts) -> Counts:
    if len(days.rows) <= MAX_DAYS:
        return days
    early, late = days.rows[: -MAX_DAYS + 1], days.rows[-MAX_DAYS + 1 :]
    summed = Counts(days.corner, days.columns, early).totals
    return Counts(days.corner, days.columns, ((f"{early[-1][0]} 及以前", summed), *late))


def _mailboxes(page: _Page, mailboxes: Sequence[Reconciliation]) -> None:
    if not mailboxes:
        return
    page.heading("邮箱对账（列出 = 已有去向 + 待处理）")
    page.header(("邮箱", "列出", "已有去向", "待处理", "最近连通", "对账结果"), to=COLUMNS)
    for box in mailboxes:
        polled = f"{box.polled_at:%m-%d %H:%M}" if box.polled_at else "从未连通"
        result = box.trouble or ("相符" if box.balanced else "不相符，请告诉运维人员")
        page.cells((box.mailbox, box.listed, box.ended, box.pending, polled, result), to=COLUMNS)
        if result != "相符":
            page.put(6, result, page.palette.boxed(bold=True, colour="9C0006"))


def _links(page: _Page, links: Links | None) -> None:
    if links is None:
        return
    page.heading("云附件（超大附件、网盘链接）")
    page.header((*[word for word, _ in links.states], "最近到期", "还要下载"), to=COLUMNS)
    page.cells((*[number for _, number in links.states], links.next_expiry or "无", links.to_come or "无"), to=COLUMNS)


def _arrange(page: _Page) -> None:
    sheet = page.sheet
    last = max(COLUMNS, sheet.max_column)
    for number in range(1, last + 1):
        sheet.column_dimensions[get_column_letter(number)].width = FIRST_WIDTH if number == 1 else OTHER_WIDTH
    set_print(sheet, f"A1:{get_column_letter(last)}{page.row}", paper=9, landscape=False)
    sheet.print_title_rows = None
    sheet.page_setup.fitToHeight = 1
    sheet.print_options.horizontalCentered = True
    sheet.sheet_view.showGridLines = False
    sheet.cell(1, 1).alignment = Alignment(horizontal="center", vertical="center")
