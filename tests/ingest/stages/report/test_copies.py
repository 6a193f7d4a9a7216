"""Copies of the workbook: old ones saved over new ones, other programs' ones, ones saved while the new one is made."""

import contextlib

import openpyxl
import pandas as pd
import pytest
from openpyxl.comments import Comment

from ingest import context as hooks
from reports.strays import DELETED_ROW, WHOLE_ROW, WRITTEN_OVER

ONE, TWO = "R2024-0001", "R2024-0002"


@pytest.fixture
def at_step(monkeypatch):
    """at_step("workbook-made", what): `what` is done the first time a report comes to that step."""

    def put(point, what):
        done = []

        def look(step):
            if step == point and not done:
                done.append(step)
                what()

        monkeypatch.setattr(hooks, "_crash", look)

    return put


class KilledError(BaseException):
    """The process ends here."""


def die():
    raise KilledError


@contextlib.contextmanager
def opened(path):
    book = openpyxl.load_workbook(path)
    yield book
    book.save(path)
    book.close()


def again(desk):
    desk.news()
    return desk.report()


# an edit saved between the two looks


def test_an_edit_saved_when_all_is_written_but_the_rename_is_merged(desk, sheet, at_step):
    at_step("workbook-made", lambda: desk.edit({(sheet, ONE, "备注"): "最后一刻"}))
    again(desk)
    assert desk.rows(sheet, "备注") == [("最后一刻",), (None,)]


def test_an_edit_saved_in_the_file_beside_at_the_same_moment_is_merged(desk, sheet, at_step):
    desk.open_workbook()
    again(desk)
    at_step("workbook-made", lambda: desk.edit({(sheet, ONE, "备注"): "最后一刻"}, path=desk.side))
    again(desk)
    assert desk.rows(sheet, "备注", path=desk.side) == [("最后一刻",), (None,)]


def test_an_edit_saved_after_staffs_cells_were_read_is_merged(desk, sheet, at_step):
    desk.edit({(sheet, ONE, "备注"): "先"})
    at_step("staff-read", lambda: desk.edit({(sheet, TWO, "备注"): "后"}))
    desk.report()
    assert desk.rows(sheet, "备注") == [("先",), ("后",)]


def test_a_sheet_and_a_column_added_at_the_last_moment_are_kept(desk, sheet, at_step):
    def save():
        desk.edit({(sheet, ONE, "打分"): 5}, sheets=[("会议", [["记录"]])])

    at_step("workbook-made", save)
    again(desk)
    assert (desk.rows(sheet, "打分"), desk.rows("会议"), desk.titles()[-1]) == ([(5,), (None,)], [], "会议")


def test_the_workbook_opened_at_the_last_moment_is_written_over_only_as_it_was_read(desk, sheet, at_step):
    at_step("workbook-made", lambda: (desk.open_workbook(), desk.edit({(sheet, ONE, "备注"): "刚打开就写"})))
    again(desk)
    assert (desk.rows(sheet, "备注"), desk.rows(sheet, "备注", path=desk.side)) == ([("刚打开就写",), (None,)],) * 2


@pytest.mark.parametrize("point", ["staff-read", "workbook-made", "workbook-written", "workbook-known"])
def test_what_was_written_before_and_after_a_crash_is_kept(desk, sheet, at_step, point):
    desk.edit({(sheet, ONE, "备注"): "之前"}, sheets=[("会议", [["记录"]])])
    at_step(point, die)
    with pytest.raises(KilledError):
        desk.report()
    desk.edit({(sheet, TWO, "备注"): "之后", (sheet, TWO, "联系人"): "改了程序的格子"})
    again(desk)
    (told,) = desk.rows("冲突", "编号", "栏目", "另一处的值", "说明")
    assert (desk.rows(sheet, "备注"), told) == (
        [("之前",), ("之后",)],
        (TWO, "联系人", "改了程序的格子", WRITTEN_OVER),
    )
    assert desk.titles()[-1] == "会议"


# copies of another time


@pytest.fixture
def old(desk, sheet):
    """A copy from before a cell was filled, a sheet added and a cell changed; to be edited and saved over."""
    desk.edit({(sheet, ONE, "负责人"): "旧"})
    desk.report()
    copy = desk.reports.parent / "copy.xlsx"
    copy.write_bytes(desk.workbook.read_bytes())
    desk.edit({(sheet, ONE, "备注"): "后来填的", (sheet, ONE, "负责人"): "新"}, sheets=[("会议", [["记录"]])])
    desk.report()
    return copy


def test_an_old_copy_saved_over_undoes_nothing(desk, sheet, old):
    desk.edit({(sheet, TWO, "备注"): "在旧副本里"}, path=old)
    old.replace(desk.workbook)
    desk.report()
    assert (desk.rows(sheet, "备注", "负责人"), desk.titles()[-1]) == (
        [("后来填的", "新"), ("在旧副本里", None)],
        "会议",
    )


