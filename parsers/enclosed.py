"""Files that are mails themselves, or Outlook's envelope around files: what is in them, in their place."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal

from parsers import tnef
from parsers.body import Body
from parsers.leaves import within
from parsers.mime import Entity
from parsers.ole import ole_format
from parsers.reader import Reader
from parsers.sniff import sniff_bytes

if TYPE_CHECKING:
    from parsers.collecting import Collector

MAX_MSG_BYTES = 64 * 2**20
"""Outlook's saved mails are read as a whole: one above this is left closed."""

_MAIL_TYPES = ("message/rfc822", "message/global", "application/rfc822", "application/x-rfc822", "application/eml")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NOT_MSG = (".doc", ".xls", ".ppt", ".wps", ".et", ".dps", ".dot")

Kind = Literal["", "tnef", "ole", "eml"]


def kind_of(entity: Entity, head: bytes) -> Kind:
    """What a file may be, by its first bytes: the envelope, a compound file, a mail; "" if it is nothing to open."""
    if head.startswith(tnef.MAGIC):
        return "tnef"
    ending = entity.name.lower()
    if head.startswith(_OLE) and not ending.endswith(_NOT_MSG):
        return "ole"
    if (ending.endswith(".eml") or entity.content_type in _MAIL_TYPES) and sniff_bytes(head) == "eml":
        return "eml"
    if entity.content_type == "application/ms-tnef" or ending in ("winmail.dat", "win.dat"):
        return "tnef"
    return ""


def open_up(kind: Kind, path: Path, entity: Entity, collector: Collector) -> str | None:
    """Give the collector what is in the file at `path`. None if it was opened, and is no file of the mail any more.

    Else it stays one: with the reason, or "" if it was nothing to open after all.
    """
    if kind == "ole":
        with path.open("rb") as file:
            if ole_format(file) != "msg":
                return ""
    if entity.forwarded >= collector.limits.max_depth:
        return "too-deep"
    if kind == "tnef":
        return open_envelope(path, entity, collector)
    return _saved_mail(path, entity, collector) if kind == "ole" else _mail(path, entity, collector)


def _mail(path: Path, entity: Entity, collector: Collector) -> str | None:
    with path.open("rb") as file:
        reader = Reader(file)
        if not reader.start():
            return "not-a-mail"
        collector.walk.mail(reader, replace(entity, content_type="message/rfc822"))
    return None


def _saved_mail(path: Path, entity: Entity, collector: Collector) -> str | None:
    """A mail saved by Outlook: written as a mail of the internet first."""
    plain = path.with_suffix(".eml")
    problem = write_plain(path, plain)
    return problem or _mail(plain, replace(entity, content_type="application/vnd.ms-outlook"), collector)


def write_plain(path: Path, plain: Path, *, max_bytes: int = MAX_MSG_BYTES) -> str:
    """Outlook's saved mail in `path` as a mail of the internet in `plain`. The reason if it cannot be read, else ""."""
    from parsers.msg import NoMsgError, write_mail

    try:
        with plain.open("xb") as out:
            write_mail(path, out, max_bytes=max_bytes)
    except NoMsgError as error:
        known = {"too-big": "too-large", "too-many": "too-many", "too-deep": "too-deep"}
        return known.get(str(error), "unreadable")
    return ""


def open_envelope(path: Path, entity: Entity, collector: Collector) -> str | None:
    """Give the collector what is in Outlook's envelope. None, or what was wrong with it."""
    with path.open("rb") as file:
        try:
            found = tnef.read_tnef(file)
        except tnef.BadTnefError:
            return "bad-tnef"
        _unpack(found, file, replace(entity, content_type="application/ms-tnef"), collector, outer=True)
        return None if found.whole else "cut-off"


def _unpack(found: tnef.Envelope, file: BinaryIO, entity: Entity, collector: Collector, *, outer: bool) -> None:
    """Files and bodies of an envelope, then of the mails attached to it."""
    collector.note("envelope", entity, name=found.subject)
    for text, is_html in ((found.html, True), (found.text or _from_rtf(found), False)):
        if text.strip():
            collector.say(Body(text, is_html, 0, entity.forwarded, spare=outer))
            break
    for inner in found.files:
        child = within(entity, inner.content_type, inner.name, inner.raw_name, cid=inner.content_id)
        if not collector.file(child, inner.pieces(file)):
            return
        if not inner.whole:
            collector.mark_last("cut-off")
    for mail in found.mails:
        if entity.forwarded >= collector.limits.max_depth:
            collector.odd("too-deep")
            return
        deeper = replace(entity, parents=(*entity.parents, entity.content_type), forwarded=entity.forwarded + 1)
        _unpack(mail, file, replace(deeper, inside=mail.subject.encode()), collector, outer=False)


def _from_rtf(found: tnef.Envelope) -> str:
    if not found.rtf or found.html:
        return ""
    from parsers.rtfbody import plain, unpacked

    return plain(unpacked(found.rtf))
