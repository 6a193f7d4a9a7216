"""An archive to its members, written under safe running names. No member's name ever reaches the file system."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from parsers.archives.members import DAMAGE, Members, Source, is_cut
from parsers.facts import ArchiveFacts, Broken, Limits
from parsers.sniff import UNLOCKABLE, sniff
from parsers.unpack import Budget, Over, Spoiled, is_nonsense
from parsers.volumes import look_at, volume_of

_NOBODYS_FAULT = ("locked", "wrong-password", "unsupported", "missing-volume", "too-many", "too-large", "overlapping")
_VOLUMED = ("zip", "7z", "rar")

Reader = Callable[[Source, Members], None]
"""Adds the members of an archive. Raises Over where a bound ends it, Spoiled or one of DAMAGE where it is no good."""


def read_archive(
    path: Path,
    scratch: Path | None,
    limits: Limits,
    *,
    name: str = "",
    passwords: Sequence[str] = (),
    volumes: Sequence[Path] = (),
) -> ArchiveFacts | Broken:
    """The members of the archive in `path`, written into `scratch` (member-0001 …) or only hashed if that is None.

    A member that climbs out, is a link or a device, is locked or damaged is listed with its problem and no path; the
    others go on. Broken if it is no archive or nothing of it can be had for damage; what is locked, lacks a volume or
    a program to read it, or holds no file ("no-members") is ArchiveFacts with that problem. OSError if a file cannot
    be read or `scratch` not written. name: the archive's own, for the single file in a .gz. passwords: tried in order,
    where one is needed. volumes: those after `path`, in their order (`parsers.volumes.ordered`); for .z01 … .zip the
    .zip is the last.
    """
    kind = sniff(path)
    if kind == "empty":
        return Broken(format=kind, reason="empty")
    if kind in UNLOCKABLE:
        from parsers.unlock import unlock

        return unlock(path, scratch, limits, name=name, passwords=passwords)
    reader = _reader(kind)
    if reader is None and _is_later_volume(path, name):
        return ArchiveFacts(format=kind, problem="missing-volume", detail="a later volume by itself")
    if reader is None:
        return Broken(format=kind, reason="bad-archive")
    source = Source.of((path, *volumes), name, passwords)
    members = Members(scratch, limits, Budget.of(limits, source.size))
    reason, detail = _tried(reader, source, members)
    if reason == "cut-off" and kind in _VOLUMED and (volumes or volume_of(name) is not None):
        reason = "missing-volume"
    if reason and not members.found and reason not in _NOBODYS_FAULT:
        return Broken(format=kind, reason=reason, detail=detail)
    problem = reason or members.problem or ("" if members.found else "no-members")
    return ArchiveFacts(format=kind, members=tuple(members.found), problem=problem, detail=detail or members.detail)


def _tried(reader: Reader, source: Source, members: Members) -> tuple[str, str]:
    """Why the reader came to no good end, and in more words; empty if it did."""
    try:
        reader(source, members)
    except (Over, Spoiled) as error:
        return error.reason, error.detail
    except MemoryError as error:  # one allocation no machine could serve: what the bytes asked for, not our fault
        return "too-big", f"MemoryError: {error}"
    except (*DAMAGE, OSError) as error:
        if isinstance(error, OSError) and not is_nonsense(error):
            raise
        return "cut-off" if is_cut(error) else "bad-archive", f"{type(error).__name__}: {error}"[:500]
    return "", ""


def _is_later_volume(path: Path, name: str) -> bool:
    """By its name; or it ends a zip that began in other files."""
    return volume_of(name) is not None or bool(look_at(path).many)


def _reader(kind: str) -> Reader | None:
    """Each format is loaded when the first archive of it comes."""
    if kind == "zip":
        from parsers.archives.zips import read_zip

        return read_zip
    if kind == "7z":
        from parsers.archives.sevenz import read_7z

        return read_7z
    if kind == "rar":
        from parsers.archives.rars import read_rar

        return read_rar
    if kind == "tar":
        from parsers.archives.tars import read_tar

        return read_tar
    if kind in ("gz", "bz2", "xz", "zst"):
        from parsers.archives.tars import read_packed

        return read_packed
    return None
