"""What a file is, by its bytes, never by its name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from parsers.ole import ole_format
from parsers.zipnames import names_at_end

HEAD = 65_536
VIDEO = frozenset({"mp4", "mov", "3gp", "mkv", "webm", "avi", "flv", "wmv", "mpegts", "mpeg", "rm"})
IMAGE = frozenset({"jpeg", "png", "gif", "bmp", "tiff", "webp", "heic", "avif"})
ARCHIVE = frozenset({"zip", "7z", "rar", "gz", "bz2", "xz", "zst", "tar"})
DOCUMENT = frozenset({"docx", "doc", "wps", "odt", "rtf", "pdf", "xlsx", "xls", "ods", "pptx", "ppt", "odp", "ofd"})
AUDIO = frozenset({"mp3", "wav", "m4a", "flac", "ogg", "aac", "amr"})
MAIL = frozenset({"eml", "mbox", "msg", "tnef"})
ACTIVE = frozenset(
    {"exe", "elf", "script", "jar", "class", "lnk", "mach-o", "msi", "apk", "dex", "hta", "swf", "chm", "wasm"}
)
UNOPENED = frozenset({"cab", "iso", "arj", "lzh", "compress"})
"""Archives no reader is for: they are kept, and a person opens them."""
LOCKED = "office-locked"
UNLOCKABLE = frozenset({"pdf", LOCKED})
"""Documents of which a password gives a copy that opens without."""
"""A document of Office 2007 or later under a password: nothing else can be told of it."""

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"%PDF-", "pdf"),
    (b"{\\rt", "rtf"),  # Word opens it without the f too
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
    (b"\x1f\x8b", "gz"),
    (b"BZh", "bz2"),
    (b"\xfd7zXZ\0", "xz"),
    (b"FLV\x01", "flv"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "wmv"),
    (b"\0\0\x01\xba", "mpeg"),
    (b"\0\0\x01\xb3", "mpeg"),
    (b".RMF", "rm"),
    (b"ID3", "mp3"),
    (b"fLaC", "flac"),
    (b"OggS", "ogg"),
    (b"#!AMR", "amr"),
    (b"\x78\x9f\x3e\x22", "tnef"),
    (b"\x7fELF", "elf"),
    (b"L\0\0\0\x01\x14\x02\0", "lnk"),
    (b"#!", "script"),
    (b"dex\n03", "dex"),
    (b"\0asm\x01", "wasm"),
    (b"ITSF\x03", "chm"),
    (b"\x28\xb5\x2f\xfd", "zst"),
    (b"MSCF\0\0\0\0", "cab"),
    (b"\x1f\x9d", "compress"),
    (b"8BPS\0\x01", "psd"),
    (b"AT&TFORM", "djvu"),
)
_RIFF = {b"AVI ": "avi", b"WAVE": "wav", b"WEBP": "webp"}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BRANDS = {
    "mov": ("qt  ",),
    "heic": ("heic", "heix", "hevc", "hevx", "heim", "heis", "mif1", "msf1"),
    "avif": ("avif", "avis"),
    "m4a": ("M4A ", "M4B ", "M4P "),
    "3gp": ("3gp", "3g2", "3ge", "3gg"),
}
_OLD_BOXES = (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08PK\x03\x04")
_ZIP_KINDS = (("word/", "docx"), ("xl/", "xlsx"), ("ppt/", "pptx"))
_ODF = {"text": "odt", "spreadsheet": "ods", "presentation": "odp"}
_ZIP_MARKS = (
    ("AndroidManifest.xml", "apk"),
    ("META-INF/MANIFEST.MF", "jar"),
    ("OFD.xml", "ofd"),
    ("FixedDocumentSequence.fdseq", "xps"),
    ("Index/Document.iwa", "iwork"),
)
_MACH = {b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe"}
_MAX_ENTRIES = 2_000  # entries of a zip looked at to tell its kind
_TS_PACKETS = 5
_MAIL_HEADER = re.compile(
    rb"^(?:from|to|cc|subject|date|received|message-id|mime-version|return-path|delivered-to|reply-to|sender|"
    rb"content-type|content-transfer-encoding|x-[a-z0-9-]+|dkim-signature|arc-[a-z-]+|authentication-results)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
_HTML = re.compile(rb"^\s*(?:<!--.*?-->\s*)?<(?:!doctype html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_HTA = re.compile(rb"<hta:application\b", re.IGNORECASE)
_SVG = re.compile(
    rb"^\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->).)*-->\s*|<!doctype svg[^>]*>\s*)*<svg\b", re.IGNORECASE | re.DOTALL
)
_TEXT_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\x1b"))


def sniff(path: Path) -> str:
    """The format of the file in `path`: one of the names in the sets above, or eml, html, text, empty, unknown …

    Reads its first 64 kB; the directory of a zip or compound file; the end, where the beginning says nothing. OSError
    if it cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
        size = file.seek(0, 2)
        if head.startswith(_OLE):
            return ole_format(file)
        if head.startswith(_ZIP):
            return _zip_format(file, head)
        found = sniff_bytes(head, whole=size <= HEAD)
        if found == "unknown" and (names := names_at_end(file)):  # a zip with something before it
            return _kind_of_zip(names, b"")
    return found


