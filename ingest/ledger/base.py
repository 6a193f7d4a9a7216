"""What every table of the ledger is made with: how times are stored, how indexes are named.

Times are stored as UTC text of fixed width, so that they sort as text in every database; they come back aware.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Dialect, MetaData, String, TypeDecorator


class Moment(TypeDecorator[dt.datetime]):
    """An aware time, as UTC text like 2024-10-01T02:03:04.000000Z."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> str | None:
        """Aware time to text. ValueError for a naive one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive time reached the ledger")
        return value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def process_result_value(self, value: Any | None, dialect: Dialect) -> dt.datetime | None:
        """Text to aware time."""
        return None if value is None else dt.datetime.fromisoformat(value)


NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMING)
