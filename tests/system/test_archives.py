"""`kepu run` over folders of saved mails whose materials come packed: nested, locked, in volumes over several mails."""

import datetime as dt
import io
import signal
import subprocess
import sys

import openpyxl
import py7zr
import pytest

from ingest.demo.archives import make_zip
from ingest.demo.forms import make_form
from ingest.demo.mails import Attachment, Mail, mail_bytes
from ingest.demo.rars import make_rar
from ingest.demo.samples import ADDRESSES, CHINA
from ingest.demo.zips import Sheet, write_zip

PASSWORD = "科普Kepu-2024"
FILM = b"\0\0\0\x18ftypisom\0\0\2\0isomiso2"
KILLED = """
import os, signal, sys
from ingest import context
context._crash = lambda step: step == sys.argv[1] and os.kill(os.getpid(), signal.SIGKILL)
from ingest.cli import run
sys.exit(run(["run"]))
"""


class Packed:
    """A place whose mailbox is a folder of saved mails; each mail comes a minute after the last."""

    def __init__(self, place, folder, tmp):
        self.place, self.folder, self.tmp = place, folder, tmp
        self.count = 0

    def post(self, subject, files, text="请查收附件。", sender="wang@kjt.example.gov.cn"):
        self.count += 1
        mail = Mail(
            sender=("王工", sender),
            to=ADDRESSES["recommended"],
            subject=subject,
            received_at=dt.datetime(2024, 10, 8, 12, self.count, tzinfo=CHINA),
            message_id=f"m{self.count}@kjt.example.gov.cn",
            text=text,
            html="none",
            attachments=tuple(Attachment(*file) for file in files),
        )
        stamp = mail.received_at.strftime("%a, %d %b %Y %H:%M:%S +0800").encode()
        raw = b"Received: from mx.example.cn by 163.com; " + stamp + b"\r\n" + mail_bytes(mail)
        (self.folder / f"{self.count:02d}.eml").write_bytes(raw)

    def form(self, title):
        path = make_form(self.tmp / f"{title}.docx", kind="推荐表", values={"title": title, "contact": "王工"})
        return path.read_bytes()

    def ends(self):
        return [(m["outcome"], m["works"]) for m in self.place.export("messages")]

    def files(self):
        """Name, source and digest's presence of each part of each mail."""
        return [[(p["name"], p["source"], p["size"] > 0) for p in m["parts"]] for m in self.place.export("messages")]

    def todos(self):
        book = openpyxl.load_workbook(self.place.workbook, read_only=True)
        head, *rows = list(book["待办"].iter_rows(values_only=True))
        book.close()
        return [dict(zip(head, row, strict=True)) for row in rows]

    def write(self, number, heading, value):
        """Staff fill a cell of 待办 and save."""
        book = openpyxl.load_workbook(self.place.workbook)
        sheet = book["待办"]
        headings = [cell.value for cell in sheet[1]]
        row = next(cell.row for cell in sheet["A"] if cell.value == number)
        sheet.cell(row, headings.index(heading) + 1).value = value
        book.save(self.place.workbook)
        book.close()

    def killed_at(self, step):
        child = [sys.executable, "-c", KILLED, step]
        done = subprocess.run(child, cwd=self.place.folder, env=self.place.environ, capture_output=True, check=False)
        return done.returncode == -signal.SIGKILL


@pytest.fixture
def packed(a_place, tmp_path):
    folder = tmp_path / "信件"
    folder.mkdir()
    return Packed(a_place({"recommended": f"eml:{folder}"}), folder, tmp_path)


def seven(members):
    packed = io.BytesIO()
    with py7zr.SevenZipFile(packed, "w") as archive:
        for name, data in members:
            archive.writef(io.BytesIO(data), name)
    return packed.getvalue()


def locked(path, *members):
    """A zip locked by AES."""
    sheets = [Sheet(name, data) for name, data in members]
    return write_zip(path / "z.zip", sheets, password=PASSWORD)[0].read_bytes()


def seen(place):
    """All that a run can change: the exports, and the letters and the workbook with when they were written."""
    reports = place.share / "reports"
    files = {str(p.relative_to(reports)): p.stat().st_mtime_ns for p in sorted(reports.rglob("*")) if p.is_file()}
    return place.exports(), files


def test_every_kind_of_archive_is_opened_and_its_members_are_materials(packed, tmp_path):
    members = [("推荐材料/推荐表.docx", packed.form("星海寻踪")), ("推荐材料/成片.mp4", FILM)]
    inner = make_zip(tmp_path / "内层.zip", [("推荐表.docx", packed.form("月背来客"))]).read_bytes()
    packed.post("一", [("材料.zip", make_zip(tmp_path / "a.zip", members).read_bytes())])
    packed.post(
        "二", [("外层.zip", make_zip(tmp_path / "b.zip", [("内层.zip", inner)]).read_bytes())], sender="b@qq.com"
    )
    packed.post("三", [("材料.7z", seven([("推荐表.docx", packed.form("深海来信"))]))], sender="c@qq.com")
    rar = make_rar(tmp_path / "d.rar", [("推荐表.docx", packed.form("茶叶化学"))])[0].read_bytes()
    packed.post("四", [("材料.rar", rar)], sender="d@qq.com")
    packed.place.good("run")
    assert packed.ends() == [("work", [f"R2024-000{number}"]) for number in (1, 2, 3, 4)]
    assert [name for name, *_ in packed.files()[1]] == ["外层.zip", "内层.zip", "推荐表.docx"]
    assert [work["title"] for work in packed.place.export("works")] == ["星海寻踪", "月背来客", "深海来信", "茶叶化学"]


