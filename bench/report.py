"""What the workbook costs: written beside pandas on the same frames; read back and merged; a run without news.

`python -m bench.report --json` prints one JSON object. `--only NAME` measures one subject alone.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.measure import KEPU, TOP, median, process, ratio, show

if TYPE_CHECKING:
    from reports.book import Book

NOW = {"KEPU_NOW": "2024-10-24T09:00:00+08:00"}
SIZES = {"2k": (2_000, 20_000, 10), "20k": (20_000, 30_000, 2)}
"""Works, mails, and findings of each work: 20,000 and 40,000 rows of 审查明细."""
WRITE = (
    "import sys, pathlib, bench.books as b, reports.workbook as w;"
    "w.write_workbook(pathlib.Path(sys.argv[1]), b.a_book(*map(int, sys.argv[2:])))"
)
MAKE = "import sys, pathlib, bench.contests as c; c.make_small(pathlib.Path(sys.argv[1]), mails=40)"
SUBJECTS = ("2k", "20k", "merge", "memory", "idle")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.report", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--only", choices=SUBJECTS, help="this subject alone")
    parser.add_argument("--times", type=int, default=3, help="how often the two writers take turns")
    asked = parser.parse_args()
    if asked.only:
        with tempfile.TemporaryDirectory(prefix="kepu-bench-") as made:
            found = measured(asked.only, Path(made), asked.times)
    else:
        found = dict(pair for subject in SUBJECTS for pair in apart(subject, asked.times).items())
    show(found, as_json=asked.json)


def apart(subject: str, times: int) -> dict[str, Any]:
    """One subject in a process of its own: what the others left in memory weighs on neither time nor peak."""
    arguments = ["-m", "bench.report", "--only", subject, "--times", str(times), "--json"]
    said = subprocess.run([sys.executable, *arguments], cwd=TOP, check=True, capture_output=True, text=True).stdout
    found: dict[str, Any] = json.loads(said)
    return found


def measured(subject: str, folder: Path, times: int) -> dict[str, Any]:
    """The figures of one subject."""
    measures: dict[str, Callable[[], dict[str, Any]]] = {
        "2k": lambda: written(folder, "2k", times),
        "20k": lambda: written(folder, "20k", 1),
        "merge": lambda: merged(folder, times),
        "memory": lambda: memory(folder),
        "idle": lambda: idle(folder / "contest"),
    }
    return measures[subject]()


def written(folder: Path, size: str, times: int) -> dict[str, Any]:
    """Ours and pandas write the same frames in turns; the ratio is the median of the turns' ratios."""
    from bench.books import a_book
    from reports.workbook import write_workbook

    book = a_book(*SIZES[size])
    ours, theirs = [], []
    for _ in range(times):
        ours.append(_seconds(lambda: write_workbook(folder / "ours.xlsx", book)))
        theirs.append(_seconds(lambda: _pandas(folder / "pandas.xlsx", book)))
    return {
        f"workbook_vs_pandas_{size}": median([ratio(a, b) for a, b in zip(ours, theirs, strict=True)]),
        f"workbook_s_{size}": median(ours),
        f"pandas_s_{size}": median(theirs),
    }


def _pandas(path: Path, book: Book) -> None:
    """The same frames as pandas writes them, without any looks, synced to the disk as ours is."""
    import pandas as pd

    with pd.ExcelWriter(path, engine="openpyxl") as writer:
        for title, frame in book.frames.items():
            frame.to_excel(writer, sheet_name=title, index=False)
    with path.open("rb") as file:
        os.fsync(file.fileno())


def merged(folder: Path, times: int) -> dict[str, Any]:
    """A workbook of 2,000 works that somebody saved, read and merged. One that nobody saved is not opened."""
    from bench.books import a_book
    from reports.staff import StaffBook, merge, read_staff
    from reports.workbook import write_workbook

    book = a_book(*SIZES["2k"])
    path = folder / "merge.xlsx"
    write_workbook(path, book)

    def once() -> None:
        found = read_staff(path, book.sheets)
        assert isinstance(found, StaffBook)
        merge(book.staff, found.cells, book.staff)

    return {"merge_s": median([_seconds(once) for _ in range(times)])}


def memory(folder: Path) -> dict[str, Any]:
    """The greatest memory of a process that makes and writes the workbook of 2,000 works, interpreter and all."""
    _, peak = process("-c", WRITE, str(folder / "memory.xlsx"), *map(str, SIZES["2k"]))
    return {"rss_mb": round(peak / 1e6, 1)}


def idle(folder: Path) -> dict[str, Any]:
    """Files on the share that a second `kepu run` with nothing new has written."""
    process("-c", MAKE, str(folder))
    arguments = (*KEPU, "run", "--config", str(folder / "config.toml"))
    process(*arguments, environ=NOW)
    before = _files(folder / "root" / "share")
    process(*arguments, environ=NOW)
    after = _files(folder / "root" / "share")
    return {"idle_writes": len(set(after.items()) - set(before.items())), "idle_files": len(before)}


def _files(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Each file with its time, size and inode: a file written anew has another."""
    stats = {str(path.relative_to(folder)): path.stat() for path in sorted(folder.rglob("*")) if path.is_file()}
    return {name: (stat.st_mtime_ns, stat.st_size, stat.st_ino) for name, stat in stats.items()}


def _seconds(what: Callable[[], object]) -> float:
    began = time.perf_counter()
    what()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
