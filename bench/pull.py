"""The intake alone, as a program to be measured: every mail of an IMAP mailbox into a store, taken apart, parts stored.

What `kepu run` does in its stages fetch and extract, without the ledger: `python -m bench.pull URL USER FOLDER`, the
password in KEPU_BENCH_PASSWORD. Prints one JSON object: mails, parts, bytes, seconds of copying and of all. With
`beside` behind the folder a second process takes each mail apart while the next one is copied.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from ingest.config import Mailbox
from ingest.sources import Source
from ingest.sources.imap import ImapSource
from ingest.store import Store, Stored
from parsers.facts import Limits, MailFacts
from parsers.mail import read_mail


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
            asked = [(raw, pool.submit(_taken_apart, store, raw)) for raw in _copied(source, store)]
            copied = time.perf_counter()
            raws, parts = [raw for raw, _ in asked], [part for _, answer in asked for part in answer.result()]
    else:
        raws = list(_copied(source, store))
        copied = time.perf_counter()
        parts = [part for raw in raws for part in _taken_apart(store, raw)]
    return {
        "mails": len(raws),
        "parts": len(parts),
        "raw_bytes": sum(raw.size for raw in raws),
        "part_bytes": sum(part.size for part in parts),
        "copy_seconds": round(copied - began, 3),
        "seconds": round(time.perf_counter() - began, 3),
    }


def _copied(source: Source, store: Store) -> Iterator[Stored]:
    for folder in source.folders():
        for listing in source.listing(folder, Nothing()):
            with store.writer() as writer:
                source.copy(listing, writer)
            assert writer.stored is not None
            yield writer.stored


def _taken_apart(store: Store, raw: Stored) -> list[Stored]:
    with store.scratch() as scratch:
        facts = read_mail(store.path(raw.sha256), scratch, Limits())
        assert isinstance(facts, MailFacts), facts
        return [store.adopt(scratch / part.path, part.sha256) for part in facts.parts]


if __name__ == "__main__":
    with source_of(sys.argv[1], sys.argv[2]) as opened:
        print(json.dumps(pull(opened, Store(Path(sys.argv[3])), beside=sys.argv[4:] == ["beside"])))
