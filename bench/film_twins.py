"""How well films are known again: near-duplicates made by real encoders among films that only share a part or a look.

`python -m bench.film_twins` prints one JSON object. Films are drawn, small and short (about 80 s), encoded, and looked
at as the program does: several pictures a second at either end, key frames between.
"""

from __future__ import annotations

import argparse
import itertools
import json
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from bench.film_copies import ORIGINALS, a_copy, changed, decoded, encode, looked_at
from bench.film_drawn import FAMILIES, a_film, drawn, length_of, strangers
from parsers.facts import VideoFacts
from parsers.film.prints import read
from parsers.film.prints_alike import Doubt, Match, compare
from parsers.film.prints_beside import beside
from parsers.film.prints_index import NEW_AT_ONCE, candidates
from parsers.filmfacts import Beside


@dataclass
class Corpus:
    """Fingerprints in order, what they are of, and which belong together."""

    prints: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    paths: list[Path] = field(default_factory=list)
    twins: list[tuple[int, int]] = field(default_factory=list)
    hash_s: float = 0.0

    def add(self, path: Path, kind: str) -> None:
        """One more film."""
        said, took = looked_at(path)
        self.prints.append(said)
        self.kinds.append(kind)
        self.paths.append(path)
        self.hash_s += took

    def next(self, folder: Path) -> Path:
        """Where the next film goes."""
        return folder / f"{len(self.paths)}.mkv"


def make(folder: Path, pairs: int, others: int, seed: int, say: Callable[[str], None] = lambda _said: None) -> Corpus:
    """A corpus of so many pairs and so many other films."""
    corpus, draws = Corpus(), np.random.default_rng(seed)
    for _ in range(pairs):
        film, copy = a_film(draws, length_of(draws)), a_copy(draws)
        first = corpus.next(folder)
        encode(first, drawn(film), ORIGINALS[int(draws.integers(len(ORIGINALS)))])
        corpus.add(first, "original")
        encode(corpus.next(folder), changed(decoded(first), copy), copy)
        corpus.add(corpus.next(folder), copy.said)
        corpus.twins.append((len(corpus.prints) - 2, len(corpus.prints) - 1))
        say(copy.said)
    for kind, film in itertools.islice(strangers(draws), others):
        made = replace(ORIGINALS[int(draws.integers(len(ORIGINALS)))], width=128, height=72)
        encode(corpus.next(folder), drawn(film, 128, 72), made)
        corpus.add(corpus.next(folder), kind)
        say(kind)
    return corpus


def judged(corpus: Corpus) -> dict[str, Any]:
    """What was found of the twins, and what was found that is none."""
    said, took = compared(corpus.prints)
    began = time.process_time()
    doubts = {pair for pair, found in said.items() if isinstance(found, Doubt)}
    settled = {pair: _beside(corpus, *pair) for pair in doubts}
    looked = time.process_time() - began
    verdicts = {
        pair: Beside(verdict="one", share=found.share) for pair, found in said.items() if isinstance(found, Match)
    }
    verdicts |= settled
    one = {pair for pair, verdict in verdicts.items() if verdict.verdict != "two"}
    missed = [pair for pair in corpus.twins if pair not in one]
    false = [(corpus.kinds[pair[0]], corpus.kinds[pair[1]]) for pair in one if pair not in set(corpus.twins)]
    films = len(corpus.prints)
    return {
        "films": films,
        "pairs": len(corpus.twins),
        "recall": round(1 - len(missed) / max(len(corpus.twins), 1), 4),
        "missed": [f"{corpus.kinds[pair[1]]}: {_why(said, pair)}" for pair in missed],
        "false_pairs": len(false),
        "false_kinds": {f"{one} / {other}": count for (one, other), count in Counter(false).items()},
        "others_by_kind": dict(Counter(kind for kind in corpus.kinds if kind in _KINDS)),
        "doubts": len(doubts),
        "doubts_of_twins": sum(pair in doubts for pair in corpus.twins),
        "look_core_s_a_doubt": round(looked / max(len(doubts), 1), 3),
        "hash_core_s_a_film": round(corpus.hash_s / max(films, 1), 4),
        "compare_all_core_s": round(took, 2),
        "fingerprint_bytes": round(sum(map(len, corpus.prints)) / max(films, 1)),
        "without_fingerprint": sum(not one for one in corpus.prints),
    }


Pair = tuple[int, int]


def compared(prints: Sequence[str]) -> tuple[dict[Pair, Match | Doubt], float]:
    """Every pair that is, or may be, one film by the fingerprints alone; processor seconds of finding them."""
    began = time.process_time()
    book = {f"{number:06d}": one for number, one in enumerate(prints)}
    names, said = list(book), {}
    for start in range(0, len(names), NEW_AT_ONCE):
        new = {name: book[name] for name in names[start : start + NEW_AT_ONCE]}
        for one, other in candidates(new, book.items()):
            first, second = read(book[one]), read(book[other])
            if first and second and (found := compare(first, second)):
                said[int(one), int(other)] = found
    return said, time.process_time() - began


def _why(said: dict[Pair, Match | Doubt], pair: Pair) -> str:
    return "looked at, and taken for two" if pair in said else "nothing in common found"


def _beside(corpus: Corpus, one: int, other: int) -> Beside:
    """By a look at some places of one of the films."""
    facts = VideoFacts(container="mkv", size=0, width=0, height=0, shown_width=0, shown_height=0, display_aspect=1.0)
    sides = [(corpus.paths[at], facts, corpus.prints[at]) for at in (one, other)]
    return beside(sides[0], sides[1], None)


_KINDS = {"nothing", *FAMILIES}


def measure(pairs: int = 60, others: int = 2000, seed: int = 1) -> dict[str, Any]:
    """Recall over the pairs and false pairs over all films; processor seconds of it all."""
    began = time.process_time()
    with tempfile.TemporaryDirectory(prefix="kepu-bench-") as folder:
        found = judged(make(Path(folder), pairs, others, seed))
    return found | {"core_s": round(time.process_time() - began, 1)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.film_twins", description=__doc__)
    parser.add_argument("--pairs", type=int, default=60)
    parser.add_argument("--others", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    print(json.dumps(measure(asked.pairs, asked.others, asked.seed), ensure_ascii=False))


if __name__ == "__main__":
    main()
