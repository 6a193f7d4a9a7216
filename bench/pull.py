"""The intake alone, as a program to be measured: every mail of an IMAP mailbox into a store, taken apart, parts stored.

What `kepu run` does in its stages fetch and extract, without the ledger: `python -m bench.pull URL USER FOLDER`, the
password in KEPU_BENCH_PASSWORD. Prints one JSON object: mails, parts, bytes, seconds of copying and of all. With
`beside` behind the folder a second process takes mails apart while the next ones are copied.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise
from pathlib import Path

from ingest.config import Mailbox
from ingest.model import Listing
from ingest.sources import Source
from ingest.sources.imap import ImapSource
from ingest.store import Store, Stored
from parsers.facts import Limits, MailFacts
from parsers.mail import read_mail

_HANDED_OVER = 100  # mails: the other process has work soon, and little is left when the last ones come


class Nothing:
    """Nothing is known."""

    last_uid = 0

    def known(self, _uids: Sequence[str]) -> set[str]:
        """None of them."""
        return set()


def source_of(url: str, user: str) -> ImapSource:
    """The mailbox, polled as `kepu run` does."""
    mailbox = Mailbox(name="bench", track="bench", address=f"{user}@163.com", user=user, url=url)
    return ImapSource(mailbox, lambda: os.environ["KEPU_BENCH_PASSWORD"])


def pull(source: Source, store: Store, *, beside: bool) -> dict[str, float]:
    """Copy all and take all apart: after another, or the one beside the other."""
    began = time.perf_counter()
    if beside:
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("fork")) as pool:
            lots = _copied(source, store, most=_HANDED_OVER)
            asked = [(raws, pool.submit(_taken_apart, store, raws)) for raws in lots]
            copied = time.perf_counter()
            raws = [raw for group, _ in asked for raw in group]
            parts = [part for _, answer in asked for part in answer.result()]
    else:
        raws = [raw for group in _copied(source, store) for raw in group]
        copied = time.perf_counter()
        parts = _taken_apart(store, raws)
    return {
        "mails": len(raws),
        "parts": len(parts),
        "raw_bytes": sum(raw.size for raw in raws),
        "part_bytes": sum(part.size for part in parts),
        "copy_seconds": round(copied - began, 3),
        "seconds": round(time.perf_counter() - began, 3),
    }


def _copied(source: Source, store: Store, most: int = sys.maxsize) -> Iterator[list[Stored]]:
    """Mails in the store, a group at a time, of so many mails at the most."""
    with store.group() as group:
        waiting: list[Stored] = []
        listings = [*_listings(source), None]
        for listing, then in pairwise(listings):
            assert listing is not None
            with group.writer() as writer:
                source.copy(listing, writer, then=then)
            assert writer.stored is not None
            waiting.append(writer.stored)
            if group.full or len(waiting) >= most:
                group.flush()
                yield waiting
                waiting = []
    yield waiting


def _listings(source: Source) -> Iterator[Listing]:
    for folder in source.folders():
        yield from source.listing(folder, Nothing())


def _taken_apart(store: Store, raws: Sequence[Stored]) -> list[Stored]:
    parts: list[Stored] = []
    with store.group() as group:
        for raw in raws:
            with group.scratch() as scratch:
                facts = read_mail(store.path(raw.sha256), scratch, Limits())
                assert isinstance(facts, MailFacts), facts
                parts += [group.adopt(scratch / part.path, part.sha256) for part in facts.parts]
    return parts


if __name__ == "__main__":
    with source_of(sys.argv[1], sys.argv[2]) as opened:
        print(json.dumps(pull(opened, Store(Path(sys.argv[3])), beside=sys.argv[4:] == ["beside"])))
