"""Which way leads to a link's file: by provider, as far as the config has it switched on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ingest.config import CloudTable
from ingest.sources.cloud import netease, qq
from ingest.sources.cloud.download import Found, by_mail
from ingest.sources.cloud.guard import allowed, parsed
from ingest.sources.cloud.outcomes import Never
from ingest.sources.cloud.pages import verdict
from parsers.facts import Link

if TYPE_CHECKING:
    from ingest.sources.cloud.client import Client

DIRECT = "direct"


@dataclass(frozen=True)
class Way:
    """How one provider's files are had. hosts: patterns its requests may go to; carried: as in `Client`."""

    hosts: tuple[str, ...]
    resolve: Callable[[Client, Link], Found]
    carried: Mapping[str, str] = field(default_factory=dict)


def straight(_client: Client, link: Link) -> Found:
    """The link is the file's own address, by redirects at most."""
    return by_mail(link, link.url)


def _sina(client: Client, link: Link) -> Found:
    """A page with a form where the file is still there; the same address, posted to, leads to it. Never tried live."""
    with client.open("GET", link.url) as answer:
        page = answer.text()
    if "<input" not in page.lower():
        said = verdict(page)
        raise Never("expired" if said == "html-instead" else said, "a page without a form")
    return by_mail(link, link.url, method="POST")


_NETEASE_FILES = ("*.163.com", "*.126.com", "*.126.net", "*.127.net", "*.yeah.net", "*.188.com")
WAYS: Mapping[str, Way] = {
    "netease": Way(_NETEASE_FILES, netease.filehub),
    "netease-dashi": Way(_NETEASE_FILES, netease.dashi),
    "netease-enterprise": Way((*_NETEASE_FILES, "*.netease.com"), straight),
    "qq": Way(
        ("mail.qq.com", "*.mail.qq.com", "mail.foxmail.com", "exmail.qq.com", "*.ftn.qq.com"), qq.ftn, qq.CARRIED
    ),
    "sina": Way(("*.sina.com.cn",), _sina),
    "189": Way(("*.189.cn",), straight),
    DIRECT: Way((), straight),
}
"""Provider to its way. File hosts are named by suffix: which of them answers differs from day to day."""


def way_of(link: Link, settings: CloudTable) -> Way:
    """The way to a link's file, with the hosts the operator added. Raises Never where the config or nobody has one."""
    provider = link.provider
    ours = settings.hosts.of(DIRECT)
    if ours and settings.providers.on(provider) is None and allowed(_host(link.url), ours):
        provider = DIRECT
    switched = settings.providers.on(provider)
    if switched is None:
        raise Never("unknown-provider", provider)
    if not settings.on or not switched:
        raise Never("switched-off", provider)
    way = WAYS[provider]
    return replace(way, hosts=(*way.hosts, *settings.hosts.of(provider)))


def _host(url: str) -> str:
    try:
        return parsed(url).host.removesuffix(".").lower()
    except Never:
        return ""
