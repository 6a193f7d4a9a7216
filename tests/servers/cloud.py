"""A server on loopback that is every provider at once: it speaks their flows, and misbehaves as a test asks it to.

It answers TLS and plain HTTP. Tests reach it by a `Network` whose resolver says what the test wants a name to be and
whose dialler leads every checked address here, noting which address it was asked for.
"""

import contextlib
import datetime as dt
import http.server
import ipaddress
import json
import re
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PUBLIC = "59.111.160.244"
"""What every name is, unless a test says otherwise."""
NAMES = (
    *("mail.163.com", "mail.126.com", "mail.yeah.net", "fs.163.com", "*.fs.163.com", "dashi.163.com"),
    *("edisk.qiye.163.com", "*.nosdn.127.net", "*.126.net", "mail.qq.com", "wx.mail.qq.com", "exmail.qq.com"),
    *("gzc-download.ftn.qq.com", "*.mail.ftn.qq.com", "mail.sina.com.cn", "*.sina.com.cn"),
    *("download.cloud.189.cn", "*.cloud.189.cn", "files.example.cn", "more.example.cn", "other.example.cn"),
)
"""Names on the server's certificate."""
PIECE = 256 * 1024


class Authority:
    """A certificate authority that nobody else knows."""

    def __init__(self, folder):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kepu tests")])
        self.certificate = self._sign(self.name, self.key.public_key(), ca=True)
        self.ca = folder / "ca.pem"
        self.ca.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))
        self._folder = folder

    def trust(self):
        """A client's context that trusts this authority alone."""
        return ssl.create_default_context(cafile=str(self.ca))

    def context(self, names=NAMES):
        """A server's context with a certificate for these names."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._sign(x509.Name([]), key.public_key(), names=names)
        file = self._folder / "server.pem"
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def _sign(self, subject, public_key, *, names=(), ca=False):
        now = dt.datetime.now(dt.UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=30))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        )
        if names:
            entries = [x509.DNSName(name) for name in names] + [x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
            builder = builder.add_extension(x509.SubjectAlternativeName(entries), critical=False)
        return builder.sign(self.key, hashes.SHA256())


@dataclass
class Asked:
    """A request as it came."""

    method: str
    host: str
    path: str
    query: dict
    headers: dict
    body: bytes
    secure: bool

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def form(self):
        return dict(parse_qsl(self.body.decode()))


@dataclass
class Answer:
    """An answer as it goes out. body: bytes, or an iterator of them; hang_up: cut after so many bytes of it."""

    status: int = 200
    headers: dict = field(default_factory=dict)
    body: object = b""
    length: int | None = None
    chunked: bool = False
    hang_up: int | None = None


@dataclass
class File:
    """A file to be downloaded, honest until told otherwise.

    content: bytes, or (size, function of offset and count). ranges: whether Range is honoured. cuts: how many bytes of
    the next answers to send before the connection is reset, used up one by one. sent: bytes of bodies that went out.
    headers: added, or in place of ours; None leaves one out.
    """

    content: object
    etag: str | None = '"one"'
    modified: str | None = None
    ranges: bool = True
    cuts: list = field(default_factory=list)
    headers: dict = field(default_factory=dict)
    chunked: bool = False
    range_of: Callable | None = None
    sent: int = 0

    @property
    def size(self):
        return len(self.content) if isinstance(self.content, bytes) else self.content[0]

    def __call__(self, asked):
        start = self._start(asked)
        if start is not None and start >= self.size:
            return Answer(416, {"Content-Range": f"bytes */{self.size}"})
        headers = {"Content-Type": "application/octet-stream", "Accept-Ranges": "bytes" if self.ranges else "none"}
        if self.etag:
            headers["ETag"] = self.etag
        if self.modified:
            headers["Last-Modified"] = self.modified
        if start is not None:
            said = self.range_of(start, self.size) if self.range_of else f"bytes {start}-{self.size - 1}/{self.size}"
            headers["Content-Range"] = said
        headers = {name: value for name, value in {**headers, **self.headers}.items() if value is not None}
        begin = start or 0
        return Answer(
            206 if start is not None else 200,
            headers,
            self._pieces(begin),
            None if self.chunked else self.size - begin,
            self.chunked,
            self.cuts.pop(0) if self.cuts else None,
        )

    def _start(self, asked):
        found = re.fullmatch(r"bytes=(\d+)-", asked.headers.get("range", ""))
        if not found or not self.ranges:
            return None
        known = asked.headers.get("if-range")
        if known is not None and known not in (self.etag, self.modified):
            return None
        return int(found[1])

    def _pieces(self, begin):
        for offset in range(begin, self.size, PIECE):
            count = min(PIECE, self.size - offset)
            piece = (
                self.content[offset : offset + count]
                if isinstance(self.content, bytes)
                else self.content[1](offset, count)
            )
            yield piece
        return


def page(text, status=200, content_type="text/html; charset=utf-8"):
    """A page that says this."""
    return Answer(status, {"Content-Type": content_type}, text.encode())


def said(value, status=200):
    """A JSON answer."""
    return Answer(status, {"Content-Type": "application/json;charset=UTF-8"}, json.dumps(value).encode())


def redirect(location, status=302, **headers):
    """A redirect to there."""
    return Answer(status, {"Location": location, **{name.replace("_", "-"): value for name, value in headers.items()}})


class CloudServer:
    """Every provider at once. `routes`: (host, path) to a function of `Asked` that gives an `Answer`."""

    def __init__(self, authority, context):
        self.authority = authority
        self.reset()
        self._lock = threading.Lock()
        self._servers = [self._listen(context), self._listen(None)]

    def reset(self):
        """As if just started."""
        self.routes, self.at_once, self.most_at_once = {}, {}, {}
        self.asked, self.dialled = [], []

    def close(self):
        for server in self._servers:
            server.shutdown()
            server.server_close()

    @property
    def port(self):
        return self._servers[0].server_port

    def route(self, url, answer):
        """What an address without its query answers: an Answer, or a function of `Asked`."""
        parts = urlsplit(url)
        self.routes[parts.netloc, parts.path] = answer if callable(answer) else lambda _asked: answer
        return answer

    def paths(self):
        """What was asked for, in order: "GET mail.163.com/path"."""
        return [f"{asked.method} {asked.host}{asked.path}" for asked in self.asked]

    def resolve(self, names):
        """A resolver: names to addresses as the test says, else the public one."""
        return lambda host: names.get(host, (PUBLIC,))

    def dial(self, address, port, timeout):
        """Leads to this server, whatever the address, which is noted."""
        self.dialled.append((address, port))
        server = self._servers[0 if port == 443 else 1]
        return socket.create_connection(("127.0.0.1", server.server_port), timeout)

    def _listen(self, context):
        server = _Listener(("127.0.0.1", 0), _handler(self, context), context)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return server

    def answer(self, asked):
        with self._lock:
            self.asked.append(asked)
        found = self.routes.get((asked.host, asked.path))
        return found(asked) if found else page("<html><body>404 Not Found</body></html>", 404)

    @contextlib.contextmanager
    def counted(self, host):
        """How many answers go to clients of one host at the same time."""
        counts, most = self.at_once, self.most_at_once  # one that outlives its test does not count for the next
        with self._lock:
            now = counts[host] = counts.get(host, 0) + 1
            most[host] = max(now, most.get(host, 0))
        try:
            yield
        finally:
            with self._lock:
                counts[host] -= 1

    # --- the providers' flows

    def netease(self, key, file, *, host="mail.163.com", name="科普.mp4", token=None):
        """filehub of NetEase: info, prepare, and a redirect to the file's host. Returns the file."""
        where = f"https://nos-eastchina1.126.net/{key}"

        def prepare(asked):
            good = asked.json.get("linkKey") == key and asked.json.get("accessToken") == token
            return said({"code": 200, "data": {"downloadUrl": f"https://{host}/go/{key}", "token": "t"}} if good else
                        {"code": 400, "desc": "PARAM_ILLEGAL"})  # fmt: skip

        def info(asked):
            return said({"code": 200, "data": {"linkInfo": {"fileInfo": {"filename": name}}}})

        self.route(f"https://{host}/filehub/bg/link/info/get", info)
        self.route(f"https://{host}/filehub/bg/dl/prepare", prepare)
        self.route(f"https://{host}/go/{key}", redirect(where))
        return self.route(where, file)

    def qq(self, file, *, landing="https://wx.mail.qq.com/ftn/download", body=None, json_works=True, status=1):
        """QQ: JSON at the landing page, variables in it, func=4 with its cookie, and the file's host that wants it."""
        at = "https://gzc-download.ftn.qq.com/ftn_handler/file"
        four = "https://wx.mail.qq.com/ftn/download?func=4&key=K&code=C"

        def land(asked):
            if asked.query.get("func") == "4":
                return redirect(at + "?fname=%E7%A7%91%E6%99%AE.mp4", Set_Cookie="mail5k=c00k1e; path=/; domain=qq.com")
            if asked.method == "POST" and asked.form.get("f") == "json":
                good = {"head": {"ret": 0}, "body": {"name": "科普.mp4", "url": four, **(body or {})}}
                return said(good if json_works else {"head": {"ret": -5002, "msg": "fileid error"}})
            url = four.replace("&", "\\x26")
            return page(
                f'<html><script>var url = "{url}"; var filename = "page.mp4"; var status = "{status}";</script></html>'
            )

        def handler(asked):
            if asked.headers.get("cookie") != "mail5k=c00k1e":
                return page("<html>Bad Request</html>", 400)
            return file(asked)

        self.route(landing, land)
        self.route("https://wx.mail.qq.com/ftn/download", land)
        self.route(at, handler)
        return file


