"""An IMAP mailbox, read-only: EXAMINE and BODY.PEEK only, so that nothing shows that we were there.

Of the server is asked what NetEase's answers rightly too: EXAMINE, UID SEARCH UID, UID FETCH. Not UIDNEXT, CONDSTORE,
IDLE or BODYSTRUCTURE.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Self

import structlog
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from ingest.config import Mailbox
from ingest.errors import GoneError, UnreachableError
from ingest.model import Listing
from ingest.sources import Folder, Seen, Target
from ingest.sources.files import no_such_folder
from ingest.sources.imap_session import address_of, cut_off, hang_up, log_in, said, talking

PIECE = 4 * 2**20
"""Bytes asked for at once: smaller pieces cost a round trip each, larger ones memory."""

_LISTED_AT_ONCE = 400
_log = structlog.get_logger(__name__)


class ImapSource:
    """One mailbox on one connection, made at the first call and anew after it broke.

    After a lasting refusal no login is tried again: repeated ones lock the account.
    """

    def __init__(self, mailbox: Mailbox, password: Callable[[], str]) -> None:
        """Nothing is connected yet. ConfigError if the url names no server."""
        self._mailbox = mailbox
        self._password = password
        self._address = address_of(mailbox)
        self._client: IMAPClient | None = None
        self._selected: Folder | None = None
        self._refusal: UnreachableError | None = None

    def folders(self) -> list[Folder]:
        """The configured folders with their UIDVALIDITY. UnreachableError for one that is not there."""
        return [self._examine(name) for name in self._mailbox.folders]

    def listing(self, folder: Folder, seen: Seen) -> Iterator[Listing]:
        """Mails above the highest known UID, by UID. A poll with nothing new costs one EXAMINE and one SEARCH."""
        self._examine_same(folder)
        uids = [uid for uid in self._search(f"UID {seen.last_uid + 1}:*") if uid > seen.last_uid]
        for start in range(0, len(uids), _LISTED_AT_ONCE):
            yield from self._describe(folder, uids[start : start + _LISTED_AT_ONCE])

    def copy(self, listing: Listing, target: Target) -> None:
        """The whole mail as the server gives it. GoneError if it, or the folder as it was when listed, is gone.

        An error of imapclient's own that is no UnreachableError is a refusal of this one mail.
        """
        if self._selected != Folder(listing.folder, listing.uidvalidity) or self._client is None:
            found = self._examine(listing.folder)
            if found.uidvalidity != listing.uidvalidity:
                raise GoneError(listing.uid)
        try:
            self._body(int(listing.uid), listing.size, target)
        except IMAPClientError as error:
            if self._is_there(listing):
                raise
            raise GoneError(listing.uid) from error

    def close(self) -> None:
        """Log out, if there is a connection."""
        client, self._client, self._selected = self._client, None, None
        if client is not None:
            hang_up(client)

    def __enter__(self) -> Self:
        """The source itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    def _connected(self) -> IMAPClient:
        if self._refusal is not None:
            raise self._refusal
        if self._client is None:
            try:
                self._client = log_in(self._mailbox, self._address, self._password)
            except UnreachableError as error:
                self._refusal = error if error.lasting else None
                raise
        return self._client

    @contextmanager
    def _talk(self) -> Iterator[IMAPClient]:
        """The connection; given up when it breaks, so that the next call makes a new one."""
        client = self._connected()
        try:
            with talking(self._mailbox, self._address):
                yield client
        except UnreachableError:
            self._client = self._selected = None
            cut_off(client)
            raise

    @contextmanager
    def _ask(self) -> Iterator[IMAPClient]:
        """The connection for questions about the folder, where a refusal concerns the mailbox and not one mail."""
        try:
            with self._talk() as client:
                yield client
        except (IMAPClientError, ValueError) as error:
            raise UnreachableError(
                f"邮箱 {self._mailbox.name} 的服务器 {self._address} 没有给出邮件清单",
                why=said(error),
                mend="程序下次运行时会再试；若一直如此，请把日志交给维护人员。",
                mailbox=self._mailbox.name,
            ) from error

    def _examine(self, name: str) -> Folder:
        with self._ask() as client:
            self._selected = None
            try:
                answer = client.select_folder(name, readonly=True)
            except IMAPClientAbortError:
                raise
            except IMAPClientError as error:
                raise self._not_opened(client, name, error) from error
        self._selected = Folder(name, int(answer.get(b"UIDVALIDITY", 0)))
        return self._selected

    def _examine_same(self, folder: Folder) -> None:
        if self._examine(folder.name) != folder:
            raise UnreachableError(
                f"邮箱 {self._mailbox.name} 的文件夹“{folder.name}”刚刚被服务器重建",
                mend="无需处理，程序下次运行时会重新读取。",
                mailbox=self._mailbox.name,
            )

    def _not_opened(self, client: IMAPClient, name: str, error: Exception) -> UnreachableError:
        there = [str(found) for _, _, found in client.list_folders()]
        if name not in there:
            return no_such_folder(self._mailbox.name, name, there)
        unsafe = "unsafe login" in str(error).lower()
        return UnreachableError(
            f"邮箱 {self._mailbox.name} 的服务器拒绝打开文件夹“{name}”",
            why=said(error),
            mend="服务器认为登录不安全：请登录网页邮箱查看安全提示，必要时重新生成客户端授权码，并稍后再试。"
            if unsafe
            else "程序下次运行时会再试；若一直如此，请登录网页邮箱检查该文件夹。",
            mailbox=self._mailbox.name,
            lasting=unsafe,
        )

    def _search(self, criteria: str) -> list[int]:
        """UIDs, ascending. Read by hand: an empty answer may be nothing, an empty line or "(none)"."""
        with self._ask() as client:
            kind, lines = client._imap.uid("SEARCH", criteria)
            if kind != "OK":
                raise IMAPClientError(said(Exception(lines)))
        text = re.sub(rb"\([^)]*\)", b"", b" ".join(line for line in lines if isinstance(line, bytes)))
        return sorted({int(number) for number in re.findall(rb"\b\d{1,10}\b", text)})

    def _describe(self, folder: Folder, uids: list[int]) -> Iterator[Listing]:
        """Size and arrival of some mails; those that went away meanwhile are left out."""
        if self._selected != folder:  # between two lots the caller may have copied from another folder
            self._examine_same(folder)
        with self._ask() as client:
            answer = client.fetch(uids, ["RFC822.SIZE", "INTERNALDATE"])
        for uid in uids:
            item = answer.get(uid, {})
            if item.keys() & {b"RFC822.SIZE", b"INTERNALDATE"}:
                size = item.get(b"RFC822.SIZE")
                yield Listing(
                    self._mailbox.name,
                    folder.name,
                    folder.uidvalidity,
                    str(uid),
                    size if isinstance(size, int) else None,
                    _aware(item.get(b"INTERNALDATE")),
                )

    def _body(self, uid: int, size: int | None, target: Target) -> None:
        """The bytes of one mail: in pieces, or at once where the server does not do pieces right."""
        if self._in_pieces(uid, size, target):
            return
        _log.info("whole fetch", mailbox=self._mailbox.name, uid=uid, size=size)
        target.seek(0)
        target.truncate()
        with self._talk() as client:
            answer = client.fetch([uid], ["BODY.PEEK[]"])
        whole = answer.get(uid, {}).get(b"BODY[]")
        if not isinstance(whole, bytes):
            raise GoneError(str(uid))
        target.write(whole)

    def _in_pieces(self, uid: int, size: int | None, target: Target) -> bool:
        """Whether the pieces came as asked and make up the size that was listed."""
        offset = 0
        while True:
            piece = self._piece(uid, offset)
            if piece is None or len(piece) > PIECE:
                return False
            target.write(piece)
            offset += len(piece)
            if len(piece) < PIECE:
                return size is None or offset == size

    def _piece(self, uid: int, offset: int) -> bytes | None:
        """One piece, shorter than `PIECE` at the end of the mail; None if the server did not answer what was asked."""
        try:
            with self._talk() as client:
                answer = client.fetch([uid], [f"BODY.PEEK[]<{offset}.{PIECE}>"])
        except IMAPClientError:
            return None
        value = answer.get(uid, {}).get(b"BODY[]<%d>" % offset, ...)
        if value is None:  # NIL: how some servers say that nothing is left
            return b""
        return value if isinstance(value, bytes) else None

    def _is_there(self, listing: Listing) -> bool:
        """Whether the mail is still in its folder, which is opened anew to know."""
        same = self._examine(listing.folder).uidvalidity == listing.uidvalidity
        return same and int(listing.uid) in self._search(f"UID {listing.uid}")


def _aware(value: object) -> dt.datetime | None:
    """INTERNALDATE with the zone it came with; None if the server wrote none, or one that is no zone."""
    if not isinstance(value, dt.datetime):
        return None
    try:
        offset = value.utcoffset()
        return None if offset is None else value.replace(tzinfo=dt.timezone(offset))
    except ValueError:
        return None
