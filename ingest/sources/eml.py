"""A folder of .eml files, read where they lie: mail saved from a webmail or a mail program."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from email import message_from_bytes
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import BinaryIO

from ingest.config import Mailbox
from ingest.errors import GoneError, UnreachableError
from ingest.model import Listing
from ingest.sources import INBOX, Folder, Identity, Seen, Target
from ingest.sources.files import FileSource, from_uid, no_such_folder, open_plain, pour, reading, to_uid, unknown
from ingest.sources.folders import resolve
from ingest.sources.identity import identity_of

_HEAD_BYTES = 65_536
_MAX_DEPTH = 16
_MAX_ENTRIES = 200_000
_ZONE = re.compile(r"[+-]\d{4}\b|\b(?:GMT|UTC?)\b")  # other names of zones mean different places to different servers
_UID = re.compile(r"(?P<name>.+)@(?P<size>\d+)-(?P<mtime>\d+)", re.DOTALL)


class EmlSource(FileSource):
    """All *.eml below a folder, as its INBOX. The uid is the path with size and mtime: a changed file is a new one."""

    def __init__(self, mailbox: Mailbox, path: Path) -> None:
        """Nothing is read yet."""
        self._mailbox = mailbox
        self._path = path

    def folders(self) -> list[Folder]:
        """INBOX, uidvalidity 0. UnreachableError if the folder cannot be read or another is configured."""
        for name in self._mailbox.folders:
            if resolve(name, {INBOX: frozenset()}) != INBOX:
                raise no_such_folder(self._mailbox.name, name, [INBOX])
        with reading(self._mailbox.name, self._path), os.scandir(self._path):
            return [Folder(INBOX, 0)]

    def listing(self, folder: Folder, seen: Seen) -> Iterator[Listing]:
        """Files that are not known, oldest first; those without a Received header by when the file was written.

        Known files are not opened.
        """
        files = self._scan()
        for _, _, listing in self._in_order(folder, {uid: files[uid] for uid in unknown(files, seen)}):
            yield listing

    def sweep(self, folder: Folder, since: dt.date) -> Iterator[Listing]:
        """Files that arrived on that day (UTC) or later, known or not, oldest first."""
        for at, _, listing in self._in_order(folder, self._scan()):
            if at.astimezone(dt.UTC).date() >= since:
                yield listing

    def count(self, folder: Folder) -> int:
        """How many files there are."""
        return len(self._scan())

    def identify(self, folder: Folder, uids: Sequence[str]) -> dict[str, Identity]:
        """What these files are, by their headers. Those that are not there or were replaced are left out."""
        found = {}
        for uid in uids:
            try:
                with self._open(uid) as file:
                    found[uid] = identity_of(file, _size(uid))
            except GoneError:  # as promised: it is left out
                continue
        return found

    def copy(self, listing: Listing, target: Target, *, then: Listing | None = None) -> None:
        """The file as it is. GoneError if it is not there or was replaced since."""
        with self._open(listing.uid) as file:
            pour(file, target)

    def _scan(self) -> dict[str, Path]:
        with reading(self._mailbox.name, self._path):
            return {_uid(self._path, entry): Path(entry.path) for entry in self._walk(self._path)}

    def _in_order(self, folder: Folder, files: dict[str, Path]) -> list[tuple[dt.datetime, str, Listing]]:
        found = [
            (at or _written(uid), uid, Listing(self._mailbox.name, folder.name, 0, uid, _size(uid), at))
            for uid, path in files.items()
            for at in (arrived(path),)
        ]
        return sorted(found, key=lambda item: item[:2])

    @contextmanager
    def _open(self, uid: str) -> Iterator[BinaryIO]:
        """The file of that uid, if it is still the same."""
        match = _UID.fullmatch(uid)
        path = self._path / from_uid(match["name"] if match else uid)
        if not path.parent.resolve().is_relative_to(self._path.resolve()):
            raise GoneError(uid)
        with open_plain(path) as file:
            if match is None or _identity(os.fstat(file.fileno())) != f"{match['size']}-{match['mtime']}":
                raise GoneError(uid)
            yield file

    def _walk(self, top: Path) -> Iterator[os.DirEntry[str]]:
        """Regular *.eml files below `top`, no link followed, hidden ones left alone, within bounds."""
        folders, entries = [(str(top), 0)], 0
        while folders:
            folder, depth = folders.pop()
            with os.scandir(folder) as found:
                for entry in found:
                    entries += 1
                    if entries > _MAX_ENTRIES or depth > _MAX_DEPTH:
                        raise self._too_much()
                    if entry.name.startswith("."):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        folders.append((entry.path, depth + 1))
                    elif entry.is_file(follow_symlinks=False) and entry.name.lower().endswith(".eml"):
                        yield entry

    def _too_much(self) -> UnreachableError:
        return UnreachableError(
            f"邮箱 {self._mailbox.name} 的文件夹内容过多：{self._path}",
            why=f"最多 {_MAX_ENTRIES} 个文件、{_MAX_DEPTH} 层文件夹",
            mend="请确认 config.toml 中的 url 指向只存放邮件的文件夹，或把邮件分放到几个文件夹中。",
            mailbox=self._mailbox.name,
            lasting=True,
        )


def arrived(path: Path) -> dt.datetime | None:
    """The date of the topmost Received header, which the last server wrote (aware). None if none can be read.

    The first 64 kB of the file are looked at.
    """
    try:
        with open_plain(path) as file:
            head = file.read(_HEAD_BYTES)
    except (GoneError, OSError):  # taken away in this moment, or not ours to read: copying it will say so
        return None
    received = message_from_bytes(head).get_all("Received") or [""]
    return _date(str(received[0]).rpartition(";")[2])


def _uid(top: Path, entry: os.DirEntry[str]) -> str:
    return f"{to_uid(os.path.relpath(entry.path, top))}@{_identity(entry.stat(follow_symlinks=False))}"


def _identity(found: os.stat_result) -> str:
    return f"{found.st_size}-{found.st_mtime_ns}"


def _size(uid: str) -> int:
    return int(uid.rpartition("@")[2].partition("-")[0])


def _written(uid: str) -> dt.datetime:
    return dt.datetime.fromtimestamp(int(uid.rpartition("-")[2]) / 1e9, dt.UTC)


def _date(text: str) -> dt.datetime | None:
    """An aware time from a header's date; None without a zone that says how far from UTC it is."""
    if not _ZONE.search(text):
        return None
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)  # "-0000" is UTC by its definition
