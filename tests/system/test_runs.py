"""How runs end: exit codes, two at once, the world in their way."""

import json
import signal
import socket

import pytest

from ingest.context import lease
from ingest.demo.samples import DEMO_NOW


def test_a_second_run_at_the_same_time_leaves_with_its_message(at_demo):
    with at_demo.start("run") as first:
        first.stderr.readline()
        first.send_signal(signal.SIGSTOP)
        second = at_demo.kepu("run")
        first.send_signal(signal.SIGCONT)
        first.communicate()
    assert (second.code, first.returncode) == (4, 0)
    assert "另一次运行正在进行" in second.err
    assert f"pid {first.pid}" in second.err
    assert "处理办法" in second.err


@pytest.mark.parametrize(
    "command",
    [("report",), ("retry", "M00001"), ("import", "x.eml", "--mailbox", "public"), ("run",)],
    ids=lambda command: command[0],
)
def test_no_command_writes_while_a_run_is_under_way(two_works, command):
    (two_works.folder / "x.eml").write_bytes(b"From: a@example.com\r\nSubject: x\r\n\r\nx\r\n")
    before = (two_works.root / "ledger.sqlite").read_bytes()
    with lease(two_works.root):
        done = two_works.kepu(*command)
    assert done.code == 4
    assert (two_works.root / "ledger.sqlite").read_bytes() == before


def test_commands_that_only_look_work_while_a_run_is_under_way(two_works):
    with lease(two_works.root):
        assert [record["id"] for record in two_works.export("works")] == ["P2024-0001", "R2024-0001"]


def test_a_mailbox_that_cannot_be_reached_is_said_and_the_other_is_read(town, a_place):
    town.send(town.entries.tea)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    urls = {**town.urls, "recommended": f"imap://127.0.0.1:{port}"}
    place = a_place(urls, secrets={"KEPU_RECOMMENDED_PASSWORD": "secret"})
    done = place.kepu("run")
    assert done.code == 3
    assert "recommended" in done.err
    assert [record["id"] for record in place.export("works")] == ["P2024-0001"]


def test_a_mailbox_without_a_password_is_a_config_error(town, a_place):
    place = a_place({**town.urls, "recommended": "imap://127.0.0.1:1143"})
    done = place.kepu("run")
    assert done.code == 2
    assert "KEPU_RECOMMENDED_PASSWORD" in done.err


def test_a_config_error_says_all_problems_at_once(two_works):
    two_works.write_config(
        "[rules.duration]\nmin_s = 400\n[edition]\nyear = 1\nyaer = 2024\n[schedule]\npoll_minutes = 0"
    )
    done = two_works.kepu("run")
    lines = done.err.splitlines()
    assert (done.code, done.out) == (2, "")
    assert lines[0] == "配置有 4 处要改"
    assert [any(key in line for line in lines[1:]) for key in ("min_s", "year", "yaer", "poll_minutes")] == [True] * 4
    assert lines[-1].startswith("处理办法")


def test_a_config_that_is_not_there_is_a_config_error(two_works):
    done = two_works.kepu("run", "--config", "nowhere.toml")
    assert (done.code, "nowhere.toml" in done.err) == (2, True)


def test_an_unknown_command_is_wrong_usage(two_works):
    done = two_works.kepu("fetchmail")
    assert (done.code, done.err.splitlines()[-1]) == (2, "用 kepu --help 查看用法。")


def test_export_before_any_run_says_what_to_do_first(town, a_place):
    place = a_place(town.urls)
    done = place.kepu("export", "works")
    assert (done.code, done.out) == (2, "")
    assert "kepu run" in done.err
    assert not place.root.exists()


def test_an_empty_contest_is_no_error(town, a_place):
    place = a_place(town.urls)
    assert place.kepu("run").code == 0
    assert place.export("works") == []
    assert place.workbook.exists()


def test_a_share_that_cannot_be_written_to_costs_nothing(town, a_place):
    town.send(town.entries.stars)
    place = a_place(town.urls)
    place.share.write_text("a file where the share should be")
    done = place.kepu("run")
    assert done.code == 1
    assert "处理办法" in done.err
    assert str(place.share) in done.err
    place.share.unlink()
    place.good("run")
    assert [record["title"] for record in place.export("works")] == ["星海寻踪"]
    assert len(list((place.reports / "回信").glob("*.eml"))) == 1
    assert place.workbook.exists()


def test_a_folder_that_was_removed_is_made_again_by_report(two_works):
    (folder,) = (two_works.share / "works").glob("R2024-0001 *")
    before = sorted(p.name for p in folder.iterdir())
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    two_works.good("report")
    assert sorted(p.name for p in folder.iterdir()) == before


def test_report_restores_a_workbook_that_was_deleted(two_works):
    two_works.workbook.unlink()
    two_works.good("report")
    assert two_works.workbook.exists()


def test_a_run_restores_a_workbook_that_was_deleted(two_works):
    two_works.workbook.unlink()
    two_works.good("run")
    assert two_works.workbook.exists()


def test_another_edition_is_not_written_into_the_same_ledger(two_works):
    two_works.write_config(
        "[edition]\nyear = 2025\nopens = 2025-09-26\ndeadline = 2025-10-25\n"
        "made_from = 2024-01-01\nmade_to = 2024-12-31"
    )
    done = two_works.kepu("run")
    assert (done.code, "一届大赛一份台账" in done.err) == (2, True)


def test_an_extension_of_the_deadline_is_judged_anew(town, a_place):
    town.send(town.entries.stars)
    place = a_place(town.urls, extra="[edition]\ndeadline = 2024-10-01")
    place.good("run")
    (work,) = place.export("works")
    before = {f["rule"]: f["outcome"] for f in work["findings"]}["deadline"]
    place.write_config("[edition]\ndeadline = 2024-10-25")
    place.good("run")
    (work,) = place.export("works")
    after = {f["rule"]: f["outcome"] for f in work["findings"]}["deadline"]
    assert (before, after) == ("fail", "pass")


def test_the_clock_of_a_replay_is_that_of_the_environment(two_works):
    assert json.loads(two_works.good("status", "--json"))["last_run_at"] == DEMO_NOW.isoformat(timespec="seconds")


@pytest.mark.parametrize("encoding", ["ascii", "gbk"])
def test_exports_are_utf_8_whatever_the_locale(two_works, encoding):
    two_works.secrets = {"PYTHONIOENCODING": encoding}
    assert two_works.good("export", "works") == two_works.printed("works")


def test_a_reader_that_stops_reading_is_no_bug(undisturbed):
    with undisturbed.place.start("export", "works") as process:
        process.stdout.read(10)
        process.stdout.close()
        err = process.stderr.read()
    assert (process.returncode, err) == (0, "")
