"""What a stage is given, and `each`: one item at a time, retries counted, poison set aside."""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import structlog

from ingest.config import Config
from ingest.durable import is_full
from ingest.errors import BusyError, DiskError, KepuError
from ingest.ledger import Ledger, Transaction, open_ledger
from ingest.malware import Scanner
from ingest.model import Arrival, Ended, Stage, Todo, TodoKind, mail_number
from ingest.store import Store
from ingest.workers import Workers
from parsers.facts import Limits, Wants

log = structlog.get_logger("kepu")

Say = Callable[[str, int, int], None]
"""Progress for people: what is being done (Chinese), how many are done, how many in all."""


def silent(_what: str, _done: int, _total: int) -> None:
    """No progress shown."""


_crash: Callable[[str], None] | None = None


def crash_point(step: str) -> None:
    """Named after each durable step, so that tests can end the process there. Nothing happens otherwise."""
    if _crash is not None:
        _crash(step)


ALL_REPORTS = frozenset({"workbook", "pages", "folders"})
"""What the last stage makes."""


@dataclass
class Tally:
    """What a run did, for its summary and its exit code. `counts` by name; the lists are sentences for people."""

    counts: Counter[str] = field(default_factory=Counter)
    troubles: list[str] = field(default_factory=list)
    unreachable: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)


@dataclass
class Context:
    """Everything a stage may touch. by_hand: a person waits for this run, so that nothing is left for later.

    webhook: where the operator's chat robot listens; a secret.
    """

    config: Config
    ledger: Ledger
    store: Store
    clock: Callable[[], dt.datetime]
    password: Callable[[str], str]
    wants: Wants
    workers: Workers = field(default_factory=lambda: Workers(0))
    say: Say = silent
    tally: Tally = field(default_factory=Tally)
    until: float | None = None
    stop: threading.Event | None = None
    fresh: bool = False
    reports: frozenset[str] = ALL_REPORTS
    by_hand: bool = True
    unreadable: set[str] = field(default_factory=set)
    webhook: str = ""

    @contextmanager
    def begin(self) -> Iterator[Transaction]:
        """A transaction of the ledger, at this moment of the clock."""
        with self.ledger.begin(self.clock()) as tx:
            yield tx

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """A view of the ledger."""
        with self.ledger.read(self.clock()) as tx:
            yield tx

    @cached_property
    def wants_key(self) -> str:
        """Under which the answers to `wants` are kept in the ledger."""
        return hashlib.sha256(self.wants.model_dump_json().encode()).hexdigest()

    @cached_property
    def scanner(self) -> Scanner:
        """Says of every file whether it is malware, before anything opens it. Not within a transaction."""
        return Scanner(self.config.malware, self.ledger, self.config.storage.root, self.clock)

    @property
    def stopped(self) -> bool:
        """The run was told to end after the item in hand."""
        return self.stop is not None and self.stop.is_set()

    @property
    def spent(self) -> bool:
        """The batch's time for taking in new items is over."""
        return self.until is not None and time.monotonic() >= self.until

    def each(
        self,
        what: str,
        ids: Sequence[int],
        one: Callable[[int], None],
        *,
        bounded: bool = False,
        letters: bool = False,
    ) -> None:
        """Do `one` for every arrival id; it commits its own transaction.

        what: shown as progress. bounded: stop when the batch's time is over (the rest waits for the next batch).
        letters: it writes to the sender, which a person does where it fails for good.
        A KepuError is the world's and stops the run, and so is a full disk; any other exception is ours, costs only
        this item, and counts a try; at the limit the item is set aside for people.
        """
        for done, arrival_id in enumerate(ids):
            if self.stopped or (bounded and self.spent):
                self.tally.counts["put-off"] += len(ids) - done
                return
            self.say(what, done, len(ids))
            try:
                one(arrival_id)
            except KepuError:
                raise
            except Exception as error:
                if isinstance(error, OSError) and (is_full(error) or error.errno == errno.EROFS):
                    raise self.no_room(error) from error
                self.set_back(arrival_id, error, doing="" if letters else what)
        if ids:
            self.say(what, len(ids), len(ids))

    def over_after(self, share: int) -> Callable[[], bool]:
        """Whether a stage begins nothing costly any more: the run is to end, or the batch's time is over and so is this
        stage's: the part of it (one in `share`) that begins now."""
        least = time.monotonic() + self.config.schedule.batch_budget.total_seconds() / share
        until = None if self.until is None else max(self.until, least)
        return lambda: self.stopped or (until is not None and time.monotonic() >= until)

    def no_room(self, error: OSError) -> DiskError:
        """A full disk, as the operator reads of it."""
        return DiskError(
            "磁盘空间不足，本次运行已停止",
            why=f"{error.filename or self.store.root}：{error.strerror}",
            mend="请清理磁盘后重新运行；已收的邮件都在，会自动接着处理。",
        )

    def set_back(self, arrival_id: int, error: Exception, *, doing: str = "") -> None:
        """Our processing of an item failed: a try is counted, and at the limit it is set aside for people.

        doing: what failed, as shown as progress; "" for its letter, where all else of the mail is done.
        """
        log.error("item failed", arrival=arrival_id, error=f"{type(error).__name__}: {error}", exc_info=error)
        with self.begin() as tx:
            tries = tx.arrivals.failed(arrival_id, f"{type(error).__name__}: {error}")
            self.tally.counts["failed"] += 1
            if tries >= self.config.analysis.tries:
                set_aside(tx, tx.arrivals.arrival(arrival_id), doing)
                self.tally.counts["quarantined"] += 1
        self.tally.troubles.append(f"邮件 {mail_number(arrival_id)} 处理失败（第 {tries} 次）")


