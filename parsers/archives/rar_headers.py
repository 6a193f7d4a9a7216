"""The headers of RAR 4 and RAR 5, as far as they tell what lies within: names, sizes, checksums, locks, volumes.

The unpacking is done by programs that say little of what they could not do; with this it is known what should come out.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from parsers.archives import rar4_headers, rar5_headers
from parsers.archives.rar_values import Next, RarEntry, RarVolume, See
from parsers.unpack import Spoiled

_BLOCKS_EACH, _MORE_BLOCKS = 4, 100  # that may stand beside each member: comments, rights, streams


def read_volume(path: Path, most: int) -> RarVolume:
    """The headers of one file, of at most `most` members. ValueError where they make no sense."""
    with path.open("rb") as file:
        head = file.read(8)
        if head.startswith(rar5_headers.MAGIC):
            return _read(file, 8, rar5_headers.next5, rar5_headers.SEEN, most)
        if head.startswith(rar4_headers.MAGIC):
            return _read(file, 7, rar4_headers.next4, rar4_headers.SEEN, most)
    raise Spoiled("unsupported", "a RAR of another kind")


def _read(file: BinaryIO, at: int, next_: Next, seen: dict[int, See], most: int) -> RarVolume:
    volume, blocks = RarVolume(), 0
    size = file.seek(0, 2)
    while at < size and volume.more is None and not volume.locked and len(volume.entries) < most:
        blocks += 1
        if blocks > _BLOCKS_EACH * most + _MORE_BLOCKS:
            raise ValueError("headers without end")
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
