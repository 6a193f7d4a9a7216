"""Files that could not be opened: why, in words for staff and senders, what helps, and passwords in what people write.

Functions of values, nothing looked up.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.model import KIND_WORDS, NEW_WORK, Arrival, Kind, Part, PartSource, Todo, TodoKind, mail_number
from ingest.sets import set_name
from parsers import sniff
from parsers.facts import BROKEN_REASONS, ENDED_BY_US, PARSERS_VERSION, ArchiveFacts, Broken
from parsers.tools import unpackers

LOCKED = "locked"
MISSING_VOLUME = "missing-volume"
NO_OFFICE = "no-office"

PART_PROBLEMS = {
    "outside": "压缩包内的路径不安全，未解开",
    "link": "压缩包内是链接而不是文件，未解开",
    "device": "压缩包内是设备文件，未解开",
}
"""Members of archives that are never unpacked, in words for staff."""

_CLOSED = frozenset(
    {LOCKED, MISSING_VOLUME, "bad-archive", "cut-off", "empty", "no-members", "unsupported", *ENDED_BY_US}
)
"""Problems by which nothing of an archive can be had."""

MOST_PASSWORDS = 5
"""So many words of one text are tried as a password."""

_PASSWORD = re.compile(
    r"(?:密码|口令|pass\s?word|\bpwd\b)(?:\s*(?:均?为|都?是)?\s*[:：=]\s*|\s*(?:均?为|都?是)\s*|[ \t\u3000]+)"
    r"(?=[\"'“‘「『【\[(（]?\s*([^\s，。；、\"'“”‘’」』】\])）<>]{1,64}))",
    re.IGNORECASE,
)


def part_trouble(part: Part) -> str:
    """Why a file is not whole or cannot be read, in words for staff; "" if nothing is wrong with it.

    A link whose file is not here is another matter, and has a to-do of its own.
    """
    if part.is_link:
        return ""
    if part.problem:
        return BROKEN_REASONS.get(part.problem) or PART_PROBLEMS.get(part.problem, BROKEN_REASONS["unreadable"])
    if isinstance(part.facts, Broken) and part.joined_in is None:
        return part.facts.sentence
    return ""


def reason_of(part: Part) -> str:
    """The same as a key of BROKEN_REASONS or PART_PROBLEMS."""
    if part.problem or not isinstance(part.facts, Broken) or part.joined_in is not None:
        return part.problem
    return part.facts.reason


def is_closed(part: Part) -> bool:
    """It is an archive that could not be opened, or not wholly; or a volume of one."""
    if part.problem == MISSING_VOLUME:
        return True
    if part.joined_in is not None:
        return bool(part.problem)
    if part.format not in sniff.ARCHIVE or part.quarantined:
        return False
    opened = isinstance(part.facts, ArchiveFacts) and not part.facts.problem
    return bool(part.problem) or isinstance(part.facts, Broken) or not opened


def is_locked(part: Part) -> bool:
    """It is an archive or a document that opens with a password."""
    known = part.format in sniff.ARCHIVE | sniff.UNLOCKABLE or part.joined_in is not None
    return part.problem == LOCKED and part.here and known


def unlocked(parts: Sequence[Part]) -> frozenset[int]:
    """Ids of documents with a password of which there is a copy without: what is wrong with them is so no more."""
    copies = {(part.inside, part.name) for part in parts if part.here and part.inside == part.name}
    documents = (part for part in parts if part.format in sniff.UNLOCKABLE and not part.problem)
    return frozenset(part.id for part in documents if (part.name, part.name) in copies and part.inside != part.name)


def readers() -> str:
    """What opens archives here: the parsers' version and the programs there are. Another one may open more."""
    return f"{PARSERS_VERSION} {'+'.join(sorted(unpackers()))}"[:20].rstrip()


def archive_facts(format_: str, problem: str) -> ArchiveFacts | Broken:
    """What is known of an archive by its problem: Extract has opened it, or could not; it is not read once more."""
    known = format_ if format_ in sniff.ARCHIVE else "zip"  # a volume begins like nothing
    if problem in _CLOSED:
        return Broken(format=known, reason=problem)
    return ArchiveFacts(format=known, problem=problem)


# passwords


def passwords_in(text: str) -> list[str]:
    """What a person's text calls a password, at most `MOST_PASSWORDS`, in order; a full stop after it is not of it."""
    found: list[str] = []
    for match in _PASSWORD.finditer(text):
        word = match[1]
        found += [word, word.rstrip(".!！?？…:：")]
    return [word for word in dict.fromkeys(found) if word][:MOST_PASSWORDS]


