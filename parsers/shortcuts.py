"""Internet shortcuts: small text files that hold one address and nothing else of use."""

from __future__ import annotations

import re
from html import unescape

_SECTION = re.compile(r"^\s*\[(InternetShortcut|Desktop Entry)\]\s*$", re.IGNORECASE | re.MULTILINE)
_ADDRESS = re.compile(r"^\s*URL(?:\[[^\]\n]{1,20}\])?\s*=\s*(\S{4,4000})\s*$", re.IGNORECASE | re.MULTILINE)
_WEBLOC = re.compile(r"<key>\s*URL\s*</key>\s*<string>\s*([^<\s]{4,4000})\s*</string>", re.IGNORECASE)
_HEAD = 8_192


def shortcut_target(text: str) -> str | None:
    """The address in a shortcut of Windows (.url), of a Linux desktop or of macOS (.webloc as XML), None if it is none.

    Other addresses in such a file, of its icon say, are not where it leads.
    """
    head = text[:_HEAD].lstrip("\ufeff")
    section = _SECTION.search(head)
    if section is not None and not head[: section.start()].strip():
        found = _ADDRESS.search(head, section.end())
        return found[1] if found is not None else ""
    if "<plist" in head and (webloc := _WEBLOC.search(head)) is not None:
        return unescape(webloc[1])
    return None
