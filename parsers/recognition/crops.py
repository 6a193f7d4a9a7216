"""Pictures cut out of a page as evidence, and the upright picture of the page they are cut from."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from parsers.facts import Box
from parsers.recognition.engine import Picture

KEPT_SIDE = 1_700
"""Pixels of the longer side of the picture that is kept of a page."""
_QUALITY = 80
_MIN_SIDE = 8


def keep(picture: Picture, scratch: Path, number: int) -> tuple[str, str]:
    """Write the page's picture as a JPEG into `scratch`: its file's name and digest. OSError if that fails."""
    import cv2

    height, width = picture.shape[:2]
    ratio = min(KEPT_SIDE / max(height, width), 1.0)
    if ratio < 1:
        size = (max(round(width * ratio), 1), max(round(height * ratio), 1))
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    data = _jpeg(picture)
    path = scratch / f"page-{number}.jpg"
    path.write_bytes(data)
    return path.name, hashlib.sha256(data).hexdigest()


def crop(path: Path, box: Box, margin: float = 0.01) -> bytes:
    """The part of a kept page within `box`, as a JPEG. margin: share of the page's width shown around it.

    OSError if the picture cannot be read.
    """
    import cv2

    picture = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise OSError(f"{path.name} is no picture")
    height, width = picture.shape[:2]
    edge = margin * width
    left, right = _span(box.left * width - edge, box.right * width + edge, width)
    top, bottom = _span(box.top * height - edge, box.bottom * height + edge, height)
    return _jpeg(np.asarray(picture[top:bottom, left:right], np.uint8))


def _span(start: float, end: float, room: int) -> tuple[int, int]:
    """Whole pixels from start to end within the picture, never none."""
    first = min(max(int(start), 0), max(room - _MIN_SIDE, 0))
    return first, max(min(int(end) + 1, room), min(first + _MIN_SIDE, room))


def _jpeg(picture: Picture) -> bytes:
    import cv2

    written, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    if not written:
        raise OSError("a page could not be written as JPEG")
    return data.tobytes()
