"""Reply: may this mail be answered, and with what; the letter is rendered and written down. Sending comes after."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import structlog

from ingest import outbox
from ingest.config import Config
from ingest.context import Context, crash_point
from ingest.ledger import Transaction
from ingest.ledger.rows import Row
from ingest.model import (
    KIND_WORDS,
    NO_MATERIAL,
    Ended,
    Finding,
    Kind,
    LetterKind,
    Material,
    Outcome,
    Work,
    letter_number,
)
from ingest.stages.attention import warn
from ingest.stages.letterhead import deadline, junk_todo, letter_row, same_mail, state_of, templates_of, when
from ingest.views.words import LETTER_WORDS, MENDS, size_text
from reports import letters

log = structlog.get_logger("kepu")

TOLD = (Outcome.FAIL, Outcome.MISSING)
ANSWERED = (Ended.WORK, Ended.SUPPLEMENT)
DEADLINE = "deadline"
"""The rule that makes a letter `late`; such a letter speaks of it from its first line on."""


def reply(context: Context) -> None:
    """A letter for every mail that has become a work or joined one, then the drafts' files."""
    if context.config.replies.mode == "off":
        return
    _free_held(context)
    with context.read() as tx:
        ids = tx.letters.unanswered(ANSWERED)
        any_ = bool(ids or tx.letters.to_warn())
    if not any_ or _templates_work(context):
        context.each("起草回信", ids, lambda arrival_id: _one(context, arrival_id), letters=True)
        warn(context)
    _write_drafts(context)


def _free_held(context: Context) -> None:
    """Letters to mails that lay in junk go on once a person moved the mail, or dealt with the to-do."""
    with context.read() as tx:
        freed = tx.letters.freed()
    for row in freed:
        with context.begin() as tx:
            tx.arrivals.out_of_junk(row["arrival_id"])
            tx.letters.free(row["id"], state_of(context.config, LetterKind(row["kind"])))


def _templates_work(context: Context) -> bool:
    """A template of the operator's own that does not work costs no mail its letter: they wait until it is mended."""
    folder = templates_of(context.config)
    if folder is None:
        return True
    try:
        letters.check_templates(folder)
    except ValueError as error:
        log.error("template does not work", error=str(error))
        context.tally.troubles.append(f"{error}。回信暂不起草，请修改 {folder} 中的模板后再运行")
        return False
    return True


def _one(context: Context, arrival_id: int) -> None:
    with context.begin() as tx:
        row = tx.arrivals.row(arrival_id)
        loaded = tx.load(tx.works.of_arrivals([arrival_id]).get(arrival_id, []), context.wants_key)
        works = [work for work in loaded.values() if work.decision is None]
        if not answerable(row, works):
            tx.letters.settle(arrival_id, 0)
            return
        if waits(context.config.replies.hold_for_links, works, row, tx.now):
            return
        _write(context, tx, row, works)
    crash_point("letter-written")
    context.tally.counts["letters"] += 1


def answerable(row: Row, works: Sequence[Work]) -> bool:
    """There is something to say to somebody. works: those of the mail that staff have not decided; row: the mail.

    A mail without material gets no letter, nor does one whose works staff have decided, nor an odd address.
    """
    empty = row["ended"] == Ended.SUPPLEMENT.value and row["reason"].endswith(NO_MATERIAL)
    return bool(works) and not empty and outbox.can_be_written_to(row["from_address"])


def waits(hold: dt.timedelta, works: Sequence[Work], row: Row, now: dt.datetime) -> bool:
    """A letter waits until the links of its mail are fetched or lost, or `hold` since the mail came is over."""
    since = min(row["received_at"] or row["listed_at"], row["listed_at"])  # a server's clock may be ahead of ours
    linked = any(
        material.part.arrival_id == row["id"] and not material.part.problem for work in works for material in work.links
    )
    return linked and now - since < hold


def kind_of(config: Config, ended: str, findings: Sequence[Finding]) -> LetterKind:
    """Which letter: a late work's `late` takes the receipt's place."""
    late = any(f.rule == DEADLINE and f.outcome is Outcome.FAIL for f in findings)
    if late and ended == Ended.WORK.value and config.rules.deadline.tells(LetterKind.LATE):
        return LetterKind.LATE
    return LetterKind.SUPPLEMENT if ended == Ended.SUPPLEMENT.value else LetterKind.RECEIPT


def key_of(row: Row, kind: LetterKind) -> str:
    """The same for one mail in both mailboxes, so that it is answered once: same sender, Message-ID and files.

    Another mail under a Message-ID used before has a letter of its own, and so has a late one, which staff release.
    """
    return f"{'late' if kind is LetterKind.LATE else 'answer'}:{same_mail(row)}"


