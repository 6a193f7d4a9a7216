"""Scans of stamped forms, and proofs of showing: pictures, and PDFs without a text layer."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Literal

from PIL import Image, ImageDraw

from ingest.demo.font import broken_lines, write
from ingest.demo.paper import DPI, INK, SHEET, Wear, boxed, by_pen, scanned, sheet, sign, stamp
from ingest.demo.photos import Shot, photographed
from ingest.demo.rows import SAMPLE_NOTE, TALL, Cell, FormKind, form_rows, form_title

ScanFormat = Literal["pdf", "jpg", "png"]

_LEFT, _RIGHT = 90, SHEET[0] - 90
_LABEL = 216
_WHEN = time.struct_time((2024, 10, 8, 9, 0, 0, 1, 282, 0))


def make_scan(
    path: Path,
    *,
    kind: FormKind,
    values: Mapping[str, str],
    fmt: ScanFormat = "pdf",
    tilt_deg: float = 0.7,
    noise: float = 5.0,
    seal: str | None = None,
    signature: str | None = None,
    layout: int = 0,
    year: int = 2024,
    without: Collection[str] = (),
) -> Path:
    """Write the scan of a paper form and return its path: A4, 150 dots an inch, one page.

    values: field name to what is written. tilt_deg: degrees the paper lay askew, counter-clockwise. noise: standard
    deviation of the grain, 0 to 255. seal: the name around a round red seal, None for no seal; signature: a name by
    hand, None for the author's where the commitment is filled in, "" for none. without: fields whose label is left
    out. The path's suffix is not looked at. KeyError as for forms.
    """
    name = (values.get("author", "") if values.get("commitment") else "") if signature is None else signature
    rows = form_rows(kind, values, layout=layout, without=without)
    page = _paper_form(rows, form_title(kind, year), seal=seal, signature=name)
    return _save(scanned(page, Wear(tilt_deg, noise)), path, fmt)


def make_photo(path: Path, *, kind: FormKind, values: Mapping[str, str], shot: Shot, seal: str | None = None) -> Path:
    """Write the photograph of a printed form that was filled in by hand and return its path: a JPEG.

    values: field name to what was written with a pen. shot: how the photograph was taken. KeyError as for forms.
    """
    title, rows = form_title(kind, 2024), form_rows(kind, values)
    page = _paper_form(rows, title, seal=seal, signature=values.get("author", ""), by_hand=True)
    return photographed(page, shot, path)


def _paper_form(
    rows: list[tuple[Cell, ...]], title: str, *, seal: str | None, signature: str, by_hand: bool = False
) -> Image.Image:
    """A form on paper, with the seal and the signature that are asked for."""
    page, pen = sheet()
    write(pen, (SHEET[0] / 2, 70), title, 42, INK, "ma")
    bottom = _table(page, rows, top=150, by_hand=by_hand)
    write(pen, (_LEFT, bottom + 16), SAMPLE_NOTE, 18, (90, 90, 90))
    write(pen, (_RIGHT, bottom + 16), "2024年10月8日", 24, INK, "ra")
    if signature:
        sign(page, (_RIGHT - 250, bottom - 400), signature)
    if seal:
        stamp(page, (_RIGHT - 190, bottom - 165), seal)
    return page


def _table(page: Image.Image, rows: list[tuple[Cell, ...]], *, top: int, by_hand: bool = False) -> int:
    """Draw the rows of a form and return where they end; tall fields share the room that is left."""
    pen = ImageDraw.Draw(page)
    tall = [row for row in rows if row[0].field in TALL]
    low = 62
    room = (SHEET[1] - 110 - top - low * (len(rows) - len(tall))) // max(len(tall), 1)
    y = top
    for row in rows:
        height = room if row[0].field in TALL else low
        width = (_RIGHT - _LEFT) // len(row)
        for place, field in enumerate(row):
            x = _LEFT + place * width
            boxed(pen, (x, y, x + _LABEL, y + height), field.label, 24, middle=True)
            boxed(pen, (x + _LABEL, y, x + width, y + height), "" if by_hand else field.value, 24)
            if by_hand:
                by_pen(page, (x + _LABEL, y, x + width, y + height), field.value)
        y += height
    return y


def make_proof(
    path: Path,
    *,
    title: str,
    platform: str,
    shown_on: str,
    fmt: ScanFormat = "jpg",
    seal: str | None = None,
    tilt_deg: float = -0.5,
    noise: float = 5.0,
) -> Path:
    """Write a proof of public showing (播放证明) as a letter of the platform, and return its path.

    title: of the work; shown_on: the day as people write it; seal: name around the red seal, None for the platform's.
    """
    page, pen = sheet()
    write(pen, (SHEET[0] / 2, 220), "播 放 证 明", 64, INK, "ma")
    words = (
        f"　　兹证明科普微视频作品《{title}》已于{shown_on}在{platform}公开播映，内容完整，播出正常。\n　　特此证明。"
    )
    y = 400
    for paragraph in words.split("\n"):
        y = _written(pen, paragraph, y) + 20
    write(pen, (_RIGHT - 60, y + 260), platform, 34, INK, "ra")
    write(pen, (_RIGHT - 60, y + 330), shown_on, 34, INK, "ra")
    write(pen, (_LEFT, SHEET[1] - 90), "样例文件，人物与单位均为虚构", 20, (90, 90, 90))
    stamp(page, (_RIGHT - 220, y + 290), platform if seal is None else seal)
    return _save(scanned(page, Wear(tilt_deg, noise)), path, fmt)


def _written(pen: ImageDraw.ImageDraw, paragraph: str, y: int) -> int:
    """Write a paragraph over the page's width; returns where the next one may begin."""
    for line in broken_lines(paragraph, 36, _RIGHT - _LEFT - 60):
        write(pen, (_LEFT + 30, y), line, 36, INK)
        y += 64
    return y


def make_page(path: Path, *, heading: str, lines: tuple[str, ...], fmt: ScanFormat = "jpg") -> Path:
    """Write a page with a heading and lines of text, for any other paper (a cover letter, a licence)."""
    page, pen = sheet()
    write(pen, (SHEET[0] / 2, 180), heading, 52, INK, "ma")
    y = 320
    for line in lines:
        y = _written(pen, line, y)
    return _save(scanned(page, Wear(0.4, 4.0)), path, fmt)


def _save(page: Image.Image, path: Path, fmt: ScanFormat) -> Path:
    """Write the picture; a PDF holds it as a JPEG and carries a fixed date, so that it is the same every time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if fmt == "pdf":
        page.save(path, "PDF", resolution=DPI, quality=80, title="scan", creationDate=_WHEN, modDate=_WHEN)
    elif fmt == "jpg":
        page.save(path, "JPEG", quality=80, dpi=(DPI, DPI))
    else:
        page.quantize(64).save(path, "PNG", dpi=(DPI, DPI))
    return path
