"""Staff's cells read back: from the workbook, from the file beside it, and when there are two copies."""

import datetime as dt

import pytest

from ingest.demo.zips import Sheet, write_zip
from ingest.stages.report import read_back

ONE, TWO = "R2024-0001", "R2024-0002"


def test_a_staff_cell_is_in_the_ledger_after_reading_back(desk, sheet):
    desk.edit({(sheet, ONE, "备注"): "已电话联系"})
    read_back(desk.context)
    assert desk.staff() == {(sheet, ONE, "备注"): "已电话联系"}


def test_a_date_stays_a_date(desk, sheet):
    desk.edit({(sheet, ONE, "光盘收到"): dt.date(2024, 10, 12)})
    desk.report()
    assert desk.staff() == {(sheet, ONE, "光盘收到"): {"date": "2024-10-12"}}
    assert desk.rows(sheet, "登记号", "光盘收到") == [(ONE, dt.datetime(2024, 10, 12)), (TWO, None)]  # noqa: DTZ001


def test_a_decision_counts(desk, sheet):
    desk.edit({(sheet, ONE, "初审结论"): "通过"})
    desk.report()
    assert desk.rows(sheet, "登记号", "状态") == [(ONE, "通过"), (TWO, "材料不全")]


def test_an_emptied_cell_is_empty(desk, sheet):
    desk.edit({(sheet, ONE, "备注"): "一"})
    desk.report()
    desk.edit({(sheet, ONE, "备注"): None})
    desk.report()
    assert desk.staff() == {}


def test_added_columns_and_sheets_survive(desk, sheet):
    desk.edit({(sheet, TWO, "打分"): 9}, sheets=[("会议", [["初审会", 3]])])
    desk.report()
    assert desk.rows(sheet, "登记号", "打分") == [(ONE, None), (TWO, 9)]
    assert desk.rows("会议") == []
    assert desk.titles()[-1] == "会议"


def test_a_deleted_row_comes_back_with_its_cells(desk, sheet):
    desk.edit({(sheet, ONE, "备注"): "留"})
    desk.report()
    desk.edit({}, without=[(sheet, ONE)])
    desk.report()
    assert desk.rows(sheet, "登记号", "备注") == [(ONE, "留"), (TWO, None)]


def test_a_changed_cell_of_ours_is_put_right(desk, sheet):
    desk.edit({(sheet, ONE, "作品名称"): "别的"})
    desk.report()
    assert desk.rows(sheet, "登记号", "作品名称") == [(ONE, "星海寻踪"), (TWO, "深海来信")]


def test_a_cell_under_an_unknown_number_is_a_conflict(desk, sheet):
    desk.edit({(sheet, ONE, "备注"): "谁的"})
    desk.edit({(sheet, ONE, "登记号"): "R2024-9999"})
    desk.report()
    assert desk.rows("冲突", "工作表", "编号", "栏目", "另一处的值") == [
        (sheet, "R2024-9999", "备注", "谁的"),
        (
            sheet,
            "R2024-9999",
            "（整行）",
            "登记号：R2024-9999；作品名称：星海寻踪；看起来原是 R2024-0001，那一行已按原样写回",
        ),
    ]


def test_a_conflict_is_said_once(desk, sheet):
    for _ in range(2):
        desk.edit({(sheet, ONE, "备注"): "谁的", (sheet, ONE, "登记号"): "R2024-9999"})
        desk.report()
    assert [heading for (heading,) in desk.rows("冲突", "栏目")] == ["备注", "（整行）"]


def test_a_workbook_nobody_saved_is_not_opened(desk, monkeypatch):
    import reports.staff

    monkeypatch.setattr(reports.staff, "read_staff", lambda *_: pytest.fail("it was opened"))
    read_back(desk.context)


def test_edits_in_both_copies_are_kept(desk, sheet):
    mark = desk.open_workbook()
    desk.edit({(sheet, ONE, "备注"): "旧表中"})  # saved, and still open
    desk.report()
    desk.edit({(sheet, TWO, "备注"): "新表中"}, path=desk.side)
    desk.report()
    desk.edit({(sheet, ONE, "负责人"): "张"})  # the old copy, which knows nothing of what stands in the new one
    mark.unlink()
    desk.report()
    assert desk.staff() == {
        (sheet, ONE, "备注"): "旧表中",
        (sheet, ONE, "负责人"): "张",
        (sheet, TWO, "备注"): "新表中",
    }


def test_a_cell_changed_in_both_copies_is_a_conflict(desk, sheet):
    mark = desk.open_workbook()
    desk.edit({})
    desk.report()
    desk.edit({(sheet, ONE, "备注"): "甲"})
    desk.edit({(sheet, ONE, "备注"): "乙"}, path=desk.side)
    mark.unlink()
    desk.report()
    assert [sorted(pair) for pair in desk.rows("冲突", "表中的值", "另一处的值")] == [["乙", "甲"]]


def test_sheets_added_to_both_copies_are_kept(desk, sheet):
    mark = desk.open_workbook()
    desk.edit({})
    desk.report()
    desk.edit({}, sheets=[("会议", [["旧表"]])])
    desk.edit({}, path=desk.side, sheets=[("电话", [["新表"]])])
    mark.unlink()
    desk.report()
    assert sorted(desk.titles()[-2:]) == ["会议", "电话"]


