"""What people put in by hand, mail or files, taken into store and ledger: the same pipeline as polled mail."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ingest.config import Mailbox
from ingest.context import Context, crash_point
from ingest.materials.kinds import ARCHIVE_FORMATS, VIDEO_FORMATS
from ingest.model import NEW_WORK, CloudFile, Listing, PartSource
from ingest.noted import Notes
from ingest.sources.eml import arrived
from ingest.sources.files import open_plain
from ingest.stages import extract
from ingest.stages.cloud import ask_about, todo_key
from ingest.stages.fetch import header_of, register
from ingest.store import Stored, Writer
from ingest.views.words import size_text
from parsers import names, sniff
from parsers.msg import write_mail

FOLDER = "import"
"""The folder under which hand-fed mail is kept in the ledger; its UID is the digest of its bytes."""

_PIECE = 2**20
_TELLING = 1_000_000
"""Bytes from which on a size tells a file by itself."""
_ROUNDED = 0.05
_NUMBERED = re.compile(r"\s*(?:\(\d{1,3}\)|-\s*副本|_\d)$")


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
    """A file for a work that is there; False if it was put in before.

    One that a link of the work promised is that link's file, and no second material; its to-do is done.
    """
    with context.read() as tx:
        links = tx.links.of_work(work)
    if any(link.sha256 == file.stored.sha256 for link in links):
        return False
    found = promised(file.name, file.stored.size, _format(context, file), [link for link in links if link.open])
    if found is not None and found.fits:
        _fulfil(context, file, found.link)
        return True
    if found is not None:
        _doubt(context, file, found.link)
    rows = _rows_of(context, [file])
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


@dataclass(frozen=True)
class Promised:
    """A link that a file was fetched from by a person. fits: its size is what the link says, as far as it says any."""

    link: CloudFile
    fits: bool


def promised(name: str, size: int, format_: str, links: Sequence[CloudFile]) -> Promised | None:
    """Which of a work's open links a file came from: by name and size, then by size; None if it came from none.

    Sizes in mails are rounded, to thousands or to 1024; browsers number a second download. A link that says nothing
    takes the one film or archive that comes, if it is the work's only one.
    """
    named = [link for link in links if link.name and _plain(link.name) == _plain(name)]
    sized = [link for link in links if link.size and _about(size, link.size)]
    both = [link for link in named if not link.size or link in sized]
    if both or (len(sized) == 1 and size >= _TELLING):
        return Promised(min(both or sized, key=lambda link: abs(link.size - size)), fits=True)
    if named:
        return Promised(named[0], fits=False)
    silent = len(links) == 1 and not links[0].name and not links[0].size
    return Promised(links[0], fits=True) if silent and format_ in VIDEO_FORMATS | ARCHIVE_FORMATS else None


def _plain(name: str) -> str:
    """A file's name as two people may write it: without the number a browser adds, spaces, case and width."""
    stem, _, ending = unicodedata.normalize("NFKC", name).casefold().rpartition(".")
    return "".join(_NUMBERED.sub("", stem or ending).split()) + (f".{ending}" if stem else "")


def _about(size: int, said: int) -> bool:
    return abs(size - said) <= max(said * _ROUNDED, 1)


def _format(context: Context, file: FileByHand) -> str:
    return sniff.sniff(context.store.path(file.stored.sha256))


def _fulfil(context: Context, file: FileByHand, link: CloudFile) -> None:
    """The link's file is here; mail and work get it in this batch, as if the program had fetched it."""
    with context.begin() as tx:
        if not link.name:
            tx.links.told(link.id, name=names.clean(file.name))
        tx.links.fetched(link.id, file.stored.sha256, file.stored.size, by_hand=True)
        tx.desk.close_todos(key=todo_key(link.id))
    crash_point("link-by-hand")
    context.tally.counts["links-by-hand"] += 1


def _doubt(context: Context, file: FileByHand, link: CloudFile) -> None:
    """The name is the link's and the size is not: the file is taken in for itself, a person looks."""
    came, said = size_text(file.stored.size), size_text(link.size)
    why = f"已收到同名文件，但大小 {came} 与链接所写的 {said} 不符，请核对是否下载完整；如无误，请在“处理”栏选“已处理”"
    with context.begin() as tx:
        ask_about(tx, link, why, hopeless=True)


def take_as_new(context: Context, mailbox: Mailbox, title: str, files: Sequence[FileByHand]) -> bool:
    """Files that are a submission of their own; False if just these were put in before."""
    rows = _rows_of(context, files)
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


def _rows_of(context: Context, files: Sequence[FileByHand]) -> list[extract.Row]:
    """The files and what lies in them, all of it put in by hand; then the links that stand in them."""
    notes = Notes()
    rows = [row for file in files for row in _rows_of_file(context, file, notes)]
    return [*rows, *notes.rows()]


def _rows_of_file(context: Context, file: FileByHand, notes: Notes) -> Iterator[extract.Row]:
    """The file, and what lies in it if it is an archive; links in small files are added to `notes`."""
    stored = file.stored
    opening = replace(extract.opening_of(context, context.store), notes=notes)
    format_, problem = extract.known_file(opening, stored.sha256, stored.size)
    row = {
        "name": names.clean(file.name),
        "size": stored.size,
        "sha256": stored.sha256,
        "format": format_,
        "problem": problem,
        "source": PartSource.MANUAL.value,
    }
    for found in extract.opened(opening, row):
        found["source"] = PartSource.MANUAL.value
        yield found
