"""The ledger's chapter on works: opened, joined by mails, reviewed, filed."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, delete, func, insert, or_, select, update

from ingest.ledger import schema
from ingest.ledger.arrivals import part_of
from ingest.ledger.desk import Desk
from ingest.ledger.judged import detail_of
from ingest.ledger.rows import Row, first_of, rows_of
from ingest.model import Decision, Finding, Kind, Material, Outcome, PartSource, Scan, Work, WorkState
from parsers import facts as f

_W = schema.works
_WA = schema.work_arrivals
_M = schema.materials
_A = schema.arrivals
_P = schema.parts
ALIVE = (_W.c.moved_to == "", _W.c.merged_into == "", _W.c.id.in_(select(_WA.c.work_id)))
"""Of a work that is itself, and has mails."""
_ADDRESS = re.compile(r"[a-z0-9][a-z0-9._%+-]{0,63}@[a-z0-9][a-z0-9.-]{0,200}\.[a-z]{2,20}")


@dataclass(frozen=True)
class Candidate:
    """A work a mail may belong to, as `decide()` sees it.

    addresses: lower-case addresses the work knows: its senders and the e-mail in its form.
    has: the kinds of file it has.
    """

    id: str
    track: str
    title: str
    addresses: frozenset[str]
    has: frozenset[Kind]


@dataclass(frozen=True)
class NewMaterial:
    """A part's role in a work, as the assembling decided."""

    part_id: int
    kind: Kind
    in_force: bool


