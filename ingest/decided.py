"""What staff decided in the workbook's cells, carried out: works merged, moved, split; mails assigned; letters held.

Everything is told from how the cells and the ledger stand, not from what changed: a killed run is finished by the next
one, a second run does nothing, and what staff take back is undone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from ingest import deciding
from ingest.context import Context, crash_point
from ingest.deciding import Cells, Wish
from ingest.ledger import Transaction
from ingest.ledger.rows import Row
from ingest.materials import group
from ingest.model import NOT_SUBMITTED, UNSENT, Decision, Ended, Group, LetterKind, LetterState, Work, mail_number
from ingest.model import letter_number as number_of
from ingest.stages import assemble
from ingest.stages.choosing import choose_files
from ingest.stages.letterhead import state_of
from ingest.stages.typedrows import take_rows
from reports import tables

_DONE = "decided"
"""In `meta`: how all stood when staff's decisions were last found carried out."""

_OUT = frozenset({Decision.WITHDRAWN, Decision.MERGED})
"""Decisions after which no letter speaks of a work."""


def carry_out(context: Context) -> None:
    """All that staff decided by now and that the ledger does not say yet. One transaction a kind of decision.

    Where nothing was left to do and there was no news since, the whole book is not read again.
    """
    with context.read() as tx:
        stamp = _stamp(context, tx)
        if tx.desk.get(_DONE) == stamp:
            return
    quiet = True
    for step in (_merge, _move, _split, _assign, _tell, choose_files, take_rows, _hold):
        with context.read() as tx:
            if not step(context, tx, act=False):
                continue
        quiet = False
        with context.begin() as tx:
            context.tally.counts["decided"] += step(context, tx, act=True)
        crash_point("decided")
    if quiet:
        with context.begin() as tx:
            tx.desk.put(_DONE, stamp)


def _stamp(context: Context, tx: Transaction) -> str:
    """The same as long as cells, ledger and what the config says of tracks and letters are."""
    config = (context.config.tracks, context.config.edition, context.config.replies)
    return f"{tx.desk.revision()} {context.wants_key} {hashlib.sha256(str(config).encode()).hexdigest()}"


def _state(context: Context, tx: Transaction) -> tuple[dict[str, Row], Cells, dict[str, Wish]]:
    """Works by id, staff's cells, and what they wish of works."""
    works = {row["id"]: row for row in tx.works.rows()}
    cells = tx.desk.staff_cells()
    return works, cells, deciding.wishes(works, cells, sheets_of(context))


def sheets_of(context: Context) -> dict[str, str]:
    """Track to the title of its sheet."""
    return {track.key: track.sheet for track in context.config.tracks}


# works


def _merge(context: Context, tx: Transaction, *, act: bool) -> int:
    """Works become part of others, or themselves again."""
    works, cells, wished = _state(context, tx)
    who = _namer(context, works, cells)
    into = deciding.merges(works, wished).into
    changes = {work: into.get(work, "") for work, row in works.items() if row["merged_into"] != into.get(work, "")}
    if act:
        for work, target in changes.items():
            tx.moves.merge(work, target)
            what = "work-merged" if target else "work-unmerged"
            tx.desk.event(
                what,
                work=work,
                into=target or works[work]["merged_into"],
                who=who(work),
                cell=deciding.DECISION,
            )
    return _settled(context, tx, list(changes), act=act)


def _settled(context: Context, tx: Transaction, changed: Sequence[str], *, act: bool) -> int:
    """Mails and files go where their works are; letters that were not sent yet are written anew."""
    if act and changed:
        touched = sorted({*tx.moves.settle_homes(), *changed})
        tx.moves.tell_mails(touched)
        for work in touched:
            if tx.works.rows([work]):
                assemble.settle(context, tx, work)
                tx.letters.rewrite([mail for mail, _ in tx.works.arrivals_of([work]).get(work, [])])
    return len(changed)


def _namer(context: Context, works: dict[str, Row], cells: Cells) -> Callable[[str], str]:
    """Who decided of a work, also where the decision was taken back."""
    return lambda work: deciding.who_of(work, works[work], cells, sheets_of(context))


def _move(context: Context, tx: Transaction, *, act: bool) -> int:
    """Works go to the other track under a new number, or come back to their own."""
    works, cells, wished = _state(context, tx)
    who = _namer(context, works, cells)
    away = deciding.to_move(works, wished, [track.key for track in context.config.tracks])
    back = deciding.to_move_back(works, wished)
    if act:
        for work, key in away.items():
            track = context.config.track(key)
            new = tx.moves.new(work, track=track.key, prefix=track.prefix, year=context.config.edition.year)
            _become(context, tx, work, new)
            tx.desk.event("work-moved", work=work, to=new, who=who(work), cell=deciding.DECISION)
            tx.desk.event("work-moved-here", work=new, of=work)
        for work, new in back.items():
            _become(context, tx, new, work)
            tx.desk.event("work-moved-back", work=work, of=new, who=who(work), cell=deciding.DECISION)
    return _settled(context, tx, [*away, *back], act=act)


def _become(context: Context, tx: Transaction, old: str, new: str) -> None:
    sheets = sheets_of(context)
    where = [(sheets[tx.moves.row(work)["track"]], work) for work in (old, new)]
    tx.moves.become(old, new)
    tx.moves.hand_over(where[0], where[1], deciding.GOES_ALONG)
    assemble.settle(context, tx, new)
    tx.letters.rewrite([mail for mail, _ in tx.works.arrivals_of([new]).get(new, [])])


