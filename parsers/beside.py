"""What stands beside links in a text: sizes and dates of expiry, and which of them belongs to which link."""

from __future__ import annotations

import bisect
import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

CHINA = dt.timezone(dt.timedelta(hours=8), "Asia/Shanghai")
"""Dates in these blocks carry no zone; they are China's, where no clock has been changed since 1991."""

T = TypeVar("T")
_SIZE = re.compile(r"(?<![\d.])(\d{1,15}(?:\.\d{1,6})?)\s{0,3}(bytes?|字节|[KMGT]i?B?|B)(?![A-Za-z0-9])", re.IGNORECASE)
_UNITS = {"K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}
_MONTH_NAMES = "janfebmaraprmayjunjulaugsepoctnovdec"
_TIME = r"(?:[\sT,，]{0,3}(\d{1,2})[:：](\d{2})(?:[:：](\d{2}))?(?:\s?(AM|PM)\b)?)?"
_DATE = (
    r"(?:(20\d\d)\s?[-年/.]\s?(\d{1,2})\s?[-月/.]\s?(\d{1,2})\s?日?"
    r"|([A-Za-z]{3})[a-z]{0,6}\.?\s(\d{1,2})(?:st|nd|rd|th)?,?\s(20\d\d)"
    r"|(\d{1,2})\s([A-Za-z]{3})[a-z]{0,6}\.?,?\s(20\d\d))" + _TIME
)
_UNTIL = re.compile(
    r"(?:(?:到期|过期|失效|截止)(?:时间|日期|日)?|有效(?:时间|日期)到?|有效期(?:限)?|expire[sd]?(?:\son)?|valid\suntil)"
    rf"(?:至|到|为)?\s{{0,3}}[:：]?\s{{0,3}}{_DATE}"
    rf"|{_DATE}\s{{0,3}}(?:之?前有效|到期|过期|失效|expire)",
    re.IGNORECASE,
)
_NEVER = re.compile(r"无限期|永久有效|永不过期|长期有效|never\sexpires?", re.IGNORECASE)
_GROUPS = 13  # groups of one date


@dataclass(frozen=True)
class Token(Generic[T]):
    """Something said in `text[start:end]`."""

    start: int
    end: int
    value: T


Span = tuple[int, int]


def windows(links: Sequence[Span], length: int, reach: int) -> list[Span]:
    """The stretches of a text of that length that lie within `reach` characters of a link. Links in order."""
    found: list[Span] = []
    for start, end in links:
        begin, stop = max(0, start - reach), min(length, end + reach)
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], stop))
        else:
            found.append((begin, stop))
    return found


def sizes(text: str, within: Sequence[Span] | None = None) -> Iterator[Token[int]]:
    """Printed sizes in bytes, most of them rounded. A unit is needed: there are many other numbers."""
    for match in found_in(_SIZE, text, within):
        unit = match[2].upper()
        value = float(match[1]) * (1 if unit.startswith("B") or unit == "字节" else _UNITS[unit[0]])
        if value < 2**60:
            yield Token(match.start(), match.end(), round(value))


def expiries(text: str, within: Sequence[Span] | None = None) -> Iterator[Token[dt.datetime | None]]:
    """Dates said to be the end of something; None where it is said to have none."""
    dated = [Token(m.start(), m.end(), _moment(m)) for m in found_in(_UNTIL, text, within)]
    never: list[Token[dt.datetime | None]] = [Token(m.start(), m.end(), None) for m in found_in(_NEVER, text, within)]
    yield from sorted((*(t for t in dated if t.value is not None), *never), key=lambda token: token.start)


def found_in(pattern: re.Pattern[str], text: str, within: Sequence[Span] | None) -> Iterator[re.Match[str]]:
    """Matches in those stretches of the text, in all of it for None."""
    for start, end in ((0, len(text)),) if within is None else within:
        yield from pattern.finditer(text, start, end)


