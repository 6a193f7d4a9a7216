"""Bodies that Outlook keeps as compressed RTF (MS-OXRTFCP): unpacked, and as plain text."""

from __future__ import annotations

import re
import struct

from parsers.charsets import decode_bytes

_MAX_TEXT = 1_000_000  # bytes unpacked at most
_PRIMER = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans Serif"
    rb"SymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0" + b"\r\n" + rb"\par "
    rb"\pard\plain\f0\fs20\b\i\u\tab\tx"
)
_TOKEN = re.compile(rb"\\'([0-9A-Fa-f]{2})|\\([a-z]{1,32})(-?\d{1,10})? ?|\\([^a-z])|([{}])|([^\\{}]+)", re.DOTALL)
_UNSAID = frozenset(b"fonttbl colortbl stylesheet info pict object header footer themedata generator".split())
_BREAKS = {b"par": "\n", b"line": "\n", b"row": "\n", b"tab": "\t", b"cell": "\t", b"emdash": "—", b"endash": "–"}
_MAX_GROUPS = 1_000


def unpacked(data: bytes) -> bytes:
    """The RTF in a compressed body; as much of it as can be had."""
    if len(data) < 16:
        return b""
    size, _, kind, _ = struct.unpack_from("<IIII", data)
    if kind == 0x414C454D:
        return data[16 : 4 + size][:_MAX_TEXT]
    window = bytearray(_PRIMER.ljust(4096, b"\0"))
    place, at = len(_PRIMER), 16
    out = bytearray()
    while at < len(data) and len(out) < _MAX_TEXT:
        flags, at = data[at], at + 1
        for bit in range(8):
            if not flags >> bit & 1:
                run = data[at : at + 1]
                at += 1
            elif at + 2 <= len(data):
                offset, length = data[at] << 4 | data[at + 1] >> 4, (data[at + 1] & 15) + 2
                at += 2
                if offset == place:
                    return bytes(out)
                run = _copied(window, offset, length, place)
            else:
                return bytes(out)
            for one in run:
                window[place] = one
                place = (place + 1) & 4095
            out += run
    return bytes(out)


def _copied(window: bytearray, offset: int, length: int, place: int) -> bytes:
    """A run from the window, which may reach into what it is just writing."""
    before = (place - offset) & 4095 or 4096
    one = bytes(window[(offset + n) & 4095] for n in range(min(length, before)))
    return (one * (length // len(one) + 1))[:length]


def plain(rtf: bytes) -> str:
    """The text of RTF, line by line; of HTML wrapped in RTF what a reader would see."""
    return _Plain(rtf).text().replace("\0", "").strip()


class _Plain:
    """One pass over the tokens. A group's state: whether it is skipped, and how many letters stand for a \\u."""

    def __init__(self, rtf: bytes) -> None:
        page = re.search(rb"\\ansicpg(\d{1,5})", rtf[:2000])
        self._label = f"cp{page[1].decode()}" if page else "gb18030"
        self._rtf = rtf
        self._out: list[str] = []
        self._octets = bytearray()
        self._groups: list[tuple[bool, int]] = []
        self._skipped, self._after, self._left, self._hidden = False, 1, 0, False

    def text(self) -> str:
        """All of it."""
        for token in _TOKEN.finditer(self._rtf[:_MAX_TEXT]):
            octet, word, number, symbol, brace, letters = token.groups()
            if octet is not None:
                self._letters(bytes.fromhex(octet.decode()))
            elif word is not None:
                self._word(word, int(number) if number else None)
            elif symbol is not None:
                self._symbol(symbol)
            elif brace is not None:
                self._brace(brace)
            else:
                self._letters(letters.translate(None, b"\r\n"))
        self._flush()
        return "".join(self._out)

    def _letters(self, octets: bytes) -> None:
        drop = min(self._left, len(octets))
        self._left -= drop
        if not self._skipped and not self._hidden:
            self._octets += octets[drop:]

    def _say(self, text: str) -> None:
        if not self._skipped and not self._hidden:
            self._flush()
            self._out.append(text)

    def _flush(self) -> None:
        if self._octets:
            self._out.append(decode_bytes(bytes(self._octets), self._label))
            self._octets.clear()

    def _word(self, word: bytes, number: int | None) -> None:
        if word == b"u" and number is not None:
            code = number & 0xFFFF
            self._say(chr(code) if not 0xD800 <= code < 0xE000 else "")
            self._left = self._after
        elif word == b"uc":
            self._after = min(max(number or 0, 0), 8)
        elif word == b"htmlrtf":
            self._hidden = number != 0
        elif word in _UNSAID:
            self._skipped = True
        elif word in _BREAKS:
            self._say(_BREAKS[word])

    def _symbol(self, symbol: bytes) -> None:
        if symbol == b"*":
            self._skipped = True
        elif symbol in b"{}\\":
            self._letters(symbol)
        elif symbol == b"~":
            self._say(" ")
        elif symbol in b"\r\n":
            self._say("\n")

    def _brace(self, brace: bytes) -> None:
        if brace == b"{" and len(self._groups) < _MAX_GROUPS:
            self._groups.append((self._skipped, self._after))
        elif brace == b"}" and self._groups:
            self._flush()
            self._skipped, self._after = self._groups.pop()
