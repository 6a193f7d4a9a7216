"""Titles as films show them: fonts, fills, outlines, shadows; upright, spaced, slanted; over moving pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from ingest.demo.font import font as packaged

Picture = NDArray[np.uint8]
Pair = tuple[int, int, int]

FONTS: dict[str, tuple[str, int]] = {
    "noto-serif-black": ("/usr/share/fonts/opentype/noto/NotoSerifCJK-Black.ttc", 2),
    "noto-serif": ("/usr/share/fonts/opentype/noto/NotoSerifCJK-Medium.ttc", 2),
    "noto-sans-black": ("/usr/share/fonts/opentype/noto/NotoSansCJK-Black.ttc", 2),
    "noto-sans-light": ("/usr/share/fonts/opentype/noto/NotoSansCJK-Light.ttc", 2),
    "zenhei": ("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc", 0),
    "microhei": ("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", 0),
    "kai": ("/usr/share/fonts/truetype/arphic-gkai00mp/gkai00mp.ttf", 0),
    "ukai": ("/usr/share/fonts/truetype/arphic/ukai.ttc", 0),
    "song": ("/usr/share/fonts/truetype/arphic-gbsn00lp/gbsn00lp.ttf", 0),
    "ming": ("/usr/share/fonts/truetype/arphic/uming.ttc", 0),
    "wenkai": ("/usr/share/fonts/truetype/lxgw-wenkai/LXGWWenKai-Bold.ttf", 0),
}
"""Of Debian's packages, for this bench only; those that are not installed are left out, and said so in its figures."""


@dataclass(frozen=True)
class Style:
    """How a title is set. fill: its colour, or two it changes between from top to bottom.

    outline: pixels of 100 of the letters' size; shadow, glow: as well; alpha: 0 to 1; slant: sideways, in heights;
    spaced: letters' widths between two letters; plate: a box behind it; marks: set in 《》.
    """

    name: str
    font: str
    fill: tuple[Pair, Pair] = ((255, 255, 255), (255, 255, 255))
    outline: float = 0
    outline_fill: Pair = (0, 0, 0)
    shadow: float = 0
    glow: float = 0
    alpha: float = 1.0
    slant: float = 0
    spaced: float = 0
    upright: bool = False
    plate: Pair | None = None
    marks: bool = False
    beside: str = ""
    lines: int = 1


_GOLD = ((255, 236, 150), (206, 140, 30))
_WHITE, _BLACK = ((255, 255, 255), (255, 255, 255)), ((15, 15, 15), (15, 15, 15))

STYLES = (
    Style("plain", "packaged"),
    Style("bold outlined", "noto-sans-black", outline=6),
    Style("serif, shadow", "noto-serif-black", shadow=6),
    Style("gold on red", "noto-serif-black", _GOLD, plate=(150, 20, 25)),
    Style("gradient outlined", "zenhei", ((255, 255, 120), (255, 120, 20)), outline=5, outline_fill=(70, 20, 0)),
    Style("kai, shadow", "kai", shadow=5),
    Style("song on a plate", "song", _BLACK, plate=(235, 232, 220)),
    Style("brush-like, gold", "ukai", _GOLD, outline=3),
    Style("hand, spaced", "wenkai", spaced=0.5, shadow=5),
    Style("slanted", "microhei", ((255, 240, 60), (255, 240, 60)), outline=6, slant=0.25),
    Style("upright", "wenkai", shadow=6, upright=True),
    Style("upright, serif", "noto-serif", outline=4, upright=True),
    Style("glowing", "noto-sans-light", ((225, 250, 255), (120, 210, 255)), glow=14),
    Style("half transparent", "noto-sans-black", alpha=0.7, outline=4),
    Style("in book-title marks", "ming", outline=4, marks=True),
    Style("with pinyin", "noto-serif", shadow=5, beside="pinyin"),
    Style("with English", "packaged", outline=4, beside="english"),
    Style("two lines", "noto-sans-black", outline=5, lines=2),
    Style("cyan, thin outline", "noto-serif-black", ((90, 255, 240), (30, 150, 255)), outline=3),
    Style("red on white plate", "noto-sans-black", ((200, 20, 20), (150, 0, 0)), plate=(250, 250, 250)),
)
_ENGLISH = "A POPULAR SCIENCE FILM"
_PINYIN = "KE PU WEI SHI PIN"


