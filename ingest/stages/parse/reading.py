"""How a file gets its facts: those kept, or read now; a scan is recognised once, whatever labels are looked for.

Recognition is the costly part. What it saw is kept under its own key, so that other labels, types and parsers make new
facts of it in an instant; where the batch's time is over, a scan waits and the file is known as the picture it is.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import structlog

from ingest.closed import MISSING_VOLUME, archive_facts
from ingest.context import Context, crash_point, limits_of
from ingest.lots import shelved
from ingest.materials import classify
from ingest.model import Kind, Part
from ingest.workers import Scan
from parsers import sniff
from parsers.facts import ENDED_BY_US, Broken, Facts, ImageFacts
from parsers.office import NO_OFFICE
from parsers.soffice import office_program

log = structlog.get_logger("kepu")

FOR_TIME, FOR_OFFICE = "ocr", "office"
"""What facts wait for: time to recognise the scan, LibreOffice."""

LEAST_PX = 500
"""A picture no longer than this on its longer side is no page that anybody could read."""

Recognised = ImageFacts | Broken | Exception
"""What came of recognising one scan; an exception is our own trouble with it."""


@dataclass(frozen=True)
class Read:
    """A file's facts, and what they wait for to say all. new: they are not kept yet."""

    facts: Facts | None
    waits: str = ""
    new: bool = False


@dataclass
class Reading:
    """Reads files, each once. over: whether no costly reading is begun any more.

    ahead: digest to facts read in advance, several at once, which are as if they were read now; lost: to what came of
    scans that could not be recognised in advance, so that a file that hangs is waited for once.
    """

    context: Context
    over: Callable[[], bool]
    ahead: dict[str, Facts] = field(default_factory=dict)
    lost: dict[str, Recognised] = field(default_factory=dict)

    def read(self, part: Part, seen: dict[str, Read], text: str = "") -> Read:
        """What a file says. seen: digest to what this mail's files said so far; text: its mail's."""
        if not part.here:
            return Read(part.facts)
        if part.sha256 in seen:
            part = replace(part, facts=seen[part.sha256].facts)
        if part.facts is not None and not self.to_do(part, text):
            return seen.get(part.sha256) or Read(part.facts)
        seen[part.sha256] = found = self._anew(part, text)
        return found

    def keep(self, part: Part, read: Read) -> None:
        """Keep new facts of a file, in a transaction of their own, instead of what was known of it."""
        if read.new and read.facts is not None:
            with self.context.begin() as tx:
                tx.arrivals.keep_facts(part.sha256, self.context.wants_key, read.facts, anew=True, waits=read.waits)
            crash_point("facts-kept")

    def to_do(self, part: Part, text: str = "") -> bool:
        """Whether there is something to read in a file: nothing is known of it, or less than could be."""
        return part.here and (is_unread(part) or self.to_recognise(part, text))

    def to_recognise(self, part: Part, text: str) -> bool:
        """Whether it is a picture of paper, as far as can be told, which nobody has recognised."""
        facts = part.facts
        return (
            self.context.wants.ocr
            and isinstance(facts, ImageFacts)
            and facts.reading is None
            and may_be_paper(part, facts, text)
        )

    def _anew(self, part: Part, text: str) -> Read:
        facts = self.plain(part) if is_unread(part) or part.facts is None else part.facts
        if isinstance(facts, ImageFacts) and self.to_recognise(replace(part, facts=facts), text):
            return self._recognised(part.sha256, facts)
        return Read(facts, FOR_OFFICE if _lacks_office(facts) else "", new=True)

    def plain(self, part: Part) -> Facts:
        """What a file says without recognition. An archive was opened when its mail was taken apart: its row tells."""
        if part.format in sniff.ARCHIVE or part.problem == MISSING_VOLUME:
            return archive_facts(part.format, part.problem)
        if (facts := self.ahead.pop(part.sha256, None)) is not None:
            return facts
        path, limits = self.context.store.path(part.sha256), limits_of(self.context.config)
        wants = self.context.wants.model_copy(update={"ocr": False})
        if part.format not in sniff.DOCUMENT and part.format not in ("html", "text", "eml"):
            return self.context.workers.look(path, wants, None, name=part.name, limits=limits)
        with self.context.store.scratch() as scratch:  # LibreOffice needs a place
            return self.context.workers.look(path, wants, scratch, name=part.name, limits=limits)

    def _recognised(self, sha256: str, image: ImageFacts) -> Read:
        pages = self.pages(image)
        seen = self.lost.pop(sha256, None) or self.known(sha256, pages)
        if seen is None:
            seen = self.recognise({sha256: pages}).get(sha256)
        if seen is None:
            return Read(image, FOR_TIME, new=True)
        if isinstance(seen, Exception):
            raise seen
        if isinstance(seen, Broken):
            return Read(seen, new=True)
        whole = image.model_copy(update={"seen": seen.seen, "tools": seen.tools})
        path, wants = self.context.store.path(sha256), self.context.wants
        return Read(_without_lines(self.context.workers.interpret(path, whole, wants)), new=True)

    def pages(self, image: ImageFacts) -> int:
        """How many pages of a scan are recognised."""
        return min(image.pages, self.context.wants.scan_pages)

    def known(self, sha256: str, pages: int) -> ImageFacts | Broken | None:
        """What recognition saw on the pages of a scan when it looked; None if it has not."""
        with self.context.read() as tx:
            return tx.arrivals.recognised(sha256, _version(), pages)

    def recognise(self, scans: Mapping[str, int]) -> dict[str, Recognised]:
        """Recognise scans, digest to number of pages, on all workers; each is kept when it is done.

        Those that were not begun when the time was over are not in the answer.
        """
        found: dict[str, Recognised] = {}
        digests = list(scans)
        with self.context.store.scratch() as folder:
            for at, said in self.context.workers.map_recognise(self._items(scans, folder)):
                sha256, scratch = digests[at], folder / str(at)
                found[sha256] = (
                    said if isinstance(said, Exception) else self._kept(sha256, scans[sha256], said, scratch)
                )
                shutil.rmtree(scratch, ignore_errors=True)
        return found

    def _items(self, scans: Mapping[str, int], folder: Path) -> Iterator[Scan]:
        wants = self.context.wants.model_copy(update={"labels": {}, "types": {}, "titles": ()})
        for number, (sha256, pages) in enumerate(scans.items()):
            if self.over():
                return
            scratch = folder / str(number)
            scratch.mkdir()
            yield Scan(self.context.store.path(sha256), wants, scratch, pages)

    def _kept(self, sha256: str, pages: int, said: ImageFacts | Broken, scratch: Path) -> ImageFacts | Broken:
        """What was seen, with the pictures of its pages in the store. What we ended ourselves is not kept: try anew."""
        if isinstance(said, Broken) and said.reason in ENDED_BY_US:
            return said
        if isinstance(said, ImageFacts):
            with self.context.store.group() as group:
                seen = tuple(shelved(group, page, scratch) for page in said.seen)
            said = said.model_copy(update={"seen": seen})
        with self.context.begin() as tx:
            tx.arrivals.keep_recognised(sha256, _version(), pages, said)
        crash_point("recognised")
        self.context.tally.counts["recognised"] += 1
        return said


