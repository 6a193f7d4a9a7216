"""Letters as mail: headers that end loops, Message-IDs of our own, drafts as .eml for people to read."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from ingest.config import Mailbox


def message_id(key: str, mailbox: Mailbox) -> str:
    """The Message-ID (without angle brackets) of the letter of that key: the same in every run."""
    domain = mailbox.address.rpartition("@")[2]
    return f"kepu.{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain}"


def compose(letter: Mapping[str, Any], mailbox: Mailbox, at: dt.datetime) -> EmailMessage:
    """A row of `letters` as a mail from its mailbox. at: the Date, in the zone it is to be shown in."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(addr_spec=mailbox.address)
    mail["To"] = Address(addr_spec=letter["to_address"])
    mail["Subject"] = one_line(letter["subject"])
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{letter['message_id']}>"
    if letter["in_reply_to"]:
        mail["In-Reply-To"] = f"<{letter['in_reply_to']}>"
        mail["References"] = " ".join(f"<{ref}>" for ref in letter["refs"])
    mail["Auto-Submitted"] = "auto-replied"
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(letter["text"], charset="utf-8", cte="base64")
    mail.add_alternative(letter["html"], subtype="html", charset="utf-8", cte="base64")
    return mail


def one_line(text: str, most: int = 200) -> str:
    """Text that fits a header: no line breaks or control characters, bounded."""
    return "".join(c if c.isprintable() else " " for c in text)[:most].strip()


def references(refs: Sequence[str], message_id: str) -> list[str]:
    """References of an answer to the mail of that Message-ID: bounded, only what looks like one."""
    chain = [*refs[-9:], message_id]
    return [ref for ref in chain if ref and len(ref) < 300 and ref.isascii() and ref.isprintable() and " " not in ref]


def can_be_written_to(address: str) -> bool:
    """An address a header can hold: one plain ASCII mailbox."""
    try:
        Address(addr_spec=address)
    except (ValueError, IndexError):
        return False
    return address.isascii() and "@" in address and address.isprintable()


def write_draft(folder: Path, name: str, mail: EmailMessage) -> None:
    """The letter as .eml, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / name
    temporary = folder / f".{name}.tmp"
    temporary.write_bytes(mail.as_bytes())
    temporary.replace(target)
