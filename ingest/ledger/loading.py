"""Works as the rules see them, put together from the ledger's chapters."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from ingest.ledger.arrivals import Arrivals
from ingest.ledger.rows import Row
from ingest.ledger.scans import Scans
from ingest.ledger.works import Works
from ingest.model import Decision, Kind, Material, PartSource, Work, WorkState

CLOCK = frozenset({Kind.FORM, Kind.VIDEO})
"""The kinds whose first arrival is a work's time for the deadline."""


def load_works(
    arrivals: Arrivals, works: Works, scans: Scans, ids: Sequence[str], wants: str, *, brief: bool = False
) -> dict[str, Work]:
    """Work id to work, with the facts kept under `wants`; ids that do not exist are left out.

    brief: as in `KeptFacts.facts`.
    """
    digests = works.digests(ids)
    materials = works.materials(ids, arrivals.facts(digests, wants, brief=brief), scans.scans(digests))
    mails = works.arrivals_of(ids)
    rows = {row["id"]: row for row in arrivals.heads([a for pairs in mails.values() for a, _ in pairs])}
    shared = {mail for mail, of in works.of_arrivals(list(rows)).items() if len(of) > 1}
    decisions, unplaced = works.decisions(ids), works.unplaced(ids)
    loaded = (
        _work(row, materials.get(row["id"], ()), [rows[a] for a, _ in mails.get(row["id"], ())], decisions, shared)
        for row in works.rows(ids)
    )
    return {work.id: replace(work, unplaced=unplaced.get(work.id, ())) for work in loaded}


def _work(
    row: Row,
    materials: tuple[Material, ...],
    mails: Sequence[Row],
    decisions: Mapping[str, Decision],
    shared: Collection[int],
) -> Work:
    """shared: mails that are of other works too."""
    times, known = clock(materials)
    return Work(
        id=row["id"],
        track=row["track"],
        mailbox=row["mailbox"],
        title=row["title"],
        materials=materials,
        received_at=times,
        clock_known=known,
        state=WorkState(row["state"]),
        decision=decisions.get(row["id"]),
        gone=not mails or bool(row["moved_to"] or row["merged_into"]),
        goes_to=row["moved_to"] or row["merged_into"],
        senders=tuple(dict.fromkeys(mail["from_address"] for mail in mails if mail["from_address"])),
        texts=tuple(_text(mail) for mail in mails),
        own_texts=tuple(_text(mail) for mail in mails if mail["id"] not in shared),
    )


def _text(mail: Row) -> str:
    return f"{mail['subject']}\n{mail['own_text']}"


def clock(materials: Iterable[Material]) -> tuple[dt.datetime | None, bool]:
    """When the first form or video (or link to one) arrived, and whether any did.

    Unknown times tell nothing, and neither does when staff put a file in by hand.
    """
    counted = [material for material in materials if material.kind in CLOCK]
    came = [material.arrived_at for material in counted if material.part.source is not PartSource.MANUAL]
    times = [moment for moment in came if moment is not None]
    return min(times, default=None), bool(counted)
