"""Cloud attachments and net-disk links in a mail's bodies: provider, key, and what stands beside the link."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from parsers import names
from parsers.body import QUOTE_NODES, Body, html_text, own_part, parsed
from parsers.facts import Link
from parsers.providers import Target, recognise

_CHINA = dt.timezone(dt.timedelta(hours=8))
"""Dates in these blocks carry no zone; they are China's, where no clock has been changed since 1991."""
_MAX_LINKS = 200
_MAX_ANCHORS = 5_000
_URL = re.compile(r"https?://[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]{4,4000}")
_TRAILING = ".,;:!?)]'"
_NOT_A_NAME = re.compile(
    r"^(?:下载|点击下载|在线预览|预览|查看|打开|查看下载信息|进入下载页面|download|preview|https?://.*)?$",
    re.IGNORECASE,
)
_SIZE = re.compile(r"(?<![\d.])(\d{1,7}(?:\.\d{1,3})?)\s*(bytes|[KMGT]?i?B?)(?=[\s,，|)）]|$)", re.IGNORECASE)
_UNITS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}
_DATE = re.compile(r"(20\d\d)\s*[-年/.]\s*(\d{1,2})\s*[-月/.]\s*(\d{1,2})\s*日?\s*(?:(\d{1,2}):(\d{2})(?::(\d{2}))?)?")
_EXPIRY = re.compile(r"到期|有效|过期|expire", re.IGNORECASE)
_CODE = re.compile(
    r"(?:提取码|提取密码|访问码|访问密码|密码|取件码|验证码|code)\s*(?:为|是)?\s*[:：]?\s*([A-Za-z0-9]{4,8})(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_QQ_NAMED = re.compile(
    r"([^\n()（）]{1,200}?)\s*[(（]([^()（）\n]{3,100})[)）]\s*(?:进入下载页面\s*[:：]|链接\s*[:：])?\s*$"
)
_AROUND = 120  # characters around a link in which its code, size and expiry stand


@dataclass(frozen=True)
class _Seen:
    """One sight of a link: what it points at, the name it goes by, attributes, and the text around it."""

    target: Target
    name: str
    attributes: Mapping[str, str]
    before: str
    after: str


def find_links(bodies: Sequence[Body], *, forward: bool) -> tuple[Link, ...]:
    """The files behind links in `bodies`, each once, in order of appearance.

    Those only in a quoted reply are left out, unless the mail is a `forward`: then it may be their first sight.
    Alternatives are all looked at: the HTML knows more than the plain text beside it.
    """
    found: dict[tuple[str, str], Link] = {}
    for body in sorted(bodies, key=lambda b: not b.is_html):
        if "http" not in body.text.lower():
            continue
        quotes = forward or bool(body.forwarded)
        for seen in _in_html(body.text, quotes=quotes) if body.is_html else _in_text(body.text, quotes=quotes):
            key = seen.target.provider, seen.target.key
            if key in found or len(found) < _MAX_LINKS:
                found[key] = _merged(found.get(key), _link(seen))
    return tuple(found.values())


def _in_html(html: str, *, quotes: bool) -> Iterator[_Seen]:
    """Links of anchors; then those written out in the text, which may be hidden and is not rid of for that."""
    tree = parsed(html.replace("\0", ""))
    if tree is None:
        yield from _in_text(html, quotes=quotes)
        return
    for node in tree.css(f"script, style{'' if quotes else ', ' + QUOTE_NODES}"):
        node.decompose()
    for node in tree.css("a[href]")[:_MAX_ANCHORS]:
        target = recognise(node.attributes.get("href") or "")
        if target is not None:
            yield _anchor(node, target)
    yield from _in_text(html_text(html, quotes=quotes), quotes=quotes)


def _anchor(node: Any, target: Target) -> _Seen:
    """An anchor with the text of the row around it: the nearest ancestor that says more than the anchor itself."""
    attributes = {key: value or "" for key, value in node.attributes.items()}
    own = node.text(strip=True)
    row, around = node.parent, own
    while row is not None and len(around) < len(own) + 8 and row.tag not in ("body", "html"):
        around = " ".join(row.text(separator=" ").split())
        row = row.parent
    name = attributes.get("filename") or attributes.get("file-name") or attributes.get("download") or own
    return _Seen(target, name, attributes, "", around[: 4 * _AROUND])


