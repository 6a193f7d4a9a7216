"""Reply: may this mail be answered, and with what; the letter is rendered and written down. Sending comes after."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from ingest import outbox
from ingest.config import Config
from ingest.context import Context, crash_point
from ingest.errors import KepuError
from ingest.ledger import Transaction
from ingest.ledger.letters import HELD_FOR_JUNK, MOOT, NewLetter
from ingest.ledger.rows import Row
from ingest.model import NO_MATERIAL, UNSENT, Ended, Finding, LetterKind, LetterState, Work
from ingest.stages.attention import warn
from ingest.stages.drafts import write_drafts
from ingest.stages.letterhead import junk_todo, letter_row, same_mail, state_of, templates_of, wrong_template
from ingest.stages.lettersread import write_page
from ingest.stages.lettertext import Answer, is_late, letter_data, told_keys, urgency_of
from ingest.stages.returned import take_bounces
from ingest.stages.updates import is_time_to_remind, remind, update
from reports import letters

log = structlog.get_logger("kepu")


def reply(context: Context) -> None:
    """A letter for every mail that has become a work or joined one, for works that changed, then the drafts' files."""
    if context.config.replies.mode == "off":
        return
    take_bounces(context)
    _free_held(context)
    with context.read() as tx:
        any_ = bool(tx.letters.unanswered() or tx.letters.to_warn()) or tx.telling.is_news()
        any_ = any_ or bool(tx.telling.waiting()) or is_time_to_remind(context, tx)
    if not any_ or _templates_work(context):
        update(context)
        _answer_all(context)
        warn(context)
        remind(context)
    write_drafts(context)
    write_page(context)


def _answer_all(context: Context) -> None:
    """A mail that opened a work has a letter of its own; what one sender added in a short while is answered once."""
    with context.read() as tx:
        ids = tx.letters.unanswered()
        rows = {row["id"]: row for row in tx.telling.mails(ids)} if ids else {}
    bursts: dict[tuple[str, str], list[int]] = {}
    for mail in ids:
        row = rows[mail]
        if row["ended"] == Ended.SUPPLEMENT.value:
            bursts.setdefault((row["mailbox"], row["from_address"]), []).append(mail)
    last = {mails[-1]: mails for mails in bursts.values()}
    alone = [mail for mail in ids if rows[mail]["ended"] != Ended.SUPPLEMENT.value or mail in last]
    for first in range(0, len(alone), TOGETHER):
        context.say(DOING, first, len(alone))
        _some(context, {mail: last.get(mail, [mail]) for mail in alone[first : first + TOGETHER]})
    with context.read() as tx:
        needless = tx.letters.needless()
    for letter in needless:
        with context.begin() as tx:
            tx.letters.stand(letter, LetterState.HELD, MOOT, cell="")


DOING = "起草回信"
TOGETHER = 50
"""So many letters are written in one transaction: the ledger waits for the disk once for all of them."""


def _some(context: Context, bursts: Mapping[int, Sequence[int]]) -> None:
    """These letters in one transaction; if one of them cannot be written, each in its own, so that only that one waits.

    bursts: the mail that a letter answers, to all mails that it answers.
    """
    try:
        if not context.stopped:
            _write_all(context, bursts.values())
            return
    except KepuError:
        raise
    except Exception as error:
        log.warning("letters fail together, written one by one", error=f"{type(error).__name__}: {error}")
    context.each(DOING, list(bursts), lambda mail: _write_all(context, [bursts[mail]]), letters=True)


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
    wrong = wrong_template(context.config)
    if wrong is None:
        return True
    log.error("template does not work", error=wrong.why)
    context.tally.troubles.append(f"{wrong.why}。回信暂不起草；{wrong.mend}")
    return False


@dataclass(frozen=True)
class _Due:
    """A letter that is to be written: the mails it answers, and their works that staff have not decided."""

    rows: tuple[Row, ...]
    works: Mapping[str, Work]


def _write_all(context: Context, bursts: Collection[Sequence[int]]) -> None:
    """The letters on these mails that can be written now, each on one mail or on several that one sender added."""
    with context.begin() as tx:
        mails = {row["id"]: row for row in tx.telling.mails([mail for burst in bursts for mail in burst])}
        of_mails = tx.works.of_arrivals(list(mails))
        loaded = tx.load(sorted({work for works in of_mails.values() for work in works}), context.wants_key)
        open_ = {work.id: work for work in loaded.values() if work.decision is None}
        dues = []
        for burst in bursts:
            pairs = [(mails[m], {w: open_[w] for w in of_mails.get(m, ()) if w in open_}) for m in mails if m in burst]
            due = _due(context, tx, pairs)
            dues += [due] if due else []
        _carry_out(context, tx, dues)
    crash_point("letter-written")
    context.tally.counts["letters"] += len(dues)


def _due(context: Context, tx: Transaction, mails: Sequence[tuple[Row, Mapping[str, Work]]]) -> _Due | None:
    """What is to be said of these mails; None if it is nothing, or not yet."""
    rows: list[Row] = []
    works: dict[str, Work] = {}
    for row, mine in mails:
        if backfilled(context.config, row, tx.telling.first_listing(row["mailbox"])):
            tx.telling.no_reply(row["id"], OLD_MAIL)
        elif not answerable(row, list(mine.values())):
            tx.letters.settle(row["id"], 0)
        else:
            rows.append(row)
            works |= mine
    if not rows or not _is_quiet(context.config, tx, rows):
        return None
    if any(waits(context.config.replies.hold_for_links, list(works.values()), row, tx.now) for row in rows):
        return None
    return _Due(tuple(rows), works)


