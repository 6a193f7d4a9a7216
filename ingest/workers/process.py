"""The parent's side of one worker process: it is asked, watched by time and memory, and ended when it goes too far."""

from __future__ import annotations

import contextlib
import json
import os
import re
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from ingest.workers.child import CALL, ERROR, FACTS, HEADER, MAX_MESSAGE, READY, START, message

_PROGRAM = Path(__file__).with_name("child.py")
_WATCH_S = 0.05  # between two looks at its memory; at 4 GB/s of fresh pages it gains 200 MB meanwhile
_START_S = 60.0
_END_S = 10.0
_STARTING_BYTES = 2**30
_TAIL = 8_192  # bytes of what it said last that are kept
_READ = 2**18
_MAX_DESCENDANTS = 64
_PAGE = os.sysconf("SC_PAGE_SIZE")
_FRAME = re.compile(r'File "(?:[^"]*/)?([^/"]+)", line (\d+) in (\S+)')


class Stopped(Exception):
    """The worker is no more: it was ended for its time or its memory, or died. `reason`: a key of BROKEN_REASONS."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class WorkerError(Exception):
    """Our own code failed inside a worker. The traceback there is a note of this exception."""


class Process:
    """One worker, started at once; `answered` counts its answers. For one thread at a time, but `kill` for any."""

    def __init__(self, target: str) -> None:
        self.answered = 0
        self._tail = b""
        self._got = bytearray()
        self._channel, theirs = socket.socketpair()
        with theirs:
            self._process = _started(theirs.fileno())
        try:
            self._begin(target)
        except BaseException:
            self.end()
            raise

    def _begin(self, target: str) -> None:
        path = [entry or str(Path.cwd()) for entry in sys.path]
        try:
            self._exchange(START, json.dumps({"path": path, "target": target}), _START_S, _STARTING_BYTES, {READY})
        except Stopped as stopped:
            raise WorkerError(f"a worker did not start: {stopped}\n{self._said()}".rstrip()) from stopped

    @property
    def pid(self) -> int:
        """Its process id, and that of its group."""
        return self._process.pid

    def resident(self) -> int:
        """Bytes resident, of it and of the programs it has started."""
        return sum(_resident(pid) for pid in _family(self.pid))

    def ask(self, text: str, seconds: float, max_bytes: int) -> str | Exception:
        """The JSON of the facts for the JSON of a call; or the exception met: OSError as it was, else WorkerError.

        Raises Stopped if it took longer, held more memory, or died: it is then of no more use but to be ended.
        """
        kind, answer = self._exchange(CALL, text, seconds, max_bytes, {FACTS, ERROR})
        self.answered += 1
        return answer if kind == FACTS else _error(json.loads(answer))

    def kill(self) -> None:
        """End it and all it has started, now."""
        if self._process.returncode is None:  # once it is reaped, its number may be another's
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)

    def end(self) -> None:
        """End it and wait until nothing is left of it. It holds nothing that wants tidying: a kill is a clean end."""
        self._reap()
        self._channel.close()
        self._errors.close()

    def _reap(self) -> None:
        self.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):  # stuck in a dead network disk: it cannot be reaped yet
            self._process.wait(_END_S)

    @property
    def _errors(self) -> IO[bytes]:
        found = self._process.stderr
        if found is None:
            raise ValueError("its errors are not piped")
        return found

    def _exchange(
        self, kind: bytes, text: str, seconds: float, max_bytes: int, awaited: set[bytes]
    ) -> tuple[bytes, str]:
        until = time.monotonic() + seconds
        try:
            self._channel.settimeout(seconds)
            self._channel.sendall(message(kind, text))
        except OSError as error:
            raise self._death("no longer there") from error
        found, data = self._watched(until, seconds, max_bytes)
        if found not in awaited:
            raise Stopped("crashed", f"answered nonsense: {found!r}")
        return found, data

    def _watched(self, until: float, seconds: float, max_bytes: int) -> tuple[bytes, str]:
        """Its next message, while time and memory last."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._channel, selectors.EVENT_READ)
            selector.register(self._errors, selectors.EVENT_READ)
            while True:
                for key, _ in selector.select(_WATCH_S):
                    if key.fileobj is self._channel:
                        self._hear()
                    elif not self._listen():
                        selector.unregister(self._errors)
                if (found := self._message()) is not None:
                    return found
                if time.monotonic() > until:
                    raise Stopped("too-slow", f"no answer within {seconds:.1f} s")
                if (held := self.resident()) > max_bytes:
                    raise Stopped("too-big", f"{held >> 20} MB resident of {max_bytes >> 20} MB allowed")

    def _hear(self) -> None:
        try:
            piece = self._channel.recv(_READ)
        except OSError as error:
            raise self._death("cut off") from error
        if not piece:
            raise self._death("closed")
        self._got += piece

    def _listen(self) -> bool:
        """Keep the end of what it says on standard error; False once that is closed."""
        piece = os.read(self._errors.fileno(), _READ)
        self._tail = (self._tail + piece)[-_TAIL:]
        return bool(piece)

    def _message(self) -> tuple[bytes, str] | None:
        if len(self._got) < HEADER.size:
            return None
        kind, length = HEADER.unpack_from(self._got)
        if length > MAX_MESSAGE:
            raise Stopped("crashed", f"answered with {length} bytes")
        if len(self._got) < HEADER.size + length:
            return None
        data = bytes(self._got[HEADER.size : HEADER.size + length])
        del self._got[: HEADER.size + length]
        try:
            return kind, data.decode()
        except UnicodeDecodeError as error:
            raise Stopped("crashed", f"answered nonsense: {error}") from error

    def _death(self, how: str) -> Stopped:
        """What it died of, and where, as far as it could still say."""
        self._reap()
        code = self._process.returncode
        cause = how if code is None else f"exit {code}" if code >= 0 else signal.Signals(-code).name
        place = _FRAME.search(self._said())
        return Stopped("crashed", f"{cause} at {place[1]}:{place[2]} {place[3]}" if place else cause)

    def _said(self) -> str:
        os.set_blocking(self._errors.fileno(), False)
        with contextlib.suppress(BlockingIOError):
            while self._listen():
                continue
        return self._tail.decode("utf-8", "replace").strip()


