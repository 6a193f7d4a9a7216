"""RAR archives put together by hand, members stored as they are: no free program packs them.

After RARLAB's technote for RAR 5 and the older one for RAR 4; in volumes, or with a password.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import xor
from pathlib import Path
from typing import Literal

_WHEN = 0x59486900  # 2024-10-08 13:08 as MS-DOS counts
_ROUNDS = 15  # powers of two a password is mixed
_RAR4, _RAR5 = b"Rar!\x1a\x07\x00", b"Rar!\x1a\x07\x01\x00"


@dataclass(frozen=True)
class _Piece:
    """What of one member lies in one volume."""

    name: str
    whole: bytes
    data: bytes
    before: bool
    after: bool


def make_rar(
    path: Path,
    members: Sequence[tuple[str, bytes]],
    *,
    version: Literal[4, 5] = 5,
    volume_bytes: int = 0,
    password: str = "",
    lock_names: bool = False,
) -> list[Path]:
    """Write an archive and return its files. The same members give the same bytes.

    path: of the archive; volumes are named after it (a.part1.rar …). members: name ("/" between folders; ending in
    "/" for a folder) and bytes. volume_bytes: of members' data in each volume, 0 for one file. password: locks the
    members, and with `lock_names` their names too. ValueError for locked volumes.
    """
    if password and volume_bytes:
        raise ValueError("volumes cannot be locked here")
    path.parent.mkdir(parents=True, exist_ok=True)
    volumes = list(_cut(members, volume_bytes))
    many = volume_bytes > 0
    written = []
    for number, pieces in enumerate(volumes):
        last = number == len(volumes) - 1
        if version == 4:
            raw = _volume4(pieces, number, many, last, _Lock4(password) if password else None, lock_names)
        else:
            raw = _volume5(pieces, number, many, last, _Lock5(password) if password else None, lock_names)
        written.append(path.with_name(f"{path.stem}.part{number + 1}.rar") if many else path)
        written[-1].write_bytes(raw)
    return written


def _cut(members: Sequence[tuple[str, bytes]], size: int) -> Iterator[list[_Piece]]:
    """The members' bytes dealt out to volumes of `size`."""
    pieces: list[_Piece] = []
    room = size
    for name, whole in members:
        at = 0
        if whole and size and not room:
            yield pieces
            pieces, room = [], size
        while size and len(whole) - at > room:
            pieces.append(_Piece(name, whole, whole[at : at + room], before=at > 0, after=True))
            yield pieces
            pieces, at, room = [], at + room, size
        pieces.append(_Piece(name, whole, whole[at:], before=at > 0, after=False))
        room -= len(whole) - at
    yield pieces


def _volume4(
    pieces: Sequence[_Piece], number: int, many: bool, last: bool, lock: _Lock4 | None, lock_names: bool
) -> bytes:
    names = lock if lock_names else None
    flags = (0x0011 | (0x0100 if number == 0 else 0)) if many else 0
    out = _RAR4 + _block4(0x73, flags | (0x80 if names else 0), bytes(6))
    for piece in pieces:
        out += _file4(piece, lock, names)
    return out + _block4(0x7B, 0x4000 | (0 if last else 1), b"", names)


def _file4(piece: _Piece, lock: _Lock4 | None, names: _Lock4 | None) -> bytes:
    folder = piece.name.endswith("/")
    name = piece.name.rstrip("/").replace("/", "\\").encode("gbk")
    flags = 0x8000 | (0xE0 if folder else 0) | piece.before | piece.after << 1
    crc = zlib.crc32(piece.data if piece.after else piece.whole)
    data, salt = piece.data, b""
    if lock is not None and not folder:
        data, salt, flags = lock.lock(data), lock.salt, flags | 0x404
    mode = 0x10 if folder else 0x20
    fields = struct.pack("<II", len(data), len(piece.whole))
    fields += struct.pack("<BIIBBHI", 2, crc, _WHEN, 29 if lock else 20, 0x30, len(name), mode)
    return _block4(0x74, flags, fields + name + salt, names) + data


def _block4(kind: int, flags: int, fields: bytes, names: _Lock4 | None = None) -> bytes:
    head = struct.pack("<BHH", kind, flags, 7 + len(fields)) + fields
    block = struct.pack("<H", zlib.crc32(head) & 0xFFFF) + head
    return block if names is None else names.salt + names.lock(block)


