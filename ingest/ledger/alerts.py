"""The ledger's chapter on troubles the operator must know of: each once, from when until when, whether told."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Connection, insert, select, update

from ingest.ledger import schema
from ingest.ledger.desk import Desk
from ingest.ledger.rows import Row, rows_of

_T = schema.alerts


class Alerts:
    """Troubles by key. One that comes back after it was over is a new trouble, and told again."""

    def __init__(self, connection: Connection, now: dt.datetime, desk: Desk) -> None:
        self.connection = connection
        self.now = now
        self.desk = desk

    def sound(self, key: str, text: str) -> None:
        """There is trouble, or there still is. text: for people, what it is and how to mend it."""
        same = (_T.c.key == key, _T.c.over_at.is_(None))
        values = {"text": text, "last_at": self.now, "count": _T.c.count + 1}
        if not self.connection.execute(update(_T).where(*same).values(**values)).rowcount:
            self.connection.execute(insert(_T).values(key=key, text=text, first_at=self.now, last_at=self.now, count=1))
            self.desk.event("alert", key=key, text=text[:300])

    def over(self, key: str) -> None:
        """The trouble has passed."""
        same = (_T.c.key == key, _T.c.over_at.is_(None))
        if self.connection.execute(update(_T).where(*same).values(over_at=self.now)).rowcount:
            self.desk.event("alert-over", key=key)

    def open(self) -> list[Row]:
        """Troubles that go on, oldest first."""
        return rows_of(self.connection.execute(select(_T).where(_T.c.over_at.is_(None)).order_by(_T.c.id)))

    def untold(self) -> list[Row]:
        """Troubles that go on and of which the operator was not told, oldest first."""
        query = select(_T).where(_T.c.over_at.is_(None), _T.c.told_at.is_(None)).order_by(_T.c.id)
        return rows_of(self.connection.execute(query))

    def told(self, ids: list[int]) -> None:
        """The operator was told of these."""
        self.connection.execute(update(_T).where(_T.c.id.in_(ids)).values(told_at=self.now))
