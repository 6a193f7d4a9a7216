"""What parsers say of a file, as frozen values that go to JSON and back.

A file that cannot be read is a value too (`Broken`), never an exception: the trouble is the submitter's, and a person
must see it. `reason` is a key of `BROKEN_REASONS`, whose sentence is what staff read.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from parsers.filmfacts import Beside as Beside
from parsers.filmfacts import Watched as Watched
from parsers.pagefacts import Box as Box
from parsers.pagefacts import FieldValue as FieldValue
from parsers.pagefacts import Line as Line
from parsers.pagefacts import Mark as Mark
from parsers.pagefacts import PageFacts as PageFacts
from parsers.pagefacts import Reading as Reading
from parsers.pagefacts import Value

PARSERS_VERSION = "3"
"""Part of the key under which facts are kept: raise it when a parser sees more or other than before."""

BROKEN_REASONS: dict[str, str] = {
    "empty": "文件为空（0 字节）",
    "not-a-mail": "不是可以识别的邮件",
    "cut-off": "文件不完整，末尾缺失",
    "no-index": "视频文件不完整：缺少索引信息（moov），无法播放",
    "no-picture": "视频文件中没有画面",
    "not-what-it-says": "扩展名与实际内容不符",
    "bad-archive": "压缩包已损坏，无法解开",
    "bad-checksum": "压缩包内文件校验不符（CRC 错误）",
    "no-members": "空压缩包，里面没有文件",
    "locked": "文件有密码，无法打开",
    "wrong-password": "密码不对，无法打开",
    "missing-volume": "分卷压缩包不全，无法解开",
    "overlapping": "压缩包内的文件互相重叠，疑似恶意构造，未解开",
    "sealed": "加密或封装签名的内容（S/MIME、PGP），程序不能打开",
    "bad-tnef": "Outlook 附件包（winmail.dat）已损坏，未能解开",
    "too-large": "超过允许的大小，未解开",
    "too-many": "内含文件过多，未全部解开",
    "too-deep": "嵌套层数过多，未继续解开",
    "unsupported": "这种格式目前不能自动读取",
    "no-office": "旧版文档（.doc、.wps 等）要有 LibreOffice 才能读取，请运维安装后等下次运行，或人工打开查看",
    "unreadable": "文件已损坏，无法读取",
    "too-slow": "处理超时，已停止读取",
    "too-big": "占用内存过多，已停止读取",
    "crashed": "读取时程序异常中止",
    "malware": "疑似含有恶意代码，已隔离",
}
"""Reasons a file could not be read, and the sentence a staff member understands."""

MAX_LINKS = 200
"""Files behind links that one mail is taken to name, or one file."""

ENDED_BY_US = frozenset({"too-slow", "too-big", "crashed"})
"""Reasons that say only that we gave up: the file need not be at fault, and another try may read it."""


LEFT = "left"
"""The problem of a mail's file that looks like a mail and was not entered, since the caller did not name it."""


class Link(Value):
    """A cloud attachment or a net-disk link found in a body or a small file.

    provider: a name of parsers.providers, or "unknown" for one that only looks like a cloud attachment. size: bytes,
    rounded as printed unless `size_is_exact`. expires_at: aware, None for unknown and for never. code: to open it.
    """

    provider: str
    key: str
    url: str
    name: str | None = None
    size: int | None = None
    size_is_exact: bool = False
    expires_at: dt.datetime | None = None
    code: str | None = None


class MailPart(Value):
    """One file of a mail, a "part". `size` and `sha256` are of the bytes after transfer decoding.

    path: name of the file in the scratch folder the parser was given, or "" if it only hashed.
    inside: subject of the forwarded mail it came in, else "". depth: forwarded mails around it.
    shown: whether a page of the mail shows it by its content id: as a "picture", as the "background" of text, or "".
    """

    name: str
    raw_name: str = ""
    size: int
    sha256: str
    content_type: str = ""
    disposition: str = ""
    content_id: str = ""
    inside: str = ""
    depth: int = 0
    path: str = ""
    problem: str = ""
    shown: Literal["", "picture", "background"] = ""


