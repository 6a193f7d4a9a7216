"""How long a film is, as people write it: 4分30秒, 4'30", 00:04:30, 270秒, 四分半."""

from __future__ import annotations

import re
import unicodedata

from parsers.values import chinese_number

_HEDGE = re.compile(r"约|左右|大概|近|不到|超过|余")
_NUMERALS = re.compile(r"[零一二三四五六七八九十两〇]{1,3}(?=\s*(?:个?小时|时|分|秒|半))")
_NUMBER = r"\d{1,4}(?:\.\d{1,3})?"
_UNITS = re.compile(
    rf"(?:(?P<h>{_NUMBER})\s*(?:个?小时|时|h(?:ours?|rs?)?)\s*)?"
    rf"(?:(?P<m>{_NUMBER})\s*(?:分钟?|m(?:in(?:ute)?s?)?(?![a-z])|['′])\s*(?P<half>半(?:钟)?)?\s*)?"
    rf"(?:(?P<s>{_NUMBER})\s*(?:秒钟?|s(?:ec(?:ond)?s?)?(?![a-z])|[\"″]|''|′′)|(?P<bare>(?<=[分钟'′])\d{{1,2}}(?!\d)))?",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"(?<![\d:])(?:(\d{1,2}):)?(\d{1,3}):(\d{2}(?:\.\d{1,3})?)(?::\d{2})?(?![\d:])")
_ALONE = re.compile(r"\d{1,4}")


def read_seconds(text: str) -> tuple[float | None, float]:
    """Seconds, and how surely (0 to 1) the text means them; (None, 0.0) where it names none, or several.

    A number without a unit is taken for seconds from 60 on, for minutes below 20, at a confidence of 0.4.
    """
    plain = _plain(text)
    found = [value for m in _UNITS.finditer(plain) if (value := _seconds(m)) is not None]
    found += [_of_clock(m) for m in _CLOCK.finditer(plain)]
    if len(set(found)) == 1:
        return found[0], 0.6 if _HEDGE.search(plain) else 1.0
    if found or not _ALONE.fullmatch(plain.strip()):
        return None, 0.0
    number = int(plain)
    if 20 <= number < 60:
        return None, 0.0
    return (number, 0.4) if number >= 60 else (number * 60, 0.4)


def _plain(text: str) -> str:
    marked = re.sub("[’‘´`＇]", "'", re.sub("[”“＂〃]", '"', text)).replace("″", '"')
    plain = unicodedata.normalize("NFKC", marked)
    return _NUMERALS.sub(_digits, plain)


def _digits(found: re.Match[str]) -> str:
    try:
        return str(chinese_number(found[0].replace("零", "")))
    except ValueError:
        return found[0]


def _seconds(found: re.Match[str]) -> float | None:
    """None for a match of nothing."""
    hours, minutes, seconds = found["h"], found["m"], found["s"] or found["bare"]
    if hours is None and minutes is None and seconds is None:
        return None
    total = float(hours or 0) * 3600 + float(minutes or 0) * 60 + float(seconds or 0)
    return total + 30 if found["half"] else total


def _of_clock(found: re.Match[str]) -> float:
    return int(found[1] or 0) * 3600 + int(found[2]) * 60 + float(found[3])
