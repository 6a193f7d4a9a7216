"""Gathers what a walk over a mail shows: its files saved and hashed, its bodies, what was odd."""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Literal
from urllib.parse import unquote

from parsers import enclosed, headers, names, rtfbody, transfer, uuencode
from parsers.body import Body, unflowed
from parsers.charsets import decode_bytes
from parsers.facts import LEFT, Limits, MailPart, Node
from parsers.leaves import is_file, is_sealed, is_signature, within
from parsers.mime import Entity, Walk

_MAX_HTML = 2_000_000  # bytes of HTML looked at, all bodies together
_MAX_PROBLEMS = 50
_MAX_NODES = 500  # lines of an outline
_KEPT_NAME = 1_000
_HEAD = 4_096  # bytes by which a file is told
_LEAVES_A_FILE = 4  # bodies, alternatives and pieces of reports that may come with each file allowed
_CID = re.compile(r"""\bcid:([^"'\s<>)\\]{1,400})""", re.IGNORECASE)
_BEHIND_TEXT = re.compile(r"background[^<>]{0,60}$", re.IGNORECASE)
_MAX_CIDS = 2_000

Shown = Literal["", "picture", "background"]


@dataclass
class Collector:
    """A visitor of one walk. outline: filled with the mail's nodes if it is a list.

    entering: digests of those files that may be entered as mails, the others are `LEFT`; None: all may.
    """

    scratch: Path | None
    limits: Limits
    outline: list[Node] | None = None
    entering: Collection[str] | None = None
    top: Entity | None = None
    bodies: list[Body] = field(default_factory=list)
    parts: list[MailPart] = field(default_factory=list)
    problems: dict[str, None] = field(default_factory=dict)
    cids: dict[str, Shown] = field(default_factory=dict)
    walk: Walk = field(init=False)
    _unnamed: int = 0
    _leaves: int = 0
    _last_is_open: bool = False
    _text_room: int = 0
    _html_room: int = _MAX_HTML

    def __post_init__(self) -> None:
        """Begin with nothing read."""
        self._text_room = self.limits.max_text * 4
        self.walk = Walk(self, self.limits, self.scratch)

    def message(self, entity: Entity) -> None:
        """Keep the outermost mail's headers."""
        self.top = self.top or entity
        self.note("mail", entity, name=headers.decode_value(entity.header(b"subject")))

    def multipart(self, entity: Entity) -> None:
        """Only the outline speaks of it."""
        self.note("multipart", entity)

    def odd(self, what: str) -> None:
        """Note an oddity once."""
        if len(self.problems) < _MAX_PROBLEMS:
            self.problems[what] = None

    def note(self, what: str, entity: Entity, *, name: str = "", size: int = 0, at: int | None = None) -> None:
        """A line of the outline, if one is wanted; `at`: its place, where what lies in it has been noted already."""
        if self.outline is not None and len(self.outline) < _MAX_NODES:
            mail = what == "mail"
            kind = "message/rfc822" if mail else entity.content_type[:200]
            depth = len(entity.parents) + (not mail)
            node = Node(depth=depth, what=what, content_type=kind, name=name[:300], size=size)
            self.outline.insert(len(self.outline) if at is None else at, node)

    def leaf(self, entity: Entity, body: Iterator[bytes]) -> bool:
        """Keep a file or a body; False once there are more of them than the limit."""
        self._last_is_open = False
        self._leaves += 1
        if self._leaves > self.limits.max_members * _LEAVES_A_FILE:
            self.odd("too-many")
            return False
        if is_file(entity):
            return self._file_in_transfer(entity, body)
        if entity.content_type.startswith("text/") and entity.content_type != "text/calendar":
            self._body(entity, body)
        else:
            kind = "report" if entity.parents[-1:] == ("multipart/report",) else "other"
            self.note("signature" if is_signature(entity) else kind, entity, name=entity.name)
        return True

    def _file_in_transfer(self, entity: Entity, body: Iterator[bytes]) -> bool:
        decoder = transfer.decoder(entity.encoding)
        before = len(self.parts)
        went = self.file(entity, _decoded(decoder, body))
        self._last_is_open = isinstance(decoder, transfer.Base64) and not decoder.ended
        for what in sorted(decoder.odd) if len(self.parts) > before else ():
            self.odd(f"{what} in {self.parts[before].name}")
        return went

    def file(self, entity: Entity, pieces: Iterator[bytes]) -> bool:
        """Keep a file whose bytes come decoded, or what is in it if it is a mail or an envelope of Outlook's.

        False, and nothing kept, if there is no room for more.
        """
        if len(self.parts) >= self.limits.max_members:
            self.odd("too-many")
            return False
        head = _head(pieces)
        kind = enclosed.kind_of(entity, head)
        pieces = chain((head,), pieces)
        if not kind:
            self._add(entity, *_saved(pieces, self._place()), problem="sealed" if is_sealed(entity) else "")
            return True
        with tempfile.TemporaryDirectory(dir=self.scratch) as folder:
            landed = Path(folder) / "enclosed"
            size, digest = _saved(pieces, landed)
            may_enter = self.entering is None or digest in self.entering
            problem = enclosed.open_up(kind, landed, entity, self) if may_enter else LEFT
            if problem is not None:
                if (place := self._place()) is not None:
                    landed.rename(place)
                self._add(entity, size, digest, problem=problem)
        return True

    def _place(self) -> Path | None:
        return None if self.scratch is None else self.scratch / f"part-{len(self.parts) + 1:04d}"

    def _add(self, entity: Entity, size: int, digest: str, *, problem: str = "") -> None:
        """A file that lies in its place."""
        name = names.clean(entity.name)
        if not name:
            self._unnamed += 1
            name = names.unnamed(self._unnamed, entity.content_type)
        place = self._place()
        self.note("file", entity, name=name, size=size)
        cid = entity.header(b"content-id")
        self.parts.append(
            MailPart(
                name=name,
                raw_name=entity.raw_name.decode("ascii", "backslashreplace")[:_KEPT_NAME],
                size=size,
                sha256=digest,
                content_type=entity.content_type,
                disposition=entity.disposition,
                content_id=headers.decode_value(cid).strip("<> ") if cid else "",
                inside=headers.decode_value(entity.inside) if entity.inside else "",
                depth=entity.forwarded,
                path=place.name if place is not None else "",
                problem=problem,
            )
        )

    def mark_last(self, problem: str) -> None:
        """Say what is wrong with the file kept last, unless something is said of it."""
        if self.parts and not self.parts[-1].problem:
            self.parts[-1] = self.parts[-1].model_copy(update={"problem": problem})

    def finish(self) -> None:
        """What can only be said at the end: a last file that is cut off, and which pictures the pages show."""
        if self._last_is_open and "no-closing-boundary" in self.problems and self.parts:
            self.parts[-1] = self.parts[-1].model_copy(update={"problem": "cut-off"})
        if self.cids:
            for number, part in enumerate(self.parts):
                shown = self.cids.get(part.content_id) or self.cids.get(part.name)
                if shown:
                    self.parts[number] = part.model_copy(update={"shown": shown})

    def _body(self, entity: Entity, body: Iterator[bytes]) -> None:
        is_html = entity.content_type == "text/html"
        at = len(self.outline or ())
        pieces = _decoded(transfer.decoder(entity.encoding), body)
        if not is_html:
            pieces = uuencode.split(pieces, lambda found: self._uuencoded(entity, found))
        room = self._html_room if is_html else self._text_room
        data = _first(pieces, room + 1)
        if len(data) > room:
            self.odd("text-too-long")
            data = data[:room]
        if is_html:
            self._html_room -= len(data)
        else:
            self._text_room -= len(data)
        text = decode_bytes(data, entity.type_parameters.get("charset", ""))
        if entity.content_type == "text/rtf":
            text = rtfbody.plain(data)
        if entity.type_parameters.get("format", "").lower() == "flowed" and not is_html:
            text = unflowed(text, delete_space=entity.type_parameters.get("delsp", "").lower() == "yes")
        usual = is_html or entity.content_type == "text/plain"
        self.say(Body(text, is_html, entity.alternative, entity.forwarded, spare=not usual))
        self.note("body", entity, size=len(data), at=at)

    def say(self, body: Body) -> None:
        """Keep a body, and which pictures it shows."""
        self.bodies.append(body)
        if body.is_html and ("cid:" in body.text or "CID:" in body.text):
            for match in _CID.finditer(body.text):
                if len(self.cids) < _MAX_CIDS:
                    behind = _BEHIND_TEXT.search(body.text, max(0, match.start() - 80), match.start())
                    self.cids.setdefault(unquote(match[1]), "background" if behind else "picture")

    def _uuencoded(self, around: Entity, found: uuencode.Encoded) -> None:
        """A file within a text."""
        name = decode_bytes(found.name)
        entity = within(around, "application/octet-stream", name, found.name)
        before = len(self.parts)
        if self.file(entity, found.pieces) and len(self.parts) > before:
            last = self.parts[-1]
            if found.junk:
                self.odd(f"bad-uuencode in {last.name}")
            if not found.ended:
                self.mark_last("cut-off")


def _decoded(decoder: transfer.Decoder, body: Iterator[bytes]) -> Iterator[bytes]:
    for piece in body:
        yield decoder.feed(piece)
    yield decoder.close()


def _head(pieces: Iterator[bytes]) -> bytes:
    """Pieces joined until they are enough to tell what a file is: the first may be cut anywhere."""
    head = next(pieces, b"")
    while len(head) < _HEAD and (piece := next(pieces, None)) is not None:
        head += piece
    return head


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
