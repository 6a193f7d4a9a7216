"""Works' folders: named once, files by what they are, one that fails costs only itself."""

import pytest

from ingest.errors import DiskError
from ingest.stages.report import paging, placing
from reports.folders import place

ONE, TWO = "R2024-0001", "R2024-0002"


def names(folder):
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def test_a_work_has_a_folder_with_its_files_and_page(desk):
    assert names(desk.works / f"{ONE} 星海寻踪") == ["审查.html", "电子表-星海寻踪.docx"]


def test_the_page_tells_what_the_mail_said(desk):
    assert "请查收，第 1 封。" in (desk.works / f"{ONE} 星海寻踪" / "审查.html").read_text("utf-8")


def test_a_title_that_changes_renames_neither_folder_nor_files(contest, desk, walk, form):
    contest.post("星海寻踪 更换", files=[("新表.docx", form("星海寻踪（终版）"))], in_reply_to="m1@mail.example.cn")
    walk(desk.context)
    desk.report()
    with desk.context.read() as tx:
        row = tx.works.row(ONE)
    assert row["title"] == "星海寻踪（终版）"
    assert (row["folder"], sorted(row["files"].values())) == (
        f"{ONE} 星海寻踪",
        ["旧版/电子表-星海寻踪.docx", "电子表-星海寻踪.docx"],
    )


def test_a_change_touches_only_its_own_folder(desk, sheet):
    desk.age()
    before = desk.times()
    desk.edit({(sheet, ONE, "初审结论"): "通过"})
    desk.report()
    changed = {path for path, at in desk.times().items() if before.get(path) != at and desk.works in path.parents}
    assert changed == {desk.works / f"{ONE} 星海寻踪" / "审查.html"}


def test_a_new_work_rewrites_the_page_of_its_neighbour_only(contest, desk, walk, form):
    desk.age()
    before = desk.times()
    contest.post(files=[("推荐表.docx", form("云的样子", author="钱观澜"))])
    walk(desk.context)
    desk.report()
    pages = {path: at for path, at in desk.times().items() if path.name == "审查.html"}
    changed = {path.parent.name for path, at in pages.items() if before.get(path) != at}
    assert changed == {f"{TWO} 深海来信", "R2024-0003 云的样子"}
    assert "R2024-0003%20" in (desk.works / f"{TWO} 深海来信" / "审查.html").read_text("utf-8")


def test_a_page_leads_to_its_neighbour_and_back(desk):
    pages = [(desk.works / name / "审查.html").read_text("utf-8") for name in (f"{ONE} 星海寻踪", f"{TWO} 深海来信")]
    assert [('rel="prev"' in page, 'rel="next"' in page) for page in pages] == [(False, True), (True, False)]


def test_a_page_tells_the_works_course_and_what_was_answered(desk, sheet):
    desk.edit({(sheet, ONE, "备注"): "已电话联系"})
    desk.report()
    page = (desk.works / f"{ONE} 星海寻踪" / "审查.html").read_text("utf-8")
    assert ["《星海寻踪》" in page, "备注：“已电话联系”" in page] == [True, True]


def test_a_folder_that_fails_costs_only_itself(desk, sheet):
    folder = desk.works / f"{ONE} 星海寻踪"
    desk.edit({(sheet, work, "初审结论"): "通过" for work in (ONE, TWO)})
    for path in sorted(folder.iterdir()):
        path.unlink()
    folder.rmdir()
    folder.write_text("in the way")
    tally = desk.report()
    assert tally.troubles == [f"作品 {ONE} 的文件夹未能更新（File exists），下次运行再试"]
    assert "通过" in (desk.works / f"{TWO} 深海来信" / "审查.html").read_text("utf-8")
    assert desk.rows(sheet, "状态") == [("通过",), ("通过",)]


def test_a_folder_that_failed_is_tried_again_without_news(desk, sheet):
    folder = desk.works / f"{ONE} 星海寻踪"
    desk.edit({(sheet, ONE, "初审结论"): "通过"})
    held = folder.rename(desk.works / "held")
    folder.write_text("in the way")
    desk.report()
    folder.unlink()
    held.rename(folder)
    assert (desk.report().troubles, "通过" in (folder / "审查.html").read_text("utf-8")) == ([], True)


def test_our_own_failure_at_one_page_costs_only_that_work(desk, sheet, monkeypatch):
    original = paging.dossier_of

    def failing(snap, work, *rest):
        if work.id == ONE:
            raise RuntimeError
        return original(snap, work, *rest)

    desk.edit({(sheet, work, "初审结论"): "通过" for work in (ONE, TWO)})
    monkeypatch.setattr(paging, "dossier_of", failing)
    assert desk.report().troubles == [f"作品 {ONE} 的文件夹未能更新（RuntimeError），下次运行再试"]


def test_a_folder_that_is_gone_is_made_again(desk):
    folder = desk.works / f"{ONE} 星海寻踪"
    for path in sorted(folder.iterdir()):
        path.unlink()
    folder.rmdir()
    desk.context.fresh = True
    desk.report()
    assert names(folder) == ["审查.html", "电子表-星海寻踪.docx"]


def test_a_fresh_report_brings_back_a_file_that_is_gone(desk):
    form = desk.works / f"{ONE} 星海寻踪" / "电子表-星海寻踪.docx"
    form.unlink()
    desk.context.fresh = True
    desk.report()
    assert form.is_file() is True


def test_a_run_that_dies_while_placing_finds_its_folder_again(contest, walk, form, desk, monkeypatch):
    contest.post(files=[("推荐表.docx", form("第三部"))])
    walk(desk.context)
    with monkeypatch.context() as patch:
        patch.setattr("reports.folders.place", interrupted)
        with pytest.raises(KeyboardInterrupt):
            desk.report()
    contest.post(files=[("推荐表.docx", form("第三部（改名）"))], in_reply_to="m3@mail.example.cn")
    walk(desk.context)
    desk.report()
    assert names(desk.works)[2:] == ["R2024-0003 第三部"]


def interrupted(folder, *rest):
    if folder.name.startswith("R2024-0003"):
        raise KeyboardInterrupt
    return place(folder, *rest)


def test_a_share_where_nothing_can_be_written_is_not_asked_for_every_work(desk, monkeypatch):
    monkeypatch.setattr(placing, "HOPELESS", 1)
    monkeypatch.setattr("reports.folders.place", no_share)
    desk.context.fresh = True
    with pytest.raises(DiskError, match="无法写入共享文件夹"):
        desk.report()


def no_share(*_):
    raise OSError(107, "Transport endpoint is not connected")
