"""A ledger in memory that holds what comparing works takes, so that it can be tried what other rules would say."""

from __future__ import annotations

from sqlalchemy import Connection, Table, create_engine, insert, select
from sqlalchemy.pool import StaticPool

from ingest.ledger import Ledger, schema

_TABLES = (
    schema.works,
    schema.work_arrivals,
    schema.findings,
    schema.entrants,
    schema.entrant_keys,
    schema.pairs,
    schema.film_pairs,
    schema.staff_cells,
)
"""Rows a work, and few of them; no mail, no file, no facts, no events."""
_AT_ONCE = 1_000


def scratch_of(ledger: Ledger) -> Ledger:
    """The works of a ledger, who stands behind them and what was said of them, as they are now. Close it after use.

    The ledger is only read; what is written to the other is gone when it is closed.
    """
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    schema.metadata.create_all(engine)
    with ledger.engine.connect() as source, engine.begin() as target:
        for table in _TABLES:
            _copy(source, target, table)
        source.rollback()
    return Ledger(engine)


def _copy(source: Connection, target: Connection, table: Table) -> None:
    for rows in source.execute(select(table)).mappings().partitions(_AT_ONCE):
        target.execute(insert(table), [dict(row) for row in rows])
