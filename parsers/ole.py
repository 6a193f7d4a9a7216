"""What an OLE compound file is, by the names in its directory. Bounded: a hostile file costs a few hundred reads."""

from __future__ import annotations

import struct
from typing import BinaryIO

_MAX_SECTORS = 200  # directory sectors followed: some 800 names of an old file, 6,400 of a new one
_MAX_FAT = 109
_KINDS = (
    ("WpsDocument", "wps"),
    ("MatOST", "wps"),
    ("WordDocument", "doc"),
    ("Workbook", "xls"),
    ("Book", "xls"),
    ("PowerPoint Document", "ppt"),
    ("__properties_version1.0", "msg"),
    ("EncryptedPackage", "office-locked"),
)
_INSTALLER = bytes.fromhex("84100c0000000000c000000000000046")  # class of the root storage of an MSI
_MACROS = ("Macros", "_VBA_PROJECT_CUR", "VBA", "_VBA_PROJECT")
_OBJECTS = ("ObjectPool", "\x01Ole10Native")


def ole_format(file: BinaryIO) -> str:
    """doc, wps, xls, ppt, msg, msi, office-locked, or ole-other: also for a file too broken to tell."""
    names = names_in(file)
    found = next((kind for name, kind in _KINDS if name in names), "")
    return found or ("msi" if _is_installer(file) else "ole-other")


def _is_installer(file: BinaryIO) -> bool:
    """Whether the root storage, the first entry of the directory, is of the class of Windows Installer."""
    file.seek(0)
    head = file.read(512)
    size = 1 << min(struct.unpack_from("<H", head, 30)[0], 16) if len(head) == 512 else 0
    first = struct.unpack_from("<I", head, 48)[0] if size >= 128 else 0xFFFFFFFF
    return first < 0xFFFFFFF0 and _sector(file, first, size)[80:96] == _INSTALLER


def macros_in(file: BinaryIO) -> tuple[str, ...]:
    """Names of the storages that hold macros."""
    names = names_in(file)
    return tuple(name for name in _MACROS if name in names)


def objects_in(file: BinaryIO) -> tuple[str, ...]:
    """Names of the storages and streams that hold embedded objects."""
    names = names_in(file)
    return tuple(name for name in _OBJECTS if name in names)


def names_in(file: BinaryIO) -> frozenset[str]:
    """Names of storages and streams, as far as the directory can be followed."""
    file.seek(0)
    head = file.read(512)
    if len(head) < 512:
        return frozenset()
    size = 1 << min(struct.unpack_from("<H", head, 30)[0], 16)
    if size < 128:
        return frozenset()
    sector: int = struct.unpack_from("<I", head, 48)[0]
    fat = struct.unpack_from(f"<{_MAX_FAT}I", head, 76)
    found: set[str] = set()
    seen: set[int] = set()
    while sector < 0xFFFFFFF0 and sector not in seen and len(seen) < _MAX_SECTORS:
        seen.add(sector)
        found.update(_entries(_sector(file, sector, size)))
        sector = _next(file, fat, sector, size)
    return frozenset(found)


def _sector(file: BinaryIO, number: int, size: int) -> bytes:
    at = (number + 1) * size
    if at >= file.seek(0, 2):  # a file system refuses to seek too far beyond the end
        return b""
    file.seek(at)
    return file.read(size)


def _next(file: BinaryIO, fat: tuple[int, ...], sector: int, size: int) -> int:
    """The sector after `sector` in its chain, by the allocation table."""
    table, entry = divmod(sector, size // 4)
    if table >= len(fat) or fat[table] >= 0xFFFFFFF0:
        return 0xFFFFFFFE
    data = _sector(file, fat[table], size)
    at = entry * 4
    return int.from_bytes(data[at : at + 4], "little") if len(data) >= at + 4 else 0xFFFFFFFE


def _entries(data: bytes) -> list[str]:
    names = []
    for at in range(0, len(data) - 127, 128):
        length = int.from_bytes(data[at + 64 : at + 66], "little")
        if 2 <= length <= 64 and data[at + 66]:
            names.append(data[at : at + length - 2].decode("utf-16-le", "replace"))
    return names
