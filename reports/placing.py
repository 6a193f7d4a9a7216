"""A file takes the place of one that people save over at any moment: nothing they saved is lost in between."""

from __future__ import annotations

import ctypes
import errno
import hashlib
import itertools
import os
from pathlib import Path

LEFT_OVER = "另存"
"""In the name of a file that was saved in the one moment when there was no other place for it."""
_AT_FDCWD, _NOREPLACE, _EXCHANGE = -100, 1, 2
_CANNOT = frozenset({errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EPERM})


class ChangedMeanwhileError(Exception):
    """The workbook was saved by somebody while the new one was being made: read it, then make the new one again."""


def signature(path: Path) -> str:
    """Changes when the file is saved: time in nanoseconds, size in bytes, SHA-256; "" if it is not there."""
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            found = os.fstat(file.fileno())
    except FileNotFoundError:
        return ""
    return f"{found.st_mtime_ns}:{found.st_size}:{digest}"


def same_content(one: str, other: str) -> bool:
    """Two signatures of the same bytes, whenever they were saved."""
    return one.rpartition(":")[2] == other.rpartition(":")[2]


def put_in_place(new: Path, path: Path, seen: str | None) -> None:
    """Renames `new` to `path`, on one volume. seen: the `signature` of what may be replaced ("" for nothing).

    ChangedMeanwhileError if something else is there; it stays. Where the system can exchange two names, what was
    replaced is looked at once more, so that even a file saved in the very moment of the rename goes back.
    """
    if seen is None:
        new.replace(path)
    elif signature(path) != seen:
        raise ChangedMeanwhileError(path.name)
    elif not seen:
        _put_where_nothing_is(new, path)
    else:
        _exchange(new, path, seen)
    _sync_folder(path.parent)


def _exchange(new: Path, path: Path, seen: str) -> None:
    ours = signature(new)
    try:
        if not _renamed(new, path, _EXCHANGE):
            new.replace(path)
            return
    except FileNotFoundError:
        raise ChangedMeanwhileError(path.name) from None
    if signature(new) == seen:
        return
    _renamed(new, path, _EXCHANGE)
    if signature(new) != ours:  # saved once more between the two: a copy of its own, which the next run speaks of
        new.replace(_free(path))
    raise ChangedMeanwhileError(path.name)


def _put_where_nothing_is(new: Path, path: Path) -> None:
    try:
        if not _renamed(new, path, _NOREPLACE):
            new.replace(path)
    except FileExistsError:
        raise ChangedMeanwhileError(path.name) from None


def _renamed(one: Path, other: Path, how: int) -> bool:
    """The system's rename with a flag; False where kernel or volume does not know it. OSError as rename's."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    if rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), how) == 0:
        return True
    number = ctypes.get_errno()
    if number in _CANNOT:
        return False
    raise OSError(number, os.strerror(number), str(other))


def _sync_folder(folder: Path) -> None:
    """The rename is on the disk too, where the volume lets folders be synced."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _CANNOT:
            raise
    finally:
        os.close(descriptor)


def sweep(path: Path) -> None:
    """Removes what runs that were killed while they wrote the file have left beside it. Not while another writes it."""
    for left in path.parent.glob(f".{path.name}.*.tmp"):
        left.unlink(missing_ok=True)


def remove_seen(path: Path, seen: str) -> bool:
    """Removes the file if it is as it was seen, by its `signature`; one saved in that very moment stays. False if it
    was left."""
    aside = path.with_name(f".{path.name}.{os.getpid()}.gone")
    path.replace(aside)
    if signature(aside) == seen:
        aside.unlink()
        return True
    _back(aside, path)
    return False


def restore(path: Path) -> None:
    """Puts back what a run that was killed in `remove_seen` had set aside."""
    for aside in path.parent.glob(f".{path.name}.*.gone"):
        _back(aside, path)


def _back(aside: Path, path: Path) -> None:
    aside.replace(_free(path) if path.exists() else path)


def _free(path: Path) -> Path:
    names = (path.with_name(f"{path.stem}（{LEFT_OVER}{count or ''}）{path.suffix}") for count in itertools.count())
    return next(name for name in names if not name.exists())
