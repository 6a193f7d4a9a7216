"""Work done in a process of its own, so that a library caught in an endless loop, or killed, costs one file only.

Nobody else knows a command line.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_MEDIAINFO_S = 30.0
_MAX_ANSWER = 16 * 2**20
CANNOT_RUN = 3
"""Exit code by which our own scripts say that the library is missing: our trouble, not the file's."""


class ToolFailed(Exception):
    """A tool gave no answer for this file: it took too long, died, or spoke nonsense. The file's trouble.

    reason: a key of BROKEN_REASONS.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


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
