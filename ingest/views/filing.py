"""Which file of a work lies where in its folder on the share, and under which name."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from ingest.model import KIND_WORDS, Kind, Material, Work
from reports.folders import file_name

_EXTENSIONS = {"jpeg": "jpg", "mpegts": "ts", "doc": "doc", "text": "txt", "tiff": "tif"}
_HARMLESS = frozenset(
    {"mp4", "mov", "mkv", "avi", "flv", "wmv", "mpegts", "mp3", "wav", "m4a"}
    | {"docx", "doc", "wps", "xlsx", "xls", "pptx", "ppt", "et", "odt", "ods", "rtf", "pdf", "text", "eml"}
    | {"jpeg", "png", "gif", "bmp", "tiff", "heic", "webp", "zip", "7z", "rar", "gz", "tar"}
)


@dataclass(frozen=True)
class Filed:
    """A material and the name of its file in the work's folder."""

    material: Material
    name: str

    @property
    def is_film(self) -> bool:
        """Large and never edited by staff: a hard link does."""
        return self.material.kind is Kind.VIDEO


def filing(work: Work, title: str) -> list[Filed]:
    """Every file of the work that is here, named by what it is; what is not judged any more says so in its name.

    title: the one in the folder's name, so that files keep their names when the work gets another title; the first of
    a kind has no number, so that a second one does not rename it. Other files (archives whose members are filed,
    signatures) stay in the store and the 邮件 sheet.
    """
    number = Counter[str]()
    filed = []
    for material in work.materials:
        if not material.part.here or material.kind is Kind.OTHER:
            continue
        word = _word(material)
        number[word] += 1
        several = number[word] if number[word] > 1 else 0
        filed.append(Filed(material, file_name(word, title, extension(material.part.format), several)))
    return filed


def _word(material: Material) -> str:
    single = material.kind in (Kind.VIDEO, Kind.FORM)
    return (
        KIND_WORDS[material.kind].replace("/", "")
        if material.in_force or not single
        else f"未采用的{KIND_WORDS[material.kind]}"
    )


def extension(format_: str) -> str:
    """The ending for a format told by bytes; what could run when clicked gets one that cannot."""
    return _EXTENSIONS.get(format_, format_) if format_ in _HARMLESS else "bin"
