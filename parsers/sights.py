"""A body as plain text with the places where a link stands in it, whether as an anchor or written out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from html import unescape
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from parsers.body import html_text, own_part

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

MAX_SIGHTS = 5_000
_MAX_ATTRIBUTE = 8_000
_NUMBER, _BEGIN, _END = "\ue010", "\ue011", "\ue012"  # private characters that stand for an anchor's number and ends
_BLOCK, _BLOCK_END = "\ue013", "\ue014"
_MARKS = re.compile(r"\ue010(\d{1,6})\ue011|\ue010(\d{1,6})\ue012")
_OWN = re.compile(r"[\ue010-\ue014\u200b-\u200d\u2060\ufeff\xad]")
_BLOCKS = re.compile(r"\ue013([^\ue013\ue014]*)\ue014")
_BLOCK_NODES = (
    "div[id^=QQMailBigAttach], div[id^=divNeteaseBigAttach], div[id^=divNeteaseSiriusCloudAttach], "
    "div[id^=FoxmailClientBigAttach], div.foxmail_hugeattachment"
)
"""What a client writes below the text for the files sent with it. On a reply it drops those of the mail answered."""
_ENTRY = re.compile(
    r"\b(?:bigatt_bt|qqmailbgattach|FoxmailClientBigAttachEntry|foxmail_hugeattachment_item|gmail_drive_chip|"
    r"divNeteaseBigAttachItem|divNeteaseSiriusCloudAttachItem)\b"
)
_ENTRY_WITHIN = 3  # ancestors of an anchor that may be its entry
_KEPT = frozenset(
    (
        *("download", "class", "title", "alt"),
        *("filename", "filesize", "expiretime", "file-name", "file-size", "expired"),
    )
)
_HTTP = "[Hh][Tt][Tt][Pp][Ss]?://"
_URL = re.compile(rf"{_HTTP}[!#-;=?-\[\]_a-z~]{{4,4000}}")
_BARE_ENDINGS = (".com/", ".cn/", ".net/", ".ms/")
_BARE_URL = re.compile(
    r"(?<![A-Za-z0-9.@/:_%=&?#-])(?:[A-Za-z0-9-]{1,63}\.){1,4}(?:com|cn|net|ms)/[!#-;=?-Z_a-z~]{4,2000}"
)
_HTTP_AHEAD = re.compile(rf"\s*{_HTTP}")
_GLUED = re.compile(rf"(?<![=&?/]){_HTTP}")
_TRAILING = ".,;:!?)]}'*~"


@dataclass(frozen=True, eq=False)
class Sight:
    """One place where a link stands: `text[start:end]`.

    label: what an anchor shows. written: it is part of the text; bare: without its scheme. read: gives `attributes`,
    which most links are never asked for.
    """

    url: str
    start: int
    end: int
    label: str = ""
    read: Callable[[], Mapping[str, str]] = dict
    written: bool = False
    bare: bool = False

    @cached_property
    def attributes(self) -> Mapping[str, str]:
        """An anchor's own and its entry's, those a client writes for cloud attachments."""
        return self.read()


@dataclass(frozen=True)
class Page:
    """A text and the sights in it, by where they begin."""

    text: str
    sights: tuple[Sight, ...]


def page_of_text(text: str, *, quotes: bool = True) -> Page:
    """A plain text; without its quoted part if `quotes` is false."""
    text = _OWN.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    return _with_written(text if quotes else own_part(text), [])


def page_of_html(html: str, *, quotes: bool = True) -> Page:
    """A page: its anchors, and what is written out in its text, which may be hidden and is not left out for that."""
    nodes: list[Any] = []
    looked_at = False

    def mark(tree: LexborHTMLParser) -> None:
        nonlocal looked_at
        looked_at = True
        found = tree.css("a[href], [downloadlink]")[: 4 * MAX_SIGHTS]
        nodes.extend([node for node in found if _HTTP_AHEAD.match(_address(node))][:MAX_SIGHTS])
        for number, node in enumerate(nodes):
            node.insert_before(f"{_NUMBER}{number}{_BEGIN}")
            node.insert_after(f"{_NUMBER}{number}{_END}")
        for block in tree.css(_BLOCK_NODES)[:MAX_SIGHTS]:
            block.insert_before(_BLOCK)
            block.insert_after(_BLOCK_END)

    marked = html_text(_OWN.sub("", html), quotes=quotes, mark=mark)
    if not looked_at:
        return page_of_text(unescape(html), quotes=quotes)
    marked = marked if quotes else _own_marked(marked)
    text, begun, ended = _unmarked(marked.replace(_BLOCK, "").replace(_BLOCK_END, ""))
    return _with_written(text, _anchors(nodes, text, begun, ended))


def _own_marked(marked: str) -> str:
    """The part above a quoted mail, and the blocks of files below it that stand in no quote."""
    blocks: list[str] = []

    def taken(match: re.Match[str]) -> str:
        blocks.append(match[1])
        return ""

    rest = _BLOCKS.sub(taken, marked)
    return "\n".join((own_part(rest), *blocks))


def _unmarked(marked: str) -> tuple[str, dict[int, int], dict[int, int]]:
    """The text without marks, and where each numbered node begins and ends in it."""
    pieces: list[str] = []
    at = length = 0
    begun: dict[int, int] = {}
    ended: dict[int, int] = {}
    for match in _MARKS.finditer(marked):
        pieces.append(marked[at : match.start()])
        length += match.start() - at
        at = match.end()
        if match[1] is not None:
            begun.setdefault(int(match[1]), length)
        else:
            ended.setdefault(int(match[2]), length)
    pieces.append(marked[at:])
    return "".join(pieces), begun, ended


def _anchors(nodes: Sequence[Any], text: str, begun: Mapping[int, int], ended: Mapping[int, int]) -> list[Sight]:
    """A sight for each node that is in the text. What an element says is read once, however many anchors it holds."""
    known: dict[int, dict[str, str]] = {}
    found = []
    for number, start in begun.items():
        if number not in ended or number >= len(nodes):
            continue
        node, is_anchor = nodes[number], nodes[number].tag == "a"
        end = ended[number] if is_anchor else start
        read = partial(_said_of, node, known)
        found.append(Sight(_address(node)[:_MAX_ATTRIBUTE], start, end, text[start:end], read))
    return found


def _address(node: Any) -> str:
    name = "href" if node.tag == "a" else "downloadlink"
    return str(node.attrs.sget(name, ""))


def _said_of(node: Any, known: dict[int, dict[str, str]]) -> dict[str, str]:
    return _entry(node, known) | _attributes(node, known)


def _entry(node: Any, known: dict[int, dict[str, str]]) -> dict[str, str]:
    """What the elements say that a client writes around the anchors of one file."""
    found: dict[str, str] = {}
    parent = node.parent
    for _ in range(_ENTRY_WITHIN):
        if parent is None:
            break
        attributes = _attributes(parent, known)
        if _ENTRY.search(attributes.get("class", "")[:200]):
            found = attributes | found
        parent = parent.parent
    return found


def _attributes(node: Any, known: dict[int, dict[str, str]]) -> dict[str, str]:
    if node.mem_id not in known:
        pairs = ((key, (value or "")[:_MAX_ATTRIBUTE]) for key, value in node.attributes.items() if key in _KEPT)
        known[node.mem_id] = {key: value for key, value in pairs if value.strip()}
    return known[node.mem_id]


def _with_written(text: str, anchors: Sequence[Sight]) -> Page:
    """The same with the links written out in the text, an anchor's own text among them."""
    written: list[Sight] = []
    for match in addresses(text):
        if len(written) >= MAX_SIGHTS:
            break
        written += _parted(match)
    return Page(text, tuple(sorted((*anchors, *written), key=lambda sight: sight.start)))


