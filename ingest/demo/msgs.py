"""Mails as Outlook saves them (.msg): a compound file of storages and streams, written by hand."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Union

Tree = Mapping[str, Union[bytes, "Tree"]]
"""Name to a stream's bytes, or to what a storage holds."""

_SECTOR, _MINI, _CUTOFF = 512, 64, 4096
_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def make_msg(
    path: Path,
    *,
    headers: str = "",
    subject: str = "",
    text: str = "",
    html: bytes = b"",
    attachments: Sequence[tuple[str, bytes] | Tree] = (),
    more: Tree | None = None,
) -> Path:
    """A saved mail. attachments: files, or the trees of mails attached (see `message`). more: streams to add."""
    path.parent.mkdir(parents=True, exist_ok=True)
    tree = message(headers=headers, subject=subject, text=text, html=html, attachments=attachments)
    path.write_bytes(compound({**tree, **(more or {})}))
    return path


def message(
    *,
    headers: str = "",
    subject: str = "",
    text: str = "",
    html: bytes = b"",
    attachments: Sequence[tuple[str, bytes] | Tree] = (),
) -> Tree:
    """The storages and streams of one message."""
    tree: dict[str, bytes | Tree] = {"__properties_version1.0": bytes(32)}
    for tag, said in (("007D", headers), ("0037", subject), ("1000", text)):
        if said:
            tree[f"__substg1.0_{tag}001F"] = said.encode("utf-16-le")
    if html:
        tree["__substg1.0_10130102"] = html
    for number, attached in enumerate(attachments):
        held: dict[str, bytes | Tree] = {"__properties_version1.0": bytes(8)}
        if isinstance(attached, tuple):
            held["__substg1.0_3707001F"] = attached[0].encode("utf-16-le")
            held["__substg1.0_37010102"] = attached[1]
        else:
            held["__substg1.0_3701000D"] = attached
        tree[f"__attach_version1.0_#{number:08X}"] = held
    return tree


@dataclass
class _Entry:
    name: str
    kind: int
    child: int = _FREE
    right: int = _FREE
    start: int = _END
    size: int = 0

    def packed(self) -> bytes:
        name = self.name.encode("utf-16-le") + b"\0\0"
        links = struct.pack("<BBIII", self.kind, 1, _FREE, self.right, self.child)
        return (
            name.ljust(64, b"\0")
            + struct.pack("<H", len(name))
            + links
            + bytes(36)
            + struct.pack("<IQ", self.start, self.size)
        )


@dataclass
class _Compound:
    entries: list[_Entry] = field(default_factory=list)
    sectors: list[bytes] = field(default_factory=list)
    fat: list[int] = field(default_factory=list)
    mini: bytearray = field(default_factory=bytearray)
    minifat: list[int] = field(default_factory=list)

    def add(self, name: str, content: bytes | Tree) -> int:
        number = len(self.entries)
        entry = _Entry(name, 2 if isinstance(content, bytes) else 1)
        self.entries.append(entry)
        if isinstance(content, bytes):
            entry.size = len(content)
            entry.start = self._small(content) if len(content) < _CUTOFF else self.chain(content)
        else:
            entry.child = self.inside(content)
        return number

    def inside(self, tree: Tree) -> int:
        """The entries of a storage, each the right neighbour of the one before; the number of the first."""
        numbers = [self.add(name, content) for name, content in tree.items()]
        for one, after in pairwise(numbers):
            self.entries[one].right = after
        return numbers[0] if numbers else _FREE

    def chain(self, data: bytes) -> int:
        pieces = [data[at : at + _SECTOR].ljust(_SECTOR, b"\0") for at in range(0, len(data), _SECTOR)]
        first = len(self.sectors)
        self.sectors += pieces
        self.fat += [*range(first + 1, first + len(pieces)), _END]
        return first if pieces else _END

    def _small(self, data: bytes) -> int:
        if not data:
            return _END
        first, count = len(self.minifat), -(-len(data) // _MINI)
        self.mini += data.ljust(count * _MINI, b"\0")
        self.minifat += [*range(first + 1, first + count), _END]
        return first


def compound(tree: Tree) -> bytes:
    """A compound file that holds `tree`, of at most some 7 MB."""
    made = _Compound(entries=[_Entry("Root Entry", 5)])
    root = made.entries[0]
    root.child = made.inside(tree)
    root.start, root.size = (made.chain(bytes(made.mini)), len(made.mini)) if made.mini else (_END, 0)
    table = struct.pack(f"<{len(made.minifat)}I", *made.minifat)
    minifat = made.chain(table.ljust(-(-len(table) // _SECTOR) * _SECTOR, b"\xff")) if table else _END
    directory = made.chain(b"".join(entry.packed() for entry in made.entries))
    count = 1
    while count * (_SECTOR // 4) < len(made.sectors) + count:
        count += 1
    places = range(len(made.sectors), len(made.sectors) + count)
    fat = [*made.fat, *[_FAT] * count]
    packed = struct.pack(f"<{len(fat)}I", *fat).ljust(count * _SECTOR, b"\xff")
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    small = -(-len(table) // _SECTOR)
    head += struct.pack("<IIIIIIIII", 0, count, directory, 0, _CUTOFF, minifat, small, _END, 0)
    head += struct.pack("<109I", *places, *[_FREE] * (109 - count))
    return head + b"".join(made.sectors) + packed
