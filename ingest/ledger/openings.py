"""The ledger's chapter on archives that were not opened when they came: their passwords, and sets of volumes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, insert, or_, select, update

from ingest.ledger import schema
from ingest.ledger.desk import Desk
from ingest.ledger.parts import PartRows
from ingest.ledger.rows import Row, rows_of
from ingest.ledger.scans import MALWARE
from ingest.model import NO_MATERIAL, OF_WORKS, Stage
from parsers.sniff import ARCHIVE

MISSING_VOLUME = "missing-volume"
"""The problem of a volume whose set is not whole."""

LOCKED = "locked"
"""The problem of an archive for which a password is wanted."""

LACKS = "分卷压缩包 "
"""Begins the reason for which a mail waits for volumes."""

_ANEW = ("unsupported", "bad-archive", "crashed", "too-slow", "too-big", LOCKED)
"""Problems of archives that other parsers, or a program installed since, may not have."""

_MOST_OFFERED = 20
"""So many passwords from what people write are tried on one archive, ever."""

_MOST_ANSWERS = 200
"""So many of a sender's mails, the newest first, may be found to answer one."""

_MOST_TEXTS = 20
"""So many mails of one sender, the newest first, are searched for a password."""

_A = schema.arrivals
_P = schema.parts
_W = schema.passwords
_WA = schema.work_arrivals

_LIVING = or_(_A.c.ended.is_(None), _A.c.ended.in_(OF_WORKS))
_TAKEN_APART = _A.c.stage.in_((Stage.EXTRACTED.value, Stage.PARSED.value, Stage.ENDED.value))


