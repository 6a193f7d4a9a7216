"""Help in staff's cells: lists to choose from, dates that are dates, a word on what belongs there.

Whatever staff type may stay, after a warning: no sheet is protected and no entry refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation

from reports.colours import COLOURS, Colour
from reports.tables import DECISIONS, Column

SPARE_ROWS = 200
"""Rows under the data that have the same help."""
NOT_ON_LIST = "这不是列表中的选项，程序将不会处理。仍要填写吗？"
NO_DATE = "这不是日期，程序将不会当作已收到。请写成 2024-10-20 的样子。仍要这样填写吗？"
_EARLIEST = 36526
"""2000-01-01 as a spreadsheet counts days."""


def help_staff(target: Any, column: Column, letter: str, last_row: int) -> None:
    """Puts the help of a column into its cells, if it is staff's and has any."""
    if not column.staff:
        return
    area = f"{letter}2:{letter}{last_row + SPARE_ROWS}"
    if check := _check(column):
        check.add(area)
        target.add_data_validation(check)
    if column.choices == DECISIONS:
        colour_words(target, area, "equal", {f'"{word}"': COLOURS[word] for word in DECISIONS})


def colour_words(target: Any, area: str, operator: str, colours: Mapping[str, Colour]) -> None:
    """Colours the cells of an area whose value compares to one of these, as a spreadsheet program writes it."""
    for value, colour in colours.items():
        font, fill = Font(color=colour.text, bold=True), PatternFill(bgColor=colour.fill, fill_type="solid")
        rule = CellIsRule(operator, [value], font=font, fill=fill)  # type: ignore[no-untyped-call]
        target.conditional_formatting.add(area, rule)


def _check(column: Column) -> Any:
    """What a column's cells are checked for and say when selected; None if nothing."""
    check: Any
    if column.choices:
        check = DataValidation(type="list", formula1='"' + ",".join(column.choices) + '"', allow_blank=True)
        check.error, check.showErrorMessage = NOT_ON_LIST, True
    elif column.format == "date":
        check = DataValidation(type="date", operator="greaterThan", formula1=str(_EARLIEST), allow_blank=True)
        check.error, check.showErrorMessage = NO_DATE, True
    elif column.hint:
        check = DataValidation(allow_blank=True)
    else:
        return None
    check.errorStyle, check.errorTitle = "warning", column.heading
    if column.hint:
        check.promptTitle, check.prompt, check.showInputMessage = column.heading, column.hint, True
    return check
