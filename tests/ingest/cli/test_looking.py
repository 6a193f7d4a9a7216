"""status, show and export: they look and change nothing."""

import csv
import datetime as dt
import io
import json

import pytest


def test_status_adds_up(kepu, one_work):
    status = json.loads(kepu("status", "--json").out)
    assert [(m["mailbox"], m["listed"], m["ended"], m["pending"], m["balanced"]) for m in status["mailboxes"]] == [
        ("recommended", 2, 2, 0, True),
        ("public", 0, 0, 0, True),
    ]


def test_status_counts_works_by_state(kepu, one_work):
    status = json.loads(kepu("status", "--json").out)
    assert [sum(states.values()) for states in status["works"].values()] == [1, 0]


def test_status_for_people_names_the_mailboxes(kepu, one_work):
    done = kepu("status")
    assert (done.code, [a in done.out for a in ("kepuwsp@163.com", "kepuchuwsp@126.com")]) == (0, [True, True])


def test_show_a_work(kepu, one_work):
    record = json.loads(kepu("show", "R2024-0001", "--json").out)
    assert (record["id"], record["title"]) == ("R2024-0001", "星海寻踪")


@pytest.mark.parametrize("ident", ["r2024-0001", " R2024-0001 "])
def test_show_takes_a_work_as_people_type_it(kepu, one_work, ident):
    assert json.loads(kepu("show", ident, "--json").out)["id"] == "R2024-0001"


@pytest.mark.parametrize("ident", ["M00002", "m00002", "m2@mail.example.cn", "<m2@mail.example.cn>"])
def test_show_a_mail(kepu, one_work, ident):
    record = json.loads(kepu("show", ident, "--json").out)
    assert (record["number"], record["outcome"]) == ("M00002", "not-a-submission")


def test_show_tells_the_course_of_a_work(kepu, one_work):
    history = json.loads(kepu("show", "R2024-0001", "--json").out)["history"]
    assert [event["at"][:10] for event in history] == ["2024-10-11"] * len(history)
    assert history


@pytest.mark.parametrize("ident", ["R2024-0001", "M00001"])
def test_show_for_people_is_in_chinese(kepu, one_work, ident):
    done = kepu("show", ident)
    assert (done.code, "星海寻踪" in done.out) == (0, True)


@pytest.mark.parametrize("ident", ["R2024-0099", "M00099", "nobody@example.com", "", "%"])
def test_show_of_what_is_not_there_says_what_to_check(kepu, one_work, ident):
    done = kepu("show", ident)
    assert (done.code, done.out, "处理办法" in done.err) == (2, "", True)


@pytest.mark.parametrize("what", ["works", "messages", "findings"])
def test_export_in_csv_has_the_rows_of_jsonl(kepu, one_work, what):
    lines = [json.loads(line) for line in kepu("export", what).out.splitlines()]
    rows = list(csv.DictReader(io.StringIO(kepu("export", what, "--format", "csv").out)))
    assert [list(row) for row in rows] == [list(line) for line in lines]


@pytest.mark.parametrize(
    "command", [("status",), ("show", "R2024-0001"), ("export", "works"), ("retry",)], ids=" ".join
)
def test_before_any_run_it_says_what_to_do_first(kepu, contest, command):
    done = kepu(*command)
    assert (done.code, "kepu run" in done.err) == (2, True)


@pytest.mark.parametrize("command", [("status",), ("show", "R2024-0001"), ("export", "works")], ids=" ".join)
def test_looking_writes_nothing(kepu, one_work, command):
    def files():
        found = [p for p in one_work.folder.rglob("*") if p.is_file() and "ledger.sqlite-" not in p.name]
        return {p: p.stat().st_mtime_ns for p in found}

    before = files()
    kepu(*command)
    assert files() == before


def test_status_ends_with_1_and_says_so_loudly_when_a_mailbox_is_silent(contest, kepu, one_work, monkeypatch):
    monkeypatch.setenv("KEPU_NOW", (contest.clock.now + dt.timedelta(minutes=31)).isoformat())
    done = kepu("status")
    assert (done.code, done.out.count("！！")) == (1, 2)


def test_status_says_how_many_the_server_holds(kepu, one_work):
    assert [m["on_server"] for m in json.loads(kepu("status", "--json").out)["mailboxes"]] == [2, 0]
