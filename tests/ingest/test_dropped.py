"""What staff drop into the share's 补件 folders."""

import time

import pytest

from ingest import dropped
from ingest.demo.mails import mail_bytes
from ingest.demo.msgs import make_msg
from ingest.dropped import make_folders, take_dropped


@pytest.fixture
def opened(contest, context, walk, form, monkeypatch):
    """A context with one work, its folders made, and a disk by whose clock all that lies there was left alone."""
    monkeypatch.setattr(dropped, "disk_now", lambda _: time.time() + dropped.STILL_S)
    contest.post(files=[("推荐表.docx", form())])
    walk(context)
    make_folders(context)
    return context


@pytest.fixture
def top(opened):
    return opened.config.storage.share / "补件"


def drop(folder, name="成片.mp4", data=b"film"):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)
    return folder / name


def files_in(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def materials(context, work="R2024-0001"):
    with context.read() as tx:
        return [(m.part.name, m.part.source.value) for m in tx.load([work], "")[work].materials]


def todos(context):
    with context.read() as tx:
        return [row["key"] for row in tx.desk.todos()]


def test_every_work_and_every_track_has_a_folder_and_there_is_a_word_on_it(top):
    folders = sorted(str(path.relative_to(top)) for path in top.rglob("*"))
    blanks = ["空白表格", "空白表格/录入推荐表.xlsx", "空白表格/录入自荐表.xlsx"]
    assert folders == ["R2024-0001", "新来件", "新来件/推荐", "新来件/社会", *blanks, "说明.txt"]
    assert "两分钟" in (top / "说明.txt").read_text("utf-8-sig")


def test_a_file_for_a_work_is_taken_in_and_put_away(opened, top, walk, told, shell):
    drop(top / "R2024-0001", data=shell)
    take_dropped(opened)
    assert told(walk(opened))[-1] == ("supplement", ["R2024-0001"])
    assert (materials(opened)[-1], files_in(top / "R2024-0001")) == (("成片.mp4", "manual"), ["已收/成片.mp4"])


@pytest.mark.parametrize("name", [" r2024-0001", "Ｒ２０２４-0001"])
def test_a_number_is_taken_as_people_type_it(opened, top, name):
    drop(top / name)
    take_dropped(opened)
    assert opened.tally.counts["dropped"] == 1


def test_a_file_still_being_copied_waits(opened, top, monkeypatch):
    monkeypatch.setattr(dropped, "disk_now", lambda _: time.time() + dropped.STILL_S - 60)
    drop(top / "R2024-0001")
    take_dropped(opened)
    assert (opened.tally.counts["dropped"], files_in(top / "R2024-0001")) == (0, ["成片.mp4"])


def test_the_clock_is_that_of_the_disk(tmp_path):
    assert abs(dropped.disk_now(tmp_path) - time.time()) < 5
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name", [".hidden", "~$表.docx", "成片.mp4.part", "成片.mp4.crdownload", "Thumbs.db", "说明.txt"]
)
def test_what_nobody_means_is_left(opened, top, name):
    drop(top / "R2024-0001", name)
    take_dropped(opened)
    assert files_in(top / "R2024-0001") == [name]


def test_a_link_is_left(opened, top, tmp_path):
    secret = drop(tmp_path, "secret.txt")
    (top / "R2024-0001" / "表.docx").symlink_to(secret)
    (top / "R2024-0002").symlink_to(tmp_path)
    take_dropped(opened)
    assert (opened.tally.counts["dropped"], secret.exists(), todos(opened)) == (0, True, [])


def test_a_link_in_place_of_the_folder_for_what_was_taken_is_not_followed(opened, top, tmp_path):
    (top / "R2024-0001" / "已收").symlink_to(tmp_path)
    file = drop(top / "R2024-0001")
    take_dropped(opened)
    assert (opened.tally.counts["dropped"], file.exists()) == (1, True)


def test_a_file_that_could_not_be_put_away_is_known_the_next_time(opened, top):
    drop(top / "R2024-0001")
    take_dropped(opened)
    (top / "R2024-0001" / "已收" / "成片.mp4").rename(top / "R2024-0001" / "成片.mp4")
    take_dropped(opened)
    assert (opened.tally.counts["dropped"], opened.tally.counts["dropped-known"]) == (1, 1)
    assert files_in(top / "R2024-0001") == ["已收/成片.mp4"]


def test_another_file_of_the_same_name_is_put_beside_the_first(opened, top):
    for data in (b"one", b"two"):
        drop(top / "R2024-0001", data=data)
        take_dropped(opened)
    assert files_in(top / "R2024-0001") == ["已收/成片 (2).mp4", "已收/成片.mp4"]


