"""Files and folders made durable, and what a disk says when it cannot be."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ingest.errors import DiskError

_AT_ONCE = 4
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_NO_RIGHT = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.ENOTDIR, errno.EEXIST, errno.EIO}
_MEND_ROOM = (
    "请清理磁盘，或在 config.toml 的 [storage] root 中改用更大的磁盘，然后重新运行；未写完的文件不会留下半截数据。"
)
_MEND_RIGHT = "请检查该文件夹是否存在、运行本程序的用户是否有写权限、磁盘是否只读，然后重新运行。"


def is_full(error: OSError) -> bool:
    """There is no room for what was to be written."""
    return error.errno in _NO_ROOM


def is_there(path: Path, size: int) -> bool:
    """Whether a file of that size is there."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return False
    return stat.S_ISREG(found.st_mode) and found.st_size == size


def together(sync: Callable[[Any], None], items: Collection[Any]) -> None:
    """Sync several at a time: those that wait together share a commit of the file system's journal."""
    every = list(items)
    if len(every) < _AT_ONCE:
        for item in every:
            sync(item)
        return
    from concurrent.futures import ThreadPoolExecutor

    def some(first: int) -> None:
        for item in every[first::_AT_ONCE]:
            sync(item)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for _ in pool.map(some, range(_AT_ONCE)):
            pass


def open_regular(path: Path) -> tuple[int, int]:
    """Open a regular file, no link, to read: descriptor and size. ValueError if it is none, OSError."""
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    found = os.fstat(fd)
    if not stat.S_ISREG(found.st_mode):
        os.close(fd)
        raise ValueError(f"not a regular file: {path.name!r}")
    return fd, found.st_size


def sync_folder(folder: Path) -> None:
    """A rename is durable only when its folder is synced."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


@contextmanager
def disk_trouble(folder: Path) -> Iterator[None]:
    """Turn a full or unwritable disk into the operator's error; any other OSError stays what it is."""
    try:
        yield
    except OSError as error:
        why = error.strerror or ""
        if is_full(error):
            raise DiskError(f"磁盘空间不足，无法写入 {folder}", why=why, mend=_MEND_ROOM) from error
        if error.errno in _NO_RIGHT:
            raise DiskError(f"无法写入 {folder}", why=why, mend=_MEND_RIGHT) from error
        raise
