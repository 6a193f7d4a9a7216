"""The ledger's chapter on letters: a row before anything is sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from ingest.ledger import schema
from ingest.ledger.desk import Desk
from ingest.model import LetterState

_L = schema.letters
_LW = schema.letter_works


class Letters:
    """Letters and the works they speak of."""

    def __init__(self, connection: Connection, now: dt.datetime, desk: Desk) -> None:
        self.connection = connection
        self.now = now
        self.desk = desk

    def by_key(self, key: str) -> RowMapping | None:
        """The letter of that key, None if it was never written."""
        return self.connection.execute(select(_L).where(_L.c.key == key)).mappings().first()

    def write(self, values: Mapping[str, Any], works: Sequence[str]) -> int:
        """A new letter, or the same one in new words while it is still a draft; returns its id."""
        old = self.by_key(values["key"])
        if old is None:
            found = self.connection.execute(insert(_L).values(**values, created_at=self.now)).inserted_primary_key
            assert found is not None
            letter_id = int(found[0])
        else:
            letter_id = int(old["id"])
            new = {name: values[name] for name in ("subject", "text", "html", "state")}
            self.connection.execute(update(_L).where(_L.c.id == letter_id).values(**new, file=""))
        self.connection.execute(delete(_LW).where(_LW.c.letter_id == letter_id))
        self.connection.execute(insert(_LW), [{"letter_id": letter_id, "work_id": work} for work in works])
        self.desk.event("letter-written", arrival=values["arrival_id"], letter=letter_id, kind=values["kind"])
        return letter_id

    def unwritten(self) -> list[RowMapping]:
        """Drafts and held letters whose .eml does not lie on the share yet."""
        states = [LetterState.DRAFT.value, LetterState.HELD.value]
        query = select(_L).where(_L.c.file == "", _L.c.state.in_(states)).order_by(_L.c.id)
        return list(self.connection.execute(query).mappings())

    def written(self, letter_id: int, file: str) -> None:
        """Its .eml lies there."""
        self.connection.execute(update(_L).where(_L.c.id == letter_id).values(file=file))

    def set_state(self, letter_id: int, state: LetterState) -> None:
        """Where it stands now."""
        self.connection.execute(update(_L).where(_L.c.id == letter_id).values(state=state.value))
        self.desk.event("letter-state", letter=letter_id, state=state.value)

    def rows(self) -> list[RowMapping]:
        """All letters in order of their number."""
        return list(self.connection.execute(select(_L).order_by(_L.c.id)).mappings())

    def works(self) -> dict[int, list[str]]:
        """Letter id to the works it speaks of."""
        found: dict[int, list[str]] = {}
        for letter_id, work_id in self.connection.execute(select(_LW).order_by(_LW.c.letter_id, _LW.c.work_id)):
            found.setdefault(letter_id, []).append(work_id)
        return found

    def answered(self) -> set[int]:
        """Arrivals that a letter answers."""
        query = select(_L.c.arrival_id).where(_L.c.arrival_id.is_not(None))
        return set(self.connection.execute(query).scalars())
