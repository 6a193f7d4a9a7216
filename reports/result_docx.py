"""形式审查结果 as a Word document: the same lists, to be read, signed and put among the papers."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from reports.cells import clean_text
from reports.result import NO_REASON, NONE, Result, ResultColumn, ResultList, shown
from reports.transplant import SteadyZip

if TYPE_CHECKING:
    from docx.document import Document

BODY, HEADING = "宋体", "黑体"
_PAGE_CM, _MARGIN_CM = (29.7, 21.0), 1.8
_NUMERALS = "一二三四五六七八九十"
_NAMESPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_TWIPS_PER_CM = 567
_CHARACTER_CM = 0.19
"""Half a Chinese character of nine points, with the cell's margins shared out."""
_HEAD_FILL, _CENTRED = "E7ECF3", frozenset({"", "id", "duration", "machine", "by", "author"})


def write_docx(path: Path, result: Result) -> None:
    """Write the file, the same bytes for the same values. The path must be free. OSError as files have it."""
    document = _document(result)
    _front(document, result)
    for number, one in enumerate(result.lists):
        _heading(document, f"{_NUMERALS[number]}、{one.title}（{len(one.works)} 部）")
        _line(document, f"{one.meaning}。" if one.works else NONE, size=9 if one.works else 10.5)
        if one.works:
            _append(document, _works_table(one))
    made = io.BytesIO()
    document.save(made)
    with ZipFile(made) as packed, path.open("xb") as file, SteadyZip(file, "w", ZIP_DEFLATED) as archive:
        for name in packed.namelist():
            archive.writestr(name, packed.read(name))


def _document(result: Result) -> Document:
    """A4 across, Chinese fonts by name, page numbers below."""
    import docx
    from docx.enum.section import WD_ORIENT
    from docx.shared import Cm, Pt

    document = docx.Document()
    normal: Any = document.styles["Normal"]
    _fonts(normal, BODY)
    normal.font.size = Pt(10.5)
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(_PAGE_CM[0]), Cm(_PAGE_CM[1])
    section.left_margin = section.right_margin = Cm(_MARGIN_CM)
    section.top_margin, section.bottom_margin = Cm(1.8), Cm(1.6)
    about = document.core_properties
    about.author, about.last_modified_by, about.title = "kepu-intake", "kepu-intake", f"{result.heading} {result.track}"
    about.created = about.modified = result.as_of
    about.comments, about.language = "", "zh-CN"
    _footer(section, f"{result.edition}　{result.track}　数据截至 {result.as_of:%Y-%m-%d %H:%M}　　第 ", " 页")
    return document


def _fonts(style: Any, name: str) -> None:
    """The font for Chinese and other letters; no font of the theme, which would win over it."""
    from docx.oxml.ns import qn

    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for key in list(fonts.attrib):
        del fonts.attrib[key]
    for kind in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{kind}"), name)


def _footer(section: Any, before: str, after: str) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    paragraph = section.footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for text in (clean_text(before), None, after):
        run = paragraph.add_run(text or "")
        run.font.size = Pt(8)
        if text is None:
            _page_number(run)


def _page_number(run: Any) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    run._r.addprevious(field)
    field.append(run._r)


def _front(document: Document, result: Result) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    _line(document, result.heading, size=18, font=HEADING, align=WD_ALIGN_PARAGRAPH.CENTER)
    _line(document, f"（{result.track}）", size=14, font=HEADING, align=WD_ALIGN_PARAGRAPH.CENTER)
    _line(document, result.taken, align=WD_ALIGN_PARAGRAPH.CENTER)
    words = [*(word for word, _ in result.counts), "合计"]
    counts = [*(str(count) for _, count in result.counts), str(result.registered)]
    each = (_PAGE_CM[0] - 2 * _MARGIN_CM) / len(words)
    _append(document, _table(words, [counts], [each] * len(words), [True] * len(words)))
    _line(document, result.decided_by, before=8)
    for note in result.notes:
        _line(document, f"请工作人员处理：{note}", bold=True)


