"""Header bytes to what people read: encoded words, raw 8-bit text, parameters, addresses, ids.

They come as Chinese clients write them, right or wrong.

Everything starts from the raw bytes: once a library has decoded a header, half a character is lost for good.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote_to_bytes

import pybase64

from parsers.charsets import decode_bytes, family

_MAX_VALUE = 16_000  # bytes of one header value looked at
_SHORT = 60  # bytes of a value that is likely to come again
_MAX_SEGMENTS = 200  # continuations of one parameter
_WORD_HEAD = re.compile(rb"=\?([^?\s*]{1,40})(?:\*[^?\s]{0,20})?\?([bBqQ])\?")
_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]+")
_FOLDS = re.compile(r"(?<![ \t])[ \t]*[\r\n]+[ \t]*|\t+")  # a run of blanks is looked at once, not from each of them
_HEX = re.compile(rb"=([0-9A-Fa-f]{2})")
_NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))
_ESCAPED = re.compile(rb'\\(["\\])')
_HEADER_LINE = re.compile(rb"([!-9;-~]{1,200})[ \t]*:")
_PARAMETER = re.compile(
    rb"""([^\s=;"]{1,100})\s{0,20}=\s{0,20}("(?:[^"\\]|\\.)*"(?=\s{0,20}(?:;|$))|"[^"]*"?|[^;]*)""", re.DOTALL
)
_CONTINUED = re.compile(r"^(.+?)\*(\d{1,3})?(\*)?$")
_ADDRESS_TOKEN = re.compile(r'"((?:[^"\\]|\\.){0,300})"|<([^<>]*)>?|([,;])|([^",;<>]+)|(.)', re.DOTALL)
_BETWEEN = re.compile(r"[\s()'\"]+")
_COMMENT = re.compile(r"\(([^()]*)\)")
_ANGLED = re.compile(r"<\s*([^<>\s]+)\s*>")


@dataclass(frozen=True)
class _Word:
    """One encoded word before decoding. text: still in its transfer encoding."""

    family: str
    encoding: str
    text: bytes


def header_name(line: bytes) -> bytes:
    """The lower-case name if `line` begins a header (a space before the colon is forgiven), else b""."""
    match = _HEADER_LINE.match(line)
    return match[1].lower() if match else b""


def decode_value(raw: bytes) -> str:
    """A header value as people read it: encoded words decoded, raw 8-bit text guessed, folding and controls undone."""
    raw = raw[:_MAX_VALUE]
    if b"=?" in raw:
        text = "".join(_joined(_tokens(raw)))
    else:
        text = raw.decode("ascii") if raw.isascii() else decode_bytes(raw)
    if text.isprintable():  # most are, and then hold no fold and no control
        return text.strip()
    return _CONTROLS.sub(" ", _FOLDS.sub(" ", text)).strip()


def _tokens(raw: bytes) -> Iterator[_Word | bytes]:
    """The value cut into encoded words and the bytes between them; a word without its end runs to the next space."""
    done = at = 0
    while (at := raw.find(b"=?", at)) != -1:
        head = _WORD_HEAD.match(raw, at)
        if head is None:
            at += 2
            continue
        stop = raw.find(b"?=", head.end())
        after = stop + 2
        if stop == -1:
            stop = after = head.end() + len(raw[head.end() :].split(None, 1)[0] if raw[head.end() :].strip() else b"")
        yield raw[done:at]
        yield _Word(family(head[1].decode("latin-1")), head[2].decode().lower(), raw[head.end() : stop])
        done = at = after
    yield raw[done:]


def _joined(tokens: Iterable[_Word | bytes]) -> Iterator[str]:
    """Text of the tokens; neighbouring words of one charset are joined as bytes first, for a character may be split."""
    run: list[_Word] = []
    for token in tokens:
        if isinstance(token, _Word):
            if run and run[-1].family != token.family:
                yield _text_of(run)
                run = []
            run.append(token)
        elif token.strip() or not run:
            yield _text_of(run)
            run = []
            yield decode_bytes(token)
    yield _text_of(run)


def _text_of(run: list[_Word]) -> str:
    """Words of one charset as text. A base64 text cut between two words, not at a multiple of four, is joined too."""
    out = b""
    open_text = b""
    for word in run:
        if word.encoding == "q":
            out += _from_base64(open_text) + _from_q(word.text)
            open_text = b""
            continue
        open_text += word.text
        if len(open_text) % 4 == 0 or open_text.endswith(b"="):
            out += _from_base64(open_text)
            open_text = b""
    out += _from_base64(open_text)
    return decode_bytes(out, run[0].family or "") if run else ""


def _from_base64(text: bytes) -> bytes:
    clean = text.translate(None, _NOT_BASE64)
    if len(clean) % 4 == 1:
        clean = clean[:-1]
    try:
        return pybase64.b64decode(clean + b"=" * (-len(clean) % 4))
    except (binascii.Error, ValueError):
        return b""


def _from_q(text: bytes) -> bytes:
    return _HEX.sub(lambda match: bytes.fromhex(match[1].decode()), text.replace(b"_", b" "))


Parameters = tuple[str, dict[str, bytes], dict[str, str]]


def parameters(raw: bytes) -> Parameters:
    """A structured value (Content-Type, Content-Disposition): its main value, and its parameters raw and decoded.

    The main value and the names are lower-case. RFC 2231 pieces are decoded after joining; encoded words inside a
    parameter are decoded too, as nearly every Chinese client writes them there. Not to be changed by who asks: short
    values, which are the same in every mail, are remembered.
    """
    return _remembered(raw) if len(raw) <= _SHORT else _parameters(raw[:_MAX_VALUE])


@lru_cache(maxsize=1_000)
def _remembered(raw: bytes) -> Parameters:
    return _parameters(raw)


def _parameters(raw: bytes) -> Parameters:
    main, _, rest = raw.partition(b";")
    pieces: dict[str, dict[int, tuple[bytes, bool]]] = {}
    for match in _PARAMETER.finditer(rest):
        _note_piece(pieces, match[1].decode("latin-1").lower(), _unquoted(match[2]))
    raws = {name: b"".join(piece for _, (piece, _) in sorted(found.items())) for name, found in pieces.items()}
    decoded = {name: _parameter_text(found) for name, found in pieces.items()}
    return main.split(b"=")[0].strip().strip(b'"').decode("latin-1").lower(), raws, decoded


def _note_piece(pieces: dict[str, dict[int, tuple[bytes, bool]]], name: str, value: bytes) -> None:
    """Remember one parameter or one piece of it: plain ones as number -1, `name*` and `name*0*` under their number."""
    match = _CONTINUED.match(name)
    key, number, extended = (name, -1, False) if match is None else (match[1], int(match[2] or 0), bool(match[3]))
    if match is not None and match[2] is None:
        extended = True
    found = pieces.setdefault(key, {})
    if len(found) < _MAX_SEGMENTS:
        found.setdefault(number, (value, extended))


def _parameter_text(found: dict[int, tuple[bytes, bool]]) -> str:
    numbered = [found[number] for number in sorted(found) if number >= 0]
    if not numbered:
        return _plain_text(found[-1][0])
    first, extended = numbered[0]
    label = b""
    if extended and first.count(b"'") >= 2:
        label, _, first = first.split(b"'", 2)
    joined = b"".join(
        unquote_to_bytes(piece) if percent else piece for piece, percent in [(first, extended), *numbered[1:]]
    )
    return decode_value(joined) if b"=?" in joined else decode_bytes(joined, label.decode("latin-1"))


def _plain_text(raw: bytes) -> str:
    """A parameter written without RFC 2231: perhaps encoded words, perhaps per cent signs as a browser writes them."""
    text = decode_value(raw)
    if raw.isascii() and raw.count(b"%") >= 3:
        octets = unquote_to_bytes(raw)
        if not octets.isascii() and decode_bytes(octets, "utf-8").encode() == octets:
            return octets.decode()
    return text


def _unquoted(raw: bytes) -> bytes:
    """A parameter value without its quotes. In 8-bit values a backslash may be half of a GBK character: it stays."""
    raw = raw.strip()
    if not raw.startswith(b'"'):
        return raw
    raw = raw[1:-1] if len(raw) > 1 and raw.endswith(b'"') else raw[1:]
    return _ESCAPED.sub(rb"\1", raw) if b"\\" in raw and raw.isascii() else raw


def addresses(raw: bytes) -> list[tuple[str, str]]:
    """(display name, lower-case address) of each address in the value. The structure is read before decoding, so a
    comma inside an encoded name parts nothing.
    """
    found: list[tuple[str, str]] = []
    name, address = "", ""
    for match in _ADDRESS_TOKEN.finditer(raw[:_MAX_VALUE].decode("latin-1") + ","):
        if match[3]:
            _note_address(found, name, address)
            name, address = "", ""
        elif match[2] is not None:
            address = address or match[2]
        else:
            name += match[1] if match[1] is not None else match[4] or ""
    return found


def _note_address(found: list[tuple[str, str]], name: str, address: str) -> None:
    if not address and (bare := next((word for word in _BETWEEN.split(name) if "@" in word[1:-1]), "")):
        address = bare
        comment = _COMMENT.search(name)
        name = comment[1] if comment else ""
    text = decode_value(name.encode("latin-1").strip().strip(b"'"))  # as bytes: half a character may look like a space
    if address.strip() or text:
        found.append((text, decode_value(address.encode("latin-1")).strip("'\" ").lower()))


def ids(raw: bytes) -> tuple[str, ...]:
    """Message ids in the value, without angle brackets."""
    text = decode_value(raw)
    return tuple(_ANGLED.findall(text)) or tuple(word.strip("<>") for word in text.split() if word.strip("<>"))
