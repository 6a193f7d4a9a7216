"""Which of many fingerprints may be of one film: pictures with a quarter of their bits in common, then compared whole.

The book is gone through once for all that are new, whole arrays at a time; films are compared only where at least two
pictures nearly agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from parsers.film.prints import Print, read
from parsers.film.prints_alike import Doubt, Match, compare

_AGREE = 8
"""Bits in which two pictures may differ to speak for their films being compared."""
_VOTES = 2
"""Pictures of a film that must have a like one in the other."""
_BANDS = 4
"""Parts of 16 bits, of which one must be the same."""
_NEW_AT_ONCE = 64
"""Films that are looked for in one go through the book: more would fill the tables that tell what to look at."""
_CHUNK = 1 << 16
"""Pictures of the book looked at together."""


@dataclass(frozen=True)
class _Flat:
    """Pictures of many films in one row: their hashes, and to which film each belongs."""

    hashes: NDArray[np.uint64]
    films: NDArray[np.int32]


@dataclass
class Book:
    """Fingerprints under numbers of the caller's, to look in."""

    _prints: dict[int, Print] = field(default_factory=dict)

    def add(self, number: int, fingerprint: str) -> bool:
        """One more; False if it is none that can be compared."""
        found = read(fingerprint)
        if found is not None:
            self._prints[number] = found
        return found is not None

    def alike(self, new: Iterable[int]) -> Iterator[tuple[int, int, Match | Doubt]]:
        """Pairs that are one film or may be, one of them new: the lower number first, each pair once."""
        known = [number for number in dict.fromkeys(new) if number in self._prints]
        done: set[int] = set()
        flat = self._flat(list(self._prints)) if known else None
        for start in range(0, len(known), _NEW_AT_ONCE):
            lot = known[start : start + _NEW_AT_ONCE]
            for pair in sorted(self._candidates(lot, flat, done)):
                if found := compare(self._prints[pair[0]], self._prints[pair[1]]):
                    yield *pair, found
            done.update(lot)

    def _flat(self, numbers: Sequence[int]) -> _Flat:
        hashes = [self._prints[number].hashes for number in numbers]
        films = np.repeat(np.array(numbers, np.int32), [len(one) for one in hashes])
        return _Flat(np.concatenate(hashes), films)

    def _candidates(self, lot: Sequence[int], book: _Flat | None, done: set[int]) -> set[tuple[int, int]]:
        """Pairs of a film of the lot with another that share enough; those of the lot before are left out."""
        if book is None:
            return set()
        wanted = self._flat(lot)
        votes: dict[tuple[int, int], set[int]] = {}
        for band in range(_BANDS):
            for mine, theirs in _meetings(wanted, book, band):
                near = np.bitwise_count(wanted.hashes[mine] ^ book.hashes[theirs]) <= _AGREE
                for picture, film in set(zip(mine[near].tolist(), book.films[theirs[near]].tolist(), strict=True)):
                    own = int(wanted.films[picture])
                    if film != own and film not in done:
                        votes.setdefault((min(own, film), max(own, film)), set()).add(picture)
        return {pair for pair, pictures in votes.items() if len(pictures) >= _VOTES}


def _meetings(wanted: _Flat, book: _Flat, band: int) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Places of pictures in `wanted` and in `book` whose 16 bits at this band are the same, chunk by chunk."""
    mine = _band(wanted.hashes, band)
    order = np.argsort(mine, kind="stable")
    begins = np.searchsorted(mine[order], np.arange(0x10001))
    counts = np.diff(begins)
    for start in range(0, len(book.hashes), _CHUNK):
        theirs = _band(book.hashes[start : start + _CHUNK], band)
        many = counts[theirs]
        hit = np.flatnonzero(many)
        if not hit.size:
            continue
        many = many[hit]
        there = np.repeat(hit, many) + start
        within = np.arange(len(there)) - np.repeat(np.cumsum(many) - many, many)
        yield order[np.repeat(begins[theirs[hit]], many) + within], there


def _band(hashes: NDArray[np.uint64], band: int) -> NDArray[np.int64]:
    return ((hashes >> np.uint64(16 * band)) & np.uint64(0xFFFF)).astype(np.int64)


def pairs_among(fingerprints: Sequence[str]) -> Iterator[tuple[int, int, Match | Doubt]]:
    """All pairs among these that are one film or may be, by their places."""
    book = Book()
    for number, one in enumerate(fingerprints):
        book.add(number, one)
    return book.alike(range(len(fingerprints)))
