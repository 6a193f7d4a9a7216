"""A mail file to its facts: headers as people read them, what it says, its files. The mail is never in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from parsers import headers, names, transfer
from parsers.body import Body, is_forward, own_text, plain_text
from parsers.charsets import decode_bytes
from parsers.facts import Broken, Limits, MailFacts, MailPart
from parsers.links import find_links
from parsers.mime import Entity, Walk
from parsers.reader import Reader

_MAX_HEADERS = 200
_MAX_HEADER = 4_000  # characters of one header value kept
_MAX_HTML = 2_000_000  # bytes of HTML looked at, all bodies together
_MAX_PROBLEMS = 50
_SIGNATURES = ("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature")
_KEPT_NAME = 1_000
_LEAVES_A_FILE = 4  # bodies, alternatives and pieces of reports that may come with each file allowed


def read_mail(path: Path, scratch: Path | None, limits: Limits) -> MailFacts | Broken:
    """The facts of the mail in `path`.

    Its files are written into `scratch` under running names (part-0001 …), or only hashed if `scratch` is None.
    Broken("empty") for no bytes, Broken("not-a-mail") if no header comes within the first 64 kB. OSError if `path`
    cannot be read or `scratch` not be written.
    """
    with path.open("rb") as file:
        reader = Reader(file)
        if not reader.start():
            return Broken(format="eml", reason="empty" if reader.empty else "not-a-mail")
        collector = _Collector(scratch, limits)
        Walk(collector, limits, scratch).mail(reader)
    collector.finish()
    return _facts(collector)


@dataclass
class _Collector:
    """Gathers what a walk shows: the outer headers, bodies, files, oddities."""

    scratch: Path | None
    limits: Limits
    top: Entity | None = None
    bodies: list[Body] = field(default_factory=list)
    parts: list[MailPart] = field(default_factory=list)
    problems: dict[str, None] = field(default_factory=dict)
    unnamed: int = 0
    leaves: int = 0
    last_is_open: bool = False
    text_room: int = 0
    html_room: int = _MAX_HTML

    def __post_init__(self) -> None:
        self.text_room = self.limits.max_text * 4

    def message(self, entity: Entity) -> None:
        """Keep the outermost mail's headers."""
        self.top = self.top or entity

    def odd(self, what: str) -> None:
        """Note an oddity once."""
        if len(self.problems) < _MAX_PROBLEMS:
            self.problems[what] = None

    def leaf(self, entity: Entity, body: Iterator[bytes]) -> bool:
        """Keep a file or a body; False once there are more of them than the limit."""
        self.last_is_open = False
        self.leaves += 1
        if self.leaves > self.limits.max_members * _LEAVES_A_FILE:
            self.odd("too-many")
            return False
        if is_file(entity):
            if len(self.parts) >= self.limits.max_members:
                self.odd("too-many")
                return False
            self._file(entity, body)
        elif entity.content_type in ("text/plain", "text/html"):
            self._body(entity, body)
        return True

    def _file(self, entity: Entity, body: Iterator[bytes]) -> None:
        name = names.clean(entity.name)
        if not name:
            self.unnamed += 1
            name = names.unnamed(self.unnamed, entity.content_type)
        decoder = transfer.decoder(entity.encoding)
        path = f"part-{len(self.parts) + 1:04d}" if self.scratch is not None else ""
        size, digest = _saved(_decoded(decoder, body), self.scratch / path if self.scratch is not None else None)
        self.last_is_open = isinstance(decoder, transfer.Base64) and not decoder.ended
        for what in sorted(decoder.odd):
            self.odd(f"{what} in {name}")
        self.parts.append(
            MailPart(
                name=name,
                raw_name=entity.raw_name.decode("ascii", "backslashreplace")[:_KEPT_NAME],
                size=size,
                sha256=digest,
                content_type=entity.content_type,
                disposition=entity.disposition,
                content_id=headers.decode_value(entity.header(b"content-id")).strip("<> "),
                inside=headers.decode_value(entity.inside),
                depth=entity.forwarded,
                path=path,
            )
        )

    def finish(self) -> None:
        """If the mail ended where a boundary was due, and its last file was not seen to end, that file is cut off."""
        if self.last_is_open and "no-closing-boundary" in self.problems:
            self.parts[-1] = self.parts[-1].model_copy(update={"problem": "cut-off"})

    def _body(self, entity: Entity, body: Iterator[bytes]) -> None:
        is_html = entity.content_type == "text/html"
        room = self.html_room if is_html else self.text_room
        data = _first(_decoded(transfer.decoder(entity.encoding), body), room + 1)
        if len(data) > room:
            self.odd("text-too-long")
            data = data[:room]
        if is_html:
            self.html_room -= len(data)
        else:
            self.text_room -= len(data)
        text = decode_bytes(data, entity.type_parameters.get("charset", ""))
        self.bodies.append(Body(text, is_html, entity.alternative, entity.forwarded))


def is_file(entity: Entity) -> bool:
    """The leaf is a file of the mail: it has a name, or is marked attachment, or is neither text nor message.

    Not the parts of a report, not a text among alternatives, not signatures.
    """
    kind, attached = entity.content_type, entity.disposition == "attachment"
    if kind in _SIGNATURES:
        return False
    wordy = kind.startswith(("text/", "message/"))
    parent = entity.parents[-1] if entity.parents else ""
    if wordy and (parent == "multipart/report" or (parent == "multipart/alternative" and not attached)):
        return False
    return bool(entity.name) or attached or not wordy


def _decoded(decoder: transfer.Decoder, body: Iterator[bytes]) -> Iterator[bytes]:
    for piece in body:
        yield decoder.feed(piece)
    yield decoder.close()


def _saved(pieces: Iterator[bytes], path: Path | None) -> tuple[int, str]:
    """Size and digest of the bytes, written to `path` if there is one."""
    size, digest = 0, hashlib.sha256()
    if path is None:
        for piece in pieces:
            size += len(piece)
            digest.update(piece)
        return size, digest.hexdigest()
    with path.open("xb", buffering=0) as out:
        for piece in pieces:
            size += len(piece)
            digest.update(piece)
            out.write(piece)
    return size, digest.hexdigest()


def _first(pieces: Iterator[bytes], room: int) -> bytes:
    """The first `room` bytes; the rest is read over."""
    kept, size = [], 0
    for piece in pieces:
        if size < room:
            kept.append(piece)
            size += len(piece)
    return b"".join(kept)[:room]


def _facts(collector: _Collector) -> MailFacts:
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
        from_addresses=_only_addresses(top, b"from"),
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
