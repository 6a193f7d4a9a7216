"""What staff wrote where the program writes, rows that went or lost their key: each is told, so that nothing is lost.

The program writes its own cells anew each time. What it wrote there last is known by checksum (`reports.shown`), so
that words of staff's in such a cell are seen; they are conflicts, shown in a sheet of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from reports.arranging import OURS, Found
from reports.book import CellKey, Conflict, Remark, Typable, Value
from reports.cells import to_text
from reports.opened import Opened
from reports.shown import Shown, checksum
from reports.tables import Sheet

NO_KEY = "这一行的编号（登记号）被删除或改坏了，程序不知道它属于哪一行。请把内容填回正确的行"
UNKNOWN_KEY = "程序没有这个编号（登记号），可能被改过。请把内容填回正确的行"
COPIED_ROW = "同一编号（登记号）有两行，这一格的值不同，表中保留上面一行的值。请核对"
DELETED_ROW = "这一行被删除过。台账的行由程序管理，已按原样写回，填写过的内容都在"
DELETED_ROWS = "这些行被删除过。台账的行由程序管理，已按原样写回，填写过的内容都在"
DELETED_SHEET = "这张工作表被删除、清空或改名。程序已重新写出，填写过的内容都在"
WRITTEN_OVER = "这一栏由程序填写，更新时会写回。您写的内容留在这里；需要更正请写在「备注」等黄色标题的栏目"
ON_KEYLESS = "这张工作表由程序整张重写，写在上面的内容不会保留在原处，留在这里。请改写到黄色标题的栏目或自己的工作表"
FORMULAS = "这一栏有 {count} 个公式，更新后只保留算出的结果，原来的公式留在这里。要一直用公式，请写在自己的工作表里"
LOST_REMARK = "这条批注所在的行或工作表由程序重写，找不到原处。请把内容写到正确的行"
LOOKS_LIKE = "看起来原是 {key}，那一行已按原样写回"
WHOLE_ROW, REMARK = "（整行）", "（批注）"
FIRST_WORDS = 2
"""Cells that are enough to tell a row by."""
NOTHING = Typable()
MANY_ROWS = 20
"""Rows deleted at once of which each is told by itself; more are told together."""


class Rows:
    """The program's cells in the rows of one sheet. written: row key to checksums by heading, None if not known."""

    def __init__(
        self,
        found: Found,
        grid: Sequence[Sequence[Value | None]],
        written: Mapping[str, Mapping[str, str]] | None,
        typable: Typable = NOTHING,
    ) -> None:
        self._found, self._grid, self.written, self._typable = found, grid, written, typable
        staff = {c.heading for c in found.sheet.staff_columns}
        own = set(found.sheet.headings) - staff
        self._own = [(index - 1, heading) for index, heading in found.headings.items() if heading in own]

    def conflicts(self) -> Iterator[Conflict]:
        """Words of staff's in cells of the program's; rows without a key; rows that are gone."""
        title, lookalikes = self._found.sheet.title, set()
        for number, values in enumerate(self._grid[self._found.header :], start=self._found.header + 1):
            key = self._found.keys.get(number, "")
            if self.written is not None and key in self.written:
                yield from self._written_over(key, values)
                continue
            lookalikes.add(self._lookalike(values))
            if not key and (words := self._words(values)):
                yield Conflict(title, "", WHOLE_ROW, "", words, NO_KEY)
        there = set(self._found.keys.values()) | lookalikes
        folded = {key.casefold() for key in there}
        gone = [key for key in self.written or () if key.casefold() not in folded]
        if len(gone) > MANY_ROWS:
            yield Conflict(title, "", WHOLE_ROW, "", "、".join(gone), DELETED_ROWS)
        else:
            yield from (Conflict(title, key, WHOLE_ROW, "", "", DELETED_ROW) for key in gone)

    def stood(self) -> dict[tuple[str, str], str]:
        """What stands in rows whose key was not written there, by sheet title and key."""
        title, found = self._found.sheet.title, {}
        for number, key in self._found.keys.items():
            if self.written is None or key not in self.written:
                found[title, key] = self._words(self._grid[number - 1])
        return found

    def typed(self) -> Iterator[tuple[CellKey, Value | None, bool]]:
        """Each cell of the program's that staff may fill too: its value, and whether it is what was written there."""
        title = self._found.sheet.title
        for number, key in self._found.keys.items():
            sums = (self.written or {}).get(key)
            values = self._grid[number - 1]
            for index, heading in self._own if sums is not None else ():
                if sums is not None and self._typable.takes(title, key, heading):
                    value = values[index] if index < len(values) else None
                    yield CellKey(title, key, heading), value, sums.get(heading) == checksum(value)

    def _written_over(self, key: str, values: Sequence[Value | None]) -> Iterator[Conflict]:
        sums = (self.written or {})[key]
        for index, heading in self._own:
            value = values[index] if index < len(values) else None
            if self._typable.takes(self._found.sheet.title, key, heading):
                continue
            if value is not None and sums.get(heading) != checksum(value):
                yield Conflict(self._found.sheet.title, key, heading, "", to_text(value), WRITTEN_OVER)

    def _words(self, values: Sequence[Value | None]) -> str:
        """What stands in the program's cells of a row; of one that was written with these very words, which it is."""
        pairs = [(heading, values[index]) for index, heading in self._own if index < len(values)]
        said = [f"{heading}：{to_text(value)}" for heading, value in pairs if value is not None]
        like = self._lookalike(values)
        return "；".join([*said[:FIRST_WORDS], LOOKS_LIKE.format(key=like)] if like else said)

    def _lookalike(self, values: Sequence[Value | None]) -> str:
        """The key of the row that was written with these very words, "" if there is none or more than one."""
        return self._by_words.get(
            tuple(checksum(values[i] if i < len(values) else None) for i, h in self._own if h != self._found.sheet.key),
            "",
        )

    @cached_property
    def _by_words(self) -> dict[tuple[str, ...], str]:
        found: dict[tuple[str, ...], str] = {}
        for key, sums in (self.written or {}).items():
            words = tuple(sums.get(h, "") for _, h in self._own if h != self._found.sheet.key)
            found[words] = "" if words in found else key
        return found


