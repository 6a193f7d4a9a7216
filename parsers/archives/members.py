"""What comes out of an archive, whatever its format: placed, bounded, written under running names."""

from __future__ import annotations

import gzip
import io
import lzma
import re
import tarfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from parsers import names
from parsers.archives.streams import Joined
from parsers.charsets import decode_bytes
from parsers.facts import BROKEN_REASONS, Limits, Member
from parsers.unpack import Budget, Over, Readable, Spoiled, is_nonsense, save

_METADATA = (".ds_store", "thumbs.db", "desktop.ini")
_METADATA_BYTES = 2**20  # what calls itself metadata and is larger is kept
_KEPT_NAME = 1_000
_MAX_FOLDER = 1_000
_MAX_PASSWORDS = 20
_ENTRIES_EACH = 10  # folders and leftovers that may stand beside each member
DAMAGE = (
    tarfile.TarError,
    gzip.BadGzipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    ValueError,
    RecursionError,
    NotImplementedError,
)
"""What the standard library raises over bytes that are no archive, or a damaged one."""


@dataclass(frozen=True)
class Source:
    """An archive as it was given: its volumes in order, its own name, passwords to try."""

    paths: tuple[Path, ...]
    name: str = ""
    passwords: tuple[str, ...] = ()

    @classmethod
    def of(cls, paths: Sequence[Path], name: str, passwords: Sequence[str]) -> Source:
        """With the passwords each once, as many as are tried at all."""
        return cls(tuple(paths), name, tuple(dict.fromkeys(filter(None, passwords)))[:_MAX_PASSWORDS])

    @property
    def size(self) -> int:
        """Bytes of all volumes."""
        return sum(path.stat().st_size for path in self.paths)

    @property
    def starts(self) -> tuple[int, ...]:
        """Where each volume begins in the file that `open` gives."""
        return Joined(self.paths).starts

    def open(self) -> BinaryIO:
        """All volumes as one file."""
        if len(self.paths) == 1:
            return self.paths[0].open("rb")
        return io.BufferedReader(Joined(self.paths), 2**16)

    @property
    def shut(self) -> str:
        """What to say of what no password opened."""
        return "wrong-password" if self.passwords else "locked"


@dataclass
class Members:
    """Members as they are found. problem: of the archive, the first of a member's that is one of the broken kinds."""

    scratch: Path | None
    limits: Limits
    budget: Budget
    found: list[Member] = field(default_factory=list)
    problem: str = ""
    detail: str = ""
    _entries: int = 0

    def add(
        self, name: str | bytes, declared: int, open_: Callable[[], Readable], problem: str = "", *, raw: bytes = b""
    ) -> str:
        """One member, and the problem it has; `open_` gives its bytes. Over if there are too many or too much.

        name: as it is, or the bytes it is stored in, to be guessed. raw: the stored bytes where `name` is text.
        """
        self.count()
        raw = raw or (name if isinstance(name, bytes) else name.encode("utf-8", "surrogatepass"))
        folder, shown, outside = _placed(decode_bytes(name) if isinstance(name, bytes) else name)
        if _is_metadata(raw, shown, declared):
            return ""
        if len(self.found) >= self.limits.max_members:
            raise Over("too-many")
        number = len(self.found) + 1
        path = f"member-{number:04d}" if self.scratch is not None else ""
        problem = problem or ("outside" if outside else "")
        size, digest = max(0, declared), ""
        if not problem:
            size, digest, problem = self._save(open_, path, size)
        self.found.append(
            Member(
                name=shown or names.unnamed(number, ""),
                raw_name=raw.decode("ascii", "backslashreplace")[:_KEPT_NAME],
                folder=folder,
                size=size,
                sha256=digest,
                path="" if problem else path,
                problem=problem,
            )
        )
        self._note(problem)
        return problem

    def count(self) -> None:
        """One more entry, be it a folder or something else nobody wants. Over("too-many") at some number of them."""
        self._entries += 1
        if self._entries > _ENTRIES_EACH * (self.limits.max_members + 100):
            raise Over("too-many")

    def forget(self, left: int) -> None:
        """Begin anew with `left` bytes of the budget: what came out so far was made by the wrong means."""
        for member in self.found:
            if member.path and self.scratch is not None:
                (self.scratch / member.path).unlink()
        self.found.clear()
        self.problem, self._entries, self.budget.left = "", 0, left

    def _note(self, problem: str) -> None:
        if problem in BROKEN_REASONS:
            self.problem = self.problem or problem
        if problem == "too-large":
            raise Over(problem)

    def _save(self, open_: Callable[[], Readable], path: str, size: int) -> tuple[int, str, str]:
        """Size, digest and problem of one member's bytes."""
        try:
            return *save(open_(), self.scratch / path if self.scratch is not None else None, self.budget), ""
        except (Over, Spoiled) as error:
            return size, "", error.reason
        except MemoryError:
            return size, "", "too-big"
        except DAMAGE as error:
            return size, "", "cut-off" if is_cut(error) else "unreadable"
        except OSError as error:
            if not is_nonsense(error):
                raise
            return size, "", "unreadable"


def is_cut(error: BaseException) -> bool:
    """The bytes ended before the archive did."""
    return isinstance(error, EOFError) or "unexpected end of data" in str(error)


def _placed(name: str) -> tuple[str, str, bool]:
    """Folder, file name, and whether the name climbs out of the archive."""
    pieces = re.split(r"[/\\]", name)
    outside = ".." in pieces or name.startswith(("/", "\\")) or bool(re.match(r"[A-Za-z]:", name))
    folders = (names.clean(piece) for piece in pieces[:-1])
    return "/".join(folder for folder in folders if folder)[:_MAX_FOLDER], names.clean(pieces[-1]), outside


def _is_metadata(raw: bytes, name: str, declared: int) -> bool:
    """Left behind by Finder or Explorer, about files and none itself."""
    if declared > _METADATA_BYTES:
        return False
    apple = name.startswith("._") and raw.startswith(b"__MACOSX/")
    return apple or name.lower() in _METADATA
