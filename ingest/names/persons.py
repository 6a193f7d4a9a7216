"""Persons as people write them: spaces, titles, roles, several in one field; the first named counts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ingest.names.titles import fold

_LONGEST, _MOST = 1_000, 30
"""Characters of a field that are looked at, and persons it may name."""
_ROLE = re.compile(
    r"(?:第一|主要|共同|其他|全部)?(?:作者|主创(?:人员|团队)?|创作(?:人员|者)|申报人|自荐人|导演|总导演|编剧|编导|策划|总策划|摄影|摄像|剪辑|制片人?|"
    r"监制|撰稿|文案|配音|解说|后期|动画|美术|出品人|制作人?|联系人|负责人|姓名|成员|参与人员?)(?:姓名)?\s*[:：]"
)
_ASIDE = re.compile(r"[(（\[【][^()（）\[\]【】]{0,60}[)）\]】]")
_SPLIT = re.compile(r"[、,，;；/\\|\n\r\t&+]|\.\s|。|以及|\s(?=\d{1,2}[.)]\S)")
_COUNTED = re.compile(r"^[(（]?\d{1,2}[)）.、．:：]\s*|^[①-⑳]\s*")
_AND_OTHERS = re.compile(r"(?:等(?:\s*\d+\s*|[一二三四五六七八九十]+)?(?:人|位|名)?(?:老师|同志|同学)?|等等)$")
_TITLES = (
    "正高级工程师", "高级工程师", "工程师", "助理研究员", "副研究员", "研究员", "副研究馆员", "研究馆员", "馆员",
    "副教授", "教授", "讲师", "助教", "博士后", "博士生", "博士", "硕士", "研究生", "本科生", "院士", "副主任医师",
    "主任医师", "主治医师", "医师", "医生", "护士长", "护师", "主任记者", "记者", "副编审", "编审", "编辑", "副主任",
    "主任", "副处长", "处长", "副局长", "局长", "副馆长", "馆长", "副院长", "院长", "副所长", "所长", "校长", "科长",
    "部长", "经理", "总监", "导演", "编导", "老师", "先生", "女士", "小姐", "同志", "同学", "男", "女",
)  # fmt: skip
_HAN = re.compile(r"^[\u3400-\u9fff\U00020000-\U0003ffff〇]+$")
_AND = re.compile(r"^([\u3400-\u9fff]{2,4})[和与及]([\u3400-\u9fff]{2,4})$")
_GROUP = re.compile(
    r"(?:公司|集团|大学|学院|研究[院所]|中心|协会|学会|委员会|[局厅馆台社]|医院|学校|[中小]学|团队|课题组|工作室|基金会)$"
)


@dataclass(frozen=True)
class People:
    """Whom a field names. names: folded, in order, each once; the first is the first author. written: the first as it
    stands there. confidence, 0 to 1, that `names[0]` is a whole name; why: in Chinese for people."""

    names: tuple[str, ...]
    written: str
    confidence: float
    why: str

    @property
    def first(self) -> str:
        """The first named, folded; "" where none is."""
        return self.names[0] if self.names else ""


def people(text: str) -> People:
    """The persons a field names. A body in their place is named with little confidence."""
    plain = _ROLE.sub("\n", unicodedata.normalize("NFKC", text[:_LONGEST]))
    found = {fold(name): name for name in reversed([*_names(plain)]) if fold(name)}
    named = tuple(reversed(found))[:_MOST]
    if not named:
        return People((), "", 0.0, "没有写姓名")
    written = found[named[0]]
    return People(named, written, *_sure(named[0]))


def _names(plain: str) -> Iterator[str]:
    for piece in _SPLIT.split(_ASIDE.sub(" ", plain)):
        bare = _AND_OTHERS.sub("", _COUNTED.sub("", piece.strip())).strip()
        yield from (name for one in _apart(bare) if (name := _untitled(one)))


def _apart(piece: str) -> Iterable[str]:
    """Names with only blanks or 和 between them. A name of which each character stands alone is one."""
    both = _AND.match(piece)
    if both and len(piece) > 4:
        return both.groups()
    words = piece.split()
    if not all(map(_HAN.match, words)) or any(len(word) > 8 for word in words):
        return (piece,)
    names: list[str] = []
    for at, word in enumerate(words):
        alone = at > 0 and len(word) == 1 and len(words[at - 1]) == 1 and len(names[-1]) < 4
        names[-1:] = [names[-1] + word] if alone else [*names[-1:], word]
    return names


def _untitled(name: str) -> str:
    """Without the titles after it, or before it; "" for what is only a title."""
    bare = name.strip(" \u3000:：.。·-—")
    for _ in range(4):
        title = next((one for one in _TITLES if bare.endswith(one)), "")
        if not title or (0 < len(bare) - len(title) < 2):
            break
        bare = bare[: -len(title)].strip(" \u3000:：.。·-—")
    return bare


def _sure(name: str) -> tuple[float, str]:
    if _GROUP.search(name):
        return 0.3, "写的像单位，不是人名"
    if _HAN.match(name):
        if 2 <= len(name) <= 4 and not name.endswith(_TITLES):
            return 1.0, "姓名"
        return (0.8, "姓名较长") if 4 < len(name) <= 15 else (0.3, "姓名不完整")
    return (0.8, "外文姓名") if len(name) >= 3 else (0.3, "姓名不完整")
