"""The entries of a zip: as its directory at the end lists them, or where that is lost, as they stand one by one.

Read piece by piece and only as far as asked, unlike `zipfile`, which holds all of a directory that may be the whole
file; names as bytes, since each may be in another code; zips in volumes too.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

from parsers.unpack import Spoiled

LOCKED, DESCRIBED_AFTER, UTF8 = 0x1, 0x8, 0x800  # bits of an entry's flags
AES = 99
"""The method that stands for another one behind encryption."""

_LOCAL, _CENTRAL, _END, _DESCRIPTOR = b"PK\3\4", b"PK\1\2", b"PK\5\6", b"PK\7\x08"
_END64, _LOCATOR64 = b"PK\6\6", b"PK\6\7"
_LOCAL_SIZE, _CENTRAL_SIZE, _END_SIZE, _LOCATOR_SIZE, _END64_SIZE = 30, 46, 22, 20, 56
_FULL16, _FULL32 = 0xFFFF, 0xFFFFFFFF  # "see the Zip64 field"
_X_ZIP64, _X_UNICODE_PATH, _X_AES = 0x0001, 0x7075, 0x9901
_SCANNED = 2**16
_MAX_GUESSES = 1_000  # places that look like a descriptor and are none


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. start: of its local header in the whole file. size, crc: None if not known before it is read.

    name: as it is stored; unicode: the name by the Info-ZIP field for it, if it belongs to that name. strength: 1 to 3
    for AES, else 0; version: of AES, 2 keeps no CRC. mode: of Unix, 0 if none.
    """

    name: bytes
    flags: int
    method: int
    crc: int | None
    packed: int
    size: int | None
    start: int
    time: int = 0
    mode: int = 0
    unicode: str = ""
    strength: int = 0
    version: int = 0

    @property
    def is_folder(self) -> bool:
        """It stands for a folder; by some writers with a backslash."""
        return self.name.endswith(b"/") or (not self.size and self.name.endswith(b"\\"))


@dataclass(frozen=True)
class _End:
    """What the record at the end says. at: where it stands."""

    at: int
    disk: int
    directory_disk: int
    size: int
    offset: int


def read_directory(file: BinaryIO, size: int, starts: tuple[int, ...]) -> Iterator[Entry] | None:
    """The entries by the directory at the end, None if there is none. starts: where each volume begins.

    ValueError, while they are drawn, where the directory makes no sense. Spoiled("missing-volume") for the last of
    several volumes alone.
    """
    end = _end(file, size, starts)
    if end is None:
        return None
    if end.disk == 0:
        starts = (0,)  # in one piece, or cut afterwards without its writer knowing
    elif end.disk != len(starts) - 1:
        raise Spoiled("missing-volume", f"{len(starts)} volumes of {end.disk + 1}")
    if end.directory_disk >= len(starts):
        raise ValueError("its directory begins on a volume after the last")
    if len(starts) == 1:
        start = end.at - end.size  # whatever was put before the zip moves all its places
        starts = (start - end.offset,)
    else:
        start = starts[end.directory_disk] + end.offset
    if start < 0 or starts[0] < 0 or start > size:
        raise ValueError("its directory begins before the file")
    return _directory(file, start, end.size, starts)


def _end(file: BinaryIO, size: int, starts: tuple[int, ...]) -> _End | None:
    tail_at = max(0, size - _FULL16 - _END_SIZE)
    file.seek(tail_at)
    tail = file.read(_FULL16 + _END_SIZE)
    found = tail.rfind(_END)
    while found > 0 and len(tail) - found != _END_SIZE + int.from_bytes(tail[found + 20 : found + 22], "little"):
        found = tail.rfind(_END, 0, found)
    found = tail.rfind(_END) if found < 0 else found
    if found < 0 or len(tail) - found < _END_SIZE:
        return None
    disk, directory_disk, _, _, length, offset, _ = struct.unpack_from("<HHHHIIH", tail, found + 4)
    end = _End(tail_at + found, disk, directory_disk, length, offset)
    return _end64(file, end, starts) or end


