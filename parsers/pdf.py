"""A PDF to the form its text layer holds, or, without one, to the scan it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from parsers.facts import Broken, FormFacts, ImageFacts, Wants
from parsers.labels import fields_of, title_of
from parsers.lists import line_grids, with_works

_LOCKED = "password"
_GAP = 1.2  # line heights between two runs of one line that make them two cells
_SAME_LINE = 0.5  # share of a run's height by which two runs of one line overlap
_MAX_RUNS = 20_000  # runs of text on one page
_LAYER = 10  # letters on all pages together below which there is no text layer to speak of


@dataclass(frozen=True)
class _Run:
    """Text with its box, in points from the lower left."""

    text: str
    left: float
    bottom: float
    right: float
    top: float

    @property
    def height(self) -> float:
        return max(self.top - self.bottom, 1.0)


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
    rows: list[tuple[str, ...]] = []
    pictures, room = 0, wants.max_text
    for number in range(min(count, wants.max_pages)):
        page = document[number]
        for row in _page_rows(page):
            rows.append(row)
            room -= sum(map(len, row)) + 1
        rows.append(())
        pictures += _pictures(page)
        page.close()
        if room <= 0:
            break
    text = "\n".join("\t".join(row) for row in rows if row)[: wants.max_text]
    if sum(map(str.isalnum, text)) < _LAYER:
        return ImageFacts(format="pdf", width=round(width), height=round(height), pages=count)
    facts = FormFacts(
        format="pdf",
        title=title_of([row for row in rows if row], wants.titles),
        fields=fields_of(rows, wants.labels),
        text=text,
        pages=count,
        pictures=pictures,
    )
    return with_works(facts, line_grids(rows), wants.labels)


def _pictures(page: Any) -> int:
    from pypdfium2 import raw

    return sum(1 for _ in page.get_objects(filter=(raw.FPDF_PAGEOBJ_IMAGE,), max_depth=2))


def _page_rows(page: Any) -> Iterator[tuple[str, ...]]:
    """Rows of the page, top to bottom: runs on one height are cells, a lone run under a cell goes on with it."""
    textpage = page.get_textpage()
    try:
        lines = _lines(list(_runs(textpage)))
    finally:
        textpage.close()
    yield from _rejoined([_cells(line) for line in lines])


def _runs(textpage: Any) -> Iterator[_Run]:
    for number in range(min(textpage.count_rects(), _MAX_RUNS)):
        left, bottom, right, top = textpage.get_rect(number)
        text = textpage.get_text_bounded(left, bottom, right, top).strip()
        if text:
            yield _Run(" ".join(text.split()), left, bottom, right, top)


def _lines(runs: Sequence[_Run]) -> list[list[_Run]]:
    """Runs grouped by height, top first, each line from left to right."""
    lines: list[list[_Run]] = []
    for run in sorted(runs, key=lambda r: -(r.top + r.bottom)):
        line = lines[-1] if lines else []
        if line and min(run.top, line[0].top) - max(run.bottom, line[0].bottom) > _SAME_LINE * min(
            run.height, line[0].height
        ):
            line.append(run)
        else:
            lines.append([run])
    return [sorted(line, key=lambda r: r.left) for line in lines]


def _cells(line: Sequence[_Run]) -> list[_Run]:
    """Runs of a line joined where no wide gap parts them."""
    cells: list[_Run] = []
    for run in line:
        last = cells[-1] if cells else None
        if last is not None and run.left - last.right < _GAP * min(run.height, last.height):
            cells[-1] = _Run(last.text + run.text, last.left, last.bottom, run.right, last.top)
        else:
            cells.append(run)
    return cells


def _rejoined(lines: Sequence[list[_Run]]) -> Iterator[tuple[str, ...]]:
    """Lines as rows; a lone run that begins where the last cell of the row above begins is that cell's next line."""
    row: list[_Run] = []
    for line in lines:
        if len(row) > 1 and len(line) == 1 and _continues(row[-1], line[0]):
            below = line[0]
            row[-1] = _Run(row[-1].text + below.text, row[-1].left, below.bottom, row[-1].right, row[-1].top)
            continue
        if row:
            yield tuple(run.text for run in row)
        row = list(line)
    if row:
        yield tuple(run.text for run in row)


def _continues(above: _Run, below: _Run) -> bool:
    near = above.bottom - below.top < below.height * 1.5
    return near and abs(above.left - below.left) < below.height
