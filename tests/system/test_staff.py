"""What staff write into 台账.xlsx, as they write it: opened, filled, saved; and what the next runs make of it."""

import datetime as dt
from dataclasses import replace

import openpyxl
import pytest

SHEET = "推荐作品"


def edit(path, cells, sheets=()):
    """Fills cells of a workbook, {(sheet, row key, heading): value}, by heading, as people do; adds sheets."""
    book = openpyxl.load_workbook(path)
    for (title, key, heading), value in cells.items():
        sheet = book[title]
        headings = [cell.value for cell in sheet[1]]
        if heading not in headings:
            sheet.cell(1, sheet.max_column + 1, heading)
            headings.append(heading)
        row = next(cell.row for cell in sheet["A"] if cell.value == key)
        sheet.cell(row, headings.index(heading) + 1).value = value
    for title, rows in sheets:
        added = book.create_sheet(title)
        for values in rows:
            added.append(values)
    book.save(path)
    book.close()


def cell(path, title, key, heading):
    """What a workbook says in a row and under a heading."""
    book = openpyxl.load_workbook(path)
    sheet = book[title]
    headings = [found.value for found in sheet[1]]
    row = next(found.row for found in sheet["A"] if found.value == key)
    value = sheet.cell(row, headings.index(heading) + 1).value
    book.close()
    return value


def work_of(place, work):
    return next(record for record in place.export("works") if record["id"] == work)


WRITTEN = {
    (SHEET, "R2024-0001", "备注"): "已电话联系，=1+1 不是公式",
    (SHEET, "R2024-0001", "负责人"): "张编辑",
    (SHEET, "R2024-0001", "初审结论"): "通过",
    (SHEET, "R2024-0001", "审核人"): "李主任",
    (SHEET, "R2024-0001", "光盘收到"): dt.datetime(2024, 10, 20),  # noqa: DTZ001 - a cell of a workbook has no zone
    (SHEET, "R2024-0001", "专家打分"): 88.5,
}


@pytest.fixture(scope="module")
def written(two_works_at, tmp_path_factory):
    """Two works, after staff have written, and two more runs and a report. Only to be looked at."""
    _, place = two_works_at(tmp_path_factory.mktemp("written"))
    edit(place.workbook, WRITTEN, sheets=[("会议记录", [["日期", "内容"], ["10月21日", "初审会"]])])
    place.good("run")
    place.good("report")
    place.good("run")
    return place


def test_staff_cells_survive_every_rewrite(written):
    assert {key: cell(written.workbook, *key) for key in WRITTEN} == WRITTEN


def test_a_sheet_staff_added_survives_every_rewrite(written):
    book = openpyxl.load_workbook(written.workbook)
    rows = [[found.value for found in row] for row in book["会议记录"].iter_rows()]
    book.close()
    assert rows == [["日期", "内容"], ["10月21日", "初审会"]]


def test_staff_cells_are_exported(written):
    assert work_of(written, "R2024-0001")["staff"] == {
        "备注": "已电话联系，=1+1 不是公式",
        "负责人": "张编辑",
        "初审结论": "通过",
        "审核人": "李主任",
        "光盘收到": "2024-10-20",
        "专家打分": 88.5,
    }


def test_the_decision_stands_beside_the_state(written):
    work = work_of(written, "R2024-0001")
    assert (work["decision"], work["state"]) == ("通过", "missing")


def test_the_decision_is_the_state_people_see(written):
    assert cell(written.workbook, SHEET, "R2024-0001", "状态") == "通过"


def test_another_work_is_left_as_it_was(written):
    assert (work_of(written, "P2024-0001")["staff"], work_of(written, "P2024-0001")["decision"]) == ({}, None)


def test_a_cell_that_was_emptied_is_empty_afterwards(two_works):
    keys = [(SHEET, "R2024-0001", heading) for heading in ("负责人", "初审结论")]
    edit(two_works.workbook, dict.fromkeys(keys, "通过"))
    two_works.good("run")
    edit(two_works.workbook, dict.fromkeys(keys))
    two_works.good("run")
    work = work_of(two_works, "R2024-0001")
    assert (work["staff"], work["decision"]) == ({}, None)
    assert [cell(two_works.workbook, *key) for key in keys] == [None, None]


