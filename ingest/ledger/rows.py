"""Rows of the ledger as plain mappings, so that nobody outside it needs to know what reads them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Result

from ingest.model import Stage

Row = Mapping[str, Any]
"""One row: column name to value."""

UNDECIDED: Row = {
    "stage": Stage.PARSED.value,
    "ended": None,
    "ended_at": None,
    "reason": "",
    "pending": "",
    "repeats": None,
}
"""What a mail's row says of its ending while it is to be decided anew."""


def rows_of(result: Result[Any]) -> list[Row]:
    """All rows of a result."""
    return [dict(row) for row in result.mappings()]


def first_of(result: Result[Any]) -> Row | None:
    """The first row of a result, None if it has none."""
    found = result.mappings().first()
    return None if found is None else dict(found)