class Openings:
    """Passwords by the archive's digest (of a set: its first volume's), and parts that wait to be opened."""

    def __init__(self, connection: Connection, now: dt.datetime, desk: Desk, parts: PartRows) -> None:
        self.connection = connection
        self.now = now
        self.desk = desk
        self.parts = parts

    # passwords

    def offer(self, sha256: str, password: str, *, by_staff: bool) -> bool:
        """A password that may open an archive; False if it was tried before."""
        known = self.connection.execute(select(_W.c.state).where(_W.c.sha256 == sha256, _W.c.password == password))
        if known.first() is not None:
            return False
        values = {"sha256": sha256, "password": password, "by_staff": by_staff, "state": "new", "seen_at": self.now}
        self.connection.execute(insert(_W).values(**values))
        return True

    def passwords(self, sha256: str) -> tuple[str, ...]:
        """What may open an archive, that which opened it before first; wrong ones are left out."""
        query = select(_W.c.password, _W.c.state).where(_W.c.sha256 == sha256, _W.c.state != "wrong")
        rows = self.connection.execute(query.order_by(_W.c.state.desc(), _W.c.seen_at, _W.c.password)).all()
        return tuple(row.password for row in rows)

    def tried(self, sha256: str, passwords: Collection[str], *, opened: bool) -> None:
        """These were tried, and it is open now or still is not. What has opened it once stays right."""
        mine = (_W.c.sha256 == sha256, _W.c.password.in_(list(passwords)), _W.c.state == "new")
        self.connection.execute(update(_W).where(*mine).values(state="right" if opened else "wrong"))

    def refused(self, digests: Iterable[str]) -> frozenset[str]:
        """Those of these archives for which staff wrote a password that did not open them."""
        query = select(_W.c.sha256).where(_W.c.sha256.in_(list(digests)), _W.c.by_staff, _W.c.state == "wrong")
        return frozenset(self.connection.execute(query).scalars())

    def archive_of(self, part_id: int) -> str:
        """The digest under which the passwords of a to-do's archive are kept, "" if the part is gone."""
        return self.connection.execute(select(_P.c.sha256).where(_P.c.id == part_id)).scalar() or ""

    # what waits

    def locked(self) -> list[Row]:
        """Locked archives of living mails, volumes of sets left out."""
        return self._rows(and_(_P.c.problem == LOCKED, _P.c.sha256 != "", _P.c.joined_in.is_(None)))

    def outdated(self, readers: str) -> list[Row]:
        """Archives that could not be opened by what was there when that was tried last. readers: what is there now."""
        older = and_(_P.c.opened_with != readers, _P.c.joined_in.is_(None), _P.c.format.in_(ARCHIVE))
        return self._rows(and_(_P.c.problem.in_(_ANEW), _P.c.sha256 != "", older))

    def volumes(self) -> list[Row]:
        """Volumes that wait for others or could not be opened, and those opened of the same senders, as they came."""
        waits = and_(_P.c.problem == MISSING_VOLUME, _P.c.joined_in.is_(None))
        waiting = self._rows(
            and_(or_(waits, and_(_P.c.joined_in.is_not(None), _P.c.problem.not_in(("", MALWARE)))), _P.c.sha256 != "")
        )
        senders = {(row["mailbox"], row["from_address"], row["for_work"]) for row in waiting}
        joined = self._rows(and_(_P.c.joined_in.is_not(None), _P.c.problem == "")) if waiting else []
        mine = [row for row in joined if (row["mailbox"], row["from_address"], row["for_work"]) in senders]
        return sorted([*waiting, *mine], key=lambda row: (row["listed_at"], row["arrival_id"], row["position"]))

    def untried(self, digests: Iterable[str]) -> frozenset[str]:
        """Those of these archives for which there is a password that was not tried."""
        query = select(_W.c.sha256).where(_W.c.sha256.in_(list(digests)), _W.c.state == "new")
        return frozenset(self.connection.execute(query).scalars())

    def is_known(self, sha256: str, password: str) -> bool:
        """It was offered for that archive before; or so many were that no more are taken from what people write."""
        query = select(_W.c.password).where(_W.c.sha256 == sha256, ~_W.c.by_staff)
        known = set(self.connection.execute(query).scalars())
        return password in known or len(known) >= _MOST_OFFERED

    def _rows(self, which: ColumnElement[bool]) -> list[Row]:
        mail = (_A.c.mailbox, _A.c.from_address, _A.c.for_work, _A.c.listed_at, _A.c.ended, _A.c.stage)
        query: Select[tuple[object, ...]] = select(_P, *mail).join(_A, _A.c.id == _P.c.arrival_id)
        query = query.where(which, _LIVING, _TAKEN_APART).order_by(_P.c.arrival_id, _P.c.position)
        return rows_of(self.connection.execute(query))

    def texts(self, arrival_id: int) -> list[str]:
        """What a mail says itself, then its sender's newest other mails that speak of a password."""
        own = self.connection.execute(
            select(_A.c.mailbox, _A.c.from_address, _A.c.subject, _A.c.own_text, _A.c.text).where(_A.c.id == arrival_id)
        ).one()
        speaks = or_(*(_A.c.own_text.contains(word) for word in ("密码", "口令", "password", "pwd")))
        others = select(_A.c.subject, _A.c.own_text).where(
            _A.c.mailbox == own.mailbox, _A.c.from_address == own.from_address, _A.c.id != arrival_id, speaks
        )
        rows = self.connection.execute(others.order_by(_A.c.id.desc()).limit(_MOST_TEXTS)) if own.from_address else ()
        said = [f"{row.subject}\n{row.own_text}" for row in rows]
        return [f"{own.subject}\n{own.own_text}\n{own.text}", *said]

    # opened

    def go_on(self, arrival_id: int) -> None:
        """A mail that has not ended is looked at anew with what has come out of an archive."""
        walk = (Stage.EXTRACTED.value, Stage.PARSED.value)
        mine = (_A.c.id == arrival_id, _A.c.ended.is_(None), _A.c.stage.in_(walk))
        self.connection.execute(update(_A).where(*mine).values(stage=Stage.EXTRACTED.value, pending=""))
        self.desk.touch()

    def join(self, ids: Sequence[int], arrival_id: int, problem: str) -> list[int]:
        """The volumes of a set, and the mail under which what lies in it is kept. Returns the mails they came in."""
        self.parts.set(ids, joined_in=arrival_id, problem=problem)
        self.desk.touch()
        mails = select(_P.c.arrival_id).where(_P.c.id.in_(ids)).distinct()
        return sorted(self.connection.execute(mails).scalars())

    def kept_with(self, arrival_id: int) -> list[int]:
        """Other mails that brought volumes of sets that are kept under this one."""
        query = select(_P.c.arrival_id).where(_P.c.joined_in == arrival_id, _P.c.arrival_id != arrival_id)
        return sorted(self.connection.execute(query.distinct()).scalars())

    def release(self, arrival_id: int) -> None:
        """This mail has ended: those that wait to go where it went are decided."""
        mails = self.kept_with(arrival_id)
        waiting = (_A.c.id.in_(mails), _A.c.ended.is_(None), _A.c.pending != "", _A.c.stage == Stage.PARSED.value)
        if mails and self.connection.execute(update(_A).where(*waiting).values(pending="")).rowcount:
            self.desk.touch()

    def answered_by(self, arrival_id: int) -> list[str]:
        """Works of other mails of this mail's sender that answer it, or a letter of ours about it, with materials."""
        own = self.connection.execute(select(_A).where(_A.c.id == arrival_id)).one()
        ids = {own.message_id, *self._letters_on(arrival_id)} - {""}
        if not (ids and own.from_address):
            return []
        brought = and_(_A.c.ended.in_(OF_WORKS), _A.c.reason.not_like(f"%{NO_MATERIAL}"))
        theirs = (_A.c.mailbox == own.mailbox, _A.c.from_address == own.from_address, _A.c.id != arrival_id)
        query = select(_A.c.id, _A.c.in_reply_to, _A.c.refs).where(*theirs, brought).order_by(_A.c.id.desc())
        mails = [row.id for row in self.connection.execute(query.limit(_MOST_ANSWERS)) if ids & _named(row)]
        works = select(_WA.c.work_id).where(_WA.c.arrival_id.in_(mails)).distinct()
        return sorted(self.connection.execute(works).scalars())

    def let_on(self, arrival_id: int) -> None:
        """Mails that wait with nothing to go on, and that this one of the same sender answers, are decided anew."""
        own = self.connection.execute(select(_A).where(_A.c.id == arrival_id)).one()
        ids = _named(own)
        if not (ids and own.from_address):
            return
        waiting = (_A.c.ended.is_(None), _A.c.pending != "", _A.c.stage == Stage.PARSED.value)
        theirs = (_A.c.mailbox == own.mailbox, _A.c.from_address == own.from_address, _A.c.id != arrival_id)
        found = self.connection.execute(select(_A.c.id, _A.c.message_id).where(*theirs, *waiting)).all()
        mails = [row.id for row in found if ids & {row.message_id, *self._letters_on(row.id)}]
        if mails:
            self.connection.execute(update(_A).where(_A.c.id.in_(mails)).values(pending=""))
            self.desk.touch()

    def _letters_on(self, arrival_id: int) -> list[str]:
        query = select(schema.letters.c.message_id).where(schema.letters.c.arrival_id == arrival_id)
        return list(self.connection.execute(query).scalars())

    def say_lacking(self, ids: Collection[int], reason: str) -> None:
        """The other mails of a set wait for the same as the one that came last."""
        waiting = (_A.c.id.in_(list(ids)), _A.c.ended.is_(None), _A.c.pending.startswith(LACKS))
        self.connection.execute(update(_A).where(*waiting).values(pending=reason))


def _named(mail: Any) -> set[str]:
    """Message-IDs of the mails that a mail answers."""
    return {*mail.in_reply_to, *mail.refs} - {""}
