"""What a folder holds against what the ledger knows of it; a sweep finds what was missed, and what is gone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import structlog

from ingest.context import crash_point
from ingest.ledger.keys import Place
from ingest.model import Listing, mail_number
from ingest.sources import Folder
from ingest.stages.fetch.listing import Poll, list_new, register_under, take_in, tell_of_move, today
from ingest.stages.fetch.recognising import Recogniser

log = structlog.get_logger("kepu")

MANY = 10
"""A folder in which the ledger knows so many mails does not become empty without a word."""
_AGAIN = 3
_ALL_TIME = dt.date(1990, 1, 1)


def reconcile(poll: Poll) -> None:
    """Every folder of the mailbox; what does not add up after all is trouble of the run."""
    for folder in poll.folders:
        with poll.context.read() as tx:
            row = tx.keys.folders(poll.mailbox.name)[folder.name, folder.uidvalidity]
        if row["swept_on"] != today(poll.context):
            _daily(poll, folder)
        count = _settled(poll, folder)
        if count != row["on_server"]:
            with poll.context.begin() as tx:
                tx.keys.polled(poll.mailbox.name, folder.name, folder.uidvalidity, on_server=count)


def _daily(poll: Poll, folder: Folder) -> None:
    day = today(poll.context)
    sweep(poll, folder, dt.date.fromisoformat(day) - dt.timedelta(days=poll.context.config.schedule.sweep_days))
    with poll.context.begin() as tx:
        tx.keys.polled(poll.mailbox.name, folder.name, folder.uidvalidity, swept_on=day)


def _settled(poll: Poll, folder: Folder) -> int:
    """How many mails the folder holds. If the ledger knows more or fewer, all of it is looked through."""
    count, known = poll.source.count(folder), _known(poll, folder)
    if count == known:
        return count
    if _emptied(poll, folder, count, known):
        return count
    sweep(poll, folder, _ALL_TIME)
    for _ in range(_AGAIN):
        count, known = poll.source.count(folder), _known(poll, folder)
        if count == known:
            return count
        list_new(poll, folder)  # something came while we looked
    name = poll.mailbox.name
    log.error("unequal", mailbox=name, folder=folder.name, on_server=count, known=known)
    poll.context.tally.troubles.append(
        f"信箱 {name} 的文件夹“{folder.name}”对账不平：服务器上 {count} 封，程序记得 {known} 封。"
        "下次运行会再核对；若一直如此，请把日志交给维护人员"
    )
    return count


def _known(poll: Poll, folder: Folder) -> int:
    with poll.context.read() as tx:
        return tx.keys.living(poll.mailbox.name, folder.name, folder.uidvalidity)


def _emptied(poll: Poll, folder: Folder, count: int, known: int) -> bool:
    """A folder that is suddenly empty is said, and nothing else: what was received stays received."""
    if count or known < MANY:
        return False
    poll.context.tally.notes.append(
        f"信箱 {poll.mailbox.name} 的文件夹“{folder.name}”现在是空的，而程序记得其中 {known} 封邮件。"
        "已收的邮件都在；请在网页信箱中查看是否被移走或误删"
    )
    return True


def sweep(poll: Poll, folder: Folder, since: dt.date) -> None:
    """Everything that arrived since that day: what is not known is taken in, what is another mail now is noticed,
    what is not there any more is known to be gone."""
    listed = list(poll.source.sweep(folder, since))
    with poll.context.read() as tx:
        places = tx.keys.places_in(poll.mailbox.name, folder.name, folder.uidvalidity)
    take_in(poll, folder, [listing for listing in listed if listing.uid not in places])
    _look_again(poll, folder, [one for one in listed if one.uid in places and _differs(one, places[one.uid].listing)])
    _note_gone(poll, folder, {listing.uid for listing in listed}, places, since)
    log.info("swept", mailbox=poll.mailbox.name, folder=folder.name, since=str(since), listed=len(listed))


def _differs(now: Listing, before: Listing) -> bool:
    """A UID that shows another size or time than when it was listed may be another mail's by now."""
    return (now.size, now.received_at) != (before.size, before.received_at)


def _look_again(poll: Poll, folder: Folder, changed: Sequence[Listing]) -> None:
    """Known keys that are listed otherwise: the same mail's still, another known one's, or a new one's."""
    if not changed:
        return
    recogniser = Recogniser(poll.context, poll.source, poll.folders, asks=True)
    mails = recogniser.is_still(folder, changed)
    for listing in changed:
        if listing.uid not in mails:
            continue  # it went away in this moment
        mail = mails[listing.uid]
        with poll.context.begin() as tx:
            held = tx.keys.at(listing)
            if mail is None:
                new = register_under(poll.context, tx, poll.mailbox, listing, junk=folder.junk)
                poll.context.tally.counts["listed"] += 1
                log.warning("uid given to another mail", mailbox=listing.mailbox, uid=listing.uid, new=mail_number(new))
            else:
                before = [place.listing.folder for place in tx.keys.places_of(mail)]
                tx.keys.give(listing, mail)
                if mail != held:
                    tell_of_move(tx, folder, mail, before)
        crash_point("listed")


def _note_gone(poll: Poll, folder: Folder, there: set[str], places: dict[str, Place], since: dt.date) -> None:
    """Only days that the sweep saw whole count; the first one may have begun elsewhere on earth."""
    whole = dt.datetime.combine(since + dt.timedelta(days=2), dt.time.min, dt.UTC)
    seen = [uid for uid, place in places.items() if _since(place.listing, whole) or since == _ALL_TIME]
    gone = {uid for uid in seen if uid not in there and not places[uid].gone}
    back = {uid for uid in there & places.keys() if places[uid].gone}
    if not there and len(gone) >= MANY:
        return
    with poll.context.begin() as tx:
        tx.keys.set_gone(poll.mailbox.name, folder.name, folder.uidvalidity, gone, gone=True)
        tx.keys.set_gone(poll.mailbox.name, folder.name, folder.uidvalidity, back, gone=False)


def _since(listing: Listing, moment: dt.datetime) -> bool:
    return listing.received_at is not None and listing.received_at >= moment
