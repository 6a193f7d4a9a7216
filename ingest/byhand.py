"""What people put in by hand, mail or files, taken into store and ledger: the same pipeline as polled mail."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.config import Mailbox
from ingest.context import Context, crash_point
from ingest.model import NEW_WORK, Listing, PartSource
from ingest.sources.eml import arrived
from ingest.sources.files import open_plain
from ingest.stages import extract
from ingest.stages.fetch import header_of, register
from ingest.store import Stored, Writer
from parsers import names, sniff
from parsers.msg import write_mail

FOLDER = "import"
"""The folder under which hand-fed mail is kept in the ledger; its UID is the digest of its bytes."""

_PIECE = 2**20


@dataclass(frozen=True)
class MailByHand:
    """A saved mail: when it arrived (None: nothing says) and how its bytes are had."""

    received_at: dt.datetime | None
    pour: Callable[[Writer], object]


@dataclass(frozen=True)
class FileByHand:
    """A file, in the store already, under the name it had."""

    name: str
    stored: Stored


def take_mail(context: Context, mailbox: Mailbox, mail: MailByHand, *, work: str = "") -> bool:
    """A mail as if the mailbox had received it; False if it was fed before. work: the one it belongs to."""
    with context.store.writer() as writer:
        mail.pour(writer)
    stored = writer.stored
    assert stored is not None
    listing = Listing(mailbox.name, FOLDER, 0, stored.sha256, stored.size, mail.received_at)
    header = header_of(context.store, stored)
    with context.begin() as tx:
        return register(context, tx, mailbox, listing, fetched=stored, header_sha256=header, for_work=work)


def pour_all(file: Any, writer: Any) -> None:
    """A whole binary file, which is closed after."""
    with file:
        while piece := file.read(_PIECE):
            writer.write(piece)


def is_outlooks(path: Path) -> bool:
    """Whether a file is a mail as Outlook saves it, by its bytes, or a damaged one by its name."""
    found = sniff.sniff(path)
    return found == "msg" or (found == "ole-other" and path.suffix.lower() == ".msg")


@contextmanager
def outlooks_mail(context: Context, path: Path, *, max_bytes: int) -> Iterator[MailByHand]:
    """A mail saved by Outlook, as a mail of the internet again; the file itself is kept beside it in the store.

    NoMsgError or OSError for one that cannot be read.
    """
    with context.store.scratch() as scratch:
        copy, made = scratch / "original.msg", scratch / "mail.eml"
        with copy.open("wb") as file:  # a share may change it under our hands
            pour_all(open_plain(path), file)
        with made.open("wb") as file:
            write_mail(copy, file, max_bytes=max_bytes)
        kept = context.store.put_file(copy)
        name = names.clean(path.name).encode("unicode_escape").decode()

        def pour(writer: Writer) -> None:
            writer.write(f"X-Kepu-Original: {kept.sha256} {name}\r\n".encode())
            pour_all(made.open("rb"), writer)

        yield MailByHand(arrived(made), pour)


def take_for_work(context: Context, file: FileByHand, work: str) -> bool:
    """A file for a work that is there; False if it was put in before."""
    rows = list(_rows_of_file(context, file))
    with context.begin() as tx:
        row = tx.works.row(work)
        uid = f"{work}:{file.stored.sha256}"
        listing = Listing(row["mailbox"], FOLDER, 0, uid, file.stored.size, tx.now)
        arrival = tx.arrivals.add(listing, track=row["track"], for_work=work)
        if arrival is not None:
            subject = f"人工补入：{file.name}"
            tx.arrivals.hand_fed(arrival, rows, subject=subject, digest=extract.digest_of(rows))
    crash_point("hand-fed")
    return arrival is not None


def take_as_new(context: Context, mailbox: Mailbox, title: str, files: Sequence[FileByHand]) -> bool:
    """Files that are a submission of their own; False if just these were put in before."""
    rows = [row for file in files for row in _rows_of_file(context, file)]
    digests = "\n".join(sorted(file.stored.sha256 for file in files))
    uid = f"new:{hashlib.sha256(digests.encode()).hexdigest()}"
    with context.begin() as tx:
        size = sum(file.stored.size for file in files)
        listing = Listing(mailbox.name, FOLDER, 0, uid, size, tx.now)
        arrival = tx.arrivals.add(listing, track=mailbox.track, for_work=NEW_WORK)
        if arrival is not None:
            tx.arrivals.hand_fed(arrival, rows, subject=f"人工录入：{title}", digest=extract.digest_of(rows))
    crash_point("hand-fed")
    return arrival is not None


def _rows_of_file(context: Context, file: FileByHand) -> Iterator[extract.Row]:
    """The file, and what lies in it if it is an archive: all of it put in by hand."""
    stored = file.stored
    row = {
        "name": names.clean(file.name),
        "size": stored.size,
        "sha256": stored.sha256,
        "format": sniff.sniff(context.store.path(stored.sha256)),
        "problem": "",
        "source": PartSource.MANUAL.value,
    }
    opening = extract.Opening(context.store, extract.limits_of(context.config), context.workers)
    for found in extract.opened(opening, row):
        found["source"] = PartSource.MANUAL.value
        yield found
