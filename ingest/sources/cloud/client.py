"""Requests of one link's flow: redirects followed one by one, each checked; no proxy, no cookie but those carried."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpcore
import httpx

from ingest.sources.cloud.backend import Backend
from ingest.sources.cloud.guard import allowed, checked_url
from ingest.sources.cloud.network import Network
from ingest.sources.cloud.outcomes import Never, NotNow
from ingest.sources.cloud.pace import Pace

logging.getLogger("httpcore").setLevel(logging.WARNING)  # addresses carry the keys of files: they are not to be logged

MAX_REDIRECTS = 5
_MOST_TEXT = 1_000_000
_COOKIE = re.compile(r"\s*([\w-]{1,40})=([\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]{1,2000})")
_AGENT = "Mozilla/5.0 (X11; Linux x86_64) kepu-intake/0.1"
_REDIRECTS = {301, 302, 303, 307, 308}
_LONGEST_WAIT_S = 86_400


@dataclass(frozen=True)
class Answer:
    """An answer whose body has not been read. url: where it came from after redirects; chunks: the body as it is sent.

    Nothing is unpacked on the way: what is compressed stays so.
    """

    status: int
    headers: httpx.Headers
    url: httpx.URL
    chunks: Iterator[bytes]

    @property
    def content_type(self) -> str:
        """Lower case, without parameters; "" if there is none."""
        return str(self.headers.get("content-type", "")).partition(";")[0].strip().lower()

    def text(self) -> str:
        """The body as text, bounded, in UTF-8 or GB18030."""
        body = bytearray()  # it may come in pieces of one byte
        for chunk in self.chunks:
            body += chunk
            if len(body) >= _MOST_TEXT:
                break
        try:
            return body[:_MOST_TEXT].decode()
        except UnicodeDecodeError:
            return body[:_MOST_TEXT].decode("gb18030", "replace")

    def json(self) -> dict[str, Any]:
        """The body's JSON object, empty if it is none."""
        try:
            found = json.loads(self.text())
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}


class Client:
    """Asks the hosts of one provider and no others. Close it with its `with` block."""

    def __init__(self, hosts: Sequence[str], carried: Mapping[str, str], network: Network, pace: Pace) -> None:
        """hosts: patterns allowed. carried: cookies that go from one answer to later requests, and to which hosts."""
        self._hosts, self._carried, self._network, self._pace = hosts, carried, network, pace
        self._cookies: dict[str, str] = {}
        pool = httpcore.ConnectionPool(
            ssl_context=network.trust, network_backend=Backend(network, pace), max_connections=4, http2=False
        )
        self._transport = _Transport(pool)

    def __enter__(self) -> Client:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close all connections."""
        self._transport.close()

    @contextmanager
    def open(
        self,
        method: str,
        url: str | httpx.URL,
        *,
        headers: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        form: Mapping[str, str] | None = None,
    ) -> Iterator[Answer]:
        """An answer that is no redirect. body: sent as JSON; form: sent as a form.

        Raises Never for what must not be asked for, NotNow for what failed on the way.
        """
        checked = checked_url(url, self._hosts)
        for _ in range(MAX_REDIRECTS + 1):
            with self._network.slots.of(checked.host, self._pace), _failures():
                self._pace.asks()
                response = self._send(method, checked, headers, body, form)
                try:
                    self._keep_cookies(response)
                    target = _location(response)
                    if response.status_code not in _REDIRECTS or not target:
                        yield _answer(response)
                        return
                finally:
                    response.close()
            checked = checked_url(_joined(checked, target), self._hosts)
            if response.status_code not in (307, 308):
                method, body, form = "GET", None, None
        raise Never("too-many-redirects", checked.host)

    def _send(
        self,
        method: str,
        url: httpx.URL,
        headers: Mapping[str, str] | None,
        body: Mapping[str, Any] | None,
        form: Mapping[str, str] | None,
    ) -> httpx.Response:
        cookie = "; ".join(f"{name}={value}" for name, value in self._cookies_for(url.host))
        kind = {"Content-Type": "application/json"} if body is not None else {}
        sent = {
            **kind,
            "User-Agent": _AGENT,
            "Accept": "*/*",
            "Accept-Encoding": "identity",
            **(headers or {}),
            **({"Cookie": cookie} if cookie else {}),
        }
        request = httpx.Request(method, url, headers=sent, content=_json(body), data=form)
        return self._transport.handle_request(request)

    def _keep_cookies(self, response: httpx.Response) -> None:
        for line in response.headers.get_list("set-cookie"):
            found = _COOKIE.match(line)
            if found and found[1] in self._carried:
                self._cookies[found[1]] = found[2]

    def _cookies_for(self, host: str) -> list[tuple[str, str]]:
        return [(name, value) for name, value in self._cookies.items() if allowed(host, (self._carried[name],))]


def _json(body: Mapping[str, Any] | None) -> bytes | None:
    return None if body is None else json.dumps(body).encode()  # in ASCII: what no encoding can hold is escaped


def _location(response: httpx.Response) -> str:
    """Where an answer sends us, "" if nowhere; bytes that no URL may hold are escaped one by one, whatever they are."""
    raw = next((value for name, value in response.headers.raw if name.lower() == b"location"), b"")
    return "".join(chr(byte) if 0x21 <= byte <= 0x7E else f"%{byte:02X}" for byte in raw.strip())


def _joined(base: httpx.URL, target: str) -> httpx.URL:
    try:
        return base.join(target)
    except (httpx.InvalidURL, ValueError) as error:
        raise Never("refused-url", "redirect to no URL") from error


def _answer(response: httpx.Response) -> Answer:
    """An answer to look at. Raises NotNow where the server says that it cannot now."""
    status = response.status_code
    if status == 429 or status >= 500:
        asked = str(response.headers.get("retry-after", ""))
        wait = min(int(asked), _LONGEST_WAIT_S) if asked.isascii() and asked.isdigit() and len(asked) < 8 else None
        raise NotNow("busy" if status in (429, 503) else "server-trouble", f"HTTP {status}", retry_after_s=wait)
    return Answer(status, response.headers, response.url, _chunks(response))


def _chunks(response: httpx.Response) -> Iterator[bytes]:
    with _failures():
        yield from response.iter_raw()


@contextmanager
def _failures() -> Iterator[None]:
    """What the libraries raise, as what it means: the connection broke, or the other side does not speak HTTP."""
    try:
        yield
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException) as error:
        raise NotNow("cut", f"{type(error).__name__}: {error}") from error


class _Transport(httpx.BaseTransport):
    """httpx over a pool of our own: theirs offers no way to choose what a name connects to.

    Used without `httpx.Client`, which fails on a redirect that leads nowhere even where it shall not follow any.
    """

    def __init__(self, pool: httpcore.ConnectionPool) -> None:
        self._pool = pool

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        assert isinstance(request.stream, httpx.SyncByteStream)
        answer = self._pool.handle_request(
            httpcore.Request(
                request.method,
                httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        assert not isinstance(answer.stream, bytes)
        stream = _Body(answer.stream)
        return httpx.Response(answer.status, headers=answer.headers, stream=stream, request=request)

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        yield from self._stream

    def close(self) -> None:
        self._stream.close()
