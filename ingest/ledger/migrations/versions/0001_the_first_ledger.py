"""The first ledger"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.String(length=27), nullable=False),
        sa.Column("last_at", sa.String(length=27), nullable=False),
        sa.Column("told_at", sa.String(length=27), nullable=True),
        sa.Column("over_at", sa.String(length=27), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
    )
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alerts_key_over_at"), ["key", "over_at"], unique=False)

    op.create_table(
        "arrivals",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("mailbox", sa.String(length=60), nullable=False),
        sa.Column("track", sa.String(length=40), nullable=False),
        sa.Column("folder", sa.String(length=250), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.String(length=500), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("received_at", sa.String(length=27), nullable=True),
        sa.Column("listed_at", sa.String(length=27), nullable=False),
        sa.Column("junk", sa.Boolean(), nullable=False),
        sa.Column("stage", sa.String(length=12), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("retry_at", sa.String(length=27), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("pending", sa.Text(), nullable=False),
        sa.Column("ended", sa.String(length=20), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.String(length=27), nullable=True),
        sa.Column("raw_sha256", sa.String(length=64), nullable=False),
        sa.Column("header_sha256", sa.String(length=64), nullable=False),
        sa.Column("message_id", sa.String(length=1000), nullable=False),
        sa.Column("in_reply_to", sa.JSON(), nullable=False),
        sa.Column("refs", sa.JSON(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("from_name", sa.Text(), nullable=False),
        sa.Column("from_address", sa.String(length=400), nullable=False),
        sa.Column("to", sa.JSON(), nullable=False),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("own_text", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("oddities", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("may_reply", sa.Boolean(), nullable=False),
        sa.Column("may_reply_why", sa.Text(), nullable=False),
        sa.Column("for_work", sa.String(length=20), nullable=False),
        sa.Column("assigned", sa.String(length=20), nullable=False),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("repeats", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_arrivals")),
    )
    with op.batch_alter_table("arrivals", schema=None) as batch_op:
        batch_op.create_index("ix_arrivals_counted", ["stage", "ended", "mailbox", "pending"], unique=False)
        batch_op.create_index(batch_op.f("ix_arrivals_digest"), ["digest"], unique=False)
        batch_op.create_index(batch_op.f("ix_arrivals_header_sha256"), ["header_sha256"], unique=False)
        batch_op.create_index(batch_op.f("ix_arrivals_mailbox_from_address"), ["mailbox", "from_address"], unique=False)
        batch_op.create_index(batch_op.f("ix_arrivals_mailbox_received_at"), ["mailbox", "received_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_arrivals_message_id"), ["message_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_arrivals_size"), ["size"], unique=False)

    op.create_table(
        "bounced",
        sa.Column("address", sa.String(length=400), nullable=False),
        sa.Column("since", sa.String(length=27), nullable=False),
        sa.Column("until", sa.String(length=27), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_bounced")),
    )
    op.create_table(
        "conflicts",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("sheet", sa.String(length=60), nullable=False),
        sa.Column("row", sa.String(length=60), nullable=False),
        sa.Column("heading", sa.String(length=250), nullable=False),
        sa.Column("kept", sa.Text(), nullable=False),
        sa.Column("other", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflicts")),
    )
    op.create_table(
        "digests",
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("states", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "day", name=op.f("pk_digests")),
    )
    op.create_table(
        "entrant_keys",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("work_id", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("key", "work_id", name=op.f("pk_entrant_keys")),
    )
    with op.batch_alter_table("entrant_keys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_entrant_keys_work_id"), ["work_id"], unique=False)

    op.create_table(
        "entrants",
        sa.Column("work_id", sa.String(length=20), nullable=False),
        sa.Column("alive", sa.Boolean(), nullable=False),
        sa.Column("decision", sa.String(length=20), nullable=False),
        sa.Column("unit", sa.String(length=200), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("on_time", sa.Boolean(), nullable=False),
        sa.Column("sanqu", sa.Boolean(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("stale", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("work_id", name=op.f("pk_entrants")),
    )
    with op.batch_alter_table("entrants", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_entrants_stale"), ["stale"], unique=False)
        batch_op.create_index(batch_op.f("ix_entrants_unit"), ["unit"], unique=False)

    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("work_id", sa.String(length=20), nullable=False),
        sa.Column("arrival_id", sa.Integer(), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_events_arrival_id"), ["arrival_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_events_work_id"), ["work_id"], unique=False)

    op.create_table(
        "facts",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("wants", sa.String(length=64), nullable=False),
        sa.Column("json", sa.Text(), nullable=False),
        sa.Column("waits", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("sha256", "version", "wants", name=op.f("pk_facts")),
    )
    op.create_table(
        "film_pairs",
        sa.Column("one", sa.String(length=64), nullable=False),
        sa.Column("other", sa.String(length=64), nullable=False),
        sa.Column("one_key", sa.String(length=40), nullable=False),
        sa.Column("other_key", sa.String(length=40), nullable=False),
        sa.Column("verdict", sa.String(length=8), nullable=False),
        sa.Column("share", sa.Float(), nullable=False),
        sa.Column("one_s", sa.Float(), nullable=False),
        sa.Column("other_s", sa.Float(), nullable=False),
        sa.Column("shots", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("one", "other", name=op.f("pk_film_pairs")),
    )
    with op.batch_alter_table("film_pairs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_film_pairs_one_key"), ["one_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_film_pairs_other"), ["other"], unique=False)
        batch_op.create_index(batch_op.f("ix_film_pairs_other_key"), ["other_key"], unique=False)

    op.create_table(
        "film_prints",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("compared", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_film_prints")),
    )
    with op.batch_alter_table("film_prints", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_film_prints_compared"), ["compared"], unique=False)

    op.create_table(
        "folders",
        sa.Column("mailbox", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False),
        sa.Column("on_server", sa.Integer(), nullable=False),
        sa.Column("swept_on", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("mailbox", "name", "uidvalidity", name=op.f("pk_folders")),
    )
    op.create_table(
        "links",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=1000), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("size_is_exact", sa.Boolean(), nullable=False),
        sa.Column("expires_at", sa.String(length=27), nullable=True),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("by_hand", sa.Boolean(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.String(length=27), nullable=True),
        sa.Column("reason", sa.String(length=30), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("got", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("seen_at", sa.String(length=27), nullable=False),
        sa.Column("closed_at", sa.String(length=27), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_links")),
        sa.UniqueConstraint("provider", "key", name=op.f("uq_links_provider_key")),
    )
    with op.batch_alter_table("links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_links_state_next_try_at"), ["state", "next_try_at"], unique=False)

    op.create_table(
        "mailboxes",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("last_success_at", sa.String(length=27), nullable=True),
        sa.Column("last_try_at", sa.String(length=27), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("retry_at", sa.String(length=27), nullable=True),
        sa.Column("refused", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_mailboxes")),
    )
    op.create_table(
        "meta",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_meta")),
    )
    op.create_table(
        "pairs",
        sa.Column("one", sa.String(length=20), nullable=False),
        sa.Column("other", sa.String(length=20), nullable=False),
        sa.Column("whys", sa.JSON(), nullable=False),
        sa.Column("said", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("one", "other", name=op.f("pk_pairs")),
    )
    with op.batch_alter_table("pairs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pairs_other"), ["other"], unique=False)

    op.create_table(
        "passwords",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("password", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("by_staff", sa.Boolean(), nullable=False),
        sa.Column("seen_at", sa.String(length=27), nullable=False),
        sa.PrimaryKeyConstraint("sha256", "password", name=op.f("pk_passwords")),
    )
    op.create_table(
        "recognised",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("json", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", "version", "pages", name=op.f("pk_recognised")),
    )
    op.create_table(
        "runs",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("started_at", sa.String(length=27), nullable=False),
        sa.Column("ended_at", sa.String(length=27), nullable=True),
        sa.Column("seconds", sa.Float(), nullable=True),
        sa.Column("exit_code", sa.Integer(), nullable=True),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
    )
    op.create_table(
        "scans",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("said", sa.String(length=10), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("engine", sa.String(length=120), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_scans")),
    )
    op.create_table(
        "senders",
        sa.Column("address", sa.String(length=400), nullable=False),
        sa.Column("paused_until", sa.String(length=27), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_senders")),
    )
    op.create_table(
        "staff_cells",
        sa.Column("sheet", sa.String(length=60), nullable=False),
        sa.Column("row", sa.String(length=60), nullable=False),
        sa.Column("heading", sa.String(length=250), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("seen_at", sa.String(length=27), nullable=False),
        sa.PrimaryKeyConstraint("sheet", "row", "heading", name=op.f("pk_staff_cells")),
    )
    with op.batch_alter_table("staff_cells", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_cells_row"), ["row"], unique=False)

    op.create_table(
        "to_tell",
        sa.Column("work_id", sa.String(length=20), nullable=False),
        sa.Column("since", sa.String(length=27), nullable=False),
        sa.PrimaryKeyConstraint("work_id", name=op.f("pk_to_tell")),
    )
    op.create_table(
        "todos",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("work_id", sa.String(length=20), nullable=False),
        sa.Column("arrival_id", sa.Integer(), nullable=True),
        sa.Column("part_id", sa.Integer(), nullable=True),
        sa.Column("candidates", sa.JSON(), nullable=False),
        sa.Column("due_at", sa.String(length=27), nullable=True),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.Column("closed_at", sa.String(length=27), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_todos")),
        sa.UniqueConstraint("key", name=op.f("uq_todos_key")),
    )
    with op.batch_alter_table("todos", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_todos_closed_at"), ["closed_at"], unique=False)

    op.create_table(
        "watched",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("json", sa.Text(), nullable=False),
        sa.Column("waits", sa.String(length=10), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("retry_at", sa.String(length=27), nullable=True),
        sa.PrimaryKeyConstraint("sha256", "version", name=op.f("pk_watched")),
    )
    op.create_table(
        "works",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("track", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("mailbox", sa.String(length=60), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("received_at", sa.String(length=27), nullable=True),
        sa.Column("opened_at", sa.String(length=27), nullable=False),
        sa.Column("moved_to", sa.String(length=20), nullable=False),
        sa.Column("moved_from", sa.String(length=20), nullable=False),
        sa.Column("merged_into", sa.String(length=20), nullable=False),
        sa.Column("decided", sa.String(length=40), nullable=False),
        sa.Column("dirty", sa.Boolean(), nullable=False),
        sa.Column("reviewed_with", sa.String(length=64), nullable=False),
        sa.Column("placed_with", sa.String(length=64), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("contact", sa.String(length=400), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_works")),
        sa.UniqueConstraint("track", "number", name=op.f("uq_works_track_number")),
    )
    with op.batch_alter_table("works", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_works_dirty"), ["dirty"], unique=False)
        batch_op.create_index(batch_op.f("ix_works_merged_into"), ["merged_into"], unique=False)
        batch_op.create_index(batch_op.f("ix_works_moved_to"), ["moved_to"], unique=False)

    op.create_table(
        "findings",
        sa.Column("work_id", sa.String(length=20), nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("clause", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("pictures", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["work_id"], ["works.id"], name=op.f("fk_findings_work_id")),
        sa.PrimaryKeyConstraint("work_id", "rule", name=op.f("pk_findings")),
    )
    op.create_table(
        "keys",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("mailbox", sa.String(length=60), nullable=False),
        sa.Column("folder", sa.String(length=250), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.String(length=500), nullable=False),
        sa.Column("uid_number", sa.BigInteger(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("received_at", sa.String(length=27), nullable=True),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.Column("arrival_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["arrival_id"], ["arrivals.id"], name=op.f("fk_keys_arrival_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_keys")),
        sa.UniqueConstraint(
            "mailbox", "folder", "uidvalidity", "uid", name=op.f("uq_keys_mailbox_folder_uidvalidity_uid")
        ),
    )
    with op.batch_alter_table("keys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_keys_arrival_id"), ["arrival_id"], unique=False)
        batch_op.create_index("ix_keys_living", ["mailbox", "folder", "uidvalidity", "gone"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_keys_mailbox_folder_uidvalidity_uid_number"),
            ["mailbox", "folder", "uidvalidity", "uid_number"],
            unique=False,
        )

    op.create_table(
        "letters",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=500), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("mailbox", sa.String(length=60), nullable=False),
        sa.Column("arrival_id", sa.Integer(), nullable=True),
        sa.Column("to_address", sa.String(length=400), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("message_id", sa.String(length=250), nullable=False),
        sa.Column("in_reply_to", sa.String(length=1000), nullable=False),
        sa.Column("refs", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("held_for", sa.String(length=12), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.Column("sent_at", sa.String(length=27), nullable=True),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("try_after", sa.String(length=27), nullable=True),
        sa.Column("tried_at", sa.String(length=27), nullable=True),
        sa.Column("sender", sa.String(length=400), nullable=False),
        sa.Column("attached", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["arrival_id"], ["arrivals.id"], name=op.f("fk_letters_arrival_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
        sa.UniqueConstraint("key", name=op.f("uq_letters_key")),
    )
    with op.batch_alter_table("letters", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_letters_message_id"), ["message_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_letters_sender_tried_at"), ["sender", "tried_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_letters_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_letters_to_address_tried_at"), ["to_address", "tried_at"], unique=False)

    op.create_table(
        "parts",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("arrival_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("raw_name", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("format", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=12), nullable=False),
        sa.Column("inside", sa.Text(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("content_type", sa.String(length=200), nullable=False),
        sa.Column("disposition", sa.String(length=40), nullable=False),
        sa.Column("content_id", sa.String(length=400), nullable=False),
        sa.Column("shown", sa.String(length=12), nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.String(length=27), nullable=True),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("link_key", sa.String(length=1000), nullable=False),
        sa.Column("size_is_exact", sa.Boolean(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("certain", sa.Boolean(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("opened_with", sa.String(length=20), nullable=False),
        sa.Column("joined_in", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["arrival_id"], ["arrivals.id"], name=op.f("fk_parts_arrival_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parts")),
        sa.UniqueConstraint("arrival_id", "position", name=op.f("uq_parts_arrival_id_position")),
    )
    with op.batch_alter_table("parts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_parts_joined_in"), ["joined_in"], unique=False)
        batch_op.create_index(batch_op.f("ix_parts_problem"), ["problem"], unique=False)
        batch_op.create_index(batch_op.f("ix_parts_provider_link_key"), ["provider", "link_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_parts_sha256"), ["sha256"], unique=False)

    op.create_table(
        "work_arrivals",
        sa.Column("work_id", sa.String(length=20), nullable=False),
        sa.Column("arrival_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("home", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["arrival_id"], ["arrivals.id"], name=op.f("fk_work_arrivals_arrival_id")),
        sa.ForeignKeyConstraint(["work_id"], ["works.id"], name=op.f("fk_work_arrivals_work_id")),
        sa.PrimaryKeyConstraint("work_id", "arrival_id", name=op.f("pk_work_arrivals")),
    )
    with op.batch_alter_table("work_arrivals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_work_arrivals_arrival_id"), ["arrival_id"], unique=False)

    op.create_table(
        "letter_works",
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("work_id", sa.String(length=20), nullable=False),
        sa.Column("told", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["letter_id"], ["letters.id"], name=op.f("fk_letter_works_letter_id")),
        sa.ForeignKeyConstraint(["work_id"], ["works.id"], name=op.f("fk_letter_works_work_id")),
        sa.PrimaryKeyConstraint("letter_id", "work_id", name=op.f("pk_letter_works")),
    )
    with op.batch_alter_table("letter_works", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_letter_works_work_id"), ["work_id"], unique=False)

    op.create_table(
        "materials",
        sa.Column("work_id", sa.String(length=20), nullable=False),
        sa.Column("part_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("in_force", sa.Boolean(), nullable=False),
        sa.Column("home", sa.String(length=20), nullable=False),
        sa.Column("passed_over", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["part_id"], ["parts.id"], name=op.f("fk_materials_part_id")),
        sa.ForeignKeyConstraint(["work_id"], ["works.id"], name=op.f("fk_materials_work_id")),
        sa.PrimaryKeyConstraint("work_id", "part_id", name=op.f("pk_materials")),
    )
    with op.batch_alter_table("materials", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_materials_part_id"), ["part_id"], unique=False)
