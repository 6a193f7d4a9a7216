"""RAR, unpacked by bsdtar or unar into a pipe; its headers are read here, and every member is checked against them.

Only names of our own choosing stand on a command line. bsdtar is asked first; it knows neither locks nor volumes.
"""

from __future__ import annotations

import json
import tarfile
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from parsers import tools
from parsers.archives.decoders import affordable
from parsers.archives.members import DAMAGE, Members, Source
from parsers.archives.rar4_locked import Lock, copy_unlocked
from parsers.archives.rar5_headers import turned
from parsers.archives.rar_headers import merged, read_volume
from parsers.archives.rar_programs import MISSING, Behind, Contents, Work, laid_out, started
from parsers.archives.rar_values import RarEntry, RarVolume
from parsers.archives.streams import Checked
from parsers.unpack import PIECE, Bounded, Budget, Over, Readable, Spoiled

_ROUNDS = 20  # powers of two a password is mixed; RAR's own is 15
_ZIP_TAIL = 66_000  # bytes in which libarchive looks for the end of a zip
_MAX_LIST = 16 * 2**20
_DOUBTED = ("bad-checksum", "unreadable", "cut-off")


def read_rar(source: Source, members: Members) -> None:
    """The members of a RAR, in one file or in volumes."""
    there = tools.unpackers()
    with tempfile.TemporaryDirectory(prefix="rar-", dir=members.scratch) as folder:
        first = laid_out(source.paths, Path(folder))
        work = Work(source, members, Path(folder), first, there)
        try:
            _read(work)
        except tools.ToolFailed as error:
            raise Spoiled(error.reason, str(error)) from error
        except tools.ToolMissing as error:
            raise Spoiled("unsupported", MISSING) from error


def _read(work: Work) -> None:
    most = 10 * (work.members.limits.max_members + 100)
    volumes = [read_volume(path, most) for path in work.source.paths]
    work.shut = work.source.shut
    if work.source.passwords and volumes[0].version == 4 and len(volumes) > 1:
        work.shut = "unsupported"  # unar may be unable to open it with the right password even
    if not work.there:
        raise Spoiled(work.shut if volumes[0].locked else "unsupported", MISSING)
    if len(volumes) == 1 and volumes[0].version == 4 and _unlock4(work, volumes[0]):
        volumes = [read_volume(work.folder / work.first, most)]
    entries = _listed(work) if volumes[0].locked else merged(volumes)
    if not work.password and any(entry.locked for entry in entries):
        work.password = _password(work, entries, volumes[0].version)
    _unpack_by_either(work, entries, plain=len(volumes) == 1 and not work.password, cut=volumes[-1].cut)
    if volumes[-1].cut:
        raise Spoiled("cut-off", f"volume {len(volumes)}")
    if len(entries) >= most:
        raise Over("too-many")


def _unpack_by_either(work: Work, entries: Sequence[RarEntry], *, plain: bool, cut: bool) -> None:
    """By bsdtar; by unar where that is no use or made something wrong: it does not know every way RAR packs."""
    left = work.members.budget.left
    both = len(work.there) > 1
    if plain and not (both and (cut or _ends_like_a_zip(work.folder / work.first))):
        try:
            _unpack(work, entries, plainly=True)
        except (tarfile.ReadError, Spoiled):
            if not both and not cut:
                raise
        if not both or (work.members.found and work.members.problem not in _DOUBTED):
            return
        work.members.forget(left)
    _unpack(work, entries, plainly=False)


def _ends_like_a_zip(path: Path) -> bool:
    """Its last member is a zip or a Word file that lies there unpacked: bsdtar takes the whole for that zip."""
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, 2) - _ZIP_TAIL))
        return b"PK\x05\x06" in file.read()


def _unlock4(work: Work, volume: RarVolume) -> bool:
    """Put a copy without its lock in the place of a locked RAR 4, if a password opens it."""
    locked = [
        (entry.size == 0, 0 if volume.solid else entry.size, number)  # an empty member would prove nothing
        for number, entry in enumerate(volume.entries)
        if entry.locked
    ]
    if not (locked or volume.locked):
        return False
    for password in work.source.passwords:
        lock, source, copy = Lock(password), work.folder / work.first, work.folder / "unlocked.rar"
        try:
            if locked:
                copy_unlocked(source, copy, lock, only=min(locked)[2])
                if not _comes_out(work, copy.name):
                    continue
            copy_unlocked(source, copy, lock)
        except (ValueError, EOFError):
            continue
        work.first = copy.name
        return True
    return False


def _comes_out(work: Work, first: str) -> bool:
    """Whether the one member of an archive is what its checksum says."""
    trial = replace(work, first=first)
    entry = read_volume(work.folder / first, 1).entries[0]
    with ExitStack() as stack:
        try:
            contents = started(trial, stack, [0], plainly=True)
            Checked(contents.member(0), entry.size, entry.crc).drain(Budget(work.members.budget.left))
        except (Over, Spoiled, *DAMAGE):
            return False
    return True


