"""Zip's two kinds of locks: the old one of PKWARE, and AES as WinZip made it."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from parsers.archives.streams import Slice
from parsers.archives.zip_directory import DESCRIBED_AFTER, Entry
from parsers.unpack import Readable, Spoiled

_HEADER = 12  # bytes before what PKWARE's lock holds
_CODE, _CHECK, _ROUNDS = 10, 2, 1_000  # WinZip's: bytes of the code behind, of the password's check before
_PIECE = 2**18


def keys(password: str) -> list[bytes]:
    """The bytes a password may have been: as today's programs write it, and as Chinese Windows did."""
    return list(dict.fromkeys([password.encode("utf-8", "replace"), password.encode("gb18030", "replace")]))


def unlocked(body: Slice, entry: Entry, key: bytes) -> Readable | None:
    """What the lock holds, None if the key is seen to be wrong. A wrong one passes 1 in 256 times, with AES 1 in 65536.

    Spoiled for a lock nobody here knows.
    """
    if entry.strength:
        return _by_aes(body, entry, key)
    if entry.flags & 0x40:
        raise Spoiled("unsupported", "PKWARE's strong encryption")
    return _by_pkware(body, entry, key)


class _Pkware:
    """The cipher of old: three words, a byte at a time."""

    def __init__(self, source: Readable, key: bytes) -> None:
        self._source = source
        self._words = [0x12345678, 0x23456789, 0x34567890]
        for byte in key:
            self._mix(byte)

    def _mix(self, byte: int) -> None:
        a, b, c = self._words
        a = (a >> 8) ^ _TABLE[(a ^ byte) & 0xFF]
        b = ((b + (a & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        self._words = [a, b, (c >> 8) ^ _TABLE[(c ^ (b >> 24)) & 0xFF]]

    def read(self, size: int, /) -> bytes:
        data = bytearray(self._source.read(min(size, _PIECE)))
        a, b, c = self._words
        table = _TABLE
        for at, byte in enumerate(data):
            two = c | 2
            byte ^= ((two * (two ^ 1)) >> 8) & 0xFF
            data[at] = byte
            a = (a >> 8) ^ table[(a ^ byte) & 0xFF]
            b = ((b + (a & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
            c = (c >> 8) ^ table[(c ^ (b >> 24)) & 0xFF]
        self._words = [a, b, c]
        return bytes(data)


def _row(value: int) -> int:
    for _ in range(8):
        value = (value >> 1) ^ (0xEDB88320 if value & 1 else 0)
    return value


_TABLE = tuple(_row(value) for value in range(256))


def _by_pkware(body: Slice, entry: Entry, key: bytes) -> Readable | None:
    cipher = _Pkware(body, key)
    header = cipher.read(_HEADER)
    wanted = {entry.time >> 8} if entry.flags & DESCRIBED_AFTER else set()
    if entry.crc is not None:
        wanted.add(entry.crc >> 24)
    return cipher if len(header) == _HEADER and header[-1] in wanted else None


class _Aes:
    """AES in counter mode, with a code over all of it behind. Spoiled("bad-checksum") at the end if that is wrong."""

    def __init__(self, source: Slice, secret: bytes, code_key: bytes) -> None:
        from Cryptodome.Cipher import AES
        from Cryptodome.Util import Counter

        self._source, self._left = source, source.left - _CODE
        counter = Counter.new(128, initial_value=1, little_endian=True)
        self._cipher: Any = AES.new(secret, AES.MODE_CTR, counter=counter)
        self._code = hmac.new(code_key, digestmod=hashlib.sha1)

    def read(self, size: int, /) -> bytes:
        if self._left <= 0:
            return b""
        data = self._source.read(min(size, self._left, _PIECE))
        self._left -= len(data)
        self._code.update(data)
        if not self._left and not hmac.compare_digest(self._rest(), self._code.digest()[:_CODE]):
            raise Spoiled("bad-checksum")
        return bytes(self._cipher.decrypt(data))

    def _rest(self) -> bytes:
        return b"".join(iter(lambda: self._source.read(_CODE), b""))


def _by_aes(body: Slice, entry: Entry, key: bytes) -> Readable | None:
    if entry.strength > 3:
        raise Spoiled("unsupported", f"AES of strength {entry.strength}")
    length = 8 + 8 * entry.strength
    salt, check = _exactly(body, length // 2), _exactly(body, _CHECK)
    if body.left < _CODE:
        raise EOFError("no code behind")
    derived = hashlib.pbkdf2_hmac("sha1", key, salt, _ROUNDS, 2 * length + _CHECK)
    if derived[2 * length :] != check:
        return None
    try:
        return _Aes(body, derived[:length], derived[length : 2 * length])
    except ImportError as error:
        raise Spoiled("unsupported", str(error)) from error


def _exactly(body: Slice, size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = body.read(size - len(data))
        if not piece:
            raise EOFError("no room for salt and check")
        data += piece
    return data
