"""Zips put together by hand: locked, cut into volumes, with what the standard library does not write."""

from __future__ import annotations

import hashlib
import hmac
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Lock = Literal["", "old", "aes"]

_TIME, _DATE = 0x4800, 0x5948  # 2024-10-08 09:00 as MS-DOS counts
_LOCKED, _AFTER, _UTF8 = 0x1, 0x8, 0x800
_STRENGTH, _KEY, _SALT = 3, 32, 16  # AES-256
_SPANNED = b"PK\x07\x08"


@dataclass(frozen=True)
class Sheet:
    """One member as it is to be written.

    data: its bytes; packed: as they lie in the zip, None to deflate them. method: by number, as the bytes are packed.
    size, crc: as declared, None for the true ones. extra: fields of both headers. after: sizes in a descriptor behind.
    mode: of Unix, 0 for a zip of Windows. same_as: number of the member whose bytes it shares.
    """

    name: str | bytes
    data: bytes = b""
    packed: bytes | None = None
    method: int = 8
    size: int | None = None
    crc: int | None = None
    extra: bytes = b""
    after: bool = False
    mode: int = 0
    same_as: int | None = None


def write_zip(
    path: Path,
    sheets: Sequence[Sheet],
    *,
    password: str | bytes = "",
    lock: Lock = "aes",
    volume_bytes: int = 0,
    before: bytes = b"",
) -> list[Path]:
    """Write a zip and return its files, in their order. The same sheets give the same bytes.

    password: locks every member, in UTF-8 if it is text; lock: by AES-256 or PKWARE's old way. volume_bytes: cut into
    a.z01, a.z02 … a.zip of that size, 0 for one file. before: bytes put in front, as a self-unpacker's program.
    """
    key = password.encode() if isinstance(password, str) else password
    body, directory = bytearray(_SPANNED if volume_bytes else b""), bytearray()
    starts: list[int] = []
    for sheet in sheets:
        start = len(body) if sheet.same_as is None else starts[sheet.same_as]
        starts.append(start)
        local, central = _entry(
            sheet, key, lock if key else "", divmod(start, volume_bytes) if volume_bytes else (0, start)
        )
        body += local if sheet.same_as is None else b""
        directory += central
    whole = _closed(bytes(body), bytes(directory), len(sheets), volume_bytes)
    path.parent.mkdir(parents=True, exist_ok=True)
    pieces = [whole[at : at + volume_bytes] for at in range(0, len(whole), volume_bytes)] if volume_bytes else [whole]
    paths = [path.with_suffix(f".z{number:02d}") for number in range(1, len(pieces))] + [path]
    for one, piece in zip(paths, pieces, strict=True):
        one.write_bytes(before + piece)
    return paths


def unicode_path(stored: bytes, name: str) -> bytes:
    """The extra field that gives the name in Unicode beside a stored one."""
    field = struct.pack("<BI", 1, zlib.crc32(stored)) + name.encode()
    return struct.pack("<HH", 0x7075, len(field)) + field


def zip64(*values: int) -> bytes:
    """The extra field for values too large for their place."""
    return struct.pack("<HH", 1, 8 * len(values)) + struct.pack(f"<{len(values)}Q", *values)


def _entry(sheet: Sheet, key: bytes, lock: Lock, place: tuple[int, int]) -> tuple[bytes, bytes]:
    """What stands at the member, and its line in the directory."""
    name = sheet.name.encode() if isinstance(sheet.name, str) else sheet.name
    flags = (_UTF8 if isinstance(sheet.name, str) else 0) | (_AFTER if sheet.after else 0) | (_LOCKED if lock else 0)
    crc = zlib.crc32(sheet.data) if sheet.crc is None else sheet.crc
    packed = _deflated(sheet.data) if sheet.packed is None else sheet.packed
    method, extra = sheet.method, sheet.extra
    if lock == "old":
        packed = _by_pkware(packed, key, _TIME >> 8 if sheet.after else crc >> 24)
    elif lock == "aes":
        packed, crc = _by_aes(packed, key, name), 0
        extra, method = extra + struct.pack("<HHHHBH", 0x9901, 7, 2, 0x4541, _STRENGTH, method), 99
    size = len(sheet.data) if sheet.size is None else sheet.size
    sizes = struct.pack("<III", crc, len(packed), size)
    head = struct.pack("<HHHH", flags, method, _TIME, _DATE)
    lengths = struct.pack("<HH", len(name), len(extra))
    local = b"PK\3\4" + struct.pack("<H", 20) + head + (bytes(12) if sheet.after else sizes) + lengths
    local += name + extra + packed + (_SPANNED + sizes if sheet.after else b"")
    made_by = struct.pack("<BBH", 20, 3 if sheet.mode else 0, 20)
    tail = struct.pack("<HHHII", 0, place[0], 0, sheet.mode << 16, place[1])
    return local, b"PK\1\2" + made_by + head + sizes + lengths + tail + name + extra


def _closed(body: bytes, directory: bytes, count: int, volume_bytes: int) -> bytes:
    """With the directory and the record at the end."""
    disk, start = divmod(len(body), volume_bytes) if volume_bytes else (0, len(body))
    last = (len(body) + len(directory) + 21) // volume_bytes if volume_bytes else 0
    end = struct.pack("<HHHHIIH", last, disk, count & 0xFFFF, count & 0xFFFF, len(directory), start, 0)
    return body + directory + b"PK\5\6" + end


def _deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def _by_pkware(data: bytes, key: bytes, check: int) -> bytes:
    words = [0x12345678, 0x23456789, 0x34567890]
    for byte in key:
        _mix(words, byte)
    out = bytearray()
    for byte in bytes(11) + bytes([check]) + data:
        two = words[2] | 2
        out.append(byte ^ (two * (two ^ 1) >> 8 & 0xFF))
        _mix(words, byte)
    return bytes(out)


def _mix(words: list[int], byte: int) -> None:
    words[0] = ~zlib.crc32(bytes([byte]), ~words[0] & 0xFFFFFFFF) & 0xFFFFFFFF
    words[1] = ((words[1] + (words[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
    words[2] = ~zlib.crc32(bytes([words[1] >> 24]), ~words[2] & 0xFFFFFFFF) & 0xFFFFFFFF


def _by_aes(data: bytes, key: bytes, name: bytes) -> bytes:
    from Cryptodome.Cipher import AES
    from Cryptodome.Util import Counter

    salt = hashlib.sha256(name).digest()[:_SALT]
    mixed = hashlib.pbkdf2_hmac("sha1", key, salt, 1_000, 2 * _KEY + 2)
    counter = Counter.new(128, initial_value=1, little_endian=True)
    locked = bytes(AES.new(mixed[:_KEY], AES.MODE_CTR, counter=counter).encrypt(data))
    code = hmac.new(mixed[_KEY : 2 * _KEY], locked, hashlib.sha1).digest()[:10]
    return salt + mixed[2 * _KEY :] + locked + code
