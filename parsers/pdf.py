"""A PDF to the form its text layer holds, or, without one that a reader could see, to the scan it is."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from parsers.cells import bounded_text, grids_of
from parsers.facts import Broken, FormFacts, ImageFacts, Wants
from parsers.labels import fields_of, title_of
from parsers.lists import line_grids, with_works
from parsers.pdfpages import appended
from parsers.pdfrows import Rows, page_rows
from parsers.pdfrules import Drawn, drawn_on
from parsers.pdftext import Letter, frame_of, letters_of, widgets_of
from parsers.ruled import tables_of

_LOCKED = "password"
_LAYER = 10  # letters on all pages together below which there is no text layer to speak of
_STAMPED = 60  # letters on a page that a picture covers, up to which they are the scanner's own words
_UNMAPPED = 0.3  # share of letters that say nothing, from which a text layer is none


@dataclass
class _Document:
    """What was read of the pages so far."""

    rows: Rows = field(default_factory=list)
    letters: int = 0
    unmapped: int = 0
    pictures: int = 0
    scans: int = 0
    read: int = 0


def read_pdf(path: Path, wants: Wants) -> FormFacts | ImageFacts | Broken:
    """A form where the first `wants.max_pages` pages have a text layer, else the size of the first page in points.

    Broken("locked") if it has a password, ("unreadable") if it cannot be opened or has no page.
    """
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        reason = "locked" if _LOCKED in str(error).lower() else "unreadable"
        return Broken(format="pdf", reason=reason, detail=str(error))
    try:
        return _read(document, wants)
    except pypdfium2.PdfiumError as error:
        return Broken(format="pdf", reason="unreadable", detail=str(error))
    finally:
        document.close()


def _read(document: Any, wants: Wants) -> FormFacts | ImageFacts | Broken:
    count = len(document)
    if not count:
        return Broken(format="pdf", reason="unreadable", detail="no page")
    width, height = document.get_page_size(0)
    if document.get_formtype():
        document.init_forms()
    found, room = _Document(), wants.max_text
    for number in range(min(count, wants.max_pages)):
        room -= _read_page(document, number, found)
        if room <= 0:
            break
    text = bounded_text(found.rows, wants.max_text)
    fields = fields_of(found.rows, wants.labels, types=wants.types)
    if _is_scan(found, bool(fields)):
        return ImageFacts(format="pdf", width=round(width), height=round(height), pages=count)
    facts = FormFacts(
        format="pdf",
        title=title_of([row for row in found.rows if row], wants.titles),
        fields=fields,
        text=text,
        pages=count,
        pages_read=found.read if found.read < count else None,
        pictures=found.pictures,
    )
    lines = [[cell.text for cell in row] for row in found.rows if row and row[0].column < 0]
    return with_works(facts, [*grids_of(found.rows), *line_grids(lines)], wants.labels)


def _is_scan(found: _Document, has_fields: bool) -> bool:
    """No text that can be seen, or none that says anything; or text without a label beside pages that are pictures."""
    if found.letters - found.unmapped < _LAYER or found.unmapped > _UNMAPPED * found.letters:
        return True
    return found.scans > 0 and not has_fields


def _read_page(document: Any, number: int, found: _Document) -> int:
    """Add a page to what was read, and return how many letters it had."""
    page = document[number]
    textpage = page.get_textpage()
    try:
        frame = frame_of(page, textpage)
        drawn = drawn_on(page, frame)
        letters = [] if drawn.is_scan else list(letters_of(textpage, frame))
        if document.formenv is not None:
            letters += widgets_of(page, document.formenv, frame)
    finally:
        textpage.close()
        page.close()
    found.read += 1
    found.pictures += drawn.pictures
    if _is_picture(drawn, letters):
        found.scans += 1
        return 0
    found.letters += sum(_says(letter.text) for letter in letters)
    found.unmapped += sum(_says_nothing(letter.text) for letter in letters)
    rows = page_rows(letters, tables_of(drawn.across, drawn.down), frame, number + 1)
    found.rows = appended(found.rows, rows) if found.rows else rows
    return len(letters)


def _is_picture(drawn: Drawn, letters: list[Letter]) -> bool:
    """The page is a picture: at most with the words that a scanner writes on it."""
    return drawn.is_scan or (drawn.is_covered and sum(letter.text.isalnum() for letter in letters) < _STAMPED)


def _says(text: str) -> bool:
    return any(character.isalnum() for character in text) or _says_nothing(text)


def _says_nothing(text: str) -> bool:
    """A letter that no table of the font gives a meaning."""
    return len(text) == 1 and (text == "\ufffd" or unicodedata.category(text) in ("Co", "Cn"))
