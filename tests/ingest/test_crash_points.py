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

import openpyxl
import pytest

from ingest import batch, dropped, views
from ingest.config import load
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
BAD = b"a proof of showing that is malware"
MORE = "[analysis]\nworkers = 0\n"


@pytest.fixture(scope="module")
def begun(new_contest, form, shell, tmp_path_factory):
    """A contest with one work; staff wrote into the workbook; new mails and a dropped file lie there."""
    contest = new_contest(tmp_path_factory.mktemp("begun") / "大赛")
    locked = write_zip(contest.folder / "材料.zip", [Sheet("成片.mp4", shell + b"2")], password=PASSWORD)[0]
    files = [("推荐表.docx", form()), ("播放证明.docx", BAD), ("材料.zip", locked.read_bytes())]
    contest.post("报送《星海寻踪》", files=files)
    batch.run(contest.config(MORE), clock=lambda: NOW, environ={})
    with contest.open(MORE) as context, context.begin() as tx:  # the scanner learned of it only now
        tx.scans.keep(hashlib.sha256(BAD).hexdigest(), Scan(Said.BAD, "Eicar-Test"))
    workbook = contest.folder / "共享" / "reports" / "台账.xlsx"
    book = openpyxl.load_workbook(workbook)
    sheet = book["推荐作品"]
    headings = [cell.value for cell in sheet[1]]
    sheet.cell(2, headings.index("备注") + 1).value = "已电话联系"
    todos = book["待办"]
    headings = [cell.value for cell in todos[1]]
    asked = next(row for row in todos.iter_rows(min_row=2) if row[headings.index("类别")].value == "文件有密码")
    asked[headings.index("密码")].value = PASSWORD
    book.save(workbook)
    book.close()
    contest.post("报送《深海来信》", files=[("推荐表.docx", form("深海来信")), ("成片.mp4", shell)])
    contest.post("自荐《茶叶里的化学》", files=[("自荐表.docx", form("茶叶里的化学", "自荐表"))], to="public")
    contest.post("请问截止日期")
    whole = form("月背来客")
    for volume in make_rar(contest.folder / "作品.rar", [("推荐表.docx", whole)], volume_bytes=len(whole) // 2 + 1):
        contest.post("分卷", files=[(volume.name, volume.read_bytes())], sender="li@qq.com")
    (contest.folder / "共享" / "补件" / "R2024-0001" / "成片.mp4").write_bytes(shell + b"1")
    return contest.folder


@pytest.fixture(scope="module")
def ended(begun, tmp_path_factory):
    """How it ends when nobody disturbs it."""
    return finished(shutil.copytree(begun, tmp_path_factory.mktemp("ended") / "大赛"))


def finished(folder):
    """Run once more, and all that can be seen then: the exports, letters, events, and the files of the share."""
    run(folder)
    config = batch_config(folder)
    with batch.open_context(config, clock=lambda: NOW, environ={}) as context, context.read() as tx:
        snap = views.snapshot(tx, context.config, context.wants_key)
        makers = (views.work_records, views.message_records, views.finding_records)
        exports = [json.dumps(list(make(snap)), ensure_ascii=False, default=str) for make in makers]
        letters = [(row["key"], row["state"], row["file"]) for row in tx.letters.rows()]
        todos = [(row["key"], row["closed_at"] is None) for row in tx.desk.todos(open_only=False)]
    root, share = folder / "数据", folder / "共享"
    left = [path.name for place in ("tmp", "scratch") for path in (root / place).iterdir()]
    files = sorted(str(path.relative_to(share)) for path in share.rglob("*"))
    return {"exports": exports, "letters": letters, "todos": todos, "left": left, "files": files}


def batch_config(folder):
    return load(folder / "config.toml", environ={}, cwd=folder)


def run(folder):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dropped, "STILL_S", 0)
        assert batch.run(batch_config(folder), clock=lambda: NOW, environ={}).exit_code == 0


def killed_at(point, folder):
    environ = {key: value for key, value in os.environ.items() if not key.startswith("KEPU_")}
    environ |= {"PYTHONPATH": str(TOP), "KEPU_NOW": NOW.isoformat()}
    done = subprocess.run(
        [sys.executable, "-c", CHILD, point], cwd=folder, env=environ, capture_output=True, check=False
    )
    return done.returncode == -signal.SIGKILL


def test_there_is_a_point_after_every_durable_step():
    assert len(POINTS) >= 19


@pytest.mark.parametrize("point", POINTS)
def test_a_run_killed_there_ends_like_one_nobody_disturbed(begun, ended, tmp_path, point):
    folder = shutil.copytree(begun, tmp_path / "大赛")
    assert killed_at(point, folder)
    assert finished(folder) == ended