def test_an_unreadable_workbook_is_said_once_and_left_alone(desk):
    desk.workbook.write_bytes(b"half")
    tally = desk.report()
    assert (desk.workbook.read_bytes(), [note for note in tally.notes if "xlsx 工作簿" in note]) == (
        b"half",
        ["「台账.xlsx」不是 xlsx 工作簿（可能另存成了 csv 或其他格式）。请另存为 xlsx 格式后保存为原名。"
         "程序没有改动它，也没有读取其中的填写"],
    )  # fmt: skip


def test_an_unreadable_workbook_is_merged_when_it_is_mended(desk, sheet):
    whole = desk.workbook.read_bytes()
    desk.workbook.write_bytes(b"half")
    desk.report()
    desk.workbook.write_bytes(whole)
    desk.edit({(sheet, ONE, "备注"): "补回"})
    desk.report()
    assert (desk.side.exists(), desk.rows(sheet, "备注")) == (False, [("补回",), (None,)])


def test_a_share_that_is_away_stops_no_intake(desk, tmp_path):
    desk.reports.rename(tmp_path / "elsewhere")
    desk.reports.symlink_to(desk.reports)  # whatever is asked of it fails
    read_back(desk.context)
    assert [note.partition("（")[0] for note in desk.context.tally.notes] == ["共享文件夹读不到"]


# what the cells do


@pytest.fixture
def waiting(contest, desk, walk, form):
    """A third mail waits for a person to say which work it belongs to."""
    contest.post(files=[("图.docx", form("", kind="推荐表"))])
    contest.post("材料", files=[("扫描件.pdf", b"%PDF-1.4\n%%EOF\n")])
    walk(desk.context)
    desk.report()
    return desk


def choices(desk):
    return [row[0] for row in desk.rows("待办", "编号", "类别") if row[1] == "选择作品"]


def test_a_choice_lets_the_mail_go_on(waiting):
    numbers = choices(waiting)
    waiting.edit({("待办", number, "选择"): " r2024-0002 " for number in numbers})
    waiting.report()
    with waiting.context.read() as tx:
        chosen = [row["for_work"] for row in tx.arrivals.heads() if row["for_work"]]
    assert (bool(numbers), chosen) == (True, [TWO] * len(numbers))


def test_a_choice_of_no_work_is_said_in_its_row_until_it_is_mended(waiting):
    number = choices(waiting)[0]
    waiting.edit({("待办", number, "选择"): "R2024-0999"})
    waiting.report()
    waiting.report()
    (text,) = (text for n, text in waiting.rows("待办", "编号", "事项") if n == number)
    assert text.endswith("【“选择”栏填的“R2024-0999”不是已有的登记号，请改正】")


def test_a_todo_that_was_dealt_with_leaves_the_list(waiting):
    number = choices(waiting)[0]
    waiting.edit({("待办", number, "处理"): "已处理"})
    waiting.report()
    assert number not in [row[0] for row in waiting.rows("待办", "编号")]


# passwords


@pytest.fixture
def shut(contest, desk, walk, tmp_path):
    """A third mail brings a locked archive; the number of its to-do."""
    packed = write_zip(tmp_path / "材料.zip", [Sheet("a.txt", b"text")], password="0123")[0]
    contest.post(files=[("材料.zip", packed.read_bytes())])
    walk(desk.context)
    desk.report()
    return next(number for number, kind in desk.rows("待办", "编号", "类别") if kind == "文件有密码")


def offered(desk):
    with desk.context.read() as tx:
        return [tx.openings.passwords(row["sha256"]) for row in tx.openings.locked()]


def test_a_password_is_offered_to_its_archive(desk, shut):
    desk.edit({("待办", shut, "密码"): " Kepu-2024 "})
    read_back(desk.context)
    assert offered(desk) == [(" Kepu-2024 ", "Kepu-2024")]


def test_a_password_of_digits_gets_back_the_zeros_a_cell_takes_away(desk, shut):
    desk.edit({("待办", shut, "密码"): 123})
    read_back(desk.context)
    assert "0123" in offered(desk)[0]


def test_a_password_is_in_no_event(desk, shut):
    desk.edit({("待办", shut, "密码"): "Kepu-2024"})
    read_back(desk.context)
    with desk.context.read() as tx:
        said = [event["detail"] for event in tx.desk.events(work=shut)]
    assert [(one["heading"], one["value"]) for one in said] == [("密码", "（密码略）")]


def test_a_password_beside_another_to_do_is_said(desk, waiting):
    number = choices(waiting)[0]
    desk.edit({("待办", number, "密码"): "Kepu-2024"})
    read_back(desk.context)
    assert desk.context.tally.notes == [f"待办 {number} 不是有密码的压缩包，“密码”栏的填写没有用到"]


def test_a_locked_archive_may_be_given_to_a_work_all_the_same(desk, shut, walk):
    desk.edit({("待办", shut, "选择"): "R2024-0002"})
    read_back(desk.context)
    walk(desk.context)
    with desk.context.read() as tx:
        assert (tx.arrivals.row(3)["ended"], tx.works.of_arrivals([3])) == ("supplement", {3: [TWO]})
