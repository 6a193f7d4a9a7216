"""A run that is killed at any moment is finished by the next one, and ends like one nobody disturbed."""

import hashlib
import json
import random
import re
import signal
import sqlite3
import time
import zipfile

import pytest


def seconds_of(place):
    """How long the stages of the place's first run took in all."""
    with sqlite3.connect(place.root / "ledger.sqlite") as ledger:
        return ledger.execute("SELECT seconds FROM runs ORDER BY id").fetchone()[0]


def kill_one(place, after_s):
    """Begin a run and kill it so long after it began to work. Whether it was still running then."""
    with place.start("run") as process:
        process.stderr.readline()
        time.sleep(after_s)
        process.kill()
        process.communicate()
    return process.returncode == -signal.SIGKILL


def digest(path):
    """Of its bytes. Left out: a letter's boundaries, which are drawn by lot; how often a workbook was made.

    To-dos on links are numbered as the downloads end, two at a time: their numbers are left out too.
    """
    found = path.read_bytes()
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as book:
            found = b"".join(book.read(name) for name in book.namelist() if name != "docProps/custom.xml")
    if path.suffix in (".xlsx", ".html"):
        found = re.sub(rb"\bT\d{4}\b", b"T", found)
    if path.suffix == ".eml":
        found = re.sub(rb"={15}\d+==", b"boundary", found)
    return hashlib.sha256(found).hexdigest()


def files_of(share):
    """Every file below a share that people see, with its digest."""
    return {str(p.relative_to(share)): digest(p) for p in share.rglob("*") if p.is_file() and p.name[0] != "."}


def left_over(place):
    return [p for folder in ("tmp", "scratch", "cloud") for p in (place.root / folder).iterdir()]


@pytest.fixture
def often_killed(at_demo, undisturbed):
    """The place after ten kills spread over the course of a run, and after the run that finished it."""
    chance, slice_s = random.Random(20241025), seconds_of(undisturbed.place) / 10
    kills = [kill_one(at_demo, chance.uniform(0, 2 * slice_s)) for _ in range(10)]
    at_demo.good("run")
    at_demo.kills = kills
    return at_demo


def test_a_run_killed_ten_times_ends_like_an_undisturbed_one(often_killed, undisturbed):
    assert often_killed.kills[0]
    assert often_killed.exports() == undisturbed.exports
    assert files_of(often_killed.share) == files_of(undisturbed.place.share)
    assert left_over(often_killed) == []
    status = json.loads(often_killed.good("status", "--json"))
    assert [m["balanced"] for m in status["mailboxes"]] == [True, True]


@pytest.mark.drill
@pytest.mark.parametrize("seed", range(20))
def test_a_run_killed_at_a_random_moment_ends_like_an_undisturbed_one(at_demo, undisturbed, seed):
    kill_one(at_demo, random.Random(seed).uniform(0, seconds_of(undisturbed.place)))
    at_demo.good("run")
    assert at_demo.exports() == undisturbed.exports
    assert files_of(at_demo.share) == files_of(undisturbed.place.share)


@pytest.mark.drill
def test_a_run_killed_fifty_times_ends_like_an_undisturbed_one(at_demo, undisturbed):
    chance, slice_s = random.Random(50), seconds_of(undisturbed.place) / 50
    for _ in range(50):
        kill_one(at_demo, chance.uniform(0, 2 * slice_s))
    at_demo.good("run")
    assert at_demo.exports() == undisturbed.exports
    assert files_of(at_demo.share) == files_of(undisturbed.place.share)
