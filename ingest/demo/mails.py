"""Mail as Chinese clients write it, byte for byte. Films are streamed to disk, never held in memory."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.utils import format_datetime
from pathlib import Path
from typing import BinaryIO, Literal

import pybase64

from ingest.demo.clients import FOXMAIL, Client, html_body
from ingest.demo.maildir import deliver_maildir
from ingest.demo.words import HeaderStyle, Naming, file_name, header_text

__all__ = ["Attachment", "Charset", "Mail", "deliver_maildir", "mail_bytes", "write_mail"]

Charset = Literal["gb2312", "gbk", "gb18030", "utf-8"]

CHINA = dt.timezone(dt.timedelta(hours=8))
_PIECE = 57 * 16_384
"""Bytes read at once: whole lines of base64, 76 characters each."""


@dataclass(frozen=True)
class Attachment:
    """A file of a mail. source: where it lies, or its bytes; content_id: set for a picture within the body."""

    name: str
    source: Path | bytes
    content_type: str = "application/octet-stream"
    naming: Naming = "encoded"
    content_id: str = ""


@dataclass(frozen=True)
class Mail:
    """A mail to be written.

    sender: display name and address. text: the plain body; paragraphs of the HTML body are its lines. charset: what
    headers and bodies say they are; gb2312 is written as GBK, as clients do. html: "both" for plain and HTML,
    "only" for HTML alone, "none". html_below: HTML after the text, a cloud attachment say. cut_inside: encoded words
    end inside characters. extra: further header lines, name to value (bytes), in order. received_at: aware; the
    topmost Received line says it, and Date lies two minutes before. message_id: without angle brackets, "" for none.
    """

    sender: tuple[str, str]
    to: str
    subject: str
    received_at: dt.datetime
    message_id: str
    text: str = ""
    charset: Charset = "utf-8"
    style: HeaderStyle = "encoded"
    client: Client = FOXMAIL
    html: Literal["both", "only", "none"] = "both"
    html_below: str = ""
    attachments: tuple[Attachment, ...] = ()
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    cut_inside: bool = False
    extra: tuple[tuple[str, bytes], ...] = ()

    @property
    def codec(self) -> str:
        """The charset its bytes are really in."""
        return "gb18030" if self.charset != "utf-8" else "utf-8"


def write_mail(mail: Mail, path: Path) -> Path:
    """Write a mail into a file and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as out:
        _write(mail, out)
    return path


def mail_bytes(mail: Mail) -> bytes:
    """A small mail as bytes."""
    held = io.BytesIO()
    _write(mail, held)
    return held.getvalue()


def _write(mail: Mail, out: BinaryIO) -> None:
    for name, value in _headers(mail):
        out.write(name.encode() + b": " + value + b"\r\n")
    inline = [a for a in mail.attachments if a.content_id]
    files = [a for a in mail.attachments if not a.content_id]
    if not files:
        _write_body(mail, inline, out)
        return
    with _Multipart(out, "mixed", _boundary(mail, "mixed")) as parts:
        parts.begin()
        _write_body(mail, inline, out)
        for attachment in files:
            parts.begin()
            _write_file(mail, attachment, out)


def _headers(mail: Mail) -> Iterator[tuple[str, bytes]]:
    """Top to bottom as they arrive: relays, the provider's judgement, then the client's own lines."""
    yield from _relays(mail)
    sent = mail.received_at - dt.timedelta(minutes=2)
    yield "Date", format_datetime(sent.astimezone(CHINA)).encode()
    yield "From", _address(mail)
    yield "To", f"<{mail.to}>".encode()
    yield "Subject", _text(mail, mail.subject)
    for name, values in (("In-Reply-To", (mail.in_reply_to,)), ("References", mail.references)):
        if any(values):
            yield name, " ".join(f"<{value}>" for value in values).encode()
    yield from ((name, value) for name, value in mail.extra)
    yield "X-Mailer", mail.client.x_mailer.encode()
    yield "MIME-Version", b"1.0"
    if mail.message_id:
        yield "Message-ID", f"<{mail.message_id}>".encode()


def _relays(mail: Mail) -> Iterator[tuple[str, bytes]]:
    domain = mail.sender[1].rpartition("@")[2]
    here = f"mx.{mail.to.rpartition('@')[2]}"
    at = mail.received_at.astimezone(CHINA)
    passed = format_datetime(at - dt.timedelta(minutes=1))
    yield (
        "Received",
        f"from {mail.client.relay} (unknown [203.0.113.25])\r\n"
        f"\tby {here} (Coremail) with SMTP id demo0001;\r\n\t{format_datetime(at)} (CST)".encode(),
    )
    yield (
        "Received",
        f"from DESKTOP-KP01 (unknown [198.51.100.7])\r\n"
        f"\tby {mail.client.relay} (Postfix) with ESMTPA id 4XDEMO;\r\n\t{passed}".encode(),
    )
    yield (
        "Authentication-Results",
        f"{here}; spf=pass smtp.mail={mail.sender[1]};\r\n\tdkim=pass header.d={domain}".encode(),
    )


