"""An IMAP mailbox, read-only: EXAMINE and BODY.PEEK only, so that nothing shows that we were there.

Of the server is asked what NetEase's answers rightly too: EXAMINE, STATUS, UID SEARCH by UID or date, UID FETCH. Not
UIDNEXT, CONDSTORE, IDLE, BODYSTRUCTURE or flags of our own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Self

import structlog
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from ingest.config import Mailbox
from ingest.errors import GoneError, NotGivenError, UnreachableError
from ingest.model import Listing
from ingest.sources import INBOX, Folder, Identity, Seen, Target
from ingest.sources.folders import Flags, is_junk, resolve
from ingest.sources.identity import HEADER_BYTES, identity
from ingest.sources.imap_answers import MONTHS, arrival_of, describes, size_of, uid_of, uids_found
from ingest.sources.imap_body import Body, TargetError
from ingest.sources.imap_connection import Connection
from ingest.sources.imap_pace import Pace, PassingError, is_passing
from ingest.sources.imap_session import said

_LISTED_AT_ONCE = 400
_HEADERS_AT_ONCE = 50
_AHEAD_BYTES = 2**20  # a mail asked for before its turn: what comes in vain, if it is not wanted then, is no more
_log = structlog.get_logger(__name__)


class ImapSource:
    """One mailbox on one connection, made at the first call and anew after it broke, within bounds.

    After a lasting refusal no login is tried again: repeated ones lock the account.
    """

    def __init__(self, mailbox: Mailbox, password: Callable[[], str], pace: Pace | None = None) -> None:
        """Nothing is connected yet. ConfigError if the url names no server."""
        self._mailbox = mailbox
        self._connection = Connection(mailbox, password, pace or Pace())
        self._fresh = ""
        self._asked_ahead = self._careful = False

    def folders(self) -> list[Folder]:
        """The configured folders with their UIDVALIDITY. UnreachableError for one that is not there."""
        return self._connection.patiently(self._folders)

    def listing(self, folder: Folder, seen: Seen) -> Iterator[Listing]:
        """Mails above the highest known UID, by UID. A poll with nothing new costs one EXAMINE and one SEARCH."""
        if self._fresh != folder.name:
            self._connection.patiently(lambda: self._connection.examine(folder.name))
        self._fresh = ""
        uids = [uid for uid in self._search(folder, f"UID {seen.last_uid + 1}:*") if uid > seen.last_uid]
        yield from self._described(folder, uids)

    def sweep(self, folder: Folder, since: dt.date) -> Iterator[Listing]:
        """Mails that arrived on that day of the server or later, known or not, by UID."""
        day = f"{since.day}-{MONTHS[since.month - 1]}-{since.year}"
        yield from self._described(folder, self._search(folder, f"SINCE {day}"))

    def count(self, folder: Folder) -> int:
        """How many mails the folder holds at this moment."""
        link = self._connection
        found = link.patiently(lambda: link.status(folder.name, "MESSAGES"))
        return len(self._search(folder, "ALL")) if found is None else found

    def identify(self, folder: Folder, uids: Sequence[str]) -> dict[str, Identity]:
        """What these mails are, by their headers, some at a time. Those that went away are left out."""
        found: dict[str, Identity] = {}
        for start in range(0, len(uids), _HEADERS_AT_ONCE):
            lot = {uid for uid in uids[start : start + _HEADERS_AT_ONCE] if uid.isascii() and uid.isdigit()}
            if lot:
                found |= self._connection.patiently(lambda lot=lot: self._identities(folder, lot))  # type: ignore[misc]
        return found

    def copy(self, listing: Listing, target: Target, *, then: Listing | None = None) -> None:
        """The whole mail as the server gives it. GoneError if it, or the folder as it was when listed, is gone.

        A connection that breaks is made anew and the mail gone on with where it stopped. NotGivenError if it breaks
        again and again or the server refuses; ValueError for more bytes than are allowed. `then`, if it is small, is
        asked for at once; after the first trouble of any kind no mail is before its turn.
        """
        link, limits = self._connection, self._mailbox.limits
        body = Body(int(listing.uid), target, most=limits.max_mail_bytes, within=link.pace.within)
        try:
            while not body.whole:
                self._go_on(listing, body, then)
        except TargetError as error:
            raise error.trouble from None
        link.relieved()
        if listing.size is not None and listing.size != body.done:
            _log.warning("size differs", mailbox=listing.mailbox, uid=listing.uid, said=listing.size, got=body.done)

    def close(self) -> None:
        """Log out, if there is a connection."""
        self._fresh = ""
        self._connection.close()

    def __enter__(self) -> Self:
        """The source itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    def _folders(self) -> list[Folder]:
        wanted = self._mailbox.folders
        there: Mapping[str, Flags] = {} if wanted == (INBOX,) else self._connection.folders()
        names = list(dict.fromkeys(resolve(name, there) or name for name in wanted))
        validities = self._validities(names)
        return [Folder(name, validities[name], is_junk(name, there.get(name, ()))) for name in names]

    def _validities(self, names: Sequence[str]) -> dict[str, int]:
        """The first folder is opened, and `listing` finds it open. Of others STATUS says enough, if it agrees there."""
        link, (first, *others) = self._connection, names
        found = {first: link.examine(first).uidvalidity}
        self._fresh = first
        trusted = bool(others) and link.status(first, "UIDVALIDITY") == found[first]
        for name in others:
            status = link.status(name, "UIDVALIDITY") if trusted else None
            if status is None:
                self._fresh = name
                status = link.examine(name).uidvalidity
            found[name] = status
        return found

    def _open_same(self, folder: Folder) -> None:
        """The folder open, and under the UIDVALIDITY that its UIDs are from."""
        if self._connection.open(folder.name).uidvalidity != folder.uidvalidity:
            raise UnreachableError(
                f"邮箱 {self._mailbox.name} 的文件夹“{folder.name}”刚刚被服务器重建",
                mend="无需处理，程序下次运行时会重新读取。",
                mailbox=self._mailbox.name,
            )

    def _search(self, folder: Folder, criteria: str) -> list[int]:
        """UIDs, ascending."""

        def search() -> list[int]:
            self._open_same(folder)
            return uids_found(answer.text for answer in self._connection.ask(f"UID SEARCH {criteria}"))

        return self._connection.patiently(search)

    def _described(self, folder: Folder, uids: Sequence[int]) -> Iterator[Listing]:
        """Size and arrival of mails. One that the server leaves out is asked for once more, alone.

        Left out again, it went away, or the server cannot tell of it now: it is not listed, and a sweep finds it later.
        """
        for start in range(0, len(uids), _LISTED_AT_ONCE):
            lot = uids[start : start + _LISTED_AT_ONCE]
            found = self._describe(folder, lot)
            for uid in lot:
                item = found.get(uid) or self._describe(folder, [uid]).get(uid)
                if item is None:
                    _log.warning("not described", mailbox=self._mailbox.name, folder=folder.name, uid=uid)
                else:
                    yield item

    def _describe(self, folder: Folder, uids: Sequence[int]) -> dict[int, Listing]:
        def describe() -> dict[int, Listing]:
            self._open_same(folder)  # between two lots the caller may have copied from another folder
            names = ",".join(map(str, uids))
            answers = self._connection.ask(f"UID FETCH {names} (RFC822.SIZE INTERNALDATE)")
            told = (self._listing(folder, answer.text) for answer in answers if describes(answer.text))
            return {int(listing.uid): listing for listing in told}

        return self._connection.patiently(describe)

    def _listing(self, folder: Folder, answer: bytes) -> Listing:
        uid, size, received_at = str(uid_of(answer)), size_of(answer), arrival_of(answer)
        return Listing(self._mailbox.name, folder.name, folder.uidvalidity, uid, size, received_at)

    def _identities(self, folder: Folder, uids: set[str]) -> dict[str, Identity]:
        self._open_same(folder)
        with self._connection.talk() as wire:

            def header(_before: bytes, size: int) -> bytes:
                start = wire.read(min(size, HEADER_BYTES))
                wire.pour(size - len(start), len)
                return start

            try:
                asked = ",".join(sorted(uids, key=int))
                answers = wire.ask(f"UID FETCH {asked} (RFC822.SIZE BODY.PEEK[HEADER])", header)
            except IMAPClientAbortError:
                raise
            except IMAPClientError as error:
                raise self._no_headers(error) from error
        found = {}
        for answer in answers:
            uid = str(uid_of(answer.text))
            if uid in uids and answer.literals:
                found[uid] = identity(answer.literals[0], size_of(answer.text))
        return found

    def _no_headers(self, error: Exception) -> PassingError:
        return PassingError(
            f"邮箱 {self._mailbox.name} 的服务器没有给出信头",
            why=said(error),
            mend="程序下次运行时会再试；若一直如此，请把日志交给维护人员。",
            mailbox=self._mailbox.name,
        )

    def _go_on(self, listing: Listing, body: Body, then: Listing | None) -> None:
        """One try at what is missing of a mail; waits after a trouble that may pass."""
        link, before = self._connection, body.done
        try:
            if link.open(listing.folder).uidvalidity != listing.uidvalidity:
                raise GoneError(listing.uid)
            with link.talk() as wire:
                body.fetch(wire, self._ahead_of(listing, then))
        except PassingError as error:
            self._be_careful()
            if not body.whole:
                self._wait_for(listing, error, progress=body.done > before)
        except IMAPClientError as error:
            if self._be_careful():
                return
            if not self._is_there(listing):
                raise GoneError(listing.uid) from error
            if not is_passing(str(error)):
                raise NotGivenError(said(error)) from error
            self._wait_for(listing, self._busy(error), progress=False)

    def _ahead_of(self, listing: Listing, then: Listing | None) -> int | None:
        """The uid of a mail to ask for before its turn: one of the same folder, known to be small."""
        if then is None or self._careful or then.size is None or then.size > _AHEAD_BYTES:
            return None
        if (then.folder, then.uidvalidity) != (listing.folder, listing.uidvalidity):
            return None
        self._asked_ahead = True
        return int(then.uid)

    def _be_careful(self) -> bool:
        """Ask for no mail before its turn any more. Whether it was done until now, and may be what was refused."""
        news = self._asked_ahead and not self._careful
        self._careful = True
        return news

    def _wait_for(self, listing: Listing, error: PassingError, *, progress: bool) -> None:
        """Wait before the next try. After the last one the mail is given up, unless the whole mailbox is away."""
        if progress:
            self._connection.relieved()
        try:
            self._connection.wait(error)
        except PassingError:
            if self._is_there(listing):
                raise NotGivenError(f"{error.what} {error.why}") from error
            raise GoneError(listing.uid) from error

    def _busy(self, error: Exception) -> PassingError:
        return PassingError(
            f"邮箱 {self._mailbox.name} 的服务器暂时没有给出邮件",
            why=said(error),
            mend="程序下次运行时会再试。",
            mailbox=self._mailbox.name,
        )

    def _is_there(self, listing: Listing) -> bool:
        """Whether the mail is still in its folder, which is opened anew to know."""
        if self._connection.examine(listing.folder).uidvalidity != listing.uidvalidity:
            return False
        return int(listing.uid) in self._search(Folder(listing.folder, listing.uidvalidity), f"UID {int(listing.uid)}")
