"""What makes a mail the same mail, told from its header alone: for mailboxes whose UIDs cannot be trusted."""

from __future__ import annotations

import hashlib
import re
from typing import BinaryIO

from ingest.sources import Identity
from parsers import headers

HEADER_BYTES = 2**18
"""As much of a header counts: a longer one is hostile, and its beginning tells it from others well enough."""

_END = re.compile(rb"\r?\n\r?\n")
_MESSAGE_ID = re.compile(rb"^message-id[ \t]*:(.*(?:\n[ \t].*)*)", re.IGNORECASE | re.MULTILINE)


def identity(header: bytes, size: int | None) -> Identity:
    """The identity of a mail by its header, with or without the empty line that ends it, CRLF or LF."""
    plain = header[:HEADER_BYTES].replace(b"\r\n", b"\n").strip(b"\r\n")
    found = _MESSAGE_ID.search(plain)
    ids = headers.ids(found[1].replace(b"\n", b" ")) if found else ()
    return Identity(next(iter(ids), ""), size, hashlib.sha256(plain).hexdigest())


def identity_of(file: BinaryIO, size: int | None) -> Identity:
    """The identity of a whole mail in a file; only its beginning is read."""
    start = file.read(HEADER_BYTES)
    end = _END.search(start)
    return identity(start[: end.start()] if end else start, size)