def spellings(value: object) -> list[str]:
    """What a cell may mean as a password: a number has lost its leading zeros there, a date its writing."""
    if isinstance(value, bool) or value is None:
        return []
    if isinstance(value, dt.date):
        shapes = ("%Y%m%d", "%Y-%m-%d", "%Y/%m/%d", "%y%m%d")
        return [*(value.strftime(shape) for shape in shapes), f"{value.year}/{value.month}/{value.day}"]
    if isinstance(value, int | float):
        digits = str(int(value)) if value == int(value) else str(value)
        return list(dict.fromkeys([digits, digits.zfill(4), digits.zfill(6)]))
    written = str(value)[:200]
    return [word for word in dict.fromkeys([written.strip(), written, _narrow(written)]) if word]


def _narrow(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


# what staff must do


@dataclass(frozen=True)
class Volumes:
    """A set of which a mail holds volumes: its name (作品.7z), what it lacks ("缺第3卷", "" if it is whole).

    key: of its to-do. kept_in: the other mail under which what lay in it is kept, None if it is this one or nothing
    came out yet; settled: that mail has ended.
    """

    key: str
    name: str
    lacks: str = ""
    kept_in: int | None = None
    settled: bool = False


def locked_todo(
    arrival: Arrival,
    part: Part,
    *,
    refused: bool,
    work: str = "",
    waits: bool = False,
    candidates: Sequence[str] = (),
) -> Todo:
    """Type the password in, of an archive or a document. refused: the one that was typed did not open it.

    waits: the mail has not ended; candidates: works it may belong to.
    """
    number = mail_number(arrival.id)
    wrong = "【“密码”栏填写的密码不对，请核对后重新填写】" if refused else ""
    is_document = part.format in sniff.UNLOCKABLE
    what, word, does = ("文件", "打开", "打开") if is_document else ("压缩包", "解压", "解开")
    choose = f"；暂不打开的，在“选择”栏填写登记号或“{NEW_WORK}”，先行登记" if waits else ""
    text = (
        f"{wrong}邮件 {number}（{sender(arrival)}）的{what}“{shown_name(part)}”有密码，无法打开。"
        f"请在“密码”栏填写{word}密码，下次运行时自动{does}{choose}。不知道密码的，请向来信人索取，或请其重发未加密的文件。"
    )
    ids = tuple(candidates)
    return Todo(locked_key(part.id), TodoKind.LOCKED, text, work, arrival.id, part.id, candidates=ids)


def locked_key(part_id: int) -> str:
    """The key of the to-do that asks for the password of an archive."""
    return f"locked:{part_id}"


def volumes_todo(arrival: Arrival, volumes: Volumes, *, work: str = "", candidates: Sequence[str] = ()) -> Todo:
    """Wait for the rest of a set, or ask for it. One to-do a set, whichever of its mails came last."""
    text = (
        f"分卷压缩包“{volumes.name}”{volumes.lacks}，最近一卷在邮件 {mail_number(arrival.id)}（{sender(arrival)}）。"
        "其余各卷寄到后自动合并解开，不必处理；长时间没有寄来的，请联系来信人补寄。"
    )
    return Todo(volumes.key, TodoKind.MISSING_VOLUME, text, work, arrival.id, candidates=tuple(candidates))


def locked_parts(parts: Sequence[Part]) -> list[Part]:
    """The archives one password each is asked for. A set counts once, in the mail under which it is kept."""
    found: dict[str, Part] = {}
    for part in parts:
        if is_locked(part) and part.joined_in in (None, part.arrival_id):
            found.setdefault(f"set:{shown_name(part)}" if part.joined_in else str(part.id), part)
    return list(found.values())


def plain_troubles(parts: Sequence[Part]) -> dict[str, list[Part]]:
    """Reason for people to the files it holds for, but for what has a to-do of its own: locked archives and volumes.

    Nor for what only LibreOffice reads, where that is lacking: no sender can mend it, and it mends itself.
    """
    own = {shown_name(part) for part in parts if is_locked(part)}
    found: dict[str, list[Part]] = {}
    mended = unlocked(parts)
    for part in parts:
        trouble = part_trouble(part) if part.id not in mended else ""
        apart = is_locked(part) or part.problem == MISSING_VOLUME or (part.problem == LOCKED and part.inside in own)
        if trouble and not apart and reason_of(part) != NO_OFFICE:
            found.setdefault(trouble, []).append(part)
    return found


def shown_name(part: Part) -> str:
    """Its own name, or that of the set it is a volume of."""
    return set_name(part.name) if part.joined_in is not None or part.problem == MISSING_VOLUME else part.name


def sender(arrival: Arrival) -> str:
    """Who wrote, for people."""
    return arrival.from_name or arrival.from_address or "无发件人"


# what the sender can do

_RESEND = "请先确认原文件能够正常打开，再重新发送"
_REPACK = "请重新压缩后发送；也可以不压缩，直接发送文件"
_MATTERS = {
    LOCKED: ("设有密码，无法打开", "请回复告知打开密码，或去掉密码后重新发送"),
    "cut-off": ("不完整，末尾缺失，可能是上传或发送时中断", _RESEND),
    "no-index": ("不完整，缺少播放所需的信息，无法播放，可能是导出、上传或发送时中断", _RESEND),
    "empty": ("是空文件（0 字节）", _RESEND),
    "bad-archive": ("已损坏，无法解开", _REPACK),
    "no-members": ("是空的，里面没有文件", "请确认材料已经放入压缩包，再重新发送；也可以不压缩，直接发送文件"),
    "bad-checksum": ("已损坏，其中有文件无法解开", _REPACK),
    "unsupported": ("的压缩格式无法识别", "请改用 zip 格式重新压缩后发送；也可以不压缩，直接发送文件"),
    "unreadable": ("已损坏，无法打开", _RESEND),
}
"""Reasons that a sender can mend: what happened, and how. Bombs, malware and what is our own trouble are not told."""

_LINK_MATTERS = {
    "expired": ("的链接已经失效，文件没有取到", "请重新上传后回复新的链接，或者改用其他方式发送"),
    "wrong-code": ("的链接不完整，或提取码不对，文件没有取到", "请核对后回复完整的链接和提取码"),
}
"""What only the sender can mend of a link; whatever else is wrong with one is ours or staff's to deal with."""

_OF_ARCHIVES = frozenset({"bad-archive", "bad-checksum", "no-members", "unsupported"})
_MOST_MATTERS = 10


def matters_of(parts: Sequence[Part]) -> list[tuple[str, str]]:
    """What a sender is told of files that could not be opened: what happened, how to mend it; a line a file.

    What lies in an archive that is told of itself is not told again.
    """
    mended = unlocked(parts)
    told = [part for part in parts if part.id not in mended and _matter(part)]
    names = {shown_name(part) for part in told if is_closed(part)}
    found = [
        (f"{_word(part)}“{shown_name(part)}”{what}{_which(part, parts)}", mend)
        for part in told
        if part.inside not in names or part.source is PartSource.ATTACHMENT
        for what, mend in [_MATTERS[reason_of(part)]]
    ]
    return list(dict.fromkeys((*found, *_of_links(parts))))[:_MOST_MATTERS]


def _of_links(parts: Sequence[Part]) -> list[tuple[str, str]]:
    """The same of links whose files never came."""
    lost = [part for part in parts if part.is_link and part.problem in _LINK_MATTERS]
    said = [(part.name, *_LINK_MATTERS[part.problem]) for part in lost]
    return [(f"云附件“{name}”{what}" if name else f"来信中的云附件{what}", mend) for name, what, mend in said]


def _which(archive: Part, parts: Sequence[Part]) -> str:
    """The files in a damaged archive that were lost, where some came out."""
    lost = [part.name for part in parts if part.inside == archive.name and part.problem and not part.sha256]
    if reason_of(archive) != "bad-checksum" or not lost:
        return ""
    return "：" + "、".join(f"“{name}”" for name in lost[:3]) + (f"等 {len(lost)} 个" if len(lost) > 3 else "")


def _matter(part: Part) -> bool:
    reason = reason_of(part)
    if part.is_link or part.quarantined or reason not in _MATTERS:
        return False
    if reason == "unsupported" and part.format == "rar":  # a program is missing here
        return False
    worth = part.kind is not Kind.OTHER or is_closed(part)  # nobody is asked for a signature's picture again
    return worth and (reason not in _OF_ARCHIVES or is_closed(part))


def _word(part: Part) -> str:
    if is_closed(part):
        return "压缩包"
    return "文件" if part.kind is Kind.OTHER else KIND_WORDS[part.kind]
