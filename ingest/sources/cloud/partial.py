"""The file a download grows in, and beside it what is needed to go on: kept on disk, so that a killed run loses little.

`X` holds the bytes and `X.json` says how many of them are synced, of which version of the file. Whatever lies behind
those is cut off before going on: after a power cut nobody knows what it is.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from ingest.durable import is_full
from ingest.errors import DiskError

_SYNC_EVERY = 32 * 2**20
_PIECE = 2**20


@dataclass(frozen=True)
class Kept:
    """What a partial file is of. size: synced bytes; total: of the whole, None if nobody said.

    validator: the ETag or date under which the server may be asked for the rest, "" if it gave none that is fit.
    whole: nothing is missing, and all that was said of it has been checked; sha256: of the whole, "" until then.
    """

    size: int = 0
    total: int | None = None
    validator: str = ""
    name: str = ""
    host: str = ""
    whole: bool = False
    sha256: str = ""


def kept(path: Path) -> Kept:
    """What is known of a partial file; of nothing if there is none, or its note cannot be read."""
    try:
        found = _noted(path)
        return found if 0 <= found.size <= path.stat().st_size else Kept()
    except (OSError, ValueError, TypeError):
        return Kept()


def handed_over(path: Path) -> Kept | None:
    """What a file was that had come whole and was taken away, by a run that could not say so any more; else None."""
    try:
        found = _noted(path)
    except (OSError, ValueError, TypeError):
        return None
    return found if found.whole and found.sha256 and not path.exists() else None


def _noted(path: Path) -> Kept:
    return Kept(**json.loads(_note(path).read_text(encoding="utf-8")))


def forget(path: Path) -> None:
    """Remove a partial file and what was noted of it, as far as they are there."""
    note = _note(path)
    for file in (_fresh(note), note, path):
        file.unlink(missing_ok=True)


def _note(path: Path) -> Path:
    return path.with_name(f"{path.name}.json")


def _fresh(note: Path) -> Path:
    return note.with_name(f"{note.name}.new")


class Growing:
    """A partial file open for more. Not for two threads. Use `growing`."""

    def __init__(self, path: Path, fd: int, known: Kept, algorithms: tuple[str, ...]) -> None:
        """Go on behind `known.size` bytes, which are hashed again from disk."""
        self.kept = known
        self._path, self._fd = path, fd
        self._size, self._algorithms = known.size, ("sha256", *algorithms)
        os.ftruncate(fd, known.size)
        self._hashes = self._fresh_hashes()
        self._hash_again()

    @property
    def size(self) -> int:
        """Bytes so far."""
        return self._size

    def digests(self) -> Mapping[str, str]:
        """Algorithm to the hex digest of the bytes so far."""
        return {name: digest.hexdigest() for name, digest in self._hashes.items()}

    def write(self, data: bytes) -> None:
        """Append. DiskError if there is no room."""
        view = memoryview(data)
        while view:
            view = view[os.write(self._fd, view) :]
        for digest in self._hashes.values():
            digest.update(data)
        self._size += len(data)
        if self._size - self.kept.size >= _SYNC_EVERY:
            self.sync()

    def restart(self) -> None:
        """Throw away what is here."""
        os.ftruncate(self._fd, 0)
        os.lseek(self._fd, 0, os.SEEK_SET)
        self._size, self._hashes = 0, self._fresh_hashes()
        self.note(Kept())

    def sync(self) -> None:
        """Make what is here durable, and note it."""
        os.fdatasync(self._fd)
        self.note(Kept(**{**asdict(self.kept), "size": self._size}))

    def note(self, known: Kept) -> None:
        """Write down what this is of."""
        self.kept = known
        note = _note(self._path)
        fresh = _fresh(note)
        with fresh.open("w", encoding="utf-8") as file:
            json.dump(asdict(known), file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(note)

    def _fresh_hashes(self) -> dict[str, hashlib._Hash]:
        return {name: hashlib.new(name, usedforsecurity=False) for name in self._algorithms}

    def _hash_again(self) -> None:
        os.lseek(self._fd, 0, os.SEEK_SET)
        left = self.kept.size
        while left and (piece := os.read(self._fd, min(_PIECE, left))):
            for digest in self._hashes.values():
                digest.update(piece)
            left -= len(piece)


@contextmanager
def growing(path: Path, known: Kept, algorithms: tuple[str, ...] = ()) -> Iterator[Growing]:
    """A partial file to go on with, behind the bytes `known` speaks of; synced and noted when the block ends.

    algorithms: besides sha256. DiskError where there is no room or no right to write.
    """
    with disk_trouble(path.parent):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            file = Growing(path, fd, known, algorithms)
            try:
                yield file
            finally:
                if file.size != file.kept.size:
                    file.sync()
        finally:
            os.close(fd)


@contextmanager
def disk_trouble(folder: Path) -> Iterator[None]:
    """A disk that is full or must not be written to is the operator's matter."""
    try:
        yield
    except OSError as error:
        full = is_full(error)
        what = f"磁盘空间不足，下载写不进 {folder}" if full else f"下载写不进 {folder}"
        mend = "请清理磁盘" if full else "请检查该文件夹是否存在、运行本程序的用户是否有写权限、磁盘是否只读"
        raise DiskError(what, why=error.strerror or "", mend=f"{mend}，然后重新运行；已下载的部分会接着用") from error
