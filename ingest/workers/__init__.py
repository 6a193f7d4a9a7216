"""Parsers run in processes that can be ended: a file that hangs one, or eats its memory, costs that file only.

In line (no processes) the same calls run here and now, without limits.
"""

from __future__ import annotations

import shutil
import threading
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self, cast

from ingest.workers.items import NO_LIMITS, Bounds, Converted, Film, Look, Scan, Two, seconds_of
from ingest.workers.process import Process, Stopped, WorkerError
from parsers.facts import (
    ArchiveFacts,
    Broken,
    Facts,
    FormFacts,
    ImageFacts,
    Limits,
    Link,
    MailFacts,
    Wants,
    from_json,
)
from parsers.filmfacts import Beside, Watched

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

    from ingest.config.tables import Analysis
    from ingest.workers.calls import Call, Reader

__all__ = ["Bounds", "Converted", "Film", "Look", "Scan", "Two", "WorkerError", "Workers", "workers_of"]

_TARGET = "ingest.workers.calls:answer"
_BESIDE_S = 240.0
"""Seconds more for two films to be decoded at a dozen places."""


def workers_of(analysis: Analysis) -> Workers:
    """The workers a config asks for; none is started before the first item."""
    bounds = Bounds(
        analysis.item_timeout_s,
        analysis.item_bytes_per_s,
        analysis.memory_mb * 2**20,
        film_max_bytes=analysis.film_memory_mb * 2**20,
    )
    return Workers(analysis.workers, bounds=bounds)


