"""Reads staff's cells back from a workbook people have edited, found by the row's key and the column's heading.

Rows may be sorted, copied or deleted, columns moved or added, rows put in above the headings. What cannot be given a
place is a conflict; a file that cannot be read is a value with the reason, and must then not be overwritten.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile, ZipFile

from reports.book import AddedColumn, AddedSheet, CellKey, Conflict, Extras, StaffCells, Value
from reports.cells import clean_text, to_key, to_text
from reports.merging import Merged, merge
from reports.tables import GUIDE_TITLE, OVERVIEW_TITLE, Sheet

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

__all__ = ["Merged", "StaffBook", "Unreadable", "merge", "read_staff", "without_strays"]

HEADER_ROWS = 10
"""Rows in which the headings are looked for: people put a title above them."""
MAX_UNPACKED = 600_000_000
"""Bytes a workbook may unpack to."""
NAMELESS = "未命名栏"
"""Heading of a column staff filled without giving it one."""
_OLE, _ZIP = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04"

NO_KEY = "这一行的编号（登记号）被删除或改坏了，程序不知道它属于哪一行。请把内容填回正确的行"
UNKNOWN_KEY = "程序没有这个编号（登记号），可能被改过。请把内容填回正确的行"
COPIED_ROW = "同一编号（登记号）有两行，这一格的值不同，表中保留上面一行的值。请核对"


@dataclass(frozen=True)
class Unreadable:
    """The workbook is there and cannot be read. reason: a Chinese sentence that says what to do."""

    reason: str


@dataclass(frozen=True)
class StaffBook:
    """What staff wrote. rows: by sheet title, the keys that have a row; the rest as in `Book`."""

    cells: StaffCells = field(default_factory=dict)
    extras: Extras = field(default_factory=Extras)
    conflicts: tuple[Conflict, ...] = ()
    rows: Mapping[str, frozenset[str]] = field(default_factory=dict)


def read_staff(path: Path, sheets: Sequence[Sheet]) -> StaffBook | Unreadable:
    """Staff's cells, columns and sheets. A file that does not exist says nothing: an empty StaffBook."""
    if not path.exists():
        return StaffBook()
    try:
        if reason := _why_not(path):
            return Unreadable(reason)
        return _read(path, sheets)
    except PermissionError:
        return Unreadable(f"「{path.name}」现在打不开（没有权限，或被其他程序独占）。请关闭后等待下次更新")
    except Exception as error:  # a hostile or half-written file may fail anywhere inside the library
        return Unreadable(
            f"「{path.name}」已损坏，无法读取（{type(error).__name__}）。请用历史台账恢复，或打开后另存为 xlsx"
        )


def without_strays(book: StaffBook, known: Mapping[str, Collection[str]]) -> StaffBook:
    """The book with rows whose key nobody gave out turned into conflicts. known: keys by sheet title.

    A key that differs only in upper and lower case is taken for the known one.
    """
    cells: dict[CellKey, Value | None] = {}
    conflicts = list(book.conflicts)
    folded = {title: {key.casefold(): key for key in keys} for title, keys in known.items()}
    for key, value in book.cells.items():
        right = folded.get(key.sheet, {}).get(key.key.casefold())
        if right is not None:
            conflicts += _keep(cells, key._replace(key=right), value)
        elif value is not None:
            conflicts.append(Conflict(*key, "", to_text(value), UNKNOWN_KEY))
    return replace(book, cells=cells, conflicts=tuple(conflicts))


def _why_not(path: Path) -> str:
    """Why this is no workbook, "" if it looks like one."""
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


def _read(path: Path, sheets: Sequence[Sheet]) -> StaffBook | Unreadable:
    workbook = _Opened(path)
    cells: dict[CellKey, Value | None] = {}
    conflicts: list[Conflict] = []
    columns: list[AddedColumn] = []
    rows: dict[str, frozenset[str]] = {}
    for sheet in sheets:
        if not sheet.key or sheet.title not in workbook.titles:
            continue
        grid = workbook.grid(sheet.title)
        if not grid:
            continue
        found = _header(grid, sheet)
        if found is None:
            return Unreadable(
                f"「{path.name}」的工作表「{sheet.title}」找不到标题行（「{sheet.key}」一栏）。请恢复标题行"
            )
        read = _SheetReader(sheet, grid, *found)
        columns += [AddedColumn(sheet.title, h, workbook.width(sheet.title, i)) for i, h in read.added]
        conflicts += read.read_into(cells)
        rows[sheet.title] = frozenset(read.keys)
    ours = {OVERVIEW_TITLE, GUIDE_TITLE, *(s.title for s in sheets)}
    added = tuple(workbook.whole(title) for title in workbook.titles if title not in ours)
    return StaffBook(cells, Extras(tuple(columns), added), tuple(conflicts), rows)


