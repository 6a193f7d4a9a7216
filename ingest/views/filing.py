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


def filing(work: Work) -> list[Filed]:
    """Every file of the work that is here, named by what it is; what is not judged any more says so in its name.

    Other files (archives whose members are filed, signatures) stay in the store and the 邮件 sheet.
    """
    kept = [m for m in work.materials if m.part.here and m.kind is not Kind.OTHER]
    words = [_word(material) for material in kept]
    total, number = Counter(words), Counter[str]()
    filed = []
    for material, word in zip(kept, words, strict=True):
        number[word] += 1
        several = number[word] if total[word] > 1 else 0
        filed.append(Filed(material, file_name(word, work.title, extension(material.part.format), several)))
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
