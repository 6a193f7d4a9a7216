"""Tables with many works, one a row: found in grids of cells, whatever file they stand in.

A grid has true columns: a cell over several columns or rows stands in each of them. Columns are told by the same
labels as the fields of forms; a heading over two rows ("第一作者" over "姓名" and "单位") is read as both together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from parsers.facts import FormFacts
from parsers.labels import fold

if TYPE_CHECKING:
    from lxml.etree import _Element

Grid = Sequence[Sequence[str]]

MAX_WORKS = 500
"""Rows of a list that are read: no mail brings more works."""

_MAX_VALUE = 500
_MAX_COLUMNS = 60
_MAX_LABEL = 60
_HEAD_ROWS = 15  # rows of a grid among which its headings stand
_BESIDE = 2  # columns beside the title that are fields: fewer name no list
_FORM_FIELDS = 4  # fields beside the list's own columns that make a titled document a form with a table in it
_LIST_WORDS = ("汇总", "一览", "清单", "名单", "目录")
_NUMBER = ("序号", "编号", "序", "排序", "推荐排序", "推荐顺序", "排名")
_TOTALS = ("合计", "总计", "共计", "小计", "注", "备注", "说明", "填表说明", "填表人", "联系人", "例", "示例", "样例")
_BRACKETED = re.compile(r"[（(【\[][^）)】\]]{0,60}[）)】\]]")
_MARKS = "《》〈〉 \u3000\t\r\n"


def listed_works(grids: Sequence[Grid], labels: Mapping[str, Sequence[str]]) -> tuple[dict[str, str], ...]:
    """The works of all lists in `grids`: field to value as written, a title always among them.

    labels: field to synonyms. A table is a list if a row of headings names the title and other fields, or the title
    and a running number, and every row below it is a work's.
    """
    known = {fold(word): field for field, words in labels.items() for word in words}
    found = [work for grid in grids for work in _in_grid(grid, known)]
    return tuple(found[:MAX_WORKS])


def with_works(facts: FormFacts, grids: Sequence[Grid], labels: Mapping[str, Sequence[str]]) -> FormFacts:
    """A document's facts with the works it lists. A list is no form: it has no fields then."""
    works = listed_works(grids, labels)
    return facts.model_copy(update={"works": works, "fields": {}}) if _is_list(works, facts) else facts


def _is_list(works: Sequence[Mapping[str, str]], facts: FormFacts) -> bool:
    """These rows are what the document is about: not an author's earlier works in a form."""
    called = any(word in fold(facts.text[:200]) for word in _LIST_WORDS)
    if not works or (len(works) == 1 and not called):
        return False
    beside = set(facts.fields) - {field for work in works for field in work}
    return called or not (facts.title and len(beside) >= _FORM_FIELDS)


def _in_grid(grid: Grid, known: Mapping[str, str]) -> list[dict[str, str]]:
    for number, row in enumerate(grid[:_HEAD_ROWS]):
        below = grid[number + 1] if number + 1 < len(grid) else ()
        for columns, first in ((_two_rows(row, below, known), number + 2), (_fields(row, known), number + 1)):
            if _heads(columns, row):
                return list(_works(grid[first:], columns, known))
    return []


def _fields(row: Sequence[str], known: Mapping[str, str]) -> dict[int, str]:
    """Column to the field its heading names, each field once."""
    return _each_once((at, _field(cell, known)) for at, cell in enumerate(row[:_MAX_COLUMNS]))


def _two_rows(row: Sequence[str], below: Sequence[str], known: Mapping[str, str]) -> dict[int, str]:
    """The same of two rows of headings; none unless most of what the lower one adds are headings too."""
    pairs = list(zip(row, below, strict=False))[:_MAX_COLUMNS]
    read = [_field(upper + lower, known) or _field(lower, known) for upper, lower in pairs]
    added = [at for at, (upper, lower) in enumerate(pairs) if lower.strip() and fold(lower) != fold(upper)]
    named = sum(bool(read[at]) for at in added)
    if not named or 2 * named < len(added) or all(_field(cell, known) != "title" for cell in row):
        return {}
    return _each_once((at, read[at] or _field(upper, known)) for at, (upper, _) in enumerate(pairs))


