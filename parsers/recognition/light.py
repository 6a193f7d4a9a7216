"""Uneven light taken out of a page: shadows and the tint of lamps are divided away, ink and seals stay."""

from __future__ import annotations

import numpy as np

from parsers.recognition.engine import Picture

_STEP = 8  # pixels of the page that are one of the picture the light is measured on
_WIDEST = 9  # its pixels that the widest stroke covers: what is broader is taken for shade
_EVEN = 14  # steps of 255 between the brightest and darkest paper of a page that is lit well
_WHITE = 228


def evened(picture: Picture) -> Picture:
    """The page as on white paper under even light; the same picture where it is so already."""
    import cv2

    height, width = picture.shape[:2]
    size = (max(width // _STEP, 1), max(height // _STEP, 1))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((_WIDEST, _WIDEST), np.uint8))
    dark, bright = np.percentile(paper.min(axis=2), (3, 97))
    if bright - dark <= _EVEN and dark >= _WHITE:
        return picture
    paper = cv2.GaussianBlur(cv2.medianBlur(paper, 5), (0, 0), 2)
    paper = cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.divide(picture, np.maximum(paper, 24), scale=250), np.uint8)