class Node(Value):
    """A line of a mail's outline. depth: nodes around it.

    what: mail, multipart, body, file, envelope, signature, report or other. name: of a file, or the subject of a mail.
    size: bytes after transfer decoding.
    """

    depth: int
    what: str
    content_type: str
    name: str = ""
    size: int = 0


class MailFacts(Value):
    """A mail: headers as people read them, its text, its files, the links in its text.

    headers: lower-case name to decoded values, in order of appearance, bounded in number and length.
    from_address, reply_to, to, cc: lower-case addresses; from_name: the display name.
    text: the body as plain text (from HTML where there is no other), bounded; own_text: without quoted replies.
    problems: keys and details of what was odd, for people ("bad base64 in 表.docx").
    outline: its nodes in order, empty unless it was asked for.
    """

    fact: Literal["mail"] = "mail"
    message_id: str = ""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    subject: str = ""
    from_name: str = ""
    from_addresses: tuple[str, ...] = ()
    reply_to: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    date: str = ""
    content_type: str = ""
    report_type: str = ""
    headers: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    text: str = ""
    own_text: str = ""
    parts: tuple[MailPart, ...] = ()
    links: tuple[Link, ...] = ()
    problems: tuple[str, ...] = ()
    outline: tuple[Node, ...] = ()


class Member(Value):
    """One file in an archive. `path` as in `MailPart`; `folder` the folders around it, "/"-joined, for grouping only.

    problem: a key of BROKEN_REASONS, or "outside" (its name climbs out), "link", "device"; then `path` is "".
    """

    name: str
    raw_name: str = ""
    folder: str = ""
    size: int
    sha256: str = ""
    path: str = ""
    problem: str = ""


class ArchiveFacts(Value):
    """An archive and its members; `problem` when not all could be had (a key of BROKEN_REASONS); `detail`: for logs."""

    fact: Literal["archive"] = "archive"
    format: str
    members: tuple[Member, ...] = ()
    problem: str = ""
    detail: str = ""


class AudioTrack(Value):
    """One audio stream. `duration_s` seconds, `bit_rate` bits per second."""

    codec: str = ""
    channels: int | None = None
    sample_rate: int | None = None
    duration_s: float | None = None
    bit_rate: int | None = None


class VideoFacts(Value):
    """A film as its container and streams describe it.

    container: mp4, mov, mkv, avi, flv, wmv, mpegts … by bytes; brand: the MP4 major brand, exactly four characters.
    duration_s: of the picture stream; container_duration_s: as the container says. Seconds.
    width, height: coded pixels; shown_width, shown_height: after pixel aspect and rotation; display_aspect = shown
    width / shown height; rotation clockwise degrees (0 90 180 270); frame_rate per second; bit_rate bits per second.
    faststart: the index lies before the media data. watched: what was seen and heard, None until somebody looked; it
    is kept by itself, never with these facts. tools: name to version of what measured.
    """

    fact: Literal["video"] = "video"
    container: str
    brand: str = ""
    compatible_brands: tuple[str, ...] = ()
    size: int
    duration_s: float | None = None
    container_duration_s: float | None = None
    codec: str = ""
    profile: str = ""
    width: int
    height: int
    shown_width: int
    shown_height: int
    pixel_aspect: float = 1.0
    display_aspect: float
    rotation: int = 0
    frame_rate: float | None = None
    bit_rate: int | None = None
    bit_depth: int | None = None
    hdr: str = ""
    audio: tuple[AudioTrack, ...] = ()
    faststart: bool | None = None
    created: str = ""
    watched: Watched | None = None
    tools: dict[str, str] = Field(default_factory=dict)


