"""A run that is killed right after any durable step is finished by the next one, as if nothing had happened."""

import datetime as dt
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import docx
import openpyxl
import pytest

from ingest import batch, dropped, views
from ingest.config import REHEARSAL_VARIABLE, load
from ingest.demo import netdisk
from ingest.demo.cloud import netease_block
from ingest.demo.rars import make_rar
from ingest.demo.zips import Sheet, write_zip
from ingest.model import Said, Scan

TOP = Path(__file__).parents[2]
POINTS = sorted(
    {
        point
        for path in (TOP / "ingest").rglob("*.py")
        for point in re.findall(r'crash_point\("([a-z-]+)"\)', path.read_text(encoding="utf-8"))
    }
    - {"recognised"}  # it takes a scan, and seconds in every run: stages/test_reading.py
    - {"watched", "clip-kept"}  # films: stages/test_watch.py
    - {"films-beside", "films-compared"}  # films that look alike: stages/test_twins.py
    - {"digest-attached", "digest-written"}  # daily mails: stages/test_digests.py
    - {"letter-sending", "letter-answered", "letter-settled", "draft-gone", "bounce-read"}  # test_killed_sending.py
)
CHILD = """
import os, signal, sys
from ingest import context, dropped

def die(step):
    if step == sys.argv[1]:
        os.kill(os.getpid(), signal.SIGKILL)

context._crash, dropped.STILL_S = die, 0
from ingest.cli import run
sys.exit(run(["run"]))
"""
NOW = dt.datetime(2024, 10, 11, 12, tzinfo=dt.timezone(dt.timedelta(hours=8)))
PASSWORD = "kepu-2024"
BAIDU = "https://pan.baidu.com/s/1kPuDeMo2024xKe0PuSh1Pin"
QUARK = "https://pan.quark.cn/s/0a1b2c3d4e5f"
NOTE = "样片在网盘：https://pan.xunlei.com/s/VN-abcdef0123456".encode()
CUT_OFF = b"PK\x03\x04 a form that lost its end"
BAD = b"a proof of showing that is malware"
MORE = "[analysis]\nworkers = 0\n"


@pytest.fixture(scope="module")
def linked(shell, tmp_path_factory):
    """A server that has a film behind a link: what the mail says of it, and what a run must be told to reach it."""
    folder = tmp_path_factory.mktemp("netdisk")
    film = folder / "film.mp4"
    film.write_bytes(shell + b"3" * 5000)
    size = film.stat().st_size
    netdisk.shelve(folder, "风从戈壁来.mp4", film)
    block = netease_block(name="风从戈壁来.mp4", size_bytes=size, subject="", sent_at=NOW)
    with netdisk.serving(folder) as rehearsal:
        table = f'[cloud.rehearsal]\nserver = "{rehearsal.server}"\nca = "{rehearsal.ca}"\n'
        yield SimpleNamespace(block=block, table=table, environ={REHEARSAL_VARIABLE: rehearsal.server})


