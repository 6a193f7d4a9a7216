"""Sheets of staff's own are moved from one workbook to another whole: values, formulas, looks, charts, comments.

A package is an xlsx file of one sheet: that is how such a sheet is kept while the workbook around it is made anew.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from reports.book import AddedSheet

MAX_PACKAGE = 20_000_000
"""Bytes; a sheet that is larger is kept by value."""
_LONG_AGO = dt.datetime(2000, 1, 1)  # noqa: DTZ001 - a property of the file, and always the same
_BEGIN_1980 = (1980, 1, 1, 0, 0, 0)
_OTHER_BOOK = re.compile(r"\[\d+\]")


class SteadyZip(ZipFile):
    """A zip whose members carry no clock, so that the same workbook is the same bytes."""

    def writestr(self, zinfo_or_arcname: Any, data: Any, *args: Any, **kwargs: Any) -> None:
        """As ZipFile's, at a fixed time."""
        super().writestr(_steady(str(zinfo_or_arcname)), data)

    def write(self, filename: Any, arcname: Any = None, *args: Any, **kwargs: Any) -> None:
        """As ZipFile's, at a fixed time, read in pieces."""
        info = _steady(str(arcname).lstrip("/"))
        with Path(filename).open("rb") as source, self.open(info, "w", force_zip64=False) as target:
            while piece := source.read(1 << 20):
                target.write(piece)


def _steady(name: str) -> ZipInfo:
    info = ZipInfo(name, _BEGIN_1980)
    info.compress_type = ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    return info


def packed(sheet: Worksheet, computed: Callable[[str], Any]) -> bytes:
    """The sheet as a package; b"" if it is too large. It no longer belongs to its workbook afterwards.

    computed: coordinate to the value last computed there, for formulas that lead to other files: those links are cut.
    """
    from openpyxl.workbook import Workbook
    from openpyxl.writer.excel import ExcelWriter

    _cut_links(sheet, computed)
    alone = Workbook()
    first = alone.active
    assert first is not None
    moved(sheet, alone, sheet.title)
    alone.remove(first)
    alone.properties.created = alone.properties.modified = _LONG_AGO
    held = io.BytesIO()
    with SteadyZip(held, "w", ZIP_DEFLATED, allowZip64=True) as archive:
        ExcelWriter(alone, archive).save()
    return held.getvalue() if held.tell() <= MAX_PACKAGE else b""


def unpacked(package: bytes, workbook: Workbook, title: str) -> None:
    """Adds a package's sheet to the workbook, under a title that is free there."""
    from openpyxl import load_workbook

    moved(load_workbook(io.BytesIO(package), keep_links=False).worksheets[0], workbook, title)


def values_of(sheet: AddedSheet) -> list[tuple[int, int, Any]]:
    """Row, column and value of each filled cell, however the sheet is kept."""
    from openpyxl import load_workbook

    if not sheet.package:
        rows = enumerate(sheet.rows, start=1)
        return [(r, c, v) for r, row in rows for c, v in enumerate(row, start=1) if v is not None]
    held: Any = load_workbook(io.BytesIO(sheet.package), keep_links=False).worksheets[0]
    return sorted(
        ((r, c, cell.value) for (r, c), cell in held._cells.items() if cell.value is not None), key=lambda at: at[:2]
    )


def moved(sheet: Worksheet, workbook: Workbook, title: str) -> None:
    """Makes the sheet one of another workbook: its styles are numbered as that one numbers them."""
    was: Any = sheet.parent
    target: Any = workbook
    own: Any = sheet
    own._parent = target
    if sheet.title != title or title in target.sheetnames:
        sheet.title = title
    target._add_sheet(sheet)
    styles = _Styles(was, target)
    for thing in (*own._cells.values(), *own.column_dimensions.values(), *own.row_dimensions.values()):
        if thing._style is not None:
            thing._style = styles.there(thing._style)
    taken = {name.casefold() for other in target.worksheets if other is not sheet for name in other.tables}
    for name in [name for name in own.tables if name.casefold() in taken]:
        del own.tables[name]  # two tables of one name make a workbook that Excel calls damaged; the cells stay


class _Styles:
    """From the style numbers of one workbook to those of another."""

    def __init__(self, source: Any, target: Any) -> None:
        self._source, self._target = source, target
        self._known: dict[tuple[int, ...], Any] = {}

    def there(self, style: Any) -> Any:
        """The same style in the other workbook."""
        key = tuple(style)
        if key not in self._known:
            self._known[key] = self._made(style)
        return self._known[key]

    def _made(self, style: Any) -> Any:
        made = copy(style)
        for name, number in (("_fonts", "fontId"), ("_fills", "fillId"), ("_borders", "borderId")):
            setattr(made, number, getattr(self._target, name).add(getattr(self._source, name)[getattr(style, number)]))
        for name, number in (("_alignments", "alignmentId"), ("_protections", "protectionId")):
            setattr(made, number, getattr(self._target, name).add(getattr(self._source, name)[getattr(style, number)]))
        if style.numFmtId >= _FIRST_OWN_FORMAT:
            text = self._source._number_formats[style.numFmtId - _FIRST_OWN_FORMAT]
            made.numFmtId = self._target._number_formats.add(text) + _FIRST_OWN_FORMAT
        made.xfId = 0
        return made


_FIRST_OWN_FORMAT = 164
"""Number formats below are the format's own."""


def _cut_links(sheet: Any, computed: Callable[[str], Any]) -> None:
    for cell in sheet._cells.values():
        if cell.data_type == "f" and _OTHER_BOOK.search(str(getattr(cell.value, "text", cell.value))):
            cell.value = computed(cell.coordinate)
