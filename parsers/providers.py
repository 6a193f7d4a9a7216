"""Who keeps files behind links, and how such a link is told from any other: by host and path, never by its looks.

Only what is listed here is a link to a file. Adverts for clients, previews and pages of films are not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

Query = Mapping[str, str]

UNKNOWN = "unknown"
"""The provider of a link that stands like a cloud attachment and is none of those listed: a person looks."""


@dataclass(frozen=True)
class Kind:
    """One shape of link. key: what names the file, from the path's match and the query; "" makes it no link.

    mail: a mail service's own attachment, not a disk that someone shares by hand. coded: a code may stand beside it.
    """

    provider: str
    host: re.Pattern[str]
    path: re.Pattern[str]
    key: Callable[[re.Match[str], Query], str]
    mail: bool
    coded: bool


def _kind(provider: str, host: str, path: str, *names: str, mail: bool = True, coded: bool | None = None) -> Kind:
    """A kind whose key is the first of the query parameters `names` that is there, or else the path's first group."""

    def key(match: re.Match[str], query: Query) -> str:
        found = next((query[name] for name in names if query.get(name)), "")
        return found or next((group for group in match.groups() if group), "")

    return Kind(provider, _host(host), re.compile(path), key, mail, coded=not mail if coded is None else coded)


def _disk(provider: str, host: str, path: str, *names: str) -> Kind:
    return _kind(provider, host, path, *names, mail=False)


def _host(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{pattern})\Z", re.ASCII)


def _ftn_behind(match: re.Match[str], query: Query) -> str:
    """The file's id in the address that a redirecting link of Tencent's carries."""
    inner = _split(query.get("url", ""))
    if inner is None or not (inner.hostname or "").endswith(".ftn.qq.com"):
        return ""
    found = re.match(r"/ftn_handler/(\w{8,})", inner.path, re.ASCII)
    return found[1] if found else ""


def _mail_drop(match: re.Match[str], query: Query) -> str:
    """The path of the content that `u` points at, without its placeholders; "" if that is no place of Apple's."""
    inner = _split(query.get("u", ""))
    if inner is None or not re.search(r"(?:^|\.)icloud-content\.com(?:\.cn)?\Z", inner.hostname or ""):
        return ""
    return inner.path.replace("${f}", "").strip("/")


