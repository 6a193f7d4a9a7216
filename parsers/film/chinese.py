"""Simplified or Traditional: which characters of a text are written in one of the two only, by opencc's tables."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Literal

Script = Literal["simplified", "traditional", "mixed", "other", "none"]

_PLAIN_TRADITIONAL = frozenset("後於")
"""In GB 2312, and yet written so in Traditional only (save for a few names)."""
_FEW = 0.1
"""Share of the telling characters up to which the other script's are slips of the pen, or of reading."""
_KANA = 0.15
"""Share of a text's letters from which it is Japanese, however many Chinese characters stand between them."""


def script_of(lines: Iterable[str]) -> tuple[Script, str]:
    """The script of lines of text, and the Traditional characters among them, each once, in order of appearance.

    "other": words, but hardly a Chinese one. Characters that both scripts write alike tell nothing; a text of those
    alone is Simplified. So is one with a few Traditional characters among many Simplified ones; they are named.
    """
    texts = list(lines)
    letters = [letter for text in texts for letter in text if letter.isalpha()]
    chinese = [letter for letter in letters if is_han(letter)]
    if not letters:
        return "none", ""
    if len(chinese) * 4 < len(letters) or sum(map(_is_kana, letters)) > _KANA * len(letters):
        return "other", ""
    traditional = [letter for text in texts for letter in traditional_in(text)]
    simplified = sum(map(simplified_only, chinese))
    return _script(len(traditional), simplified), "".join(dict.fromkeys(traditional))


def _script(traditional: int, simplified: int) -> Script:
    share = traditional / max(traditional + simplified, 1)
    if share <= _FEW:
        return "simplified"
    return "traditional" if share >= 1 - _FEW else "mixed"


def traditional_in(text: str) -> str:
    """The characters of a text that Simplified does not write so, in order, repeats included.

    Characters that it writes so in other words (乾坤, 瞭望) count only where opencc's phrases change them and a
    character stands beside them that is Traditional beyond doubt.
    """
    plain = _converter("t2s").convert(text)
    if plain == text or len(plain) != len(text):
        return "".join(letter for letter in text if traditional_only(letter)) if plain != text else ""
    changed = [letter for letter, other in zip(text, plain, strict=True) if letter != other and is_han(letter)]
    if not any(map(traditional_only, changed)):
        return ""
    return "".join(letter for letter in changed if _changes("t2s", letter))


@lru_cache(maxsize=8_192)
def traditional_only(letter: str) -> bool:
    """Traditional, and not also a character that Simplified uses."""
    return _changes("t2s", letter) and (letter in _PLAIN_TRADITIONAL or not _writes(letter, "gb2312"))


@lru_cache(maxsize=8_192)
def simplified_only(letter: str) -> bool:
    """Simplified, and not also a character that Traditional uses, as 后, 里 and 面 are."""
    return _changes("s2t", letter) and not _writes(letter, "big5")


def is_han(letter: str) -> bool:
    """A Chinese character."""
    return "\u3400" <= letter <= "\u9fff" or "\U00020000" <= letter <= "\U0003ffff" or letter == "〇"


def _is_kana(letter: str) -> bool:
    return "\u3041" <= letter <= "\u30ff"


def _changes(way: str, letter: str) -> bool:
    return is_han(letter) and _converter(way).convert(letter) != letter


def _writes(letter: str, encoding: str) -> bool:
    """A national character set has it."""
    try:
        letter.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


@lru_cache(maxsize=2)
def _converter(way: str) -> Any:
    import opencc

    return opencc.OpenCC(way)
