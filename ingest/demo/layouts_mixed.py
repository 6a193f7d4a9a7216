"""Forms of the corpus that are more than one table: lines of text, tables in tables, text boxes."""

from __future__ import annotations

from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.shared import Pt

from ingest.demo.docxs import add_line, fill, grid
from ingest.demo.sheets import (
    SEAL_HERE,
    SIGN_HERE,
    WHEN,
    Pairs,
    Sheet,
    controlled,
    table_of,
    tall,
    text_box,
    to_seal,
    to_sign,
    underlined,
)

_RIGHT = WD_ALIGN_PARAGRAPH.RIGHT


def prose(document: Document, sheet: Sheet) -> None:
    """No table at all: lines with colons, values on lines to write on."""
    underlined(document, [("一、作品名称", sheet["title"])])
    underlined(document, [("二、作品时长", sheet["duration"]), ("　制作时间", sheet["completed_on"])])
    underlined(document, [("三、首次播出时间", sheet["first_shown_on"]), ("　播出平台", sheet["platform"])])
    underlined(document, [("四、播出链接", sheet["play_url"])])
    underlined(document, [("五、主创", sheet["author"]), ("　职务/职称", sheet["author_title"])])
    underlined(document, [("六、单位", sheet["author_unit"])])
    underlined(document, [("七、制作单位", sheet["producer"])])
    underlined(document, [("八、版权所有者", sheet["rights_holder"])])
    underlined(document, [("九、联系人", sheet["contact"]), ("　联系方式", sheet["phone"])])
    underlined(document, [("十、电子邮箱", sheet["email"]), ("　邮政编码", sheet["postcode"])])
    underlined(document, [("十一、邮寄地址", sheet["address"])])
    add_line(document, f"十二、是否涉及“三区”：{sheet.ticked('sanqu', ('是', '否'), on='√')}")
    add_line(document, f"十三、作品简介：{sheet['summary']}")
    add_line(document, f"十四、非原创素材说明：{sheet['non_original']}")
    add_line(document, f"十五、原创承诺：{sheet['commitment']}")
    add_line(document, f"承诺人{SIGN_HERE}　　　　　　　　", align=_RIGHT)
    underlined(document, [("十六、推荐单位", sheet["recommender"])])
    add_line(document, f"十七、推荐单位意见：{sheet['recommender_opinion']}")
    add_line(document, "")
    add_line(document, f"推荐单位{SEAL_HERE}　　　", align=_RIGHT)
    add_line(document, f"{WHEN}　　　", align=_RIGHT)


def nested(document: Document, sheet: Sheet) -> None:
    """A frame of one column; each of its cells holds a heading and a table of its own."""
    first, second = sheet.reviewed()
    parts: list[tuple[str, list[Pairs]]] = [
        ("一、作品基本情况", [
            [("作品名称", sheet["title"])],
            [("视频时长", sheet["duration"]), ("作品完成时间", sheet["completed_on"])],
            [("公开播映时间", sheet["first_shown_on"]), ("公开播映平台", sheet["platform"])],
        ]),
        ("二、作者与制作单位", [
            [("申报人", sheet["author"]), ("职称", sheet["author_title"])],
            [("作者单位", sheet["author_unit"])],
            [("出品单位", sheet["producer"])],
            [("自荐类型", sheet.ticked("entrant_kind", ("机构", "个人"))), ("身份证号", sheet["entrant_id"])],
        ]),
        ("三、联系方式", [
            [("联系人", sheet["contact"]), ("电话", sheet["phone"])],
            [("邮箱", sheet["email"]), ("邮编", sheet["postcode"])],
            [("通讯地址", sheet["address"])],
        ]),
        ("四、作品说明", [
            [("作品简介", sheet["summary"])],
            [("非原创部分说明", sheet["non_original"])],
            [("原创承诺", to_sign(sheet["commitment"], "本人", 10))],
        ]),
        ("五、审核专家", [
            [("专家姓名", first.name), ("职称", first.rank)],
            [("专家姓名", second.name), ("职称", second.rank)],
            [("专家意见", to_sign(sheet["review_opinion"], "专家", 10))],
        ]),
    ]  # fmt: skip
    frame = grid(document, len(parts), (16.8,))
    for number, (heading, rows) in enumerate(parts):
        cell = frame.cell(number, 0)
        fill(cell, heading, size=10)
        table_of(cell, (3.0, 4.9, 3.0, 5.1), rows, size=9.5, line_cm=0.5)
        gap = cell.add_paragraph().paragraph_format
        gap.line_spacing, gap.space_after = Pt(3), Pt(0)


