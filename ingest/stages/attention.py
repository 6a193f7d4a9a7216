"""The letter on files that could not be opened: what happened, and how their sender can mend it. Once a mail."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from ingest import outbox
from ingest.closed import matters_of
from ingest.config import Config
from ingest.context import Context, crash_point
from ingest.ledger.rows import Row
from ingest.model import Kind, LetterKind, Work
from ingest.rules.readable import cannot_be_opened
from ingest.stages.letterhead import deadline, greeting, junk_todo, letter_row, same_mail, templates_of, when
from reports import letters


def warn(context: Context) -> None:
    """Every mail with such files of which no letter tells yet."""
    with context.read() as tx:
        ids = tx.letters.to_warn()
    context.each("起草提醒", ids, lambda arrival_id: _one(context, arrival_id), letters=True)


def _one(context: Context, arrival_id: int) -> None:
    config = context.config
    with context.read() as tx:
        row = tx.arrivals.row(arrival_id)
        works = list(tx.load(tx.works.of_arrivals([arrival_id]).get(arrival_id, []), context.wants_key).values())
        parts = tx.arrivals.arrival(arrival_id, wants=context.wants_key).parts
        matters = matters_of([part for part in parts if part.id not in _told_by_receipts(config, works)])
        key = f"{LetterKind.ATTENTION.value}:{same_mail(row)}"
        told = tx.letters.by_key(key) is not None  # its copy in the other mailbox
        one_waits = tx.letters.is_queued_for(row["from_address"], LetterKind.ATTENTION)  # the caps hold it: no second
        now = tx.now
    if told or one_waits or not matters or not is_due(config, row, works, now):
        return
    data = letter_data(config, row, works, matters)
    rendered = letters.render(LetterKind.ATTENTION.value, data, templates_of(config))
    with context.begin() as tx:
        values = letter_row(config, row, key, LetterKind.ATTENTION, rendered)
        tx.letters.write(values, [work.id for work in works], answers=None)
        if row["junk"]:
            tx.desk.ask(junk_todo(row))
    crash_point("letter-written")
    context.tally.counts["letters"] += 1


def _told_by_receipts(config: Config, works: Sequence[Work]) -> set[int]:
    """Ids of films that cannot be opened and of which the answer to their mail tells, as of all that is unmet."""
    if not (config.rules.readable.on and config.rules.readable.tells(LetterKind.RECEIPT)):
        return set()
    films = (work.in_force(Kind.VIDEO) for work in works)
    return {film.part.id for film in films if film is not None and cannot_be_opened(film)}


def is_due(config: Config, row: Row, works: Sequence[Work], now: dt.datetime) -> bool:
    """The sender had time to write once more, as people do who forgot a password; and it is for us to write at all.

    Not where staff have decided all its works, nor to a late mail, of which staff say whether it counts.
    """
    came = min(row["received_at"] or row["listed_at"], row["listed_at"])
    decided = bool(works) and all(work.decision is not None for work in works)
    late = row["received_at"] is not None and row["received_at"] > config.edition.deadline_at
    written_to = outbox.can_be_written_to(row["from_address"])
    return written_to and not decided and not late and now - came >= config.replies.quiet_period


def letter_data(
    config: Config, row: Row, works: Sequence[Work], matters: Sequence[tuple[str, str]]
) -> letters.LetterData:
    """All that the letter may say. matters: what happened to a file, and the mend."""
    return letters.LetterData(
        edition=config.edition.name,
        works=tuple(letters.LetterWork(work.id, work.title) for work in works),
        subject=row["subject"],
        received=when(config, row["received_at"]),
        deadline=deadline(config),
        contact=config.edition.contact,
        greeting=greeting(row),
        matters=tuple(letters.LetterMatter(text, mend) for text, mend in matters),
    )
