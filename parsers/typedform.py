"""A form that staff typed in: 表格.xlsx, labels in one column and values in another, found by their headings.

Any program may have saved it: columns may be moved, rows put in, sheets added. Cells are read as people see them.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from parsers.facts import Broken, FieldValue, FormFacts, Unknown, Wants
from parsers.labels import fold, with_normal

FORMAT = "typed"
SHEET_FORM, ROW_FORM = "表格.xlsx", "台账录入.xlsx"
"""Names of such files: one that staff fill in, and what they typed into a row of the workbook."""
LABELS, VALUES, CODES = "栏目", "填写", "代码"
"""Headings of the columns; by 代码 a row is known whatever became of its label."""
TITLE, TYPIST = "表格标题", "录入人"
"""Labels of what is no field: the title of the form that was typed in, and who typed."""
LEFT_BLANK = frozenset({"未填", "空白", "（未填）", "(未填)"})
"""What staff write where the form itself has nothing: the label is there, the value is not."""

MAX_UNPACKED, MAX_MEMBERS = 50_000_000, 1_000
MAX_SHEETS, MAX_ROWS, MAX_COLUMNS, HEADER_ROWS = 10, 500, 30, 40
MAX_VALUE = 20_000
_QUOTED = re.compile(r'"[^"]*"|\\.|\[\$[^\]]*\]|_.|\*.')
_DECIMALS = re.compile(r"\.(0+)")
_ZEROS = re.compile(r"0+")


@dataclass(frozen=True)
class _Columns:
    """Where the headings stand, counted from 0; code: None where that column is gone."""

    label: int
    value: int
    code: int | None


def looks_typed(text: str) -> bool:
    """Whether a workbook's text, cells parted by tabs, has the headings of such a form near its beginning."""
    lines = (line.split("\t") for line in text.split("\n", HEADER_ROWS)[:HEADER_ROWS])
    return any({LABELS, VALUES} <= {_plain(cell) for cell in cells} for cells in lines)


def read_typed(path: Path, wants: Wants) -> FormFacts | Unknown | Broken:
    """The form, with the fields that are filled and a confidence of 1; Unknown for a workbook that is no such form.

    Fields left empty are not there: nobody said that they are blank. text: a line a row, who typed among them. Broken
    for one beyond the bounds. What the library makes of a damaged one is for the caller.
    """
    with ZipFile(path) as archive:
        members = archive.infolist()
        if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_UNPACKED:
            return Broken(format="xlsx", reason="too-large")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what the library does not know of other programs' files is no trouble here
        rows = _rows(path)
    return Unknown(format="xlsx") if rows is None else _form(rows, wants)


def typist_of(facts: FormFacts) -> str:
    """Who typed the form, as written in it, "" if nobody is named."""
    begin = f"{TYPIST}："
    said = [line.removeprefix(begin) for line in facts.text.splitlines() if line.startswith(begin)]
    return said[-1][:40] if said else ""


def _rows(path: Path) -> list[tuple[str, str, str]] | None:
    """(code, label, value) of every row under the headings; None if no sheet has these."""
    from openpyxl import load_workbook

    with path.open("rb") as file:  # by its name the library would refuse a file of the store
        workbook = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        try:
            for sheet in workbook.worksheets[:MAX_SHEETS]:
                found = _below(sheet.iter_rows(min_row=1, max_row=MAX_ROWS, max_col=MAX_COLUMNS))
                if found is not None:
                    return found
        finally:
            workbook.close()
    return None


def _below(lines: Iterator[Sequence[Any]]) -> list[tuple[str, str, str]] | None:
    columns: _Columns | None = None
    found: list[tuple[str, str, str]] = []
    for number, cells in enumerate(lines):
        if columns is None:
            columns = _columns([_plain(seen(cell)) for cell in cells])
            if number >= HEADER_ROWS:
                return None
            continue
        texts = [seen(cell) for cell in cells]
        label, value = (texts[at] if at < len(texts) else "" for at in (columns.label, columns.value))
        code = texts[columns.code] if columns.code is not None and columns.code < len(texts) else ""
        if label or code:
            found.append((_plain(code), label, value))
    return found if columns is not None else None


