"""What a bounce reports: which letter came back, from whom, for good or for now, and why (RFC 3464; NetEase and QQ).

Not every 系统退信 has a machine-readable part: then the Message-IDs and addresses in it are all there is.
"""

from __future__ import annotations

import email
import re
from dataclasses import dataclass
from email.message import Message
from pathlib import Path

_HEAD = 262_144  # bytes of a bounce looked at: the report comes first, the returned letter behind it
_MAX_TEXT = 20_000
_MAX_PARTS = 60
_MOST = 50
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,6}")
_MESSAGE_ID = re.compile(r"<([^<>@\s]{1,200}@[^<>@\s]{1,200})>")
_STATUS = re.compile(r"\b([245])\.\d{1,3}\.\d{1,3}\b")
_SMTP = re.compile(r"\b([45])\d\d\b")


@dataclass(frozen=True)
class Bounce:
    """addresses: whom a letter did not reach, lower case. message_ids: of the letter that came back, and what else is
    named so, without angle brackets. for_good: it will never arrive (5.x.x, failed); False for a delay. why: the
    server's words, one line.
    """

    addresses: tuple[str, ...] = ()
    message_ids: tuple[str, ...] = ()
    for_good: bool = True
    why: str = ""


def read_bounce(path: Path) -> Bounce:
    """What the mail in `path` reports; an empty Bounce if it reports nothing. OSError if it cannot be read."""
    with path.open("rb") as file:
        mail = email.message_from_bytes(file.read(_HEAD))
    parts = [part for _, part in zip(range(_MAX_PARTS), mail.walk(), strict=False)]
    reports = [part for part in parts if part.get_content_type() == "message/delivery-status"]
    texts = [_text(part) for part in parts if part.get_content_type() in ("text/plain", "text/html")]
    ids = [*_named(mail, "X-CM-Original-Message-ID", "In-Reply-To", "References"), *_ids_within(parts[1:], texts)]
    found = _reported(reports) if reports else _told(mail, texts)
    return Bounce(found.addresses, tuple(dict.fromkeys(ids))[:_MOST], found.for_good, found.why)


def _reported(reports: list[Message]) -> Bounce:
    """The fields of a delivery-status part: blocks of headers, one a recipient."""
    addresses: list[str] = []
    why, for_good = "", False
    for block in [inner for report in reports for inner in _blocks(report)]:
        recipient = _field(block, "Final-Recipient") or _field(block, "Original-Recipient")
        addresses += _ADDRESS.findall(recipient.lower())
        status, action = _field(block, "Status"), _field(block, "Action").lower()
        if recipient:
            for_good = for_good or action == "failed" or (not action and status.startswith("5"))
            why = why or _line(_field(block, "Diagnostic-Code") or status)
    return Bounce(tuple(dict.fromkeys(addresses))[:_MOST], (), for_good, why)


def _blocks(report: Message) -> list[Message]:
    payload = report.get_payload()
    return [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []


def _told(mail: Message, texts: list[str]) -> Bounce:
    """A bounce for people: the first text, without the addresses of mail systems."""
    text = "\n".join(texts)[:_MAX_TEXT]
    sender = str(mail.get("From", "")).lower()
    named = (address.lower() for address in _ADDRESS.findall(text))
    ours = {address.lower() for address in _ADDRESS.findall(str(mail.get("To", "")))}
    addresses = [one for one in dict.fromkeys(named) if one not in sender and one not in ours]
    status = _STATUS.search(text) or _SMTP.search(text)
    why = next((line for line in text.splitlines() if _STATUS.search(line) or _SMTP.search(line)), "")
    return Bounce(tuple(addresses)[:_MOST], (), status is None or status[1] == "5", _line(why or text[:200]))


def _ids_within(parts: list[Message], texts: list[str]) -> list[str]:
    """Message-IDs of returned letters, whole or only their headers."""
    found: list[str] = []
    for part in parts:
        found += _named(part, "Message-ID")
        if part.get_content_type() == "text/rfc822-headers":
            found += _MESSAGE_ID.findall(_text(part))
    return found + [one for text in texts for one in _MESSAGE_ID.findall(text[:_MAX_TEXT])]


def _named(part: Message, *names: str) -> list[str]:
    return [one for name in names for one in _MESSAGE_ID.findall(str(part.get(name, ""))[:_MAX_TEXT])]


def _field(block: Message, name: str) -> str:
    return str(block.get(name, ""))[:1_000]


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    for charset in (part.get_content_charset() or "utf-8", "gb18030"):
        try:
            return payload[: 4 * _MAX_TEXT].decode(charset)
        except (LookupError, UnicodeDecodeError):
            continue
    return payload[:_MAX_TEXT].decode("latin-1")


def _line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:300]
