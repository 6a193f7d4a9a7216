"""The commands that only look: status, export."""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any
from zoneinfo import ZoneInfo

from ingest import batch, views
from ingest.cli import console
from ingest.config import Config
from ingest.context import Context
from ingest.errors import Exit
from ingest.health import MISSED, is_stale
from ingest.model import (
    STATE_WORDS,
    CloudFile,
    Decision,
    WorkState,
)
from ingest.views import Record, Snapshot
from ingest.views.overview import link_figures
from ingest.views.words import (
    ENDING_WORDS,
    LINK_STATE_WORDS,
    size_text,
)

Clock = Callable[[], dt.datetime]

_MAKERS: dict[str, Callable[[Snapshot], Iterable[Record]]] = {
    "works": views.work_records,
    "messages": views.message_records,
    "findings": views.finding_records,
}


def open_(config: Config, clock: Clock) -> AbstractContextManager[Context]:
    """The ledger as it is; ConfigError if there is none yet."""
    return batch.open_context(config, clock=clock, environ=os.environ, create=False)


def export(config: Config, clock: Clock, what: str, format_: str) -> int:
    """One record a line; csv holds nested values as JSON."""
    with open_(config, clock) as context:
        records = _MAKERS[what](snapshot(context))
        if format_ == "jsonl":
            for record in records:
                print(json.dumps(record, ensure_ascii=False))
        else:
            _csv(list(records))
    return int(Exit.DONE)


def snapshot(context: Context) -> Snapshot:
    """The ledger at this moment."""
    with context.read() as tx:
        return views.snapshot(tx, context.config, context.wants_key)


def _csv(records: list[Record]) -> None:
    if not records:
        return
    names = list(dict.fromkeys(name for record in records for name in record))
    writer = csv.DictWriter(sys.stdout, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: views.csv_cell(value) for name, value in record.items()} for record in records)


def status(config: Config, clock: Clock, *, as_json: bool) -> int:
    """The reconciliation of each mailbox and the counts of works.

    Exit 1 if a mailbox does not add up, or was silent for three polls.
    """
    with open_(config, clock) as context:
        record = _status(context)
    if as_json:
        print(json.dumps(record, ensure_ascii=False))
    else:
        _tell_status(config, record)
    good = all(m["balanced"] and not m["stale"] for m in record["mailboxes"])
    return int(Exit.DONE if good else Exit.TROUBLE)


def _status(context: Context) -> Record:
    with context.read() as tx:
        rows, works, decided = tx.arrivals.counts(), tx.works.counts(), tx.works.decided_counts()
        health, todos, runs = tx.desk.mailboxes(), len(tx.desk.todos()), tx.desk.last_runs()
        on_server, now, links = tx.keys.on_server(), tx.now, tx.links.links()
    zone = context.config.edition.zone
    mailboxes = []
    for mailbox in context.config.mailboxes:
        counted = Counter[str]()
        for row in rows:
            if row["mailbox"] == mailbox.name:
                counted[row["ended"] or "pending"] += row["n"]
        known = health.get(mailbox.name)
        mailboxes.append(
            {
                "mailbox": mailbox.name,
                "address": mailbox.address,
                **figures_of(counted),
                "balanced": not _odd(rows, mailbox.name),
                "last_success_at": views.iso(known["last_success_at"], zone) if known else None,
                "stale": is_stale(context.config, known, now),
                "on_server": on_server.get(mailbox.name, 0),
                "error": known["error"] if known else "",
            }
        )
    last = views.iso(runs[0]["ended_at"], zone) if runs else None
    figures = _link_record(links, now, zone)
    return {
        "mailboxes": mailboxes,
        "works": by_track(context.config, ((row["track"], row["state"], row["n"]) for row in works)),
        "decisions": decisions_of(context.config, ((row["track"], row["word"], row["n"]) for row in decided)),
        "links": figures,
        "todos": todos,
        "last_run_at": last,
    }


def figures_of(counted: Counter[str]) -> Record:
    """A mailbox's mails: listed, ended, pending, and how they ended. counted: ending ("pending" for none) to mails."""
    listed, pending = counted.total(), counted["pending"]
    outcomes = {ending: n for ending, n in sorted(counted.items()) if n}
    return {"listed": listed, "ended": listed - pending, "pending": pending, "outcomes": outcomes}


