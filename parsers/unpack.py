"""Copying what a container holds, within bounds on what is really read, not on what it declares."""

from __future__ import annotations

import errno
import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from parsers.facts import Limits

PIECE = 2**20
_RATIO_FLOOR = 16 * 2**20  # bytes that may always come out, however small the archive


class Over(Exception):
    """A bound was reached, and nothing more is read. `reason` is a key of BROKEN_REASONS."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(detail or reason)
        self.reason = reason
        self.detail = detail


class Spoiled(Exception):
    """One member, or the archive, cannot be had. `reason` is a key of BROKEN_REASONS."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(detail or reason)
        self.reason = reason
        self.detail = detail


def is_nonsense(error: OSError) -> bool:
    """The archive's own fault, not that of the disk it lies on.

    A library said it in words without a number, or the archive sent us to a place before its beginning.
    """
    return error.errno in (None, errno.EINVAL)


class Readable(Protocol):
    """Anything bytes can be read from."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes, b"" at the end."""
        ...


@dataclass
class Budget:
    """How many bytes may still come out of one container."""

    left: int

    @classmethod
    def of(cls, limits: Limits, packed: int) -> Budget:
        """The bound for a container of `packed` bytes: in all, and by ratio."""
        return cls(min(limits.max_bytes, max(_RATIO_FLOOR, packed * limits.max_ratio)))

    def spend(self, size: int) -> None:
        """Over("too-large") if that is more than is left."""
        self.left -= size
        if self.left < 0:
            raise Over("too-large")


class Bounded(io.RawIOBase):
    """A stream that raises Over once more bytes were read from it than the budget has."""

    def __init__(self, source: Readable, budget: Budget) -> None:
        super().__init__()
        self._source = source
        self._budget = budget

    def readable(self) -> bool:
        """It is."""
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        """At most `size` bytes, a piece of them if that is negative."""
        data = self._source.read(PIECE if size is None or size < 0 else min(size, PIECE))
        self._budget.spend(len(data))
        return data


def save(source: Readable, path: Path | None, budget: Budget) -> tuple[int, str]:
    """Size and sha256 of all that `source` gives, written to `path` if that is one. A file left half is removed."""
    size, digest = 0, hashlib.sha256()
    with path.open("xb") if path is not None else io.BytesIO() as out:
        try:
            while data := source.read(PIECE):
                budget.spend(len(data))
                size += len(data)
                digest.update(data)
                if path is not None:
                    out.write(data)
            out.flush()
        except BaseException:
            if path is not None:
                path.unlink()
            raise
    return size, digest.hexdigest()
