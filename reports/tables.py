"""Every sheet as data: columns, headings, widths, formats, which are staff's. Nothing here writes a file.

The frames that fill them have these headings as columns, plus, where a sheet has links, a column `<heading>.link`
holding a path relative to the workbook's folder, or the address a `url` column's cell leads to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Format = Literal[
    "text", "wrap", "typed", "datetime", "date", "number", "integer", "duration", "megabytes", "link", "file", "url"
]
"""`duration`: a timedelta, `megabytes`: a number of them, each shown with its unit and sorted as what it is. `link`: to
a file near the workbook; `file`: wrapped text and `url`: an address, both to be clicked only where they have a `.link`.
`typed`: what people type stays as they typed it, leading zeros too.
"""
LINKED: frozenset[Format] = frozenset({"link", "file", "url"})
"""Formats whose columns have a `.link` beside them."""


@dataclass(frozen=True)
class Column:
    """One column. width: characters of the default font. choices: the list offered in a staff cell; hint: what is said
    when a staff cell is selected. detail: folds away with its neighbours. personal: not for the organizers' copy.
    """

    heading: str
    width: float = 14
    format: Format = "text"
    staff: bool = False
    choices: tuple[str, ...] = ()
    hint: str = ""
    detail: bool = False
    personal: bool = False


@dataclass(frozen=True)
class Sheet:
    """One sheet. key: the heading that identifies a row; "" if its rows carry nothing of staff's.

    coloured: the heading whose words have colours (`colours.COLOURS`); print_to: the last heading that is printed, ""
    for all; alarming: the heading whose numbers over zero stand out.
    """

    title: str
    columns: tuple[Column, ...]
    key: str = ""
    coloured: str = ""
    print_to: str = ""
    alarming: str = ""

    @property
    def staff_columns(self) -> tuple[Column, ...]:
        """Columns whose cells are staff's."""
        return tuple(c for c in self.columns if c.staff)

    @property
    def headings(self) -> tuple[str, ...]:
        """All headings, left to right."""
        return tuple(c.heading for c in self.columns)


DECISIONS = ("通过", "不通过", "补正", "撤回", "合并到", "拆分", "转组别", "免催")

_WORK_HEAD = (
    Column("登记号", 13),
    Column("作品名称", 28, "wrap"),
    Column("状态", 12),
    Column("问题摘要", 54, "wrap"),
    Column("变化", 12, "wrap"),
)
_DATE_HINT = "填日期，例如 2024-10-20"
_WORK_TAIL = (
    Column("第一作者", 12),
    Column("制作单位", 24, "wrap"),
    Column("联系人", 10, personal=True),
    Column("联系电话", 15, personal=True),
    Column("邮箱", 24, personal=True),
    Column("收到时间", 17, "datetime"),
    Column("视频", 24, "file", detail=True),
    Column("电子表", 20, "file", detail=True),
    Column("扫描件", 20, "file", detail=True),
    Column("播放证明", 20, "file", detail=True),
    Column("时长", 10, "duration", detail=True),
    Column("分辨率", 12, detail=True),
    Column("大小", 11, "megabytes", detail=True),
    Column("人工核对项", 26, "wrap", detail=True),
    Column("相关作品", 14, "wrap", detail=True),
    Column("回信", 18, "wrap"),
    Column("文件夹", 8, "link", personal=True),
    Column("审查页", 8, "link", personal=True),
    Column("光盘收到", 12, "date", staff=True, hint=_DATE_HINT),
    Column("纸质表收到", 12, "date", staff=True, hint=_DATE_HINT),
    Column("视频另行传送", 14, "date", staff=True, hint=_DATE_HINT),
    Column("初审结论", 11, staff=True, choices=DECISIONS),
    Column("合并到", 13, staff=True, hint="填另一件作品的登记号，例如 R2024-0001；并在「初审结论」选“合并到”"),
    Column("负责人", 10, staff=True),
    Column("审核人", 10, staff=True),
    Column("备注", 30, "wrap", staff=True),
)

OVERVIEW_TITLE, GUIDE_TITLE = "概览", "说明"
"""The sheets that are no tables: the program writes them whole."""