def _end64(file: BinaryIO, end: _End, starts: tuple[int, ...]) -> _End | None:
    """The larger record, if one is pointed to."""
    if end.at < _LOCATOR_SIZE:
        return None
    file.seek(end.at - _LOCATOR_SIZE)
    locator = file.read(_LOCATOR_SIZE)
    if not locator.startswith(_LOCATOR64):
        return None
    disk, offset = struct.unpack_from("<IQ", locator, 4)
    places = [end.at - _LOCATOR_SIZE - _END64_SIZE, offset + (starts[disk] if disk < len(starts) else 0)]
    for at in places:  # before the locator, as nearly always; or, with data of its own, where the locator says
        if not 0 <= at <= end.at:
            continue
        file.seek(at)
        record = file.read(_END64_SIZE)
        if record.startswith(_END64) and len(record) == _END64_SIZE:
            disk, directory_disk, _, _, length, start = struct.unpack_from("<IIQQQQ", record, 16)
            return _End(at, disk, directory_disk, length, start)
    return None


def _directory(file: BinaryIO, at: int, left: int, starts: tuple[int, ...]) -> Iterator[Entry]:
    while left >= _CENTRAL_SIZE:
        file.seek(at)
        head = file.read(_CENTRAL_SIZE)
        if len(head) < _CENTRAL_SIZE or not head.startswith(_CENTRAL):
            raise ValueError("no entry where the directory should have one")
        lengths = struct.unpack_from("<HHH", head, 28)
        rest = file.read(sum(lengths))
        if len(rest) < sum(lengths):
            raise ValueError("its directory is cut off")
        yield _central(head, rest[: lengths[0]], rest[lengths[0] : lengths[0] + lengths[1]], starts)
        at += _CENTRAL_SIZE + len(rest)
        left -= _CENTRAL_SIZE + len(rest)


def _central(head: bytes, name: bytes, extra: bytes, starts: tuple[int, ...]) -> Entry:
    flags, method, time, _, crc, packed, size = struct.unpack_from("<HHHHIII", head, 8)
    disk, _, attributes, start = struct.unpack_from("<HHII", head, 34)
    fields = _fields(extra)
    size, packed, start, disk = _large(fields, (size, packed, start), disk)
    if len(starts) > 1:
        if disk >= len(starts):
            raise ValueError("a member on a volume after the last")
        start += starts[disk]
    else:
        start += starts[0]
    mode = attributes >> 16 if head[5] == 3 else 0
    entry = Entry(name, flags, method, crc, packed, size, start, time, mode, _unicode(fields, name))
    return _with_aes(entry, fields)


def _fields(extra: bytes) -> dict[int, bytes]:
    """The extra fields, the first of each number."""
    found: dict[int, bytes] = {}
    at = 0
    while at + 4 <= len(extra):
        number, length = struct.unpack_from("<HH", extra, at)
        found.setdefault(number, extra[at + 4 : at + 4 + length])
        at += 4 + length
    return found


def _large(fields: dict[int, bytes], values: tuple[int, ...], disk: int = 0) -> tuple[int, ...]:
    """The values, those that were too large for their place from the Zip64 field; then the disk."""
    field, at, found = fields.get(_X_ZIP64, b""), 0, []
    for value in values:
        if value == _FULL32 and len(field) >= at + 8:
            value = int.from_bytes(field[at : at + 8], "little")
            at += 8
        found.append(value)
    if disk == _FULL16 and len(field) >= at + 4:
        disk = int.from_bytes(field[at : at + 4], "little")
    return (*found, disk)


def _unicode(fields: dict[int, bytes], name: bytes) -> str:
    """The Unicode name, if it was made for this very name and not left over from another."""
    field = fields.get(_X_UNICODE_PATH, b"")
    if len(field) < 6 or field[0] != 1 or int.from_bytes(field[1:5], "little") != zlib.crc32(name):
        return ""
    return field[5:].decode("utf-8", "replace")


