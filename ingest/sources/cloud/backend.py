"""The connections of one link's flow: to checked addresses only, encrypted where the URL says so, within the pace."""

from __future__ import annotations

import select
import socket
import ssl
import time
from collections.abc import Iterable
from typing import Any

import httpcore

from ingest.sources.cloud.guard import checked_addresses
from ingest.sources.cloud.network import Network
from ingest.sources.cloud.outcomes import Never, NotNow
from ingest.sources.cloud.pace import TURN_S, Pace

_PIECE = 256 * 1024
_MOST_ADDRESSES = 4


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
        while not self._pending() and not _readable(self._sock, min(TURN_S, left)):
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
            ssl_context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF  # where it is set, a cut looks like an end
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
