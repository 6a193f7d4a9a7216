"""Headers as Chinese mail clients write them: encoded words, raw bytes, file names in four ways."""

from __future__ import annotations

import base64
import binascii
from typing import Literal

HeaderStyle = Literal["encoded", "raw"]
Naming = Literal["encoded", "raw", "rfc2231", "type-only", "none"]

_WORD = 75
"""Characters of an encoded word at the most (RFC 2047, section 2)."""


def encoded(text: str, label: str, codec: str, *, cut_inside: bool = False) -> bytes:
    """Text as encoded words in base64, folded between them; plain ASCII as it is.

    label: what the header says the charset is; codec: what it really is. cut_inside: words end after a fixed number
    of bytes, inside a character if need be, as some clients do. UnicodeEncodeError if the codec lacks a character.
    """
    if text.isascii():
        return text.encode()
    room = (_WORD - len(f"=?{label}?B??=")) // 4 * 3
    pieces = _blind_pieces(text.encode(codec), room - 1) if cut_inside else _pieces(text, codec, room)
    return b"\r\n ".join(b"=?%s?B?%s?=" % (label.encode(), base64.b64encode(piece)) for piece in pieces)


def _pieces(text: str, codec: str, room: int) -> list[bytes]:
    """Bytes of whole characters, at most `room` each."""
    pieces, piece = [], b""
    for character in text:
        more = character.encode(codec)
        if len(piece) + len(more) > room:
            pieces.append(piece)
            piece = b""
        piece += more
    return [*pieces, piece]


def _blind_pieces(data: bytes, room: int) -> list[bytes]:
    """Bytes in pieces of one odd length, so that characters of two bytes are cut."""
    step = room - 1 + room % 2
    return [data[at : at + step] for at in range(0, len(data), step)]


def header_text(text: str, label: str, codec: str, style: HeaderStyle, *, cut_inside: bool = False) -> bytes:
    """The value of a Subject, or a display name: encoded words, or the bare bytes of the charset."""
    return text.encode(codec) if style == "raw" else encoded(text, label, codec, cut_inside=cut_inside)


def file_name(name: str, label: str, codec: str, naming: Naming) -> tuple[bytes, bytes]:
    """What follows Content-Type and Content-Disposition to name a file.

    naming: "encoded": encoded words in quotes, as nearly all do against the standard; "raw": bytes of the charset in
    quotes; "rfc2231": by the standard, in continuations; "type-only": only in Content-Type; "none": nowhere.
    """
    if naming == "none":
        return b"", b""
    if naming == "rfc2231":
        return b"", _continued(name, label, codec)
    value = name.encode(codec) if naming == "raw" else encoded(name, label, codec).replace(b"\r\n ", b"\r\n\t")
    typed = b';\r\n\tname="' + value + b'"'
    return typed, b"" if naming == "type-only" else b';\r\n\tfilename="' + value + b'"'


def uuencoded(name: str, data: bytes) -> str:
    """A file as mailers wrote it into the text before MIME: 45 bytes a line."""
    lines = (binascii.b2a_uu(data[at : at + 45], backtick=True).decode() for at in range(0, len(data), 45))
    return f"begin 644 {name}\n{''.join(lines)}`\nend"


def _continued(name: str, label: str, codec: str) -> bytes:
    """filename*0*=…; filename*1*=…: percent-encoded, cut every twenty bytes whatever lies there (RFC 2231)."""
    data = name.encode(codec)
    pieces = [data[at : at + 20] for at in range(0, len(data), 20)] or [b""]
    lines = []
    for number, piece in enumerate(pieces):
        percent = b"".join(b"%%%02X" % byte for byte in piece)
        lines.append(b";\r\n\tfilename*%d*=%s%s" % (number, label.encode() + b"''" if number == 0 else b"", percent))
    return b"".join(lines)
