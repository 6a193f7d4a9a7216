"""The ledger's chapter on keys: every place a mail was seen at, and by what it is known again at another one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, func, insert, or_, select, update

from ingest.ledger import schema
from ingest.ledger.rows import Row, rows_of
from ingest.model import Ended, Listing, Stage

_K = schema.keys
_F = schema.folders
_A = schema.arrivals
_AT_ONCE = 400


@dataclass(frozen=True)
class Place:
    """A place a mail was seen at. `gone`: it is no longer there."""

    listing: Listing
    arrival_id: int
    gone: bool


class SeenFolder:
    """What is known of one folder under one UIDVALIDITY: the sources' `Seen`."""

    def __init__(self, connection: Connection, mailbox: str, folder: str, uidvalidity: int) -> None:
        self._connection = connection
        self._where = _in_folder(mailbox, folder, uidvalidity)
        highest = connection.execute(select(func.max(_K.c.uid_number)).where(self._where)).scalar()
        self.last_uid = int(highest or 0)

    def known(self, uids: Sequence[str]) -> set[str]:
        """Those of `uids` that are in the ledger."""
        found: set[str] = set()
        for start in range(0, len(uids), _AT_ONCE):
            query = select(_K.c.uid).where(self._where, _K.c.uid.in_(uids[start : start + _AT_ONCE]))
            found.update(self._connection.execute(query).scalars())
        return found


