"""A workbook (xlsx) to the list of works or the form it holds.

The XML is read directly, as that of Word documents: what senders' programs write is not always what libraries for
workbooks take, and these warn and guess where a row less would do.
"""

from __future__ import annotations

import datetime as dt
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from parsers.facts import Broken, FormFacts, Wants
from parsers.labels import fields_of, title_of
from parsers.lists import with_works
from parsers.unpack import is_nonsense

if TYPE_CHECKING:
    from lxml.etree import _Element

_MAX_XML = 32 * 2**20  # bytes of one XML part
_MAX_ENTRIES = 5_000
_MAX_RATIO = 2_000
_RATIO_FLOOR = 4 * 2**20
_MAX_SHEETS = 20
_MAX_ROWS = 2_000
_MAX_COLUMNS = 100
_MAX_CELL = 5_000
_MAX_MERGED = 200_000  # cells that lie under others
_MAX_STRINGS = 100_000
_WORKBOOK = "xl/workbook.xml"
_EPOCH = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - a serial number has no zone
_DATE_FORMATS = frozenset([*range(14, 18), 22, *range(27, 37), *range(50, 59)])
_SERIALS = range(20_000, 80_000)  # 1954 to 2119
_PLACE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_QUOTED = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')

Sheet = list[list[str]]


def read_xlsx(path: Path, wants: Wants) -> FormFacts | Broken:
    """Its text, and the works of the list it is, or the fields of the form it is.

    Broken("bad-archive", "bad-checksum", "locked", "too-large", "unreadable") where it cannot be had.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return _read(_Package(archive), wants)
    except _TooLarge as error:
        return Broken(format="xlsx", reason="too-large", detail=str(error))
    except zipfile.BadZipFile as error:
        reason = "bad-checksum" if "CRC" in str(error) else "bad-archive"
        return Broken(format="xlsx", reason=reason, detail=str(error))
    except RuntimeError as error:  # its members are locked
        reason = "unreadable" if isinstance(error, NotImplementedError) else "locked"
        return Broken(format="xlsx", reason=reason, detail=str(error))
    except (zlib.error, EOFError, ValueError, KeyError) as error:
        return Broken(format="xlsx", reason="unreadable", detail=f"{type(error).__name__}: {error}"[:500])
    except OSError as error:
        if not is_nonsense(error):
            raise
        return Broken(format="xlsx", reason="unreadable", detail=str(error))


class _TooLarge(Exception):
    """It is larger than any list."""


def _read(package: _Package, wants: Wants) -> FormFacts:
    sheets = list(_sheets(package))
    rows = [tuple(cell for cell in row if cell) for _, shown in sheets for row in shown]
    text = "\n".join("\t".join(row) for row in rows if row)[: wants.max_text]
    uncovered = [row for _, shown in sheets for row in (*shown, ())]
    facts = FormFacts(
        format="xlsx",
        title=title_of([row for row in rows if row], wants.titles),
        fields=fields_of(uncovered, wants.labels),
        text=text,
        pictures=package.pictures,
    )
    return with_works(facts, [grid for grid, _ in sheets], wants.labels)


def _sheets(package: _Package) -> Iterator[tuple[Sheet, list[tuple[str, ...]]]]:
    """Each sheet twice: with a merged cell's value in all its cells, and with it once and the covered ones left out."""
    strings, dates = _strings(package), _date_styles(package)
    for name in _names(package)[:_MAX_SHEETS]:
        root = package.xml(name)
        if root is None:
            continue
        cells = dict(_cells(root, strings, dates))
        covered = {place: origin for origin, places in _merged(root) for place in places}
        height = min(max((row for row, _ in cells), default=-1) + 1, _MAX_ROWS)
        width = min(max((column for _, column in cells), default=-1) + 1, _MAX_COLUMNS)
        grid = [[cells.get(covered.get((r, c), (r, c)), "") for c in range(width)] for r in range(height)]
        shown = [
            tuple(grid[r][c] for c in range(width) if covered.get((r, c), (r, c)) == (r, c)) for r in range(height)
        ]
        yield grid, shown


def _names(package: _Package) -> list[str]:
    """The sheets' parts, in the workbook's order; hidden sheets too."""
    workbook, links = package.xml(_WORKBOOK), package.xml("xl/_rels/workbook.xml.rels")
    if workbook is None:
        raise ValueError(f"no {_WORKBOOK}")
    targets = {} if links is None else {link.get("Id"): str(link.get("Target", "")) for link in links}
    found = [targets.get(_relation(sheet), "") for sheet in workbook.iterfind("{*}sheets/{*}sheet")]
    return [posixpath.normpath(posixpath.join("/xl", target)).lstrip("/") for target in found if target]


