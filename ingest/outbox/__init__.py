"""Letters on their way: composed as mail, handed to an SMTP server, paced; what servers' refusals mean."""

from ingest.outbox.composing import (
    MAX_REFERENCES,
    POLICY,
    can_be_written_to,
    compose,
    message_id,
    one_line,
    references,
    write_draft,
)

__all__ = [
    "MAX_REFERENCES",
    "POLICY",
    "can_be_written_to",
    "compose",
    "message_id",
    "one_line",
    "references",
    "write_draft",
]
