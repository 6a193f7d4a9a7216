"""Alembic's door to the ledger: run by `open_ledger`, or by hand with -x url=…"""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine

from ingest.ledger import schema

engine = context.config.attributes.get("engine") or create_engine(context.get_x_argument(as_dictionary=True)["url"])

with engine.execution_options(kepu_writes=True).connect() as connection:
    context.configure(connection=connection, target_metadata=schema.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
