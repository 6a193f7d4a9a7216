"""A worker's own side: a program that answers calls one after the other until its parent is gone.

Run by its path, so that it starts with nothing loaded; the parent's first message says what to import and from where.
Its standard input and output are nothing: what a library prints there meets no protocol. A message is one letter for
its kind, four bytes for its length, and that many bytes of UTF-8.
"""

from __future__ import annotations

import contextlib
import ctypes
import faulthandler
import importlib
import json
import os
import signal
import socket
import struct
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

START, CALL, READY, FACTS, ERROR = b"S", b"C", b"R", b"F", b"E"
HEADER = struct.Struct("!cI")
MAX_MESSAGE = 64 * 2**20
"""Bytes of one message; facts are bounded far below it."""

_NICE = 10
_DIES_WITH_PARENT = 1  # PR_SET_PDEATHSIG of prctl(2)
_KILLED_FIRST = 1000  # the kernel, out of memory, ends us and not the run
_MAX_TRACEBACK = 20_000

Answer = Callable[[str], str]
"""A call's JSON to the JSON of its facts."""


def message(kind: bytes, text: str) -> bytes:
    """A message as it goes over the wire. ValueError if it is longer than the other side reads."""
    data = text.encode()
    if len(data) > MAX_MESSAGE:
        raise ValueError(f"a message of {len(data)} bytes")
    return HEADER.pack(kind, len(data)) + data


def load(target: str) -> Answer:
    """The function that "package.module:function" names."""
    module, _, name = target.partition(":")
    found: Answer = getattr(importlib.import_module(module), name)
    return found


def main() -> int:
    """Serve the socket whose number is the only argument; 0 when the parent has closed it."""
    faulthandler.enable()
    channel = socket.socket(fileno=int(sys.argv[1]))
    channel.set_inheritable(False)
    _step_back()
    _, text = _received(channel)
    start = json.loads(text)
    sys.path[:] = start["path"]
    answer = load(start["target"])
    channel.sendall(message(READY, ""))
    while True:
        kind, text = _received(channel)
        if kind != CALL:
            return 0
        channel.sendall(_answered(answer, text))


def _step_back() -> None:
    """Mail comes first: run behind everything else, and never outlive the parent, however that ends."""
    os.nice(_NICE)
    with contextlib.suppress(OSError):  # some containers forbid it, and it only chooses a victim
        Path("/proc/self/oom_score_adj").write_text(str(_KILLED_FIRST))
    ctypes.CDLL(None).prctl(_DIES_WITH_PARENT, signal.SIGKILL, 0, 0, 0)


def _answered(answer: Answer, text: str) -> bytes:
    try:
        return message(FACTS, answer(text))
    except (Exception, SystemExit) as error:
        return message(ERROR, json.dumps(_described(error)))


def _described(error: BaseException) -> dict[str, object]:
    """An exception as plain values. errno is kept: a full disk must still be known as one on the other side."""
    system = isinstance(error, OSError)
    return {
        "type": type(error).__name__,
        "text": str(error)[:_MAX_TRACEBACK],
        "traceback": "".join(traceback.format_exception(error))[-_MAX_TRACEBACK:],
        "system": system,
        "errno": error.errno if isinstance(error, OSError) else None,
        "strerror": error.strerror if isinstance(error, OSError) else None,
        "filename": str(error.filename or "") if isinstance(error, OSError) else "",
    }


def _received(channel: socket.socket) -> tuple[bytes, str]:
    """The next message, or an empty kind when the parent has closed its end."""
    header = _exactly(channel, HEADER.size)
    if not header:
        return b"", ""
    kind, length = HEADER.unpack(header)
    return kind, _exactly(channel, length).decode()


def _exactly(channel: socket.socket, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        piece = channel.recv(size - len(data))
        if not piece:
            return b""
        data += piece
    return bytes(data)


if __name__ == "__main__":
    # Not sys.exit: libraries that tidy up at the end of an interpreter may crash or hang there, and all is answered.
    os._exit(main())
