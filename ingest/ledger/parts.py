"""The ledger's rows of files: put in, and put in again when a mail or an archive is taken apart anew.

A row is the same row then, under the same id, by what it is of: works, to-dos and folders rest on that.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, delete, insert, select, update

from ingest.ledger import schema
from ingest.ledger.rows import Row, rows_of
from ingest.model import OF_WORKS, PartSource
from parsers.facts import MAX_LINKS, PARSERS_VERSION

_A = schema.arrivals
_F = schema.facts
_M = schema.materials
_P = schema.parts
_W = schema.works
_BYTES = ("sha256", "size", "format", "problem")
"""What is known of a file's bytes: a row that has some never loses them to one that has none."""
_OF_LINKS = ("name", "size", "expires_at", "code")
"""What is said of a file behind a link."""

_Key = Callable[[Mapping[str, Any]], Hashable | None]


@dataclass(frozen=True)
class Paired:
    """One place in the new order. old: the row there, None for a new one; new: its values, None if they stay."""

    old: Row | None
    new: Mapping[str, Any] | None


class PartRows:
    """Rows of `parts`, by their mail."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def put(self, arrival_id: int, rows: Iterable[Mapping[str, Any]]) -> None:
        """All that a mail was found to hold, in order. Rows there are of the same files keep their ids."""
        old = self._of(arrival_id)
        self._write(arrival_id, old, aligned(old, list(rows)))

    def put_inside(self, part_id: int, inside: str, rows: Sequence[Mapping[str, Any]], **values: Any) -> None:
        """What lies in an archive, after its row, which gets `values`. inside: the name its members know it by."""
        arrival_id = self.connection.execute(select(_P.c.arrival_id).where(_P.c.id == part_id)).scalar_one()
        old = self._of(arrival_id)
        at = next(place for place, row in enumerate(old) if row["id"] == part_id)
        end = at + 1 + _reach(old[at + 1 :], {inside, *(row["inside"] for row in rows)})
        keep = [Paired(row, None) for row in old]
        keep[at] = Paired(old[at], values)
        self._write(arrival_id, old, [*keep[: at + 1], *aligned(old[at + 1 : end], rows), *keep[end:]])

    def add_links(self, arrival_id: int, rows: Sequence[Mapping[str, Any]]) -> None:
        """Links that stand in files of a mail, after all its rows; one that it names already fills gaps of that row."""
        old = self._of(arrival_id)
        known = {_same_link(row): row for row in old if _is_link(row)}
        end = max((row["position"] for row in old), default=-1) + 1
        for row in rows:
            there = known.get(_same_link(row))
            if there is not None:
                gaps = {name: row[name] for name in _OF_LINKS if row.get(name) and not there[name]}
                if "size" in gaps:
                    gaps["size_is_exact"] = row.get("size_is_exact", False)
                if gaps:
                    self.set([there["id"]], **gaps)
            elif len(known) < MAX_LINKS:
                self.connection.execute(insert(_P).values(**row, arrival_id=arrival_id, position=end))
                known[_same_link(row)] = {"id": None, **row}
                end += 1

    def untold(self) -> dict[int, frozenset[int]]:
        """Mails of works to ids of links that were found in their files after they had ended: they have no kind yet."""
        query = select(_P.c.arrival_id, _P.c.id).join(_A, _A.c.id == _P.c.arrival_id)
        query = query.where(_P.c.source == PartSource.CLOUD.value, _P.c.inside != "", _P.c.why == "")
        found: defaultdict[int, set[int]] = defaultdict(set)
        for row in self.connection.execute(query.where(_A.c.ended.in_(OF_WORKS)).order_by(_P.c.id)):
            found[row.arrival_id].add(row.id)
        return {arrival_id: frozenset(ids) for arrival_id, ids in found.items()}

    def unsure(self, wants: str) -> list[int]:
        """Mails of works that changed, with files that have facts under `wants` and were not told by their content."""
        changed = select(_W.c.id).where(_W.c.dirty)
        query = (
            select(_P.c.arrival_id)
            .join(_M, _M.c.part_id == _P.c.id)
            .join(_F, and_(_F.c.sha256 == _P.c.sha256, _F.c.version == PARSERS_VERSION, _F.c.wants == wants))
            .where(_M.c.work_id.in_(changed), ~_P.c.certain)
            .distinct()
            .order_by(_P.c.arrival_id)
        )
        if self.connection.execute(changed.limit(1)).first() is None:
            return []
        return list(self.connection.execute(query).scalars())

    def set(self, ids: Sequence[int], **values: Any) -> None:
        """The same values for these rows."""
        self.connection.execute(update(_P).where(_P.c.id.in_(ids)).values(**values))

    def _of(self, arrival_id: int) -> list[Row]:
        query = select(_P).where(_P.c.arrival_id == arrival_id).order_by(_P.c.position)
        return rows_of(self.connection.execute(query))

    def _write(self, arrival_id: int, old: Sequence[Row], order: Sequence[Paired]) -> None:
        stay = {paired.old["id"] for paired in order if paired.old is not None}
        gone = [row["id"] for row in old if row["id"] not in stay]
        if gone:
            self.connection.execute(delete(schema.materials).where(schema.materials.c.part_id.in_(gone)))
            self.connection.execute(delete(_P).where(_P.c.id.in_(gone)))
        if stay:  # out of each other's way: a position is given once
            self.connection.execute(update(_P).where(_P.c.arrival_id == arrival_id).values(position=-_P.c.id))
        for position, paired in enumerate(order):
            if paired.old is None:
                self.connection.execute(insert(_P).values(**paired.new or {}, arrival_id=arrival_id, position=position))
            else:
                values = _renewed(paired.old, paired.new or {})
                this = update(_P).where(_P.c.id == paired.old["id"])
                self.connection.execute(this.values(**values, position=position))


def _reach(rows: Sequence[Row], names: set[str]) -> int:
    """How many rows from the first on are members of archives of these names, or of archives among them."""
    names = set(names)
    for count, row in enumerate(rows):
        if row["source"] not in (PartSource.ARCHIVE.value, PartSource.MANUAL.value) or row["inside"] not in names:
            return count
        names.add(row["name"])
    return len(rows)


def aligned(old: Sequence[Row], new: Sequence[Mapping[str, Any]]) -> list[Paired]:
    """The new rows in their order, each with the old one that is the same file, and the old ones that stay.

    A file of the mail itself that is found no more is gone; one that came out of an archive stays with its bytes (a
    password may have opened it), and so does a link.
    """
    found: dict[int, Row] = {}
    left = list(old)
    for key in (_same, _same_link, _same_place, _same_bytes):
        waiting: defaultdict[Hashable, deque[Row]] = defaultdict(deque)
        for row in left:
            waiting[key(row)].append(row)
        for number, row in enumerate(new):
            if number not in found and key(row) is not None and waiting[key(row)]:
                found[number] = waiting[key(row)].popleft()
        taken = {row["id"] for row in found.values()}
        left = [row for row in left if row["id"] not in taken]
    order = [Paired(found.get(number), row) for number, row in enumerate(new)]
    return _with_the_rest(old, order, [row for row in left if _stays(row)])


def _with_the_rest(old: Sequence[Row], order: list[Paired], rest: Sequence[Row]) -> list[Paired]:
    """Rows that were found no more stand where they stood: after the row that was before them."""
    for row in rest:
        before = {other["id"] for other in old if other["position"] < row["position"]}
        places = [place for place, paired in enumerate(order) if paired.old is not None and paired.old["id"] in before]
        order.insert(max(places, default=-1) + 1, Paired(row, None))
    return order


def _stays(row: Row) -> bool:
    return bool(row["url"]) or (bool(row["sha256"]) and row["source"] != PartSource.ATTACHMENT.value)


def _renewed(old: Row, new: Mapping[str, Any]) -> dict[str, Any]:
    lost = old["sha256"] and not new.get("sha256", old["sha256"])
    return {name: value for name, value in new.items() if not (lost and name in _BYTES)}


def _place(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return (row["source"], row.get("inside", ""), row.get("folder", ""), row["name"])


def _is_link(row: Mapping[str, Any]) -> bool:
    return bool(row.get("url"))


def _same(row: Mapping[str, Any]) -> Hashable | None:
    return None if _is_link(row) else (*_place(row), row.get("sha256", ""))


def _same_link(row: Mapping[str, Any]) -> Hashable | None:
    return (row.get("provider", ""), row.get("link_key") or row["url"]) if _is_link(row) else None


def _same_place(row: Mapping[str, Any]) -> Hashable | None:
    return None if _is_link(row) else _place(row)


def _same_bytes(row: Mapping[str, Any]) -> Hashable | None:
    return None if _is_link(row) else row.get("sha256") or None
