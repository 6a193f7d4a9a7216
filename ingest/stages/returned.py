"""Bounces of our own letters: which letter, to whom, for good or not. Bounces of what we never sent are nobody's."""

from __future__ import annotations

import structlog

from ingest import manners
from ingest.context import Context, crash_point
from ingest.ledger import Transaction
from ingest.ledger.rows import Row
from ingest.stages.letterhead import unreachable
from parsers.bounces import Bounce, read_bounce

log = structlog.get_logger("kepu")


def take_bounces(context: Context) -> None:
    """Mails of mail systems that ended since the last time."""
    with context.read() as tx:
        mails = tx.telling.machine_mails()
    for mail, event in mails.items():
        _one(context, mail, event)


def _one(context: Context, mail: int, event: int) -> None:
    with context.read() as tx:
        arrival, row = tx.arrivals.arrival(mail), tx.arrivals.row(mail)
    found = Bounce()
    if manners.bounce(arrival) and row["raw_sha256"]:
        found = _read(context, row)
    with context.begin() as tx:
        _tie(tx, mail, found)
        tx.telling.machine_mail_read(event)
    crash_point("bounce-read")


def _read(context: Context, row: Row) -> Bounce:
    try:
        return read_bounce(context.store.path(row["raw_sha256"]))
    except (OSError, ValueError, LookupError) as error:  # what a mail library may stumble over in a hostile bounce
        log.warning("bounce unreadable", mail=row["id"], error=f"{type(error).__name__}: {error}")
        return Bounce()


def _tie(tx: Transaction, mail: int, found: Bounce) -> None:
    """The letter that came back is the one it names, and only if it went to an address the bounce names, if any."""
    for letter in tx.telling.letters_named(found.message_ids):
        address = letter["to_address"].lower()
        if found.addresses and address not in found.addresses:
            continue
        tx.telling.came_back(letter["id"], mail, found.why, for_good=found.for_good)
        if found.for_good:
            unreachable(tx, letter, found.why)
