"""Big attachments of QQ mail and Tencent's exmail: asked for as JSON, else read off the page, else by key and code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ingest.sources.cloud.download import Found, by_mail
from ingest.sources.cloud.guard import parsed
from ingest.sources.cloud.outcomes import Never
from ingest.sources.cloud.pages import is_page, verdict
from parsers.facts import Link

if TYPE_CHECKING:
    from ingest.sources.cloud.client import Client

CARRIED = {"mail5k": "*.ftn.qq.com", "FTN5K": "*.ftn.qq.com"}
"""Cookies the file hosts want, given by the answer that sends there."""
_VARIABLE = re.compile(
    r"""(?:\bvar\s+|[{,]\s*["']?)(url|filename|filesize|status)["']?\s*[=:]\s*["']?([^"'\n;,}]{1,4000})"""
)
_ESCAPED = re.compile(r"\\x([0-9a-fA-F]{2})|\\u([0-9a-fA-F]{4})")
_VAGUE = {"not-understood", "html-instead", "wrong-code", "refused"}
_HEX = {"md5": 32, "sha1": 40}


def ftn(client: Client, link: Link) -> Found:
    """The three known ways, one after the other: a word like "fileid error" was seen on links that were still good.

    Raises Never, at once if one of them says plainly why; NotNow.
    """
    first: Never | None = None
    for way in (_json, _page, _direct):
        try:
            return way(client, link)
        except Never as failure:
            if failure.reason not in _VAGUE:
                raise
            first = first or failure
    raise first or Never("not-understood")


def _json(client: Client, link: Link) -> Found:
    with client.open("POST", link.url, form={"f": "json"}) as answer:
        said = answer.json()
    head, body = _part(said, "head"), _part(said, "body")
    ret = head.get("ret", said.get("ret"))
    url = body.get("url")
    if ret not in (0, "0", None) or not isinstance(url, str) or not url:
        raise Never(_reason(f"{head.get('msg', '')} {said.get('msg', '')}", ret), f"ret {str(ret)[:20]}")
    return _found(url, body.get("name"), body.get("size"), link, {"md5": body.get("md5"), "sha1": body.get("sha")})


def _part(said: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    part = said.get(key)
    return part if isinstance(part, dict) else {}


def _page(client: Client, link: Link) -> Found:
    with client.open("GET", link.url) as answer:
        if answer.content_type not in ("text/plain", "") and not is_page(answer.content_type, b"", ""):
            return _found(str(answer.url), None, None, link, {})  # the old links may lead to the file itself
        page = answer.text()
    said = {match[1]: _unescaped(match[2]) for match in _VARIABLE.finditer(page)}
    url = said.get("url", "")
    if said.get("status", "1").strip() not in ("", "1") or not url.startswith(("http://", "https://")):
        raise Never(verdict(page), "a page without an address")
    return _found(url, said.get("filename"), said.get("filesize"), link, {})


def _direct(_client: Client, link: Link) -> Found:
    query = parsed(link.url).params
    key, code = query.get("key") or query.get("k"), query.get("code")
    if not key or not code:
        raise Never("wrong-code", "no key and code in the link")
    asked = {"func": "4", "key": key, "code": code}
    return _found(str(parsed("https://wx.mail.qq.com/ftn/download", asked)), None, None, link, {})


def _found(url: str, name: object, size: object, link: Link, digests: Mapping[str, Any]) -> Found:
    text = str(size).strip()
    found = by_mail(link, url)
    exact = int(text) if text.isascii() and text.isdigit() and len(text) < 16 and int(text) else found.size
    good = {
        kind: value.lower()
        for kind, value in digests.items()
        if isinstance(value, str) and re.fullmatch(rf"[0-9a-fA-F]{{{_HEX[kind]}}}", value)
    }
    return replace(found, name=name if isinstance(name, str) and name else found.name, size=exact, digests=good)


def _reason(message: str, ret: object) -> str:
    if "fileid error" in message.lower() or str(ret) == "-5002":
        return "wrong-code"
    said = verdict(message)
    return said if said != "html-instead" else "not-understood"


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1] or found[2], 16)), text)
