"""Parse: each file is read once by what its bytes say; what it is in the contest is told from that."""

from __future__ import annotations

from dataclasses import replace

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
    kinds: dict[int, tuple[Kind, bool, str]] = {}
    for part in parts:
        found = classify(part, mail_text=arrival.text)
        kinds[part.id] = (found.kind, found.certain, found.why)
    with context.begin() as tx:
        tx.arrivals.parsed(arrival_id, kinds)
    crash_point("parsed")
    context.tally.counts["parsed"] += 1


def _look_again(context: Context, arrival_id: int) -> None:
    """Files of a work that were read by other parsers, or not to their end: read now; the work is reviewed anew."""
    with context.read() as tx:
        arrival = tx.arrivals.arrival(arrival_id, wants=context.wants_key)
    seen: dict[str, Facts] = {}
    for part in arrival.parts:
        looked_at(context, part, seen)
    with context.begin() as tx:
        tx.works.soil(tx.works.of_arrivals([arrival_id]).get(arrival_id, []))
    context.tally.counts["looked-again"] += 1


def looked_at(context: Context, part: Part, seen: dict[str, Facts]) -> Part:
    """The part with its facts: those kept, or read now and kept. seen: digest to what this mail's files said so far."""
    if part.facts is not None or not part.here:
        return part
    if part.sha256 not in seen and (part.format in sniff.ARCHIVE or part.problem == MISSING_VOLUME):
        seen[part.sha256] = _archive(context, part)
    elif part.sha256 not in seen:
        path = context.store.path(part.sha256)
        facts = context.workers.look(path, context.wants, None, name=part.name, limits=limits_of(context.config))
        with context.begin() as tx:
            tx.arrivals.keep_facts(part.sha256, context.wants_key, facts)
        crash_point("facts-kept")
        seen[part.sha256] = facts
    return replace(part, facts=seen[part.sha256])


def _archive(context: Context, part: Part) -> Facts:
    """An archive was opened when its mail was taken apart: what came of that is told by its row."""
    facts = archive_facts(part.format, part.problem)
    with context.begin() as tx:
        tx.arrivals.keep_facts(part.sha256, context.wants_key, facts)
    crash_point("facts-kept")
    return facts
