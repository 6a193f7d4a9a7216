"""Every sheet as data: columns, headings, widths, formats, which are staff's. Nothing here writes a file.

The frames that fill them have these headings as columns, plus, where a sheet has links, a column `<heading>.link`
holding a path relative to the workbook's folder, or the address a `url` column's cell leads to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Format = Literal["text", "wrap", "datetime", "date", "number", "integer", "link", "url"]
"""`link`: to a file near the workbook; `url`: an address as text, to be clicked only where it has a `.link` too."""


@dataclass(frozen=True)
class Column:
    """One column. width: characters of the default font. choices: the list offered in a staff cell."""

    heading: str
    width: float = 14
    format: Format = "text"
    staff: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Colour:
    """A cell's colours as RRGGBB; text "" leaves the usual black."""

    fill: str
    text: str


@dataclass(frozen=True)
class Sheet:
    """One sheet. key: the heading that identifies a row; "" if its rows carry nothing of staff's.

    coloured: the heading whose words have colours (`COLOURS`); print_to: the last heading that is printed, "" for all.
    """

    title: str
    columns: tuple[Column, ...]
    key: str = ""
    coloured: str = ""
    print_to: str = ""

    @property
    def staff_columns(self) -> tuple[Column, ...]:
        """Columns whose cells are staff's."""
        return tuple(c for c in self.columns if c.staff)

    @property
    def headings(self) -> tuple[str, ...]:
        """All headings, left to right."""
        return tuple(c.heading for c in self.columns)


_BAD, _WARN, _BUSY = Colour("F8CBAD", "9C0006"), Colour("FFE699", "7F6000"), Colour("DDEBF7", "1F4E78")
_GOOD, _GREY = Colour("C6E0B4", "375623"), Colour("E7E6E6", "404040")

COLOURS: dict[str, Colour] = {
    "疑似恶意": Colour("C00000", "FFFFFF"),
    "不符合要求": _BAD,
    "材料不全": Colour("FCE4D6", "974706"),
    "处理中": _BUSY,
    "待人工复核": _WARN,
    "机审通过": _GOOD,
    "符合": _GOOD,
    "不符合": _BAD,
    "缺": Colour("FCE4D6", "974706"),
    "待处理": _BUSY,
    "待人工": _WARN,
    "人工核对": _BUSY,
    "通过": _GOOD,
    "不通过": _BAD,
    "补正": _WARN,
    "撤回": _GREY,
    "合并到": _GREY,
    "拆分": _GREY,
    "转组别": _GREY,
    "免催": _GREY,
    "不足5天": _BAD,
    "已过期": _GREY,
}
"""Colours of the words for states, outcomes, decisions and time left. The word itself always stands in the cell too."""

DECISIONS = ("通过", "不通过", "补正", "撤回", "合并到", "拆分", "转组别", "免催")

_WORK_HEAD = (
    Column("登记号", 13),
    Column("作品名称", 28, "wrap"),
    Column("状态", 12),
    Column("问题摘要", 54, "wrap"),
    Column("变化", 12, "wrap"),
)
_WORK_TAIL = (
    Column("第一作者", 12),
    Column("制作单位", 24, "wrap"),
    Column("联系人", 10),
    Column("联系电话", 15),
    Column("邮箱", 24),
    Column("收到时间", 17, "datetime"),
    Column("视频", 22, "wrap"),
    Column("电子表", 18, "wrap"),
    Column("扫描件", 18, "wrap"),
    Column("播放证明", 18, "wrap"),
    Column("时长", 10),
    Column("分辨率", 12),
    Column("大小", 11),
    Column("人工核对项", 26, "wrap"),
    Column("相关作品", 16, "wrap"),
    Column("回信", 12),
    Column("文件夹", 9, "link"),
    Column("审查页", 9, "link"),
    Column("光盘收到", 12, "date", staff=True),
    Column("纸质表收到", 12, "date", staff=True),
    Column("视频另行传送", 13, "date", staff=True),
    Column("初审结论", 11, staff=True, choices=DECISIONS),
    Column("合并到", 13, staff=True),
    Column("负责人", 10, staff=True),
    Column("审核人", 10, staff=True),
    Column("备注", 30, "wrap", staff=True),
)

