"""Documents older than docx, and web pages that call themselves .doc: LibreOffice makes them docx, which is read.

One file by `read_office`; several in one call, for a fraction of the time, by `batch_of`, `soffice.convert` and
`read_converted`.
"""

from __future__ import annotations

import re
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from parsers.facts import Broken, FormFacts, Wants
from parsers.ole import names_in
from parsers.soffice import Room, Source, convert
from parsers.tools import ToolMissing

NO_OFFICE = "no-office"
"""The reason of a file that nothing but LibreOffice reads, where that is not installed."""

MAX_BYTES = 200 * 2**20
_MAX_PAGE = 32 * 2**20  # bytes of a web page, which is rewritten in memory
_HEAD = 65_536

_READERS = {
    "doc": ("doc", "MS Word 97"),
    "wps": ("doc", "MS Word 97"),
    "works": ("wps", "MS_Works"),
    "rtf": ("rtf", "Rich Text Format"),
    "odt": ("odt", "writer8"),
    "html": ("html", "HTML (StarWriter)"),
    "mht": ("html", "HTML (StarWriter)"),
    "word-xml": ("xml", "MS Word 2003 XML"),
    "fodt": ("xml", "OpenDocument Text Flat XML"),
}
"""By our name for what is in a file: the ending LibreOffice expects, and the filter. Named, since left to itself it
takes what it does not know for plain text, and makes a document of garbage."""

_PLAIN = ("doc", "rtf", "odt")
_NAMES = (".doc", ".wps", ".rtf", ".dot", ".docx", ".odt", ".wpt")
_OF_WORD = re.compile(rb"urn:schemas-microsoft-com:office:(?:word|office)|content=[\"']?Word\.Document", re.IGNORECASE)
_WORD_XML = re.compile(rb"<(?:\w{1,20}:)?wordDocument\b")
_FLAT_ODF = re.compile(rb"office:mimetype=[\"']application/vnd\.oasis\.opendocument\.text[\"']")
_WORD = b"\xec\xa5"
_ENCRYPTED = 0x0100  # fEncrypted of a Word document's first block
_CALLS = re.compile(r"(?is)<(script|style)\b.*?</\1\s*>|<(?:img|link|iframe|object|embed|meta)\b[^>]*>")


def office_kind(path: Path, found: str, name: str = "") -> str:
    """What LibreOffice is to read the file in `path` as (a key of its readers), "" if it is not for it.

    found: its format as sniffed. Text and web pages only where they are Word's, or are called a document by `name`:
    systems on the web write tables as HTML and call them .doc. Reads the first 64 kB. OSError if it cannot be read.
    """
    if found == "wps":
        return _kind_of_wps(path)
    if found in _PLAIN:
        return found
    if found not in ("html", "text", "eml"):
        return ""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    called = name.lower().endswith(_NAMES)
    if found == "html":
        return "html" if called or _OF_WORD.search(head) else ""
    if found == "eml":
        return "mht" if called and b"multipart/related" in head[:4096].lower() else ""
    if not head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<?xml"):
        return ""
    return "word-xml" if _WORD_XML.search(head) else "fodt" if _FLAT_ODF.search(head) else ""


def _kind_of_wps(path: Path) -> str:
    """WPS writes what Word writes, Microsoft Works its own; the WPS of the nineties is read by nobody any more."""
    with path.open("rb") as file:
        names = names_in(file)
    return "wps" if "WordDocument" in names else "works" if "MatOST" in names else ""


@dataclass(frozen=True)
class Old:
    """A document for LibreOffice. kind: as `office_kind` says; found: its format as sniffed."""

    path: Path
    kind: str
    found: str


def batches(files: list[Old], most: int) -> list[list[Old]]:
    """The files in groups that one call can convert: of one filter, at most so many in each."""
    groups: dict[str, list[Old]] = {}
    for file in files:
        groups.setdefault(_READERS[file.kind][1], []).append(file)
    return [group[at : at + most] for group in groups.values() for at in range(0, len(group), most)]


