"""The outermost boxes of an MP4 or MOV file: brand, where the index is, whether anything is cut off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

_MAX_BOXES = 100_000
_MAX_BRANDS = 64
_MEDIA = (b"mdat",)
_INDEX = (b"moov", b"moof")


@dataclass(frozen=True)
class Box:
    """One box. `size` with its header, as declared; `end` may lie beyond the file's."""

    kind: bytes
    start: int
    size: int

    @property
    def end(self) -> int:
        """The first byte after it."""
        return self.start + self.size


@dataclass(frozen=True)
class Layout:
    """What the outermost boxes say.

    brand: four characters, "" without an ftyp box. index_at, media_at: where the first moov and mdat begin, None if
    there is none. cut_at: where the file ends within an index or media box, None if it does not; needed: the size it
    should have then.
    """

    brand: str = ""
    compatible: tuple[str, ...] = ()
    index_at: int | None = None
    media_at: int | None = None
    fragmented: bool = False
    cut_at: int | None = None
    needed: int | None = None

    @property
    def faststart(self) -> bool | None:
        """The index lies before the media data; None where one of them is missing."""
        if self.index_at is None or self.media_at is None:
            return None
        return self.index_at < self.media_at


def layout(file: BinaryIO) -> Layout:
    """Walk the outermost boxes of an open file. Anything that is no box ends the walk."""
    size = file.seek(0, 2)
    found = _boxes(file, size)
    first = next((box for box in found if box.kind == b"ftyp"), None)
    brand, compatible = ("", ()) if first is None else _brands(file, first)
    cut = next((box for box in found if box.end > size and box.kind in (*_MEDIA, *_INDEX)), None)
    return Layout(
        brand=brand,
        compatible=compatible,
        index_at=next((box.start for box in found if box.kind == b"moov"), None),
        media_at=next((box.start for box in found if box.kind in _MEDIA), None),
        fragmented=any(box.kind == b"moof" for box in found),
        cut_at=size if cut else None,
        needed=cut.end if cut else None,
    )


def _boxes(file: BinaryIO, size: int) -> list[Box]:
    found: list[Box] = []
    at = 0
    while at + 8 <= size and len(found) < _MAX_BOXES:
        file.seek(at)
        head = file.read(16)
        length, kind = int.from_bytes(head[:4], "big"), head[4:8]
        if length == 1 and len(head) == 16:
            length = int.from_bytes(head[8:16], "big")
        elif length == 0:
            length = size - at
        if length < 8 or not all(32 <= letter < 127 or letter == 0xA9 for letter in kind):
            break
        found.append(Box(kind, at, length))
        at += length
    return found


def _brands(file: BinaryIO, box: Box) -> tuple[str, tuple[str, ...]]:
    file.seek(box.start + 8)
    data = file.read(min(box.size - 8, 8 + 4 * _MAX_BRANDS))
    brands = [data[at : at + 4].decode("latin-1") for at in range(8, len(data) - 3, 4)]
    return data[:4].decode("latin-1"), tuple(dict.fromkeys(brands))
