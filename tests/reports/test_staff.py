from __future__ import annotations

import datetime as dt
import io

import pytest
from openpyxl import Workbook, load_workbook

from reports.book import AddedColumn, AddedSheet, CellKey, Conflict, Extras
from reports.staff import COPIED_ROW, NO_KEY, UNKNOWN_KEY, StaffBook, Unreadable, read_staff, without_strays
from reports.strays import WHOLE_ROW
from reports.workbook import write_workbook

SHEET = "推荐作品"
ONE, TWO, THREE = "R2024-0001", "R2024-0002", "R2024-0003"


@pytest.fixture
def book(make_book):
    staff = {(ONE, "备注"): "甲的备注", (TWO, "光盘收到"): dt.date(2024, 10, 20), (THREE, "快递单号"): 12}
    extras = Extras((AddedColumn(SHEET, "快递单号", 22.0),), (AddedSheet("笔记", (("一", 2),), (("A", 30.0),)),))
    return make_book({"作品名称": "甲"}, {"作品名称": "乙"}, {"作品名称": "丙"}, staff=staff, extras=extras)


@pytest.fixture
def path(tmp_path, book):
    write_workbook(tmp_path / "台账.xlsx", book)
    return tmp_path / "台账.xlsx"


def edit(path, change):
    """What a person does: open, change the work sheet, save."""
    workbook = load_workbook(path)
    change(workbook[SHEET])
    workbook.save(path)


def column(sheet, heading, row=1):
    return next(cell.column for cell in sheet[row] if cell.value == heading)


def filled(read):
    return {key: value for key, value in read.cells.items() if value is not None}


def test_what_was_written_is_read(path, book):
    assert filled(read_staff(path, book.sheets)) == book.staff


def test_what_staff_added_is_read(path, book):
    read = read_staff(path, book.sheets).extras
    assert (read.columns, [sheet.title for sheet in read.sheets]) == (book.extras.columns, ["笔记"])


def test_text_survives_a_rewrite_after_rows_were_sorted(path, book, make_book):
    def turn_around(sheet):
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
        for number, values in enumerate(reversed(rows), start=2):
            for at, value in enumerate(values, start=1):
                sheet.cell(number, at).value = value

    edit(path, turn_around)
    read = read_staff(path, book.sheets)
    write_workbook(path, make_book({}, {}, {}, staff={(k.key, k.heading): v for k, v in read.cells.items()}))
    assert filled(read_staff(path, book.sheets)) == book.staff


def test_a_cell_seen_empty_is_none(path, book):
    assert read_staff(path, book.sheets).cells[CellKey(SHEET, TWO, "备注")] is None


def test_a_deleted_row_says_nothing(path, book):
    edit(path, lambda sheet: sheet.delete_rows(2))
    read = read_staff(path, book.sheets)
    assert (read.rows[SHEET], [k for k in read.cells if k.key == ONE]) == (frozenset({TWO, THREE}), [])


def test_rows_above_the_headings_do_no_harm(path, book):
    def put_title(sheet):
        sheet.insert_rows(1, 2)
        sheet["A1"] = "给领导看的标题"

    edit(path, put_title)
    assert filled(read_staff(path, book.sheets)) == book.staff


def test_columns_moved_are_found_by_heading(path, book):
    def put_first(sheet):
        sheet.insert_cols(1)
        for row, value in enumerate(("组内编号", "a", "b", "c"), start=1):
            sheet.cell(row, 1).value = value

    edit(path, put_first)
    read = filled(read_staff(path, book.sheets))
    numbers = {CellKey(SHEET, key, "组内编号"): v for key, v in ((ONE, "a"), (TWO, "b"), (THREE, "c"))}
    assert read == {**book.staff, **numbers}


def test_values_under_no_heading_get_one(path, book):
    edit(path, lambda sheet: sheet.cell(2, 40, "无标题的值"))
    assert read_staff(path, book.sheets).cells[CellKey(SHEET, ONE, "未命名栏")] == "无标题的值"


def test_a_copied_row_with_another_value_is_a_conflict(path, book):
    def copy_first(sheet):
        sheet.append([cell.value for cell in sheet[2]])
        sheet.cell(5, column(sheet, "备注")).value = "另一个备注"

    edit(path, copy_first)
    read = read_staff(path, book.sheets)
    assert read.conflicts == (Conflict(SHEET, ONE, "备注", "甲的备注", "另一个备注", COPIED_ROW),)