def values_in_the_label_cell(document: Document, sheet: Sheet) -> None:
    """Two cells a row, label and value in the same one, boxes to tick."""
    rows = [
        [f"作品名称：{sheet['title']}"],
        [f"时长：{sheet['duration']}", f"完成时间：{sheet['completed_on']}"],
        [f"首播时间：{sheet['first_shown_on']}", f"首播媒体：{sheet['platform']}"],
        [f"播放链接：{sheet['play_url']}"],
        [f"第一作者：{sheet['author']}", f"职称：{sheet['author_title']}"],
        [f"第一作者单位：{sheet['author_unit']}"],
        [f"第一制作机构：{sheet['producer']}"],
        [f"联系人：{sheet['contact']}", f"联系人电话：{sheet['phone']}"],
        [f"E-mail：{sheet['email']}", f"是否三区作品：{sheet.ticked('sanqu', ('是', '否'))}"],
        [f"通讯地址：{sheet['address']}"],
        [f"作品简介：\n{sheet['summary']}"],
        [f"非原创部分：{sheet['non_original']}"],
        ["原创承诺：\n" + to_sign(sheet["commitment"], "作者", 15)],
        [f"推荐单位名称：{sheet['recommender']}"],
        ["推荐意见：" + to_seal(sheet["recommender_opinion"], 15)],
    ]  # fmt: skip
    table = grid(document, len(rows), (8.3, 8.3))
    for number, texts in enumerate(rows):
        cells = table.rows[number].cells
        if len(texts) == 1:
            fill(cells[0].merge(cells[1]), texts[0])
        else:
            fill(cells[0], texts[0])
            fill(cells[1], texts[1])
    tall(table, len(rows) - 1, 4)


def official(document: Document, sheet: Sheet) -> None:
    """Two pages in the manner of a ministry: a page header, headings, a table under each, a long commitment."""
    for section in document.sections:
        section.header.paragraphs[0].add_run("全国科普微视频大赛　推荐材料").font.size = Pt(9)
    add_line(document, f"推荐部门：{sheet['recommender']}", size=12)
    add_line(document, "一、作品情况", size=14, bold=True)
    table_of(document, (3.4, 4.9, 3.4, 4.9), [
        [("微视频作品名称", sheet["title"])],
        [("时　长", sheet["duration"]), ("创作时间", sheet["completed_on"])],
        [("首播时间", sheet["first_shown_on"]), ("播出平台", sheet["platform"])],
        [("播放网址", sheet["play_url"])],
        [("是否涉及“三区”", sheet.ticked("sanqu", ("是", "否")))],
        [("作品内容简介\n（不超过300字）", sheet["summary"])],
    ], size=12)  # fmt: skip
    add_line(document, "二、作者情况", size=14, bold=True)
    table_of(document, (3.4, 4.9, 3.4, 4.9), [
        [("第一作者姓名", sheet["author"]), ("职务/职称", sheet["author_title"])],
        [("工作单位", sheet["author_unit"])],
        [("制作单位", sheet["producer"])],
        [("版权所有者", sheet["rights_holder"])],
        [("联系人", sheet["contact"]), ("联系电话", sheet["phone"])],
        [("电子邮箱", sheet["email"]), ("邮政编码", sheet["postcode"])],
        [("通讯地址", sheet["address"])],
    ], size=12)  # fmt: skip
    document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
    add_line(document, "三、承诺与推荐意见", size=14, bold=True)
    table = table_of(document, (3.4, 13.2), [
        [("非原创素材说明", sheet["non_original"])],
        [("作者承诺", to_sign(sheet["commitment"], "作者", 9))],
        [("推荐单位意见", to_seal(sheet["recommender_opinion"], 9))],
    ], size=12)  # fmt: skip
    tall(table, 2, 7)


