"""Colours, fonts and number formats that staff gave to cells: told from the program's own, written down, put back.

A look is one text: the parts that staff changed, as the format's own XML in JSON. Staff's cells may have any of them;
in the program's cells only a fill or a colour of writing counts, since the rest follows from what they say.
"""

from __future__ import annotations

import json
from copy import copy
from functools import lru_cache
from typing import Any

from reports import colours, styles
from reports.colours import Colour
from reports.tables import Column

Look = str
"""A look as text; "" for none."""
_PLAIN_TEXT = frozenset({"000000", "0563C1", "0000FF", "000080"})
"""Black, and what programs make of a link."""
_THEME_BLACK = frozenset({0, 1})


class Looks:
    """Reads and puts on the looks of one workbook's cells; each style is looked at once."""

    def __init__(self) -> None:
        self._read: dict[tuple[Any, ...], Look] = {}
        self._made: dict[tuple[Any, ...], Any] = {}

    def of(self, cell: Any, column: Column) -> Look:
        """What staff did to this cell's look. column: that it stands in."""
        if not cell.has_style:
            return ""
        key = (tuple(cell._style), column.format, column.staff)
        if key not in self._read:
            self._read[key] = _look(cell, column)
        return self._read[key]

    def put(self, cell: Any, look: Look) -> None:
        """Gives the cell that look over its own."""
        key = (tuple(cell._style), look)
        if key not in self._made:
            cell._style = copy(cell._style)  # the cells of a column share one
            _put(cell, look)
            self._made[key] = cell._style
        cell._style = self._made[key]


@lru_cache(maxsize=1)
def _own() -> tuple[frozenset[str], frozenset[str]]:
    """Fills and colours of writing that the program uses itself."""
    found = [c for module in (colours, styles) for c in vars(module).values() if isinstance(c, Colour)]
    found += colours.COLOURS.values()
    return frozenset(c.fill for c in found), frozenset(c.text for c in found if c.text) | _PLAIN_TEXT


def _look(cell: Any, column: Column) -> Look:
    fills, texts = _own()
    look: dict[str, Any] = {}
    fill, font = cell.fill, cell.font
    if fill.tagname != "patternFill" or (fill.patternType and not _is_among(fill.fgColor, fills)):
        solid = fill.tagname == "patternFill" and fill.patternType == "solid"
        look["fill"] = _written(fill.fgColor, "fgColor") if solid else _xml(fill.to_tree())
    if font.color is not None and not _is_among(font.color, texts):
        look["color"] = _written(font.color, "color")
    if column.staff:
        look |= {name: value for name in ("b", "i", "strike", "u") if (value := getattr(font, name))}
        if _plain_format(cell.number_format) != _plain_format(styles.NUMBER_FORMATS.get(column.format, "General")):
            look["format"] = cell.number_format
    return json.dumps(look, sort_keys=True, ensure_ascii=False) if look else ""


def _written(colour: Any, name: str) -> str:
    """A colour as RRGGBB, or as the format's XML where it is one of a theme."""
    return str(colour.rgb)[-6:].upper() if colour.type == "rgb" else _xml(colour.to_tree(name))


def _xml(tree: Any) -> str:
    from openpyxl.xml.functions import tostring

    return str(tostring(tree).decode())


def _is_among(colour: Any, own: frozenset[str]) -> bool:
    if colour.type == "rgb":
        return str(colour.rgb)[-6:].upper() in own
    if colour.type == "theme":
        return bool(colour.theme in _THEME_BLACK and not colour.tint)
    return bool(colour.type == "auto" or colour.indexed >= _SYSTEM_COLOURS)


_SYSTEM_COLOURS = 64


def _plain_format(text: str) -> str:
    """However a program writes the same format down."""
    return text.replace("\\", "").replace('"', "").removesuffix(";@").replace("@", "General").casefold()


def _put(cell: Any, look: Look) -> None:
    said = json.loads(look)
    if "fill" in said:
        cell.fill = _fill(said["fill"])
    font = copy(cell.font)
    if "color" in said:
        font.color = _colour(said["color"])
    for name in ("b", "i", "strike", "u"):
        if name in said:
            setattr(font, name, said[name])
    cell.font = font
    if "format" in said:
        cell.number_format = said["format"]


def _fill(text: str) -> Any:
    from openpyxl.styles.fills import Fill, PatternFill
    from openpyxl.xml.functions import fromstring

    if text.startswith("<fill"):
        tree: Any = fromstring(text)
        return Fill.from_tree(tree)
    return PatternFill("solid", fgColor=_colour(text))


def _colour(text: str) -> Any:
    from openpyxl.styles.colors import Color
    from openpyxl.xml.functions import fromstring

    if text.startswith("<"):
        tree: Any = fromstring(text)
        return Color.from_tree(tree)
    return Color(rgb=f"FF{text}")
