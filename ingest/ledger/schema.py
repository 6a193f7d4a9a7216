"""The ledger's tables (SQLAlchemy Core). A change here needs a migration, and `HEAD` raised to it."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from ingest.ledger.base import Moment
from ingest.ledger.base import metadata as metadata
from ingest.ledger.compared import entrant_keys as entrant_keys
from ingest.ledger.compared import entrants as entrants
from ingest.ledger.compared import film_pairs as film_pairs
from ingest.ledger.compared import film_prints as film_prints
from ingest.ledger.compared import pairs as pairs
from ingest.ledger.schema_films import watched as watched
from ingest.ledger.schema_letters import alerts as alerts
from ingest.ledger.schema_letters import bounced as bounced
from ingest.ledger.schema_letters import digests as digests
from ingest.ledger.schema_letters import letter_works as letter_works
from ingest.ledger.schema_letters import letters as letters
from ingest.ledger.schema_letters import senders as senders
from ingest.ledger.schema_letters import to_tell as to_tell

HEAD = "0001"
"""The newest migration. A ledger already there is opened without loading Alembic."""

meta = Table("meta", metadata, Column("key", String(40), primary_key=True), Column("value", Text, nullable=False))
"""Edition, revision, digests of what was last written."""

mailboxes = Table(
    "mailboxes",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("last_success_at", Moment),
    Column("last_try_at", Moment),
    Column("error", Text, nullable=False, default=""),
    Column("failures", Integer, nullable=False, default=0),
    Column("retry_at", Moment),
    Column("refused", Boolean, nullable=False, default=False),
)
"""Health of a mailbox. `failures` in a row; `retry_at`: not before then by itself; `refused`: its login was."""

folders = Table(
    "folders",
    metadata,
    Column("mailbox", String(60), primary_key=True),
    Column("name", String(250), primary_key=True),
    Column("uidvalidity", BigInteger, primary_key=True),
    Column("on_server", Integer, nullable=False, default=0),
    Column("swept_on", String(10), nullable=False, default=""),
)
"""A folder under one UIDVALIDITY, as polled last. `swept_on`: the day of its last sweep."""

arrivals = Table(
    "arrivals",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("mailbox", String(60), nullable=False),
    Column("track", String(40), nullable=False),
    Column("folder", String(250), nullable=False),
    Column("uidvalidity", BigInteger, nullable=False),
    Column("uid", String(500), nullable=False),
    Column("size", BigInteger),
    Column("received_at", Moment),
    Column("listed_at", Moment, nullable=False),
    Column("junk", Boolean, nullable=False, default=False),
    Column("stage", String(12), nullable=False),
    Column("tries", Integer, nullable=False, default=0),
    Column("retry_at", Moment),
    Column("error", Text, nullable=False, default=""),
    Column("pending", Text, nullable=False, default=""),
    Column("ended", String(20)),
    Column("reason", Text, nullable=False, default=""),
    Column("ended_at", Moment),
    Column("raw_sha256", String(64), nullable=False, default=""),
    Column("header_sha256", String(64), nullable=False, default=""),
    Column("message_id", String(1000), nullable=False, default=""),
    Column("in_reply_to", JSON, nullable=False, default=list),
    Column("refs", JSON, nullable=False, default=list),
    Column("subject", Text, nullable=False, default=""),
    Column("from_name", Text, nullable=False, default=""),
    Column("from_address", String(400), nullable=False, default=""),
    Column("to", JSON, nullable=False, default=list),
    Column("headers", JSON, nullable=False, default=dict),
    Column("text", Text, nullable=False, default=""),
    Column("own_text", Text, nullable=False, default=""),
    Column("problem", Text, nullable=False, default=""),
    Column("oddities", JSON, nullable=False, default=list),
    Column("digest", String(64), nullable=False, default=""),
    Column("may_reply", Boolean, nullable=False, default=False),
    Column("may_reply_why", Text, nullable=False, default=""),
    Column("for_work", String(20), nullable=False, default=""),
    Column("assigned", String(20), nullable=False, default=""),
    Column("answered_by", Integer),
    Column("repeats", Integer),
    Index("ix_arrivals_counted", "stage", "ended", "mailbox", "pending"),
    Index(None, "mailbox", "received_at"),
    Index(None, "message_id"),
    Index(None, "header_sha256"),
    Index(None, "size"),
    Index(None, "mailbox", "from_address"),
    Index(None, "digest"),
)
"""A row a mail (or a hand-fed file), with the key it was first seen under.

