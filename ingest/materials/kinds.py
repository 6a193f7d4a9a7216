"""What a file is in the contest, read off its facts; its name only where its content does not tell.

Pictures and scanned pages that were recognised are told in `recognised`.
"""

from __future__ import annotations

from typing import assert_never

from ingest.materials.recognised import (
    FORM_FIELDS,
    FORMS_TOO,
    HEAD,
    TITLES,
    Classified,
    beside_name,
    by_name,
    by_reading,
    head_kind,
)
from ingest.model import KIND_WORDS, Kind, Part, PartSource
from ingest.names import fold, kind_hint
from parsers.facts import ArchiveFacts, Beside, Broken, FormFacts, ImageFacts, MailFacts, Unknown, VideoFacts, Watched
from parsers.sniff import ACTIVE, UNOPENED
from parsers.typedform import FORMAT

VIDEO_FORMATS = frozenset(
    {"mp4", "mov", "m4v", "3gp", "mkv", "webm", "avi", "flv", "f4v", "wmv", "asf", "mpegts", "mpegps", "mpeg", "mpg"}
    | {"ts", "mts", "m2ts", "vob", "rm", "rmvb", "ogv", "swf"}
)
IMAGE_FORMATS = frozenset(["jpeg", "jpg", "png", "bmp", "gif", "tiff", "tif", "webp", "heic", "heif", "avif"])
DOCUMENT_FORMATS = frozenset(["docx", "doc", "wps", "rtf", "odt", "docm", "dot", "dotx", "ole"])
SHEET_FORMATS = frozenset(["xlsx", "xls", "xlsm", "et", "ods", "csv"])
ARCHIVE_FORMATS = frozenset(["zip", "7z", "rar", "tar", "gz", "tgz", "bz2", "xz", "zst"]) | UNOPENED
SILENT_FORMATS = frozenset(["", "empty", "unknown", "text", "html", "office-locked"])
"""Formats that say nothing of what was meant: there the name's ending is the only sign."""

SIGNATURE_BYTES = 50_000
"""A picture that a page of the mail shows, smaller than this beside text, is a signature's."""

SIGNATURE_PX = 200
"""An inline picture no larger than this on either side is no page anybody could read."""

PAGE_PX = (800, 1000)
"""From this shorter and this longer side on, a picture may be a page that was scanned, however few its bytes."""

BIG_LINK_BYTES = 50_000_000
"""A cloud file from here on is a film, or an archive with one: nothing else of a work is that large."""

_NEAR = 60
_NO_MATERIAL = {
    "sealed": "加密或封装签名的内容，程序不能打开",
    "application/applefile": "苹果电脑附带的文件信息",
    "text/calendar": "日程邀请",
    "application/ics": "日程邀请",
    "text/x-vcard": "名片",
    "text/vcard": "名片",
    "tnef": "Outlook 附件包，未能解开",
    "msg": "附带的邮件，未能拆开",
    "eml": "附带的邮件，未能拆开",
}
"""By problem, type or format: what keeps a file that no parser read from being a material, in words."""


def classify(part: Part, *, mail_text: str) -> Classified:
    """What one file is in the contest. mail_text: the text of its mail, which may say what a nameless link brings."""
    if part.is_link:
        return _link(part, mail_text)
    if part.quarantined:
        return by_name(part, Kind.OTHER, "疑似含有恶意代码，已隔离")
    facts = part.facts
    match facts:
        case VideoFacts() | Watched() | Beside():
            return _film(part)
        case FormFacts():
            return beside_name(part, _document(part, facts))
        case ImageFacts():
            return _picture(part, mail_text, facts)
        case ArchiveFacts():
            return Classified(Kind.OTHER, True, "压缩包，其中的文件单列")
        case MailFacts():
            return Classified(Kind.OTHER, True, "附带的邮件，其中的文件单列")
        case Broken() | Unknown() | None:
            return _unread(part, mail_text)
    assert_never(facts)


def _film(part: Part) -> Classified:
    if kind_hint(part.name) is Kind.PROOF:
        return Classified(Kind.PROOF, False, "视频，文件名表明是播放证明")
    return Classified(Kind.VIDEO, True, "内容为视频")


