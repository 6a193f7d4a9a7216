"""The service behind the sample contest's links: a server on loopback that speaks as NetEase's does.

It serves what lies in one folder, and only while it is asked to. A run reaches it by a `Rehearsal` handed over in code:
then every connection that fetching links makes goes to this server, whatever its name, and to nobody else.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import http.server
import json
import re
import shutil
import ssl
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

from ingest.config import Config, Rehearsal
from ingest.context import ledger_of
from ingest.model import LinkState
from ingest.store import Store

FOLDER = "网盘"
"""Within the contest's folder: the files behind links, by key, each with what the service says of it."""

FILES_HOST = "kepu-demo.nosdn.127.net"
NAMES = ("mail.163.com", "mail.126.com", FILES_HOST)
"""Names on the server's certificate."""

_KEY = re.compile(r"[0-9a-f]{64}")
_PIECE = 1 << 20
_MOST_ASKED = 64_000
_VALID = dt.timedelta(days=2)


@dataclass(frozen=True)
class Shelved:
    """What the service says of a file."""

    name: str
    size: int


def key_of(name: str, size: int) -> str:
    """The key of a made-up link: the same every time."""
    return hashlib.sha256(f"{name}{size}".encode()).hexdigest()


def shelve(folder: Path, name: str, file: Path) -> str:
    """Put a file on the service, under the name people see; returns its key."""
    size = file.stat().st_size
    key = key_of(name, size)
    folder.mkdir(parents=True, exist_ok=True)
    shutil.move(file, folder / key)
    (folder / f"{key}.json").write_text(json.dumps(asdict(Shelved(name, size)), ensure_ascii=False), "utf-8")
    return key


def rehearsing(config: Config, rehearsal: Rehearsal) -> Config:
    """The config with its links led to a server of this machine. Only code can say so without the environment."""
    return config.model_copy(update={"cloud": config.cloud.model_copy(update={"rehearsal": rehearsal})})


@contextmanager
def serving(folder: Path) -> Iterator[Rehearsal]:
    """The service over the files of a folder, for as long as the block lasts."""
    with tempfile.TemporaryDirectory(prefix="kepu-demo-") as held:
        ca = Path(held) / "ca.pem"
        server = _Server(("127.0.0.1", 0), _Handler)
        server.folder, server.context = folder, _identity(ca, Path(held) / "key.pem")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield Rehearsal(server=f"127.0.0.1:{server.server_port}", ca=ca)
        finally:
            server.shutdown()
            server.server_close()
            thread.join(timeout=5)


def share_room(folder: Path, config: Config) -> None:
    """Files of the service that a run has fetched become the store's own, so that they take no room twice.

    What cannot be linked, on another disk say, stays as it is.
    """
    store = Store(config.storage.root)
    ledger = ledger_of(config)
    try:
        with ledger.read(dt.datetime.now(dt.UTC)) as tx:
            fetched = tx.links.links([LinkState.FETCHED])
    finally:
        ledger.close()
    for link in fetched:
        ours, spare = folder / link.key, folder / f"{link.key}.new"
        if _KEY.fullmatch(link.key) and ours.is_file() and store.has(link.sha256):
            with suppress(OSError):
                spare.unlink(missing_ok=True)
                spare.hardlink_to(store.path(link.sha256))
                spare.replace(ours)
                spare.unlink(missing_ok=True)  # two names of one file are left as they are


class _Server(http.server.ThreadingHTTPServer):
    folder: Path
    context: ssl.SSLContext
    daemon_threads = True
    block_on_close = False

    def finish_request(self, request: Any, client_address: Any) -> None:
        """One connection, in a thread of its own: TLS begins here, so that a slow one keeps nobody waiting."""
        with suppress(OSError), self.context.wrap_socket(request, server_side=True) as secure:
            super().finish_request(secure, client_address)

    def shutdown_request(self, request: Any) -> None:
        """TLS has closed it."""
        request.close()


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self) -> None:
        """What is known of a file, or its bytes, from an offset on where that is asked for."""
        parts = urlsplit(self.path)
        if parts.path == "/filehub/bg/link/info/get":
            self._info(parse_qs(parts.query).get("key", [""])[0])
        else:
            self._file(parts.path.strip("/"))

    def do_POST(self) -> None:
        """Where a file can be had."""
        length = min(int(self.headers.get("Content-Length") or 0), _MOST_ASKED)
        try:
            key = str(json.loads(self.rfile.read(length)).get("linkKey"))
        except (ValueError, AttributeError):
            key = ""
        known = self._known(key) is not None
        self._say(
            {"code": 200, "data": {"downloadUrl": f"https://{FILES_HOST}/{key}"}}
            if known
            else {"code": 404, "desc": "NOT_EXIST"}
        )

    def _info(self, key: str) -> None:
        known = self._known(key)
        if known is None:
            self._say({"code": 404, "desc": "NOT_EXIST"})
            return
        file = {"filename": known.name, "fileSize": known.size}
        self._say({"code": 200, "data": {"linkInfo": {"fileInfo": file}}})

    def _known(self, key: str) -> Shelved | None:
        note = self._folder / f"{key}.json"
        return Shelved(**json.loads(note.read_text("utf-8"))) if _KEY.fullmatch(key) and note.exists() else None

    @property
    def _folder(self) -> Path:
        return cast(_Server, self.server).folder

    def _say(self, what: object) -> None:
        body = json.dumps(what).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json;charset=UTF-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _file(self, key: str) -> None:
        known = self._known(key)
        if known is None:
            self.send_error(404)
            return
        found = re.fullmatch(r"bytes=(\d{1,15})-", self.headers.get("Range", ""))
        start = int(found[1]) if found else 0
        self.send_response(206 if found else 200)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("ETag", f'"{key[:16]}"')
        self.send_header("Content-Length", str(known.size - start))
        if found:
            self.send_header("Content-Range", f"bytes {start}-{known.size - 1}/{known.size}")
        self.end_headers()
        with (self._folder / key).open("rb") as file:
            file.seek(start)
            while piece := file.read(_PIECE):
                self.wfile.write(piece)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the run has its own log."""


def _identity(ca: Path, key_file: Path) -> ssl.SSLContext:
    """A certificate that nobody else knows, of a key that is gone when this returns."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kepu demo")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _VALID)
        .not_valid_after(now + _VALID)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in NAMES]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    ca.write_bytes(certificate.public_bytes(pem))
    key_file.touch(mode=0o600)
    plain = serialization.NoEncryption()
    key_file.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(ca, key_file)
    key_file.unlink()
    return context