def sniff_bytes(head: bytes, *, whole: bool = False) -> str:
    """The format by the first bytes alone; `whole`: they are all there is. A zip's kind by the members in reach."""
    if not head:
        return "empty"
    magic = next((name for magic, name in _MAGIC if head.startswith(magic)), "")
    if magic:
        return magic
    if head.startswith(_ZIP):
        return _kind_of_zip(_local_names(head), head)
    if head.startswith(_OLE):
        return "ole-other"
    for test in (_boxed, _framed, _binary, _program, _packed):
        if name := test(head):
            return name
    found = _textual(head, whole=whole)
    return "mpegts" if found == "unknown" and _cut_stream(head) else found


def _boxed(head: bytes) -> str:
    """ISO BMFF and QuickTime: a box size, then its kind."""
    kind, size = head[4:8], int.from_bytes(head[:4], "big")
    if kind == b"ftyp":
        brand = head[8:12].decode("latin-1")
        return next((name for name, brands in _BRANDS.items() if brand.startswith(brands)), "mp4")
    if kind in _OLD_BOXES and (size >= 8 or size == 1 or (size == 0 and kind == b"mdat")):
        return "mov"
    return ""


def _framed(head: bytes) -> str:
    """RIFF, Matroska, MPEG-TS, tar, MPEG audio."""
    if head.startswith(b"RIFF"):
        return _RIFF.get(head[8:12], "")
    if head.startswith(b"\x1aE\xdf\xa3"):
        return "webm" if b"webm" in head[:64] else "mkv"
    if len(head) > 376 and head[0] == head[188] == head[376] == 0x47:
        return "mpegts"
    if len(head) > 388 and head[4] == head[196] == head[388] == 0x47:
        return "mpegts"
    if head[257:262] == b"ustar":
        return "tar"
    if len(head) > 3 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0:
        return "aac"
    if (
        len(head) > 3
        and head[0] == 0xFF
        and head[1] & 0xE6 == 0xE2
        and head[2] & 0xF0 != 0xF0
        and head[2] & 0x0C != 0x0C
    ):
        return "mp3"
    return ""


def _binary(head: bytes) -> str:
    """Formats whose magic is short: their headers must make sense too."""
    if head.startswith(b"BM") and len(head) >= 26 and head[6:10] == b"\0\0\0\0":
        return "bmp"
    if head.startswith(b"MZ") and len(head) >= 64 and b"\0" in head[:64]:
        return "exe"
    at = head.find(b"%PDF-", 0, 1024)
    return "pdf" if at > 0 else ""


def _program(head: bytes) -> str:
    """Mach-O of one or several machines, Java classes, Flash."""
    if head[:4] in _MACH and len(head) >= 28:
        return "mach-o"
    if head.startswith(b"\xca\xfe\xba\xbe") and len(head) >= 8:
        return "mach-o" if int.from_bytes(head[4:8], "big") < 40 else "class"  # so many machines, or the version
    if head[:3] in (b"FWS", b"CWS", b"ZWS") and len(head) >= 8 and 0 < head[3] < 60:
        return "swf"
    return ""