_SUB = r"(?:[a-z0-9-]+\.){0,4}"
_S = r"^/s/([\w-]+)"
KINDS: tuple[Kind, ...] = (
    _kind("netease", _SUB + r"(?:(?:163|126|188)\.com|yeah\.net)", r"^/large-attachment-download(?:/|$)", "file"),
    _kind("netease", r"fs\.(?:163|126)\.com|fs\.yeah\.net", r"^/fs/display/?$", "file"),
    _kind("netease-dashi", r"dashi\.163\.com", r"^/html/cloud-attachment-download(?:/|$)", "key"),
    _kind("netease-enterprise", r"edisk\.qiye\.163\.com", r"^/api/biz/attachment/download", "identity"),
    _kind("netease-enterprise", r"fs\.qiye\.163\.com", r"^/fs/display/?$", "file"),
    _kind("qq", _SUB + r"mail\.(?:qq|foxmail)\.com|exmail\.qq\.com", r"^/cgi-bin/ftnExs_download", "k", "code"),
    _kind("qq", r"i?wx\.mail\.qq\.com|exmail\.qq\.com", r"^/ftn/download", "key", "k", "code"),
    _kind("qq", _SUB + r"ftn\.qq\.com", r"^/ftn_handler/(\w{8,})"),
    Kind("qq", _host(_SUB + r"(?:ex)?mail\.qq\.com"), re.compile(r"^/cgi-bin/"), _ftn_behind, mail=True, coded=False),
    _kind("sina", _SUB + r"mail\.sina\.(?:com\.cn|cn|com)", r"^/filecenter/download\.php", "id"),
    _kind("189", r"download\.cloud\.189\.cn", r"^/file/downloadFile\.action", "dt"),
    _kind("139", _SUB + r"mail\.10086\.cn", r"^/((?=.*(?:down|file|disk|share|link|att)).{8,})", coded=True),
    _kind("aliyun-mail", _SUB + r"(?:aliyun|mxhichina)\.com", r"^/alimail/openLinks/download\w*Attach", "id"),
    _kind("aliyun-mail", r"share\.qiye\.aliyun\.com", r"^/(.{6,})", coded=True),
    _kind("coremail", _SUB + r"[a-z0-9-]+\.[a-z]{2,}", r"^/coremail/common/nfFile\.jsp", "share_link", coded=True),
    Kind("icloud", _host(r"www\.icloud\.com(?:\.cn)?"), re.compile(r"^/attachment/?$"), _mail_drop, True, False),
    _disk("icloud-drive", r"(?:www|share)\.icloud\.com(?:\.cn)?", r"^/(?:iclouddrive|photos)/([\w-]+)"),
    _disk("google-drive", r"drive\.google\.com", r"^/(?:(?:file/d|drive/folders)/([\w-]+)|open|uc)", "id"),
    _disk("google-drive", r"drive\.usercontent\.google\.com", r"^/download", "id"),
    _disk("onedrive", r"1drv\.ms", r"^/(?:[a-z]/)?(?:[a-z]/)?([^#]+)"),
    _disk("onedrive", r"[a-z0-9-]+\.sharepoint\.(?:com|cn)", r"^/:[a-z]:/([^#]+)"),
    _disk(
        "baidu",
        r"(?:pan|yun|eyun)\.baidu\.com",
        r"^/(?:s/1?([\w~-]+)|(?:share|wap)/init|share/link)",
        "surl",
        "shareid",
    ),
    _disk("aliyun-drive", r"(?:www\.)?(?:aliyundrive|alipan)\.com", _S),
    _disk("aliyun-drive", r"(?:www\.)?alywp\.net", r"^/([\w-]+)"),
    _disk("quark", r"pan\.quark\.cn", _S),
    _disk("uc", r"(?:drive|fast)\.uc\.cn", r"^/(?:s/)?([\w-]{4,})"),
    _disk("xunlei", r"(?:xl)?pan\.xunlei\.com", _S),
    _disk("weiyun", r"(?:share|url)\.weiyun\.com", r"^/(\w{6,})"),
    _disk("189-disk", r"cloud\.189\.cn", r"^/(?:t/(\w+)|web/share)", "code"),
    _disk("189-disk", r"content\.21cn\.com", r"^/(.{6,})"),
    _disk("139-disk", r"(?:caiyun|yun)\.(?:139|feixin\.10086)\.(?:com|cn)", r"^/(.{6,})"),
    _disk("123pan", r"(?:www\.)?123(?:pan|592|652|684|685|865|912|952)\.(?:com|cn)", r"^/s/([\w-]+)"),
    _disk("lanzou", _SUB + r"i?lanzou[a-z]?\.com", r"^/(?:s/|u/|tp/)?([\w-]{4,})"),
    _disk("wenshushu", r"(?:www\.)?wenshushu\.cn|f\.ws\d{2}\.cn", r"^/(?:f|k|box|s)/(\w+)"),
    _disk("cowtransfer", _SUB + r"(?:cowtransfer|cowcs)\.com", _S),
    _disk("115", r"(?:www\.)?(?:115|115cdn|anxia)\.com", _S),
)
_WHOLE = frozenset({"139", "139-disk", "189-disk"})
"""Providers whose share may be named by the query or the fragment: for them these count as part of the path."""
_LISTED = re.compile("|".join(f"(?:{kind.host.pattern})" for kind in KINDS if kind.provider != "coremail"), re.ASCII)
"""All hosts in one pattern: most addresses are none of them. A university's can be any."""
_DETOURS = _host(
    r"[a-z0-9.-]+\.safelinks\.protection\.outlook\.(?:com|cn)|mail\.qq\.com|exmail\.qq\.com|c\.pc\.qq\.com"
)
_DETOUR_NAMES = ("gourl", "pfurl", "url")
_MAX_URL = 4_000
_MAX_KEY = 1_000
_MAX_QUERY = 50
_BREAKS = re.compile(r"[\t\r\n]+ *")  # clients fold attributes, and a browser reads over it
_FIT = re.compile(r"[^\x00-\x20\x7f\\\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")


