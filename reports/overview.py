"""概览: the first page, drawn to fit one A4 sheet: what a person must do today, then the figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink

from reports.book import Counts, Item, Links, Overview, Reconciliation, Value
from reports.cells import to_value
from reports.drawing import put_value, set_print
from reports.styles import Palette
from reports.tables import COLOURS, OVERVIEW_TITLE, STATE_MEANINGS

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

COLUMNS = 12
FIRST_WIDTH, OTHER_WIDTH = 20.0, 10.5
ITEM_COUNT = 6
"""Column of an item's number: its text runs over those before."""
MAX_DAYS = 14
"""Days shown: the last ones; earlier days are summed up in one row, so that the page stays one page."""


@dataclass
class _Page:
    """A page being written from top to bottom."""

    sheet: Worksheet
    palette: Palette
    row: int = 0

    def line(self, text: str, height: float = 16, **look: Any) -> None:
        """One line of text over the whole width. height: points; look: as `Palette.plain`."""
        self.row += 1
        self.put(1, text, self.palette.plain(**look, wrap=True))
        self.sheet.merge_cells(start_row=self.row, start_column=1, end_row=self.row, end_column=COLUMNS)
        self.sheet.row_dimensions[self.row].height = height

    def heading(self, text: str) -> None:
        """A heading with air above it."""
        self.row += 1
        self.sheet.row_dimensions[self.row].height = 6
        self.line(text, size=11, bold=True, colour="1F4E78", height=20)

    def put(self, column: int, value: Value | None, style: Any) -> Any:
        """A value on the current row."""
        cell: Any = self.sheet.cell(self.row, column)
        clean = to_value(value)
        if clean is not None:
            put_value(cell, clean)
        cell._style = style
        return cell

    def table(self, headings: Sequence[str], rows: Sequence[Sequence[Value | None]]) -> None:
        """Headings and rows, from the first column on."""
        self.row += 1
        for number, text in enumerate(headings, start=1):
            self.put(number, text, self.palette.header())
        self.sheet.row_dimensions[self.row].height = 18
        for values in rows:
            self.row += 1
            for number, value in enumerate(values, start=1):
                self.put(number, value, self.palette.body("integer" if isinstance(value, int) else "text"))


def draw_overview(workbook: Workbook, overview: Overview, palette: Palette) -> None:
    """Adds 概览 to the workbook."""
    page = _Page(workbook.create_sheet(OVERVIEW_TITLE), palette)
    page.line(overview.title, size=16, bold=True, height=28)
    taken = f"统计时间：{overview.as_of:%Y-%m-%d %H:%M}"
    page.line(f"{taken}　　{overview.deadline}" if overview.deadline else taken, colour="57606A")
    for note in overview.notes:
        page.line(f"注意：{note}", bold=True, colour="9C0006", height=30)
    _items(page, "今天需要人工处理", overview.today, "没有需要人工处理的事项。")
    if overview.since:
        _items(page, "昨日以来", overview.since, "")
    page.heading("作品：组别与状态")
    _counts(page, overview.states)
    page.heading("每日收到作品")
    _counts(page, _last_days(overview.days))
    _links(page, overview.links)
    _mailboxes(page, overview.mailboxes)
    _legend(page)
    _arrange(page)


def _items(page: _Page, title: str, items: Sequence[Item], none: str) -> None:
    page.heading(title)
    if not items and none:
        page.line(none)
    for item in items:
        page.row += 1
        page.put(1, item.text, page.palette.plain())
        page.put(ITEM_COUNT, item.count, page.palette.body("integer"))
        if item.sheet:
            cell = page.put(ITEM_COUNT + 1, f"见「{item.sheet}」", page.palette.plain(colour="0563C1"))
            cell._hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{item.sheet}'!A1")


def _counts(page: _Page, counts: Counts) -> None:
    if not counts.rows:
        page.line("还没有收到作品。")
        return
    rows: list[Sequence[Value | None]] = [(name, *values, sum(values)) for name, values in counts.rows]
    page.table((counts.corner, *counts.columns, "合计"), [*rows, ("合计", *counts.totals, sum(counts.totals))])


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
    rows: list[Sequence[Value | None]] = []
    for box in mailboxes:
        polled = f"{box.polled_at:%m-%d %H:%M}" if box.polled_at else "从未连通"
        result = box.trouble or ("相符" if box.balanced else "不相符，请告诉运维人员")
        rows.append((box.mailbox, box.listed, box.ended, box.pending, polled, result))
    page.table(("邮箱", "列出", "已有去向", "待处理", "最近连通", "对账结果"), rows)


def _links(page: _Page, links: Links | None) -> None:
    if links is None:
        return
    page.heading("云附件（超大附件、网盘链接）")
    words = [word for word, _ in links.states]
    numbers: list[Value | None] = [number for _, number in links.states]
    page.table((*words, "最近到期", "还要下载"), [[*numbers, links.next_expiry or "无", links.to_come or "无"]])


def _legend(page: _Page) -> None:
    page.heading("状态图例")
    for word, meaning in STATE_MEANINGS.items():
        page.row += 1
        page.put(1, word, page.palette.body("text", COLOURS[word]))
        page.put(2, meaning, page.palette.plain())


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
