"""The workbook and the pages: written when there is news, merged with what staff save meanwhile, never clobbered."""

import datetime as dt
import os
import time

import pytest

import reports.workbook as module
from ingest.errors import DiskError, Exit
from ingest.stages.report.writing import KEEP_DAYS

ONE, TWO = "R2024-0001", "R2024-0002"


def news(desk):
    with desk.context.begin() as tx:
        tx.desk.touch()


def test_nothing_new_writes_nothing(desk):
    desk.report()
    before = desk.times()
    desk.report()
    assert desk.times() == before


def test_nothing_new_makes_no_snapshot(desk, monkeypatch):
    desk.report()
    monkeypatch.setattr("ingest.views.snapshot", lambda *_: pytest.fail("a snapshot was made"))
    desk.report()


def test_a_fresh_report_writes_without_news(desk):
    desk.age()
    before = desk.times()
    desk.context.fresh = True
    desk.report()
    assert desk.times()[desk.workbook] > before[desk.workbook]


def test_the_next_day_is_news(contest, desk):
    desk.age()
    before = desk.times()
    contest.clock.now += dt.timedelta(days=1)
    desk.report()
    assert desk.times()[desk.workbook] > before[desk.workbook]


def saving_meanwhile(monkeypatch, *saves):
    """Somebody saves the workbook while a new one is being made: `saves` are called in turn, once each."""
    original, left = module._write, list(saves)

    def write(path, book):
        original(path, book)
        if left:
            left.pop(0)()

    monkeypatch.setattr(module, "_write", write)


def test_an_edit_saved_while_the_workbook_is_made_is_merged(desk, sheet, monkeypatch):
    news(desk)
    saving_meanwhile(monkeypatch, lambda: desk.edit({(sheet, ONE, "备注"): "刚刚保存"}))
    desk.report()
    assert (desk.staff(), desk.rows(sheet, "备注")) == ({(sheet, ONE, "备注"): "刚刚保存"}, [("刚刚保存",), (None,)])


def test_edits_saved_again_and_again_are_all_merged(desk, sheet, monkeypatch):
    news(desk)
    saves = [lambda h=heading: desk.edit({(sheet, TWO, h): h}) for heading in ("备注", "负责人", "审核人")]
    saving_meanwhile(monkeypatch, *saves)
    desk.report()
    assert desk.rows(sheet, "备注", "负责人", "审核人") == [(None, None, None), ("备注", "负责人", "审核人")]


def test_a_workbook_that_never_rests_is_left_for_the_next_run(desk, sheet, monkeypatch):
    news(desk)
    saving_meanwhile(monkeypatch, *(lambda n=n: desk.edit({(sheet, ONE, "备注"): n}) for n in range(1, 6)))
    tally = desk.report()
    assert tally.notes == ["台账.xlsx 一直有人在保存，本次没有更新，下次运行再写"]
    assert desk.rows(sheet, "备注") == [(5,), (None,)]


def test_an_edit_saved_right_after_the_rename_is_read_by_the_next_run(desk, sheet, monkeypatch):
    news(desk)
    original = module.write_workbook

    def write(path, book, **rest):
        ours = original(path, book, **rest)
        desk.edit({(sheet, ONE, "备注"): "紧接着"})
        return ours

    with monkeypatch.context() as patch:
        patch.setattr(module, "write_workbook", write)
        desk.report()
    desk.report()
    assert desk.rows(sheet, "备注") == [("紧接着",), (None,)]


def test_a_workbook_that_is_open_is_written_beside(desk, sheet):
    desk.open_workbook()
    before = desk.workbook.read_bytes()
    news(desk)
    tally = desk.report()
    assert (desk.workbook.read_bytes() == before, desk.side.exists(), tally.notes) == (
        True,
        True,
        ["台账.xlsx 正打开着或无法读取，新内容写在 台账（新）.xlsx；关闭后下次运行合并"],
    )