OVERVIEW_TITLE, GUIDE_TITLE = "概览", "说明"
"""The sheets that are no tables: the program writes them whole."""

STATE_MEANINGS: dict[str, str] = {
    "疑似恶意": "文件中查出疑似病毒，请不要打开，告诉运维人员",
    "不符合要求": "有测得不符合通知要求的地方，见「审查明细」",
    "材料不全": "缺少必交的材料或表格内容",
    "处理中": "有文件还没有取到或还没有处理完",
    "待人工复核": "程序不能判断，请人工核对",
    "机审通过": "程序核对的各项均符合，人工核对项仍须核对",
}
DECISION_MEANINGS: dict[str, str] = {
    "通过": "形式审查通过",
    "不通过": "形式审查不通过，不计入名额",
    "补正": "请投稿人补正后再审",
    "撤回": "投稿人撤回，不计入名额",
    "合并到": "与另一件是同一作品，登记号写在「合并到」一栏",
    "拆分": "一封信里其实是几件作品，请程序分开登记",
    "转组别": "转到另一组别，程序会给新的登记号",
    "免催": "不再发催补信",
}


def work_sheet(title: str, who: str) -> Sheet:
    """The sheet of one track's works. who: heading of the recommending unit or the kind of entrant."""
    columns = (*_WORK_HEAD, Column(who, 22, "wrap"), *_WORK_TAIL)
    return Sheet(title, columns, key="登记号", coloured="状态", print_to="收到时间")


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
        Column("推荐单位", 30),
        Column("类别", 12),
        Column("名额", 8, "integer"),
        Column("已用", 8, "integer"),
        Column("超出", 8, "integer"),
        Column("剩余", 8, "integer"),
        Column("作品", 50, "wrap"),
    ),
)
DUPLICATES = Sheet(
    "疑似重复",
    (
        Column("编号", 10),
        Column("作品一", 13),
        Column("作品二", 13),
        Column("理由", 60, "wrap"),
        Column("结论", 14, staff=True, choices=("是同一作品", "不是同一作品")),
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
        Column("来信人", 26),
        Column("邮件主题", 30, "wrap"),
        Column("提出时间", 17, "datetime"),
        Column("已等天数", 9, "integer"),
        Column("截止", 17, "datetime"),
        Column("剩余天数", 9, "integer"),
        Column("期限", 10),
        Column("链接", 40, "url"),
        Column("提取码", 10),
        Column("文件大小", 11),
        Column("候选", 26, "wrap"),
        Column("选择", 14, staff=True),
        Column("密码", 14, staff=True),
        Column("处理", 14, staff=True, choices=("已处理", "不处理")),
        Column("处理人", 10, staff=True),
    ),
    key="编号",
    coloured="期限",
)
LETTERS = Sheet(
    "回信",
    (
        Column("编号", 10),
        Column("登记号", 16, "wrap"),
        Column("种类", 10),
        Column("收信人", 26),
        Column("主题", 40, "wrap"),
        Column("状态", 16),
        Column("生成时间", 17, "datetime"),
        Column("发出时间", 17, "datetime"),
        Column("信件", 8, "link"),
        Column("放行/暂缓", 11, staff=True, choices=("放行", "暂缓")),
    ),
    key="编号",
)
MESSAGES = Sheet(
    "邮件",
    (
        Column("编号", 10),
        Column("信箱", 22),
        Column("收到时间", 17, "datetime"),
        Column("发件人", 26),
        Column("主题", 40, "wrap"),
        Column("去向", 12),
        Column("登记号", 14, "wrap"),
        Column("说明", 40, "wrap"),
        Column("附件", 50, "wrap"),
        Column("归属", 14, staff=True),
    ),
    key="编号",
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
