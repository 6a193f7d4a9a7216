"""The peer: RapidOCR alone, with our settings of its engine, on the page as it is, its lines from top to bottom."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.corpus import DPI
from parsers.facts import Facts, ImageFacts, Reading, Wants
from parsers.labels import fields_of


@lru_cache(maxsize=1)
def _engine() -> Any:
    from rapidocr import RapidOCR

    from parsers.recognition.engine import settings

    return RapidOCR(params=settings())


def pages(path: Path) -> list[NDArray[np.uint8]]:
    """The pixels of a scan's pages at 200 dpi, or of a photograph as they lie in the file; blue green red."""
    import cv2
    import pypdfium2

    if path.suffix != ".pdf":
        picture = cv2.imread(str(path), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
        assert picture is not None, path
        return [np.asarray(picture, np.uint8)]
    with pypdfium2.PdfDocument(path) as document:
        return [page.render(scale=DPI / 72).to_numpy()[..., :3] for page in document]


def read(path: Path, wants: Wants) -> Facts:
    """The fields its lines give, rows being lines of about the same height on the page."""
    rows = [row for page in pages(path) for row in _rows(page)]
    fields = fields_of(rows, wants.labels, types=wants.types)
    return ImageFacts(format=path.suffix[1:], width=1, height=1, reading=Reading(fields=fields))


def _rows(page: NDArray[np.uint8]) -> list[tuple[str, ...]]:
    """Lines whose middle lies within the height of the one before it are one row, left to right."""
    seen = _engine()(page, use_cls=False)
    if seen.boxes is None:
        return []
    lines = [(box.min(axis=0), box.max(axis=0), text) for box, text in zip(seen.boxes, seen.txts, strict=True)]
    rows: list[list[tuple[Any, Any, str]]] = []
    for line in sorted(lines, key=lambda line: float(line[0][1] + line[1][1])):
        middle = (line[0][1] + line[1][1]) / 2
        if rows and rows[-1][-1][0][1] <= middle <= rows[-1][-1][1][1]:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [_texts(row) for row in rows]


def _texts(row: Sequence[tuple[Any, Any, str]]) -> tuple[str, ...]:
    return tuple(text for _, _, text in sorted(row, key=lambda line: float(line[0][0])))
