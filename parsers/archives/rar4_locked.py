"""Locked RARs of version 3 and 4: a copy without the lock, which any program reads.

No free program opens these locks reliably; the packing within needs no key. The key is mixed by SHA-1 from password and
salt, the cipher is AES-128 in blocks that hang on each other; headers may be locked too, each with a salt of its own.
"""

from __future__ import annotations

import hashlib
import io
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from parsers.archives.rar4_headers import MAGIC, next4
from parsers.archives.rar_values import Block
from parsers.unpack import PIECE, Spoiled

_MAIN, _FILE, _END = 0x73, 0x74, 0x7B
_LOCKED, _SALTED, _LARGE, _HEADERS_LOCKED = 0x4, 0x400, 0x100, 0x80
_TURNS = 0x40000
_STORED = 0x30
_MAX_SALTS = 200  # each takes a sixth of a second
_SALT, _CIPHER = 8, 16  # bytes


class Lock:
    """A password, and the keys it gives with each salt."""

    def __init__(self, password: str) -> None:
        self._password = password.encode("utf-16-le", "surrogatepass")
        self._keys: dict[bytes, tuple[bytes, bytes]] = {}

    def cipher(self, salt: bytes) -> Any:
        """A fresh cipher to decrypt with."""
        try:
            from Cryptodome.Cipher import AES
        except ImportError as error:
            raise Spoiled("unsupported", str(error)) from error
        if salt not in self._keys:
            if len(self._keys) >= _MAX_SALTS:
                raise Spoiled("too-slow", f"more than {_MAX_SALTS} keys to mix")
            self._keys[salt] = self._mixed(salt)
        key, start = self._keys[salt]
        return AES.new(key, AES.MODE_CBC, start)

    def _mixed(self, salt: bytes) -> tuple[bytes, bytes]:
        mixed, start, seed = hashlib.sha1(usedforsecurity=False), bytearray(), self._password + salt
        for turn in range(_TURNS):
            mixed.update(seed + turn.to_bytes(3, "little"))
            if turn % (_TURNS // _CIPHER) == 0:
                start.append(mixed.digest()[19])
        digest = mixed.digest()
        return b"".join(digest[at : at + 4][::-1] for at in range(0, 16, 4)), bytes(start)


def copy_unlocked(path: Path, out: Path, lock: Lock, only: int | None = None) -> None:
    """Write `path` without its lock to `out`; only the member of that number, if one is named.

    ValueError where the password is seen to be wrong, by locked headers. Otherwise a wrong one gives nonsense.
    """
    with path.open("rb") as file, out.open("wb") as copy:
        copy.write(MAGIC)
        number = -1
        for block, at in _blocks(file, lock):
            number += block.kind == _FILE
            if block.kind == _MAIN:
                copy.write(_header(_MAIN, block.flags & ~_HEADERS_LOCKED, block.body))
            elif block.kind == _FILE and only in (None, number):
                _copy_member(file, at, block, copy, lock)
            elif block.kind == _END:
                copy.write(_header(_END, block.flags, block.body))


def _blocks(file: BinaryIO, lock: Lock) -> Iterator[tuple[Block, int]]:
    """Each block, and where its data begins."""
    at, size, locked = len(MAGIC), file.seek(0, 2), False
    while at < size:
        file.seek(at)
        if locked:
            raw, used = _unlocked_header(file, lock)
            block = next4(io.BytesIO(raw))
        else:
            block = next4(file)
            used = block.size
        yield block, at + used
        locked = locked or (block.kind == _MAIN and bool(block.flags & _HEADERS_LOCKED))
        at += used + block.data
        if block.kind == _END:
            return


def _unlocked_header(file: BinaryIO, lock: Lock) -> tuple[bytes, int]:
    """A header, and how many bytes it takes in the file."""
    cipher = lock.cipher(_exactly(file, _SALT))
    raw = cipher.decrypt(_exactly(file, _CIPHER))
    size = int.from_bytes(raw[5:7], "little")
    if size < 7:
        raise ValueError("a header of no size: a wrong password")
    more = max(0, -(-size // _CIPHER) * _CIPHER - _CIPHER)
    raw += cipher.decrypt(_exactly(file, more)) if more else b""
    return raw[:size], _SALT + _CIPHER + more


def _copy_member(file: BinaryIO, at: int, block: Block, copy: BinaryIO, lock: Lock) -> None:
    body, flags, left = bytearray(block.body), block.flags, block.data
    if not flags & _LOCKED:
        copy.write(_header(_FILE, flags, bytes(body)))
        _copy_data(file, at, left, left, copy, None)
        return
    name_end = (33 if flags & _LARGE else 25) + int.from_bytes(body[19:21], "little")
    salt = bytes(body[name_end : name_end + _SALT]) if flags & _SALTED else b""
    del body[name_end : name_end + len(salt)]
    kept = left
    if body[18] == _STORED:  # what fills the last block of the cipher is none of the file
        kept = int.from_bytes(body[4:8], "little")
        kept += (int.from_bytes(body[29:33], "little") << 32) if flags & _LARGE else 0
        kept = min(kept, left)
    body[0:4] = struct.pack("<I", kept & 0xFFFFFFFF)
    if flags & _LARGE:
        body[25:29] = struct.pack("<I", kept >> 32)
    copy.write(_header(_FILE, flags & ~(_LOCKED | _SALTED), bytes(body)))
    _copy_data(file, at, left, kept, copy, lock.cipher(salt))


def _copy_data(file: BinaryIO, at: int, left: int, kept: int, copy: BinaryIO, cipher: Any) -> None:
    file.seek(at)
    while left > 0:
        piece = _exactly(file, min(left, PIECE))
        left -= len(piece)
        if cipher is not None:
            piece = cipher.decrypt(piece[: len(piece) // _CIPHER * _CIPHER])
        copy.write(piece[:kept])
        kept -= min(kept, len(piece))


def _header(kind: int, flags: int, body: bytes) -> bytes:
    head = struct.pack("<BHH", kind, flags, 7 + len(body)) + body
    return struct.pack("<H", zlib.crc32(head) & 0xFFFF) + head


def _exactly(file: BinaryIO, size: int) -> bytes:
    data = file.read(size)
    if len(data) < size:
        raise EOFError("the archive is cut off")
    return data