class Keys:
    """Places of mails, and folders as polled last."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def seen(self, mailbox: str, folder: str, uidvalidity: int) -> SeenFolder:
        """What is known of a folder."""
        return SeenFolder(self.connection, mailbox, folder, uidvalidity)

    def at(self, listing: Listing) -> int | None:
        """The mail known under this key, None if it is not known."""
        found = self.connection.execute(select(_K.c.arrival_id).where(_is(listing))).scalar()
        return None if found is None else int(found)

    def add(self, listing: Listing, arrival_id: int) -> None:
        """A mail is at a place that was not known."""
        values = {
            "mailbox": listing.mailbox,
            "folder": listing.folder,
            "uidvalidity": listing.uidvalidity,
            "uid": listing.uid,
            "uid_number": int(listing.uid) if listing.uid.isdecimal() and len(listing.uid) < 19 else None,
            "size": listing.size,
            "received_at": listing.received_at,
            "arrival_id": arrival_id,
        }
        self.connection.execute(insert(_K).values(**values))

    def give(self, listing: Listing, arrival_id: int) -> None:
        """A known key, as it is listed now, is this mail's, whosever it was before."""
        values = {"size": listing.size, "received_at": listing.received_at, "arrival_id": arrival_id, "gone": False}
        self.connection.execute(update(_K).where(_is(listing)).values(**values))

    def lose(self, listing: Listing) -> None:
        """A mail is no longer at this place."""
        self.connection.execute(update(_K).where(_is(listing)).values(gone=True))

    def places_of(self, arrival_id: int) -> list[Place]:
        """Where a mail is or was, the newest place first; those where it is come before those where it was."""
        query = select(_K).where(_K.c.arrival_id == arrival_id).order_by(_K.c.gone, _K.c.id.desc())
        return [_place(row) for row in rows_of(self.connection.execute(query))]

    def living_places(self, arrival_ids: Collection[int]) -> dict[int, list[Place]]:
        """By mail, where mails are now, the newest place first; those that are nowhere are left out."""
        found: dict[int, list[Place]] = {}
        wanted = sorted(arrival_ids)
        for start in range(0, len(wanted), _AT_ONCE):
            where = and_(_K.c.arrival_id.in_(wanted[start : start + _AT_ONCE]), _K.c.gone.is_(False))
            for row in rows_of(self.connection.execute(select(_K).where(where).order_by(_K.c.id.desc()))):
                found.setdefault(row["arrival_id"], []).append(_place(row))
        return found

    def places_in(self, mailbox: str, folder: str, uidvalidity: int) -> dict[str, Place]:
        """By uid, every place of a folder that is known, those that are gone too."""
        rows = rows_of(self.connection.execute(select(_K).where(_in_folder(mailbox, folder, uidvalidity))))
        return {row["uid"]: _place(row) for row in rows}

    def living(self, mailbox: str, folder: str, uidvalidity: int) -> int:
        """How many mails of a folder are known and not gone."""
        query = select(func.count()).where(_in_folder(mailbox, folder, uidvalidity), _K.c.gone.is_(False))
        return int(self.connection.execute(query).scalar_one())

    def received(self, mailbox: str, most: int, limit: int) -> list[Place]:
        """Where the last mails are, of no more than `most` bytes, whose bytes we have: at most `limit` of them."""
        query = select(_K).join(_A, _A.c.id == _K.c.arrival_id).where(_K.c.mailbox == mailbox, _K.c.gone.is_(False))
        query = query.where(_A.c.raw_sha256 != "", _A.c.size <= most).order_by(_K.c.id.desc()).limit(limit)
        return [_place(row) for row in rows_of(self.connection.execute(query))]

    # who is this

    def alike(self, lot: Sequence[Listing]) -> dict[str, list[int]]:
        """By uid, mails of the mailbox whose body never came, of that size and arrival, oldest first.

        lot: listings of one mailbox, some hundreds at the most.
        """
        sizes = {listing.size for listing in lot if listing.size is not None}
        never = or_(
            _A.c.stage == Stage.LISTED.value,
            _A.c.ended.in_([Ended.UNREADABLE.value, Ended.NOT_A_SUBMISSION.value]),
        )
        query = select(_A.c.id, _A.c.size, _A.c.received_at).where(
            _A.c.mailbox == lot[0].mailbox, _A.c.size.in_(sizes), _A.c.raw_sha256 == "", never
        )
        mails: dict[tuple[int, object], list[int]] = {}
        for row in self.connection.execute(query.order_by(_A.c.id)):
            if row.received_at is not None:
                mails.setdefault((row.size, row.received_at), []).append(row.id)
        return {
            listing.uid: mails[listing.size or 0, listing.received_at]
            for listing in lot
            if (listing.size or 0, listing.received_at) in mails
        }

    def of_header(self, mailbox: str, header_sha256: str, size: int | None) -> list[int]:
        """Mails of the mailbox with this header, and of this size if it is known, oldest first."""
        query = select(_A.c.id).where(_A.c.mailbox == mailbox, _A.c.header_sha256 == header_sha256)
        if size is not None:
            listed = select(_K.c.id).where(_K.c.arrival_id == _A.c.id, _K.c.size == size).exists()
            query = query.where(or_(_A.c.size == size, listed))
        return list(self.connection.execute(query.order_by(_A.c.id)).scalars())

    # folders

    def folders(self, mailbox: str) -> dict[tuple[str, int], Row]:
        """The folders of a mailbox that were ever polled, by name and UIDVALIDITY."""
        rows = rows_of(self.connection.execute(select(_F).where(_F.c.mailbox == mailbox)))
        return {(row["name"], row["uidvalidity"]): row for row in rows}

    def polled(self, mailbox: str, folder: str, uidvalidity: int, **values: str | int) -> None:
        """Keep what is known of a folder. values: on_server, swept_on."""
        where = and_(_F.c.mailbox == mailbox, _F.c.name == folder, _F.c.uidvalidity == uidvalidity)
        if values and self.connection.execute(update(_F).where(where).values(**values)).rowcount:
            return
        self.connection.execute(insert(_F).values(mailbox=mailbox, name=folder, uidvalidity=uidvalidity, **values))

    def rebuilt(self, mailbox: str, folder: str, uidvalidity: int) -> None:
        """A folder came under a new UIDVALIDITY: nothing is at its old places any more."""
        others = and_(_K.c.mailbox == mailbox, _K.c.folder == folder, _K.c.uidvalidity != uidvalidity)
        self.connection.execute(update(_K).where(others).values(gone=True))
        old = and_(_F.c.mailbox == mailbox, _F.c.name == folder, _F.c.uidvalidity != uidvalidity)
        self.connection.execute(update(_F).where(old).values(on_server=0))

    def set_gone(self, mailbox: str, folder: str, uidvalidity: int, uids: Collection[str], *, gone: bool) -> None:
        """Mails of a folder are no longer there, or there again."""
        wanted = sorted(uids)
        for start in range(0, len(wanted), _AT_ONCE):
            where = and_(_in_folder(mailbox, folder, uidvalidity), _K.c.uid.in_(wanted[start : start + _AT_ONCE]))
            self.connection.execute(update(_K).where(where).values(gone=gone))

    def on_server(self) -> Mapping[str, int]:
        """By mailbox, how many mails its folders held when they were polled last."""
        query = select(_F.c.mailbox, func.sum(_F.c.on_server)).group_by(_F.c.mailbox)
        return {mailbox: int(count) for mailbox, count in self.connection.execute(query)}


def _in_folder(mailbox: str, folder: str, uidvalidity: int) -> ColumnElement[bool]:
    return and_(_K.c.mailbox == mailbox, _K.c.folder == folder, _K.c.uidvalidity == uidvalidity)


def _is(listing: Listing) -> ColumnElement[bool]:
    return and_(_in_folder(listing.mailbox, listing.folder, listing.uidvalidity), _K.c.uid == listing.uid)


def _place(row: Row) -> Place:
    listing = Listing(row["mailbox"], row["folder"], row["uidvalidity"], row["uid"], row["size"], row["received_at"])
    return Place(listing, row["arrival_id"], row["gone"])
