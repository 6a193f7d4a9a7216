"""Arguments, exit codes, and what people read when something is wrong."""

import json

import pytest

from ingest import batch
from ingest.context import lease


def test_a_bug_ends_with_70_and_says_where_to_look(kepu, monkeypatch):
    monkeypatch.setattr(batch, "run", lambda *_, **__: 1 // 0)
    done = kepu("run")
    assert (done.code, done.out) == (70, "")
    assert done.err.startswith("程序出错（ZeroDivisionError）")


def test_a_bug_is_in_the_log_with_its_traceback(kepu, contest, monkeypatch):
    monkeypatch.setattr(batch, "run", lambda *_, **__: 1 // 0)
    kepu("run")
    (log,) = (contest.folder / "数据/log").iterdir()
    (line,) = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    assert (line["event"], "ZeroDivisionError" in line["exception"]) == ("bug", True)


def test_a_bug_before_there_is_a_log_shows_no_traceback(kepu, monkeypatch):
    monkeypatch.setattr("ingest.config.load", lambda *_, **__: 1 // 0)
    done = kepu("run")
    assert (done.code, done.out) == (70, "")
    assert "ZeroDivisionError" in done.err


def test_an_interrupted_run_says_that_the_next_one_goes_on(kepu, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(batch, "run", interrupted)
    done = kepu("run")
    assert (done.code, done.err.splitlines()[-1]) == (1, "已中断；下一次运行会接着做。")


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "--no-such-option"),
        ("nothing",),
        ("export", "letters"),
        ("export", "works", "--format", "xml"),
        ("show",),
        ("inspect",),
        ("run", "too", "much"),
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_2_and_says_how_to_go_on(kepu, arguments):
    done = kepu(*arguments)
    assert (done.code, done.out, done.err.splitlines()[-1]) == (2, "", "用 kepu --help 查看用法。")


@pytest.mark.parametrize("arguments", [("--help",), ("-h",), ("run", "--help"), ("import", "--help")], ids=" ".join)
def test_help_ends_well(kepu, arguments):
    assert kepu(*arguments).code == 0


def test_without_arguments_the_help_is_shown(kepu):
    done = kepu()
    assert "用法" in done.out + done.err


def test_a_config_may_be_named_in_the_environment(kepu, contest, monkeypatch):
    contest.config().storage.root.mkdir()
    path = (contest.folder / "config.toml").rename(contest.folder / "other.toml")
    monkeypatch.setenv("KEPU_CONFIG", str(path))
    assert kepu("run").code == 0
    assert (contest.folder / "数据" / "ledger.sqlite").exists()


def test_a_clock_without_its_zone_is_a_config_error(kepu, monkeypatch):
    monkeypatch.setenv("KEPU_NOW", "2024-10-08T12:00:00")
    done = kepu("run")
    assert (done.code, "KEPU_NOW" in done.err, "处理办法" in done.err) == (2, True, True)


def test_all_problems_of_a_config_are_said_at_once(kepu, contest):
    text = (contest.folder / "config.toml").read_text("utf-8")
    (contest.folder / "config.toml").write_text(f"{text}\n[edition]\nyaer = 1\n[log]\nkeep_days = 0\n", "utf-8")
    done = kepu("status")
    assert done.code == 2
    assert [key in done.err for key in ("yaer", "keep_days")] == [True, True]
    assert len(done.err.splitlines()) == 4


def test_a_run_while_another_is_under_way_ends_with_4(kepu, contest):
    with lease(contest.config().storage.root):
        done = kepu("run")
    assert (done.code, done.err.splitlines()[0].partition("：")[0]) == (4, "另一次运行正在进行")


def test_a_run_with_an_item_that_failed_ends_with_1_and_says_which(kepu, contest, monkeypatch):
    contest.post()

    def fail(*_, **__):
        raise ValueError("of ours")

    monkeypatch.setattr("ingest.ledger.arrivals.Arrivals.extracted", fail)
    done = kepu("run")
    assert (done.code, done.err.splitlines()[-1]) == (1, "注意：邮件 M00001 处理失败（第 1 次）")


def test_the_demo_does_not_touch_a_folder_with_other_files(kepu, contest):
    (contest.folder / "photos").mkdir()
    (contest.folder / "photos" / "one.jpg").write_bytes(b"x")
    done = kepu("demo", "photos", "--small")
    assert (done.code, [p.name for p in (contest.folder / "photos").iterdir()]) == (2, ["one.jpg"])


def test_check_says_a_line_a_thing(kepu):
    done = kepu("check")
    assert done.code == 0
    assert done.out.splitlines()[-1].startswith("共 ")


def test_where_to_look_is_printed_after_a_run(kepu, contest):
    out = kepu("run").out
    share = contest.folder / "共享"
    assert [str(share / name) in out for name in ("reports/台账.xlsx", "reports/收件统计.html", "works")] == [True] * 3
