"""The course of a work or a mail: its own events, and those that tell of it under another's name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Select, and_, func, or_, select

from ingest.ledger import schema
from ingest.ledger.rows import Row, rows_of

_E = schema.events
_W = schema.works
_L = schema.letters
_LW = schema.letter_works
_OF_TWO = ("work-merged", "work-unmerged", "work-split", "work-moved", "work-moved-back")
"""Events of one work that name another, which they concern as much."""
_OF_LETTERS = ("letter-written", "letter-state", "letter-returned")


def course_of_work(connection: Connection, work: str) -> list[Row]:
    """What happened to a work, oldest first: also under the numbers it had before, and to letters that speak of it."""
    mine = _line_of(connection, work)
    other = [_E.c.detail[name].as_string().in_(mine) for name in ("into", "to", "of")]
    letters = connection.execute(select(_LW.c.letter_id).where(_LW.c.work_id.in_(mine))).scalars()
    events = _events(connection, select(_E.c.id).where(_E.c.work_id.in_(mine)))
    events |= _events(connection, select(_E.c.id).where(_E.c.what.in_(_OF_TWO), or_(*other)))
    return _in_order(connection, events | _of_letters(connection, letters.all()))


def newest_of_works(connection: Connection) -> dict[str, int]:
    """Work to its newest event, of all works that have one."""
    newest = select(_E.c.work_id, func.max(_E.c.id)).where(_E.c.work_id != "").group_by(_E.c.work_id)
    return {row[0]: row[1] for row in connection.execute(newest)}


def newest_of_mails(connection: Connection) -> dict[int, int]:
    """Mail to its newest event: also when a letter that answers it was written anew."""
    newest = select(_E.c.arrival_id, func.max(_E.c.id)).where(_E.c.arrival_id.is_not(None)).group_by(_E.c.arrival_id)
    return {row[0]: row[1] for row in connection.execute(newest)}


def course_of_line(
    connection: Connection, line: Sequence[str], others: Sequence[str], most: int
) -> tuple[list[Row], int]:
    """The newest events of a work, oldest first, and how many there are before them; not those of its letters.

    line: the numbers it has had. others: works of whose events those count that concern two works.
    """
    mine = or_(_E.c.work_id.in_(line), and_(_E.c.work_id.in_(others), _E.c.what.in_(_OF_TWO)))
    count = connection.execute(select(func.count()).select_from(_E).where(mine)).scalar_one()
    newest = rows_of(connection.execute(select(_E).where(mine).order_by(_E.c.id.desc()).limit(most)))
    return newest[::-1], max(count - most, 0)


def course_of_mail(connection: Connection, arrival: int) -> list[Row]:
    """What happened to a mail and to the letters that answer it, oldest first."""
    answers = select(_L.c.id).join(schema.arrivals, schema.arrivals.c.answered_by == _L.c.id)
    answers = answers.where(schema.arrivals.c.id == arrival)
    events = _events(connection, select(_E.c.id).where(_E.c.arrival_id == arrival))
    return _in_order(connection, events | _of_letters(connection, connection.execute(answers).scalars().all()))


def _line_of(connection: Connection, work: str) -> list[str]:
    """The work and those that it was before it moved to its track: what was split off has a course of its own."""
    rows = {row.id: row for row in connection.execute(select(_W.c.id, _W.c.moved_from, _W.c.track))}
    line = [work]
    while (row := rows.get(line[-1])) is not None and row.moved_from and row.moved_from not in line:
        if rows[row.moved_from].track == row.track:
            break
        line.append(row.moved_from)
    return line


def _of_letters(connection: Connection, letters: Sequence[int]) -> set[int]:
    if not letters:
        return set()
    named = _E.c.detail["letter"].as_integer().in_(list(letters))
    return _events(connection, select(_E.c.id).where(_E.c.what.in_(_OF_LETTERS), named))


def _events(connection: Connection, query: Select[Any]) -> set[int]:
    return set(connection.execute(query).scalars())


def _in_order(connection: Connection, ids: Iterable[int]) -> list[Row]:
    return rows_of(connection.execute(select(_E).where(_E.c.id.in_(sorted(ids))).order_by(_E.c.id)))