@pytest.fixture(scope="module")
def begun(new_contest, form, shell, linked, tmp_path_factory):
    """A contest with one work; staff wrote into the workbook; new mails and dropped files lie there."""
    contest = new_contest(tmp_path_factory.mktemp("begun") / "大赛")
    locked = write_zip(contest.folder / "材料.zip", [Sheet("成片.mp4", shell + b"2")], password=PASSWORD)[0]
    files = [("推荐表.docx", form()), ("播放证明.docx", BAD), ("材料.zip", locked.read_bytes())]
    noted = document(contest.folder / "幕后.docx", f"幕后视频：{QUARK}")
    contest.post("报送《星海寻踪》", text=f"花絮在网盘：{BAIDU}", files=files)
    notes = [("推荐表.docx", form("潮汐之间")), ("网盘链接.txt", NOTE), ("幕后.docx", noted)]
    contest.post("报送《潮汐之间》", files=notes, sender="zhao@kjt.example.gov.cn")
    unread = [("推荐表.docx", CUT_OFF), ("山河之书.mp4", shell + b"4")]
    contest.post("报送《山河之书》", files=unread, sender="sun@kjt.example.gov.cn")
    batch.run(contest.config(MORE), clock=lambda: NOW, environ={})
    with contest.open(MORE) as context, context.begin() as tx:  # the scanner learned of it only now
        tx.scans.keep(hashlib.sha256(BAD).hexdigest(), Scan(Said.BAD, "Eicar-Test"))
        forget(tx, hashlib.sha256(noted).hexdigest())
    workbook = contest.folder / "共享" / "reports" / "台账.xlsx"
    book = openpyxl.load_workbook(workbook)
    sheet = book["推荐作品"]
    headings = [cell.value for cell in sheet[1]]
    sheet.cell(2, headings.index("备注") + 1).value = "已电话联系"
    assert sheet["A3"].value == "R2024-0002"
    sheet.cell(3, headings.index("初审结论") + 1).value = "转组别"
    todos = book["待办"]
    headings = [cell.value for cell in todos[1]]
    asked = next(row for row in todos.iter_rows(min_row=2) if row[headings.index("类别")].value == "文件有密码")
    asked[headings.index("密码")].value = PASSWORD
    book.save(workbook)
    book.close()
    contest.post("报送《深海来信》", files=[("推荐表.docx", form("深海来信")), ("成片.mp4", shell)])
    contest.post("自荐《茶叶里的化学》", files=[("自荐表.docx", form("茶叶里的化学", "自荐表"))], to="public")
    contest.post(
        "报送《风从戈壁来》", files=[("推荐表.docx", form("风从戈壁来"))], html="both", html_below=linked.block
    )
    contest.post("请问截止日期")
    unread = [("推荐表.docx", CUT_OFF + b"."), ("沙漠之舟.mp4", shell + b"5")]
    contest.post("报送《沙漠之舟》", files=unread, sender="qian@kjt.example.gov.cn")
    type_in(contest.folder / "共享" / "补件" / "R2024-0003" / "表格.xlsx", "山河之书（定稿）")
    whole = form("月背来客")
    for volume in make_rar(contest.folder / "作品.rar", [("推荐表.docx", whole)], volume_bytes=len(whole) // 2 + 1):
        contest.post("分卷", files=[(volume.name, volume.read_bytes())], sender="li@qq.com")
    dropped_here = contest.folder / "共享" / "补件" / "R2024-0001"
    (dropped_here / "成片.mp4").write_bytes(shell + b"1")
    (dropped_here / "推荐表（改）.docx").write_bytes(form(contact="李工"))
    config = contest.folder / "config.toml"
    config.write_text(config.read_text("utf-8") + linked.table, "utf-8")
    return contest.folder


def type_in(path, title):
    """A form that staff were given, its title filled in."""
    book = openpyxl.load_workbook(path)
    row = next(row for row in book.active.iter_rows() if row[3].value == "title")
    row[1].value = title
    book.save(path)
    book.close()


def document(path, text):
    """The bytes of a Word file."""
    held = docx.Document()
    held.add_paragraph(text)
    held.save(str(path))
    return path.read_bytes()


def forget(tx, sha256):
    """A file as if it had been read by older parsers, which saw no link in it."""
    tx.connection.exec_driver_sql("DELETE FROM facts WHERE sha256 = ?", (sha256,))
    mine = tx.connection.exec_driver_sql("SELECT id FROM parts WHERE url = ?", (QUARK,)).scalar_one()
    for table, column in (("materials", "part_id"), ("todos", "part_id"), ("parts", "id")):
        tx.connection.exec_driver_sql(f"DELETE FROM {table} WHERE {column} = ?", (mine,))
    tx.connection.exec_driver_sql("DELETE FROM links WHERE url = ?", (QUARK,))


@pytest.fixture(scope="module")
def ended(begun, linked, tmp_path_factory):
    """How it ends when nobody disturbs it."""
    return finished(shutil.copytree(begun, tmp_path_factory.mktemp("ended") / "大赛"), linked.environ)


def finished(folder, environ):
    """Run once more, and all that can be seen then: the exports, letters, events, and the files of the share."""
    config = load(folder / "config.toml", environ=environ, cwd=folder)
    run(config)
    with batch.open_context(config, clock=lambda: NOW, environ={}) as context, context.read() as tx:
        snap = views.snapshot(tx, context.config, context.wants_key)
        makers = (views.work_records, views.message_records, views.finding_records)
        exports = [json.dumps(list(make(snap)), ensure_ascii=False, default=str) for make in makers]
        letters = [(row["key"], row["state"], row["file"]) for row in tx.letters.rows()]
        todos = [(row["key"], row["closed_at"] is None) for row in tx.desk.todos(open_only=False)]
    root, share = folder / "数据", folder / "共享"
    left = [path.name for place in ("tmp", "scratch", "cloud") for path in (root / place).iterdir()]
    files = sorted(str(path.relative_to(share)) for path in share.rglob("*"))
    return {"exports": exports, "letters": letters, "todos": todos, "left": left, "files": files}


def run(config):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dropped, "STILL_S", 0)
        assert batch.run(config, clock=lambda: NOW, environ={}).exit_code == 0


def killed_at(point, folder, more):
    environ = {key: value for key, value in os.environ.items() if not key.startswith("KEPU_")}
    environ |= {"PYTHONPATH": str(TOP), "KEPU_NOW": NOW.isoformat(), **more}
    done = subprocess.run(
        [sys.executable, "-c", CHILD, point], cwd=folder, env=environ, capture_output=True, check=False
    )
    return done.returncode == -signal.SIGKILL


def test_there_is_a_point_after_every_durable_step():
    assert len(POINTS) >= 24


@pytest.mark.parametrize("point", POINTS)
def test_a_run_killed_there_ends_like_one_nobody_disturbed(begun, ended, linked, tmp_path, point):
    folder = shutil.copytree(begun, tmp_path / "大赛")
    assert killed_at(point, folder, linked.environ)
    assert finished(folder, linked.environ) == ended