def _in_text(text: str, *, quotes: bool) -> Iterator[_Seen]:
    if not quotes:
        text = own_part(text)
    hits = list(_URL.finditer(text))[:_MAX_ANCHORS]
    for number, hit in enumerate(hits):
        target = recognise(hit[0].rstrip(_TRAILING))
        if target is None:
            continue
        begin = hits[number - 1].end() if number else 0
        end = hits[number + 1].start() if number + 1 < len(hits) else len(text)
        before = text[max(begin, hit.start() - _AROUND) : hit.start()]
        after = text[hit.end() : min(end, hit.end() + _AROUND)]
        named = _QQ_NAMED.search(before.rstrip())
        yield _Seen(target, named[1] if named and target.mail else "", {}, before, after)


def _link(seen: _Seen) -> Link:
    around = f"{seen.before}\n{seen.after}"
    return Link(
        provider=seen.target.provider,
        key=seen.target.key,
        url=seen.target.url,
        name=_name(seen),
        size=_size(seen, around),
        expires_at=_expiry(seen, around),
        code=None if seen.target.mail and seen.target.provider != "coremail" else _code(seen),
    )


def _merged(known: Link | None, new: Link) -> Link:
    """What is known, with its gaps filled."""
    if known is None:
        return new
    gaps = {key: value for key, value in new if value is not None and getattr(known, key) is None}
    return known.model_copy(update=gaps)


def _name(seen: _Seen) -> str | None:
    query = seen.target.query
    if seen.target.provider == "icloud":
        return names.clean(query.get("f", "")) or None
    name = " ".join(seen.name.split())
    return None if _NOT_A_NAME.match(name) or not seen.target.mail else names.clean(name) or None


def _size(seen: _Seen, around: str) -> int | None:
    """Bytes: by an attribute if there is one, else as printed, rounded."""
    exact = seen.attributes.get("filesize") or seen.attributes.get("file-size") or ""
    if seen.target.provider == "icloud":
        exact = seen.target.query.get("sz", "")
    if exact.isascii() and exact.isdigit():
        return int(exact[:18])
    if not seen.target.mail:
        return None
    printed = next((m for m in _SIZE.finditer(_without_dates(around)) if m[2]), None)
    if printed is None:
        return None
    unit = printed[2].upper().removesuffix("IB").removesuffix("B") if printed[2].lower() != "bytes" else ""
    return round(float(printed[1]) * _UNITS[unit[:1]])


def _without_dates(text: str) -> str:
    return _DATE.sub(" ", text)


def _expiry(seen: _Seen, around: str) -> dt.datetime | None:
    """When the link dies: epoch seconds or milliseconds of an attribute, else the date printed beside it."""
    for name in ("expiretime", "expired", "expire"):
        stamp = seen.attributes.get(name, "")
        if stamp.isascii() and stamp.isdigit() and int(stamp[:15]) > 0:
            return _moment(int(stamp[:15]))
    if seen.target.provider == "189" and seen.target.query.get("expired", "").isdigit():
        return _moment(int(seen.target.query["expired"][:15]))
    if not _EXPIRY.search(around) or not seen.target.mail:
        return None
    date = _DATE.search(around)
    return None if date is None else _printed(date)


def _moment(stamp: int) -> dt.datetime | None:
    try:
        return dt.datetime.fromtimestamp(stamp / 1000 if stamp > 10**11 else stamp, _CHINA)
    except (ValueError, OverflowError, OSError):
        return None


def _printed(date: re.Match[str]) -> dt.datetime | None:
    """The printed moment; a day alone lasts until its end."""
    year, month, day, hour, minute, second = (int(group or 0) for group in date.groups())
    if date[4] is None:
        hour, minute, second = 23, 59, 59
    try:
        return dt.datetime(year, month, day, hour, minute, second, tzinfo=_CHINA)
    except ValueError:
        return None


def _code(seen: _Seen) -> str | None:
    """The extraction code: in the link itself, else after it, else before it."""
    for name in ("pwd", "password", "passcode"):
        if seen.target.query.get(name):
            return seen.target.query[name][:16]
    for text in (seen.after, seen.before[::-1][:_AROUND][::-1]):
        if (found := _CODE.search(text)) is not None:
            return found[1]
    return None
