"""Pictures of pages with what was read laid over them: lines, cells, seals, handwriting, and the fields beside it."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw

from bench.corpus import Case, cases
from bench.forms import shipped
from ingest.demo.font import broken_lines, write
from ingest.demo.layouts import layout_of
from parsers import look
from parsers.facts import Box, FieldValue, ImageFacts, PageFacts, Reading

SHOWN = (("side", "scan", 0), ("two", "photo", 0), ("letter", "photo", 2))
"""Layout, kind and filling of the three pages."""
_HEIGHT = 1_360
_ASIDE = 600
_LINE, _FIELD, _SEAL, _HAND = (120, 160, 210), (20, 130, 60), (205, 30, 35), (90, 40, 160)
_MAX_BYTES = 300_000


def draw_pictures(folder: Path, into: Path) -> None:
    """Write one picture a page into a folder. folder: where the corpus is kept."""
    into.mkdir(parents=True, exist_ok=True)
    for key, kind, number in SHOWN:
        made = cases(folder, [layout_of(key)], number + 1, [kind])
        case = next(case for case in made if case.number == number)
        path = into / f"{key}-{kind}.jpg"
        _save(_drawn(case), path)
        print(path, path.stat().st_size)


def _drawn(case: Case) -> Image.Image:
    with tempfile.TemporaryDirectory() as scratch:
        facts = look(case.paths[0], shipped(), Path(scratch))
        if not isinstance(facts, ImageFacts) or facts.reading is None or not facts.seen[0].path:
            raise SystemExit(f"{case.name} was not recognised: {facts}")
        page = facts.seen[0]
        with Image.open(Path(scratch) / page.path) as opened:
            upright = opened.convert("RGB")
    scale = _HEIGHT / upright.height
    upright = upright.resize((int(upright.width * scale), _HEIGHT), Image.Resampling.LANCZOS)
    reading = facts.reading
    sheet = Image.new("RGB", (upright.width + _ASIDE, _HEIGHT), (255, 255, 255))
    sheet.paste(upright, (0, 0))
    fields = [(field, value) for field, value in reading.fields.items() if value.page in (0, 1)]
    _boxes(ImageDraw.Draw(sheet), page, upright.size, fields)
    _list(ImageDraw.Draw(sheet), upright.width + 16, fields, page, reading)
    return sheet


def _boxes(
    pen: ImageDraw.ImageDraw, page: PageFacts, size: tuple[int, int], fields: Sequence[tuple[str, FieldValue]]
) -> None:
    for line in page.lines:
        pen.rectangle(_pixels(line.box, size), outline=_LINE, width=1)
    for number, (_, value) in enumerate(fields, start=1):
        if value.box is not None:
            left, top, right, bottom = _pixels(value.box, size)
            pen.rectangle((left, top, right, bottom), outline=_FIELD, width=2)
            write(pen, (right + 3, top), str(number), 17, _FIELD)
    for mark in page.marks:
        pen.rectangle(_pixels(mark.box, size), outline=_SEAL if mark.what == "seal" else _HAND, width=4)


def _pixels(box: Box, size: tuple[int, int]) -> tuple[float, float, float, float]:
    width, height = size
    return box.left * width, box.top * height, box.right * width, box.bottom * height


def _list(
    pen: ImageDraw.ImageDraw,
    left: int,
    fields: Sequence[tuple[str, FieldValue]],
    page: PageFacts,
    reading: Reading,
) -> None:
    """The fields by number, then what the colours of the boxes mean."""
    y = 14
    for number, (_, value) in enumerate(fields, start=1):
        text = " ".join(value.value.split()) or "（空白）"
        text = text if len(text) <= 100 else f"{text[:100]}…（共 {len(text)} 字）"
        for line in broken_lines(f"{number} {value.label}：{text}", 19, _ASIDE - 36):
            write(pen, (left, y), line, 19, (25, 25, 30))
            y += 27
    y += 14
    seals = [mark for mark in page.marks if mark.what == "seal"]
    hands = [mark for mark in page.marks if mark.what == "writing"]
    how = f"转正 {page.turned}°，校斜 {page.skew_deg:.1f}°" + ("，透视已展平" if page.flattened else "")
    signed = "、".join(value.label for field, value in fields if reading.signed.get(field)) or "无"
    rest = [
        (how, (25, 25, 30)),
        (f"绿框：栏目的值（编号对应上文）　蓝框：{len(page.lines)} 行文字", _FIELD),
        (f"红框：印章 {len(seals)} 处", _SEAL),
        (f"紫框：手写 {len(hands)} 处（有手写的栏目：{signed}）", _HAND),
    ]
    for text, colour in rest:
        for line in broken_lines(text, 19, _ASIDE - 36):
            write(pen, (left, y), line, 19, colour)
            y += 27


def _save(picture: Image.Image, path: Path) -> None:
    """As good as keeps the file small."""
    for quality in (78, 68, 58, 50):
        picture.save(path, quality=quality, optimize=True)
        if path.stat().st_size < _MAX_BYTES:
            return
