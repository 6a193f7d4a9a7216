"""A mail file to its facts: headers as people read them, what it says, its files. The mail is never in memory."""

from __future__ import annotations

import tempfile
from collections.abc import Collection
from pathlib import Path

from parsers import enclosed, headers
from parsers.body import is_forward, own_text, plain_text
from parsers.collecting import Collector
from parsers.facts import Broken, Limits, MailFacts
from parsers.links import find_links
from parsers.mime import Entity, entity
from parsers.reader import Reader
from parsers.sniff import sniff

_MAX_HEADERS = 200
_MAX_HEADER = 4_000  # characters of one header value kept


def read_mail(
    path: Path,
    scratch: Path | None,
    limits: Limits,
    *,
    outline: bool = False,
    entering: Collection[str] | None = None,
) -> MailFacts | Broken:
    """The facts of the mail in `path`; with its `outline`, for people, if that is asked for.

    Its files are written into `scratch` under running names (part-0001 …), or only hashed if `scratch` is None. A file
    that is a mail itself is entered if its digest is one of `entering`, or that is None; else it is a file, `LEFT`.
    Broken("empty") for no bytes, Broken("not-a-mail") if no header comes within the first 64 kB. OSError if `path`
    cannot be read or `scratch` not be written.
    """
    with path.open("rb") as file:
        reader = Reader(file)
        if not reader.start():
            return Broken(format="eml", reason="empty" if reader.empty else "not-a-mail")
        collector = Collector(scratch, limits, [] if outline else None, entering)
        collector.walk.mail(reader)
    collector.finish()
    return _facts(collector)


def read_enclosed(
    path: Path, scratch: Path | None, limits: Limits, *, entering: Collection[str] | None = None
) -> MailFacts | Broken:
    """The same of a file that holds a mail: one that Outlook saved, an envelope of Outlook's, or a mail as it is.

    "cut-off" is among the problems of an envelope of which the end is missing. Broken as of any file otherwise.
    """
    found = sniff(path)
    if found == "tnef":
        return _read_envelope(path, Collector(scratch, limits, None, entering))
    if found not in ("msg", "ole-other"):  # the other is too damaged to tell
        return read_mail(path, scratch, limits, entering=entering)
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        plain = Path(folder) / "mail.eml"
        reason = enclosed.write_plain(path, plain, max_bytes=min(enclosed.MAX_MSG_BYTES, limits.max_bytes))
        if reason:
            return Broken(format=found, reason=reason)
        return read_mail(plain, scratch, limits, entering=entering)


def _read_envelope(path: Path, collector: Collector) -> MailFacts | Broken:
    collector.top = entity(())
    reason = enclosed.open_envelope(path, collector.top, collector)
    if reason == "bad-tnef":
        return Broken(format="tnef", reason=reason)
    if reason:
        collector.odd(reason)
    collector.finish()
    return _facts(collector)


def _facts(collector: Collector) -> MailFacts:
    top = collector.top
    assert top is not None, "a walk always tells of the mail itself first"
    decoded = _header_values(top)
    subject = decoded.get("subject", ("",))[0]
    senders = headers.addresses(top.header(b"from"))
    limit = collector.limits.max_text
    return MailFacts(
        message_id=next(iter(headers.ids(top.header(b"message-id"))), ""),
        in_reply_to=headers.ids(top.header(b"in-reply-to")),
        references=headers.ids(top.header(b"references")),
        subject=subject,
        from_name=next((name for name, _ in senders if name), ""),
        from_addresses=tuple(address for _, address in senders if address),
        reply_to=_only_addresses(top, b"reply-to"),
        to=_only_addresses(top, b"to"),
        cc=_only_addresses(top, b"cc"),
        date=decoded.get("date", ("",))[0],
        content_type=top.content_type,
        report_type=top.type_parameters.get("report-type", "").lower(),
        headers=decoded,
        text=plain_text(collector.bodies, limit),
        own_text=own_text(collector.bodies, limit),
        parts=tuple(collector.parts),
        links=find_links(collector.bodies, forward=is_forward(subject)),
        problems=tuple(collector.problems),
        outline=tuple(collector.outline or ()),
    )


def _only_addresses(top: Entity, name: bytes) -> tuple[str, ...]:
    return tuple(address for _, address in headers.addresses(top.header(name)) if address)


def _header_values(top: Entity) -> dict[str, tuple[str, ...]]:
    """All headers decoded, the first _MAX_HEADERS of them, each at most _MAX_HEADER characters."""
    found: dict[str, tuple[str, ...]] = {}
    for name, raw in top.headers[:_MAX_HEADERS]:
        key = name.decode("ascii")
        found[key] = (*found.get(key, ()), headers.decode_value(raw)[:_MAX_HEADER])
    return found