def _moment(match: re.Match[str]) -> dt.datetime | None:
    """The moment said; a day alone lasts until its end. None for a day that is in no calendar."""
    groups = match.groups()
    shown = groups[:_GROUPS] if any(groups[:_GROUPS]) else groups[_GROUPS:]
    y1, m1, d1, name2, d2, y2, d3, name3, y3, hour, minute, second, half = shown
    month = int(m1) if m1 else _MONTH_NAMES.find((name2 or name3).lower()) // 3 + 1
    clock = dt.time(23, 59, 59)
    try:
        if hour:
            clock = dt.time(
                int(hour) % 12 + 12 * (half.upper() == "PM") if half else int(hour), int(minute), int(second or 0)
            )
        day = dt.date(int(y1 or y2 or y3), month, int(d1 or d2 or d3))
    except ValueError:
        return None
    return dt.datetime.combine(day, clock, tzinfo=CHINA)


def stamped(stamp: str) -> dt.datetime | None:
    """The moment of an epoch in seconds or milliseconds, None for anything else and for -1 and 0."""
    if not re.fullmatch(r"\d{9,14}", stamp, re.ASCII):
        return None
    seconds = int(stamp) / (1_000 if len(stamp) > 11 else 1)
    return dt.datetime.fromtimestamp(seconds, CHINA) if seconds < 2**33 else None


def assigned(text: str, links: Sequence[Span], tokens: Sequence[Token[T]], *, reach: int, lines: int) -> list[T | None]:
    """For each link the token that belongs to it, or None. Links in order, not overlapping; tokens in order.

    A token inside a link's span is its own. One between two links belongs to the one on its line; on neither or
    both, all such go the same way: to the link before, or to the link after where the first link is preceded by a
    token and the last is followed by none. reach: characters; lines: line ends that may lie between.
    """
    if not links or not tokens:
        return [None] * len(links)
    near = _Near(text, reach, lines)
    inside, gaps = _sorted_into(links, tokens)
    before: list[Token[T] | None] = [None] * len(links)
    after: list[Token[T] | None] = [None] * len(links)
    first = [t for t in gaps[0] if near.is_near(t.end, links[0][0])]
    last = [t for t in gaps[-1] if near.is_near(links[-1][1], t.start)]
    before[0], after[-1] = (first[-1] if first else None), (last[0] if last else None)
    preceding = bool(first) and not last
    for number in range(len(links) - 1):
        behind, ahead = links[number][1], links[number + 1][0]
        mine = [t for t in gaps[number + 1] if near.is_near(behind, t.start)]
        theirs = [t for t in gaps[number + 1] if near.is_near(t.end, ahead)]
        if mine and theirs and mine[0] is theirs[-1]:
            if near.goes_on(behind, mine[0], ahead, preceding=preceding):
                mine = []
            else:
                theirs = []
        after[number], before[number + 1] = (mine[0] if mine else None), (theirs[-1] if theirs else None)
    chosen = []
    for own, one, two in zip(inside, before, after, strict=True):
        token = own or ((one or two) if preceding else (two or one))
        chosen.append(None if token is None else token.value)
    return chosen


def _sorted_into(
    links: Sequence[Span], tokens: Sequence[Token[T]]
) -> tuple[list[Token[T] | None], list[list[Token[T]]]]:
    """The first token inside each link's span, and the tokens in the gaps before, between and after the links."""
    starts = [start for start, _ in links]
    inside: list[Token[T] | None] = [None] * len(links)
    gaps: list[list[Token[T]]] = [[] for _ in range(len(links) + 1)]
    for token in tokens:
        number = bisect.bisect_right(starts, token.start) - 1
        if number >= 0 and token.start < links[number][1]:
            inside[number] = inside[number] or token
        else:
            gaps[number + 1].append(token)
    return inside, gaps


@dataclass(frozen=True)
class _Near:
    text: str
    reach: int
    lines: int

    def is_near(self, start: int, end: int) -> bool:
        """Whether little enough lies between."""
        return end - start <= self.reach and self.text.count("\n", start, end) <= self.lines

    def goes_on(self, behind: int, token: Token[T], ahead: int, *, preceding: bool) -> bool:
        """Whether a token between two links is the second one's."""
        with_first = "\n" not in self.text[behind : token.start]
        with_second = "\n" not in self.text[token.end : ahead]
        return with_second if with_first != with_second else preceding
