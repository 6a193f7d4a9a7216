"""What letters cost: 1,000 mails that opened works, their receipts rendered and queued in one go.

`python -m bench.letters --json` prints one JSON object. The floor beside it is the same letters rendered, no ledger.
"""

from __future__ import annotations

import argparse
import datetime as dt
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.contests import make_small
from bench.measure import ratio, show

NOW = dt.datetime(2024, 10, 12, 9, tzinfo=dt.timezone(dt.timedelta(hours=8)))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.letters", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--letters", type=int, default=1_000, help="letters to write")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kepu-bench-") as folder:
        show(queued(Path(folder), asked.letters), as_json=asked.json)


def queued(folder: Path, letters: int) -> dict[str, Any]:
    """Seconds from works without letters to letters in the queue, and of rendering alone."""
    from ingest import batch
    from ingest.config import load
    from ingest.stages.reply import reply
    from reports.letters import SAMPLES, render

    make_small(folder, mails=2 * letters)  # half of them open a work
    text = (folder / "config.toml").read_text("utf-8") + '\n[replies]\nmode = "send"\nbackfill_days = 3650\n'
    (folder / "config.toml").write_text(text, "utf-8")
    config = load(folder / "config.toml", environ={}, cwd=folder)
    steps = ("fetch", "extract", "parse", "assemble", "review")
    batch.run(config, clock=lambda: NOW, environ={}, only=steps)
    with batch.open_context(config, clock=lambda: NOW, environ={}) as context:
        began = time.perf_counter()
        reply(context)
        seconds = time.perf_counter() - began
        with context.read() as tx:
            written = sum(row["state"] == "queued" for row in tx.letters.heads())
    began = time.perf_counter()
    for _ in range(written):
        render("receipt", SAMPLES[0])
    floor = time.perf_counter() - began
    return {
        "letters": written,
        "seconds": round(seconds, 3),
        "render_s": round(floor, 3),
        "ratio": ratio(seconds, floor),
    }


if __name__ == "__main__":
    main()
