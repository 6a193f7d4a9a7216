"""The Chinese font the makers draw with: it comes with a package, since a bare machine has none."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources

from PIL import ImageDraw, ImageFont, features


@lru_cache(maxsize=64)
def font(size: int) -> ImageFont.FreeTypeFont:
    """The font at a size in pixels, at least 6. FileNotFoundError if its package is damaged."""
    folder = resources.files("cvttf_NotoSansCJK_Regular")
    found = next((f for f in folder.iterdir() if f.name.endswith((".otf", ".ttf", ".ttc"))), None)
    if found is None:
        raise FileNotFoundError("cvttf_NotoSansCJK_Regular holds no font file")
    with resources.as_file(found) as path:
        return ImageFont.truetype(str(path), max(size, 6))


def write(
    pen: ImageDraw.ImageDraw,
    at: tuple[float, float],
    text: str,
    size: int,
    fill: int | tuple[int, ...] = 0,
    anchor: str = "la",
) -> None:
    """Draw one line of text. at: pixels of the anchor; size: pixels of the font; fill and anchor as Pillow's.

    The font's own shapes are those of Taiwan; the simplified ones need Pillow's complex layout, where it is there.
    """
    language = "zh-Hans" if features.check("raqm") else None
    pen.text(at, text, fill=fill, font=font(size), anchor=anchor, language=language)


def broken_lines(text: str, size: int, width: float) -> list[str]:
    """Text as lines no wider than `width` pixels, broken between any two characters."""
    lines, line = [], ""
    for character in text:
        if character == "\n" or font(size).getlength(line + character) > width:
            lines.append(line)
            line = ""
        line += character.strip("\n")
    return [*lines, line]