def _split(context: Context, tx: Transaction, *, act: bool) -> int:
    """Works in which there are several become as many, as their forms say. Those that cannot be told apart stay."""
    works, _, wished = _state(context, tx)
    asked = [work for work, wish in wished.items() if wish.decision is Decision.SPLIT and not works[work]["moved_to"]]
    count = 0
    for work in tx.load(asked, context.wants_key).values() if asked else ():
        apart = split_off(work)
        count += bool(apart)
        if act and apart:
            _part(context, tx, work, apart, works[work.id], wished[work.id])
    return count


def split_off(work: Work) -> tuple[Group, ...]:
    """The groups of a work's files that are others' than its own; none where they cannot be told apart."""
    found = group([m.part for m in work.materials], subject="").groups
    if len(found) < 2:
        return ()
    own = next((one for one in found if one.title == work.title), found[0])
    return tuple(one for one in found if one is not own and one.title)


def _part(context: Context, tx: Transaction, work: Work, apart: Sequence[Group], row: Row, wish: Wish) -> None:
    track = context.config.track(row["track"])
    mail_of = {m.part.id: m.part.arrival_id for m in work.materials}
    for one in apart:
        child = tx.moves.new(
            work.id, track=track.key, prefix=track.prefix, year=context.config.edition.year, title=one.title
        )
        tx.moves.part_with(work.id, child, one.part_ids, {mail_of[part] for part in one.part_ids})
        tx.desk.event("work-split", work=work.id, into=child, who=wish.who, cell=deciding.DECISION)
        assemble.settle(context, tx, child)
    assemble.settle(context, tx, work.id)


def _tell(context: Context, tx: Transaction, *, act: bool) -> int:
    """Every decision made, changed or taken back becomes an event; a work no more withdrawn may be answered."""
    works, cells, wished = _state(context, tx)
    who = _namer(context, works, cells)
    words = {work: wished[work].word[:40] if work in wished else "" for work in works}
    changed = {work: word for work, word in words.items() if word != works[work]["decided"]}
    if act:
        for work, word in changed.items():
            before = works[work]["decided"]
            tx.moves.decided(work, word)
            tx.desk.event("decision", work=work, word=word, before=before, who=who(work), cell=deciding.DECISION)
            if Decision.of(before) is Decision.WITHDRAWN and not word:
                tx.letters.answer_again([mail for mail, _ in tx.works.arrivals_of([work]).get(work, [])])
    return len(changed)


# mails


def _assign(context: Context, tx: Transaction, *, act: bool) -> int:
    """Mails go to the work that staff name, to a new one, or to none; or to where the program takes them."""
    works, cells, _ = _state(context, tx)
    wanted = {row: value for (sheet, row, heading), value in cells.items() if _names_mail(sheet, heading)}
    changes = {}
    for mail in tx.arrivals.heads():
        to = deciding.destination(wanted.get(mail_number(mail["id"])), works)
        if to is not None and to != mail["assigned"] and mail["ended"] != Ended.QUARANTINED.value:
            changes[mail["id"]] = to
    if act:
        for mail, to in changes.items():
            _give(context, tx, mail, to)
    return len(changes)


def _names_mail(sheet: str, heading: str) -> bool:
    return (sheet, heading) == (tables.MESSAGES.title, deciding.BELONGS)


def _give(context: Context, tx: Transaction, mail: int, to: str) -> None:
    left = tx.moves.take_mail_out(mail)
    tx.arrivals.assigned(mail, to)
    tx.letters.rewrite([mail])
    for work in left:
        assemble.settle(context, tx, work)


# letters


def _hold(context: Context, tx: Transaction, *, act: bool) -> int:
    """Letters wait that staff hold, or of which all works were withdrawn; others go on."""
    cells, decisions = tx.desk.staff_cells(), tx.works.decisions()
    letters = [row for row in tx.letters.heads() if row["state"] in _MAY_YET_GO]
    mails = {row["id"]: row for row in tx.arrivals.heads([row["arrival_id"] for row in letters])} if letters else {}
    works_of, changed = tx.letters.works(), 0
    for row in letters:
        mail = mails.get(row["arrival_id"])
        word = deciding.text_of(cells.get((tables.LETTERS.title, number_of(row["id"]), deciding.RELEASE)))
        moot = mail is not None and _is_moot(row, mail, [decisions.get(work) for work in works_of.get(row["id"], [])])
        now = deciding.Letter(LetterState(row["state"]), row["held_for"])
        junk = mail is not None and mail["junk"]
        natural = state_of(context.config, LetterKind(row["kind"]))
        after = deciding.letter_after(now, word, moot=moot, junk=junk, natural=natural)
        if after == now:
            continue
        changed += 1
        if act:
            if junk and word == deciding.RELEASED and mail is not None:
                tx.arrivals.out_of_junk(mail["id"])
            tx.letters.stand(row["id"], after.state, after.held_for, cell=deciding.RELEASE)
    return changed


_MAY_YET_GO = (*UNSENT, LetterState.UNKNOWN.value, LetterState.FAILED.value)


def _is_moot(letter: Row, mail: Row, decisions: Sequence[Decision | None]) -> bool:
    """Nobody is to be told what this letter says. An answer that will be written anew is not moot.

    decisions: of the works of which it speaks.
    """
    if mail["assigned"] == NOT_SUBMITTED:
        return True
    if not decisions:
        answered = mail["answered_by"] not in (None, letter["id"])  # with others by another letter, or by none (0)
        return bool(letter["kind"] != LetterKind.ATTENTION.value and answered)
    return all(one in _OUT for one in decisions)