class Works:
    """Works, their materials and findings."""

    def __init__(self, connection: Connection, now: dt.datetime, desk: Desk) -> None:
        self.connection = connection
        self.now = now
        self.desk = desk

    # growing

    def open(self, *, track: str, prefix: str, year: int, mailbox: str, title: str, arrival: int) -> str:
        """A new work by its first mail; returns its id, never given before."""
        highest = self.connection.execute(select(func.max(_W.c.number)).where(_W.c.track == track)).scalar() or 0
        number = int(highest) + 1
        work_id = f"{prefix}{year}-{number:04d}"
        values = {"id": work_id, "track": track, "number": number, "mailbox": mailbox, "title": title}
        self.connection.execute(
            insert(_W).values(**values, state=WorkState.REVIEW.value, opened_at=self.now, dirty=True)
        )
        self._link(work_id, arrival, "opened")
        self.desk.event("work-opened", work=work_id, arrival=arrival, title=title)
        return work_id

    def join(self, work_id: str, arrival: int) -> None:
        """Another mail of the work."""
        self._link(work_id, arrival, "supplement")
        self.soil([work_id])
        self.desk.event("work-supplemented", work=work_id, arrival=arrival)

    def _link(self, work_id: str, arrival: int, role: str) -> None:
        self.connection.execute(insert(_WA).values(work_id=work_id, arrival_id=arrival, role=role))

    def set_materials(self, work_id: str, materials: Iterable[NewMaterial]) -> None:
        """The work's files and which of them are judged, all of them anew. Where each is at home is kept."""
        known = {row.part_id: row for row in self.connection.execute(select(_M).where(_M.c.work_id == work_id))}
        self.connection.execute(delete(_M).where(_M.c.work_id == work_id))
        rows = [
            {
                "work_id": work_id,
                "part_id": m.part_id,
                "kind": m.kind.value,
                "in_force": m.in_force,
                "home": known[m.part_id].home if m.part_id in known else "",
                "passed_over": m.part_id in known and known[m.part_id].passed_over,
            }
            for m in materials
        ]
        if rows:
            self.connection.execute(insert(_M), rows)
        self.soil([work_id])

    def soil(self, ids: Sequence[str]) -> None:
        """These works must be reviewed again."""
        self.connection.execute(update(_W).where(_W.c.id.in_(ids)).values(dirty=True))
        self.desk.touch()

    def rename(self, work_id: str, title: str) -> None:
        """The title it has but for its form's."""
        self.connection.execute(update(_W).where(_W.c.id == work_id).values(title=title))

    def reviewed(self, work: Work, findings: Sequence[Finding], state: WorkState, *, with_: str) -> None:
        """What the review says; written only where it differs from what stands."""
        old = self.findings([work.id]).get(work.id, ())
        row = self.row(work.id)
        if tuple(findings) != old:
            self.connection.execute(delete(schema.findings).where(schema.findings.c.work_id == work.id))
            self.connection.execute(insert(schema.findings), list(_finding_rows(work.id, findings)))
        if tuple(findings) != old or row["state"] != state.value:
            self._tell_review(row, old, findings, state, with_)
        contact = " ".join(addresses_in(work.field("email")))[:400]
        values = {"state": state.value, "title": work.title, "received_at": work.received_at, "contact": contact}
        if any(row[name] != value for name, value in values.items()):
            self.desk.touch()
        self.connection.execute(update(_W).where(_W.c.id == work.id).values(**values, dirty=False, reviewed_with=with_))

    def compared(
        self, row: Row, old: Sequence[Finding], findings: Sequence[Finding], state: WorkState, rules: Collection[str]
    ) -> None:
        """What comparing a work with others says; written only where it differs from what stands.

        row: of the work; old, findings: all of its findings, in order; rules: those that compare.
        """
        table, work = schema.findings, row["id"]
        if [one.rule for one in old] != [one.rule for one in findings]:
            self.connection.execute(delete(table).where(table.c.work_id == work))
            self.connection.execute(insert(table), list(_finding_rows(work, findings)))
        else:
            for was, now in zip(old, findings, strict=True):
                if was != now:
                    where = (table.c.work_id == work, table.c.rule == now.rule)
                    values = next(iter(_finding_rows(work, [now])))
                    values = {name: values[name] for name in ("outcome", "clause", "evidence", "pictures")}
                    self.connection.execute(update(table).where(*where).values(**values))
        if list(old) == list(findings) and row["state"] == state.value:
            return
        self.desk.touch()
        before = {one.rule: one.outcome for one in old if one.rule in rules}
        after = {one.rule: one.outcome for one in findings if one.rule in rules}
        if row["state"] != state.value or before != after:
            self.connection.execute(update(_W).where(_W.c.id == work).values(state=state.value))
            self._tell_review(row, old, findings, state, row["reviewed_with"])

    def _tell_review(
        self, row: Row, old: Sequence[Finding], findings: Sequence[Finding], state: WorkState, with_: str
    ) -> None:
        detail = detail_of(old, findings, before=row["state"], state=state, key=with_)
        self.desk.event("work-reviewed", work=row["id"], **detail)

    def filed(self, work_id: str, *, folder: str, files: Mapping[int, str], with_: str) -> None:
        """Its folder on the share is as it should be. files: part id to the name of its file there."""
        names = {str(part_id): name for part_id, name in files.items()}
        self.connection.execute(
            update(_W).where(_W.c.id == work_id).values(folder=folder, files=names, placed_with=with_)
        )

    # looking up

    def row(self, work_id: str) -> Row:
        """The whole row. KeyError if there is none."""
        found = first_of(self.connection.execute(select(_W).where(_W.c.id == work_id)))
        if found is None:
            raise KeyError(work_id)
        return found

    def rows(self, ids: Sequence[str] | None = None) -> list[Row]:
        """Works by track and number; all if ids is None."""
        query = select(_W).order_by(_W.c.track, _W.c.number)
        if ids is not None:
            query = query.where(_W.c.id.in_(ids))
        return rows_of(self.connection.execute(query))

    def judged(self) -> list[str]:
        """Living works that were reviewed at least once."""
        query = select(_W.c.id).where(*ALIVE, _W.c.reviewed_with != "")
        return list(self.connection.execute(query.order_by(_W.c.id)).scalars())

    def to_review(self, with_: str) -> list[str]:
        """Living works that changed, were reviewed under other rules, or wait for a link whose time may run out."""
        waiting = (
            select(_M.c.work_id)
            .join(_P, _P.c.id == _M.c.part_id)
            .where(_P.c.sha256 == "", _P.c.url != "", _P.c.expires_at <= self.now)
        )
        query = select(_W.c.id).where(
            *ALIVE,
            or_(
                _W.c.dirty,
                _W.c.reviewed_with != with_,
                and_(_W.c.state == WorkState.PENDING.value, _W.c.id.in_(waiting)),
            ),
        )
        return list(self.connection.execute(query.order_by(_W.c.id)).scalars())

    def candidates(self, ids: Iterable[str]) -> list[Candidate]:
        """The works of these ids, as far as they exist."""
        wanted = sorted(set(ids))
        rows = rows_of(self.connection.execute(select(_W).where(_W.c.id.in_(wanted))))
        has: dict[str, set[Kind]] = {}
        for work_id, kind in self.connection.execute(select(_M.c.work_id, _M.c.kind).where(_M.c.work_id.in_(wanted))):
            has.setdefault(work_id, set()).add(Kind(kind))
        knows = self._addresses(wanted)
        return [
            Candidate(
                id=row["id"],
                track=row["track"],
                title=row["title"],
                addresses=frozenset(knows.get(row["id"], ())),
                has=frozenset(has.get(row["id"], ())),
            )
            for row in rows
        ]

    def _addresses(self, ids: Sequence[str]) -> dict[str, set[str]]:
        query = select(_WA.c.work_id, _A.c.from_address).join(_A, _A.c.id == _WA.c.arrival_id)
        known: dict[str, set[str]] = {}
        for work_id, address in self.connection.execute(query.where(_WA.c.work_id.in_(ids))):
            known.setdefault(work_id, set()).add(address)
        for work_id, contact in self.connection.execute(select(_W.c.id, _W.c.contact).where(_W.c.id.in_(ids))):
            known.setdefault(work_id, set()).update(contact.split())
        return {work_id: addresses - {""} for work_id, addresses in known.items()}

    def by_sender(self, mailbox: str, address: str) -> list[str]:
        """Works that mails of this address in this mailbox belong to."""
        if not address:
            return []
        query = select(_WA.c.work_id).join(_A, _A.c.id == _WA.c.arrival_id)
        query = query.where(_A.c.mailbox == mailbox, _A.c.from_address == address).distinct()
        return sorted(self.connection.execute(query).scalars())

    def by_thread(self, message_ids: Sequence[str]) -> list[str]:
        """Works of mails, of those they repeat, or of letters of ours, that these Message-IDs name."""
        if not message_ids:
            return []
        same = or_(_A.c.id == _WA.c.arrival_id, _A.c.repeats == _WA.c.arrival_id)
        mails = select(_WA.c.work_id).join(_A, same).where(_A.c.message_id.in_(message_ids))
        ours = (
            select(schema.letter_works.c.work_id)
            .join(schema.letters, schema.letters.c.id == schema.letter_works.c.letter_id)
            .where(schema.letters.c.message_id.in_(message_ids))
        )
        return sorted({*self.connection.execute(mails).scalars(), *self.connection.execute(ours).scalars()})

    def of_arrivals(self, ids: Sequence[int] | None = None) -> dict[int, list[str]]:
        """Arrival id to the works it opened or joined."""
        query = select(_WA.c.arrival_id, _WA.c.work_id).order_by(_WA.c.arrival_id, _WA.c.work_id)
        if ids is not None:
            query = query.where(_WA.c.arrival_id.in_(ids))
        found: dict[int, list[str]] = {}
        for arrival_id, work_id in self.connection.execute(query):
            found.setdefault(arrival_id, []).append(work_id)
        return found

    def arrivals_of(self, ids: Sequence[str]) -> dict[str, list[tuple[int, str]]]:
        """Work id to (arrival id, "opened" or "supplement"), oldest arrival first."""
        query = (
            select(_WA.c.work_id, _WA.c.arrival_id, _WA.c.role)
            .join(_A, _A.c.id == _WA.c.arrival_id)
            .where(_WA.c.work_id.in_(ids))
            .order_by(_A.c.received_at, _A.c.id)
        )
        found: dict[str, list[tuple[int, str]]] = {}
        for work_id, arrival_id, role in self.connection.execute(query):
            found.setdefault(work_id, []).append((arrival_id, role))
        return found

    def findings(self, ids: Sequence[str] | None = None) -> dict[str, tuple[Finding, ...]]:
        """Work id to its findings, in the rules' order."""
        table = schema.findings
        query = select(table).order_by(table.c.work_id, table.c.position)
        if ids is not None:
            query = query.where(table.c.work_id.in_(ids))
        found: dict[str, tuple[Finding, ...]] = {}
        for row in self.connection.execute(query):
            finding = Finding(row.rule, Outcome(row.outcome), row.clause, row.evidence, tuple(row.pictures))
            found[row.work_id] = (*found.get(row.work_id, ()), finding)
        return found

    def materials(
        self, ids: Sequence[str], facts: Mapping[str, f.Facts], scans: Mapping[str, Scan]
    ) -> dict[str, tuple[Material, ...]]:
        """Work id to its materials in order of arrival, with the facts and the scanner's verdicts given."""
        query = (
            select(_P, _M.c.work_id, _M.c.kind.label("role"), _M.c.in_force, _M.c.passed_over)
            .add_columns(_A.c.received_at, _A.c.message_id)
            .join(_P, _P.c.id == _M.c.part_id)
            .join(_A, _A.c.id == _P.c.arrival_id)
            .where(_M.c.work_id.in_(ids))
            .order_by(_M.c.work_id, _A.c.received_at, _A.c.id, _P.c.position)
        )
        found: dict[str, tuple[Material, ...]] = {}
        columns = [column.name for column in _P.columns]
        for row in rows_of(self.connection.execute(query)):
            sha256 = row["sha256"]
            part = part_of({name: row[name] for name in columns}, facts.get(sha256), scans.get(sha256))
            came = (row["received_at"], row["message_id"])
            material = Material(part, Kind(row["role"]), row["in_force"], *came, passed_over=row["passed_over"])
            found[row["work_id"]] = (*found.get(row["work_id"], ()), material)
        return found

    def unplaced(self, ids: Sequence[str]) -> dict[str, tuple[Material, ...]]:
        """Work id to materials of its mails that belong to no work yet, without facts."""
        placed = select(_M.c.part_id).where(_M.c.part_id == _P.c.id).exists()
        query = (
            select(_P, _WA.c.work_id, _A.c.received_at, _A.c.message_id)
            .join(_WA, _WA.c.arrival_id == _P.c.arrival_id)
            .join(_A, _A.c.id == _P.c.arrival_id)
            .where(_WA.c.work_id.in_(ids), _P.c.kind != Kind.OTHER.value, ~placed)
            .order_by(_WA.c.work_id, _A.c.received_at, _P.c.id)
        )
        found: dict[str, tuple[Material, ...]] = {}
        for row in rows_of(self.connection.execute(query)):
            part = part_of({column.name: row[column.name] for column in _P.columns})
            material = Material(part, part.kind, False, row["received_at"], row["message_id"])
            found[row["work_id"]] = (*found.get(row["work_id"], ()), material)
        return found

    def digests(self, ids: Sequence[str]) -> set[str]:
        """sha256 of every file of these works."""
        query = select(_P.c.sha256).join(_M, _M.c.part_id == _P.c.id).where(_M.c.work_id.in_(ids), _P.c.sha256 != "")
        return set(self.connection.execute(query).scalars())

    def without_form(self, typed: Sequence[str]) -> set[str]:
        """Living works of which no form is judged but one that staff typed in. typed: names of such forms."""
        by_hand = and_(_P.c.source == PartSource.MANUAL.value, _P.c.name.in_(typed))
        judged = select(_M.c.part_id).join(_P, _P.c.id == _M.c.part_id)
        judged = judged.where(_M.c.work_id == _W.c.id, _M.c.kind == Kind.FORM.value, _M.c.in_force, ~by_hand)
        return set(self.connection.execute(select(_W.c.id).where(*ALIVE, ~judged.exists())).scalars())

    def counts(self) -> list[Row]:
        """Per track and state, how many living ones."""
        query = select(_W.c.track, _W.c.state, func.count().label("n")).where(*ALIVE)
        query = query.group_by(_W.c.track, _W.c.state)
        return rows_of(self.connection.execute(query))

    def decided_counts(self) -> list[Row]:
        """Per track and decision as carried out, how many living ones; `word` is as staff wrote it."""
        query = select(_W.c.track, _W.c.decided.label("word"), func.count().label("n")).where(*ALIVE)
        return rows_of(self.connection.execute(query.group_by(_W.c.track, _W.c.decided)))

    def decisions(self, ids: Sequence[str] | None = None) -> dict[str, Decision]:
        """Work id to what staff decided of it; words that are no decision are left out."""
        table = schema.staff_cells
        query = select(table.c.row, table.c.value).where(table.c.heading == "初审结论")
        if ids is not None:
            query = query.where(table.c.row.in_(ids))
        found = {row.row: Decision.of(row.value) for row in self.connection.execute(query)}
        return {work: decision for work, decision in found.items() if decision is not None}


def addresses_in(text: str) -> list[str]:
    """The e-mail addresses in what people write in that field of a form, lower case, each once, in order."""
    found = _ADDRESS.findall(unicodedata.normalize("NFKC", text[:2_000]).lower())
    return list(dict.fromkeys(found))


def _finding_rows(work_id: str, findings: Sequence[Finding]) -> Iterable[dict[str, Any]]:
    for position, finding in enumerate(findings):
        yield {
            "work_id": work_id,
            "rule": finding.rule,
            "position": position,
            "outcome": finding.outcome.value,
            "clause": finding.clause,
            "evidence": finding.evidence,
            "pictures": list(finding.pictures),
        }
