"""Boxes to tick in a line of text: which are there and which are ticked, by their looks, since both are misread."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np

from parsers.recognition.engine import Picture

OPEN, TICKED = "□", "☑"
_BOXES = re.compile(r"[□☐☑☒■▣◻◼]")
_LEAST, _MOST = 0.4, 0.95  # heights of the line that a box is wide and high
_SQUARE = 1.3
_FRAMED = 0.85  # share of each side that is inked
_INNER = 0.08  # share of a box's inside that is inked when it is ticked
_MOST_SQUARES = 12

Reader = Callable[[Sequence[Picture]], Sequence[tuple[str, float]]]


def has_boxes(text: str) -> bool:
    """At least one box was read in the line, so there may be others."""
    return bool(_BOXES.search(text))


def with_boxes(strip: Picture, text: str, read: Reader) -> str:
    """The line's text with a box, open or ticked, wherever one is drawn; as it was where other letters would change.

    read: what reads pictures of one line each, asked for the pieces between the boxes.
    """
    squares = _squares(strip)
    if not squares:
        return text
    starts = [0, *(right for _, right, _ in squares)]
    ends = [*(left for left, _, _ in squares), strip.shape[1]]
    pieces = [
        strip[:, start:end] if end - start > strip.shape[0] * 0.3 else None
        for start, end in zip(starts, ends, strict=True)
    ]
    words = iter(read([piece for piece in pieces if piece is not None]))
    said = [next(words)[0].strip() if piece is not None else "" for piece in pieces]
    marked = said[0] + "".join(
        (TICKED if ticked else OPEN) + word for (_, _, ticked), word in zip(squares, said[1:], strict=True)
    )
    return marked if _letters(marked) == _letters(text) else text


def _letters(text: str) -> str:
    return re.sub(r"[\W_√✓]+", "", text)


def _squares(strip: Picture) -> list[tuple[int, int, bool]]:
    """Left and right of every square frame in the line, and whether something is in it."""
    import cv2

    grey = np.asarray(cv2.cvtColor(strip, cv2.COLOR_BGR2GRAY), np.uint8)
    _, ink = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink)
    high = strip.shape[0]
    found = []
    for left, top, wide, tall, _ in sorted((tuple(map(int, row)) for row in stats[1:]), key=lambda row: row[0]):
        if not (_LEAST * high <= min(wide, tall) and max(wide, tall) <= min(_MOST * high, _SQUARE * min(wide, tall))):
            continue
        part = np.asarray(ink[top : top + tall, left : left + wide] > 0)
        if _framed(part):
            edge_y, edge_x = tall // 4, wide // 4
            inside = part[edge_y : tall - edge_y, edge_x : wide - edge_x]
            found.append((left, left + wide, float(inside.mean()) > _INNER))
    return found[:_MOST_SQUARES]


def _framed(part: np.ndarray[tuple[int, int], np.dtype[np.bool_]]) -> bool:
    """Ink runs along all four sides."""
    deep, wide = max(part.shape[0] // 6, 2), max(part.shape[1] // 6, 2)
    sides = part[:deep].any(axis=0), part[-deep:].any(axis=0), part[:, :wide].any(axis=1), part[:, -wide:].any(axis=1)
    return all(float(side.mean()) >= _FRAMED for side in sides)
