"""winmail.dat, Outlook's envelope (TNEF): where its files lie, and what it says. The files are never in memory.

Read by its specification (MS-OXTNEF) rather than with tnefparse, which loads all of it several times over, follows any
count a sender writes, and cuts zeros off the end of objects.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import BinaryIO

from parsers.charsets import decode_bytes

MAGIC = b"\x78\x9f\x3e\x22"

_MAX_ATTRIBUTES = 20_000
_MAX_PROPERTIES = 20_000  # in the whole file
_MAX_DEPTH = 5
_MAX_TEXT = 2_000_000  # bytes of one body
_MAX_NAME = 2_000
_PIECE = 2**20

_MESSAGE, _ATTACHMENT = 1, 2
_SUBJECT, _BODY, _TITLE, _DATA = 0x8004, 0x800C, 0x8010, 0x800F
_BEGINS, _MESSAGE_PROPERTIES, _PROPERTIES, _CODE_PAGE = 0x9002, 0x9003, 0x9005, 0x9007

_P_SUBJECT, _P_BODY, _P_RTF, _P_HTML, _P_PAGE = 0x0037, 0x1000, 0x1009, 0x1013, 0x3FDE
_P_LONG_NAME, _P_NAME, _P_SHOWN, _P_OBJECT, _P_TYPE, _P_CID = 0x3707, 0x3704, 0x3001, 0x3701, 0x370E, 0x3712

_FIXED = {0x02: 2, 0x0B: 2, 0x03: 4, 0x04: 4, 0x0A: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x14: 8, 0x40: 8, 0x48: 16}
_STRING, _UNICODE, _OBJECT, _BINARY = 0x1E, 0x1F, 0x0D, 0x0102
_MANY, _NAMED = 0x1000, 0x8000
_INTERFACE = bytes.fromhex("c000000000000046")  # the second half of the id before an object's bytes
_A_MESSAGE = bytes.fromhex("0703020000000000") + _INTERFACE
_PAGES = {65001: "utf-8", 54936: "gb18030", 20936: "gb2312", 28591: "iso-8859-1", 20127: "us-ascii", 0: ""}


class BadTnefError(ValueError):
    """The file is no TNEF, or too damaged to find anything in it."""


@dataclass(frozen=True)
class Inner:
    """A file in the envelope: `size` bytes from `start` of the file that was read; whole: it is not cut off."""

    name: str
    raw_name: bytes
    content_type: str
    content_id: str
    start: int
    size: int
    whole: bool = True

    def pieces(self, file: BinaryIO) -> Iterator[bytes]:
        """Its bytes."""
        at, left = self.start, self.size
        while left > 0:
            file.seek(at)
            piece = file.read(min(_PIECE, left))
            if not piece:
                return
            at, left = at + len(piece), left - len(piece)
            yield piece


@dataclass
class Envelope:
    """What one TNEF says and holds. html, text: bodies, "" for none; rtf: compressed, b"" for none.

    whole: it was read to its end. mails: messages attached to it.
    """

    subject: str = ""
    text: str = ""
    html: str = ""
    rtf: bytes = b""
    files: list[Inner] = field(default_factory=list)
    mails: list[Envelope] = field(default_factory=list)
    whole: bool = True


@dataclass(frozen=True)
class _Value:
    """Where the first value of a property lies. kind: its type."""

    kind: int
    start: int
    size: int


@dataclass
class _Attached:
    """An attachment in the making."""

    title: bytes = b""
    data: tuple[int, int] = (0, 0)
    properties: dict[int, _Value] = field(default_factory=dict)


def read_tnef(file: BinaryIO) -> Envelope:
    """What a TNEF file holds. BadTnefError if it is none, or nothing in it can be read."""
    found = _Reading(file).envelope(0, file.seek(0, 2), 0)
    if not found.whole and not (found.files or found.mails or found.text or found.html or found.rtf):
        raise BadTnefError("nothing in it can be read")
    return found


class _Reading:
    """The reading of one file: bounds hold over all of it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._attributes = _MAX_ATTRIBUTES
        self._properties = _MAX_PROPERTIES

    def envelope(self, start: int, end: int, depth: int) -> Envelope:
        """The TNEF from `start` to `end` of the file."""
        if self._bytes(start, 4) != MAGIC or end - start < 6:
            raise BadTnefError("no TNEF")
        found, page = Envelope(), 0
        attached: list[_Attached] = []
        said: dict[int, bytes] = {}
        for level, key, at, size in self._walk(found, start + 6, end):
            if level == _ATTACHMENT:
                if key == _BEGINS or not attached:
                    attached.append(_Attached())
                self._note(attached[-1], key, at, size)
            elif key == _CODE_PAGE:
                page = self._number(at, min(size, 4))
            elif key in (_SUBJECT, _BODY):
                said[key] = self._bytes(at, min(size, _MAX_TEXT))
            elif key == _MESSAGE_PROPERTIES:
                self._message(found, self._properties_at(at, at + size), page)
        label = _label(page)
        found.subject = found.subject or decode_bytes(said.get(_SUBJECT, b"").rstrip(b"\0"), label)
        found.text = found.text or decode_bytes(said.get(_BODY, b"").rstrip(b"\0"), label)
        for one in attached:
            cut = not found.whole and one is attached[-1]
            if not cut or one.data[1]:
                self._settle(found, one, label, depth)
            if cut and one.data[1] and found.files:
                found.files[-1] = replace(found.files[-1], whole=False)
        return found

    def _walk(self, found: Envelope, start: int, end: int) -> Iterator[tuple[int, int, int, int]]:
        """Level, key, place and size of each attribute; `found.whole` is false if the last is cut off."""
        at = start
        while at + 11 <= end:
            level, key, _, size = struct.unpack("<BHHI", self._bytes(at, 9))
            if level not in (_MESSAGE, _ATTACHMENT):
                found.whole = at > start  # behind what can be read there may be rubbish
                return
            self._attributes -= 1
            if at + 9 + size > end or self._attributes < 0:
                found.whole = False
                if key == _DATA and self._attributes >= 0:
                    yield level, key, at + 9, end - at - 9
                return
            yield level, key, at + 9, size
            at += 11 + size
        rest = self._bytes(at, 1) if at < end else b"\0"
        found.whole = at > start and rest[0] not in (_MESSAGE, _ATTACHMENT)

    def _note(self, attached: _Attached, key: int, at: int, size: int) -> None:
        if key == _TITLE:
            attached.title = self._bytes(at, min(size, _MAX_NAME)).split(b"\0")[0]
        elif key == _DATA:
            attached.data = at, size
        elif key == _PROPERTIES:
            attached.properties |= self._properties_at(at, at + size)

    def _message(self, found: Envelope, properties: dict[int, _Value], page: int) -> None:
        """Subject and bodies among the properties of the message."""
        internet = properties.get(_P_PAGE)
        label = _label(self._number(internet.start, 4) if internet is not None else page)
        found.subject = found.subject or self._text(properties.get(_P_SUBJECT), label)
        found.text = self._text(properties.get(_P_BODY), label) or found.text
        found.html = self._text(properties.get(_P_HTML), label) or found.html
        if (rtf := properties.get(_P_RTF)) is not None:
            found.rtf = self._bytes(rtf.start, min(rtf.size, _MAX_TEXT))

    def _settle(self, found: Envelope, attached: _Attached, label: str, depth: int) -> None:
        """An attachment as the file or the mail it is."""
        held = attached.properties.get(_P_OBJECT)
        start, size = attached.data
        if held is not None and held.kind == _OBJECT and held.size >= 16:
            mark = self._bytes(held.start, 16)
            if mark == _A_MESSAGE and depth < _MAX_DEPTH:
                found.mails.append(self.envelope(held.start + 16, held.start + held.size, depth + 1))
                found.whole = found.whole and found.mails[-1].whole
                return
            skip = 16 if mark.endswith(_INTERFACE) else 0
            start, size = held.start + skip, held.size - skip
        elif held is not None and not size:
            start, size = held.start, held.size
        name, raw = self._name(attached, label)
        kind = self._text(attached.properties.get(_P_TYPE), label)
        cid = self._text(attached.properties.get(_P_CID), label)
        found.files.append(Inner(name, raw, kind, cid, start, size))

    def _name(self, attached: _Attached, label: str) -> tuple[str, bytes]:
        """The long name; the title beside it is cut to 8.3 characters by old versions. Text and raw bytes."""
        title = decode_bytes(attached.title, label)
        keys = (_P_LONG_NAME, _P_SHOWN, _P_NAME) if "~" in title or not title else (_P_LONG_NAME,)
        for key in keys:
            value = attached.properties.get(key)
            if value is not None and (name := self._text(value, label)):
                return name, self._bytes(value.start, min(value.size, _MAX_NAME)).rstrip(b"\0")
        return title, attached.title

    def _text(self, value: _Value | None, label: str) -> str:
        if value is None or value.kind not in (_STRING, _UNICODE, _BINARY):
            return ""
        data = self._bytes(value.start, min(value.size, _MAX_TEXT))
        if value.kind == _UNICODE:
            return data[: len(data) & ~1].decode("utf-16-le", "replace").rstrip("\0")
        return decode_bytes(data.rstrip(b"\0"), label)

    def _properties_at(self, at: int, end: int) -> dict[int, _Value]:
        """The properties from `at` to `end`, each with its first value; those before the first that makes no sense."""
        found: dict[int, _Value] = {}
        try:
            count, at = self._number(at, 4), at + 4
            while count > 0 and at + 4 <= end and self._properties > 0:
                count -= 1
                self._properties -= 1
                kind, key = struct.unpack("<HH", self._bytes(at, 4))
                at = self._behind_name(at + 4) if key >= _NAMED else at + 4
                value, at = self._value(kind, at, end)
                if value is not None:
                    found.setdefault(key, value)
        except (struct.error, BadTnefError):
            return found  # a list that is cut off or lies about a length: what came before it stands
        return found

    def _behind_name(self, at: int) -> int:
        """Where a named property's value begins: after its set, and its number or name."""
        kind = self._number(at + 16, 4)
        return at + 24 + (_padded(self._number(at + 20, 4)) if kind else 0)

    def _value(self, kind: int, at: int, end: int) -> tuple[_Value | None, int]:
        """The first value of a property, and where the next property begins."""
        many, kind = bool(kind & _MANY), kind & ~_MANY
        size = _FIXED.get(kind)
        count = self._number(at, 4) if many or size is None else 1
        at = at + 4 if many or size is None else at
        if size is not None:
            after = at + _padded(size * count)
            if after > end or not count:
                raise BadTnefError("a property reaches beyond its list")
            return _Value(kind, at, size), after
        if kind not in (_STRING, _UNICODE, _OBJECT, _BINARY):
            raise BadTnefError(f"unknown type {kind:#x}")
        first = None
        for _ in range(count):
            size, at = self._number(at, 4), at + 4
            self._properties -= 1
            if at + size > end or self._properties < 0:
                raise BadTnefError("a property reaches beyond its list")
            first = first or _Value(kind, at, size)
            at += _padded(size)
        return first, at

    def _number(self, at: int, size: int) -> int:
        data = self._bytes(at, size)
        if len(data) != size:
            raise BadTnefError("cut off")
        return int.from_bytes(data, "little")

    def _bytes(self, at: int, size: int) -> bytes:
        self._file.seek(at)
        return self._file.read(size)


def _padded(size: int) -> int:
    return -(-size // 4) * 4


def _label(page: int) -> str:
    return _PAGES.get(page, f"cp{page}")
