"""Whether what was recognised says what was typed, though recognition mistakes one character for another."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

from ingest.names import fold

_ALWAYS: tuple[str, ...] = (
    "未末",
    "日曰",
    "己已巳",
    "土士",
    "戊戌戍",
    "口囗ロ",
    "二ニ",
    "工エ",
    "力カ",
    "夕タ",
    "卜ト",
)
_ALWAYS += ("八ハ", "一ー", "0o〇○", "1li")
"""Shapes that no recogniser tells apart for sure; kana never stand in such forms, and are Chinese misread."""

_WHEN_UNSURE: tuple[str, ...] = ("人入八", "大太犬", "天夭", "王玉主壬", "木本术未", "日目", "今令", "力刀", "几凡")
_WHEN_UNSURE += ("乌鸟", "折拆", "侯候", "晴睛", "辩辨", "治冶", "洒酒", "免兔", "干千于", "住往", "甲申由")
_WHEN_UNSURE += ("5s", "8b", "2z", "6g")
"""Shapes that differ by a stroke: taken for one another only where the reading itself was not sure."""

_STAMP_HINT = re.compile(r"[（(][^（）()]{0,12}[章签字][^（）()]{0,4}[)）]|(?:公章|盖章)$")
_DIGITS = re.compile(r"\D+")
LEGIBLE = 0.6
"""Confidence below which nothing can be said of what was read."""

LEAST_DIGITS = 7
"""Digits of the shortest number that people can be called by."""


class Alike(StrEnum):
    """What two readings of one field are to each other."""

    SAME = "same"
    DIFFERS = "differs"
    UNCLEAR = "unclear"


def _table(groups: tuple[str, ...]) -> dict[int, str]:
    return {ord(char): group[0] for group in groups for char in group[1:]}


_FIRM = _table(_ALWAYS)
_LOOSE = _table(_WHEN_UNSURE)


_UNCOUNTED = str.maketrans(
    {char: group for char, group in _LOOSE.items() if chr(char) not in "八千0123456789" and group not in "千5826"}
)
"""Without those that are numbers, or could be taken for one: another number is another thing."""


def always_alike(letters: str) -> str:
    """Letters with those that no recogniser tells apart as one."""
    return letters.translate(_FIRM)


def sometimes_alike(letters: str) -> str:
    """The same with letters that differ by a stroke, no numbers among them."""
    return letters.translate(_FIRM).translate(_UNCOUNTED)


def compare(typed: str, read: str, confidence: float, *, sure: float) -> Alike:
    """Whether `read`, recognised with `confidence` (0 to 1), says what was typed.

    Below `LEGIBLE` a difference says nothing; below `sure` a small one does not. The same is only what is alike but for
    lookalikes: no other change of a character is forgiven, however long the text.
    """
    one, other = plain(typed), plain(read)
    if not one or not other:
        return Alike.UNCLEAR
    if one == other:
        return Alike.SAME
    if confidence < sure and one.translate(_LOOSE) == other.translate(_LOOSE):
        return Alike.SAME
    if confidence < LEGIBLE or (confidence < sure and _distance(one, other) * 3 <= max(len(one), len(other))):
        return Alike.UNCLEAR
    return Alike.DIFFERS


def compare_numbers(typed: str, read: str, confidence: float, *, sure: float) -> Alike:
    """The same for phone numbers: one number they share is enough, since people list several."""
    one, other = numbers(typed), numbers(read)
    if len(one) < LEAST_DIGITS or len(other) < LEAST_DIGITS:
        return Alike.UNCLEAR
    short, long = sorted((one, other), key=len)
    if short in long or set(_each(typed)) & set(_each(read)):
        return Alike.SAME
    return Alike.DIFFERS if confidence >= sure else Alike.UNCLEAR


def plain(text: str) -> str:
    """A text as it is compared: folded, without a hint to stamp it, lookalikes as one character."""
    wide = _STAMP_HINT.sub("", unicodedata.normalize("NFKC", text).strip())
    return fold(wide.casefold().translate(_FIRM)).translate(_FIRM)


def numbers(text: str) -> str:
    """The digits of a text, letters that look like one counted in."""
    return _DIGITS.sub("", unicodedata.normalize("NFKC", text).casefold().translate(_FIGURES))


_FIGURES = {ord("o"): "0", ord("〇"): "0", ord("l"): "1", ord("i"): "1", ord("|"): "1"}


def _each(text: str) -> list[str]:
    """The numbers a text lists, each by its digits."""
    return [n for part in re.split(r"[、,，;；/\s]+", text) if len(n := numbers(part)) >= LEAST_DIGITS]


def _distance(one: str, other: str) -> int:
    from rapidfuzz.distance import Levenshtein

    return int(Levenshtein.distance(one, other))
