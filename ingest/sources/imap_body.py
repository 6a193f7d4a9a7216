"""One mail on its way from an IMAP server into a file: streamed as one literal, and resumed where it was cut off.

It is asked for whole: pieces cost a round trip each and double the time, and not every server cuts them right. Only
what is missing after a cut is asked for as a piece, from a little before the cut: the overlap must be what is here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import structlog
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from ingest.sources import Target
from ingest.sources.imap_answers import uid_of
from ingest.sources.imap_wire import Answer, Wire

OVERLAP = 4096
"""Bytes of what is here that are asked for again when going on."""

_BODY = re.compile(rb"\bBODY\[\](?:<(\d{1,18})>)? (?:\{\d+\+?\}\r?\n|\"((?:[^\"\\]|\\.)*)\"|(NIL)\b)", re.IGNORECASE)
_log = structlog.get_logger(__name__)


class TargetError(Exception):
    """`trouble` is what the target raised: no trouble of the connection, though it came in the middle of a literal."""

    def __init__(self, trouble: Exception) -> None:
        super().__init__(str(trouble))
        self.trouble = trouble


class Body:
    """A mail of which `done` bytes are in the target.

    most: bytes; a server that sends more than it may is not believed (ValueError). within: seconds for a size in bytes.
    """

    def __init__(self, uid: int, target: Target, *, most: int, within: Callable[[int], float]) -> None:
        """Nothing is fetched yet. `target` is empty."""
        self.uid = uid
        self.done = 0
        self.whole = False
        self._target = target
        self._most = most
        self._within = within
        self._total: int | None = None
        self._tail = b""
        self._resumable = True

    def fetch(self, wire: Wire, then: int | None = None) -> None:
        """Go on to the end; `whole` says whether that was reached.

        then: the uid of a mail that will probably be fetched next, and is asked for already.
        IMAPClientError if the server refuses this mail or has none. IMAPClientAbortError or OSError where the
        connection broke: then call it again on another one. TargetError.
        """
        if not self._can_resume() or not self._resumed(wire):
            self._anew(wire, "" if then is None else _whole(then))

    def _anew(self, wire: Wire, then: str) -> None:
        self._restart()
        answers = wire.ask(_whole(self.uid), lambda text, size: self._all(wire, text, size), then=then)
        if any(any(answer.literals) and not _is_of(answer.text, self.uid) for answer in answers):
            self.whole = False
            raise IMAPClientError("the server sent another mail")
        if not self.whole:
            self._without_literal(answers)

    def _all(self, wire: Wire, text: bytes, size: int) -> bool:
        """A literal of an answer; whether it was taken for the mail."""
        found = _BODY.search(text)
        if self.whole or found is None or found[1] or not _is_of(text, self.uid):
            wire.drain(text, size)
            return False
        self._take(wire, size, size)
        return True

    def _resumed(self, wire: Wire) -> bool:
        """Whether the rest came as asked, or at least more of it. If not, pieces are not asked for again."""
        assert self._total is not None
        before, start = self.done, self.done - OVERLAP
        command = f"UID FETCH {self.uid} (BODY.PEEK[]<{start}.{self._total - start}>)"
        self._resumable = False  # until a piece has proved to be right
        try:
            wire.ask(command, lambda text, size: self._rest(wire, text, size, start))
        except IMAPClientAbortError:
            raise
        except IMAPClientError as error:
            _log.info("no partial fetch", uid=self.uid, why=str(error)[:200])
        return self.whole or self.done > before

    def _rest(self, wire: Wire, text: bytes, size: int, start: int) -> None:
        """A literal of the answer to a piece that begins at `start`."""
        found = _BODY.search(text)
        total = self._total or 0
        if self.whole or found is None or not _is_of(text, self.uid):
            wire.drain(text, size)
        elif found[1] is None and size == total:
            _log.info("whole mail instead of a piece", uid=self.uid)
            self._restart()
            self._take(wire, size, size)
        elif int(found[1] or -1) != start or not OVERLAP <= size <= total - start:
            self._wrong(wire, text, size)
        else:
            wire.allow(self._within(size))
            if wire.read(OVERLAP) == self._tail:
                self._resumable = True
                self._take(wire, size - OVERLAP, total)
            else:
                self._wrong(wire, text, size - OVERLAP)

    def _wrong(self, wire: Wire, text: bytes, size: int) -> None:
        _log.info("wrong piece", uid=self.uid, answer=text[:100])
        wire.drain(text, size)

    def _take(self, wire: Wire, size: int, total: int) -> None:
        if total > self._most:
            raise ValueError(f"a literal of {total} bytes, more than the {self._most} allowed")
        self._total = total
        wire.allow(self._within(size))
        wire.pour(size, self._write)
        self.whole = self.done == total

    def _without_literal(self, answers: Sequence[Answer[bool]]) -> None:
        """A mail may be empty, or stand in quotes."""
        ours = (found for a in answers if _is_of(a.text, self.uid) and (found := _BODY.search(a.text)))
        found = next(ours, None)
        if found is None or found[2] is None:
            raise IMAPClientError("the server sent no mail")
        self._write(re.sub(rb"\\(.)", rb"\1", found[2]))
        self.whole = True

    def _can_resume(self) -> bool:
        return self._resumable and self._total is not None and self.done >= OVERLAP

    def _restart(self) -> None:
        if self.done:
            try:
                self._target.seek(0)
                self._target.truncate()
            except Exception as error:
                raise TargetError(error) from error
        self.done, self._tail, self._total = 0, b"", None

    def _write(self, piece: bytes) -> None:
        try:
            self._target.write(piece)
        except Exception as error:
            raise TargetError(error) from error
        self.done += len(piece)
        self._tail = piece[-OVERLAP:] if len(piece) >= OVERLAP else (self._tail + piece)[-OVERLAP:]


def _whole(uid: int) -> str:
    return f"UID FETCH {uid} (BODY.PEEK[])"


def _is_of(text: bytes, uid: int) -> bool:
    """Whether an answer, or the beginning of one, may be of that mail: it names it, or none yet."""
    return uid_of(text) in (None, uid)
