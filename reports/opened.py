"""A workbook people have saved, opened to be read: why it cannot be, its values, the sheets that are theirs."""

from __future__ import annotations

import datetime as dt
import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile, ZipFile

import structlog

from reports.book import AddedSheet, Value
from reports.cells import clean_text

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

MAX_UNPACKED = 600_000_000
"""Bytes a workbook may unpack to."""
_OLE, _ZIP = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04"
_OUR_FILES = ("../", "回信/")
"""How links to the program's own files begin."""

log = structlog.get_logger("kepu")


def why_not(path: Path) -> str:
    """Why this is no workbook, with what to do in Chinese; "" if it looks like one."""
    with path.open("rb") as file:
        start = file.read(8)
        if start == _OLE:
            locked = "EncryptedPackage".encode("utf-16-le") in file.read(50_000_000)
            say = "设有打开密码，程序读不出。请去掉密码" if locked else "是旧版 xls 格式。请另存为 xlsx 格式"
            return f"「{path.name}」{say}后保存为原名"
    if not start:
        return f"「{path.name}」是空文件（0 字节）。请用历史台账恢复"
    if start[:4] != _ZIP:
        return f"「{path.name}」不是 xlsx 工作簿（可能另存成了 csv 或其他格式）。请另存为 xlsx 格式后保存为原名"
    try:
        with ZipFile(path) as archive:
            if sum(member.file_size for member in archive.infolist()) > MAX_UNPACKED:
                return f"「{path.name}」解开后过大，程序不读取。请删去多余的内容"
    except BadZipFile:
        return f"「{path.name}」不完整，可能保存到一半。请重新保存，或用历史台账恢复"
    return ""


@contextmanager
def _quickly() -> Iterator[None]:
    """Loading within takes time in proportion to the file.

    The library looks each link of a sheet up in the list of all of them: minutes, for the tens of thousands we write.
    And Python looks again and again for garbage among millions of cells that are all still in use.
    """
    from openpyxl.packaging.relationship import RelationshipList

    def get(self: Any, key: str) -> Any:
        known = self.__dict__.get("_by_id")
        if known is None or len(known) != len(self):
            known = self.__dict__["_by_id"] = {one.Id: one for one in self}
        return known[key]

    listed: Any = RelationshipList
    original, collects = listed.get, gc.isenabled()
    listed.get = get
    gc.disable()
    try:
        yield
    finally:
        listed.get = original
        if collects:
            gc.enable()


class Opened:
    """A workbook as values. Formulas become what was last computed, or their own text if nothing was."""

    def __init__(self, path: Path) -> None:
        from openpyxl import load_workbook

        self._path = path
        with _quickly():
            self._book: Workbook = load_workbook(path, keep_links=False)
        self._computed: Workbook | None = None
        self.titles: tuple[str, ...] = tuple(sheet.title for sheet in self._book.worksheets)

    def property(self, name: str) -> str:
        """A property of the file that is not one of the usual ones, "" if it has none of that name."""
        book: Any = self._book
        found = [one.value for one in book.custom_doc_props.props if one.name == name]
        return str(found[0]) if found else ""

    def sheet(self, title: str) -> Any:
        """A sheet as the library has it."""
        return self._book[title]

    def grid(self, title: str) -> list[list[Value | None]]:
        """All rows of a sheet to the last with a value. Only existing cells are looked at: formats may span it."""
        sheet: Any = self._book[title]
        rows: dict[int, dict[int, Value]] = {}
        for (row, column), cell in sheet._cells.items():
            value = self._value(title, cell)
            if value is not None:
                rows.setdefault(row, {})[column] = value
        return [_line(rows.get(number)) for number in range(1, max(rows, default=0) + 1)]

    def added(self, title: str) -> AddedSheet:
        """A sheet staff added: whole, or by value where the library cannot keep it whole. To be asked for last."""
        from reports.transplant import packed

        sheet: Any = self._book[title]
        widths = tuple((letter, float(d.width)) for letter, d in sheet.column_dimensions.items() if d.customWidth)
        rows = tuple(tuple(row) for row in self.grid(title))
        try:
            package = packed(sheet, lambda coordinate: self._last_computed(title, coordinate))
        except Exception as error:  # whatever a spreadsheet program put there, the values must not be lost over it
            log.warning("sheet kept by value", sheet=title, error=f"{type(error).__name__}: {error}")
            package = b""
        return AddedSheet(title, package=package) if package else AddedSheet(title, rows, widths)

    def texts(self, title: str) -> Iterator[tuple[int, int, Value]]:
        """Row, column (from 1) and value of each filled cell."""
        sheet: Any = self._book[title]
        for (row, column), cell in sheet._cells.items():
            value = self._value(title, cell)
            if value is not None:
                yield row, column, value

    def _value(self, title: str, cell: Any) -> Value | None:
        raw = cell.value
        if cell.hyperlink is not None and raw == cell.hyperlink.target and str(raw).startswith(_OUR_FILES):
            return None  # the library puts a link's target where a row was deleted over a link of ours
        if raw is not None and cell.data_type == "f":
            raw = self._last_computed(title, cell.coordinate)
            raw = str(getattr(cell.value, "text", cell.value)) if raw is None else raw
        return _plain(raw)

    def _last_computed(self, title: str, coordinate: str) -> Any:
        from openpyxl import load_workbook

        if self._computed is None:
            with _quickly():
                self._computed = load_workbook(self._path, keep_links=False, data_only=True)
        return self._computed[title][coordinate].value


def _line(cells: Mapping[int, Value] | None) -> list[Value | None]:
    return [cells.get(number) for number in range(1, max(cells) + 1)] if cells else []


def _plain(raw: Any) -> Value | None:
    """A cell's value: blank text is None, a date without a time is a date."""
    if raw is None:
        return None
    if isinstance(raw, dt.datetime):
        return raw.date() if raw.time() == dt.time.min else raw
    if isinstance(raw, bool | int | float | dt.date | dt.time | dt.timedelta):
        return raw
    text = clean_text(str(raw))
    return text if text.strip() else None
