"""How staff arranged and coloured a sheet, and their comments: still there after the workbook was made anew."""

from dataclasses import replace

import pytest
from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.filters import CustomFilter, CustomFilters, FilterColumn, Filters

from reports.arranging import OURS, sorted_as
from reports.book import AddedColumn, CellKey, Extras, Remark, View
from reports.shown import shown_of
from reports.staff import read_staff
from reports.workbook import write_workbook

SHEET = "推荐作品"
ONE, TWO, THREE = "R2024-0001", "R2024-0002", "R2024-0003"
ROWS = (
    {"状态": "材料不全", "作品名称": "甲"},
    {"状态": "机审通过", "作品名称": "乙"},
    {"状态": "材料不全", "作品名称": "丙"},
)


@pytest.fixture
def book(make_book):
    extras = Extras((AddedColumn(SHEET, "打分", 22.0),))
    return make_book(*ROWS, staff={(ONE, "备注"): "甲的备注", (TWO, "打分"): 88.5}, extras=extras)


@pytest.fixture
def remade(tmp_path, book):
    """remade(change): the work sheet after staff changed it, it was read and made anew; also what was read of it."""
    path = tmp_path / "台账.xlsx"

    def make(change, then=book):
        write_workbook(path, book)
        edited = load_workbook(path)
        change(edited[SHEET])
        edited.save(path)
        read = read_staff(path, book.sheets, shown_of(book), book.extras)
        frames = {SHEET: sorted_as(then.frames[SHEET], then.sheets[0], read.extras.view(SHEET))}
        write_workbook(path, replace(then, frames=frames, staff=read.cells, extras=read.extras))
        return load_workbook(path)[SHEET], read

    return make


def at(sheet, key, heading):
    row = next((cell.row for cell in sheet["A"] if cell.value == key), None)
    return sheet.cell(row, [cell.value for cell in sheet[1]].index(heading) + 1)


def keys(sheet):
    return [cell.value for cell in sheet["A"][1:]]


def turn_around(sheet):
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    for number, values in enumerate(reversed(rows), start=2):
        for column, value in enumerate(values, start=1):
            sheet.cell(number, column).value = value


def test_rows_stay_as_staff_sorted_them(remade):
    sheet, _ = remade(turn_around)
    assert keys(sheet) == [THREE, TWO, ONE]


def test_new_rows_come_last_in_a_sorted_sheet(remade, make_book):
    sheet, _ = remade(turn_around, make_book(*ROWS, {"作品名称": "丁"}))
    assert keys(sheet) == [THREE, TWO, ONE, "R2024-0004"]


def test_rows_nobody_sorted_have_no_order_of_staffs(remade):
    _, read = remade(lambda sheet: sheet.delete_rows(3))
    assert read.extras.view(SHEET).order == ()


def test_a_sorted_sheet_that_is_saved_again_stays_sorted(tmp_path, book):
    path, view = tmp_path / "台账.xlsx", View(SHEET, order=(THREE, ONE, TWO))
    frame = sorted_as(book.frames[SHEET], book.sheets[0], view)
    sorted_ = replace(book, frames={SHEET: frame}, extras=Extras(views=(view,)))
    write_workbook(path, sorted_)
    assert read_staff(path, book.sheets, shown_of(sorted_), sorted_.extras).extras.view(SHEET).order == view.order


def test_a_column_staff_hid_stays_hidden(remade):
    sheet, _ = remade(lambda sheet: setattr(sheet.column_dimensions["D"], "hidden", True))
    assert [letter for letter, d in sheet.column_dimensions.items() if d.hidden] == ["D"]


def test_columns_hidden_together_stay_hidden(remade):
    _, read = remade(lambda sheet: sheet.column_dimensions.group("D", "F", hidden=True))
    assert read.extras.view(SHEET).hidden == ("问题摘要", "变化", "推荐单位")


