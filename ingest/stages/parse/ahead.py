"""Files of the next mails read in advance: old documents many in one call, scans on all workers at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Self

import structlog

from ingest.context import Context, limits_of
from ingest.errors import KepuError
from ingest.model import Part
from ingest.stages.parse.reading import Reading, is_unread
from ingest.workers import Converted, Look
from parsers import office, sniff
from parsers.facts import Facts, ImageFacts, Wants
from parsers.soffice import Conversion, convert, office_program

log = structlog.get_logger("kepu")

WINDOW = 16
"""So many mails are looked at in advance; each has a form and a scan or two."""

MOST = 16
"""Documents in one call of LibreOffice."""

_TEXTS = frozenset({"html", "text"})
_PICTURES = sniff.IMAGE | {"pdf"}


class Ahead:
    """A `reading` that knows what comes next. A context manager: LibreOffice's settings lie in a folder till its end.

    What is read in advance is held for these mails only. Nothing fails here: what could not be read is read with its
    own mail, and counts as that mail's trouble.
    """

    def __init__(self, context: Context, ids: Sequence[int], over: Callable[[], bool]) -> None:
        """For mails that will be asked for in this order."""
        self.context, self.over = context, over
        self.reading = Reading(context, over)
        self._places = {arrival_id: place for place, arrival_id in enumerate(ids)}
        self._ids = ids
        self._until = 0
        self._stack = ExitStack()
        self._profile: Path | None = None

    def __enter__(self) -> Self:
        """Nothing is done before the first mail."""
        return self

    def __exit__(self, *_: object) -> None:
        """Remove the settings."""
        self._stack.close()

    def reach(self, arrival_id: int) -> None:
        """Read what is costly in this mail and those after it, unless that is done."""
        place = self._places[arrival_id]
        if place < self._until or self.over():
            return
        self._until = place + WINDOW
        self.reading.ahead.clear()
        self.reading.lost.clear()
        try:
            self._read(self._ids[place : self._until])
        except KepuError:
            raise
        except Exception as error:  # it is met again with the mail whose file it is, and counts there
            log.error("reading ahead failed", error=f"{type(error).__name__}: {error}", exc_info=error)

    def _read(self, ids: Sequence[int]) -> None:
        parts = self._parts(ids)
        self._convert([part for part, _ in parts.values() if self._is_old(part)])
        self._recognise(parts)

    def _parts(self, ids: Sequence[int]) -> dict[str, tuple[Part, list[tuple[Part, str]]]]:
        """Digest to a file in which there is something to read, and all places of it with their mails' texts."""
        found: dict[str, tuple[Part, list[tuple[Part, str]]]] = {}
        with self.context.read() as tx:
            mails = [tx.arrivals.arrival(arrival_id, wants=self.context.wants_key) for arrival_id in ids]
        for mail in mails:
            for part in mail.parts:
                if self.reading.to_do(part, mail.text):
                    found.setdefault(part.sha256, (part, []))[1].append((part, mail.text))
        return found

    # old documents

    def _is_old(self, part: Part) -> bool:
        return is_unread(part) and bool(self._kind(part))

    def _kind(self, part: Part) -> str:
        if part.format not in sniff.DOCUMENT | _TEXTS:
            return ""
        return office.office_kind(self.context.store.path(part.sha256), part.format, part.name)

    def _convert(self, parts: Sequence[Part]) -> None:
        """Documents that are worth a call together; a lone one is read with its mail."""
        if len(parts) < 2 or office_program() is None:
            return
        by_path = {self.context.store.path(part.sha256): part for part in parts}
        files = [office.Old(path, self._kind(part), part.format) for path, part in by_path.items()]
        for batch in office.batches(files, MOST):
            if self.over():
                return
            with self.context.store.scratch() as folder:
                self._take(batch, by_path, folder)

    def _take(self, batch: list[office.Old], by_path: Mapping[Path, Part], folder: Path) -> None:
        """One call. Files it was ended at, or could not load, are read one by one: the culprit costs itself only."""
        done = self._called(batch, folder)
        items = [Converted(batch[at].path, docx, self.context.wants) for at, docx in done.made.items()]
        for number, facts in self.context.workers.map_converted(items):
            if not isinstance(facts, Exception) and not (done.ended and facts.fact == "broken"):
                self._hold(by_path[items[number].path], facts)
        left = [by_path[file.path] for at, file in enumerate(batch) if at not in done.made]
        if left:
            log.warning("documents read one by one", ended=done.ended, files=len(left))
            self._one_by_one(left)

    def _called(self, batch: list[office.Old], folder: Path) -> Conversion:
        if self._profile is None:
            self._profile = self._stack.enter_context(self.context.store.scratch()) / "profile"
        call = folder / "call"
        call.mkdir()
        try:
            sources = [office.source_of(file, folder) for file in batch]
        except ValueError:  # one is too large: each is told by itself
            return Conversion({})
        return convert(sources, call, self._profile)

    def _one_by_one(self, parts: Sequence[Part]) -> None:
        with self.context.store.scratch() as folder:
            self._look(parts, folder)

    # scans

    def _recognise(self, parts: Mapping[str, tuple[Part, list[tuple[Part, str]]]]) -> None:
        """Pictures that may be paper in one of their places, and are not recognised."""
        if not self.context.wants.ocr:
            return
        pictures = {sha256: one for sha256, one in parts.items() if one[0].format in _PICTURES}
        self._look([part for part, _ in pictures.values() if is_unread(part)], None)
        wanted: dict[str, int] = {}
        for sha256, (part, places) in pictures.items():
            facts = part.facts or self.reading.ahead.get(sha256)
            if isinstance(facts, ImageFacts) and any(
                self.reading.to_recognise(replace(place, facts=facts), text) for place, text in places
            ):
                pages = self.reading.pages(facts)
                if self.reading.known(sha256, pages) is None:
                    wanted[sha256] = pages
        if wanted:
            said = self.reading.recognise(wanted)
            self.reading.lost = {one: what for one, what in said.items() if not isinstance(what, ImageFacts)}

    # both

    def _look(self, parts: Sequence[Part], folder: Path | None) -> None:
        wants = self.context.wants.model_copy(update={"ocr": False})
        for at, facts in self.context.workers.map_look(self._looks(parts, wants, folder)):
            if not isinstance(facts, Exception):
                self._hold(parts[at], facts)

    def _looks(self, parts: Sequence[Part], wants: Wants, folder: Path | None) -> Iterator[Look]:
        for number, part in enumerate(parts):
            if self.over():
                return
            scratch = folder / str(number) if folder is not None else None
            if scratch is not None:
                scratch.mkdir()
            yield Look(self.context.store.path(part.sha256), wants, scratch, part.name, limits_of(self.context.config))

    def _hold(self, part: Part, facts: Facts) -> None:
        self.reading.ahead[part.sha256] = facts
