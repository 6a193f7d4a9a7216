"""说明: how to use the workbook, for someone who has never seen it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from reports.cells import text_width
from reports.colours import COLOURS, DECISION_MEANINGS, LIMIT_MEANINGS, OUTCOME_MEANINGS, STATE_MEANINGS
from reports.drawing import set_print
from reports.styles import Palette
from reports.tables import GUIDE_TITLE

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

GUIDE: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "这张表是什么",
        (
            "本表由收件程序自动更新：程序定时读取征集邮箱，登记作品、核对材料，并把结果写在这里。",
            "深蓝标题的栏目由程序填写，改了一般会在下次更新时恢复。黄色标题的栏目由您填写，程序不会改动。",
        ),
    ),
    (
        "每天可以这样用",
        (
            "先看「概览」：今天要处理什么、昨日以来来了什么。点右边的「见…」可以跳到那张表。",
            "在各组作品的工作表中按「状态」筛选；「变化」一栏写着上次报告以来状态变了的作品和新作品。",
            "点「审查页」看一件作品的全部材料和逐条依据；点「文件夹」或文件名打开原件。请把本表留在原处，否则链接会打不开。",
            "视频、时长、大小等明细栏目可以用表格上方的「−」「+」折叠和展开。时长和大小是数值，可以排序、筛选。",
            "看完之后填「初审结论」和「审核人」；再到「待办」「回信」「疑似重复」处理其余的事。",
        ),
    ),
    (
        "您可以放心做的",
        (
            "填写黄色栏目；排序、筛选、隐藏栏目；在最右边增加自己的栏目；增加自己的工作表。这些内容在更新后都会保留。",
            "程序按「登记号」（或「编号」）和栏目标题找到您填写的内容，所以请不要修改登记号和标题行。",
            "误删了一行不要紧，下次更新会恢复；两个人同时改了同一格，两个值都会写在「冲突」表中，请核对。",
        ),
    ),
    (
        "打开着表格时",
        (
            "程序不会覆盖正打开着的台账，而是在旁边另存为「台账（新）.xlsx」。关闭台账后，下次更新会自动合并。",
            "请及时保存并关闭，以便其他同事看到最新的内容。请保存为原来的名字和 xlsx 格式，不要设打开密码。",
        ),
    ),
    (
        "怎样登记人工决定",
        (
            "在「初审结论」中从列表选择，并在「审核人」中写上姓名。您的结论优先于程序给出的状态。",
            "选择「合并到」时，请在右边「合并到」一栏写上另一件作品的登记号。",
            "收到光盘和纸质表后，请在相应栏目填写日期，例如 2024-10-20。",
        ),
    ),
    (
        "各工作表",
        (
            "概览：今天要处理的事和各项数量。各组作品的工作表：每行一件作品。",
            "审查明细：每一条不符合、缺少或需要人工核对的事项，附条款和依据。",
            "推荐名额：各推荐单位的名额使用情况。疑似重复：可能相同的作品，请写结论。",
            "电子表读不出、或没有电子表的作品，「作品名称」到「邮箱」各栏可以直接填写，算作录入的电子表，清空即恢复。",
            "待办：程序做不了、请您做的事。回信：待发和已发的信，可放行或暂缓；信的内容在「回信」文件夹的回信一览.html。",
            "邮件：每封来信的去向，可在「归属」写登记号。冲突：需要核对的格子。",
        ),
    ),
)
LEGENDS: tuple[tuple[str, Mapping[str, str]], ...] = (
    ("颜色与文字：状态", STATE_MEANINGS),
    ("颜色与文字：初审结论", DECISION_MEANINGS),
    ("颜色与文字：审查明细的结果", OUTCOME_MEANINGS),
    ("颜色与文字：待办的期限", LIMIT_MEANINGS),
)
WIDTHS = (16.0, 104.0)
LINE_PT = 17.0


def draw_guide(workbook: Workbook, palette: Palette) -> None:
    """Adds 说明 to the workbook."""
    sheet = workbook.create_sheet(GUIDE_TITLE)
    rows: list[tuple[str, str, str]] = [("本表使用说明", "", "title")]
    for heading, paragraphs in GUIDE:
        rows += [(heading, "", "heading"), *((f"{i}", text, "") for i, text in enumerate(paragraphs, start=1))]
    for heading, meanings in LEGENDS:
        rows += [(heading, "", "heading"), *((word, text, "word") for word, text in meanings.items())]
    for number, row in enumerate(rows, start=1):
        _row(sheet, number, *row, palette)
    for letter, width in zip("AB", WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.sheet_view.showGridLines = False
    set_print(sheet, f"A1:B{len(rows)}", paper=9, landscape=False)
    sheet.print_title_rows = None


def _row(sheet: Worksheet, number: int, first: str, second: str, look: str, palette: Palette) -> None:
    """look: title, heading, word (a word in its colour and what it means), or "" for a numbered sentence."""
    left: Any = sheet.cell(number, 1, first)
    right: Any = sheet.cell(number, 2, second or None)
    right._style = palette.plain(wrap=True)
    if look in ("title", "heading"):
        left._style = palette.plain(16 if look == "title" else 12, bold=True, colour="1F4E78")
        sheet.row_dimensions[number].height = 32 if look == "title" else 27
        return
    left._style = palette.boxed(centred=True, colour=COLOURS[first]) if look else palette.numbered()
    lines = -(-text_width(second) // int(WIDTHS[1] - 2))
    sheet.row_dimensions[number].height = LINE_PT * max(1, lines)
