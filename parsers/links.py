"""Cloud attachments and net-disk links in mails, texts and small files: each file behind one, once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from parsers import names
from parsers.attached import links_on
from parsers.body import Body
from parsers.charsets import decode_bytes
from parsers.facts import MAX_LINKS, Facts, FormFacts, Link, MailFacts
from parsers.providers import UNKNOWN
from parsers.shortcuts import shortcut_target
from parsers.sights import Page, page_of_html, page_of_text

SMALL_FILE = 65_536
"""Bytes of the largest text or page in which links are looked for: more is no note that says where a film lies."""
_FILE_NAME = re.compile(r"[^\n]{1,200}\.[A-Za-z0-9]{2,5}")
_PLAYED = re.compile(r"播放|播出|视频链接|网址|平台")
_FIELDS_OF_A_FORM = 3


def find_links(bodies: Sequence[Body], *, forward: bool) -> tuple[Link, ...]:
    """The files behind links in `bodies`, each once, in order of appearance.

    Those only in a quoted reply are left out, unless the mail is a `forward`: then it may be their first sight.
    Alternatives are all looked at: the HTML knows more than the plain text beside it.
    """
    found: dict[tuple[str, str], Link] = {}
    for body in sorted(bodies, key=lambda b: not b.is_html):
        if _may_hold(body.text):
            quotes = forward or bool(body.forwarded)
            make = page_of_html if body.is_html else page_of_text
            _add(found, links_on(make(body.text, quotes=quotes)))
    return tuple(found.values())


def links_in_text(text: str) -> tuple[Link, ...]:
    """The files behind links in a text that is no mail: a note, a document. `text` beyond 64 kB is not looked at."""
    return _each_once(page_of_text(text[:SMALL_FILE])) if _may_hold(text) else ()


def links_in_html(html: str) -> tuple[Link, ...]:
    """The same for a page."""
    return _each_once(page_of_html(html[:SMALL_FILE])) if _may_hold(html) else ()


def links_in_facts(facts: Facts) -> tuple[Link, ...]:
    """The same for what a parser said of a file: a document's text, but not the address where a form's film plays."""
    if isinstance(facts, MailFacts):
        return facts.links
    if not isinstance(facts, FormFacts):
        return ()
    text = facts.text
    is_form = bool(facts.title) or sum(not value.blank for value in facts.fields.values()) >= _FIELDS_OF_A_FORM
    if is_form:
        for value in facts.fields.values():
            if _PLAYED.search(value.label) and not value.blank:
                text = text.replace(value.value, " ")
    found = {(link.provider, link.key): link for link in links_in_text(text)}
    for link in links_in_text("\n".join(facts.addresses)):
        if not (is_form and link.provider == UNKNOWN):  # where it plays, behind words
            found.setdefault((link.provider, link.key), link)
    return tuple(found.values())


def links_in_file(path: Path, format: str, *, name: str = "") -> tuple[Link, ...]:
    """The same for a small file as sniffed: a text, a page, a shortcut. () for any other, and for one over 64 kB.

    name: as its sender called it: a shortcut is named after what it leads to. OSError if it cannot be read.
    """
    if format not in ("text", "html") or path.stat().st_size > SMALL_FILE:
        return ()
    text = decode_bytes(path.read_bytes(), "utf-16" if _is_wide(path) else "")
    if format == "html":
        return links_in_html(text)
    target = shortcut_target(text)
    if target is None:
        return links_in_text(text)
    stem = names.clean(name).rpartition(".")[0]
    return tuple(
        link.model_copy(update={"name": stem}) if link.name is None and _FILE_NAME.fullmatch(stem) else link
        for link in links_in_text(target)
    )


def _is_wide(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) in (b"\xff\xfe", b"\xfe\xff")


def _may_hold(text: str) -> bool:
    lower = text.lower()
    return "http" in lower or any(f".{top}/" in lower for top in ("com", "cn", "net", "ms"))


def _each_once(page: Page) -> tuple[Link, ...]:
    found: dict[tuple[str, str], Link] = {}
    _add(found, links_on(page))
    return tuple(found.values())


def _add(found: dict[tuple[str, str], Link], links: Sequence[Link]) -> None:
    for link in links:
        key = link.provider, link.key
        if key in found or len(found) < MAX_LINKS:
            found[key] = merged(found.get(key), link)


def merged(known: Link | None, new: Link) -> Link:
    """What is known, with its gaps filled, and a rounded size replaced by an exact one."""
    if known is None:
        return new
    gaps = {key: value for key, value in new if value is not None and getattr(known, key) is None}
    if new.size_is_exact and not known.size_is_exact:
        gaps |= {"size": new.size, "size_is_exact": True}
    return known.model_copy(update=gaps)
