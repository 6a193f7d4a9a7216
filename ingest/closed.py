"""Files that could not be opened: why, in words for staff and senders, what helps, and passwords in what people write.

Functions of values, nothing looked up.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from ingest.model import Arrival, Part, Todo, TodoKind, mail_number
from parsers import sniff
from parsers.facts import BROKEN_REASONS, ArchiveFacts, Broken

LOCKED = "locked"
MISSING_VOLUME = "missing-volume"

PART_PROBLEMS = {
    "outside": "压缩包内的路径不安全，未解开",
    "link": "压缩包内是链接而不是文件，未解开",
    "device": "压缩包内是设备文件，未解开",
}
"""Members of archives that are never unpacked, in words for staff."""

MOST_PASSWORDS = 5
"""So many words of one text are tried as a password."""

_PASSWORD = re.compile(
    r"(?:密码|口令|pass\s?word|\bpwd\b)\s*(?:均?为|都?是|[:：=]|\s)\s*(?:[:：=]\s*)?[\"'“”‘’「『【\[(（]?\s*"
    r"([^\s，。；、\"'“”‘’」』】\])）<>]{1,64})",
    re.IGNORECASE,
)


def part_trouble(part: Part) -> str:
    """Why a file is not whole or cannot be read, in words for staff; "" if nothing is wrong with it."""
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
    """It is an archive that opens with a password."""
    return part.problem == LOCKED and part.here and (part.format in sniff.ARCHIVE or part.joined_in is not None)


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
    """A set of which a mail holds volumes: its name (作品.7z), what is missing ("缺第3卷", "" if it is whole)."""

    key: str
    name: str
    missing: str = ""


def locked_todo(arrival: Arrival, part: Part, *, refused: bool, work: str = "", name: str = "") -> Todo:
    """Type the password in. refused: the one that was typed did not open it. name: of the set that a volume is of."""
    number = mail_number(arrival.id)
    wrong = "【“密码”栏填写的密码不对，请核对后重新填写】" if refused else ""
    choose = "；不需要打开的，在“选择”栏填写登记号或“新作品”" if not work else ""
    text = (
        f"{wrong}邮件 {number} 的压缩包“{name or part.name}”有密码，无法打开。"
        f"请在“密码”栏填写解压密码，下次运行时自动解开{choose}；不知道密码的，请向来信人索取，或请其重发未加密的文件。"
    )
    return Todo(f"locked:{part.id}", TodoKind.LOCKED, text, work=work, arrival_id=arrival.id, part_id=part.id)


def volumes_todo(arrival: Arrival, volumes: Volumes) -> Todo:
    """Wait for the rest of a set, or ask for it. One to-do a set, whichever of its mails came last."""
    text = (
        f"分卷压缩包“{volumes.name}”{volumes.missing}，最近一卷在邮件 {mail_number(arrival.id)}"
        f"（{arrival.from_name or arrival.from_address or '无发件人'}）。其余各卷寄到后自动合并解开；"
        "长时间没有寄来的，请联系来信人补寄缺少的卷。"
    )
    return Todo(volumes.key, TodoKind.MISSING_VOLUME, text, arrival_id=arrival.id)


def locked_parts(parts: Sequence[Part]) -> Iterator[Part]:
    """The locked archives one password each is asked for: of a set its last volume here; not what lies in them."""
    for part in reversed(parts):
        if is_locked(part):
            yield part


def plain_troubles(parts: Sequence[Part]) -> dict[str, list[Part]]:
    """Reason for people to the files it holds for, but for what has a to-do of its own: locked archives and volumes."""
    own = {part.name for part in parts if is_locked(part)}
    found: dict[str, list[Part]] = {}
    for part in parts:
        trouble = part_trouble(part)
        apart = is_locked(part) or part.problem == MISSING_VOLUME or (part.problem == LOCKED and part.inside in own)
        if trouble and not apart:
            found.setdefault(trouble, []).append(part)
    return found


def names_of(parts: Collection[Part]) -> str:
    """At most five names in quotation marks, and how many files there are."""
    listed = list(parts)
    return "".join(f"“{part.name}”" for part in listed[:5]) + (f"等 {len(listed)} 个文件" if len(listed) > 5 else "")
