"""What staff's cells were at an earlier moment: told from the events, which are never changed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, func, select

from ingest.ledger import schema
from ingest.ledger.desk import PASSWORD


def last_event(connection: Connection) -> int:
    """The number of the newest event, 0 if nothing has happened. It names a state of the ledger."""
    return connection.execute(select(func.max(schema.events.c.id))).scalar() or 0


def staff_cells_at(connection: Connection, event: int) -> dict[tuple[str, str, str], Any]:
    """(sheet, row key, heading) to value as it was right after that event. Passwords, which events do not tell, are
    left out where they changed since."""
    table, now = schema.events, schema.staff_cells
    cells = {(r.sheet, r.row, r.heading): r.value for r in connection.execute(select(now))}
    query = select(table.c.work_id, table.c.detail).where(table.c.id > event, table.c.what == "staff")
    for row in connection.execute(query.order_by(table.c.id.desc())):
        key = (row.detail["sheet"], row.work_id, row.detail["heading"])
        before = None if key[2].startswith(PASSWORD) else row.detail["before"]
        if before is None:
            cells.pop(key, None)
        else:
            cells[key] = before
    return cells
