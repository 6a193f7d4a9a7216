"""Zip archives as Chinese Windows makes them: names in GBK without the flag that would say so; and a damaged one."""

from __future__ import annotations

import shutil
import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

_WHEN = (2024, 10, 8, 9, 0, 0)
_CENTRAL = b"PK\x01\x02"


def make_zip(
    path: Path,
    members: Sequence[tuple[str, Path | bytes]],
    *,
    names: Literal["gbk", "utf-8"] = "gbk",
    packed: bool = True,
) -> Path:
    """Write an archive and return its path. The same members give the same bytes; files are streamed.

    members: name within the archive ("/" between folders) and the file or its bytes. names: "gbk" writes them in GBK
    without the UTF-8 flag; "utf-8" by the standard. packed: compress (films gain nothing by it).
    UnicodeEncodeError for a name GBK cannot write.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    written = [_stand_in(name, number) if names == "gbk" else name for number, (name, _) in enumerate(members)]
    kind = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    with zipfile.ZipFile(path, "w") as archive:
        for name, (_, source) in zip(written, members, strict=True):
            entry = zipfile.ZipInfo(name, date_time=_WHEN)
            entry.compress_type, entry.create_system = kind, 0
            entry.file_size = len(source) if isinstance(source, bytes) else source.stat().st_size
            _add(archive, entry, source)
    if names == "gbk":
        _rename(
            path, {stand_in.encode(): name.encode("gbk") for stand_in, (name, _) in zip(written, members, strict=True)}
        )
    return path


def _stand_in(name: str, number: int) -> str:
    """An ASCII name as long as the real one is in GBK: the library would write anything else in UTF-8."""
    return f"{number:02d}".ljust(len(name.encode("gbk")), "_")


def _add(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, source: Path | bytes) -> None:
    if isinstance(source, bytes):
        archive.writestr(entry, source)
        return
    with source.open("rb") as file, archive.open(entry, "w") as out:
        shutil.copyfileobj(file, out, 1 << 20)


def _rename(path: Path, names: dict[bytes, bytes]) -> None:
    """Write the real names over the stand-ins, in the local headers and in the directory at the end."""
    with zipfile.ZipFile(path) as archive:
        starts = [(entry.header_offset, entry.filename.encode()) for entry in archive.infolist()]
        directory = archive.start_dir
    with path.open("r+b") as file:
        for start, stand_in in starts:
            file.seek(start + 30)
            file.write(names[stand_in])
        file.seek(directory)
        table = file.read()
        for stand_in, at in _directory(table):
            file.seek(directory + at)
            file.write(names[stand_in])


def _directory(table: bytes) -> list[tuple[bytes, int]]:
    """Names in the central directory and where each begins."""
    found, at = [], 0
    while table.startswith(_CENTRAL, at):
        name, extra, comment = struct.unpack_from("<HHH", table, at + 28)
        found.append((table[at + 46 : at + 46 + name], at + 46))
        at += 46 + name + extra + comment
    return found


def with_wrong_crc(src: Path, dst: Path, number: int = 0) -> Path:
    """Copy an archive with another checksum at one member, as a bad transfer leaves it. IndexError if it has fewer."""
    shutil.copyfile(src, dst)
    with zipfile.ZipFile(src) as archive:
        entry, directory = archive.infolist()[number], archive.start_dir
    with dst.open("r+b") as file:
        file.seek(entry.header_offset + 14)
        file.write(struct.pack("<I", entry.CRC ^ 0xFFFFFFFF))
        file.seek(directory)
        at = directory + _directory(file.read())[number][1] - 46
        file.seek(at + 16)
        file.write(struct.pack("<I", entry.CRC ^ 0xFFFFFFFF))
    return dst
