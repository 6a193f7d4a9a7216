"""Paper as a scanner sees it: sheets, seals, handwriting, tilt and noise. Drawn with Pillow, the same every time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from ingest.demo.font import broken_lines, font, write

SHEET = (1240, 1754)
"""A4 at 150 dots an inch, in pixels."""
DPI = 150
INK = (25, 25, 30)
PEN = (30, 35, 90)
RED = (205, 30, 35)
_PAPER = (250, 248, 243)


@dataclass(frozen=True)
class Wear:
    """What scanning did: tilt in degrees (counter-clockwise), noise as its standard deviation in steps of 255."""

    tilt_deg: float = 0.0
    noise: float = 0.0


def sheet() -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """An empty page and a pen for it."""
    page = Image.new("RGB", SHEET, _PAPER)
    return page, ImageDraw.Draw(page)


def boxed(
    pen: ImageDraw.ImageDraw, box: tuple[int, int, int, int], text: str, size: int, *, middle: bool = False
) -> None:
    """Write text into a box with a frame: lines broken at its width, letters smaller if there is too much of it."""
    left, top, right, bottom = box
    pen.rectangle(box, outline=INK, width=2)
    lines = broken_lines(text, size, right - left - 16)
    while len(lines) * int(size * 1.35) > bottom - top - 4 and size > 12:
        size -= 1
        lines = broken_lines(text, size, right - left - 16)
    step = int(size * 1.35)
    y = top + ((bottom - top - step * len(lines)) // 2 if middle or len(lines) == 1 else 8)
    for number, line in enumerate(lines):
        at = ((left + right) / 2 if middle else left + 8, y + number * step)
        write(pen, at, line, size, INK, "ma" if middle else "la")


def stamp(
    page: Image.Image,
    centre: tuple[int, int],
    name: str,
    radius: int = 140,
    *,
    height: float = 1.0,
    ink: float = 1.0,
) -> None:
    """Press a round red seal: a ring, a five-pointed star, the unit's name along the upper arc, ink uneven.

    height: of an oval one, as a share of its width. ink: 1 for a well inked one, less for a pale one.
    """
    span = 2 * radius + 8
    seal = Image.new("RGBA", (span, span), (*RED, 0))
    pen = ImageDraw.Draw(seal)
    pen.ellipse((4, 4, span - 5, span - 5), outline=(*RED, 235), width=max(radius // 22, 3))
    pen.polygon(_star(span / 2, span / 2, radius * 0.3), fill=(*RED, 235))
    _along_the_arc(seal, name, radius)
    alpha = np.asarray(seal.getchannel("A")).astype(np.float32)
    draws = np.random.default_rng(len(name) + radius)
    blotches = Image.fromarray(draws.integers(120, 256, size=(span // 6, span // 6), dtype=np.uint8)).resize(
        (span, span)
    )
    seal.putalpha(Image.fromarray((alpha * (np.asarray(blotches) / 255 * ink)).astype(np.uint8)))
    if height != 1:
        seal = seal.resize((span, int(span * height)), Image.Resampling.LANCZOS)
    page.paste(seal, (centre[0] - span // 2, centre[1] - seal.height // 2), seal)


def _star(x: float, y: float, size: float) -> list[tuple[float, float]]:
    points = []
    for number in range(10):
        angle, reach = math.pi * number / 5 - math.pi / 2, size if number % 2 == 0 else size * 0.382
        points.append((x + reach * math.cos(angle), y + reach * math.sin(angle)))
    return points


def _along_the_arc(seal: Image.Image, name: str, radius: int) -> None:
    """Each character upright to the rim, spread over the upper arc as far as the name is long."""
    size = min(int(radius * 0.3), int(radius * 4.2 / max(len(name), 1)))
    step = min(2 * math.pi * 0.78 / max(len(name), 1), size * 1.35 / (radius * 0.78))
    middle = seal.width / 2
    for number, character in enumerate(name):
        angle = (number - (len(name) - 1) / 2) * step
        tile = Image.new("RGBA", (size * 2, size * 2), (*RED, 0))
        write(ImageDraw.Draw(tile), (size, size), character, size, (*RED, 235), "mm")
        turned = tile.rotate(-math.degrees(angle), resample=Image.Resampling.BICUBIC)
        x = middle + radius * 0.76 * math.sin(angle) - size
        y = middle - radius * 0.76 * math.cos(angle) - size
        seal.alpha_composite(turned, (int(x), int(y)))


def sign(page: Image.Image, at: tuple[int, int], name: str, size: int = 54) -> None:
    """Write a name as by hand: slanting, uneven characters in blue-black ink, run together by a stroke below."""
    draws = np.random.default_rng([ord(character) for character in name] or [0])
    x, y = at
    for character in name:
        tile = Image.new("L", (size * 2, size * 2), 0)
        write(ImageDraw.Draw(tile), (size, size), character, size, 255, "mm")
        slant, height = float(draws.uniform(0.15, 0.4)), float(draws.uniform(-0.18, 0.02))
        tile = tile.transform(
            tile.size,
            Image.Transform.AFFINE,
            (1, slant, -slant * size, height, 1, -height * size),
            Image.Resampling.BICUBIC,
        )
        tile = tile.filter(ImageFilter.GaussianBlur(0.9))
        lift = int(draws.integers(-6, 7))
        page.paste(PEN, (x - size // 2, y - size // 2 + lift), tile)
        x += int(size * float(draws.uniform(0.68, 0.86)))
    _flourish(page, at, x, y + size)


def by_pen(page: Image.Image, box: tuple[int, int, int, int], text: str, size: int = 27) -> None:
    """Write into a box with a pen: every character a little off its line, slanting and turned in its own way."""
    left, top, right, bottom = box
    draws = np.random.default_rng([ord(character) for character in text] or [0])
    lines = broken_lines(text, size + 3, right - left - 30)
    step = min(int(size * 1.5), max((bottom - top - 8) // max(len(lines), 1), size))
    y = top + 8 if len(lines) > 1 else (top + bottom - size) // 2 - 4
    for number, line in enumerate(lines):
        x = left + 12.0
        for character in line:
            _by_pen(page, (x, y + number * step), character, size, draws)
            x += font(size).getlength(character) + float(draws.uniform(0, 3))


def _by_pen(page: Image.Image, at: tuple[float, float], character: str, size: int, draws: np.random.Generator) -> None:
    tile = Image.new("L", (size * 2, size * 2), 0)
    write(ImageDraw.Draw(tile), (size / 2, size / 2), character, size, 255)
    slant, lift = float(draws.uniform(0.03, 0.16)), int(draws.integers(-2, 3))
    shape = (1, slant, -slant * size, float(draws.uniform(-0.06, 0.06)), 1, 0)
    tile = tile.transform(tile.size, Image.Transform.AFFINE, shape, Image.Resampling.BICUBIC)
    tile = tile.rotate(float(draws.uniform(-4, 4)), Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(0.6))
    page.paste(PEN, (int(at[0] - size / 2), int(at[1] - size / 2) + lift), tile)


def _flourish(page: Image.Image, start: tuple[int, int], end_x: int, y: int) -> None:
    """A thin stroke under the name, from left to right."""
    xs = np.linspace(start[0], end_x + 30, 40)
    waves = 5 * np.sin(np.linspace(0, 2.2 * math.pi, 40)) - np.linspace(0, 14, 40)
    points: Sequence[tuple[float, float]] = [(float(a), float(y + b)) for a, b in zip(xs, waves, strict=True)]
    ImageDraw.Draw(page).line(list(points), fill=PEN, width=3, joint="curve")


def scanned(page: Image.Image, wear: Wear) -> Image.Image:
    """The page as it comes out of a scanner: turned a little, which softens it, and noisy."""
    if wear.tilt_deg:
        page = page.rotate(wear.tilt_deg, resample=Image.Resampling.BILINEAR, fillcolor=(232, 231, 228))
    if not wear.noise:
        return page
    noisy = np.asarray(page, dtype=np.int16) + _grain(page.width, page.height, wear.noise)
    return Image.fromarray(np.clip(noisy, 0, 255, out=noisy).astype(np.uint8))


@lru_cache(maxsize=2)
def _grain(width: int, height: int, strength: float) -> NDArray[np.int16]:
    """Grey noise for a page, the same on all: pages differ enough by what is on them."""
    draws = np.random.default_rng(7).standard_normal(size=(height, width, 1), dtype=np.float32)
    return (draws * strength).astype(np.int16)
