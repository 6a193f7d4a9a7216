"""A mail saved by Outlook (.msg, an OLE file) as a mail of the internet again: headers, bodies, attachments."""

from __future__ import annotations

import base64
import hashlib
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from email.header import Header
from email.utils import encode_rfc2231, formataddr
from pathlib import Path
from typing import Any, BinaryIO

from parsers.charsets import decode_bytes
from parsers.rtfbody import plain, unpacked

MAX_DEPTH = 5
MAX_ATTACHMENTS = 1000

_READ_TIMES = 4  # the size of a file that may be read of it: headers and texts are asked for more than once
_READ_MORE = 2**20
_PIECE = 57 * 4096  # a whole number of lines of base64
_OURS = re.compile(r"(content-|mime-version\b|x-kepu-)", re.IGNORECASE)
_HEADERS, _SUBJECT, _BODY, _HTML, _RTF = 0x007D, 0x0037, 0x1000, 0x1013, 0x1009
_FROM_NAME, _FROM, _FROM_SMTP, _TO, _MESSAGE_ID = 0x0C1A, 0x0C1F, 0x5D01, 0x0E04, 0x1035
_NAME, _SHORT_NAME, _TYPE, _CONTENT_ID, _DATA = 0x3707, 0x3704, 0x370E, 0x3712, 0x3701
_CODE_PAGE = 0x3FDE
_TYPE_OF = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)


class NoMsgError(ValueError):
    """The file is none of Outlook's, is damaged, or holds more than it may."""


def write_mail(path: Path, target: BinaryIO, *, max_bytes: int) -> None:
    """The mail in a .msg file as RFC 5322 bytes, the same for the same file.

    Its own headers if Outlook kept them, else those that its properties tell. NoMsgError; OSError if it cannot be read.
    """
    import olefile

    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    size = path.stat().st_size
    if size > max_bytes:
        raise NoMsgError("too-big")
    check_tables(path, size)
    try:
        with olefile.OleFileIO(str(path)) as ole:
            room = _Room(size)
            room.take(ole.root.size)
            message = _Message(ole, (), digest, room)
            if not message.says_anything():
                raise NoMsgError("damaged")
            message.write(target, 0)
    except olefile.olefile.OleFileError as error:  # an OSError by its class, but the file's trouble
        raise NoMsgError(str(error)) from error
    except (OSError, NoMsgError):
        raise
    except Exception as error:  # a damaged file may fail the library in any way
        raise NoMsgError(f"{type(error).__name__}: {error}") from error


def check_tables(path: Path, size: int) -> None:
    """The tables of a compound file can be no larger than the file; the library reads as many as are claimed."""
    with path.open("rb") as file:
        head = file.read(76)
    if len(head) < 76:
        raise NoMsgError("damaged")
    sector = 1 << min(struct.unpack_from("<H", head, 30)[0], 16)
    tables = (struct.unpack_from("<I", head, at)[0] for at in (44, 64, 72))
    if any(count * sector > size for count in tables):
        raise NoMsgError("damaged")


@dataclass
class _Room:
    """What may be read of a file: sectors can be chained in circles and shared, so that a small one claims any size."""

    file_size: int
    read: int = 0

    def take(self, size: int) -> None:
        """Count a stream. NoMsgError if it is larger than the file, or all together are many times the file."""
        self.read += size
        if size > self.file_size or self.read > _READ_TIMES * self.file_size + _READ_MORE:
            raise NoMsgError("too-big")


