"""serve: batches on a schedule, within this process; it ends by the signals it would get."""

import os
import signal
import threading

import pytest

from ingest import batch, schedule
from ingest.context import lease
from ingest.errors import ConfigError, DiskError


@pytest.fixture
def handlers():
    """Whoever changes the handlers of signals, they are set back."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def serve(contest, handlers, monkeypatch):
    """Serves until its first batch has ended, then sends a signal; returns the exit code."""

    def until(number=signal.SIGTERM, run=batch.run):
        def once(*arguments, **named):
            try:
                return run(*arguments, **named)
            finally:
                os.kill(os.getpid(), number)

        monkeypatch.setattr(batch, "run", once)
        return schedule.serve(contest.config(), clock=contest.clock, environ={})

    return until


@pytest.fixture
def one(contest):
    """One batch as the schedule calls it."""

    def call(*, daily=False):
        schedule._one(contest.config(), contest.clock, {}, threading.Event(), daily=daily)

    return call


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_well_when_told_to(serve, number):
    assert serve(number) == 0


def test_it_begins_with_a_batch_and_says_so(contest, serve, capsys):
    contest.post()
    serve()
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "已开始：每 10 分钟收信一次，每天 08:00 更新日报。按 Ctrl-C 停止。"
    assert [line for line in lines if line.startswith("完成一次运行：新邮件 1 封")] != []
    assert lines[-1] == "已停止。"


def test_it_waits_for_the_batch_in_hand(serve):
    ended = []

    def slow(*_, stop, **__):
        os.kill(os.getpid(), signal.SIGTERM)
        stop.wait(10)
        ended.append(stop.is_set())
        raise DiskError("盘满", mend="清理")

    assert (serve(run=slow), ended) == (0, [True])


def test_trouble_of_the_world_is_said_with_its_mend(one, monkeypatch, capsys):
    def fail(*_, **__):
        raise DiskError("磁盘已满", mend="请清理磁盘")

    monkeypatch.setattr(batch, "run", fail)
    one()
    assert "磁盘已满" in (out := capsys.readouterr().out)
    assert "处理办法：请清理磁盘" in out


def test_a_bug_costs_one_batch_and_shows_no_traceback(one, monkeypatch, capsys):
    monkeypatch.setattr(batch, "run", lambda *_, **__: 1 // 0)
    one()
    out = capsys.readouterr().out
    assert [line for line in out.splitlines() if line.startswith("本次运行出错（ZeroDivisionError）")] != []


def test_another_run_under_way_is_waited_for_in_silence(contest, one, capsys):
    with lease(contest.config().storage.root):
        one()
    assert [line for line in capsys.readouterr().out.splitlines() if line.startswith(("完成", "注意"))] == []


def test_the_daily_batch_writes_the_reports_whether_or_not_there_is_news(contest, one):
    one()
    workbook = contest.folder / "共享/reports/台账.xlsx"
    before = workbook.stat().st_ino
    one()
    unchanged = workbook.stat().st_ino
    one(daily=True)
    assert (unchanged == before, workbook.stat().st_ino == before) == (True, False)


def test_a_mailbox_out_of_reach_is_said(contest, one, capsys):
    (contest.box("recommended") / "new").rename(contest.folder / "away")
    one()
    assert [line for line in capsys.readouterr().out.splitlines() if line.startswith("注意：")] != []


def _minutes(config, minutes):
    return config.model_copy(update={"schedule": config.schedule.model_copy(update={"poll_minutes": minutes})})


def test_a_changed_config_counts_from_the_next_batch(contest):
    new = _minutes(contest.config(), 3)
    standing = schedule.Standing(contest.config(), lambda: new)
    assert (standing.renew(), standing.config.schedule.poll_minutes) == (True, 3)


def test_an_unchanged_config_moves_no_poll(contest):
    standing = schedule.Standing(contest.config(), contest.config)
    assert standing.renew() is False


def test_a_config_with_problems_leaves_the_one_in_force_and_is_said_once(contest, capsys):
    def broken():
        raise ConfigError("配置有 1 处问题", mend="请改正", problems=("config.toml：[edition] yaer：没有这一项",))

    standing = schedule.Standing(contest.config(), broken)
    renewed = [standing.renew(), standing.renew()]
    assert (renewed, standing.config) == ([False, False], contest.config())
    assert [line for line in capsys.readouterr().out.splitlines() if "[error" not in line] == [
        "配置文件有问题，继续按原来的配置运行：",
        "  配置有 1 处问题",
        "  config.toml：[edition] yaer：没有这一项",
        "  请改正",
    ]


def test_serve_asks_for_the_config_before_each_batch(contest, handlers, monkeypatch):
    seen = []

    def once(config, **_):
        seen.append(config.schedule.poll_minutes)
        os.kill(os.getpid(), signal.SIGTERM)
        raise DiskError("盘满", mend="清理")

    monkeypatch.setattr(batch, "run", once)
    new = _minutes(contest.config(), 3)
    schedule.serve(contest.config(), clock=contest.clock, environ={}, reload=lambda: new)
    assert seen == [3]
