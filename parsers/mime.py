"""A streaming walk over a MIME message: any size, never more than a few blocks of it in memory.

The walk knows how entities nest; what a leaf means is for the visitor. Broken mail is walked as far as it makes
sense: missing boundaries, junk before headers, cut ends.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from parsers import headers, transfer
from parsers.facts import Limits
from parsers.reader import Reader

_MAX_NESTING = 30  # multiparts and forwarded mails around a leaf
_MAX_BOUNDARY = 200
_NODES_A_FILE = 8  # nodes of all kinds that may come with each file allowed
_FORWARDED = ("message/rfc822", "message/global")


@dataclass(slots=True)
class Entity:
    """One node of a mail. content_type and disposition lower-case; parents: content types around it, outermost first.

    Nobody changes it once the walk has shown it. first: it is the first child of its multipart. forwarded: how many
    forwarded mails are around it; inside: subject of the innermost, raw. alternative: number of the
    multipart/alternative it belongs to, 0 for none.
    """

    headers: tuple[tuple[bytes, bytes], ...]
    content_type: str
    type_parameters: dict[str, str]
    disposition: str
    raw_name: bytes
    name: str
    encoding: str
    boundary: bytes = b""
    parents: tuple[str, ...] = ()
    forwarded: int = 0
    inside: bytes = b""
    alternative: int = 0
    first: bool = False

    def header(self, name: bytes) -> bytes:
        """The first raw value of that header, b"" without one."""
        return next((value for key, value in self.headers if key == name), b"")


class Visitor(Protocol):
    """Who is told of a mail's nodes as they come."""

    def message(self, entity: Entity) -> None:
        """The headers of the mail, then of each mail forwarded in it."""
        ...

    def multipart(self, entity: Entity) -> None:
        """A multipart, before what is in it."""
        ...

    def leaf(self, entity: Entity, body: Iterator[bytes]) -> bool:
        """A leaf and its body, before transfer decoding, in pieces. False ends the walk."""
        ...

    def odd(self, what: str) -> None:
        """Something was wrong: a key."""
        ...


def entity(found: tuple[tuple[bytes, bytes], ...], default_type: str = "text/plain") -> Entity:
    """An entity as its headers describe it. A type that is none is application/octet-stream if it has a file name."""
    first = dict(reversed(found))
    kind, raws, parameters = headers.parameters(first.get(b"content-type", b""))
    disposition, raw_names, names = headers.parameters(first.get(b"content-disposition", b""))
    name = names.get("filename") or parameters.get("name") or ""
    raw_name = raw_names.get("filename") or raws.get("name") or b""
    if "/" not in kind:
        kind = default_type if not name else "application/octet-stream"
    encoding = first.get(b"content-transfer-encoding", b"").decode("latin-1").strip()
    boundary = raws.get("boundary", b"").rstrip()[:_MAX_BOUNDARY]
    return Entity(found, kind, parameters, disposition, raw_name, name, encoding, boundary)


