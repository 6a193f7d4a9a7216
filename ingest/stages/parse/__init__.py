"""Parse: each file is read once by what its bytes say; what it is in the contest is told from that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from ingest import noted
from ingest.context import Context, crash_point, stage_ids
from ingest.materials import classify
from ingest.model import Kind, Part, Stage
from ingest.stages.parse.ahead import Ahead
from ingest.stages.parse.reading import FOR_TIME, Read, Reading, can_be_had
from parsers.facts import Facts

SHARE = 4
"""Recognition has this part of a batch's time at least, also when fetching has spent it: or scans would never be read
while the mailbox is busy."""


def parse(context: Context) -> None:
    """Every extracted mail, and those of works in which there is more to read now than there was."""
    over = context.over_after(SHARE)
    ids = stage_ids(context, Stage.EXTRACTED)
    with Ahead(context, ids, over) as ahead:
        context.each("识别材料", ids, partial(_one, ahead))
    with context.read() as tx:
        again = tx.arrivals.to_look_at_again(context.wants_key, can_be_had())
    with Ahead(context, again, over) as ahead:
        context.each("重新识别", again, partial(_look_again, ahead))


def _one(ahead: Ahead, arrival_id: int) -> None:
    """One mail. Where the time is over before its scans are recognised, it waits for the next batch as it is."""
    context = ahead.context
    ahead.reach(arrival_id)
    with context.read() as tx:
        arrival = tx.arrivals.arrival(arrival_id, wants=context.wants_key)
    seen: dict[str, Read] = {}
    parts: list[Part] = []
    for part in arrival.parts:
        read = ahead.reading.read(part, seen, arrival.text)
        if read.waits == FOR_TIME:
            context.tally.counts["put-off"] += 1
            return
        ahead.reading.keep(part, read)
        parts.append(replace(part, facts=read.facts))
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


def _look_again(ahead: Ahead, arrival_id: int) -> None:
    """Files of a work that were read by other parsers, or not to their end: read now; the work is reviewed anew.

    All in one transaction: a file whose facts are kept is not looked at again, and no link in it may be lost. Links
    that are new have no kind yet: `ingest.linked` tells the works of them. A scan for which there is no time is known
    as a picture meanwhile.
    """
    context = ahead.context
    ahead.reach(arrival_id)
    with context.read() as tx:
        arrival = tx.arrivals.arrival(arrival_id, wants=context.wants_key)
    seen: dict[str, Read] = {}
    read = [(part, ahead.reading.read(part, seen, arrival.text)) for part in arrival.parts]
    if not any(one.new and (part.facts is None or not one.waits) for part, one in read):
        return  # all of it waits as before
    links = noted.rows_of_read([replace(part, facts=one.facts) for part, one in read])
    known = {part.sha256 for part in arrival.parts if part.facts is not None}
    with context.begin() as tx:
        for sha256, one in seen.items():
            if one.new and one.facts is not None:
                anew = sha256 in known
                tx.arrivals.keep_facts(sha256, context.wants_key, one.facts, anew=anew, waits=one.waits)
        tx.arrivals.part_rows.add_links(arrival_id, links)
        tx.works.soil(tx.works.of_arrivals([arrival_id]).get(arrival_id, []))
    context.tally.counts["looked-again"] += 1


def looked_at(context: Context, part: Part, seen: dict[str, Facts]) -> Part:
    """The part with its facts: those kept, or read now and kept. seen: digest to what this mail's files said so far.

    When the batch's time is over, a scan is known as a picture until the next batch recognises it.
    """
    reading = Reading(context, lambda: context.stopped or context.spent)
    said = {sha256: Read(facts) for sha256, facts in seen.items()}
    read = reading.read(part, said, "")
    reading.keep(part, read)
    if read.facts is not None and part.here:
        seen[part.sha256] = read.facts
    return replace(part, facts=read.facts)