class FormFacts(Value):
    """A document with text: a form if labels were found in it, else just text.

    title: the line that reads like the form's title ("2024年…推荐表"), "" if none. fields: field to value, for every
    label found, blank ones too. text: all of it, bounded. pages: None where the format has none before layout;
    pages_read: how many of them, the first ones; None where all were.
    pictures: how many pictures are embedded. addresses: where words of it lead that are links and do not say so, of
    http and https only. works: where it is a list, one table with a work a row, each row's field to value as written.
    active: what could act by itself, as keys of parsers.active.ACTIVE_WORDS; so in the other facts.
    """

    fact: Literal["form"] = "form"
    format: str
    title: str = ""
    fields: dict[str, FieldValue] = Field(default_factory=dict)
    text: str = ""
    pages: int | None = None
    pages_read: int | None = None
    pictures: int = 0
    addresses: tuple[str, ...] = ()
    works: tuple[dict[str, str], ...] = ()
    active: tuple[str, ...] = ()


class ImageFacts(Value):
    """A picture, or a PDF without a text layer. width, height: pixels, after EXIF orientation (points for a PDF).

    pages: as many as it has. seen: the pages that were recognised, the first `Wants.scan_pages` at most; reading: what
    was read off them for the labels asked for, None where nobody asked for recognition. tools: name to version of
    what recognised.
    """

    fact: Literal["image"] = "image"
    format: str
    width: int
    height: int
    pages: int = 1
    orientation: int = 1
    seen: tuple[PageFacts, ...] = ()
    reading: Reading | None = None
    tools: dict[str, str] = Field(default_factory=dict)
    active: tuple[str, ...] = ()


class Unknown(Value):
    """A file no parser is for; `format` as sniffed."""

    fact: Literal["unknown"] = "unknown"
    format: str
    active: tuple[str, ...] = ()


class Broken(Value):
    """A file that could not be read: `reason` a key of BROKEN_REASONS, `detail` for the log and the evidence.

    at_s, of_s: of a film that breaks off, the second up to which it can be played, and how long it should be.
    """

    fact: Literal["broken"] = "broken"
    format: str
    reason: str
    detail: str = ""
    at_s: float | None = None
    of_s: float | None = None
    active: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """What staff read."""
        return BROKEN_REASONS.get(self.reason, BROKEN_REASONS["unreadable"])


Facts = Annotated[
    MailFacts | ArchiveFacts | VideoFacts | FormFacts | ImageFacts | Watched | Beside | Unknown | Broken,
    Field(discriminator="fact"),
]

_ADAPTER: TypeAdapter[Facts] = TypeAdapter(Facts)


def to_json(facts: Facts) -> str:
    """Facts as one JSON object."""
    return _ADAPTER.dump_json(facts).decode()


def from_json(text: str) -> Facts:
    """The facts again. Raises pydantic.ValidationError if they were written by another version."""
    return _ADAPTER.validate_json(text)


class Wants(BaseModel):
    """What the caller asks of a parser: the labels of an edition's forms, and bounds.

    labels: field to the synonyms by which forms name it; "审核专家 > 职称" is one in that section only. types: field to
    the type of its value (parsers.typed), text where none is given. titles: words that end a form's title (推荐表,
    自荐表). max_text: characters of text kept. max_pages: pages of a PDF read. ocr: recognise what is only a picture,
    its first `scan_pages` pages.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    labels: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    types: dict[str, str] = Field(default_factory=dict)
    titles: tuple[str, ...] = ()
    max_text: int = 200_000
    max_pages: int = 30
    ocr: bool = False
    scan_pages: int = 6


class Limits(BaseModel):
    """Bounds on what a container may hold, on bytes actually read. `max_bytes` per container, all members together."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_depth: int = 5
    max_members: int = 1_000
    max_bytes: int = 4 * 2**30
    max_ratio: int = 200
    max_header_bytes: int = 1_000_000
    max_text: int = 200_000
