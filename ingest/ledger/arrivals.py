"""The ledger's chapter on mails: listed, fetched, extracted, parsed, ended; their parts and facts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, and_, func, insert, or_, select, update

from ingest.ledger import schema
from ingest.ledger.desk import Desk, patience
from ingest.ledger.kept import KeptFacts
from ingest.ledger.keys import Keys
from ingest.ledger.parts import PartRows
from ingest.ledger.rows import UNDECIDED, Row, first_of, rows_of
from ingest.model import Arrival, Ended, Kind, Listing, Part, PartSource, Scan, Stage
from parsers import facts as f

_A = schema.arrivals
_P = schema.parts

TWIN_ENDINGS = (Ended.WORK.value, Ended.SUPPLEMENT.value, Ended.NOT_A_SUBMISSION.value)
"""A mail that ended so, or waits for a person, can be repeated; a duplicate names the first."""

JUNK = "junk:"
"""Begins the key of the to-do on a mail in a junk folder."""

GIVEN_UP = (Ended.QUARANTINED.value, Ended.UNREADABLE.value)
"""Endings that a person may ask us to try again."""

_WELL = {"error": "", "tries": 0, "retry_at": None}
"""Nothing failed since."""

_UNTOLD = {"ended": None, "ended_at": None, "reason": "", "problem": "", "pending": "", **_WELL}
"""What is said of a mail whose walk begins anew."""


class Arrivals(KeptFacts):
    """Mails and their parts."""

    def __init__(self, connection: Connection, now: dt.datetime, desk: Desk) -> None:
        super().__init__(connection)
        self.now = now
        self.desk = desk
        self.keys = Keys(connection)
        self.part_rows = PartRows(connection)

    # coming in

    def add(self, listing: Listing, *, track: str, for_work: str = "", junk: bool = False) -> int | None:
        """A listed item becomes a row with its key. Returns its id; None if the key was known already."""
        if self.keys.at(listing) is not None:
            return None
        arrival_id = self.add_anew(listing, track=track, for_work=for_work, junk=junk)
        self.keys.add(listing, arrival_id)
        return arrival_id

    def add_anew(self, listing: Listing, *, track: str, for_work: str = "", junk: bool = False) -> int:
        """A row for an item whose key is known, but was another mail's before. The key stays as it is."""
        values = {
            "mailbox": listing.mailbox,
            "folder": listing.folder,
            "uidvalidity": listing.uidvalidity,
            "uid": listing.uid,
            "track": track,
            "size": listing.size,
            "received_at": listing.received_at,
            "listed_at": self.now,
            "stage": Stage.LISTED.value,
            "for_work": for_work,
            "junk": junk,
        }
        inserted = self.connection.execute(insert(_A).values(**values)).inserted_primary_key
        assert inserted is not None
        self.desk.touch()
        return int(inserted[0])

    def fetched(self, arrival_id: int, sha256: str, size: int, header_sha256: str = "") -> None:
        """The raw mail is in the store. header_sha256: by which it is known again under another key."""
        values = {"raw_sha256": sha256, "header_sha256": header_sha256, "size": size}
        self._set(arrival_id, stage=Stage.FETCHED.value, **values, **_WELL)

    def extracted(
        self, arrival_id: int, facts: f.MailFacts | f.Broken, parts: Iterable[Mapping[str, Any]], digest: str
    ) -> None:
        """What the mail says and holds. parts: rows of `parts` without id, arrival_id and position."""
        self.part_rows.put(arrival_id, parts)
        values: dict[str, Any] = {"stage": Stage.EXTRACTED.value, "digest": digest, **_WELL}
        if isinstance(facts, f.Broken):
            self._set(arrival_id, **values, problem=f"{facts.reason}: {facts.detail}".rstrip(": "))
            return
        self._set(
            arrival_id,
            **values,
            problem="",
            oddities=list(facts.problems),
            message_id=facts.message_id[:1000],
            in_reply_to=list(facts.in_reply_to),
            refs=list(facts.references),
            subject=facts.subject,
            from_name=facts.from_name,
            from_address=(facts.from_addresses[0] if facts.from_addresses else "")[:400],
            to=[*facts.to, *facts.cc],
            headers={name: list(values) for name, values in facts.headers.items()},
            text=facts.text,
            own_text=facts.own_text,
        )

    def hand_fed(self, arrival_id: int, parts: Iterable[Mapping[str, Any]], *, subject: str, digest: str) -> None:
        """A file fed by hand, and what lies in it. No mail is to be taken apart: it stands where extracted ones do."""
        self.part_rows.put(arrival_id, parts)
        self._set(arrival_id, stage=Stage.EXTRACTED.value, subject=subject, digest=digest)

    def parsed(self, arrival_id: int, kinds: Mapping[int, tuple[Kind, bool, str]]) -> None:
        """What each part is: part id to kind, whether content told it, and why."""
        for part_id, (kind, certain, why) in kinds.items():
            self.set_kind(part_id, kind, certain=certain, why=why)
        self._set(arrival_id, stage=Stage.PARSED.value, **_WELL)

    def set_kind(self, part_id: int, kind: Kind, *, certain: bool, why: str) -> None:
        """What one part is."""
        self.connection.execute(update(_P).where(_P.c.id == part_id).values(kind=kind.value, certain=certain, why=why))

    def end(self, arrival_id: int, ended: Ended, reason: str, *, may_reply: bool, why: str) -> None:
        """What became of the mail. Its earlier to-dos are done, unless asked again after this."""
        self.desk.close_todos(arrival=arrival_id)
        values = {"ended": ended.value, "reason": reason, "ended_at": self.now, "pending": "", **_WELL}
        self._set(arrival_id, stage=Stage.ENDED.value, may_reply=may_reply, may_reply_why=why, **values)
        self.desk.event("mail-ended", arrival=arrival_id, ended=ended.value, reason=reason)

    def repeats(self, arrival_id: int, first: int) -> None:
        """Which mail a duplicate repeats: what answers the one answers the other."""
        self._set(arrival_id, repeats=first)

    def wait(self, arrival_id: int, reason: str, *, may_reply: bool, why: str) -> None:
        """The mail stays pending, for this reason."""
        self._set(arrival_id, pending=reason, may_reply=may_reply, may_reply_why=why, **_WELL)
        self.desk.event("mail-pending", arrival=arrival_id, reason=reason)

    def waits(self, arrival_id: int) -> bool:
        """It has not ended, and waits for a person or for what is to come."""
        found = self.connection.execute(select(_A.c.ended, _A.c.pending).where(_A.c.id == arrival_id)).one()
        return found.ended is None and found.pending != ""

    def chosen(self, arrival_id: int, work: str) -> None:
        """A person said which work a waiting mail belongs to: it goes on."""
        self._set(arrival_id, pending="", for_work=work)
        self.desk.event("mail-chosen", arrival=arrival_id, work=work)

    def assigned(self, arrival_id: int, to: str) -> None:
        """Staff said where a mail belongs, "" that the program shall say: it is decided anew, if it was read.

        to: a 登記号, 新作品 or 非投稿. A letter that was not sent yet will say what is right then.
        """
        row = self.row(arrival_id)
        read = row["stage"] in (Stage.PARSED.value, Stage.ENDED.value)
        self._set(arrival_id, assigned=to, **({**UNDECIDED, **_WELL} if read else {}))
        self.desk.event("mail-assigned", arrival=arrival_id, to=to, before=row["assigned"] or row["for_work"])

    def failed(self, arrival_id: int, error: str) -> int:
        """Our own processing failed on it once more; returns how often at this stage."""
        tries = int(self.connection.execute(select(_A.c.tries).where(_A.c.id == arrival_id)).scalar_one()) + 1
        self._set(arrival_id, tries=tries, error=error[:2000], retry_at=self.now + patience(tries))
        self.desk.event("mail-failed", arrival=arrival_id, error=error[:500], tries=tries)
        return tries

    def again(self, ids: Sequence[int]) -> list[int]:
        """Take mails that were given up, fail, or wait through the whole walk once more; returns which.

        One that has become something else stays what it is: its works, letters and to-dos rest on it.
        """
        stuck = or_(_A.c.ended.in_(GIVEN_UP), _A.c.ended.is_(None))
        found = self.connection.execute(select(_A.c.id, _A.c.raw_sha256).where(_A.c.id.in_(ids), stuck)).all()
        for arrival_id, raw in found:
            self._set(arrival_id, stage=self._rewound(arrival_id, raw).value, **_UNTOLD)
            self.desk.event("mail-retried", arrival=arrival_id)
        return [arrival_id for arrival_id, _ in found]

    def _rewound(self, arrival_id: int, raw: str) -> Stage:
        """Where a mail begins anew; its parts are found again then. A file fed by hand has no mail to take it from."""
        if raw:
            return Stage.FETCHED
        has_parts = self.connection.execute(select(_P.c.id).where(_P.c.arrival_id == arrival_id)).first()
        return Stage.EXTRACTED if has_parts else Stage.LISTED

    def out_of_junk(self, arrival_id: int) -> None:
        """A person took the mail out of the junk folder, or said so: what waited for that goes on."""
        if self.connection.execute(select(_A.c.junk).where(_A.c.id == arrival_id)).scalar():
            self._set(arrival_id, junk=False)
            self.desk.close_todos(key=junk_key(arrival_id))

    def _set(self, arrival_id: int, **values: Any) -> None:
        self.connection.execute(update(_A).where(_A.c.id == arrival_id).values(**values))
        self.desk.touch()

    # looking up

    def at(self, stage: Stage, *, mailbox: str = "", due: bool = False) -> list[int]:
        """Ids of arrivals at a stage that do not wait for a person, oldest arrival first.

        due: without those that failed and are to be left alone for a while.
        """
        query = select(_A.c.id).where(_A.c.stage == stage.value, _A.c.pending == "")
        if due:
            query = query.where(or_(_A.c.retry_at.is_(None), _A.c.retry_at <= self.now))
        if mailbox:
            query = query.where(_A.c.mailbox == mailbox)
        return list(self.connection.execute(query.order_by(_A.c.received_at, _A.c.id)).scalars())

    def longest_waiting(self) -> dict[str, str]:
        """By mailbox, when the oldest mail came that is listed and not copied, as text that sorts."""
        query = select(_A.c.mailbox, func.min(_A.c.received_at)).where(
            _A.c.stage == Stage.LISTED.value, _A.c.pending == ""
        )
        rows = self.connection.execute(query.group_by(_A.c.mailbox))
        return {mailbox: first.isoformat() if first else "" for mailbox, first in rows}

    def any_fetched(self) -> bool:
        """Whether any mail was ever fetched: there is something to compare with."""
        return self.connection.execute(select(_A.c.id).where(_A.c.header_sha256 != "").limit(1)).first() is not None

    def row(self, arrival_id: int) -> Row:
        """The whole row. KeyError if there is none."""
        found = first_of(self.connection.execute(select(_A).where(_A.c.id == arrival_id)))
        if found is None:
            raise KeyError(arrival_id)
        return found

    def rows(self, ids: Sequence[int] | None = None) -> list[Row]:
        """Rows in the order they were listed; all if ids is None."""
        query = select(_A).order_by(_A.c.id)
        if ids is not None:
            query = query.where(_A.c.id.in_(ids))
        return rows_of(self.connection.execute(query))

    def heads(self, ids: Sequence[int] | None = None) -> list[Row]:
        """As `rows`, without what is large: `text` and `headers`."""
        query = select(*(column for column in _A.columns if column.name not in ("text", "headers"))).order_by(_A.c.id)
        if ids is not None:
            query = query.where(_A.c.id.in_(ids))
        return rows_of(self.connection.execute(query))

    def ids(self) -> list[int]:
        """Every mail's id."""
        return list(self.connection.execute(select(_A.c.id).order_by(_A.c.id)).scalars())

    def arrival(self, arrival_id: int, *, wants: str = "") -> Arrival:
        """One mail with its parts, and their facts if `wants` names the question they answer."""
        row = self.row(arrival_id)
        return _arrival(row, self.parts([arrival_id], wants=wants).get(arrival_id, ()))

    def parts(self, ids: Sequence[int], *, wants: str = "") -> dict[int, tuple[Part, ...]]:
        """Arrival id to its parts, in order."""
        query = select(_P).where(_P.c.arrival_id.in_(ids)).order_by(_P.c.arrival_id, _P.c.position)
        rows = rows_of(self.connection.execute(query))
        known = self.facts({row["sha256"] for row in rows if row["sha256"]}, wants) if wants else {}
        found: dict[int, tuple[Part, ...]] = {}
        for row in rows:
            part = part_of(row, known.get(row["sha256"]))
            found[part.arrival_id] = (*found.get(part.arrival_id, ()), part)
        return found

    def all_parts(self) -> list[Row]:
        """Every part's row, by arrival and position."""
        return rows_of(self.connection.execute(select(_P).order_by(_P.c.arrival_id, _P.c.position)))

    def twin(self, arrival: Arrival, digest: str) -> Row | None:
        """A mail of the mailbox that this one repeats: same Message-ID and files, or same sender and files.

        Of several the one that also says the same, then the oldest.
        """
        same_id = and_(_A.c.message_id == arrival.message_id, _A.c.message_id != "")
        same_files = and_(_A.c.from_address == arrival.from_address, _A.c.from_address != "")
        if not arrival.parts:
            same_id = and_(same_id, _A.c.own_text == arrival.own_text, _A.c.subject == arrival.subject)
            same_files = and_(same_files, _A.c.id < 0)
        elif all(not part.here for part in arrival.parts):
            same_files = and_(same_files, _A.c.id < 0)
        found_by = _A.c.digest == digest
        if not arrival.parts:  # the digest of no files is many mails'
            found_by = and_(_A.c.message_id == arrival.message_id, _A.c.digest + "" == digest)
        query = (
            select(_A.c.id, _A.c.ended, _A.c.reason, _A.c.own_text)
            .where(found_by, or_(same_id, same_files), _A.c.id != arrival.id)
            .where(_A.c.mailbox + "" == arrival.mailbox)  # `+ ""`: not by its index, which is of nearly all mails
            .where(or_(_A.c.ended.in_(TWIN_ENDINGS), and_(_A.c.ended.is_(None), _A.c.pending != "")))
            .order_by(_A.c.own_text != arrival.own_text, _A.c.id)
        )
        return first_of(self.connection.execute(query))

    def digest(self, arrival_id: int) -> str:
        """The digest over its files."""
        return str(self.connection.execute(select(_A.c.digest).where(_A.c.id == arrival_id)).scalar_one())

    def counts(self) -> list[Row]:
        """Per mailbox: stage, ended, waiting or not, and how many."""
        waiting = (_A.c.pending != "").label("waiting")
        query = select(_A.c.mailbox, _A.c.stage, _A.c.ended, waiting, func.count().label("n"))
        return rows_of(self.connection.execute(query.group_by(_A.c.mailbox, _A.c.stage, _A.c.ended, waiting)))

    def quarantined(self) -> list[int]:
        """Ids of mails our processing gave up on, or that failed and wait for another try."""
        gave_up = _A.c.ended == Ended.QUARANTINED.value
        failing = and_(_A.c.stage != Stage.ENDED.value, _A.c.tries > 0)
        return list(self.connection.execute(select(_A.c.id).where(or_(gave_up, failing)).order_by(_A.c.id)).scalars())


