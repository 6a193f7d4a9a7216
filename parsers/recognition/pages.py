"""Any file that is pictures to those pictures, each bounded in pixels; PDF pages are drawn."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from parsers.facts import Broken, ImageFacts, Unknown
from parsers.image import opened, read_image
from parsers.recognition.engine import Picture

WORK_SIDE = 3_200
"""Pixels of the longer side a picture is decoded to, at least where it has as many, and about at most."""

_DPI = 200
_PDF_SIDE = 2_600  # pixels of the longer side of a drawn page: A4 at 220 dots an inch
_PDF_MIN_SIDE = 1_600
_WHOLE_PIXELS = 100_000_000  # of formats that are decoded whole before they can be made smaller
_HEIF = ("heic",)
_UNREADABLE = (OSError, SyntaxError, ValueError, EOFError, KeyError, IndexError, TypeError, OverflowError)


@dataclass(frozen=True)
class Page:
    """One page's picture, upright as far as its file says; or `problem`, a key of `PageFacts.problem`."""

    picture: Picture | None = None
    problem: str = ""


def facts_of(path: Path, found: str) -> ImageFacts | Broken:
    """Size and number of pages of the file, before any pixel is decoded."""
    if found == "pdf":
        return _pdf_facts(path)
    facts = read_image(path, found, whole=False)
    return Broken(format=found, reason="unsupported") if isinstance(facts, Unknown) else facts


def pages_of(path: Path, found: str, first: int) -> Iterator[Page]:
    """The first pages of the file, one after the other: only one is in memory. `first`: how many at most."""
    if found == "pdf":
        yield from _pdf_pages(path, first)
    elif found in _HEIF:
        yield _heif_page(path)
    else:
        yield from _picture_pages(path, found, first if found == "tiff" else 1)


def _pdf_facts(path: Path) -> ImageFacts | Broken:
    import pypdfium2

    try:
        with pypdfium2.PdfDocument(path) as document:
            if not len(document):
                return Broken(format="pdf", reason="unreadable", detail="no page")
            width, height = document.get_page_size(0)
            return ImageFacts(format="pdf", width=round(width), height=round(height), pages=len(document))
    except pypdfium2.PdfiumError as error:
        return Broken(format="pdf", reason="locked" if "password" in str(error).lower() else "unreadable")


def _pdf_pages(path: Path, first: int) -> Iterator[Page]:
    import pypdfium2

    with pypdfium2.PdfDocument(path) as document:
        for number in range(min(len(document), first)):
            try:
                yield Page(_drawn(document[number]))
            except (pypdfium2.PdfiumError, ValueError, MemoryError):
                yield Page(problem="unreadable")


def _drawn(page: Any) -> Picture:
    """The page at about 200 dots an inch, within bounds whatever size it claims."""
    longer = max(*page.get_size(), 1.0)
    scale = min(max(_DPI / 72, _PDF_MIN_SIDE / longer), _PDF_SIDE / longer)
    bitmap = page.render(scale=scale, may_draw_forms=False, rev_byteorder=False)
    try:
        return _three(np.array(bitmap.to_numpy()))
    finally:
        bitmap.close()
        page.close()


def _three(pixels: Picture) -> Picture:
    """Blue, green and red of any picture."""
    import cv2

    if pixels.ndim == 2 or pixels.shape[2] == 1:
        return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_GRAY2BGR), np.uint8)
    return np.ascontiguousarray(pixels[:, :, :3])


def _heif_page(path: Path) -> Page:
    import pi_heif

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            opened = pi_heif.open_heif(path, convert_hdr_to_8bit=True)
            if opened.size[0] * opened.size[1] > _WHOLE_PIXELS:
                return Page(problem="too-large")
            return Page(_bounded(opened.to_pillow()))
    except (*_UNREADABLE, RuntimeError):
        return Page(problem="unreadable")


def _picture_pages(path: Path, found: str, first: int) -> Iterator[Page]:
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with opened(path, found) as picture:
                for number in range(min(getattr(picture, "n_frames", 1), first)):
                    yield _page(picture, number)
        except Image.DecompressionBombError:
            yield Page(problem="too-large")


def _page(picture: Any, number: int) -> Page:
    try:
        picture.seek(number)
        return _decoded(picture)
    except _UNREADABLE:
        return Page(problem="unreadable")


def _decoded(picture: Any) -> Page:
    width, height = picture.size
    if picture.format == "JPEG" and not picture.info.get("progressive"):
        picture.draft(None, (WORK_SIDE * width // max(width, height), WORK_SIDE * height // max(width, height)))
    elif width * height > _WHOLE_PIXELS:
        return Page(problem="too-large")
    return Page(_bounded(picture))


def _bounded(picture: Any) -> Picture:
    """The picture's pixels on white paper, upright as its EXIF says, of square dots, the longer side within bounds."""
    from PIL import Image, ImageOps

    picture.load()
    size = _square_size(picture)
    if size != picture.size:
        picture = (picture.convert("L") if picture.mode == "1" else picture).resize(
            size, Image.Resampling.BOX if size[0] < picture.size[0] else Image.Resampling.BILINEAR, reducing_gap=2.0
        )
    picture = ImageOps.exif_transpose(_on_white(picture))
    return np.ascontiguousarray(np.asarray(picture.convert("RGB"))[:, :, ::-1])


def _square_size(picture: Any) -> tuple[int, int]:
    """Width and height it is to have: a fax has twice the dots across that it has down."""
    width, height = picture.size
    across, down = (float(value) for value in picture.info.get("dpi", (0, 0)))
    if across > 0 and down > 0 and 1.2 < max(across, down) / min(across, down) <= 4:
        width, height = (width, height * across / down) if across > down else (width * down / across, height)
    ratio = min(WORK_SIDE / max(width, height), 1.0)
    return max(round(width * ratio), 1), max(round(height * ratio), 1)


def _on_white(picture: Any) -> Any:
    """Any mode as RGB or grey: what is transparent is paper, 16 bits are their upper 8."""
    from PIL import Image

    exif = picture.info.get("exif")
    if picture.mode.startswith(("I", "F")):
        pixels = np.asarray(picture).astype(np.float32)
        return Image.fromarray(np.clip(pixels * (255 / max(float(pixels.max()), 1.0)), 0, 255).astype(np.uint8))
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        seen = picture.convert("RGBA")
        paper = Image.new("RGBA", seen.size, "white")
        paper.alpha_composite(seen)
        picture = paper
    flat = picture.convert("RGB")
    if exif:
        flat.info["exif"] = exif
    return flat
