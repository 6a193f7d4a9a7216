"""What a batch costs: 200 mails with 8 films of the contest's size; a run with nothing new; `kepu --help`.

`python -m bench.batch --json` prints one JSON object. `--small` takes small films, for little disks.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.measure import KEPU, median, process, ratio, show

FILM_BYTES = 109_000_000
NOW = {"KEPU_NOW": "2024-10-24T09:00:00+08:00"}
MAKE = (
    "import sys, json, pathlib, bench.contests as c;"
    "getattr(c, sys.argv[1])(pathlib.Path(sys.argv[2]), **json.loads(sys.argv[3]))"
)
IMPORTS = ("-c", "import ingest.cli, ingest.batch, ingest.config")
_PIECE = 2**20


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.batch", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--small", action="store_true", help="films as small as they get")
    parser.add_argument("--mails", type=int, default=200, help="mails of the batch")
    parser.add_argument("--films", type=int, default=8, help="of them with a film")
    parser.add_argument("--idle-mails", type=int, default=1_000, help="mails the ledger knows in the idle run")
    parser.add_argument("--times", type=int, default=3, help="how often each is measured")
    parser.add_argument("--folder", type=Path, help="where to work; default: the system's temporary folder")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.folder and asked.folder.resolve(), prefix="kepu-bench-") as folder:
        found = {
            "batch": batch(Path(folder) / "batch", asked),
            "idle": idle(Path(folder) / "idle", asked),
            "help": command_help(asked.times),
        }
    show(found, as_json=asked.json)


def made(how: str, folder: Path, **what: Any) -> Path:
    """A contest of `bench.contests`, made in a process of its own: measured ones would inherit its peak memory."""
    process("-c", MAKE, how, str(folder), json.dumps(what))
    return folder / "config.toml"


def batch(folder: Path, asked: argparse.Namespace) -> dict[str, Any]:
    """A whole batch from an empty ledger, as often as asked: seconds, by stage, memory, and against the floor."""
    size = None if asked.small else FILM_BYTES
    config = made("make_batch", folder, mails=asked.mails, films=asked.films, film_bytes=size)
    runs, floors = [], []
    for _ in range(asked.times):
        shutil.rmtree(folder / "root", ignore_errors=True)
        seconds, memory = process(*KEPU, "run", "--config", str(config), environ=NOW)
        runs.append((seconds, memory, stages(folder / "root")))
        floors.append(floor(folder / "root" / "store", folder / "floor"))
    seconds = median([run[0] for run in runs])
    return {
        "mails": asked.mails,
        "films": asked.films,
        "mail_bytes": sum(p.stat().st_size for p in folder.glob("*/new/*")),
        "seconds": seconds,
        "stage_seconds": {name: median([run[2][name] for run in runs]) for name in runs[0][2]},
        "peak_rss_bytes": max(run[1] for run in runs),
        "floor_seconds": median(floors),
        "ratio_to_floor": median([ratio(run[0], floor) for run, floor in zip(runs, floors, strict=True)]),
    }


def stages(root: Path) -> dict[str, float]:
    """Seconds by stage of the last run, as the ledger has them."""
    ledger = sqlite3.connect(root / "ledger.sqlite")
    try:
        (summary,) = ledger.execute("SELECT summary FROM runs ORDER BY id DESC LIMIT 1").fetchone()
    finally:
        ledger.close()
    found: dict[str, float] = json.loads(summary)["seconds"]
    return found


def floor(store: Path, folder: Path) -> float:
    """Seconds to do with all bytes of a batch what no program is spared: read, digest, write and sync them once."""
    files = [path for path in store.rglob("*") if path.is_file()]
    folder.mkdir()
    began = time.perf_counter()
    for path in files:
        _copy(path, folder / path.name)
    took = time.perf_counter() - began
    shutil.rmtree(folder)
    return took


def _copy(source: Path, target: Path) -> str:
    digest = hashlib.sha256()
    with source.open("rb") as file, target.open("wb") as out:
        while piece := file.read(_PIECE):
            digest.update(piece)
            out.write(piece)
        out.flush()
        os.fsync(out.fileno())
    return digest.hexdigest()


def idle(folder: Path, asked: argparse.Namespace) -> dict[str, Any]:
    """A run with nothing new, as a whole process, beside an interpreter that does nothing and one that imports."""
    config = made("make_small", folder, mails=asked.idle_mails)
    arguments = (*KEPU, "run", "--config", str(config))
    first, _ = process(*arguments, environ=NOW)
    seconds, memory = [], 0
    for _ in range(max(asked.times, 5)):
        took, memory = process(*arguments, environ=NOW)
        seconds.append(took)
    imports = _median_of(lambda: process(*IMPORTS)[0], asked.times)
    return {
        "mails": asked.idle_mails,
        "first_run_seconds": round(first, 3),
        "seconds": median(seconds),
        "inside_seconds": round(sum(stages(folder / "root").values()), 3),
        "peak_rss_bytes": memory,
        "ratio_to_python": ratio(median(seconds), _nothing(asked.times)),
        "ratio_to_imports": ratio(median(seconds), imports),
    }


def command_help(times: int) -> dict[str, Any]:
    """`kepu --help`, as a whole process."""
    seconds = _median_of(lambda: process(*KEPU, "--help")[0], max(times, 5))
    return {"seconds": seconds, "ratio_to_python": ratio(seconds, _nothing(times))}


def _nothing(times: int) -> float:
    """Seconds of an interpreter that does nothing."""
    return _median_of(lambda: process("-c", "pass")[0], max(times, 5))


def _median_of(measured: Callable[[], float], times: int) -> float:
    return median([measured() for _ in range(times)])


if __name__ == "__main__":
    main()
