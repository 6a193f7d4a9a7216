"""Films for the bench of texts: a title and credits over moving pictures; subtitles, and what looks like them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import av
import numpy as np
from PIL import Image, ImageDraw

from bench.film_styles import FONTS, STYLES, Picture, Style, as_layer, font, ground, laid_over, title_layer
from bench.film_words import CREDITS, ENGLISH, SIMPLIFIED, TITLES, TRADITIONAL

GROUNDS = ("still", "clouds", "city", "lights", "dark")
WAYS = ("cut", "fade", "build", "slide")
"""How a title comes: at once, slowly, letter by letter, or from the side."""
Spoken = Literal["simplified", "traditional", "english", "both", "one line", "none"]
SPOKEN: tuple[Spoken, ...] = ("simplified", "traditional", "english", "both", "none", "none", "none")
Layers = Callable[[float], Iterator[tuple[Picture, float]]]


@dataclass(frozen=True)
class Made:
    """A film with a title: what it is, and how it was made."""

    path: Path
    title: str
    style: Style
    ground: str
    way: str


def titled(folder: Path, number: int, seed: int, size: tuple[int, int] = (1280, 720)) -> Made:
    """Fourteen seconds: a title of two to four of them in the first half, credits in the second."""
    draws = np.random.default_rng([seed, number])
    style, title = STYLES[number % len(STYLES)], TITLES[(number + seed * 7) % len(TITLES)]
    made = Made(
        folder / f"title-{seed}-{number}.mp4",
        title,
        style,
        GROUNDS[int(draws.integers(len(GROUNDS)))],
        WAYS[int(draws.integers(len(WAYS)))],
    )
    start, stands = float(draws.uniform(0.3, 2)), float(draws.uniform(2, 4))
    layer = as_layer(title_layer(title, style, *size))
    rolls = _credits(*size)

    def layers(at_s: float) -> Iterator[tuple[Picture, float]]:
        if start <= at_s < start + stands:
            yield _coming(layer, made, at_s - start, stands)
        if at_s >= 7.5:
            top = int((at_s - 7.5) / 6 * (rolls.shape[0] - size[1]))
            yield rolls[top : top + size[1]], 1.0

    _write(made.path, ground(made.ground, *size, draws), layers, seconds=14, fps=15, group=30, size=size)
    return made


def _coming(layer: Picture, made: Made, since_s: float, stands_s: float) -> tuple[Picture, float]:
    """The title so long after it began to come: what is there of it, and how strong."""
    if made.way == "fade":
        return layer, min(1.0, since_s / 0.8, (stands_s - since_s) / 0.6)
    if made.way == "slide":
        return np.roll(layer, int(200 * max(0.0, 1 - since_s / 0.6)), axis=1), 1.0
    if made.way == "build":
        axis = 0 if made.style.upright else 1
        there = np.nonzero(layer[..., 3].any(axis=1 - axis))[0]
        upto = int(there[0] + (there[-1] + 1 - there[0]) * min(1.0, since_s / 1.2))
        part = layer.copy()
        part[(slice(upto, None),) if axis == 0 else (slice(None), slice(upto, None))] = 0
        return part, 1.0
    return layer, 1.0


def _credits(width: int, height: int) -> Picture:
    """Credits on a long sheet that is rolled past."""
    step = height // 10
    sheet = Image.new("RGBA", (width, 2 * height + step * len(CREDITS)), (0, 0, 0, 0))
    pen = ImageDraw.Draw(sheet)
    for number, line in enumerate(CREDITS):
        place = (width / 2, height * 0.9 + number * step)
        pen.text(place, line, fill=(255, 255, 255, 255), font=font("noto-sans-black", step // 2), anchor="mm")
    return as_layer(sheet)


def subtitled(folder: Path, number: int, seed: int, size: tuple[int, int] = (960, 540)) -> tuple[Path, Spoken]:
    """A minute and a half with subtitles four fifths of the time, or only with what looks like them.

    The three without: nothing but a title; a station's mark and names of places; a ticker and a line that stays.
    """
    draws = np.random.default_rng([seed, 1_000 + number])
    kind = number % len(SPOKEN)
    spoken, path = SPOKEN[kind], folder / f"subtitles-{seed}-{number}.mp4"
    face, high = list(FONTS)[number % len(FONTS)], int(size[1] * (0.045, 0.05, 0.06)[number % 3])
    silent = draws.random(64) < 0.2

    def layers(at_s: float) -> Iterator[tuple[Picture, float]]:
        line = int(at_s / 2.5)
        sheet = Image.new("RGBA", size, (0, 0, 0, 0))
        pen = ImageDraw.Draw(sheet)
        if spoken != "none" and not silent[line % 64]:
            _speak(pen, spoken, line, face, high, size)
        if spoken == "none":
            _lookalikes(pen, kind - 4, at_s, size)
        yield as_layer(sheet), 1.0

    place = GROUNDS[number % len(GROUNDS)]
    _write(path, ground("clouds" if place == "city" else place, *size, draws), layers, 90, fps=2, group=2, size=size)
    return path, spoken


def _speak(pen: ImageDraw.ImageDraw, spoken: Spoken, line: int, face: str, high: int, size: tuple[int, int]) -> None:
    words = {"traditional": TRADITIONAL, "english": ENGLISH}.get(spoken, SIMPLIFIED)
    name = "noto-sans-black" if spoken == "traditional" else face
    _outlined(pen, words[line % len(words)], name, high, (size[0] / 2, size[1] * (0.86 if spoken == "both" else 0.92)))
    if spoken == "both":
        _outlined(pen, ENGLISH[line % len(ENGLISH)], "packaged", high * 2 // 3, (size[0] / 2, size[1] * 0.93))


def _lookalikes(pen: ImageDraw.ImageDraw, which: int, at_s: float, size: tuple[int, int]) -> None:
    width, height = size
    if which == 0 and at_s < 5:
        _outlined(pen, "一滴水的旅行", "noto-sans-black", height // 8, (width / 2, height * 0.45))
    if which == 1:
        _outlined(pen, "科普频道", "noto-sans-black", height // 22, (width * 0.9, height * 0.93))
        if 25 <= at_s < 29 or 55 <= at_s < 59:
            name = "李明远 研究员" if at_s < 40 else "王晓雯 教授"
            _outlined(pen, name, "noto-sans-black", height // 20, (width * 0.22, height * 0.84))
    if which == 2:
        words = "".join(SIMPLIFIED) * 2
        pen.text(
            (-20, height * 0.96),
            words[int(at_s * 7) % 200 :][:60],
            fill="white",
            font=font("zenhei", height // 24),
            anchor="lm",
        )
        _outlined(pen, "本片仅供科普使用", "zenhei", height // 24, (width / 2, height * 0.88))


def _outlined(pen: ImageDraw.ImageDraw, words: str, name: str, high: int, place: tuple[float, float]) -> None:
    face = font(name, high)
    pen.text(place, words, fill="white", font=face, anchor="mm", stroke_width=max(high // 14, 1), stroke_fill="black")


def _write(
    path: Path,
    below: Callable[[int], Picture],
    layers: Layers,
    seconds: int,
    fps: int,
    group: int,
    size: tuple[int, int],
) -> None:
    """A film of pictures with layers over them."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=fps, options={"preset": "veryfast", "crf": "27", "g": str(group)})
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        for number in range(seconds * fps):
            picture = below(number)
            for layer, strength in layers(number / fps):
                picture = laid_over(picture, layer, strength)
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="bgr24")
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


def full_size(folder: Path, seed: int) -> Path:
    """Three minutes at 1080p: a title, then subtitles, then credits, over a ground that moves all the time."""
    size, draws = (1920, 1080), np.random.default_rng([seed, 7])
    layer, rolls = as_layer(title_layer(TITLES[seed % len(TITLES)], STYLES[1], *size)), _credits(*size)
    title = Made(folder / "full.mp4", TITLES[seed % len(TITLES)], STYLES[1], "clouds", "fade")

    def layers(at_s: float) -> Iterator[tuple[Picture, float]]:
        if 3 <= at_s < 7:
            yield _coming(layer, title, at_s - 3, 4.0)
        if 10 <= at_s < 165 and at_s % 3 < 2.4:
            sheet = Image.new("RGBA", size, (0, 0, 0, 0))
            _speak(ImageDraw.Draw(sheet), "simplified", int(at_s / 3), "noto-serif", size[1] // 21, size)
            yield as_layer(sheet), 1.0
        if at_s >= 168:
            top = int((at_s - 168) / 12 * (rolls.shape[0] - size[1]))
            yield rolls[top : top + size[1]], 1.0

    _write(title.path, ground("clouds", *size, draws), layers, seconds=180, fps=5, group=10, size=size)
    return title.path