def _each_once(pairs: Iterator[tuple[int, str]]) -> dict[int, str]:
    found: dict[str, int] = {}
    for at, field in pairs:
        if field:
            found.setdefault(field, at)
    return {at: field for field, at in found.items()}


def _field(cell: str, known: Mapping[str, str]) -> str:
    if not cell or len(cell) > _MAX_LABEL:
        return ""
    return known.get(fold(cell)) or known.get(fold(_BRACKETED.sub("", cell))) or ""


def _heads(columns: Mapping[int, str], row: Sequence[str]) -> bool:
    """It is a row of headings: a title and other fields, or a title and a running number."""
    if "title" not in columns.values():
        return False
    numbered = any(fold(cell) in _NUMBER for cell in row)
    return len(columns) > (1 if numbered else _BESIDE)


def _works(rows: Grid, columns: Mapping[int, str], known: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Rows until one that is no work's; blank ones, totals and examples are passed over."""
    seen: set[str] = set()
    for row in rows:
        values = {field: _value(row[at]) for at, field in columns.items() if at < len(row)}
        title = values.get("title", "").strip(_MARKS)
        if _is_form(row, known):
            return
        first = next((fold(cell) for cell in row if cell.strip()), "")
        spread = sum(bool(cell.strip()) for cell in row) > 1 and len({cell for cell in row if cell.strip()}) == 1
        if not fold(title) or first.startswith(_TOTALS) or spread or fold(title) in seen:
            continue
        seen.add(fold(title))
        yield {"title": title} | {field: value for field, value in values.items() if field != "title" and value}


def _is_form(row: Sequence[str], known: Mapping[str, str]) -> bool:
    """A row with labels in it belongs to a form again, or heads another table."""
    return sum(bool(_field(cell, known)) for cell in dict.fromkeys(row[:_MAX_COLUMNS])) >= _BESIDE


def _value(cell: str) -> str:
    return " ".join(cell.split())[:_MAX_VALUE]


# grids of documents


def line_grids(rows: Sequence[Sequence[str]]) -> list[Grid]:
    """Lines of cells, whose columns nobody knows, as grids: those of as many cells are one table."""
    widths = sorted({len(row) for row in rows if len(row) > _BESIDE})
    return [[row for row in rows if len(row) == width] for width in widths]


def docx_grids(root: _Element, text_of: Callable[[_Element], str]) -> list[Grid]:
    """The tables of a document's body as grids. text_of: the text of a paragraph."""
    return [list(_rows(table, text_of)) for table in root.iter("{*}tbl")]


def _rows(table: _Element, text_of: Callable[[_Element], str]) -> Iterator[list[str]]:
    above: list[str] = []
    for number, row in enumerate(_children(table, "tr")):
        if number > MAX_WORKS + _HEAD_ROWS:
            return
        cells: list[str] = []
        for cell in _children(row, "tc"):
            text = "\n".join(filter(None, map(text_of, _children(cell, "p")))).strip()
            if _goes_on(cell) and len(cells) < len(above):
                text = above[len(cells)]
            cells += [text] * min(_span(cell), _MAX_COLUMNS)
            if len(cells) >= _MAX_COLUMNS:
                break
        above = cells
        yield cells


def _children(node: _Element, kind: str) -> Iterator[_Element]:
    """Children of a kind, content controls and insertions between them looked through."""
    for child in node:
        name = str(child.tag).rpartition("}")[2]
        if name == kind:
            yield child
        elif name in ("sdt", "sdtContent", "customXml", "ins"):
            yield from _children(child, kind)


def _span(cell: _Element) -> int:
    found = cell.find("{*}tcPr/{*}gridSpan")
    value = _attribute(found, "val") if found is not None else ""
    return int(value) if value.isdecimal() and 1 <= int(value) <= _MAX_COLUMNS else 1


def _goes_on(cell: _Element) -> bool:
    """It is the lower part of a cell that runs over several rows."""
    found = cell.find("{*}tcPr/{*}vMerge")
    return found is not None and _attribute(found, "val") in ("", "continue")


def _attribute(node: _Element, name: str) -> str:
    return next((str(value) for key, value in node.items() if str(key).rpartition("}")[2] == name), "")
