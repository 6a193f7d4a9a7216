"""The ledger's chapter on films: which are still to be looked at, and what was seen and heard of each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, and_, func, insert, or_, select, update

from ingest.ledger import schema
from ingest.ledger.desk import Desk, patience
from ingest.ledger.kept import watched_of
from ingest.ledger.works import ALIVE, Works
from ingest.model import MALWARE, Kind
from parsers import facts as f
from parsers.film import FILM_VERSION
from parsers.filmfacts import Watched

_F = schema.facts
_M = schema.materials
_P = schema.parts
_W = schema.works
_X = schema.watched

_OF_A_FILM = '{"fact":"video"'
"""Begins the facts of a film that can be opened, as they are kept."""

SETTLED = "watched"
"""In `meta`: the revision at which nothing was due, and for which versions and question."""

Waits = Literal["", "again", "clip"]
"""For nothing; for another try, where we ended the look ourselves; for its preview."""


@dataclass(frozen=True)
class Due:
    """A film to look at (again), or to make a preview of. sha256: its digest; retry_at: not before, unless a person
    waits."""

    sha256: str
    waits: Waits
    retry_at: dt.datetime | None = None


class Watching:
    """What is known of films, by their digest."""

    def __init__(self, connection: Connection, now: dt.datetime, desk: Desk, works: Works) -> None:
        self.connection = connection
        self.now = now
        self.desk = desk
        self.works = works

    def due(self, wants: str) -> list[Due]:
        """Films of living works that were not looked at to their end, those that are judged before the others; of
        those that only lack a preview the judged ones alone.

        wants: under which their facts are kept.
        """
        waits = func.coalesce(_X.c.waits, "")
        facts = and_(_F.c.sha256 == _P.c.sha256, _F.c.version == f.PARSERS_VERSION, _F.c.wants == wants)
        query = (
            select(_P.c.sha256, waits.label("waits"), func.max(_M.c.in_force).label("judged"), _X.c.retry_at)
            .join(_M, _M.c.part_id == _P.c.id)
            .join(_F, and_(facts, _F.c.json.startswith(_OF_A_FILM)))
            .outerjoin(_X, and_(_X.c.sha256 == _P.c.sha256, _X.c.version == FILM_VERSION))
            .where(_M.c.kind == Kind.VIDEO.value, _P.c.sha256 != "", _P.c.problem != MALWARE)
            .where(_M.c.work_id.in_(select(_W.c.id).where(*ALIVE)), or_(_X.c.sha256.is_(None), _X.c.waits != ""))
            .group_by(_P.c.sha256, waits, _X.c.retry_at)
            .order_by(waits, func.max(_M.c.in_force).desc(), func.min(_P.c.id))
        )
        rows = self.connection.execute(query)
        return [Due(row.sha256, row.waits, row.retry_at) for row in rows if row.waits != "clip" or row.judged]

    def is_settled(self, wants: str) -> bool:
        """Nothing was due, and nothing is new since: told without looking through the films."""
        return self.desk.get(SETTLED) == self._mark(wants)

    def settle(self, wants: str) -> None:
        """Nothing is due: as long as nothing is new, that need not be looked for."""
        self.desk.put(SETTLED, self._mark(wants))

    def _mark(self, wants: str) -> str:
        return f"{self.desk.revision()} {FILM_VERSION} {f.PARSERS_VERSION} {wants}"

    def of(self, sha256: str) -> Watched | None:
        """What was seen of a film, None if nobody has looked."""
        return watched_of(self.connection, [sha256]).get(sha256)

    def keep(self, sha256: str, watched: Watched, *, limit: int, clip: bool = False) -> None:
        """What was seen; the works that have the film are judged again if that changes anything.

        limit: so often a look is tried that we ended ourselves. clip: a preview of it is to be made.
        """
        before = self.of(sha256)
        failed = watched.problem in f.ENDED_BY_US
        tries = self._tries(sha256) + 1 if failed else 0
        waits: Waits = "again" if failed and tries < limit else "clip" if clip and not failed else ""
        self._put(sha256, watched, waits=waits, tries=tries, retry_at=self.now + patience(tries) if failed else None)
        if before is None or not failed or before.problem != watched.problem:
            self.works.soil(self.works_of(sha256))

    def keep_clip(self, sha256: str, watched: Watched) -> None:
        """A film with its preview, or with why there is none: the pages change, and no verdict."""
        self._put(sha256, watched, waits="", tries=0, retry_at=None)
        self.desk.touch()

    def works_of(self, sha256: str) -> list[str]:
        """Works that have it as a film."""
        query = select(_M.c.work_id).distinct().join(_P, _P.c.id == _M.c.part_id)
        query = query.where(_P.c.sha256 == sha256, _M.c.kind == Kind.VIDEO.value)
        return sorted(self.connection.execute(query).scalars())

    def forget_failed(self, ids: Sequence[int] | None = None) -> list[int]:
        """Films that were too slow, too big or crashed our programs are to be looked at anew; the mails they are of.

        ids: of these mails only.
        """
        hint = or_(*(_X.c.json.contains(reason) for reason in f.ENDED_BY_US))
        kept = self.connection.execute(select(_X.c.sha256, _X.c.json).where(_X.c.version == FILM_VERSION, hint)).all()
        failed = {row.sha256: _waits_anew(Watched.model_validate_json(row.json)) for row in kept}
        query = select(_P.c.arrival_id, _P.c.sha256).where(_P.c.sha256.in_([one for one in failed if failed[one]]))
        found = [row for row in self.connection.execute(query) if ids is None or row.arrival_id in ids]
        for sha256 in {row.sha256 for row in found}:
            anew = {"waits": failed[sha256], "tries": 0, "retry_at": None}
            same = (_X.c.sha256 == sha256, _X.c.version == FILM_VERSION)
            self.connection.execute(update(_X).where(*same).values(**anew))
            self.desk.touch()
        return sorted({row.arrival_id for row in found})

    def _tries(self, sha256: str) -> int:
        query = select(_X.c.tries).where(_X.c.sha256 == sha256, _X.c.version == FILM_VERSION)
        return int(self.connection.execute(query).scalar_one_or_none() or 0)

    def _put(self, sha256: str, watched: Watched, **more: object) -> None:
        values = {"json": watched.model_dump_json(), **more}
        same = (_X.c.sha256 == sha256, _X.c.version == FILM_VERSION)
        if self.connection.execute(update(_X).where(*same).values(**values)).rowcount == 0:
            self.connection.execute(insert(_X).values(sha256=sha256, version=FILM_VERSION, **values))


def _waits_anew(watched: Watched) -> Waits:
    if watched.problem in f.ENDED_BY_US:
        return "again"
    return "clip" if watched.no_clip in f.ENDED_BY_US else ""
