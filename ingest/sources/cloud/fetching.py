"""One link to one outcome; many links, the soonest to expire first, a few at a time."""

from __future__ import annotations

import datetime as dt
import hashlib
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from ingest.config import CloudTable
from ingest.errors import KepuError
from ingest.sources.cloud.download import download, finished
from ingest.sources.cloud.network import Network, network_of
from ingest.sources.cloud.outcomes import Manual, Never, NotNow, Outcome, Waiting
from ingest.sources.cloud.pace import Pace
from ingest.sources.cloud.partial import forget, kept
from ingest.sources.cloud.ways import Way, way_of
from parsers.facts import Link

_WORTH = 256 * 1024  # bytes a broken try must have brought to be followed by another at once
_MOST_TRIES = 50
_MOST_CHANGES = 2

Tag = TypeVar("Tag")


@dataclass(frozen=True)
class Job(Generic[Tag]):
    """A link to fetch into a partial file. tag: the caller's own."""

    link: Link
    partial: Path
    tag: Tag


def partial_path(folder: Path, link: Link) -> Path:
    """Where a link's bytes grow between tries: by provider and key, so that the same file is not begun twice."""
    digest = hashlib.sha256("\0".join((link.provider, link.key)).encode("utf-8", "surrogatepass")).hexdigest()
    return folder / f"{digest[:40]}.part"


def fetch(
    link: Link,
    partial: Path,
    settings: CloudTable,
    *,
    network: Network | None = None,
    until: float | None = None,
    stop: threading.Event | None = None,
) -> Outcome:
    """The file behind a link, or why not. What came stays in `partial` and is gone on with at the next call.

    until: of time.monotonic(), when the batch ends; stop: set when the run shall end. Within them a broken connection
    is tried again as long as tries bring something; the link is resolved anew for each. DiskError where `partial`
    cannot be written; nothing a submitter or a server does raises.
    """
    try:
        way = way_of(link, settings)
        if (done := finished(partial)) is not None:
            return done
        network = network or network_of(settings)
        return _tries(link, partial, settings, way, network, (until, stop))
    except Never as reason:
        forget(partial)
        return Manual(reason.reason, reason.detail)


def _tries(
    link: Link,
    partial: Path,
    settings: CloudTable,
    way: Way,
    network: Network,
    ends: tuple[float | None, threading.Event | None],
) -> Outcome:
    """Try after try, as long as each brings something. Raises Never, DiskError."""
    from ingest.sources.cloud.client import Client  # slow to load, and most runs have no link to fetch

    changes, last = 0, NotNow("cut")
    for number in range(_MOST_TRIES):
        before, pace = kept(partial).size, Pace(settings, *ends)
        try:
            if number:
                pace.pause(network.pause_s)
            with Client(way.hosts, way.carried, network, pace) as client:
                return download(client, way.resolve(client, link), partial, settings.max_file_bytes, pace)
        except NotNow as reason:
            last = reason
        changes += last.reason == "changed"
        brought = last.reason == "cut" and kept(partial).size - before >= _WORTH
        if not brought and (last.reason != "changed" or changes >= _MOST_CHANGES):
            break
    known = kept(partial)
    return Waiting(last.reason, last.retry_after_s, known.size, known.total, last.detail)


def soonest_first(jobs: Iterable[Job[Tag]]) -> list[Job[Tag]]:
    """By expiry; those without one last, in the order given."""
    far = dt.datetime.max.replace(tzinfo=dt.UTC)
    return sorted(jobs, key=lambda job: job.link.expires_at or far)


def fetch_all(
    jobs: Sequence[Job[Tag]],
    settings: CloudTable,
    *,
    network: Network | None = None,
    until: float | None = None,
    stop: threading.Event | None = None,
    began: Callable[[Job[Tag]], None] | None = None,
) -> Iterator[tuple[Job[Tag], Outcome]]:
    """Each job with its outcome, as they end, soonest expiry first, in the caller's thread.

    began: called there right before a job begins. At most `at_once` at a time, and `per_host` from one host. Not begun
    is what comes after `until` or `stop`. A full disk ends all (DiskError); any other exception is a fault of ours,
    costs its own job only and is raised at the end.
    """
    network = network or network_of(settings)
    halt, waiting = _Either(stop), soonest_first(jobs)
    running: dict[Future[Outcome], Job[Tag]] = {}
    faults: list[Exception] = []
    with ThreadPoolExecutor(settings.at_once, thread_name_prefix="cloud") as pool:

        def begin(job: Job[Tag]) -> None:
            waiting.remove(job)
            if began is not None:
                began(job)
            work = pool.submit(fetch, job.link, job.partial, settings, network=network, until=until, stop=halt)
            running[work] = job

        try:
            while True:
                while len(running) < settings.at_once and not halt.over(until):
                    job = _next(waiting, running.values(), settings.per_host)
                    if job is None:
                        break
                    begin(job)
                if not running:
                    break
                for work in wait(running, return_when=FIRST_COMPLETED).done:
                    ended, fault = running.pop(work), _fault(work)
                    if fault is None:
                        yield ended, work.result()
                    else:
                        faults.append(fault)
        finally:
            halt.set()
    if faults:
        raise faults[0]


def _fault(work: Future[Outcome]) -> Exception | None:
    """What went wrong in our own code, None if nothing. What is nobody's fault here, such as a full disk, is raised."""
    fault = work.exception()
    if fault is None:
        return None
    if isinstance(fault, KepuError) or not isinstance(fault, Exception):
        raise fault
    return fault


def _next(waiting: Sequence[Job[Tag]], running: Iterable[Job[Tag]], per_host: int) -> Job[Tag] | None:
    """The first that may begin: not more than `per_host` of links to one host at a time, nor two into one file."""
    begun = list(running)
    busy, open_files = Counter(map(_host, begun)), {job.partial for job in begun}
    return next((job for job in waiting if busy[_host(job)] < per_host and job.partial not in open_files), None)


def _host(job: Job[Tag]) -> str:
    return job.link.url[:300].partition("://")[2].partition("/")[0].lower()


class _Either(threading.Event):
    """Set by ourselves, or by another."""

    def __init__(self, other: threading.Event | None) -> None:
        super().__init__()
        self._other = other

    def is_set(self) -> bool:
        return super().is_set() or (self._other is not None and self._other.is_set())

    def over(self, until: float | None) -> bool:
        """Whether nothing shall begin any more."""
        return self.is_set() or (until is not None and time.monotonic() >= until)
