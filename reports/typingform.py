"""表格.xlsx: a form to be typed in by staff, one label a row, with what recognition read to be checked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED

from reports.cells import clean_text, text_width
from reports.colours import Colour
from reports.styles import FONT, STAFF_CELL, STAFF_HEADER
from reports.transplant import SteadyZip

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

NAME = "表格.xlsx"
SHEET = "录入"
HEADINGS = ("栏目", "填写", "说明", "代码")
TITLE_LABEL, TYPIST_LABEL = "表格标题", "录入人"
_WIDTHS = (22.0, 60.0, 44.0)
_DOUBT = Colour("FCE4D6", "843C0C")
_LINE_PT = 16.0
_TALL = 4
"""Lines of a row into which much is written."""
_STEADY = dt.datetime(2000, 1, 1)  # noqa: DTZ001 - a workbook's properties have no zone
_NOTE = (
    "请对照原件填写黄色的「填写」一栏，然后按原名保存（xlsx 格式）并关闭。"
    "文件两分钟没有变动后，程序下次运行时收取，与电子表同样审查。\n"
    "带 * 的是必填栏目。没有填的栏目，程序当作尚未录入；原件上确实空着的，请填“未填”。\n"
    "橙色一格是程序的识别结果，请逐项与原件核对、改正；都对的，填上最后一行「录入人」即可收取。"
)


@dataclass(frozen=True)
class TypingField:
    """One row. code: the field's key; value: what stands there already, "" for nothing; read: how surely recognition
    read it, 0 to 1, None where it did not; hint: how it is written, for people; tall: much is written there."""

    code: str
    label: str
    required: bool = False
    value: str = ""
    read: float | None = None
    hint: str = ""
    choices: tuple[str, ...] = ()
    tall: bool = False


@dataclass(frozen=True)
class TypingForm:
    """heading: the first line; title: of the form as read, "" if it was not; why: a sentence on the form at hand."""

    heading: str
    fields: tuple[TypingField, ...]
    title: str = ""
    title_read: float | None = None
    why: str = ""
    typist: str = ""


def write_typing_form(path: Path, form: TypingForm) -> None:
    """Write the file, the same bytes for the same values. The path must be free. OSError as files have it."""
    from openpyxl.workbook import Workbook
    from openpyxl.writer.excel import ExcelWriter

    workbook = Workbook()
    sheet: Any = workbook.active
    sheet.title = SHEET
    _head(sheet, form)
    rows = (
        TypingField("", TITLE_LABEL, False, form.title, form.title_read, "原件上的标题，如“2024年……推荐表”"),
        *form.fields,
        TypingField("", TYPIST_LABEL, value=form.typist, hint="请填您的姓名"),
    )
    for number, field in enumerate(rows, start=4):
        _row(sheet, number, field)
    _arrange(sheet)
    about = workbook.properties
    about.title, about.creator, about.lastModifiedBy = clean_text(form.heading), "kepu-intake", "kepu-intake"
    about.created = about.modified = _STEADY
    with path.open("xb") as file, SteadyZip(file, "w", ZIP_DEFLATED, allowZip64=True) as archive:
        ExcelWriter(workbook, archive).save()


def _head(sheet: Worksheet, form: TypingForm) -> None:
    note = f"{form.why}\n{_NOTE}" if form.why else _NOTE
    for number, (text, size, bold) in enumerate(((form.heading, 14, True), (note, 10, False)), start=1):
        cell = sheet.cell(number, 1)
        _put(cell, text)
        _style(cell, size=size, bold=bold)
        sheet.merge_cells(start_row=number, start_column=1, end_row=number, end_column=3)
    sheet.row_dimensions[1].height = 2 * _LINE_PT
    sheet.row_dimensions[2].height = _LINE_PT * _lines(note, sum(_WIDTHS))
    for column, heading in enumerate(HEADINGS, start=1):
        cell = sheet.cell(3, column, heading)
        _style(cell, STAFF_HEADER if column == 2 else Colour("1F4E78", "FFFFFF"), bold=True, boxed=True)
    sheet.row_dimensions[3].height = 1.5 * _LINE_PT


def _row(sheet: Worksheet, number: int, field: TypingField) -> None:
    doubtful = field.read is not None and bool(field.value)
    _put(sheet.cell(number, 1), f"{field.label} *" if field.required else field.label)
    _put(sheet.cell(number, 2), field.value)
    _put(sheet.cell(number, 3), _said(field, doubtful))
    _put(sheet.cell(number, 4), field.code)
    _style(sheet.cell(number, 1), bold=field.required, boxed=True)
    _style(sheet.cell(number, 2), _DOUBT if doubtful else STAFF_CELL, boxed=True)
    sheet.cell(number, 2).number_format = "@"
    _style(sheet.cell(number, 3), size=9, boxed=True, grey=True)
    needed = max(_lines(field.value, _WIDTHS[1]), _lines(_said(field, doubtful), _WIDTHS[2]))
    lines = min(max(needed, _TALL if field.tall else 1), 12)
    sheet.row_dimensions[number].height = _LINE_PT * max(lines, 1.3)
    if field.choices or field.hint:
        _help(sheet, number, field)


def _lines(text: str, width: float) -> int:
    return sum(-(-max(text_width(line), 1) // int(width - 2)) for line in text.split("\n"))


def _said(field: TypingField, doubtful: bool) -> str:
    read = f"识别结果（可信度 {field.read:.0%}），请核对" if doubtful and field.read is not None else ""
    return "；".join(filter(None, (read, field.hint)))


def _help(sheet: Worksheet, number: int, field: TypingField) -> None:
    """A list to choose from and a hint beside the cell; anything else may be typed as well."""
    from openpyxl.worksheet.datavalidation import DataValidation

    listed = f'"{",".join(field.choices)}"' if field.choices else None
    rule = DataValidation(type="list" if listed else None, formula1=listed, allow_blank=True)
    rule.showErrorMessage = False
    if field.hint:
        rule.showInputMessage, rule.promptTitle, rule.prompt = True, field.label[:30], field.hint[:200]
    rule.add(f"B{number}")
    sheet.add_data_validation(rule)


def _put(cell: Any, text: str) -> None:
    """Text as text, whatever it begins with."""
    cell.value = clean_text(text) or None
    if cell.value is not None:
        cell.data_type = "s"


def _style(
    cell: Any,
    colour: Colour | None = None,
    *,
    size: float = 10,
    bold: bool = False,
    boxed: bool = False,
    grey: bool = False,
) -> None:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

    text = (colour.text if colour else "") or ("666666" if grey else "000000")
    cell.font = Font(name=FONT, size=size, bold=bold, color=text)
    cell.alignment = Alignment(vertical="center", wrap_text=True)
    if boxed:
        line = Side(style="thin", color="D0D7DE")
        cell.border = Border(left=line, right=line, top=line, bottom=line)
    if colour and colour.fill:
        cell.fill = PatternFill("solid", fgColor=colour.fill)


def _arrange(sheet: Any) -> None:
    for letter, width in zip("ABC", _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.column_dimensions["D"].hidden = True
    sheet.freeze_panes = "A4"
    sheet.sheet_view.zoomScale = 110
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def required_first(fields: Sequence[TypingField]) -> tuple[TypingField, ...]:
    """The fields with those that must be filled before the others, each in its order."""
    return tuple(sorted(fields, key=lambda field: not field.required))
