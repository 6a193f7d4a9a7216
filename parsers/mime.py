"""A streaming walk over a MIME message: any size, never more than a few blocks of it in memory.

The reader knows lines, header blocks and boundaries; the walk knows how entities nest. What a leaf means is for the
visitor. Broken mail is walked as far as it makes sense: missing boundaries, junk before headers, cut ends.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Protocol

from parsers import headers, transfer
from parsers.facts import Limits

BLOCK = 2**20
_HEAD = 65_536  # bytes in which a mail's first header must come
_MAX_NESTING = 30  # multiparts and forwarded mails around a leaf
_MAX_BOUNDARY = 200
_MAX_TAIL = 256  # bytes after a boundary in which its line must end
_MAX_HEADERS = 2_000
_BLANK = re.compile(rb"\n\r?\n")
_KNOWN = re.compile(
    rb"(?:^|(?<=\n))(?:from|to|cc|subject|date|received|message-id|mime-version|content-[a-z-]+|return-path|reply-to|"
    rb"delivered-to|sender|x-[a-z0-9-]+|in-reply-to|references|dkim-signature|authentication-results)[ \t]*:",
    re.IGNORECASE,
)
_ANY = re.compile(rb"(?:^|(?<=\n))[A-Za-z][A-Za-z0-9-]{0,76}[ \t]*:")
_FORWARDED = ("message/rfc822", "message/global")
_LIKELY_BOUNDARY = re.compile(rb"\n--([^\r\n]{1,200}?)[ \t]*\r?\n(?:content-|\r?\n)", re.IGNORECASE)


@dataclass(frozen=True)
class Entity:
    """One node of a mail. content_type and disposition lower-case; parents: content types around it, outermost first.

    forwarded: how many forwarded mails are around it; inside: subject of the innermost, raw. alternative: number of
    the multipart/alternative it belongs to, 0 for none.
    """

    headers: tuple[tuple[bytes, bytes], ...]
    content_type: str
    type_parameters: dict[str, str]
    disposition: str
    raw_name: bytes
    name: str
    encoding: str
    boundary: bytes = b""
    parents: tuple[str, ...] = ()
    forwarded: int = 0
    inside: bytes = b""
    alternative: int = 0

    def header(self, name: bytes) -> bytes:
        """The first raw value of that header, b"" without one."""
        return next((value for key, value in self.headers if key == name), b"")


class Visitor(Protocol):
    """Who is told of a mail's nodes as they come."""

    def message(self, entity: Entity) -> None:
        """The headers of the mail, then of each mail forwarded in it."""
        ...

    def leaf(self, entity: Entity, body: Iterator[bytes]) -> bool:
        """A leaf and its body, before transfer decoding, in pieces. False ends the walk."""
        ...

    def odd(self, what: str) -> None:
        """Something was wrong: a key."""
        ...


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
        """The boundary of the multipart whose body begins here: as declared, unless another is seen ahead."""
        self._look_ahead()
        if declared and self._buffer.find(b"--" + declared, self._at) != -1:
            return declared
        likely = _LIKELY_BOUNDARY.search(self._buffer, self._at - 1)
        return declared if likely is None or likely[1] in stops else likely[1]

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
        while (blank := _BLANK.search(self._buffer, self._at - 1)) is None:
            if len(self._buffer) - self._at > limit or not self._fill():
                break
        stop = len(self._buffer) if blank is None else blank.start() + 1
        after = len(self._buffer) if blank is None else blank.end()
        for boundary in stops:
            cut = self._buffer.find(b"\n--" + boundary, self._at - 1, stop)
            if cut != -1:
                stop = after = cut + 1
        whole = stop - self._at <= limit
        found, used = split_headers(self._buffer[self._at : min(stop, self._at + limit)])
        if whole:
            self._at = after if used is None else self._at + used
        else:
            self._skip_to_blank()
        return found, whole

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
        needles = [b"\n--" + stop for stop in reversed(stops)]
        margin = max((len(needle) for needle in needles), default=0) + 2
        while True:
            at, after, self.hit = self._next_stop(needles)
            if at == -1:
                at = after = len(self._buffer) if self._ended else max(self._at, len(self._buffer) - margin)
            elif at > self._at and self._buffer[at - 1] == 13:
                at -= 1
            if at > self._at:
                yield self._buffer[self._at : at]
            self._at = max(self._at, after if self.hit or self._ended else at)
            if self.hit or (self._ended and self._at >= len(self._buffer)):
                return
            self._fill()

    def _next_stop(self, needles: Sequence[bytes]) -> tuple[int, int, tuple[bytes, bool] | None]:
        """Where the next boundary begins (its newline) and ends, and which; -1 if none is in the buffer.

        A line that may be one, but whose end has not been read yet, gives its place and no hit.
        """
        best, after, hit = -1, -1, None
        for needle in needles:
            at = self._at - 2
            while (at := self._buffer.find(needle, at + 1, best if best >= 0 else len(self._buffer))) != -1:
                end, closing = self._line_end(at + len(needle))
                if end is not None:
                    best, after = at, end
                    hit = None if end < 0 else (needle[3:], closing)
                    break
        return best, after, hit

    def _line_end(self, at: int) -> tuple[int | None, bool]:
        """Where a boundary line that has its last letter before `at` ends, and whether it closes.

        None: it is no boundary after all; -1: cannot be told before more is read.
        """
        newline = self._buffer.find(b"\n", at, at + _MAX_TAIL)
        if newline == -1 and len(self._buffer) < at + _MAX_TAIL and not self._ended:
            return -1, False
        end = newline + 1 if newline != -1 else min(len(self._buffer), at + _MAX_TAIL)
        tail = self._buffer[at:end].rstrip()
        if tail not in (b"", b"--") or (newline == -1 and end < len(self._buffer)):
            return None, False
        return end, tail == b"--"


