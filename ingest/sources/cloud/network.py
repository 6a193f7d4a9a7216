"""The way out: how a name is resolved and an address connected to, and who is trusted; or a rehearsal of it."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ingest.config import CloudTable
from ingest.sources.cloud.pace import Slots

Resolve = Callable[[str], Sequence[str]]
"""A host name to all its addresses as numbers. Raises OSError."""
Dial = Callable[[str, int, float], socket.socket]
"""An address, a port and a timeout in seconds to a connected socket. Raises OSError."""

_REHEARSED = "1.0.0.1"  # a public address, so that the checks are the same; the dialler goes to loopback


@dataclass(frozen=True)
class Network:
    """What a batch reaches the world with; shared by its threads. pause_s: before a broken link is tried again."""

    resolve: Resolve
    dial: Dial
    trust: ssl.SSLContext
    slots: Slots
    pause_s: float = 2.0


def network_of(settings: CloudTable) -> Network:
    """The real one, or a rehearsal's: then every connection goes to its server on loopback, and it alone is trusted."""
    import httpx

    slots = Slots(settings.per_host)
    if settings.rehearsal is None:
        return Network(lookup, dial, httpx.create_ssl_context(trust_env=False), slots)
    host, _, port = settings.rehearsal.server.rpartition(":")
    server = host.strip("[]"), int(port)
    trust = ssl.create_default_context(cafile=str(settings.rehearsal.ca))
    return Network(lambda _host: (_REHEARSED,), lambda _a, _p, timeout: dial(*server, timeout), trust, slots)


def lookup(host: str) -> tuple[str, ...]:
    """All addresses of a name, each once. OSError if there is none."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def dial(address: str, port: int, timeout: float) -> socket.socket:
    """A socket to a numeric address: nothing is looked up here, so nothing can have changed since the check."""
    sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    try:
        sock.settimeout(timeout)
        sock.connect((address, port))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        sock.close()
        raise
    return sock
