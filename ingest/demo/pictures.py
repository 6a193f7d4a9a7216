"""Frames for made films: a moving picture cheap to draw, with a title, credits or subtitles written into it."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from ingest.demo.font import write

Plane = NDArray[np.uint8]


@dataclass(frozen=True)
class Scene:
    """What a stretch of film shows.

    lines: text in the middle, the first one largest; subtitle: one line at the bottom; look: number of the picture,
    other numbers give other pictures and another course of the disc; grain: strength of the noise, 0 to 40; still: the
    disc does not move, so that the stretch can be looped unseen. bars: black at the top and as much at the bottom, as
    a share of the height; the text stands within.
    """

    width: int
    height: int
    frames: int
    lines: tuple[str, ...] = ()
    subtitle: str = ""
    look: int = 0
    grain: int = 0
    still: bool = False
    bars: float = 0.0


def planes(scene: Scene) -> Iterator[Plane]:
    """The frames of a scene as yuv420p arrays of shape (height * 3 / 2, width), one after the other.

    Width and height must be even. Only a disc moves over a still ground, so that films can be very small; grain
    moves everywhere and takes as many bytes as the encoder will give.
    """
    draws = np.random.default_rng(scene.look)
    ground = _ground(scene, draws)
    chroma = _chroma(scene, draws)
    noise = draws.integers(0, scene.grain + 1, size=(scene.height, scene.width), dtype=np.uint8)
    words, bar = _words(scene), int(scene.height * scene.bars)
    picture = np.empty((0, scene.width), np.uint8)
    for number in range(scene.frames):
        if not picture.size or not scene.still or scene.grain:
            luma = _with_disc(ground, scene, 0 if scene.still else number)
            if scene.grain:
                luma = luma + np.roll(noise, (number * 37 % scene.height, number * 61 % scene.width), axis=(0, 1))
            picture = np.concatenate((np.maximum(luma, words), chroma), axis=0)
            picture[:bar] = picture[scene.height - bar : scene.height] = BLACK
        yield picture


BLACK = 16
"""Luma of video black."""
_PATCHES = 12, 20


def _ground(scene: Scene, draws: np.random.Generator) -> Plane:
    """Soft patches of light between 35 and 125, dark enough for white letters; other ones for every look."""
    patches = draws.integers(35, 126, size=_PATCHES, dtype=np.uint8)
    soft = Image.fromarray(patches).resize((scene.width, scene.height), Image.Resampling.BICUBIC)
    return np.asarray(soft, dtype=np.uint8)


def _chroma(scene: Scene, draws: np.random.Generator) -> Plane:
    """One colour for the whole picture, laid out as yuv420p wants its two quarter planes."""
    blue, red = (int(draws.integers(105, 150)) for _ in range(2))
    quarter = scene.height // 4
    rest = scene.height // 2 - quarter
    flat = np.empty(scene.height // 2 * scene.width, dtype=np.uint8)
    flat[: flat.size // 2], flat[flat.size // 2 :] = blue, red
    bar = int(scene.height * scene.bars) // 2
    for part in flat.reshape(2, scene.height // 2, scene.width // 2):
        part[:bar] = part[scene.height // 2 - bar :] = 128
    return flat.reshape(quarter + rest, scene.width)


def _with_disc(ground: Plane, scene: Scene, number: int) -> Plane:
    """The ground with a bright disc on its way from left to right."""
    radius = scene.height // 12
    y = int(scene.height * (0.25 + 0.04 * (scene.look % 4)))
    x = radius + (number * 8 + scene.look * 97) % (scene.width - 2 * radius)
    rows, columns = np.ogrid[-radius:radius, -radius:radius]
    picture = ground.copy()
    window = picture[y - radius : y + radius, x - radius : x + radius]
    window[rows * rows + columns * columns < radius * radius] = 190
    return picture


def _words(scene: Scene) -> Plane:
    """The text of a scene as a plane of zeros and whites."""
    sheet = Image.new("L", (scene.width, scene.height), 0)
    pen = ImageDraw.Draw(sheet)
    if scene.lines:
        _centred(pen, scene, scene.lines)
    if scene.subtitle:
        size = scene.height // 22
        write(pen, (scene.width / 2, scene.height * (0.92 - scene.bars)), scene.subtitle, size, fill=235, anchor="mm")
    return np.asarray(sheet, dtype=np.uint8)


def _centred(pen: ImageDraw.ImageDraw, scene: Scene, lines: Sequence[str]) -> None:
    big, small = scene.height // 9, scene.height // 20
    y = scene.height * 0.42 if len(lines) == 1 else scene.height * 0.3
    for number, line in enumerate(lines):
        size = min(big if number == 0 else small, int(scene.width * 0.9 / max(len(line), 1)))
        write(pen, (scene.width / 2, y), line, size, fill=235, anchor="mm")
        y += big if number == 0 else small * 1.5


def logo(side: int = 48) -> bytes:
    """A small PNG, as signatures carry them."""
    picture = Image.new("RGB", (side, side), (255, 255, 255))
    pen = ImageDraw.Draw(picture)
    pen.ellipse((4, 4, side - 5, side - 5), fill=(40, 110, 190))
    pen.ellipse((14, 14, side - 15, side - 15), fill=(250, 250, 250))
    held = io.BytesIO()
    picture.save(held, "PNG")
    return held.getvalue()
