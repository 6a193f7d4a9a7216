"""The letters of a PDF page with their places, upright whichever way the page is turned; its form fields too."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

MAX_LETTERS = 20_000
"""Letters of one page that are looked at."""

_SAMPLE = 600  # letters whose direction is asked for
_MAX_WIDGETS = 2_000
_MAX_WORDS = 20_000  # characters of a form field's value
_UNMAPPED = frozenset({0, 0xFFFD, 0xFFFE, 0xFFFF})


@dataclass(frozen=True)
class Letter:
    """One character, a form field's whole value, or what stands together, in points of the upright page, from its upper
    left corner."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    @property
    def height(self) -> float:
        """Points, never 0."""
        return max(self.bottom - self.top, 1.0)

    @property
    def middle(self) -> tuple[float, float]:
        """Where a cell must reach to hold it."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2


@dataclass(frozen=True)
class Frame:
    """How a page lies: its box in its own units, and by how many degrees clockwise it is turned to be read."""

    left: float
    bottom: float
    right: float
    top: float
    turned: int = 0

    @property
    def width(self) -> float:
        """Points of the upright page."""
        return abs(self.top - self.bottom if self.turned % 180 else self.right - self.left) or 1.0

    @property
    def height(self) -> float:
        """Points of the upright page."""
        return abs(self.right - self.left if self.turned % 180 else self.top - self.bottom) or 1.0

    def place(self, x: float, y: float) -> tuple[float, float]:
        """A point of the page as it is read, from the upper left corner."""
        if self.turned == 90:
            return y - self.bottom, x - self.left
        if self.turned == 180:
            return self.right - x, y - self.bottom
        if self.turned == 270:
            return self.top - y, self.right - x
        return x - self.left, self.top - y

    def box(self, left: float, bottom: float, right: float, top: float) -> tuple[float, float, float, float]:
        """(left, top, right, bottom) of a box of the page, as it is read."""
        (x0, y0), (x1, y1) = self.place(left, bottom), self.place(right, top)
        return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def frame_of(page: Any, textpage: Any) -> Frame:
    """The page's box, turned as most of its letters are, or as the page says where they differ."""
    left, bottom, right, top = page.get_cropbox()
    return Frame(left, bottom, right, top, _direction(textpage, page.get_rotation() % 360))


def _direction(textpage: Any, declared: int) -> int:
    from pypdfium2 import raw

    count = min(textpage.count_chars(), _SAMPLE)
    angles = Counter(
        round(math.degrees(raw.FPDFText_GetCharAngle(textpage, n)) / 90) * 90 % 360
        for n in range(count)
        if raw.FPDFText_IsGenerated(textpage, n) == 0 and raw.FPDFText_GetUnicode(textpage, n) > 0x20
    )
    if not angles:
        return declared
    ((angle, often),) = angles.most_common(1)
    return (360 - angle) % 360 if often >= 0.8 * angles.total() else declared


def letters_of(textpage: Any, frame: Frame) -> Iterator[Letter]:
    """Letters and spaces that stand in the file, in its order; those that pdfium made up are left out."""
    from pypdfium2 import raw

    rect = raw.FS_RECTF()
    for number in range(min(textpage.count_chars(), MAX_LETTERS)):
        code = raw.FPDFText_GetUnicode(textpage, number)
        if code in (0x0A, 0x0D, 0x02) or raw.FPDFText_IsGenerated(textpage, number) == 1:
            continue
        if raw.FPDFText_GetLooseCharBox(textpage, number, rect):
            text = chr(code) if code not in _UNMAPPED and not 0xD800 <= code < 0xE000 else "\ufffd"
            yield Letter(text, *frame.box(rect.left, rect.bottom, rect.right, rect.top))


def widgets_of(page: Any, formenv: Any, frame: Frame) -> Iterator[Letter]:
    """The values in the fields of a form to fill in, each as one letter where the field is; boxes as ☑ and □."""
    from pypdfium2 import raw

    rect = raw.FS_RECTF()
    for number in range(min(raw.FPDFPage_GetAnnotCount(page), _MAX_WIDGETS)):
        annotation = raw.FPDFPage_GetAnnot(page, number)
        if not annotation:
            continue
        try:
            is_widget = raw.FPDFAnnot_GetSubtype(annotation) == raw.FPDF_ANNOT_WIDGET
            if is_widget and raw.FPDFAnnot_GetRect(annotation, rect) and (text := _value_of(annotation, formenv)):
                yield Letter(text, *frame.box(rect.left, rect.bottom, rect.right, rect.top))
        finally:
            raw.FPDFPage_CloseAnnot(annotation)


def _value_of(annotation: Any, formenv: Any) -> str:
    from pypdfium2 import raw

    kind = raw.FPDFAnnot_GetFormFieldType(formenv, annotation)
    if kind in (raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON):
        return "☑" if raw.FPDFAnnot_IsChecked(formenv, annotation) else "□"
    if kind not in (raw.FPDF_FORMFIELD_TEXTFIELD, raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX):
        return ""
    size = raw.FPDFAnnot_GetFormFieldValue(formenv, annotation, None, 0)
    if not 2 < size <= 2 * _MAX_WORDS:
        return ""
    import ctypes

    buffer = ctypes.create_string_buffer(size)
    pointer = ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR))
    raw.FPDFAnnot_GetFormFieldValue(formenv, annotation, pointer, size)
    return buffer.raw[: size - 2].decode("utf-16-le", "replace").replace("\r\n", "\n").replace("\r", "\n").strip()
