"""A mail that comes to us after later ones: what was decided of those is decided anew, in the order in which they came.

Nothing is decided anew on which staff decided, and nothing where it would come out the same. Works keep the numbers
that people may know: where the mail that came first opens a work, it has the number that a later one had opened.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ingest.closed import is_closed
from ingest.context import Context
from ingest.ledger import Transaction
from ingest.model import Arrival, Ended, Part
from ingest.stages.assemble.ending import Became, end
from ingest.stages.assemble.filing import settle
from ingest.stages.assemble.situations import Titles, situation_of

Outcome = tuple[frozenset[tuple[frozenset[int], frozenset[int]]], frozenset[int], frozenset[int]]
"""The works of some mails, each as its mails and files; which of the mails wait, and which are no submissions."""


@dataclass
class Known:
    """What one run of the stage knows: titles, the mails it decided, and by mailbox the newest decided before."""

    titles: Titles = field(default_factory=Titles)
    met: set[int] = field(default_factory=set)
    newest: dict[str, dt.datetime | None] = field(default_factory=dict)


def end_in_order(context: Context, tx: Transaction, arrival_id: int, known: Known) -> Became:
    """One mail ends, as it would have if all mails had come to us in the order in which they arrived."""
    arrival = tx.arrivals.arrival(arrival_id, wants=context.wants_key)
    later = _later(context, tx, arrival, known)

    def plain() -> Became:
        return end(context, tx, arrival_id, known.titles)

    if not later:
        return plain()
    mails = [arrival_id, *later]
    simple = _tried(tx, mails, plain)
    ordered = _tried(tx, mails, lambda: _again(context, tx, arrival_id, later, known.titles, ()))
    if simple.outcome == ordered.outcome:
        return plain()
    return _again(context, tx, arrival_id, later, known.titles, ordered.numbers)


def _later(context: Context, tx: Transaction, arrival: Arrival, known: Known) -> list[int]:
    """Mails that came after it and bear on it; none for one that is told its place, or repeats another.

    What was closed when it came has an order of its own: it follows what opens it.
    """
    if arrival.mailbox not in known.newest:
        known.newest[arrival.mailbox] = tx.kin.newest(arrival.mailbox)
    newest, came = known.newest[arrival.mailbox], arrival.received_at
    first = arrival.id not in known.met
    known.met.add(arrival.id)
    if came is None or not first or arrival.for_work or arrival.problem or any(map(_was_closed, arrival.parts)):
        return []
    if newest is None or came >= newest:
        known.newest[arrival.mailbox] = came
        return []
    situation = situation_of(context, tx, arrival, known.titles)
    if situation.twin is not None or arrival.from_address in situation.own:
        return []
    return tx.kin.later(arrival, [one.work.id for one in situation.namesakes])


def _was_closed(part: Part) -> bool:
    return part.joined_in is not None or is_closed(part)


@dataclass(frozen=True)
class _Tried:
    """How it would come out. numbers: for each work that the mail opens, the number a later mail had opened."""

    outcome: Outcome
    numbers: tuple[str, ...]


def _tried(tx: Transaction, mails: Sequence[int], act: Callable[[], Became]) -> _Tried:
    """How it comes out, and nothing of it stays."""
    tx.desk.touch()  # before the savepoint: what is touched once stays so
    before = tx.kin.works_with(mails)
    nested = tx.connection.begin_nested()
    try:
        became = act()
        works = tx.kin.works_with(mails)
        files = tx.kin.parts_of(sorted(works))
        standing = {mail: tx.kin.standing(mail)["ended"] for mail in mails}
        waits = frozenset(mail for mail, ended in standing.items() if ended is None)
        no_work = frozenset(m for m, e in standing.items() if e not in (None, Ended.WORK.value, Ended.SUPPLEMENT.value))
        outcome = frozenset((works[work], files[work]) for work in works), waits, no_work
        freed = [work for work in before if work not in works]
        return _Tried(outcome, _numbers(tx, became.opened, works, freed))
    finally:
        nested.rollback()


def _numbers(
    tx: Transaction, opened: Sequence[str], works: dict[str, frozenset[int]], freed: Sequence[str]
) -> tuple[str, ...]:
    """For each work opened, the freed number whose first mail is in it now, "" if there is none."""
    openers = {work: tx.kin.opener(work) for work in sorted(freed)}
    numbers: list[str] = []
    for work in opened:
        mails = works.get(work, frozenset())
        fits = [one for one, mail in openers.items() if mail in mails and one not in numbers]
        numbers.append(fits[0] if fits else "")
    return tuple(numbers)


def _again(
    context: Context, tx: Transaction, arrival_id: int, later: Sequence[int], titles: Titles, numbers: Sequence[str]
) -> Became:
    """The mail first, then the later ones. Letters that were not sent yet are written anew where works changed."""
    before = tx.works.of_arrivals(later)
    left = {work for mail in later for work in tx.kin.undecide(mail)}
    became = end(context, tx, arrival_id, titles, numbers=numbers)
    for mail in later:
        end(context, tx, mail, titles)
    for work in sorted(left):
        settle(context, tx, work)
    after = tx.works.of_arrivals(later)
    changed = [mail for mail in later if before.get(mail) != after.get(mail)]
    tx.letters.rewrite(changed)
    tx.desk.event("settled-anew", arrival=arrival_id, mails=changed)
    return became