def is_unread(part: Part) -> bool:
    """Whether nobody has read a file, or only LibreOffice was lacking, which is here now."""
    return part.facts is None or (_lacks_office(part.facts) and office_program() is not None)


def may_be_paper(part: Part, facts: ImageFacts, text: str) -> bool:
    """Whether a picture is worth recognising: neither tiny, nor an ornament of its mail. text: the mail's."""
    if facts.format != "pdf" and max(facts.width, facts.height) < LEAST_PX:
        return False
    told = classify(replace(part, facts=facts), mail_text=text)
    return not (told.kind is Kind.OTHER and told.certain)


def can_be_had() -> set[str]:
    """Of what facts wait for, what there is now."""
    return {FOR_TIME, FOR_OFFICE} if office_program() is not None else {FOR_TIME}


def _version() -> str:
    from parsers.recognition import RECOGNITION_VERSION  # here: it loads numpy, which an idle run does without

    return RECOGNITION_VERSION


def _lacks_office(facts: Facts) -> bool:
    return isinstance(facts, Broken) and facts.reason == NO_OFFICE


def _without_lines(facts: ImageFacts | Broken) -> ImageFacts | Broken:
    """Its lines are kept with what recognition saw; facts of all works are held in memory, and their text is enough."""
    if isinstance(facts, Broken):
        return facts
    return facts.model_copy(update={"seen": tuple(page.model_copy(update={"lines": ()}) for page in facts.seen)})
