"""The ledger's chapter on mails that bear on each other: of one sender, one thread, one title.

A mail may come to us after one that was sent later: what was decided of that is then decided anew, in order.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, Text, and_, func, or_, select, update

from ingest.ledger import schema
from ingest.ledger.desk import Desk
from ingest.ledger.moves import Moves
from ingest.ledger.rows import UNDECIDED, Row
from ingest.model import Arrival, Ended, Stage

_A = schema.arrivals
_W = schema.works
_WA = schema.work_arrivals
_M = schema.materials
_P = schema.parts
_E = schema.events
_SETTLED = (Ended.WORK.value, Ended.SUPPLEMENT.value, Ended.NOT_A_SUBMISSION.value)
_BY_HAND = ("file-placed", "file-chosen")
_MOST = 200
"""So many mails at the most are decided anew on account of one."""

WAITS_FOR_WORKS = "等候所列作品的材料"
"""Begins the reason for which a list or a letter waits until works of its sender come."""


class Kin:
    """Mails of one sender, one thread, one title."""

    def __init__(self, connection: Connection, now: dt.datetime, desk: Desk, moves: Moves) -> None:
        self.connection = connection
        self.now = now
        self.desk = desk
        self.moves = moves

    def newest(self, mailbox: str) -> dt.datetime | None:
        """When the newest mail came of which something was decided."""
        decided = or_(_A.c.ended.in_(_SETTLED), and_(_A.c.ended.is_(None), _A.c.pending != ""))
        query = select(_A.c.received_at).where(_A.c.mailbox == mailbox, decided, _A.c.received_at.is_not(None))
        return self.connection.execute(query.order_by(_A.c.received_at.desc()).limit(1)).scalar()

    def later(self, arrival: Arrival, works: Sequence[str]) -> list[int]:
        """Mails that came after this one and were decided before it, oldest first, as far as nobody else had a say.

        Those of its sender, those that answer it, and those of these works. None if there is one that staff decided on,
        or too many: then all stays as it is.
        """
        if arrival.received_at is None:
            return []
        decided = or_(_A.c.ended.in_(_SETTLED), and_(_A.c.ended.is_(None), _A.c.pending != ""))
        answers: list[ColumnElement[bool]] = [_A.c.in_reply_to.cast(Text).contains(arrival.message_id, autoescape=True)]
        answers += [_A.c.refs.cast(Text).contains(arrival.message_id, autoescape=True)]
        same: list[ColumnElement[bool]] = [_A.c.id.in_(select(_WA.c.arrival_id).where(_WA.c.work_id.in_(works)))]
        same += [_A.c.from_address == arrival.from_address] if arrival.from_address else []
        same += answers if len(arrival.message_id) > 5 else []
        query = (
            select(_A.c.id)
            .where(_A.c.mailbox == arrival.mailbox, _A.c.id != arrival.id, decided, or_(*same))
            .where(_A.c.received_at > arrival.received_at, _A.c.stage.in_((Stage.ENDED.value, Stage.PARSED.value)))
            .order_by(_A.c.received_at, _A.c.id)
            .limit(_MOST + 1)
        )
        found = list(self.connection.execute(query).scalars())
        return [] if len(found) > _MOST or self._touched(found) else found

    def _touched(self, mails: Sequence[int]) -> bool:
        """Staff had a say in where one of these mails, or of their works, belongs; or what it brought was closed."""
        told = select(_A.c.id).where(_A.c.id.in_(mails), or_(_A.c.assigned != "", _A.c.for_work != ""))
        works = select(_WA.c.work_id).where(_WA.c.arrival_id.in_(mails))
        moved = or_(_W.c.moved_to != "", _W.c.moved_from != "", _W.c.merged_into != "", _W.c.decided != "")
        decided = select(_W.c.id).where(or_(_W.c.id.in_(works), _W.c.merged_into.in_(works)), moved)
        files = select(_M.c.part_id).where(_M.c.work_id.in_(works), or_(_M.c.passed_over, _M.c.home != ""))
        placed = select(_E.c.id).where(
            _E.c.what.in_(_BY_HAND), or_(_E.c.arrival_id.in_(mails), _E.c.work_id.in_(works))
        )
        closed = or_(_P.c.joined_in.is_not(None), _P.c.problem != "")
        shut = select(_P.c.id).where(closed, or_(_P.c.arrival_id.in_(mails), _P.c.joined_in.in_(mails)))
        return any(self.connection.execute(query.limit(1)).first() for query in (told, decided, files, placed, shut))

    def undecide(self, arrival_id: int) -> list[str]:
        """A mail is to be decided anew: it leaves its works, which are returned."""
        left = self.moves.take_mail_out(arrival_id)
        self.connection.execute(update(_A).where(_A.c.id == arrival_id).values(**UNDECIDED))
        self.desk.touch()
        return left

    def standing(self, arrival_id: int) -> Row:
        """What became of a mail: ended, reason."""
        found = self.connection.execute(select(_A.c.ended, _A.c.reason).where(_A.c.id == arrival_id)).one()
        return dict(found._mapping)

    def works_with(self, mails: Sequence[int]) -> dict[str, frozenset[int]]:
        """Work id to its mails, of the works of these mails."""
        works = select(_WA.c.work_id).where(_WA.c.arrival_id.in_(mails))
        found: dict[str, set[int]] = {}
        for work, mail in self.connection.execute(
            select(_WA.c.work_id, _WA.c.arrival_id).where(_WA.c.work_id.in_(works))
        ):
            found.setdefault(work, set()).add(mail)
        return {work: frozenset(ids) for work, ids in found.items()}

    def parts_of(self, works: Sequence[str]) -> dict[str, frozenset[int]]:
        """Work id to the ids of its files."""
        found: dict[str, set[int]] = {}
        query = select(_M.c.work_id, _M.c.part_id).where(_M.c.work_id.in_(works))
        for work, part in self.connection.execute(query):
            found.setdefault(work, set()).add(part)
        return {work: frozenset(found.get(work, ())) for work in works}

    def opener(self, work: str) -> int | None:
        """The mail that opened a work."""
        query = select(_E.c.arrival_id).where(_E.c.what == "work-opened", _E.c.work_id == work).order_by(_E.c.id)
        return self.connection.execute(query.limit(1)).scalar()

    def where_now(self, works: Sequence[str]) -> list[str]:
        """These works; for one whose mails are all another's now, that of the mail that opened it."""
        found: list[str] = []
        for work in works:
            first = None if self._has_mail(work) else self.opener(work)
            query = select(_WA.c.work_id).where(_WA.c.arrival_id == first).order_by(_WA.c.work_id)
            found += [work] if first is None else self.connection.execute(query).scalars()
        return list(dict.fromkeys(found))

    def _has_mail(self, work: str) -> bool:
        return bool(self.connection.execute(select(func.count()).where(_WA.c.work_id == work)).scalar())

    def let_on(self, arrival: Arrival) -> None:
        """Lists and letters that wait for works of this mail's sender are decided anew."""
        if not arrival.from_address:
            return
        waits = and_(_A.c.ended.is_(None), _A.c.pending.startswith(WAITS_FOR_WORKS))
        theirs = and_(_A.c.mailbox == arrival.mailbox, _A.c.from_address == arrival.from_address)
        if self.connection.execute(update(_A).where(theirs, waits).values(pending="")).rowcount:
            self.desk.touch()

    def titles(self) -> list[tuple[str, str, str]]:
        """Id, track and title of every work that is itself."""
        query = select(_W.c.id, _W.c.track, _W.c.title).where(_W.c.moved_to == "", _W.c.merged_into == "")
        return [(row.id, row.track, row.title) for row in self.connection.execute(query)]

    def of_domain(self, mailbox: str, domain: str) -> list[str]:
        """Works that mails from a mail domain in this mailbox belong to."""
        query = select(_WA.c.work_id).join(_A, _A.c.id == _WA.c.arrival_id).distinct()
        query = query.where(_A.c.mailbox == mailbox, _A.c.from_address.endswith(f"@{domain}", autoescape=True))
        return sorted(self.connection.execute(query).scalars())

    def letters_to(self, works: Sequence[str]) -> list[str]:
        """The texts of our letters on these works."""
        letters, lw = schema.letters, schema.letter_works
        query = select(letters.c.text).join(lw, lw.c.letter_id == letters.c.id).where(lw.c.work_id.in_(works))
        return list(self.connection.execute(query.distinct().limit(50)).scalars())

    def listing(self, ids: Sequence[int]) -> list[int]:
        """Of these mails, those that hold a list."""
        query = select(_P.c.arrival_id).where(_P.c.arrival_id.in_(ids), _P.c.kind == "list").distinct()
        return sorted(self.connection.execute(query).scalars())
