"""The looks of the workbook. Every cell shares one of a few dozen styles: a style of its own for each cell is slow."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

from reports.colours import Colour
from reports.tables import Format

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

FONT = "微软雅黑"
NUMBER_FORMATS: dict[Format, str] = {
    "datetime": "yyyy-mm-dd hh:mm",
    "date": "yyyy-mm-dd",
    "number": "#,##0.0",
    "integer": "#,##0",
    "duration": '[m]"分"ss"秒"',
    "megabytes": '#,##0.0" MB"',
    "typed": "@",
}
_NUMERIC: frozenset[Format] = frozenset({"number", "integer", "duration", "megabytes"})
_WRAPPED: frozenset[Format] = frozenset({"wrap", "file"})
_THIN = Side(style="thin", color="D0D7DE")
_GRID = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
HEADER = Colour("1F4E78", "FFFFFF")
STAFF_HEADER = Colour("FFD966", "5B4300")
STAFF_CELL = Colour("FFFBEA", "")


@dataclass
class Palette:
    """The shared styles of one workbook, made when first asked for. `sheet` is any sheet of it."""

    sheet: Worksheet
    _made: dict[tuple[Any, ...], Any] = field(default_factory=dict)

    def body(self, format: Format = "text", colour: Colour | None = None, quoted: bool = False) -> Any:
        """Style of a data cell. quoted: marks text that starts like a formula, so that typing in it keeps it text."""
        key = ("body", format, colour, quoted)
        if key not in self._made:
            self._made[key] = self._body(format, colour, quoted)
        return self._made[key]

    def header(self, staff: bool = False) -> Any:
        """Style of a heading; staff's columns have their own colour."""
        key = ("header", staff)
        if key not in self._made:
            cell: Any = self._cell(STAFF_HEADER if staff else HEADER, bold=True)
            cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
            self._made[key] = cell._style
        return self._made[key]

    def plain(self, size: float = 10, bold: bool = False, colour: str = "000000", wrap: bool = False) -> Any:
        """Style of free text on the first and the last sheet."""
        key = ("plain", size, bold, colour, wrap)
        if key not in self._made:
            cell: Any = Cell(self.sheet, 1, 1)
            cell.font = Font(name=FONT, size=size, bold=bold, color=colour)
            cell.alignment = Alignment(vertical="center", wrap_text=wrap)
            self._made[key] = cell._style
        return self._made[key]

    def boxed(
        self, *, centred: bool = False, bold: bool = False, size: float = 10, colour: str | Colour = "000000"
    ) -> Any:
        """Style of a cell in a table of the first or last page. colour: of the text, or a word's colours."""
        key = ("boxed", centred, bold, size, colour)
        if key not in self._made:
            fill = colour if isinstance(colour, Colour) else None
            text = fill.text if fill else str(colour)
            cell: Any = self._cell(fill, bold=bold)
            cell.font = Font(name=FONT, size=size, bold=bold or bool(fill), color=text)
            side = "center" if centred else "left"
            cell.alignment = Alignment(horizontal=side, vertical="center", shrink_to_fit=not centred)
            if centred:
                cell.number_format = NUMBER_FORMATS["integer"]
            self._made[key] = cell._style
        return self._made[key]

    def numbered(self) -> Any:
        """Style of a sentence's number."""
        key = ("numbered",)
        if key not in self._made:
            cell: Any = Cell(self.sheet, 1, 1)
            cell.font = Font(name=FONT, size=10, bold=True, color="57606A")
            cell.alignment = Alignment(horizontal="center", vertical="center")
            self._made[key] = cell._style
        return self._made[key]

    def linked(self, format: Format, quoted: bool = False) -> Any:
        """Style of a cell that leads somewhere. quoted: as in `body`."""
        key = ("linked", format, quoted)
        if key not in self._made:
            cell: Any = self._cell(None, bold=False)
            cell.font = Font(name=FONT, size=10, color="0563C1", underline="single")
            cell.alignment = Alignment(vertical="top", wrap_text=format in _WRAPPED)
            if quoted:
                cell.quotePrefix = True
            self._made[key] = cell._style
        return self._made[key]

    def _body(self, format: Format, colour: Colour | None, quoted: bool) -> Any:
        cell: Any = self._cell(colour, bold=bool(colour and colour.text))
        side = "right" if format in _NUMERIC else "left"
        indent = int(format in _NUMERIC)  # else a number touches the text beside it
        cell.alignment = Alignment(horizontal=side, vertical="top", wrap_text=format in _WRAPPED, indent=indent)
        if format in NUMBER_FORMATS:
            cell.number_format = NUMBER_FORMATS[format]
        if quoted:
            cell.quotePrefix = True
        return cell._style

    def _cell(self, colour: Colour | None, bold: bool) -> Any:
        cell = Cell(self.sheet, 1, 1)
        cell.font = Font(name=FONT, size=10, bold=bold, color=(colour.text if colour else "") or "000000")
        cell.border = _GRID
        if colour:
            cell.fill = PatternFill("solid", fgColor=colour.fill)
        return cell
