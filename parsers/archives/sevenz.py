"""7z through py7zr, which reads its headers and gives its decoders; the walk and the bounds are ours.

Its own extraction would write whole archives with their names, and stop at the first member it dislikes.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, BinaryIO

from parsers.archives.decoders import affordable, lzma_filter
from parsers.archives.members import DAMAGE, Members, Source, is_cut
from parsers.facts import Limits
from parsers.unpack import PIECE, Bounded, Budget, Over, Readable, Spoiled, is_nonsense

_MAX_HEADER = 16 * 2**20  # unpacked: some 100,000 entries with long names
_SIGNATURE_SIZE = 32
_LZMA, _LZMA2, _PPMD, _AES = b"\3\1\1", b"\x21", b"\3\4\1", b"\6\xf1\7\1"
_ROUNDS = 20  # powers of two a password is mixed; 7-Zip's own is 19, and each one more doubles the time


def read_7z(source: Source, members: Members) -> None:
    """The members of a 7z, in one file or in volumes."""
    with source.open() as file:
        _check_length(file, source.size)
        archive = _opened(file, source, members.limits)
        try:
            blocks = _Blocks(file, archive, source, Budget(members.budget.left))
            for number, entry in enumerate(_files(archive, members)):
                blocks.add(number, entry, members)
        except (Over, Spoiled, OSError, *DAMAGE):
            raise
        except Exception as error:
            raise Spoiled("bad-archive", _said(error)) from error


def length(file: BinaryIO) -> int | None:
    """How long the whole 7z that begins in `file` says it is, all volumes together; None if it is none."""
    file.seek(0)
    head = file.read(_SIGNATURE_SIZE)
    if len(head) < _SIGNATURE_SIZE or zlib.crc32(head[12:32]) != int.from_bytes(head[8:12], "little"):
        return None
    return _SIGNATURE_SIZE + int.from_bytes(head[12:20], "little") + int.from_bytes(head[20:28], "little")


def _check_length(file: BinaryIO, size: int) -> None:
    whole = length(file)
    file.seek(0)
    if whole is not None and size < whole:
        raise Spoiled("cut-off", f"{size} bytes of {whole}")


def _opened(file: BinaryIO, source: Source, limits: Limits) -> Any:
    """The archive with its headers read, without a password or with the first that fits."""
    try:
        import py7zr
        from py7zr import archiveinfo
    except ImportError as error:
        raise Spoiled("unsupported", str(error)) from error
    archiveinfo.MAX_HEADER_SIZE = _MAX_HEADER  # its own bounds are made for machines that do nothing else
    archiveinfo.MAX_NUMFILES = archiveinfo.MAX_SUBSTREAMS = 20 * (limits.max_members + 100)
    try:
        return _headers(file, None)
    except py7zr.PasswordRequired:
        pass
    for password in source.passwords:
        try:
            return _headers(file, password)
        except (Spoiled, EOFError):
            continue
    raise Spoiled(source.shut, "its headers are locked too")


def _headers(file: BinaryIO, password: str | None) -> Any:
    """PasswordRequired without one where it needs one; Spoiled for damage, and for a password that is wrong."""
    import py7zr

    file.seek(0)
    try:
        return py7zr.SevenZipFile(file, "r", password=password)
    except (py7zr.PasswordRequired, MemoryError, EOFError):
        raise
    except OSError as error:
        if not is_nonsense(error):
            raise
        raise Spoiled("bad-archive", _said(error)) from error
    except py7zr.UnsupportedCompressionMethodError as error:
        raise Spoiled("unsupported", _said(error)) from error
    except Exception as error:  # it stumbles over bad bytes in many ways it does not announce
        crowded = str(error).startswith(("numfiles", "total number")) and "exceeds limit" in str(error)
        raise Spoiled("too-many" if crowded else "bad-archive", _said(error)) from error


def _files(archive: Any, members: Members) -> Iterator[Any]:
    """Entries that are files. An empty one without attributes is a folder unless it is called an empty file."""
    info = getattr(archive.header, "files_info", None)
    hollow = iter(info.emptyfiles if info is not None else ())
    for entry in getattr(archive, "files", ()):
        called_file = next(hollow, False) if entry.emptystream else True
        unnamed = entry._get_property("attributes") is None
        if entry.emptystream and (entry.is_directory or (unnamed and not called_file)):
            members.count()
        else:
            yield entry


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:500]


@dataclass
class _Blocks:
    """The packed blocks ("folders" in 7-Zip's words), each with one file or many in a row, read from front to back.

    skipped: what may be read of members nobody keeps.
    """

    file: BinaryIO
    archive: Any
    source: Source
    skipped: Budget
    _block: Any = None
    _stream: _Block | None = None
    _problem: str = ""
    _password: str = ""
    _refused: bool = False

    def add(self, number: int, entry: Any, members: Members) -> None:
        """One file; what is left of it unread is passed over, for the next to begin where it should."""
        problem = "link" if entry.is_symlink or entry.is_junction else "device" if entry.is_socket else ""
        if entry.emptystream:
            members.add(entry.filename, 0, _Nothing, problem)
            return
        if entry.folder is not self._block:
            self._begin(entry)
        part = _Part(self._stream, entry.uncompressed, entry.crc32) if self._stream is not None else None
        said = members.add(entry.filename, entry.uncompressed, partial(_given, part), problem or self._problem)
        if part is None:
            return
        if said in ("unreadable", "cut-off", "unsupported", "wrong-password", "too-big"):
            self._problem, self._stream = said, None
        else:
            self._pass_over(part)

    def _pass_over(self, part: _Part) -> None:
        """What nobody wanted of a file, so that the next begins where it should."""
        try:
            part.drain(self.skipped)
        except (Spoiled, EOFError) as error:
            self._problem, self._stream = error.reason if isinstance(error, Spoiled) else "cut-off", None

    def _begin(self, entry: Any) -> None:
        """Turn to the block this entry begins."""
        self._block, self._stream, self._problem = entry.folder, None, ""
        try:
            self._stream = self._unlocked(entry) if _is_locked(entry.folder) else self._started(entry, None)
        except Spoiled as error:
            self._problem = error.reason

    def _unlocked(self, entry: Any) -> _Block:
        """With the password of the block before; else the first under which the first file comes out right."""
        if not self._password:
            self._password = self._fitting(entry)
        stream = self._started(entry, self._password)
        stream.doubted = True
        return stream

    def _fitting(self, entry: Any) -> str:
        """Spoiled if no password fits. One alone is taken as it is."""
        if not self.source.passwords or self._refused:
            raise Spoiled(self.source.shut)
        if len(self.source.passwords) == 1:
            return self.source.passwords[0]
        for password in self.source.passwords:
            part = _Part(self._started(entry, password), entry.uncompressed, entry.crc32)
            try:
                part.drain(Budget(self.skipped.left))
            except (Over, Spoiled, EOFError):
                continue
            return password
        self._refused = True
        raise Spoiled(self.source.shut)

    def _started(self, entry: Any, password: str | None) -> _Block:
        streams, block = self.archive.header.main_streams, entry.folder
        for coder in block.coders:
            _check_coder(coder)
        at = streams.unpackinfo.folders.index(block)
        first = sum(len(folder.packed_indices) for folder in streams.unpackinfo.folders[:at])
        start = self.archive.afterheader + streams.packinfo.packpos + streams.packinfo.packpositions[first]
        block.password = password
        try:
            decoder = block.get_decompressor(entry.compressed, reset=True)
        except MemoryError:
            raise
        except Exception as error:
            known = type(error).__name__ == "UnsupportedCompressionMethodError"
            raise Spoiled("unsupported" if known else "unreadable", _said(error)) from error
        return _Block(self.file, start, decoder)


def _given(part: _Part | None) -> Readable:
    if part is None:
        raise Spoiled("unreadable")
    return part


def _is_locked(block: Any) -> bool:
    return any(coder["method"] == _AES for coder in block.coders)


def _check_coder(coder: dict[str, Any]) -> None:
    """Spoiled for a coder that asks for more memory or time than anything honest."""
    method, properties = coder["method"], coder["properties"] or b""
    if method == _LZMA:
        lzma_filter(properties)
    elif method == _LZMA2 and properties:
        bits = properties[0] & 0x3F
        affordable((2 | bits & 1) << (bits // 2 + 11))
    elif method == _PPMD:
        affordable(int.from_bytes(properties[1:5], "little"))
    elif method == _AES and properties and properties[0] & 0x3F > _ROUNDS:
        raise Spoiled("unsupported", f"a password mixed 2^{properties[0] & 0x3F} times")


class _Nothing:
    """An empty file."""

    def read(self, size: int, /) -> bytes:
        return b""


class _Block:
    """The unpacked bytes of one block. doubted: they were locked, and nothing yet says that the password was right."""

    def __init__(self, file: BinaryIO, start: int, decoder: Any) -> None:
        self._file, self._at, self._decoder = file, start, decoder
        self.doubted = False

    def read(self, size: int, /) -> bytes:
        """Some bytes. Spoiled if no more come."""
        for _ in range(3):  # a filter may keep a last piece back until it is asked once more
            self._file.seek(self._at)
            try:
                data = bytes(self._decoder.decompress(self._file, size))
            except (MemoryError, EOFError):
                raise
            except OSError as error:
                if not is_nonsense(error):
                    raise
                raise self._bad("unreadable", error) from error
            except Exception as error:
                raise self._bad("cut-off" if is_cut(error) else "unreadable", error) from error
            moved, self._at = self._file.tell() - self._at, self._file.tell()
            if data:
                return data
            if not moved:
                continue
        raise self._bad("unreadable", None)

    def _bad(self, reason: str, error: BaseException | None) -> Spoiled:
        return Spoiled("wrong-password" if self.doubted else reason, "" if error is None else _said(error))


class _Part:
    """One file's bytes within a block, checked at the end. Spoiled("bad-checksum") if they are not the ones."""

    def __init__(self, block: _Block, size: int, crc: int | None) -> None:
        self._block, self._left, self._wanted = block, size, crc
        self._crc = 0

    def read(self, size: int, /) -> bytes:
        if self._left <= 0:
            return b""
        data = self._block.read(min(size, self._left))
        self._crc = zlib.crc32(data, self._crc)
        self._left -= len(data)
        if self._left <= 0 and self._wanted is not None:
            if self._crc != self._wanted:
                raise Spoiled("wrong-password" if self._block.doubted else "bad-checksum")
            self._block.doubted = False
        return data

    def drain(self, budget: Budget) -> None:
        """Read and forget what is left of it. Over when the budget is."""
        stream = Bounded(self, budget)
        while stream.read(PIECE):
            continue
