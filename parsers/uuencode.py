"""Uuencoded files within a text: told from the text around them, decoded in pieces, whole or cut off."""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

_BEGIN = re.compile(rb"^begin(-base64)?[ \t]+[0-7]{3,4}[ \t]+([^\s][^\r\n]{0,500}?)[ \t]*\r?\n", re.MULTILINE)
_LETTERS = bytes(range(0x20, 0x61))
_FULL = (60, 61, 62)  # letters of a line of 45 bytes after the first: as they are, and with what some add at the end
_MAX_JUNK = 20  # strange lines within a file before it is given up
_MAX_HELD = 2**20  # bytes of one line held back
_BLOCK = 16_384  # bytes of lines looked at at once
_MAX_FILES = 1_200  # beginnings of files looked into


@dataclass
class Encoded:
    """One file as it comes: `pieces` must be drawn to their end, then the rest can be asked.

    ended: its last line came. junk: lines within it that are none of its own were passed over.
    """

    name: bytes
    pieces: Iterator[bytes] = field(default_factory=lambda: iter(()))
    ended: bool = False
    junk: bool = False


def split(pieces: Iterable[bytes], keep: Callable[[Encoded], None]) -> Iterator[bytes]:
    """The text of a body that comes in pieces; `keep` is given each file in it, and draws its bytes.

    Only what begins like a file and goes on like one is taken: "begin 123 days" stays text.
    """
    blocks = _Blocks(pieces)
    files = 0
    while block := blocks.take():
        match = _BEGIN.search(block) if b"begin" in block and files < _MAX_FILES else None
        if match is None:
            yield block
            continue
        yield block[: match.start()]
        blocks.push(block[match.end() :])
        base64 = match[1] is not None
        files += 1
        if not base64 and not _begins(blocks.first_line()):
            yield match[0]
            continue
        found = Encoded(match[2])
        found.pieces = _from_base64(blocks, found) if base64 else _from_lines(blocks, found)
        keep(found)
        for _ in found.pieces:
            pass


class _Blocks:
    """A body as blocks of whole lines, with a way to put some back."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._held = b""
        self._at = 0

    def take(self) -> bytes:
        """The next whole lines, not many at once; the last may lack its end. b"" once nothing is left."""
        while True:
            cut = self._held.rfind(b"\n", self._at, self._at + _BLOCK) + 1
            cut = cut or self._held.find(b"\n", self._at + _BLOCK) + 1
            if cut or len(self._held) - self._at > _MAX_HELD:
                return self._taken(cut or len(self._held))
            piece = next(self._pieces, None)
            if piece is None:
                return self._taken(len(self._held))
            self._held, self._at = self._held[self._at :] + piece, 0

    def _taken(self, cut: int) -> bytes:
        block, self._at = self._held[self._at : cut], cut
        return block

    def push(self, block: bytes) -> None:
        """Put lines back before what comes next."""
        self._held, self._at = block + self._held[self._at :], 0

    def first_line(self) -> bytes:
        """The line that comes next, left where it is."""
        block = self.take()
        self.push(block)
        return block.partition(b"\n")[0]


def _begins(line: bytes) -> bool:
    """The first line after `begin` is one of a file, or ends an empty one."""
    line = line.rstrip(b"\r\n")
    if line.rstrip() in (b"`", b"end"):
        return True
    length = (line[0] - 32) & 63 if line else 0
    return bool(length) and _fits(line, length) and len(line) - 1 >= (length * 4 + 2) // 3 - 3


def _fits(line: bytes, length: int) -> bool:
    """Only letters of uuencode, and no more of them than the length allows; fewer where blanks were cut off."""
    return not line.translate(None, _LETTERS) and len(line.rstrip(b" `")) - 1 <= -(-length // 3) * 4 + 2


def _from_lines(blocks: _Blocks, file: Encoded) -> Iterator[bytes]:
    """Bytes of the lines up to `end`. Strange lines are passed over if full lines follow; else the text goes on."""
    junk: list[bytes] = []
    while block := blocks.take():
        out: list[bytes] = []
        lines = block.splitlines(keepends=True)
        for number, line in enumerate(lines):
            bare = line.rstrip(b"\r\n")
            data = None if junk and len(bare) - 1 not in _FULL else _line(bare)
            if data is not None:
                file.junk = file.junk or any(one.strip() for one in junk)
                junk.clear()
                out.append(data)
            elif bare.strip() == b"end":
                file.junk = file.junk or any(one.strip() for one in junk)
                file.ended = True
            else:
                junk.append(line)
            if file.ended or len(junk) > _MAX_JUNK:
                blocks.push(b"".join((*([] if file.ended else junk), *lines[number + 1 :])))
                yield b"".join(out)
                return
        yield b"".join(out)
    blocks.push(b"".join(junk))


def _line(line: bytes) -> bytes | None:
    """The bytes of one line, None if it is none of a file."""
    length = (line[0] - 32) & 63 if line else 0
    if not length:
        return b"" if line.rstrip() == b"`" else None
    whole = 1 + -(-length // 3) * 4
    if len(line) > whole and not _fits(line, length):
        return None
    try:
        return binascii.a2b_uu(line[:whole])  # which takes no letters but its own
    except (binascii.Error, ValueError):
        return None


def _from_base64(blocks: _Blocks, file: Encoded) -> Iterator[bytes]:
    """Bytes of the lines of base64 up to "====" (uuencode -m)."""
    from parsers.transfer import Base64

    decoder = Base64()
    while not file.ended and (block := blocks.take()):
        end = re.search(rb"^====[ \t\r]*\n?", block, re.MULTILINE)
        if end is not None:
            file.ended = True
            blocks.push(block[end.end() :])
            block = block[: end.start()]
        yield decoder.feed(block)
    yield decoder.close()
    file.junk = bool(decoder.odd)


class Uuencoded:
    """A body that is one uuencoded file (Content-Transfer-Encoding: x-uuencode); a transfer decoder."""

    def __init__(self) -> None:
        self.odd: set[str] = set()
        self._held = b""
        self._inside = False
        self._over = False

    def feed(self, data: bytes) -> bytes:
        """Decoded bytes of all whole lines so far."""
        data = self._held + data
        cut = data.rfind(b"\n") + 1
        self._held = data[cut:]
        if len(self._held) > _MAX_HELD:
            self._held = b""
            self.odd.add("bad-uuencode")
        return b"".join(map(self._one, data[:cut].splitlines()))

    def _one(self, line: bytes) -> bytes:
        if self._over or (not self._inside and not line.startswith(b"begin")):
            return b""
        if not self._inside:
            self._inside = True
            return b""
        if line.strip() == b"end":
            self._over = True
            return b""
        data = _line(line)
        if data is None and line.strip():
            self.odd.add("bad-uuencode")
        return data or b""

    def close(self) -> bytes:
        """The last line."""
        rest = self._one(self._held)
        if not self._over:
            self.odd.add("bad-uuencode")
        return rest
