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
    """A material and the name of its file in the work's folder. old: a version that another has followed."""

    material: Material
    name: str
    old: bool = False

    @property
    def is_film(self) -> bool:
        """Large and never edited by staff: a hard link does."""
        return self.material.kind is Kind.VIDEO


def filing(work: Work, title: str) -> list[Filed]:
    """Every file of the work that is here, named by what it is. What another has followed is old; what a person has
    still to choose says so in its name.

    title: the one in the folder's name, so that files keep their names when the work gets another title; the first of
    a kind has no number, so that a second one does not rename it. Other files (archives whose members are filed,
    signatures) stay in the store and the 邮件 sheet.
    """
    number = Counter[tuple[str, bool]]()
    filed = []
    for material in work.materials:
        if not material.part.here or material.kind is Kind.OTHER:
            continue
        old = _followed(work, material)
        word = KIND_WORDS[material.kind].replace("/", "") if old else _word(material)
        number[word, old] += 1
        several = number[word, old] if number[word, old] > 1 else 0
        filed.append(Filed(material, file_name(word, title, extension(material.part.format), several), old))
    return filed


def _followed(work: Work, material: Material) -> bool:
    """A later mail brought the version that is judged, or a person chose another."""
    if material.in_force:
        return False
    mails = list(dict.fromkeys(m.part.arrival_id for m in work.materials))
    ruling = work.in_force(material.kind)
    later = ruling is not None and mails.index(ruling.part.arrival_id) > mails.index(material.part.arrival_id)
    return material.passed_over or later


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
