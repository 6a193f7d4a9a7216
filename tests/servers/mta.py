"""An SMTP server on loopback that does as it is told: any answer at any verb, or silence; it keeps what it took."""

import contextlib
import socketserver
import threading
from dataclasses import dataclass, field

DROP = "drop"
"""As an answer: close the connection without a word."""


@dataclass(frozen=True)
class Taken:
    """A letter that the server took: its envelope and its bytes."""

    sender: str
    to: str
    data: bytes


@dataclass
class Mta:
    """answers: verb (CONNECT EHLO AUTH MAIL RCPT DATA BODY) to what it says, one after the other, then as usual.

    always: verb to what it says each time. addresses: address to its answer at RCPT.
    """

    port: int = 0
    answers: dict = field(default_factory=dict)
    always: dict = field(default_factory=dict)
    addresses: dict = field(default_factory=dict)
    auth: bool = False
    taken: list = field(default_factory=list)
    connections: int = 0
    verbs: list = field(default_factory=list)

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self.port}"

    def says(self, verb, usual):
        self.verbs.append(verb)
        if self.answers.get(verb):
            return self.answers[verb].pop(0)
        return self.always.get(verb, usual)


class _Handler(socketserver.StreamRequestHandler):
    timeout = 30

    def handle(self):
        mta = self.server.mta
        mta.connections += 1
        sender = to = ""
        if not self._say(mta.says("CONNECT", "220 mx.example.cn ESMTP")):
            return
        while line := self.rfile.readline():
            words = line.decode("ascii", "replace").strip()
            verb = words.split(" ")[0].upper()
            if verb == "EHLO":
                usual = "250-mx.example.cn\r\n250-AUTH PLAIN LOGIN\r\n250 8BITMIME" if mta.auth else "250 mx.example.cn"
                goes_on = self._say(mta.says("EHLO", usual))
            elif verb == "AUTH":
                goes_on = self._say(mta.says("AUTH", "235 ok"))
            elif verb == "MAIL":
                sender = words.partition("<")[2].rstrip(">")
                goes_on = self._say(mta.says("MAIL", "250 ok"))
            elif verb == "RCPT":
                to = words.partition("<")[2].rstrip(">")
                goes_on = self._say(mta.says("RCPT", mta.addresses.get(to, "250 ok")))
            elif verb == "DATA":
                goes_on = self._data(mta, sender, to)
            elif verb == "QUIT":
                self._say("221 bye")
                return
            else:
                goes_on = self._say("250 ok")
            if not goes_on:
                return

    def _data(self, mta, sender, to):
        said = mta.says("DATA", "354 go ahead")
        if not said.startswith("354"):
            return self._say(said)
        self._say(said)
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:  # cut off in the middle: a letter without its end is none
                return False
            lines.append(line[1:] if line.startswith(b"..") else line)
        said = mta.says("BODY", "250 queued")
        if said.startswith("250") or said == DROP:
            mta.taken.append(Taken(sender, to, b"".join(lines)))
        return self._say(said)

    def _say(self, said):
        if said == DROP:
            return False
        self.wfile.write(said.encode() + b"\r\n")
        return True


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    mta: Mta


@contextlib.contextmanager
def running(**how):
    """The server, on a port of its own, until the block ends."""
    mta = Mta(**how)
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.mta, mta.port = mta, server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield mta
        finally:
            server.shutdown()
            thread.join(10)