@dataclass
class Walk:
    """One walk. `scratch`: where a forwarded mail that is itself encoded is unpacked; None for the system's place."""

    visitor: Visitor
    limits: Limits
    scratch: Path | None
    _alternatives: int = 0
    _nodes: int = 0
    _over: bool = False

    def mail(self, reader: Reader, around: Entity | None = None, stops: tuple[bytes, ...] = ()) -> None:
        """Walk a whole mail from its headers on; `around`: the message/rfc822 entity it is forwarded in."""
        if around is not None:
            reader.skip_blank_lines()
        found, whole = reader.headers(stops, self.limits.max_header_bytes)
        if not whole:
            self.visitor.odd("headers-too-long")
        node = entity(found)
        if around is not None:
            _within(node, around)
            node.forwarded, node.inside, node.alternative = around.forwarded + 1, node.header(b"subject"), 0
        self.visitor.message(node)
        self._node(reader, node, stops)

    def _node(self, reader: Reader, node: Entity, stops: tuple[bytes, ...]) -> None:
        """Walk one entity whose headers are read; afterwards the reader stands behind the boundary that ended it."""
        deep = len(node.parents) >= _MAX_NESTING or node.forwarded > self.limits.max_depth
        self._nodes += 1
        if self._nodes > self.limits.max_members * _NODES_A_FILE:
            self.visitor.odd("too-many")
            self._over = True
        elif deep:
            self.visitor.odd("too-deep")
        elif node.content_type.startswith("multipart/"):
            if self._container(reader, node, stops):
                return
        elif node.content_type in _FORWARDED:
            self._forwarded(reader, node, stops)
            return
        body = reader.body(stops)
        if not deep and not self._over and not self.visitor.leaf(_as_leaf(node), body):
            self._over = True
        for _ in body:
            pass

    def _container(self, reader: Reader, node: Entity, stops: tuple[bytes, ...]) -> bool:
        """Walk a multipart; False if there is no boundary: then it is a text. One that is itself encoded, against the
        standard, is unpacked first.
        """
        if node.encoding and node.boundary and not reader.sees(node.boundary):
            decoder = transfer.decoder(node.encoding)
            if not isinstance(decoder, transfer.Plain):
                node.encoding = ""
                with self._unpacked(reader, decoder, stops) as inner:
                    return self._container(inner, node, ())
        boundary = self._boundary(reader, node, stops)
        if boundary:
            self._multipart(reader, node, stops, boundary)
        return bool(boundary)

    def _boundary(self, reader: Reader, node: Entity, stops: Sequence[bytes]) -> bytes:
        boundary = reader.boundary(node.boundary, stops)
        if boundary != node.boundary:
            self.visitor.odd("wrong-boundary")
        return boundary

    def _multipart(self, reader: Reader, node: Entity, stops: tuple[bytes, ...], boundary: bytes) -> None:
        inner = (*stops, boundary)
        if node.content_type == "multipart/alternative":
            self._alternatives += 1
            node.alternative = self._alternatives
        self.visitor.multipart(node)
        _drain(reader.body(inner))
        first = True
        default = "message/rfc822" if node.content_type == "multipart/digest" else "text/plain"
        while reader.hit == (boundary, False) and not self._over:
            found, whole = reader.headers(inner, self.limits.max_header_bytes)
            if not whole:
                self.visitor.odd("headers-too-long")
            child = entity(found, default)
            _within(child, node)
            child.first, first = first, False
            self._node(reader, child, inner)
        if reader.hit is None and not self._over:
            self.visitor.odd("no-closing-boundary")
        if reader.hit == (boundary, True):
            _drain(reader.body(stops))

    def _forwarded(self, reader: Reader, node: Entity, stops: tuple[bytes, ...]) -> None:
        """Walk a forwarded mail; one that is base64 or quoted-printable, against the standard, is unpacked first."""
        decoder = transfer.decoder(node.encoding)
        if isinstance(decoder, transfer.Plain):
            self.mail(reader, node, stops)
            return
        with self._unpacked(reader, decoder, stops) as inner:
            if inner.start():
                self.mail(inner, node)
            else:
                file = replace(node, content_type="application/octet-stream", encoding="")
                self._over = not self.visitor.leaf(file, inner.body(()))

    @contextmanager
    def _unpacked(self, reader: Reader, decoder: transfer.Decoder, stops: tuple[bytes, ...]) -> Iterator[Reader]:
        """A reader of the decoded body that begins here; afterwards the outer one stands behind it."""
        with tempfile.TemporaryFile(dir=self.scratch) as unpacked:
            for piece in reader.body(stops):
                unpacked.write(decoder.feed(piece))
            unpacked.write(decoder.close())
            unpacked.seek(0)
            hit = reader.hit
            yield Reader(unpacked)
            reader.hit = hit


def _within(node: Entity, around: Entity) -> None:
    """Make `node` a child of `around`."""
    node.parents = (*around.parents, around.content_type)
    node.forwarded, node.inside, node.alternative = around.forwarded, around.inside, around.alternative


def _as_leaf(node: Entity) -> Entity:
    """A multipart without any boundary is the text it shows."""
    return replace(node, content_type="text/plain") if node.content_type.startswith("multipart/") else node


def _drain(body: Iterator[bytes]) -> None:
    for _ in body:
        pass
