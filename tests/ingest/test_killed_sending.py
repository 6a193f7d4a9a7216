"""A program killed at any step of its letters, again and again: nothing is sent twice, and nothing is lost."""

import datetime as dt
import os
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from ingest import batch
from ingest.config import load
from ingest.demo.machine import bounce
from ingest.model import LetterState

TOP = Path(__file__).parents[2]
CHILD = """
import os, signal, sys
from ingest import context

def die(step):
    if step == sys.argv[1]:
        os.kill(os.getpid(), signal.SIGKILL)

context._crash = die
from ingest.cli import run
sys.exit(run(["run"]))
"""
NOW = dt.datetime(2024, 10, 11, 12, tzinfo=dt.timezone(dt.timedelta(hours=8)))
REPLIES = '[replies]\nmode = "{mode}"\nsender = {{ address = "dasai@example.cn", smtp = "{url}" }}\n'
MAYBE = {"letter-sending", "letter-answered"}
"""A program that dies there cannot know whether its letter went: a person is asked, each time."""


@pytest.fixture(scope="module")
def begun(new_contest, form, tmp_path_factory):
    """Two letters that were released, with drafts on the share; a third that came back; a mail that gets a fourth."""
    contest = new_contest(tmp_path_factory.mktemp("begun") / "大赛")
    for title, name in (("星海寻踪", "zhao"), ("潮汐之间", "qian"), ("山河之书", "sun")):
        contest.post(f"报送《{title}》", files=[("推荐表.docx", form(title))], sender=f"{name}@kjt.example.gov.cn")
    config = contest.config(REPLIES.format(mode="approve", url="smtp://127.0.0.1:9"))
    batch.run(config, clock=lambda: NOW, environ={})
    with batch.open_context(config, clock=lambda: NOW, environ={}) as context, context.begin() as tx:
        one, other, third = tx.letters.heads()
        for row in (one, other):
            tx.letters.stand(row["id"], LetterState.QUEUED, "operator", cell="")
        tx.posting.sent(third["id"])
    returned = {"address": third["to_address"], "original_id": third["message_id"]}
    contest.drop(bounce(to="kepuwsp@163.com", received_at=NOW, message_id="b1@163.com", **returned), at=NOW)
    contest.post("报送《深海来信》", files=[("推荐表.docx", form("深海来信"))], sender="li@kjt.example.gov.cn")
    return contest.folder


def killed_at(point, folder):
    environ = {key: value for key, value in os.environ.items() if not key.startswith("KEPU_")}
    environ |= {"PYTHONPATH": str(TOP), "KEPU_NOW": NOW.isoformat()}
    done = subprocess.run(
        [sys.executable, "-c", CHILD, point], cwd=folder, env=environ, capture_output=True, check=False
    )
    return done.returncode == -signal.SIGKILL


@pytest.mark.parametrize(
    ("point", "kills"),
    [
        ("letter-written", 1),
        ("draft-gone", 1),
        ("bounce-read", 1),
        ("letter-sending", 3),
        ("letter-answered", 3),
        ("letter-settled", 3),
    ],
)
def test_letters_of_a_program_killed_there_go_once(begun, mta, tmp_path, point, kills):
    folder = shutil.copytree(begun, tmp_path / "大赛")
    config = folder / "config.toml"
    config.write_text(re.sub("smtp://[0-9.:]+", mta.url, config.read_text("utf-8")).replace("approve", "send"), "utf-8")
    killed = 0
    while killed_at(point, folder):
        killed += 1
    states, asked, drafts = how_it_stands(folder)
    went = Counter(letter.to for letter in mta.taken)
    lost = kills if point in MAYBE else 0
    assert (killed, states, asked, drafts) == (kills, {"sent": 4 - lost, "unknown": lost}, lost, [])
    assert went == Counter() if point == "letter-sending" else set(went.values()) == {1} and len(went) == 3


def how_it_stands(folder):
    """States of the letters, how many of them people are asked about, drafts on the share."""
    config = load(folder / "config.toml", environ={}, cwd=folder)
    with batch.open_context(config, clock=lambda: NOW, environ={}) as context, context.read() as tx:
        states = Counter(row["state"] for row in tx.letters.heads())
        asked = sum(todo["key"].startswith("unknown-letter:") for todo in tx.desk.todos())
    return {"sent": 0, "unknown": 0} | states, asked, [path.name for path in folder.glob("共享/reports/回信/*.eml")]
