"""A filling on its way into a form, and the pieces that forms of the corpus are drawn with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from docx.document import Document
from docx.oxml import OxmlElement, parse_xml
from docx.shared import Cm, Pt
from docx.table import Table, _Cell

from ingest.demo.docxs import SIZE, add_line, fill, grid
from ingest.demo.fillings import Filling, Reviewer
from ingest.demo.rows import FormKind

SIGN_HERE = "签字："
"""Beside these words somebody signs on paper."""
SEAL_HERE = "（盖章）"
"""Over these words the seal goes."""
WHEN = "2024年10月10日"
_LINE = 0.72  # centimetres of a row with one line


@dataclass
class Sheet:
    """Gives the texts of a filling field by field, and remembers as `written` which of them the form has."""

    filling: Filling
    written: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        """What is written in the field of that name."""
        self.written[name] = self.filling.values[name]
        return self.written[name]

    def put(self, name: str, text: str) -> str:
        """Write more into a field than its value alone; returns the text."""
        self.written[name] = text
        return text

    def reviewed(self, *, units: bool = False) -> tuple[Reviewer, ...]:
        """The reviewers, whose names and titles, and units if asked for, the form has in rows of their own."""
        reviewers = self.filling.reviewers
        self.put("reviewers", "、".join(one.name for one in reviewers))
        self.put("reviewer_titles", "、".join(one.rank for one in reviewers))
        if units:
            self.put("reviewer_units", "、".join(one.unit for one in reviewers))
        return reviewers

    def ticked(self, name: str, choices: Sequence[str], on: str = "☑") -> str:
        """The choices, each behind a box; the one that was taken has a tick in it."""
        taken = self[name]
        return "　".join(f"{on if choice == taken else '□'}{choice}" for choice in choices)


@dataclass(frozen=True)
class Layout:
    """One form of the corpus.

    draw: writes the sheet into a document that has its title. tuned: what reads forms may be tuned on it; the others
    show how it does on forms nobody has seen. reviewers_sign: where, from a 签字 that is a label of its own, in
    centimetres to the right and down; seal_cm: where the seal goes, so from the words for it;
    author_signs: there is a place for the author to sign.
    """

    key: str
    kind: FormKind
    draw: Callable[[Document, Sheet], None]
    tuned: bool = True
    reviewers_sign: tuple[tuple[float, float], ...] = ()
    seal_cm: tuple[float, float] = (0.0, 0.0)
    author_signs: bool = True


Pairs = Sequence[tuple[str, str]]


def two_a_row(table: Table, row: int, pairs: Pairs, *, size: float = SIZE) -> None:
    """Labels and values side by side in one row, a column each; the last value has what is left of the row."""
    cells = table.rows[row].cells
    for place, (label, value) in enumerate(pairs):
        fill(cells[2 * place], label, label=True, size=size)
        last = place == len(pairs) - 1 and len(cells) > 2 * place + 2
        fill(cells[2 * place + 1].merge(cells[-1]) if last else cells[2 * place + 1], value, size=size)


def table_of(
    holder: Document | _Cell,
    widths: Sequence[float],
    rows: Sequence[Pairs],
    *,
    size: float = SIZE,
    line_cm: float = _LINE,
) -> Table:
    """A table of rows as `two_a_row` writes them, each at least `line_cm` high."""
    table = grid(holder, len(rows), widths)
    for number, pairs in enumerate(rows):
        two_a_row(table, number, pairs, size=size)
        tall(table, number, line_cm)
    return table


def tall(table: Table, row: int, centimetres: float) -> None:
    """Give a row at least this height, as people do where something is to be signed."""
    table.rows[row].height = Cm(centimetres)


def underlined(document: Document, pieces: Sequence[tuple[str, str]], *, size: float = SIZE) -> None:
    """A paragraph of labels, each with its value on a line to write on."""
    paragraph = add_line(document, "", size=size)
    for label, value in pieces:
        paragraph.add_run(f"{label}：").font.size = Pt(size)
        run = paragraph.add_run(f"{value or '　' * 6}　")
        run.font.size, run.underline = Pt(size), True


def controlled(cell: _Cell, text: str, *, size: float = SIZE) -> None:
    """A value within a content control, as forms made to be filled in have them."""
    paragraph = cell.paragraphs[0]
    run = paragraph.add_run(text)
    run.font.size = Pt(size)
    control, content = OxmlElement("w:sdt"), OxmlElement("w:sdtContent")
    control.append(OxmlElement("w:sdtPr"))
    control.append(content)
    paragraph._p.append(control)
    content.append(run._r)


def to_sign(text: str, who: str = "", gap: int = 12) -> str:
    """A text and, under it, so many wide spaces from the left, where to sign."""
    return f"{text}\n{'　' * gap}{who}{SIGN_HERE}{'　' * 6}"


def to_seal(text: str, gap: int = 12, *, who: str = "", lines: int = 2) -> str:
    """A text and, so many lines under it, where the seal and the day go."""
    return f"{text}{chr(10) * lines}{'　' * gap}{who}{SEAL_HERE}\n{'　' * (gap - 1)}{WHEN}"


_BOX = """\
<w:pict xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:v="urn:schemas-microsoft-com:vml">
<v:rect style="width:{width:.0f}pt;height:{height:.0f}pt" strokeweight="0.75pt"><v:textbox>
<w:txbxContent>{inside}</w:txbxContent></v:textbox></v:rect></w:pict>"""


def text_box(document: Document, lines: Sequence[str], *, width_cm: float, height_cm: float) -> None:
    """Lines in a text box that stands in the run of the text."""
    inside = "".join(f'<w:p><w:r><w:t xml:space="preserve">{escape(line)}</w:t></w:r></w:p>' for line in lines)
    box = _BOX.format(width=width_cm / 2.54 * 72, height=height_cm / 2.54 * 72, inside=inside)
    document.add_paragraph().add_run()._r.append(parse_xml(box))