def set_aside(tx: Transaction, arrival: Arrival, doing: str = "") -> None:
    """Our processing gives up on a mail: its bytes stay, a person is told. One that has ended stays what it became.

    A mail whose bytes the server never gave whole has none here: that is said, and `kepu retry` asks for them again.
    doing: as `Context.set_back`.
    """
    if arrival.stage is Stage.ENDED:
        _leave(tx, arrival, doing)
        return
    here = bool(arrival.raw_sha256)
    reason = "程序多次处理失败，原信已保留" if here else "多次未能从信箱取得原信"
    tx.arrivals.end(arrival.id, Ended.QUARANTINED, reason, may_reply=False, why="处理失败的邮件不自动回复")
    number = mail_number(arrival.id)
    what = "处理失败，已搁置，原信保留。请人工查看" if here else "多次取不到原信，已搁置。请在网页信箱中查看原信"
    tx.desk.ask(
        Todo(
            key=f"quarantined:{arrival.id}",
            kind=TodoKind.QUARANTINED,
            text=f"邮件 {number} {what}；排除原因后可由运维执行 kepu retry {number}。",
            arrival_id=arrival.id,
        ),
        anew=True,
    )


def _leave(tx: Transaction, arrival: Arrival, doing: str) -> None:
    """What fails of a mail that has ended is said for what it is: its letter, or what was to be found in its files."""
    number = mail_number(arrival.id)
    if doing:
        key = f"stuck:{arrival.id}"
        text = f"邮件 {number} 在“{doing}”时多次出错，目前按已有的结果办理。请核对其作品，并请运维查看日志。"
    else:
        tx.letters.settle(arrival.id, 0)
        key, text = f"letter:{arrival.id}", f"邮件 {number} 的回信多次未能写成，不再尝试。请人工答复来信人。"
    tx.desk.ask(Todo(key, TodoKind.QUARANTINED, text, arrival_id=arrival.id), anew=True)


@contextmanager
def lease(root: Path) -> Iterator[None]:
    """Be the only run on this root; BusyError if another is. A killed run's lease ends with its process."""
    import fcntl
    import os

    root.mkdir(parents=True, exist_ok=True)
    with (root / "run.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.seek(0)
            holder = lock.read(200).strip() or "未知进程"
            raise BusyError(
                "另一次运行正在进行", why=f"占用者：{holder}", mend="请等它结束后再试；下一次定时运行会自动接着做。"
            ) from error
        lock.seek(0)
        lock.truncate()
        lock.write(f"pid {os.getpid()}")
        lock.flush()
        yield


def ledger_of(config: Config, *, create: bool = False, read_only: bool = False) -> Ledger:
    """The ledger of a config's edition, to be closed by who asked; as `open_ledger`, and it raises what that raises."""
    edition = f"{config.edition.year} {config.edition.name}"
    url, root = config.ledger.url, config.storage.root
    return open_ledger(url, root, edition=edition, create=create, read_only=read_only)


def wants_of(config: Config) -> Wants:
    """What an edition asks of its documents."""
    return Wants(
        labels=dict(config.forms.labels),
        types=dict(config.forms.types),
        titles=tuple(track.form for track in config.tracks),
        ocr=config.analysis.ocr,
        scan_pages=config.analysis.scan_pages,
    )


def limits_of(config: Config) -> Limits:
    """The config's bounds, as parsers want them."""
    return Limits(
        max_depth=config.analysis.max_depth,
        max_members=config.analysis.max_archive_members,
        max_bytes=config.analysis.max_archive_bytes,
    )


def stage_ids(context: Context, stage: Stage, *, mailbox: str = "") -> list[int]:
    """Ids of the arrivals at a stage, those left out that failed a moment ago unless a person waits."""
    with context.read() as tx:
        return tx.arrivals.at(stage, mailbox=mailbox, due=not context.by_hand)
