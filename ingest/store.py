"""The content-addressed store: every file once, under its SHA-256, written to a temporary name, synced and renamed.

A crash leaves files in `tmp` and `scratch` only. Each of those is locked (flock) as long as the process that made it
lives, so that `sweep` can tell the dead ones from those in use.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import DiskError

_DIGEST = re.compile(r"[0-9a-f]{64}")
_PIECE = 2**20
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NO_RIGHT = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.ENOTDIR, errno.EEXIST, errno.EIO}


@dataclass(frozen=True)
class Stored:
    """A file in the store: its digest (64 hex digits) and its size in bytes."""

    sha256: str
    size: int


class Writer:
    """A file on its way into the store, hashed while it is written. Not for two threads at once.

    `stored` is set when the `with` block of `Store.writer` has ended well, None before.
    """

    def __init__(self, folder: Path) -> None:
        """Open a temporary file in `folder`. DiskError if that is not possible."""
        self.stored: Stored | None = None
        self._size = 0
        self._hash = hashlib.sha256()
        with _disk_trouble(folder):
            self._fd, name = tempfile.mkstemp(dir=folder)
        self._path = Path(name)
        fcntl.flock(self._fd, fcntl.LOCK_EX)

    def write(self, data: bytes, /) -> int:
        """Append all of `data`. DiskError if there is no room."""
        view = memoryview(data)
        with _disk_trouble(self._path.parent):
            while view:
                view = view[os.write(self._fd, view) :]
        self._hash.update(data)
        self._size += len(data)
        return len(data)

    def seek(self, offset: int, /) -> int:
        """Start anew: 0 is the only place to go back to, the digest could not follow to another."""
        if offset != 0:
            raise ValueError("a writer can only start anew")
        self._hash = hashlib.sha256()
        self._size = 0
        return os.lseek(self._fd, 0, os.SEEK_SET)

    def truncate(self) -> int:
        """Cut off what lies behind the last byte written."""
        os.ftruncate(self._fd, self._size)
        return self._size

    def _finish(self, store: Store) -> Stored:
        digest = self._hash.hexdigest()
        with _disk_trouble(self._path.parent):
            os.fchmod(self._fd, 0o444)
            os.fsync(self._fd)
            store._place(self._path, digest, self._size)
            os.close(self._fd)
        return Stored(digest, self._size)

    def _discard(self) -> None:
        with suppress(OSError):  # closed already, when the trouble came with closing it
            os.close(self._fd)
        self._path.unlink(missing_ok=True)


class Store:
    """Files by content under `root/store`; temporary ones under `root/tmp` and `root/scratch`, on the same volume."""

    def __init__(self, root: Path) -> None:
        """Make the folders if they are not there. DiskError if that is not possible."""
        self.root = root
        self._store, self._tmp, self._scratch = root / "store", root / "tmp", root / "scratch"
        with _disk_trouble(root):
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

    @contextmanager
    def writer(self) -> Iterator[Writer]:
        """A file to write in pieces; in the store, durably, when the block ends well, and gone if it does not.

        DiskError when there is no room or no right to write.
        """
        writer = Writer(self._tmp)
        try:
            yield writer
            writer.stored = writer._finish(self)
        except BaseException:
            writer._discard()
            raise

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

    def adopt(self, path: Path, sha256: str) -> Stored:
        """Take over a regular file from `scratch`, whose digest is known to whoever wrote it. It is gone from there.

        ValueError if `sha256` is no digest or `path` no regular file; OSError if it is a link or not there; DiskError.
        """
        self.path(sha256)
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
        try:
            found = os.fstat(fd)
            if not stat.S_ISREG(found.st_mode):
                raise ValueError(f"not a regular file: {path.name!r}")
            with _disk_trouble(path.parent):
                os.fchmod(fd, 0o444)
                os.fsync(fd)
                self._place(path, sha256, found.st_size)
        finally:
            os.close(fd)
        return Stored(sha256, found.st_size)

    def verify(self, sha256: str) -> bool:
        """Whether it is here and its bytes still give that digest."""
        path = self.path(sha256)
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A fresh empty folder on the store's volume, removed with all that is in it when the block ends."""
        with _disk_trouble(self._scratch):
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
        with _disk_trouble(self.root):
            left = [*self._tmp.iterdir(), *self._scratch.iterdir()]
            return sum(_remove_dead(path) for path in left)

    def free_bytes(self) -> int:
        """Bytes free on the store's volume for this user."""
        return shutil.disk_usage(self.root).free

    def _place(self, path: Path, sha256: str, size: int) -> None:
        """Rename a synced file into place; where one of that digest and size is already, that stays and this goes."""
        target = self.path(sha256)
        if target.is_file() and target.stat().st_size == size:
            path.unlink()
            return
        if not target.parent.is_dir():
            target.parent.mkdir(mode=0o700, exist_ok=True)
            _sync_folder(self._store)
        path.replace(target)
        _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    """A rename is durable only when its folder is synced."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


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
    except BlockingIOError:
        return False
    else:
        _remove(path)
        return True
    finally:
        os.close(fd)


@contextmanager
def _disk_trouble(folder: Path) -> Iterator[None]:
    """Turn a full or unwritable disk into the operator's error; any other OSError stays what it is."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise DiskError(
                f"磁盘空间不足，无法写入 {folder}",
                why=error.strerror or "",
                mend="请清理磁盘，或在 config.toml 的 [storage] root 中改用更大的磁盘，然后重新运行；"
                "未写完的文件不会留下半截数据。",
            ) from error
        if error.errno in _NO_RIGHT:
            raise DiskError(
                f"无法写入 {folder}",
                why=error.strerror or "",
                mend="请检查该文件夹是否存在、运行本程序的用户是否有写权限、磁盘是否只读，然后重新运行。",
            ) from error
        raise
