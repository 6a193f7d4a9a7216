"""Reads a mail in blocks: header blocks, and bodies up to the next boundary, never more than a few blocks in memory."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from parsers import headers

BLOCK = 2**20
_HEAD = 65_536  # bytes in which a mail's first header must come
_MAX_TAIL = 256  # bytes after a boundary in which its line must end
_MAX_HEADERS = 2_000
_BLANK = re.compile(rb"\n\r?\n")
_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:(.*(?:\n[ \t].*)*)(?:\n|\Z)")
_LINE_END = re.compile(rb"(--)?[ \t\r\f\v]{0,200}(\n|\Z)")
_BLANK_LINES = re.compile(rb"(?:[ \t]{0,9}\r?\n){1,9}")
_KNOWN = re.compile(
    rb"(?:^|(?<=\n))(?:from|to|cc|subject|date|received|message-id|mime-version|content-[a-z-]+|return-path|reply-to|"
    rb"delivered-to|sender|x-[a-z0-9-]+|in-reply-to|references|dkim-signature|authentication-results)[ \t]*:",
    re.IGNORECASE,
)
_ANY = re.compile(rb"(?:^|(?<=\n))[A-Za-z][A-Za-z0-9-]{0,76}[ \t]*:")
_LIKELY_BOUNDARY = re.compile(rb"\n--([^\r\n]{1,200}?)[ \t]*\r?\n(?:content-|\r?\n)", re.IGNORECASE)


@dataclass
class Reader:
    """Reads a mail in blocks. hit: the boundary that ended the last body and whether it closes, None at the end."""

    file: BinaryIO
    block: int = BLOCK
    hit: tuple[bytes, bool] | None = None
    _buffer: bytes = b"\n"  # one byte before the position is always kept: a boundary begins after a newline
    _at: int = 1
    _ended: bool = False

    def start(self) -> bool:
        """Go to the first header, over blank lines and junk. False if there is none: not a mail."""
        self._look_ahead()
        if self._buffer.startswith(b"\n\xef\xbb\xbf"):
            self._at += 3
        head = self._buffer[self._at : self._at + _HEAD]
        text = b"\0" not in head
        known = _KNOWN.search(head)
        found = _ANY.match(head) if known or text else None
        found = found or known or (_ANY.search(head) if text else None)
        if found is None or head.count(b"\0") * 2 > len(head):
            return False
        self._buffer = b"\n" + self._buffer[self._at + found.start() :]
        self._at = 1
        return True

    @property
    def empty(self) -> bool:
        """Nothing at all was in the file."""
        return self._ended and len(self._buffer) == 1

    def boundary(self, declared: bytes, stops: Sequence[bytes]) -> bytes:
        """The boundary of the multipart whose body begins here: as declared, else one that is seen ahead, else b""."""
        if declared and self.sees(declared):
            return declared
        self._look_ahead()
        likely = _LIKELY_BOUNDARY.search(self._buffer, self._at - 1)
        return b"" if likely is None or likely[1] in stops else likely[1]

    def _look_ahead(self) -> None:
        """Have the next 64 kB in the buffer, or all there is."""
        while len(self._buffer) - self._at < _HEAD and self._fill():
            continue

    def _fill(self) -> bool:
        block = self.file.read(self.block)
        if not block:
            self._ended = True
            return False
        self._buffer = self._buffer[self._at - 1 :] + block
        self._at = 1
        return True

    def headers(self, stops: Sequence[bytes], limit: int) -> tuple[tuple[tuple[bytes, bytes], ...], bool]:
        """The header block from here: (lower-case name, raw value) in order, and whether all of it was read.

        Ends at a blank line, at a boundary, or where the body begins without either.
        """
        stop, after = self._block_end(stops)
        while after == -1 and len(self._buffer) - self._at <= limit and self._fill():
            stop, after = self._block_end(stops)
        if after == -1:
            stop = after = len(self._buffer)
        whole = stop - self._at <= limit
        found, used = split_headers(self._buffer[self._at : min(stop, self._at + limit)])
        if whole:
            self._at = after if used is None else self._at + used
        else:
            self._skip_to_blank()
        return found, whole

    def _block_end(self, stops: Sequence[bytes]) -> tuple[int, int]:
        """Where the header block ends, and where the body begins; -1 twice if neither is in the buffer.

        Boundaries are looked for first: a search for the blank line then never goes over what belongs to others.
        """
        cut = len(self._buffer)
        for boundary in reversed(stops):
            found = self._buffer.find(b"\n--" + boundary, self._at - 1, cut)
            cut = found + 1 if found != -1 else cut
        blank = _BLANK.search(self._buffer, self._at - 1, cut)
        if blank is not None:
            return blank.start() + 1, blank.end()
        return (cut, cut) if cut < len(self._buffer) else (-1, -1)

    def sees(self, boundary: bytes) -> bool:
        """That boundary comes within what is looked at ahead."""
        self._look_ahead()
        return self._buffer.find(b"--" + boundary, self._at) != -1

    def skip_blank_lines(self) -> None:
        """Go over blank lines before a header block that begins here, a few at most."""
        self._look_ahead()
        blank = _BLANK_LINES.match(self._buffer, self._at)
        if blank is not None and _ANY.match(self._buffer, blank.end()):
            self._at = blank.end()

    def _skip_to_blank(self) -> None:
        """Go behind the next blank line, forgetting what comes before it."""
        while (blank := _BLANK.search(self._buffer, self._at - 1)) is None:
            self._at = max(self._at, len(self._buffer) - 2)
            if not self._fill():
                self._at = len(self._buffer)
                return
        self._at = blank.end()

    def body(self, stops: Sequence[bytes]) -> Iterator[bytes]:
        """The bytes up to the next boundary line of any of `stops` (innermost last), or to the end. Sets `hit`."""
        begins = b"\n--" + _common(stops)
        margin = max((len(stop) for stop in stops), default=0) + _MAX_TAIL  # in which a line may not be whole yet
        while True:
            at, after, self.hit = self._next_stop(begins, stops) if stops else (-1, -1, None)
            if at == -1:
                at = after = len(self._buffer) if self._ended else max(self._at, len(self._buffer) - margin)
            elif at > self._at and self._buffer[at - 1] == 13:
                at -= 1
            if at > self._at:
                yield self._buffer[self._at : at]
            self._at = max(self._at, after)
            if self.hit or (self._ended and self._at >= len(self._buffer)):
                return
            self._fill()

    def _next_stop(self, begins: bytes, stops: Sequence[bytes]) -> tuple[int, int, tuple[bytes, bool] | None]:
        """Where the next boundary line begins (its newline) and ends, and which; -1 if none is wholly in the buffer.

        begins: what the lines of all boundaries begin with. The end of the file ends a line too.
        """
        at = self._at - 2
        while (at := self._buffer.find(begins, at + 1)) != -1:
            for stop in reversed(stops):
                if self._buffer.startswith(stop, at + 3):
                    tail = _LINE_END.match(self._buffer, at + 3 + len(stop))
                    if tail is not None and (tail[2] or self._ended):
                        return at, tail.end(), (stop, bool(tail[1]))
        return -1, -1, None


def _common(stops: Sequence[bytes]) -> bytes:
    """What all of them begin with."""
    first, last = min(stops, default=b""), max(stops, default=b"")
    alike = next((at for at, letter in enumerate(first) if last[at] != letter), len(first))
    return first[:alike]


def split_headers(block: bytes) -> tuple[tuple[tuple[bytes, bytes], ...], int | None]:
    """(lower-case name, raw value with its folds) of a header block, and where the body begins if before its end.

    A line that is neither header nor fold belongs to the header before it if more headers follow, else to the body.
    """
    at, fields = 0, []
    while at < len(block):
        field = _FIELD.match(block, at)
        if field is None:
            return _split_odd(block)
        at = field.end()
        fields.append((field[1].lower(), field[2]))
    return tuple(fields[:_MAX_HEADERS]), None


def _split_odd(block: bytes) -> tuple[tuple[tuple[bytes, bytes], ...], int | None]:
    """The same line by line, for a block in which not every line is a header or a fold."""
    found: list[tuple[bytes, list[bytes]]] = []
    last_known: int | None = None
    at, body = 0, None
    for line in block.split(b"\n"):
        begin, at = at, at + len(line) + 1
        if line[:1] in (b" ", b"\t") and found:
            found[-1][1].append(line)
        elif name := headers.header_name(line):
            found.append((name, [line[line.index(b":") + 1 :]]))
        elif line.strip() and found and not line.startswith((b"From ", b">From ")):
            last_known = _last_known(block) if last_known is None else last_known
            if begin > last_known:
                body = begin
                break
            found[-1][1].append(b" " + line)
    return tuple((name, b"\n".join(lines)) for name, lines in found[:_MAX_HEADERS]), body


def _last_known(block: bytes) -> int:
    return max((match.start() for match in _KNOWN.finditer(block)), default=-1)
