"""The tables in which works are compared with each other. They are made of the rest, and could be made again."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Float, Index, String, Table, Text

from ingest.ledger.base import metadata

entrants = Table(
    "entrants",
    metadata,
    Column("work_id", String(20), primary_key=True),
    Column("alive", Boolean, nullable=False),
    Column("decision", String(20), nullable=False, default=""),
    Column("unit", String(200), nullable=False, default=""),
    Column("counts", Boolean, nullable=False),
    Column("on_time", Boolean, nullable=False),
    Column("sanqu", Boolean, nullable=False),
    Column("said", Text, nullable=False),
    Column("stale", Boolean, nullable=False, default=True),
    Index(None, "unit"),
    Index(None, "stale"),
)
"""Who stands behind each work (`said`: an `Entrant` as JSON), with what is counted by. `stale`: it must be judged among
the others again. `alive`, `decision`: as they were then."""

entrant_keys = Table(
    "entrant_keys",
    metadata,
    Column("key", String(40), primary_key=True),
    Column("work_id", String(20), primary_key=True),
    Index(None, "work_id"),
)
"""What works may have in common: two without a common key need not be compared."""

pairs = Table(
    "pairs",
    metadata,
    Column("one", String(20), primary_key=True),
    Column("other", String(20), primary_key=True),
    Column("whys", JSON, nullable=False),
    Column("said", String(60), nullable=False, default=""),
    Index(None, "other"),
)
"""Works that are alike, `one` before `other`. `whys`: rule to the reason, empty once they are no more; `said`: staff's
conclusion that was heeded last."""

film_prints = Table(
    "film_prints",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("key", String(40), nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("compared", Boolean, nullable=False, default=False),
    Index(None, "compared"),
)
"""Films by what they look like. `key`: under which their works stand in `entrant_keys`; `compared`: with all others."""

film_pairs = Table(
    "film_pairs",
    metadata,
    Column("one", String(64), primary_key=True),
    Column("other", String(64), primary_key=True),
    Column("one_key", String(40), nullable=False),
    Column("other_key", String(40), nullable=False),
    Column("verdict", String(8), nullable=False),
    Column("share", Float, nullable=False),
    Column("one_s", Float, nullable=False),
    Column("other_s", Float, nullable=False),
    Column("shots", JSON, nullable=False),
    Index(None, "other"),
    Index(None, "one_key"),
    Index(None, "other_key"),
)
"""Films that have something in common, `one` before `other`: "one" film, "two" that only share a part, or "unsure".
`one_s`, `other_s`: seconds at which both have the same picture; `shots`: the two side by side, for each of them."""
