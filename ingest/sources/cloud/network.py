"""The way out: names resolved by us, every address checked, the socket opened to the checked address and no other."""

from __future__ import annotations

import select
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpcore
import httpx

from ingest.config import CloudTable
from ingest.sources.cloud.guard import checked_addresses
from ingest.sources.cloud.outcomes import Never, NotNow

Resolve = Callable[[str], Sequence[str]]
"""A host name to all its addresses as numbers. Raises OSError."""
Dial = Callable[[str, int, float], socket.socket]
"""An address, a port and a timeout in seconds to a connected socket. Raises OSError."""

_PIECE = 256 * 1024
_TURN_S = 0.5  # how often a wait looks whether it shall end
_WINDOW_S = 30.0
_MOST_ADDRESSES = 4
_REHEARSED = "1.0.0.1"  # a public address, so that the checks are the same; the dialler below goes to loopback


@dataclass
class Slots:
    """So many connections to one host at a time."""

    per_host: int
    _taken: dict[str, threading.Semaphore] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def of(self, host: str, pace: Pace) -> Iterator[None]:
        """Wait for one, and hold it. Raises NotNow as `Pace.check`."""
        with self._lock:
            slot = self._taken.setdefault(host, threading.Semaphore(self.per_host))
        while not slot.acquire(timeout=_TURN_S):
            pace.check()
        try:
            yield
        finally:
            slot.release()


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


class Pace:
    """The time one try may take: until the batch ends, until it is told to stop, and never at a drip."""

    def __init__(self, settings: CloudTable, until: float | None, stop: threading.Event | None) -> None:
        self.connect_s = settings.connect_timeout.total_seconds()
        self.read_s = settings.read_timeout.total_seconds()
        self._least = settings.min_bytes_per_s
        self._until, self._stop = until, stop
        self._answer_by: float | None = None
        self._since, self._bytes = time.monotonic(), 0

    def check(self) -> None:
        """Raises NotNow if the try shall end here."""
        if self._stop is not None and self._stop.is_set():
            raise NotNow("stopped")
        now = time.monotonic()
        if self._until is not None and now >= self._until:
            raise NotNow("out-of-time")
        if self._answer_by is not None and now >= self._answer_by:
            raise NotNow("slow", "no whole answer in time")

    def pause(self, seconds: float) -> None:
        """Wait so long. Raises NotNow as `check`."""
        if self._stop is not None:
            self._stop.wait(seconds)
        elif seconds:
            time.sleep(seconds)
        self.check()

    def left(self, most: float) -> float:
        """Seconds a single wait may take. Raises NotNow as `check`."""
        self.check()
        ends = [end for end in (self._until, self._answer_by) if end is not None]
        return max(0.01, min([most, *(end - time.monotonic() for end in ends)]))

    def asks(self) -> None:
        """A request goes out: its answer's head, or a whole small answer, must be here within the read timeout."""
        self._answer_by = time.monotonic() + self.connect_s + self.read_s

    def streams(self) -> None:
        """A file's body begins: it may take as long as it comes fast enough."""
        self._answer_by, self._since, self._bytes = None, time.monotonic(), 0

    def received(self, count: int) -> None:
        """So many bytes of the body came. Raises NotNow for a drip, and as `check`."""
        self._bytes += count
        took = time.monotonic() - self._since
        if took >= _WINDOW_S:
            if self._bytes < self._least * took:
                raise NotNow("slow", f"{self._bytes} bytes in {took:.0f} s")
            self._since, self._bytes = time.monotonic(), 0
        self.check()


class Backend(httpcore.NetworkBackend):
    """Opens the connections of one link's flow."""

    def __init__(self, network: Network, pace: Pace) -> None:
        self._network, self._pace = network, pace

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Resolve, check every address, connect to one of those checked. Raises Never, NotNow."""
        try:
            addresses = self._network.resolve(host)
        except UnicodeError as error:
            raise Never("refused-url", host) from error
        except OSError as error:
            raise NotNow("unreachable", f"{host}: {error}") from error
        failure: OSError | None = None
        for address in checked_addresses(host, addresses)[:_MOST_ADDRESSES]:
            try:
                return Stream(self._network.dial(address, port, self._pace.left(self._pace.connect_s)), self._pace)
            except OSError as error:
                failure = error
        raise NotNow("unreachable", f"{host}: {failure or 'no address'}")


class Stream(httpcore.NetworkStream):
    """A connection that waits no longer than its pace allows, and reads what is there in large pieces."""

    def __init__(self, sock: socket.socket, pace: Pace) -> None:
        self._sock, self._pace = sock, pace
        self._buffer = bytearray(_PIECE)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """At least one byte, or b"" at the end; more than asked for if more is there: fewer, larger pieces."""
        left = self._pace.left(self._pace.read_s)
        self._wait(left)
        view, count = memoryview(self._buffer), 0
        try:
            self._sock.settimeout(left)
            while count < len(view):
                got = self._sock.recv_into(view[count:])
                count += got
                if not got or not self._more():
                    break
        except TimeoutError as error:
            if not count:
                raise NotNow("slow", "nothing came") from error
        except OSError as error:
            if not count:
                raise httpcore.ReadError(str(error)) from error
        return bytes(view[:count])

    def _pending(self) -> int:
        return self._sock.pending() if isinstance(self._sock, ssl.SSLSocket) else 0

    def _more(self) -> bool:
        return self._pending() > 0 or _readable(self._sock, 0)

    def _wait(self, left: float) -> None:
        """Until there is something to read. Raises NotNow."""
        end = time.monotonic() + left
        while not self._pending() and not _readable(self._sock, min(_TURN_S, left)):
            self._pace.check()
            if time.monotonic() >= end:
                raise NotNow("slow", "nothing came")

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of it."""
        try:
            self._sock.settimeout(self._pace.left(self._pace.read_s))
            self._sock.sendall(buffer)
        except OSError as error:
            raise httpcore.WriteError(str(error)) from error

    def close(self) -> None:
        """Close it."""
        self._sock.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """The connection encrypted, the certificate checked against the host's name. Raises Never, NotNow.

        An end without a goodbye is an error: else a cut could not be told from the end of a file.
        """
        try:
            self._sock.settimeout(self._pace.left(self._pace.connect_s))
            sock = ssl_context.wrap_socket(self._sock, server_hostname=server_hostname, suppress_ragged_eofs=False)
        except ssl.SSLCertVerificationError as error:
            self.close()
            raise Never("bad-certificate", f"{server_hostname}: {error.verify_message}") from error
        except OSError as error:
            self.close()
            raise NotNow("unreachable", f"TLS with {server_hostname}: {error}") from error
        return Stream(sock, self._pace)

    def get_extra_info(self, info: str) -> Any:
        """What the pool asks of an idle connection: whether the other side has closed it."""
        return self._more() if info == "is_readable" else None


def _readable(sock: socket.socket, timeout: float) -> bool:
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(timeout * 1000))
