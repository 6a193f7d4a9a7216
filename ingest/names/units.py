"""Recommending units in all their spellings, to the list in the config: never a new unit, nor somebody else's."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from ingest.config import Recommender
from ingest.names.titles import fold

EXACT, ALIAS, FORMER, SPELLED, INSIDE, OFFICE = 1.0, 0.98, 0.95, 0.9, 0.85, 0.85
"""Confidences: by its name, an alias, a former name, another usual spelling, an office of its own, a near office."""
_LONGEST = 300
_MOST_ASKED, _MOST_LISTS = 10_000, 8
"""Bounds of what is remembered."""
_ALIKE = 70
"""Per cent of likeness from which a unit is offered as a candidate."""
_UNIT_TAIL = re.compile(r"[（(][^（）()]*(?:章|签)[^（）()]*[）)]$|(?:加盖)?公章$|盖章$")
_OTHER_PLATE = re.compile(r"[（(][^（）()]{3,30}(?:局|办公室|委员会)[）)]$")
"""One office under two names: the second stands in brackets."""
_UNIT_DATE = re.compile(r"(?:19|20)\d{2}\s*年\s*\d{0,2}\s*月\s*(?:\d{0,2}\s*日)?$")
_UNIT_LABEL = re.compile(r"^推荐(?:单位|部门)(?:名称)?\s*(?:[（(][^（）()]{0,10}[）)])?\s*[:：]?\s*")
_STATE = re.compile(r"^(?:中华人民共和国|中国共产党|中共)(?=.{3,})")
_SPELLINGS = (
    ("科技", "科学技术"),
    ("科委", "科学技术委员会"),
    ("科协", "科学技术协会"),
    ("科创", "科学技术创新"),
    ("卫健委", "卫生健康委员会"),
    ("卫健", "卫生健康"),
    ("发改委", "发展和改革委员会"),
    ("发展改革", "发展和改革"),
    ("国资委", "国有资产监督管理委员会"),
    ("国资", "国有资产"),
    ("民委", "民族事务委员会"),
    ("工信", "工业和信息化"),
    ("人社", "人力资源和社会保障"),
    ("人力资源社会保障", "人力资源和社会保障"),
    ("住建", "住房和城乡建设"),
    ("住房城乡建设", "住房和城乡建设"),
    ("文旅", "文化和旅游"),
    ("市监", "市场监督管理"),
    ("市场监管", "市场监督管理"),
    ("广电", "广播电视"),
    ("林草", "林业和草原"),
    ("药监", "药品监督管理"),
    ("疾控", "疾病预防控制"),
    ("新疆兵团", "新疆生产建设兵团"),
)
_CORPS = re.compile(r"^(?:新疆)?(?:生产建设)?兵团")
_COMMITTEE = re.compile(r"委(?!员会|托|办|宣|党)(?=$|、|和|中关村)")
_REGION_WORDS = re.compile(r"维吾尔自治区|壮族自治区|回族自治区|自治区|省|市(?!场|政|民|容)")
_OFFICE = re.compile(
    r"^(.{2,9}?)(维吾尔自治区|壮族自治区|回族自治区|自治区|省|市)?"
    r"(?:科学技术(?:创新)?(?:厅|局|委员会)|科学技术工业信息化局|科学技术和知识产权局|科学技术和信息化局)$"
)
_WITHIN = re.compile(r"^(?:[^省市县区]{0,12}(?:处|司|科|办公室|办公厅|综合部)|机关党委|引智处|人事司|直属机关党委)$")
_Key = TypeVar("_Key")
_JOINT = re.compile(r"[、，,;；/\n\r\t]|\s{2,}")


@dataclass(frozen=True)
class Match:
    """A known unit a text names: its name in the config, the confidence (0 to 1), and why, in Chinese for people."""

    name: str
    confidence: float
    why: str


@dataclass(frozen=True)
class _Index:
    """The list, each way of writing a unit to the names of those that are written so."""

    names: Mapping[str, frozenset[str]]
    aliases: Mapping[str, frozenset[str]]
    former: Mapping[str, frozenset[str]]
    spelled: Mapping[str, frozenset[str]]
    offices: Mapping[tuple[str, str], frozenset[str]]
    asked: dict[str, Match | None] = field(default_factory=dict)


def match_recommender(text: str, recommenders: Sequence[Recommender]) -> Match | None:
    """The recommending unit a text names, by its name, an alias, or a known other spelling; None if in doubt.

    Two units that would fit are no match: a unit is never silently somebody else's.
    """
    index, text = _index(recommenders), text[:_LONGEST]
    if text not in index.asked:
        if len(index.asked) >= _MOST_ASKED:
            index.asked.clear()
        index.asked[text] = _matched(text, index)
    return index.asked[text]


def _matched(text: str, index: _Index) -> Match | None:
    wanted = _unit(text)
    if not wanted:
        return None
    found = _whole(wanted, index)
    if found is None:
        parts = {part for part in map(_unit, _JOINT.split(unicodedata.normalize("NFKC", text))) if part}
        if len(parts) == 1:  # of several that recommend together the one that counts is for a person
            found = _whole(parts.pop(), index)
    return found if found and found.name else None


def _whole(wanted: str, index: _Index) -> Match | None:
    """A match; one without a name where two units would fit; None where none does."""
    spelled = _spelled(wanted)
    rank = _rank_of(wanted)
    steps = (
        (EXACT, "与名单中的名称一致", index.names.get(wanted)),
        (ALIAS, "与名单中的别名一致", index.aliases.get(wanted)),
        (FORMER, "与名单中的曾用名一致", index.former.get(wanted)),
        (SPELLED, "按通行写法与名单一致", _of_rank(index.spelled.get(spelled), rank, index)),
        (OFFICE, "地区一致，机构名称写法与名单略有出入", _office(wanted, index)),
        (INSIDE, "名单中单位的内设机构", _inside(spelled, rank, index)),
    )
    for confidence, why, names in steps:
        if names:
            return (
                Match(next(iter(names)), confidence, why) if len(names) == 1 else Match("", 0.0, "名单中有两个单位相符")
            )
    return None


def _of_rank(names: frozenset[str] | None, rank: str, index: _Index) -> frozenset[str] | None:
    """Without those of another rank: 吉林市 is not 吉林省."""
    if not names or not rank:
        return names
    return frozenset(name for name in names if not (own := _rank_of(fold(name))) or own == rank)


def _office(wanted: str, index: _Index) -> frozenset[str] | None:
    """The region's own office of science, under another of the names that such offices have; its rank must be there."""
    parted = _OFFICE.match(_in_full(wanted))
    return index.offices.get((parted[1], parted[2])) if parted and parted[2] else None


