"""Letters as mail: headers that end loops, Message-IDs of our own, drafts as .eml for people to read."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
from collections.abc import Callable, Mapping, Sequence
from email.headerregistry import Address, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from ingest.config import Mailbox
from ingest.model import DIGESTS

_ATOMS = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?=.{{3,254}}\Z)(?=[^@]{{1,64}}@){_ATOMS}@{_LABEL}(?:\.{_LABEL})+")
_MESSAGE_ID = re.compile(r"[!-;=?-~]{1,290}")
MAX_REFERENCES = 10


class _MessageIds(UnstructuredHeader):
    """A header of Message-IDs: folded between them. The library would encode one of more than 70 characters."""

    def fold(self, *, policy: EmailPolicy[EmailMessage]) -> str:
        """One Message-ID a line."""
        name, value = str(getattr(self, "name", "")), str(self)
        return f"{name}: {(policy.linesep + ' ').join(value.split())}{policy.linesep}"


def _policy() -> EmailPolicy[EmailMessage]:
    registry = HeaderRegistry()
    for name in ("in-reply-to", "references"):
        registry.map_to_type(name, _MessageIds)  # type: ignore[arg-type]  # it is mixed into the library's base
    return SMTP.clone(header_factory=registry)


POLICY = _policy()
"""How letters are written: CRLF, ASCII headers."""


def message_id(key: str, mailbox: Mailbox) -> str:
    """The Message-ID (without angle brackets) of the letter of that key: the same in every run."""
    domain = mailbox.address.rpartition("@")[2]
    return f"kepu.{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain}"


def _nothing(sha256: str) -> bytes:
    raise KeyError(sha256)


def compose(
    letter: Mapping[str, Any],
    mailbox: Mailbox,
    at: dt.datetime,
    *,
    sender: str = "",
    read: Callable[[str], bytes] = _nothing,
) -> EmailMessage:
    """A row of `letters` as a mail from its mailbox, the same bytes each time. at: the Date, in the zone to show.

    sender: the address it is sent from, if that is not the mailbox; answers go to the mailbox then. read: the bytes of
    what goes with it, by digest; what it raises passes through.
    """
    mail = EmailMessage(policy=POLICY)
    mail["From"] = Address(addr_spec=sender or mailbox.address)
    if sender not in ("", mailbox.address):
        mail["Reply-To"] = Address(addr_spec=mailbox.address)
    mail["To"] = Address(addr_spec=letter["to_address"])
    mail["Subject"] = one_line(letter["subject"])
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{letter['message_id']}>"
    if letter["in_reply_to"]:
        mail["In-Reply-To"] = f"<{letter['in_reply_to']}>"
        mail["References"] = " ".join(f"<{ref}>" for ref in letter["refs"])
    mail["Auto-Submitted"] = "auto-generated" if letter.get("kind") in DIGESTS else "auto-replied"
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(letter["text"], charset="utf-8", cte="base64")
    mail.add_alternative(letter["html"], subtype="html", charset="utf-8", cte="base64")
    digest = hashlib.sha256(letter["message_id"].encode()).hexdigest()
    mail.set_boundary(f"=_{digest[:24]}")
    for file in letter.get("attached") or ():
        mail.add_attachment(read(file["sha256"]), maintype="application", subtype=_XLSX, filename=file["name"])
        mail.set_boundary(f"=_{digest[24:48]}")  # around the other, whose own boundary stays
    return mail


_XLSX = "vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def one_line(text: str, most: int = 200) -> str:
    """Text that fits a header: no line breaks or control characters, bounded."""
    return "".join(c if c.isprintable() else " " for c in text)[:most].strip()


def references(refs: Sequence[str], message_id: str) -> list[str]:
    """References of an answer to the mail of that Message-ID: the last ones, only what looks like a Message-ID."""
    chain = dict.fromkeys(ref for ref in (*refs, message_id) if _MESSAGE_ID.fullmatch(ref))
    return list(chain)[-MAX_REFERENCES:]


def can_be_written_to(address: str) -> bool:
    """One plain ASCII address, as nearly all are. Quoted, bracketed or internationalised ones go to no letter."""
    return _ADDRESS.fullmatch(address) is not None


def write_draft(folder: Path, name: str, mail: EmailMessage) -> None:
    """The letter as .eml, whole or not at all. OSError if the folder cannot be written."""
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f".{name}.{os.getpid()}.tmp"
    try:
        temporary.write_bytes(mail.as_bytes())
        temporary.replace(folder / name)
    finally:
        temporary.unlink(missing_ok=True)
