"""Links of providers nobody listed that stand like a cloud attachment, or that name a film or an archive themselves."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator, Sequence

from parsers.beside import Span, Token, assigned, expiries, sizes, windows
from parsers.providers import Target, host_of, unlisted
from parsers.sights import Page, Sight, blanked

_HEADING = re.compile(r"超大附件|云附件|中转站|网盘附件|大附件|large attachments?", re.IGNORECASE)
_LONGEST_HEADING = 40
_BELOW_HEADING = 3_000  # characters in which its files stand
_LIKE_A_FILE = re.compile(
    r"\.(?:mp4|mov|avi|mkv|wmv|flv|mpe?g|m4v|3gp|rar|zip|7z|docx?|pdf|pptx?|xlsx?|jpe?g|png)\b|(?:点击|立即)?下载",
    re.IGNORECASE,
)
_FILM = re.compile(
    r"https?://[^/?#]+/[^?#]*\.(?:mp4|mov|avi|mkv|wmv|flv|mpe?g|m4v|3gp|ts|rar|zip|7z)(?:[?#].*)?", re.IGNORECASE
)
_NO_FILE = re.compile(r"预览|播放|观看|客户端|退订|preview|unsubscribe", re.IGNORECASE)
_NO_FILE_PATH = re.compile(r"/preview\b|viewfile|unsubscribe", re.IGNORECASE)
_NO_FILE_HOSTS = re.compile(
    r"(?:.+\.)?(?:(?:bilibili|youku|iqiyi|douyin|iesdouyin|kuaishou|xiaohongshu|xhslink|youtube|ixigua|toutiao|zhihu|"
    r"cctv|mgtv|weibo)\.com|(?:v|weixin|docs|wj|res\.mail|app\.mail)\.qq\.com|(?:u|dl)\.163\.com|mailh\.qiye\.163\.com|"
    r"b23\.tv|sohu\.tv|youtu\.be|weibo\.cn|w3\.org)",
    re.ASCII,
)
"""Where films play and forms are filled, and what clients advertise: no file is behind any of it."""
_APART = 80  # characters between a size and the date that goes with it
_REACH, _LINES = 250, 2
_BESIDE = 60  # characters of its line looked at on either side of a link


def strangers(page: Page, recognised: Sequence[tuple[Sight, Target | None]]) -> Iterator[tuple[Sight, Target]]:
    """The links of `page` that no provider is known for and that stand like a file sent through the cloud.

    Also those straight to a film or an archive. recognised: its sights in order, each with what is known of it. A size
    with a date belongs to one link only, so previews and adverts in the row of a known file are none.
    """
    candidates = [sight for sight, target in recognised if target is None and not sight.bare]
    if not candidates:
        return
    text = blanked(page)
    likely = {sight for sight in candidates if _may_be_a_file(sight, text)}
    if not likely:
        return
    shown = [(sight, target) for sight, target in recognised if target is not None or sight in likely]
    carded = _carded(text, shown)
    headings = _headings(text, recognised)
    for sight, target in shown:
        below = target is None and _is_below(headings, sight) and _looks_like_a_file(sight, text)
        if target is None and (below or sight.url in carded or is_straight(sight.url)):
            found = unlisted(sight.url)
            if found is not None:
                yield sight, found


def is_straight(url: str) -> bool:
    """The address names a film or an archive itself."""
    return _FILM.fullmatch(url) is not None


def _carded(text: str, shown: Sequence[tuple[Sight, Target | None]]) -> set[str]:
    """The addresses that a size together with a date of expiry belongs to."""
    groups: list[tuple[str, int, int]] = []
    for sight, target in shown:
        key = f"{target.provider} {target.key}" if target is not None else sight.url
        if groups and groups[-1][0] == key:
            groups[-1] = (key, groups[-1][1], max(groups[-1][2], sight.end))
        else:
            start = max(sight.start, groups[-1][2]) if groups else sight.start
            groups.append((key, start, max(start, sight.end)))
    spans = [(start, end) for _, start, end in groups]
    cards = list(_cards(text, windows(spans, len(text), _REACH)))
    own = assigned(text, spans, cards, reach=_REACH, lines=_LINES)
    return {key for (key, _, _), card in zip(groups, own, strict=True) if card}


def _cards(text: str, near: Sequence[Span]) -> Iterator[Token[bool]]:
    """Where a size and a date of expiry stand close together."""
    found = list(sizes(text, near))
    starts = [token.start for token in found]
    until = 0
    for date in expiries(text, near):
        number = bisect.bisect_right(starts, date.start) - 1
        pair = next(
            (
                size
                for size in found[max(number, 0) : number + 2]
                if max(size.start, date.start) - min(size.end, date.end) <= _APART
            ),
            None,
        )
        if pair is not None and min(pair.start, date.start) >= until:
            until = max(pair.end, date.end)
            yield Token(min(pair.start, date.start), until, True)


def _headings(text: str, recognised: Sequence[tuple[Sight, Target | None]]) -> list[Span]:
    """Short lines that say that cloud attachments follow, with the stretch below in which no known one does."""
    known = [sight.start for sight, target in recognised if target is not None and target.mail]
    found = []
    for match in _HEADING.finditer(text):
        next_known = bisect.bisect_left(known, match.start())
        below = known[next_known] if next_known < len(known) else len(text) + _BELOW_HEADING
        if below > match.end() + _BELOW_HEADING and _is_short(text, match.start(), match.end()):
            found.append((match.end(), match.end() + _BELOW_HEADING))
    return found


def _is_short(text: str, start: int, end: int) -> bool:
    """Whether the line around says little else."""
    before = text[max(0, start - _LONGEST_HEADING) : start].rpartition("\n")[2]
    after = text[end : end + _LONGEST_HEADING].partition("\n")[0]
    return len(before.strip()) + len(after.strip()) + end - start <= _LONGEST_HEADING


def _is_below(headings: Sequence[Span], sight: Sight) -> bool:
    number = bisect.bisect_right(headings, (sight.start + 1, 0)) - 1
    return number >= 0 and headings[number][0] <= sight.start <= headings[number][1]


def _may_be_a_file(sight: Sight, text: str) -> bool:
    """Neither by its host nor by what it says of itself a page to look at."""
    host = host_of(sight.url)
    if not host or _NO_FILE_HOSTS.fullmatch(host):
        return False
    said = sight.label or text[max(0, sight.start - 20) : sight.start].rpartition("\n")[2]
    return not _NO_FILE.search(said[:200]) and not _NO_FILE_PATH.search(sight.url[:500])


def _looks_like_a_file(sight: Sight, text: str) -> bool:
    """Its own text, its address or its line speaks of a file."""
    before = text[max(0, sight.start - _BESIDE) : sight.start].rpartition("\n")[2]
    after = text[sight.end : sight.end + _BESIDE].partition("\n")[0]
    said = f"{before} {sight.label[:200]} {after}"
    return bool(_LIKE_A_FILE.search(said) or _LIKE_A_FILE.search(sight.url[:500]) or next(sizes(said), None))
