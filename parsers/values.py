"""Typed values out of what people write in a form: dates and spans of dates, shares.

Nothing here guesses: a reading is a span that surely holds what was meant, or None.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

MAX_TEXT = 2_000
"""Characters looked at: no field that holds a date or a share is longer."""

_NUMERALS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2}
_CHINESE_YEAR = re.compile(r"[零〇○一二三四五六七八九]{4}(?=\s*年)")
_CHINESE_NUMBER = re.compile(r"[一二三四五六七八九十廿卅]{1,4}(?=\s*(?:月|日|号))")
_FULL = re.compile(
    r"""(?<![\d.])(?:
      (?P<cy>(?:19|20)\d\d)(?P<cm>\d\d)(?P<cd>\d\d)?(?!\d)
    | (?P<y>(?:19|20)\d\d|\d\d(?=\s*年\s*\d{1,2}\s*月))
      (?:\s*(?:年|(?P<sep>[./\-]))\s*(?P<m>\d{1,2})(?![\d:])
         (?:\s*(?:月(?:份)?|(?(sep)(?P=sep)|[./\-]))\s*(?P<d>\d{1,2})(?![\d:点时])\s*[日号]?|\s*月(?:份)?)?
      |\s*年(?:度)?|(?!\d))
    )""",
    re.VERBOSE,
)
_ON = r"\s*[-~至到—–－―、及和]+\s*"
_ON_MONTH_DAY = re.compile(_ON + r"(\d{1,2})\s*[月./\-]\s*(\d{1,2})(?![\d:点时])\s*[日号]?")
_ON_MONTH = re.compile(_ON + r"(\d{1,2})\s*月(?!\s*\d)(?:份)?")
_ON_NUMBER = re.compile(_ON + r"(\d{1,2})(?![\d:点时./])\s*[日号]?")
_LATER_MONTH_DAY = re.compile(r"(?<!\d)(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]")
_OPEN_END = re.compile(r"\s*(?:至今|起|以来|以后|之后|后)")
_OPEN_START = re.compile(r"\s*(?:以前|之前|前|止)")
_HEDGE = re.compile(r"预计|拟|计划|大约|约|左右|前后|待定|未定|尚未|还未|即将")
_STRAY_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_PERCENT = re.compile(
    r"(?P<own>非?\s*原创[^\d，。；,;、%]{0,8})?(?P<n>\d{1,3}(?:\.\d{1,6})?)\s*%(?P<after>\s*(?:为|是|属于)?原创)?"
)
_FRACTION = re.compile(
    r"(?P<own>非?\s*原创[^\d，。；,;、百%]{0,8})?(?P<of>百|十|[二三四五六七八九])分之"
    r"(?P<n>[一二三四五六七八九十两零〇]{1,4}|\d{1,3}(?:\.\d{1,6})?)"
)
_SLASH = re.compile(r"(?<![\d/.])(?P<n>\d{1,2})/(?P<of>\d{1,3})(?![\d/.])")

Precision = Literal["day", "month", "year"]


@dataclass(frozen=True)
class DateSpan:
    """All days a text may mean, first to last, both included. `sure` is False where the text itself hedges."""

    first: dt.date
    last: dt.date
    sure: bool = True

    def within(self, first: dt.date, last: dt.date) -> bool:
        """Every day of it lies from `first` to `last`, both included."""
        return first <= self.first and self.last <= last

    def outside(self, first: dt.date, last: dt.date) -> bool:
        """No day of it lies from `first` to `last`."""
        return self.last < first or self.first > last


@dataclass(frozen=True)
class _Day:
    """A date as precise as it was written: `month` and `day` 0 where they were not."""

    year: int
    month: int = 0
    day: int = 0

    def span(self) -> DateSpan:
        """ValueError for a date that no calendar has."""
        if self.day:
            day = dt.date(self.year, self.month, self.day)
            return DateSpan(day, day)
        first, last = (self.month, self.month) if self.month else (1, 12)
        return DateSpan(dt.date(self.year, first, 1), dt.date(self.year, last, calendar.monthrange(self.year, last)[1]))

    def iso(self) -> str:
        """As ISO 8601, no more precise than it was written."""
        parts = (f"{self.year:04}", f"{self.month:02}" if self.month else "", f"{self.day:02}" if self.day else "")
        return "-".join(part for part in parts if part)


@dataclass(frozen=True)
class IsoDates:
    """The dates a text means, as ISO 8601: a date, or an interval "first/last" (".." where an end is open).

    dates: how many were written. rest: letters beside them. sure: as of `DateSpan`.
    """

    text: str
    dates: int
    rest: str
    sure: bool


def chinese_number(text: str) -> int:
    """A number up to 99 in Chinese numerals: 十二, 二十一, 廿一, 二〇. ValueError for any other character."""
    plain = text.replace("廿", "二十").replace("卅", "三十")
    if "十" in plain:
        tens, _, ones = plain.partition("十")
        return (_numeral(tens) if tens else 1) * 10 + (_numeral(ones) if ones else 0)
    return int("".join(str(_numeral(c)) for c in plain))


def _numeral(char: str) -> int:
    if char not in _NUMERALS:
        raise ValueError(f"not a Chinese numeral: {char!r}")
    return _NUMERALS[char]


def read_dates(text: str) -> DateSpan | None:
    """The span of days a text means, as wide as it is written: 2023年5月 is the whole month.

    Several dates give the span around all of them, so that what holds for the span holds for each. None if no date
    is in it, or one that no calendar has ("2023年13月").
    """
    plain = _plain_digits(text)
    try:
        days, rest = _days(plain)
        spans = [day.span() for day in days]
    except ValueError:
        return None
    if not spans:
        return None
    first, last = min(s.first for s in spans), max(s.last for s in spans)
    if any(b.span().last < a.span().first for a, b in _ranges(days, plain)):
        return None
    if rest.open_start:
        first = dt.date.min
    if rest.open_end:
        last = dt.date.max
    return DateSpan(first, last, sure=not (_HEDGE.search(plain) or _STRAY_YEAR.search(rest.left)))


def iso_dates(text: str) -> IsoDates | None:
    """What `read_dates` reads, as it was written: 2023年5月 is "2023-05". None where that is None."""
    span = read_dates(text)
    if span is None:
        return None
    days, rest = _days(_plain_digits(text))
    first = min(days, key=lambda day: day.span().first)
    last = max(days, key=lambda day: day.span().last)
    if rest.open_start or rest.open_end:
        ends = (".." if rest.open_start else first.iso(), ".." if rest.open_end else last.iso())
    else:
        ends = (first.iso(), last.iso())
    written = ends[0] if ends[0] == ends[1] else "/".join(ends)
    return IsoDates(written, len(days), re.sub(r"[\W_]+", "", rest.left), span.sure)


@dataclass(frozen=True)
class _Rest:
    left: str
    open_start: bool
    open_end: bool


def _plain_digits(text: str) -> str:
    """NFKC, with the Chinese numerals of dates as digits."""
    plain = unicodedata.normalize("NFKC", text[:MAX_TEXT]).replace("○", "〇")
    plain = _CHINESE_YEAR.sub(lambda m: "".join(str(_NUMERALS[c]) for c in m[0]), plain)
    return _CHINESE_NUMBER.sub(_as_digits, plain)


def _as_digits(found: re.Match[str]) -> str:
    try:
        return str(chinese_number(found[0]))
    except ValueError:
        return found[0]


def _days(plain: str) -> tuple[list[_Day], _Rest]:
    """Every date in a text, in order, and what is left of it. ValueError for numbers that are no date."""
    days: list[_Day] = []
    left: list[str] = []
    at, open_start, open_end = 0, False, False
    while found := _FULL.search(plain, at):
        left.append(plain[at : found.start()])
        days.append(_day(found))
        at = found.end()
        more, at = _further(plain, at, days[-1])
        days.extend(more)
        open_end = open_end or bool(_OPEN_END.match(plain, at))
        open_start = open_start or bool(_OPEN_START.match(plain, at))
    left.append(plain[at:])
    rest = " ".join(left)
    if days:
        days.extend(_Day(days[-1].year, int(m[1]), int(m[2])) for m in _LATER_MONTH_DAY.finditer(rest))
    return days, _Rest(rest, open_start, open_end)


def _day(found: re.Match[str]) -> _Day:
    year, month, day = found["cy"] or found["y"], found["cm"] or found["m"], found["cd"] or found["d"]
    made = _Day(int(year) + (2000 if len(year) == 2 else 0), int(month or 0), int(day or 0))
    if (month and not made.month) or (day and not made.day):
        raise ValueError("a month or a day 0")
    return made


def _further(plain: str, at: int, day: _Day) -> tuple[list[_Day], int]:
    """The second end of a span whose year, or month, was written only once, and where reading goes on."""
    if _full_follows(plain, at):
        return [], at
    if day.month and (found := _ON_MONTH_DAY.match(plain, at)):
        return [_ordered(day, _Day(day.year, int(found[1]), int(found[2])))], found.end()
    if day.month and (found := _ON_MONTH.match(plain, at)):
        return [_ordered(day, _Day(day.year, int(found[1])))], found.end()
    if day.month and (found := _ON_NUMBER.match(plain, at)):
        number = int(found[1])
        end = _Day(day.year, day.month, number) if day.day else _Day(day.year, number)
        return [_ordered(day, end)], found.end()
    return [], at


def _full_follows(plain: str, at: int) -> bool:
    on = re.compile(_ON).match(plain, at)
    return bool(on and _FULL.match(plain, on.end()))


def _ordered(start: _Day, end: _Day) -> _Day:
    """ValueError where a span would end before it starts: the year of its end is not known."""
    if end.span().last < start.span().first:
        raise ValueError("a span that ends before it starts")
    return end


def _ranges(days: list[_Day], plain: str) -> list[tuple[_Day, _Day]]:
    """Neighbouring dates where the text joins exactly two by 至 or 到, so that their order can be checked."""
    return [(days[0], days[1])] if len(days) == 2 and re.search(r"至(?!今)|到", plain) else []


def read_shares(text: str) -> tuple[float, ...]:
    """The shares of foreign material a text declares, 0 to 1: 5%, 百分之五, 十分之一, 1/10, in no particular order.

    A share of what is the author's own ("原创部分95%") counts as its remainder.
    """
    plain = unicodedata.normalize("NFKC", text[:MAX_TEXT])
    shares = [_share(m["own"] or m["after"], float(m["n"]) / 100) for m in _PERCENT.finditer(plain)]
    for m in _FRACTION.finditer(plain):
        whole = {"百": 100, "十": 10}.get(m["of"]) or _NUMERALS[m["of"]]
        number = float(m["n"]) if m["n"][0].isdigit() else _number_or_none(m["n"])
        if number is not None:
            shares.append(_share(m["own"], number / whole))
    shares += [int(m["n"]) / int(m["of"]) for m in _SLASH.finditer(plain) if 0 < int(m["n"]) <= int(m["of"])]
    return tuple(round(s, 6) for s in shares if 0 <= s <= 1)


def _share(own: str | None, share: float) -> float:
    return 1 - share if own and not own.lstrip().startswith("非") else share


def _number_or_none(text: str) -> int | None:
    try:
        return chinese_number(text)
    except ValueError:
        return None