def _header(grid: Sequence[Sequence[Value | None]], sheet: Sheet) -> tuple[int, dict[int, str]] | None:
    """The row of the headings, and the heading of each column; None if the key's heading is nowhere."""
    for number, values in enumerate(grid[:HEADER_ROWS]):
        names = [to_key(value) for value in values]
        if sheet.key in names and len(set(names) & set(sheet.headings)) >= min(2, len(sheet.headings)):
            return number, _distinct(names, _used(grid[number:]))
    return None


def _used(rows: Sequence[Sequence[Value | None]]) -> list[int]:
    """Columns with a value anywhere."""
    return sorted({i for values in rows for i, value in enumerate(values) if value is not None})


def _distinct(names: Sequence[str], used: Sequence[int]) -> dict[int, str]:
    """Headings by column: a second one of the same name is numbered, one without a name that has values gets one."""
    headings: dict[int, str] = {}
    taken: Counter[str] = Counter()
    for index in used:
        name = (names[index] if index < len(names) else "") or NAMELESS
        taken[name] += 1
        headings[index] = name if taken[name] == 1 else f"{name}（{taken[name]}）"
    return headings


@dataclass
class _SheetReader:
    """One sheet of ours as found in the file. grid: rows from the top; header: index of the headings' row."""

    sheet: Sheet
    grid: Sequence[Sequence[Value | None]]
    header: int
    headings: Mapping[int, str]
    keys: set[str] = field(default_factory=set)

    @property
    def added(self) -> list[tuple[int, str]]:
        """Columns that are not ours."""
        return [(index, heading) for index, heading in self.headings.items() if heading not in self.sheet.headings]

    def read_into(self, cells: dict[CellKey, Value | None]) -> Iterator[Conflict]:
        """Puts the cells staff own into `cells`, says what found no place."""
        staff = {c.heading for c in self.sheet.staff_columns}
        owned = [(i, h) for i, h in self.headings.items() if h in staff] + self.added
        key_index = next(i for i, h in self.headings.items() if h == self.sheet.key)
        for values in self.grid[self.header + 1 :]:
            row_key = to_key(_at(values, key_index))
            if row_key:
                self.keys.add(row_key)
            for index, heading in owned:
                value = _at(values, index)
                if row_key:
                    yield from _keep(cells, CellKey(self.sheet.title, row_key, heading), value)
                elif value is not None:
                    yield Conflict(self.sheet.title, "", heading, "", to_text(value), NO_KEY)


def _at(values: Sequence[Value | None], index: int) -> Value | None:
    return values[index] if index < len(values) else None


def _keep(cells: dict[CellKey, Value | None], key: CellKey, value: Value | None) -> Iterator[Conflict]:
    """Keeps a value; of two rows with one key the filled cell counts, of two filled ones the upper."""
    before = cells.get(key)
    if before is None:
        cells[key] = value
    elif value is not None and value != before:
        yield Conflict(*key, to_text(before), to_text(value), COPIED_ROW)


class _Opened:
    """A workbook as values. Formulas become what was last computed, or their own text if nothing was."""

    def __init__(self, path: Path) -> None:
        from openpyxl import load_workbook

        self._path = path
        self._book: Workbook = load_workbook(path, keep_links=False)
        self._computed: Workbook | None = None
        self.titles: tuple[str, ...] = tuple(sheet.title for sheet in self._book.worksheets)

    def grid(self, title: str) -> list[list[Value | None]]:
        """All rows of a sheet to the last with a value. Only existing cells are looked at: formats may span it."""
        sheet: Any = self._book[title]
        rows: dict[int, dict[int, Value]] = {}
        for (row, column), cell in sheet._cells.items():
            value = self._value(title, cell)
            if value is not None:
                rows.setdefault(row, {})[column] = value
        return [_line(rows.get(number)) for number in range(1, max(rows, default=0) + 1)]

    def width(self, title: str, index: int) -> float | None:
        """A column's width in characters, None if it was never set."""
        from openpyxl.utils import get_column_letter

        dimensions: Any = self._book[title].column_dimensions
        letter = get_column_letter(index + 1)
        return float(dimensions[letter].width) if letter in dimensions else None

    def whole(self, title: str) -> AddedSheet:
        """A sheet staff added, by value."""
        dimensions: Any = self._book[title].column_dimensions
        widths = tuple((letter, float(d.width)) for letter, d in dimensions.items() if d.customWidth)
        return AddedSheet(title, tuple(tuple(row) for row in self.grid(title)), widths)

    def _value(self, title: str, cell: Any) -> Value | None:
        raw = cell.value
        if cell.data_type == "f":
            raw = self._last_computed(title, cell.coordinate)
            raw = str(getattr(cell.value, "text", cell.value)) if raw is None else raw
        return _plain(raw)

    def _last_computed(self, title: str, coordinate: str) -> Any:
        from openpyxl import load_workbook

        if self._computed is None:
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
