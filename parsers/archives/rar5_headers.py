"""The headers of RAR 5: after RARLAB's technote."""

from __future__ import annotations

import hashlib
import hmac
import struct
import zlib
from collections.abc import Iterator
from functools import reduce
from operator import xor
from typing import BinaryIO

from parsers.archives.rar_values import Block, RarEntry, RarVolume, See

MAGIC = b"Rar!\x1a\x07\x01\x00"
_MAX_HEADER = 2**21  # by its own rules
_DICTIONARY = 2**17


def next5(file: BinaryIO) -> Block:
    """The block of RAR 5 that begins here. ValueError for a wrong checksum, EOFError for one cut off."""
    start = file.read(7)
    numbers = _Numbers(start[4:])
    size = numbers.next()
    if size > _MAX_HEADER:
        raise ValueError(f"a header of {size} bytes")
    head = start[4:] + file.read(max(0, size + numbers.at - 3))
    head = head[: size + numbers.at]
    if len(head) < size + numbers.at:
        raise EOFError("a header is cut off")
    if zlib.crc32(head) != int.from_bytes(start[:4], "little"):
        raise ValueError("a header with another checksum")
    rest = _Numbers(head[numbers.at :])
    kind, flags = rest.next(), rest.next()
    extra = rest.next() if flags & 1 else 0
    data = rest.next() if flags & 2 else 0
    body = rest.data[rest.at :]
    if extra > len(body):
        raise ValueError("more extra than header")
    cut = len(body) - extra
    return Block(kind, flags, body[:cut], body[cut:], data, 4 + len(head))


class _Numbers:
    """RAR 5's numbers, seven bits a byte, one after the other."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def next(self) -> int:
        """The next. EOFError if there is none, ValueError for one of more than 64 bits."""
        value = 0
        for shift in range(0, 70, 7):
            if self.at >= len(self.data):
                raise EOFError("a header is cut off")
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 0x7F) << shift
            if not byte & 0x80:
                return value
        raise ValueError("a number without end")

    def take(self, size: int) -> bytes:
        """So many bytes, or as many as there are."""
        found = self.data[self.at : self.at + size]
        self.at += size
        return found


def _main5(volume: RarVolume, block: Block) -> None:
    numbers = _Numbers(block.body)
    flags = numbers.next()
    volume.many = bool(flags & 1)
    if volume.many:
        volume.number = numbers.next() if flags & 2 else 0


def _file5(volume: RarVolume, block: Block) -> None:
    numbers = _Numbers(block.body)
    flags, size, _ = numbers.next(), numbers.next(), numbers.next()
    numbers.take(4 if flags & 2 else 0)
    crc = int.from_bytes(numbers.take(4), "little") if flags & 4 else None
    packing, _, length = numbers.next(), numbers.next(), numbers.next()
    records = dict(_records(block.extra))
    lock = records.get(1)
    volume.entries.append(
        RarEntry(
            name=numbers.take(length),
            size=size,
            crc=crc,
            turned=_turned(lock) if lock is not None else None,
            folder=bool(flags & 1),
            link=5 in records,
            locked=lock is not None,
            before=bool(block.flags & 8),
            after=bool(block.flags & 16),
            dictionary=0 if flags & 1 or not packing >> 7 & 7 else _DICTIONARY << (packing >> 10 & 31),
        )
    )


def _turned(lock: bytes) -> tuple[bytes, int] | None:
    """Salt and rounds, where the lock has changed the checksum."""
    numbers = _Numbers(lock)
    _, flags, rounds = numbers.next(), numbers.next(), numbers.take(1)
    salt = numbers.take(16)
    return (salt, rounds[0]) if flags & 2 and rounds else None


def turned(crc: int, password: str, salt: bytes, rounds: int) -> int:
    """A checksum as it is kept behind a lock, so that it tells nobody what lies there."""
    key = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, (1 << rounds) + 16)
    code = hmac.new(key, crc.to_bytes(4, "little"), hashlib.sha256).digest()
    return int(reduce(xor, struct.unpack("<8I", code)))


def _records(extra: bytes) -> Iterator[tuple[int, bytes]]:
    """Kind and content of each record in the extra area."""
    numbers = _Numbers(extra)
    while numbers.at < len(extra):
        size = numbers.next()
        record = _Numbers(numbers.take(size))
        if record.data:
            yield record.next(), record.data[record.at :]


def _locked5(volume: RarVolume, _: Block) -> None:
    volume.locked = True


def _end5(volume: RarVolume, block: Block) -> None:
    volume.more = bool(_Numbers(block.body).next() & 1)


SEEN: dict[int, See] = {1: _main5, 2: _file5, 4: _locked5, 5: _end5}
"""What to do with each kind of block; others say nothing."""
