"""The desk: what people must do, what they wrote, what happened, and the small facts of runs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from ingest.ledger import schema
from ingest.ledger.rows import Row, rows_of
from ingest.model import Todo, todo_number

AFTER_REFUSAL = dt.timedelta(hours=6)
"""No login is tried for so long after one was refused: repeated ones lock the account."""

PASSWORD = "密码"
"""The heading of staff's cells whose values nobody else is told: not in events, not among conflicts."""

_LONGEST_MIN = 30


def patience(failures: int) -> dt.timedelta:
    """How long to wait after so many failures in a row: 1, 2, 4 … minutes, 30 at the most."""
    return dt.timedelta(minutes=min(2 ** min(failures - 1, 10), _LONGEST_MIN))


def _tellable(heading: str, value: Any) -> Any:
    """A value of staff's as others may read it: a password stays in its cell."""
    return "（密码略）" if value and heading.startswith(PASSWORD) else value


class Desk:
    """To-dos, staff's cells, events, runs, mailboxes' health, and `meta`."""

    def __init__(self, connection: Connection, now: dt.datetime) -> None:
        self.connection = connection
        self.now = now
        self._touched = False

    # what happened

    def event(self, what: str, *, work: str = "", arrival: int | None = None, **detail: Any) -> None:
        """Write down that something happened; also raises the revision, by which reports know there is news."""
        values = {"at": self.now, "what": what, "work_id": work, "arrival_id": arrival, "detail": detail}
        self.connection.execute(insert(schema.events).values(**values))
        self.touch()

    def events_of(self, what: str, mails: Sequence[tuple[int | None, Mapping[str, Any]]]) -> None:
        """As `event`, of several mails at a stroke: arrival id and detail of each."""
        rows = [
            {"at": self.now, "what": what, "work_id": "", "arrival_id": arrival, "detail": dict(detail)}
            for arrival, detail in mails
        ]
        if rows:
            self.connection.execute(insert(schema.events), rows)
            self.touch()

    def events(self, *, work: str = "", arrival: int | None = None) -> list[Row]:
        """The events of one work or one arrival, oldest first; all if neither is named."""
        query = select(schema.events).order_by(schema.events.c.id)
        if work:
            query = query.where(schema.events.c.work_id == work)
        if arrival is not None:
            query = query.where(schema.events.c.arrival_id == arrival)
        return rows_of(self.connection.execute(query))

    def last_event_at(self) -> dt.datetime | None:
        """When something happened last, None if nothing ever did."""
        query = select(schema.events.c.at).order_by(schema.events.c.id.desc()).limit(1)
        return self.connection.execute(query).scalar()

    # meta

    def get(self, key: str) -> str:
        """A small fact by name, "" if there is none."""
        return self.connection.execute(select(schema.meta.c.value).where(schema.meta.c.key == key)).scalar() or ""

    def put(self, key: str, value: str) -> None:
        """Keep a small fact."""
        changed = self.connection.execute(update(schema.meta).where(schema.meta.c.key == key).values(value=value))
        if not changed.rowcount:
            self.connection.execute(insert(schema.meta).values(key=key, value=value))

    def starting_with(self, prefix: str) -> dict[str, str]:
        """Small facts whose names begin so, by the rest of the name; those that are "" are left out."""
        table = schema.meta
        query = select(table.c.key, table.c.value).where(table.c.key.startswith(prefix, autoescape=True))
        rows = self.connection.execute(query.where(table.c.value != "").order_by(table.c.key))
        return {row.key.removeprefix(prefix): row.value for row in rows}

    def touch(self) -> None:
        """There is news: raise the revision, once in this transaction however much the news is."""
        if not self._touched:
            self.put("revision", str(self.revision() + 1))
            self._touched = True

    def revision(self) -> int:
        """How many transactions brought news. Equal revisions: nothing to report."""
        return int(self.get("revision") or 0)

    # to-dos

    def ask(self, todo: Todo, *, anew: bool = False) -> None:
        """Put a to-do on the list; one already there under its key is left as it is, open or closed.

        anew: its reason has come up again, so that one already there is open again, in today's words.
        """
        table = schema.todos
        values = {
            "kind": todo.kind.value,
            "text": todo.text,
            "work_id": todo.work,
            "arrival_id": todo.arrival_id,
            "part_id": todo.part_id,
            "candidates": list(todo.candidates),
            "due_at": todo.due_at,
        }
        known = self.connection.execute(select(table.c.id).where(table.c.key == todo.key)).scalar()
        if known is None:
            self.connection.execute(insert(table).values(**values, key=todo.key, created_at=self.now))
        elif anew:
            self.connection.execute(update(table).where(table.c.id == known).values(**values, closed_at=None))
        else:
            return
        self.touch()

    def close_todos(self, *, arrival: int | None = None, key: str | None = None) -> None:
        """The open to-dos of an arrival, or the one of a key, are done."""
        query = update(schema.todos).where(schema.todos.c.closed_at.is_(None)).values(closed_at=self.now)
        if arrival is not None:
            query = query.where(schema.todos.c.arrival_id == arrival)
        if key is not None:
            query = query.where(schema.todos.c.key == key)
        if self.connection.execute(query).rowcount:
            self.touch()

    def close_numbered(self, number: str) -> None:
        """A person has dealt with the to-do of that number."""
        key = next((row["key"] for row in self.todos() if todo_number(row["id"]) == number), None)
        if key is not None:
            self.close_todos(key=key)

    def todos(self, *, open_only: bool = True, work: str = "") -> list[Row]:
        """To-dos in order of their number; those of one work if that is named."""
        query = select(schema.todos).order_by(schema.todos.c.id)
        if work:
            query = query.where(schema.todos.c.work_id == work)
        if open_only:
            query = query.where(schema.todos.c.closed_at.is_(None))
        return rows_of(self.connection.execute(query))

    # staff's cells

    def staff_cells(self) -> dict[tuple[str, str, str], Any]:
        """(sheet, row key, heading) to the last known value."""
        rows = self.connection.execute(select(schema.staff_cells)).all()
        return {(row.sheet, row.row, row.heading): row.value for row in rows}

    def keep_staff_cells(self, cells: Mapping[tuple[str, str, str], Any]) -> dict[tuple[str, str, str], Any]:
        """Take staff's cells as they are now; returns those that changed (None: emptied), each written as an event."""
        before = self.staff_cells()
        changed = {key: value for key, value in cells.items() if before.get(key) != value}
        changed |= dict.fromkeys(before.keys() - cells.keys())
        for key, value in changed.items():
            sheet, row, heading = key
            self._keep_cell(sheet, row, heading, value)
            said, was = (_tellable(heading, one) for one in (value, before.get(key)))
            self.event("staff", work=row, sheet=sheet, heading=heading, value=said, before=was)
        return changed

    def write_cell(self, sheet: str, row: str, heading: str, value: Any) -> None:
        """One cell of staff's gets a value that staff wrote elsewhere."""
        self._keep_cell(sheet, row, heading, value)
        self.event("staff", work=row, sheet=sheet, heading=heading, value=_tellable(heading, value), before=None)

    def _keep_cell(self, sheet: str, row: str, heading: str, value: Any) -> None:
        table = schema.staff_cells
        where = (table.c.sheet == sheet, table.c.row == row, table.c.heading == heading)
        self.connection.execute(delete(table).where(*where))
        if value is not None:
            values = {"sheet": sheet, "row": row, "heading": heading, "value": value, "seen_at": self.now}
            self.connection.execute(insert(table).values(**values))

    def keep_conflicts(self, rows: Iterable[Mapping[str, str]]) -> None:
        """Values of staff's that found no cell; each is kept once. rows: sheet, row, heading, kept, other, note."""
        table = schema.conflicts
        for row in rows:
            values = {**row, **{side: _tellable(row["heading"], row[side]) for side in ("kept", "other")}}
            same = (table.c[name] == value for name, value in values.items())
            if not self.connection.execute(select(table.c.id).where(*same)).first():
                self.connection.execute(insert(table).values(**values, at=self.now))
                self.event("conflict", work=values["row"][:20], sheet=values["sheet"], heading=values["heading"])

    def conflicts(self) -> list[Row]:
        """All conflicts, oldest first."""
        return rows_of(self.connection.execute(select(schema.conflicts).order_by(schema.conflicts.c.id)))

    # mailboxes and runs

    def mailbox_tried(self, name: str, error: str = "", *, refused: bool = False) -> None:
        """A mailbox was polled: well if error is "". refused: its login was, and will be again."""
        table = schema.mailboxes
        values: dict[str, Any] = {"last_try_at": self.now, "error": error, "refused": refused}
        if error:
            failures = self.connection.execute(select(table.c.failures).where(table.c.name == name)).scalar() or 0
            wait = AFTER_REFUSAL if refused else patience(failures + 1)
            values |= {"failures": failures + 1, "retry_at": self.now + wait}
        else:
            values |= {"failures": 0, "retry_at": None, "last_success_at": self.now}
        if not self.connection.execute(update(table).where(table.c.name == name).values(**values)).rowcount:
            self.connection.execute(insert(table).values(name=name, **values))

    def mailbox_opened(self, name: str) -> None:
        """A mailbox could be logged in to again: the next batch polls it."""
        table = schema.mailboxes
        self.connection.execute(update(table).where(table.c.name == name).values(refused=False, retry_at=None))

    def mailboxes(self) -> dict[str, Row]:
        """Health of each mailbox polled so far, by name."""
        rows = rows_of(self.connection.execute(select(schema.mailboxes)))
        return {row["name"]: row for row in rows}

    def start_run(self) -> int:
        """A run began; its number."""
        found = self.connection.execute(insert(schema.runs).values(started_at=self.now, summary={}))
        key = found.inserted_primary_key
        assert key is not None
        return int(key[0])

    def end_run(self, run: int, *, seconds: float, exit_code: int, summary: Mapping[str, Any]) -> None:
        """A run ended."""
        values = {"ended_at": self.now, "seconds": seconds, "exit_code": exit_code, "summary": dict(summary)}
        self.connection.execute(update(schema.runs).where(schema.runs.c.id == run).values(**values))

    def last_runs(self, most: int = 1) -> list[Row]:
        """The newest runs that ended, newest first."""
        table = schema.runs
        query = select(table).where(table.c.ended_at.is_not(None)).order_by(table.c.id.desc()).limit(most)
        return rows_of(self.connection.execute(query))
