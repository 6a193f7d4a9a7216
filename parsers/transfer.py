"""Transfer decoding in pieces: what comes in need not end at a line or a group, what goes out is final."""

from __future__ import annotations

import binascii
import re
from typing import Protocol

import pybase64

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_NOT_BASE64 = bytes(set(range(256)) - set(_ALPHABET))
_UUENCODED = ("x-uuencode", "x-uue", "uuencode", "uue")
_WHITE = b"\r\n\t \x00\x0b\x0c"
_PADDED = re.compile(rb"[^=]+=*|=+")
_MAX_LINE = 65_536  # bytes of a quoted-printable line held back at most
_MAX_ENDINGS = 1_000  # padded pieces in one part before the rest is given up


class Decoder(Protocol):
    """Decodes one body. `odd`: keys of what was wrong with it, empty if nothing was."""

    odd: set[str]

    def feed(self, data: bytes) -> bytes:
        """The decoded bytes that `data` completes."""
        ...

    def close(self) -> bytes:
        """What is left at the end."""
        ...


class Plain:
    """7bit, 8bit, binary: the bytes as they are."""

    def __init__(self) -> None:
        self.odd: set[str] = set()

    def feed(self, data: bytes) -> bytes:
        """The same bytes."""
        return data

    def close(self) -> bytes:
        """Nothing is ever left."""
        return b""


class Base64:
    """Base64, with junk skipped, padding in the middle survived, and a text footer after the end left out.

    ended: padding has been seen, so the data is complete even if what should follow is missing.
    """

    def __init__(self) -> None:
        self.odd: set[str] = set()
        self.ended = False
        self._tail = b""
        self._endings = 0
        self._over = False

    def feed(self, data: bytes) -> bytes:
        """Decoded bytes of all whole groups of four so far."""
        data = data.replace(b"\r", b"").replace(b"\n", b"")
        if not data or self._over:
            return b""
        if self.ended:
            return self._mend(data)
        data = self._tail + data
        whole = len(data) & ~3
        try:
            out = pybase64.b64decode(data[:whole], validate=True)
        except (binascii.Error, ValueError):
            self._tail = b""
            return self._mend(data)
        self._tail = data[whole:]
        self.ended = data.endswith(b"=", 0, whole)
        return out

    def close(self) -> bytes:
        """Bytes of a last group that lacks its padding."""
        rest, self._tail = self._tail, b""
        if rest:
            self.odd.add("bad-base64")
        return _loose(rest)

    def _mend(self, data: bytes) -> bytes:
        """Decode data with junk or inner padding in it. After padding, only more clean base64 is believed."""
        out = []
        for match in _PADDED.finditer(data):
            clean = match[0].translate(None, _NOT_BASE64)
            if len(clean) != len(match[0].translate(None, _WHITE)):
                self.odd.add("bad-base64")
                self._over = self._over or self.ended
            if self._over:
                break
            body = clean.rstrip(b"=")
            out.append(self._piece(body, closed=len(body) < len(clean)))
        return b"".join(out)

    def _piece(self, body: bytes, *, closed: bool) -> bytes:
        if self.ended and body:
            self.odd.add("bad-base64")
        body = self._tail + body
        whole = len(body) if closed else len(body) & ~3
        self._tail = body[whole:]
        self.ended = closed or (self.ended and not body)
        self._endings += closed
        self._over = self._endings >= _MAX_ENDINGS
        return _loose(body[:whole])


def _loose(data: bytes) -> bytes:
    """Base64 without its padding; a single last character, which holds no whole byte, is dropped."""
    data = data.translate(None, _NOT_BASE64 + b"=")
    if len(data) % 4 == 1:
        data = data[:-1]
    return pybase64.b64decode(data + b"=" * (-len(data) % 4))


class QuotedPrintable:
    """Quoted-printable, decoded by whole lines."""

    def __init__(self) -> None:
        self.odd: set[str] = set()
        self._tail: list[bytes] = []
        self._held = 0

    def feed(self, data: bytes) -> bytes:
        """Decoded bytes of all whole lines so far."""
        cut = data.rfind(b"\n") + 1
        if not cut and self._held + len(data) <= _MAX_LINE:
            self._tail.append(data)
            self._held += len(data)
            return b""
        held = b"".join((*self._tail, data[:cut] if cut else data))
        rest = data[cut:] if cut else b""
        if not cut and b"=" in held[-2:]:
            held, rest = held[: held.rfind(b"=")], held[held.rfind(b"=") :]
        self._tail, self._held = [rest], len(rest)
        return binascii.a2b_qp(held)

    def close(self) -> bytes:
        """The last line."""
        held = b"".join(self._tail)
        self._tail, self._held = [], 0
        return binascii.a2b_qp(held)


def decoder(encoding: str) -> Decoder:
    """The decoder for a Content-Transfer-Encoding as written; what is unknown is taken as it is."""
    key = re.sub(r"[^a-z0-9-]", "", encoding.lower().split(";")[0])
    if key == "base64":
        return Base64()
    if key in ("quoted-printable", "quotedprintable"):
        return QuotedPrintable()
    if key in _UUENCODED:
        from parsers.uuencode import Uuencoded

        return Uuencoded()
    plain = Plain()
    if key not in ("", "7bit", "8bit", "binary", "7-bit", "8-bit", "7bits", "8bits"):
        plain.odd.add("unknown-encoding")
    return plain
