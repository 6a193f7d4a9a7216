"""Where two texts differ, in pieces that a page can light."""

from __future__ import annotations

from difflib import SequenceMatcher

MOST = 200
"""Characters of a text that are compared: longer ones are whole paragraphs, where a person reads anyway."""

Lit = tuple[tuple[str, bool], ...]
"""A text in pieces, each with whether it is lit."""


def plain(text: str) -> Lit:
    """A text with nothing lit; no pieces for an empty one."""
    return ((text, False),) if text else ()


def lit(one: str, other: str) -> tuple[Lit, Lit]:
    """Both texts, with what only one of them has lit. Where one is empty or long nothing is."""
    if not one or not other or one == other or max(len(one), len(other)) > MOST:
        return plain(one), plain(other)
    steps = SequenceMatcher(None, one, other, autojunk=False).get_opcodes()
    mine = tuple((one[a:b], what != "equal") for what, a, b, _, _ in steps if b > a)
    theirs = tuple((other[c:d], what != "equal") for what, _, _, c, d in steps if d > c)
    return mine, theirs