`junk`: a filter put it into a junk folder and no person took it out; `header_sha256`: by which it is known again, once
fetched; `problem`: why it is no mail; `oddities`: what was odd about it; `digest` is over the sorted digests of its
files; `answered_by`: the letter that answers it, 0 for none, NULL while that is open; `repeats`: the mail that it is a
duplicate of; `assigned`: what staff wrote under 归属 and was carried out, which outranks `for_work`.
"""

keys = Table(
    "keys",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("mailbox", String(60), nullable=False),
    Column("folder", String(250), nullable=False),
    Column("uidvalidity", BigInteger, nullable=False),
    Column("uid", String(500), nullable=False),
    Column("uid_number", BigInteger),
    Column("size", BigInteger),
    Column("received_at", Moment),
    Column("gone", Boolean, nullable=False, default=False),
    Column("arrival_id", Integer, ForeignKey("arrivals.id"), nullable=False),
    UniqueConstraint("mailbox", "folder", "uidvalidity", "uid"),
    Index(None, "mailbox", "folder", "uidvalidity", "uid_number"),
    Index("ix_keys_living", "mailbox", "folder", "uidvalidity", "gone"),
    Index(None, "arrival_id"),
)
"""Every place a mail was seen at: it has several once it was moved or its mailbox rebuilt. Size and time are as listed
there, by which a UID given to another mail is noticed; `gone`: it is no longer there."""

parts = Table(
    "parts",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("arrival_id", Integer, ForeignKey("arrivals.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("raw_name", Text, nullable=False, default=""),
    Column("size", BigInteger, nullable=False, default=0),
    Column("sha256", String(64), nullable=False, default=""),
    Column("format", String(20), nullable=False, default=""),
    Column("source", String(12), nullable=False),
    Column("inside", Text, nullable=False, default=""),
    Column("folder", Text, nullable=False, default=""),
    Column("content_type", String(200), nullable=False, default=""),
    Column("disposition", String(40), nullable=False, default=""),
    Column("content_id", String(400), nullable=False, default=""),
    Column("shown", String(12), nullable=False, default=""),
    Column("provider", String(40), nullable=False, default=""),
    Column("url", Text, nullable=False, default=""),
    Column("expires_at", Moment),
    Column("code", String(40), nullable=False, default=""),
    Column("link_key", String(1000), nullable=False, default=""),
    Column("size_is_exact", Boolean, nullable=False, default=False),
    Column("problem", Text, nullable=False, default=""),
    Column("kind", String(20), nullable=False, default="other"),
    Column("certain", Boolean, nullable=False, default=False),
    Column("why", Text, nullable=False, default=""),
    Column("opened_with", String(20), nullable=False, default=""),
    Column("joined_in", Integer),
    UniqueConstraint("arrival_id", "position"),
    Index(None, "sha256"),
    Index(None, "provider", "link_key"),
    Index(None, "problem"),
    Index(None, "joined_in"),
)
"""Every file, member of an archive and link of a mail. A link's `provider` and `link_key` name its row of `links`, and
its `size` is rounded as printed unless `size_is_exact`.

`opened_with`: the parsers' version and the programs that last tried to open an archive; `joined_in`:
the mail under which what lay in a set of volumes is kept, for each volume of the set.
"""

passwords = Table(
    "passwords",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("password", String(200), primary_key=True),
    Column("state", String(8), nullable=False),
    Column("by_staff", Boolean, nullable=False, default=False),
    Column("seen_at", Moment, nullable=False),
)
"""What was said to open an archive (of a set: its first volume): `new`, `right` or `wrong`. They leave the ledger for
nobody: no log, event, letter or export tells them."""

links = Table(
    "links",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("provider", String(40), nullable=False),
    Column("key", String(1000), nullable=False),
    Column("url", Text, nullable=False),
    Column("name", Text, nullable=False, default=""),
    Column("size", BigInteger, nullable=False, default=0),
    Column("size_is_exact", Boolean, nullable=False, default=False),
    Column("expires_at", Moment),
    Column("code", String(40), nullable=False, default=""),
    Column("state", String(10), nullable=False),
    Column("by_hand", Boolean, nullable=False, default=False),
    Column("tries", Integer, nullable=False, default=0),
    Column("next_try_at", Moment),
    Column("reason", String(30), nullable=False, default=""),
    Column("detail", Text, nullable=False, default=""),
    Column("got", BigInteger, nullable=False, default=0),
    Column("sha256", String(64), nullable=False, default=""),
    Column("seen_at", Moment, nullable=False),
    Column("closed_at", Moment),
    UniqueConstraint("provider", "key"),
    Index(None, "state", "next_try_at"),
)
"""A file behind a link, however many mails name it. `size`: as its sender's mail says, rounded unless `size_is_exact`;
`got`: bytes in the partial file; `sha256`: once it is here; `closed_at`: when it was fetched, or left to people."""

facts = Table(
    "facts",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("version", String(20), primary_key=True),
    Column("wants", String(64), primary_key=True),
    Column("json", Text, nullable=False),
    Column("waits", String(10), nullable=False, default=""),
)
"""What parsers said, once per file, parsers' version and question. `waits`: what it still takes to say all ("ocr": time
to recognise it; "office": LibreOffice), "" if nothing."""

recognised = Table(
    "recognised",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("version", String(20), primary_key=True),
    Column("pages", Integer, primary_key=True),
    Column("json", Text, nullable=False),
)
"""What recognition saw on the first pages of a scan, whatever labels are looked for: once per file and version of
recognition. Facts are made of it anew for other labels, types and parsers."""

scans = Table(
    "scans",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("said", String(10), nullable=False),
    Column("signature", Text, nullable=False, default=""),
    Column("reason", String(20), nullable=False, default=""),
    Column("engine", String(120), nullable=False, default=""),
    Column("tries", Integer, nullable=False, default=1),
    Column("at", Moment, nullable=False),
)
"""What the virus scanner said last of a file. `reason`: why it was not checked, so often in a row (`tries`)."""

works = Table(
    "works",
    metadata,
    Column("id", String(20), primary_key=True),
    Column("track", String(40), nullable=False),
    Column("number", Integer, nullable=False),
    Column("mailbox", String(60), nullable=False),
    Column("title", Text, nullable=False, default=""),
    Column("folder", Text, nullable=False, default=""),
    Column("state", String(12), nullable=False),
    Column("received_at", Moment),
    Column("opened_at", Moment, nullable=False),
    Column("moved_to", String(20), nullable=False, default=""),
    Column("moved_from", String(20), nullable=False, default=""),
    Column("merged_into", String(20), nullable=False, default=""),
    Column("decided", String(40), nullable=False, default=""),
    Column("dirty", Boolean, nullable=False, default=True),
    Column("reviewed_with", String(64), nullable=False, default=""),
    Column("placed_with", String(64), nullable=False, default=""),
    Column("files", JSON, nullable=False, default=dict),
    Column("contact", String(400), nullable=False, default=""),
    UniqueConstraint("track", "number"),
    Index(None, "dirty"),
    Index(None, "moved_to"),
    Index(None, "merged_into"),
)
"""`folder`: its name on the share, given once. `reviewed_with`, `placed_with`: digests of what the last review and the
last filing were made from. `files`: part id to the name of its file there. `contact`: the e-mail addresses in its form,
parted by spaces. `moved_to`: what it has become; `moved_from`: that out of which it came; `merged_into`: where its
mails and files are now; `decided`: the decision of staff's that was seen last."""

