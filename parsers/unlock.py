"""A document that opens with a password to its copy that opens without: PDF, and Word, Excel or PowerPoint since 2007.

It is told as an archive is, with the copy as its one member.
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from parsers.archives.members import Members, Source
from parsers.facts import ArchiveFacts, Broken, Limits
from parsers.msg import check_tables
from parsers.sniff import LOCKED, sniff
from parsers.unpack import Budget, Over, is_nonsense

MAX_OFFICE_BYTES = 64 * 2**20
"""Office's documents are decrypted as a whole, in memory."""

_MAX_SPINS = 500_000  # rounds by which Office makes a key; it does 100,000 itself
_MAX_INFO = 64 * 2**10
_PIECE = 2**20
_MARK = b"/Encrypt"


def may_be_locked(path: Path, found: str) -> bool:
    """Whether a document of this format is encrypted; a PDF then may still open without a password."""
    if found != "pdf":
        return found == LOCKED
    rest = b""
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            if _MARK in rest + piece:
                return True
            rest = piece[-len(_MARK) :]
    return False


def unlock(
    path: Path, scratch: Path | None, limits: Limits, *, name: str = "", passwords: Sequence[str] = ()
) -> ArchiveFacts | Broken:
    """The copy, under its own name, as `read_archive` gives a member; none of a document that opens to everybody.

    "locked" or "wrong-password" as for archives. Broken if it is damaged, or locked in a way nobody here knows. OSError
    if `path` cannot be read or `scratch` not be written.
    """
    found = sniff(path)
    source = Source.of((path,), name, passwords)
    members = Members(scratch, limits, Budget.of(limits, source.size))
    try:
        problem = _pdf(source, members) if found == "pdf" else _office(source, members)
    except Over as error:
        problem = error.reason
    except _Unknown as error:
        return Broken(format=found, reason=error.reason, detail=str(error))
    return ArchiveFacts(format=found, members=tuple(members.found), problem=problem or members.problem)


class _Unknown(Exception):
    """No password would help. `reason` is a key of BROKEN_REASONS."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


def _pdf(source: Source, members: Members) -> str:
    document, needed = _opened_pdf(source)
    if document is None:
        return source.shut
    try:
        if needed:
            members.add(source.name or "document.pdf", 0, lambda: _copy_of_pdf(document, members.budget))
    finally:
        document.close()
    return ""


def _opened_pdf(source: Source) -> tuple[Any, bool]:
    """The document, None if no password fits, and whether it took one."""
    import pypdfium2

    for password in (None, *source.passwords):
        try:
            return pypdfium2.PdfDocument(source.paths[0], password=password), password is not None
        except pypdfium2.PdfiumError as error:
            if "password" not in str(error).lower():
                raise _Unknown("unreadable", str(error)) from error
    return None, False


def _copy_of_pdf(document: Any, budget: Budget) -> Any:
    from pypdfium2 import raw

    room = _Room(budget.left)
    document.save(room, flags=raw.FPDF_REMOVE_SECURITY)
    if room.full:
        raise Over("too-large")
    return io.BytesIO(b"".join(room.pieces))


class _Room:
    """Takes so many bytes, and drops the rest: what calls it cannot be told to stop."""

    def __init__(self, left: int) -> None:
        self.left = left
        self.pieces: list[bytes] = []
        self.full = False

    def write(self, data: Any) -> int:
        """All of `data` as far as the caller knows."""
        self.left -= len(data)
        self.full = self.full or self.left < 0
        if not self.full:
            self.pieces.append(bytes(data))
        return len(data)


def _office(source: Source, members: Members) -> str:
    import msoffcrypto
    from msoffcrypto.exceptions import InvalidKeyError

    logging.getLogger("msoffcrypto").setLevel(logging.CRITICAL)  # it would tell passwords
    if not source.passwords:
        return source.shut
    _check(source)
    for password in source.passwords:
        out = io.BytesIO()
        try:
            with source.open() as file:
                document = msoffcrypto.OfficeFile(file)
                if document.info.get("spinValue", 0) > _MAX_SPINS:
                    raise _Unknown("unsupported", f"{document.info['spinValue']} rounds")
                document.load_key(password=password, verify_password=True)
                document.decrypt(out)
        except InvalidKeyError:
            continue
        except _Unknown:
            raise
        except Exception as error:  # the same
            raise _Unknown("unsupported", _said(error)) from error
        members.add(source.name or "document", out.tell(), partial(io.BytesIO, out.getvalue()))
        return ""
    return source.shut


def _check(source: Source) -> None:
    """Nothing a small file claims is believed before it is decrypted: no size, no table, no entities in its XML."""
    import olefile

    path, size = source.paths[0], source.size
    if size > MAX_OFFICE_BYTES:
        raise _Unknown("too-large", f"{size} bytes")
    try:
        check_tables(path, size)
        with olefile.OleFileIO(str(path)) as ole:
            if max(ole.get_size("EncryptedPackage"), ole.get_size("EncryptionInfo")) > size:
                raise _Unknown("unreadable", "a stream longer than the file")
            info = ole.openstream("EncryptionInfo").read(_MAX_INFO + 1)
    except _Unknown:
        raise
    except Exception as error:  # a damaged file may fail the library in any way
        raise _Unknown("unreadable", _said(error)) from error
    if len(info) > _MAX_INFO or re.search(rb"<!", info):
        raise _Unknown("unreadable", "no plain description of the encryption")


def _said(error: Exception) -> str:
    """The library's words on a file that is no good. Raises what is the disk's fault."""
    if isinstance(error, OSError) and error.errno is not None and not is_nonsense(error):
        raise error
    return f"{type(error).__name__}: {error}"[:500]