def test_an_old_copy_saved_over_is_kept_as_it_was(desk, sheet, old):
    content = old.read_bytes()
    old.replace(desk.workbook)
    notes = again(desk).notes
    (kept,) = (path for path in (desk.reports / "历史").iterdir() if "旧副本" in path.name)
    assert (kept.read_bytes() == content, kept.name in notes[0]) == (True, True)


def test_a_cell_changed_in_two_copies_shows_both_values(desk, sheet, old):
    desk.edit({(sheet, ONE, "负责人"): "旧副本改的"}, path=old)
    old.replace(desk.workbook)
    desk.report()
    assert desk.rows("冲突", "编号", "栏目", "表中的值", "另一处的值") == [(ONE, "负责人", "旧副本改的", "新")]


def test_a_cell_changed_in_the_workbook_and_beside_shows_both_values(desk, sheet):
    mark = desk.open_workbook()
    again(desk)
    desk.edit({(sheet, ONE, "备注"): "甲"})
    desk.edit({(sheet, ONE, "备注"): "乙"}, path=desk.side)
    mark.unlink()
    desk.report()
    shown = desk.rows("冲突", "编号", "栏目", "表中的值", "另一处的值")
    assert (shown, desk.side.exists()) == ([(ONE, "备注", "乙", "甲")], False)


def test_a_comment_changed_in_two_copies_shows_both(desk, sheet):
    mark = desk.open_workbook()
    again(desk)
    for path, words in ((desk.workbook, "甲"), (desk.side, "乙")):
        with opened(path) as book:
            book[sheet]["B2"].comment = Comment(words, "编辑")
    mark.unlink()
    desk.report()
    book = openpyxl.load_workbook(desk.workbook)
    told = desk.rows("冲突", "栏目", "表中的值", "另一处的值")
    assert (book[sheet]["B2"].comment.text, told) == ("乙", [("作品名称（批注）", "乙", "甲")])


# other programs


def through_pandas(path):
    frames = pd.read_excel(path, sheet_name=None, header=None, dtype=object, keep_default_na=False)
    with pd.ExcelWriter(path, engine="openpyxl") as writer:
        for title, frame in frames.items():
            frame.to_excel(writer, sheet_name=title, header=False, index=False)


def test_what_pandas_drops_nobody_removed(desk, sheet):
    desk.edit({(sheet, ONE, "打分"): 5}, sheets=[("会议", [["记录"]])])
    with opened(desk.workbook) as book:
        book[sheet]["B2"].comment = Comment("请复核", "编辑")
        book["会议"].column_dimensions["A"].width = 44
        book[sheet].column_dimensions["D"].hidden = True
    desk.report()
    for _ in range(2):
        through_pandas(desk.workbook)
        desk.report()
    book = openpyxl.load_workbook(desk.workbook)
    found = (book[sheet]["B2"].comment.text, book["会议"].column_dimensions["A"].width)
    assert (*found, book[sheet].column_dimensions["D"].hidden) == ("请复核", 44, True)
    assert (desk.rows(sheet, "打分"), desk.rows("冲突"), desk.titles()[-1]) == ([(5,), (None,)], [], "会议")


def test_what_pandas_wrote_is_kept(desk, sheet):
    frame = pd.read_excel(desk.workbook, sheet_name=sheet, dtype=object)
    frame["打分"] = [1, 2]
    frame.loc[0, "备注"] = "由脚本填"
    frame.to_excel(desk.workbook, sheet_name=sheet, index=False)
    desk.report()
    assert desk.rows(sheet, "备注", "打分") == [("由脚本填", 1), (None, 2)]


def test_a_workbook_saved_without_a_change_is_not_read(desk, monkeypatch):
    desk.report()
    content = desk.workbook.read_bytes()
    desk.workbook.write_bytes(content)
    monkeypatch.setattr("reports.staff.read_staff", lambda *_: pytest.fail("it was read"))
    desk.report()
    assert desk.workbook.read_bytes() == content


# rows and columns


def test_a_deleted_row_comes_back_with_a_note(desk, sheet):
    desk.edit({(sheet, ONE, "备注"): "留"})
    desk.report()
    desk.edit({}, without=[(sheet, ONE)])
    desk.report()
    told = desk.rows("冲突", "编号", "栏目", "说明")
    assert (desk.rows(sheet, "备注"), told) == ([("留",), (None,)], [(ONE, WHOLE_ROW, DELETED_ROW)])


