"""Where words of a Word document lead that are links: by relationship, or by a field's code as older files have it."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from parsers.facts import MAX_LINKS

if TYPE_CHECKING:
    from lxml.etree import _Element

_RELATIONS = "word/_rels/document.xml.rels"
_MAX_XML = 2**20
_MAX_ADDRESS = 2_000
_UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
_WORDS = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_HTTP = re.compile(r"https?://\S", re.IGNORECASE)
_CODE = re.compile(r"HYPERLINK\s{1,9}\"(https?://[^\"]{1,2000})\"", re.IGNORECASE)


def hidden_addresses(archive: zipfile.ZipFile, body: _Element, text: str) -> tuple[str, ...]:
    """Addresses of http and https behind words of `body`, each once, without those that stand in `text` anyway."""
    found: dict[str, None] = {}
    for address in _addresses(archive, body):
        if len(found) == MAX_LINKS:
            break
        shown = address.partition("://")[2].rstrip("/")  # as people write it, and Word completes it
        if len(address) <= _MAX_ADDRESS and _HTTP.match(address) and shown not in text:
            found[address] = None
    return tuple(found)


def _addresses(archive: zipfile.ZipFile, body: _Element) -> Iterator[str]:
    anchors = [str(node.get(_ID)) for node in body.iter(f"{_WORDS}hyperlink") if node.get(_ID)]
    targets = _targets(archive) if anchors else {}
    yield from (targets[anchor] for anchor in anchors if anchor in targets)
    codes = "".join(node.text or "" for node in body.iter(f"{_WORDS}instrText"))
    yield from (match[1] for match in _CODE.finditer(codes))


def _targets(archive: zipfile.ZipFile) -> dict[str, str]:
    """Relationship to its target; none where they are not there, too many or no XML."""
    from lxml import etree

    try:
        info = archive.getinfo(_RELATIONS)
        if info.file_size > _MAX_XML:
            return {}
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        root = etree.fromstring(archive.read(info), parser)
    except (KeyError, etree.XMLSyntaxError, *_UNREADABLE):  # the text is there all the same
        return {}
    return {str(node.get("Id")): str(node.get("Target", "")).strip() for node in root}
