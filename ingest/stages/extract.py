"""Extract: a mail's headers, text, links and files leave the raw mail; archives are opened. Files go to the store."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingest.closed import LOCKED, MISSING_VOLUME, passwords_in, readers
from ingest.context import Context, crash_point, stage_ids
from ingest.context import limits_of as limits_of  # also for those who only look into a file
from ingest.ledger import Transaction
from ingest.lots import Lot, lot_of
from ingest.malware import Scanner
from ingest.model import PartSource, Stage
from ingest.noted import Notes
from ingest.store import Group, Store
from ingest.workers import Workers
from parsers import sniff
from parsers.facts import ENDED_BY_US, LEFT, ArchiveFacts, Broken, Limits, MailFacts, MailPart, Member
from parsers.volumes import volume_of

Row = dict[str, Any]

MALWARE = "malware"

_MAILS = frozenset({"eml", "msg", "tnef"})
_PARTLY = ("too-many", "too-deep", "cut-off")
"""What may keep some files of a mail from being seen."""
_MOST_HEARD = 20
"""So many passwords from all that a mail and the mails in it say are tried."""

Reading = Callable[[Path, Collection[str] | None], MailFacts | Broken]
"""Reads a mail into a folder; the files named by digest are entered if they are mails, all of them with None."""

Files = Store | Group
"""Where files go: at once, or together with others."""


class MailNotReadError(Exception):
    """Reading the mail took too long or too much memory, or crashed: not known to be the sender's fault, so it counts
    as a try of ours, and at the limit the mail is set aside whole."""


def extract(context: Context) -> None:
    """Every fetched mail."""
    ids = stage_ids(context, Stage.FETCHED)
    stored, done = lambda: crash_point("parts-stored"), lambda: crash_point("extracted")
    with lot_of(context, stored=stored, done=done) as lot:
        context.each("拆解邮件", ids, lambda arrival_id: _one(context, lot, arrival_id))


def _one(context: Context, lot: Lot, arrival_id: int) -> None:
    with context.read() as tx:
        raw = tx.arrivals.row(arrival_id)["raw_sha256"]
    limits = limits_of(context.config)
    with lot.group.scratch() as scratch:
        opening = opening_of(context, lot.group)
        facts, files = _scanned_first(
            opening,
            scratch,
            lambda place, may: context.workers.read_mail(context.store.path(raw), place, limits, entering=may),
        )
        if isinstance(facts, Broken) and facts.reason in ENDED_BY_US:
            raise MailNotReadError(f"{facts.reason} {facts.detail}".strip())
        found = facts if isinstance(facts, MailFacts) else MailFacts()
        opening.hear(found)
        rows = list(rows_of_mail(opening, found, files))

    def write(tx: Transaction) -> None:
        tx.arrivals.extracted(arrival_id, facts, rows, digest_of(rows))

    lot.keep(arrival_id, write, extracted=1)


def _scanned_first(opening: Opening, scratch: Path, read: Reading) -> tuple[MailFacts | Broken, Path]:
    """A mail, and where its files are. Mails among its files are entered once the scanner was asked about each file.

    For that the mail is read once more, as often as they lie in each other. What is malware stays closed, a file.
    """
    if opening.scanner is None or not opening.scanner.on:
        return read(scratch, None), scratch
    clean: set[str] = set()
    while True:
        place = scratch / f"read-{len(clean)}"
        place.mkdir()
        facts = read(place, clean)
        left = [p for p in facts.parts if p.problem == LEFT] if isinstance(facts, MailFacts) else []
        new = {p.sha256 for p in left if not opening.scanner.verdict(place / p.path, p.sha256, p.size).is_bad}
        if not new - clean:
            return facts, place
        clean |= new
        shutil.rmtree(place)


def digest_of(rows: Iterable[Row]) -> str:
    """One digest over a mail's files and links, whatever their order and names; "" if it has none.

    What lies in an archive or stands in a file is told by that already.
    """
    outer = [row for row in rows if row["source"] != "archive" and not (row.get("url") and row.get("inside"))]
    keys = sorted(row.get("sha256") or f"{row['provider']}:{row['url']}" for row in outer)
    return hashlib.sha256("\n".join(keys).encode()).hexdigest() if keys else ""


def rows_of_mail(opening: Opening, facts: MailFacts, scratch: Path) -> Iterator[Row]:
    """A row for every file and link of a mail, archives' members after their archive; the files go to the store."""
    for part in facts.parts:
        yield from opened(opening, _attachment(opening, part, scratch))
    yield from opening.notes.rows(facts.links)


