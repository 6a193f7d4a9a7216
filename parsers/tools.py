"""Work done in a process of its own, so that a library caught in an endless loop, or killed, costs one file only.

Nobody else knows a command line.
"""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_MEDIAINFO_S = 30.0
_MAX_ANSWER = 16 * 2**20
_MAX_MEMORY = 3 * 2**30  # of addresses; what is resident is watched from outside
_PIECE = 2**20
CANNOT_RUN = 3
"""Exit code by which our own scripts say that the library is missing: our trouble, not the file's."""


class ToolFailed(Exception):
    """A tool gave no answer for this file: it took too long, died, or spoke nonsense. The file's trouble.

    reason: a key of BROKEN_REASONS.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


UNPACKERS = {"bsdtar": "libarchive-tools", "unar": "unar"}
"""Programs that read rar, and the Debian package each is in. One is enough, but only unar opens locks and volumes."""


def unpackers() -> dict[str, str]:
    """Those of them that are there: name to path."""
    return {name: path for name in UNPACKERS if (path := shutil.which(name))}


class ToolMissing(OSError):
    """A tool cannot be run at all, whatever the file: the installation's trouble."""


def mediainfo(path: Path) -> dict[str, Any]:
    """MediaInfo's own JSON object for the file in `path`. ToolFailed without one, ToolMissing without MediaInfo."""
    script = Path(__file__).with_name("run_mediainfo.py")
    answer = run("mediainfo", [sys.executable, "-P", str(script), str(path.resolve())], seconds=_MEDIAINFO_S)
    try:
        found = json.loads(answer)
    except ValueError as error:
        raise ToolFailed("unreadable", f"mediainfo: no JSON ({error})") from error
    if not isinstance(found, dict):
        raise ToolFailed("unreadable", "mediainfo: no JSON object")
    return found


def run(name: str, command: Sequence[str], *, seconds: float) -> str:
    """What `command` writes, the beginning of it. It is killed when its time is over: ToolFailed, as for a bad end."""
    try:
        done = subprocess.run(command, capture_output=True, timeout=seconds, check=False, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired as error:
        raise ToolFailed("too-slow", f"{name}: no answer within {seconds:g} s") from error
    if done.returncode:
        said = done.stderr[-300:].decode("utf-8", "replace").strip().rpartition("\n")[2]
        if done.returncode == CANNOT_RUN:
            raise ToolMissing(f"{name} cannot be run: {said}")
        raise ToolFailed("crashed", f"{name}: exit {done.returncode} {said}".strip())
    return done.stdout[:_MAX_ANSWER].decode("utf-8", "replace")


class Output:
    """What a running program writes, piece by piece. `code`: how it ended, once all was read."""

    def __init__(self, name: str, process: subprocess.Popen[bytes]) -> None:
        self.code: int | None = None
        self.late = False
        self._name, self._process = name, process

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes, b"" at the end. ToolFailed if its time was over."""
        stream = self._process.stdout
        data = stream.read(min(size, _PIECE)) if stream is not None else b""
        if not data:
            self.code = self._process.wait()
            if self.late:
                raise ToolFailed("too-slow", f"{self._name}: did not end in time")
        return data

    def kill(self) -> None:
        """End it for its time."""
        self.late = True
        self._process.kill()


@contextmanager
def running(name: str, command: Sequence[str], *, seconds: float, folder: Path) -> Iterator[Output]:
    """`command` at work in `folder`, its output to be read while it runs; ended when its time is, or the reader leaves.

    It stays in our own group of processes: whoever ends a worker ends it too. ToolMissing if it cannot be started.
    """
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env={"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": str(folder)},
        )
    except OSError as error:
        raise ToolMissing(f"{name} cannot be run: {error}") from error
    output = Output(name, process)
    timer = threading.Timer(seconds, output.kill)
    timer.daemon = True
    with process:
        try:
            _bound(process.pid, seconds)
            timer.start()
            yield output
        finally:
            timer.cancel()
            process.kill()


def _bound(pid: int, seconds: float) -> None:
    """Memory and processor time of a program just started; it may be over already."""
    cpu = int(seconds) + 5
    try:
        resource.prlimit(pid, resource.RLIMIT_AS, (_MAX_MEMORY, _MAX_MEMORY))
        resource.prlimit(pid, resource.RLIMIT_CPU, (cpu, cpu))
        resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0))
    except ProcessLookupError:
        return