def deleted_sheet(sheet: Sheet, shown: Shown | None) -> Iterator[Conflict]:
    """A sheet of the program's is gone or empty."""
    if shown is not None and (sheet.title in shown.words or shown.rows.get(sheet.title)):
        yield Conflict(sheet.title, "", WHOLE_ROW, "", "", DELETED_SHEET)


def on_keyless(workbook: Opened, title: str, shown: Shown | None) -> Iterator[Conflict]:
    """What staff wrote on a sheet that the program writes whole, and their comments there."""
    known = shown.words.get(title) if shown is not None else None
    if known is not None:
        for row, column, value in workbook.texts(title):
            if checksum(value) not in known:
                yield Conflict(title, f"第{row}行", _letter(column), "", to_text(value), ON_KEYLESS)
    for (row, column), cell in workbook.sheet(title)._cells.items():
        if cell.comment is not None and cell.comment.author != OURS:
            yield Conflict(title, f"第{row}行", f"{_letter(column)}{REMARK}", "", cell.comment.text or "", LOST_REMARK)


def lost_remark(remark: Remark) -> Conflict:
    """A comment whose row is not known."""
    sheet, key, heading = remark.cell
    return Conflict(sheet, "" if key == "?" else key, f"{heading}{REMARK}", "", remark.text, LOST_REMARK)


def formulas(target: Any, found: Found, grid: Sequence[Sequence[Value | None]]) -> Iterator[Conflict]:
    """Formulas in cells of staff's, a row of a column: their results are kept, since rows move and are made anew."""
    firsts: dict[str, list[tuple[str, str, str]]] = {}
    for (row, index), cell in target._cells.items():
        if cell.data_type != "f" or row not in found.keys or index not in found.columns:
            continue
        if not found.columns[index].staff:
            continue
        values = grid[row - 1]
        text = str(getattr(cell.value, "text", cell.value))
        result = values[index - 1] if index <= len(values) else None
        if result != text:
            firsts.setdefault(found.headings[index], []).append((found.keys[row], text, to_text(result)))
    for heading, several in firsts.items():
        key, text, result = several[0]
        yield Conflict(found.sheet.title, key, heading, result, text, FORMULAS.format(count=len(several)))


def order(found: Found, written: Mapping[str, Any] | None, before: tuple[str, ...]) -> tuple[str, ...]:
    """Row keys as staff sorted them. Where nobody touched the order that was written, it is what it was before."""
    keys = list(dict.fromkeys(found.keys.values()))
    if written is None:
        return before
    there = set(keys)
    untouched = [key for key in written if key in there] == [key for key in keys if key in written]
    return before if untouched else tuple(keys)


def untidy(target: Any, found: Found) -> Iterator[str]:
    """What must not be written over, though it can be read: rows above the headings, merged cells."""
    title = found.sheet.title
    if found.header > 1:
        above = found.header - 1
        yield f"的工作表「{title}」在标题行上方多了 {above} 行，程序不覆盖这份台账。请删去它们，把标题行放回第一行"
    if target.merged_cells.ranges:
        where = "、".join(str(one) for one in list(target.merged_cells.ranges)[:3])
        yield f"的工作表「{title}」有合并单元格（{where}），程序不覆盖这份台账。请取消合并"


def _letter(column: int) -> str:
    from openpyxl.utils import get_column_letter

    return f"{get_column_letter(column)}栏"
