"""An archive to its members, written under safe running names. No member's name ever reaches the file system."""

from __future__ import annotations

import bz2
import gzip
import lzma
import re
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from parsers import names
from parsers.charsets import decode_bytes
from parsers.facts import BROKEN_REASONS, ArchiveFacts, Broken, Limits, Member
from parsers.sniff import sniff
from parsers.unpack import Bounded, Budget, Over, Readable, is_nonsense, save

_METADATA = (".ds_store", "thumbs.db", "desktop.ini")
_METADATA_BYTES = 2**20  # what calls itself metadata and is larger is kept
_KEPT_NAME = 1_000
_MAX_FOLDER = 1_000
_LOCKED = 0x1  # bits of a zip member's flags
_UTF8 = 0x800
_DAMAGE = (
    zipfile.BadZipFile,
    tarfile.TarError,
    gzip.BadGzipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    ValueError,
    NotImplementedError,
)


def read_archive(path: Path, scratch: Path | None, limits: Limits, *, name: str = "") -> ArchiveFacts | Broken:
    """The members of the archive in `path`, written into `scratch` (member-0001 …) or only hashed if that is None.

    A member that climbs out, is a link or a device, is locked or damaged is listed with its problem and no path; the
    others go on. `name`: the archive's own, for the single file in a .gz. Broken if it is no archive or cannot be
    opened at all. OSError if `path` cannot be read or `scratch` not be written.
    """
    kind = sniff(path)
    if kind == "empty":
        return Broken(format=kind, reason="empty")
    members = _Members(scratch, limits, Budget.of(limits, path.stat().st_size))
    reader = _READERS.get(kind)
    if reader is None:
        if kind in ("7z", "rar"):
            return ArchiveFacts(format=kind, problem="unsupported")
        return Broken(format=kind, reason="bad-archive")
    try:
        reader(path, members, name)
    except Over as over:
        members.problem = over.reason
    except (*_DAMAGE, OSError) as error:
        if isinstance(error, OSError) and not is_nonsense(error):
            raise
        reason = "cut-off" if isinstance(error, EOFError) else "bad-archive"
        if not members.found:
            return Broken(format=kind, reason=reason, detail=f"{type(error).__name__}: {error}")
        members.problem = reason
    return ArchiveFacts(format=kind, members=tuple(members.found), problem=members.problem)


@dataclass
class _Members:
    """Members as they are found. problem: of the archive, the first of a member's that is one of the broken kinds."""

    scratch: Path | None
    limits: Limits
    budget: Budget
    found: list[Member] = field(default_factory=list)
    problem: str = ""

    def add(self, raw: bytes, declared: int, open_: Callable[[], Readable], problem: str = "") -> None:
        """One member; `raw` its name as stored, `open_` gives its bytes. Over if there are too many or too much."""
        folder, name, outside = _placed(decode_bytes(raw))
        if _is_metadata(raw, name, declared):
            return
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
                name=name or names.unnamed(number, ""),
                raw_name=raw.decode("ascii", "backslashreplace")[:_KEPT_NAME],
                folder=folder,
                size=size,
                sha256=digest,
                path="" if problem else path,
                problem=problem,
            )
        )
        if problem in BROKEN_REASONS:
            self.problem = self.problem or problem
        if problem == "too-large":
            raise Over(problem)

    def _save(self, open_: Callable[[], Readable], path: str, size: int) -> tuple[int, str, str]:
        """Size, digest and problem of one member's bytes."""
        try:
            return *save(open_(), self.scratch / path if self.scratch is not None else None, self.budget), ""
        except Over as over:
            return size, "", over.reason
        except zipfile.BadZipFile as error:
            return size, "", "bad-checksum" if "CRC" in str(error) else "unreadable"
        except NotImplementedError:
            return size, "", "unsupported"
        except EOFError:
            return size, "", "cut-off"
        except (zlib.error, lzma.LZMAError, gzip.BadGzipFile, ValueError, tarfile.TarError):
            return size, "", "unreadable"
        except RuntimeError:
            return size, "", "locked"
        except OSError as error:
            if not is_nonsense(error):
                raise
            return size, "", "unreadable"


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


def _read_zip(path: Path, members: _Members, _: str) -> None:
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            if not info.filename.endswith("/"):
                members.add(_zip_name(info), info.file_size, partial(archive.open, info), _zip_problem(info))


def _zip_name(info: zipfile.ZipInfo) -> bytes:
    """The name's bytes as stored: zipfile reads those without the UTF-8 flag as cp437, which is undone here."""
    return info.orig_filename.encode("utf-8" if info.flag_bits & _UTF8 else "cp437", "replace")


def _zip_problem(info: zipfile.ZipInfo) -> str:
    if info.flag_bits & _LOCKED:
        return "locked"
    return _mode_problem(info.external_attr >> 16) if info.create_system == 3 else ""


def _mode_problem(mode: int) -> str:
    if stat.S_ISLNK(mode):
        return "link"
    return "device" if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR) else ""


def _read_tar(path: Path, members: _Members, _: str) -> None:
    with path.open("rb") as file:
        _walk_tar(file, members)


def _walk_tar(source: Readable, members: _Members) -> None:
    with tarfile.open(fileobj=source, mode="r|", encoding="utf-8", errors="surrogateescape") as archive:  # type: ignore[call-overload]
        for info in archive:
            if info.isdir():
                continue
            problem = "link" if info.issym() or info.islnk() else "" if info.isreg() else "device"
            raw = info.name.encode("utf-8", "surrogateescape")
            members.add(raw, info.size, partial(_extracted, archive, info), problem)


def _extracted(archive: tarfile.TarFile, info: tarfile.TarInfo) -> Readable:
    found = archive.extractfile(info)
    if found is None:
        raise tarfile.ExtractError(info.name)
    return found


def _read_packed(path: Path, members: _Members, name: str) -> None:
    """A .gz, .bz2 or .xz: a tar inside, or one file."""
    openers: dict[str, Callable[..., Readable]] = {"gz": gzip.open, "bz2": bz2.open, "xz": lzma.open}
    opener = openers[sniff(path)]
    with opener(path, "rb") as stream:  # type: ignore[attr-defined]
        is_tar = stream.read(512)[257:262] == b"ustar"
    with opener(path, "rb") as stream:  # type: ignore[attr-defined]
        if is_tar:
            skipped = Budget(members.budget.left)
            _walk_tar(Bounded(stream, skipped), members)
        else:
            stem = re.sub(r"\.(gz|bz2|xz)$", "", name, flags=re.IGNORECASE)
            members.add(stem.encode(), 0, lambda: stream)


_READERS: dict[str, Callable[[Path, _Members, str], None]] = {
    "zip": _read_zip,
    "tar": _read_tar,
    "gz": _read_packed,
    "bz2": _read_packed,
    "xz": _read_packed,
}
