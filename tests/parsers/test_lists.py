"""Tables with a work a row: workbooks as people make them, tables in Word documents, and what only looks like one."""

import datetime as dt
import zipfile

import docx
import openpyxl
import pytest

from parsers import look
from parsers.facts import Broken, Wants
from parsers.lists import listed_works

LABELS = {
    "title": ("作品名称",),
    "author": ("第一作者", "作者", "第一作者姓名", "作者姓名"),
    "author_unit": ("作者单位", "单位"),
    "producer": ("制作单位",),
    "completed_on": ("完成时间",),
    "phone": ("联系电话",),
    "contact": ("联系人",),
}
WANTS = Wants(labels=LABELS, titles=("推荐表",))
HEAD = ["序号", "作品名称", "作者", "制作单位"]
ONE, OTHER = ["1", "《星海寻踪》", "林晚舟", "广东台"], ["2", "深海来信", "张三", "海洋局"]
WORKS = (
    {"title": "星海寻踪", "author": "林晚舟", "producer": "广东台"},
    {"title": "深海来信", "author": "张三", "producer": "海洋局"},
)


@pytest.fixture
def sheet(tmp_path):
    """The facts of a workbook of these rows; `merged`: ranges."""

    def make(rows, merged=()):
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        for one in merged:
            book.active.merge_cells(one)
        book.save(tmp_path / "a.xlsx")
        return look(tmp_path / "a.xlsx", WANTS, None)

    return make


@pytest.fixture
def document(tmp_path):
    """The facts of a Word document with a heading and a table of these rows."""

    def make(rows, heading="推荐作品汇总表"):
        made = docx.Document()
        made.add_paragraph(heading)
        table = made.add_table(rows=len(rows), cols=max(map(len, rows)))
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                table.cell(r, c).text = value
        made.save(tmp_path / "a.docx")
        return look(tmp_path / "a.docx", WANTS, None)

    return make


def test_a_workbook_with_a_work_a_row_is_a_list_and_no_form(sheet):
    facts = sheet([["推荐作品汇总表"], HEAD, ONE, OTHER], ["A1:D1"])
    assert (facts.works, facts.fields) == (WORKS, {})


def test_a_table_in_a_document_is_a_list(document):
    assert document([HEAD, ONE, OTHER]).works == WORKS


def test_headings_over_two_rows_are_read_together(sheet):
    head = [["序号", "作品名称", "第一作者", None], [None, None, "姓名", "单位"]]
    rows = [*head, [1, "星海寻踪", "林晚舟", "广东台"], [2, "深海来信", "张三", "海洋局"]]
    facts = sheet(rows, ["A1:A2", "B1:B2", "C1:D1"])
    assert [work["author_unit"] for work in facts.works] == ["广东台", "海洋局"]


def test_a_date_in_a_list_is_a_day(sheet):
    head = ["序号", "作品名称", "完成时间"]
    facts = sheet([["汇总表"], head, [1, "星海寻踪", dt.date(2023, 5, 1)], [2, "深海来信", "2023年6月"]])
    assert [work["completed_on"] for work in facts.works] == ["2023-05-01", "2023年6月"]


def test_totals_and_blank_rows_are_no_works(sheet):
    facts = sheet([["汇总表"], HEAD, ONE, [None, None, None, None], OTHER, ["合计", "共2部"]])
    assert facts.works == WORKS


def test_a_work_named_twice_is_listed_once(sheet):
    assert sheet([["汇总表"], HEAD, ONE, OTHER, ONE]).works == WORKS


def test_one_row_is_a_list_only_where_it_is_called_one(sheet):
    assert [len(sheet([[said], HEAD, ONE]).works) for said in ("汇总表", "作品")] == [1, 0]


def test_a_workbook_that_is_a_form_has_fields_and_no_list(sheet):
    facts = sheet([["2024年大赛推荐表"], ["作品名称", "星海寻踪"], ["作者", "林晚舟", "制作单位", "广东台"]])
    assert ({k: v.value for k, v in facts.fields.items()}, facts.works) == (WORKS[0], ())


def test_an_authors_earlier_works_do_not_make_a_form_a_list(sheet):
    form = [["大赛推荐表"], ["作品名称", "星海"], ["作者", "林", "制作单位", "台"], ["联系人", "王", "联系电话", "1"]]
    earlier = [["序号", "作品名称", "完成时间"], [1, "旧作甲", "2020"], [2, "旧作乙", "2021"]]
    facts = sheet([*form, ["作者单位", "某台"], *earlier])
    assert (facts.works, facts.fields["title"].value) == ((), "星海")


def test_a_workbook_cut_off_is_broken(tmp_path):
    (tmp_path / "a.xlsx").write_bytes(b"PK\x03\x04 xl/workbook.xml")
    assert isinstance(look(tmp_path / "a.xlsx", WANTS, None), Broken)


def test_a_workbook_of_entities_is_broken(tmp_path):
    bomb = '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">]><workbook>&a;</workbook>'
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as made:
        made.writestr("[Content_Types].xml", "<Types/>")
        made.writestr("xl/workbook.xml", bomb)
    assert look(tmp_path / "a.xlsx", WANTS, None).text == ""


def test_a_workbook_too_large_is_broken(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("[Content_Types].xml", "<Types/>")
        made.writestr("xl/workbook.xml", b"<workbook>" + bytes(33 * 2**20))
    assert look(tmp_path / "a.xlsx", WANTS, None).reason == "too-large"


def test_a_grid_without_a_title_column_lists_nothing():
    assert listed_works([[["序号", "姓名", "电话"], ["1", "林", "2"]]], LABELS) == ()
