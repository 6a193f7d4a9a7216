"""说明: how to use the workbook, for someone who has never seen it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openpyxl.styles import Alignment

from reports.colours import COLOURS, DECISION_MEANINGS, STATE_MEANINGS
from reports.drawing import set_print
from reports.styles import Palette
from reports.tables import GUIDE_TITLE

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

GUIDE: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "这张表是什么",
        (
            "本表由收件程序自动更新：程序定时读取征集邮箱，登记作品、核对材料，并把结果写在这里。",
            "白色的栏目由程序填写，改了也会在下次更新时恢复。黄色标题的栏目由您填写，程序不会改动。",
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
            "请及时保存并关闭，以便其他同事看到最新的内容。",
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
            "概览：今天要处理的事和各项数量。推荐作品、社会征集：每行一件作品。",
            "审查明细：每一条不符合、缺少或需要人工核对的事项，附条款和依据。",
            "推荐名额：各推荐单位的名额使用情况。疑似重复：可能相同的作品，请写结论。",
            "待办：程序做不了、请您做的事。回信：待发和已发的信，可放行或暂缓。",
            "邮件：每封来信的去向，可在「归属」写登记号。冲突：需要核对的格子。",
        ),
    ),
)
WIDTHS = (16.0, 100.0)


def draw_guide(workbook: Workbook, palette: Palette) -> None:
    """Adds 说明 to the workbook."""
    sheet = workbook.create_sheet(GUIDE_TITLE)
    rows: list[tuple[str, str, str]] = [("本表使用说明", "", "title")]
    for heading, paragraphs in GUIDE:
        rows += [(heading, "", "heading"), *((f"{i}", text, "") for i, text in enumerate(paragraphs, start=1))]
    rows += [("状态的意思", "", "heading"), *((word, text, "") for word, text in STATE_MEANINGS.items())]
    rows += [("初审结论的意思", "", "heading"), *((word, text, "") for word, text in DECISION_MEANINGS.items())]
    for number, (first, second, look) in enumerate(rows, start=1):
        left: Any = sheet.cell(number, 1, first)
        right: Any = sheet.cell(number, 2, second)
        left._style, right._style = palette.plain(bold=True), palette.plain(wrap=True)
        if look:
            left._style = palette.plain(16 if look == "title" else 12, bold=True, colour="1F4E78")
            sheet.row_dimensions[number].height = 30 if look == "title" else 26
        else:
            sheet.row_dimensions[number].height = 18
            left.alignment = Alignment(horizontal="center", vertical="center")
        if first in COLOURS:
            left._style = palette.body("text", COLOURS[first])
    for letter, width in zip("AB", WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.sheet_view.showGridLines = False
    set_print(sheet, f"A1:B{len(rows)}", paper=9, landscape=False)
    sheet.print_title_rows = None
