"""Forms of the corpus that are one table: two, four, six, eight columns, sections down the side, labels on top."""

from __future__ import annotations

from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt

from ingest.demo.docxs import add_line, fill, grid
from ingest.demo.sheets import SEAL_HERE, WHEN, Pairs, Sheet, table_of, tall, to_seal, to_sign, two_a_row

_SIDE = (1.2, 3.0, 4.7, 2.8, 4.9)


def two_columns(document: Document, sheet: Sheet) -> None:
    """A label and a value a row, nothing else; the seal goes over the unit's name."""
    labels = {
        "title": "作品名称", "duration": "作品时长", "completed_on": "完成时间", "first_shown_on": "首播时间",
        "platform": "播出平台", "play_url": "播放网址", "author": "第一作者", "author_unit": "作者单位",
        "author_title": "职务/职称", "producer": "制作单位", "rights_holder": "版权单位", "sanqu": "是否三区",
        "contact": "联系人", "phone": "联系电话", "email": "电子邮箱", "postcode": "邮政编码", "address": "通讯地址",
        "summary": "作品简介", "non_original": "非原创部分", "commitment": "原创承诺",
        "recommender_opinion": "推荐单位意见",
    }  # fmt: skip
    rows: list[Pairs] = [[(label, sheet[field])] for field, label in labels.items()]
    rows.append([(f"推荐单位{SEAL_HERE}", sheet.put("recommender", f"{sheet['recommender']}\n{WHEN}"))])
    table = table_of(document, (4, 12.6), rows, size=10)
    tall(table, len(rows) - 1, 2.6)


def four_columns(document: Document, sheet: Sheet) -> None:
    """Two fields a row, the labels spread with spaces; opinion and seal share a cell."""
    rows: list[Pairs] = [
        [("片　　　　名", sheet["title"])],
        [("时　　　　长", sheet["duration"]), ("完 成 时 间", sheet["completed_on"])],
        [("播 出 时 间", sheet["first_shown_on"]), ("播 出 媒 体", sheet["platform"])],
        [("视 频 链 接", sheet["play_url"])],
        [("作 者 姓 名", sheet["author"]), ("职　　　　称", sheet["author_title"])],
        [("工 作 单 位", sheet["author_unit"])],
        [("制 作 单 位", sheet["producer"])],
        [("著 作 权 人", sheet["rights_holder"]), ("三 区 作 品", sheet["sanqu"])],
        [("联　系　人", sheet["contact"]), ("手　　　　机", sheet["phone"])],
        [("邮　　　　箱", sheet["email"]), ("邮　　　　编", sheet["postcode"])],
        [("联 系 地 址", sheet["address"])],
        [("内 容 简 介", sheet["summary"])],
        [("引用素材说明", sheet["non_original"])],
        [("版 权 声 明", to_sign(sheet["commitment"], "作者", 10))],
        [("推 荐 部 门", sheet["recommender"])],
        [("推 荐 意 见", to_seal(sheet["recommender_opinion"], 10))],
    ]
    table = table_of(document, (2.9, 5.4, 2.9, 5.4), rows)
    tall(table, len(rows) - 1, 4)


def six_columns(document: Document, sheet: Sheet) -> None:
    """Three fields a row, every label with its number."""
    rows: list[Pairs] = [
        [("1.作品题目", sheet["title"])],
        [
            ("2.片长", sheet["duration"]),
            ("3.制作完成时间", sheet["completed_on"]),
            ("4.首次播映时间", sheet["first_shown_on"]),
        ],
        [("5.播映平台", sheet["platform"]), ("6.播放链接", sheet["play_url"])],
        [("7.主创人员", sheet["author"]), ("8.职务", sheet["author_title"]), ("9.是否涉及三区", sheet["sanqu"])],
        [("10.所在单位", sheet["author_unit"])],
        [("11.出品单位", sheet["producer"]), ("12.版权所有", sheet["rights_holder"])],
        [("13.联系人", sheet["contact"]), ("14.电话", sheet["phone"])],
        [("15.E-mail", sheet["email"]), ("16.邮编", sheet["postcode"])],
        [("17.地址", sheet["address"])],
        [("18.作品介绍", sheet["summary"])],
        [("19.非原创占比", sheet["non_original"])],
        [("20.作者承诺", to_sign(sheet["commitment"], "", 12))],
        [("21.推荐单位", sheet["recommender"])],
        [("22.推荐部门意见", to_seal(to_sign(sheet["recommender_opinion"], "负责人"), 12, who="单位"))],
    ]  # fmt: skip
    table = table_of(document, (2.5, 3.1, 2.5, 3.1, 2.5, 3.1), rows, size=10)
    tall(table, len(rows) - 1, 4)


