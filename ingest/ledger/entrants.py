"""The ledger's chapter on works among each other: who stands behind each, what they share, which pairs are alike.

Work is proportional to what changed: a work that changed makes those stale that share one of its old or new keys, or
its unit, and only stale ones are judged again.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import Connection, Integer, and_, cast, delete, func, insert, or_, select, update

from ingest.ledger import schema
from ingest.ledger.desk import Desk
from ingest.ledger.films import Films
from ingest.ledger.works import ALIVE
from ingest.model import Decision, Entrant, Places, SenderCheck

_E = schema.entrants
_K = schema.entrant_keys
_P = schema.pairs
_A = schema.arrivals
_HUB = 12
"""Of more works than this under one key the first are compared with all, the rest with the first: what is alike in a
crowd is said once each, and the cost stays in proportion."""

_LONGEST = 60
"""Characters of a conclusion that are kept."""

Pair = tuple[str, str]
"""Two work ids, in order."""


class Entrants:
    """Entrants, their keys, and pairs of works that are alike."""

    def __init__(self, connection: Connection, now: dt.datetime, desk: Desk, films: Films) -> None:
        self.connection = connection
        self.now = now
        self.desk = desk
        self.films = films

    # what changed

    def put(self, entrant: Entrant, keys: Collection[str]) -> None:
        """A work as it is now. It is stale; if it changed, so are all that may be compared with it otherwise."""
        old = self.connection.execute(select(_E).where(_E.c.work_id == entrant.id)).first()
        said = json.dumps(asdict(entrant), ensure_ascii=False)
        if old is not None and old.said == said:
            self.connection.execute(update(_E).where(_E.c.work_id == entrant.id).values(stale=True))
            return
        before = set(self.connection.execute(select(_K.c.key).where(_K.c.work_id == entrant.id)).scalars())
        was = (old.unit, old.counts, old.on_time, old.sanqu) if old else ("", False, False, False)
        now = (entrant.unit, entrant.counts, entrant.on_time, entrant.sanqu)
        self._touch(before | set(keys), {was[0], now[0]} - {""} if was != now else ())
        values = {
            "alive": entrant.alive,
            "decision": entrant.decision,
            "unit": entrant.unit,
            "counts": entrant.counts,
            "on_time": entrant.on_time,
            "sanqu": entrant.sanqu,
            "said": said,
            "stale": entrant.alive,
        }
        if old is None:
            self.connection.execute(insert(_E).values(work_id=entrant.id, **values))
        else:
            self.connection.execute(update(_E).where(_E.c.work_id == entrant.id).values(**values))
        if gone := before - set(keys):
            self.connection.execute(delete(_K).where(_K.c.work_id == entrant.id, _K.c.key.in_(gone)))
        if new := set(keys) - before:
            self.connection.execute(insert(_K), [{"key": key, "work_id": entrant.id} for key in sorted(new)])

    def _touch(self, keys: Collection[str], units: Collection[str]) -> None:
        sharing = select(_K.c.work_id).where(_K.c.key.in_({*keys, *self.films.alike(keys)}))
        for those in (_E.c.work_id.in_(sharing), _E.c.unit.in_(units)):
            self.connection.execute(update(_E).where(those, _E.c.alive).values(stale=True))

    def catch_up(self, decisions: Mapping[str, Decision], conclusions: Mapping[Pair, str]) -> None:
        """What changed in works that are not reviewed for it: merged, moved, left without mail, decided; pairs of
        which staff said otherwise than before."""
        for entrant in self.get(self._otherwise(decisions)).values():
            decision = decisions.get(entrant.id)
            now = replace(entrant, decision=decision.value if decision else "", alive=self._is_alive(entrant.id))
            self.put(now, self._keys([entrant.id]).get(entrant.id, ()))
        for pair, (_, heeded) in self.pairs().items():
            if heeded != conclusions.get(pair, "")[:_LONGEST]:
                self.connection.execute(update(_E).where(_E.c.work_id.in_(pair), _E.c.alive).values(stale=True))

    def _otherwise(self, decisions: Mapping[str, Decision]) -> list[str]:
        """Works whose row says that they are decided, or alive, otherwise than they are."""
        rows = self.connection.execute(select(_E.c.work_id, _E.c.decision).where(_E.c.decision != ""))
        kept = {row.work_id: row.decision for row in rows}
        wanted = {work: decision.value for work, decision in decisions.items()}
        decided = {work for work in kept.keys() | wanted.keys() if kept.get(work, "") != wanted.get(work, "")}
        living = select(schema.works.c.id).where(*ALIVE)
        moved = select(_E.c.work_id).where(_E.c.alive != _E.c.work_id.in_(living))
        return sorted({*decided, *self.connection.execute(moved).scalars()})

    def _is_alive(self, work: str) -> bool:
        return (
            self.connection.execute(select(schema.works.c.id).where(schema.works.c.id == work, *ALIVE)).first()
            is not None
        )

    # what is to be judged

    def stale(self) -> list[str]:
        """Works that must be judged among the others again, in order."""
        return list(self.connection.execute(select(_E.c.work_id).where(_E.c.stale).order_by(_E.c.work_id)).scalars())

    def fresh(self, ids: Sequence[str]) -> None:
        """These have been judged."""
        self.connection.execute(update(_E).where(_E.c.work_id.in_(ids)).values(stale=False))

    def get(self, ids: Iterable[str]) -> dict[str, Entrant]:
        """Work id to who stands behind it, of those that are known."""
        query = select(_E.c.work_id, _E.c.said).where(_E.c.work_id.in_(list(ids)))
        return {row.work_id: _entrant(row.said) for row in self.connection.execute(query)}

    def peers(self, ids: Sequence[str]) -> tuple[dict[str, set[str]], dict[str, int]]:
        """Each of these works to those it must be compared with, and how many works there are under each of its keys.

        Only works that count. See `_HUB` for what is done with crowds.
        """
        mine = select(_K.c.key).where(_K.c.work_id.in_(ids)).distinct()
        query = select(_K.c.key, _K.c.work_id).join(_E, _E.c.work_id == _K.c.work_id)
        query = query.where(_K.c.key.in_(mine), _E.c.counts).order_by(_K.c.key, _K.c.work_id)
        under: dict[str, list[str]] = {}
        for key, work in self.connection.execute(query):
            under.setdefault(key, []).append(work)
        wanted, peers = set(ids), {work: set[str]() for work in ids}
        for works in under.values():
            hubs = works[:_HUB]
            for place, work in enumerate(works):
                if work in wanted:
                    peers[work].update(works if place < _HUB else hubs)
        for work, other in self.films.works_alike(ids):
            peers[work].add(other)
        for work, others in peers.items():
            others.discard(work)
        return peers, {key: len(works) for key, works in under.items()}

    def _keys(self, ids: Sequence[str]) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for work, key in self.connection.execute(select(_K.c.work_id, _K.c.key).where(_K.c.work_id.in_(ids))):
            found.setdefault(work, set()).add(key)
        return found

    def places(self, units: Collection[str]) -> dict[str, Places]:
        """What of the units' places is taken; a unit without works is left out."""
        kinds = (_E.c.on_time, ~_E.c.on_time, and_(_E.c.on_time, _E.c.sanqu))
        query = select(_E.c.unit, *(func.sum(cast(kind, Integer)) for kind in kinds))
        query = query.where(_E.c.unit.in_(units), _E.c.counts).group_by(_E.c.unit)
        return {unit: Places(used, late, sanqu) for unit, used, late, sanqu in self.connection.execute(query)}

    # pairs

    def pairs(self) -> dict[Pair, tuple[Mapping[str, str], str]]:
        """Pairs of works that are or were alike, in order: rule to reason, and staff's conclusion as heeded last."""
        rows = self.connection.execute(select(_P).order_by(_P.c.one, _P.c.other))
        return {(row.one, row.other): (row.whys, row.said) for row in rows}

    def set_pairs(self, ids: Sequence[str], alike: Mapping[Pair, Mapping[str, str]], said: Mapping[Pair, str]) -> None:
        """All pairs of these works as they are now; a pair of which staff said something is kept when it is none."""
        touching = or_(_P.c.one.in_(ids), _P.c.other.in_(ids))
        known = {(row.one, row.other): row for row in self.connection.execute(select(_P).where(touching))}
        for pair in sorted(known.keys() | alike.keys()):
            row, whys, word = known.get(pair), dict(alike.get(pair, {})), said.get(pair, "")[:_LONGEST]
            if row is not None and (row.whys, row.said) == (whys, word):
                continue
            where = and_(_P.c.one == pair[0], _P.c.other == pair[1])
            if not whys and not word:
                self.connection.execute(delete(_P).where(where))
            elif row is None:
                self.connection.execute(insert(_P).values(one=pair[0], other=pair[1], whys=whys, said=word))
            else:
                self.connection.execute(update(_P).where(where).values(whys=whys, said=word))
            self.desk.touch()

    def conclusions(self, sheet: str, heading: str) -> dict[Pair, Any]:
        """Pair to what staff wrote of it in that sheet, under that heading."""
        table = schema.staff_cells
        query = select(table.c.row, table.c.value).where(table.c.sheet == sheet, table.c.heading == heading)
        rows = ((row.row.partition("/"), row.value) for row in self.connection.execute(query))
        return {(one, other): value for (one, _, other), value in rows}

    # senders

    def sender_checks(self, work: str) -> tuple[SenderCheck, ...]:
        """What our provider says of the sender of each mail of a work; files that staff put in have none."""
        topmost = (_A.c.headers["authentication-results"][0], _A.c.headers["received"][0])
        query = (
            select(_A.c.from_address, *(line.as_string() for line in topmost))
            .join(schema.work_arrivals, schema.work_arrivals.c.arrival_id == _A.c.id)
            .where(schema.work_arrivals.c.work_id == work, _A.c.from_address != "")
            .order_by(_A.c.id)
        )
        rows = self.connection.execute(query)
        return tuple(SenderCheck(address, results or "", received or "") for address, results, received in rows)


def _entrant(said: str) -> Entrant:
    raw: dict[str, Any] = json.loads(said)
    plain: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in raw.items()}
    return Entrant(**plain)