def junk_key(arrival_id: int) -> str:
    """The key of the to-do that asks whether a mail in a junk folder may be answered."""
    return f"{JUNK}{arrival_id}"


_NOT_OF_PART = frozenset({"raw_name", "source", "kind", "opened_with", "size_is_exact"})


def part_of(row: Row, facts: f.Facts | None = None, scan: Scan | None = None) -> Part:
    """A row of `parts` as a value, with what is known of the file's bytes."""
    plain = {name: row[name] for name in row if name not in _NOT_OF_PART}
    return Part(**plain, source=PartSource(row["source"]), kind=Kind(row["kind"]), facts=facts, scan=scan)


def _arrival(row: Row, parts: tuple[Part, ...]) -> Arrival:
    return Arrival(
        id=row["id"],
        mailbox=row["mailbox"],
        track=row["track"],
        folder=row["folder"],
        uidvalidity=row["uidvalidity"],
        uid=row["uid"],
        stage=Stage(row["stage"]),
        size=row["size"],
        received_at=row["received_at"],
        raw_sha256=row["raw_sha256"],
        message_id=row["message_id"],
        in_reply_to=tuple(row["in_reply_to"]),
        references=tuple(row["refs"]),
        subject=row["subject"],
        from_name=row["from_name"],
        from_address=row["from_address"],
        to=tuple(row["to"]),
        text=row["text"],
        own_text=row["own_text"],
        headers={name: tuple(values) for name, values in row["headers"].items()},
        problem=row["problem"],
        oddities=tuple(row["oddities"]),
        parts=parts,
        tries=row["tries"],
        pending=row["pending"],
        may_reply=row["may_reply"],
        for_work=row["assigned"] or row["for_work"],
    )
