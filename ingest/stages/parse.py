"""Parse: each file is read once by what its bytes say; what it is in the contest is told from that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ingest import noted
from ingest.closed import MISSING_VOLUME, archive_facts
from ingest.context import Context, crash_point, limits_of, stage_ids
from ingest.materials import classify
from ingest.model import Kind, Part, Stage
from parsers import sniff
from parsers.facts import Facts


def parse(context: Context) -> None:
    """Every extracted mail."""
    ids = stage_ids(context, Stage.EXTRACTED)
    context.each("识别材料", ids, lambda arrival_id: _one(context, arrival_id))
    with context.read() as tx:
        again = tx.arrivals.to_look_at_again(context.wants_key)
    context.each("重新识别", again, lambda arrival_id: _look_again(context, arrival_id))


def _one(context: Context, arrival_id: int) -> None:
    with context.read() as tx:
        arrival = tx.arrivals.arrival(arrival_id, wants=context.wants_key)
    seen: dict[str, Facts] = {}
    parts = [looked_at(context, part, seen) for part in arrival.parts]
    links = noted.rows_of_read(parts)
    with context.begin() as tx:
        if links:
            tx.arrivals.part_rows.add_links(arrival_id, links)
            parts = list(tx.arrivals.parts([arrival_id], wants=context.wants_key)[arrival_id])
        tx.arrivals.parsed(arrival_id, _kinds(parts, arrival.text))
    crash_point("parsed")
    context.tally.counts["parsed"] += 1


def _kinds(parts: Sequence[Part], text: str) -> dict[int, tuple[Kind, bool, str]]:
    found = {part.id: classify(part, mail_text=text) for part in parts}
    return {part_id: (one.kind, one.certain, one.why) for part_id, one in found.items()}


def _look_again(context: Context, arrival_id: int) -> None:
    """Files of a work that were read by other parsers, or not to their end: read now; the work is reviewed anew.

    All in one transaction: a file whose facts are kept is not looked at again, and no link in it may be lost. Links
    that are new have no kind yet: `ingest.linked` tells the works of them.
    """
    with context.read() as tx:
        arrival = tx.arrivals.arrival(arrival_id, wants=context.wants_key)
    seen: dict[str, Facts] = {}
    links = noted.rows_of_read([_read(context, part, seen) for part in arrival.parts])
    with context.begin() as tx:
        for sha256, facts in seen.items():
            tx.arrivals.keep_facts(sha256, context.wants_key, facts)
        tx.arrivals.part_rows.add_links(arrival_id, links)
        tx.works.soil(tx.works.of_arrivals([arrival_id]).get(arrival_id, []))
    context.tally.counts["looked-again"] += 1


def looked_at(context: Context, part: Part, seen: dict[str, Facts]) -> Part:
    """The part with its facts: those kept, or read now and kept. seen: digest to what this mail's files said so far."""
    new = part.facts is None and part.here and part.sha256 not in seen
    part = _read(context, part, seen)
    if new and part.facts is not None:
        with context.begin() as tx:
            tx.arrivals.keep_facts(part.sha256, context.wants_key, part.facts)
        crash_point("facts-kept")
    return part


def _read(context: Context, part: Part, seen: dict[str, Facts]) -> Part:
    """The same, but what is read is kept in `seen` alone."""
    if part.facts is not None or not part.here:
        return part
    if part.sha256 not in seen:
        seen[part.sha256] = _facts(context, part)
    return replace(part, facts=seen[part.sha256])


def _facts(context: Context, part: Part) -> Facts:
    """An archive was opened when its mail was taken apart: what came of that is told by its row."""
    if part.format in sniff.ARCHIVE or part.problem == MISSING_VOLUME:
        return archive_facts(part.format, part.problem)
    path = context.store.path(part.sha256)
    return context.workers.look(path, context.wants, None, name=part.name, limits=limits_of(context.config))