def _listed(work: Work) -> list[RarEntry]:
    """The members of an archive whose headers are locked too, by the first password that opens them."""
    for password in work.source.passwords:
        work.password = password
        try:
            entries = [_entry(row) for row in json.loads(_said(work))["lsarContents"]]
        except (ValueError, LookupError, TypeError, AttributeError):
            continue
        if entries:  # a wrong password lists nothing
            return entries
    work.password = ""
    if work.source.passwords:
        work.lsar()  # without the program no password was tried
    raise Spoiled(work.shut, "its headers are locked too")


def _said(work: Work) -> bytes:
    """The list a program makes of the archive, the beginning of it."""
    said = b""
    with tools.running("lsar", work.lsar(), seconds=work.seconds, folder=work.folder) as output:
        while len(said) < _MAX_LIST and (piece := output.read(PIECE)):
            said += piece
    return said


def _entry(row: dict[str, Any]) -> RarEntry:
    changed = int(row.get("RAR5EncryptionFlags", 0)) & 2
    salt = str(row.get("RAR5EncryptionSalt", "")).encode("latin-1", "replace")
    crc = row.get("RAR5CRC32", row.get("RARCRC32"))
    return RarEntry(
        name=str(row["XADFileName"]).encode("utf-8", "surrogatepass"),
        size=int(row.get("XADFileSize", 0)),
        crc=None if crc is None else int(crc),
        turned=(salt, int(row.get("RAR5EncryptionStrength", 0))) if changed else None,
        folder=bool(row.get("XADIsDirectory")),
        link=bool(row.get("XADIsLink")),
        dictionary=int(row.get("RAR5DictionarySize", 0)) if row.get("RAR5CompressionMethod") else 0,
    )


def _password(work: Work, entries: Sequence[RarEntry], version: int) -> str:
    """The first password under which the smallest locked member comes out right, "" if none does.

    From RAR 5 on nothing at all comes out under a wrong one: what comes out wrong is damaged.
    """
    if not work.source.passwords:
        return ""
    locked = [(entry.size or 2**63, number) for number, entry in enumerate(entries) if entry.locked]
    number = min(locked)[1]
    for password in work.source.passwords:
        work.password = password
        with tools.running("unar", work.unar([number]), seconds=work.seconds, folder=work.folder) as output:
            checked = _checked(output, entries[number], password)
            try:
                checked.drain(Budget(work.members.budget.left))
            except (Over, EOFError):
                continue
            except Spoiled:
                if version == 4 or checked.left:
                    continue
            return password
    return ""


def _unpack(work: Work, entries: Sequence[RarEntry], *, plainly: bool) -> None:
    """Every member to where it belongs, in one run of one program."""
    problems = [_problem(work, entry) for entry in entries]
    wanted = [number for number, entry in enumerate(entries) if not entry.folder and not problems[number]]
    wanted = wanted[: work.members.limits.max_members + 1]
    skipped, asked = Budget(work.members.budget.left), set(wanted)
    with ExitStack() as stack:
        contents = started(work, stack, wanted, plainly=plainly) if wanted else None
        for number, entry in enumerate(entries):
            if entry.folder:
                work.members.count()
                continue
            checked: list[Checked] = []
            opened = partial(_opened, contents, number, entry, work.password, checked)
            work.members.add(entry.name, entry.size, opened, problems[number])
            if isinstance(contents, Behind) and number in asked:
                _pass_over(checked or [opened()], skipped)
        if contents is not None and any(entries[number].crc is None for number in wanted):
            _check_end(contents, skipped)


def _check_end(contents: Contents, budget: Budget) -> None:
    """Spoiled if the program says that something went wrong: all there is to go by for members without a checksum."""
    rest = Bounded(contents.output, budget)
    while rest.read(PIECE):
        continue
    if contents.output.code:
        raise Spoiled("bad-archive", f"the program ended with {contents.output.code}")


def _problem(work: Work, entry: RarEntry) -> str:
    """Why a member is not even asked for."""
    if entry.link:
        return "link"
    try:
        affordable(entry.dictionary)
    except Spoiled as error:
        return error.reason
    return work.shut if entry.locked and not work.password else ""


def _opened(contents: Contents | None, number: int, entry: RarEntry, password: str, checked: list[Checked]) -> Readable:
    if contents is None:
        raise Spoiled("unreadable")
    checked.append(_checked(contents.member(number), entry, password))
    return checked[0]


def _checked(stream: Readable, entry: RarEntry, password: str) -> Checked:
    """A member's bytes against its checksum, as far as it has one that can be known."""
    if entry.turned is None:
        return Checked(stream, entry.size, entry.crc)
    salt, rounds = entry.turned
    if rounds > _ROUNDS:
        return Checked(stream, entry.size, None)
    return Checked(stream, entry.size, entry.crc, partial(turned, password=password, salt=salt, rounds=rounds))


def _pass_over(checked: Sequence[Any], budget: Budget) -> None:
    """What is left of a member unread, so that the next begins where it should."""
    try:
        checked[0].drain(budget)
    except (Spoiled, EOFError):  # said already, of the member itself
        return