def opened(opening: Opening, row: Row, *, depth: int = 1) -> Iterator[Row]:
    """A file, and if it is an archive what lies in it. Its row gets its problem while the members are drawn.

    So of a mail that lay in an archive, came by link or by hand: its files follow it. Links in a small text, page or
    shortcut are noted in `opening`. A volume of a set stays closed: the others may lie beside it, or be on their way.
    """
    yield row
    if not row["sha256"] or row["problem"] == MALWARE:
        return
    if _is_volume(row):
        row["problem"] = row["problem"] or MISSING_VOLUME
    elif row["format"] in sniff.ARCHIVE:
        yield from _members(opening, row, depth)
    elif row["format"] in sniff.UNLOCKABLE:
        yield from _unlocked(opening, row, depth)
    elif _is_mail(row):
        yield from _enclosed(opening, row, depth)
    elif opening.notes.wants(row["format"], row["size"]):
        links = opening.workers.links_in(opening.store.path(row["sha256"]), name=row["name"])
        opening.notes.add(links, inside=row["name"], folder=row.get("folder", ""))


def _unlocked(opening: Opening, document: Row, depth: int) -> Iterator[Row]:
    """The copy that opens without a password, of a document that has one."""
    from parsers.unlock import may_be_locked

    if may_be_locked(opening.store.path(document["sha256"]), document["format"]):
        yield from _members(opening, document, depth)


def _enclosed(opening: Opening, mail: Row, depth: int) -> Iterator[Row]:
    """The files of a mail that is a file itself, and what lies in them. Links in its text are noted."""
    limits = opening.left
    if depth > limits.max_depth or mail["size"] > limits.max_bytes:
        mail["problem"] = "too-deep" if depth > limits.max_depth else "too-large"
        return
    limits = limits.model_copy(update={"max_depth": limits.max_depth - depth})
    path, name, folder = opening.store.path(mail["sha256"]), mail["name"], mail.get("folder", "")
    with opening.store.scratch() as scratch:
        facts, files = _scanned_first(
            opening, scratch, lambda place, may: opening.workers.read_enclosed(path, place, limits, entering=may)
        )
        if isinstance(facts, Broken):
            mail["problem"] = facts.reason
            return
        mail["problem"] = next((problem for problem in facts.problems if problem in _PARTLY), "")
        opening.hear(facts)
        opening.notes.add(facts.links, inside=name, folder=folder)
        for part in facts.parts:
            opening.members += 1
            opening.size += part.size
            row = _attachment(opening, part, files) | {"inside": name, "folder": folder}
            row["source"] = PartSource.ARCHIVE.value
            yield from opened(opening, row, depth=depth + 1 + part.depth)


def _is_mail(row: Row) -> bool:
    """By its bytes, or damaged by its name. What is attached to the mail itself its reader has seen already."""
    by_name = row["format"] == "ole-other" and row["name"].lower().endswith(".msg")
    return row["source"] != PartSource.ATTACHMENT.value and (by_name or row["format"] in _MAILS)


def _is_volume(row: Row) -> bool:
    """By its name; the first of a set also begins as an archive does."""
    volume = volume_of(row["name"])
    return volume is not None and (volume.number > 1 or row["format"] in sniff.ARCHIVE)


def _attachment(opening: Opening, part: MailPart, scratch: Path) -> Row:
    format_, bad = _taken(opening, scratch / part.path, part.sha256, part.size)
    return {
        "name": part.name,
        "raw_name": part.raw_name,
        "size": part.size,
        "sha256": part.sha256,
        "format": format_,
        "source": PartSource.ATTACHMENT.value,
        "inside": part.inside,
        "content_type": part.content_type[:200],
        "disposition": part.disposition[:40],
        "content_id": part.content_id[:400],
        "shown": part.shown,
        "problem": bad or part.problem,
    }


