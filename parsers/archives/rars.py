"""RAR, unpacked by bsdtar or unar into a pipe; its headers are read here, and every member is checked against them.

Only names of our own choosing stand on a command line. bsdtar is asked first; it knows neither locks nor volumes.
"""

from __future__ import annotations

import json
import tarfile
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import IO, Any, Protocol, cast

from parsers import tools
from parsers.archives.decoders import affordable
from parsers.archives.members import DAMAGE, Members, Source
from parsers.archives.rar4_locked import Lock, copy_unlocked
from parsers.archives.rar_headers import RarEntry, RarVolume, merged, read_volume
from parsers.archives.streams import Checked
from parsers.unpack import PIECE, Budget, Over, Readable, Spoiled

_BASE_S = 45.0
_BYTES_PER_S = 1_000_000
_ZIP_TAIL = 66_000  # bytes in which libarchive looks for the end of a zip
_MAX_LIST = 16 * 2**20
_OLD_NAMES = 901  # .rar, .r00 to .z99
_MISSING = "读取 RAR 需要安装 unar 或 libarchive-tools（bsdtar）；有密码或分卷的 RAR 需要 unar"


def read_rar(source: Source, members: Members) -> None:
    """The members of a RAR, in one file or in volumes."""
    there = tools.unpackers()
    with tempfile.TemporaryDirectory(prefix="rar-", dir=members.scratch) as folder:
        first = _laid_out(source.paths, Path(folder))
        work = _Work(source, members, Path(folder), first, there)
        try:
            _read(work)
        except tools.ToolFailed as error:
            raise Spoiled(error.reason, str(error)) from error
        except tools.ToolMissing as error:
            raise Spoiled("unsupported", _MISSING) from error


@dataclass
class _Work:
    """All one reading needs: where the volumes lie under names of ours, which programs there are, which password.

    shut: what to say of what no password opened.
    """

    source: Source
    members: Members
    folder: Path
    first: str
    there: dict[str, str]
    password: str = ""
    shut: str = ""

    @property
    def seconds(self) -> float:
        """What a program may take."""
        return _BASE_S + self.source.size / _BYTES_PER_S

    def bsdtar(self) -> list[str]:
        """A command that makes a tar of the archive."""
        return [self.there["bsdtar"], "-c", "-f", "-", "--format=pax", f"@{self.first}"]

    def unar(self, numbers: Sequence[int]) -> list[str]:
        """A command that writes these members, one after the other."""
        named = [self.first, *map(str, numbers)]
        return [*self._program("unar"), "-q", "-nr", "-k", "skip", "-o", "-", *self._key(), "-i", *named]

    def lsar(self) -> list[str]:
        """A command that lists the archive."""
        return [*self._program("lsar"), "-j", "-nr", *self._key(), self.first]

    def _program(self, name: str) -> list[str]:
        if "unar" not in self.there:
            raise Spoiled("unsupported", _MISSING)
        return [str(Path(self.there["unar"]).with_name(name))]

    def _key(self) -> list[str]:
        return ["-p", self.password] if self.password else []


def _laid_out(paths: Sequence[Path], folder: Path) -> str:
    """The volumes in a folder of their own, under names by which a program finds them all; the first one's name."""
    width = len(str(len(paths)))  # unar takes part9 for the last where part10 follows part1
    if len(paths) == 1:
        found = ["archive.rar"]
    elif read_volume(paths[0], 1).old_names and len(paths) <= _OLD_NAMES:
        found = ["archive.rar", *(f"archive.{chr(ord('r') + n // 100)}{n % 100:02d}" for n in range(len(paths) - 1))]
    else:
        found = [f"archive.part{number:0{width}}.rar" for number in range(1, len(paths) + 1)]
    for name, path in zip(found, paths, strict=True):
        (folder / name).symlink_to(path.resolve())
    return found[0]


def _read(work: _Work) -> None:
    most = 10 * (work.members.limits.max_members + 100)
    volumes = [read_volume(path, most) for path in work.source.paths]
    work.shut = work.source.shut
    if work.source.passwords and volumes[0].version == 4 and len(volumes) > 1:
        work.shut = "unsupported"  # unar may be unable to open it with the right password even
    if not work.there:
        raise Spoiled(work.shut if volumes[0].locked else "unsupported", _MISSING)
    if len(volumes) == 1 and volumes[0].version == 4 and _unlock4(work, volumes[0]):
        volumes = [read_volume(work.folder / work.first, most)]
    entries = _listed(work) if volumes[0].locked else merged(volumes)
    if not work.password and any(entry.locked for entry in entries):
        work.password = _password(work, entries)
    cut = volumes[-1].cut  # bsdtar may give nothing at all then
    misread = "unar" in work.there and (cut or _ends_like_a_zip(work.source.paths[-1]))
    try:
        _unpack(work, entries, plainly=len(volumes) == 1 and not work.password and not misread)
    except tarfile.ReadError:
        if not cut:
            raise
    if cut:
        raise Spoiled("cut-off", f"volume {len(volumes)}")
    if len(entries) >= most:
        raise Over("too-many")


def _ends_like_a_zip(path: Path) -> bool:
    """Its last member is a zip or a Word file that lies there unpacked: bsdtar takes the whole for that zip."""
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, 2) - _ZIP_TAIL))
        return b"PK\x05\x06" in file.read()


def _unlock4(work: _Work, volume: RarVolume) -> bool:
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


