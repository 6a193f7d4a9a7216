"""What parsers said of files, kept once per file, parsers' version and question."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import Connection, func, insert, or_, select, update

from ingest.ledger import schema
from ingest.ledger.films import shots_beside
from ingest.model import Ended
from parsers import facts as f
from parsers.film import FILM_VERSION
from parsers.filmfacts import Watched

_A = schema.arrivals
_P = schema.parts

_LONG = ("$.texts", "$.subtitles.lines", "$.fingerprint", "$.core_s", "$.tools")
"""Paths of what takes most room in what was seen of a film."""


class KeptFacts:
    """Facts of files, by their digest."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def forget_ended_by_us(self, ids: Sequence[int] | None = None) -> list[int]:
        """Drop what is kept of files that were too slow, too big or crashed our parsers; the mails they are of.

        ids: of these mails only.
        """
        table = schema.facts
        hint = or_(*(table.c.json.contains(reason) for reason in f.ENDED_BY_US))
        kept = self.connection.execute(select(table.c.sha256, table.c.json).where(hint)).all()
        ours = [row.sha256 for row in kept if _ended_by_us(f.from_json(row.json))]
        query = select(_P.c.arrival_id, _P.c.sha256).where(_P.c.sha256.in_(ours))
        found = [row for row in self.connection.execute(query) if ids is None or row.arrival_id in ids]
        dropped = {row.sha256 for row in found}
        self.connection.execute(table.delete().where(table.c.sha256.in_(dropped)))
        self.connection.execute(update(_P).where(_P.c.sha256.in_(dropped)).values(opened_with=""))  # archives: try anew
        return sorted({row.arrival_id for row in found})

    def to_look_at_again(self, wants: str, can: Collection[str] = ()) -> list[int]:
        """Mails of works with files of which nothing is kept under this version and question.

        can: of what facts wait for, what there is now: files whose facts wait for that count as well.
        """
        table = schema.facts
        known = select(table.c.sha256).where(
            table.c.sha256 == _P.c.sha256,
            table.c.version == f.PARSERS_VERSION,
            table.c.wants == wants,
            table.c.waits.not_in(list(can)),
        )
        works = [Ended.WORK.value, Ended.SUPPLEMENT.value]
        query = select(_P.c.arrival_id).distinct().join(_A, _A.c.id == _P.c.arrival_id)
        query = query.where(_A.c.ended.in_(works), _P.c.sha256 != "", ~known.exists())
        return list(self.connection.execute(query.order_by(_P.c.arrival_id)).scalars())

    def facts(self, digests: Iterable[str], wants: str, *, brief: bool = False) -> dict[str, f.Facts]:
        """sha256 to facts, for those known under this version and question; films with what was seen of them, and with
        the pictures of them beside others they look like.

        brief: without the texts read off films and their fingerprints, which are most of what is kept of them: for all
        works at once.
        """
        wanted = sorted(digests)
        table = schema.facts
        found: dict[str, f.Facts] = {}
        for start in range(0, len(wanted), 500):
            query = select(table.c.sha256, table.c.json).where(
                table.c.sha256.in_(wanted[start : start + 500]),
                table.c.version == f.PARSERS_VERSION,
                table.c.wants == wants,
            )
            found |= {row.sha256: f.from_json(row.json) for row in self.connection.execute(query)}
        films = {sha256: one for sha256, one in found.items() if isinstance(one, f.VideoFacts)}
        beside = shots_beside(self.connection, films)
        for sha256, watched in watched_of(self.connection, films, brief=brief).items():
            shots = (*watched.shots, *beside.get(sha256, ()))
            seen = watched.model_copy(update={"shots": shots})
            found[sha256] = films[sha256].model_copy(update={"watched": seen})
        return found

    def keep_facts(self, sha256: str, wants: str, facts: f.Facts, *, anew: bool = False, waits: str = "") -> None:
        """Facts of one file; those already there stay, unless it was read `anew` and more is known.

        waits: what it takes to read it to the end, where that is not to be had now.
        """
        table = schema.facts
        same = (table.c.sha256 == sha256, table.c.version == f.PARSERS_VERSION, table.c.wants == wants)
        if anew:
            self.connection.execute(table.delete().where(*same))
        elif self.facts([sha256], wants):
            return
        if isinstance(facts, f.VideoFacts):  # what was seen of it is kept by itself
            facts = facts.model_copy(update={"watched": None})
        values = {"sha256": sha256, "version": f.PARSERS_VERSION, "wants": wants, "json": f.to_json(facts)}
        self.connection.execute(insert(schema.facts).values(**values, waits=waits))

    def recognised(self, sha256: str, version: str, pages: int) -> f.ImageFacts | f.Broken | None:
        """What that version of recognition saw on so many pages of a scan; None if nobody has looked."""
        table = schema.recognised
        query = select(table.c.json).where(table.c.sha256 == sha256, table.c.version == version, table.c.pages == pages)
        kept = self.connection.execute(query).scalar_one_or_none()
        facts = f.from_json(kept) if kept is not None else None
        return facts if isinstance(facts, f.ImageFacts | f.Broken) else None

    def keep_recognised(self, sha256: str, version: str, pages: int, facts: f.ImageFacts | f.Broken) -> None:
        """Keep that; what is there already stays."""
        if self.recognised(sha256, version, pages) is None:
            values = {"sha256": sha256, "version": version, "pages": pages, "json": f.to_json(facts)}
            self.connection.execute(insert(schema.recognised).values(**values))


def watched_of(connection: Connection, digests: Iterable[str], *, brief: bool = False) -> dict[str, Watched]:
    """sha256 to what was seen, for the films among them that were looked at by this version; brief: as in `facts`."""
    table, wanted = schema.watched, sorted(digests)
    found: dict[str, Watched] = {}
    for start in range(0, len(wanted), 500):
        some = table.c.sha256.in_(wanted[start : start + 500])
        said = func.json_remove(table.c.json, *_LONG) if brief else table.c.json
        query = select(table.c.sha256, said.label("said")).where(some, table.c.version == FILM_VERSION)
        found |= {row.sha256: Watched.model_validate_json(row.said) for row in connection.execute(query)}
    return found


def _ended_by_us(facts: f.Facts) -> bool:
    return isinstance(facts, f.Broken) and facts.reason in f.ENDED_BY_US
