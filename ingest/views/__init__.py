"""The ledger, read once, as records: for `kepu export`, `kepu show` and the reports alike."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from ingest.config import Config
from ingest.ledger import Transaction
from ingest.ledger.rows import Row
from ingest.model import Finding, Material, PartSource, Work

Record = dict[str, Any]


@dataclass(frozen=True)
class Snapshot:
    """Everything that exports and reports show, as it stood at `now`."""

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
    same_films: Mapping[tuple[str, str], str]

    @property
    def zone(self) -> ZoneInfo:
        """The edition's time zone."""
        return self.config.edition.zone

    def staff_of(self, work_id: str) -> dict[str, Any]:
        """Heading to value, of what staff wrote in a work's row."""
        return {heading: value for (_, row, heading), value in self.staff.items() if row == work_id}

    def path_of(self, work_id: str, part_id: int) -> str | None:
        """Where a file of a work lies, relative to the share; None if it is not filed."""
        row = self.rows[work_id]
        name = row["files"].get(str(part_id))
        return f"works/{row['folder']}/{name}" if name else None

    def letters_of(self, work_id: str) -> list[Row]:
        """The letters that speak of a work, oldest first."""
        return [letter for letter in self.letters if work_id in self.letter_works.get(letter["id"], ())]


def snapshot(tx: Transaction, config: Config, wants: str) -> Snapshot:
    """Read the ledger once."""
    rows = {row["id"]: row for row in tx.works.rows()}
    parts: dict[int, list[Row]] = {}
    for part in tx.arrivals.all_parts():
        parts.setdefault(part["arrival_id"], []).append(part)
    return Snapshot(
        config=config,
        now=tx.now,
        works=tx.load(list(rows), wants),
        rows=rows,
        findings=tx.works.findings(),
        mails_of=tx.works.arrivals_of(list(rows)),
        arrivals={row["id"]: row for row in tx.arrivals.rows()},
        works_of=tx.works.of_arrivals(),
        parts=parts,
        letters=tx.letters.rows(),
        letter_works=tx.letters.works(),
        todos=tx.desk.todos(),
        staff=tx.desk.staff_cells(),
        mailboxes=tx.desk.mailboxes(),
        conflicts=tx.desk.conflicts(),
        same_films=tx.works.same_films(),
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
            "messages": [snap.arrivals[arrival]["message_id"] for arrival, _ in snap.mails_of.get(work_id, ())],
            "materials": [_material(snap, work, material) for material in work.materials],
            "fields": fields,
            "findings": [_finding(finding) for finding in snap.findings.get(work_id, ())],
            "replies": [_reply(snap, letter) for letter in snap.letters_of(work_id)],
            "staff": {heading: plain(value) for heading, value in snap.staff_of(work_id).items()},
            "moved_to": snap.rows[work_id]["moved_to"] or None,
        }


_HEAD_FIELDS = ("recommender", "author", "author_unit", "producer", "contact", "phone", "email")


def fields_of(work: Work) -> dict[str, str]:
    """Field to value in the form in force, filled ones only."""
    form = work.form
    return {name: value.value for name, value in form.fields.items() if not value.blank} if form else {}


def _material(snap: Snapshot, work: Work, material: Material) -> Record:
    part = material.part
    return {
        "kind": material.kind.value,
        "name": part.name,
        "size": part.size,
        "sha256": part.sha256 or None,
        "source": part.source.value,
        "message_id": material.message_id,
        "path": snap.path_of(work.id, part.id),
        "in_force": material.in_force,
    }


def _finding(finding: Finding) -> Record:
    return {
        "rule": finding.rule,
        "outcome": finding.outcome.value,
        "clause": finding.clause,
        "evidence": finding.evidence,
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
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
