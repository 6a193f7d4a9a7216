"""The programs that unpack a RAR into a pipe: their command lines, and what they write, member after member.

Only names of our own choosing stand on a command line.
"""

from __future__ import annotations

import tarfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol, cast

from parsers import tools
from parsers.archives.members import Members, Source
from parsers.archives.rar_headers import read_volume
from parsers.unpack import Readable, Spoiled

MISSING = "读取 RAR 需要安装 unar 或 libarchive-tools（bsdtar）；有密码或分卷的 RAR 需要 unar"
_BASE_S = 45.0
_BYTES_PER_S = 1_000_000
_OLD_NAMES = 901  # .rar, .r00 to .z99


@dataclass
class Work:
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
            raise Spoiled("unsupported", MISSING)
        return [str(Path(self.there["unar"]).with_name(name))]

    def _key(self) -> list[str]:
        return ["-p", self.password] if self.password else []


def laid_out(paths: Sequence[Path], folder: Path) -> str:
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


class Contents(Protocol):
    """What a program unpacks, member after member. output: all of it."""

    output: tools.Output

    def member(self, number: int) -> Readable:
        """The bytes of a member, and maybe more behind them; each asked for once, in their order."""
        ...


class Behind:
    """All in a row, as unar writes it."""

    def __init__(self, output: tools.Output) -> None:
        self.output = output

    def member(self, number: int) -> Readable:
        """All that is still to come."""
        return self.output


class InTar:
    """In a tar, as bsdtar makes it, with an entry for each in the archive."""

    def __init__(self, output: tools.Output) -> None:
        self.output = output
        stream = cast(IO[bytes], output)
        self._tar = tarfile.TarFile.open(fileobj=stream, mode="r|", errors="surrogateescape")
        self._at = -1

    def member(self, number: int) -> Readable:
        """The member's own bytes. EOFError if there is none, Spoiled if it is no file."""
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


def started(work: Work, stack: ExitStack, wanted: Sequence[int], *, plainly: bool) -> Contents:
    """Start a program on these members; it ends with `stack`. plainly: neither locks nor volumes stand in the way."""
    if plainly and "bsdtar" in work.there:
        command = work.bsdtar()
        return InTar(stack.enter_context(tools.running("bsdtar", command, seconds=work.seconds, folder=work.folder)))
    command = work.unar(wanted)
    return Behind(stack.enter_context(tools.running("unar", command, seconds=work.seconds, folder=work.folder)))