def test_an_added_column_that_staff_delete_stays_away(desk, sheet):
    desk.edit({(sheet, ONE, "打分"): 5, (sheet, ONE, "等级"): "优"})
    desk.report()
    with opened(desk.workbook) as book:
        book[sheet].delete_cols([cell.value for cell in book[sheet][1]].index("打分") + 1)
    desk.report()
    headings = [cell.value for cell in openpyxl.load_workbook(desk.workbook)[sheet][1]]
    assert (headings[-1], "打分" in headings, desk.staff()) == ("等级", False, {(sheet, ONE, "等级"): "优"})


def test_an_added_column_of_another_name_is_one_column(desk, sheet):
    desk.edit({(sheet, ONE, "打分"): 5})
    desk.report()
    with opened(desk.workbook) as book:
        next(cell for cell in book[sheet][1] if cell.value == "打分").value = "专家打分"
    desk.report()
    assert desk.staff() == {(sheet, ONE, "专家打分"): 5}


def test_a_column_of_ours_that_staff_delete_comes_back_filled(desk, sheet):
    desk.edit({(sheet, ONE, "备注"): "留"})
    desk.report()
    with opened(desk.workbook) as book:
        book[sheet].delete_cols([cell.value for cell in book[sheet][1]].index("备注") + 1)
    desk.report()
    assert desk.rows(sheet, "备注") == [("留",), (None,)]


# what must not be written over


@pytest.mark.parametrize(
    "change",
    [lambda sheet: sheet.insert_rows(1), lambda sheet: sheet.merge_cells("B2:C2")],
    ids=["rows above", "merged"],
)
def test_an_untidy_workbook_is_read_and_left_alone(desk, sheet, change):
    desk.edit({(sheet, ONE, "备注"): "留"})
    with opened(desk.workbook) as book:
        change(book[sheet])
    content = desk.workbook.read_bytes()
    for _ in range(2):
        (said, *_) = again(desk).notes
        assert said.startswith("「台账.xlsx」的工作表「推荐作品」")
    assert (desk.workbook.read_bytes() == content, desk.rows(sheet, "备注", path=desk.side)) == (
        True,
        [("留",), (None,)],
    )
    assert [value for (value,) in desk.cells("概览", path=desk.side) if said in str(value)] == [f"注意：{said}"]


def test_an_untidy_workbook_that_was_mended_is_written_again(desk, sheet):
    with opened(desk.workbook) as book:
        book[sheet].insert_rows(1)
    again(desk)
    with opened(desk.workbook) as book:
        book[sheet].delete_rows(1)
    desk.edit({(sheet, ONE, "备注"): "留"})
    notes = again(desk).notes
    assert (notes, desk.side.exists(), desk.rows(sheet, "备注")) == ([], False, [("留",), (None,)])


@pytest.mark.parametrize("name", ["台账.xls", "台账.csv", "台账 - 副本.xlsx", "台账(1).et"])
def test_a_copy_under_another_name_is_said_and_kept(desk, name):
    (desk.reports / name).write_bytes(b"what staff saved")
    (said,) = again(desk).notes
    assert (f"「{name}」不会被读取" in said, (desk.reports / name).read_bytes()) == (True, b"what staff saved")
    assert [value for (value,) in desk.cells("概览") if said in str(value)] == [f"注意：{said}"]


def test_our_own_files_and_marks_are_no_copies(desk):
    for name in (".~台账.xlsx", "~$台账.xlsx", "收件台账（脱敏）.xlsx", "台账说明.pdf"):
        (desk.reports / name).write_bytes(b"")
    assert [note for note in again(desk).notes if "不会被读取" in note] == []


# looks of the whole


def test_order_filter_and_colour_stay_over_runs(desk, sheet):
    with opened(desk.workbook) as book:
        rows = [[cell.value for cell in row] for row in book[sheet].iter_rows(min_row=2)]
        for number, values in enumerate(reversed(rows), start=2):
            for column, value in enumerate(values, start=1):
                book[sheet].cell(number, column).value = value
        book[sheet]["A2"].fill = openpyxl.styles.PatternFill("solid", fgColor="FFFF00")
    for _ in range(3):
        again(desk)
    book = openpyxl.load_workbook(desk.workbook)
    assert [(cell.value, cell.fill.fgColor.rgb) for cell in book[sheet]["A"][1:]] == [
        (TWO, "FFFFFF00"),
        (ONE, "00000000"),
    ]


def test_the_organizers_copy_has_nothing_of_staffs(desk, sheet):
    desk.edit({(sheet, ONE, "打分"): 5}, sheets=[("会议", [["记录"]])])
    with opened(desk.workbook) as book:
        book[sheet]["B2"].comment = Comment("联系人电话有误", "编辑")
    desk.report()
    book = openpyxl.load_workbook(desk.reports / "收件台账（脱敏）.xlsx")
    remarks = [cell for one in book.worksheets for row in one.iter_rows() for cell in row if cell.comment]
    assert ("会议" in book.sheetnames, "打分" in [cell.value for cell in book[sheet][1]], remarks) == (False, False, [])