def _document(part: Part, facts: FormFacts) -> Classified:
    """A form by its title and labels; another paper by its own title, then by what it mentions, then by its name."""
    head = fold(facts.text[: 4 * HEAD])[:HEAD]
    titled = bool(facts.title.strip())
    if facts.format == FORMAT and part.source is PartSource.MANUAL:
        return Classified(Kind.FORM, True, "由工作人员录入")
    if facts.works:
        return Classified(Kind.LIST, True, f"一张表列有 {len(facts.works)} 部作品")
    if any(w in head for w in TITLES[0][1]):
        return Classified(Kind.LIST, True, "标题为汇总表")
    by_title = head_kind(head, FORMS_TOO if facts.fields else frozenset())
    labelled = len(facts.fields) >= (FORM_FIELDS // 2 if titled else FORM_FIELDS)
    if labelled and (titled or by_title is None):
        if facts.format == "pdf" and facts.pictures and kind_hint(part.name) is Kind.SCAN:
            return Classified(Kind.SCAN, False, "带文字层的 PDF，文件名表明是盖章的扫描件")
        return Classified(Kind.FORM, True, "有表格标题和栏目" if titled else "有表格栏目")
    if by_title:
        return Classified(by_title, True, f"标题表明是{KIND_WORDS[by_title]}")
    if not facts.text.strip() and facts.pictures:
        return by_name(part, Kind.SCAN, "文档中只有图片，尚未识别")
    hint = kind_hint(part.name)
    if hint is Kind.FORM or (titled and hint is None and fold(facts.title) in head):
        return Classified(Kind.FORM, False, "像是表格，但没有读出栏目")
    text = fold(facts.text)
    by_text = next((kind for kind, words in TITLES if kind is hint and any(w in text for w in words)), None)
    if by_text:
        return Classified(by_text, True, f"正文与文件名都表明是{KIND_WORDS[by_text]}")
    if facts.format in SHEET_FORMATS:
        return by_name(part, Kind.LIST, "电子表格")
    return by_name(part, Kind.OTHER, "文字材料，未归类")


def _picture(part: Part, mail_text: str, facts: ImageFacts | None) -> Classified:
    decoration = _decoration(part, mail_text, facts)
    if decoration:
        return Classified(Kind.OTHER, True, decoration)
    if facts is not None and facts.reading is not None:
        return by_reading(part, facts, facts.reading)
    return by_name(part, Kind.SCAN, "图片或扫描的 PDF，尚未识别")


def _decoration(part: Part, mail_text: str, facts: ImageFacts | None) -> str:
    """Why a picture only adorns its mail, "" if it may be a material.

    Phones mark whole scans inline too: it takes that a page shows the picture and that it is small, against a page.
    """
    if part.format == "pdf" or kind_hint(part.name) is not None:
        return ""
    if part.shown == "background":
        return "正文的信纸背景图"
    inline = bool(part.content_id) and part.disposition.lower() != "attachment"
    if inline and facts is not None and max(facts.width, facts.height) <= SIGNATURE_PX:
        return "正文中的小图片（签名、徽标）"
    small = part.size < SIGNATURE_BYTES and not (facts is not None and _like_a_page(facts))
    return "正文中的小图片（签名、徽标）" if part.shown and small and mail_text.strip() else ""


def _like_a_page(facts: ImageFacts) -> bool:
    short, long = sorted((facts.width, facts.height))
    return short >= PAGE_PX[0] and long >= PAGE_PX[1]


def _unread(part: Part, mail_text: str) -> Classified:
    """A file that could not be opened, or that no parser is for: by its format, then by its name."""
    form = _format(part)
    if (
        said := _NO_MATERIAL.get(part.problem) or _NO_MATERIAL.get(part.content_type) or _NO_MATERIAL.get(form)
    ) is not None:
        return Classified(Kind.OTHER, False, said)
    if form in VIDEO_FORMATS:
        sure = isinstance(part.facts, Broken) and part.facts.format.lower() in VIDEO_FORMATS
        return Classified(Kind.VIDEO, sure, "视频格式，但无法打开" if sure else "扩展名为视频，未能读取")
    if form in IMAGE_FORMATS:
        return _picture(part, mail_text, None)
    if form == "pdf":
        return by_name(part, Kind.SCAN, "PDF 未能读取")
    if form in DOCUMENT_FORMATS:
        return by_name(part, Kind.FORM, "Word 类文档未能读取，可能是表格")
    if form in SHEET_FORMATS:
        return by_name(part, Kind.LIST, "电子表格")
    if form in ARCHIVE_FORMATS and isinstance(part.facts, Broken) and _ending(part.name) in DOCUMENT_FORMATS:
        return by_name(part, Kind.FORM, "Word 类文档已损坏，可能是表格")  # one that lost its end is a bad zip
    if form in ARCHIVE_FORMATS:
        return Classified(Kind.OTHER, False, "压缩包")
    if form in ACTIVE:
        return Classified(Kind.OTHER, False, "程序或脚本，未打开")
    return by_name(part, Kind.OTHER, "未能识别的文件")


def _format(part: Part) -> str:
    """What its bytes say; where they say nothing (an empty file), what its name ends with."""
    told = part.format.lower()
    return _ending(part.name) if told in SILENT_FORMATS else told


def _ending(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""


def _link(part: Part, mail_text: str) -> Classified:
    """A file that is still behind its link: by its name, else by the words before the link, else by its size."""
    ending, hint = _ending(part.name), kind_hint(part.name)
    if ending in VIDEO_FORMATS:
        return Classified(Kind.VIDEO, False, "链接，文件名为视频，尚未下载")
    if hint is None and not part.name.strip():
        hint = kind_hint(_words_before(part.url, mail_text))
    large = part.size >= BIG_LINK_BYTES or part.size <= 0
    if hint is not None and not (part.size >= BIG_LINK_BYTES):
        kind = Kind.SCAN if hint is Kind.FORM and ending in IMAGE_FORMATS | {"pdf"} else hint
        return Classified(kind, False, f"链接，由名称判断为{KIND_WORDS[kind]}，尚未下载")
    if large and (not ending or ending in ARCHIVE_FORMATS or part.size > 0):
        return Classified(Kind.VIDEO, False, "链接，可能是视频，尚未下载")
    if ending in DOCUMENT_FORMATS:
        return Classified(Kind.FORM, False, "链接，Word 类文档，可能是表格，尚未下载")
    if ending in IMAGE_FORMATS | {"pdf"}:
        return Classified(Kind.SCAN, False, "链接，图片或 PDF，尚未下载")
    return Classified(Kind.OTHER, False, "链接，内容未知，尚未下载")


def _words_before(url: str, mail_text: str) -> str:
    at = mail_text.find(url)
    return mail_text[max(0, at - _NEAR) : at].rpartition("\n")[2] if at > 0 else ""
