"""`kepu status --as-of`: the counts of a past evening, from what the ledger's events tell."""

from __future__ import annotations

import datetime as dt
import json
import unicodedata
from collections import Counter
from contextlib import suppress

from ingest.cli import looking
from ingest.config import Config
from ingest.errors import ConfigError, Exit
from ingest.ledger import Transaction
from ingest.ledger.past import mails_at, works_at
from ingest.views import Record, iso

_DATE = 10
"""Characters of a date."""


def moment_of(text: str, config: Config) -> dt.datetime:
    """The moment people mean: a date is its end in the edition's zone, as is the zone of a time that names none.

    ConfigError for what is neither.
    """
    said = unicodedata.normalize("NFKC", text).strip()
    with suppress(ValueError, OverflowError):  # it is said below what may be written
        if len(said) <= _DATE:
            next_day = dt.date.fromisoformat(said) + dt.timedelta(days=1)
            midnight = dt.datetime.combine(next_day, dt.time.min, config.edition.zone)
            return midnight - dt.timedelta(microseconds=1)
        moment = dt.datetime.fromisoformat(said)
        return moment if moment.tzinfo else moment.replace(tzinfo=config.edition.zone)
    raise ConfigError(
        f"--as-of 的“{text[:40]}”不是日期或时间", mend="请写成 2024-10-20（算到当天 24 时）或 2024-10-20T18:00。"
    )


def status(config: Config, clock: looking.Clock, as_of: str, *, as_json: bool) -> int:
    """Mails by mailbox and ending, works by track, state and decision, as they were then."""
    moment = moment_of(as_of, config)
    with looking.open_(config, clock) as context, context.read() as tx:
        record, now = _record(tx, config, moment), tx.now
    if as_json:
        print(json.dumps(record, ensure_ascii=False))
        return int(Exit.DONE)
    print(f"截至 {moment.astimezone(config.edition.zone):%Y-%m-%d %H:%M}")
    if note := _note(config, moment, now):
        print(note)
    looking.tell_counts(config, record)
    return int(Exit.DONE)


def _note(config: Config, moment: dt.datetime, now: dt.datetime) -> str:
    """What a person should know of a moment outside the edition's course."""
    if moment < config.edition.opens_at:
        return f"本届于 {config.edition.opens} 启动，此时还没有收件。"
    return "这个时间还没有到，以下是到现在为止的数字。" if moment > now else ""


def _record(tx: Transaction, config: Config, moment: dt.datetime) -> Record:
    mails, works = mails_at(tx.connection, moment), works_at(tx.connection, moment)
    boxes: list[Record] = []
    for mailbox in config.mailboxes:
        counted = {row.ended or "pending": row.n for row in mails if row.mailbox == mailbox.name}
        boxes.append({"mailbox": mailbox.name, "address": mailbox.address, **looking.figures_of(Counter(counted))})
    return {
        "as_of": iso(moment, config.edition.zone),
        "mailboxes": boxes,
        "works": looking.by_track(config, ((row.track, row.state, row.n) for row in works)),
        "decisions": looking.decisions_of(config, ((row.track, row.word, row.n) for row in works)),
    }
