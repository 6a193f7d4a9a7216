"""Reply: may this mail be answered, and with what; the letter is rendered and written down. Sending comes after."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import structlog

from ingest import outbox
from ingest.config import Config
from ingest.context import Context
from ingest.ledger import Transaction
from ingest.ledger.rows import Row
from ingest.model import (
    KIND_WORDS,
    NO_MATERIAL,
    Ended,
    Finding,
    Kind,
    LetterKind,
    LetterState,
    Material,
    Outcome,
    Work,
    letter_number,
)
from ingest.views.words import LETTER_WORDS, MENDS, size_text
from reports import letters

log = structlog.get_logger("kepu")

TOLD = (Outcome.FAIL, Outcome.MISSING)
ANSWERED = (Ended.WORK, Ended.SUPPLEMENT)


def reply(context: Context) -> None:
    """A letter for every mail that has become a work or joined one, then the drafts' files."""
    if context.config.replies.mode == "off":
        return
    with context.read() as tx:
        ids = tx.letters.unanswered(ANSWERED)
    context.each("起草回信", ids, lambda arrival_id: _one(context, arrival_id))
    _write_drafts(context)


def _one(context: Context, arrival_id: int) -> None:
    with context.begin() as tx:
        row = tx.arrivals.row(arrival_id)
        works = list(tx.load(tx.works.of_arrivals([arrival_id]).get(arrival_id, []), context.wants_key).values())
        if not _answerable(row, works):
            tx.letters.settle(arrival_id, 0)
            return
        if _waits(context.config, works, row, tx.now):
            return
        _write(context, tx, row, works)
    context.tally.counts["letters"] += 1


def _answerable(row: Row, works: Sequence[Work]) -> bool:
    """There is something to say to somebody: a work staff decided, or a mail without material, gets no letter."""
    empty = row["ended"] == Ended.SUPPLEMENT.value and row["reason"].endswith(NO_MATERIAL)
    decided = any(work.decision is not None for work in works)
    return bool(works) and not empty and not decided and outbox.can_be_written_to(row["from_address"])


def _waits(config: Config, works: Sequence[Work], row: Row, now: dt.datetime) -> bool:
    """A receipt waits until the mail's links are fetched, or `hold_for_links` is over."""
    since = row["received_at"] or row["listed_at"]
    return any(work.links for work in works) and now - since < config.replies.hold_for_links


def kind_of(config: Config, ended: str, findings: Sequence[Finding]) -> LetterKind:
    """Which letter: a late work's `late` takes the receipt's place."""
    late = any(f.rule == "deadline" and f.outcome is Outcome.FAIL for f in findings)
    if late and ended == Ended.WORK.value and config.rules.deadline.tell == "late":
        return LetterKind.LATE
    return LetterKind.SUPPLEMENT if ended == Ended.SUPPLEMENT.value else LetterKind.RECEIPT


def _write(context: Context, tx: Transaction, row: Row, works: Sequence[Work]) -> None:
    """The same mail in both mailboxes is answered once: the key is the sender and the Message-ID."""
    config = context.config
    findings = tx.works.findings([work.id for work in works])
    kind = kind_of(config, row["ended"], [f for found in findings.values() for f in found])
    key = f"{kind.value}:{row['from_address']}:{row['message_id'] or row['id']}"
    old = tx.letters.by_key(key)
    if old is not None:
        known = tx.letters.works().get(old["id"], [])
        works = [
            *tx.load([work for work in known if work not in {w.id for w in works}], context.wants_key).values(),
            *works,
        ]
        findings = tx.works.findings([work.id for work in works])
    mailbox = config.mailbox(row["mailbox"])
    rendered = letters.render(kind.value, _data(config, row, works, findings), _templates(config))
    tx.letters.write(
        {
            "key": key,
            "kind": kind.value,
            "mailbox": mailbox.name,
            "arrival_id": row["id"] if old is None else old["arrival_id"],
            "to_address": row["from_address"],
            "subject": rendered.subject,
            "text": rendered.text,
            "html": rendered.html,
            "message_id": outbox.message_id(key, mailbox),
            "in_reply_to": next(iter(outbox.references([], row["message_id"])), ""),
            "refs": outbox.references(row["refs"], row["message_id"]),
            "state": _state(config, kind).value,
        },
        [work.id for work in works],
        answers=row["id"],
    )


def _state(config: Config, kind: LetterKind) -> LetterState:
    if config.replies.mode == "preview":
        return LetterState.DRAFT
    return LetterState.HELD if kind is LetterKind.LATE or config.replies.mode == "approve" else LetterState.QUEUED


def _templates(config: Config) -> Path | None:
    return Path(config.replies.templates) if config.replies.templates else None


def _data(
    config: Config, row: Row, works: Sequence[Work], findings: dict[str, tuple[Finding, ...]]
) -> letters.LetterData:
    edition = config.edition
    return letters.LetterData(
        edition=edition.name,
        works=tuple(_work(config, row, work, findings.get(work.id, ())) for work in works),
        subject=row["subject"],
        received=_when(config, row["received_at"]),
        deadline=f"{edition.deadline.year}年{edition.deadline.month}月{edition.deadline.day}日24时（北京时间）",
        contact=edition.contact,
        greeting=row["from_name"],
        postal=config.replies.postal,
    )


def _when(config: Config, moment: dt.datetime | None) -> str:
    if moment is None:
        return ""
    at = moment.astimezone(config.edition.zone)
    return f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}"


def _work(config: Config, row: Row, work: Work, findings: Sequence[Finding]) -> letters.LetterWork:
    """What one letter says of one work: the files of this mail, what is unmet, what is awaited."""
    mine = [m for m in work.materials if m.part.arrival_id == row["id"] and m.kind is not Kind.OTHER]
    told = [f for f in findings if f.outcome in TOLD and config.rules.table(f.rule).tell is True]
    return letters.LetterWork(
        id=work.id,
        title=work.title,
        files=tuple(_file(config, material) for material in mine if material.part.here),
        problems=tuple(letters.LetterProblem(f.evidence, f.clause, MENDS.get(f.rule, "")) for f in told),
        pending=tuple(
            f"{KIND_WORDS[m.kind]}“{m.part.name or '云附件'}”在云附件中，我们将在链接有效期内下载" for m in work.links
        ),
    )


def _file(config: Config, material: Material) -> letters.LetterFile:
    part = material.part
    return letters.LetterFile(
        KIND_WORDS[material.kind], part.name, size_text(part.size), _when(config, material.arrived_at)
    )


def _write_drafts(context: Context) -> None:
    """The .eml files of letters that only people will read; written after the row, again if the run died between.

    A share that cannot be written to stops `report`; here the files wait for the next run.
    """
    try:
        _write_files(context)
    except OSError as error:
        log.error("drafts not written", error=str(error))
        context.tally.notes.append(f"回信草稿没有全部写出（{error.strerror or type(error).__name__}），下次运行补写")


def _write_files(context: Context) -> None:
    with context.read() as tx:
        rows = tx.letters.unwritten()
    folder = context.config.storage.share / "reports" / "回信"
    for row in rows:
        mailbox = context.config.mailbox(row["mailbox"])
        name = f"{letter_number(row['id'])} {LETTER_WORDS[row['kind']]}.eml"
        at = row["created_at"].astimezone(context.config.edition.zone)
        outbox.write_draft(folder, name, outbox.compose(row, mailbox, at))
        with context.begin() as tx:
            tx.letters.written(row["id"], name)
