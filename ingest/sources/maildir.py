"""A Maildir, read where it lies: nothing is moved from new to cur, no flag is set, no file is touched."""

from __future__ import annotations

import datetime as dt
import os
import re
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from ingest.config import Mailbox
from ingest.errors import GoneError
from ingest.model import Listing
from ingest.sources import INBOX, Folder, Identity, Seen, Target
from ingest.sources.files import FileSource, no_such_folder, open_plain, pour, reading, to_uid, unknown
from ingest.sources.folders import is_junk, resolve
from ingest.sources.identity import identity_of

_INFO = re.compile(r"[:;!]2,[^/]*$")  # ":" is the standard; programs on file systems without it write ";" or "!"
_EPOCH = re.compile(r"(\d{9,10})\.")
_PLAUSIBLE = range(631_152_000, 4_102_444_800)  # 1990 to 2100: other leading numbers are no times
_LOOKS = 5


class MaildirSource(FileSource):
    """A Maildir++: INBOX is the folder itself, others are its subfolders ".Name". The uid is the unique name."""

    def __init__(self, mailbox: Mailbox, path: Path) -> None:
        """Nothing is read yet."""
        self._mailbox = mailbox
        self._path = path
        self._files: dict[str, dict[str, Path]] = {}

    def folders(self) -> list[Folder]:
        """The configured folders, uidvalidity 0. UnreachableError for one that is no Maildir."""
        there = dict.fromkeys(self._subfolders(), frozenset[str]())
        names: dict[str, None] = {}
        for wanted in self._mailbox.folders:
            name = resolve(wanted, there)
            if name not in there:
                raise no_such_folder(self._mailbox.name, wanted, there)
            names[name] = None
        return [Folder(name, 0, is_junk(name, ())) for name in names]

    def listing(self, folder: Folder, seen: Seen) -> Iterator[Listing]:
        """Files of new and cur that are not known, oldest first. Known ones are not even looked at."""
        files = self._scan(folder.name)
        yield from self._in_order(folder, {uid: files[uid] for uid in unknown(files, seen)})

    def sweep(self, folder: Folder, since: dt.date) -> Iterator[Listing]:
        """Files that arrived on that day (UTC) or later, known or not, oldest first."""
        for listing in self._in_order(folder, self._scan(folder.name)):
            if listing.received_at is None or listing.received_at.astimezone(dt.UTC).date() >= since:
                yield listing

    def count(self, folder: Folder) -> int:
        """How many files there are."""
        return len(self._scan(folder.name))

    def identify(self, folder: Folder, uids: Sequence[str]) -> dict[str, Identity]:
        """What these files are, by their headers. Those that are not there are left out."""
        found = {}
        for uid in uids:
            try:
                with self._open(Listing(self._mailbox.name, folder.name, folder.uidvalidity, uid, None, None)) as file:
                    found[uid] = identity_of(file, os.fstat(file.fileno()).st_size)
            except GoneError:  # as promised: it is left out
                continue
        return found

    def copy(self, listing: Listing, target: Target, *, then: Listing | None = None) -> None:
        """The file as it is, found by its unique name wherever it was moved to. GoneError if it is not there."""
        with self._open(listing) as file:
            pour(file, target)

    def _subfolders(self) -> dict[str, Path]:
        with reading(self._mailbox.name, self._path):
            inside = {_decoded(p.name[1:]): p for p in self._path.iterdir() if p.name[0] == "."}
        return {name: path for name, path in {INBOX: self._path, **inside}.items() if _is_maildir(path)}

    def _scan(self, folder: str) -> dict[str, Path]:
        """Unique name (as uid) to file, of all there are. Where one is in new and in cur, cur's is the later.

        Links, folders and sockets are none of them: the folder's own listing says so, no file is looked at.
        """
        files: dict[str, Path] = {}
        places = [path / "new", path / "cur"] if (path := self._subfolders().get(folder)) else []
        for place in places:
            with reading(self._mailbox.name, place), os.scandir(place) as entries:
                plain = (e for e in entries if e.name[0] != "." and e.is_file(follow_symlinks=False))
                files |= {to_uid(_INFO.sub("", e.name)): Path(e.path) for e in plain}
        self._files[folder] = files
        return files

    def _in_order(self, folder: Folder, files: dict[str, Path]) -> Iterator[Listing]:
        found = (self._look(folder, uid, path) for uid, path in files.items())
        listings = [(listing.received_at, listing.uid, listing) for listing in found if listing is not None]
        for _, _, listing in sorted(listings, key=lambda item: item[:2]):
            yield listing

    def _look(self, folder: Folder, uid: str, path: Path) -> Listing | None:
        """One listing; None if it is no file, or was moved within this moment: then the next poll sees it."""
        try:
            found = path.lstat()
        except FileNotFoundError:
            return None
        if not stat.S_ISREG(found.st_mode):
            return None
        return Listing(
            self._mailbox.name, folder.name, folder.uidvalidity, uid, found.st_size, _arrived(uid, found.st_mtime)
        )

    def _open(self, listing: Listing) -> BinaryIO:
        """A mail reader may rename the file at any moment: look again, a few times."""
        for _ in range(_LOOKS):
            path = self._files.get(listing.folder, {}).get(listing.uid)
            if path is not None:
                try:
                    return open_plain(path)
                except GoneError:
                    del self._files[listing.folder][listing.uid]
            if listing.uid not in self._scan(listing.folder):
                break
        raise GoneError(listing.uid)


def _is_maildir(path: Path) -> bool:
    return (path / "cur").is_dir() and (path / "new").is_dir()


def _arrived(uid: str, mtime: float) -> dt.datetime:
    """The seconds since 1970 that begin the unique name, if they are any; else when the file was last written."""
    match = _EPOCH.match(uid)
    epoch = int(match[1]) if match else 0
    return dt.datetime.fromtimestamp(epoch if epoch in _PLAUSIBLE else mtime, dt.UTC)


def _decoded(name: str) -> str:
    """A subfolder's name, from modified UTF-7 where a server wrote it so; "." parts its levels there, "/" here."""
    if "&" in name:
        from imapclient.imap_utf7 import decode  # a library of the network: only where it is needed

        name = str(decode(name.encode("utf-8", "replace")))
    return name.replace(".", "/")
