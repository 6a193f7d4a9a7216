"""Words of staff's where the program writes, rows that went or lost their key: each is told."""

import datetime as dt
import re
import zipfile

import pytest
from openpyxl import load_workbook
from openpyxl.comments import Comment

from reports.book import CellKey, Conflict
from reports.shown import from_text, shown_of, to_text_of
from reports.staff import read_staff, without_strays
from reports.strays import (
    DELETED_ROW,
    DELETED_ROWS,
    DELETED_SHEET,
    FORMULAS,
    LOST_REMARK,
    NO_KEY,
    ON_KEYLESS,
    REMARK,
    UNKNOWN_KEY,
    WHOLE_ROW,
    WRITTEN_OVER,
)  # fmt: skip
from reports.workbook import write_workbook

SHEET = "推荐作品"
ONE, TWO, THREE = "R2024-0001", "R2024-0002", "R2024-0003"


@pytest.fixture
def book(make_book):
    at = dt.datetime(2024, 10, 8, 12, 1, 33)  # noqa: DTZ001 - a cell of a workbook has no zone
    rows = [{"作品名称": title, "收到时间": at, "联系人": "王工"} for title in ("甲", "=乙", "丙\n丁 ")]
    return make_book(*rows, staff={(ONE, "备注"): "甲的备注"})


@pytest.fixture
def told(tmp_path, book):
    """told(change): the conflicts after staff changed the workbook."""
    path = tmp_path / "台账.xlsx"

    def tell(change, book=book):
        write_workbook(path, book)
        edited = load_workbook(path)
        change(edited)
        edited.save(path)
        read = read_staff(path, book.sheets, from_text(to_text_of(shown_of(book))), book.extras)
        return without_strays(read, {SHEET: [ONE, TWO, THREE]}).conflicts

    return tell


def at(sheet, key, heading):
    row = next(cell.row for cell in sheet["A"] if cell.value == key)
    return sheet.cell(row, [cell.value for cell in sheet[1]].index(heading) + 1)


def test_nothing_changed_is_nothing_told(told):
    assert told(lambda book: None) == ()


def test_words_over_a_cell_of_the_programs_are_told(told):
    conflict = Conflict(SHEET, TWO, "联系人", "", "李工", WRITTEN_OVER)
    assert told(lambda book: setattr(at(book[SHEET], TWO, "联系人"), "value", "李工")) == (conflict,)


def test_words_in_an_empty_cell_of_the_programs_are_told(told):
    conflict = Conflict(SHEET, TWO, "邮箱", "", "li@a.cn", WRITTEN_OVER)
    assert told(lambda book: setattr(at(book[SHEET], TWO, "邮箱"), "value", "li@a.cn")) == (conflict,)


def test_an_emptied_cell_of_the_programs_is_nothing_lost(told):
    assert told(lambda book: setattr(at(book[SHEET], TWO, "联系人"), "value", None)) == ()


def test_a_deleted_row_is_told(told):
    assert told(lambda book: book[SHEET].delete_rows(3)) == (Conflict(SHEET, TWO, WHOLE_ROW, "", "", DELETED_ROW),)


def test_many_deleted_rows_are_told_together(told, make_book):
    book = make_book(*({"作品名称": str(number)} for number in range(40)))
    (conflict,) = told(lambda edited: edited[SHEET].delete_rows(3, 30), book)
    assert (conflict.note, conflict.other.count("、")) == (DELETED_ROWS, 29)


def test_a_deleted_sheet_is_told(told):
    conflict = Conflict(SHEET, "", WHOLE_ROW, "", "", DELETED_SHEET)
    assert told(lambda book: book.remove(book[SHEET])) == (conflict,)


def test_a_broken_key_is_told_with_the_row_it_was(told):
    conflicts = told(lambda book: setattr(at(book[SHEET], ONE, "登记号"), "value", "R2024-"))
    words = f"登记号：R2024-；作品名称：甲；看起来原是 {ONE}，那一行已按原样写回"
    assert conflicts == (
        Conflict(SHEET, "R2024-", "备注", "", "甲的备注", UNKNOWN_KEY),
        Conflict(SHEET, "R2024-", WHOLE_ROW, "", words, UNKNOWN_KEY),
    )


def test_a_row_of_staffs_own_is_told_with_all_that_stands_in_it(told):
    def add(book):
        book[SHEET].append([None, "电话报名的作品", "待收"])

    assert told(add) == (Conflict(SHEET, "", WHOLE_ROW, "", "作品名称：电话报名的作品；状态：待收", NO_KEY),)


def test_formulas_in_a_column_of_staffs_are_told_once_and_their_results_kept(tmp_path, book):
    path = tmp_path / "台账.xlsx"
    write_workbook(path, book)
    edited = load_workbook(path)
    for key in (ONE, TWO):
        at(edited[SHEET], key, "备注").value = "=1+1"
    edited.save(path)
    computed(path, 2)
    read = read_staff(path, book.sheets, shown_of(book))
    note = FORMULAS.format(count=2)
    assert read.conflicts == (Conflict(SHEET, ONE, "备注", "2", "=1+1", note),)
    assert [read.cells[CellKey(SHEET, key, "备注")] for key in (ONE, TWO)] == [2, 2]


def computed(path, result):
    """Puts the result beside each formula, as a spreadsheet program does when it saves."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            done = re.sub(rb"<f>1\+1</f><v ?/>|<f>1\+1</f><v></v>", rb"<f>1+1</f><v>%d</v>" % result, content)
            archive.writestr(name, done)


@pytest.mark.parametrize("title", ["概览", "审查明细", "冲突", "说明"])
def test_words_on_a_sheet_that_is_written_whole_are_told(told, title):
    def write(book):
        book[title].cell(60, 3).value = "问过主办方"

    assert told(write) == (Conflict(title, "第60行", "C栏", "", "问过主办方", ON_KEYLESS),)


def test_a_comment_on_a_sheet_that_is_written_whole_is_told(told):
    conflict = Conflict("概览", "第60行", f"B栏{REMARK}", "", "核对过", LOST_REMARK)
    assert told(lambda book: setattr(book["概览"]["B60"], "comment", Comment("核对过", "张"))) == (conflict,)


def test_a_comment_on_a_row_without_its_key_is_told(told):
    def change(book):
        at(book[SHEET], ONE, "备注").comment = Comment("核对过", "张")
        at(book[SHEET], ONE, "登记号").value = None

    assert Conflict(SHEET, "", f"备注{REMARK}", "", "核对过", LOST_REMARK) in told(change)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda sheet: sheet.insert_rows(1, 2), "在标题行上方多了 2 行"),
        (lambda sheet: sheet.merge_cells("B2:C3"), "B2:C3"),
    ],
)
def test_what_must_not_be_written_over_is_said(tmp_path, book, change, said):
    path = tmp_path / "台账.xlsx"
    write_workbook(path, book)
    edited = load_workbook(path)
    change(edited[SHEET])
    edited.save(path)
    (reason,) = read_staff(path, book.sheets).untidy
    assert (said in reason, "「台账.xlsx」" in reason) == (True, True)
