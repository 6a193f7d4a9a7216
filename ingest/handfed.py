"""Mail and files that people feed in by hand (`kepu import`). They pass the same pipeline as polled mail."""

from __future__ import annotations

import datetime as dt
import mailbox as mailboxes
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from ingest.config import Mailbox
from ingest.context import Context
from ingest.errors import ConfigError
from ingest.model import Listing, PartSource
from ingest.sources import INBOX, Source
from ingest.sources.eml import EmlSource, arrived
from ingest.sources.maildir import MaildirSource
from ingest.stages import extract
from ingest.stages.fetch import header_of, register
from ingest.store import Stored, Writer
from parsers import names, sniff

FOLDER = "import"
"""The folder under which hand-fed mail is kept in the ledger; its UID is the digest of its bytes."""

_PIECE = 2**20


@dataclass(frozen=True)
class Fed:
    """What was taken in: new mails or files, and those that were here already."""

    new: int
    known: int


@dataclass(frozen=True)
class _Mail:
    received_at: dt.datetime | None
    pour: Callable[[Writer], object]


def import_mail(context: Context, paths: list[Path], name: str) -> Fed:
    """Take mails (.eml, .mbox, Maildir, a folder of .eml) in as if `name` had received them.

    A mail that was fed before under that mailbox is known; one that was polled before will turn out to be a duplicate.
    ConfigError for a path that is not there or plainly another kind of file; nothing is taken in then.
    """
    wrong = [problem for problem in map(_not_mail, paths) if problem]
    if wrong:
        raise ConfigError(wrong[0], mend="导入邮件请给出 .eml、.mbox 文件或邮件文件夹；单个材料请用 --work 登记号。")
    mailbox = context.config.mailbox(name).model_copy(update={"folders": (INBOX,)})
    new = known = 0
    for path in paths:
        for mail in _mails(path, mailbox):
            if _take(context, mailbox, mail):
                new += 1
            else:
                known += 1
    return Fed(new, known)


def _take(context: Context, mailbox: Mailbox, mail: _Mail) -> bool:
    with context.store.writer() as writer:
        mail.pour(writer)
    stored = writer.stored
    assert stored is not None
    listing = Listing(mailbox.name, FOLDER, 0, stored.sha256, stored.size, mail.received_at)
    header = header_of(context.store, stored)
    with context.begin() as tx:
        return register(context, tx, mailbox, listing, fetched=stored, header_sha256=header)


def _mails(path: Path, mailbox: Mailbox) -> Iterator[_Mail]:
    if path.is_dir():
        maildir = (path / "new").is_dir() or (path / "cur").is_dir()
        source: Source = MaildirSource(mailbox, path) if maildir else EmlSource(mailbox, path)
        yield from _from_source(source)
    elif sniff.sniff(path) == "mbox":
        yield from _from_mbox(path)
    else:
        yield _Mail(arrived(path), lambda writer: _pour(path.open("rb"), writer))


def _not_mail(path: Path) -> str:
    """Why a path cannot be mail, "" if it may be."""
    if not path.exists():
        return f"找不到 {path}"
    if path.is_dir():
        return ""
    if not path.is_file():
        return f"{path} 不是文件"
    found = sniff.sniff(path)
    plainly = sniff.VIDEO | sniff.IMAGE | sniff.ARCHIVE | sniff.DOCUMENT | sniff.AUDIO
    return f"{path} 是 {found} 文件，不是邮件" if found in plainly else ""


class _NothingSeen:
    last_uid = 0

    def known(self, uids: Any) -> set[str]:
        return set()


def _from_source(source: Source) -> Iterator[_Mail]:
    with source:
        for folder in source.folders():
            for listing in source.listing(folder, _NothingSeen()):
                yield _Mail(listing.received_at, lambda writer, listing=listing: source.copy(listing, writer))  # type: ignore[misc]


def _from_mbox(path: Path) -> Iterator[_Mail]:
    box = mailboxes.mbox(path, create=False)
    try:
        for key in box.iterkeys():
            yield _Mail(_from_line(box, key), lambda writer, key=key: _pour(box.get_file(key), writer))  # type: ignore[misc]
    finally:
        box.close()


def _from_line(box: mailboxes.mbox, key: str) -> dt.datetime | None:
    """The time in a mail's From line, which the writing program set on arrival; UTC where it names no zone."""
    with box.get_file(key, from_=True) as file:
        line = file.readline(500).decode("ascii", "replace")
    with suppress(ValueError, TypeError, IndexError, OverflowError):  # a line of another kind says no time
        moment = parsedate_to_datetime(line.split(" ", 2)[2])
        return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return None


def _pour(file: Any, writer: Writer) -> None:
    with file:
        while piece := file.read(_PIECE):
            writer.write(piece)


def import_files(context: Context, paths: list[Path], work: str) -> Fed:
    """Take files in for a work that is there. ConfigError if it is not, or a path is no file."""
    wrong = next((path for path in paths if not path.is_file()), None)
    if wrong is not None:
        raise ConfigError(f"{wrong} 不是文件", mend="请给出一个或多个文件的路径。")
    work = work.strip().upper()
    with context.read() as tx:
        if not tx.works.rows([work]):
            raise ConfigError(f"没有登记号为 {work} 的作品", mend="请核对登记号（见台账的“登记号”栏）。")
    new = sum(_take_file(context, path, work) for path in paths)
    return Fed(new, len(paths) - new)


def _take_file(context: Context, path: Path, work: str) -> bool:
    stored = context.store.put_file(path)
    rows = list(_rows_of_file(context, names.clean(path.name), stored))
    with context.begin() as tx:
        row = tx.works.row(work)
        listing = Listing(row["mailbox"], FOLDER, 0, f"{work}:{stored.sha256}", stored.size, tx.now)
        arrival = tx.arrivals.add(listing, track=row["track"], for_work=work)
        if arrival is None:
            return False
        tx.arrivals.hand_fed(arrival, rows, subject=f"人工补入：{path.name}", digest=extract.digest_of(rows))
    return True


def _rows_of_file(context: Context, name: str, stored: Stored) -> Iterator[extract.Row]:
    """The file, and what lies in it if it is an archive: all of it put in by hand."""
    format_ = sniff.sniff(context.store.path(stored.sha256))
    file = {"name": name, "size": stored.size, "sha256": stored.sha256, "format": format_, "problem": ""}
    opening = extract.Opening(context.store, extract.limits_of(context.config), context.workers)
    for row in extract.opened(opening, file | {"source": PartSource.MANUAL.value}):
        row["source"] = PartSource.MANUAL.value
        yield row