OLD_MAIL = "第一次读取信箱之前的旧邮件，不自动回信"


def backfilled(config: Config, row: Row, first_listing: dt.datetime | None) -> bool:
    """The mail was there when its mailbox was read for the first time, and is too old for an answer to be expected."""
    if first_listing is None or row["received_at"] is None:
        return False
    at_first = row["listed_at"] - first_listing < FIRST_READING
    return bool(at_first and row["listed_at"] - row["received_at"] > dt.timedelta(days=config.replies.backfill_days))


FIRST_READING = dt.timedelta(hours=1)
"""So long after a mailbox's first mail was listed, others are of the first reading too."""


def _is_quiet(config: Config, tx: Transaction, rows: Sequence[Row]) -> bool:
    """Their sender has added nothing more for a while. A mail that opened a work is answered at once."""
    row = rows[-1]
    if row["ended"] != Ended.SUPPLEMENT.value:
        return True
    last = tx.telling.last_mail_of(row["mailbox"], row["from_address"])
    return last is None or not dt.timedelta(0) <= tx.now - last < config.replies.quiet_period


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
    if is_late(findings) and ended == Ended.WORK.value and config.rules.deadline.tells(LetterKind.LATE):
        return LetterKind.LATE
    return LetterKind.SUPPLEMENT if ended == Ended.SUPPLEMENT.value else LetterKind.RECEIPT


def key_of(row: Row, kind: LetterKind) -> str:
    """The same for one mail in both mailboxes, so that it is answered once: same sender, Message-ID and files.

    Another mail under a Message-ID used before has a letter of its own, and so has a late one, which staff release.
    """
    return f"{'late' if kind is LetterKind.LATE else 'answer'}:{same_mail(row)}"


def _carry_out(context: Context, tx: Transaction, dues: Sequence[_Due]) -> None:
    """New letters on one mail each are written at a stroke; what touches another letter, or junk, by itself."""
    config = context.config
    findings = tx.works.findings(sorted({work for due in dues for work in due.works}))
    kinds = [_kind(config, due, findings) for due in dues]
    keys = [key_of(due.rows[-1], kind) for due, kind in zip(dues, kinds, strict=True)]
    taken = {*tx.letters.known(keys), *(key for key, n in Counter(keys).items() if n > 1)}
    new: list[NewLetter] = []
    for due, kind, key in zip(dues, kinds, keys, strict=True):
        if key in taken or len(due.rows) > 1 or due.rows[-1]["junk"]:
            _write(context, tx, due, kind, key)
        else:
            row, works = due.rows[-1], list(due.works.values())
            values, told = _worded(config, Answer(row, frozenset({row["id"]}), kind), works, findings, key)
            new.append(NewLetter(values, told, answers=row["id"]))
    tx.letters.write_new(new)


def _kind(config: Config, due: _Due, findings: Mapping[str, Sequence[Finding]]) -> LetterKind:
    return kind_of(config, due.rows[-1]["ended"], [f for work in due.works for f in findings.get(work, ())])


def _worded(
    config: Config, answer: Answer, works: Sequence[Work], findings: Mapping[str, Sequence[Finding]], key: str
) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """A letter as the ledger keeps it, and what it tells, by work."""
    kind = answer.kind
    rendered = letters.render(kind.value, letter_data(config, answer, works, findings), templates_of(config))
    urgency = min((urgency_of(config, kind, findings.get(work.id, ())) for work in works), default=1)
    told = {work.id: told_keys(config, kind, findings.get(work.id, ())) for work in works}
    return letter_row(config, answer.row, key, kind, rendered, urgency=urgency), told


def _write(context: Context, tx: Transaction, due: _Due, kind: LetterKind, key: str) -> None:
    """One letter, or the words of the one that answers these mails already, with the works of both."""
    config, row, works = context.config, due.rows[-1], list(due.works.values())
    old = tx.letters.by_key(key)
    mails = {one["id"] for one in due.rows}
    if old is not None:
        kind = LetterKind(old["kind"])
        mails.add(old["arrival_id"])
        told = set(tx.letters.works_of(old["id"])) | set(due.works)
        works = list(tx.load(sorted(told), context.wants_key).values())
    findings = tx.works.findings([work.id for work in works])
    values, says = _worded(config, Answer(row, frozenset(mails), kind), works, findings, key)
    letter = tx.letters.write(values, [work.id for work in works], answers=row["id"])
    for one in due.rows:
        tx.letters.settle(one["id"], letter)
        _drop_other(tx, key_of(one, kind), letter)
    tx.telling.note(letter, says)
    if row["junk"] and old is None:
        tx.desk.ask(junk_todo(row))
    elif not row["junk"] and old is not None and old["held_for"] == HELD_FOR_JUNK:  # its copy elsewhere is no junk
        tx.arrivals.out_of_junk(old["arrival_id"])
        tx.letters.free(old["id"], state_of(config, kind))


def _drop_other(tx: Transaction, key: str, letter: int) -> None:
    """A mail that had a letter of its own, not sent yet, is answered together with others now."""
    other = tx.letters.by_key(key)
    if other is not None and other["id"] != letter and other["state"] in UNSENT:
        tx.letters.stand(other["id"], LetterState.HELD, MOOT, cell="")
