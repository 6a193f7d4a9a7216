"""Deliver mail into a Maildir, as a mail server does."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path


def deliver_maildir(maildir: Path, raw: Path | bytes, received_at: dt.datetime, *, move: bool = False) -> Path:
    """Put a mail into the Maildir's `new` and return its path. The folders are made if they are not there.

    raw: the mail's bytes or the file that holds them; move: the file need not stay (it is renamed, not copied).
    received_at: aware; its seconds since 1970 begin the name, as readers of Maildirs expect. ValueError if naive.
    """
    if received_at.tzinfo is None:
        raise ValueError("received_at must be aware")
    for folder in ("tmp", "new", "cur"):
        (maildir / folder).mkdir(parents=True, exist_ok=True)
    name = _unique(maildir, received_at)
    waiting = maildir / "tmp" / name
    if isinstance(raw, bytes):
        waiting.write_bytes(raw)
    elif move:
        shutil.move(raw, waiting)
    else:
        shutil.copyfile(raw, waiting)
    return waiting.rename(maildir / "new" / name)


def _unique(maildir: Path, received_at: dt.datetime) -> str:
    """A name no mail of this Maildir has: seconds, microseconds, a running number, the host."""
    seconds, micros = int(received_at.timestamp()), received_at.microsecond
    taken = {entry.name.partition(":2,")[0] for box in ("new", "cur") for entry in (maildir / box).iterdir()}
    number = len(taken) + 1
    while (name := f"{seconds}.M{micros:06d}P100Q{number}.mail.example.com") in taken:
        number += 1
    return name
