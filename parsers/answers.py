"""What is written beside a label, as a value: lines to write on are none, of boxes the ticked one counts."""

from __future__ import annotations

import re

from parsers.matching import fold

_MAX_VALUE = 20_000
_MAX_CHOICE = 240  # characters of a cell of boxes to tick
_MAX_OPTION = 24  # letters of one option
_BLANK_WORDS = re.compile(
    r"(?:单位|负责人|推荐|部门|法人|法定代表人|代表|本人|作者|专家|审核|科技管理|承诺人|申报人|推荐人|经办人|审核人|填表人|第一)*"
    r"(?:公章|盖章|签章|签字|签名)|年月日|日期|填写|如有"
)
_DAY = re.compile(r"\d{4}年\d{1,2}月\d{1,2}日|(?:19|20)\d{6}")
_TICK = "√✓✔☑☒■●"
_EMPTY = "□☐○◯▢"
_BOXED = re.compile(r"[（(\[【]\s{0,4}([√✓✔☑xX×vV■●]?)\s{0,4}[)）\]】]")
_MARKS = re.compile(rf"[{_TICK}{_EMPTY}]\ufe0f?")
_LOOSE = re.compile(rf"(?:^[{_TICK}]\s+)|(?:\s+[{_TICK}]$)")
_PART = re.compile(r"[、,，;；/|]|\s+")


def answer(text: str) -> str:
    """The value as written, or "" where only lines to write on, and words like （盖章） 年 月 日, are there."""
    text = re.sub(r"[ \t\xa0]+", " ", text.replace("\u3000", " ")).strip(" \n_＿")
    text = re.sub(r" ?\n ?", "\n", text)
    return _unsigned(text[:_MAX_VALUE]) if _BLANK_WORDS.sub("", fold(text[:200])) else _signs(text)


def _unsigned(text: str) -> str:
    """The text without the lines at its end that are for signing and sealing, dates among them."""
    lines = text.split("\n")
    kept, signs = len(lines), False
    while kept:
        letters = fold(lines[kept - 1])
        bare = _BLANK_WORDS.sub("", letters)
        if _DAY.sub("", bare):
            break
        signs = signs or (bare != letters)
        kept -= 1
    return "\n".join(lines[:kept]).rstrip() if signs and kept else text


def _signs(text: str) -> str:
    """A value without letters: kept if it is a mark someone made (√, ☑) or stands for "none" (/, —, 0%)."""
    return text if re.search(r"[√☑✓✔☒×]|^[/／\-—–无]{1,2}$", text) else ""


def chosen(text: str) -> str | None:
    """The options ticked in a line of boxes (机构☑ 个人☐), parted by "、"; "" if none is; None if it is no such."""
    if len(text) > _MAX_CHOICE:
        return None
    plain = _BOXED.sub(lambda m: "☑" if m[1] else "☐", text) if _ticked_brackets(text) else text
    marks = [m[0][0] for m in _MARKS.finditer(plain)]
    if not marks or not fold(plain) or ("○" in marks and "●" not in marks):  # 二○二三年
        return None
    if not any(mark in _EMPTY for mark in marks):
        return _lone_ticks(plain)
    options = _options(plain, marks)
    return None if options is None else "、".join(name for name, mark in options if mark in _TICK)


def _ticked_brackets(text: str) -> bool:
    """Brackets serve as boxes: one holds a tick, or there are several and all are empty."""
    found = [m[1] for m in _BOXED.finditer(text)]
    return any(found) or len(found) > 1


def _options(plain: str, marks: list[str]) -> list[tuple[str, str]] | None:
    """(option, its mark) in order; None where the marks are no boxes before or after options."""
    pieces = [piece.strip(" \t\n、,，;；/|") for piece in _MARKS.split(plain)]
    names = pieces[1:] if not pieces[0] else pieces[:-1]
    if (pieces[0] and pieces[-1]) or not all(map(fold, names)):
        return None
    if len(names) > 1 and any(len(fold(name)) > _MAX_OPTION for name in names):
        return None
    return list(zip(names, marks, strict=True))


def _lone_ticks(plain: str) -> str | None:
    """Ticks without boxes: 是√ 否, √ 是. Only where each word is an option, and each tick before or after one."""
    if re.search("[■●]", plain):  # as bullets, or between words
        return None
    parts = [part for part in _PART.split(_LOOSE.sub("√", plain.strip())) if part]
    if any(len(part) > _MAX_OPTION // 2 for part in parts):
        return None
    ticked = [part.strip(_TICK) for part in parts if _MARKS.search(part)]
    return "、".join(ticked) if all(ticked) and not any(map(_MARKS.search, ticked)) else None