def addresses(text: str) -> Iterator[re.Match[str]]:
    """The addresses written out in a text; then those without a scheme, under the endings that providers use."""
    pieces, at = [], 0
    for match in _URL.finditer(text):
        pieces += [text[at : match.start()], " " * (match.end() - match.start())]
        at = match.end()
        yield match
    rest = "".join((*pieces, text[at:])) if pieces else text
    if any(ending in rest for ending in _BARE_ENDINGS):
        yield from _BARE_URL.finditer(rest)


def _parted(match: re.Match[str]) -> list[Sight]:
    """The links in one run of characters: two may be glued together."""
    run, start = match[0], match.start()
    cuts = [0, *(glued.start() for glued in _GLUED.finditer(run, 8)), len(run)]
    found = []
    for begin, end in pairwise(cuts):
        url = run[begin:end].rstrip(_TRAILING)
        bare = url[:4].lower() != "http" or "://" not in url[:8]
        full = f"https://{url}" if bare else url
        found.append(Sight(full, start + begin, start + begin + len(url), written=True, bare=bare))
    return found


def blanked(page: Page) -> str:
    """The text with the links written out replaced by spaces, as long as before: what they hold says nothing more."""
    pieces, at = [], 0
    for sight in page.sights:
        if sight.written and sight.start >= at:
            pieces += [page.text[at : sight.start], " " * (sight.end - sight.start)]
            at = sight.end
    return "".join((*pieces, page.text[at:]))