def sections_down_the_side(document: Document, sheet: Sheet) -> None:
    """Sections in a merged first column; the reviewers have titles and units of their own."""
    first, second = sheet.reviewed(units=True)
    sections: list[tuple[str, list[Pairs]]] = [
        ("作品信息", [
            [("微视频名称", sheet["title"])],
            [("时长", sheet["duration"]), ("完成日期", sheet["completed_on"])],
            [("首播日期", sheet["first_shown_on"]), ("首播平台", sheet["platform"])],
            [("播放地址", sheet["play_url"])],
        ]),
        ("作者信息", [
            [("自荐类型", sheet.ticked("entrant_kind", ("机构", "个人"))), ("证件号码", sheet["entrant_id"])],
            [("第一作者姓名", sheet["author"]), ("职称", sheet["author_title"])],
            [("工作单位", sheet["author_unit"])],
            [("第一制作单位", sheet["producer"])],
            [("联系人姓名", sheet["contact"]), ("联系电话", sheet["phone"])],
            [("电子邮件", sheet["email"]), ("邮编", sheet["postcode"])],
            [("联系地址", sheet["address"])],
        ]),
        ("作品说明", [
            [("内容简介", sheet["summary"])],
            [("素材来源", sheet["non_original"])],
            [("原创声明", to_sign(sheet["commitment"], "作者", 8))],
        ]),
        ("审核专家", [
            [("专家姓名", first.name), ("职称", first.rank)],
            [("工作单位", first.unit), ("签字", "")],
            [("专家姓名", second.name), ("职称", second.rank)],
            [("工作单位", second.unit), ("签字", "")],
        ]),
        ("单位意见", [[("审核意见", to_seal(sheet["review_opinion"], 11))]]),
    ]  # fmt: skip
    table = grid(document, sum(len(rows) for _, rows in sections), _SIDE)
    at = 0
    for name, rows in sections:
        fill(table.cell(at, 0).merge(table.cell(at + len(rows) - 1, 0)), "\n".join(name), label=True)
        for pairs in rows:
            _beside_the_section(table.rows[at].cells[1:], pairs)
            at += 1
    tall(table, at - 1, 3)


def _beside_the_section(cells: tuple, pairs: Pairs) -> None:  # type: ignore[type-arg]
    for place, (label, value) in enumerate(pairs):
        fill(cells[2 * place], label, label=True, size=10)
        fill(cells[1] if len(pairs) > 1 and not place else cells[2 * place + 1].merge(cells[3]), value, size=10)


def labels_above(document: Document, sheet: Sheet) -> None:
    """A row of labels, under it the row of their values, band after band."""
    bands = [
        [("作品名称", "title"), ("时长", "duration"), ("完成时间", "completed_on"), ("首播时间", "first_shown_on")],
        [("作者", "author"), ("职务职称", "author_title"), ("自荐类别", "entrant_kind"), ("播放平台", "platform")],
        [("作者单位", "author_unit"), ("制作机构", "producer"), ("著作权人", "rights_holder"),
         ("证件号码", "entrant_id")],
        [("联系人", "contact"), ("手机号码", "phone"), ("邮箱地址", "email"), ("邮政编码", "postcode")],
    ]  # fmt: skip
    table = grid(document, 2 * len(bands), (4.4, 3.9, 4.4, 3.9))
    for number, band in enumerate(bands):
        for place, (label, field) in enumerate(band):
            fill(table.cell(2 * number, place), label, label=True, size=10)
            fill(table.cell(2 * number + 1, place), sheet[field], size=10)
    long = [
        ("通讯地址", "address"),
        ("播放网址", "play_url"),
        ("作品内容简介", "summary"),
        ("非原创内容说明", "non_original"),
    ]
    rest = grid(document, 2 * len(long) + 4, (16.6,))
    for number, (label, field) in enumerate(long):
        fill(rest.cell(2 * number, 0), label, label=True, size=10)
        fill(rest.cell(2 * number + 1, 0), sheet[field], size=10)
    at = 2 * len(long)
    fill(rest.cell(at, 0), "承诺书", label=True, size=10)
    fill(
        rest.cell(at + 1, 0),
        to_sign(sheet["commitment"], "承诺人", 15),
        size=10,
    )
    fill(rest.cell(at + 2, 0), "所在单位意见", label=True, size=10)
    fill(rest.cell(at + 3, 0), to_seal(sheet["review_opinion"], 15), size=10)
    tall(rest, at + 3, 3)


def dense(document: Document, sheet: Sheet) -> None:
    """Eight narrow columns, small letters, hints in brackets and labels broken over two lines."""
    for section in document.sections:
        section.header.paragraphs[0].add_run("附件4").font.size = Pt(9)
    rows: list[Pairs] = [
        [("视频\n名称", sheet["title"])],
        [("时长", sheet["duration"]), ("完成\n时间", sheet["completed_on"]),
         ("首播\n时间", sheet["first_shown_on"]), ("播映\n平台", sheet["platform"])],
        [("播放网址（长期有效）", sheet["play_url"])],
        [("作者", sheet["author"]), ("职称", sheet["author_title"]),
         ("申报\n类别", sheet["entrant_kind"]), ("邮编", sheet["postcode"])],
        [("统一社会信用代码/身份证号", sheet["entrant_id"])],
        [("作者\n单位", sheet["author_unit"])],
        [("制作\n单位", sheet["producer"])],
        [("版权\n单位", sheet["rights_holder"])],
        [("联系人", sheet["contact"]), ("联系\n电话", sheet["phone"]), ("电子\n邮箱", sheet["email"])],
        [("通讯\n地址", sheet["address"])],
        [("作品简介（300字以内）", sheet["summary"])],
        [("引用素材说明（如有）", sheet["non_original"])],
        [("承诺书", to_sign(sheet["commitment"], "第一作者", 14))],
        [("单位审核意见", to_seal(sheet["review_opinion"], 16))],
    ]  # fmt: skip
    table = grid(document, len(rows), (1.6, 2.6) * 4)
    for number, pairs in enumerate(rows):
        two_a_row(table, number, pairs, size=9)
    tall(table, len(rows) - 1, 3.5)
    add_line(document, "填表说明：本表一式两份，复印有效。", size=9, align=WD_ALIGN_PARAGRAPH.LEFT)
