"""Extract: a mail's headers, text, links and files leave the raw mail; archives are opened. Files go to the store."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
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
from parsers.facts import ENDED_BY_US, ArchiveFacts, Broken, Limits, MailFacts, MailPart, Member
from parsers.volumes import volume_of

Row = dict[str, Any]

MALWARE = "malware"

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
        facts = context.workers.read_mail(context.store.path(raw), scratch, limits)
        if isinstance(facts, Broken) and facts.reason in ENDED_BY_US:
            raise MailNotReadError(f"{facts.reason} {facts.detail}".strip())
        found = facts if isinstance(facts, MailFacts) else MailFacts()
        said = f"{found.subject}\n{found.own_text}\n{found.text}"
        rows = list(rows_of_mail(opening_of(context, lot.group, passwords=passwords_in(said)), found, scratch))

    def write(tx: Transaction) -> None:
        tx.arrivals.extracted(arrival_id, facts, rows, digest_of(rows))

    lot.keep(arrival_id, write, extracted=1)


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

    Links in a small text, page or shortcut are noted in `opening`. A volume of a set stays closed: the others may lie
    beside it, or be on their way.
    """
    yield row
    if not row["sha256"] or row["problem"] == MALWARE:
        return
    if _is_volume(row):
        row["problem"] = row["problem"] or MISSING_VOLUME
    elif row["format"] in sniff.ARCHIVE:
        yield from _members(opening, row, depth)
    elif opening.notes.wants(row["format"], row["size"]):
        links = opening.workers.links_in(opening.store.path(row["sha256"]), name=row["name"])
        opening.notes.add(links, inside=row["name"], folder=row.get("folder", ""))


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
