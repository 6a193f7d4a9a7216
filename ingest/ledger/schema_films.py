"""The ledger's table on films that were looked at: part of `schema`."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table, Text

from ingest.ledger.base import Moment, metadata

watched = Table(
    "watched",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("version", String(20), primary_key=True),
    Column("json", Text, nullable=False),
    Column("waits", String(10), nullable=False, default=""),
    Column("tries", Integer, nullable=False, default=0),
    Column("retry_at", Moment),
)
"""What was seen and heard of a film, once per file and version of looking. `waits`: "again" where we ended the look
ourselves, "clip" where its preview is still to be made, "" if nothing; `tries`: how often that failed in a row;
`retry_at`: not before."""
