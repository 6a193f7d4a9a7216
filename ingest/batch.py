"""One batch: the program's table of contents. Each stage takes what stands in one state and leaves it in the next."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from ingest.alerting import alert, tell_stopped
from ingest.config import Config, alert_webhook, password
from ingest.context import ALL_REPORTS, Context, Say, Tally, lease, ledger_of, silent, wants_of
from ingest.decided import carry_out
from ingest.dropped import make_folders, take_dropped
from ingest.errors import ConfigError, Exit, KepuError
from ingest.linked import take_linked, tell_noted
from ingest.retold import retell
from ingest.stages.assemble import assemble
from ingest.stages.cloud import cloud
from ingest.stages.digests import digests
from ingest.stages.extract import extract
from ingest.stages.fetch import fetch
from ingest.stages.letterhead import wrong_template
from ingest.stages.parse import parse
from ingest.stages.reply import reply
from ingest.stages.report import read_back, report
from ingest.stages.report.places import share_trouble
from ingest.stages.review import review
from ingest.stages.scan import scan, tell_trouble
from ingest.stages.send import send
from ingest.stages.watch import watch
from ingest.store import Store
from ingest.unpack import unpack
from ingest.workers import workers_of

log = structlog.get_logger("kepu")

Stage = Callable[[Context], None]


def _cloud(context: Context) -> None:
    """Files behind links, and what they change in the mails that name them."""
    tell_noted(context)
    cloud(context)
    take_linked(context)


def _review(context: Context) -> None:
    """Files of works that were read anew are told anew; then the rules."""
    retell(context)
    review(context)


def _report(context: Context) -> None:
    """The reports, and the folders into which staff may put files for what they show."""
    report(context)
    with share_trouble(context):
        make_folders(context)


def _digests(context: Context) -> None:
    """Daily mails say where things lie, so they come after the reports; which then show them too."""
    if digests(context):
        report(context)


STAGES: tuple[tuple[str, Stage], ...] = (
    ("read-back", read_back),
    ("decided", carry_out),
    ("dropped", take_dropped),
    ("fetch", fetch),
    ("extract", extract),
    ("scan", scan),
    ("unpack", unpack),
    ("parse", parse),
    ("assemble", assemble),
    ("cloud", _cloud),
    ("watch", watch),
    ("review", _review),
    ("reply", reply),
    ("report", _report),
    ("digests", _digests),
    ("send", send),
)
"""The walk of a mail. Staff's cells are read first, so that a decision counts in this batch. Links come after it is
known whose they are: nobody asks for the files of a duplicate or an advert, and no work waits for a slow download.
Films are looked at when all are here that this batch brings, and before the rules ask what was seen.
Letters go out last: nothing else of the batch waits for a mail server."""

_NAMES = tuple(name for name, _ in STAGES)


@dataclass(frozen=True)
class Summary:
    """What a batch did. `seconds` by stage; troubles and unreachable are sentences for people."""

    counts: Mapping[str, int]
    seconds: Mapping[str, float]
    troubles: tuple[str, ...]
    unreachable: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def exit_code(self) -> Exit:
        """0, 1 for trouble of our own, 3 for a mailbox that could not be reached."""
        if self.troubles:
            return Exit.TROUBLE
        return Exit.UNREACHABLE if self.unreachable else Exit.DONE


@contextmanager
def open_context(
    config: Config,
    *,
    clock: Callable[[], dt.datetime],
    environ: Mapping[str, str],
    say: Say = silent,
    create: bool = True,
) -> Iterator[Context]:
    """Ledger and store opened, closed at the end of the block."""
    ledger = ledger_of(config, create=create)
    workers = workers_of(config.analysis)
    try:
        yield Context(
            config=config,
            ledger=ledger,
            store=Store(config.storage.root),
            clock=clock,
            password=lambda name: password(config.account(name), environ),
            wants=wants_of(config),
            workers=workers,
            webhook=alert_webhook(environ),
            say=say,
        )
    finally:
        workers.close()
        ledger.close()


def run(
    config: Config,
    *,
    clock: Callable[[], dt.datetime],
    environ: Mapping[str, str],
    say: Say = silent,
    only: Sequence[str] = (),
    without: Sequence[str] = (),
    fresh: bool = False,
    reports: frozenset[str] = ALL_REPORTS,
    stop: threading.Event | None = None,
    by_hand: bool = True,
) -> Summary:
    """One batch. Raises KepuError where the world must be mended first; what was committed until then stays.

    only, without: names of stages to run, to leave out. fresh: write the reports even if there is no news; reports:
    only these. stop: when set, no new item is begun. by_hand: a person waits, so that what failed is tried again.
    """
    _try_templates(config)
    with lease(config.storage.root), open_context(config, clock=clock, environ=environ, say=say) as context:
        context.store.sweep()
        context.until = time.monotonic() + config.schedule.batch_budget.total_seconds()
        context.stop, context.fresh, context.by_hand, context.reports = stop, fresh, by_hand, reports
        with context.begin() as tx:
            number = tx.desk.start_run()
        started = time.monotonic()
        code: int = Exit.BUG
        try:
            _walk(context, [step for step in STAGES if step[0] in (only or _NAMES) and step[0] not in without])
            code = _summary(context.tally).exit_code
        except Exception as error:
            code = error.exit_code if isinstance(error, KepuError) else Exit.BUG
            tell_stopped(context, error)
            raise
        finally:
            _close(context, number, time.monotonic() - started, code)
        return _summary(context.tally)


def _try_templates(config: Config) -> None:
    """A template of the operator's own that does not work is named before anything is done."""
    wrong = wrong_template(config) if config.replies.mode != "off" else None
    if wrong is not None:
        raise ConfigError("回信模板有误", why=wrong.why, mend=f"{wrong.mend}。")


def _walk(context: Context, steps: Sequence[tuple[str, Stage]]) -> None:
    for name, stage in steps:
        began = time.monotonic()
        stage(context)
        context.tally.seconds[name] = time.monotonic() - began
    tell_trouble(context)
    alert(context)
    unequal = reconcile(context)
    context.tally.troubles.extend(unequal)


def reconcile(context: Context) -> list[str]:
    """Sentences on mailboxes where listed is not ended plus pending; none is the only good answer."""
    with context.read() as tx:
        rows = tx.arrivals.counts()
    ended: dict[str, int] = {}
    for row in rows:
        done = row["stage"] == "ended"
        if done != (row["ended"] is not None):
            ended[row["mailbox"]] = ended.get(row["mailbox"], 0) + row["n"]
    return [f"信箱 {name} 对账不平：{n} 封邮件状态不一致，请运行 kepu status 查看" for name, n in ended.items()]


def _summary(tally: Tally) -> Summary:
    return Summary(
        counts=dict(tally.counts),
        seconds=dict(tally.seconds),
        troubles=tuple(tally.troubles),
        unreachable=tuple(tally.unreachable),
        notes=tuple(tally.notes),
    )


def _close(context: Context, number: int, seconds: float, code: int) -> None:
    with context.begin() as tx:
        summary = {"counts": dict(context.tally.counts), "seconds": context.tally.seconds}
        tx.desk.end_run(number, seconds=seconds, exit_code=code, summary=summary)
    log.info("batch ended", seconds=round(seconds, 3), exit_code=int(code), **context.tally.counts)
