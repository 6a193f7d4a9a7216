"""What is drawn on a PDF page besides letters: the lines that rule its tables, and the pictures that cover it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice, pairwise
from typing import Any

from parsers.pdftext import Frame

_MAX_OBJECTS = 60_000  # of one page
_MAX_SEGMENTS = 60_000
_MAX_DEPTH = 8  # form XObjects in one another
_THIN = 2.5  # points up to which a filled bar is a line
_LEVEL = 1.0  # points by which a line may slope
_SHORT = 4.0  # points below which a line is none
_INVISIBLE = 3  # the text rendering mode of what OCR lays over a scan
_COVERING = 0.7  # share of the page from which a picture is the page


@dataclass(frozen=True)
class Rule:
    """A line across (`at` is its y) or down (`at` is its x), from start to end, in points of the upright page."""

    at: float
    start: float
    end: float


@dataclass
class Drawn:
    """What a page has. covered: share of it under pictures; visible, hidden: text that can, or cannot, be seen."""

    across: list[Rule] = field(default_factory=list)
    down: list[Rule] = field(default_factory=list)
    pictures: int = 0
    covered: float = 0.0
    visible: bool = False
    hidden: bool = False

    @property
    def is_covered(self) -> bool:
        """A picture is the page, or pictures in strips are."""
        return self.covered >= _COVERING

    @property
    def is_scan(self) -> bool:
        """A picture is the page, and no letter can be seen on it."""
        return self.is_covered and not self.visible


def drawn_on(page: Any, frame: Frame) -> Drawn:
    """Lines, pictures, and whether any text can be seen; of a bounded number of objects."""
    from pypdfium2 import raw

    found = Drawn()
    room = _MAX_SEGMENTS
    for item in islice(page.get_objects(max_depth=_MAX_DEPTH), _MAX_OBJECTS):
        if item.type == raw.FPDF_PAGEOBJ_PATH and room > 0:
            room -= _add_path(item, frame, found)
        elif item.type == raw.FPDF_PAGEOBJ_IMAGE:
            _add_picture(item, frame, found)
        elif item.type == raw.FPDF_PAGEOBJ_TEXT:
            if raw.FPDFTextObj_GetTextRenderMode(item) == _INVISIBLE:
                found.hidden = True
            else:
                found.visible = True
    return found


def _add_picture(item: Any, frame: Frame, found: Drawn) -> None:
    from pypdfium2 import raw

    found.pictures += 1
    left, bottom, right, top = item.get_bounds()
    corners = [_outward(item, x, y) for x in (left, right) for y in (bottom, top)]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    x0, y0, x1, y1 = frame.box(min(xs), min(ys), max(xs), max(ys))
    width = min(x1, frame.width) - max(x0, 0.0)
    height = min(y1, frame.height) - max(y0, 0.0)
    share = max(width, 0.0) * max(height, 0.0) / (frame.width * frame.height)
    found.covered += share
    if share >= _COVERING and not raw.FPDFPageObj_HasTransparency(item) and found.visible:
        found.visible, found.hidden = False, True  # what was written before lies beneath it


def _outward(item: Any, x: float, y: float) -> tuple[float, float]:
    """A point of what holds the object as a point of the page."""
    holder = item.container
    while holder is not None:
        x, y = holder.get_matrix().on_point(x, y)
        holder = holder.container
    return x, y


def _add_path(item: Any, frame: Frame, found: Drawn) -> int:
    """Enter the path's lines; how many segments were looked at."""
    from pypdfium2 import raw

    count = min(int(raw.FPDFPath_CountSegments(item)), _MAX_SEGMENTS)
    if count < 2:
        return 1
    points = [
        (kind, *frame.place(*_outward(item, *item.get_matrix().on_point(x, y)))) for kind, x, y in _points(item, count)
    ]
    xs, ys = [p[1] for p in points], [p[2] for p in points]
    left, right, top, bottom = min(xs), max(xs), min(ys), max(ys)
    if bottom - top <= _THIN and right - left >= _SHORT:
        found.across.append(Rule((top + bottom) / 2, left, right))
    elif right - left <= _THIN and bottom - top >= _SHORT:
        found.down.append(Rule((left + right) / 2, top, bottom))
    elif not any(kind == raw.FPDF_SEGMENT_BEZIERTO for kind, _, _ in points):
        _add_outline(points, found)
    return count


def _points(item: Any, count: int) -> Iterator[tuple[int, float, float]]:
    """(kind, x, y) of the segments, a closed figure's first point again at its end."""
    from ctypes import c_float

    from pypdfium2 import raw

    x, y = c_float(), c_float()
    first: tuple[float, float] | None = None
    for number in range(count):
        segment = raw.FPDFPath_GetPathSegment(item, number)
        if not segment or not raw.FPDFPathSegment_GetPoint(segment, x, y):
            continue
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            first = (x.value, y.value)
        yield kind, x.value, y.value
        if raw.FPDFPathSegment_GetClose(segment) and first is not None:
            yield raw.FPDF_SEGMENT_LINETO, *first


def _add_outline(points: list[tuple[int, float, float]], found: Drawn) -> None:
    from pypdfium2 import raw

    for (_, x0, y0), (kind, x1, y1) in pairwise(points):
        if kind != raw.FPDF_SEGMENT_LINETO:
            continue
        if abs(y0 - y1) <= _LEVEL and abs(x0 - x1) >= _SHORT:
            found.across.append(Rule((y0 + y1) / 2, min(x0, x1), max(x0, x1)))
        elif abs(x0 - x1) <= _LEVEL and abs(y0 - y1) >= _SHORT:
            found.down.append(Rule((x0 + x1) / 2, min(y0, y1), max(y0, y1)))
