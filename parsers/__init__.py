"""Files to facts. Nothing here knows a mailbox, a contest or a database."""
