"""The ledger's tables on letters and on what goes out: part of `schema`."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Table, Text

from ingest.ledger.base import Moment, metadata

letters = Table(
    "letters",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("key", String(500), nullable=False, unique=True),
    Column("kind", String(12), nullable=False),
    Column("mailbox", String(60), nullable=False),
    Column("arrival_id", Integer, ForeignKey("arrivals.id")),
    Column("to_address", String(400), nullable=False),
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("message_id", String(250), nullable=False),
    Column("in_reply_to", String(1000), nullable=False, default=""),
    Column("refs", JSON, nullable=False, default=list),
    Column("state", String(10), nullable=False),
    Column("held_for", String(12), nullable=False, default=""),
    Column("error", Text, nullable=False, default=""),
    Column("created_at", Moment, nullable=False),
    Column("sent_at", Moment),
    Column("file", Text, nullable=False, default=""),
    Column("urgency", Integer, nullable=False, default=1),
    Column("tries", Integer, nullable=False, default=0),
    Column("try_after", Moment),
    Column("tried_at", Moment),
    Column("sender", String(400), nullable=False, default=""),
    Column("attached", JSON, nullable=False, default=list),
    Index(None, "state"),
    Index(None, "message_id"),
    Index(None, "to_address", "tried_at"),
    Index(None, "sender", "tried_at"),
)
"""A row a letter, before anything is sent. `key` makes it the same letter in every run; `file`: the draft written;
`held_for`: why it is held, where that ends by itself. urgency: 0 first. tries: refusals that may pass; try_after: not
before then. tried_at, sender: when its bytes last went out, and from which address; by these the caps are counted.
attached: files of the store that go with it, each with name, sha256 and size."""

digests = Table(
    "digests",
    metadata,
    Column("kind", String(12), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("states", JSON, nullable=False),
)
"""A daily mail that was written, to however many. day: the one it is of (ISO 8601). states: what stood in 状态 then, by
work; the next one says what changed since."""

senders = Table(
    "senders",
    metadata,
    Column("address", String(400), primary_key=True),
    Column("paused_until", Moment),
    Column("why", Text, nullable=False, default=""),
    Column("failures", Integer, nullable=False, default=0),
)
"""An account that sends: until when its server wants no letter, and why; how often in a row it could not be reached."""

alerts = Table(
    "alerts",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("key", String(300), nullable=False),
    Column("text", Text, nullable=False),
    Column("count", Integer, nullable=False),
    Column("first_at", Moment, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("told_at", Moment),
    Column("over_at", Moment),
    Index(None, "key", "over_at"),
)
"""A trouble the operator must know of; told_at: when they were told; over_at: when it had passed."""

bounced = Table(
    "bounced",
    metadata,
    Column("address", String(400), primary_key=True),
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("why", Text, nullable=False),
    Column("letter_id", Integer),
)
"""Addresses that do not exist, as a server or a bounce said; nothing is sent there until then."""

letter_works = Table(
    "letter_works",
    metadata,
    Column("letter_id", Integer, ForeignKey("letters.id"), primary_key=True),
    Column("work_id", String(20), ForeignKey("works.id"), primary_key=True),
    Column("told", JSON),
    Index(None, "work_id"),
)
"""The works a letter speaks of. told: what it says is unmet, as `rule:outcome`; null where it says nothing of that."""

to_tell = Table(
    "to_tell",
    metadata,
    Column("work_id", String(20), primary_key=True),
    Column("since", Moment, nullable=False),
)
"""Works whose findings have changed, and when; their senders may have to be told."""
