"""Tags that no client writes: the parser's time grows with the square of the attributes of one tag."""

from __future__ import annotations

import re

_ATTRIBUTE = re.compile(r"""[\s/]*+=?[^\s/>=]++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+)?+)?+""")
_TAG = re.compile(rf"<[A-Za-z][^\s/>]*+((?:{_ATTRIBUTE.pattern})*+)")
_LONG = 4_000  # characters of attributes below which there is nothing to count
_MOST = 1_000


def crowded(html: str) -> bool:
    """Whether a tag of `html` has more than 1,000 attributes. Takes time by its length."""
    return any(
        match.end(1) - match.start(1) > _LONG and sum(1 for _ in _ATTRIBUTE.finditer(match[1])) > _MOST
        for match in _TAG.finditer(html)
    )
