"""Which URLs, hosts and addresses may be reached: decided before any socket is opened, on what is connected to."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ingest.sources.cloud.outcomes import Never

if TYPE_CHECKING:
    import httpx

_HOST = re.compile(r"(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_PORTS = {"http": 80, "https": 443}
_LONGEST_URL = 8_000
_GLOBAL_6 = ipaddress.IPv6Network("2000::/3")
"""All of IPv6 that is anybody's; what translates to IPv4 or tunnels it is taken out below."""
_NEVER = tuple(
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/3", "168.63.129.16/32",  # the last answers inside one cloud as its metadata server
        "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
    )
)  # fmt: skip
"""IANA's special-purpose registries, written out: what the standard library knows of them depends on its version."""


def is_public(address: str) -> bool:
    """Whether a numeric address is one of the open internet, reached as itself.

    No private, loopback, link-local, shared (CGNAT), multicast, documentation or reserved one, and no IPv6 address
    that stands for an IPv4 one (mapped, NAT64, 6to4, Teredo) or has a zone. False for what is no address.
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address) and (found not in _GLOBAL_6 or found.scope_id):
        return False
    return found.is_global and not found.is_multicast and not any(found in network for network in _NEVER)


def checked_addresses(host: str, addresses: Sequence[str]) -> tuple[str, ...]:
    """The addresses of a name, all of them public. Raises Never if one is not: a name has no good and bad half."""
    bad = [address for address in addresses if not is_public(address)]
    if bad:
        raise Never("refused-address", f"{host} is {bad[0]}")
    return tuple(addresses)


def allowed(host: str, patterns: Sequence[str]) -> bool:
    """Whether a host (lower case) is one of these names, or below a "*." one."""
    return any(host == p or (p.startswith("*.") and host.endswith(p[1:]) and host != p[2:]) for p in patterns)


def parsed(url: str, query: Mapping[str, str] | None = None) -> httpx.URL:
    """A URL, with that query in place of its own if one is given. Raises Never if it is none."""
    import httpx  # slow to load, and most runs open no link

    try:
        return httpx.URL(url.strip()) if query is None else httpx.URL(url.strip(), params=dict(query))
    except (httpx.InvalidURL, ValueError, TypeError) as error:
        raise Never("refused-url", type(error).__name__) from error


def checked_url(url: str | httpx.URL, patterns: Sequence[str]) -> httpx.URL:
    """A URL that may be asked for, as the client itself reads it; without its fragment. Raises Never.

    http or https, on ports 80 or 443, of an allowed host, without a login inside.
    """
    found = parsed(url) if isinstance(url, str) else url
    scheme, host, port, login = found.scheme, found.raw_host.decode("ascii"), found.port, found.userinfo
    if scheme not in _PORTS or (_PORTS[scheme] if port is None else port) not in _PORTS.values() or login or not host:
        raise Never("refused-url", f"{scheme}://{host}:{port}")
    if len(str(found)) > _LONGEST_URL:
        raise Never("refused-url", "too long")
    host = host.lower().removesuffix(".")
    if not _HOST.fullmatch(host):
        raise Never("refused-url", "no host name")
    if not allowed(host, patterns):
        raise Never("login" if _asks_to_log_in(found) else "refused-host", host)
    return found.copy_with(fragment=None, host=host)


def _asks_to_log_in(url: httpx.URL) -> bool:
    """A page to log in at is on a host of its own, which is no file host; what it wants is plain from its name."""
    return any(word in f"{url.host}{url.path}".lower() for word in ("login", "passport", "signin", "sso."))