def _heading(document: Document, text: str) -> None:
    """A heading that Word's outline shows, and that stays with what follows."""
    from docx.shared import Pt, RGBColor

    paragraph: Any = document.add_heading(clean_text(text), level=1)
    paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(14), Pt(4)
    for run in paragraph.runs:
        _fonts_of_run(run, HEADING)
        run.font.size, run.font.color.rgb, run.bold = Pt(14), RGBColor(0, 0, 0), False


def _fonts_of_run(run: Any, name: str) -> None:
    from docx.oxml.ns import qn

    run.font.name = name
    run._r.rPr.rFonts.set(qn("w:eastAsia"), name)


def _line(
    document: Document,
    text: str,
    *,
    size: float = 10.5,
    font: str = "",
    bold: bool = False,
    align: Any = None,
    before: float = 0,
) -> None:
    from docx.shared import Pt

    paragraph = document.add_paragraph()
    paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(before), Pt(4)
    if align is not None:
        paragraph.alignment = align
    run = paragraph.add_run(clean_text(text))
    run.font.size, run.bold = Pt(size), bold
    if font:
        _fonts_of_run(run, font)


def _works_table(one: ResultList) -> str:
    widths = _widths(one.columns)
    rows = [[str(shown(work, column, n)) for column in one.columns] for n, work in enumerate(one.works, start=1)]
    return _table([c.heading for c in one.columns], rows, widths, [c.name in _CENTRED for c in one.columns])


def _widths(columns: Sequence[ResultColumn]) -> list[float]:
    """Centimetres: short values stand on one line, long ones share what is left of the page."""
    fixed = {column: column.width * _CHARACTER_CM for column in columns if column.name in _CENTRED}
    room = _PAGE_CM[0] - 2 * _MARGIN_CM - sum(fixed.values())
    shares = sum(column.width for column in columns if column not in fixed)
    return [fixed[column] if column in fixed else room * column.width / shares for column in columns]


def _append(document: Document, table: str) -> None:
    """A table behind what is there. Written as XML: the library takes minutes for thousands of cells."""
    from docx.oxml import parse_xml

    body: Any = document.element.body
    body.insert(len(body) - 1, parse_xml(table))  # the last element is the section's


def _table(
    headings: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float], centred: Sequence[bool]
) -> str:
    """A table whose head is repeated on every page and whose rows stay whole. widths: centimetres."""
    twips = [round(width * _TWIPS_PER_CM) for width in widths]
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in twips)
    sides = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:color="808080"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    look = f'<w:tblW w:w="{sum(twips)}" w:type="dxa"/><w:tblBorders>{sides}</w:tblBorders><w:tblLayout w:type="fixed"/>'
    margins = '<w:tblCellMar><w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/></w:tblCellMar>'
    head = "".join(_cell(text, width, centred=True, head=True) for text, width in zip(headings, twips, strict=True))
    lines = [f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{head}</w:tr>"]
    for row in rows:
        cells = (_cell(text, w, centred=c) for text, w, c in zip(row, twips, centred, strict=True))
        lines.append(f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{''.join(cells)}</w:tr>")
    return (
        f"<w:tbl {_NAMESPACE}><w:tblPr>{look}{margins}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{''.join(lines)}</w:tbl>"
    )


def _cell(text: str, width: int, *, centred: bool, head: bool = False) -> str:
    """One cell. Strangers' words are text and nothing else: no line of theirs becomes XML or a field."""
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{_HEAD_FILL}"/>' if head else ""
    bold = "<w:b/>" if head or text == NO_REASON else ""
    side = '<w:jc w:val="center"/>' if centred else ""
    words = escape(" ".join(clean_text(text).split()))
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{shade}<w:vAlign w:val="center"/></w:tcPr>'
        f'<w:p><w:pPr><w:spacing w:before="20" w:after="20" w:line="240" w:lineRule="auto"/>{side}</w:pPr>'
        f'<w:r><w:rPr>{bold}<w:sz w:val="18"/></w:rPr><w:t xml:space="preserve">{words}</w:t></w:r></w:p></w:tc>'
    )