def test_rows_sorted_and_filtered_by_staff_keep_their_cells(town, two_works):
    town.send(town.entries.stars.__class__("sckjt", 2, "竹林里的守望者", "蒋若溪", "四川青禾影像", "四川省科学技术厅"))
    two_works.good("run")
    edit(two_works.workbook, {(SHEET, "R2024-0001", "备注"): "一号", (SHEET, "R2024-0002", "备注"): "二号"})
    book = openpyxl.load_workbook(two_works.workbook)
    sheet = book[SHEET]
    one, two = ([found.value for found in sheet[row]] for row in (2, 3))
    for column, (first, second) in enumerate(zip(two, one, strict=True), start=1):
        sheet.cell(2, column, first)
        sheet.cell(3, column, second)
    book.save(two_works.workbook)
    book.close()
    two_works.good("run")
    notes = {work: work_of(two_works, work)["staff"]["备注"] for work in ("R2024-0001", "R2024-0002")}
    assert notes == {"R2024-0001": "一号", "R2024-0002": "二号"}


def test_a_workbook_that_is_open_is_left_alone_and_merged_later(town, two_works):
    mark = two_works.reports / ".~lock.台账.xlsx#"
    mark.write_text(",staff,desk,24.10.2024 10:00,file:///;")
    before = two_works.workbook.read_bytes()
    town.send(town.entries.stars.__class__("sckjt", 2, "竹林里的守望者", "蒋若溪", "四川青禾影像", "四川省科学技术厅"))
    out = two_works.good("run")
    side = two_works.reports / "台账（新）.xlsx"
    assert two_works.workbook.read_bytes() == before
    assert cell(side, SHEET, "R2024-0002", "作品名称") == "竹林里的守望者"
    assert side.name in out
    edit(two_works.workbook, {(SHEET, "R2024-0001", "备注"): "开着的时候写的"})
    edit(side, {(SHEET, "R2024-0002", "备注"): "写在新的一份里"})
    mark.unlink()
    two_works.good("run")
    assert not side.exists()
    notes = [cell(two_works.workbook, SHEET, work, "备注") for work in ("R2024-0001", "R2024-0002")]
    assert notes == ["开着的时候写的", "写在新的一份里"]


def test_a_cell_filled_beside_an_open_workbook_is_not_lost_when_that_is_saved_later(two_works):
    mark = two_works.reports / ".~lock.台账.xlsx#"
    mark.write_text(",staff,desk,24.10.2024 10:00,file:///;")
    two_works.good("report")
    edit(two_works.reports / "台账（新）.xlsx", {(SHEET, "R2024-0001", "备注"): "写在新的一份里"})
    two_works.good("run")
    edit(two_works.workbook, {(SHEET, "R2024-0001", "负责人"): "旧的一份后来才保存"})
    mark.unlink()
    two_works.good("run")
    said = [cell(two_works.workbook, SHEET, "R2024-0001", heading) for heading in ("备注", "负责人")]
    assert said == ["写在新的一份里", "旧的一份后来才保存"]


def test_a_workbook_that_is_no_workbook_is_left_alone(two_works):
    two_works.workbook.write_bytes(b"half a save")
    out = two_works.good("run")
    assert two_works.workbook.read_bytes() == b"half a save"
    assert "提示：「台账.xlsx」" in out
    assert (two_works.reports / "台账（新）.xlsx").exists()


@pytest.fixture
def pending(town, two_works):
    """The place after a mail whose work nobody can tell: papers of a sender who has two works; its number in 待办."""
    town.send(replace(town.entries.tea, title="另一杯茶", author="另一人"))
    town.send(town.entries.tea, [town.scan(town.entries.tea)], subject="补充材料", text="请查收")
    two_works.good("run")
    (mail,) = [record for record in two_works.export("messages") if record["outcome"] == "pending"]
    assert mail["works"] == []
    book = openpyxl.load_workbook(two_works.workbook)
    sheet = book["待办"]
    headings = [found.value for found in sheet[1]]
    rows = [dict(zip(headings, [found.value for found in row], strict=True)) for row in sheet.iter_rows(min_row=2)]
    book.close()
    (number,) = [next(iter(row.values())) for row in rows if "选择" in str(list(row.values()))]
    return two_works, number


def outcome_of(place, subject):
    return [(r["outcome"], r["works"]) for r in place.export("messages") if r["subject"] == subject]


def test_a_choice_in_the_to_dos_joins_the_mail_to_its_work(pending):
    place, number = pending
    edit(place.workbook, {("待办", number, "选择"): "P2024-0001"})
    place.good("run")
    assert outcome_of(place, "补充材料") == [("supplement", ["P2024-0001"])]


def test_a_choice_of_a_new_work_opens_one(pending):
    place, number = pending
    edit(place.workbook, {("待办", number, "选择"): "新作品"})
    place.good("run")
    assert outcome_of(place, "补充材料") == [("work", ["P2024-0003"])]


def test_a_choice_of_no_work_is_said_and_waits(pending):
    place, number = pending
    edit(place.workbook, {("待办", number, "选择"): "P2024-0099"})
    out = place.good("run")
    assert outcome_of(place, "补充材料") == [("pending", [])]
    assert "P2024-0099" in out
