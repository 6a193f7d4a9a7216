"""What is new in a mailbox becomes rows. Mail that is known under another key gets that key and no new row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from ingest.config import Config, Mailbox
from ingest.context import Context, crash_point
from ingest.ledger import Transaction
from ingest.model import Ended, Listing
from ingest.sources import Folder, Source
from ingest.stages.fetch.recognising import Recogniser
from ingest.store import Stored

log = structlog.get_logger("kepu")

OLD_EDITION = "往届：收到时间早于本届开始日期"
_AT_ONCE = 200


@dataclass(frozen=True)
class Poll:
    """One visit to a mailbox: its source is open, `folders` are those to poll."""

    context: Context
    mailbox: Mailbox
    source: Source
    folders: Sequence[Folder]


def list_all(poll: Poll) -> None:
    """What is above the highest known UID of each folder, or is no known file."""
    with poll.context.read() as tx:
        known = tx.keys.folders(poll.mailbox.name)
    for folder in poll.folders:
        if (folder.name, folder.uidvalidity) not in known:
            _first_seen(poll, folder, anew=any(name == folder.name for name, _ in known))
        list_new(poll, folder)


def _first_seen(poll: Poll, folder: Folder, *, anew: bool) -> None:
    """All of a folder is listed now, so that its first sweep is tomorrow's."""
    with poll.context.begin() as tx:
        if anew:
            tx.keys.rebuilt(poll.mailbox.name, folder.name, folder.uidvalidity)
            log.warning("folder rebuilt", mailbox=poll.mailbox.name, folder=folder.name, uidvalidity=folder.uidvalidity)
        tx.keys.polled(poll.mailbox.name, folder.name, folder.uidvalidity, swept_on=today(poll.context))


def today(context: Context) -> str:
    """The day it is where the contest is."""
    return str(context.clock().astimezone(context.config.edition.zone).date())


def list_new(poll: Poll, folder: Folder) -> None:
    """The UID walk of one folder."""
    with poll.context.read() as tx:
        seen = tx.keys.seen(poll.mailbox.name, folder.name, folder.uidvalidity)
        news = list(poll.source.listing(folder, seen))
    take_in(poll, folder, news)


def take_in(poll: Poll, folder: Folder, news: Sequence[Listing]) -> None:
    """Listings whose keys are not known become rows, or keys of the mails they are."""
    context, new = poll.context, 0
    with context.read() as tx:
        asks = len(poll.folders) > 1 or len(tx.keys.folders(poll.mailbox.name)) > 1
    recogniser = Recogniser(context, poll.source, poll.folders, asks=asks)
    for start in range(0, len(news), _AT_ONCE):
        lot = news[start : start + _AT_ONCE]
        known = recogniser.known(folder, lot)
        with context.begin() as tx:
            for listing in lot:
                if listing.uid in known:
                    meet_again(context, tx, folder, listing, known[listing.uid])
                else:
                    new += register(context, tx, poll.mailbox, listing, junk=folder.junk)
        crash_point("listed")
    context.tally.counts["listed"] += new
    if news:
        log.info("listed", mailbox=poll.mailbox.name, folder=folder.name, new=new, known=len(news) - new)


def meet_again(context: Context, tx: Transaction, folder: Folder, listing: Listing, arrival_id: int) -> None:
    """A known mail at a place that was not known: a person moved it, or the mailbox was rebuilt."""
    places = tx.keys.places_of(arrival_id)
    tx.keys.add(listing, arrival_id)
    tell_of_move(tx, folder, arrival_id, [place.listing.folder for place in places])
    context.tally.counts["met-again"] += 1


def tell_of_move(tx: Transaction, folder: Folder, arrival_id: int, before: Sequence[str]) -> None:
    """What follows from a mail being in this folder now; before: the folders it was seen in."""
    row = tx.arrivals.row(arrival_id)
    if row["ended"] == Ended.UNREADABLE.value and not row["raw_sha256"]:
        tx.arrivals.again([arrival_id])  # it was gone, and here it is
        tx.desk.close_todos(arrival=arrival_id)
    if folder.name not in before:
        tx.desk.event("mail-moved", arrival=arrival_id, folder=folder.name)
    if not folder.junk:
        tx.arrivals.out_of_junk(arrival_id)


def register(
    context: Context,
    tx: Transaction,
    mailbox: Mailbox,
    listing: Listing,
    *,
    fetched: Stored | None = None,
    header_sha256: str = "",
    junk: bool = False,
    for_work: str = "",
) -> bool:
    """A new row, False if it was known. Mail from before the edition ends at once, its body is never fetched."""
    arrival_id = tx.arrivals.add(listing, track=mailbox.track, junk=junk, for_work=for_work)
    if arrival_id is None:
        return False
    if is_old(context.config, listing.received_at) and not for_work:
        end_as_old(context, tx, arrival_id)
    elif fetched is not None:
        tx.arrivals.fetched(arrival_id, fetched.sha256, fetched.size, header_sha256)
    return True


def register_under(context: Context, tx: Transaction, mailbox: Mailbox, listing: Listing, *, junk: bool) -> int:
    """A new row under a key that was another mail's, which stays as it is. Returns its id."""
    arrival_id = tx.arrivals.add_anew(listing, track=mailbox.track, junk=junk)
    tx.keys.give(listing, arrival_id)
    if is_old(context.config, listing.received_at):
        end_as_old(context, tx, arrival_id)
    return arrival_id


def end_as_old(context: Context, tx: Transaction, arrival_id: int) -> None:
    """Mail from before the edition: counted, never fetched."""
    tx.arrivals.end(arrival_id, Ended.NOT_A_SUBMISSION, OLD_EDITION, may_reply=False, why="往届邮件不回复")
    context.tally.counts["old-edition"] += 1


def is_old(config: Config, received_at: dt.datetime | None) -> bool:
    """It came before this edition opened. A mail whose time is unknown is not."""
    return received_at is not None and received_at < config.edition.opens_at
