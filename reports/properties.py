"""What a workbook says of itself, for the shared drive's search and for the program that opens it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reports.book import Overview
from reports.tables import GUIDE_TITLE, OVERVIEW_TITLE

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

CREATOR = "kepu-intake"
CALCULATED_BY = 191029
"""The calculation engine of Excel 2019 and later. Told that an older one wrote the file, Excel calculates it anew, and
asks those who only looked whether to save."""


def describe(workbook: Workbook, overview: Overview) -> None:
    """Title, author, time, subject and words to be found by."""
    about = workbook.properties
    about.title, about.creator, about.lastModifiedBy = overview.title, CREATOR, CREATOR
    about.created = about.modified = overview.as_of.replace(tzinfo=None)
    about.subject, about.language = f"{OVERVIEW_TITLE}、作品、审查明细、待办、{GUIDE_TITLE}", "zh-CN"
    about.category, about.keywords = "收件台账", "收件 台账 登记号 审查 待办"
    about.description = "由 kepu-intake 自动更新。黄色标题的栏目由工作人员填写，更新后保留；用法见「说明」。"
    calculation: Any = workbook.calculation
    calculation.fullCalcOnLoad, calculation.calcId = False, CALCULATED_BY