@dataclass(frozen=True)
class Target:
    """What a link points at. `query` as written there, decoded."""

    provider: str
    key: str
    url: str
    query: Query
    mail: bool
    coded: bool


def recognise(url: str) -> Target | None:
    """The file behind `url`, or None if it is no link to one of a provider listed here.

    Around some addresses mail services put a detour of their own: then it is the address inside that is judged.
    """
    url = whole(url)
    parts = _split(url)
    if parts is None:
        return None
    found = _target(url, parts)
    if found is None and _DETOURS.match((parts.hostname or "").removesuffix(".")) is not None:
        query = query_of(parts.query)
        inner = whole(next((query[name] for name in _DETOUR_NAMES if query.get(name)), ""))
        inner_parts = _split(inner)
        return _target(inner, inner_parts) if inner_parts is not None else None
    return found


def _target(url: str, parts: SplitResult) -> Target | None:
    host = (parts.hostname or "").removesuffix(".")
    if _LISTED.match(host) is None and "nfFile.jsp" not in parts.path:
        return None
    path = unquote(parts.path)
    long_path = path + (f"?{parts.query}" if parts.query else "") + (f"#{parts.fragment}" if parts.fragment else "")
    query = query_of(parts.query)
    for kind in KINDS:
        if kind.host.match(host) is None:
            continue
        match = kind.path.match(long_path if kind.provider in _WHOLE else path)
        if match is not None and (key := kind.key(match, query)):
            return Target(kind.provider, key[:_MAX_KEY], url, query, kind.mail, kind.coded)
    return None


def unlisted(url: str) -> Target | None:
    """`url` as a link of a provider nobody knows; None if it is no address of the web at all."""
    url = whole(url)
    parts = _split(url)
    if parts is None or "." not in (parts.hostname or "").strip("."):
        return None
    key = url.partition("://")[2].partition("#")[0]
    return Target(UNKNOWN, key[:_MAX_KEY], url, query_of(parts.query), mail=True, coded=True)


def host_of(url: str) -> str:
    """The host of an address, lower case, "" if it has none that can be trusted."""
    parts = _split(whole(url))
    return ((parts.hostname or "") if parts else "").removesuffix(".")


def whole(url: str) -> str:
    """`url` without what folding put into it, at most 4,000 characters."""
    return _BREAKS.sub("", url[: 2 * _MAX_URL].strip()).strip().replace(" ", "%20")[:_MAX_URL]


def query_of(query: str) -> dict[str, str]:
    """The parameters of a query, decoded; of two with one name the first. A plus stays one: keys are base64."""
    found: dict[str, str] = {}
    for pair in query.split("&", _MAX_QUERY)[:_MAX_QUERY]:
        name, _, value = pair.partition("=")
        found.setdefault(unquote(name), unquote(value).strip())
    return found


def _split(url: str) -> SplitResult | None:
    """The parts of a plain address of the web, None for anything whose host two programs may read differently.

    No user before the host, no port but the usual, ASCII only, no backslash, no space: nobody sends a file so.
    """
    if not _FIT.fullmatch(url):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or "@" in parts.netloc or not parts.netloc.isascii():
        return None
    usual = port is None or port == {"http": 80, "https": 443}[parts.scheme]
    return parts if usual and parts.hostname and not parts.hostname.endswith("..") else None
