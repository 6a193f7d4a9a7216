"""Names of files as senders gave them, made fit to show: one path component, no control or direction characters."""

from __future__ import annotations

import re
import unicodedata

MAX_NAME = 255
_UNSHOWN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
_DOTS = re.compile(r"\.{2,}")
_EXTENSIONS = {
    "application/msword": ".doc",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.ms-excel": ".xls",
    "application/pdf": ".pdf",
    "application/rtf": ".rtf",
    "application/zip": ".zip",
    "application/x-zip-compressed": ".zip",
    "application/x-rar-compressed": ".rar",
    "application/vnd.rar": ".rar",
    "application/x-7z-compressed": ".7z",
    "image/jpeg": ".jpg",
    "image/jpg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "image/bmp": ".bmp",
    "image/tiff": ".tiff",
    "image/heic": ".heic",
    "image/webp": ".webp",
    "video/mp4": ".mp4",
    "video/quicktime": ".mov",
    "video/x-msvideo": ".avi",
    "video/x-ms-wmv": ".wmv",
    "audio/mpeg": ".mp3",
    "audio/mp4": ".m4a",
    "text/plain": ".txt",
    "text/html": ".html",
    "text/csv": ".csv",
    "text/calendar": ".ics",
}


def clean(name: str) -> str:
    """The last path component of `name`, composed, without control or direction characters, without "..".

    At most MAX_NAME characters, the extension kept. "" if nothing is left.
    """
    last = re.split(r"[/\\]", _UNSHOWN.sub("", name.replace("\t", " ")).strip().rstrip("/\\"))[-1]
    last = _DOTS.sub(".", unicodedata.normalize("NFC", last)).strip().rstrip(". ")
    if len(last) > MAX_NAME:
        stem, dot, extension = last.rpartition(".")
        tail = dot + extension if stem and len(extension) <= 10 else ""
        last = last[: MAX_NAME - len(tail)] + tail
    return last


def unnamed(number: int, content_type: str) -> str:
    """The name shown for the `number`th file that has none."""
    return f"未命名附件-{number}{_EXTENSIONS.get(content_type, '.bin')}"
