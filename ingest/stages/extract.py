"""Extract: a mail's headers, text, links and files leave the raw mail; archives are opened. Files go to the store."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.context import Context, crash_point, stage_ids
from ingest.context import limits_of as limits_of  # also for those who only look into a file
from ingest.ledger import Transaction
from ingest.lots import Lot, lot_of
from ingest.model import PartSource, Stage
from ingest.store import Group, Store
from ingest.workers import Workers
from parsers import sniff
from parsers.facts import ENDED_BY_US, ArchiveFacts, Broken, Limits, Link, MailFacts, MailPart, Member

Row = dict[str, Any]

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
        rows = list(rows_of_mail(lot.group, found, scratch, limits, context.workers))

    def write(tx: Transaction) -> None:
        tx.arrivals.extracted(arrival_id, facts, rows, digest_of(rows))

    lot.keep(arrival_id, write, extracted=1)


def digest_of(rows: Iterable[Row]) -> str:
    """One digest over a mail's files and links, whatever their order and names; "" if it has none."""
    keys = sorted(row.get("sha256") or f"{row['provider']}:{row['url']}" for row in rows if row["source"] != "archive")
    return hashlib.sha256("\n".join(keys).encode()).hexdigest() if keys else ""


def rows_of_mail(store: Files, facts: MailFacts, scratch: Path, limits: Limits, workers: Workers) -> Iterator[Row]:
    """A row for every file and link of a mail, archives' members after their archive; the files go to the store."""
    opening = Opening(store, limits, workers)
    for part in facts.parts:
        yield from opened(opening, _attachment(store, part, scratch))
    for link in facts.links:
        yield _link(link)


def opened(opening: Opening, row: Row, *, depth: int = 1) -> Iterator[Row]:
    """A file, and if it is an archive what lies in it. Its row gets its problem while the members are drawn."""
    yield row
    if row["format"] in sniff.ARCHIVE and row["sha256"]:
        yield from _members(opening, row, depth)


def _attachment(store: Files, part: MailPart, scratch: Path) -> Row:
    path = scratch / part.path
    format_ = sniff.sniff(path)
    store.adopt(path, part.sha256)
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
        "problem": part.problem,
    }


@dataclass
class Opening:
    """The opening of one mail's archives, and of what lies in them: bounds hold over all of them together."""

    store: Files
    limits: Limits
    workers: Workers
    members: int = 0
    size: int = 0

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
    with opening.store.scratch() as scratch:
        facts = opening.workers.read_archive(opening.store.path(archive["sha256"]), scratch, opening.left)
        archive["problem"] = archive["problem"] or _problem(facts)
        for member in facts.members if isinstance(facts, ArchiveFacts) else ():
            yield from opened(opening, _member(opening, member, archive["name"], scratch), depth=depth + 1)


def _problem(facts: ArchiveFacts | Broken) -> str:
    return facts.reason if isinstance(facts, Broken) else facts.problem


def _member(opening: Opening, member: Member, inside: str, scratch: Path) -> Row:
    here = bool(member.path)
    opening.members += 1
    opening.size += member.size if here else 0  # what was not taken out may claim any size
    format_ = sniff.sniff(scratch / member.path) if here else ""
    if here:
        opening.store.adopt(scratch / member.path, member.sha256)
    return {
        "name": member.name,
        "raw_name": member.raw_name,
        "size": member.size,
        "sha256": member.sha256 if here else "",
        "format": format_,
        "source": PartSource.ARCHIVE.value,
        "inside": inside,
        "folder": member.folder,
        "problem": member.problem,
    }


def _link(link: Link) -> Row:
    return {
        "name": link.name or "",
        "size": link.size or 0,
        "source": PartSource.CLOUD.value,
        "provider": link.provider[:40],
        "url": link.url,
        "link_key": link.key[:1000],
        "expires_at": link.expires_at,
        "code": (link.code or "")[:40],
    }
