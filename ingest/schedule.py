"""`kepu serve`: the batch on the config's schedule, one at a time, until it is told to stop."""

from __future__ import annotations

import datetime as dt
import signal
import threading
from collections.abc import Callable, Mapping
from types import FrameType
from typing import Any

import structlog

from ingest import batch
from ingest.config import Config
from ingest.errors import BusyError, ConfigError, Exit, KepuError

log = structlog.get_logger("kepu")


def serve(
    config: Config,
    *,
    clock: Callable[[], dt.datetime],
    environ: Mapping[str, str],
    reload: Callable[[], Config] | None = None,
) -> int:
    """Poll every `poll_minutes`, report daily at `daily_at`; SIGTERM and SIGINT end it after the item in hand.

    reload: asked for the config before each batch, so that a change of the file counts from then on; one with problems
    is said once, and the one in force stays. A change of [schedule] moves the next polls too.
    """
    from apscheduler.executors.pool import ThreadPoolExecutor
    from apscheduler.schedulers.background import BackgroundScheduler

    stop = threading.Event()
    _on_signals(stop)
    scheduler = BackgroundScheduler(
        timezone=config.edition.zone,
        executors={"default": ThreadPoolExecutor(1)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    standing = Standing(config, reload or (lambda: config))

    def one(*, daily: bool = False) -> None:
        if standing.renew():
            _plan(scheduler, standing.config, one)
        _one(standing.config, clock, environ, stop, daily=daily)

    _plan(scheduler, config, one)
    scheduler.modify_job("poll", next_run_time=dt.datetime.now(config.edition.zone))
    scheduler.start()
    stop.wait()
    print("正在停止，做完手头的一封……", flush=True)
    scheduler.shutdown(wait=True)
    print("已停止。", flush=True)
    return int(Exit.DONE)


def _plan(scheduler: Any, config: Config, one: Callable[..., None]) -> None:
    """The two jobs, anew where they are planned already."""
    minutes, at = config.schedule.poll_minutes, config.schedule.daily_at
    scheduler.add_job(one, "interval", id="poll", replace_existing=True, minutes=minutes)
    daily = {"id": "daily", "replace_existing": True, "kwargs": {"daily": True}}
    scheduler.add_job(one, "cron", **daily, hour=at.hour, minute=at.minute)
    print(f"已开始：每 {minutes} 分钟收信一次，每天 {at:%H:%M} 更新日报。按 Ctrl-C 停止。", flush=True)


class Standing:
    """The config in force, and the problems of the newest file, which are said once."""

    def __init__(self, config: Config, reload: Callable[[], Config]) -> None:
        self.config = config
        self._reload = reload
        self._said: tuple[str, ...] = ()

    def renew(self) -> bool:
        """Take the file as it is now, unless it has problems; whether its schedule is another."""
        try:
            new = self._reload()
        except KepuError as error:
            self._say(error)
            return False
        self._said = ()
        moved = new.schedule != self.config.schedule
        if new != self.config:
            log.info("config renewed")
        self.config = new
        return moved

    def _say(self, error: KepuError) -> None:
        problems = (error.what, *(error.problems if isinstance(error, ConfigError) else ()), error.mend)
        if problems != self._said:
            log.error("config has problems", problems=list(problems))
            print("配置文件有问题，继续按原来的配置运行：\n  " + "\n  ".join(problems), flush=True)
        self._said = problems


def _on_signals(stop: threading.Event) -> None:
    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)


def _one(
    config: Config,
    clock: Callable[[], dt.datetime],
    environ: Mapping[str, str],
    stop: threading.Event,
    *,
    daily: bool,
) -> None:
    """One batch; whatever goes wrong is said, and the next one comes by itself."""
    try:
        summary = batch.run(config, clock=clock, environ=environ, stop=stop, fresh=daily, by_hand=False)
    except BusyError as error:
        log.warning("another run is under way", why=error.why)
    except KepuError as error:
        log.error("batch stopped", what=error.what, why=error.why, mend=error.mend)
        print(f"{error.what}。处理办法：{error.mend}", flush=True)
    except Exception as error:
        log.critical("batch failed", error=repr(error), exc_info=error)
        print(f"本次运行出错（{type(error).__name__}），详情见日志；下一次照常进行。", flush=True)
    else:
        for line in (*summary.troubles, *summary.unreachable):
            print(f"注意：{line}", flush=True)
        new = summary.counts.get("listed", 0)
        print(f"完成一次运行：新邮件 {new} 封，用时 {sum(summary.seconds.values()):.1f} 秒。", flush=True)
