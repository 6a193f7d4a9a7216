"""What a page says of the files behind its links: name, size, expiry, code."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from parsers import names
from parsers.beside import Span, Token, assigned, expiries, sizes, stamped, windows
from parsers.codes import code_in, codes_beside
from parsers.facts import Link
from parsers.providers import UNKNOWN, Target, query_of, recognise
from parsers.sights import Page, Sight, blanked
from parsers.strangers import strangers

_MAX_SIGHTS = 20  # of one file
_BEFORE_SIZE, _AFTER_SIZE = "(（[【|｜·,，:：\n", ")）]】|｜·,，;；\n"
_REACH, _LINES = 250, 2  # what may lie between a link and its size or date
_NOT_A_NAME = re.compile(
    r"(?:(?:点击|点此|立即|高速|极速|普通|直接|在线|进入|查看|批量)?(?:下载|预览|查看|打开|转存|保存|另存|收藏|链接|地址|网址)"
    r"(?:地址|链接|文件|附件|全部|页面|信息)?|进入下载页面|查看下载信息|存到\S{0,10}|复制链接|此处|这里|"
    r"download|preview|open|view|link|click here|(?:https?:|www\.).*)?[:：]?",
    re.IGNORECASE,
)
_FILE_NAME = re.compile(r"[^\n\"“”「」《》|]{1,200}\.[A-Za-z0-9]{2,5}")
_SAID_NAME = re.compile(
    r"(?:分享(?:的)?(?:文件|内容)?|文件(?:名|名称|分享)?|分享了)\s?[:：]?\s?[「“\"《]?("
    + _FILE_NAME.pattern
    + r")(?=[」”\"》\s,，。]|链接|$)"
)
_PAGES = (".html", ".htm", ".php", ".jsp", ".aspx", ".do", ".action", ".cgi")
_SAID_SIZE = re.compile(r"(?:文件)?大小\s?[:：]\s?$")


@dataclass(frozen=True)
class _File:
    """Sights of one file that follow each other, with no other file between: `text[start:end]`."""

    target: Target
    sights: tuple[Sight, ...]
    start: int
    end: int


def links_on(page: Page) -> list[Link]:
    """The links of a page in order; a file shown in several places comes several times."""
    known = {url: recognise(url) for url in {sight.url for sight in page.sights}}
    recognised = [(sight, known[sight.url]) for sight in page.sights]
    found = sorted(
        [*((s, t) for s, t in recognised if t is not None), *strangers(page, recognised)],
        key=lambda pair: pair[0].start,
    )
    files = _files(found)
    if not files:
        return []
    text = blanked(page)
    spans = [(file.start, file.end) for file in files]
    near = windows(spans, len(text), _REACH)
    printed = assigned(text, spans, _printed_sizes(text, near), reach=_REACH, lines=_LINES)
    dates = _expiries(text, files, near)
    codes = codes_beside(text, spans)
    rows = zip(files, printed, dates, codes, strict=True)
    return [_link(file, text, size, date, code) for file, size, date, code in rows]


def _files(found: Sequence[tuple[Sight, Target]]) -> list[_File]:
    files: list[_File] = []
    for sight, target in found:
        last = files[-1] if files else None
        if last is not None and (target.provider, target.key) == (last.target.provider, last.target.key):
            files[-1] = _File(last.target, (*last.sights, sight)[:_MAX_SIGHTS], last.start, max(last.end, sight.end))
        else:
            start = max(sight.start, last.end) if last is not None else sight.start
            files.append(_File(target, (sight,), start, max(start, sight.end)))
    return files


_Said = tuple[Span, int]


def _printed_sizes(text: str, near: Sequence[Span]) -> list[Token[_Said]]:
    """Sizes with where they stand, as clients print them: with a label or set off on both sides, not in a sentence."""
    return [Token(t.start, t.end, ((t.start, t.end), t.value)) for t in sizes(text, near) if _is_set_off(text, t)]


def _is_set_off(text: str, token: Token[int]) -> bool:
    before, after = (
        text[max(0, token.start - 12) : token.start].rstrip(" "),
        text[token.end : token.end + 4].lstrip(" "),
    )
    if _SAID_SIZE.search(before):
        return True
    return (not before or before[-1] in _BEFORE_SIZE) and (not after or after[0] in _AFTER_SIZE)


def _expiries(text: str, files: Sequence[_File], near: Sequence[Span]) -> list[tuple[Span, dt.datetime | None] | None]:
    """The date of each file; one date alone that stands above several files is that of all of them."""
    spans = [(file.start, file.end) for file in files]
    tokens = [Token(t.start, t.end, ((t.start, t.end), t.value)) for t in expiries(text, near)]
    own = assigned(text, spans, tokens, reach=_REACH, lines=_LINES)
    if len(tokens) == 1 and len(files) > 1 and own[0] is not None and tokens[0].end <= files[0].start:
        return [own[0] if file.target.provider == files[0].target.provider else None for file in files]
    return own


def _link(
    file: _File, text: str, size: _Said | None, date: tuple[Span, dt.datetime | None] | None, code: str | None
) -> Link:
    target = file.target
    exact = _exact_size(file)
    return Link(
        provider=target.provider,
        key=target.key,
        url=target.url,
        name=_name(file, text, [said[0] for said in (size, date) if said is not None]),
        size=exact if exact is not None else _rounded_size(file, text, size),
        size_is_exact=exact is not None,
        expires_at=_expiry(file, date[1] if date is not None else None),
        code=(code_in(target.query) or _in_fragment(target) or code) if target.coded else None,
    )


def _in_fragment(target: Target) -> str | None:
    found = re.search(r"#([A-Za-z0-9]{4})\Z", target.url) if target.provider == "baidu" else None
    return found[1] if found else None


def _name(file: _File, text: str, said: Sequence[Span]) -> str | None:
    """The file's name: as an attribute, an anchor, the line of its size or its date, or the words of a share say.

    Words without an ending are a name only where an attribute calls them one: "我的视频" is what a person wrote.
    """
    query = file.target.query
    if file.target.provider == "icloud":
        return names.clean(query.get("f", "")) or None
    sure = [sight.attributes.get(key, "") for key in ("filename", "file-name") for sight in file.sights]
    candidates = [*sure, *(sight.label for sight in file.sights if not sight.written)]
    candidates += [sight.attributes.get("download", "") for sight in file.sights]
    candidates += [_first_line(sight.attributes.get("title", "")) for sight in file.sights]
    candidates += [_before_bracket(text, span) for span in said if file.target.mail]
    candidates += [query.get("fname", "")] if file.target.provider == "qq" else []
    candidates += [_last_segment(file.target.url)] if file.target.provider == UNKNOWN else []
    candidates += _SAID_NAME.findall(text[max(0, file.start - _REACH) : file.start])[-1:]
    named = next((name for name in map(_cleaned, candidates) if _FILE_NAME.fullmatch(name)), "")
    return named or next((name for name in map(_cleaned, sure) if name), None)


def _cleaned(name: str) -> str:
    name = " ".join(name[:1_000].split())
    return "" if _NOT_A_NAME.fullmatch(name) else names.clean(name)


def _last_segment(url: str) -> str:
    """The name of a file in the path of an address, "" if the last part of it looks like none."""
    last = unquote(re.split(r"[?#]", url, maxsplit=1)[0]).rpartition("/")[2]
    return last if _FILE_NAME.fullmatch(last) and not last.lower().endswith(_PAGES) else ""


def _first_line(title: str) -> str:
    """The name in the title of a client's entry, which goes on with size and date; an anchor's title is none."""
    first, _, rest = title.strip().partition("\n")
    return first if "大小" in rest or "到期" in rest else ""


def _before_bracket(text: str, span: Span) -> str:
    """What stands on the line of a size or a date before the bracket that holds it."""
    begin = text.rfind("\n", max(0, span[0] - 400), span[0]) + 1
    before = text[max(begin, span[0] - 400) : span[0]]
    at = max(before.rfind("("), before.rfind("（"))
    return before[:at] if at > 0 and not re.search(r"[)）]", before[at:]) else ""


def _exact_size(file: _File) -> int | None:
    """Bytes by an attribute or the link itself."""
    values = [sight.attributes.get(key, "") for key in ("filesize", "file-size") for sight in file.sights]
    if file.target.provider == "icloud":
        values.append(file.target.query.get("sz", ""))
    if file.target.provider == "189":
        values += [
            found[1] for s in file.sights if (found := re.search(r"\((\d{1,15})\)", s.attributes.get("alt", "")))
        ]
    return next((int(value) for value in values if re.fullmatch(r"\d{1,15}", value.strip(), re.ASCII)), None)


def _rounded_size(file: _File, text: str, said: _Said | None) -> int | None:
    """Bytes as printed. Beside a net disk's link only where they are called the file's: people write of other sizes."""
    if said is not None and (file.target.mail or _SAID_SIZE.search(text[max(0, said[0][0] - 12) : said[0][0]])):
        return said[1]
    return next((token.value for token in sizes(_titles(file))), None)


def _expiry(file: _File, printed: dt.datetime | None) -> dt.datetime | None:
    """When the link dies: by the epoch of an attribute or of the link itself, else by the date printed beside it."""
    stamps = [sight.attributes.get(key, "") for key in ("expiretime", "expired") for sight in file.sights]
    query = file.target.query
    if file.target.provider == "189":
        stamps.append(query.get("expired", ""))
    if file.target.provider == "icloud":
        stamps.append(query_of(query.get("u", "").partition("?")[2]).get("e", ""))
    moments = [stamped(stamp.strip()) for stamp in stamps]
    in_title = next((token.value for token in expiries(_titles(file))), None)
    return next((moment for moment in moments if moment is not None), None) or in_title or printed


def _titles(file: _File) -> str:
    """What clients wrote into titles of the entry, which is the same in all its anchors."""
    return "\n".join(sight.attributes.get("title", "")[:500] for sight in file.sights[:4])