def split_headers(block: bytes) -> tuple[tuple[tuple[bytes, bytes], ...], int | None]:
    """(lower-case name, raw value with its folds) of a header block, and where the body begins if before its end.

    A line that is neither header nor fold belongs to the header before it if more headers follow, else to the body.
    """
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


def entity(found: tuple[tuple[bytes, bytes], ...], default_type: str = "text/plain") -> Entity:
    """An entity as its headers describe it. A type that is none is application/octet-stream if it has a file name."""
    first = dict(reversed(found))
    kind, raws, parameters = headers.parameters(first.get(b"content-type", b""))
    disposition, raw_names, names = headers.parameters(first.get(b"content-disposition", b""))
    name = names.get("filename") or parameters.get("name") or ""
    raw_name = raw_names.get("filename") or raws.get("name") or b""
    if "/" not in kind:
        kind = default_type if not name else "application/octet-stream"
    encoding = first.get(b"content-transfer-encoding", b"").decode("latin-1").strip()
    boundary = raws.get("boundary", b"").rstrip()[:_MAX_BOUNDARY]
    return Entity(found, kind, parameters, disposition, raw_name, name, encoding, boundary)


@dataclass
class Walk:
    """One walk. `scratch`: where a forwarded mail that is itself encoded is unpacked; None for the system's place."""

    visitor: Visitor
    limits: Limits
    scratch: Path | None
    _alternatives: int = 0
    _over: bool = False

    def mail(self, reader: Reader, around: Entity | None = None, stops: tuple[bytes, ...] = ()) -> None:
        """Walk a whole mail from its headers on; `around`: the message/rfc822 entity it is forwarded in."""
        found, whole = reader.headers(stops, self.limits.max_header_bytes)
        if not whole:
            self.visitor.odd("headers-too-long")
        node = entity(found)
        if around is not None:
            within = _within(node, around)
            node = replace(within, forwarded=around.forwarded + 1, inside=node.header(b"subject"), alternative=0)
        self.visitor.message(node)
        self._node(reader, node, stops)

    def _node(self, reader: Reader, node: Entity, stops: tuple[bytes, ...]) -> None:
        """Walk one entity whose headers are read; afterwards the reader stands behind the boundary that ended it."""
        deep = len(node.parents) >= _MAX_NESTING or node.forwarded > self.limits.max_depth
        if deep:
            self.visitor.odd("too-deep")
        elif node.content_type.startswith("multipart/") and (boundary := self._boundary(reader, node, stops)):
            self._multipart(reader, node, stops, boundary)
            return
        elif node.content_type in _FORWARDED:
            self._forwarded(reader, node, stops)
            return
        body = reader.body(stops)
        if not deep and not self._over and not self.visitor.leaf(_as_leaf(node), body):
            self._over = True
        for _ in body:
            pass

    def _boundary(self, reader: Reader, node: Entity, stops: Sequence[bytes]) -> bytes:
        boundary = reader.boundary(node.boundary, stops)
        if boundary != node.boundary:
            self.visitor.odd("wrong-boundary")
        return boundary

    def _multipart(self, reader: Reader, node: Entity, stops: tuple[bytes, ...], boundary: bytes) -> None:
        inner = (*stops, boundary)
        if node.content_type == "multipart/alternative":
            self._alternatives += 1
            node = replace(node, alternative=self._alternatives)
        _drain(reader.body(inner))
        default = "message/rfc822" if node.content_type == "multipart/digest" else "text/plain"
        while reader.hit == (boundary, False) and not self._over:
            found, whole = reader.headers(inner, self.limits.max_header_bytes)
            if not whole:
                self.visitor.odd("headers-too-long")
            self._node(reader, _within(entity(found, default), node), inner)
        if reader.hit is None and not self._over:
            self.visitor.odd("no-closing-boundary")
        if reader.hit == (boundary, True):
            _drain(reader.body(stops))

    def _forwarded(self, reader: Reader, node: Entity, stops: tuple[bytes, ...]) -> None:
        """Walk a forwarded mail; one that is base64 or quoted-printable, against the standard, is unpacked first."""
        decoder = transfer.decoder(node.encoding)
        if isinstance(decoder, transfer.Plain):
            self.mail(reader, node, stops)
            return
        with tempfile.TemporaryFile(dir=self.scratch) as unpacked:
            for piece in reader.body(stops):
                unpacked.write(decoder.feed(piece))
            unpacked.write(decoder.close())
            unpacked.seek(0)
            hit = reader.hit
            inner = Reader(unpacked)
            if inner.start():
                self.mail(inner, node)
            reader.hit = hit


def _within(node: Entity, around: Entity) -> Entity:
    """`node` as a child of `around`."""
    return replace(
        node,
        parents=(*around.parents, around.content_type),
        forwarded=around.forwarded,
        inside=around.inside,
        alternative=around.alternative,
    )


def _as_leaf(node: Entity) -> Entity:
    """A multipart without any boundary is the text it shows."""
    return replace(node, content_type="text/plain") if node.content_type.startswith("multipart/") else node


def _drain(body: Iterator[bytes]) -> None:
    for _ in body:
        pass