def test_a_column_staff_made_wider_stays_wide(remade):
    sheet, _ = remade(lambda sheet: setattr(sheet.column_dimensions["B"], "width", 61.0))
    assert sheet.column_dimensions["B"].width == 61.0


def test_an_added_columns_width_stays(remade, book):
    _, read = remade(lambda sheet: None)
    assert read.extras.columns == book.extras.columns


def filtered(heading, **how):
    def change(sheet):
        column = [cell.value for cell in sheet[1]].index(heading)
        sheet.auto_filter.filterColumn.append(FilterColumn(colId=column, **how))
        sheet.row_dimensions[3].hidden = True

    return change


def shown_rows(sheet):
    return [sheet.cell(row, 1).value for row in range(2, sheet.max_row + 1) if not sheet.row_dimensions[row].hidden]


def test_a_filter_stays_and_hides_what_it_hid(remade):
    sheet, _ = remade(filtered("状态", filters=Filters(filter=["材料不全"])))
    (one,) = sheet.auto_filter.filterColumn
    assert (one.colId, one.filters.filter, shown_rows(sheet)) == (2, ["材料不全"], [ONE, THREE])


def test_a_filter_lets_through_what_has_changed_since(remade, make_book):
    now = [{**ROWS[0], "状态": "机审通过"}, {**ROWS[1], "状态": "材料不全"}, ROWS[2]]
    sheet, _ = remade(filtered("状态", filters=Filters(filter=["材料不全"])), make_book(*now))
    assert shown_rows(sheet) == [TWO, THREE]


def test_a_filter_that_is_no_list_hides_the_rows_it_hid(remade):
    how = CustomFilters(customFilter=[CustomFilter(operator="notEqual", val="乙")])
    sheet, _ = remade(filtered("作品名称", customFilters=how))
    assert (sheet.auto_filter.filterColumn[0].customFilters is None, shown_rows(sheet)) == (False, [ONE, THREE])


def test_a_fill_on_a_cell_of_the_programs_stays(remade):
    sheet, _ = remade(lambda sheet: setattr(at(sheet, TWO, "作品名称"), "fill", PatternFill("solid", fgColor="FFFF00")))
    fills = {
        cell.coordinate for row in sheet.iter_rows(min_row=2) for cell in row if cell.fill.fgColor.rgb[-6:] == "FFFF00"
    }
    assert fills == {"B3"}


def test_colours_of_the_programs_own_are_nobodys_look(remade):
    _, read = remade(lambda sheet: None)
    assert read.extras.looks == ()


def test_a_font_and_a_number_format_in_an_added_column_stay(remade):
    def change(sheet):
        cell = at(sheet, TWO, "打分")
        cell.font, cell.number_format = Font(bold=True, color="FF0000"), "0.00"

    sheet, _ = remade(change)
    cell = at(sheet, TWO, "打分")
    assert (cell.font.b, cell.font.color.rgb[-6:], cell.number_format) == (True, "FF0000", "0.00")


@pytest.mark.parametrize(("key", "heading"), [(ONE, "备注"), (TWO, "作品名称"), ("登记号", "打分")])
def test_a_comment_stays_on_cell_and_heading(remade, key, heading):
    sheet, _ = remade(lambda sheet: setattr(at(sheet, key, heading), "comment", Comment("请复核", "张编辑")))
    comment = at(sheet, key, heading).comment
    assert (comment.text, comment.author) == ("请复核", "张编辑")


def test_a_comment_goes_with_its_row(remade):
    def change(sheet):
        at(sheet, ONE, "备注").comment = Comment("一号", "张")
        sheet["A2"].value, sheet["A3"].value = TWO, ONE

    _, read = remade(change)
    assert read.extras.remarks == (Remark(CellKey(SHEET, TWO, "备注"), "一号", "张"),)


def test_the_programs_own_comments_are_not_staffs(remade):
    _, read = remade(lambda sheet: setattr(at(sheet, ONE, "备注"), "comment", Comment("填写说明", OURS)))
    assert read.extras.remarks == ()