def test_a_folder_of_no_work_becomes_a_to_do_until_it_is_renamed(opened, top):
    drop(top / "R2024-9999")
    take_dropped(opened)
    asked = todos(opened)
    (top / "R2024-0001").rmdir()
    (top / "R2024-9999").rename(top / "R2024-0001")
    take_dropped(opened)
    assert (asked, todos(opened), opened.tally.counts["dropped"]) == (["dropped:R2024-9999"], [], 1)


def test_an_empty_folder_of_no_work_is_nobodys_matter(opened, top):
    (top / "备用").mkdir()
    take_dropped(opened)
    assert todos(opened) == []


def test_loose_files_are_one_submission_of_the_track(opened, top, walk, told, form, shell):
    drop(top / "新来件" / "社会", "自荐表.docx", form("茶叶里的化学", "自荐表"))
    drop(top / "新来件" / "社会", data=shell)
    take_dropped(opened)
    assert told(walk(opened))[-1] == ("work", ["P2024-0001"])
    assert materials(opened, "P2024-0001") == [("成片.mp4", "manual"), ("自荐表.docx", "manual")]
    assert files_in(top / "新来件") == ["社会/已收/成片.mp4", "社会/已收/自荐表.docx"]


def test_each_folder_among_the_new_is_a_submission(opened, top, walk, told, form):
    for title in ("深海来信", "星海寻踪记"):
        drop(top / "新来件" / "推荐" / title, "表.docx", form(title))
    take_dropped(opened)
    assert told(walk(opened))[1:] == [("work", ["R2024-0002"]), ("work", ["R2024-0003"])]


def test_a_submission_waits_until_all_its_files_are_still(opened, top, monkeypatch):
    aged = dropped._aged

    def last_is_moving(folder, paths):
        return [dropped._Found(f.path, f.size, f.path.suffix != ".mp4") for f in aged(folder, paths)]

    monkeypatch.setattr(dropped, "_aged", last_is_moving)
    drop(top / "新来件" / "推荐", "表.docx")
    drop(top / "新来件" / "推荐")
    take_dropped(opened)
    assert opened.tally.counts["dropped"] == 0


def test_a_saved_mail_counts_as_received_by_the_mailbox(contest, opened, top, walk, told, form):
    mail = contest.mail(files=[("自荐表.docx", form("茶叶里的化学", "自荐表"))], to="public")
    drop(top / "新来件" / "社会", "来信.eml", mail_bytes(mail))
    take_dropped(opened)
    assert told(walk(opened))[-1] == ("work", ["P2024-0001"])
    with opened.read() as tx:
        assert (tx.arrivals.row(2)["received_at"], tx.arrivals.row(2)["mailbox"]) == (mail.received_at, "public")


def test_a_saved_mail_for_a_work_is_its_supplement(contest, opened, top, walk, told):
    drop(top / "R2024-0001", "来信.eml", mail_bytes(contest.mail("别的题目", files=[("证明.pdf", b"%PDF-1.4")])))
    take_dropped(opened)
    assert told(walk(opened))[-1] == ("supplement", ["R2024-0001"])


def test_a_share_that_is_away_keeps_no_mail_from_coming_in(opened, top, monkeypatch):
    monkeypatch.setattr(dropped, "_take_all", lambda *_: (_ for _ in ()).throw(OSError(5, "Input/output error")))
    take_dropped(opened)
    assert opened.tally.notes == ["“补件”文件夹读不到（Input/output error），下次运行再收"]


def test_a_file_that_cannot_be_read_costs_only_itself(opened, top, monkeypatch):
    drop(top / "R2024-0001", "a.mp4")
    drop(top / "R2024-0001", "b.mp4", b"other")
    plain = dropped.open_plain

    def locked(path):
        if path.name == "a.mp4":
            raise PermissionError(13, "Permission denied")
        return plain(path)

    monkeypatch.setattr(dropped, "open_plain", locked)
    take_dropped(opened)
    assert (opened.tally.counts["dropped"], len(opened.tally.notes)) == (1, 1)


def test_a_mail_saved_by_outlook_is_taken_as_a_mail(opened, top, walk, told, form):
    files = [("自荐表.docx", form("茶叶里的化学", "自荐表"))]
    make_msg(top / "新来件" / "社会" / "来信.msg", headers="From: a@qq.com\r\n", text="x", attachments=files)
    take_dropped(opened)
    assert told(walk(opened))[-1] == ("work", ["P2024-0001"])


def test_a_damaged_mail_of_outlook_stays_and_is_said(opened, top):
    drop(top / "新来件" / "社会", "来信.msg", b"\xd0\xcf\x11\xe0 no more")
    take_dropped(opened)
    assert (opened.tally.counts["dropped"], len(opened.tally.notes)) == (0, 1)