def test_the_file_beside_is_not_written_again_without_news(desk):
    desk.open_workbook()
    news(desk)
    desk.report()
    before = desk.times()
    desk.report()
    assert desk.times() == before


def test_the_file_beside_goes_when_the_workbook_is_closed(desk, sheet):
    mark = desk.open_workbook()
    news(desk)
    desk.report()
    desk.edit({(sheet, TWO, "备注"): "在新表中"}, path=desk.side)
    mark.unlink()
    desk.report()
    assert (desk.side.exists(), desk.rows(sheet, "备注")) == (False, [(None,), ("在新表中",)])


def test_a_file_beside_that_is_open_stays(desk):
    mark = desk.open_workbook()
    news(desk)
    desk.report()
    mark.unlink()
    (desk.reports / "~$台账（新）.xlsx").write_bytes(b"")
    desk.report()
    assert desk.side.exists() is True


def test_both_open_is_said_and_nothing_is_written(desk):
    desk.open_workbook()
    (desk.reports / "~$台账（新）.xlsx").write_bytes(b"")
    news(desk)
    assert desk.report().notes == ["台账.xlsx 和 台账（新）.xlsx 都打开着或无法读取，本次没有更新台账，下次运行再写"]


def test_an_old_mark_of_an_open_file_counts_for_nothing(desk):
    os.utime(desk.open_workbook(), (time.time() - 3 * 86_400,) * 2)
    news(desk)
    desk.report()
    assert desk.side.exists() is False


def test_a_deleted_workbook_comes_back_with_staffs_cells(desk, sheet):
    desk.edit({(sheet, ONE, "备注"): "留"})
    desk.report()
    desk.workbook.unlink()
    desk.report()
    assert desk.rows(sheet, "备注") == [("留",), (None,)]


def test_a_share_that_cannot_be_written_stops_the_report_with_the_mend(desk):
    desk.workbook.unlink()
    for path in sorted(desk.reports.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    desk.reports.rmdir()
    desk.reports.write_text("in the way")
    with pytest.raises(DiskError) as caught:
        desk.report()
    assert (caught.value.exit_code, caught.value.mend[:13]) == (Exit.TROUBLE, "请检查共享文件夹是否连通、")


def test_there_is_one_copy_a_day_the_last(desk, sheet):
    news(desk)
    desk.edit({(sheet, ONE, "备注"): "后来"})
    desk.report()
    (copy,) = (desk.reports / "历史").iterdir()
    assert (copy.name, copy.read_bytes() == desk.workbook.read_bytes()) == ("台账-2024-10-11.xlsx", True)


def test_old_copies_go_and_files_of_staffs_stay(desk):
    folder = desk.reports / "历史"
    for day in range(1, 36):
        (folder / f"台账-2023-{1 + day // 28:02d}-{1 + day % 28:02d}.xlsx").write_bytes(b"")
    (folder / "台账-0 初审前备份.xlsx").write_bytes(b"")
    news(desk)
    desk.report()
    names = sorted(path.name for path in folder.iterdir())
    assert (len(names), names[0], names[-1]) == (KEEP_DAYS + 1, "台账-0 初审前备份.xlsx", "台账-2024-10-11.xlsx")


def test_a_change_is_shown_all_day(desk, sheet, contest):
    contest.clock.now += dt.timedelta(days=1)
    desk.edit({(sheet, ONE, "初审结论"): "通过"})
    desk.report()
    news(desk)
    desk.report()
    assert desk.rows(sheet, "变化") == [("材料不全→通过",), (None,)]


def test_new_works_are_new_on_their_first_day_only(desk, sheet, contest):
    first = desk.rows(sheet, "变化")
    contest.clock.now += dt.timedelta(days=1)
    desk.report()
    assert (first, desk.rows(sheet, "变化")) == ([("新作品",), ("新作品",)], [(None,), (None,)])


def test_the_counts_page_holds_no_personal_data(desk):
    page = (desk.reports / "收件统计.html").read_text("utf-8")
    assert [word for word in ("林晚舟", "王工", "55550000", "wang@") if word in page] == []
