"""The letter on files that could not be opened: to whom, when, once, and what it says."""

import datetime as dt
import io
import zipfile
from dataclasses import replace

import pytest

from ingest.demo.zips import Sheet, write_zip

LATE = dt.datetime(2024, 10, 26, 9, tzinfo=dt.timezone(dt.timedelta(hours=8)))


@pytest.fixture
def locked(tmp_path, shell):
    """The bytes of a locked zip."""
    return write_zip(tmp_path / "材料.zip", [Sheet("成片.mp4", shell)], password="kepu")[0].read_bytes()


def warned(context):
    """The letters of this kind: state, works, text."""
    with context.read() as tx:
        works = tx.letters.works()
        rows = [row for row in tx.letters.rows() if row["kind"] == "attention"]
        return [(row["state"], works.get(row["id"], []), row["text"]) for row in rows]


def test_a_mail_that_waits_for_a_password_is_asked_for_it(contest, context, walk, locked):
    contest.post(files=[("材料.zip", locked)])
    [(state, works, text)] = warned(walk(context))
    assert (state, works) == ("draft", [])
    assert "1. 压缩包“材料.zip”设有密码，无法打开。\n     请回复告知打开密码，或去掉密码后重新发送。" in text


def test_several_matters_of_one_mail_are_one_letter(contest, context, walk, locked, form, shell):
    contest.post(files=[("推荐表.docx", form()), ("材料.zip", locked), ("成片.mp4", shell), ("扫描件.pdf", b"")])
    [(_, works, text)] = warned(walk(context))
    assert (works, [f"  {number}. " in text for number in (1, 2, 3, 4)]) == (["R2024-0001"], [True, True, True, False])


def test_a_film_that_cannot_be_opened_is_told_by_the_receipt_alone(contest, context, walk, form):
    contest.post(files=[("推荐表.docx", form()), ("成片.mp4", b"")])
    assert warned(walk(context)) == []


def test_a_second_run_writes_no_second_letter(contest, context, walk, locked):
    contest.post(files=[("材料.zip", locked)])
    assert len(warned(walk(walk(context)))) == 1


def test_the_same_mail_in_both_mailboxes_gets_one_letter(contest, context, walk, locked):
    contest.drop(contest.post(files=[("材料.zip", locked)]), "public")
    assert len(warned(walk(context))) == 1


def test_a_list_is_told_nothing(contest, context, walk, locked):
    contest.post(files=[("材料.zip", locked)], extra=(("List-Id", b"<weekly.example.com>"),))
    assert warned(walk(context)) == []


def test_a_mail_that_came_a_moment_ago_waits(contest, context, walk, locked):
    mail = contest.mail(files=[("材料.zip", locked)])
    contest.drop(replace(mail, received_at=contest.clock.now - dt.timedelta(minutes=1)))
    first = warned(walk(context))
    contest.clock.now += dt.timedelta(minutes=10)
    assert (first, len(warned(walk(context)))) == ([], 1)


def test_a_late_mail_is_left_to_staff(contest, context, walk, locked):
    contest.clock.now = LATE + dt.timedelta(days=1)
    contest.post(files=[("材料.zip", locked)], received_at=LATE)
    assert warned(walk(context)) == []


def test_a_work_that_staff_decided_is_left_alone(contest, context, walk, locked, form):
    contest.post(files=[("推荐表.docx", form())])
    walk(context)
    with context.begin() as tx:
        tx.desk.keep_staff_cells({("推荐作品", "R2024-0001", "初审结论"): "不通过"})
    contest.post("补充《星海寻踪》", files=[("材料.zip", locked)])
    assert warned(walk(context)) == []


def test_a_password_in_the_mail_leaves_nothing_to_ask(contest, context, walk, tmp_path, real_film):
    packed = write_zip(tmp_path / "材料.zip", [Sheet("成片.mp4", real_film)], password="kepu")[0].read_bytes()
    contest.post("报送《星海寻踪》", files=[("材料.zip", packed)], text="解压密码：kepu")
    assert warned(walk(context)) == []


@pytest.mark.parametrize(("mode", "state"), [("approve", "held"), ("send", "queued")])
def test_modes_that_send_hold_or_queue_it(contest, walk, locked, mode, state):
    contest.post(files=[("材料.zip", locked)])
    with contest.open(f'[replies]\nmode = "{mode}"\n') as context:
        assert [one[0] for one in warned(walk(context))] == [state]


def test_it_carries_no_link_and_no_picture(contest, context, walk, locked):
    contest.post("见 https://evil.example.com/x", files=[("材料.zip", locked)])
    walk(context)
    with context.read() as tx:
        html = tx.letters.rows()[0]["html"]
    assert [word in html for word in ("http", "<a ", "<img", "evil")] == [False] * 4


def test_an_empty_archive_is_told_to_its_sender_and_to_staff(contest, context, walk):
    held = io.BytesIO()
    zipfile.ZipFile(held, "w").close()
    contest.post(files=[("材料.zip", held.getvalue())])
    [(_, _, text)] = warned(walk(context))
    with context.read() as tx:
        asked = [row["text"] for row in tx.desk.todos()]
    assert ("压缩包“材料.zip”是空的，里面没有文件" in text, ["空压缩包" in todo for todo in asked]) == (
        True,
        [True, True],
    )
