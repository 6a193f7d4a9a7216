"""Tar, and what is packed by gzip, bzip2, xz or zstd: a tar inside, or one file. Read in one pass, as a stream."""

from __future__ import annotations

import gzip
import re
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import cast

from parsers.archives.decoders import BZIP2, XZ, ZSTD, decoder_of
from parsers.archives.members import Members, Source
from parsers.archives.streams import Decoded
from parsers.unpack import Bounded, Budget, Readable

_MAX_HEADER = 2**20  # of one extended header, which the library reads whole
_EXTENDED = (tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.GNUTYPE_LONGNAME, b"K")


class _Header(tarfile.TarInfo):
    """A header that does not ask for more memory than a name may need."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> _Header:
        """As the library does."""
        found = super().frombuf(buf, encoding, errors)
        if found.type in _EXTENDED and found.size > _MAX_HEADER:
            raise tarfile.ReadError(f"an extended header of {found.size} bytes")
        return found


def read_tar(source: Source, members: Members) -> None:
    """The members of a tar."""
    with source.open() as file:
        walk_tar(file, members)


def walk_tar(stream: Readable, members: Members) -> None:
    """The members of a tar that comes as a stream."""
    with tarfile.open(
        fileobj=stream, mode="r|", encoding="utf-8", errors="surrogateescape", tarinfo=_Header
    ) as archive:  # type: ignore[call-overload]
        for info in archive:
            if info.isdir():
                members.count()
                continue
            problem = "link" if info.issym() or info.islnk() else "" if info.isreg() else "device"
            raw = info.name.encode("utf-8", "surrogateescape")
            members.add(raw, info.size, partial(_extracted, archive, info), problem)


def _extracted(archive: tarfile.TarFile, info: tarfile.TarInfo) -> Readable:
    found = archive.extractfile(info)
    if found is None:
        raise tarfile.ExtractError(info.name)
    return found


def read_packed(source: Source, members: Members) -> None:
    """A .gz, .bz2, .xz or .zst."""
    path = source.paths[0]
    with _opened(path) as stream:
        is_tar = stream.read(512)[257:262] == b"ustar"
    with _opened(path) as stream:
        if is_tar:
            walk_tar(Bounded(stream, Budget(members.budget.left)), members)  # what is passed over counts too
        else:
            members.add(re.sub(r"\.(gz|bz2|xz|zst)$", "", source.name, flags=re.IGNORECASE), 0, lambda: stream)


@contextmanager
def _opened(path: Path) -> Iterator[Readable]:
    """What is packed in the file, as a stream."""
    with path.open("rb") as file:
        head = file.read(3)
        file.seek(0)
        if head.startswith(b"\x1f\x8b"):
            yield cast(Readable, gzip.GzipFile(fileobj=file))
        else:
            decoder = partial(decoder_of, {b"BZh": BZIP2, b"\xfd7z": XZ}.get(head, ZSTD))
            yield Decoded(file, decoder(), decoder)
