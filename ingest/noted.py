"""Links that stand in files of a mail: a note beside the form, a shortcut, a document. Each is a row as any link is.

A mail names a file once, however many of its own files say where it lies: the first says in which.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ingest.model import Part, PartSource
from parsers.facts import MAX_LINKS, Facts, FormFacts, Link

Row = dict[str, Any]

MOST_TEXT = 4_000_000
"""Characters of notes and documents of one mail in which links are looked for; some seconds at the very worst."""

_NOTES = frozenset({"text", "html"})


@dataclass
class Notes:
    """What the files of one mail say of files behind links. `left`: characters that may still be read."""

    left: int = MOST_TEXT
    _found: dict[tuple[str, str], tuple[Link, str, str]] = field(default_factory=dict)

    def wants(self, format_: str, size: int) -> bool:
        """Whether a file may be a note, and is to be read; it counts as read then. format_: as sniffed."""
        from parsers.links import SMALL_FILE

        return format_ in _NOTES and size <= SMALL_FILE and self._takes(size)

    def add(self, links: Iterable[Link], *, inside: str, folder: str = "") -> None:
        """Links of one file. inside, folder: its name, and where it lies in its archive."""
        from parsers.links import merged

        for link in links:
            key = link.provider, link.key
            known, *where = self._found.get(key, (None, inside, folder))
            if known is not None or len(self._found) < MAX_LINKS:
                self._found[key] = (merged(known, link), where[0], where[1])

    def add_facts(self, facts: Facts | None, *, inside: str, folder: str = "") -> None:
        """Links of a file by what was read of it: a document, or a mail that lay in an archive."""
        from parsers.links import SMALL_FILE, links_in_facts

        texts = (facts.text, "".join(facts.addresses)) if isinstance(facts, FormFacts) else ()
        size = sum(min(len(text), SMALL_FILE) for text in texts)
        if facts is not None and self._takes(size):
            self.add(links_in_facts(facts), inside=inside, folder=folder)

    def add_read(self, parts: Iterable[Part]) -> None:
        """The same for files of a mail."""
        for part in parts:
            if part.here:
                self.add_facts(part.facts, inside=part.name, folder=part.folder)

    def rows(self, own: Sequence[Link] = ()) -> Iterator[Row]:
        """A row for each link; first those of the mail's own text, with what its files say beyond that."""
        from parsers.links import merged

        rest = dict(self._found)
        for link in own:
            said, *_ = rest.pop((link.provider, link.key), (link,))
            yield row_of(merged(link, said))
        for link, inside, folder in list(rest.values())[: max(MAX_LINKS - len(own), 0)]:
            yield row_of(link, inside=inside, folder=folder)

    def _takes(self, size: int) -> bool:
        self.left -= size
        return self.left >= 0


def row_of(link: Link, *, inside: str = "", folder: str = "") -> Row:
    """A row of `parts` for a link. inside, folder: of the file in which it stands."""
    return {
        "name": link.name or "",
        "size": link.size or 0,
        "size_is_exact": link.size_is_exact,
        "source": PartSource.CLOUD.value,
        "inside": inside,
        "folder": folder,
        "provider": link.provider[:40],
        "url": link.url,
        "link_key": link.key[:1000],
        "expires_at": link.expires_at,
        "code": (link.code or "")[:40],
    }


def rows_of_read(parts: Iterable[Part]) -> list[Row]:
    """Rows for the links in files by their facts. Those in notes are not among them: no parser is for a note."""
    notes = Notes()
    notes.add_read(parts)
    return list(notes.rows())