class _Message:
    """One message of the file: the outermost, or one attached to another. place: its storages from the top."""

    def __init__(self, ole: Any, place: tuple[str, ...], digest: str, room: _Room) -> None:
        self._ole = ole
        self._room = room
        self._place = place
        self._boundary = f"kepu-{hashlib.sha256('/'.join((digest, *place)).encode()).hexdigest()[:40]}"

    def says_anything(self) -> bool:
        """Whether there is a header, a subject, a text or a file."""
        said = any(self._text(tag) for tag in (_HEADERS, _SUBJECT, _BODY, _HTML))
        return said or bool(self._data(_HTML)) or bool(self._data(_RTF)) or bool(self._attachments())

    def write(self, target: BinaryIO, depth: int) -> None:
        """Headers, then every part."""
        mark = self._boundary.encode()
        target.write(self._head().encode("utf-8", "replace"))
        target.write(b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="%s"\r\n\r\n' % mark)
        for kind, body in self._bodies():
            target.write(b"--%s\r\nContent-Type: %s\r\n" % (mark, kind.encode()))
            target.write(b"Content-Transfer-Encoding: base64\r\n\r\n")
            _pour(body, target)
        for place in self._attachments():
            target.write(b"--%s\r\n" % mark)
            self._attached(place, target, depth)
        target.write(b"--%s--\r\n" % mark)

    def _head(self) -> str:
        kept = self._text(_HEADERS)
        lines = _lines(kept) if kept.strip() else self._made_up()
        return "".join(f"{line}\r\n" for line in lines if not _OURS.match(line))

    def _made_up(self) -> list[str]:
        address = self._text(_FROM_SMTP) or self._text(_FROM)
        lines = [f"Subject: {_encoded(self._text(_SUBJECT))}", f"To: {_encoded(self._text(_TO))}"]
        if "@" in address:
            lines.append(f"From: {formataddr((_one_line(self._text(_FROM_NAME)), _one_line(address)), 'utf-8')}")
        if self._text(_MESSAGE_ID):
            lines.append(f"Message-ID: {_one_line(self._text(_MESSAGE_ID))}")
        return lines

    def _bodies(self) -> Iterator[tuple[str, bytes]]:
        text, html = self._text(_BODY), self._data(_HTML)
        if not text and not html and not self._text(_HTML):
            text = plain(unpacked(self._data(_RTF)))
        if text or not html:
            yield "text/plain; charset=utf-8", text.encode("utf-8", "replace")
        if html:
            page = self._number(_CODE_PAGE)
            charset = "utf-8" if page in (0, 65001) else "gb18030" if page in (936, 54936) else f"windows-{page}"
            yield f"text/html; charset={charset}", html
        elif self._text(_HTML):
            yield "text/html; charset=utf-8", self._text(_HTML).encode("utf-8", "replace")

    def _attachments(self) -> list[tuple[str, ...]]:
        depth = len(self._place)
        found = {
            tuple(entry[: depth + 1])
            for entry in self._ole.listdir(streams=True, storages=True)
            if tuple(entry[:depth]) == self._place
            and len(entry) > depth
            and entry[depth].startswith("__attach_version")
        }
        if len(found) > MAX_ATTACHMENTS:
            raise NoMsgError("too-many")
        return sorted(found)

    def _attached(self, place: tuple[str, ...], target: BinaryIO, depth: int) -> None:
        inner = _Message(self._ole, (*place, f"__substg1.0_{_DATA:04X}000D"), self._boundary, self._room)
        if self._ole.exists("/".join(inner._place)):
            if depth >= MAX_DEPTH:
                raise NoMsgError("too-deep")
            target.write(b"Content-Type: message/rfc822\r\n\r\n")
            inner.write(target, depth + 1)
            target.write(b"\r\n")
            return
        one = _Message(self._ole, place, self._boundary, self._room)
        name = _one_line(one._text(_NAME) or one._text(_SHORT_NAME)) or "attachment"
        said = _one_line(one._text(_TYPE))
        kind = said if _TYPE_OF.fullmatch(said) and not said.startswith("multipart/") else "application/octet-stream"
        target.write(f"Content-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n".encode())
        target.write(f"Content-Disposition: attachment; filename*={encode_rfc2231(name, 'utf-8')}\r\n".encode())
        content_id = re.sub(r"[^\x21-\x7e]|[<>]", "", one._text(_CONTENT_ID))
        target.write(f"Content-ID: <{content_id}>\r\n\r\n".encode() if content_id else b"\r\n")
        _pour(one._data(_DATA), target)

    def _text(self, tag: int) -> str:
        wide = self._stream(tag, "001F")
        return wide.decode("utf-16-le", "replace") if wide else decode_bytes(self._stream(tag, "001E"))

    def _data(self, tag: int) -> bytes:
        return self._stream(tag, "0102")

    def _stream(self, tag: int, kind: str) -> bytes:
        return self._whole("/".join((*self._place, f"__substg1.0_{tag:04X}{kind}")))

    def _whole(self, name: str) -> bytes:
        """A stream of that name, b"" without one."""
        if not self._ole.exists(name):
            return b""
        self._room.take(self._ole.get_size(name))
        found: bytes = self._ole.openstream(name).read()
        return found

    def _number(self, tag: int) -> int:
        """A number among the properties of fixed length, 0 if it is not there."""
        found = self._whole("/".join((*self._place, "__properties_version1.0")))[: 2**16]
        start = 24 if self._place else 32
        for at in range(start, len(found) - 15, 16):
            if struct.unpack_from("<HH", found, at) == (0x0003, tag):
                return int(struct.unpack_from("<I", found, at + 8)[0])
        return 0


def _lines(headers: str) -> list[str]:
    """Headers with their folded lines in one piece each; what follows an empty line is no header."""
    text = headers.replace("\r\n", "\n").replace("\r", "\n").lstrip("\n").partition("\n\n")[0]
    lines = re.split(r"\n(?![ \t])", text)
    return [re.sub(r"\n[ \t]+", "\r\n ", line) for line in lines if ":" in line]


def _encoded(text: str) -> str:
    plain = _one_line(text)
    return plain if plain.isascii() else Header(plain, "utf-8").encode(linesep="\r\n")


def _one_line(text: str) -> str:
    return " ".join(re.sub(r"[\x00-\x1f\x7f]", " ", text).split())


def _pour(data: bytes, target: BinaryIO) -> None:
    """Data as base64 in lines."""
    for start in range(0, len(data), _PIECE):
        target.write(base64.encodebytes(data[start : start + _PIECE]).replace(b"\n", b"\r\n"))
    target.write(b"\r\n")
