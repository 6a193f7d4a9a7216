"""The extraction codes of net disks, in the spellings people and share buttons write them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from parsers.beside import Span, Token, assigned, found_in, windows

_WIDE = {ord("！") + n: ord("!") + n for n in range(94)}  # full-width characters to ASCII, one for one
_SIGN = "[A-Za-z0-9\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]"
_LABEL = r"(?:提取(?:码|密码|碼)|访问(?:码|密码)|分享(?:码|密码)|[取领]件码|口令|密[码碼]|验证码)"
_ENGLISH = r"(?:(?:extraction|access|share|pass)[ -]?code|password|passcode|pwd|code)"
_VALUE = rf"({_SIGN}{{4,8}}?)(?=https?:|(?!{_SIGN})|\Z)"
_CODE = re.compile(
    rf"(?:{_LABEL}\s{{0,3}}(?:均?[为是]|都是)?\s{{0,3}}[:：=＝]?|\b{_ENGLISH}\s{{0,3}}(?:is\s|[:：=＝]))"
    rf"\s{{0,5}}[\"'“‘「【\[(（<]?\s?(?!https?:){_VALUE}",
    re.IGNORECASE,
)
_SHARED = re.compile(r"(?:均|都|统一)(?:[为是])|(?:均|都)", re.IGNORECASE)
_BARE = re.compile(r"[ \t]{1,3}([a-z0-9]{4})[ \t]*(?:\n|\Z)")
_REACH = 200
_LINES = 3
_IN_URL = ("pwd", "password", "passcode", "accessCode", "提取码")


def codes(text: str, within: Sequence[Span] | None = None) -> Iterator[Token[str]]:
    """The labelled codes in `text`, which holds no links any more. Four to eight letters and digits."""
    for match in found_in(_CODE, text, within):
        yield Token(match.start(), match.end(), match[1].translate(_WIDE))


def codes_beside(text: str, links: Sequence[Span]) -> list[str | None]:
    """The code of each link: after it or before it, each link its own; one said to hold for all if there is no other.

    text: with its links blanked out. links: where they stood.
    """
    found = list(codes(text, windows(links, len(text), _REACH)))
    own = assigned(text, links, found, reach=_REACH, lines=_LINES)
    shared = next((token.value for token in found if _SHARED.search(text, token.start, token.end)), None)
    return [code or shared or _bare(text, span) for code, span in zip(own, links, strict=True)]


def _bare(text: str, span: Span) -> str | None:
    """Four characters alone behind a link, to the end of its line."""
    match = _BARE.match(text, span[1])
    return match[1] if match and not match[1].isalpha() else None


def code_in(query: Mapping[str, str]) -> str | None:
    """The code that a link carries itself."""
    values = (query.get(name, "") for name in _IN_URL)
    return next((value for value in values if re.fullmatch(r"[A-Za-z0-9]{2,16}", value)), None)
