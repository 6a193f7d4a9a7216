"""Letters by which a text is compared, whatever marks, forms and scripts it is written in."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache

_DASH = re.compile(r"[-‐‑‒–—―−─]+")
_ORDINAL = re.compile(r"第([一二三四五六七八九十]{1,3})(?=[集期季回章部讲课篇届])")
_KEPT = "+#%"


def ways(text: str) -> Iterator[str]:
    """A text's letters; where it has dashes also as if they were 一, for which recognition takes them."""
    yield letters(text)
    if _DASH.search(text):
        yield letters(_DASH.sub("一", text))
        yield letters(_DASH.sub("一一", text))


@lru_cache(maxsize=4_096)
def letters(text: str) -> str:
    """A text as titles are compared: NFKC, small letters, Simplified, without marks; ordinals in figures.

    A point between figures stays, and so do the signs that make another thing of a letter (C++, 100%).
    """
    wide = unicodedata.normalize("NFKC", text).casefold().replace("丨", "")
    wide = _ORDINAL.sub(lambda found: f"第{_figure(found[1])}", wide)
    kept = []
    for place, letter in enumerate(wide):
        if unicodedata.category(letter)[0] in "LNM":
            kept.append(_simplified(letter))
        elif letter in _KEPT or (
            letter in ".·" and wide[place - 1 : place].isdigit() and wide[place + 1 : place + 2].isdigit()
        ):
            kept.append("." if letter == "·" else letter)
    return "".join(kept)


def _figure(written: str) -> int:
    """二十一 as 21. written: up to three of the characters 一 to 十."""
    tens, ten, ones = written.rpartition("十")
    digits = "一二三四五六七八九"
    if not ten:
        return int("".join(str(digits.index(c) + 1) for c in written))
    return (digits.index(tens[-1]) + 1 if tens and tens[-1] in digits else 1) * 10 + (
        digits.index(ones[0]) + 1 if ones and ones[0] in digits else 0
    )


@lru_cache(maxsize=8_192)
def _simplified(letter: str) -> str:
    """One character by itself, so that it is the same in whatever it stands."""
    if not "\u3400" <= letter <= "\u9fff":
        return letter
    return _to_simplified()(letter) or letter


@lru_cache(maxsize=1)
def _to_simplified() -> Callable[[str], str]:
    from opencc import OpenCC

    converted: Callable[[str], str] = OpenCC("t2s").convert
    return converted
