"""What the counts page of a whole contest costs: `python -m bench.counted --json`, or `counts_figures()`."""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.measure import show

WORKS, MAILS, FINDINGS = 20_000, 24_000, 2


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.counted", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object")
    show(counts_figures(), as_json=parser.parse_args().json)


def counts_figures(works: int = WORKS, mails: int = MAILS) -> dict[str, Any]:
    """counts_kb: the page's size; counts_ms: processor time from the snapshot to the page on disk.

    counts_idle_ms: of looking once more where there is no news of it, which is counting alone.
    """
    from bench.books import a_snapshot
    from ingest.stages.report.organizers import page_figures
    from reports.counts import write_counts

    snap = a_snapshot(works, mails, FINDINGS)
    with tempfile.TemporaryDirectory(prefix="kepu-bench-") as folder:
        path = Path(folder) / "page.html"
        took = []
        for _ in range(2):
            snap = replace(snap)  # it keeps what was counted
            began = time.process_time()
            write_counts(path, page_figures(snap))
            took.append(round(1000 * (time.process_time() - began)))
        return {"counts_kb": round(path.stat().st_size / 1000), "counts_ms": took[0], "counts_idle_ms": took[1]}


if __name__ == "__main__":
    main()
