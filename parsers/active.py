"""What in a document could act by itself: macros, scripts, objects, things fetched from elsewhere. Named, never run.

The names are keys of `ACTIVE_WORDS`. What is told is a hint for a person: a form with a calculation in it has a script
too. Bounded: each member read in part, each file to a limit.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from parsers.ole import macros_in, objects_in
from parsers.zipnames import names_at_end

ACTIVE_WORDS: dict[str, str] = {
    "macros": "宏",
    "objects": "嵌入的对象",
    "template": "从网上调用的模板",
    "dde": "DDE 命令",
    "script": "脚本",
    "launch": "启动程序的命令",
    "attached": "内嵌的文件",
    "appended": "末尾附有压缩包",
}
"""What was found, and the words staff read."""

_MAX_READ = 64 * 2**20
_MAX_MEMBER = 16 * 2**20
_MAX_STREAMS = 200
_MAX_STREAM = 2**20
_OFFICE = frozenset({"docx", "xlsx", "pptx"})
_OLD_OFFICE = frozenset({"doc", "xls", "ppt", "wps", "office-locked"})
_ODF = frozenset({"odt", "ods", "odp"})
_PICTURES = frozenset({"jpeg", "png", "gif", "bmp", "tiff", "webp"})
_REMOTE = re.compile(rb"^\s*(?:https?:|ftp:|file:/{2,5}[^/:|]+\.[^/:|]|\\\\|mhtml:|//)", re.IGNORECASE)
_RELATION = re.compile(rb"<(?:\w{1,20}:)?Relationship\b([^>]{0,4000})>")
_TARGET = re.compile(rb"\bTarget\s*=\s*[\"']([^\"']*)")
_FIELD = re.compile(rb"<w:instrText\b[^>]{0,500}>([^<]*)|<w:fldSimple\b[^>]{0,500}?w:instr\s{0,9}=\s{0,9}\"([^\"]*)\"")
_DDE = re.compile(rb"\bDDE(?:AUTO)?\b", re.IGNORECASE)
_PDF_NAMES = (
    ("script", re.compile(rb"/(?:JavaScript|JS)\b")),
    ("launch", re.compile(rb"/Launch\b")),
    ("attached", re.compile(rb"/(?:EmbeddedFiles?|RichMedia)\b")),
)
_HEX = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"/ObjStm\b.{0,400}?\bstream\r?\n", re.DOTALL)
_RTF_OBJECT = re.compile(rb"\\obj(?:data|update|autlink|link|emb)\b")
_XML_ODF = re.compile(rb"<(?:\w{1,20}:)?event-listener\b|macro://|vnd\.sun\.star\.script:", re.IGNORECASE)
_BROKEN_ZIP = (zipfile.BadZipFile, ValueError, KeyError, NotImplementedError, RuntimeError, EOFError, zlib.error)


def active_in(path: Path, found: str) -> tuple[str, ...]:
    """Keys of ACTIVE_WORDS for the file in `path`, in their order. found: its format. OSError if it cannot be read."""
    look = _looker(found)
    if look is None:
        return ()
    seen = set(look(path))
    return tuple(key for key in ACTIVE_WORDS if key in seen)


def _looker(found: str) -> Callable[[Path], Iterator[str]] | None:
    for formats, look in ((_OFFICE, _office), (_OLD_OFFICE, _old_office), (_ODF, _odf), (_PICTURES, _picture)):
        if found in formats:
            return look
    return {"pdf": _pdf, "rtf": _rtf, "svg": _svg}.get(found)


def _office(path: Path) -> Iterator[str]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield from _office_members(archive)
    except _BROKEN_ZIP:  # what cannot be opened cannot act; the parser says that it is broken
        return


class _Members:
    """Members of a zip, read in part, and no more of all together than `_MAX_READ` bytes."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._left = _MAX_READ

    def beginning(self, info: zipfile.ZipInfo) -> bytes:
        """The beginning of a member; nothing if it is damaged or locked, or enough was read."""
        try:
            with self._archive.open(info) as file:
                data = file.read(min(_MAX_MEMBER, self._left))
        except _BROKEN_ZIP:
            return b""
        self._left -= len(data)
        return data


