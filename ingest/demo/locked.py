"""Documents under a password, made out of plain ones: PDF as Acrobat 3 did, Office as it does now."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

_PAD = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")
_MAY = (-4).to_bytes(4, "little", signed=True)
_ID = b"kepu-intake-demo"
_OBJECT = re.compile(rb"(\d+) 0 obj\n(.*?)\nendobj\n", re.DOTALL)
_STREAM = re.compile(rb"stream\n(.*)\nendstream", re.DOTALL)
_STRING = re.compile(rb"\(([^()]*)\)")


def lock_office(source: Path, target: Path, password: str, *, rounds: int = 100_000) -> Path:
    """A document of Office 2007 or later under a password; returns `target`. rounds: that its key takes to make."""
    from msoffcrypto.method.ecma376_agile import ECMA376Agile

    with source.open("rb") as file:
        target.write_bytes(ECMA376Agile.encrypt(password, file, spin_count=rounds))
    return target


def lock_pdf(source: Path, target: Path, password: str, *, to_open: bool = True) -> Path:
    """A PDF of `textpdf` under a password; returns `target`. to_open: else only changing it takes the password."""
    user = password.encode() if to_open else b""
    owner = _rc4(hashlib.md5(_padded(password.encode())).digest()[:5], _padded(user))
    key = hashlib.md5(_padded(user) + owner + _MAY + _ID).digest()[:5]
    out = bytearray(b"%PDF-1.4\n")
    at: list[int] = []
    for number, body in _OBJECT.findall(source.read_bytes()):
        at.append(len(out))
        own = hashlib.md5(key + int(number).to_bytes(3, "little") + bytes(2)).digest()[:10]
        out += number + b" 0 obj\n" + _locked(body, own) + b"\nendobj\n"
    at.append(len(out))
    rights = b"<< /Filter /Standard /V 1 /R 2 /O <%s> /U <%s> /P -4 >>" % (_hex(owner), _hex(_rc4(key, _PAD)))
    out += b"%d 0 obj\n" % len(at) + rights + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in at)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(at) + 1) + table
    out += b"trailer\n<< /Size %d /Root 1 0 R /Encrypt %d 0 R /ID [<%s> <%s>] >>\nstartxref\n%d\n%%%%EOF\n" % (
        *(len(at) + 1, len(at)),
        *(_hex(_ID), _hex(_ID)),
        start,
    )
    target.write_bytes(out)
    return target


def _locked(body: bytes, key: bytes) -> bytes:
    """Strings and the stream of one object."""
    head, mark, rest = body.partition(b"stream\n")
    head = _STRING.sub(lambda found: b"<" + _hex(_rc4(key, found[1])) + b">", head)
    return head + _STREAM.sub(lambda found: b"stream\n" + _rc4(key, found[1]) + b"\nendstream", mark + rest)


def _padded(password: bytes) -> bytes:
    return (password + _PAD)[:32]


def _hex(data: bytes) -> bytes:
    return data.hex().encode()


def _rc4(key: bytes, data: bytes) -> bytes:
    state, j = list(range(256)), 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    found, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        found.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(found)
