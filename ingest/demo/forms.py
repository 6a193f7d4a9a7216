"""Word forms in the likeness of the contest's: real .docx files in several layouts, the same for the same arguments."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH

from ingest.demo.docxs import add_line, fill, grid, new_document, settled
from ingest.demo.rows import LAYOUTS, SAMPLE_NOTE, TALL, Cell, FormKind, form_rows, form_title

__all__ = ["LAYOUTS", "FormKind", "make_form"]

_SECTIONS = {
    "title": "作品信息",
    "entrant_kind": "作者信息",
    "author": "作者信息",
    "contact": "联系方式",
    "summary": "作品说明",
    "recommender_opinion": "推荐意见",
    "review_opinion": "审核意见",
}
"""The field a section begins with, in the layout that has sections down its left side."""


def make_form(
    path: Path,
    *,
    kind: FormKind,
    values: Mapping[str, str],
    layout: int = 0,
    year: int = 2024,
    title: str | None = None,
    without: Collection[str] = (),
    dated: str = "2024年10月8日",
) -> Path:
    """Write a form and return its path.

    values: field name (title, author, phone …) to what is written there; fields not named stand blank. layout 0: a
    table of four columns; 1: sections down the left side, labels with inner spaces; 2: lines of text and a small
    table. title: the line above it, None for the contest's. without: fields whose label is left out. dated: the day
    it says it was filled in.
    KeyError for a field this form has no place for.
    """
    document = new_document(title or form_title(kind, year))
    rows = form_rows(kind, values, layout=layout, without=without)
    draw = (_four_columns, _with_sections, _mostly_text)[layout % LAYOUTS]
    draw(document, rows)
    add_line(document, f"填表日期：{dated}", align=WD_ALIGN_PARAGRAPH.RIGHT)
    add_line(document, SAMPLE_NOTE, size=8)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(settled(document))
    return path


def _four_columns(document: Document, rows: Sequence[tuple[Cell, ...]]) -> None:
    """Two fields a row; a field alone has three columns for its value, merged."""
    table = grid(document, len(rows), (2.8, 5.5, 2.8, 5.5))
    for number, row in enumerate(rows):
        cells = table.rows[number].cells
        if len(row) == 1:
            fill(cells[0], row[0].label, label=True)
            fill(cells[1].merge(cells[3]), _roomy(row[0]))
            continue
        for place, field in enumerate(row):
            fill(cells[2 * place], field.label, label=True)
            fill(cells[2 * place + 1], field.value)


def _with_sections(document: Document, rows: Sequence[tuple[Cell, ...]]) -> None:
    """One field a row; the name of its section runs down the first column, merged over the section's rows."""
    fields = [field for row in rows for field in row]
    table = grid(document, len(fields), (1.4, 4.2, 11))
    starts = [n for n, field in enumerate(fields) if field.field in _SECTIONS and _new_section(fields, n)]
    for start, end in zip(starts, [*starts[1:], len(fields)], strict=True):
        merged = table.cell(start, 0).merge(table.cell(end - 1, 0))
        fill(merged, _SECTIONS[fields[start].field], label=True)
    for number, field in enumerate(fields):
        fill(table.cell(number, 1), field.label, label=True)
        fill(table.cell(number, 2), _roomy(field))


def _new_section(fields: Sequence[Cell], number: int) -> bool:
    """A section begins here: not if the last beginning had the same name."""
    earlier = [_SECTIONS[f.field] for f in fields[:number] if f.field in _SECTIONS]
    return not earlier or earlier[-1] != _SECTIONS[fields[number].field]


def _mostly_text(document: Document, rows: Sequence[tuple[Cell, ...]]) -> None:
    """Lines "label：value"; only how to reach people stands in a table of two columns."""
    reach = [f for row in rows for f in row if f.field in ("contact", "phone", "email", "postcode", "address")]
    rest = [f for row in rows for f in row if f not in reach]
    before = [f for f in rest if f.field not in (*TALL, "recommender", "reviewers", "non_original")]
    for field in before:
        add_line(document, f"{field.label}：{field.value}")
    table = grid(document, len(reach), (4, 12.6))
    for number, field in enumerate(reach):
        fill(table.cell(number, 0), field.label, label=True)
        fill(table.cell(number, 1), field.value)
    for field in rest:
        if field not in before:
            add_line(document, f"{field.label}：{field.value}")


def _roomy(field: Cell) -> str:
    """The value, with a few empty lines where people write much, if they wrote at all."""
    return f"{field.value}\n\n" if field.field in TALL and field.value else field.value