def _office_members(archive: zipfile.ZipFile) -> Iterator[str]:
    members = _Members(archive)
    for info in archive.infolist():
        name = info.filename.lower()
        if name.endswith(("vbaproject.bin", "vbadata.xml")) or "/macrosheets/" in name:
            yield "macros"
        elif "/activex/" in name or ("/embeddings/" in name and name.endswith(".bin")):
            yield "objects"
        elif name.endswith(".rels"):
            yield from _relations(members.beginning(info))
        elif name == "word/document.xml" or (name.startswith("word/") and "header" in name):
            if _DDE.search(b"".join(a or b for a, b in _FIELD.findall(members.beginning(info)))):
                yield "dde"
        elif name.startswith("xl/externallinks/") and b"ddeLink" in members.beginning(info):
            yield "dde"


def _relations(data: bytes) -> Iterator[str]:
    """Templates and objects that lie elsewhere; a template on the author's own disk is none, nor is a hyperlink."""
    for written in _RELATION.findall(data):
        target = _TARGET.search(written)
        if b"External" not in written or target is None or not _REMOTE.match(target[1]):
            continue
        if b"/attachedTemplate" in written:
            yield "template"
        elif b"/oleObject" in written or b"/frame" in written or b"/subDocument" in written:
            yield "objects"


def _old_office(path: Path) -> Iterator[str]:
    with path.open("rb") as file:
        if macros_in(file):
            yield "macros"
        if objects_in(file):
            yield "objects"


def _odf(path: Path) -> Iterator[str]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = _Members(archive)
            for info in archive.infolist():
                if info.filename.startswith(("Basic/", "Scripts/")) and not info.is_dir():
                    yield "macros"
                elif info.filename == "content.xml" and _XML_ODF.search(members.beginning(info)):
                    yield "script"
                elif info.filename.startswith("Object ") and info.filename.endswith(".bin"):
                    yield "objects"
    except _BROKEN_ZIP:
        return


def _pdf(path: Path) -> Iterator[str]:
    """Names in the objects that can be seen, and in packed groups of objects. In a locked PDF only the former."""
    with path.open("rb") as file:
        data = file.read(_MAX_READ)
    for number, begins in enumerate(_STREAM.finditer(data)):
        if number >= _MAX_STREAMS:
            break
        yield from _pdf_names(_inflated(data[begins.end() : begins.end() + _MAX_STREAM]))
    yield from _pdf_names(data)


def _pdf_names(data: bytes) -> Iterator[str]:
    plain = _HEX.sub(lambda found: bytes([int(found[1], 16)]), data) if b"#" in data else data
    for key, pattern in _PDF_NAMES:
        if pattern.search(plain):
            yield key


def _inflated(data: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(data, _MAX_STREAM)
    except zlib.error:
        return b""


def _rtf(path: Path) -> Iterator[str]:
    with path.open("rb") as file:
        data = file.read(_MAX_READ)
    if _RTF_OBJECT.search(data):
        yield "objects"
    if re.search(rb"\\\*\\template\s*(?:https?:|\\\\\\\\)", data, re.IGNORECASE):
        yield "template"
    if re.search(rb"\\fldinst[^}]{0,200}\bDDE", data, re.IGNORECASE):
        yield "dde"


def _svg(path: Path) -> Iterator[str]:
    with path.open("rb") as file:
        data = file.read(_MAX_MEMBER)
    if re.search(rb"<script\b|\bon(?:load|click|mouseover)\s*=|javascript:", data, re.IGNORECASE):
        yield "script"


def _picture(path: Path) -> Iterator[str]:
    """A zip behind a picture: what looks harmless may be handed on as something else."""
    with path.open("rb") as file:
        if names_at_end(file):
            yield "appended"