def _comes_out(work: _Work, first: str) -> bool:
    """Whether the one member of an archive is what its checksum says."""
    trial = replace(work, first=first)
    entry = read_volume(work.folder / first, 1).entries[0]
    with ExitStack() as stack:
        try:
            contents = _started(trial, stack, [0], plainly=True)
            Checked(contents.member(0), entry.size, entry.crc).drain(Budget(work.members.budget.left))
        except (Over, Spoiled, *DAMAGE):
            return False
    return True


def _listed(work: _Work) -> list[RarEntry]:
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


def _said(work: _Work) -> bytes:
    """The list a program makes of the archive, the beginning of it."""
    said = b""
    with tools.running("lsar", work.lsar(), seconds=work.seconds, folder=work.folder) as output:
        while len(said) < _MAX_LIST and (piece := output.read(PIECE)):
            said += piece
    return said


def _entry(row: dict[str, Any]) -> RarEntry:
    changed = int(row.get("RAR5EncryptionFlags", 0)) & 2
    crc = row.get("RAR5CRC32", row.get("RARCRC32"))
    return RarEntry(
        name=str(row["XADFileName"]).encode("utf-8", "surrogatepass"),
        size=int(row.get("XADFileSize", 0)),
        crc=None if changed or crc is None else int(crc),
        folder=bool(row.get("XADIsDirectory")),
        link=bool(row.get("XADIsLink")),
        dictionary=int(row.get("RAR5DictionarySize", 0)) if row.get("RAR5CompressionMethod") else 0,
    )


def _password(work: _Work, entries: Sequence[RarEntry]) -> str:
    """The first password under which the smallest locked member comes out right, "" if none does."""
    if not work.source.passwords:
        return ""
    locked = [(entry.size or 2**63, number) for number, entry in enumerate(entries) if entry.locked]
    number = min(locked)[1]
    for password in work.source.passwords:
        work.password = password
        with tools.running("unar", work.unar([number]), seconds=work.seconds, folder=work.folder) as output:
            try:
                Checked(output, entries[number].size, entries[number].crc).drain(Budget(work.members.budget.left))
            except (Over, Spoiled, EOFError):
                continue
            return password
    return ""


class _Contents(Protocol):
    """What a program unpacks, member after member."""

    def member(self, number: int) -> Readable:
        """The bytes of a member, and maybe more behind them; each asked for once, in their order."""
        ...


class _Behind:
    """All in a row, as unar writes it."""

    def __init__(self, output: tools.Output) -> None:
        self._output = output

    def member(self, number: int) -> Readable:
        return self._output


class _InTar:
    """In a tar, as bsdtar makes it, with an entry for each in the archive."""

    def __init__(self, output: tools.Output) -> None:
        stream = cast(IO[bytes], output)
        self._tar = tarfile.TarFile.open(fileobj=stream, mode="r|", errors="surrogateescape")
        self._at = -1

    def member(self, number: int) -> Readable:
        info = None
        while self._at < number:
            info = self._tar.next()
            self._at += 1
            if info is None:
                raise EOFError("the program gave no more")
        found = self._tar.extractfile(info) if info is not None and info.isreg() else None
        if found is None:
            raise Spoiled("unreadable")
        return cast(Readable, found)


def _unpack(work: _Work, entries: Sequence[RarEntry], *, plainly: bool) -> None:
    """Every member to where it belongs, in one run of one program."""
    problems = [_problem(work, entry) for entry in entries]
    wanted = [number for number, entry in enumerate(entries) if not entry.folder and not problems[number]]
    wanted = wanted[: work.members.limits.max_members + 1]
    skipped, asked = Budget(work.members.budget.left), set(wanted)
    with ExitStack() as stack:
        contents = _started(work, stack, wanted, plainly=plainly) if wanted else None
        for number, entry in enumerate(entries):
            if entry.folder:
                work.members.count()
                continue
            checked: list[Checked] = []
            opened = partial(_opened, contents, number, entry, checked)
            work.members.add(entry.name, entry.size, opened, problems[number])
            if isinstance(contents, _Behind) and number in asked:
                _pass_over(checked or [opened()], skipped)


def _problem(work: _Work, entry: RarEntry) -> str:
    """Why a member is not even asked for."""
    if entry.link:
        return "link"
    try:
        affordable(entry.dictionary)
    except Spoiled as error:
        return error.reason
    return work.shut if entry.locked and not work.password else ""


def _started(work: _Work, stack: ExitStack, wanted: Sequence[int], *, plainly: bool) -> _Contents:
    if plainly and "bsdtar" in work.there:
        command = work.bsdtar()
        return _InTar(stack.enter_context(tools.running("bsdtar", command, seconds=work.seconds, folder=work.folder)))
    command = work.unar(wanted)
    return _Behind(stack.enter_context(tools.running("unar", command, seconds=work.seconds, folder=work.folder)))


def _opened(contents: _Contents | None, number: int, entry: RarEntry, checked: list[Checked]) -> Readable:
    if contents is None:
        raise Spoiled("unreadable")
    checked.append(Checked(contents.member(number), entry.size, entry.crc))
    return checked[0]


def _pass_over(checked: Sequence[Any], budget: Budget) -> None:
    """What is left of a member unread, so that the next begins where it should."""
    try:
        checked[0].drain(budget)
    except (Spoiled, EOFError):  # said already, of the member itself
        return
