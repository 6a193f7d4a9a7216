"""The ledger's chapter on what senders were told of their works, and whose works have changed since."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, and_, delete, func, insert, select, update

from ingest.ledger import schema
from ingest.ledger.desk import Desk
from ingest.ledger.rows import Row, rows_of
from ingest.model import OF_WORKS, Ended, Stage

_L = schema.letters
_LW = schema.letter_works
_A = schema.arrivals
_WA = schema.work_arrivals
_T = schema.to_tell
_E = schema.events

BOUNCES = "bounces-read"
"""In `meta`: the event by which the newest mail of a machine ended that was looked through."""

SEEN = "to-tell"
"""In `meta`: the newest event that was looked at for changed works."""


class Telling:
    """Works whose senders may have to be told something, and what they were told last."""

    def __init__(self, connection: Connection, now: dt.datetime, desk: Desk) -> None:
        self.connection = connection
        self.now = now
        self.desk = desk

    def is_news(self) -> bool:
        """Something has happened since works were last looked through."""
        return int(self.desk.get(SEEN) or 0) < self._newest()

    def collect(self) -> None:
        """Works whose review says something else than before wait to be told of, each from its last change on."""
        newest = self._newest()
        changed = select(_E.c.work_id, func.max(_E.c.at).label("at")).where(
            _E.c.id > int(self.desk.get(SEEN) or 0), _E.c.what == "work-reviewed", _E.c.work_id != ""
        )
        found = {row[0]: row[1] for row in self.connection.execute(changed.group_by(_E.c.work_id))}
        self.settled(list(found))
        if found:
            self.connection.execute(insert(_T), [{"work_id": work, "since": at} for work, at in found.items()])
        self.desk.put(SEEN, str(newest))

    def _newest(self) -> int:
        return int(self.connection.execute(select(func.max(_E.c.id))).scalar() or 0)

    def waiting(self) -> dict[str, dt.datetime]:
        """Works that changed, and when they did last."""
        rows = self.connection.execute(select(_T).order_by(_T.c.since, _T.c.work_id)).all()
        return {row.work_id: row.since for row in rows}

    def settled(self, works: Sequence[str]) -> None:
        """Their senders know, or need not."""
        self.connection.execute(delete(_T).where(_T.c.work_id.in_(works)))

    # what came back

    def machine_mails(self) -> dict[int, int]:
        """Mails of machines that were not looked through for bounces, and the event by which each ended."""
        ended = (_E.c.what == "mail-ended", _E.c.id > int(self.desk.get(BOUNCES) or 0))
        query = select(_A.c.id, _E.c.id).join(_A, _A.c.id == _E.c.arrival_id).where(*ended)
        query = query.where(_A.c.ended == Ended.MACHINE_MAIL.value).order_by(_E.c.id)
        return {row[0]: row[1] for row in self.connection.execute(query)}

    def machine_mail_read(self, event: int) -> None:
        """The mail that ended by this event was looked through, and those before it."""
        self.desk.put(BOUNCES, str(event))

    def letters_named(self, message_ids: Sequence[str]) -> list[Row]:
        """Our letters of these Message-IDs."""
        if not message_ids:
            return []
        query = select(_L).where(_L.c.message_id.in_(list(message_ids))).order_by(_L.c.id)
        return rows_of(self.connection.execute(query))

    def came_back(self, letter_id: int, arrival_id: int, why: str, *, for_good: bool) -> None:
        """A letter came back, or is delayed, as a mail says."""
        said = f"{'被退回' if for_good else '投递延迟'}：{why}"[:300]
        self.connection.execute(update(_L).where(_L.c.id == letter_id).values(error=said))
        self.desk.event("letter-returned", arrival=arrival_id, letter=letter_id, why=why[:200], for_good=for_good)

    # what was told

    def last(self, work: str) -> Row | None:
        """The newest letter that said what is unmet of a work, with what it `told`; None if there is none."""
        return self.lasts([work]).get(work)

    def lasts(self, works: Sequence[str]) -> dict[str, Row]:
        """The same by work, without the letters' words; works of which no letter said that are left out."""
        columns = [column for column in _L.columns if column.name not in ("text", "html")]
        query = (
            select(*columns, _LW.c.work_id, _LW.c.told)
            .join(_LW, _LW.c.letter_id == _L.c.id)
            .where(_LW.c.work_id.in_(works), _LW.c.told.is_not(None))
            .order_by(_L.c.id)
        )
        return {row["work_id"]: row for row in rows_of(self.connection.execute(query))}

    def note(self, letter_id: int, told: Mapping[str, Sequence[str]]) -> None:
        """What a letter says is unmet, by work."""
        for work, keys in told.items():
            where = (_LW.c.letter_id == letter_id, _LW.c.work_id == work)
            self.connection.execute(update(_LW).where(*where).values(told=sorted(keys)))

    def will_be_answered(self, work: str) -> bool:
        """A mail of the work is still to be answered: that letter will tell."""
        query = (
            select(_A.c.id)
            .join(_WA, _WA.c.arrival_id == _A.c.id)
            .where(_WA.c.work_id == work, _A.c.may_reply, _A.c.answered_by.is_(None), _A.c.ended.in_(OF_WORKS))
        )
        return self.connection.execute(query.limit(1)).first() is not None

    def mails_of(self, letter_id: int) -> list[int]:
        """The mails that a letter answers."""
        return list(self.connection.execute(select(_A.c.id).where(_A.c.answered_by == letter_id)).scalars())

    def last_mail_of(self, mailbox: str, address: str) -> dt.datetime | None:
        """When the newest mail of a sender came to a mailbox."""
        query = select(func.max(func.coalesce(_A.c.received_at, _A.c.listed_at)))
        return self.connection.execute(query.where(_A.c.mailbox == mailbox, _A.c.from_address == address)).scalar()

    def written_to(self, address: str, since: dt.datetime) -> bool:
        """A letter that is no warning was written to an address since then."""
        query = select(_L.c.id).where(_L.c.to_address == address, _L.c.created_at > since)
        return self.connection.execute(query.limit(1)).first() is not None

    def first_listing(self, mailbox: str) -> dt.datetime | None:
        """When the first mail of a mailbox was listed."""
        query = select(_A.c.listed_at).where(_A.c.mailbox == mailbox).order_by(_A.c.id).limit(1)
        return self.connection.execute(query).scalar()

    def incomplete(self) -> list[str]:
        """Works not decided by staff in which something is missing or does not fit."""
        table = schema.works
        mine = (table.c.state.in_(("missing", "fail")), table.c.decided == "")
        here = and_(table.c.moved_to == "", table.c.merged_into == "")
        return list(self.connection.execute(select(table.c.id).where(*mine, here).order_by(table.c.id)).scalars())

    def no_reply(self, arrival_id: int, why: str) -> None:
        """A mail is not answered by itself after all."""
        values = {"may_reply": False, "may_reply_why": why, "answered_by": 0}
        self.connection.execute(update(_A).where(_A.c.id == arrival_id).values(**values))
        self.desk.touch()

    def mails(self, ids: Sequence[int]) -> list[Row]:
        """Rows of mails that ended, by when they came."""
        query = select(_A).where(_A.c.id.in_(ids), _A.c.stage == Stage.ENDED.value)
        return rows_of(self.connection.execute(query.order_by(_A.c.received_at, _A.c.id)))
