"""The ledger as it was at an earlier moment: told from the events, which are never changed.

What is taken from elsewhere was written once and never since: when a mail was listed and where, the track of a work.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, func, select

from ingest.ledger import schema
from ingest.ledger.desk import PASSWORD
from ingest.ledger.moves import EMPTIED, FILLED
from ingest.model import WorkState

_E = schema.events
_A = schema.arrivals
_W = schema.works
_OF_MAILS = ("mail-ended", "mail-pending", "mail-assigned", "mail-retried")
"""Events after which a mail has ended, or has not."""


def last_event(connection: Connection) -> int:
    """The number of the newest event, 0 if nothing has happened. It names a state of the ledger."""
    return connection.execute(select(func.max(schema.events.c.id))).scalar() or 0


def staff_cells_at(connection: Connection, event: int) -> dict[tuple[str, str, str], Any]:
    """(sheet, row key, heading) to value as it was right after that event. Passwords, which events do not tell, are
    left out where they changed since."""
    table, now = schema.events, schema.staff_cells
    cells = {(r.sheet, r.row, r.heading): r.value for r in connection.execute(select(now))}
    query = select(table.c.work_id, table.c.detail).where(table.c.id > event, table.c.what == "staff")
    for row in connection.execute(query.order_by(table.c.id.desc())):
        key = (row.detail["sheet"], row.work_id, row.detail["heading"])
        before = None if key[2].startswith(PASSWORD) else row.detail["before"]
        if before is None:
            cells.pop(key, None)
        else:
            cells[key] = before
    return cells


# how much there was


@dataclass(frozen=True, order=True)
class MailCount:
    """How many mails of a mailbox had this ending, "" for none yet."""

    mailbox: str
    ended: str
    n: int


@dataclass(frozen=True, order=True)
class WorkCount:
    """How many living works of a track had this state, and this decision in staff's words, "" for none."""

    track: str
    state: str
    word: str
    n: int


def mails_at(connection: Connection, moment: dt.datetime) -> list[MailCount]:
    """How many mails had been listed by then, and what had become of them. moment: aware, inclusive."""
    told = select(_E.c.arrival_id, _E.c.what, _E.c.detail["ended"].as_string())
    told = told.where(_E.c.what.in_(_OF_MAILS), _E.c.at <= moment).order_by(_E.c.id)
    ended = {mail: said if what == "mail-ended" else "" for mail, what, said in connection.execute(told)}
    listed = connection.execute(select(_A.c.id, _A.c.mailbox).where(_A.c.listed_at <= moment))
    counted = Counter((mailbox, ended.get(mail, "")) for mail, mailbox in listed)
    return sorted(MailCount(*key, n) for key, n in counted.items())


@dataclass
class _Books:
    """Works as events tell of them: states, decisions, which have become others, which have mails."""

    state: dict[str, str] = field(default_factory=dict)
    word: dict[str, str] = field(default_factory=dict)
    elsewhere: set[str] = field(default_factory=set)
    filled: set[str] = field(default_factory=set)

    def enter(self, event: Row[Any]) -> None:
        """What one event changes."""
        what, work = event.what, event.work_id
        if what == "work-reviewed":
            self.state[work] = event.state
        elif what == "decision":
            self.word[work] = event.word
        elif what in FILLED:
            self.filled.add(work)
        elif what == EMPTIED:
            self.filled.discard(work)
        else:
            here, away = _ITSELF[what](event)
            self.elsewhere -= {here}
            self.elsewhere |= {away} - {""}

    def standing(self, work: str) -> tuple[str, str]:
        """State and decision of a work."""
        return self.state.get(work, WorkState.REVIEW.value), self.word.get(work, "")


_ITSELF: dict[str, Callable[[Row[Any]], tuple[str, str]]] = {
    "work-merged": lambda event: ("", event.work_id),
    "work-unmerged": lambda event: (event.work_id, ""),
    "work-moved": lambda event: ("", event.work_id),
    "work-moved-here": lambda event: (event.work_id, ""),
    "work-moved-back": lambda event: (event.work_id, event.of),
    "work-split": lambda event: (event.into, ""),
}
"""What an event says: which work is itself from then on, which has become another's; "" for none."""


def works_at(connection: Connection, moment: dt.datetime) -> list[WorkCount]:
    """How many works there were by then, those left out that were others', or without any mail."""
    detail = (_E.c.detail[name].as_string().label(name) for name in ("state", "word", "of", "into"))
    told = (*_ITSELF, *FILLED, EMPTIED, "work-reviewed", "decision")
    query = select(_E.c.what, _E.c.work_id, *detail).where(_E.c.what.in_(told), _E.c.at <= moment)
    books = _Books()
    for event in connection.execute(query.order_by(_E.c.id)):
        books.enter(event)
    tracks = {row.id: row.track for row in connection.execute(select(_W.c.id, _W.c.track))}
    counted = Counter((tracks[work], *books.standing(work)) for work in books.filled - books.elsewhere)
    return [WorkCount(*key, n) for key, n in sorted(counted.items())]