def _columns(headings: Sequence[str]) -> _Columns | None:
    if LABELS not in headings or VALUES not in headings:
        return None
    code = headings.index(CODES) if CODES in headings else None
    return _Columns(headings.index(LABELS), headings.index(VALUES), code)


def _form(rows: Sequence[tuple[str, str, str]], wants: Wants) -> FormFacts:
    named = _named(wants.labels)
    fields: dict[str, FieldValue] = {}
    title, lines = "", []
    for code, label, value in rows:
        if not value:
            continue
        plain = re.sub(r"\s*[*＊]\s*$", "", label).strip()
        if fold(plain) == TITLE:
            title = " ".join(value.split())[:200]
        field = code if code in wants.labels else named.get(fold(plain), "")
        lines.append(f"{plain}：{value}")
        if field and field not in fields:
            written = "" if value in LEFT_BLANK else value
            found = FieldValue(value=written, label=plain[:60])
            fields[field] = with_normal(found, wants.types.get(field, ""))
    text = "\n".join([title, *lines] if title else lines)
    return FormFacts(format=FORMAT, title=title, fields=fields, text=text[: wants.max_text])


def _named(labels: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Folded label to field; one that only counts in a section of a form is not known by itself."""
    found: dict[str, str] = {}
    for field, synonyms in labels.items():
        for synonym in synonyms:
            if ">" not in synonym:
                found.setdefault(fold(synonym), field)
    found.pop("", None)
    return found


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


# cells as people see them


def seen(cell: Any) -> str:
    """What a spreadsheet program shows of a cell, near enough: dates by the parts their format has, numbers whole."""
    value, shown_as = cell.value, str(getattr(cell, "number_format", "") or "")
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, dt.datetime | dt.date):
        return _day(value, _QUOTED.sub("", shown_as).lower())
    if isinstance(value, dt.time | dt.timedelta):
        return _clock(value, shown_as)
    if isinstance(value, int | float):
        return _number(value, _QUOTED.sub("", shown_as).split(";")[0])
    text = "".join(c for c in str(value) if c in "\n\t" or unicodedata.category(c)[0] != "C")
    return "" if getattr(cell, "data_type", "") == "e" else text.strip()[:MAX_VALUE]


def _day(value: dt.datetime | dt.date, shown_as: str) -> str:
    """A date; without the day where its format has none, since a month typed in is kept as its first day."""
    with_time = isinstance(value, dt.datetime) and (value.hour or value.minute or value.second)
    if "d" not in shown_as and "y" in shown_as and not with_time:
        return f"{value.year}年{value.month}月" if "m" in shown_as else f"{value.year}年"
    day = f"{value.year}-{value.month:02d}-{value.day:02d}"
    return f"{day} {value:%H:%M}" if with_time else day


def _clock(value: dt.time | dt.timedelta, shown_as: str) -> str:
    whole = (
        int(value.total_seconds())
        if isinstance(value, dt.timedelta)
        else value.hour * 3600 + value.minute * 60 + value.second
    )
    hours, rest = divmod(whole, 3600)
    if "s" in shown_as.lower() or rest % 60:
        return f"{hours}:{rest // 60:02d}:{rest % 60:02d}"
    return f"{hours}:{rest // 60:02d}"


def _number(value: int | float, shown_as: str) -> str:
    decimals = _DECIMALS.search(shown_as)
    if "%" in shown_as:
        return f"{value * 100:.{len(decimals[1]) if decimals else 0}f}%"
    if isinstance(value, float) and not value.is_integer():
        return f"{value:.{len(decimals[1])}f}" if decimals else f"{value:.10g}"
    whole = str(int(value)) if abs(value) < 1e20 else f"{value:.10g}"
    return whole.zfill(len(shown_as)) if _ZEROS.fullmatch(shown_as) and len(shown_as) <= 20 else whole
