"""What the headers of a RAR say, of whatever version."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import BinaryIO


@dataclass(frozen=True)
class RarEntry:
    """One member, or a piece of it. crc: None where none is kept. before, after: it goes on from the volume before, or
    into the next. turned: salt and rounds (a power of two) of the lock that has changed `crc`.
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
    turned: tuple[bytes, int] | None = None


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


@dataclass(frozen=True)
class Block:
    """One block. body: after its fixed head, but for extra; data: bytes behind; size: of the header itself."""

    kind: int
    flags: int
    body: bytes
    extra: bytes
    data: int
    size: int


Next = Callable[[BinaryIO], Block]
"""The block that begins where the file stands. ValueError for a wrong checksum, EOFError for one cut off."""

See = Callable[[RarVolume, Block], None]
"""Takes what a block says into what is known of its volume."""