@dataclass
class Workers:
    """`count` worker processes, each started when first needed and kept; 0: everything in line. A context manager.

    target: "module:function" that answers calls, found along this process's sys.path. A file that a worker could not
    finish is Broken: "too-slow", "too-big" or "crashed". An exception within is one here: OSError as it was, anything
    else (in a process) WorkerError with the traceback as a note.
    """

    count: int
    bounds: Bounds = field(default_factory=Bounds)
    target: str = _TARGET
    _idle: deque[Process] = field(default_factory=deque)
    _all: dict[int, Process] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _closed: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        """Ready at once: nothing is started yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    def look(
        self, path: Path, wants: Wants, scratch: Path | None, *, name: str = "", limits: Limits = NO_LIMITS
    ) -> Facts:
        """What `parsers.look` says of the file; `scratch` is emptied if it must be read a second time."""
        return self._wait(_call("look", path, scratch, limits, wants=wants, name=name))

    def read_mail(
        self, path: Path, scratch: Path | None, limits: Limits, *, entering: Collection[str] | None = None
    ) -> MailFacts | Broken:
        """What `parsers.mail.read_mail` says of the file."""
        return cast(MailFacts | Broken, self._wait(_call("mail", path, scratch, limits, entering=entering)))

    def read_enclosed(
        self, path: Path, scratch: Path | None, limits: Limits, *, entering: Collection[str] | None = None
    ) -> MailFacts | Broken:
        """What `parsers.mail.read_enclosed` says of the file; Broken also where a library stumbles over it."""
        return cast(MailFacts | Broken, self._wait(_call("enclosed", path, scratch, limits, entering=entering)))

    def read_archive(
        self,
        path: Path,
        scratch: Path | None,
        limits: Limits,
        *,
        name: str = "",
        passwords: Sequence[str] = (),
        volumes: Sequence[Path] = (),
    ) -> ArchiveFacts | Broken:
        """What `parsers.archive.read_archive` says of the file, or of the set whose first volume it is."""
        call = _call("archive", path, scratch, limits, name=name)
        more = {"passwords": tuple(passwords), "volumes": tuple(volume.absolute() for volume in volumes)}
        return cast(ArchiveFacts | Broken, self._wait(call.model_copy(update=more)))

    def links_in(self, path: Path, *, name: str = "") -> tuple[Link, ...]:
        """What `parsers.links.links_in_file` finds in the file; none in one that could not be read to its end."""
        facts = self._wait(_call("links", path, None, NO_LIMITS, name=name))
        return facts.links if isinstance(facts, MailFacts) else ()

    def interpret(self, path: Path, image: ImageFacts, wants: Wants) -> ImageFacts | Broken:
        """What `parsers.recognition.interpret` reads off the pages of a scan. path: the scan, which is not opened."""
        return cast(
            ImageFacts | Broken, self._wait(_call("interpret", path, None, NO_LIMITS, wants=wants, image=image))
        )

    def map_look(self, items: Iterable[Look]) -> Iterator[tuple[int, Facts | Exception]]:
        """Look at many, several at once: (position in `items`, its facts or the exception it met), as they finish.

        `items` is taken from as needed, at most twice as many ahead as there are workers. Whoever leaves the loop
        drops what is not yet begun; what is begun runs out unheard.
        """
        return self._map(map(_call_of, items))

    def map_converted(self, items: Iterable[Converted]) -> Iterator[tuple[int, FormFacts | Broken | Exception]]:
        """As `map_look`, for `parsers.office.read_converted`."""
        found = self._map(
            _call("converted", item.path, None, NO_LIMITS, wants=item.wants, volumes=(item.docx.absolute(),))
            for item in items
        )
        return cast(Iterator[tuple[int, FormFacts | Broken | Exception]], found)

    def map_recognise(self, items: Iterable[Scan]) -> Iterator[tuple[int, ImageFacts | Broken | Exception]]:
        """As `map_look`, for `parsers.recognition.recognise`."""
        found = self._map(
            _call("recognise", item.path, item.scratch, NO_LIMITS, wants=item.wants, pages=item.pages) for item in items
        )
        return cast(Iterator[tuple[int, ImageFacts | Broken | Exception]], found)

    def map_watch(self, items: Iterable[Film]) -> Iterator[tuple[int, Watched | Exception]]:
        """As `map_look`, for `parsers.film.watch`; a film that we ended says so as its `problem`."""
        calls = (_film_call("watch", item) for item in items)
        for at, said in self._map(calls):
            yield at, Watched(problem=said.reason) if isinstance(said, Broken) else cast(Watched | Exception, said)

    def map_clip(self, items: Iterable[Film]) -> Iterator[tuple[int, Watched | Exception]]:
        """As `map_look`, for `parsers.film.clip.make_clip`; a film we ended says so as its `no_clip`."""
        calls = (_film_call("clip", item) for item in items)
        for at, said in self._map(calls):
            yield at, Watched(no_clip=said.reason) if isinstance(said, Broken) else cast(Watched | Exception, said)

    def map_beside(self, items: Iterable[Two]) -> Iterator[tuple[int, Beside | Broken | Exception]]:
        """As `map_look`, for `parsers.film.prints_beside.beside`."""
        found = self._map(map(_beside_call, items))
        return cast(Iterator[tuple[int, Beside | Broken | Exception]], found)

    def _map(self, calls: Iterable[Call]) -> Iterator[tuple[int, Facts | Exception]]:
        if not self.count:
            yield from ((position, _caught(self._in_line, call)) for position, call in enumerate(calls))
            return
        from concurrent.futures import FIRST_COMPLETED, wait

        waiting: dict[Future[Facts | Exception], int] = {}
        coming = enumerate(calls)
        try:
            while True:
                while len(waiting) < 2 * self.count and (one := next(coming, None)) is not None:
                    waiting[self._pool.submit(_caught, self._do, one[1])] = one[0]
                if not waiting:
                    return
                for done in wait(waiting, return_when=FIRST_COMPLETED).done:
                    yield waiting.pop(done), done.result()
        finally:
            for future in waiting:
                future.cancel()

    def close(self) -> None:
        """End every worker; one at work is stopped, and who waits for it gets WorkerError."""
        with self._lock:
            self._closed.set()
            for process in self._all.values():
                process.kill()
        if "_pool" in self.__dict__:
            self._pool.shutdown(wait=True, cancel_futures=True)
        self._idle.clear()
        for process in list(self._all.values()):
            self._end(process)

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        """A thread a worker. They start the processes, which die with the thread that started them."""
        from concurrent.futures import ThreadPoolExecutor

        return ThreadPoolExecutor(self.count, thread_name_prefix="worker")

    def _wait(self, call: Call) -> Facts:
        if self._closed.is_set():
            raise WorkerError("the workers were closed")
        return self._pool.submit(self._do, call).result() if self.count else self._in_line(call)

    def _in_line(self, call: Call) -> Facts:
        from ingest.workers.child import load

        return from_json(load(self.target)(call.model_dump_json()))

    def _do(self, call: Call) -> Facts:
        """Ask a worker; if it dies, or was full of others' leavings, a fresh one, so that no file is blamed wrongly."""
        from ingest.workers.calls import broken

        size = sum(path.stat().st_size for path in (call.path, *call.volumes))
        text, seconds = call.model_dump_json(), self.bounds.seconds(size, call.pages, call.film_s)
        most = self.bounds.film_max_bytes if call.alone else self.bounds.max_bytes
        tries = 0
        while True:
            process = self._started() if call.alone else self._take()
            tries, fresh = tries + 1, not process.answered
            try:
                return self._answer(process, text, seconds, most, alone=call.alone)
            except Stopped as stopped:
                _log(stopped, call)
                if self._closed.is_set():
                    raise WorkerError("the workers were closed") from stopped
                again = stopped.reason == "crashed" or (stopped.reason == "too-big" and not fresh)
                if tries == 2 or not again:
                    return broken(call, stopped.reason, stopped.detail)
                _empty(call.scratch)

    def _answer(self, process: Process, text: str, seconds: float, most: int, *, alone: bool) -> Facts:
        """One call to one worker, which is then free again, or ended; alone: it was started for this."""
        try:
            said = process.ask(text, seconds, most)
        except BaseException:
            self._end(process)
            raise
        if alone:
            self._end(process)
        else:
            self._give_back(process)
        if isinstance(said, Exception):
            raise said
        return from_json(said)

    def _take(self) -> Process:
        with self._lock:
            if self._closed.is_set():
                raise WorkerError("the workers were closed")
            if self._idle:
                return self._idle.pop()
        return self._started()

    def _started(self) -> Process:
        process = Process(self.target)
        with self._lock:
            self._all[process.pid] = process
            if self._closed.is_set():
                process.kill()
        return process

    def _give_back(self, process: Process) -> None:
        if process.resident() > self.bounds.max_bytes // 2:
            self._end(process)
        else:
            self._idle.append(process)

    def _end(self, process: Process) -> None:
        with self._lock:
            self._all.pop(process.pid, None)
        process.end()