def source_of(file: Old, folder: Path) -> Source:
    """What LibreOffice is given: the file, or a plain copy of a web page in `folder`. OSError as reading and writing.

    ValueError for a file that is too large.
    """
    size = file.path.stat().st_size
    ending, reader = _READERS[file.kind]
    if size > (_MAX_PAGE if ending == "html" else MAX_BYTES):
        raise ValueError(f"{size} bytes")
    if ending != "html":
        return Source(file.path, ending, reader)
    page = Path(tempfile.mkdtemp(dir=folder)) / "page.html"
    page.write_bytes(_plain_page(file.path.read_bytes(), file.kind))
    return Source(page, ending, reader)


def read_office(
    path: Path, wants: Wants, scratch: Path | None, kind: str, found: str, room: Room = Room()
) -> FormFacts | Broken:
    """Text, title and fields of one document in `path`; kind: as `office_kind` says. scratch: None for the system's.

    Broken("locked", "too-large", "unreadable"), ("too-slow", "too-big", "crashed") where LibreOffice was ended, and
    ("no-office") where there is none. OSError if `path` cannot be read or `scratch` not be written.
    """
    if is_locked(path, found):
        return Broken(format=found, reason="locked")
    file = Old(path, kind, found)
    with tempfile.TemporaryDirectory(prefix="office-", dir=scratch, ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "call").mkdir()
        try:
            source = source_of(file, folder)
        except ValueError as error:
            return Broken(format=found, reason="too-large", detail=str(error))
        try:
            done = convert([source], folder / "call", folder / "profile", room)
        except ToolMissing as error:
            return Broken(format=found, reason=NO_OFFICE, detail=str(error))
        if 0 in done.made:
            return read_converted(done.made[0], wants, found, ended=done.ended)
    return Broken(format=found, reason=done.ended or "unreadable", detail="LibreOffice")


def read_converted(docx: Path, wants: Wants, found: str, *, ended: str = "") -> FormFacts | Broken:
    """The facts of a document by its copy as docx; found: the format of the document itself.

    ended: why LibreOffice was ended in the end, which is said if the copy is not whole.
    """
    from parsers.word import read_docx

    facts = read_docx(docx, wants)
    if isinstance(facts, Broken):
        return Broken(format=found, reason=ended or "unreadable", detail=f"as docx: {facts.reason} {facts.detail}")
    return facts.model_copy(update={"format": found})


def is_locked(path: Path, found: str) -> bool:
    """Whether a password keeps the document shut. OSError if it cannot be read."""
    if found in ("doc", "wps"):
        return _locked_word(path)
    if found == "odt":
        return _locked_odf(path)
    return False


def _locked_word(path: Path) -> bool:
    import olefile

    from parsers.msg import NoMsgError, check_tables

    try:
        check_tables(path, path.stat().st_size)
        with olefile.OleFileIO(path) as ole:
            if not ole.exists("WordDocument"):
                return False
            head = ole.openstream("WordDocument").read(12)
    except NoMsgError:  # damaged: LibreOffice will say so
        return False
    except OSError:
        if not path.is_file():
            raise
        return False  # olefile's word for a damaged file
    return len(head) == 12 and head.startswith(_WORD) and bool(int.from_bytes(head[10:12], "little") & _ENCRYPTED)


def _locked_odf(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive, archive.open("META-INF/manifest.xml") as manifest:
            return b"encryption-data" in manifest.read(2**20)
    except (zipfile.BadZipFile, KeyError, ValueError, NotImplementedError, RuntimeError, EOFError):
        return False  # damaged: LibreOffice will say so


def _plain_page(data: bytes, kind: str) -> bytes:
    """A page in characters nobody can mistake, whatever its charset says, without what it would have fetched."""
    from parsers.charsets import decode_bytes

    text = _page_of_mht(data) if kind == "mht" else decode_bytes(data, _charset(data))
    return _CALLS.sub("", text).encode("ascii", "xmlcharrefreplace")


def _charset(data: bytes) -> str:
    found = re.search(rb"charset=[\"']?([\w-]{1,40})", data[:4096], re.IGNORECASE)
    return found[1].decode() if found else ""


def _page_of_mht(data: bytes) -> str:
    """The page of a web archive: the first part that is HTML."""
    from email import message_from_bytes

    from parsers.charsets import decode_bytes

    for part in message_from_bytes(data).walk():
        if part.get_content_type() == "text/html":
            held = part.get_payload(decode=True)
            page = held if isinstance(held, bytes) else b""
            return decode_bytes(page, part.get_content_charset() or _charset(page))
    return ""
