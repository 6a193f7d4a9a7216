"""Boxes of MP4 and MOV files: turned, padded, taken out, cut off. Files are copied in pieces, never held in memory."""

from __future__ import annotations

import shutil
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_MATRICES = {
    0: (1, 0, 0, 1),
    90: (0, 1, -1, 0),
    180: (-1, 0, 0, -1),
    270: (0, -1, 1, 0),
}
"""a b c d of the display matrix by clockwise degrees (ISO/IEC 14496-12, track header)."""


def without_moov(src: Path, dst: Path) -> Path:
    """Copy a film without its index, as a recorder leaves it that lost power. ValueError if there is none."""
    with src.open("rb") as file, dst.open("wb") as out:
        dropped = 0
        for kind, start, size in _top(file):
            if kind == b"moov":
                dropped += 1
                continue
            file.seek(start)
            _copy(file, out, size)
    if not dropped:
        raise ValueError(f"{src.name} has no moov")
    return dst


def cut_off(src: Path, dst: Path, share: float) -> Path:
    """Copy the first part of a file, as an upload leaves it that broke off. share: 0 to 1 of the bytes."""
    if not 0 <= share <= 1:
        raise ValueError(f"share must lie between 0 and 1: {share}")
    with src.open("rb") as file, dst.open("wb") as out:
        _copy(file, out, int(src.stat().st_size * share))
    return dst


def with_hole(src: Path, dst: Path, share: float, length: int) -> Path:
    """Copy a film with a stretch of zeros in its data, as a download leaves it that lost pieces.

    share: where it begins, 0 to 1 of the data; length: bytes. ValueError if the film has no data of that size.
    """
    with src.open("rb") as file:
        data = next(((start, size) for kind, start, size in _top(file) if kind == b"mdat"), (0, 0))
    begin = data[0] + 16 + int((data[1] - 16) * share)
    if begin + length > data[0] + data[1]:
        raise ValueError(f"{src.name} has no {length} bytes of data behind {share:.0%} of it")
    shutil.copyfile(src, dst)
    with dst.open("r+b") as out:
        out.seek(begin)
        out.write(bytes(length))
    return dst


def pad_to(path: Path, size: int) -> None:
    """Lengthen a film by an empty `free` box to a size in bytes; left alone if it is already larger."""
    missing = size - path.stat().st_size
    if missing < 8:
        return
    with path.open("ab") as file:
        file.write(
            struct.pack(">I4s", missing, b"free") if missing < 2**32 else struct.pack(">I4sQ", 1, b"free", missing)
        )
        file.truncate(size)


def turn(path: Path, degrees: int) -> None:
    """Make players turn the picture clockwise by writing the matrix of the first video track. Times are kept."""
    a, b, c, d = (value * 0x10000 for value in _MATRICES[degrees % 360])
    with path.open("r+b") as file:
        _, start, size = next(box for box in _top(file) if box[0] == b"moov")
        file.seek(start)
        index = file.read(size)
        at = _picture_header(index)
        file.seek(start + at)
        file.write(struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 0x40000000))


def _picture_header(index: bytes) -> int:
    """Where the matrix of the first track with a width lies within the moov. ValueError if there is none."""
    at = index.find(b"tkhd")
    while at >= 0:
        matrix = at + 4 + (36 + 4 if index[at + 4] == 0 else 48 + 4)
        if struct.unpack_from(">I", index, matrix + 36)[0]:
            return matrix
        at = index.find(b"tkhd", at + 4)
    raise ValueError("no video track")


def _top(file: BinaryIO) -> Iterator[tuple[bytes, int, int]]:
    """Kind, start and size of each box at the top of a file."""
    end = file.seek(0, 2)
    start = 0
    while start + 8 <= end:
        file.seek(start)
        size, kind = struct.unpack(">I4s", file.read(8))
        if size == 1:
            size = struct.unpack(">Q", file.read(8))[0]
        size = size or end - start
        yield kind, start, size
        start += size


def _copy(file: BinaryIO, out: BinaryIO, size: int) -> None:
    while size > 0:
        piece = file.read(min(size, 1 << 20))
        if not piece:
            return
        out.write(piece)
        size -= len(piece)
