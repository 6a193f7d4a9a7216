"""The library's writers, with what they leave out."""

from __future__ import annotations

from typing import Any

from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.writer.excel import ExcelWriter
from openpyxl.xml.functions import Element, SubElement

ALL_CELLS = "A1:XFD1048576"


class BookWriter(ExcelWriter):
    """Writes a workbook in which phone numbers and codes are text without Excel's green corners of doubt."""

    def write_worksheet(self, ws: Any) -> None:
        """As the library's, with sheets written by `_SheetWriter`."""
        ws._drawing = SpreadsheetDrawing()
        ws._drawing.charts, ws._drawing.images = ws._charts, ws._images
        writer: Any = _SheetWriter(ws)
        writer.write()
        ws._rels = writer._rels
        archive: Any = self._archive  # type: ignore[attr-defined]
        archive.write(writer.out, ws.path[1:])
        self.manifest.append(ws)
        writer.cleanup()


class _SheetWriter(WorksheetWriter):
    def write_breaks(self) -> None:
        """Page breaks, and after them, as the format's order is, what is no error."""
        super().write_breaks()
        ignored = Element("ignoredErrors")
        SubElement(ignored, "ignoredError", {"sqref": ALL_CELLS, "numberStoredAsText": "1"})
        self.xf.send(ignored)
