"""A Word document (docx) to its text and the fields of the form it is.

The XML is read directly: documents with macros, of WPS, with content controls and tracked changes all have to be
read, and python-docx refuses the first and passes over the last two.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from parsers.facts import Broken, FormFacts, Wants
from parsers.hyperlinks import hidden_addresses
from parsers.labels import fields_of, title_of
from parsers.lists import docx_grids, with_works
from parsers.unpack import is_nonsense

if TYPE_CHECKING:
    from lxml.etree import _Element

_MAX_XML = 64 * 2**20  # bytes of one XML part
_MAX_ALL = 1024 * 2**20  # declared bytes of all parts
_MAX_ENTRIES = 20_000
_MAX_RATIO = 2_000
_RATIO_FLOOR = 4 * 2**20
_BODY = "word/document.xml"
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".emf", ".wmf", ".webp", ".heic")
_SKIPPED = ("del", "delText", "instrText", "Fallback", "moveFrom")
_BREAKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


def read_docx(path: Path, wants: Wants) -> FormFacts | Broken:
    """Text, title and fields of the document in `path`.

    Broken("bad-archive", "bad-checksum", "locked", "too-large", "unreadable") where it cannot be had.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return _read(archive, wants)
    except zipfile.BadZipFile as error:
        reason = "bad-checksum" if "CRC" in str(error) else "bad-archive"
        return Broken(format="docx", reason=reason, detail=str(error))
    except (zlib.error, EOFError, NotImplementedError, ValueError) as error:
        return Broken(format="docx", reason="unreadable", detail=f"{type(error).__name__}: {error}")
    except RuntimeError as error:
        return Broken(format="docx", reason="locked", detail=str(error))
    except OSError as error:
        if not is_nonsense(error):
            raise
        return Broken(format="docx", reason="unreadable", detail=str(error))


def _read(archive: zipfile.ZipFile, wants: Wants) -> FormFacts | Broken:
    from lxml import etree

    infos = {info.filename: info for info in archive.infolist()}
    if trouble := _too_large(infos):
        return Broken(format="docx", reason="too-large", detail=trouble)
    if _BODY not in infos:
        return Broken(format="docx", reason="unreadable", detail=f"no {_BODY}")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(archive.read(_BODY), parser)
    except etree.XMLSyntaxError as error:
        return Broken(format="docx", reason="unreadable", detail=str(error))
    rows = list(_rows(root))
    text = "\n".join("\t".join(row) for row in rows if any(row))[: wants.max_text]
    facts = FormFacts(
        format="docx",
        title=title_of([row for row in rows if row], wants.titles),
        fields=fields_of(rows, wants.labels),
        text=text,
        pictures=sum(name.startswith("word/media/") and name.lower().endswith(_PICTURES) for name in infos),
        addresses=hidden_addresses(archive, root, text),
    )
    return with_works(facts, docx_grids(root, lambda node: _paragraph(node)[0]), wants.labels)


def _too_large(infos: dict[str, zipfile.ZipInfo]) -> str:
    """Why the document is a bomb, or "". Declared sizes do: zipfile reads no byte more than is declared."""
    if len(infos) > _MAX_ENTRIES:
        return f"{len(infos)} entries"
    if sum(info.file_size for info in infos.values()) > _MAX_ALL:
        return "declared size"
    for name, info in infos.items():
        if name.endswith(".xml") and info.file_size > _MAX_XML:
            return f"{name}: {info.file_size} bytes"
        if info.file_size > max(_RATIO_FLOOR, info.compress_size * _MAX_RATIO):
            return f"{name}: ratio"
    return ""


def _tag(node: _Element) -> str:
    """Local name. That of a comment or an entity is nonsense, and it has no children."""
    return str(node.tag).rpartition("}")[2]


def _rows(node: _Element) -> Iterator[tuple[str, ...]]:
    """Paragraphs as rows of one cell, table rows as rows of cells, an empty row around each table."""
    for child in node:
        kind = _tag(child)
        if kind == "p":
            text, boxes = _paragraph(child)
            yield (text,)
            for box in boxes:
                yield from _rows(box)
        elif kind == "tbl":
            yield ()
            yield from _table(child)
            yield ()
        elif kind and kind not in _SKIPPED:
            yield from _rows(child)


def _table(table: _Element) -> Iterator[tuple[str, ...]]:
    for row in _children(table, "tr"):
        cells, nested = [], []
        for cell in _children(row, "tc"):
            inner = list(_rows(cell))
            cells.append("\n".join(line[0] for line in inner if len(line) == 1).strip())
            nested += [line for line in inner if len(line) != 1]
        yield tuple(cells)
        yield from nested


def _children(node: _Element, kind: str) -> Iterator[_Element]:
    """Children of that kind, content controls and the like between them looked through."""
    for child in node:
        if _tag(child) == kind:
            yield child
        elif _tag(child) in ("sdt", "sdtContent", "customXml", "ins"):
            yield from _children(child, kind)


def _paragraph(node: _Element) -> tuple[str, list[_Element]]:
    """Text of a paragraph as it reads once tracked changes are accepted, and the text boxes anchored in it."""
    pieces: list[str] = []
    boxes: list[_Element] = []
    _gather(node, pieces, boxes)
    return "".join(pieces), boxes


def _gather(node: _Element, pieces: list[str], boxes: list[_Element]) -> None:
    for child in node:
        kind = _tag(child)
        if kind == "t":
            pieces.append(child.text or "")
        elif kind in _BREAKS:
            pieces.append(_BREAKS[kind])
        elif kind == "sym":
            pieces.append(_symbol(child))
        elif kind == "txbxContent":
            boxes.append(child)
        elif kind and kind not in _SKIPPED:
            _gather(child, pieces, boxes)


def _symbol(node: _Element) -> str:
    """A character of a symbol font: the check marks of Wingdings, else nothing."""
    code = next((str(value) for key, value in node.items() if str(key).endswith("}char")), "")
    return {"F0FE": "☑", "F052": "☑", "F0FC": "√", "F0A8": "□", "F06F": "□"}.get(code.upper(), "")
