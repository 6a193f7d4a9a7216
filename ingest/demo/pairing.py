"""Mails given as values pass through the stages that sort them; and how well what came out pairs files with files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from ingest.context import Context
from ingest.demo.correspondence import Paper, Post, truth
from ingest.materials import classify
from ingest.model import Kind, Listing, PartSource
from ingest.stages.assemble import assemble
from parsers.facts import FormFacts, ImageFacts, MailFacts, VideoFacts

File = tuple[str, int]
"""A file: its mail's mailbox and Message-ID, and its place there."""


@dataclass(frozen=True)
class Figures:
    """How well files were paired.

    joined_units: works in which files of different entrants are; waits: mails that had to wait and do; astray: mails
    that wait and should not, or the other way round.
    """

    precision: float
    recall: float
    pairs: int
    joined_units: int
    waits: int
    astray: int


def sort_out(context: Context, posts: Sequence[Post]) -> None:
    """One batch: these mails come in as if fetched and read, and are sorted."""
    with context.begin() as tx:
        for post in posts:
            listing = Listing(post.mailbox, "INBOX", 1, post.message_id, 1000, post.at)
            arrival = tx.arrivals.add(listing, track=post.mailbox)
            assert arrival is not None
            rows = [_row(post, place, paper) for place, paper in enumerate(post.papers)]
            for paper, row in zip(post.papers, rows, strict=True):
                tx.arrivals.keep_facts(row["sha256"], context.wants_key, paper.facts)
            digest = hashlib.sha256(" ".join(sorted(row["sha256"] for row in rows)).encode()).hexdigest()
            tx.arrivals.fetched(arrival, hashlib.sha256(post.message_id.encode()).hexdigest(), 1000)
            tx.arrivals.extracted(arrival, _facts(post), rows, digest)
            parts = tx.arrivals.parts([arrival], wants=context.wants_key).get(arrival, ())
            told = ((part.id, classify(part, mail_text=post.text)) for part in parts)
            tx.arrivals.parsed(arrival, {part_id: (one.kind, one.certain, one.why) for part_id, one in told})
    assemble(context)


def _facts(post: Post) -> MailFacts:
    return MailFacts(
        message_id=post.message_id,
        in_reply_to=post.answers,
        references=post.answers,
        subject=post.subject,
        from_name=post.sender[0],
        from_addresses=(post.sender[1],),
        text=post.text,
        own_text=post.text,
    )


def _row(post: Post, place: int, paper: Paper) -> dict[str, Any]:
    said = f"{post.mailbox}/{post.message_id}/{place}"
    return {
        "name": paper.name,
        "raw_name": paper.name,
        "size": 200_000,
        "sha256": hashlib.sha256(said.encode()).hexdigest(),
        "format": _format(paper),
        "source": (PartSource.ARCHIVE if paper.inside else PartSource.ATTACHMENT).value,
        "inside": paper.inside,
        "folder": paper.folder,
        "disposition": "attachment",
    }


def _format(paper: Paper) -> str:
    facts = paper.facts
    if isinstance(facts, VideoFacts):
        return facts.container
    return facts.format if isinstance(facts, FormFacts | ImageFacts) else ""


def found(context: Context) -> tuple[dict[File, frozenset[str]], frozenset[str]]:
    """File to the works it is in; and the mails that wait."""
    with context.read() as tx:
        mails = {row["id"]: f"{row['mailbox']}/{row['message_id']}" for row in tx.arrivals.heads()}
        waits = frozenset(mails[row["id"]] for row in tx.arrivals.heads() if row["ended"] is None)
        works = tx.works.materials([row["id"] for row in tx.works.rows()], {}, {})
        places = {row["id"]: row["position"] for row in tx.arrivals.all_parts()}
    files: dict[File, set[str]] = {}
    for work, materials in works.items():
        for one in materials:
            if one.kind not in (Kind.LIST, Kind.COVER_LETTER, Kind.OTHER):
                files.setdefault((mails[one.part.arrival_id], places[one.part.id]), set()).add(work)
    return {file: frozenset(ids) for file, ids in files.items()}, waits


def figures(posts: Sequence[Post], files: Mapping[File, frozenset[str]], waits: Iterable[str]) -> Figures:
    """Pairs of files that are of one work, found beside true. What nobody could tell must wait, and is no pair."""
    true = {(mail, place): work for mail, place, work in truth(posts)}
    together = {frozenset(pair) for pair in _pairs({file: frozenset([work]) for file, work in true.items()})}
    joined = {frozenset(pair) for pair in _pairs({file: ids for file, ids in files.items() if file in true})}
    should = {f"{post.mailbox}/{post.message_id}" for post in posts if post.waits}
    entrants: dict[str, set[str]] = {}
    for file, ids in files.items():
        for work in ids if file in true else ():
            entrants.setdefault(work, set()).add(true[file].partition("-")[0])
    return Figures(
        precision=len(joined & together) / max(len(joined), 1),
        recall=len(joined & together) / max(len(together), 1),
        pairs=len(together),
        joined_units=sum(len(units) > 1 for units in entrants.values()),
        waits=len(should & set(waits)),
        astray=len(should ^ set(waits)),
    )


def _pairs(files: Mapping[File, frozenset[str]]) -> Iterable[tuple[File, File]]:
    by_work: dict[str, list[File]] = {}
    for file, ids in files.items():
        for work in ids:
            by_work.setdefault(work, []).append(file)
    for mine in by_work.values():
        yield from combinations(sorted(mine), 2)