def by_track(config: Config, counted: Iterable[tuple[str, str, int]]) -> dict[str, dict[str, int]]:
    """Works of each track, by what is said of them. counted: track, word, works."""
    found: dict[str, Counter[str]] = {track.key: Counter() for track in config.tracks}
    for track, word, n in counted:
        if track in found:
            found[track][word] += n
    return {track: dict(sorted(words.items())) for track, words in found.items()}


def decisions_of(config: Config, counted: Iterable[tuple[str, str, int]]) -> dict[str, dict[str, int]]:
    """How often staff decided what, by track; words that are no decision are left out. counted: track, word, works."""
    told = ((track, Decision.of(word), n) for track, word, n in counted)
    return by_track(config, ((track, decision.value, n) for track, decision, n in told if decision is not None))


def _link_record(links: Sequence[CloudFile], now: dt.datetime, zone: ZoneInfo) -> Record:
    """Files behind links: how many by state, which runs out next, how many bytes are to come."""
    figures = link_figures(links, now)
    return {
        "states": {state.value: count for state, count in figures.states.items()},
        "next_expiry_at": views.iso(figures.next_expiry, zone),
        "bytes_to_come": figures.bytes_to_come,
        "sizes_unknown": figures.sizes_unknown,
    }


def _odd(rows: Iterable[Any], mailbox: str) -> bool:
    """A mail of this mailbox has ended without an ending, or has one and goes on: the books do not add up."""
    return any(row["mailbox"] == mailbox and (row["stage"] == "ended") != (row["ended"] is not None) for row in rows)


def _tell_status(config: Config, record: Record) -> None:
    balances = {m["mailbox"]: "平" if m["balanced"] else "不平" for m in record["mailboxes"]}
    _tell_mails(record, balances)
    for m in record["mailboxes"]:
        when = m["last_success_at"] or "从未成功"
        print(f"{m['address']} 最近一次收信：{when}" + (f"；出错：{m['error']}" if m["error"] else ""))
        if m["stale"]:
            print(f"！！{m['address']} 已错过至少 {MISSED} 次收信，请马上运行 kepu check 查明原因。")
    _tell_works(config, record)
    if any(record["links"]["states"].values()):
        _tell_links(record["links"])
    print(f"待办 {record['todos']} 件。最近一次运行：{record['last_run_at'] or '还没有运行过'}")


def tell_counts(config: Config, record: Record) -> None:
    """Mails by ending and works by state and decision, for people. record: as of `status --as-of`."""
    _tell_mails(record, {})
    _tell_endings(record)
    _tell_works(config, record)


def _tell_mails(record: Record, balances: Mapping[str, str]) -> None:
    """balances: mailbox to 平 or 不平, if that is to be said."""
    last = ("对账",) if balances else ()
    rows = []
    for m in record["mailboxes"]:
        figures = (str(m[name]) for name in ("listed", "ended", "pending"))
        rows.append((m["address"], *figures, *(balances[m["mailbox"]] for _ in last)))
    console.table("收件对账（收到 = 已办结 + 待处理）", ("信箱", "收到", "已办结", "待处理", *last), rows)


def _tell_endings(record: Record) -> None:
    endings = [ending for ending in ENDING_WORDS if any(ending in m["outcomes"] for m in record["mailboxes"])]
    rows = [(m["address"], *(str(m["outcomes"].get(ending, 0)) for ending in endings)) for m in record["mailboxes"]]
    if endings:
        console.table("邮件去向", ("信箱", *(ENDING_WORDS[ending] for ending in endings)), rows)


def _tell_works(config: Config, record: Record) -> None:
    states = {state.value: STATE_WORDS[state] for state in WorkState}
    for title, counted, words in (
        ("作品", record["works"], states),
        ("初审结论", record["decisions"], {one.value: one.value for one in Decision}),
    ):
        if words is states or any(counted.values()):
            rows = [(track.name, *(str(counted[track.key].get(key, 0)) for key in words)) for track in config.tracks]
            console.table(title, ("组别", *words.values()), rows)


def _tell_links(links: Record) -> None:
    words = [LINK_STATE_WORDS[state] for state in links["states"]]
    console.table("云附件", words, [tuple(str(count) for count in links["states"].values())])
    unknown = f"，另有 {links['sizes_unknown']} 个大小不明" if links["sizes_unknown"] else ""
    print(f"还要下载 {size_text(links['bytes_to_come'])}{unknown}；最近到期：{links['next_expiry_at'] or '无'}")
