"""What judging costs: 100 new works in a book of 1,000, 2,000, 5,000 and 20,000; `kepu status` of 100,000 ended mails.

`python -m bench.review --json` prints one JSON object. Seconds are of CPU, in this process, on one core.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from bench.ledgers import CHINA, OPENED, an_entry, enter, post
from bench.measure import KEPU, median, process, ratio, show
from ingest.batch import open_context
from ingest.config import load
from ingest.context import Context
from ingest.ledger import schema
from ingest.stages.assemble import assemble
from ingest.stages.review import review

NOW = dt.datetime(2024, 10, 24, 9, 0, tzinfo=CHINA)
_CONFIG = """\
[[mailboxes]]
name = "recommended"
track = "recommended"
address = "kepuwsp@163.com"
url = "maildir:r"
[[mailboxes]]
name = "public"
track = "public"
address = "kepuchuwsp@126.com"
url = "maildir:p"
[storage]
root = "root"
reserve_bytes = 0
[analysis]
workers = 0
"""
_LOT = 500


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.review", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--sizes", default="1000,2000,5000,20000", help="works in the book")
    parser.add_argument("--new", type=int, default=100, help="works that are new")
    parser.add_argument("--mails", type=int, default=100_000, help="ended mails for kepu status; 0 for none")
    parser.add_argument("--folder", type=Path, help="where to work; default: the system's temporary folder")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.folder and asked.folder.resolve(), prefix="kepu-bench-") as folder:
        found = status(Path(folder) / "mails", asked.mails) if asked.mails else {}
        found |= curve(Path(folder) / "book", [int(size) for size in asked.sizes.split(",")], asked.new)
    show(found, as_json=asked.json)


def curve(folder: Path, sizes: Sequence[int], new: int) -> dict[str, Any]:
    """CPU seconds of assembling and reviewing so many new works, by the works that are in the book."""
    found: dict[str, Any] = {}
    with _opened(folder) as context:
        there = 0
        for size in sizes:
            _grow(context, there, size)
            seconds = _judged(context, range(size, size + new))
            found |= {f"cpu_s_{_short(size)}": round(sum(seconds.values()), 3)}
            found |= {f"{name}_s_{_short(size)}": round(took, 3) for name, took in seconds.items()}
            there = size + new
            print(found, file=sys.stderr)
    first, last = (f"cpu_s_{_short(size)}" for size in ((2_000 if 2_000 in sizes else sizes[0]), sizes[-1]))
    return found | {"growth": ratio(found[last], found[first])}


def _short(size: int) -> str:
    return f"{size // 1000}k" if size % 1000 == 0 else str(size)


def _grow(context: Context, there: int, size: int) -> None:
    """The book as it is after so many works, all of them judged."""
    for start in range(there, size, _LOT):
        with context.begin() as tx:
            entries = [an_entry(number, context.config) for number in range(start + 1, min(start + _LOT, size) + 1)]
            enter(tx, context.config, context.wants_key, entries)
        review(context)


def _judged(context: Context, numbers: range) -> dict[str, float]:
    with context.begin() as tx:
        post(tx, context.wants_key, [an_entry(number + 1, context.config) for number in numbers])
    seconds = {}
    for name, stage in (("assemble", assemble), ("review", review)):
        began = time.process_time()
        stage(context)
        seconds[name] = time.process_time() - began
    return seconds


def _opened(folder: Path) -> Any:
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text(_CONFIG, encoding="utf-8")
    return open_context(load(folder / "config.toml", environ={}, cwd=folder), clock=lambda: NOW, environ={})


def status(folder: Path, mails: int, times: int = 3) -> dict[str, Any]:
    """Wall seconds of `kepu status`, the whole process, over so many mails that ended."""
    with _opened(folder) as context, context.begin() as tx:
        for start in range(0, mails, 10_000):
            tx.connection.execute(
                insert(schema.arrivals), [_ended(n) for n in range(start, min(start + 10_000, mails))]
            )
            tx.connection.execute(insert(schema.keys), [_key(n) for n in range(start, min(start + 10_000, mails))])
    arguments = (*KEPU, "status", "--json", "--config", str(folder / "config.toml"))
    environ = {"KEPU_NOW": NOW.isoformat()}
    return {"status_mails": mails, "status_s": median([process(*arguments, environ=environ)[0] for _ in range(times)])}


def _ended(number: int) -> dict[str, Any]:
    return {
        "id": number + 1,
        "mailbox": "public" if number % 3 else "recommended",
        "track": "public" if number % 3 else "recommended",
        "folder": "INBOX",
        "uidvalidity": 1,
        "uid": str(number + 1),
        "size": 30_000,
        "received_at": OPENED,
        "listed_at": OPENED,
        "stage": "ended",
        "ended": ("work", "supplement", "not-a-submission")[number % 3],
        "message_id": f"m{number}@example.cn",
        "subject": "投稿",
        "text": "老师好，随信报送作品，请查收。" * 20,
    }


def _key(number: int) -> dict[str, Any]:
    where = {"mailbox": "public" if number % 3 else "recommended", "folder": "INBOX", "uidvalidity": 1}
    return where | {"uid": str(number + 1), "uid_number": number + 1, "arrival_id": number + 1}


if __name__ == "__main__":
    main()
