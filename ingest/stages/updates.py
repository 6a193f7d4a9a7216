"""Letters that answer no mail: a work stands otherwise than its sender was told; the deadline is near and it lacks
something.

A letter not sent yet is written anew instead: nobody is told twice what one letter can say.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ingest import outbox
from ingest.config import Config
from ingest.context import Context, crash_point
from ingest.ledger import Transaction
from ingest.ledger.rows import Row
from ingest.model import UNSENT, Finding, LetterKind, Work
from ingest.stages.letterhead import letter_row, templates_of
from ingest.stages.lettertext import Answer, Occasion, letter_data, told_keys, unmet, urgency_of
from reports import letters

DAY = dt.timedelta(days=1)
_UPDATE = "update:"
"""How the key of a letter begins that answers no mail."""

_REMINDED = "reminded:"
"""In `meta`: how a key begins that says that a round of reminders was written."""


@dataclass(frozen=True)
class Reader:
    """Who is written to: an address, from a mailbox; and the mail in whose thread that is."""

    mailbox: str
    address: str
    arrival: int = field(compare=False)


def update(context: Context) -> None:
    """Works whose findings changed: their senders are told, once all is quiet, several works in one letter."""
    with context.read() as tx:
        news = tx.telling.is_news()
    if news:
        with context.begin() as tx:
            tx.telling.collect()
    with context.read() as tx:
        waiting = tx.telling.waiting()
        if not waiting:
            return
        found = _sorted_out(context, tx, waiting)
    with context.begin() as tx:
        for letter in sorted(found.anew):
            tx.letters.rewrite(tx.telling.mails_of(letter))
        tx.telling.settled(found.done)
    for reader, works in found.readers.items():
        with context.begin() as tx:
            _tell(context, tx, reader, works)
            tx.telling.settled(works)
        crash_point("letter-written")


@dataclass
class _Found:
    """readers: who is to be told now, and of which works. anew: letters not sent yet, to be written anew instead.

    done: works with which nothing more is to be done; those in none of these go on waiting.
    """

    readers: dict[Reader, list[str]] = field(default_factory=dict)
    anew: set[int] = field(default_factory=set)
    done: list[str] = field(default_factory=list)


def _sorted_out(context: Context, tx: Transaction, waiting: Mapping[str, dt.datetime]) -> _Found:
    found = _Found()
    loaded = tx.load(list(waiting), context.wants_key)
    findings, lasts = tx.works.findings(list(waiting)), tx.telling.lasts(list(waiting))
    for work_id, since in waiting.items():
        work, last = loaded.get(work_id), lasts.get(work_id)
        if work is None or last is None or work.decision is not None or work.gone:
            found.done.append(work_id)
        elif last["state"] in UNSENT and not last["key"].startswith(_UPDATE):
            found.anew.add(last["id"])  # its evidence may read otherwise now, even if nothing else is unmet
            found.done.append(work_id)
        elif not is_news(context.config, last, findings.get(work_id, ())):
            found.done.append(work_id)
        elif not tx.telling.will_be_answered(work_id) and is_settled(context.config, work, since, tx.now):
            reader = Reader(last["mailbox"], last["to_address"], last["arrival_id"])
            found.readers.setdefault(reader, []).append(work_id)
    return found


def is_news(config: Config, last: Row, findings: Sequence[Finding]) -> bool:
    """Something else is unmet than a work's sender was told last."""
    return told_keys(config, LetterKind(last["kind"]), findings) != sorted(last["told"])


def is_settled(config: Config, work: Work, since: dt.datetime, now: dt.datetime) -> bool:
    """Nothing more is on its way, and the last change is a while ago."""
    awaited = any(not material.part.problem for material in work.links)
    quiet = now - since >= config.replies.quiet_period
    return quiet and (not awaited or now - since >= config.replies.hold_for_links)


def _tell(context: Context, tx: Transaction, reader: Reader, works: Sequence[str]) -> None:
    """One letter on how these works stand now; one on the same that was not sent yet gets new words."""
    last = next(filter(None, (tx.telling.last(work) for work in works)))
    unsent = last["state"] in UNSENT
    key = last["key"] if unsent else f"{_UPDATE}{last['id']}:{_digest(works)}"
    if unsent:
        works = sorted({*works, *tx.letters.works_of(last["id"])})
    _write(context, tx, reader, works, key, LetterKind.SUPPLEMENT, Occasion(changed=True))


def _digest(works: Sequence[str]) -> str:
    return hashlib.sha256(repr(sorted(works)).encode()).hexdigest()[:16]


def _write(
    context: Context,
    tx: Transaction,
    reader: Reader,
    ids: Sequence[str],
    key: str,
    kind: LetterKind,
    occasion: Occasion,
) -> None:
    config = context.config
    works = list(tx.load(list(ids), context.wants_key).values())
    findings = tx.works.findings([work.id for work in works])
    row = tx.arrivals.row(reader.arrival)
    data = letter_data(config, Answer(row, frozenset(), kind), works, findings, occasion)
    rendered = letters.render(kind.value, data, templates_of(config))
    urgency = min((urgency_of(config, kind, findings.get(work.id, ())) for work in works), default=1)
    letter = tx.letters.write(
        letter_row(config, row, key, kind, rendered, urgency=urgency), [work.id for work in works], answers=None
    )
    tx.telling.note(letter, {work.id: told_keys(config, kind, findings.get(work.id, ())) for work in works})
    context.tally.counts["letters"] += 1


# reminders


def is_time_to_remind(context: Context, tx: Transaction) -> bool:
    """A round of reminders is due and not written yet."""
    day = due_day(context.config, tx.now)
    return day is not None and not tx.desk.get(_REMINDED + str(day))


def due_day(config: Config, now: dt.datetime) -> int | None:
    """Which round of reminders it is time for, by its days before the deadline; None for none."""
    left = config.edition.deadline_at - now
    due = [day for day in config.replies.remind_days if dt.timedelta(0) < left <= day * DAY]
    return min(due, default=None)


def remind(context: Context) -> None:
    """Once in each round: those whose works lack something, several works in one letter.

    Nobody is reminded who was written to within a day, nor of a work that staff decided.
    """
    with context.read() as tx:
        if not is_time_to_remind(context, tx):
            return
        day, now = due_day(context.config, tx.now), tx.now
        readers = _to_remind(context, tx)
    left = (context.config.edition.deadline_at - now) // DAY
    for reader, works in readers.items():
        key = f"reminder:{day}:{reader.mailbox}:{reader.address}"
        with context.begin() as tx:
            if tx.letters.by_key(key) is None:
                _write(context, tx, reader, works, key, LetterKind.REMINDER, Occasion(days_left=max(left, 1)))
        crash_point("letter-written")
    with context.begin() as tx:
        tx.desk.put(_REMINDED + str(day), now.isoformat())


def _to_remind(context: Context, tx: Transaction) -> dict[Reader, list[str]]:
    ids = tx.telling.incomplete()
    findings = tx.works.findings(ids)
    works = tx.load(ids, context.wants_key)
    found: dict[Reader, list[str]] = {}
    for work_id in ids:
        last = tx.telling.last(work_id)
        lacks = unmet(context.config, LetterKind.REMINDER, findings.get(work_id, ()))
        open_ = works[work_id].decision is None and not works[work_id].gone
        if last is None or not lacks or not open_ or not outbox.can_be_written_to(last["to_address"]):
            continue
        if not tx.telling.written_to(last["to_address"], tx.now - DAY):
            reader = Reader(last["mailbox"], last["to_address"], last["arrival_id"])
            found.setdefault(reader, []).append(work_id)
    return found
