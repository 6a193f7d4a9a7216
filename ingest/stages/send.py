"""Send: letters that are queued go out, one account's connection after the other, within the caps.

A row says `sending` before a letter's first byte goes out, and `sent` after the server has taken it. A run that ends in
between leaves a letter of which nobody knows; the Sent folder may, and if it does not, a person decides. No letter is
ever sent a second time by itself.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import structlog

from ingest.config import Mailbox, Sender
from ingest.context import Context, crash_point
from ingest.errors import ConfigError, KepuError
from ingest.ledger import Transaction
from ingest.ledger.rows import Row
from ingest.model import DIGESTS
from ingest.outbox import compose
from ingest.outbox.answers import TRIES_AFTER, Fate
from ingest.outbox.pacing import room
from ingest.outbox.smtp import Account, Outcome, Post
from ingest.sources import open_source
from ingest.sources.imap_session import is_loopback
from ingest.stages.letterhead import lost_reader, unreachable

log = structlog.get_logger("kepu")

STOP_FILE = "暂停发信"
"""A file whose name begins so, among the letters on the share, stops sending: staff have no terminal."""

SENT_FOLDER = "\\Sent"
LOOKED_FOR = dt.timedelta(days=1)
"""So long the Sent folder is looked at again for a letter of which nobody knows."""

_LOST = "上次发送时程序中断，不知道是否已经发出"
_WAIT_MOST = dt.timedelta(hours=4)
_MINUTE = dt.timedelta(minutes=1)


class HeldBack(Exception):
    """The letter is not to go after all: somebody stopped it in this very moment."""


def send(context: Context) -> None:
    """What earlier runs left is settled first; then the letters that are due."""
    if context.config.replies.mode not in ("approve", "send"):
        return
    _settle_cut_short(context)
    _look_for_unknown(context)
    with context.read() as tx:
        ids = tx.posting.due()
    if ids:
        with _Sending(context) as sending:
            sending.all_of(ids)


def _settle_cut_short(context: Context) -> None:
    with context.read() as tx:
        ids = tx.posting.cut_short()
    for letter_id in ids:
        with context.begin() as tx:
            tx.posting.unknown(letter_id, _LOST)


def _look_for_unknown(context: Context) -> None:
    """Letters that stand in the Sent folder were sent; a person is asked about the others."""
    with context.read() as tx:
        unknown, now = tx.posting.unknowns(), tx.now
    young = [row for row in unknown if row["tried_at"] is None or now - row["tried_at"] <= LOOKED_FOR]
    for name in sorted({row["mailbox"] for row in young}):
        mine = [row for row in young if row["mailbox"] == name]
        found = sent_ids(context, context.config.mailbox(name), mine)
        for row in mine:
            with context.begin() as tx:
                if row["message_id"] in found:
                    tx.posting.sent(row["id"])
                elif row["kind"] not in DIGESTS:  # tomorrow's daily mail says what stands: nobody need look for today's
                    tx.posting.ask_about(row["id"], row["to_address"])


def sent_ids(context: Context, mailbox: Mailbox, rows: Sequence[Row]) -> set[str]:
    """Message-IDs of what the account sent since these letters; none where its Sent folder cannot be read.

    The folder's mails are listed and compared here: NetEase's own search by header finds nothing.
    """
    if not mailbox.needs_password:
        return set()
    since = min((row["tried_at"] for row in rows if row["tried_at"]), default=context.clock()) - dt.timedelta(days=1)
    of_sent = mailbox.model_copy(update={"folders": (SENT_FOLDER,)})
    try:
        with open_source(of_sent, base=Path.cwd(), password=lambda: context.password(mailbox.name)) as source:
            folder = source.folders()[0]
            uids = [listing.uid for listing in source.sweep(folder, since.date())]
            return {found.message_id for found in source.identify(folder, uids).values()}
    except KepuError as error:
        log.warning("sent folder unreadable", mailbox=mailbox.name, what=error.what, why=error.why)
        return set()


def account_of(who: Mailbox | Sender) -> Account | None:
    """Who sends, as the connection wants it; None without a server to send by."""
    return Account(who.address, who.login, who.smtp, plain=_is_here(who.smtp)) if who.smtp else None


def _is_here(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "smtp" and is_loopback(parts.hostname or "")


@dataclass
class _Sending:
    """One stage's connections, the accounts that send no more in it, and the mailboxes that have no server to send by,
    each with its letters."""

    context: Context
    posts: dict[str, Post] = field(default_factory=dict)
    resting: set[str] = field(default_factory=set)
    mute: Counter[str] = field(default_factory=Counter)
    count: int = 0

    def __enter__(self) -> _Sending:
        return self

    def __exit__(self, *_: object) -> None:
        for post in self.posts.values():
            post.close()
        for address, letters in self.mute.items():
            mend = "请在 [[mailboxes]] 中写上 smtp，或在 [replies] 中写 sender，再运行 kepu check 核对"
            self.context.tally.notes.append(f"信箱 {address} 没有写发信服务器，{letters} 封回信排着没有发出；{mend}")

    def all_of(self, ids: Sequence[int]) -> None:
        """These letters in their order, until the run's cap, a stop, or no account is left."""
        context = self.context
        for done, letter_id in enumerate(ids):
            if context.stopped or self._stopped() or self.count >= context.config.replies.caps.run:
                return
            context.say("发送回信", done, len(ids))
            self._one(letter_id)
        context.say("发送回信", len(ids), len(ids))

    def _stopped(self) -> bool:
        with self.context.read() as tx:
            return bool(tx.posting.stopped) or stop_file(self.context.config.storage.share) is not None

    def _one(self, letter_id: int) -> None:
        with self.context.read() as tx:
            row = tx.letters.row(letter_id)
            mailbox = self.context.config.mailbox(row["mailbox"])
            account = account_of(self.context.config.replies.sender or mailbox)
            if account is None:
                self.mute[mailbox.address] += 1
                return
            if account.address in self.resting:
                return
            dead = tx.posting.dead(row["to_address"])
            if dead is None and not self._may_go(tx, row["to_address"], account.address):
                return
        if dead is None:
            self._deliver(row, mailbox, account)
            return
        self._fail(letter_id, f"收信地址不存在（{dead['why'][:100]}），没有发出")

    def _fail(self, letter_id: int, why: str) -> None:
        with self.context.begin() as tx:
            tx.posting.failed(letter_id, why)

    def _may_go(self, tx: Transaction, to: str, sender: str) -> bool:
        """The account does not pause, and one more letter is within the caps."""
        if tx.posting.is_paused(sender):
            self.resting.add(sender)
            return False
        counts, caps = tx.posting, self.context.config.replies.caps
        found = room(caps, to=to, sender=sender, now=tx.now, sent_to=counts.sent_to, sent_from=counts.sent_from)
        if found.whole:
            self.resting.add(sender)
        return not found.why

    def _deliver(self, row: Row, mailbox: Mailbox, account: Account) -> None:
        context = self.context
        now = context.clock().astimezone(context.config.edition.zone)
        try:
            mail = compose(row, mailbox, now, sender=account.address, read=context.store.read)
        except OSError as error:
            self._fail(row["id"], f"附件读不到（{error.strerror or type(error).__name__}），没有发出")
            return
        post = self._post(account, mailbox)
        commit = self._commit(row["id"], account.address)
        try:
            outcome = post.deliver(mail, row["to_address"], commit)
            if outcome.verdict.fate is Fate.AGAIN and not outcome.unknown:
                outcome = post.deliver(mail, row["to_address"], commit)
        except HeldBack:
            return
        except ConfigError as error:  # no password: the operator's, and no other account's trouble
            self.resting.add(account.address)
            self.context.tally.troubles.append(f"{error.what}，回信没有发出。{error.mend}")
            return
        crash_point("letter-answered")
        self._settle(row, account, outcome)
        crash_point("letter-settled")

    def _post(self, account: Account, mailbox: Mailbox) -> Post:
        if account.address not in self.posts:
            name = mailbox.name if self.context.config.replies.sender is None else "replies"
            self.posts[account.address] = Post(account, lambda: self.context.password(name))
        return self.posts[account.address]

    def _commit(self, letter_id: int, sender: str) -> Callable[[], None]:
        """What must be written down before the first byte; and the last look whether somebody stopped it."""

        def commit() -> None:
            with self.context.begin() as tx:
                if tx.posting.stopped or not tx.posting.is_queued(letter_id):
                    raise HeldBack(letter_id)
                tx.posting.sending(letter_id, sender)
            crash_point("letter-sending")

        return commit

    def _settle(self, row: Row, account: Account, outcome: Outcome) -> None:
        """What came of it, in the ledger; and what its account does next."""
        why = "：".join(filter(None, (outcome.verdict.why, outcome.said)))
        with self.context.begin() as tx:
            self._settle_letter(tx, row, outcome, why)
            self._settle_account(tx, account, outcome, why)
        if outcome.verdict.fate is not Fate.SENT:
            self._say(account, outcome)

    def _settle_letter(self, tx: Transaction, row: Row, outcome: Outcome, why: str) -> None:
        letter_id, fate, counts = row["id"], outcome.verdict.fate, self.context.tally.counts
        if outcome.unknown:
            tx.posting.unknown(letter_id, why)
        elif fate is Fate.SENT:
            tx.posting.sent(letter_id)
            tx.alerts.over(lost_reader(row["to_address"]))
            self.count += 1
            counts["sent"] += 1
        elif fate is Fate.LATER and row["tries"] < len(TRIES_AFTER):
            tx.posting.later(letter_id, why, TRIES_AFTER[row["tries"]])
        elif fate in (Fate.LATER, Fate.REFUSED):
            tx.posting.failed(letter_id, why)
            counts["letters-refused"] += 1
            if outcome.verdict.dead:
                unreachable(tx, row, why)
        else:
            tx.posting.put_back(letter_id, why)

    def _settle_account(self, tx: Transaction, account: Account, outcome: Outcome, why: str) -> None:
        address, verdict = account.address, outcome.verdict
        key = f"smtp:{address}"
        if verdict.fate is Fate.SENT:
            if tx.posting.sender(address) is not None:
                tx.posting.relieved(address)
                tx.alerts.over(key)
            return
        if verdict.alert:
            tx.alerts.sound(key, f"发信账号 {address}：{why}")
        if verdict.fate in (Fate.PAUSE, Fate.TOMORROW, Fate.STOP, Fate.AGAIN):
            self.resting.add(address)
            failures = int((tx.posting.sender(address) or {}).get("failures", 0))
            tx.posting.pause(address, self._until(verdict.fate, verdict.wait, failures, tx.now), why)

    def _until(self, fate: Fate, wait: dt.timedelta, failures: int, now: dt.datetime) -> dt.datetime:
        if fate is Fate.TOMORROW:
            zone = self.context.config.edition.zone
            tomorrow = now.astimezone(zone).date() + dt.timedelta(days=1)
            return dt.datetime.combine(tomorrow, dt.time(0, 10), zone)
        return now + (wait or min(_MINUTE * 4 ** min(failures, 5), _WAIT_MOST))

    def _say(self, account: Account, outcome: Outcome) -> None:
        verdict = outcome.verdict
        log.warning("letter not sent", sender=account.address, fate=verdict.fate.value, said=outcome.said)
        if verdict.lost:
            self.context.tally.unreachable.append(f"发信账号 {account.address}：{verdict.why}")


def stop_file(share: Path) -> Path | None:
    """The file by which staff stop all letters, None if there is none."""
    folder = share / "reports" / "回信"
    try:
        return next((path for path in folder.glob(f"{STOP_FILE}*")), None)
    except OSError:
        return None
