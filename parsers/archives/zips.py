"""Zip: by its directory, or by what stands in the file where that is cut off; locked members with a password."""

from __future__ import annotations

import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import BinaryIO

from parsers.archives.decoders import STORED, decoder_of
from parsers.archives.members import DAMAGE, Members, Source
from parsers.archives.streams import Checked, Decoded, Slice
from parsers.archives.zip_directory import (
    LOCKED,
    Entry,
    body_start,
    overlap,
    read_directory,
    walk_headers,
)
from parsers.archives.zip_locked import keys, unlocked
from parsers.unpack import Budget, Over, Readable, Spoiled

_ENOUGH = 20  # members that no password opened, after which none is tried any more


def read_zip(source: Source, members: Members) -> None:
    """The members of a zip, in one file or in volumes."""
    with source.open() as file:
        size = source.size
        listed = read_directory(file, size, source.starts)
        if listed is None:
            _add(file, walk_headers(file, size), source, members)
            raise Spoiled("cut-off", "no directory at the end")
        entries, problem = _drawn(listed, members.limits.max_members)
        if problem == "bad-archive":
            _add(file, walk_headers(file, size), source, members)
        elif overlap(entries):
            raise Spoiled("overlapping")
        else:
            _add(file, entries, source, members)
        if problem:
            raise Spoiled(problem)


def _drawn(listed: Iterator[Entry], most: int) -> tuple[list[Entry], str]:
    """The entries of a directory, not many more than may be had; and what is wrong with it, if anything is."""
    entries: list[Entry] = []
    try:
        files = (entry for entry in islice(listed, 10 * (most + 100)) if not entry.is_folder)
        entries.extend(islice(files, most + 100))
        return entries, "" if next(listed, None) is None else "too-many"
    except ValueError:
        return entries, "bad-archive"


def _add(file: BinaryIO, entries: Iterable[Entry], source: Source, members: Members) -> None:
    opener = _Opener(file, source.passwords, members.budget)
    for entry in entries:
        if entry.is_folder:
            members.count()
            continue
        problem = _mode_problem(entry.mode)
        if not problem and entry.flags & LOCKED:
            problem = opener.unlock(entry) or ""
            problem = source.shut if problem == "locked" else problem
        members.add(entry.unicode or entry.name, entry.size or 0, partial(opener.open, entry), problem, raw=entry.name)


def _mode_problem(mode: int) -> str:
    if stat.S_ISLNK(mode):
        return "link"
    return "device" if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR) else ""


@dataclass
class _Opener:
    """Opens entries; remembers which key opened the last one. refused: entries that no password opened."""

    file: BinaryIO
    passwords: tuple[str, ...]
    budget: Budget
    key: bytes = b""
    refused: int = 0

    def unlock(self, entry: Entry) -> str:
        """Find the entry's key. "" if there is one, else "locked", or what else is the matter."""
        try:
            if self.key and self._body(entry, self.key) is not None:
                return ""
            key = self._fitting(entry) if self.refused < _ENOUGH else b""
        except Spoiled as error:
            return error.reason
        except DAMAGE:
            return "unreadable"
        if not key:
            self.refused += 1
            return "locked"
        self.key = key
        return ""

    def _fitting(self, entry: Entry) -> bytes:
        """The first key that fits, b"" if none does."""
        tried = dict.fromkeys(key for password in self.passwords for key in keys(password))
        fitting = [key for key in tried if self._body(entry, key) is not None]
        if len(fitting) > 1:  # the old lock's check lets one wrong key in 256 pass
            fitting = [key for key in fitting if self._opens(entry, key)]
        return fitting[0] if fitting else b""

    def _opens(self, entry: Entry, key: bytes) -> bool:
        """Whether the whole entry comes out right with a key."""
        try:
            self._decoded(entry, key).drain(Budget(self.budget.left))
        except (Over, Spoiled, *DAMAGE):
            return False
        return True

    def open(self, entry: Entry) -> Readable:
        """The bytes of an entry as they were packed, checked when they end."""
        if not entry.flags & LOCKED:
            return self._decoded(entry, b"")
        checked = self._decoded(entry, self.key)
        return checked if entry.strength else _Doubted(checked)

    def _body(self, entry: Entry, key: bytes) -> Readable | None:
        """The packed bytes; None if they are locked and the key does not fit."""
        body = Slice(self.file, body_start(self.file, entry), entry.packed)
        return unlocked(body, entry, key) if entry.flags & LOCKED else body

    def _decoded(self, entry: Entry, key: bytes) -> Checked:
        body = self._body(entry, key)
        if body is None:
            raise Spoiled("locked")
        if entry.method == STORED and entry.size is None:
            raise Spoiled("cut-off", "nothing tells where it ends")
        if entry.method != STORED:
            body = Decoded(body, decoder_of(entry.method))
        crc = None if entry.strength and entry.version == 2 else entry.crc
        return Checked(body, entry.size, crc)


class _Doubted:
    """What came through the old lock: if it comes out wrong, the password that seemed to fit was most likely wrong."""

    def __init__(self, source: Readable) -> None:
        self._source = source

    def read(self, size: int, /) -> bytes:
        try:
            return self._source.read(size)
        except (Spoiled, *DAMAGE) as error:
            raise Spoiled("wrong-password") from error
