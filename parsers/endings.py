"""What a file's name promises, against what its bytes are."""

from __future__ import annotations

_FAMILIES: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("mp4", "m4v"), ("mp4", "mov")),
    (("mov", "qt"), ("mov", "mp4")),
    (("3gp", "3g2"), ("3gp", "mp4")),
    (("mkv", "webm"), ("mkv", "webm")),
    (("avi",), ("avi",)),
    (("flv", "f4v"), ("flv", "mp4")),
    (("wmv", "asf", "wma"), ("wmv",)),
    (("ts", "mts", "m2ts", "tp"), ("mpegts",)),
    (("mpg", "mpeg", "vob", "dat"), ("mpeg", "mpegts")),
    (("rm", "rmvb"), ("rm",)),
    (("docx", "docm", "dotx", "dotm"), ("docx", "office-locked")),
    (("doc", "dot"), ("doc", "docx", "wps", "rtf", "office-locked")),
    (("wps", "wpt"), ("wps", "doc", "docx", "rtf", "office-locked")),
    (("rtf",), ("rtf",)),
    (("odt", "ods", "odp"), ("odt", "ods", "odp")),
    (("xlsx", "xlsm", "xltx"), ("xlsx", "office-locked")),
    (("xls", "xlt", "et", "ett"), ("xls", "xlsx", "office-locked")),
    (("pptx", "pptm", "ppsx"), ("pptx", "office-locked")),
    (("ppt", "pps", "dps", "dpt"), ("ppt", "pptx", "office-locked")),
    (("pdf",), ("pdf",)),
    (("ofd",), ("ofd",)),
    (("jpg", "jpeg", "jfif", "jpe"), ("jpeg",)),
    (("png",), ("png",)),
    (("gif",), ("gif",)),
    (("bmp", "dib"), ("bmp",)),
    (("tif", "tiff"), ("tiff",)),
    (("heic", "heif"), ("heic",)),
    (("webp",), ("webp",)),
    (("avif",), ("avif",)),
    (("mp3",), ("mp3",)),
    (("wav",), ("wav",)),
    (("zip",), ("zip",)),
    (("7z",), ("7z",)),
    (("rar",), ("rar",)),
    (("gz", "tgz"), ("gz",)),
    (("tar",), ("tar",)),
    (("eml",), ("eml",)),
    (("msg",), ("msg",)),
    (("txt",), ("text", "html")),
)
_PROMISES = {ending: frozenset(formats) for endings, formats in _FAMILIES for ending in endings}
_SILENT = frozenset({"", "empty", "unknown", "ole-other"})
_RUNS = frozenset(
    {"exe", "com", "scr", "pif", "cpl", "dll", "msi", "msp", "bat", "cmd", "ps1", "psm1", "vbs", "vbe", "js", "jse"}
    | {"wsf", "wsh", "hta", "jar", "lnk", "reg", "sh", "command", "app", "apk", "scf", "inf", "gadget", "chm", "py"}
)


def ending(name: str) -> str:
    """What a name ends with, in lower case without the dot; "" if there is none."""
    return name.rpartition(".")[2].strip().lower() if "." in name else ""


def belied(name: str, format_: str) -> str:
    """The ending that promises another format than the bytes have, "" if it does not.

    An ending nobody knows promises nothing; bytes that say nothing belie nothing.
    """
    said = ending(name)
    promised = _PROMISES.get(said)
    return said if promised is not None and format_ not in _SILENT and format_ not in promised else ""


def runs(name: str) -> bool:
    """A system would run a file of this name when it is opened."""
    return ending(name) in _RUNS
