"""Bytes from an IMAP server, read by ourselves: in pieces, within bounds, within a time.

The standard library holds a literal in memory and breaks at lines over 1 MB; a mail of 400 MB and a mailbox of 200,000
mails need neither.
"""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

PIECE = 2**18
"""Bytes of a mail handed on at once."""

MAX_LINE = 2**24
"""Bytes. SEARCH names all mails it found in one line, with up to eleven bytes each."""

MAX_LITERAL = 2**24
"""Bytes of a literal that the library may hold in memory: names of folders and the like."""

_LITERAL = re.compile(rb"\{(\d{1,18})\+?\}\r?\n$")
_DONE = re.compile(rb"(\S+) (OK|NO|BAD)\b ?(.*)", re.DOTALL | re.IGNORECASE)
_BYE = re.compile(rb"\* BYE\b ?(.*)", re.DOTALL | re.IGNORECASE)

T = TypeVar("T")


@dataclass(frozen=True)
class Answer(Generic[T]):
    """One untagged response. `text` is all of it without its literals, `literals` what was made of each."""

    text: bytes
    literals: tuple[T, ...]


class Wire:
    """The socket of one connection. `install` makes imaplib read through it, too, so that no byte is lost between."""

    def __init__(self, sock: socket.socket, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Nothing is read yet. Whatever was sent before is left out: there is none, or it was not protected."""
        self._sock = sock
        self._clock = clock
        self._room = bytearray(PIECE)
        self._view = memoryview(self._room)
        self._start = self._end = 0
        self._trouble: OSError | None = None
        self._deadline: float | None = None
        self._tags = 0
        self._ahead: tuple[str, bytes] | None = None  # a command that is sent and not yet read, and its tag

    def install(self, imap: Any) -> None:
        """Be what this imaplib.IMAP4 reads from, once what was asked ahead is read over."""
        send = imap.send

        def settled(data: bytes) -> None:
            self.settle()
            send(data)

        imap.read, imap.readline, imap.send = self.read, self.readline, settled

    def allow(self, seconds: float | None) -> None:
        """All that is read from now on must be here within that time: a server that drips is a broken one."""
        self._deadline = None if seconds is None else self._clock() + seconds

    def readline(self) -> bytes:
        """A line with its end; without one where the connection ended. OSError, IMAPClientAbortError."""
        parts, size = [], 0
        while True:
            found = self._room.find(b"\n", self._start, self._end) + 1
            parts.append(self._cut((found or self._end) - self._start))
            size += len(parts[-1])
            if size > MAX_LINE:
                raise IMAPClientAbortError(f"a line of more than {MAX_LINE} bytes")
            if found or not self._fill():
                return b"".join(parts)

    def read(self, size: int) -> bytes:
        """Exactly that many bytes, fewer where the connection ended. OSError, IMAPClientAbortError."""
        if size > MAX_LITERAL:
            raise IMAPClientAbortError(f"a literal of {size} bytes")
        parts = []
        while size and (piece := self._piece(size)):
            parts.append(piece)
            size -= len(piece)
        return b"".join(parts)

    def pour(self, size: int, write: Callable[[bytes], object]) -> None:
        """Hand on that many bytes in pieces; what came before a break, too, then OSError or IMAPClientAbortError."""
        while size:
            piece = self._piece(size)
            if not piece:
                raise IMAPClientAbortError("the connection ended within a literal")
            write(piece)
            size -= len(piece)

    def ask(self, command: str, literal: Callable[[bytes, int], T], *, then: str = "") -> list[Answer[T]]:
        """Send a command, gather its untagged responses.

        literal: called at each literal with what stands before it and its size; it must take exactly that many bytes
        off the wire. then: the command that will probably be asked next; it is sent at once, so that the server works
        on it meanwhile, and read when it is asked, or read over if another is. IMAPClientError if the server refuses;
        IMAPClientAbortError or OSError if the connection is over.
        """
        if self._ahead is not None and self._ahead[0] == command:
            tag, self._ahead = self._ahead[1], None
        else:
            self.settle()
            tag = self._send(command)
        if then:
            self._ahead = then, self._send(then)
        return self._answers(tag, literal)

    def settle(self) -> None:
        """Read over the answer to what was asked ahead, if anything was. Raises as `ask`, but for a refusal."""
        if self._ahead is None:
            return
        (_, tag), self._ahead = self._ahead, None
        try:
            self._answers(tag, self.drain)
        except IMAPClientAbortError:
            raise
        except IMAPClientError:
            return  # nobody wants it any more

    def _send(self, command: str) -> bytes:
        self._tags += 1
        tag = b"KEPU%d" % self._tags  # begins with letters: purely numeric ones are refused by some
        self._sock.sendall(tag + b" " + command.encode("ascii") + b"\r\n")
        return tag

    def _answers(self, tag: bytes, literal: Callable[[bytes, int], T]) -> list[Answer[T]]:
        answers = []
        while True:
            answer = self._response(literal)
            if answer.text.startswith(b"* "):
                if bye := _BYE.match(answer.text):
                    raise IMAPClientAbortError(bye[1].decode("utf-8", "replace"))
                answers.append(answer)
            elif (done := _DONE.match(answer.text)) and done[1] == tag:
                if done[2].upper() != b"OK":
                    raise IMAPClientError((done[2] + b" " + done[3]).decode("utf-8", "replace").strip())
                return answers
            elif not answer.text.startswith(b"+"):
                raise IMAPClientAbortError(f"unexpected response: {answer.text[:200]!r}")

    def drain(self, _before: bytes, size: int) -> None:
        """Read over a literal that nobody asked for."""
        self.pour(size, len)

    def _response(self, literal: Callable[[bytes, int], T]) -> Answer[T]:
        text = b""
        made: list[T] = []
        while True:
            line = self.readline()
            if not line.endswith(b"\n"):
                raise IMAPClientAbortError("the connection ended")
            text += line
            found = _LITERAL.search(line)
            if found is None or not text.startswith(b"* "):
                return Answer(text, tuple(made))
            made.append(literal(text, int(found[1])))

    def _piece(self, size: int) -> bytes:
        """Up to `PIECE` bytes, as many as `size` if they come; b"" where the connection ended."""
        size = min(size, PIECE)
        while self._end - self._start < size:
            try:
                if not self._fill():
                    break
            except OSError as error:
                if self._start == self._end:
                    raise
                self._trouble = error  # first what is here, then the trouble
                break
        return self._cut(min(size, self._end - self._start))

    def _fill(self) -> int:
        """Read what there is, at least a byte. 0 where the connection ended."""
        if self._trouble is not None:
            raise self._trouble
        if self._start == self._end:
            self._start = self._end = 0
        elif self._end == len(self._room):
            rest = self._end - self._start
            self._view[:rest] = self._room[self._start : self._end]
            self._start, self._end = 0, rest
        count = self._sock.recv_into(self._view[self._end :])
        self._end += count
        if self._deadline is not None and self._clock() > self._deadline:
            raise TimeoutError("the server sends too slowly")
        return count

    def _cut(self, size: int) -> bytes:
        piece = bytes(self._view[self._start : self._start + size])
        self._start += size
        return piece