def test_a_row_without_its_key_is_a_conflict(path, book):
    edit(path, lambda sheet: sheet.cell(2, 1).__setattr__("value", None))
    read = read_staff(path, book.sheets)
    row = Conflict(SHEET, "", WHOLE_ROW, "", "作品名称：甲", NO_KEY)
    assert read.conflicts == (Conflict(SHEET, "", "备注", "", "甲的备注", NO_KEY), row)


def test_a_key_typed_in_full_width_is_the_key(path, book):
    edit(path, lambda sheet: sheet.cell(2, 1).__setattr__("value", " Ｒ2024－0001 "))
    assert filled(read_staff(path, book.sheets)) == book.staff


def test_a_key_nobody_gave_out_becomes_a_conflict(path, book):
    edit(path, lambda sheet: sheet.cell(2, 1).__setattr__("value", "R2024-9999"))
    read = without_strays(read_staff(path, book.sheets), {SHEET: [ONE, TWO, THREE]})
    row = Conflict(SHEET, "R2024-9999", WHOLE_ROW, "", "登记号：R2024-9999；作品名称：甲", UNKNOWN_KEY)
    assert read.conflicts == (Conflict(SHEET, "R2024-9999", "备注", "", "甲的备注", UNKNOWN_KEY), row)


def test_a_key_in_small_letters_is_the_known_one(path, book):
    edit(path, lambda sheet: sheet.cell(2, 1).__setattr__("value", "r2024-0001"))
    assert filled(without_strays(read_staff(path, book.sheets), {SHEET: [ONE, TWO, THREE]})) == book.staff


def test_a_formula_of_staff_never_computed_is_kept_as_text(path, book):
    edit(path, lambda sheet: sheet.cell(2, column(sheet, "备注")).__setattr__("value", "=A2&B2"))
    assert read_staff(path, book.sheets).cells[CellKey(SHEET, ONE, "备注")] == "=A2&B2"


def test_a_format_down_to_the_last_row_costs_nothing(path, book):
    edit(path, lambda sheet: sheet.cell(1_048_576, 3).__setattr__("number_format", "0.00"))
    assert filled(read_staff(path, book.sheets)) == book.staff


def test_a_sheet_renamed_is_kept_as_added(path, book):
    edit(path, lambda sheet: setattr(sheet, "title", "改名"))
    read = read_staff(path, book.sheets)
    assert ([s.title for s in read.extras.sheets], filled(read)) == (["改名", "笔记"], {})


def test_no_file_says_nothing(tmp_path, book):
    assert read_staff(tmp_path / "没有.xlsx", book.sheets) == StaffBook()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "空文件"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "旧版 xls"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "密码"),
        ("登记号,备注\nR2024-0001,x".encode(), "不是 xlsx"),
        (b"PK\x03\x04 half", "不完整"),
    ],
)
def test_what_is_no_workbook_is_said(tmp_path, book, content, said):
    path = tmp_path / "台账.xlsx"
    path.write_bytes(content)
    read = read_staff(path, book.sheets)
    assert isinstance(read, Unreadable)
    assert said in read.reason


def test_half_a_workbook_is_said(path, book):
    path.write_bytes(path.read_bytes()[:-200])
    assert isinstance(read_staff(path, book.sheets), Unreadable)


def test_a_zip_that_is_no_workbook_is_said(tmp_path, book):
    import zipfile

    with zipfile.ZipFile(tmp_path / "台账.xlsx", "w") as archive:
        archive.writestr("a.txt", "x")
    assert isinstance(read_staff(tmp_path / "台账.xlsx", book.sheets), Unreadable)


def test_a_sheet_without_its_key_heading_is_said(path, book):
    edit(path, lambda sheet: sheet.cell(1, 1).__setattr__("value", "编码"))
    read = read_staff(path, book.sheets)
    assert isinstance(read, Unreadable)
    assert "找不到标题行" in read.reason


def test_an_emptied_sheet_says_nothing(path, book):
    edit(path, lambda sheet: sheet.delete_rows(1, 10))
    assert filled(read_staff(path, book.sheets)) == {}


def test_a_workbook_of_somebody_elses_is_added_sheets(tmp_path, book):
    other = Workbook()
    other.active.title = "别的"
    other.active["A1"] = 1
    other.save(tmp_path / "台账.xlsx")
    (sheet,) = read_staff(tmp_path / "台账.xlsx", book.sheets).extras.sheets
    held = load_workbook(io.BytesIO(sheet.package))
    assert (sheet.title, held.sheetnames, held["别的"]["A1"].value) == ("别的", ["别的"], 1)
