"""The ledger's chapter on files behind links: each once, however many mails name it, and how far we are with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, String, and_, cast, delete, insert, literal, or_, select, update

from ingest.ledger import schema
from ingest.ledger.desk import Desk
from ingest.ledger.rows import Row, first_of, rows_of
from ingest.model import OF_WORKS, CloudFile, Decision, LinkState, PartSource

_L = schema.links
_P = schema.parts
_A = schema.arrivals
_M = schema.materials

LIVING = (LinkState.WAITING, LinkState.FETCHING)
"""States in which a program goes on trying."""

WRONG_CODE = "wrong-code"
"""`reason` of a link whose extraction code is missing or wrong: another code is another chance."""

GONE = "expired"
"""`problem` of a part whose file will never come."""

_SIZE = ("size", "size_is_exact")


_OUT = (Decision.WITHDRAWN, Decision.REFUSED)
"""Decisions after which nobody needs what is still to come of a work."""


def _wanted(out: Collection[str]) -> ColumnElement[bool]:
    """Sights in mails of works, and in those that wait for a person: nobody else's file is asked for.

    out: works that need nothing more. One that has the sight, or the mail where none has it, must not be among them.
    """
    waits = and_(_A.c.ended.is_(None), _A.c.pending != "")
    filed, joined = _M.alias(), schema.work_arrivals.alias()
    its = select(filed.c.work_id).where(filed.c.part_id == _P.c.id)
    mails = select(joined.c.work_id).where(joined.c.arrival_id == _A.c.id)
    by_mail = or_(mails.where(joined.c.work_id.not_in(out)).exists(), ~mails.exists())
    needed = or_(its.where(filed.c.work_id.not_in(out)).exists(), and_(~its.exists(), by_mail))
    of_works = and_(_A.c.ended.in_(OF_WORKS), needed)
    return and_(_P.c.source == PartSource.CLOUD.value, _P.c.link_key != "", or_(of_works, waits))


def _same() -> ColumnElement[bool]:
    return and_(_P.c.provider == _L.c.provider, _P.c.link_key == _L.c.key)


class Links:
    """Files behind links."""

    def __init__(self, connection: Connection, now: dt.datetime, desk: Desk) -> None:
        self.connection = connection
        self.now = now
        self.desk = desk

    def _out(self) -> list[str]:
        """Works that staff have withdrawn or refused."""
        cells = schema.staff_cells
        rows = self.connection.execute(select(cells.c.row, cells.c.value).where(cells.c.heading == "初审结论"))
        return [row.row for row in rows if Decision.of(row.value) in _OUT]

    # what mails say of them

    def sight(self) -> int:
        """A row for every file that mails of works name, with what the newest of them says; returns how many are new.

        A link that a later mail has extended, or given another code, is waited for again.
        """
        query = select(_P).join(_A, _A.c.id == _P.c.arrival_id).where(_wanted(self._out()), _P.c.sha256 == "")
        seen: dict[tuple[str, str], Row] = {}
        for row in rows_of(self.connection.execute(query.order_by(_A.c.received_at, _P.c.id))):
            key = row["provider"], row["link_key"]
            seen[key] = _newer(seen[key], row) if key in seen else row
        known = {(row["provider"], row["key"]): row for row in rows_of(self.connection.execute(select(_L)))}
        new = 0
        for key, row in seen.items():
            if key not in known:
                self._add(row)
                new += 1
            else:
                self._hear(known[key], row)
        return new

    def _add(self, part: Row) -> None:
        values = {name: part[name] for name in ("provider", "url", "name", *_SIZE, "expires_at", "code")}
        state = LinkState.WAITING.value
        self.connection.execute(insert(_L).values(**values, key=part["link_key"], state=state, seen_at=self.now))
        self.desk.touch()

    def _hear(self, link: Row, part: Row) -> None:
        """What a mail says beyond what is known."""
        told: dict[str, Any] = {"name": part["name"]} if part["name"] and not link["name"] else {}
        if part["size"] and (not link["size"] or part["size_is_exact"] > link["size_is_exact"]):
            told |= {name: part[name] for name in _SIZE}
        if part["code"] and part["code"] != link["code"]:
            told |= {"code": part["code"], "url": part["url"]}
            if link["state"] == LinkState.MANUAL.value and link["reason"] == WRONG_CODE:
                told |= {"state": LinkState.WAITING.value, "reason": "", "detail": "", "next_try_at": None}
                self._mark_sights(link["provider"], link["key"], "")
        if part["expires_at"] and link["expires_at"] and part["expires_at"] > link["expires_at"]:
            told |= {"expires_at": part["expires_at"], "url": part["url"]}
            if link["state"] == LinkState.EXPIRED.value and part["expires_at"] > self.now:
                told |= {"state": LinkState.WAITING.value, "reason": "", "detail": "", "next_try_at": None}
                self._mark_sights(link["provider"], link["key"], "")
        if told:
            self._set(link["id"], **told)

    # trying

    def due(self) -> list[CloudFile]:
        """Those to be tried now, soonest expiry first."""
        query = select(_L).where(
            _L.c.state.in_([state.value for state in LIVING]),
            or_(_L.c.next_try_at.is_(None), _L.c.next_try_at <= self.now),
            self._is_wanted(),
        )
        query = query.order_by(_L.c.expires_at.is_(None), _L.c.expires_at, _L.c.id)
        return _links(self.connection.execute(query))

    def run_out(self) -> list[CloudFile]:
        """Those still waited for, from the program or from people, whose time is over."""
        waited = [state.value for state in (*LIVING, LinkState.MANUAL, LinkState.GIVEN_UP)]
        query = select(_L).where(_L.c.state.in_(waited), _L.c.expires_at <= self.now)
        return _links(self.connection.execute(query.order_by(_L.c.id)))

    def unasked(self, prefix: str) -> list[CloudFile]:
        """Those left to people that were nobody's matter then, and are now. prefix: of the key of a link's to-do."""
        stuck = [LinkState.MANUAL.value, LinkState.EXPIRED.value, LinkState.GIVEN_UP.value]
        key = literal(prefix).concat(cast(_L.c.id, String))
        asked = select(schema.todos.c.id).where(schema.todos.c.key == key).exists()
        query = select(_L).where(_L.c.state.in_(stuck), ~asked, self._is_wanted())
        return _links(self.connection.execute(query.order_by(_L.c.id)))

    def _is_wanted(self) -> ColumnElement[bool]:
        return select(_P.c.id).join(_A, _A.c.id == _P.c.arrival_id).where(_wanted(self._out()), _same()).exists()

    def begin_try(self, link_id: int) -> None:
        """A try begins; should its process die, it has counted."""
        values = {"state": LinkState.FETCHING.value, "tries": _L.c.tries + 1, "next_try_at": None}
        self.connection.execute(update(_L).where(_L.c.id == link_id).values(**values))

    def later(self, link_id: int, *, at: dt.datetime | None, reason: str, detail: str = "", got: int = 0) -> None:
        """The try brought no file, or not all of it: the next one comes at `at`, None for the next batch."""
        before = self.link(link_id)
        values = {"state": LinkState.WAITING.value, "next_try_at": at, "got": got}
        self.connection.execute(
            update(_L).where(_L.c.id == link_id).values(**values, reason=reason, detail=detail[:1000])
        )
        if (before.reason, before.got) != (reason, got):
            self.desk.touch()

    def put_off(self, link_id: int, *, got: int | None = None) -> None:
        """The batch's time was over, not the link's fault: the try does not count, the next batch goes on."""
        values: dict[str, Any] = {"state": LinkState.WAITING.value, "tries": _L.c.tries - 1, "next_try_at": None}
        if got is not None:
            values["got"] = got
        self.connection.execute(update(_L).where(_L.c.id == link_id).values(**values))

    def told(self, link_id: int, *, name: str = "", size: int = 0, expires_at: dt.datetime | None = None) -> None:
        """What the service itself says of the file; it knows better than the mail."""
        said = {"name": name, "size": size, "size_is_exact": bool(size), "expires_at": expires_at}
        values = {key: value for key, value in said.items() if value}
        if values:
            self.connection.execute(update(_L).where(_L.c.id == link_id).values(**values))

    def end(self, link_id: int, state: LinkState, *, reason: str, detail: str = "") -> None:
        """No program goes on: a person must (`manual`, `given-up`), or nobody can (`expired`)."""
        link = self.link(link_id)
        values = {"reason": reason, "detail": detail[:1000], "next_try_at": None, "closed_at": self.now}
        self._set(link_id, state=state.value, **values)
        if state is LinkState.EXPIRED or reason == WRONG_CODE:
            self._mark_sights(link.provider, link.key, GONE if state is LinkState.EXPIRED else WRONG_CODE)
        self._tell(f"link-{state.value}", link_id, link=link.name or link.url[:200], reason=reason)

    def fetched(self, link_id: int, sha256: str, size: int, *, by_hand: bool = False) -> None:
        """Its bytes are in the store."""
        values = {"sha256": sha256, "size": size, "size_is_exact": True, "got": size, "by_hand": by_hand}
        state = LinkState.FETCHED.value
        self._set(link_id, **values, state=state, reason="", detail="", next_try_at=None, closed_at=self.now)
        link = self.link(link_id)
        self._mark_sights(link.provider, link.key, "")
        self._tell("link-fetched", link_id, link=link.name or link.url[:200], size=size, by_hand=by_hand)

    def again(self, ids: Collection[int] | None = None) -> list[int]:
        """Try those at once that were given up or wait, expired ones too if they are named; returns which."""
        stuck = [LinkState.WAITING, LinkState.FETCHING, LinkState.GIVEN_UP]
        if ids is not None:
            stuck += [LinkState.MANUAL, LinkState.EXPIRED]
        found = [link.id for link in self.links(stuck) if ids is None or link.id in ids]
        for link_id in found:
            link = self.link(link_id)
            late = link.expires_at is not None and link.expires_at <= self.now
            again: dict[str, Any] = {"state": LinkState.WAITING.value, "next_try_at": None, "tries": 0}
            self._set(link_id, **again, reason="", detail="", **({"expires_at": None} if late else {}))
            self._mark_sights(link.provider, link.key, "")
        return found

    # into the mails

    def unapplied(self) -> dict[int, dict[int, CloudFile]]:
        """By mail and part, the file behind the link, where that is here and the part does not know it yet."""
        query = select(_P.c.id.label("part_id"), _P.c.arrival_id, *_L.columns).join(_L, _same())
        query = query.where(_L.c.sha256 != "", _P.c.sha256 == "", _P.c.source == PartSource.CLOUD.value)
        found: dict[int, dict[int, CloudFile]] = {}
        for row in rows_of(self.connection.execute(query.order_by(_P.c.arrival_id, _P.c.position))):
            file = {key: value for key, value in row.items() if key not in ("part_id", "arrival_id")}
            found.setdefault(row["arrival_id"], {})[row["part_id"]] = _link(file)
        return found

    def unfile(self, part_id: int) -> None:
        """A part is no material of any work: what is behind the link is there already."""
        self.connection.execute(delete(_M).where(_M.c.part_id == part_id))

    # looking up

    def link(self, link_id: int) -> CloudFile:
        """One. KeyError if there is none."""
        found = _links(self.connection.execute(select(_L).where(_L.c.id == link_id)))
        if not found:
            raise KeyError(link_id)
        return found[0]

    def links(self, states: Sequence[LinkState] | None = None) -> list[CloudFile]:
        """All, or those in these states, in order of their number."""
        query = select(_L).order_by(_L.c.id)
        if states is not None:
            query = query.where(_L.c.state.in_([state.value for state in states]))
        return _links(self.connection.execute(query))

    def first_sight(self, link_id: int) -> Row | None:
        """Where it stands in the oldest mail of a work, or that waits: part_id, arrival_id, work_id ("" if none).

        None if no such mail names it any more.
        """
        query = (
            select(_P.c.id.label("part_id"), _P.c.arrival_id, _M.c.work_id)
            .join(_L, _same())
            .join(_A, _A.c.id == _P.c.arrival_id)
            .outerjoin(_M, _M.c.part_id == _P.c.id)
            .where(_L.c.id == link_id, _wanted(self._out()))
            .order_by(_A.c.received_at, _P.c.id, _M.c.work_id)
        )
        row = first_of(self.connection.execute(query.limit(1)))
        return None if row is None else {**row, "work_id": row["work_id"] or ""}

    def of_work(self, work_id: str) -> list[CloudFile]:
        """The files behind links of one work, fetched ones too, in order of their number."""
        mine = select(_P.c.id).join(_M, _M.c.part_id == _P.c.id).where(_M.c.work_id == work_id, _same()).exists()
        return _links(self.connection.execute(select(_L).where(mine).order_by(_L.c.id)))

    def of_mails(self, ids: Collection[int]) -> list[int]:
        """Numbers of the links that these mails name."""
        query = select(_L.c.id).distinct().join(_P, _same()).where(_P.c.arrival_id.in_(ids)).order_by(_L.c.id)
        return list(self.connection.execute(query).scalars())

    # writing

    def _mark_sights(self, provider: str, key: str, problem: str) -> None:
        """Say on every part whether its file can still come; works that hold one are reviewed anew."""
        mine = and_(_P.c.provider == provider, _P.c.link_key == key, _P.c.sha256 == "")
        self.connection.execute(update(_P).where(mine).values(problem=problem))
        works = select(_M.c.work_id).join(_P, _P.c.id == _M.c.part_id).where(mine)
        self.connection.execute(update(schema.works).where(schema.works.c.id.in_(works)).values(dirty=True))

    def _tell(self, what: str, link_id: int, **detail: Any) -> None:
        """An event for the history of the first mail and work that name it."""
        first = self.first_sight(link_id)
        where = {"arrival": first["arrival_id"], "work": first["work_id"]} if first else {}
        self.desk.event(what, **where, **detail)

    def _set(self, link_id: int, **values: Any) -> None:
        self.connection.execute(update(_L).where(_L.c.id == link_id).values(**values))
        self.desk.touch()


def _newer(known: Row, row: Row) -> Row:
    """Two sights of one file: the newer one, with what only the older says."""
    ends = [at for at in (known["expires_at"], row["expires_at"]) if at is not None]
    gaps = {name: row[name] or known[name] for name in ("name", "code")}
    older = known["size"] and (not row["size"] or known["size_is_exact"] > row["size_is_exact"])
    size = {name: (known if older else row)[name] for name in _SIZE}
    return {**row, **gaps, **size, "expires_at": max(ends, default=None)}


def _links(result: Any) -> list[CloudFile]:
    return [_link(row) for row in rows_of(result)]


def _link(row: Row) -> CloudFile:
    return CloudFile(**{**row, "state": LinkState(row["state"])})