class _Listener(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, address, handler, context):
        self.context = context
        super().__init__(address, handler)

    def finish_request(self, request, client_address):
        if self.context:
            try:
                request = self.context.wrap_socket(request, server_side=True)
            except OSError:
                return  # the client did not like our certificate
        with request, contextlib.suppress(OSError):
            super().finish_request(request, client_address)

    def shutdown_request(self, request):
        request.close()  # a reset was done by hand where one was wanted


def _handler(server, context):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = 0

        def do_GET(self):
            parts = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(int(headers.get("content-length", 0)))
            asked = Asked(
                self.command, headers["host"], parts.path, dict(parse_qsl(parts.query)), headers, body, bool(context)
            )
            with server.counted(asked.host):
                found = server.answer(asked)
                if isinstance(found, Answer):
                    self._send(found)
                else:
                    found(self)  # writes to the connection by itself
                    self.close_connection = True

        do_POST = do_GET

        def _send(self, answer):
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            body = answer.body if not isinstance(answer.body, bytes) else [answer.body]
            if answer.chunked:
                self.send_header("Transfer-Encoding", "chunked")
            elif "Content-Length" not in answer.headers:
                length = len(answer.body) if answer.length is None else answer.length
                self.send_header("Content-Length", str(length))
            self.end_headers()
            self._pieces(answer, body)

        def _pieces(self, answer, body):
            sent, owner = 0, server.routes.get((self.headers["Host"], urlsplit(self.path).path))
            for piece in body:
                if answer.hang_up is not None:
                    piece = piece[: answer.hang_up - sent]
                self.connection.sendall(b"%x\r\n%s\r\n" % (len(piece), piece) if answer.chunked else piece)
                sent += len(piece)
                if isinstance(owner, File):
                    owner.sent += len(piece)
                if answer.hang_up is not None and sent >= answer.hang_up:
                    _reset(self.connection)
                    self.close_connection = True
                    return
            if answer.chunked:
                self.connection.sendall(b"0\r\n\r\n")

        def log_message(self, *_):
            """Nothing."""

    return Handler


def _reset(connection):
    """Let what was sent arrive, then break off without a goodbye."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 0, 0))
    raw = socket.socket(fileno=connection.detach())
    raw.shutdown(socket.SHUT_WR)
    raw.close()
