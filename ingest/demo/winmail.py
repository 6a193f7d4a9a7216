"""winmail.dat as Outlook writes it (TNEF): attributes and MAPI properties, by hand."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

_MESSAGE, _ATTACHMENT = 1, 2
_STRING, _UNICODE, _BINARY, _OBJECT = 0x1E, 0x1F, 0x0102, 0x0D
_OF_MESSAGE = bytes.fromhex("0703020000000000c000000000000046")
_OF_STORAGE = bytes.fromhex("0b00000000000000c000000000000046")


@dataclass(frozen=True)
class Held:
    """A file in the envelope. title: its name of 8.3 characters, as bytes; name: the long one, "" for none.

    wide: the long name in Unicode, else in the code page. as_object: kept as an OLE object's bytes, not as a file's.
    """

    title: bytes
    data: bytes
    name: str = ""
    content_type: str = ""
    content_id: str = ""
    wide: bool = True
    as_object: bool = False


def make_winmail(
    files: Sequence[Held] = (),
    *,
    subject: str = "",
    text: str = "",
    html: str = "",
    rtf: bytes = b"",
    page: int = 936,
    mails: Sequence[bytes] = (),
) -> bytes:
    """An envelope. page: the code page of its 8-bit text; rtf: compressed already; mails: other envelopes as messages
    attached.
    """
    codec = "utf-8" if page == 65001 else f"cp{page}"
    out = [struct.pack("<IH", 0x223E9F78, 1), _attribute(_MESSAGE, 0x9007, struct.pack("<II", page, 0))]
    said = [(0x0037, _UNICODE, subject.encode("utf-16-le") + b"\0\0" if subject else b"")]
    said += [(0x1000, _STRING, text.encode(codec)), (0x1013, _BINARY, html.encode(codec)), (0x1009, _BINARY, rtf)]
    number = struct.pack("<HHI", 0x03, 0x3FDE, page)
    out.append(_attribute(_MESSAGE, 0x9003, _properties(said, number)))
    for held in files:
        out += _attached(held, codec)
    for mail in mails:
        out += [_attribute(_ATTACHMENT, 0x9002, bytes(14))]
        out.append(_attribute(_ATTACHMENT, 0x9005, _properties([(0x3701, _OBJECT, _OF_MESSAGE + mail)])))
    return b"".join(out)


def _attached(held: Held, codec: str) -> list[bytes]:
    long = held.name.encode("utf-16-le") + b"\0\0" if held.wide else held.name.encode(codec) + b"\0"
    said = [(0x3707, _UNICODE if held.wide else _STRING, long if held.name else b"")]
    said += [(0x370E, _STRING, held.content_type.encode()), (0x3712, _STRING, held.content_id.encode())]
    if held.as_object:
        said.append((0x3701, _OBJECT, _OF_STORAGE + held.data))
    out = [_attribute(_ATTACHMENT, 0x9002, bytes(14)), _attribute(_ATTACHMENT, 0x8010, held.title + b"\0")]
    if not held.as_object:
        out.append(_attribute(_ATTACHMENT, 0x800F, held.data))
    return [*out, _attribute(_ATTACHMENT, 0x9005, _properties(said))]


def _attribute(level: int, key: int, data: bytes) -> bytes:
    return struct.pack("<BHHI", level, key, 6, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def _properties(said: Sequence[tuple[int, int, bytes]], before: bytes = b"") -> bytes:
    """Those that say something, each with one value, after those of fixed length."""
    found = [one for one in said if one[2]]
    packed = b"".join(
        struct.pack("<HHII", kind, key, 1, len(data)) + data + bytes(-len(data) % 4) for key, kind, data in found
    )
    return struct.pack("<I", len(found) + bool(before)) + before + packed
