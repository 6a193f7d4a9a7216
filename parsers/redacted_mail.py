"""A mail with nothing personal left in it: its structure, tags, attributes and the shapes of its addresses stay.

Made to be given to whoever extends the recognition of cloud attachments. Text is masked (`parsers.masking`), files
are left out but for their names' shapes, and of the headers only those that tell which client wrote the mail remain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.header import Header
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from html import escape
from typing import Any
from urllib.parse import quote

from parsers.attached import links_on
from parsers.body import parsed
from parsers.charsets import decode_bytes
from parsers.headers import decode_value
from parsers.masking import Mask
from parsers.providers import UNKNOWN, host_of
from parsers.sights import page_of_html, page_of_text
from parsers.strangers import is_straight

MAX_MAIL = 100 * 2**20
"""Bytes of the largest mail that is redacted."""
_MAX_DEPTH = 20
_MAX_PARTS = 500
_MAX_TEXT = 2_000_000  # bytes of a body
_MAX_VALUE = 4_000
_PEOPLE = ("from", "to", "cc", "reply-to", "sender")
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "wbr"}
)
_LEFT_OUT = frozenset({"script", "style", "head", "title", "object", "iframe", "noscript", "template", "svg", "math"})
_ADDRESSES = frozenset({"href", "src", "downloadlink", "background", "action", "cite", "poster"})
_NAMES = frozenset({"class", "id", "name", "target", "rel", "type", "dir", "align", "valign"})
_NUMBERS = frozenset(
    {"filesize", "file-size", "expiretime", "expired", "width", "height", "border", "colspan", "rowspan"}
)
_PREFIX = re.compile(r"\s*(?:re|fw|fwd|回复|答复|转发)\s*[:：]", re.IGNORECASE)
_TAG = re.compile(r"[a-z][a-z0-9:]{0,20}")
_NAME = re.compile(r"[a-z][a-z-]{0,30}")
_CLIENTS = re.compile(
    r"\b(?:Foxmail|QQMail|Coremail|Outlook|Thunderbird|Apple Mail|iPhone Mail|NetEase|Lark|Webmail)\b", re.IGNORECASE
)


class TooDeepError(ValueError):
    """The mail is nested deeper, or has more parts, than any mail that is worth a sample."""


def redacted(mail: bytes, key: bytes) -> bytes:
    """The redacted copy of `mail`. key: random bytes for this one use, so that no placeholder can be turned back.

    Raises TooDeepError for a mail that no client writes.
    """
    try:
        message = BytesParser(policy=compat32).parsebytes(mail)
        parts = sum(1 for _ in message.walk())
        if parts > _MAX_PARTS:
            raise TooDeepError(f"{parts} parts")
        writer = _Writer(Mask(key, _strange_hosts(message)))
        return b"\r\n".join([*writer.headers(message), *writer.part(message, 0)]) + b"\r\n"
    except RecursionError as error:
        raise TooDeepError("depth") from error


def _strange_hosts(message: Message) -> set[str]:
    """Hosts of links that look like cloud attachments of a provider nobody knows: these a sample is sent for."""
    found: set[str] = set()
    for part in message.walk():
        kind = part.get_content_type()
        if kind in ("text/html", "text/plain"):
            text = _text(part)
            page = page_of_html(text) if kind == "text/html" else page_of_text(text)
            strange = [link.url for link in links_on(page) if link.provider == UNKNOWN and not is_straight(link.url)]
            found |= {host_of(url) for url in strange}
    return found


def _text(part: Message) -> str:
    data = part.get_payload(decode=True)
    charset = part.get_param("charset", "")
    return decode_bytes(
        data[:_MAX_TEXT] if isinstance(data, bytes) else b"", charset if isinstance(charset, str) else ""
    )


class _Writer:
    """Writes the lines of the copy."""

    def __init__(self, mask: Mask):
        self._mask = mask
        self._boundaries = 0

    def headers(self, message: Message) -> list[bytes]:
        """Who, what and when in placeholders, and the name of the client."""
        raw = {name.lower(): str(value) for name, value in reversed(message.items())}
        lines = [_header(name, self._mask.text(_decoded(raw[name]))) for name in _PEOPLE if name in raw]
        subject = _decoded(raw.get("subject", ""))
        prefix = _PREFIX.match(subject)
        passed_on = prefix[0] if prefix is not None else ""
        lines.append(_header("subject", passed_on + self._mask.text(subject[len(passed_on) :])))
        lines += [b"Date: Mon, 01 Jan 2024 00:00:00 +0800", b"Message-ID: <redacted@example.invalid>"]
        clients = _CLIENTS.findall(" ".join(raw.get(name, "")[:500] for name in ("x-mailer", "user-agent")))
        if clients:
            lines.append(_header("x-mailer", " ".join(dict.fromkeys(clients))))
        return [*lines, b"MIME-Version: 1.0"]

    def part(self, part: Message, depth: int) -> Iterator[bytes]:
        """The lines of a part, from its Content-Type on."""
        if depth > _MAX_DEPTH:
            raise TooDeepError("depth")
        inner = part.get_payload()
        kind = (
            part.get_content_type()
            if re.fullmatch(r"[a-z0-9.+-]+/[a-z0-9.+-]+", part.get_content_type())
            else "text/plain"
        )
        if kind == "message/rfc822" and isinstance(inner, list) and inner and isinstance(inner[0], Message):
            yield from (b"Content-Type: message/rfc822", b"", *self.headers(inner[0]), *self.part(inner[0], depth + 1))
        elif isinstance(inner, list):
            yield from self._several(kind, inner, depth)
        else:
            yield from self._leaf(part, kind)

    def _several(self, kind: str, inner: list[Any], depth: int) -> Iterator[bytes]:
        self._boundaries += 1
        boundary = f"=_redacted_{self._boundaries:04d}".encode()
        yield b"Content-Type: " + kind.encode() + b'; boundary="' + boundary + b'"'
        yield b""
        for part in inner:
            yield b"--" + boundary
            yield from self.part(part, depth + 1)
        yield b"--" + boundary + b"--"

    def _leaf(self, part: Message, kind: str) -> Iterator[bytes]:
        name = _decoded(str(part.get_filename("") or ""))
        attached = bool(name) or part.get_content_disposition() == "attachment"
        if kind not in ("text/html", "text/plain") or attached:
            shown = self._mask.text(name) or "x.bin"
            yield b"Content-Type: " + kind.encode()
            yield b"Content-Disposition: attachment; filename*=utf-8''" + quote(shown).encode()
            yield from (b"", b"x")
            return
        text = _text(part)
        masked = self.html(text) if kind == "text/html" else self._mask.text(text)
        yield b"Content-Type: " + kind.encode() + b"; charset=utf-8"
        yield b"Content-Transfer-Encoding: 8bit"
        yield b""
        yield b"\r\n".join(line[:_MAX_VALUE].encode("utf-8", "replace") for line in masked.splitlines())

    def html(self, html: str) -> str:
        """A page with its tags and attributes, texts and values masked. Scripts, styles and comments are left out."""
        tree = parsed(html.replace("\0", ""))
        root = None if tree is None else tree.body or tree.root
        if root is None:
            return f"<pre>{escape(self._mask.text(html))}</pre>"
        pieces: list[str] = []
        todo: list[Any] = [root]
        while todo:
            node = todo.pop()
            if isinstance(node, str):
                pieces.append(node)
            elif node.is_text_node:
                pieces.append(escape(self._mask.text(node.text_content or ""), quote=False))
            elif node.is_element_node and _TAG.fullmatch(node.tag) and node.tag not in _LEFT_OUT:
                pieces.append(self._opening(node))
                if node.tag not in _VOID:
                    todo.append(f"</{node.tag}>")
                    todo += reversed(list(node.iter(include_text=True)))
        return "".join(pieces)

    def _opening(self, node: Any) -> str:
        pairs = ((name, value or "") for name, value in node.attributes.items() if _NAME.fullmatch(name))
        said = [
            f' {name}="{escape(shown)}"' for name, value in pairs if (shown := self._value(name, value)) is not None
        ]
        return f"<{node.tag}{''.join(said)}>"

    def _value(self, name: str, value: str) -> str | None:
        """The attribute's value in the copy, None for one that is left out."""
        value = value[:_MAX_VALUE]
        if name == "style":
            return "display:none" if re.search(r"display\s*:\s*none", value) else None
        if name in _ADDRESSES or value.lstrip().lower().startswith(("http:", "https:")):
            return self._mask.address(re.sub(r"[\r\n\t]+ *", "", value))
        if name in _NUMBERS and re.fullmatch(r"-?\d{1,13}(?:px|%)?", value):
            return value
        return self._mask.names(value) if name in _NAMES else self._mask.text(value)


def _decoded(value: str) -> str:
    return decode_value(value.encode("utf-8", "surrogateescape"))[:_MAX_VALUE]


def _header(name: str, value: str) -> bytes:
    value = " ".join(value.split())
    encoded = re.sub(r"[^\x00-\x7f]+", lambda run: Header(run[0], "utf-8").encode(linesep=""), value)
    return f"{name.title()}: {encoded}".encode("ascii", "replace")
