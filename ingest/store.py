"""The content-addressed store: every file once, under its SHA-256, written to a temporary name, synced and renamed.

A crash leaves files in `tmp` and `scratch` only. Each of those is locked (flock) as long as the process that made it
lives, so that `sweep` can tell the dead ones from those in use.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ingest.durable import disk_trouble, is_there, open_regular, sync_folder, together

_DIGEST = re.compile(r"[0-9a-f]{64}")
_PIECE = 2**20
_GROUP_FILES = 512  # each holds a descriptor until it is in place
_GROUP_BYTES = 16 * 2**20


@dataclass(frozen=True)
class Stored:
    """A file in the store: its digest (64 hex digits) and its size in bytes."""

    sha256: str
    size: int


class Writer:
    """A file on its way into the store, hashed while it is written. Not for two threads at once.

    `stored` is set when the `with` block of `Store.writer` has ended well, None before.
    """

    def __init__(self, fd: int, path: Path) -> None:
        """Write to an open empty file, which is at `path`; it is the writer's to close."""
        self.stored: Stored | None = None
        self._size, self._hash = 0, hashlib.sha256()
        self._fd, self._path = fd, path

    def write(self, data: bytes, /) -> int:
        """Append all of `data`. DiskError if there is no room."""
        view = memoryview(data)
        with disk_trouble(self._path.parent):
            while view:
                view = view[os.write(self._fd, view) :]
        self._hash.update(data)
        self._size += len(data)
        return len(data)

    def seek(self, offset: int, /) -> int:
        """Start anew: 0 is the only place to go back to, the digest could not follow to another."""
        if offset != 0:
            raise ValueError("a writer can only start anew")
        self._size, self._hash = 0, hashlib.sha256()
        return os.lseek(self._fd, 0, os.SEEK_SET)

    def truncate(self) -> int:
        """Cut off what lies behind the last byte written."""
        os.ftruncate(self._fd, self._size)
        return self._size

    def _written(self) -> _Written:
        return _Written(self._fd, self._path, Stored(self._hash.hexdigest(), self._size))


@dataclass(frozen=True)
class _Written:
    """A file written in full that is not in place yet, still open."""

    fd: int
    path: Path
    stored: Stored

    def close(self) -> None:
        """No more is written."""
        with suppress(OSError):  # it is synced, or given up
            os.close(self.fd)

    def discard(self) -> None:
        """Close it, and remove it unless it is in place by now."""
        self.close()
        self.path.unlink(missing_ok=True)


class _Puts(Protocol):
    def writer(self) -> AbstractContextManager[Writer]: ...

    def put(self, chunks: Iterable[bytes]) -> Stored:
        """Store the joined chunks. DiskError as `writer`."""
        with self.writer() as writer:
            for chunk in chunks:
                writer.write(chunk)
        assert writer.stored is not None
        return writer.stored

    def put_file(self, path: Path) -> Stored:
        """Store a copy of a file from anywhere. OSError if it cannot be read, DiskError as `writer`."""
        with path.open("rb") as file:
            return self.put(iter(lambda: file.read(_PIECE), b""))


class Group(_Puts):
    """Files that go into the store together: written and hashed at once, in place and durable only after `flush`.

    Until then `Store.path` and `Store.has` do not know them, `Group.path` does; a crash, or an exception that leaves
    the block, loses all of them and nothing else. So commit what speaks of them after `flush`, or after the block,
    which ends with one. Adding to a group that is `full` flushes it first. For one thread; for many small files.
    """

    def __init__(self, store: Store, folder: Path) -> None:
        """Into `store`, by way of an empty folder on its volume. Use `Store.group`."""
        self._store, self._folder = store, folder
        self._waiting: dict[str, _Written] = {}
        self._bytes = self._names = 0
        self._empty: list[Path] = []

    @property
    def full(self) -> bool:
        """Whether it holds so many files or bytes that a `flush` is due."""
        return len(self._waiting) >= _GROUP_FILES or self._bytes >= _GROUP_BYTES

    def path(self, sha256: str) -> Path:
        """Where a file of that digest can be read until the next `flush`. ValueError as `Store.path`."""
        waiting = self._waiting.get(sha256)
        return waiting.path if waiting else self._store.path(sha256)

    @contextmanager
    def writer(self) -> Iterator[Writer]:
        """As `Store.writer`, in the group when the block ends well."""
        path = self._fresh()
        with disk_trouble(self._folder):
            writer = Writer(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), path)
        try:
            yield writer
        except BaseException:
            writer._written().discard()
            raise
        writer.stored = self._add(writer._written())

    def adopt(self, path: Path, sha256: str) -> Stored:
        """As `Store.adopt`, in the group."""
        self._store.path(sha256)
        fresh = self._fresh()
        fd, size = open_regular(path)
        written = _Written(fd, fresh, Stored(sha256, size))
        try:
            with disk_trouble(self._folder):
                path.rename(written.path)
        except BaseException:
            written.discard()
            raise
        return self._add(written)

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """As `Store.scratch`, for less: one that was left empty is handed out again."""
        folder = self._empty.pop() if self._empty else self._fresh_folder()
        try:
            yield folder
        except BaseException:  # something may still be writing there
            _remove(folder)
            raise
        if os.listdir(folder):  # noqa: PTH208  (once a mail, and three times as fast)
            _remove(folder)
        else:
            self._empty.append(folder)

    def flush(self) -> None:
        """Put all files in place, durably. DiskError as `Store.writer`; those not in place then are lost."""
        try:
            for file in self._store._place(list(self._waiting.values())):
                self._waiting.pop(file.stored.sha256).close()
        finally:
            self.close()

    def _add(self, written: _Written) -> Stored:
        if written.stored.sha256 in self._waiting:
            written.discard()
        else:
            self._waiting[written.stored.sha256] = written
            self._bytes += written.stored.size
        return written.stored

    def close(self) -> None:
        """Give up what is not in place."""
        while self._waiting:
            self._waiting.popitem()[1].discard()
        self._bytes = 0

    def _fresh_folder(self) -> Path:
        folder = self._fresh()
        with disk_trouble(self._folder):
            folder.mkdir(mode=0o700)
        return folder

    def _fresh(self) -> Path:
        """A name never used here before. A full group is flushed first: it holds descriptors."""
        if self.full:
            self.flush()
        self._names += 1
        return self._folder / str(self._names)


