"""The ledger, read once, as records: for `kepu export`, `kepu show` and the reports alike."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from ingest import deciding
from ingest.config import Config
from ingest.ledger import Transaction
from ingest.ledger.rows import Row
from ingest.model import MALWARE, CloudFile, Decision, Entrant, Finding, Material, PartSource, Work, pair_number
from ingest.papers import filled, sheet_of
from ingest.shots import FOLDER as FRAMES
from reports import tables
from reports.cells import looks_like_formula

Record = dict[str, Any]

_OUT = frozenset({Decision.WITHDRAWN, Decision.MERGED})


@dataclass(frozen=True)
class Snapshot:
    """Everything that exports and reports show, as it stood at `now`. Mails and letters are without their words.

    pairs: works that are alike, in order of id, to the reason by rule; no reasons for those that are no more. alerts:
    troubles of the program's own that go on. dead: addresses that do not exist, to why. stopped: since when nothing may
    be sent, "" if it may; paused: accounts that send nothing for a while.
    """

    config: Config
    now: dt.datetime
    works: Mapping[str, Work]
    rows: Mapping[str, Row]
    findings: Mapping[str, tuple[Finding, ...]]
    mails_of: Mapping[str, list[tuple[int, str]]]
    arrivals: Mapping[int, Row]
    works_of: Mapping[int, list[str]]
    parts: Mapping[int, list[Row]]
    letters: Sequence[Row]
    letter_works: Mapping[int, list[str]]
    todos: Sequence[Row]
    staff: Mapping[tuple[str, str, str], Any]
    mailboxes: Mapping[str, Row]
    conflicts: Sequence[Row]
    pairs: Mapping[tuple[str, str], Mapping[str, str]]
    links: Sequence[CloudFile] = ()
    alerts: Sequence[Row] = ()
    dead: Mapping[str, Row] = field(default_factory=dict)
    stopped: str = ""
    paused: Sequence[Row] = ()

    @property
    def zone(self) -> ZoneInfo:
        """The edition's time zone."""
        return self.config.edition.zone

    def staff_of(self, work_id: str) -> Mapping[str, Any]:
        """Heading to value, of what staff wrote in a work's row, as the ledger keeps it."""
        return self._staff.get(work_id, {})

    @cached_property
    def _staff(self) -> dict[str, dict[str, Any]]:
        sheets = {track.sheet for track in self.config.tracks}
        found: dict[str, dict[str, Any]] = {}
        for (sheet, row, heading), value in self.staff.items():
            if sheet in sheets:
                found.setdefault(row, {})[heading] = value
        return found

    def notes_of(self, work_id: str) -> Sequence[str]:
        """Sentences on what staff decided of a work, and on what they wrote that could not be used."""
        return self._notes.get(work_id, ())

    @cached_property
    def _notes(self) -> Mapping[str, Sequence[str]]:
        sheets = {track.key: track.sheet for track in self.config.tracks}
        return deciding.work_notes(self.rows, self.staff, sheets, year=self.config.edition.year)

    @cached_property
    def counting(self) -> Sequence[Work]:
        """Works that count: not those that were withdrawn, or are part of another now."""
        return [work for work in self.works.values() if not work.gone and work.decision not in _OUT]

    @cached_property
    def quarantined(self) -> frozenset[str]:
        """Digests of what is malware, though it may have been placed before that was known."""
        return frozenset(p["sha256"] for parts in self.parts.values() for p in parts if p["problem"] == MALWARE)

    def path_of(self, work_id: str, part_id: int) -> str | None:
        """Where a file of a work lies, relative to the share; None if it is not filed."""
        row = self.rows[work_id]
        name = row["files"].get(str(part_id))
        return f"works/{row['folder']}/{name}" if name else None

    def letters_of(self, work_id: str) -> Sequence[Row]:
        """The letters that speak of a work, oldest first."""
        return self._letters.get(work_id, ())

    @cached_property
    def _letters(self) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = {}
        for letter in self.letters:
            for work in self.letter_works.get(letter["id"], ()):
                found.setdefault(work, []).append(letter)
        return found

    def todos_of(self, work_id: str) -> Sequence[Row]:
        """The open to-dos that speak of a work."""
        return self._todos.get(work_id, ())

    @cached_property
    def _todos(self) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = {}
        for todo in self.todos:
            if todo["work_id"] and not todo.get("closed_at"):
                found.setdefault(todo["work_id"], []).append(todo)
        return found

    def merged_into(self, work_id: str) -> Sequence[str]:
        """Works that are part of this one now."""
        return self._merged.get(work_id, ())

    @cached_property
    def _merged(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for work, row in self.rows.items():
            if row.get("merged_into"):
                found.setdefault(row["merged_into"], []).append(work)
        return found

    @cached_property
    def units(self) -> Mapping[str, list[Entrant]]:
        """Recommending unit to its works that count, as `quotas.by_unit` tells them."""
        from ingest.views.quotas import by_unit

        return by_unit(self)

    def link_of(self, part: Row) -> CloudFile | None:
        """The file behind the link that a part is; None if it is none, or of a mail whose links nobody asks for."""
        return self._links.get((part["provider"], part["link_key"]))

    @cached_property
    def _links(self) -> dict[tuple[str, str], CloudFile]:
        return {(link.provider, link.key): link for link in self.links}

    def related(self, work_id: str) -> Sequence[str]:
        """Works that are like this one, those left out of which staff say that there is nothing to it."""
        return self._related.get(work_id, ())

    @cached_property
    def _related(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for (one, other), whys in self.pairs.items():
            said = self.staff.get((tables.DUPLICATES.title, pair_number(one, other), deciding.SAME))
            if not whys or deciding.is_apart(deciding.text_of(said)):
                continue
            found.setdefault(one, []).append(other)
            found.setdefault(other, []).append(one)
        return found


def snapshot(tx: Transaction, config: Config, wants: str) -> Snapshot:
    """Read the ledger once; of films without what was read off them."""
    rows = {row["id"]: row for row in tx.works.rows()}
    parts: dict[int, list[Row]] = {}
    for part in tx.arrivals.all_parts():
        parts.setdefault(part["arrival_id"], []).append(part)
    return Snapshot(
        config=config,
        now=tx.now,
        works=tx.load(list(rows), wants, brief=True),
        rows=rows,
        findings=tx.works.findings(),
        mails_of=tx.works.arrivals_of(list(rows)),
        arrivals={row["id"]: row for row in tx.arrivals.heads()},
        works_of=tx.works.of_arrivals(),
        parts=parts,
        letters=tx.letters.heads(),
        letter_works=tx.letters.works(),
        todos=tx.desk.todos(),
        staff=tx.desk.staff_cells(),
        mailboxes=tx.desk.mailboxes(),
        conflicts=tx.desk.conflicts(),
        pairs={pair: whys for pair, (whys, _) in tx.entrants.pairs().items()},
        links=tx.links.links(),
        alerts=tx.alerts.open(),
        dead=tx.posting.dead_ones(),
        stopped=tx.posting.stopped,
        paused=[row for row in tx.posting.senders() if row["paused_until"] and row["paused_until"] > tx.now],
    )


def iso(moment: dt.datetime | None, zone: ZoneInfo) -> str | None:
    """ISO 8601 with the edition's offset, to the second."""
    return None if moment is None else moment.astimezone(zone).isoformat(timespec="seconds")


def work_records(snap: Snapshot) -> Iterator[Record]:
    """Works as `kepu export works` writes them."""
    for work_id, work in snap.works.items():
        fields = fields_of(work)
        yield {
            "id": work.id,
            "track": work.track,
            "mailbox": work.mailbox,
            "state": work.state.value,
            "decision": work.decision.value if work.decision else None,
            "title": work.title,
            **{name: fields.get(name, "") for name in _HEAD_FIELDS},
            "received_at": iso(work.received_at, snap.zone),
            "messages": _messages(snap, work_id),
            "materials": [_material(snap, work, material) for material in work.materials],
            "fields": fields,
            "findings": [_finding(finding) for finding in snap.findings.get(work_id, ())],
            "replies": [_reply(snap, letter) for letter in snap.letters_of(work_id)],
            "staff": {heading: _staff(snap, heading, value) for heading, value in snap.staff_of(work_id).items()},
            "moved_to": snap.rows[work_id]["moved_to"] or None,
            **({"fields_recognised": sure} if (sure := recognised_fields(work)) else {}),
        }


def _staff(snap: Snapshot, heading: str, value: Any) -> Any:
    """A staff cell as JSON takes it. What names a day in a column of days is one, however it was typed."""
    day = deciding.date_of(value, snap.config.edition.year) if heading in deciding.DATES else None
    return plain(value) if day is None else day.isoformat()


def _messages(snap: Snapshot, work_id: str) -> list[str]:
    """Message-IDs of a work's mails, oldest first; files fed in by hand have none."""
    ids = (snap.arrivals[arrival]["message_id"] for arrival, _ in snap.mails_of.get(work_id, ()))
    return list(dict.fromkeys(filter(None, ids)))


_HEAD_FIELDS = ("recommender", "author", "author_unit", "producer", "contact", "phone", "email")


def fields_of(work: Work) -> dict[str, str]:
    """Field to value in the form in force, or as recognised on its scan where there is no form; filled ones only."""
    sheet = sheet_of(work)
    return {name: value.value for name, value in filled(sheet)} if sheet else {}


def recognised_fields(work: Work) -> dict[str, float]:
    """Of values that are known from the scan alone, field to confidence (0 to 1); empty where there is a form."""
    sheet = sheet_of(work)
    return {n: round(value.confidence, 2) for n, value in filled(sheet) if n in sheet.guessed} if sheet else {}


def _material(snap: Snapshot, work: Work, material: Material) -> Record:
    part = material.part
    return {
        "kind": material.kind.value,
        "name": part.name,
        "size": part.size,
        "sha256": part.sha256 or None,
        "source": part.source.value,
        "message_id": material.message_id or None,
        "path": snap.path_of(work.id, part.id),
        "in_force": material.in_force,
    }


def _finding(finding: Finding) -> Record:
    return {
        "rule": finding.rule,
        "outcome": finding.outcome.value,
        "clause": finding.clause,
        "evidence": finding.evidence,
        "pictures": [f"{FRAMES}/{name}.jpg" for name in finding.pictures],
    }


def _reply(snap: Snapshot, letter: Row) -> Record:
    return {
        "kind": letter["kind"],
        "state": letter["state"],
        "to": letter["to_address"],
        "sent_at": iso(letter["sent_at"], snap.zone),
    }


def message_records(snap: Snapshot) -> Iterator[Record]:
    """Mails as `kepu export messages` writes them."""
    for arrival_id, row in snap.arrivals.items():
        yield message_record(
            row, snap.parts.get(arrival_id, ()), works=snap.works_of.get(arrival_id, []), zone=snap.zone
        )


def message_record(row: Row, parts: Sequence[Row], *, works: Sequence[str], zone: ZoneInfo) -> Record:
    """One mail."""
    return {
        "mailbox": row["mailbox"],
        "uid": row["uid"],
        "message_id": row["message_id"] or None,
        "received_at": iso(row["received_at"], zone),
        "from": row["from_address"] or None,
        "subject": row["subject"],
        "outcome": row["ended"] or "pending",
        "works": list(works),
        "reason": row["reason"] or row["pending"] or row["error"],
        "parts": [part_record(part, zone) for part in parts],
        "may_reply": bool(row["may_reply"]),
    }


def part_record(part: Row, zone: ZoneInfo) -> Record:
    """One file of a mail."""
    record = {
        "name": part["name"],
        "size": part["size"],
        "sha256": part["sha256"] or None,
        "kind": part["kind"],
        "format": part["format"],
        "source": part["source"],
    }
    if part["inside"]:
        record["inside"] = part["inside"]
    if part["problem"]:
        record["problem"] = part["problem"]
    if part["source"] == PartSource.CLOUD.value:
        record |= {
            "provider": part["provider"],
            "url": part["url"],
            "expires_at": iso(part["expires_at"], zone),
            "code": part["code"] or None,
        }
    return record


def finding_records(snap: Snapshot) -> Iterator[Record]:
    """Findings as `kepu export findings` writes them."""
    for work_id in snap.works:
        for finding in snap.findings.get(work_id, ()):
            yield {"work": work_id, **_finding(finding)}


def plain(value: Any) -> Any:
    """A staff cell's value as JSON takes it: dates and times, which the ledger keeps under their type, as ISO 8601."""
    return next(iter(value.values())) if isinstance(value, dict) else value


def csv_cell(value: Any) -> str:
    """A record's value in a csv cell: nested ones as JSON, text that a spreadsheet would take for a formula quoted."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return f"'{value}" if looks_like_formula(value) else value
