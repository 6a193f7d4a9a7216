"""Each listed mail is copied into the store, from wherever it is now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

from ingest.config import Mailbox
from ingest.context import Context, crash_point, stage_ids
from ingest.errors import DiskError, GoneError, NotGivenError
from ingest.ledger import Transaction
from ingest.ledger.keys import Place
from ingest.lots import Lot, lot_of
from ingest.model import Ended, Listing, Stage, Todo, TodoKind, mail_number
from ingest.sources.identity import identity_of
from ingest.stages.fetch.doubting import Doubts
from ingest.stages.fetch.listing import Poll
from ingest.store import Group, Store, Stored

GONE = "下载之前已从信箱中移走或删除"
_AT_ONCE = 100  # mails looked up together


def copy_all(poll: Poll) -> None:
    """Every listed mail of the mailbox, oldest first, until the batch's time is over."""
    context, mailbox = poll.context, poll.mailbox
    ids = stage_ids(context, Stage.LISTED, mailbox=mailbox.name)
    stored, done = lambda: crash_point("stored"), lambda: crash_point("fetched")
    with lot_of(context, stored=stored, done=done) as lot:
        doubts, coming = Doubts(poll), Coming(context, ids)
        context.each(f"下载邮件（{mailbox.name}）", ids, partial(_copy, poll, lot, doubts, coming), bounded=True)
        lot.settle()
        doubts.decide()


@dataclass(frozen=True)
class _Known:
    """What the ledger says of a mail to be copied: its size, None if nobody said, and where it is, newest first."""

    size: int | None
    places: Sequence[Place]


class Coming:
    """The mails that are copied one after the other: looked up many at a time, and which is next is known."""

    def __init__(self, context: Context, ids: Sequence[int]) -> None:
        """Nothing is looked up yet. ids: in the order in which they are asked for."""
        self._context = context
        self._after = dict(pairwise(ids))
        self._known: dict[int, _Known] = {}

    def known(self, arrival_id: int) -> _Known:
        """What is known of this mail; of others that follow it, too, from then on."""
        if arrival_id not in self._known:
            lot = [arrival_id]
            while len(lot) < _AT_ONCE and (follower := self._after.get(lot[-1])) is not None:
                lot.append(follower)
            with self._context.read() as tx:
                sizes = {row["id"]: row["size"] for row in tx.arrivals.heads(lot)}
                places = tx.keys.living_places(lot)
            self._known = {one: _Known(sizes[one], places.get(one, ())) for one in lot}
        return self._known[arrival_id]

    def after(self, arrival_id: int) -> Listing | None:
        """What will probably be copied after this one."""
        follower = self._after.get(arrival_id)
        places = self.known(follower).places if follower is not None else ()
        return places[0].listing if places else None


def _copy(poll: Poll, lot: Lot, doubts: Doubts, coming: Coming, arrival_id: int) -> None:
    context, mailbox = poll.context, poll.mailbox
    known = coming.known(arrival_id)
    size = known.size
    if size is not None and size > mailbox.limits.max_mail_bytes:
        _too_large(context, mailbox, arrival_id, size)
        return
    ask_for_room(context, size or 0)
    try:
        stored = _from_anywhere(poll, lot, known.places, coming.after(arrival_id))
        stored = stored or _from_anywhere(poll, lot, _others(context, arrival_id, known.places))
    except NotGivenError as error:
        lot.settle()  # what came before may be asked for again, to know whose trouble this is
        doubts.hold(arrival_id, error)
        return
    if stored is None:
        _gone(context, arrival_id)
        return
    doubts.one_came()
    header = header_of(lot.group, stored)

    def write(tx: Transaction) -> None:
        tx.arrivals.fetched(arrival_id, stored.sha256, stored.size, header)

    lot.keep(arrival_id, write, **{"fetched": 1, "fetched-bytes": stored.size})


def _others(context: Context, arrival_id: int, tried: Sequence[Place]) -> list[Place]:
    """Where a mail was seen besides: it may be there again."""
    with context.read() as tx:
        places = tx.keys.places_of(arrival_id)
    return [place for place in places if place.listing not in {each.listing for each in tried}]


def _from_anywhere(poll: Poll, lot: Lot, places: Sequence[Place], then: Listing | None = None) -> Stored | None:
    """The mail from the place it is at; None if it is at none it was seen at."""
    for place in places:
        try:
            with lot.group.writer() as writer:
                poll.source.copy(place.listing, writer, then=then)
        except GoneError:
            with poll.context.begin() as tx:
                tx.keys.lose(place.listing)
            continue
        return writer.stored
    return None


def header_of(store: Store | Group, stored: Stored) -> str:
    """The digest of a stored mail's header, by which it is known again under another key."""
    with store.path(stored.sha256).open("rb") as file:
        return identity_of(file, stored.size).header_sha256


def ask_for_room(context: Context, size: int) -> None:
    """The raw mail and its parts, and the reserve, must fit before anything is copied."""
    needed = 2 * size + context.config.storage.reserve_bytes
    free = context.store.free_bytes()
    if free < needed:
        raise DiskError(
            "磁盘空间不足，已停止下载新邮件",
            why=f"需要约 {_size(needed)}，剩余 {_size(free)}",
            mend=f"请清理 {context.store.root} 所在磁盘后重新运行；已收的邮件都在，不会重复下载。",
        )


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"


def _too_large(context: Context, mailbox: Mailbox, arrival_id: int, size: int) -> None:
    limit = mailbox.limits.max_mail_bytes
    reason = f"邮件大小 {size / 1e6:.0f} MB，超过上限 {limit / 1e6:.0f} MB，未下载"
    number = mail_number(arrival_id)
    with context.begin() as tx:
        tx.arrivals.wait(arrival_id, reason, may_reply=False, why="尚未下载")
        mend = f"如需程序下载，请运维调高该信箱的 max_mail_bytes 后执行 kepu retry {number}"
        text = f"邮件 {number}：{reason}。请在网页信箱中人工查看；{mend}。"
        tx.desk.ask(Todo(f"too-large:{arrival_id}", TodoKind.QUARANTINED, text, arrival_id=arrival_id), anew=True)


def _gone(context: Context, arrival_id: int) -> None:
    """It was there when listed. Should it turn up in a folder that is polled, it is fetched from there after all."""
    number = mail_number(arrival_id)
    with context.begin() as tx:
        tx.arrivals.end(arrival_id, Ended.UNREADABLE, GONE, may_reply=False, why="没有信件内容")
        text = f"邮件 {number} {GONE}，程序没有收到内容。请在网页信箱的“已删除”等文件夹中查找，如是投稿请移回收件箱。"
        tx.desk.ask(Todo(f"gone:{arrival_id}", TodoKind.UNREADABLE_MAIL, text, arrival_id=arrival_id), anew=True)
    context.tally.counts["gone"] += 1
