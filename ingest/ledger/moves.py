"""The ledger's chapter on works that are one, two, or the other track's: what staff decide, and undo."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, insert, select, update

from ingest.ledger import schema
from ingest.ledger.desk import Desk
from ingest.ledger.rows import Row, rows_of
from ingest.model import WorkState

_W = schema.works
_WA = schema.work_arrivals
_M = schema.materials
_E = schema.events
FILLED = ("work-opened", "work-supplemented", "work-reopened", "work-filled")
EMPTIED = "work-emptied"
"""Events after which a work has mails; after which it has none."""
_HOPS = 50
"""So long a chain of works that became others is followed."""


class Moves:
    """Mails and files that go from work to work, and remember where they belong by themselves (`home`)."""

    def __init__(self, connection: Connection, now: dt.datetime, desk: Desk) -> None:
        self.connection = connection
        self.now = now
        self.desk = desk

    # where a work is

    def pointers(self) -> dict[str, str]:
        """Work id to the one it has become, or was merged into; those that are themselves are left out."""
        query = select(_W.c.id, _W.c.moved_to, _W.c.merged_into)
        rows = self.connection.execute(query.where((_W.c.moved_to > "") | (_W.c.merged_into > "")))
        return {row.id: row.moved_to or row.merged_into for row in rows}

    def current(self, ids: Iterable[str]) -> list[str]:
        """The works that these have become, each once, in order."""
        pointers = self.pointers()
        return list(dict.fromkeys(followed(one, pointers) for one in ids))

    # one work becomes another

    def new(self, origin: str, *, track: str, prefix: str, year: int, title: str = "") -> str:
        """A work that comes out of another, or the one that came out of it before and went back; returns its id."""
        old = self.row(origin)
        for row in self.out_of(origin):
            if row["track"] == track and row["moved_to"] == origin and title in ("", row["title"]):
                self._set(row["id"], moved_to="", dirty=True)
                return str(row["id"])
        numbers = self.connection.execute(select(_W.c.number).where(_W.c.track == track)).scalars()
        number = max(numbers, default=0) + 1
        work = f"{prefix}{year}-{number:04d}"
        values = {"track": track, "number": number, "mailbox": old["mailbox"], "title": title or old["title"]}
        self.connection.execute(
            insert(_W).values(
                id=work, **values, state=WorkState.REVIEW.value, opened_at=self.now, moved_from=origin, dirty=True
            )
        )
        return work

    def out_of(self, origin: str) -> list[Row]:
        """The works that came out of this one."""
        return rows_of(self.connection.execute(select(_W).where(_W.c.moved_from == origin).order_by(_W.c.number)))

    def become(self, old: str, new: str) -> None:
        """All of a work is another's now: mails, files, findings, letters, to-dos; those merged into it too."""
        for table in (_WA, _M, schema.findings, schema.letter_works):
            self.connection.execute(update(table).where(table.c.work_id == old).values(work_id=new))
        self._todos(old, new)
        self.connection.execute(update(_W).where(_W.c.merged_into == old).values(merged_into=new))
        self._set(old, moved_to=new, dirty=False)
        self._set(new, moved_to="", dirty=True, placed_with="")
        self.tell_mails([new])

    def part_with(self, work: str, child: str, parts: Collection[int], mails: Collection[int]) -> None:
        """These files, and the mails they came with, are another work's of its own; mails stay with both."""
        for mail in sorted(mails):
            self.connection.execute(insert(_WA).values(work_id=child, arrival_id=mail, role="opened"))
        self.connection.execute(
            update(_M).where(_M.c.work_id == work, _M.c.part_id.in_(parts)).values(work_id=child, home="")
        )
        self.tell_mails([child])

    # one work is part of another

    def merge(self, source: str, target: str) -> None:
        """From now on a work is part of another, "" of none. `settle_homes` carries it out."""
        self._set(source, merged_into=target, dirty=not target)
        if target:
            self.connection.execute(delete(schema.findings).where(schema.findings.c.work_id == source))

    def settle_homes(self) -> set[str]:
        """Every mail and file goes to where its own work is now; returns the works that lost or got any."""
        pointers = self.pointers()
        touched: set[str] = set()
        for table, key in ((_WA, _WA.c.arrival_id), (_M, _M.c.part_id)):
            away = table.c.work_id.in_(pointers) | (table.c.home != "")
            for row in self.connection.execute(select(table.c.work_id, key, table.c.home).where(away)).all():
                touched |= self._go_home(table, key, row.work_id, row[1], row.home, pointers)
        for source, target in pointers.items():
            self._todos(source, target)
        return touched

    def _go_home(
        self, table: Table, key: ColumnElement[int], at: str, one: int, home: str, pointers: Mapping[str, str]
    ) -> set[str]:
        """One row to where it belongs. What the other work has anyway stays where it is."""
        own = home or at
        goal = followed(own, pointers)
        if goal == at:
            return set()
        there = select(table.c.work_id).where(table.c.work_id == goal, key == one)
        if self.connection.execute(there).first() is not None:
            return set()
        where = and_(table.c.work_id == at, key == one)
        self.connection.execute(update(table).where(where).values(work_id=goal, home="" if own == goal else own))
        return {at, goal}

    def _todos(self, old: str, new: str) -> None:
        table = schema.todos
        mine = (table.c.work_id == old, table.c.closed_at.is_(None))
        self.connection.execute(update(table).where(*mine).values(work_id=new))

    # a mail goes elsewhere

    def take_mail_out(self, arrival: int) -> list[str]:
        """A mail leaves its works with all its files; returns them. What is left empty keeps its number."""
        works = list(self.connection.execute(select(_WA.c.work_id).where(_WA.c.arrival_id == arrival)).scalars())
        parts = select(schema.parts.c.id).where(schema.parts.c.arrival_id == arrival)
        self.connection.execute(delete(_M).where(_M.c.part_id.in_(parts)))
        self.connection.execute(delete(_WA).where(_WA.c.arrival_id == arrival))
        empty = [work for work in works if not self._has_mail(work)]
        if empty:
            self.connection.execute(delete(schema.findings).where(schema.findings.c.work_id.in_(empty)))
            self.connection.execute(update(_W).where(_W.c.id.in_(empty)).values(dirty=False))
            self.tell_mails(empty, arrival=arrival)
        return sorted(works)

    def tell_mails(self, works: Iterable[str], *, arrival: int | None = None) -> None:
        """Works that lost their last mail, or have one again, become events, unless they have become others.

        A work counts as long as it has mails, and how many there were is told from events alone. arrival: the mail
        that left.
        """
        pointers = self.pointers()
        for work in sorted(set(works) - pointers.keys()):
            has = self._has_mail(work)
            if has != self._had_mail(work):
                self.desk.event("work-filled" if has else "work-emptied", work=work, arrival=arrival)

    def _had_mail(self, work: str) -> bool:
        """As events tell."""
        told = select(_E.c.what).where(_E.c.work_id == work, _E.c.what.in_((*FILLED, EMPTIED)))
        return self.connection.execute(told.order_by(_E.c.id.desc()).limit(1)).scalar() in FILLED

    def _has_mail(self, work: str) -> bool:
        return self.connection.execute(select(_WA.c.work_id).where(_WA.c.work_id == work)).first() is not None

    def emptied(self, arrival: int) -> list[str]:
        """Works that this mail opened once, and that have no mail any more: they are opened by it again."""
        opened = select(_E.c.work_id).where(_E.c.what == "work-opened", _E.c.arrival_id == arrival).order_by(_E.c.id)
        works = self.current(self.connection.execute(opened).scalars())
        return [work for work in works if not self._has_mail(work)]

    def reopen(self, work: str, arrival: int, title: str) -> None:
        """A work left without mail has its first one again."""
        self.connection.execute(insert(_WA).values(work_id=work, arrival_id=arrival, role="opened"))
        self._set(work, title=title, dirty=True)
        self.desk.event("work-reopened", work=work, arrival=arrival)

    # what was decided

    def row(self, work: str) -> Row:
        """A work's row. KeyError if there is none."""
        found = rows_of(self.connection.execute(select(_W).where(_W.c.id == work)))
        if not found:
            raise KeyError(work)
        return found[0]

    def decided(self, work: str, word: str) -> None:
        """This decision was seen."""
        self._set(work, decided=word)

    def hand_over(self, old: tuple[str, str], new: tuple[str, str], headings: Collection[str]) -> None:
        """What staff wrote in one row under these headings stands in another too, where that is empty.

        old, new: sheet and row key.
        """
        kept = self.desk.staff_cells()
        for heading in sorted(headings):
            value = kept.get((*old, heading))
            if value is not None and (*new, heading) not in kept:
                self.desk.write_cell(*new, heading, value)

    def pass_over(self, work: str, parts: Sequence[int], *, passed: bool = True) -> None:
        """A person chose another version than these; not `passed`: these may be judged again."""
        mine = and_(_M.c.work_id == work, _M.c.part_id.in_(parts))
        self.connection.execute(update(_M).where(mine).values(passed_over=passed))

    def _set(self, work: str, **values: Any) -> None:
        self.connection.execute(update(_W).where(_W.c.id == work).values(**values))
        self.desk.touch()


def followed(work: str, pointers: Mapping[str, str]) -> str:
    """The work at the end of the chain; of a ring the one it began with."""
    at = work
    for _ in range(_HOPS):
        if at not in pointers:
            return at
        at = pointers[at]
    return work