def fonts_missing() -> list[str]:
    """The fonts that are not installed here."""
    return [name for name, (path, _) in FONTS.items() if not Path(path).is_file()]


@lru_cache(maxsize=256)
def font(name: str, size: int) -> ImageFont.FreeTypeFont:
    """A font by its name, the packaged one where it is not installed."""
    path, index = FONTS.get(name, ("", 0))
    return ImageFont.truetype(path, size, index=index) if Path(path).is_file() else packaged(size)


def title_layer(text: str, style: Style, width: int, height: int) -> Image.Image:
    """A title as RGBA, the size of the picture, its letters as large as fit."""
    text = f"《{text}》" if style.marks else text
    lines = [text] if style.lines == 1 or len(text) < 4 else [text[: len(text) // 2], text[len(text) // 2 :]]
    longest = max(map(len, lines))
    room = height * 0.84 if style.upright else width * 0.86
    size = int(min(height * 0.15, room / (longest * (1 + style.spaced))))
    mask, edge = _masks(lines, style, size, width, height)
    return _painted(mask, edge, style, size)


def _masks(lines: list[str], style: Style, size: int, width: int, height: int) -> tuple[Image.Image, Image.Image]:
    """Where the letters are, and where they and their outline are."""
    mask, edge = Image.new("L", (width, height), 0), Image.new("L", (width, height), 0)
    stroke = round(style.outline * size / 100)
    for number, line in enumerate(lines):
        for letter, x, y in _places(line, style, size, width, height * (0.4 + 0.2 * number * (style.lines > 1))):
            face = font(style.font, size)
            ImageDraw.Draw(mask).text((x, y), letter, fill=255, font=face, anchor="mm")
            ImageDraw.Draw(edge).text((x, y), letter, fill=255, font=face, anchor="mm", stroke_width=stroke)
    if style.beside:
        small = font("packaged", size // 3)
        for sheet in (mask, edge):
            words = _PINYIN if style.beside == "pinyin" else _ENGLISH
            ImageDraw.Draw(sheet).text((width / 2, height * 0.4 + size), words, fill=255, font=small, anchor="mm")
    if style.slant:
        matrix = (1, style.slant, -style.slant * height * 0.4, 0, 1, 0)
        mask, edge = (
            one.transform(one.size, Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR) for one in (mask, edge)
        )
    return mask, edge


def _places(line: str, style: Style, size: int, width: int, middle: float) -> list[tuple[str, float, float]]:
    """Each letter and its middle."""
    face = font(style.font, size)
    if style.upright:
        top = middle / 0.4 * 0.5 - size * 1.12 * (len(line) - 1) / 2
        return [(letter, width * 0.5, top + number * size * 1.12) for number, letter in enumerate(line)]
    steps = [face.getlength(letter) + style.spaced * size for letter in line]
    left = (width - sum(steps) + style.spaced * size) / 2
    starts = np.cumsum([0.0, *steps[:-1]]) + left
    return [
        (letter, start + (step - style.spaced * size) / 2, middle)
        for letter, start, step in zip(line, starts, steps, strict=True)
    ]


def _painted(mask: Image.Image, edge: Image.Image, style: Style, size: int) -> Image.Image:
    width, height = mask.size
    layer = Image.new("RGBA", mask.size, (0, 0, 0, 0))
    box = edge.getbbox() or (0, 0, width, height)
    if style.plate:
        room = size // 3
        plate = (box[0] - room, box[1] - room, box[2] + room, box[3] + room)
        ImageDraw.Draw(layer).rectangle(plate, fill=(*style.plate, 235))
    if style.shadow:
        off = max(round(style.shadow * size / 100), 1)
        blurred = ImageChops.offset(edge, off, off).filter(ImageFilter.GaussianBlur(off / 2))
        layer.paste((0, 0, 0, 230), mask=blurred)
    if style.glow:
        blurred = edge.filter(ImageFilter.GaussianBlur(style.glow * size / 100))
        layer.paste((40, 120, 255, 255), mask=blurred)
    layer.paste((*style.outline_fill, 255), mask=edge if style.outline else Image.new("L", mask.size, 0))
    layer.paste(_filled(style, mask.size, box), mask=mask)
    if style.alpha < 1:
        layer.putalpha(layer.getchannel("A").point(lambda value: int(value * style.alpha)))
    return layer


def _filled(style: Style, size: tuple[int, int], box: tuple[int, int, int, int]) -> Image.Image:
    """The colour of the letters, from the top of the title to its bottom."""
    width, height = size
    share = np.clip((np.arange(height) - box[1]) / max(box[3] - box[1], 1), 0, 1)[:, None]
    colours = np.array(style.fill[0]) * (1 - share) + np.array(style.fill[1]) * share
    sheet = np.repeat(colours[:, None, :], width, axis=1)
    return Image.fromarray(np.dstack([sheet, np.full((height, width), 255)]).astype(np.uint8), "RGBA")


def ground(kind: str, width: int, height: int, draws: np.random.Generator) -> Callable[[int], Picture]:
    """A background by the number of the frame (blue green red): "still", "clouds", "city", "lights" or "dark"."""
    if kind in ("still", "dark"):
        low, high = (40, 130) if kind == "still" else (4, 18)
        flat = cv2.resize(
            draws.integers(low, high, (3, 4, 3), dtype=np.uint8), (width, height), interpolation=cv2.INTER_CUBIC
        )
        return lambda number: np.asarray(flat, np.uint8)
    large = {"clouds": _clouds, "city": _city, "lights": _lights}[kind](width * 3 // 2, height * 5 // 4, draws)
    room = large.shape[1] - width, large.shape[0] - height

    def at(number: int) -> Picture:
        x, y = number * 3 % (2 * room[0]), number % (2 * room[1])
        x, y = min(x, 2 * room[0] - x), min(y, 2 * room[1] - y)
        return large[y : y + height, x : x + width]

    return at


def _clouds(width: int, height: int, draws: np.random.Generator) -> Picture:
    total = np.zeros((height, width, 3), np.float32)
    for cells, weight in ((4, 90.0), (12, 50.0), (40, 30.0), (160, 20.0)):
        part = draws.random((cells, cells * 2, 3), dtype=np.float32)
        total += weight * cv2.resize(part, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.clip(total + 20, 0, 255).astype(np.uint8)


def _city(width: int, height: int, draws: np.random.Generator) -> Picture:
    """Houses with rows of windows: nothing looks more like text."""
    picture = _clouds(width, height, draws)
    for _ in range(26):
        x, high, wide = draws.integers(0, width), draws.integers(height // 4, height), draws.integers(60, 200)
        colour = tuple(int(value) for value in draws.integers(30, 170, 3))
        cv2.rectangle(picture, (int(x), height - int(high)), (int(x + wide), height), colour, -1)
        for row in range(height - int(high) + 10, height, 26):
            for column in range(int(x) + 8, int(x + wide) - 12, 20):
                if draws.random() < 0.5:
                    cv2.rectangle(picture, (column, row), (column + 9, row + 12), (140, 210, 230), -1)
    return picture


def _lights(width: int, height: int, draws: np.random.Generator) -> Picture:
    picture = (_clouds(width, height, draws) // 3).astype(np.uint8)
    for _ in range(60):
        spot = np.zeros_like(picture)
        at = int(draws.integers(0, width)), int(draws.integers(0, height))
        cv2.circle(spot, at, int(draws.integers(10, 70)), tuple(int(v) for v in draws.integers(40, 130, 3)), -1)
        picture = np.asarray(cv2.add(picture, spot), np.uint8)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 3), np.uint8)


def laid_over(picture: Picture, layer: Picture, strength: float) -> Picture:
    """A layer of blue, green, red and alpha over a picture; strength: 0 to 1, for fades."""
    rows, columns = np.nonzero(layer[..., 3].any(axis=1))[0], np.nonzero(layer[..., 3].any(axis=0))[0]
    found = picture.copy()
    if not len(rows) or strength <= 0:
        return found
    part = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    alpha = layer[part][..., 3:].astype(np.float32) * (strength / 255)
    found[part] = (found[part] * (1 - alpha) + layer[part][..., :3] * alpha).astype(np.uint8)
    return found


def as_layer(image: Image.Image) -> Picture:
    """RGBA of Pillow as blue, green, red, alpha."""
    return np.asarray(image, np.uint8)[..., [2, 1, 0, 3]]
