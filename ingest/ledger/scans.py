"""The ledger's chapter on virus scans: one verdict a file, by its digest, with the signatures it was made by."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, and_, func, insert, or_, select, update

from ingest.ledger import schema
from ingest.ledger.desk import Desk
from ingest.model import OF_WORKS, Said, Scan, Stage

_A = schema.arrivals
_P = schema.parts
_S = schema.scans

MALWARE = "malware"
"""The problem of a part that is in quarantine."""

TRIES = 3
"""After so many scans without an answer a file stays unchecked under these signatures."""


@dataclass(frozen=True)
class Unchecked:
    """A file that is to be scanned: its digest and its size in bytes."""

    sha256: str
    size: int


class Scans:
    """Verdicts on files, by their digest."""

    def __init__(self, connection: Connection, now: dt.datetime, desk: Desk) -> None:
        self.connection = connection
        self.now = now
        self.desk = desk

    def scan(self, sha256: str) -> Scan | None:
        """The last verdict on a file, None if none was asked for."""
        return self.scans([sha256]).get(sha256)

    def scans(self, digests: Iterable[str]) -> dict[str, Scan]:
        """sha256 to the last verdict, for those that have one."""
        wanted = sorted(digests)
        found: dict[str, Scan] = {}
        for start in range(0, len(wanted), 500):
            query = select(_S).where(_S.c.sha256.in_(wanted[start : start + 500]))
            for row in self.connection.execute(query):
                found[row.sha256] = Scan(Said(row.said), row.signature, row.reason, row.engine)
        return found

    def bad(self) -> dict[str, Scan]:
        """Every digest that is known malware."""
        rows = self.connection.execute(select(_S).where(_S.c.said == Said.BAD.value))
        return {row.sha256: Scan(Said.BAD, row.signature, row.reason, row.engine) for row in rows}

    def keep(self, sha256: str, scan: Scan) -> None:
        """The verdict on a file, in place of an earlier one. What is found, and what is found no more, is an event."""
        before = self.scan(sha256)
        same = before is not None and (before.said, before.reason, before.engine) == (
            scan.said,
            scan.reason,
            scan.engine,
        )
        values = {
            "said": scan.said.value,
            "signature": scan.signature[:300],
            "reason": scan.reason,
            "engine": scan.engine[:120],
            "at": self.now,
        }
        if before is None:
            self.connection.execute(insert(_S).values(sha256=sha256, tries=1, **values))
        else:
            tries = _S.c.tries + 1 if same else 1
            self.connection.execute(update(_S).where(_S.c.sha256 == sha256).values(tries=tries, **values))
        if scan.is_bad or (before is not None and before.is_bad):
            self.desk.event("file-scanned", sha256=sha256, said=scan.said.value, signature=scan.signature[:300])

    def to_scan(self, max_bytes: int) -> list[Unchecked]:
        """Files of mails that were taken apart and are not done with, on which no verdict was to be had so far.

        max_bytes: larger ones are left out. A file without an answer for the third time stays as it is.
        """
        lacking = or_(
            _S.c.sha256.is_(None),
            and_(
                _S.c.said == Said.UNCHECKED.value,
                or_(
                    _S.c.reason.in_(("unreachable", "off")),
                    and_(_S.c.reason.in_(("timeout", "failed", "too-large")), _S.c.tries < TRIES),
                ),
            ),
        )
        query = (
            select(_P.c.sha256, func.max(_P.c.size))
            .join(_A, _A.c.id == _P.c.arrival_id)
            .outerjoin(_S, _S.c.sha256 == _P.c.sha256)
            .where(_P.c.sha256 != "", _P.c.problem != MALWARE, _P.c.size <= max_bytes, lacking)
            .where(_A.c.stage.in_((Stage.EXTRACTED.value, Stage.PARSED.value, Stage.ENDED.value)))
            .where(or_(_A.c.ended.is_(None), _A.c.ended.in_(OF_WORKS)))
            .group_by(_P.c.sha256)
            .order_by(func.min(_P.c.id))
        )
        return [Unchecked(sha256, size) for sha256, size in self.connection.execute(query)]

    def to_condemn(self) -> list[str]:
        """Digests of malware that stands among the other files, since its verdict came after it did."""
        query = (
            select(_P.c.sha256)
            .join(_S, _S.c.sha256 == _P.c.sha256)
            .where(_S.c.said == Said.BAD.value, _P.c.problem != MALWARE)
            .distinct()
            .order_by(_P.c.sha256)
        )
        return list(self.connection.execute(query).scalars())

    def condemn(self, sha256: str) -> list[int]:
        """Every part of that digest is malware from now on: its bytes count as not here. The mails they came in."""
        held = select(_P.c.arrival_id).where(_P.c.sha256 == sha256).distinct().order_by(_P.c.arrival_id)
        mails = list(self.connection.execute(held).scalars())
        self.connection.execute(update(_P).where(_P.c.sha256 == sha256).values(problem=MALWARE))
        self.connection.execute(schema.facts.delete().where(schema.facts.c.sha256 == sha256))
        self.desk.touch()
        return mails

    def mails_of(self, sha256: str) -> list[int]:
        """The mails that hold a file of that digest."""
        query = select(_P.c.arrival_id).where(_P.c.sha256 == sha256).distinct().order_by(_P.c.arrival_id)
        return list(self.connection.execute(query).scalars())
