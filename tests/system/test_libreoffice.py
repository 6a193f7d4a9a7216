"""The workbook opened, edited and saved by LibreOffice, between two runs: all that staff did is kept."""

import datetime as dt
import subprocess

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.worksheet.filters import FilterColumn, Filters

SHEET, ONE = "推荐作品", "R2024-0001"
EXCEL, FLAT = "xlsx:Calc MS Excel 2007 XML", "fods:OpenDocument Spreadsheet Flat XML"


def convert(path, what, folder):
    """Let LibreOffice open a file and save it in another format."""
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    done = subprocess.run(
        ["soffice", "--headless", "--norestore", profile, "--convert-to", what, "--outdir", str(folder), str(path)],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    made = folder / f"{path.stem}.{what.partition(':')[0]}"
    assert made.exists(), done.stderr
    return made


def fill(path):
    """What staff do on the first day."""
    book = openpyxl.load_workbook(path)
    sheet = book[SHEET]
    headings = [cell.value for cell in sheet[1]]
    for heading, value in (("备注", "占位"), ("负责人", "张编辑"), ("光盘收到", dt.datetime(2024, 10, 20))):  # noqa: DTZ001
        sheet.cell(2, headings.index(heading) + 1).value = value
    added = sheet.cell(1, len(headings) + 1)
    added.value, sheet.cell(2, added.column).value = "打分", 88.5
    sheet.cell(2, added.column).number_format = "0.00"
    sheet.column_dimensions[added.column_letter].width = 33
    sheet["B2"].fill, sheet["B2"].comment = PatternFill("solid", fgColor="FFFF00"), Comment("请复核", "张编辑")
    sheet.column_dimensions["E"].hidden = True
    sheet.auto_filter.filterColumn.append(FilterColumn(colId=2, filters=Filters(filter=["材料不全"])))
    meeting = book.create_sheet("会议")
    for row in (["组", "分"], ["甲", 3], ["合计", "=B2*2"]):
        meeting.append(row)
    meeting.merge_cells("D1:E2")
    book.save(path)
    book.close()


@pytest.fixture(scope="module")
def edited(two_works_at, tmp_path_factory):
    """The workbook after a run on what LibreOffice saved. Only to be looked at."""
    folder = tmp_path_factory.mktemp("office")
    _, place = two_works_at(folder)
    fill(place.workbook)
    place.good("run")
    flat = convert(place.workbook, FLAT, folder)
    flat.write_text(flat.read_text("utf-8").replace("占位", "在 LibreOffice 中改的"), "utf-8")
    place.workbook.write_bytes(convert(flat, EXCEL, folder).read_bytes())
    place.good("run")
    return openpyxl.load_workbook(place.workbook)


def row(book):
    headings = [cell.value for cell in book[SHEET][1]]
    return dict(zip(headings, book[SHEET][2], strict=True))


@pytest.mark.parametrize(
    ("heading", "value"),
    [
        ("备注", "在 LibreOffice 中改的"),
        ("负责人", "张编辑"),
        ("光盘收到", dt.datetime(2024, 10, 20)),  # noqa: DTZ001 - a cell of a workbook has no zone
        ("打分", 88.5),
    ],
)
def test_a_cell_of_staffs_is_kept(edited, heading, value):
    assert row(edited)[heading].value == value


def test_nothing_is_taken_for_a_conflict(edited):
    assert [[cell.value for cell in line] for line in edited["冲突"].iter_rows(min_row=2)] == []


def test_formats_and_colours_are_kept(edited):
    cells = row(edited)
    look = (cells["打分"].number_format, cells["作品名称"].fill.fgColor.rgb[-6:], cells["作品名称"].comment.text)
    assert look == ("0.00", "FFFF00", "请复核")


def test_widths_hidden_columns_and_filters_are_kept(edited):
    sheet = edited[SHEET]
    (one,) = sheet.auto_filter.filterColumn
    width = sheet.column_dimensions[row(edited)["打分"].column_letter].width
    found = (round(width), sheet.column_dimensions["E"].hidden, one.filters.filter)
    assert found == (33, True, ["材料不全"])


def test_a_sheet_of_staffs_own_is_kept_with_its_formula(edited):
    sheet = edited["会议"]
    rows = [[cell.value for cell in line[:2]] for line in sheet.iter_rows()]
    merged = [str(one) for one in sheet.merged_cells.ranges]
    assert (rows, merged) == ([["组", "分"], ["甲", 3], ["合计", "=B2*2"]], ["D1:E2"])