class _Lock4:
    """The lock of RAR 3 and 4: AES-128, its key mixed from the password by SHA-1."""

    def __init__(self, password: str) -> None:
        self.salt = hashlib.sha256(password.encode()).digest()[:8]
        mixed, start = hashlib.sha1(usedforsecurity=False), bytearray()
        for turn in range(0x40000):
            mixed.update(password.encode("utf-16-le") + self.salt + turn.to_bytes(3, "little"))
            if turn % 0x4000 == 0:
                start.append(mixed.digest()[19])
        digest = mixed.digest()
        self._key, self._start = b"".join(digest[at : at + 4][::-1] for at in range(0, 16, 4)), bytes(start)

    def lock(self, data: bytes) -> bytes:
        """The bytes locked, filled up to whole blocks."""
        return _aes(self._key, self._start, data)


def _volume5(
    pieces: Sequence[_Piece], number: int, many: bool, last: bool, lock: _Lock5 | None, lock_names: bool
) -> bytes:
    out, names = _RAR5, lock if lock_names else None
    if lock is not None and lock_names:
        out += _block5(4, 0, _number(0) + _number(1) + bytes([_ROUNDS]) + lock.salt + lock.check)
    flags = (1 | (2 if number else 0)) if many else 0
    out += _block5(1, 0, _number(flags) + (_number(number) if number else b""), names=names)
    for piece in pieces:
        out += _file5(piece, lock, names)
    return out + _block5(5, 0, _number(0 if last else 1), names=names)


def _file5(piece: _Piece, lock: _Lock5 | None, names: _Lock5 | None) -> bytes:
    folder = piece.name.endswith("/")
    name = piece.name.rstrip("/").encode()
    fields = _number(5 if folder else 4) + _number(len(piece.whole)) + _number(0x10 if folder else 0x20)
    crc = zlib.crc32(piece.data if piece.after else piece.whole)
    fields += struct.pack("<I", crc if lock is None or folder else lock.turned(crc))
    fields += _number(0) + _number(0) + _number(len(name)) + name
    data, extra = piece.data, b""
    if lock is not None and not folder:
        record = _number(1) + _number(0) + _number(3) + bytes([_ROUNDS]) + lock.salt + lock.start + lock.check
        data, extra = lock.lock(data), _number(len(record)) + record
    return _block5(2, (8 if piece.before else 0) | (16 if piece.after else 0), fields, extra, data, names) + data


def _block5(
    kind: int, flags: int, fields: bytes, extra: bytes = b"", data: bytes = b"", names: _Lock5 | None = None
) -> bytes:
    flags |= (1 if extra else 0) | (2 if data or kind == 2 else 0)
    body = _number(kind) + _number(flags)
    body += (_number(len(extra)) if extra else b"") + (_number(len(data)) if flags & 2 else b"")
    body += fields + extra
    body = _number(len(body)) + body
    block = struct.pack("<I", zlib.crc32(body)) + body
    return block if names is None else names.start + names.lock(block)


def _number(value: int) -> bytes:
    """Seven bits a byte, lowest first."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


class _Lock5:
    """The lock of RAR 5: AES-256, its key mixed from the password."""

    def __init__(self, password: str) -> None:
        self.salt = hashlib.sha256(password.encode()).digest()[:16]
        self.start = hashlib.sha256(self.salt).digest()[:16]
        key, self._code, mixed = (
            hashlib.pbkdf2_hmac("sha256", password.encode(), self.salt, (1 << _ROUNDS) + more) for more in (0, 16, 32)
        )
        self._key = key
        folded = bytes(
            a ^ b ^ c ^ d for a, b, c, d in zip(mixed[:8], mixed[8:16], mixed[16:24], mixed[24:], strict=True)
        )
        self.check = folded + hashlib.sha256(folded).digest()[:4]

    def turned(self, crc: int) -> int:
        """The checksum as WinRAR writes it by a lock, so that it tells nobody what lies behind."""
        code = hmac.new(self._code, struct.pack("<I", crc), hashlib.sha256).digest()
        return int(reduce(xor, struct.unpack("<8I", code)))

    def lock(self, data: bytes) -> bytes:
        """The bytes locked, filled up to whole blocks."""
        return _aes(self._key, self.start, data)


def _aes(key: bytes, start: bytes, data: bytes) -> bytes:
    from Cryptodome.Cipher import AES

    return bytes(AES.new(key, AES.MODE_CBC, start).encrypt(data + bytes(-len(data) % 16)))
