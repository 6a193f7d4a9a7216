"""Commands as whole processes: their time, their memory, medians."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

TOP = Path(__file__).parents[1]
KEPU = ("-c", "from ingest.cli import main; main()")


def process(*arguments: str, environ: Mapping[str, str] | None = None) -> tuple[float, int]:
    """Run Python with these arguments; seconds from start to end, and its peak resident memory in bytes.

    Memory is the greatest of the process and of any one it started. CalledProcessError if it does not end with 0.
    """
    return timed([sys.executable, *arguments], {**os.environ, "PYTHONPATH": str(TOP), **(environ or {})})


def timed(command: Sequence[str], environ: Mapping[str, str] | None = None) -> tuple[float, int]:
    """The same of any program. environ: all of its environment, None for ours."""
    began = time.perf_counter()
    child = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert child.stderr is not None
    said = child.stderr.read()
    child.stderr.close()
    _, status, usage = os.wait4(child.pid, 0)
    took = time.perf_counter() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, command, stderr=said.decode(errors="replace"))
    return took, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def median(values: Sequence[float]) -> float:
    """To the millisecond."""
    return round(statistics.median(values), 3)


def ratio(value: float, to: float) -> float:
    """To two places."""
    return round(value / to, 2)


def show(found: Mapping[str, Any], *, as_json: bool) -> None:
    """One JSON object, or a line a figure."""
    if as_json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        if isinstance(value, Mapping):
            print(f"{name}:")
            for inner, figure in value.items():
                print(f"  {inner}: {figure}")
        else:
            print(f"{name}: {value}")