@dataclass(frozen=True)
class Answer:
    """What is answered: the mail's row; the mails that are this one, itself and its copy; the kind of the letter."""

    row: Row
    mails: frozenset[int]
    kind: LetterKind


def _write(context: Context, tx: Transaction, row: Row, works: Sequence[Work]) -> None:
    """One letter, or the words of the one that answers this mail already, with the works of both."""
    config = context.config
    findings = tx.works.findings([work.id for work in works])
    kind = kind_of(config, row["ended"], [f for found in findings.values() for f in found])
    key = key_of(row, kind)
    old = tx.letters.by_key(key)
    mails = {row["id"]}
    if old is not None:
        kind = LetterKind(old["kind"])
        mails.add(old["arrival_id"])
        told = set(tx.letters.works().get(old["id"], [])) | {work.id for work in works}
        works = list(tx.load(sorted(told), context.wants_key).values())
        findings = tx.works.findings([work.id for work in works])
    answer = Answer(row, frozenset(mails), kind)
    rendered = letters.render(kind.value, letter_data(config, answer, works, findings), templates_of(config))
    values = letter_row(config, row, key, kind, rendered)
    tx.letters.write(values, [work.id for work in works], answers=row["id"])
    if row["junk"] and old is None:
        tx.desk.ask(junk_todo(row))
    elif not row["junk"] and old is not None and old["held_for"]:  # its copy in the other mailbox is no junk there
        tx.arrivals.out_of_junk(old["arrival_id"])
        tx.letters.free(old["id"], state_of(config, kind))


def letter_data(
    config: Config, answer: Answer, works: Sequence[Work], findings: Mapping[str, Sequence[Finding]]
) -> letters.LetterData:
    """All that the letter may say. findings: by work id."""
    edition, row = config.edition, answer.row
    return letters.LetterData(
        edition=edition.name,
        works=tuple(_work(config, answer, work, findings.get(work.id, ())) for work in works),
        subject=row["subject"],
        received=when(config, row["received_at"]),
        deadline=deadline(config),
        contact=edition.contact,
        greeting=row["from_name"],
        postal=config.replies.postal,
    )


def _work(config: Config, answer: Answer, work: Work, findings: Sequence[Finding]) -> letters.LetterWork:
    """What one letter says of one work: the files of this mail, what is unmet, what is awaited."""
    told = [
        f
        for f in findings
        if f.outcome in TOLD and f.rule != DEADLINE and config.rules.table(f.rule).tells(answer.kind)
    ]
    return letters.LetterWork(
        id=work.id,
        title=work.title,
        files=tuple(_file(config, material) for material in received(work, answer.mails)),
        problems=tuple(letters.LetterProblem(f.evidence, f.clause, MENDS.get(f.rule, "")) for f in told),
        pending=tuple(
            f"{KIND_WORDS[m.kind]}“{m.part.name or '云附件'}”在云附件中，我们将在链接有效期内下载"
            for m in work.links
            if not m.part.problem
        ),
    )


def received(work: Work, mails: Collection[int]) -> list[Material]:
    """The files of these mails as their sender knows them: not pictures of a signature, nor an archive we opened."""
    mine = [m for m in work.materials if m.part.arrival_id in mails and m.part.here]
    opened = {m.part.inside for m in mine if m.part.inside and not m.part.url}
    return [
        m
        for m in mine
        if m.kind is not Kind.OTHER or (m.part.disposition == "attachment" and m.part.name not in opened)
    ]


def _file(config: Config, material: Material) -> letters.LetterFile:
    part = material.part
    return letters.LetterFile(
        KIND_WORDS[material.kind], part.name, size_text(part.size), when(config, material.arrived_at)
    )


def _write_drafts(context: Context) -> None:
    """The .eml files of letters that only people will read; written after the row, and again where one is missing.

    A share that cannot be written to stops `report`; here the files wait for the next run.
    """
    try:
        _write_files(context)
    except OSError as error:
        log.error("drafts not written", error=str(error))
        context.tally.notes.append(f"回信草稿没有全部写出（{error.strerror or type(error).__name__}），下次运行补写")


def _write_files(context: Context) -> None:
    folder = context.config.storage.share / "reports" / "回信"
    with context.read() as tx:
        rows = tx.letters.unwritten()
        drafted = tx.letters.drafted()
        if drafted:
            there = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
            rows += [tx.letters.row(letter) for letter, file in drafted.items() if file not in there]
    for row in rows:
        name = f"{letter_number(row['id'])} {LETTER_WORDS[row['kind']]}.eml"
        at = row["created_at"].astimezone(context.config.edition.zone)
        outbox.write_draft(folder, name, outbox.compose(row, context.config.mailbox(row["mailbox"]), at))
        crash_point("draft-written")
        if row["file"] != name:
            with context.begin() as tx:
                tx.letters.written(row["id"], name)
            crash_point("draft-known")