def _relation(sheet: _Element) -> str:
    return next((str(value) for key, value in sheet.items() if str(key).endswith("}id")), "")


def _strings(package: _Package) -> list[str]:
    root = package.xml("xl/sharedStrings.xml")
    return [] if root is None else [_text(one) for one in root.iterfind("{*}si")][:_MAX_STRINGS]


def _text(node: _Element) -> str:
    """Its text without how it is read aloud (rPh)."""
    runs = [*node.iterfind("{*}t"), *node.iterfind("{*}r/{*}t")]
    return "".join(run.text or "" for run in runs)[:_MAX_CELL]


def _date_styles(package: _Package) -> frozenset[int]:
    """Numbers of the styles that show a number as a date."""
    root = package.xml("xl/styles.xml")
    if root is None:
        return frozenset()
    own = {
        _number(one.get("numFmtId"))
        for one in root.iterfind("{*}numFmts/{*}numFmt")
        if re.search(r"[ydYD]", _QUOTED.sub("", str(one.get("formatCode", ""))))
    }
    styles = root.iterfind("{*}cellXfs/{*}xf")
    return frozenset(n for n, one in enumerate(styles) if _number(one.get("numFmtId")) in own | _DATE_FORMATS)


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else -1


def _cells(root: _Element, strings: list[str], dates: frozenset[int]) -> Iterator[tuple[tuple[int, int], str]]:
    """(row, column), both from 0, to the text of each cell that has one."""
    row = -1
    for line in root.iterfind("{*}sheetData/{*}row"):
        row, column = _number(line.get("r")) - 1 if line.get("r") else row + 1, -1
        if not 0 <= row < _MAX_ROWS:
            continue
        for cell in line.iterfind("{*}c"):
            place = _place(str(cell.get("r", "")))
            column = place[1] if place else column + 1
            text = _cell(cell, strings, dates).strip()
            if text and column < _MAX_COLUMNS:
                yield (row, column), text


def _cell(cell: _Element, strings: list[str], dates: frozenset[int]) -> str:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        found = cell.find("{*}is")
        return _text(found) if found is not None else ""
    value = cell.findtext("{*}v") or ""
    if kind == "s":
        at = _number(value.strip())
        return strings[at] if 0 <= at < len(strings) else ""
    if kind == "n" and _number(cell.get("s")) in dates:
        whole = _number(value.partition(".")[0])
        return f"{_EPOCH + dt.timedelta(days=whole):%Y-%m-%d}" if whole in _SERIALS else value
    return "" if kind == "e" else value[:_MAX_CELL]


def _merged(root: _Element) -> Iterator[tuple[tuple[int, int], list[tuple[int, int]]]]:
    """The first cell of each merged range, and all others in it."""
    room = _MAX_MERGED
    for one in root.iterfind("{*}mergeCells/{*}mergeCell"):
        ends = [_place(end) for end in str(one.get("ref", "")).split(":")]
        if len(ends) == 2 and ends[0] and ends[1]:
            (top, left), (bottom, right) = ends[0], ends[1]
            rows, columns = range(top, min(bottom + 1, _MAX_ROWS)), range(left, min(right + 1, _MAX_COLUMNS))
            room -= len(rows) * len(columns)
            if room < 0:
                return
            yield (top, left), [(r, c) for r in rows for c in columns if (r, c) != (top, left)]


def _place(reference: str) -> tuple[int, int] | None:
    """Row and column from 0 of a reference like B12."""
    found = _PLACE.fullmatch(reference.replace("$", ""))
    if not found:
        return None
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return int(found[2]) - 1, column - 1


class _Package:
    """The members of a workbook, within bounds."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._infos = {info.filename.lstrip("/"): info for info in archive.infolist()}
        if len(self._infos) > _MAX_ENTRIES:
            raise _TooLarge(f"{len(self._infos)} entries")

    @property
    def pictures(self) -> int:
        """How many pictures are embedded."""
        return sum(name.startswith("xl/media/") for name in self._infos)

    def xml(self, name: str) -> _Element | None:
        """A part's root, None if there is no such part. ValueError if it is no XML."""
        from lxml import etree

        info = self._infos.get(name)
        if info is None:
            return None
        if info.file_size > min(_MAX_XML, max(_RATIO_FLOOR, info.compress_size * _MAX_RATIO)):
            raise _TooLarge(f"{name}: {info.file_size} bytes")
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        try:
            return etree.fromstring(self._archive.read(info), parser)
        except etree.XMLSyntaxError as error:
            raise ValueError(str(error)) from error
