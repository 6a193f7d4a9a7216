"""The ledger's chapter on letters: a row before anything is sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, String, and_, bindparam, cast, delete, insert, or_, select, update

from ingest.ledger import schema
from ingest.ledger.arrivals import JUNK
from ingest.ledger.desk import Desk
from ingest.ledger.links import WRONG_CODE
from ingest.ledger.rows import Row, first_of, rows_of
from ingest.model import OF_WORKS, UNSENT, LetterKind, LetterState, Stage, TodoKind

HELD_FOR_JUNK = "junk"
"""Why a letter is held whose mail lies in a junk folder."""
MOOT = "moot"
"""Why a letter is held whose mail was answered by another."""
PASSED = "passed"
"""Why a daily mail is held that did not go before the next one was written."""
ANEW = "anew"
"""Why a letter that is queued does not go: it will be written in new words first."""

_L = schema.letters
_LW = schema.letter_works
_A = schema.arrivals


@dataclass(frozen=True)
class NewLetter:
    """A letter that is not in the ledger yet. values: its row; told: what it says is unmet, by work it speaks of."""

    values: Mapping[str, Any]
    told: Mapping[str, Sequence[str]]
    answers: int


class Letters:
    """Letters and the works they speak of."""

    def __init__(self, connection: Connection, now: dt.datetime, desk: Desk) -> None:
        self.connection = connection
        self.now = now
        self.desk = desk

    def by_key(self, key: str) -> Row | None:
        """The letter of that key, None if it was never written."""
        return first_of(self.connection.execute(select(_L).where(_L.c.key == key)))

    def known(self, keys: Collection[str]) -> set[str]:
        """Which of these keys are those of letters."""
        return set(self.connection.execute(select(_L.c.key).where(_L.c.key.in_(list(keys)))).scalars())

    def write_new(self, letters: Sequence[NewLetter]) -> None:
        """New letters on one mail each, all at a stroke."""
        if not letters:
            return
        rows = [{**letter.values, "created_at": self.now} for letter in letters]
        inserted = insert(_L).returning(_L.c.id, sort_by_parameter_order=True)
        ids = list(self.connection.execute(inserted, rows).scalars())
        pairs = list(zip(ids, letters, strict=True))
        told = [
            {"letter_id": letter_id, "work_id": work, "told": sorted(keys)}
            for letter_id, letter in pairs
            for work, keys in letter.told.items()
        ]
        self.connection.execute(insert(_LW), told)
        answered = update(_A).where(_A.c.id == bindparam("mail")).values(answered_by=bindparam("letter"))
        self.connection.execute(answered, [{"mail": letter.answers, "letter": one} for one, letter in pairs])
        self.desk.events_of(
            "letter-written",
            [
                (letter.values["arrival_id"], {"letter": letter_id, "kind": letter.values["kind"]})
                for letter_id, letter in pairs
            ],
        )

    def write(self, values: Mapping[str, Any], works: Sequence[str], *, answers: int | None) -> int:
        """A new letter, or the same one in new words while it has not been sent; returns its id.

        answers: the mail it answers from now on, besides those it answers already; None for a letter that is about a
        mail and no answer to it.
        """
        old = self.by_key(values["key"])
        if old is None:
            found = self.connection.execute(insert(_L).values(**values, created_at=self.now)).inserted_primary_key
            assert found is not None
            letter_id = int(found[0])
        else:
            letter_id = int(old["id"])
            if old["state"] in UNSENT:
                new = {name: values[name] for name in ("subject", "text", "html", "urgency") if name in values}
                new |= {"file": "", "held_for": "" if old["held_for"] == ANEW else old["held_for"]}
                self.connection.execute(update(_L).where(_L.c.id == letter_id).values(**new))
        self.connection.execute(delete(_LW).where(_LW.c.letter_id == letter_id))
        if works:
            self.connection.execute(insert(_LW), [{"letter_id": letter_id, "work_id": work} for work in works])
        if answers is not None:
            self.settle(answers, letter_id)
        self.desk.event("letter-written", arrival=values["arrival_id"], letter=letter_id, kind=values["kind"])
        return letter_id

    def drafts(self) -> dict[int, str]:
        """Letters of which a draft is to lie on the share, to the name of its file there, "" if it is not written."""
        states = [LetterState.DRAFT.value, LetterState.HELD.value]
        query = select(_L.c.id, _L.c.file).where(_L.c.state.in_(states), ~_over())
        return {row.id: row.file for row in self.connection.execute(query.order_by(_L.c.id))}

    def outdated(self) -> dict[int, str]:
        """Letters whose draft lies on the share and is none any more: they were sent, queued or are moot."""
        states = [LetterState.DRAFT.value, LetterState.HELD.value]
        over = or_(_L.c.state.not_in(states), _over())
        query = select(_L.c.id, _L.c.file).where(_L.c.file != "", over).order_by(_L.c.id)
        return {row.id: row.file for row in self.connection.execute(query)}

    def row(self, letter_id: int) -> Row:
        """The whole row. KeyError if there is none."""
        found = first_of(self.connection.execute(select(_L).where(_L.c.id == letter_id)))
        if found is None:
            raise KeyError(letter_id)
        return found

    def several(self, ids: Sequence[int]) -> list[Row]:
        """The whole rows of these letters, in order of their number."""
        return rows_of(self.connection.execute(select(_L).where(_L.c.id.in_(ids)).order_by(_L.c.id)))

    def written(self, files: Mapping[int, str]) -> None:
        """The .eml of these letters lie there under these names; "" for one that lies there no more."""
        known = update(_L).where(_L.c.id == bindparam("letter")).values(file=bindparam("name"))
        if files:
            self.connection.execute(known, [{"letter": one, "name": name} for one, name in files.items()])

    def set_state(self, letter_id: int, state: LetterState) -> None:
        """Where it stands now."""
        self.connection.execute(update(_L).where(_L.c.id == letter_id).values(state=state.value))
        self.desk.event("letter-state", letter=letter_id, state=state.value)

    def freed(self) -> list[Row]:
        """Letters held because their mail lay in junk, which it does no more, or a person has dealt with that."""
        number = schema.todos.c.key == JUNK + cast(_A.c.id, String)
        done = select(schema.todos.c.id).where(number, schema.todos.c.closed_at.is_not(None)).exists()
        query = select(_L.c.id, _L.c.kind, _L.c.arrival_id).join(_A, _A.c.id == _L.c.arrival_id)
        query = query.where(_L.c.held_for == HELD_FOR_JUNK, or_(_A.c.junk.is_(False), done))
        return rows_of(self.connection.execute(query.order_by(_L.c.id)))

    def free(self, letter_id: int, state: LetterState) -> None:
        """What a letter was held for is over: where it stands now."""
        self.connection.execute(update(_L).where(_L.c.id == letter_id).values(held_for=""))
        self.set_state(letter_id, state)

    def stand(self, letter_id: int, state: LetterState, held_for: str, *, cell: str) -> None:
        """Where a letter stands after what staff decided in a cell."""
        values: dict[str, Any] = {"state": state.value, "held_for": held_for}
        if state is LetterState.SENT:  # a person has seen that it was
            values["sent_at"] = _L.c.tried_at
        self.connection.execute(update(_L).where(_L.c.id == letter_id).values(**values))
        self.desk.event("letter-state", letter=letter_id, state=state.value, held_for=held_for, cell=cell)

    def rewrite(self, arrivals: Sequence[int]) -> None:
        """What answers these mails and was not sent yet is to be written in new words, of the works as they are now."""
        mine = select(_L.c.id).join(_A, _A.c.answered_by == _L.c.id)
        letters = list(self.connection.execute(mine.where(_A.c.id.in_(arrivals), _L.c.state.in_(UNSENT))).scalars())
        self.connection.execute(update(_A).where(_A.c.answered_by.in_(letters)).values(answered_by=None))
        waits = update(_L).where(_L.c.id.in_(letters), _L.c.held_for == "")
        self.connection.execute(waits.values(held_for=ANEW))
        self.connection.execute(delete(_LW).where(_LW.c.letter_id.in_(letters)))

    def needless(self) -> list[int]:
        """Letters that were to be written in new words, whose mail has another answer by now or needs none."""
        query = select(_L.c.id).join(_A, _A.c.id == _L.c.arrival_id)
        query = query.where(_L.c.state.in_(UNSENT), _L.c.held_for == ANEW, _A.c.answered_by.is_not(None))
        return list(self.connection.execute(query.order_by(_L.c.id)).scalars())

    def answer_again(self, arrivals: Sequence[int]) -> None:
        """These mails needed no answer; that may be otherwise now."""
        mine = (_A.c.id.in_(arrivals), _A.c.answered_by == 0)
        self.connection.execute(update(_A).where(*mine).values(answered_by=None))

    def rows(self) -> list[Row]:
        """All letters in order of their number."""
        return rows_of(self.connection.execute(select(_L).order_by(_L.c.id)))

    def heads(self) -> list[Row]:
        """As `rows`, without the letters' words: `text` and `html`."""
        columns = [column for column in _L.columns if column.name not in ("text", "html")]
        return rows_of(self.connection.execute(select(*columns).order_by(_L.c.id)))

    def works(self) -> dict[int, list[str]]:
        """Letter id to the works it speaks of."""
        found: dict[int, list[str]] = {}
        query = select(_LW.c.letter_id, _LW.c.work_id).order_by(_LW.c.letter_id, _LW.c.work_id)
        for letter_id, work_id in self.connection.execute(query):
            found.setdefault(letter_id, []).append(work_id)
        return found

    def works_of(self, letter_id: int) -> list[str]:
        """The works a letter speaks of."""
        query = select(_LW.c.work_id).where(_LW.c.letter_id == letter_id).order_by(_LW.c.work_id)
        return list(self.connection.execute(query).scalars())

    def settle(self, arrival_id: int, letter_id: int) -> None:
        """A mail is answered by a letter, or (0) needs none."""
        self.connection.execute(update(_A).where(_A.c.id == arrival_id).values(answered_by=letter_id))

    def to_warn(self) -> list[int]:
        """Mails that may be answered, with open to-dos on files that could not be opened, or links whose files will
        never come, of which no letter tells."""
        about = (TodoKind.LOCKED.value, TodoKind.BROKEN_FILE.value)
        asked = select(schema.todos.c.id).where(
            schema.todos.c.arrival_id == _A.c.id, schema.todos.c.kind.in_(about), schema.todos.c.closed_at.is_(None)
        )
        links, answers, parts = schema.links, schema.letters.alias(), schema.parts
        same = and_(links.c.provider == parts.c.provider, links.c.key == parts.c.link_key)
        lost = (
            select(parts.c.id)
            .join(links, same)
            .outerjoin(answers, answers.c.id == _A.c.answered_by)
            .where(parts.c.arrival_id == _A.c.id, parts.c.sha256 == "", parts.c.problem != "")
            .where(
                or_(
                    answers.c.id.is_(None),
                    links.c.closed_at > answers.c.created_at,  # else that letter has said so
                    parts.c.problem == WRONG_CODE,
                )
            )
            .correlate(_A)
        )
        told = select(_L.c.id).where(_L.c.arrival_id == _A.c.id, _L.c.kind == LetterKind.ATTENTION.value)
        open_ones = select(schema.todos.c.arrival_id).where(
            schema.todos.c.closed_at.is_(None), schema.todos.c.kind.in_(about)
        )
        not_here = select(parts.c.arrival_id).where(parts.c.sha256 == "", parts.c.problem != "")
        few = _A.c.id.in_(open_ones.union(not_here))  # both by index: no look at every mail there is
        query = select(_A.c.id).where(few, _A.c.may_reply, or_(asked.exists(), lost.exists()), ~told.exists())
        query = query.where(or_(_A.c.ended.in_(OF_WORKS), and_(_A.c.ended.is_(None), _A.c.pending != "")))
        return list(self.connection.execute(query.order_by(_A.c.received_at, _A.c.id)).scalars())

    def is_queued_for(self, address: str, kind: LetterKind) -> bool:
        """A letter of that kind waits to be sent to an address."""
        mine = (_L.c.to_address == address, _L.c.kind == kind.value, _L.c.state == LetterState.QUEUED.value)
        return self.connection.execute(select(_L.c.id).where(*mine).limit(1)).first() is not None

    def unanswered(self) -> list[int]:
        """Mails of works that may be answered and are not yet, oldest first."""
        query = select(_A.c.id).where(
            _A.c.stage == Stage.ENDED.value,
            _A.c.ended.in_(OF_WORKS),
            _A.c.may_reply,
            _A.c.answered_by.is_(None),
        )
        return list(self.connection.execute(query.order_by(_A.c.received_at, _A.c.id)).scalars())


def _over() -> ColumnElement[bool]:
    """Another letter says what this one was to say."""
    return or_(_L.c.held_for.startswith(MOOT), _L.c.held_for.startswith(PASSED))
