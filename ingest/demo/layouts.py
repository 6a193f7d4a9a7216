"""Twelve forms that differ as forms do, for measuring how well forms are read. A third of them nothing is tuned on."""

from __future__ import annotations

from pathlib import Path

from docx.shared import Cm, Pt

from ingest.demo.docxs import add_line, new_document, settled
from ingest.demo.fillings import filling
from ingest.demo.layouts_mixed import boxes, letter, nested, official, prose, values_in_the_label_cell
from ingest.demo.layouts_tables import (
    dense,
    four_columns,
    labels_above,
    sections_down_the_side,
    six_columns,
    two_columns,
)
from ingest.demo.rows import SAMPLE_NOTE
from ingest.demo.sheets import Layout, Sheet

CORPUS: tuple[Layout, ...] = (
    Layout("two", "推荐表", two_columns, seal_cm=(3.6, 0.2), author_signs=False),
    Layout("four", "推荐表", four_columns),
    Layout("six", "推荐表", six_columns),
    Layout("side", "自荐表", sections_down_the_side, reviewers_sign=((2.2, 0.0),)),
    Layout("above", "自荐表", labels_above),
    Layout("prose", "推荐表", prose),
    Layout("nested", "自荐表", nested),
    Layout("incell", "推荐表", values_in_the_label_cell),
    Layout("official", "推荐表", official, tuned=False),
    Layout("dense", "自荐表", dense, tuned=False),
    Layout("boxes", "推荐表", boxes, tuned=False),
    Layout("letter", "自荐表", letter, tuned=False, reviewers_sign=((0.0, 0.75), (0.0, 1.5))),
)
"""Of the layouts that are not `tuned`, nothing but the measured figure may be looked at."""


def layout_of(key: str) -> Layout:
    """The layout of that name. KeyError if there is none."""
    return {layout.key: layout for layout in CORPUS}[key]


def write_layout(path: Path, layout: Layout, number: int) -> Sheet:
    """Write a layout with the filling of that number as docx; what was written is in the sheet."""
    sheet = Sheet(filling(number, layout.kind))
    document = new_document(f"2024年全国科普微视频大赛作品{layout.kind}")
    document.styles["Normal"].paragraph_format.space_after = Pt(4)
    for section in document.sections:
        section.top_margin = section.bottom_margin = Cm(1.8)
    layout.draw(document, sheet)
    add_line(document, SAMPLE_NOTE, size=8)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(settled(document))
    return sheet