def _packed(head: bytes) -> str:
    """Archives of older days."""
    if head[0x8001:0x8006] == b"CD001":
        return "iso"
    if head.startswith(b"\x60\xea") and 30 <= int.from_bytes(head[2:4], "little") <= 2600 and head[4:5] < b"\x40":
        return "arj"
    if head[2:5] == b"-lh" and head[6:7] == b"-":
        return "lzh"
    return "tar" if _old_tar(head) else ""


def _old_tar(head: bytes) -> bool:
    """A tar from before `ustar`: only the sum over its first header tells it."""
    if len(head) < 512 or not head[0]:
        return False
    written = head[148:156].strip(b" \0")
    if not re.fullmatch(rb"[0-7]{4,7}", written):
        return False
    return int(written, 8) == sum(head[:148]) + 8 * 0x20 + sum(head[156:512])


def _cut_stream(head: bytes) -> bool:
    """An MPEG transport stream that begins within a packet: the marks of the next ones are still 188 bytes apart."""
    return any(
        all(head[at + 188 * n : at + 188 * n + 1] == b"\x47" for n in range(_TS_PACKETS)) for at in range(1, 188)
    )


def _textual(head: bytes, *, whole: bool) -> str:
    if head.startswith(b"From ") and len(_MAIL_HEADER.findall(head[:8192])) >= 2:
        return "mbox"
    if b"\0" not in head[:4096] and _begins_like_mail(head):
        return "eml"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "text" if _decodes(head[: len(head) & ~1], "utf-16", whole) else "unknown"
    if head.translate(None, _TEXT_CONTROLS) != head:
        return "unknown"
    if _HTA.search(head[:8192]):
        return "hta"
    if _HTML.match(head[:4096].removeprefix(b"\xef\xbb\xbf")):
        return "html"
    if _SVG.match(head[:4096].removeprefix(b"\xef\xbb\xbf")):
        return "svg"
    return "text" if any(_decodes(head, codec, whole) for codec in ("utf-8", "gb18030")) else "unknown"


def _begins_like_mail(head: bytes) -> bool:
    """Two headers of mails among the lines before the first blank one."""
    block = re.split(rb"\r?\n\r?\n", head.lstrip(b"\xef\xbb\xbf\r\n \t"), maxsplit=1)[0]
    return len({name.lower() for name in _MAIL_HEADER.findall(block)}) >= 2


def _decodes(head: bytes, codec: str, whole: bool) -> bool:
    try:
        head.decode(codec)
    except UnicodeDecodeError as error:
        return not whole and len(head) - error.start < 4
    return True


def _zip_format(file: BinaryIO, head: bytes) -> str:
    """What a zip is by its directory; by what can be seen at its beginning if the directory is gone."""
    return _kind_of_zip(names_at_end(file)[:_MAX_ENTRIES] or _local_names(head), head)


def _kind_of_zip(names: Iterable[str], head: bytes) -> str:
    names = list(names)
    if "[Content_Types].xml" in names:
        for folder, name in _ZIP_KINDS:
            if any(member.startswith(folder) for member in names):
                return name
    odf = re.search(rb"mimetypeapplication/vnd\.oasis\.opendocument\.([a-z]+)", head[:200])
    if odf:
        return _ODF.get(odf[1].decode(), "zip")
    if b"mimetypeapplication/epub+zip" in head[:200]:
        return "epub"
    return next((kind for mark, kind in _ZIP_MARKS if mark in names), "zip")


def _local_names(head: bytes) -> list[str]:
    """Names in the local headers that lie in `head`. A member's bytes are passed over: it may be a zip itself."""
    found: list[str] = []
    at = head.find(b"PK\x03\x04")
    while at != -1 and len(found) < _MAX_ENTRIES:
        packed = int.from_bytes(head[at + 18 : at + 22], "little")
        length, extra = (int.from_bytes(head[at + n : at + n + 2], "little") for n in (26, 28))
        found.append(head[at + 30 : at + 30 + length].decode("utf-8", "replace"))
        at = head.find(b"PK\x03\x04", at + 30 + length + extra + packed)
    return found
