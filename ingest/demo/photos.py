"""Sheets of paper as telephones see them: on a table, askew, unevenly lit, a little blurred, held any way round."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Picture = NDArray[np.uint8]
_EXIF_ORIENTATION = 0x0112
_TURNED_BACK = {90: 8, 180: 3, 270: 6}
"""Degrees clockwise the pixels were turned by, to the EXIF orientation that turns them back."""


@dataclass(frozen=True)
class Shot:
    """How a photograph was taken.

    turned: degrees clockwise the picture's pixels lie (0 90 180 270); said: EXIF tells so. lean: how far corners
    are off, as a share of the sheet. shade: how much darker the dark side is, 0 to 1. blur: standard deviation in
    pixels; noise: in steps of 255. height: pixels of the upright picture.
    """

    turned: int = 0
    said: bool = False
    lean: float = 0.04
    shade: float = 0.3
    blur: float = 0.8
    noise: float = 4.0
    height: int = 2_800
    seed: int = 0


def a_shot(dice: random.Random) -> Shot:
    """A photograph as most people take it: four in ten upright, the others turned, half of those with EXIF."""
    turned = dice.choice((0, 0, 90, 180, 270)) if dice.random() < 0.75 else 0
    return Shot(
        turned=turned,
        said=turned != 0 and dice.random() < 0.5,
        lean=dice.uniform(0.01, 0.06),
        shade=dice.uniform(0.1, 0.45),
        blur=dice.uniform(0.5, 1.1),
        noise=dice.uniform(2, 6),
        seed=dice.randrange(2**31),
    )


def photographed(page: Image.Image, shot: Shot, path: Path) -> Path:
    """Write the photograph of a sheet as JPEG and return its path. page: upright, of any size."""
    import cv2

    draws = np.random.default_rng(shot.seed)
    height, width = shot.height, shot.height * 3 // 4
    paper = np.asarray(page.convert("RGB"))
    matrix = cv2.getPerspectiveTransform(_corners(page.width, page.height), _seen(shot, draws, width, height))
    table = _table(draws, width, height)
    inside = cv2.warpPerspective(np.full(paper.shape[:2], 255, np.uint8), matrix, (width, height))
    seen = cv2.warpPerspective(paper, matrix, (width, height), flags=cv2.INTER_AREA)
    shadow = cv2.GaussianBlur(np.roll(inside, (14, 10), axis=(0, 1)), (0, 0), 12)[..., None] / 255 * 0.45
    share = inside[..., None].astype(np.float32) / 255
    lit = (table * (1 - shadow) * (1 - share) + seen * share) * _light(shot, draws, width, height)
    picture = np.asarray(cv2.GaussianBlur(lit.astype(np.float32), (0, 0), shot.blur), np.float32)
    picture += draws.standard_normal((height, width, 1), dtype=np.float32) * shot.noise
    turned = np.rot90(np.clip(picture, 0, 255).astype(np.uint8), -shot.turned // 90)
    return _save(Image.fromarray(np.ascontiguousarray(turned)), shot, path)


def _corners(width: int, height: int) -> NDArray[np.float32]:
    return np.array([(0, 0), (width, 0), (width, height), (0, height)], dtype=np.float32)


def _seen(shot: Shot, draws: np.random.Generator, width: int, height: int) -> NDArray[np.float32]:
    """Where the sheet's corners are in the picture: within it, none where it would be on flat glass."""
    tall = height * draws.uniform(0.86, 0.92)
    wide = tall / 1.414
    left, top = (width - wide) / 2, (height - tall) / 2
    flat = _corners(1, 1) * (wide, tall) + (left, top)
    off = draws.uniform(-1, 1, size=(4, 2)) * (wide * shot.lean, tall * shot.lean)
    return np.clip(flat + off, 6, (width - 6, height - 6)).astype(np.float32)


def _table(draws: np.random.Generator, width: int, height: int) -> NDArray[np.float32]:
    """A table of wood or cloth: one colour with streaks."""
    import cv2

    colour = np.array(((120, 85, 55), (70, 72, 78), (150, 120, 90), (60, 80, 70))[draws.integers(4)], np.float32)
    streaks = draws.standard_normal((height // 8, 12)).astype(np.float32)
    grain = cv2.resize(streaks, (width, height), interpolation=cv2.INTER_CUBIC)[..., None]
    wood: NDArray[np.float32] = np.clip(colour + grain * 9, 0, 255)
    return wood


def _light(shot: Shot, draws: np.random.Generator, width: int, height: int) -> NDArray[np.float32]:
    """Light from one side, and the soft shadow of whoever holds the telephone; a little warm."""
    import cv2

    angle = draws.uniform(0, 2 * np.pi)
    down, across = np.mgrid[0:64, 0:64].astype(np.float32) / 63 - 0.5
    slope = 0.5 + np.clip((np.cos(angle) * across + np.sin(angle) * down) / 1.2, -0.5, 0.5)
    shadow = np.zeros((64, 64), np.float32)
    centre = (int(draws.integers(8, 56)), int(draws.integers(40, 70)))
    cv2.circle(shadow, centre, int(draws.integers(12, 24)), 1.0, -1)
    dark = slope * shot.shade + cv2.GaussianBlur(shadow, (0, 0), 7) * shot.shade * 0.5
    light = cv2.resize(1 - dark.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)[..., None]
    warm: NDArray[np.float32] = light * np.array((1.0, 0.98, 0.93), np.float32)
    return warm


def _save(picture: Image.Image, shot: Shot, path: Path) -> Path:
    exif = Image.Exif()
    exif[_EXIF_ORIENTATION] = _TURNED_BACK[shot.turned] if shot.said else 1
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path, "JPEG", quality=82, exif=exif)
    return path
