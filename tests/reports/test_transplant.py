"""A sheet of staff's own is kept whole while the workbook around it is made anew."""

import io

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table

from reports.book import AddedSheet, Extras
from reports.staff import read_staff
from reports.transplant import packed, unpacked, values_of
from reports.workbook import write_workbook


@pytest.fixture
def written(tmp_path):
    """A workbook of somebody's with a sheet full of everything."""
    book = Workbook()
    sheet = book.active
    sheet.title = "会议"
    sheet.append(["组", "分"])
    sheet.append(["甲", 3])
    sheet.append(["乙", "=B2*2"])
    sheet["A2"].fill, sheet["A2"].font = PatternFill("solid", fgColor="FF00FF"), Font(bold=True, size=20)
    sheet["B2"].number_format = '0.0"分"'
    sheet["A3"].comment = Comment("请复核", "张")
    sheet.merge_cells("D1:E2")
    sheet.column_dimensions["A"].width, sheet.row_dimensions[2].height = 33, 40
    sheet.freeze_panes = "B2"
    sheet.conditional_formatting.add("B2:B9", CellIsRule("greaterThan", ["1"], fill=PatternFill(bgColor="00FF00")))
    choices = DataValidation(type="list", formula1='"甲,乙"')
    choices.add("A2:A9")
    sheet.add_data_validation(choices)
    sheet.add_table(Table(displayName="打分表", ref="A1:B3"))
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=3))
    sheet.add_chart(chart, "G2")
    book.save(tmp_path / "a.xlsx")
    return tmp_path / "a.xlsx"


def through(path, times=1):
    """The sheet after it was taken out and put into another workbook."""
    for number in range(times):
        package = packed(load_workbook(path).worksheets[0], lambda _: None)
        other = Workbook()
        other.active["A1"].font = Font(size=7, italic=True)
        unpacked(package, other, "会议")
        path = path.with_name(f"{number}.xlsx")
        other.move_sheet("会议", -1)
        other.save(path)
    return load_workbook(path)["会议"], package


def said(sheet):
    return {
        "values": [[cell.value for cell in row] for row in sheet.iter_rows()],
        "looks": [(sheet["A2"].fill.fgColor.rgb, sheet["A2"].font.b, sheet["A2"].font.sz, sheet["B2"].number_format)],
        "comment": (sheet["A3"].comment.text, sheet["A3"].comment.author),
        "merged": [str(one) for one in sheet.merged_cells.ranges],
        "sizes": (sheet.column_dimensions["A"].width, sheet.row_dimensions[2].height, sheet.freeze_panes),
        "rules": [(str(r.sqref), r.rules[0].dxf.fill.bgColor.rgb) for r in sheet.conditional_formatting],
        "choices": [(str(one.sqref), one.formula1) for one in sheet.data_validations.dataValidation],
        "tables": [(table.displayName, table.ref) for table in sheet.tables.values()],
        "charts": len(sheet._charts),
    }


def test_a_sheet_is_the_same_in_another_workbook(written):
    assert said(through(written)[0]) == said(load_workbook(written)["会议"])


def test_a_package_is_the_same_however_often_it_went_through(written):
    assert through(written)[1] == through(written, times=3)[1]


def test_a_formula_to_another_file_becomes_its_value(written):
    book = load_workbook(written)
    book["会议"]["B3"] = "=[1]表!A1"
    package = packed(book["会议"], {"B3": 42}.get)
    assert load_workbook(io.BytesIO(package))["会议"]["B3"].value == 42


def test_a_second_table_of_one_name_is_left_to_its_cells(written):
    package, book = packed(load_workbook(written)["会议"], lambda _: None), Workbook()
    unpacked(package, book, "一")
    unpacked(package, book, "二")
    assert [list(book[title].tables) for title in ("一", "二")] == [["打分表"], []]


def test_values_of_a_package_and_of_rows_are_alike(written):
    package = packed(load_workbook(written)["会议"], lambda _: None)
    rows = (("组", "分"), ("甲", 3), ("乙", "=B2*2"))
    assert values_of(AddedSheet("会议", package=package)) == values_of(AddedSheet("会议", rows))


def test_an_added_sheet_stays_whole_through_the_workbook(tmp_path, written, make_book):
    path, book = tmp_path / "台账.xlsx", make_book({"作品名称": "甲"})
    for _ in range(2):
        write_workbook(path, book)
        held = load_workbook(path)
        if "会议" not in held.sheetnames:
            unpacked(packed(load_workbook(written)["会议"], lambda _: None), held, "会议")
            held.save(path)
        book = make_book({"作品名称": "甲"}, extras=Extras(sheets=read_staff(path, book.sheets).extras.sheets))
    assert said(load_workbook(path)["会议"]) == said(load_workbook(written)["会议"])
