"""Big attachments of NetEase's mail services: one question for the address, by the key of the link."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ingest.sources.cloud.download import Found, by_mail
from ingest.sources.cloud.guard import parsed
from ingest.sources.cloud.outcomes import Never
from parsers.facts import Link

if TYPE_CHECKING:
    from ingest.sources.cloud.client import Client

_PAGE_HOST = re.compile(r"mail\.(?:163|126|188)\.com|mail\.yeah\.net")
_USUAL_HOST = "mail.163.com"
_REASONS = {400: "expired", 601: "expired", 404: "deleted"}
_WORDS = (("EXPIRE", "expired"), ("DELETE", "deleted"), ("NOT_EXIST", "deleted"), ("PARAM_ILLEGAL", "wrong-code"))


def filehub(client: Client, link: Link) -> Found:
    """163, 126, yeah, 188; the old fs.163.com links too, whose keys are tried at the same place.

    Raises Never, NotNow.
    """
    page = parsed(link.url)
    query, host = page.params, page.host.lower()
    base = f"https://{host if _PAGE_HOST.fullmatch(host) else _USUAL_HOST}/filehub/bg"
    key, token = query.get("file") or link.key, query.get("encryptToken")
    info = {} if link.name and link.size else _info(client, base, key, token)
    asked = {"linkKey": key, **({"accessToken": token} if token else {})}
    with client.open("POST", f"{base}/dl/prepare", body=asked) as answer:
        said = answer.json()
    return _found(said, _inner(said, "data"), link, info)


def dashi(client: Client, link: Link) -> Found:
    """邮箱大师; never tried against the real service. Raises Never, NotNow."""
    with client.open(
        "POST", "https://dashi.163.com/filehub-master/file/dl/prepare2", body={"linkKey": link.key}
    ) as answer:
        said = answer.json()
    return _found(said, _inner(said, "result"), link, {})


def _info(client: Client, base: str, key: str, token: str | None) -> Mapping[str, Any]:
    """What the service says of the file, {} if nothing: the download does without."""
    asked = {"key": key, **({"accessToken": token} if token else {})}
    with client.open("GET", parsed(f"{base}/link/info/get", asked)) as answer:
        return _inner(answer.json(), "data", "linkInfo", "fileInfo")


def _found(said: Mapping[str, Any], data: Mapping[str, Any], link: Link, info: Mapping[str, Any]) -> Found:
    url = data.get("downloadUrl") or said.get("downloadUrl")
    if not isinstance(url, str) or not url:
        raise Never(_reason(said), f"code {str(said.get('code'))[:20]} {str(said.get('desc'))[:40]}")
    found, name = by_mail(link, url), info.get("filename")
    size = info.get("fileSize", info.get("filesize", info.get("size")))
    exact = size if isinstance(size, int) and not isinstance(size, bool) and size > 0 else found.size
    return replace(found, name=name if isinstance(name, str) and name else found.name, size=exact)


def _reason(said: Mapping[str, Any]) -> str:
    """Why there is no address: by the word, else by the code."""
    word = str(said.get("desc", said.get("msg", ""))).upper()
    by_word = next((reason for part, reason in _WORDS if part in word), "")
    code = said.get("code")
    return by_word or (_REASONS.get(code, "") if isinstance(code, int) else "") or "not-understood"


def _inner(said: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    here: Any = said
    for key in keys:
        here = here.get(key) if isinstance(here, dict) else None
    return here if isinstance(here, dict) else {}
