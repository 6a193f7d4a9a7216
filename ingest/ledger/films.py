"""The ledger's chapter on films among each other: what each looks like, and which have something in common.

A film is compared with all others once; what was found stays until what it looks like is told anew. Works that have
one of two films that are alike are judged again when that is found, or is no more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, insert, or_, select, union, update

from ingest.ledger import schema
from ingest.ledger.desk import Desk
from ingest.model import Twins
from parsers.filmfacts import Beside, Shot

_E = schema.entrants
_F = schema.film_prints
_K = schema.entrant_keys
_P = schema.film_pairs
_AT_ONCE = 400
_MOST_SHOTS = 6
"""Pictures of one film beside others: of more copies than this, the first are shown."""

FilmPair = tuple[str, str]
"""The digests of two films, in order."""


class Films:
    """Fingerprints, and pairs of films. Films are named by their digests."""

    def __init__(self, connection: Connection, desk: Desk) -> None:
        self.connection = connection
        self.desk = desk

    # what they look like

    def note(self, film: str, key: str, fingerprint: str) -> None:
        """What a film looks like, "" if it has too little to tell. If that is new, it is to be compared with all.

        key: under which works that have it stand among entrants' keys.
        """
        old = self.connection.execute(select(_F.c.fingerprint).where(_F.c.sha256 == film)).scalar_one_or_none()
        if old == fingerprint:
            return
        values = {"key": key, "fingerprint": fingerprint, "compared": not fingerprint}
        if old is None:
            self.connection.execute(insert(_F).values(sha256=film, **values))
            return
        of_it = or_(_P.c.one == film, _P.c.other == film)
        self._judge_again(self.alike([key]) | {key})
        self.connection.execute(delete(_P).where(of_it))
        self.connection.execute(update(_F).where(_F.c.sha256 == film).values(**values))

    def uncompared(self, limit: int) -> dict[str, str]:
        """Films to their fingerprints that are still to be compared with all others, in order, so many at most."""
        query = select(_F.c.sha256, _F.c.fingerprint).where(~_F.c.compared).order_by(_F.c.sha256).limit(limit)
        return {row.sha256: row.fingerprint for row in self.connection.execute(query)}

    def waiting(self, films: Collection[str]) -> set[str]:
        """Those of these films that are still to be compared."""
        query = select(_F.c.sha256).where(_F.c.sha256.in_(films), ~_F.c.compared)
        return set(self.connection.execute(query).scalars())

    def book(self) -> Iterator[tuple[str, str]]:
        """All films that can be compared, with their fingerprints; not held together."""
        query = select(_F.c.sha256, _F.c.fingerprint).where(_F.c.fingerprint != "")
        rows = self.connection.execution_options(yield_per=_AT_ONCE).execute(query)
        for row in rows:
            yield row.sha256, row.fingerprint

    def prints(self, films: Iterable[str]) -> dict[str, str]:
        """The fingerprints of these films."""
        found: dict[str, str] = {}
        wanted = sorted(films)
        for start in range(0, len(wanted), _AT_ONCE):
            query = select(_F.c.sha256, _F.c.fingerprint).where(_F.c.sha256.in_(wanted[start : start + _AT_ONCE]))
            found |= {row.sha256: row.fingerprint for row in self.connection.execute(query)}
        return found

    # pairs

    def settled(self, films: Collection[str]) -> set[FilmPair]:
        """Pairs of these films of which is known already what they are."""
        query = select(_P.c.one, _P.c.other).where(or_(_P.c.one.in_(films), _P.c.other.in_(films)))
        return {(row.one, row.other) for row in self.connection.execute(query)}

    def put(self, pair: FilmPair, beside: Beside) -> None:
        """What two films are. Works that have one of them are judged again if they have something in common."""
        keys = {row.sha256: row.key for row in self.connection.execute(select(_F).where(_F.c.sha256.in_(pair)))}
        one, other = pair
        values = {
            "one_key": keys[one],
            "other_key": keys[other],
            "verdict": beside.verdict,
            "share": beside.share,
            "one_s": beside.at_s,
            "other_s": beside.other_s,
            "shots": [shot.model_dump() for shot in beside.shots],
        }
        self.connection.execute(delete(_P).where(_P.c.one == one, _P.c.other == other))
        self.connection.execute(insert(_P).values(one=one, other=other, **values))
        if beside.verdict != "two":
            self._judge_again(set(keys.values()))
            self.desk.touch()

    def done(self, films: Collection[str]) -> None:
        """These have been compared with all others."""
        keys = self.connection.execute(select(_F.c.key).where(_F.c.sha256.in_(films))).scalars()
        self._judge_again(set(keys))
        self.connection.execute(update(_F).where(_F.c.sha256.in_(films)).values(compared=True))
        self.desk.touch()

    def _judge_again(self, keys: Collection[str]) -> None:
        works = select(_K.c.work_id).where(_K.c.key.in_(keys))
        self.connection.execute(update(_E).where(_E.c.work_id.in_(works), _E.c.alive).values(stale=True))

    # what works are told

    def alike(self, keys: Collection[str]) -> set[str]:
        """Keys of films that are alike to films under these keys."""
        ways = ((_P.c.one_key, _P.c.other_key), (_P.c.other_key, _P.c.one_key))
        queries = [select(there).where(here.in_(keys), _alike()) for here, there in ways]
        return set(self.connection.execute(union(*queries)).scalars())

    def works_alike(self, ids: Collection[str]) -> list[tuple[str, str]]:
        """Each of these works with every work that counts whose film is like one of its own."""
        mine, theirs = _K.alias("mine"), _K.alias("theirs")
        ways = ((_P.c.one_key, _P.c.other_key), (_P.c.other_key, _P.c.one_key))
        queries = [
            select(mine.c.work_id, theirs.c.work_id.label("other"))
            .select_from(mine)
            .join(_P, here == mine.c.key)
            .join(theirs, theirs.c.key == there)
            .join(_E, _E.c.work_id == theirs.c.work_id)
            .where(mine.c.work_id.in_(ids), _E.c.counts, _alike())
            for here, there in ways
        ]
        return [(row.work_id, row.other) for row in self.connection.execute(union(*queries))]

    def twins(self, films: Collection[str]) -> Mapping[FilmPair, Twins]:
        """Pairs of these films that are alike."""
        rows = self.connection.execute(select(_P).where(_P.c.one.in_(films), _P.c.other.in_(films), _alike()))
        return {(row.one, row.other): _twins(row) for row in rows}


def _alike() -> ColumnElement[bool]:
    return _P.c.verdict != "two"


def _twins(row: Row[Any]) -> Twins:
    shots = tuple(Shot.model_validate(one) for one in row.shots)
    return Twins(row.one, row.other, row.verdict == "one", row.share, row.one_s, row.other_s, shots)


def shots_beside(connection: Connection, films: Iterable[str]) -> dict[str, tuple[Shot, ...]]:
    """Films to the pictures of them beside those they are like, in order of time."""
    found: defaultdict[str, dict[float, Shot]] = defaultdict(dict)
    wanted = sorted(films)
    for start in range(0, len(wanted), _AT_ONCE):
        some: Sequence[str] = wanted[start : start + _AT_ONCE]
        touching = or_(_P.c.one.in_(some), _P.c.other.in_(some))
        for row in connection.execute(select(_P).where(touching, _alike()).order_by(_P.c.one, _P.c.other)):
            for film, shot in zip((row.one, row.other), _twins(row).shots, strict=False):
                if film in some and len(found[film]) < _MOST_SHOTS:
                    found[film].setdefault(round(shot.at_s, 1), shot)
    return {film: tuple(shots[at] for at in sorted(shots)) for film, shots in found.items()}
