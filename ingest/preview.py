"""What other rules would say: the verdicts that would flip under a config, found without writing anything.

Works are judged as the review does it, from the facts that are kept, and compared with each other in a ledger in
memory. What a file says is not read anew: where labels, types or the settings of recognition changed, scans are
interpreted anew from what recognition saw, and documents that would have to be read again are counted.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from ingest import rules
from ingest.config import Config
from ingest.context import Context, Say, Tally, ledger_of, silent, wants_of
from ingest.ledger import Ledger, Transaction
from ingest.ledger.scratch import scratch_of
from ingest.model import Finding, Kind, Material, Outcome, Work, WorkState, state_of
from ingest.stages.comparing import compare, stands
from ingest.stages.parse.reading import Reading
from ingest.stages.review import ASKED, rules_key, titled
from ingest.store import Store
from parsers.facts import Facts, ImageFacts

_AT_ONCE = 200
"""Works judged together."""


@dataclass(frozen=True)
class Flip:
    """One verdict that would be another. before, after: None where the rule says nothing (it is off)."""

    rule: str
    before: Finding | None
    after: Finding | None


@dataclass(frozen=True)
class Change:
    """A work of which something would be said otherwise."""

    work: str
    title: str
    before: WorkState
    after: WorkState
    flips: tuple[Flip, ...]


@dataclass(frozen=True)
class Preview:
    """What would change. judged: works that were looked at; unread: files that other labels or settings have read
    again, of which is known only what was read before; unreviewed: works that no review has seen yet."""

    changes: tuple[Change, ...]
    judged: int
    unread: int = 0
    unreviewed: int = 0
    crashed: tuple[str, ...] = ()

    @property
    def by_rule(self) -> Mapping[str, int]:
        """How many verdicts of each rule would flip, in the rules' order."""
        counted = Counter(flip.rule for change in self.changes for flip in change.flips)
        return {rule.id: counted[rule.id] for rule in rules.RULES if counted[rule.id]}


@dataclass
class _Kept:
    """Facts as they are kept for the new config: under its own question, or else under the last one that was asked."""

    context: Context
    asked: str
    reading: Reading = field(init=False)
    unread: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.reading = Reading(self.context, lambda: True)

    def load(self, tx: Transaction, ids: Sequence[str]) -> list[Work]:
        """Works with their facts."""
        works = tx.load(ids, self.context.wants_key)
        if self.asked in ("", self.context.wants_key):
            return list(works.values())
        before = tx.load(ids, self.asked)
        return [self._best(work, before[work.id]) for work in works.values()]

    def _best(self, work: Work, before: Work) -> Work:
        pairs = zip(work.materials, before.materials, strict=True)
        return replace(work, materials=tuple(now if now.part.facts else self._as_before(old) for now, old in pairs))

    def _as_before(self, material: Material) -> Material:
        facts = material.part.facts
        if isinstance(facts, ImageFacts):
            facts = self._interpreted(material.part.sha256, facts)
        elif material.kind is Kind.FORM and facts is not None:
            self.unread.add(material.part.sha256)
        return replace(material, part=replace(material.part, facts=facts))

    def _interpreted(self, sha256: str, image: ImageFacts) -> Facts:
        """A scan under the new labels, from what recognition saw; as read before where nothing of that is kept."""
        seen = self.reading.known(sha256, self.reading.pages(image))
        if isinstance(seen, ImageFacts):
            whole = image.model_copy(update={"seen": seen.seen, "tools": seen.tools})
            return self.context.workers.interpret(self.context.store.path(sha256), whole, self.context.wants)
        if self.context.wants.ocr or image.reading is not None:
            self.unread.add(sha256)
        return image


def preview(config: Config, *, clock: Callable[[], dt.datetime], say: Say = silent) -> Preview:
    """What a review under this config would say otherwise now. Nothing is written, fetched or sent.

    ConfigError if there is no ledger yet, or it is another edition's.
    """
    with _opened(config, clock, say) as context:
        scratch = scratch_of(context.ledger)
        try:
            return _judged(context, scratch)
        finally:
            scratch.close()


@contextmanager
def _opened(config: Config, clock: Callable[[], dt.datetime], say: Say) -> Iterator[Context]:
    ledger = ledger_of(config, read_only=True)
    try:
        store = Store(config.storage.root)
        yield Context(config, ledger, store, clock, password=lambda _name: "", wants=wants_of(config), say=say)
    finally:
        ledger.close()


def _judged(context: Context, scratch: Ledger) -> Preview:
    """All works under the config, by themselves and then among each other."""
    trial = replace(context, ledger=scratch, tally=Tally())
    with context.read() as tx:
        ids, kept = tx.works.judged(), _Kept(context, tx.desk.get(ASKED))
        unreviewed = len(set(tx.works.to_review("")) - set(ids))
        before = tx.works.findings(ids)
        states = {row["id"]: WorkState(row["state"]) for row in tx.works.rows(ids)}
    crashed: set[str] = set()
    for start in range(0, len(ids), _AT_ONCE):
        context.say("预演审查", start, len(ids))
        crashed |= _by_themselves(context, trial, kept, ids[start : start + _AT_ONCE])
    compare(trial)
    with trial.read() as tx:
        after, rows = tx.works.findings(ids), {row["id"]: row for row in tx.works.rows(ids)}
    changes = (
        _change(work, rows[work]["title"], states[work], before.get(work, ()), after.get(work, ())) for work in ids
    )
    told = tuple(change for change in changes if change is not None)
    return Preview(told, len(ids), len(kept.unread), unreviewed, (*sorted(crashed), *trial.tally.troubles))


def _by_themselves(context: Context, trial: Context, kept: _Kept, ids: Sequence[str]) -> set[str]:
    """Some works judged and written down in the trial's ledger; the rules that failed."""
    key, crashed = rules_key(context.config), set[str]()
    with context.read() as tx:
        works = [replace(titled(work), checks=tx.entrants.sender_checks(work.id)) for work in kept.load(tx, ids)]
    with trial.begin() as tx:
        for work in works:
            reviewed = rules.review(work, context.config, now=tx.now)
            findings = stands(tx, context.config, work, reviewed.findings)
            tx.works.reviewed(work, findings, state_of(findings), with_=key)
            crashed |= set(reviewed.crashed)
    return crashed


def _change(
    work: str, title: str, state: WorkState, before: tuple[Finding, ...], after: tuple[Finding, ...]
) -> Change | None:
    """How a work would change, None if it would not."""
    was, now = ({one.rule: one for one in some} for some in (before, after))
    flips = tuple(
        Flip(rule.id, was.get(rule.id), now.get(rule.id))
        for rule in rules.RULES
        if _outcome(was.get(rule.id)) != _outcome(now.get(rule.id))
    )
    becomes = state_of(after)
    return Change(work, title, state, becomes, flips) if flips or becomes is not state else None


def _outcome(finding: Finding | None) -> Outcome | None:
    return finding.outcome if finding else None
