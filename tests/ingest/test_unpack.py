"""Archives that open later: volumes over mails, passwords from staff and senders, what older parsers could not read."""

import openpyxl
import pytest

from ingest.batch import run
from ingest.demo.archives import make_zip
from ingest.demo.rars import make_rar
from ingest.demo.zips import Sheet, write_zip
from ingest.ledger import openings
from ingest.stages.report import read_back, report

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