def _text(mail: Mail, text: str) -> bytes:
    return header_text(text, mail.charset, mail.codec, mail.style, cut_inside=mail.cut_inside)


def _address(mail: Mail) -> bytes:
    name, address = mail.sender
    if not name:
        return f"<{address}>".encode()
    quote = b'"' if mail.style == "raw" or name.isascii() else b""
    return quote + _text(mail, name) + quote + f" <{address}>".encode()


def _write_body(mail: Mail, inline: list[Attachment], out: BinaryIO) -> None:
    """Plain and HTML as alternatives, the HTML with its pictures as one related part."""
    if mail.html == "none":
        _write_text(mail, "plain", mail.text, out)
        return
    logo = inline[0].content_id if inline else ""
    page = html_body(mail.client, mail.text.splitlines(), label=mail.charset, logo_cid=logo, below=mail.html_below)
    if mail.html == "only" and not inline:
        _write_text(mail, "html", page, out)
        return
    with _Multipart(out, "related" if inline else "alternative", _boundary(mail, "body")) as parts:
        parts.begin()
        if inline:
            _write_alternatives(mail, page, out)
        else:
            _write_text(mail, "plain", mail.text, out)
            parts.begin()
            _write_text(mail, "html", page, out)
        for picture in inline:
            parts.begin()
            _write_file(mail, picture, out)


def _write_alternatives(mail: Mail, page: str, out: BinaryIO) -> None:
    with _Multipart(out, "alternative", _boundary(mail, "text")) as parts:
        if mail.html == "both":
            parts.begin()
            _write_text(mail, "plain", mail.text, out)
        parts.begin()
        _write_text(mail, "html", page, out)


def _write_text(mail: Mail, subtype: str, text: str, out: BinaryIO) -> None:
    out.write(f"Content-Type: text/{subtype}; charset={mail.charset}\r\n".encode())
    out.write(b"Content-Transfer-Encoding: base64\r\n\r\n")
    _write_base64([text.replace("\n", "\r\n").encode(mail.codec)], out)


def _write_file(mail: Mail, attachment: Attachment, out: BinaryIO) -> None:
    typed, disposed = file_name(attachment.name, mail.charset, mail.codec, attachment.naming)
    out.write(b"Content-Type: " + attachment.content_type.encode() + typed + b"\r\n")
    out.write(b"Content-Transfer-Encoding: base64\r\n")
    if attachment.content_id:
        out.write(f"Content-ID: <{attachment.content_id}>\r\nContent-Disposition: inline".encode() + disposed)
    else:
        out.write(b"Content-Disposition: attachment" + disposed)
    out.write(b"\r\n\r\n")
    _write_base64(_pieces(attachment.source), out)


def _pieces(source: Path | bytes) -> Iterator[bytes]:
    with io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


def _write_base64(pieces: Iterable[bytes], out: BinaryIO) -> None:
    """Lines of 76 characters. Every piece but the last must be a multiple of 57 bytes long."""
    for piece in pieces:
        out.write(pybase64.encodebytes(piece).replace(b"\n", b"\r\n"))


def _boundary(mail: Mail, where: str) -> str:
    """A boundary that is the same for the same mail, and that base64 cannot hold."""
    digest = hashlib.sha256(f"{mail.message_id}|{mail.subject}|{where}".encode()).hexdigest()
    return f"----=_NextPart_{digest[:20]}"


class _Multipart:
    """A multipart within an open file: its header on entering, the closing boundary on leaving."""

    def __init__(self, out: BinaryIO, subtype: str, boundary: str) -> None:
        self._out, self._boundary = out, boundary.encode()
        self._head = f'Content-Type: multipart/{subtype};\r\n\tboundary="{boundary}"\r\n\r\n'.encode()

    def __enter__(self) -> _Multipart:
        self._out.write(self._head + b"This is a multi-part message in MIME format.\r\n")
        return self

    def begin(self) -> None:
        """Begin the next part."""
        self._out.write(b"\r\n--" + self._boundary + b"\r\n")

    def __exit__(self, *_: object) -> None:
        self._out.write(b"\r\n--" + self._boundary + b"--\r\n")
