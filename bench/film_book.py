"""What comparing films costs: a batch with a few new ones in a book of many, from the ledger's rows to what was found.

`python -m bench.film_book` prints one JSON object. Fingerprints are those of drawn films; mirrored, upside
down and negative they are other films of the same kind, so that a few hundred drawn ones make a book.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import resource
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import insert

from bench.film_twins import Corpus, make
from bench.measure import show
from bench.review import _opened
from ingest.entrants import film_key
from ingest.ledger import schema
from ingest.stages import twins
from parsers.film.prints import Print, read, written

_LOT = 1_000


def masks() -> list[np.uint64]:
    """What mirroring, turning upside down and inverting a picture do to the signs of its spectrum."""
    down, across = (np.arange(64) // 8) % 2, (np.arange(64) % 8) % 2
    flips = [down * d ^ across * a ^ n for d in (0, 1) for a in (0, 1) for n in (0, 1)]
    return [np.packbits(np.where(np.arange(64) == 0, 0, flip).astype(np.uint8)).view(">u8")[0] for flip in flips]


def many(prints: Sequence[str], films: int) -> Iterator[str]:
    """So many fingerprints, no two of one film: each in its eight ways, then two halves of different ones."""
    read_ = [one for one in map(read, prints) if one is not None]
    whole = (Print(one.times, one.hashes ^ mask, one.box) for mask in map(np.uint64, masks()) for one in read_)
    mixed = (_mixed(read_, number) for number in itertools.count())
    for one in itertools.islice(itertools.chain(whole, mixed), films):
        yield written(one.times, one.hashes, one.box)


def _mixed(prints: Sequence[Print], number: int) -> Print:
    """Every picture of another film: what a book of other films holds, without one film in it."""
    draws = np.random.default_rng(number)
    one = prints[number % len(prints)]
    from_ = draws.integers(len(prints), size=len(one))
    codes = [prints[film].hashes[int(draws.integers(len(prints[film])))] for film in from_]
    return Print(one.times, np.array(codes, np.uint64), one.box)


def measure(films: int = 20_000, new: int = 20, drawn: int = 300, corpus: Corpus | None = None) -> dict[str, Any]:
    """Processor seconds of comparing so many new films with a book, and of a run without any."""
    with tempfile.TemporaryDirectory(prefix="kepu-bench-") as folder:
        corpus = corpus or make(Path(folder), 0, drawn, 3)
        with _opened(Path(folder) / "root") as context:
            texts = many(corpus.prints, films)
            for lot in iter(lambda: list(itertools.islice(texts, _LOT)), []):
                with context.begin() as tx:
                    tx.connection.execute(insert(schema.film_prints), [_row(text) for text in lot])
            with context.begin() as tx:
                for sha256, text in itertools.islice(tx.films.book(), new):
                    tx.films.note(sha256, film_key(sha256), text[:-8] + "AAAAAAA=")
            began = time.process_time()
            twins.match(context)
            took, began = time.process_time() - began, time.process_time()
            twins.match(context)
            idle = time.process_time() - began
            with context.read() as tx:
                left = len(tx.films.uncompared(new))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {
        "films": films,
        "new": new,
        "core_s": round(took, 2),
        "core_s_without_news": round(idle, 4),
        "left": left,
        "rss_mb": peak,
    }


def _row(text: str) -> dict[str, Any]:
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    return {"sha256": sha256, "key": film_key(sha256), "fingerprint": text, "compared": True}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.film_book", description=__doc__)
    parser.add_argument("--films", type=int, default=20_000)
    parser.add_argument("--new", type=int, default=20)
    parser.add_argument("--json", action="store_true", help="one JSON object")
    asked = parser.parse_args()
    show(measure(asked.films, asked.new), as_json=asked.json)


if __name__ == "__main__":
    main()
