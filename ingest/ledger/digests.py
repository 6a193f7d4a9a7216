"""The ledger's chapter on daily mails: which were written, what they said stands, and the letters that carry them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, insert, or_, select, update

from ingest.ledger import schema
from ingest.ledger.desk import Desk
from ingest.ledger.letters import PASSED
from ingest.ledger.rows import Row, first_of, rows_of
from ingest.model import UNSENT, LetterKind, LetterState

_D = schema.digests
_L = schema.letters
_DRAFT = f"{PASSED}-draft"
_GONE_OUT = (LetterState.SENDING.value, LetterState.SENT.value, LetterState.UNKNOWN.value)


class Digests:
    """Daily mails by kind and day, each written once to all its readers."""

    def __init__(self, connection: Connection, desk: Desk) -> None:
        self.connection = connection
        self.now = desk.now
        self.desk = desk

    def last(self, kind: LetterKind) -> Row | None:
        """The newest one that was written, whether or not it went out; None if there is none. Without its `states`."""
        query = select(_D.c.kind, _D.c.day, _D.c.at).where(_D.c.kind == kind.value)
        return first_of(self.connection.execute(query.order_by(_D.c.day.desc()).limit(1)))

    def last_read(self, kind: LetterKind, *, drafts: bool) -> Row | None:
        """The newest one that went out to somebody. drafts: one of which a draft was laid out counts too."""
        prefix = _D.c.kind + ":" + _D.c.day + ":%"
        read = select(_L.c.id).where(_L.c.key.like(prefix), _went_out(drafts)).exists()
        query = select(_D).where(_D.c.kind == kind.value, read).order_by(_D.c.day.desc()).limit(1)
        return first_of(self.connection.execute(query))

    def write(
        self,
        kind: LetterKind,
        day: str,
        states: Mapping[str, str],
        letters: Sequence[Mapping[str, Any]],
        *,
        instead_of: Collection[LetterKind],
    ) -> None:
        """The one of a day and its letters, one a reader, in place of unsent ones of these kinds.

        day: ISO 8601. letters: rows of `letters`, whose keys begin with `kind:day:`.
        """
        self._pass_over(instead_of)
        self._forget(kind)
        self.connection.execute(insert(_D).values(kind=kind.value, day=day, at=self.now, states=dict(states)))
        for values in letters:
            made = self.connection.execute(insert(_L).values(**values, created_at=self.now)).inserted_primary_key
            assert made is not None
            self.desk.event("letter-written", letter=int(made[0]), kind=kind.value)

    def _forget(self, kind: LetterKind) -> None:
        """Those from before the newest that went out are asked for no more."""
        kept = self.last_read(kind, drafts=False) or self.last_read(kind, drafts=True)
        if kept is not None:
            self.connection.execute(delete(_D).where(_D.c.kind == kind.value, _D.c.day < kept["day"]))

    def _pass_over(self, kinds: Collection[LetterKind]) -> None:
        """Unsent letters of these kinds are held for good: a newer one says what stands."""
        query = select(_L.c.id, _L.c.state).where(
            _L.c.kind.in_([kind.value for kind in kinds]),
            _L.c.state.in_(UNSENT),
            ~_L.c.held_for.startswith(PASSED),
        )
        for row in rows_of(self.connection.execute(query.order_by(_L.c.id))):
            held_for = _DRAFT if row["state"] == LetterState.DRAFT.value else PASSED
            values = {"state": LetterState.HELD.value, "held_for": held_for}
            self.connection.execute(update(_L).where(_L.c.id == row["id"]).values(**values))
            self.desk.event("letter-state", letter=row["id"], state=LetterState.HELD.value, held_for=held_for)


def _went_out(drafts: bool) -> ColumnElement[bool]:
    gone = _L.c.state.in_(_GONE_OUT)
    return or_(gone, _L.c.state == LetterState.DRAFT.value, _L.c.held_for == _DRAFT) if drafts else gone