def boxes(document: Document, sheet: Sheet) -> None:
    """A text box for how to reach people, content controls for values, a table of two columns under it."""
    text_box(
        document,
        [
            f"编号（由主办单位填写）：　　　　推荐单位：{sheet['recommender']}",
            f"联系人：{sheet['contact']}　　联系电话：{sheet['phone']}",
            f"邮箱地址：{sheet['email']}",
        ],
        width_cm=16.4,
        height_cm=3.4,
    )
    labels = {
        "title": "作品题目", "duration": "片长", "completed_on": "制作完成时间", "first_shown_on": "公开播映时间",
        "platform": "公开播映平台", "author": "主创人员", "author_title": "职务", "author_unit": "所在单位",
        "producer": "第一制作单位", "address": "邮寄地址", "summary": "内容介绍", "non_original": "非原创内容说明",
        "commitment": "版权声明",
    }  # fmt: skip
    table = grid(document, len(labels) + 2, (3.6, 13))
    for number, (field, label) in enumerate(labels.items()):
        fill(table.cell(number, 0), f"{label}：", label=True)
        controlled(table.cell(number, 1), sheet[field])
    at = len(labels)
    fill(table.cell(at, 0), "涉及“三区”：", label=True)
    fill(table.cell(at, 1), sheet.ticked("sanqu", ("是", "否")))
    fill(table.cell(at + 1, 0), "推荐部门意见：", label=True)
    fill(table.cell(at + 1, 1), to_seal(sheet["recommender_opinion"], 12, who="（公章）"))
    tall(table, at + 1, 3.6)


def letter(document: Document, sheet: Sheet) -> None:
    """Lines with two fields parted by a tab, a small table, and the reviewers as a list with a heading row."""

    def line(*pairs: tuple[str, str]) -> None:
        add_line(document, "\t".join(f"{label}：{sheet[field]}" for label, field in pairs))

    line(("片名", "title"))
    line(("片长", "duration"), ("创作时间", "completed_on"))
    line(("播映时间", "first_shown_on"), ("播出媒体", "platform"))
    line(("视频链接", "play_url"))
    table_of(document, (3.2, 5.1, 3.2, 5.1), [
        [("作者姓名", sheet["author"]), ("职务", sheet["author_title"])],
        [("工作单位", sheet["author_unit"])],
        [("制作机构", sheet["producer"])],
        [("机构/个人", sheet["entrant_kind"]), ("证件号码", sheet["entrant_id"])],
    ])  # fmt: skip
    line(("联系人姓名", "contact"), ("手机", "phone"))
    line(("电子邮箱", "email"), ("邮编", "postcode"))
    line(("联系地址", "address"))
    line(("内容简介", "summary"))
    line(("素材来源", "non_original"))
    line(("作者承诺", "commitment"))
    add_line(document, f"作者{SIGN_HERE}　　　　　　　　", align=_RIGHT)
    add_line(document, "审核专家（两名，副高级以上职称）：")
    table = grid(document, 3, (3.4, 3.6, 6.2, 3.4))
    for place, label in enumerate(("专家姓名", "职称", "工作单位", "签字")):
        fill(table.cell(0, place), label, label=True)
    for number, reviewer in enumerate(sheet.reviewed(units=True), start=1):
        for place, text in enumerate((reviewer.name, reviewer.rank, reviewer.unit)):
            fill(table.cell(number, place), text)
    line(("专家意见", "review_opinion"))
    add_line(document, f"{SEAL_HERE}　　　　", align=_RIGHT)
