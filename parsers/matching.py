"""Which field a text of a form names: by its letters only, by the section it stands in, and one misread letter off."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property, lru_cache

MAX_LABEL = 60
"""Characters of a cell that may be a label."""

LIST = "list"
"""The type of a field that holds several things: what is found in several places is lines of one value."""

_MAX_SECTION = 40  # letters of a text that may be the name of a section
_MISREAD = 0.85  # confidence in a label with one letter misread
_SHORTEST_MISREAD = 4  # letters of a label below which a misread letter would make it another word
_NUMBERING = re.compile(
    r"""^[\s*★☆●■◆▲△※·•\#]*
    (?:\d{1,2}(?:\.\d{1,2}){0,3}(?=\s*[^\W\d_])
      |[（(]?(?:[一二三四五六七八九十]{1,3}|\d{1,2}(?:\.\d{1,2}){0,3})[)）、.．:：]{1,2})?\s*""",
    re.VERBOSE,
)
_BRACKETED = re.compile(r"[（(【\[〔][^）)】\]〕]{0,60}[）)】\]〕]")
_COUNTED = re.compile(r"^第[一二三四五六七八九\d]{1,2}(?:位|名|个)?|[一二三四五六七八九\d]{1,2}$")
_BOXES = re.compile("[☑☒☐□√✓✔]")  # of options: what stands beside them is a value
_RUN_ON = r"(?<=[\d日秒分])(?=[^\W\d_a-z]{4})"
"""Where a date or a number ends and a label of four letters or more may begin: recognition drops the space between."""
_OR = re.compile(r"[/／或]")
_MOST_NAMES = 4
_SAYS_MORE = re.compile(r"[:：]\s*[^\W_]")
_NO_LETTER = re.compile(r"[\W_]+")
_BETWEEN = r"[^\w:：]{0,6}"
_COLON = r"[^\w:：（(]{0,6}(?:[（(][^（()）]{0,40}[)）])?\s{0,6}[:：]"
_WORDS = """
序号 编号 性别 民族 国籍 年龄 出生年月 出生日期 生日 学历 学位 专业 研究方向 研究领域 从事专业 政治面貌 备注
签字 签名 本人签字 专家签字 签章 盖章 日期 填表日期 填报日期 填表时间 填表人 经办人 负责人
承担任务 分工 承担工作 排名 排序 传真 照片 证件类型 职责 数量 微信 微信号 qq qq号
姓名 名称 单位名称 职称 职务 职务职称 专家签名 签字日期
"""
_NEUTRAL = frozenset(_WORDS.split())
"""Words over columns and beside cells that name no field here, and are no value either."""


class Strength(IntEnum):
    """How much a label says about its field; the stronger find outranks the weaker, whatever stands beside it."""

    HEADING = 0  # the name of a section, beside which nothing is written
    ELSEWHERE = 1  # without a section of its own, within a section that is about something else
    PLAIN = 2
    SCOPED = 3  # in the very section the synonym names


@dataclass(frozen=True)
class Match:
    """A label: what it names, how strongly, and how sure it is that it reads so."""

    field: str
    strength: Strength
    confidence: float = 1.0


@dataclass(frozen=True)
class Inline:
    """A label with a colon within a text: where it begins, where its value begins, how it reads, what it names."""

    start: int
    end: int
    label: str
    match: Match | None


def fold(text: str) -> str:
    """Only the letters and digits of `text`, full width folded, lower-case."""
    return _NO_LETTER.sub("", unicodedata.normalize("NFKC", text)).lower()


class LabelBook:
    """The synonyms of a form's fields. One is made for each set of labels.

    labels: field to synonyms, "section > label" for one in that section only. types: field to type; only LIST counts
    here. tolerant: one misread letter in a label of four or more is forgiven.
    """

    def __init__(
        self, labels: Mapping[str, Sequence[str]], types: Mapping[str, str] | None = None, *, tolerant: bool = False
    ) -> None:
        self.lists = frozenset(field for field, kind in (types or {}).items() if kind == LIST)
        self.tolerant = tolerant
        self._named: dict[str, dict[str, str]] = {}
        self._owned: dict[str, set[str]] = {}
        for field, synonyms in labels.items():
            for synonym in synonyms:
                self._enter(field, synonym)

    def _enter(self, field: str, synonym: str) -> None:
        scope, _, label = synonym.rpartition(">")
        name, section = fold(label), fold(scope)
        if not name:
            return
        self._named.setdefault(name, {}).setdefault(section, field)
        if section:
            self._owned.setdefault(section, set()).add(field)

    def match(self, cell: str, sections: Sequence[str] = ()) -> Match | None:
        """What this cell names and says nothing else, in those sections (outermost first); None if nothing."""
        if not cell or len(cell) > MAX_LABEL or _BOXES.search(cell):
            return None
        for name in _readings(cell):
            if found := self._resolved(name, sections):
                return found
        return self._either(cell, sections) or (self._misread(cell, sections) if self.tolerant else None)

    def _either(self, cell: str, sections: Sequence[str]) -> Match | None:
        """One field by two of its names: 统一社会信用代码/身份证号."""
        parts = [part for part in _OR.split(cell) if part.strip()]
        if not 2 <= len(parts) <= _MOST_NAMES:
            return None
        found = [next(filter(None, (self._resolved(n, sections) for n in _readings(part))), None) for part in parts]
        first = found[0]
        return first if first and all(one and one.field == first.field for one in found) else None

    def scoped(self, cell: str, sections: Sequence[str], before: str) -> Match | None:
        """What it names as a thing of the label before it in the row: 审核专家 | 甲 | 职称; None if it has no such."""
        if not before or not self._scopes((before,)):
            return None
        found = self.match(cell, (*sections, before))
        return found if found is not None and found.strength is Strength.SCOPED else None

    def is_label(self, cell: str, sections: Sequence[str] = ()) -> bool:
        """It names a field, or is a word such forms use as a label of something that is none."""
        return self.match(cell, sections) is not None or self.is_neutral(cell)

    def is_neutral(self, cell: str) -> bool:
        """It is a label of forms that names none of the fields asked for."""
        return len(cell) <= MAX_LABEL and any(name in _NEUTRAL for name in _readings(cell))

    def is_scope(self, text: str) -> bool:
        """It names a section that a synonym is limited to."""
        return bool(self._scopes((text,)))

    def inline(self, text: str, sections: Sequence[str] = ()) -> Iterator[Inline]:
        """Labels of the book that have a colon after them, in order, whatever they name here."""
        even = _even(text)
        at = 0
        head = _HEAD.match(even[:MAX_LABEL]) if self.tolerant and not self._pattern.match(even) else None
        if head and (found := self.match(head[1], sections)):
            yield Inline(0, head.end(), head[1], found)
            at = head.end()
        for hit in self._pattern.finditer(even, at):
            yield Inline(hit.start(), hit.end(), hit[1], self._resolved(fold(hit[1]), sections))

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        spelled = sorted(self._named, key=len, reverse=True)
        choice = "|".join(_BETWEEN.join(map(re.escape, name)) for name in spelled)
        before = rf"(?:(?<![^\W_])|{_RUN_ON})" if self.tolerant else r"(?<![^\W_])"
        return re.compile(rf"{before}({choice}){_COLON}" if choice else r"(?!)", re.IGNORECASE)

    def _resolved(self, name: str, sections: Sequence[str]) -> Match | None:
        entries = self._named.get(name)
        if entries is None:
            return self._counted(name, sections)
        scopes = [scope for scope in entries if scope]
        for section in reversed(sections) if scopes else ():
            if fitting := [scope for scope in scopes if scope in _section(section)]:
                return Match(entries[max(fitting, key=len)], Strength.SCOPED)
        field = entries.get("")
        return None if field is None else Match(field, self._strength(field, sections))

    def _strength(self, field: str, sections: Sequence[str]) -> Strength:
        scopes = self._scopes(sections)
        mine = not scopes or any(field in self._owned[scope] for scope in scopes)
        return Strength.PLAIN if mine else Strength.ELSEWHERE

    def _scopes(self, sections: Sequence[str]) -> list[str]:
        """The scopes that the innermost section with any names."""
        for section in reversed(sections):
            if scopes := [scope for scope in self._owned if scope in _section(section)]:
                return scopes
        return []

    def _counted(self, name: str, sections: Sequence[str]) -> Match | None:
        """A field of several things has its labels counted: 审核专家1, 第二审核专家."""
        bare = _COUNTED.sub("", name)
        if not self.lists or bare == name or bare not in self._named:
            return None
        found = self._resolved(bare, sections)
        return found if found and found.field in self.lists else None

    def _misread(self, cell: str, sections: Sequence[str]) -> Match | None:
        """The one field whose label differs from the cell in one letter; what stands behind a colon is its value."""
        if _SAYS_MORE.search(cell):
            return None
        from rapidfuzz.distance import Levenshtein

        for name in _readings(cell):
            if len(name) < _SHORTEST_MISREAD or name in _NEUTRAL or name in self._named:
                continue
            near = [
                found
                for known in self._named
                if len(known) >= _SHORTEST_MISREAD
                and Levenshtein.distance(name, known, score_cutoff=1) <= 1
                and (found := self._resolved(known, sections))
            ]
            if len({found.field for found in near}) == 1:
                return Match(near[0].field, max(found.strength for found in near), _MISREAD)
        return None


@lru_cache(maxsize=2_000)
def _section(text: str) -> str:
    """The letters of a section's name, "" for a text too long to be one."""
    name = fold(text[: 4 * _MAX_SECTION])
    return name if len(name) <= _MAX_SECTION else ""


@lru_cache(maxsize=20_000)
def _readings(cell: str) -> tuple[str, ...]:
    """The ways a label may read: without its numbering, and without what stands in brackets."""
    plain = unicodedata.normalize("NFKC", cell)
    bare = _NUMBERING.sub("", plain, count=1)
    texts = (plain, bare, _BRACKETED.sub("", plain), _BRACKETED.sub("", bare))
    return tuple(dict.fromkeys(filter(None, map(fold, texts))))


_HEAD = re.compile(r"\s*([^:：\n]{4,20}?)\s*[:：]")


def _even(text: str) -> str:
    """Full width folded character by character, so that places in it are places in `text`."""
    return "".join(n if len(n := unicodedata.normalize("NFKC", c)) == 1 else c for c in text)