def work_sheet(title: str, who: str) -> Sheet:
    """The sheet of one track's works. who: heading of the recommending unit or the kind of entrant."""
    columns = (*_WORK_HEAD, Column(who, 22, "wrap"), *_WORK_TAIL)
    return Sheet(title, columns, key="登记号", coloured="状态", print_to="联系电话")


FINDINGS = Sheet(
    "审查明细",
    (
        Column("登记号", 13),
        Column("作品名称", 26, "wrap"),
        Column("条款", 16, "wrap"),
        Column("规则", 16),
        Column("结果", 9),
        Column("依据", 70, "wrap"),
    ),
    coloured="结果",
)
QUOTAS = Sheet(
    "推荐名额",
    (
        Column("推荐单位", 36, "wrap"),
        Column("类别", 38, "wrap"),
        Column("名额", 8, "integer"),
        Column("已用", 8, "integer"),
        Column("逾期", 8, "integer"),
        Column("超出", 8, "integer"),
        Column("剩余", 8, "integer"),
        Column("作品", 50, "wrap"),
    ),
    alarming="超出",
)
DUPLICATES = Sheet(
    "疑似重复",
    (
        Column("编号", 24),
        Column("作品一", 13),
        Column("作品二", 13),
        Column("理由", 60, "wrap"),
        Column("结论", 14, staff=True, choices=("是同一作品", "不是同一作品", "不是同一人或单位")),
    ),
    key="编号",
)
TODOS = Sheet(
    "待办",
    (
        Column("编号", 10),
        Column("事项", 60, "wrap"),
        Column("类别", 14),
        Column("登记号", 13),
        Column("来信人", 20, personal=True),
        Column("邮件主题", 30, "wrap"),
        Column("提出时间", 17, "datetime"),
        Column("已等天数", 9, "integer"),
        Column("截止", 17, "datetime"),
        Column("剩余天数", 9, "integer"),
        Column("期限", 10),
        Column("链接", 40, "url", personal=True),
        Column("提取码", 10, personal=True),
        Column("文件大小", 11, "megabytes"),
        Column("候选", 26, "wrap"),
        Column("选择", 14, staff=True, hint="填登记号、文件名或序号（可照「候选」一栏），或填“新作品”"),
        Column("密码", 14, "typed", staff=True, hint="填压缩包或文件的打开密码，程序下次运行时试用"),
        Column("处理", 14, staff=True, choices=("已处理", "不处理")),
        Column("处理人", 10, staff=True),
    ),
    key="编号",
    coloured="期限",
    print_to="期限",
)
LETTERS = Sheet(
    "回信",
    (
        Column("编号", 10),
        Column("登记号", 16, "wrap"),
        Column("种类", 10),
        Column("收信人", 28, personal=True),
        Column("主题", 40, "wrap"),
        Column("状态", 16),
        Column("生成时间", 17, "datetime"),
        Column("发出时间", 17, "datetime"),
        Column("信件", 8, "link", personal=True),
        Column("说明", 30, "wrap"),
        Column("放行/暂缓", 11, staff=True, choices=("放行", "暂缓", "已发出")),
    ),
    key="编号",
    coloured="状态",
)
MESSAGES = Sheet(
    "邮件",
    (
        Column("编号", 10),
        Column("信箱", 22),
        Column("收到时间", 17, "datetime"),
        Column("发件人", 28, personal=True),
        Column("主题", 40, "wrap"),
        Column("去向", 12),
        Column("登记号", 14, "wrap"),
        Column("说明", 40, "wrap"),
        Column("附件", 50, "wrap"),
        Column("归属", 14, staff=True, hint="填登记号，或填“新作品”“非投稿”；清空后由程序重新判断"),
    ),
    key="编号",
    coloured="去向",
    print_to="说明",
)
CONFLICTS = Sheet(
    "冲突",
    (
        Column("发现时间", 17, "datetime"),
        Column("工作表", 12),
        Column("编号", 13),
        Column("栏目", 14),
        Column("表中的值", 30, "wrap"),
        Column("另一处的值", 30, "wrap"),
        Column("说明", 50, "wrap"),
    ),
)


def sheets(works: Sequence[Sheet]) -> tuple[Sheet, ...]:
    """All data sheets in the workbook's order; 概览 comes before them and 说明 after."""
    return (*works, FINDINGS, QUOTAS, DUPLICATES, TODOS, LETTERS, MESSAGES, CONFLICTS)
