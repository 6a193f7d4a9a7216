"""Reads staff's cells back from a workbook people have edited, found by the row's key and the column's heading.

Rows may be sorted, copied or deleted, columns moved or added, rows put in above the headings. What cannot be given a
place is a conflict; a file that cannot be read is a value with the reason, and must then not be overwritten.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reports import strays
from reports.arranging import Found, read_looks, read_remarks, read_view, width_of
from reports.book import AddedColumn, CellKey, Conflict, Extras, Remark, StaffCells, Typable, Value, View
from reports.cells import to_key, to_text
from reports.merging import Merged, merge
from reports.opened import Opened, why_not
from reports.strays import COPIED_ROW, NO_KEY, NOTHING, UNKNOWN_KEY, Rows
from reports.tables import GUIDE_TITLE, OVERVIEW_TITLE, Sheet
from reports.workbook import STAMP

if TYPE_CHECKING:
    from reports.shown import Shown

__all__ = [
    "COPIED_ROW", "NO_KEY", "UNKNOWN_KEY", "Merged", "StaffBook", "Unreadable", "merge", "read_staff", "without_strays",
]  # fmt: skip

HEADER_ROWS = 10
"""Rows in which the headings are looked for: people put a title above them."""
NAMELESS = "未命名栏"
"""Heading of a column staff filled without giving it one."""


@dataclass(frozen=True)
class Unreadable:
    """The workbook is there and cannot be read. reason: a Chinese sentence that says what to do."""

    reason: str


@dataclass(frozen=True)
class StaffBook:
    """What staff wrote. rows: by sheet title, the keys that have a row; the rest as in `Book`.

    as_written: cells of the program's that staff may fill too and that hold what was written there.
    untidy: sentences on what the program must not write over, though it could read it. stood: sheet title and key to
    the program's cells of a row, as text, where the key is not one that was written there.
    """

    cells: StaffCells = field(default_factory=dict)
    extras: Extras = field(default_factory=Extras)
    conflicts: tuple[Conflict, ...] = ()
    rows: Mapping[str, frozenset[str]] = field(default_factory=dict)
    untidy: tuple[str, ...] = ()
    stamp: str = ""
    stood: Mapping[tuple[str, str], str] = field(default_factory=dict)
    as_written: frozenset[CellKey] = frozenset()


def read_staff(
    path: Path,
    sheets: Sequence[Sheet],
    shown: Shown | None = None,
    before: Extras | None = None,
    typable: Typable = NOTHING,
) -> StaffBook | Unreadable:
    """Staff's cells, columns and sheets. A file that does not exist says nothing: an empty StaffBook.

    shown: what the program wrote into this file; without it, nothing is known of deleted rows and of what staff wrote
    over the program's cells. before: what staff had added when it was written; tells how they had sorted it. typable:
    cells of the program's whose new words are staff's cells too, and their None where staff emptied one.
    """
    if not path.exists():
        return StaffBook()
    try:
        if reason := why_not(path):
            return Unreadable(reason)
        return _read(path, sheets, shown, before or Extras(), typable)
    except PermissionError:
        return Unreadable(f"「{path.name}」现在打不开（没有权限，或被其他程序独占）。请关闭后等待下次更新")
    except Exception as error:  # a hostile or half-written file may fail anywhere inside the library
        return Unreadable(
            f"「{path.name}」已损坏，无法读取（{type(error).__name__}）。请用历史台账恢复，或打开后另存为 xlsx"
        )


def stamp_of(path: Path) -> str:
    """From which state of the ledger a readable file was made, as `Book.stamp`; "" if it does not say."""
    from zipfile import ZipFile

    from openpyxl.packaging.custom import CustomPropertyList
    from openpyxl.xml.functions import fromstring

    try:
        with ZipFile(path) as archive:
            tree: Any = fromstring(archive.read("docProps/custom.xml"))
        held: Any = CustomPropertyList.from_tree(tree)
    except Exception:  # no such member, or one that cannot be read: it does not say
        return ""
    return next((str(one.value) for one in held.props if one.name == STAMP), "")


def without_strays(book: StaffBook, known: Mapping[str, Collection[str]]) -> StaffBook:
    """The book with rows whose key nobody gave out turned into conflicts. known: keys by sheet title.

    A key that differs only in upper and lower case is taken for the known one.
    """
    cells: dict[CellKey, Value | None] = {}
    conflicts = list(book.conflicts)
    folded = {title: {key.casefold(): key for key in keys} for title, keys in known.items()}

    def right(key: CellKey) -> str | None:
        return folded.get(key.sheet, {}).get(key.key.casefold())

    for key, value in book.cells.items():
        if (own := right(key)) is not None:
            conflicts += _keep(cells, key._replace(key=own), value)
        elif value is not None:
            conflicts.append(Conflict(*key, "", to_text(value), UNKNOWN_KEY))
    for (title, key_), words in book.stood.items():
        if words and right(CellKey(title, key_, "")) is None:
            conflicts.append(Conflict(title, key_, strays.WHOLE_ROW, "", words, UNKNOWN_KEY))
    remarks: list[Remark] = []
    for remark in book.extras.remarks:
        own = right(remark.cell) if remark.cell.key else ""
        if own is None:
            conflicts.append(strays.lost_remark(remark))
        else:
            remarks.append(remark._replace(cell=remark.cell._replace(key=own)))
    extras = replace(book.extras, remarks=tuple(remarks))
    return replace(book, cells=cells, conflicts=tuple(conflicts), extras=extras)


def _read(
    path: Path, sheets: Sequence[Sheet], shown: Shown | None, before: Extras, typable: Typable
) -> StaffBook | Unreadable:
    workbook = Opened(path)
    reading = _Reading(workbook, shown, before, typable)
    for sheet in sheets:
        if sheet.title not in workbook.titles:
            reading.conflicts += strays.deleted_sheet(sheet, shown)
        elif not sheet.key:
            reading.conflicts += strays.on_keyless(workbook, sheet.title, shown)
        elif not reading.read(sheet):
            return Unreadable(
                f"「{path.name}」的工作表「{sheet.title}」找不到标题行（「{sheet.key}」一栏）。请恢复标题行"
            )
    for title in (OVERVIEW_TITLE, GUIDE_TITLE):
        if title in workbook.titles:
            reading.conflicts += strays.on_keyless(workbook, title, shown)
    ours = {OVERVIEW_TITLE, GUIDE_TITLE, *(s.title for s in sheets)}
    stamp = workbook.property(STAMP)
    added = tuple(workbook.added(title) for title in workbook.titles if title not in ours)
    return reading.book(path.name, added, stamp)


class _Reading:
    """What has been read of a workbook so far."""

    def __init__(self, workbook: Opened, shown: Shown | None, before: Extras, typable: Typable) -> None:
        self._workbook, self._shown, self._before, self._typable = workbook, shown, before, typable
        self._as_written: set[CellKey] = set()
        self._cells: dict[CellKey, Value | None] = {}
        self._rows: dict[str, frozenset[str]] = {}
        self._stood: dict[tuple[str, str], str] = {}
        self._columns: list[AddedColumn] = []
        self._views: list[View] = []
        self._looks: list[tuple[CellKey, str]] = []
        self._remarks: list[Remark] = []
        self._untidy: list[str] = []
        self.conflicts: list[Conflict] = []

    def read(self, sheet: Sheet) -> bool:
        """One sheet of ours; False if its headings are nowhere."""
        grid = self._workbook.grid(sheet.title)
        if not grid:
            self.conflicts += strays.deleted_sheet(sheet, self._shown)
            return True
        header = _header(grid, sheet)
        if header is None:
            return False
        target = self._workbook.sheet(sheet.title)
        reader = _SheetReader(sheet, grid, *header)
        self.conflicts += reader.read_into(self._cells)
        found = reader.found()
        rows = Rows(found, grid, self._shown.rows.get(sheet.title) if self._shown else None, self._typable)
        self.conflicts += rows.conflicts()
        self._take_typed(rows)
        self._stood |= rows.stood()
        self._rows[sheet.title] = frozenset(reader.keys)
        self._columns += [AddedColumn(sheet.title, h, width_of(target, i + 1)) for i, h in reader.added]
        order = strays.order(found, rows.written, self._before.view(sheet.title).order)
        self._views.append(read_view(target, found, order))
        self._looks += read_looks(target, found)
        self.conflicts += strays.formulas(target, found, grid)
        self._take_remarks(target, found)
        self._untidy += strays.untidy(target, found)
        return True

    def _take_typed(self, rows: Rows) -> None:
        for key, value, as_written in rows.typed():
            if as_written:
                self._as_written.add(key)
            else:
                self.conflicts += _keep(self._cells, key, value)

    def _take_remarks(self, target: Any, found: Found) -> None:
        for remark in read_remarks(target, found):
            if remark.cell.key == "?":
                self.conflicts.append(strays.lost_remark(remark))
            else:
                self._remarks.append(remark)

    def book(self, name: str, sheets: Sequence[Any], stamp: str) -> StaffBook:
        """All of it."""
        extras = Extras(
            tuple(self._columns), tuple(sheets), tuple(self._views), tuple(sorted(self._looks)), tuple(self._remarks)
        )
        untidy = tuple(f"「{name}」{said}" for said in self._untidy)
        written = frozenset(self._as_written)
        return StaffBook(self._cells, extras, tuple(self.conflicts), self._rows, untidy, stamp, self._stood, written)


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
    keys: dict[str, None] = field(default_factory=dict)
    by_row: dict[int, str] = field(default_factory=dict)

    @property
    def added(self) -> list[tuple[int, str]]:
        """Columns that are not ours."""
        return [(index, heading) for index, heading in self.headings.items() if heading not in self.sheet.headings]

    def found(self) -> Found:
        """Where everything is, counted from 1."""
        headings = {index + 1: heading for index, heading in self.headings.items()}
        return Found(self.sheet, self.header + 1, headings, self.by_row)

    def read_into(self, cells: dict[CellKey, Value | None]) -> Iterator[Conflict]:
        """Puts the cells staff own into `cells`, says what found no place."""
        staff = {c.heading for c in self.sheet.staff_columns}
        owned = [(i, h) for i, h in self.headings.items() if h in staff] + self.added
        key_index = next(i for i, h in self.headings.items() if h == self.sheet.key)
        for number, values in enumerate(self.grid[self.header + 1 :], start=self.header + 2):
            row_key = to_key(_at(values, key_index))
            if row_key:
                self.keys[row_key] = None
                self.by_row[number] = row_key
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
