"""What Maildirs and .eml folders have in common: names as UIDs and back, and reading files that others may swap."""

from __future__ import annotations

import errno
import os
import re
import stat
import urllib.parse
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Self

from ingest.errors import GoneError, UnreachableError
from ingest.sources import Seen, Target

_PIECE = 2**20
_ASKED_AT_ONCE = 500
_NO_SUCH_FILE = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENXIO}  # ELOOP: a link; ENXIO: a socket


class FileSource:
    """What sources over files have in common: they hold nothing open between calls."""

    def close(self) -> None:
        """Nothing is held open."""

    def __enter__(self) -> Self:
        """The source itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()


def to_uid(name: str) -> str:
    """A file name as a UID that any database can hold: bytes that are no UTF-8, and "%", become %XX."""
    return re.sub("[%\udc80-\udcff]", lambda match: f"%{ord(match[0]) & 0xFF:02X}", name)


def from_uid(uid: str) -> str:
    """The file name again."""
    return os.fsdecode(urllib.parse.unquote_to_bytes(uid))


def unknown(uids: Iterable[str], seen: Seen) -> Iterator[str]:
    """Those that are not known, in their order, asked for some hundreds at a time."""
    rest = list(uids)
    for start in range(0, len(rest), _ASKED_AT_ONCE):
        asked = rest[start : start + _ASKED_AT_ONCE]
        known = seen.known(asked)
        yield from (uid for uid in asked if uid not in known)


def open_plain(path: Path) -> BinaryIO:
    """A regular file to read, never a link, a pipe or a device. GoneError if it is not there or none; OSError."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        if error.errno in _NO_SUCH_FILE:
            raise GoneError(path.name) from error
        raise
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise GoneError(path.name)
    return os.fdopen(fd, "rb")


def pour(file: BinaryIO, target: Target) -> None:
    """All that is left in `file`, in pieces of 1 MiB."""
    while piece := file.read(_PIECE):
        target.write(piece)


@contextmanager
def reading(mailbox: str, path: Path) -> Iterator[None]:
    """Turn the failure to read a folder into the operator's error."""
    try:
        yield
    except OSError as error:
        raise UnreachableError(
            f"邮箱 {mailbox} 的文件夹无法读取：{path}",
            why=error.strerror or "",
            mend="请检查该文件夹是否存在、运行本程序的用户是否有读权限，并核对 config.toml 中的 url。",
            mailbox=mailbox,
            lasting=True,
        ) from error


def no_such_folder(mailbox: str, name: str, there: Iterable[str]) -> UnreachableError:
    """The error for a configured folder that is not there; `there` are those that are."""
    return UnreachableError(
        f"邮箱 {mailbox} 中没有名为“{name}”的文件夹",
        why=f"现有文件夹：{'、'.join(sorted(there))}",
        mend="请在 config.toml 的 [[mailboxes]] folders 中改用上面列出的名称。",
        mailbox=mailbox,
        lasting=True,
        folder=name,
    )
