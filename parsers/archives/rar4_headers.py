"""The headers of RAR 4, and of 3 and 2 before it: after RAR's own technote of that time."""

from __future__ import annotations

import struct
import zlib
from typing import BinaryIO

from parsers.archives.rar_values import Block, RarEntry, RarVolume, See

MAGIC = b"Rar!\x1a\x07\x00"
_DICTIONARY = 2**22
_LINKS = 0xA000  # the kind of file in a mode of Unix


def next4(file: BinaryIO) -> Block:
    """The block of RAR 4 that begins here. ValueError for a wrong checksum, EOFError for one cut off."""
    head = file.read(7)
    if len(head) < 7:
        raise EOFError("a header is cut off")
    crc, kind, flags, size = struct.unpack("<HBHH", head)
    body = file.read(max(0, size - 7))
    if size < 7 or len(body) < size - 7:
        raise EOFError("a header is cut off")
    if kind in (0x73, 0x74, 0x7B) and zlib.crc32(head[2:] + body) & 0xFFFF != crc:
        raise ValueError("a header with another checksum")
    data = int.from_bytes(body[:4], "little") if flags & 0x8000 and len(body) >= 4 else 0
    if kind in (0x74, 0x7A) and flags & 0x100 and len(body) >= 29:
        data += int.from_bytes(body[25:29], "little") << 32
    return Block(kind, flags, body, b"", data, size)


def _main4(volume: RarVolume, block: Block) -> None:
    volume.version, volume.solid = 4, bool(block.flags & 8)
    volume.many, volume.locked = bool(block.flags & 1), bool(block.flags & 0x80)
    volume.old_names = volume.many and not block.flags & 0x10
    if volume.many and block.flags & 0x100:
        volume.number = 0


def _file4(volume: RarVolume, block: Block) -> None:
    _, size, system, crc, _, _, _, length, mode = struct.unpack_from("<IIBIIBBHI", block.body)
    at = 25
    if block.flags & 0x100:
        size += int.from_bytes(block.body[29:33], "little") << 32
        at = 33
    name = block.body[at : at + length]
    folder = block.flags & 0xE0 == 0xE0
    volume.entries.append(
        RarEntry(
            name=_name4(name) if block.flags & 0x200 else name,
            size=size,
            crc=crc,
            folder=folder,
            link=system == 3 and mode & 0xF000 == _LINKS,
            locked=bool(block.flags & 4),
            before=bool(block.flags & 1),
            after=bool(block.flags & 2),
            dictionary=0 if folder else _DICTIONARY,
        )
    )


def _name4(stored: bytes) -> bytes:
    """A name in RAR 4's own way of writing Unicode: what differs from the plain name before the NUL. In UTF-8."""
    plain, nul, coded = stored.partition(b"\0")
    if not nul:
        return stored
    out: list[int] = []
    high, at, bits, flags = coded[0] if coded else 0, 1, 0, 0
    while at < len(coded) and len(out) < 1_000:
        if not bits:
            flags, bits, at = coded[at], 8, at + 1
        bits -= 2
        way = flags >> bits & 3
        piece = coded[at : at + (2 if way == 2 else 1)]
        if len(piece) < (2 if way == 2 else 1):
            break
        at += len(piece)
        if way == 3:
            at = _repeat(coded, at, piece[0], high, plain, out)
        else:
            out.append(piece[0] | (0, high << 8, piece[-1] << 8)[way])
    return b"".join(struct.pack("<H", unit) for unit in out).decode("utf-16-le", "replace").encode()


def _repeat(coded: bytes, at: int, length: int, high: int, plain: bytes, out: list[int]) -> int:
    """A run taken from the plain name, as it is or moved into the page `high`; where to go on."""
    move = 0
    if length & 0x80:
        move, at = coded[at] if at < len(coded) else 0, at + 1
    for _ in range((length & 0x7F) + 2):
        byte = plain[len(out)] if len(out) < len(plain) else 0
        out.append((byte + move & 0xFF) | high << 8 if length & 0x80 else byte)
    return at


def _end4(volume: RarVolume, block: Block) -> None:
    volume.more = bool(block.flags & 1)
    at = 4 if block.flags & 2 else 0
    if volume.many and block.flags & 8 and len(block.body) >= at + 2:
        volume.number = int.from_bytes(block.body[at : at + 2], "little")


SEEN: dict[int, See] = {0x73: _main4, 0x74: _file4, 0x7B: _end4}
"""What to do with each kind of block; others say nothing."""
