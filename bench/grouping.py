"""How well files are paired with files of the same work, over 300 mails of which the pairing is known.

`python -m bench.grouping --json` prints one JSON object. `--in 10`: the mails come in so many batches, each shuffled.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import random
import tempfile
import time
from pathlib import Path

from bench.measure import TOP
from ingest.batch import open_context
from ingest.config import load
from ingest.demo.correspondence import BEGIN, Post, correspondence
from ingest.demo.pairing import Figures, figures, found, sort_out


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.grouping", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--mails", type=int, default=300)
    parser.add_argument("--seed", type=int, default=8)
    parser.add_argument("--in", dest="batches", type=int, default=1, help="so many batches")
    parser.add_argument("--wrong", action="store_true", help="what was paired wrongly, too")
    asked = parser.parse_args()
    began = time.process_time()
    posts = correspondence(asked.mails, seed=asked.seed)
    said = dataclasses.asdict(measured(posts, asked.batches, wrong=asked.wrong))
    said |= {"mails": len(posts), "cpu_s": round(time.process_time() - began, 2)}
    print(json.dumps(said) if asked.json else "\n".join(f"{name}: {value}" for name, value in said.items()))


def measured(posts: list[Post], batches: int, *, wrong: bool = False) -> Figures:
    """The figures, with the mails in so many batches."""
    order = list(posts)
    if batches > 1:
        random.Random(batches).shuffle(order)
    with tempfile.TemporaryDirectory(prefix="kepu-bench-") as made:
        config = Path(made) / "config.toml"
        config.write_text('[storage]\nroot = "data"\nreserve_bytes = 0\n', encoding="utf-8")
        loaded = load(config, environ={}, cwd=TOP)
        with open_context(loaded, clock=lambda: BEGIN.replace(month=11), environ={}) as context:
            for number in range(batches):
                sort_out(context, order[number::batches])
            files, waits = found(context)
    if wrong:
        tell(posts, files, waits)
    return figures(posts, files, waits)


def tell(posts: list[Post], files: dict[tuple[str, int], frozenset[str]], waits: frozenset[str]) -> None:
    """Each file with the work it truly belongs to and those it is in, where they are not one to one."""
    for post in posts:
        mail = f"{post.mailbox}/{post.message_id}"
        for place, paper in enumerate(post.papers):
            print(
                mail,
                "waits" if mail in waits else "",
                paper.work,
                paper.folder,
                paper.name,
                *files.get((mail, place), "-"),
            )


if __name__ == "__main__":
    main()