def _inside(spelled: str, rank: str, index: _Index) -> frozenset[str] | None:
    """The unit of which this is a division: its whole name, and 科普处 or the like after it."""
    for cut in range(len(spelled) - 1, 2, -1):
        names = index.spelled.get(spelled[:cut])
        if names and _WITHIN.match(spelled[cut:]):
            return _of_rank(names, rank, index)
    return None


def nearest(text: str, recommenders: Sequence[Recommender], most: int = 3) -> tuple[str, ...]:
    """Names of the units in the list that read most like this one, the likest first, for a person to choose from."""
    wanted = _spelled(_unit(text[:_LONGEST]))
    if not wanted:
        return ()
    from rapidfuzz import fuzz, process

    known = _index(recommenders).spelled
    scored = process.extract(wanted, list(known), scorer=fuzz.ratio, limit=most * 3, score_cutoff=_ALIKE)
    names = (name for spelled, _, _ in scored for name in sorted(known[spelled]))
    return tuple(dict.fromkeys(names))[:most]


def named_in(texts: Iterable[str], recommenders: Sequence[Recommender]) -> str:
    """The one unit whose whole name or long alias stands in these texts; "" if there is none, or are several.

    It supports what a form says and never stands for it: a letter may name others than its writer.
    """
    plain = fold("\n".join(text[:4_000] for text in texts))
    index = _index(recommenders)
    found = {
        (written, name)
        for known in (index.names, index.aliases)
        for written, names in known.items()
        if len(written) >= 5 and written in plain
        for name in names
    }
    longest = {name for written, name in found if not any(written != w and written in w for w, _ in found)}
    return next(iter(longest)) if len(longest) == 1 else ""


_indexes: dict[int, tuple[Sequence[Recommender], _Index]] = {}
"""By the list's identity: hashing a list of a hundred units takes longer than matching one."""


def _index(recommenders: Sequence[Recommender]) -> _Index:
    known = _indexes.get(id(recommenders))
    if known is None or known[0] is not recommenders:
        if len(_indexes) >= _MOST_LISTS:
            _indexes.clear()
        known = _indexes[id(recommenders)] = (recommenders, _indexed(recommenders))
    return known[1]


def _indexed(recommenders: Sequence[Recommender]) -> _Index:
    names: dict[str, set[str]] = {}
    aliases: dict[str, set[str]] = {}
    former: dict[str, set[str]] = {}
    spelled: dict[str, set[str]] = {}
    offices: dict[tuple[str, str], set[str]] = {}
    for one in recommenders:
        names.setdefault(_unit(one.name), set()).add(one.name)
        for written, into in ((one.aliases, aliases), (one.former, former)):
            for other in written:
                into.setdefault(_unit(other), set()).add(one.name)
        for written_so in (one.name, *one.aliases, *one.former):
            spelled.setdefault(_spelled(_unit(written_so)), set()).add(one.name)
        parted = _OFFICE.match(_in_full(_unit(one.name)))
        if parted and parted[2]:
            offices.setdefault((parted[1], parted[2]), set()).add(one.name)
    return _Index(_frozen(names), _frozen(aliases), _frozen(former), _frozen(spelled), _frozen(offices))


def _frozen(table: Mapping[_Key, set[str]]) -> Mapping[_Key, frozenset[str]]:
    return {key: frozenset(names) for key, names in table.items()}


def _unit(text: str) -> str:
    """A unit's name as it is compared: without the label before it, the seal's words and the date after it."""
    plain = unicodedata.normalize("NFKC", text).strip()
    for _ in range(3):
        plain = _OTHER_PLATE.sub("", _UNIT_DATE.sub("", _UNIT_TAIL.sub("", plain).strip()).strip()).strip()
    return fold(_UNIT_LABEL.sub("", plain))


def _rank_of(unit: str) -> str:
    """省, 市 or 自治区 as the name begins; "" where it says none."""
    found = re.match(r"^.{2,4}?(维吾尔自治区|壮族自治区|回族自治区|自治区|省|市(?!场|政|民|容))", unit)
    return found[1][-3:] if found and found[1].endswith("自治区") else found[1] if found else ""


def _in_full(unit: str) -> str:
    """Offices in full, whatever short form they are written in."""
    full = _STATE.sub("", unit)
    full = _CORPS.sub("新疆生产建设兵团", full)
    for short, long in _SPELLINGS:
        if long not in full:
            full = full.replace(short, long)
    return _COMMITTEE.sub("委员会", full)


def _spelled(unit: str) -> str:
    """One spelling for the ways a unit's name is written: offices in full, the region without its rank."""
    return _REGION_WORDS.sub("", _in_full(unit))