class Store(_Puts):
    """Files by content under `root/store`; temporary ones under `root/tmp` and `root/scratch`, on the same volume."""

    def __init__(self, root: Path) -> None:
        """Make the folders if they are not there. DiskError if that is not possible."""
        self.root = root
        self._store, self._tmp, self._scratch = root / "store", root / "tmp", root / "scratch"
        with disk_trouble(root):
            root.mkdir(parents=True, exist_ok=True)
            for folder in (self._store, self._tmp, self._scratch):
                folder.mkdir(mode=0o700, exist_ok=True)

    def path(self, sha256: str) -> Path:
        """Where a file of that digest is or would be. ValueError if it is no digest (64 lower-case hex digits)."""
        if not _DIGEST.fullmatch(sha256):
            raise ValueError(f"not a sha256: {sha256!r}")
        return self._store / sha256[:2] / sha256

    def has(self, sha256: str) -> bool:
        """Whether it is here. ValueError as `path`."""
        return self.path(sha256).is_file()

    def read(self, sha256: str) -> bytes:
        """The bytes of a file that is small. OSError if it is not here, ValueError as `path`."""
        return self.path(sha256).read_bytes()

    @contextmanager
    def writer(self) -> Iterator[Writer]:
        """A file to write in pieces; in the store, durably, when the block ends well, and gone if it does not.

        DiskError when there is no room or no right to write.
        """
        with disk_trouble(self._tmp):
            fd, name = tempfile.mkstemp(dir=self._tmp)
        fcntl.flock(fd, fcntl.LOCK_EX)
        writer = Writer(fd, Path(name))
        try:
            yield writer
            self._place([written := writer._written()])
            writer.stored = written.stored
        finally:
            writer._written().discard()

    @contextmanager
    def group(self) -> Iterator[Group]:
        """Files to put in place together, for less than one after another; see `Group`. DiskError as `writer`."""
        with self.scratch() as folder, closing(Group(self, folder)) as group:
            yield group
            group.flush()

    def adopt(self, path: Path, sha256: str) -> Stored:
        """Take over a regular file from `scratch`, whose digest is known to whoever wrote it. It is gone from there.

        ValueError if `sha256` is no digest or `path` no regular file; OSError if it is a link or not there; DiskError.
        """
        self.path(sha256)
        fd, size = open_regular(path)
        with os.fdopen(fd):
            self._place([_Written(fd, path, stored := Stored(sha256, size))])
        path.unlink(missing_ok=True)  # still there if the store had it already
        return stored

    def verify(self, sha256: str) -> bool:
        """Whether it is here and its bytes still give that digest."""
        if not self.has(sha256):
            return False
        with self.path(sha256).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A fresh empty folder on the store's volume, removed with all that is in it when the block ends."""
        with disk_trouble(self._scratch):
            folder = Path(tempfile.mkdtemp(dir=self._scratch))
        fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(fd, fcntl.LOCK_EX)
        try:
            yield folder
        finally:
            _remove(folder)
            os.close(fd)

    def sweep(self) -> int:
        """Remove what dead processes left in `tmp` and `scratch`. Returns how many files and folders that were."""
        with disk_trouble(self.root):
            left = [*self._tmp.iterdir(), *self._scratch.iterdir()]
            return sum(_remove_dead(path) for path in left)

    def free_bytes(self) -> int:
        """Bytes free on the store's volume for this user."""
        return shutil.disk_usage(self.root).free

    def _place(self, files: Sequence[_Written]) -> list[_Written]:
        """Sync files and rename them into place; where one of that digest and size is already, that stays.

        All data are synced before the first rename, and each folder once after the last. The folder of what is there
        already is synced too: whoever put it there may not have come to that.
        """
        with disk_trouble(self._store):
            targets = [(file, self.path(file.stored.sha256)) for file in files]
            new = [(file, target) for file, target in targets if not is_there(target, file.stored.size)]
            _sync_files([file for file, _ in new])
            missing = {folder for folder in {target.parent for _, target in new} if not folder.is_dir()}
            for folder in missing:
                folder.mkdir(mode=0o700, exist_ok=True)
            if missing:
                sync_folder(self._store)
            for file, target in new:
                file.path.replace(target)
            together(sync_folder, {target.parent for _, target in targets})
        return [file for file, _ in new]


def _sync_files(files: Sequence[_Written]) -> None:
    """Make files durable, and read-only."""
    for file in files:
        os.fchmod(file.fd, 0o444)
        if len(files) > 1 and file.stored.size < _PIECE and hasattr(os, "posix_fadvise"):
            os.posix_fadvise(file.fd, 0, 0, os.POSIX_FADV_DONTNEED)  # a hint: begin to write all before waiting for one
    together(os.fsync, [file.fd for file in files])


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _remove_dead(path: Path) -> bool:
    """Remove it unless a living process holds its lock."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return False
    except OSError:  # a symbolic link or a socket: nobody locks those
        _remove(path)
        return True
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _remove(path)
    except BlockingIOError:
        return False
    finally:
        os.close(fd)
    return True
