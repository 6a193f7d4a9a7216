"""Word files made with python-docx that are the same every time: a document, its lines, its tables."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Sequence

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

WRITTEN = dt.datetime(2024, 10, 8, 9, 0, tzinfo=dt.UTC)
"""When all these files say that they were written."""
SIZE = 10.5
"""Points of plain text."""


def new_document(title: str, *, margin_cm: float = 2.2) -> Document:
    """A document of A4 pages with fixed properties and a heading."""
    document = docx.Document()
    document.styles["Normal"].font.name = "宋体"
    document.styles["Normal"].element.rPr.rFonts.set(qn("w:eastAsia"), "宋体")
    properties = document.core_properties
    properties.author, properties.last_modified_by, properties.title = "样例", "样例", title
    properties.created = properties.modified = WRITTEN.replace(tzinfo=None)
    for section in document.sections:
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(margin_cm)
    add_line(document, title, size=18, bold=True, align=WD_ALIGN_PARAGRAPH.CENTER)
    return document


def add_line(
    holder: Document | _Cell,
    text: str,
    *,
    size: float = SIZE,
    bold: bool = False,
    align: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.LEFT,
) -> Paragraph:
    """A paragraph of one run at the end of a document or a cell. size: points."""
    paragraph = holder.add_paragraph()
    paragraph.alignment = align
    run = paragraph.add_run(text)
    run.font.size, run.bold = Pt(size), bold
    return paragraph


def fill(cell: _Cell, text: str, *, label: bool = False, size: float = SIZE) -> None:
    """Write into an empty cell; a label stands bold in its middle."""
    paragraph = cell.paragraphs[0]
    if label:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run(text)
    run.font.size, run.bold = Pt(size), label


def grid(holder: Document | _Cell, rows: int, widths: Sequence[float]) -> Table:
    """A table with lines at the end of a document or within a cell; widths in centimetres."""
    table: Table = holder.add_table(rows, len(widths))
    table.style = "Table Grid"
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
        for cell in column.cells:
            cell.width = Cm(width)
    return table


def settled(document: Document) -> bytes:
    """The file's bytes with one time for all members: Word files are archives, and carry the time of writing."""
    first, last = io.BytesIO(), io.BytesIO()
    document.save(first)
    with zipfile.ZipFile(first) as made, zipfile.ZipFile(last, "w", zipfile.ZIP_DEFLATED) as archive:
        for member in made.infolist():
            named = zipfile.ZipInfo(member.filename, date_time=WRITTEN.timetuple()[:6])
            named.external_attr = 0o600 << 16
            archive.writestr(named, made.read(member), compress_type=zipfile.ZIP_DEFLATED)
    return last.getvalue()