def _started(channel: int) -> subprocess.Popen[bytes]:
    """The program, with the socket of that number. Its group is its own: Ctrl-C is for the parent to answer."""
    return subprocess.Popen(
        [sys.executable, "-P", str(_PROGRAM), str(channel)],
        pass_fds=[channel],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=_without_secrets(os.environ),
        start_new_session=True,
    )


def _without_secrets(environ: Mapping[str, str]) -> dict[str, str]:
    """Who reads hostile bytes needs none of our settings, least of all the mailboxes' passwords."""
    return {key: value for key, value in environ.items() if not key.startswith("KEPU_")}


def _error(said: Mapping[str, Any]) -> Exception:
    error: Exception
    if said["errno"] is not None:
        error = OSError(said["errno"], said["strerror"], said["filename"] or None)
    elif said["system"]:
        error = OSError(said["text"])
    else:
        error = WorkerError(f"{said['type']}: {said['text']}")
    error.add_note(f"In the worker:\n{said['traceback']}")
    return error


def _resident(pid: int) -> int:
    """Resident bytes of one process; 0 if it is gone."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_bytes().split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0


def _family(pid: int) -> Iterator[int]:
    """A process and those it has started, and they in turn, as far as the kernel tells."""
    waiting, seen = [pid], 0
    while waiting and seen < _MAX_DESCENDANTS:
        seen += 1
        yield (one := waiting.pop())
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{one}/task").iterdir():  # what a thread has started is told of that thread only
                waiting += map(int, (task / "children").read_bytes().split())
