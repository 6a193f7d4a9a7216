"""Who keeps files behind links, and how such a link is told from any other: by host and path, never by its looks.

Only what is listed here is a link to a file. Adverts for clients, previews and pages of films are not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

Query = Mapping[str, str]


@dataclass(frozen=True)
class Kind:
    """One shape of link. key: what names the file, from the path's match and the query; "" makes it no link.

    mail: a mail service's own attachment, not a disk that someone shares by hand.
    """

    provider: str
    host: re.Pattern[str]
    path: re.Pattern[str]
    key: Callable[[re.Match[str], Query], str]
    mail: bool = True


def _kind(provider: str, host: str, path: str, *names: str, mail: bool = True) -> Kind:
    """A kind whose key is the first of the query parameters `names` that is there, or else the path's first group."""

    def key(match: re.Match[str], query: Query) -> str:
        found = next((query[name] for name in names if query.get(name)), "")
        return found or (next(iter(match.groups()), "") or "")

    return Kind(provider, re.compile(rf"(?:{host})$", re.IGNORECASE), re.compile(path), key, mail)


_NETEASE_HOSTS = r"(?:mail|[a-z0-9]+\.mail)\.(?:163|126|yeah|188)\.(?:com|net)"
KINDS: tuple[Kind, ...] = (
    _kind("netease", _NETEASE_HOSTS, r"^/large-attachment-download/", "file"),
    _kind("netease", r"fs\.163\.com", r"^/fs/display/?", "file"),
    _kind("netease-dashi", r"dashi\.163\.com", r"^/html/cloud-attachment-download/?", "key"),
    _kind("netease-enterprise", r"edisk\.qiye\.163\.com", r"^/api/biz/attachment/download", "identity"),
    _kind("netease-enterprise", r"fs\.qiye\.163\.com", r"^/fs/display/?", "file"),
    _kind("qq", r"(?:mail|exmail)\.qq\.com", r"^/cgi-bin/ftnExs_download", "k", "code"),
    _kind("qq", r"i?wx\.mail\.qq\.com", r"^/ftn/download", "k", "key", "code"),
    _kind("sina", r"mail\.sina\.com\.cn", r"^/filecenter/download\.php", "id"),
    _kind("189", r"download\.cloud\.189\.cn", r"^/file/downloadFile\.action", "dt"),
    _kind("139", r"(?:[a-z0-9-]+\.)*mail\.10086\.cn", r"^/(.{8,})"),
    _kind("aliyun-mail", r"qiye\.aliyun\.com", r"^/alimail/openLinks/downloadMimeMetaDiskBigAttach", "id"),
    _kind("coremail", r".+", r"^/coremail/common/nfFile\.jsp", "share_link"),
    _kind("google-drive", r"drive\.google\.com", r"^/(?:file/d/([\w-]+)|open|uc)", "id", mail=False),
    _kind("onedrive", r"1drv\.ms", r"^/(?:[a-z]/)?(?:[a-z]/)?(.+)", mail=False),
    _kind("icloud", r"www\.icloud\.com(?:\.cn)?", r"^/attachment/?", "u"),
    _kind("baidu", r"(?:pan|yun|eyun)\.baidu\.com", r"^/(?:s/1?([\w~-]+)|share/init)", "surl", mail=False),
    _kind("aliyun-drive", r"(?:www\.)?(?:aliyundrive|alipan)\.com", r"^/s/(\w+)", mail=False),
    _kind("aliyun-drive", r"alywp\.net", r"^/(\w+)", mail=False),
    _kind("quark", r"pan\.quark\.cn", r"^/s/(\w+)", mail=False),
    _kind("uc", r"drive\.uc\.cn", r"^/s/(\w+)", mail=False),
    _kind("xunlei", r"pan\.xunlei\.com", r"^/s/([\w-]+)", mail=False),
    _kind("weiyun", r"share\.weiyun\.com", r"^/(\w{6,})", mail=False),
    _kind("189-disk", r"cloud\.189\.cn", r"^/(?:t/(\w+)|web/share)", "code", mail=False),
    _kind("139-disk", r"(?:caiyun|yun)\.139\.com", r"^/(.{4,})", mail=False),
    _kind("123pan", r"(?:www\.)?123(?:pan|684|865|912|592)\.(?:com|cn)", r"^/s/([\w-]+)", mail=False),
    _kind("lanzou", r"(?:[a-z0-9-]+\.)*lanzou[a-z]?\.com", r"^/(\w+)", mail=False),
    _kind("wenshushu", r"(?:www\.)?wenshushu\.cn|f\.ws\d+\.cn", r"^/(?:f|k|box)/(\w+)", mail=False),
    _kind("cowtransfer", r"(?:[a-z0-9-]+\.)?cowtransfer\.com", r"^/s/(\w+)", mail=False),
    _kind("115", r"(?:www\.)?(?:115|115cdn|anxia)\.com", r"^/s/(\w+)", mail=False),
)
_MAX_URL = 4_000


@dataclass(frozen=True)
class Target:
    """What a link points at. `query` as written there, decoded."""

    provider: str
    key: str
    url: str
    query: Query
    mail: bool


def recognise(url: str) -> Target | None:
    """The file behind `url`, or None if it is no link to one."""
    url = url.strip()[:_MAX_URL]
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not host:
        return None
    path = unquote(parts.path) + (f"#{parts.fragment}" if parts.fragment else "")
    query = dict(reversed(parse_qsl(parts.query, max_num_fields=None)))
    for kind in KINDS:
        if kind.host.match(host) and (match := kind.path.match(path)) is not None:
            key = kind.key(match, query)
            return Target(kind.provider, key[:1_000], url, query, kind.mail) if key else None
    return None
