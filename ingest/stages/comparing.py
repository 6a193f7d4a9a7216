"""Works among each other: those are judged again whose own standing changed, or that of a work they are compared with.

What is left by a killed run is stale in the ledger, and judged by the next one.
"""

from __future__ import annotations

import structlog

from ingest import deciding, rules
from ingest.config import Config
from ingest.context import Context, crash_point
from ingest.entrants import AUTHOR, entrant_of, keys_of, name_key
from ingest.ledger import Transaction
from ingest.ledger.entrants import Pair
from ingest.model import Entrant, Finding, Likeness, Outcome, Places, Standing, Work, state_of
from ingest.rules.likeness import FilmPairs, likenesses
from reports import tables

log = structlog.get_logger("kepu")

_AT_ONCE = 200
"""Works judged in one transaction."""

_DONE = "compared"
"""In `meta`: the revision when all works were last found compared."""


def stands(tx: Transaction, config: Config, work: Work, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Write down who stands behind a work that was judged by itself; its findings, with those that compare as yet."""
    late = any(found.rule == "deadline" and found.outcome is Outcome.FAIL for found in findings)
    entrant = entrant_of(work, config, late=late)
    tx.entrants.put(entrant, keys_of(entrant))
    before = tx.works.findings([work.id]).get(work.id, ())
    return rules.in_order([*findings, *(found for found in before if found.rule in rules.COMPARING)])


def compare(context: Context) -> None:
    """All works that are to be compared again."""
    with context.read() as tx:
        if tx.desk.get(_DONE) == str(tx.desk.revision()):
            return
    with context.begin() as tx:
        tx.entrants.catch_up(tx.works.decisions(), _conclusions(tx))
        ids = tx.entrants.stale()
    for done in range(0, len(ids), _AT_ONCE):
        if context.stopped:
            return
        context.say("比较作品", done, len(ids))
        with context.begin() as tx:
            crashed = _judge(tx, context.config, ids[done : done + _AT_ONCE])
        crash_point("compared")
        context.tally.troubles.extend(
            f"规则 {rule} 未能判断作品 {work}，已列为待人工复核（详见日志）" for work, rule in crashed
        )
    if ids:
        context.say("比较作品", len(ids), len(ids))
    context.tally.counts["compared"] += len(ids)
    with context.begin() as tx:
        tx.desk.put(_DONE, str(tx.desk.revision()))


def _conclusions(tx: Transaction) -> dict[Pair, str]:
    """What staff say of pairs, under 结论."""
    written = tx.entrants.conclusions(tables.DUPLICATES.title, deciding.SAME)
    return {pair: deciding.text_of(value) for pair, value in written.items()}


def _judge(tx: Transaction, config: Config, ids: list[str]) -> list[tuple[str, str]]:
    """Judge these works among all; returns the works and rules that failed."""
    peers, crowds = tx.entrants.peers(ids)
    known = tx.entrants.get({*ids, *(peer for others in peers.values() for peer in others)})
    places = tx.entrants.places({known[work].unit for work in ids} - {""})
    twins = tx.films.twins({film for entrant in known.values() for film in entrant.films})
    waiting = tx.films.waiting({film for work in ids for film in known[work].films})
    said, before = _conclusions(tx), tx.works.findings(ids)
    rows = {row["id"]: row for row in tx.works.rows(ids)}
    namesakes = config.rules.one_per_author.namesakes
    common = {key for key, works in crowds.items() if key.startswith(f"{AUTHOR}:") and works > namesakes + 1}
    alike: dict[Pair, dict[str, str]] = {}
    crashed: list[tuple[str, str]] = []
    for work in ids:
        found = _alike(known[work], [known[peer] for peer in sorted(peers[work])], config, common, twins)
        alike |= {_pair(work, other): whys for other, whys in _by_other(found).items()}
        open_ = tuple(one for one in found if not deciding.is_apart(said.get(_pair(work, one.other), "")))
        entrant = known[work]
        crowd = crowds.get(name_key(entrant), 1) if entrant.counts else 1
        uncompared = bool(waiting & set(entrant.films))
        standing = Standing(entrant, open_, places.get(entrant.unit, Places()), crowd, uncompared)
        reviewed = rules.compare(standing, config)
        own = (one for one in before.get(work, ()) if one.rule not in rules.COMPARING)
        findings = rules.in_order([*own, *reviewed.findings])
        tx.works.compared(rows[work], before.get(work, ()), findings, state_of(findings), rules.COMPARING)
        crashed += [(work, rule) for rule in reviewed.crashed]
    tx.entrants.set_pairs(ids, alike, said)
    tx.entrants.fresh(ids)
    return crashed


def _alike(
    entrant: Entrant, others: list[Entrant], config: Config, common: set[str], twins: FilmPairs
) -> list[Likeness]:
    """In what a work is like these, by rules that are on."""
    found = (one for other in others for one in likenesses(entrant, other, config, common, twins))
    return [one for one in found if config.rules.table(one.rule).on]


def _by_other(found: list[Likeness]) -> dict[str, dict[str, str]]:
    by: dict[str, dict[str, str]] = {}
    for one in found:
        by.setdefault(one.other, {})[one.rule] = one.why
    return by


def _pair(one: str, other: str) -> Pair:
    return (one, other) if one < other else (other, one)