def _call(
    reader: Reader,
    path: Path,
    scratch: Path | None,
    limits: Limits,
    *,
    wants: Wants | None = None,
    name: str = "",
    entering: Collection[str] | None = None,
    **more: Any,
) -> Call:
    from ingest.workers.calls import Call

    folder = scratch.absolute() if scratch is not None else None
    may = tuple(entering) if entering is not None else None
    path = path.absolute()
    return Call(reader=reader, path=path, scratch=folder, limits=limits, wants=wants, name=name, entering=may, **more)


def _call_of(item: Look) -> Call:
    return _call("look", item.path, item.scratch, item.limits, wants=item.wants, name=item.name)


def _film_call(reader: Literal["watch", "clip"], item: Film) -> Call:
    film = item.facts.model_copy(update={"watched": None})
    seconds = seconds_of(film, copied=reader == "clip")
    return _call(reader, item.path, item.scratch, NO_LIMITS, film=film, film_s=seconds, alone=item.is_large)


def _beside_call(item: Two) -> Call:
    film, other = (facts.model_copy(update={"watched": None}) for facts in item.facts)
    call = _call("beside", item.paths[0], item.scratch, NO_LIMITS, film=film, film_s=_BESIDE_S, alone=item.is_large)
    return call.model_copy(update={"other": other, "prints": item.prints, "volumes": (item.paths[1].absolute(),)})


def _caught(do: Callable[[Call], Facts], call: Call) -> Facts | Exception:
    """One of many: its exception is its own."""
    try:
        return do(call)
    except Exception as error:
        return error


def _empty(scratch: Path | None) -> None:
    """Remove what a worker that died has left behind."""
    for path in scratch.iterdir() if scratch is not None else ():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _log(stopped: Stopped, call: Call) -> None:
    import structlog  # here, since workers import this module too and log nothing

    structlog.get_logger("kepu").warning(
        "worker stopped", reason=stopped.reason, detail=stopped.detail, reader=call.reader, file=call.path.name
    )
