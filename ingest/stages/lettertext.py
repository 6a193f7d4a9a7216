"""What letters say of works: their files, what is unmet, what is awaited, and in short what their senders were told."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from ingest.config import Config
from ingest.ledger.rows import Row
from ingest.model import KIND_WORDS, Finding, Kind, LetterKind, Material, Outcome, Work
from ingest.stages.letterhead import deadline, greeting, when
from ingest.views.words import MENDS, size_text
from reports import letters

TOLD = (Outcome.FAIL, Outcome.MISSING)
DEADLINE = "deadline"
"""The rule that makes a letter `late`; such a letter speaks of it from its first line on."""
MATERIALS = "materials"
"""The rule by which a work is complete."""


@dataclass(frozen=True)
class Answer:
    """What is answered: the mail's row; the mails that are this one, itself and its copy; the kind of the letter."""

    row: Row
    mails: frozenset[int]
    kind: LetterKind


@dataclass(frozen=True)
class Occasion:
    """Why a letter is written that answers no mail. changed: its works stand otherwise than its reader was told."""

    changed: bool = False
    days_left: int = 0


NO_OCCASION = Occasion()


def letter_data(
    config: Config,
    answer: Answer,
    works: Sequence[Work],
    findings: Mapping[str, Sequence[Finding]],
    occasion: Occasion = NO_OCCASION,
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
        greeting=greeting(row),
        postal=() if answer.kind is LetterKind.LATE else config.replies.postal,  # it may not count
        changed=occasion.changed,
        days_left=occasion.days_left,
    )


def unmet(config: Config, kind: LetterKind, findings: Sequence[Finding]) -> list[Finding]:
    """What a letter of that kind says is unmet."""
    return [
        f
        for f in findings
        if f.outcome in TOLD and f.rule != DEADLINE and config.rules.table(f.rule).tells(said_by(kind))
    ]


def said_by(kind: LetterKind) -> LetterKind:
    """A reminder says what a letter on added material says: config tables know no other."""
    return LetterKind.SUPPLEMENT if kind is LetterKind.REMINDER else kind


def told_keys(config: Config, kind: LetterKind, findings: Sequence[Finding]) -> list[str]:
    """What a letter tells of a work, in short: `rule:outcome` of all that is unmet, lateness too if it speaks of it.

    Not the evidence: a film that is 5 seconds shorter than before is no news to whom it was said that it is too long.
    """
    keys = {f"{f.rule}:{f.outcome.value}" for f in unmet(config, kind, findings)}
    if kind is LetterKind.LATE and is_late(findings):
        keys.add(f"{DEADLINE}:{Outcome.FAIL.value}")
    return sorted(keys)


def is_late(findings: Sequence[Finding]) -> bool:
    """The work came too late."""
    return any(f.rule == DEADLINE and f.outcome is Outcome.FAIL for f in findings)


def urgency_of(config: Config, kind: LetterKind, findings: Sequence[Finding]) -> int:
    """Whose letter goes first when few may go: 0 where something can still be mended in time, 2 for plain receipts."""
    if is_late(findings) or kind is LetterKind.LATE:
        return 1
    if unmet(config, kind, findings) or kind in (LetterKind.ATTENTION, LetterKind.REMINDER):
        return 0
    return 2 if kind is LetterKind.RECEIPT else 1


def _work(config: Config, answer: Answer, work: Work, findings: Sequence[Finding]) -> letters.LetterWork:
    """What one letter says of one work: the files of this mail, what is unmet, what is awaited."""
    told = unmet(config, answer.kind, findings)
    complete = any(f.rule == MATERIALS and f.outcome is Outcome.PASS for f in findings)
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
        complete=complete and not told,
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