def _with_aes(entry: Entry, fields: dict[int, bytes]) -> Entry:
    field = fields.get(_X_AES, b"")
    if entry.method != AES or len(field) < 7:
        return entry
    version, _, strength, method = struct.unpack("<HHBH", field[:7])
    return replace(entry, method=method, strength=strength, version=version)


def body_start(file: BinaryIO, entry: Entry) -> int:
    """Where the bytes of an entry begin. ValueError if no header stands where they should."""
    file.seek(entry.start)
    head = file.read(_LOCAL_SIZE)
    if len(head) < _LOCAL_SIZE:
        raise EOFError("it begins after the end")
    if not head.startswith(_LOCAL):
        raise ValueError("no header where the directory says")
    name, extra = struct.unpack_from("<HH", head, 26)
    return entry.start + _LOCAL_SIZE + int(name) + int(extra)


def overlap(entries: list[Entry]) -> bool:
    """Whether entries share bytes: a body packed once and listed a thousand times is no archive but a bomb."""
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.start):
        if entry.start < end:
            return True
        end = entry.start + _LOCAL_SIZE + len(entry.name) + entry.packed
    return False


def walk_headers(file: BinaryIO, size: int) -> Iterator[Entry]:
    """The entries as they stand one after the other, as far as that goes."""
    at = _find(file, _LOCAL, 0, size)
    while at is not None:
        file.seek(at)
        head = file.read(_LOCAL_SIZE)
        if len(head) < _LOCAL_SIZE or not head.startswith(_LOCAL):
            return
        flags, method, time, _, crc, packed, length = struct.unpack_from("<HHHHIII", head, 6)
        lengths = struct.unpack_from("<HH", head, 26)
        name, extra = file.read(lengths[0]), file.read(lengths[1])
        fields = _fields(extra)
        length, packed, _ = _large(fields, (length, packed))
        body = at + _LOCAL_SIZE + sum(lengths)
        entry = Entry(name, flags, method, crc, packed, length, at, time, 0, _unicode(fields, name))
        if flags & DESCRIBED_AFTER and not packed:
            entry, end = _described(file, entry, body, size)
        else:
            end = body + packed
        if len(name) == lengths[0]:
            yield _with_aes(entry, fields)
        at = _next_header(file, end, size)


def _described(file: BinaryIO, entry: Entry, body: int, size: int) -> tuple[Entry, int]:
    """An entry whose sizes stand behind it, where a descriptor counts just the bytes before it; and its end."""
    at = _find(file, _DESCRIPTOR, body, size)
    for _ in range(_MAX_GUESSES):
        if at is None:
            break
        file.seek(at)
        record = file.read(24)
        for form, length in (("<III", 16), ("<IQQ", 24)):
            if len(record) >= length:
                crc, packed, unpacked = struct.unpack_from(form, record, 4)
                if packed == at - body:
                    return replace(entry, crc=crc, packed=packed, size=unpacked), at + length
        at = _find(file, _DESCRIPTOR, at + 1, size)
    return replace(entry, crc=None, packed=max(0, size - body), size=None), size


def _next_header(file: BinaryIO, at: int, size: int) -> int | None:
    """Where the next entry begins: here, or after a descriptor nobody announced; None where the directory does."""
    if at >= size:
        return None
    file.seek(at)
    mark = file.read(4)
    if mark in (_CENTRAL, _END):
        return None
    return at if mark == _LOCAL else _find(file, _LOCAL, at, size)


def _find(file: BinaryIO, mark: bytes, at: int, size: int) -> int | None:
    """Where the mark stands next."""
    while at < size:
        file.seek(at)
        piece = file.read(_SCANNED + len(mark) - 1)
        if (found := piece.find(mark)) >= 0:
            return at + found
        if len(piece) < len(mark):
            return None
        at += max(1, len(piece) - len(mark) + 1)
    return None
