"""The headers of RAR 4 and RAR 5, as far as they tell what lies within: names, sizes, checksums, locks, volumes.

The unpacking is done by programs that say little of what they could not do; with this it is known what should come out.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from parsers.unpack import Spoiled

RAR4, RAR5 = b"Rar!\x1a\x07\x00", b"Rar!\x1a\x07\x01\x00"
_MAX_HEADER = 2**21  # by RAR 5's own rules
_DICTIONARY4, _DICTIONARY5 = 2**22, 2**17
_LINKS4 = 0xA000  # the kind of file in a mode of Unix


@dataclass(frozen=True)
class RarEntry:
    """One member, or a piece of it. crc: None where none is kept or it is changed by a lock. solid: needs those before.

    before, after: it goes on from the volume before, or into the next.
    """

    name: bytes
    size: int
    crc: int | None
    folder: bool = False
    link: bool = False
    locked: bool = False
    before: bool = False
    after: bool = False
    dictionary: int = 0


@dataclass
class RarVolume:
    """One file. many: it is a volume; None if its first header is damaged. number: 0 for the first, None where no
    header says. more: another follows; None if the end is not marked. locked: the headers themselves. cut: the file
    ends before its last member does. solid: members need those before them. old_names:
    its volumes are called .rar, .r00, .r01 …"""

    many: bool | None = None
    version: int = 5
    number: int | None = None
    more: bool | None = None
    solid: bool = False
    old_names: bool = False
    locked: bool = False
    cut: bool = False
    entries: list[RarEntry] = field(default_factory=list)


def read_volume(path: Path, most: int) -> RarVolume:
    """The headers of one file, of at most `most` members. ValueError where they make no sense."""
    with path.open("rb") as file:
        head = file.read(8)
        if head.startswith(RAR5):
            return _read(file, 8, _next5, _SEEN5, most)
        if head.startswith(RAR4):
            return _read(file, 7, next4, _SEEN4, most)
    raise Spoiled("unsupported", "a RAR of another kind")


def merged(volumes: Sequence[RarVolume]) -> list[RarEntry]:
    """The members of all volumes, pieces put together. Spoiled("missing-volume") where one is missing."""
    found: list[RarEntry] = []
    for position, volume in enumerate(volumes):
        if volume.number not in (None, position):
            raise Spoiled("missing-volume", f"volume {volume.number + 1} stands in place {position + 1}")
        for entry in volume.entries:
            if not entry.before:
                found.append(entry)
            elif found and found[-1].after and found[-1].name == entry.name:
                found[-1] = replace(found[-1], crc=entry.crc, after=entry.after)
            else:
                raise Spoiled("missing-volume", "a member begins in a volume before")
    if volumes[-1].more or (found and found[-1].after):
        raise Spoiled("missing-volume", f"more than {len(volumes)} volumes")
    return found


@dataclass(frozen=True)
class Block:
    """One block. body: after its fixed head, but for extra; data: bytes behind; size: of the header itself."""

    kind: int
    flags: int
    body: bytes
    extra: bytes
    data: int
    size: int


_Next = Callable[[BinaryIO], Block]
_See = Callable[[RarVolume, Block], None]


def _read(file: BinaryIO, at: int, next_: _Next, seen: dict[int, _See], most: int) -> RarVolume:
    volume = RarVolume()
    size = file.seek(0, 2)
    while at < size and volume.more is None and not volume.locked and len(volume.entries) < most:
        file.seek(at)
        try:
            block = next_(file)
            if block.kind in seen:
                seen[block.kind](volume, block)
        except struct.error as error:
            raise ValueError(str(error)) from error
        except EOFError:
            volume.cut = True
            return volume
        at += block.size + block.data
    volume.cut = at > size
    return volume


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
            link=system == 3 and mode & 0xF000 == _LINKS4,
            locked=bool(block.flags & 4),
            before=bool(block.flags & 1),
            after=bool(block.flags & 2),
            dictionary=0 if folder else _DICTIONARY4,
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


def _next5(file: BinaryIO) -> Block:
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
    changed = lock is not None and len(lock) > 1 and bool(lock[1] & 2)
    volume.entries.append(
        RarEntry(
            name=numbers.take(length),
            size=size,
            crc=None if changed else crc,
            folder=bool(flags & 1),
            link=5 in records,
            locked=lock is not None,
            before=bool(block.flags & 8),
            after=bool(block.flags & 16),
            dictionary=0 if flags & 1 or not packing >> 7 & 7 else _DICTIONARY5 << (packing >> 10 & 31),
        )
    )


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


_SEEN4: dict[int, _See] = {0x73: _main4, 0x74: _file4, 0x7B: _end4}
_SEEN5: dict[int, _See] = {1: _main5, 2: _file5, 4: _locked5, 5: _end5}
