"""Which of many fingerprints may be of one film: those with pictures that have a quarter of their bits in common.

The book goes by once, some hundred films at a time, so that it need not be held; for a few new films nothing else is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from parsers.film.prints import hashes_of

NEW_AT_ONCE = 256
"""Films to look for in one go through the book."""
_LOT = 64
"""Of them in one table: more would fill it, and every picture of the book would be looked at closely."""
_BOOK_AT_ONCE = 400
"""Films of the book that are held together."""
_AGREE = 8
"""Bits in which two pictures may differ to speak for their films being compared."""
_VOTES = 2
"""Pictures of a film that must have a like one in the other."""
_BANDS = 4
"""Parts of 16 bits, of which one must be the same."""

Places = NDArray[np.int64]


@dataclass(frozen=True)
class _Flat:
    """Pictures of many films in one row: their hashes, and the place of the film each belongs to."""

    names: Sequence[str]
    hashes: NDArray[np.uint64]
    films: NDArray[np.int32]


@dataclass
class _Lot:
    """Films to look for. order, begins: for each band, pictures by its 16 bits, and where those of each value begin."""

    flat: _Flat
    order: list[Places] = field(default_factory=list)
    begins: list[Places] = field(default_factory=list)

    def __post_init__(self) -> None:
        for band in range(_BANDS):
            values = _band(self.flat.hashes, band)
            self.order.append(np.argsort(values, kind="stable"))
            self.begins.append(np.searchsorted(values[self.order[band]], np.arange(0x10001)))

    def meetings(self, book: _Flat, band: int) -> tuple[Places, Places]:
        """Pictures of the lot and of the book with the same 16 bits, pair by pair."""
        values, begins = _band(book.hashes, band), self.begins[band]
        many = begins[values + 1] - begins[values]
        hit = np.flatnonzero(many)
        many = many[hit]
        within = np.arange(int(many.sum())) - np.repeat(np.cumsum(many) - many, many)
        return self.order[band][np.repeat(begins[values[hit]], many) + within], np.repeat(hit, many)


def candidates(new: Mapping[str, str], book: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Pairs of names, in order, of a new film and one of the book (or of two new ones) that share enough pictures.

    new: at most NEW_AT_ONCE names to fingerprints; book: all names and fingerprints, the new ones among them.
    """
    lots = [_Lot(_flat(some)) for some in _by(new.items(), _LOT)]
    votes: dict[tuple[str, str], set[int]] = {}
    for some in _by(book, _BOOK_AT_ONCE):
        flat = _flat(some)
        for lot in lots:
            for pair, picture in _votes(lot, flat):
                votes.setdefault(pair, set()).add(picture)
    return {pair for pair, pictures in votes.items() if len(pictures) >= _VOTES}


def _votes(lot: _Lot, book: _Flat) -> Iterator[tuple[tuple[str, str], int]]:
    """Two names and the picture of the lot's that speaks for them."""
    for band in range(_BANDS):
        mine, theirs = lot.meetings(book, band)
        near = np.bitwise_count(lot.flat.hashes[mine] ^ book.hashes[theirs]) <= _AGREE
        for picture, film in set(zip(mine[near].tolist(), book.films[theirs[near]].tolist(), strict=True)):
            own, other = lot.flat.names[lot.flat.films[picture]], book.names[film]
            if own != other:
                yield (min(own, other), max(own, other)), picture


def _flat(films: Sequence[tuple[str, str]]) -> _Flat:
    hashes = [hashes_of(fingerprint) for _, fingerprint in films]
    of = np.repeat(np.arange(len(films), dtype=np.int32), [len(one) for one in hashes])
    return _Flat([name for name, _ in films], np.concatenate([np.empty(0, np.uint64), *hashes]), of)


def _band(hashes: NDArray[np.uint64], band: int) -> Places:
    return ((hashes >> np.uint64(16 * band)) & np.uint64(0xFFFF)).astype(np.int64)


def _by(items: Iterable[tuple[str, str]], many: int) -> Iterator[list[tuple[str, str]]]:
    source = iter(items)
    while some := list(islice(source, many)):
        yield some
