"""A TCP proxy in front of an IMAP server that misbehaves where a test says so, and is honest everywhere else."""

import contextlib
import os
import re
import socket
import struct
import threading
from dataclasses import dataclass, field

PIECE = 65_536
LITERAL = re.compile(rb"\{(\d+)\}\r\n$")


class HungUpError(Exception):
    """The proxy ended the connection, as told."""


@dataclass
class Fault:
    """What goes wrong with commands that match, so many times, the first `skip` of them left alone."""

    pattern: str
    times: int = 1_000_000
    skip: int = 0
    answer: bytes | None = None  # instead of the server's; TAG stands for the tag
    hang_up: str = ""  # after the answer, or within the literal: close, reset or stall
    after: int | None = None  # hang up when so many bytes of the literal went through; negative: so many before its end
    before: bytes = b""  # sent before the server's answer
    between: bytes = b""  # sent after the first answer
    asked: tuple[str, str] | None = None  # regex and replacement: what the server is asked instead
    said: tuple[bytes, bytes] | None = None  # regex and replacement in lines of the answer
    content: object = None  # bytes to bytes: a literal changed on its way
    step: int = PIECE  # bytes of a literal sent at once
    pause: threading.Event | None = None  # waited for between them (an event that is never set: a tenth of a second)
    done: int = field(default=0, init=False)

    def strikes(self, command):
        if not re.search(self.pattern, command, re.IGNORECASE):
            return False
        self.done += 1
        return self.skip < self.done <= self.skip + self.times


class ImapProxy:
    """Listens on a loopback port.

    heard: the commands of all clients, without tags. open, most_open: connections now, and at any one time.
    """

    def __init__(self, port, host="127.0.0.1"):
        self._upstream = (host, port)
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"imap://127.0.0.1:{self.port}"
        self.faults = []
        self.heard = []
        self.connections = self.open = self.most_open = 0
        self.unsafe_without_id = False
        self.greetings = []
        self._sockets = set()
        self._ended = threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()

    def fault(self, pattern, **more):
        """Add a fault, see `Fault`."""
        self.faults.append(Fault(pattern, **more))

    def netease(self):
        """Be like NetEase: its capabilities, no UIDNEXT or UNSEEN, no folder before ID."""
        self.unsafe_without_id = True
        few = b"CAPABILITY IMAP4rev1 XLIST SPECIAL-USE ID LITERAL+ UIDPLUS X-CM-EXT-1"
        self.fault(r"^(CAPABILITY|LOGIN|EXAMINE)", said=(rb"CAPABILITY [^\]\r]*", few))
        self.fault(r"^EXAMINE", said=(rb"\* OK \[(UIDNEXT|UNSEEN|HIGHESTMODSEQ)[^\r]*\r\n", b""))
        self.fault(r"^STATUS", said=(rb"UIDNEXT \d+ ?", b""))

    def asked(self, pattern):
        """The commands heard that match."""
        return [command for command in self.heard if re.search(pattern, command)]

    def close(self):
        """End it with all its connections."""
        self._ended.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for each in self._sockets:
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

    def _listen(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._connection, args=(client,), daemon=True).start()

    def _connection(self, client):
        with self._lock:
            self.connections += 1
            self.open += 1
            self.most_open = max(self.most_open, self.open)
            greeting = self.greetings.pop(0) if self.greetings else None
        try:
            if greeting is not None:
                client.sendall(greeting)
                return
            with socket.create_connection(self._upstream) as server:
                with self._lock:
                    self._sockets |= {client, server}
                with contextlib.suppress(OSError, HungUpError):
                    self._relay(client, server)
        finally:
            with self._lock:
                self.open -= 1
            client.close()

    def _relay(self, client, server):
        for each in (client, server):
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # it sends line by line
        commands, answers = client.makefile("rb"), server.makefile("rb")
        client.sendall(answers.readline())
        named = False
        for line in commands:
            tag, _, command = line.rstrip(b"\r\n").partition(b" ")
            text = command.decode("latin-1")
            self.heard.append(text)
            named = named or text.upper().startswith("ID ")
            if self.unsafe_without_id and not named and re.match("EXAMINE|SELECT|STATUS", text, re.IGNORECASE):
                client.sendall(tag + b" NO EXAMINE Unsafe Login. Please contact kefu@188.com for help\r\n")
                continue
            with self._lock:
                faults = [fault for fault in self.faults if fault.strikes(text)]
            if not self._instead(client, tag, faults):
                server.sendall(tag + b" " + _asked(text, faults).encode("latin-1") + b"\r\n")
                self._answer(client, answers, tag, faults)

    def _instead(self, client, tag, faults):
        """Whether the proxy answered itself."""
        for fault in faults:
            client.sendall(fault.before.replace(b"TAG", tag))
            if fault.answer is not None:
                client.sendall(fault.answer.replace(b"TAG", tag))
            if fault.hang_up and fault.after is None:
                _hang_up(client, fault.hang_up)
            if fault.answer is not None:
                return True
        return False

    def _answer(self, client, answers, tag, faults):
        between = b"".join(fault.between for fault in faults)
        while line := answers.readline():
            for pattern, new in (fault.said for fault in faults if fault.said):
                line = re.sub(pattern, new, line)
            found = LITERAL.search(line)
            if found is None:
                client.sendall(line)
            else:
                self._literal(client, answers, line, int(found[1]), faults)
                continue
            if line.startswith(tag + b" "):
                return
            client.sendall(between)
            between = b""
        raise HungUpError

    def _literal(self, client, answers, line, size, faults):
        change = next((fault.content for fault in faults if fault.content), None)
        if change is not None:
            data = change(answers.read(size))
            client.sendall(LITERAL.sub(b"{%d}\r\n" % len(data), line) + data)
            return
        client.sendall(line)
        limits = [fault for fault in faults if fault.after is not None]
        pace = next((fault for fault in faults if fault.pause), None)
        sent = 0
        while sent < size:
            ends = [(fault.after % size if fault.after < 0 else fault.after, fault) for fault in limits]
            end, fault = min(ends, default=(size, None), key=lambda item: item[0])
            if fault is not None and sent >= end:
                _hang_up(client, fault.hang_up)
            data = answers.read(min(pace.step if pace else PIECE, size - sent, max(1, end - sent)))
            client.sendall(data)
            sent += len(data)
            if pace:
                pace.pause.wait(0.1)
        for fault in limits:
            if fault.after == size:
                _hang_up(client, fault.hang_up)


def _asked(text, faults):
    for pattern, new in (fault.asked for fault in faults if fault.asked):
        text = re.sub(pattern, new, text)
    return text


def _hang_up(client, how):
    if how == "stall":
        with contextlib.suppress(OSError):
            while client.recv(PIECE):
                pass
    elif how == "reset":
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(client.detach())  # files made from it would keep it open
    else:
        client.shutdown(socket.SHUT_RDWR)
    raise HungUpError
