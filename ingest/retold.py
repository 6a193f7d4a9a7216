"""Files of works that were read anew and are told anew: by other parsers, other labels, or once scans are recognised.

Only what was not certain changes: a kind that its content told stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ingest.context import Context
from ingest.ledger import Transaction
from ingest.ledger.works import NewMaterial
from ingest.linked import SAME
from ingest.materials import Classified, classify
from ingest.model import Arrival, Part, Work
from ingest.stages.assemble.filing import settle


def retell(context: Context) -> None:
    """Every mail of a work that changed, with files of which only the name has told so far what they are."""
    with context.read() as tx:
        mails = tx.arrivals.part_rows.unsure(context.wants_key)
    context.each("重新归类", mails, lambda arrival_id: _one(context, arrival_id))


def told_anew(arrival: Arrival) -> dict[int, Classified]:
    """Part id to what it is now, of those that are something else, or more surely so, than was said."""
    found: dict[int, Classified] = {}
    for part in arrival.parts:
        if part.certain or part.facts is None or part.is_link or part.why.startswith(SAME):
            continue
        now = classify(part, mail_text=arrival.text)
        if (now.kind, now.certain, now.why) != (part.kind, part.certain, part.why):
            found[part.id] = now
    return found


def _one(context: Context, arrival_id: int) -> None:
    with context.begin() as tx:
        arrival = tx.arrivals.arrival(arrival_id, wants=context.wants_key)
        found = told_anew(arrival)
        for part_id, now in found.items():
            tx.arrivals.set_kind(part_id, now.kind, certain=now.certain, why=now.why)
        changed = {part.id: part for part in arrival.parts if part.id in found}
        for work in tx.load(tx.works.of_arrivals([arrival_id]).get(arrival_id, []), context.wants_key).values():
            if not work.gone and any(m.part.id in changed for m in work.materials):
                _refile(context, tx, work, changed, found)
    if found:
        context.tally.counts["told-anew"] += len(found)


def _refile(
    context: Context, tx: Transaction, work: Work, before: Mapping[int, Part], now: Mapping[int, Classified]
) -> None:
    """The work's files under their new kinds; one that stood there as another kind than its own stays what it was."""
    materials: Sequence[NewMaterial] = [
        NewMaterial(
            m.part.id,
            now[m.part.id].kind if m.part.id in before and m.kind is before[m.part.id].kind else m.kind,
            m.in_force,
        )
        for m in work.materials
    ]
    tx.works.set_materials(work.id, materials)
    settle(context, tx, work.id)
