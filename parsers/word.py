"""A Word document (docx) to its text and the fields of the form it is.

The XML is read directly: documents with macros, of WPS, with content controls and tracked changes all have to be
read, and python-docx refuses the first and passes over the last two.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from parsers.cells import Cell, bounded_text
from parsers.facts import Broken, FormFacts, Wants
from parsers.hyperlinks import hidden_addresses
from parsers.labels import fields_of, title_of
from parsers.lists import docx_grids, with_works
from parsers.unpack import is_nonsense
from parsers.wordtext import paragraph_text, rows_of

if TYPE_CHECKING:
    from lxml import etree

_MAX_XML = 64 * 2**20  # bytes of one XML part
_MAX_ALL = 1024 * 2**20  # declared bytes of all parts
_MAX_ENTRIES = 20_000
_MAX_RATIO = 2_000
_RATIO_FLOOR = 4 * 2**20
_BODY = "word/document.xml"
_ANY_BODY = re.compile(r"word/document\d{0,3}\.xml")  # Word on the web writes document2.xml
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".emf", ".wmf", ".webp", ".heic")
_MAX_MARGINS = 12  # headers, or footers, of one document that are read


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
    bodies = sorted(name for name in infos if _ANY_BODY.fullmatch(name))
    if not bodies:
        return Broken(format="docx", reason="unreadable", detail=f"no {_BODY}")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(archive.read(bodies[0]), parser)
    except etree.XMLSyntaxError as error:
        return Broken(format="docx", reason="unreadable", detail=str(error))
    body = rows_of(root)
    rows = [
        *_margins(archive, infos, parser, "header"),
        (),
        (),
        *body,
        (),
        (),
        *_margins(archive, infos, parser, "footer"),
    ]
    text = bounded_text(rows, wants.max_text)
    titled = (title_of([row for row in some if row], wants.titles) for some in (body, rows))
    facts = FormFacts(
        format="docx",
        title=next(filter(None, titled), ""),
        fields=fields_of(rows, wants.labels, types=wants.types),
        text=text,
        pictures=sum(name.startswith("word/media/") and name.lower().endswith(_PICTURES) for name in infos),
        addresses=hidden_addresses(archive, root, text),
    )
    return with_works(facts, docx_grids(root, paragraph_text), wants.labels)


def _margins(
    archive: zipfile.ZipFile, infos: dict[str, zipfile.ZipInfo], parser: etree.XMLParser, kind: str
) -> list[tuple[Cell, ...]]:
    """The rows of all headers or footers, a line that several have only once."""
    from lxml import etree

    names = sorted(name for name in infos if re.fullmatch(rf"word/{kind}\d{{0,3}}\.xml", name))
    found: dict[tuple[Cell, ...], None] = {}
    for name in names[:_MAX_MARGINS]:
        try:
            found.update(dict.fromkeys(rows_of(etree.fromstring(archive.read(name), parser))))
        except etree.XMLSyntaxError:  # the document is there all the same
            continue
    return [row for row in found if any(cell.text.strip() or cell.inner for cell in row)]


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