work_arrivals = Table(
    "work_arrivals",
    metadata,
    Column("work_id", String(20), ForeignKey("works.id"), primary_key=True),
    Column("arrival_id", Integer, ForeignKey("arrivals.id"), primary_key=True),
    Column("role", String(12), nullable=False),
    Column("home", String(20), nullable=False, default=""),
    Index(None, "arrival_id"),
)

materials = Table(
    "materials",
    metadata,
    Column("work_id", String(20), ForeignKey("works.id"), primary_key=True),
    Column("part_id", Integer, ForeignKey("parts.id"), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("in_force", Boolean, nullable=False),
    Column("home", String(20), nullable=False, default=""),
    Column("passed_over", Boolean, nullable=False, default=False),
    Index(None, "part_id"),
)
"""`home`: the work to which it belongs by itself, where that was merged into this one; `passed_over`: by a person."""

findings = Table(
    "findings",
    metadata,
    Column("work_id", String(20), ForeignKey("works.id"), primary_key=True),
    Column("rule", String(40), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("outcome", String(10), nullable=False),
    Column("clause", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("pictures", JSON, nullable=False, default=list),
)

todos = Table(
    "todos",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("key", String(200), nullable=False, unique=True),
    Column("kind", String(20), nullable=False),
    Column("text", Text, nullable=False),
    Column("work_id", String(20), nullable=False, default=""),
    Column("arrival_id", Integer),
    Column("part_id", Integer),
    Column("candidates", JSON, nullable=False, default=list),
    Column("due_at", Moment),
    Column("created_at", Moment, nullable=False),
    Column("closed_at", Moment),
    Index(None, "closed_at"),
)

staff_cells = Table(
    "staff_cells",
    metadata,
    Column("sheet", String(60), primary_key=True),
    Column("row", String(60), primary_key=True),
    Column("heading", String(250), primary_key=True),
    Column("value", JSON, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Index(None, "row"),
)
"""The last known value of every cell that is staff's, and of the columns they added."""

conflicts = Table(
    "conflicts",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("sheet", String(60), nullable=False),
    Column("row", String(60), nullable=False),
    Column("heading", String(250), nullable=False),
    Column("kept", Text, nullable=False),
    Column("other", Text, nullable=False),
    Column("note", Text, nullable=False),
)
"""Values of staff's that found no cell. They are shown until the contest is over."""

events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("what", String(40), nullable=False),
    Column("work_id", String(20), nullable=False, default=""),
    Column("arrival_id", Integer),
    Column("detail", JSON, nullable=False, default=dict),
    Index(None, "work_id"),
    Index(None, "arrival_id"),
)
"""What happened, in order. Never changed, never removed."""

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("started_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("seconds", Float),
    Column("exit_code", Integer),
    Column("summary", JSON, nullable=False, default=dict),
)
