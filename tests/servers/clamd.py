"""A real clamd of our own on a Unix socket, with signatures of the tests' own; and a proxy that spoils its answers."""

import contextlib
import os
import shutil
import socket
import subprocess
import threading
import time
from dataclasses import dataclass, field

CONFIG = """\
LocalSocket {root}/clamd.ctl
DatabaseDirectory {root}/signatures
TemporaryDirectory {root}/tmp
LogFile {root}/clamd.log
Foreground yes
StreamMaxLength 2M
MaxFileSize 2M
MaxScanSize 2M
AlertExceedsMax yes
AlertEncrypted yes
AlertOLE2Macros yes
"""

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The test file every scanner knows, in two pieces so that no scanner finds it in this one."""

UNWANTED = b"kepu-intake: a program nobody wants, as far as tests go"
"""A file that only a signature of the kind PUA knows."""


class Clamd:
    """A running clamd. `address` is what a config says; StreamMaxLength is 2 MB."""

    def __init__(self, root, program):
        self.root = root
        self.program = program
        self.address = f"unix:{root}/clamd.ctl"
        for name in ("signatures", "tmp"):
            (root / name).mkdir(mode=0o755)
        signatures = f"Eicar-Test:0:*:{EICAR.hex()}\nPUA.Test.Unwanted:0:*:{UNWANTED.hex()}\n"
        (root / "signatures" / "tests.ndb").write_text(signatures)
        (root / "clamd.conf").write_text(CONFIG.format(root=root) + ("User root\n" if os.geteuid() == 0 else ""))
        self._child = None
        self.start()

    def start(self):
        """Run it, and wait until it answers."""
        command = [self.program, "--config-file", str(self.root / "clamd.conf")]
        self._child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        for _ in range(500):
            with contextlib.suppress(OSError), connected(self.root / "clamd.ctl") as client:
                client.sendall(b"zPING\0")
                if client.recv(10) == b"PONG\0":
                    return
            if self._child.poll() is not None:
                raise RuntimeError(f"clamd did not start: {self._child.stderr.read().decode()}")
            time.sleep(0.02)
        raise RuntimeError("clamd does not answer")

    def stop(self):
        """End it, if it runs."""
        if self._child is None:
            return
        self._child.terminate()
        try:
            self._child.wait(10)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait(10)
        self._child.stderr.close()
        self._child = None

    def log(self):
        """What it has logged so far."""
        return (self.root / "clamd.log").read_text(errors="replace")


def program():
    """Where clamd is, None if it is not installed."""
    return shutil.which("clamd", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"]))


def connected(path):
    """A connection to a Unix socket."""
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.settimeout(5)
    try:
        client.connect(str(path))
    except OSError:
        client.close()
        raise
    return client


@dataclass
class ClamdProxy:
    """Stands before a clamd on a TCP port, and does to its answers what a test says.

    version: said instead of its own. after: hang up when so many bytes of a file have come, without a word.
    stall: never answer. scans: how many files were asked about.
    """

    clamd: Clamd
    version: bytes = b""
    after: int | None = None
    stall: bool = False
    scans: int = 0
    _threads: list = field(default_factory=list)

    def __post_init__(self):
        self._server = socket.create_server(("127.0.0.1", 0))
        self._open = threading.Event()
        self.address = f"tcp:127.0.0.1:{self._server.getsockname()[1]}"
        thread = threading.Thread(target=self._serve)
        thread.start()
        self._threads.append(thread)

    def close(self):
        """End it with its connections."""
        self._open.set()
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        for thread in self._threads:
            thread.join(10)

    def _serve(self):
        while not self._open.is_set():
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._one, args=(client,))
            thread.start()
            self._threads.append(thread)

    def _one(self, client):
        with client, contextlib.suppress(OSError), connected(self.clamd.root / "clamd.ctl") as behind:
            head = client.recv(11, socket.MSG_PEEK)
            if head.startswith(b"zVERSION") and self.version:
                client.sendall(self.version + b"\0")
                return
            self.scans += head.startswith(b"zINSTREAM")
            threading.Thread(target=self._back, args=(behind, client)).start()
            heard = 0
            while piece := client.recv(65_536):
                heard += len(piece)
                if self.after is not None and heard > self.after:
                    return
                behind.sendall(piece)
            behind.shutdown(socket.SHUT_WR)

    def _back(self, behind, client):
        with contextlib.suppress(OSError):
            while piece := behind.recv(4096):
                if not self.stall:
                    client.sendall(piece)
            if not self.stall:
                client.shutdown(socket.SHUT_RDWR)
