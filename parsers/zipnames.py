"""Names of a zip's members by the directory at its end. Bounded: a few short reads, however large the zip."""

from __future__ import annotations

import struct
from typing import BinaryIO

_TAIL = 65_557  # the end record with the longest comment
_MAX_DIRECTORY = 262_144
_MAX_ENDS = 16  # records tried: the name of a member, or a comment, may look like one
_END, _END64, _LOCATOR64, _ENTRY = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07", b"PK\x01\x02"
_UNSET = 0xFFFFFFFF


def names_at_end(file: BinaryIO) -> list[str]:
    """The first names in the directory, as UTF-8 with replacements; none if no whole directory lies at the end.

    The directory is looked for right before its end record, so that bytes before the zip do not matter.
    """
    size = file.seek(0, 2)
    start = max(size - _TAIL, 0)
    file.seek(start)
    tail = file.read(_TAIL)
    at = tail.rfind(_END, 0, max(len(tail) - 18, 0))
    for _ in range(_MAX_ENDS):
        if at == -1:
            break
        if found := _directory(file, tail, at, start):
            return found
        at = tail.rfind(_END, 0, at)
    return []


def _directory(file: BinaryIO, tail: bytes, at: int, start: int) -> list[str]:
    """The names of the directory that an end record at `at` speaks of."""
    length = int.from_bytes(tail[at + 12 : at + 16], "little")
    end = start + at
    if length == _UNSET and tail[at - 20 : at - 16] == _LOCATOR64 and tail[at - 76 : at - 72] == _END64:
        length = int.from_bytes(tail[at - 76 + 40 : at - 76 + 48], "little")
        end -= 76
    if length < 46 or length > end:
        return []
    file.seek(end - length)
    return _names(file.read(min(length, _MAX_DIRECTORY)))


def _names(data: bytes) -> list[str]:
    found: list[str] = []
    at = 0
    while data[at : at + 4] == _ENTRY and at + 46 <= len(data):
        name, extra, comment = struct.unpack_from("<HHH", data, at + 28)
        found.append(data[at + 46 : at + 46 + name].decode("utf-8", "replace"))
        at += 46 + name + extra + comment
    return found
