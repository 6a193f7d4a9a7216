"""The organizers' copy: nothing of staff's, nobody's numbers or addresses, and all the rest."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from zipfile import ZipFile

import pandas as pd
import pytest
from openpyxl import load_workbook

from reports.book import AddedColumn, AddedSheet, CellKey, Extras, Item, Remark
from reports.masked import masked_book
from reports.tables import FINDINGS, LETTERS, MESSAGES, TODOS
from reports.workbook import write_workbook

PHONE = re.compile(r"1[3-9]\d[ -]?\d{4}[ -]?\d{4}|0\d{2,3}-\d{7,8}")
IDENTITY = re.compile(r"\d{17}[\dXx]")
EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.\w+")
PERSONAL = "请联系 138-0013-8000 或 zhang.san@163.com，证件 11010119900307123x，座机 010-88886666"
STAFF_SAID = "王编辑说此件优秀"


@pytest.fixture
def book(make_book):
    """A book with personal data in every sheet that can hold some, and staff's words everywhere."""
    row = {
        "作品名称": f"桥 {PERSONAL}", "状态": "材料不全", "问题摘要": PERSONAL, "第一作者": "林晚舟、欧阳娜娜",
        "联系人": "王工", "联系电话": "13800138000", "邮箱": "zhang.san@163.com", "视频": "13912345678.mp4",
        "时长": dt.timedelta(seconds=150), "收到时间": dt.datetime.fromisoformat("2024-10-08T03:30"),
        "视频.link": "../works/R2024-0001 桥 13800138000/视频.mp4",
        "文件夹": "打开", "文件夹.link": "../works/R2024-0001",
    }  # fmt: skip
    staff = {("R2024-0001", "备注"): STAFF_SAID, ("R2024-0001", "打分"): STAFF_SAID, ("R2024-0001", "初审结论"): "补正"}
    remark = Remark(CellKey("推荐作品", "R2024-0001", "备注"), f"{STAFF_SAID}{PERSONAL}", "王编辑")
    extras = Extras(
        (AddedColumn("推荐作品", "打分"),), (AddedSheet("笔记", ((STAFF_SAID, PERSONAL),)),), remarks=(remark,)
    )
    made = make_book(row, staff=staff, extras=extras)
    letter = {
        "编号": "L0001",
        "收信人": "a@b.cn",
        "主题": PERSONAL,
        "信件": "打开",
        "信件.link": "回信/L0001 a@b.cn.eml",
    }
    todo = {"编号": "T0001", "事项": PERSONAL, "来信人": "王工", "链接": "https://e.cn/?a@b.cn", "提取码": "k3x9"}
    frames = {
        FINDINGS.title: pd.DataFrame([{"登记号": "R2024-0001", "依据": f"表格：{PERSONAL}", "结果": "缺"}]),
        MESSAGES.title: pd.DataFrame([{"编号": "M00001", "发件人": "a@b.cn", "主题": PERSONAL, "附件": PERSONAL}]),
        LETTERS.title: pd.DataFrame([letter]),
        TODOS.title: pd.DataFrame([todo]),
    }
    boxes = tuple(replace(box, mailbox="kepuwsp@163.com", trouble=PERSONAL) for box in made.overview.mailboxes)
    said = replace(made.overview, mailboxes=boxes, notes=(PERSONAL,), today=(Item(PERSONAL, 1),))
    return replace(made, frames={**made.frames, **frames}, overview=said)


@pytest.fixture
def masked(tmp_path, book):
    """The masked workbook's file."""
    write_workbook(tmp_path / "脱敏.xlsx", masked_book(book))
    return tmp_path / "脱敏.xlsx"


@pytest.fixture
def text(masked):
    """All that stands in any file of the masked workbook, properties, links and comments too."""
    with ZipFile(masked) as archive:
        return "\n".join(f"{name}\n{archive.read(name).decode()}" for name in archive.namelist())


@pytest.mark.parametrize("pattern", [PHONE, IDENTITY, EMAIL])
def test_no_personal_number_or_address_is_in_any_part(text, pattern):
    assert pattern.findall(text) == []


@pytest.mark.parametrize("pattern", [PHONE, IDENTITY, EMAIL])
def test_the_patterns_find_what_is_not_masked(pattern):
    assert pattern.search(PERSONAL) is not None


@pytest.mark.parametrize(
    "word", [STAFF_SAID, "王工", "王编辑", "打分", "笔记", "初审结论", "k3x9", "comments", "林晚舟"]
)
def test_nothing_of_staffs_and_no_name_is_left(text, word):
    assert word not in text


def test_the_rest_stands(masked):
    sheet = load_workbook(masked)["推荐作品"]
    row = {head.value: cell.value for head, cell in zip(sheet[1], sheet[2], strict=True)}
    assert [row[name] for name in ("登记号", "状态", "第一作者")] == ["R2024-0001", "材料不全", "林**、欧***"]


def test_as_many_columns_are_printed_as_are_left_of_those_of_the_workbook(masked):
    sheet = load_workbook(masked)["推荐作品"]
    assert (sheet.print_area, sheet["H1"].value) == ("'推荐作品'!$A$1:$H$2", "制作单位")


def test_what_is_masked_still_says_what_it_was(masked):
    evidence = load_workbook(masked)[FINDINGS.title]["F2"].value
    expected = "表格：请联系 138****8000 或 z***@163.com，证件 1101**********123x，座机 010-****"
    assert evidence == expected


def test_the_sheets_are_those_of_the_workbook_without_conflicts_and_guide(masked):
    names = ["概览", "推荐作品", "审查明细", "推荐名额", "疑似重复", "待办", "回信", "邮件"]
    assert load_workbook(masked).sheetnames == names


def test_no_link_leads_to_the_staffs_share(text):
    assert "../works" not in text


def test_the_workbook_itself_is_not_changed(book):
    before = book.frames["推荐作品"].copy()
    masked_book(book)
    pd.testing.assert_frame_equal(book.frames["推荐作品"], before)
