"""The doors mail comes in by: one protocol over IMAP, Maildir and folders of .eml files. All of them only read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, Self

from ingest.config import Mailbox
from ingest.errors import ConfigError
from ingest.model import Listing

INBOX = "INBOX"
"""Every source has this folder: the inbox, the Maildir itself, the .eml folder."""


@dataclass(frozen=True)
class Folder:
    """A folder of a source. `uidvalidity` 0 where the source has none; UIDs mean something only together with it.

    junk: a filter of the server, and no person, put its mails there.
    """

    name: str
    uidvalidity: int
    junk: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class Identity:
    """By what a mail is known again where UIDs cannot be trusted.

    message_id: without angle brackets, "" if there is none. size: bytes, None if the source does not say.
    header_sha256: of the header, as `ingest.sources.identity` makes it, whatever the ends of lines.
    """

    message_id: str
    size: int | None
    header_sha256: str


class Seen(Protocol):
    """What is known already of one folder under one uidvalidity. The ledger answers."""

    @property
    def last_uid(self) -> int:
        """The highest numeric UID known, 0 if none."""
        ...

    def known(self, uids: Sequence[str]) -> set[str]:
        """Which of these are known."""
        ...


class Target(Protocol):
    """Where a mail is written to: a binary file or `store.Writer`. A source may start anew with seek(0), truncate()."""

    def write(self, data: bytes, /) -> int:
        """Append all of `data`."""
        ...

    def seek(self, offset: int, /) -> int:
        """Go back to the start."""
        ...

    def truncate(self) -> int:
        """Cut off what lies behind."""
        ...


class Source(Protocol):
    """One mailbox, read-only: nothing in it ever changes, flags included.

    Any call may raise UnreachableError, naming the mailbox; nothing is connected or opened before the first call.
    """

    def folders(self) -> list[Folder]:
        """The configured folders. UnreachableError for one that is not there, naming those that are."""
        ...

    def listing(self, folder: Folder, seen: Seen) -> Iterator[Listing]:
        """Items of a folder that are not known, oldest first. Work is in proportion to what is new."""
        ...

    def copy(self, listing: Listing, target: Target, *, then: Listing | None = None) -> None:
        """The whole raw mail in pieces, into an empty target. GoneError if it is no longer there.

        NotGivenError if it is there and does not come. What `target` raises passes through as it is. then: what will
        probably be copied next; a source may begin with it.
        """
        ...

    def sweep(self, folder: Folder, since: dt.date) -> Iterator[Listing]:
        """Items that arrived on that day or later, known or not, oldest first.

        Finds what `listing` missed. The day is the source's own; ask from a day earlier to be sure.
        """
        ...

    def count(self, folder: Folder) -> int:
        """How many items the folder holds at this moment. What came since `listing` counts too."""
        ...

    def identify(self, folder: Folder, uids: Sequence[str]) -> Mapping[str, Identity]:
        """What these items are, by uid; those that are not there are left out. Reads headers only."""
        ...

    def close(self) -> None:
        """Let go of the connection. Never raises; a closed source may be used again."""
        ...

    def __enter__(self) -> Self:
        """The source itself."""
        ...

    def __exit__(self, *_: object) -> None:
        """Close."""
        ...


def open_source(mailbox: Mailbox, *, base: Path, password: Callable[[], str]) -> Source:
    """The source of a mailbox by the scheme of its url. A relative path is taken from `base`.

    password: called only when an IMAP server is logged in to, with the errors of its own. ConfigError for a url that is
    none of the four.
    """
    scheme, _, rest = mailbox.url.partition(":")
    if rest and scheme in ("imaps", "imap"):
        from ingest.sources.imap import ImapSource

        return ImapSource(mailbox, password)
    if rest and scheme == "maildir":
        from ingest.sources.maildir import MaildirSource

        return MaildirSource(mailbox, base / rest)
    if rest and scheme == "eml":
        from ingest.sources.eml import EmlSource

        return EmlSource(mailbox, base / rest)
    raise ConfigError(
        f"邮箱 {mailbox.name} 的 url 无法识别",
        why=f"url = {mailbox.url!r}",
        mend="请在 config.toml 的 [[mailboxes]] 中把 url 写成 imaps://主机:993、imap://主机、maildir:路径"
        " 或 eml:文件夹。",
    )