def test_a_password_typed_into_the_workbook_opens_the_archive_in_the_next_run(packed, tmp_path):
    sheets = [Sheet("推荐表.docx", packed.form("星海寻踪")), Sheet("成片.mp4", FILM)]
    packed.post(
        "报送《星海寻踪》", [("材料.zip", write_zip(tmp_path / "z.zip", sheets, password=PASSWORD)[0].read_bytes())]
    )
    packed.place.good("run")
    assert packed.ends() == [("pending", [])]
    (todo,) = packed.todos()
    assert (todo["类别"], todo["密码"]) == ("文件有密码", None)
    packed.write(todo["编号"], "密码", "不是这个")
    packed.place.good("run")
    (todo,) = packed.todos()
    assert "密码不对" in todo["事项"]
    packed.write(todo["编号"], "密码", PASSWORD)
    packed.place.good("run")
    assert packed.ends() == [("work", ["R2024-0001"])]
    assert packed.files() == [
        [("材料.zip", "attachment", True), ("推荐表.docx", "archive", True), ("成片.mp4", "archive", True)]
    ]
    assert "文件有密码" not in [todo["类别"] for todo in packed.todos()]
    before = seen(packed.place)
    packed.place.good("run")
    assert seen(packed.place) == before


def test_a_password_is_told_to_nobody(packed, tmp_path):
    packed.post("报送", [("材料.zip", locked(tmp_path, ("推荐表.docx", packed.form("星海寻踪"))))])
    packed.place.good("run")
    packed.write(packed.todos()[0]["编号"], "密码", PASSWORD)
    packed.place.good("run")
    mail, work = packed.place.export("messages")[0], packed.place.export("works")[0]["id"]
    shown = packed.place.good("show", work, "--json") + packed.place.good("show", "M00001", "--json")
    logs = b"".join(path.read_bytes() for path in (packed.place.root / "log").rglob("*") if path.is_file())
    letters = b"".join(path.read_bytes() for path in (packed.place.reports / "回信").glob("*.eml"))
    told = shown + "".join(packed.place.exports().values()) + logs.decode() + letters.decode()
    assert (mail["outcome"], PASSWORD in told) == ("work", False)


@pytest.mark.parametrize("order", [(2, 0, 1), pytest.param((0, 1, 2), marks=pytest.mark.drill)])
def test_volumes_over_three_mails_make_one_work_in_any_order(packed, tmp_path, order):
    whole = packed.form("星海寻踪")
    volumes = make_rar(tmp_path / "作品.rar", [("推荐表.docx", whole)], volume_bytes=len(whole) // 3 + 1)
    said = []
    for number in order:
        packed.post("分卷", [(volumes[number].name, volumes[number].read_bytes())])
        packed.place.good("run")
        said.append([todo["类别"] for todo in packed.todos() if todo["类别"] == "分卷不全"])
    assert said == [["分卷不全"], ["分卷不全"], []]
    assert sorted(packed.ends()) == [
        ("supplement", ["R2024-0001"]),
        ("supplement", ["R2024-0001"]),
        ("work", ["R2024-0001"]),
    ]
    before = seen(packed.place)
    packed.place.good("run")
    assert seen(packed.place) == before


@pytest.mark.drill
def test_a_run_killed_while_a_set_is_opened_ends_like_one_nobody_disturbed(packed, tmp_path):
    whole = packed.form("星海寻踪")
    first, second = make_rar(tmp_path / "作品.rar", [("推荐表.docx", whole)], volume_bytes=len(whole) // 2 + 1)
    packed.post("分卷", [(first.name, first.read_bytes())])
    packed.place.good("run")
    packed.post("分卷", [(second.name, second.read_bytes())])
    assert [packed.killed_at(step) for step in ("extracted", "members-stored", "unpacked")] == [True] * 3
    packed.place.good("run")
    assert sorted(packed.ends()) == [("supplement", ["R2024-0001"]), ("work", ["R2024-0001"])]
    assert [[name for name, *_ in files] for files in packed.files()] == [
        ["作品.part1.rar"],
        ["作品.part2.rar", "推荐表.docx"],
    ]


def test_a_sender_is_told_of_a_locked_archive_once(packed, tmp_path):
    packed.post("报送", [("材料.zip", locked(tmp_path, ("成片.mp4", FILM)))])
    packed.place.good("run")
    packed.place.good("run")
    drafts = [path.name for path in (packed.place.reports / "回信").glob("*.eml")]
    assert drafts == ["L0001 提醒.eml"]