def _taken(opening: Opening, path: Path, sha256: str, size: int) -> tuple[str, str]:
    """A file from scratch into the store. Returns its format and problem: malware goes elsewhere, unread."""
    if opening.scanner is not None and opening.scanner.verdict(path, sha256, size).is_bad:
        opening.scanner.quarantine(path, sha256)
        return "", MALWARE
    format_ = sniff.sniff(path)
    opening.store.adopt(path, sha256)
    return format_, ""


def known_file(opening: Opening, sha256: str, size: int) -> tuple[str, str]:
    """Format and problem of a file that the store holds already; malware leaves it, unread."""
    path = opening.store.path(sha256)
    if opening.scanner is not None and opening.scanner.verdict(path, sha256, size).is_bad:
        opening.scanner.quarantine(path, sha256)
        return "", MALWARE
    return sniff.sniff(path), ""


def opening_of(context: Context, store: Files, *, passwords: Sequence[str] = ()) -> Opening:
    """For one mail of this run. passwords: that may open what is locked, besides those the ledger knows."""

    def known(sha256: str) -> tuple[str, ...]:
        with context.read() as tx:
            return tx.openings.passwords(sha256)

    return Opening(store, limits_of(context.config), context.workers, context.scanner, tuple(passwords), known)


@dataclass
class Opening:
    """The opening of one mail's archives, and of what lies in them: bounds hold over all of them together.

    scanner: asked about every file before anything opens it; None where nobody is. passwords: tried on all archives;
    known: what is known to open the archive of a digest. notes: links that stood in what was opened so far.
    """

    store: Files
    limits: Limits
    workers: Workers
    scanner: Scanner | None = None
    passwords: tuple[str, ...] = ()
    known: Callable[[str], tuple[str, ...]] = lambda _: ()
    members: int = 0
    size: int = 0
    notes: Notes = field(default_factory=Notes)

    def hear(self, facts: MailFacts) -> None:
        """What a mail says may open what is locked in it."""
        said = passwords_in(f"{facts.subject}\n{facts.own_text}\n{facts.text}")
        self.passwords = tuple(dict.fromkeys((*self.passwords, *said)))[:_MOST_HEARD]

    @property
    def left(self) -> Limits:
        """What may still be read."""
        return self.limits.model_copy(
            update={
                "max_members": max(self.limits.max_members - self.members, 0),
                "max_bytes": max(self.limits.max_bytes - self.size, 0),
            }
        )


def _members(opening: Opening, archive: Row, depth: int) -> Iterator[Row]:
    """The files in an archive, and in archives in it; what could not be had is a row with its problem."""
    if depth > opening.limits.max_depth:
        archive["problem"] = "too-deep"
        return
    archive["opened_with"] = readers()
    problem = yield from inside(opening, [archive["sha256"]], archive["name"], depth=depth)
    archive["problem"] = archive["problem"] or problem


def inside(opening: Opening, digests: Sequence[str], name: str, *, depth: int = 1) -> Generator[Row, None, str]:
    """What lies in an archive, or in a set of volumes in their order, that the store holds. Returns its problem."""
    first, *others = (opening.store.path(sha256) for sha256 in digests)
    passwords = tuple(dict.fromkeys((*opening.known(digests[0]), *opening.passwords)))
    with opening.store.scratch() as scratch:
        facts = opening.workers.read_archive(
            first, scratch, opening.left, name=name, passwords=passwords, volumes=others
        )
        for member in facts.members if isinstance(facts, ArchiveFacts) else ():
            yield from opened(opening, _member(opening, member, name, scratch), depth=depth + 1)
    return _locked(facts.reason if isinstance(facts, Broken) else facts.problem)


def _locked(problem: str) -> str:
    """A password of the sender's text that does not fit leaves an archive as locked as none does."""
    return LOCKED if problem == "wrong-password" else problem


def _member(opening: Opening, member: Member, inside: str, scratch: Path) -> Row:
    here = bool(member.path)
    opening.members += 1
    opening.size += member.size if here else 0  # what was not taken out may claim any size
    format_, bad = _taken(opening, scratch / member.path, member.sha256, member.size) if here else ("", "")
    return {
        "name": member.name,
        "raw_name": member.raw_name,
        "size": member.size,
        "sha256": member.sha256 if here else "",
        "format": format_,
        "source": PartSource.ARCHIVE.value,
        "inside": inside,
        "folder": member.folder,
        "problem": bad or _locked(member.problem),
    }
