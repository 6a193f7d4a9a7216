"""The one connection to a mailbox: made at the first question, made anew after it broke, patient within bounds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import structlog
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError
from imapclient.imap_utf7 import encode

from ingest.config import Mailbox
from ingest.errors import UnreachableError
from ingest.sources.files import no_such_folder
from ingest.sources.folders import Flags, flags_of
from ingest.sources.imap_answers import number_of
from ingest.sources.imap_pace import Pace, PassingError, is_passing
from ingest.sources.imap_session import Session, address_of, cut_off, hang_up, log_in, said, talking
from ingest.sources.imap_wire import Answer, Wire

T = TypeVar("T")
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Opened:
    """A folder as EXAMINE found it."""

    name: str
    uidvalidity: int


class Connection:
    """At most one to a mailbox. After a lasting refusal no login is tried again: repeated ones lock the account."""

    def __init__(self, mailbox: Mailbox, password: Callable[[], str], pace: Pace) -> None:
        """Nothing is connected yet. ConfigError if the url names no server."""
        self.mailbox = mailbox
        self.pace = pace
        self._password = password
        self._address = address_of(mailbox)
        self._session: Session | None = None
        self._opened: Opened | None = None
        self._refusal: UnreachableError | None = None
        self._waits = self._tries = 0

    def patiently(self, work: Callable[[], T]) -> T:
        """Do it; where the server was busy or the connection broke, wait and do it again, a few times."""
        while True:
            try:
                done = work()
            except PassingError as error:
                self.wait(error)
            else:
                self.relieved()
                return done

    def wait(self, error: PassingError) -> None:
        """Wait before another try, longer each time. Raises the error when it was tried often enough."""
        waits = self.pace.waits
        if self._waits >= len(waits) or self._tries >= self.pace.tries:
            raise error
        seconds = waits[self._waits]
        _log.warning("trying again", mailbox=self.mailbox.name, what=error.what, why=error.why, seconds=seconds)
        self._waits += 1
        self._tries += 1
        self.pace.sleep(seconds)

    def relieved(self) -> None:
        """It went on: the next trouble is waited for from the beginning."""
        self._waits = 0

    def examine(self, name: str) -> Opened:
        """Open a folder read-only, anew even if it is open. UnreachableError, lasting if it is not there."""
        with self._asking() as session:
            self._opened = None
            try:
                answer = session.client.select_folder(name, readonly=True)
            except IMAPClientAbortError:
                raise
            except IMAPClientError as error:
                raise self._not_opened(session.client, name, error) from error
            self._opened = Opened(name, int(answer.get(b"UIDVALIDITY", 0)))
        return self._opened

    def open(self, name: str) -> Opened:
        """The folder, which is opened unless it is open already."""
        if self._session is None or self._opened is None or self._opened.name != name:
            return self.examine(name)
        return self._opened

    def status(self, name: str, item: str) -> int | None:
        """One number about a folder without opening it, as it is now; None if the server does not say."""
        with self._asking() as session:
            if self._opened is not None and self._opened.name == name:
                session.client.noop()  # else an open folder may be told of as it was when it was opened
            try:
                answers = session.wire.ask(f"STATUS {_quoted(name)} ({item})", session.wire.drain)
            except IMAPClientAbortError:
                raise
            except IMAPClientError:
                return None
        return number_of(b"".join(answer.text for answer in answers), item)

    def folders(self) -> dict[str, Flags]:
        """All folders by name, with what the server says of each."""
        with self._asking() as session:
            return _listed(session.client)

    def ask(self, command: str, literal: Callable[[bytes, int], T] | None = None) -> list[Answer[T | None]]:
        """A question about the open folder, whose refusal concerns the mailbox. `literal` as in `Wire.ask`."""
        with self._asking() as session:
            return list(session.wire.ask(command, literal or session.wire.drain))

    @contextmanager
    def talk(self) -> Iterator[Wire]:
        """The wire, for what may be refused for one mail alone. Left in the middle, the connection is given up."""
        with self._talk() as session:
            yield session.wire

    def close(self) -> None:
        """Log out, if there is a connection. Never raises."""
        session, self._session, self._opened = self._session, None, None
        if session is not None:
            session.wire.allow(self.pace.connect)
            hang_up(session.client, self.pace.connect)

    def _connected(self) -> Session:
        if self._refusal is not None:
            raise self._refusal
        if self._session is None:
            self._opened = None
            try:
                self._session = log_in(self.mailbox, self._address, self._password, self.pace)
            except UnreachableError as error:
                self._refusal = error if error.lasting else None
                raise
        return self._session

    @contextmanager
    def _talk(self) -> Iterator[Session]:
        session = self._connected()
        session.wire.allow(self.pace.answer)
        try:
            with talking(self.mailbox, self._address):
                yield session
        except BaseException as error:
            refused = isinstance(error, (IMAPClientError, UnreachableError))
            if not refused or isinstance(error.__cause__, (IMAPClientAbortError, OSError)):
                self._give_up(session)  # only after a refusal read to its end is it known where the next answer begins
            raise

    def _give_up(self, session: Session) -> None:
        self._session = self._opened = None
        cut_off(session.client)

    @contextmanager
    def _asking(self) -> Iterator[Session]:
        """For questions where a refusal concerns the mailbox and not one mail."""
        try:
            with self._talk() as session:
                yield session
        except (IMAPClientError, ValueError, LookupError, TypeError) as error:  # the library's ways to say: no IMAP
            raise PassingError(
                f"邮箱 {self.mailbox.name} 的服务器 {self._address} 没有给出邮件清单",
                why=said(error),
                mend="程序下次运行时会再试；若一直如此，请把日志交给维护人员。",
                mailbox=self.mailbox.name,
            ) from error

    def _not_opened(self, client: IMAPClient, name: str, error: Exception) -> UnreachableError:
        there = _listed(client)
        if name not in there:
            return no_such_folder(self.mailbox.name, name, there)
        unsafe = "unsafe login" in str(error).lower()
        kind = PassingError if is_passing(str(error)) and not unsafe else UnreachableError
        refusal = kind(
            f"邮箱 {self.mailbox.name} 的服务器拒绝打开文件夹“{name}”",
            why=said(error),
            mend="服务器认为登录不安全：请登录网页邮箱查看安全提示，必要时重新生成客户端授权码，并稍后再试。"
            if unsafe
            else "程序下次运行时会再试；若一直如此，请登录网页邮箱检查该文件夹。",
            mailbox=self.mailbox.name,
            lasting=unsafe,
        )
        if unsafe:
            self._refusal = refusal  # logging in again and again is what makes it unsafe
        return refusal


def _listed(client: IMAPClient) -> dict[str, Flags]:
    xlist = client.has_capability("XLIST") and not client.has_capability("SPECIAL-USE")
    found = client.xlist_folders() if xlist else client.list_folders()
    return {str(name): flags_of(flags) for flags, _, name in found}


def _quoted(name: str) -> str:
    """A folder's name as commands have it."""
    wire = bytes(encode(name)).decode("ascii")
    return '"' + wire.replace("\\", "\\\\").replace('"', '\\"') + '"'
