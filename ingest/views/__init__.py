"""The ledger, read once, as records: for `kepu export`, `kepu show` and the reports alike."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from ingest.config import Config
from ingest.ledger import Transaction
from ingest.ledger.rows import Row
from ingest.model import Finding, Material, PartSource, Work
from reports.cells import looks_like_formula

Record = dict[str, Any]


@dataclass(frozen=True)
class Snapshot:
    """Everything that exports and reports show, as it stood at `now`. Mails and letters are without their words."""

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

    def staff_of(self, work_id: str) -> Mapping[str, Any]:
        """Heading to value, of what staff wrote in a work's row, as the ledger keeps it."""
        return self._staff.get(work_id, {})

    @cached_property
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
