"""Archives that open later: volumes over mails, passwords from staff and senders, what older parsers could not read."""

import io

import py7zr
import pytest

from ingest.demo.archives import make_zip
from ingest.demo.rars import make_rar
from ingest.demo.zips import Sheet, write_zip
from ingest.stages.extract import extract

PASSWORD = "Kepu-2024!"


@pytest.fixture
def locked(tmp_path, form, shell):
    """A zip with a form and a film, locked."""

    def make(password=PASSWORD, title="星海寻踪"):
        sheets = [Sheet("推荐表.docx", form(title)), Sheet("成片.mp4", shell)]
        return write_zip(tmp_path / "locked" / "材料.zip", sheets, password=password)[0].read_bytes()

    return make


@pytest.fixture
def volumes(tmp_path, form):
    """A rar with a form in three volumes: (name, bytes)."""
    inside = form("星海寻踪")
    files = make_rar(tmp_path / "rar" / "作品.rar", [("推荐表.docx", inside)], volume_bytes=len(inside) // 3 + 1)
    assert len(files) == 3
    return [(path.name, path.read_bytes()) for path in files]


def parts(context, number=1):
    with context.read() as tx:
        return [(p.name, p.problem, p.inside) for p in tx.arrivals.parts([number])[number]]


def pending(context):
    with context.read() as tx:
        return [row["pending"] for row in tx.arrivals.heads()]


def todos(context):
    with context.read() as tx:
        return [(row["kind"], row["text"]) for row in tx.desk.todos()]


def offer(context, password, number=1):
    """Staff write a password for the locked archive of a mail."""
    with context.begin() as tx:
        for part in tx.arrivals.parts([number])[number]:
            if part.problem == "locked" and part.here:
                tx.openings.offer(part.sha256, password, by_staff=True)


def test_volumes_of_one_mail_are_opened(contest, context, walk, told, volumes):
    contest.post(files=volumes)
    assert told(walk(context)) == [("work", ["R2024-0001"])]
    assert parts(context) == [*((name, "", "") for name, _ in volumes), ("推荐表.docx", "", "作品.rar")]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
def test_volumes_over_three_mails_are_opened_with_the_last(contest, context, walk, told, volumes, order):
    for number in order:
        contest.post(files=[volumes[number]])
        walk(context)
    assert told(context) == [
        ("supplement", ["R2024-0001"]),
        ("supplement", ["R2024-0001"]),
        ("work", ["R2024-0001"]),
    ]


def test_volumes_over_three_mails_of_one_batch_are_opened(contest, context, walk, told, volumes):
    for volume in volumes:
        contest.post(files=[volume])
    assert sorted(told(walk(context)), key=str) == [
        ("supplement", ["R2024-0001"]),
        ("supplement", ["R2024-0001"]),
        ("work", ["R2024-0001"]),
    ]


def test_a_set_that_lacks_a_volume_waits_and_says_which(contest, context, walk, volumes):
    contest.post(files=[volumes[0]])
    contest.post(files=[volumes[2]])
    walk(context)
    assert pending(context) == ["分卷压缩包 作品.rar 缺第2卷"] * 2
    assert [kind for kind, _ in todos(context)] == ["missing-volume"]


def test_a_locked_archive_waits_for_its_password(contest, context, walk, told, locked):
    contest.post(files=[("材料.zip", locked())])
    assert told(walk(context)) == [(None, [])]
    assert [kind for kind, _ in todos(context)] == ["locked"]


def test_staffs_password_opens_a_waiting_mail(contest, context, walk, told, locked):
    contest.post(files=[("材料.zip", locked())])
    offer(walk(context), PASSWORD)
    assert told(walk(context)) == [("work", ["R2024-0001"])]
    assert "locked" not in [kind for kind, _ in todos(context)]


def test_staffs_password_opens_an_archive_of_a_work(contest, context, walk, told, locked, form):
    contest.post(files=[("材料.zip", locked()), ("推荐表.docx", form())])
    offer(walk(context), PASSWORD)
    walk(context)
    with context.read() as tx:
        names = [m.part.name for m in tx.load(["R2024-0001"], context.wants_key)["R2024-0001"].materials]
    assert sorted(names) == ["成片.mp4", "推荐表.docx", "材料.zip"]


def test_a_wrong_password_is_said_where_it_was_written(contest, context, walk, told, locked):
    contest.post(files=[("材料.zip", locked())])
    offer(walk(context), "wrong")
    walk(context)
    assert [("密码不对" in text) for _, text in todos(context)] == [True]


def test_a_password_in_the_mails_own_text_is_tried(contest, context, walk, told, locked):
    contest.post(files=[("材料.zip", locked())], text=f"附件的解压密码：{PASSWORD}，请查收。")
    assert told(walk(context)) == [("work", ["R2024-0001"])]


def test_a_password_in_a_later_mail_is_tried(contest, context, walk, told, locked):
    contest.post(files=[("材料.zip", locked())])
    walk(context)
    contest.post("密码", text=f"解压密码是 {PASSWORD}")
    assert told(walk(context))[0] == ("work", ["R2024-0001"])


def test_a_wrong_password_is_not_tried_again(contest, context, walk, locked):
    contest.post(files=[("材料.zip", locked())])
    offer(walk(context), "wrong")
    walk(context)
    with context.read() as tx:
        before = tx.desk.revision()
    walk(context)
    with context.read() as tx:
        assert tx.desk.revision() == before


def test_retry_keeps_rows_and_to_dos(contest, context, walk, locked):
    contest.post(files=[("材料.zip", locked())])
    walk(context)
    with context.begin() as tx:
        before = [(p["id"], p["position"], p["name"], p["problem"]) for p in tx.arrivals.all_parts()]
        tx.arrivals.again([1])
    walk(context)
    with context.read() as tx:
        after = [(p["id"], p["position"], p["name"], p["problem"]) for p in tx.arrivals.all_parts()]
        asked = [row["key"] for row in tx.desk.todos(open_only=False)]
    assert (after, asked) == (before, [f"locked:{before[0][0]}"])


def test_retry_keeps_what_a_password_opened(contest, context, walk, told, locked):
    contest.post(files=[("材料.zip", locked(title=""))])
    walk(context)
    offer(context, PASSWORD)
    walk(context)
    before = parts(context)
    with context.begin() as tx:
        tx.connection.exec_driver_sql("UPDATE arrivals SET ended = 'quarantined'")
        tx.arrivals.again([1])
    assert parts(walk(context)) == before


def test_newer_parsers_open_what_older_ones_could_not(contest, context, walk, told, form, tmp_path):
    contest.post(files=[("材料.zip", make_zip(tmp_path / "a.zip", [("推荐表.docx", form())]).read_bytes())])
    walk(context, until="fetch")
    extract(context)
    with context.begin() as tx:  # as a version would leave it that knew no zip
        tx.connection.exec_driver_sql("DELETE FROM parts WHERE source = 'archive'")
        tx.connection.exec_driver_sql("UPDATE parts SET problem = 'unsupported', opened_with = '1'")
    assert told(walk(context)) == [("work", ["R2024-0001"])]


def test_the_missing_volume_joins_the_work_of_the_first(contest, context, walk, told, volumes, form):
    contest.post("报送《月背来客》", files=[("推荐表.docx", form("月背来客")), volumes[0], volumes[1]])
    walk(context)
    contest.post("补发", files=[volumes[2]])
    walk(context)
    with context.read() as tx:
        lacking = [row["key"] for row in tx.desk.todos() if row["kind"] == "missing-volume"]
    assert (parts(context, 2), lacking) == ([(volumes[2][0], "", ""), ("推荐表.docx", "", "作品.rar")], [])


def test_a_volume_sent_twice_is_no_second_set(contest, context, walk, told, volumes):
    contest.post(files=volumes)
    walk(context)
    contest.post("再发一卷", files=[volumes[1]])
    assert (told(walk(context))[1], len(parts(context, 2))) == (("supplement", ["R2024-0001"]), 1)


def test_volumes_of_another_sender_do_not_count(contest, context, walk, told, volumes):
    contest.post(files=volumes[:2])
    contest.post(files=volumes[2:], sender="other@qq.com")
    assert told(walk(context)) == [(None, []), (None, [])]


def test_a_set_of_7z_cut_in_pieces_is_opened(contest, context, walk, told, form):
    packed = io.BytesIO()
    with py7zr.SevenZipFile(packed, "w") as archive:
        archive.writef(io.BytesIO(form()), "推荐表.docx")
    whole = packed.getvalue()
    cut = [whole[at : at + len(whole) // 2 + 1] for at in range(0, len(whole), len(whole) // 2 + 1)]
    for number, piece in reversed(list(enumerate(cut, 1))):
        contest.post(files=[(f"作品.7z.{number:03d}", piece)])
    assert sorted(told(walk(context)), key=str) == [("supplement", ["R2024-0001"]), ("work", ["R2024-0001"])]


def test_bounds_hold_over_a_set(contest, walk, volumes):
    contest.post(files=volumes)
    with contest.open("[analysis]\nmax_archive_bytes = 1000\n") as context:
        walk(context)
        with context.read() as tx:
            problems = {part.problem for part in tx.arrivals.parts([1])[1] if part.source == "attachment"}
    assert problems == {"too-large"}


def test_retry_opens_anew_what_we_gave_up_on(contest, context, walk, told, form, tmp_path):
    contest.post(files=[("材料.zip", make_zip(tmp_path / "a.zip", [("推荐表.docx", form())]).read_bytes())])
    walk(context, until="extract")
    with context.begin() as tx:  # as a machine leaves it that was too slow
        tx.connection.exec_driver_sql("DELETE FROM parts WHERE source = 'archive'")
        tx.connection.exec_driver_sql("UPDATE parts SET problem = 'too-slow'")
    before = told(walk(context))
    with context.begin() as tx:
        again = tx.arrivals.forget_ended_by_us()
    assert (before, again, told(walk(context))) == ([(None, [])], [1], [("work", ["R2024-0001"])])


def test_a_locked_mail_follows_the_reply_that_brings_it_unlocked(contest, context, walk, told, locked, form):
    first = contest.post(files=[("材料.zip", locked())])
    walk(context)
    contest.post(files=[("推荐表.docx", form("星海寻踪"))], in_reply_to=first.message_id)
    assert told(walk(context)) == [("supplement", ["R2024-0001"]), ("work", ["R2024-0001"])]


def test_a_locked_mail_follows_the_reply_to_our_letter_on_it(contest, context, walk, told, locked, form):
    contest.post(files=[("材料.zip", locked())])
    walk(context)
    with context.read() as tx:
        [letter] = [row["message_id"] for row in tx.letters.rows()]
    contest.post(files=[("推荐表.docx", form("星海寻踪"))], references=(letter,))
    assert told(walk(context)) == [("supplement", ["R2024-0001"]), ("work", ["R2024-0001"])]


def test_a_locked_mail_and_the_reply_to_it_in_one_batch_are_one_work(contest, context, walk, told, locked, form):
    first = contest.post(files=[("材料.zip", locked())])
    contest.post(files=[("推荐表.docx", form("星海寻踪"))], in_reply_to=first.message_id)
    assert told(walk(context)) == [("supplement", ["R2024-0001"]), ("work", ["R2024-0001"])]


def test_the_to_do_of_a_locked_mail_is_done_with_the_reply_that_brings_it_unlocked(
    contest, context, walk, locked, form
):
    first = contest.post(files=[("材料.zip", locked())])
    walk(context)
    contest.post(files=[("推荐表.docx", form("星海寻踪"))], in_reply_to=first.message_id)
    walk(context)
    with context.read() as tx:
        reason = tx.arrivals.row(1)["reason"]
    assert (todos(context), reason) == ([], "发件人已回复此信，另行寄来可以打开的材料")


def test_a_locked_mail_waits_on_after_a_reply_without_material(contest, context, walk, told, locked):
    first = contest.post(files=[("材料.zip", locked())])
    contest.post(text="密码稍后告知。", in_reply_to=first.message_id)
    assert told(walk(context)) == [(None, []), ("not-a-submission", [])]


def test_a_locked_mail_waits_on_after_anothers_answer_to_it(contest, context, walk, told, locked, form):
    first = contest.post(files=[("材料.zip", locked())])
    files = [("推荐表.docx", form("星海寻踪"))]
    contest.post(files=files, in_reply_to=first.message_id, sender="li@other.example.cn")
    assert told(walk(context)) == [(None, []), ("work", ["R2024-0001"])]


def test_a_locked_mail_waits_on_after_a_new_mail_of_its_sender(contest, context, walk, told, locked, form):
    contest.post(files=[("材料.zip", locked())])
    contest.post(files=[("推荐表.docx", form("星海寻踪"))])
    assert told(walk(context)) == [(None, []), ("work", ["R2024-0001"])]


def test_a_password_opens_a_locked_mail_that_followed_a_reply(contest, context, walk, told, locked, form):
    first = contest.post(files=[("材料.zip", locked())])
    walk(context)
    contest.post(files=[("推荐表.docx", form("星海寻踪"))], in_reply_to=first.message_id)
    walk(context)
    offer(context, PASSWORD)
    walk(context)
    with context.read() as tx:
        work = tx.load(["R2024-0001"], context.wants_key)["R2024-0001"]
    assert "成片.mp4" in [material.part.name for material in work.materials]
