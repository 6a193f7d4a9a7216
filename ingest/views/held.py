"""What a work's row says of its materials: what is there, where it lies, and what came of reading it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ingest.ledger.links import GONE
from ingest.model import KIND_WORDS, Kind, Material, Work
from ingest.papers import paper_of
from ingest.unread import LEGIBLE, is_typed, unread
from ingest.views import Snapshot
from ingest.views.words import megabytes

Cells = dict[str, Any]

SEAL = 0.5
"""Confidence from which a mark is called a seal; the rule on seals has its own bound."""


def files_of(snap: Snapshot, work: Work) -> Cells:
    """What is there of each kind, and where it lies."""
    cells: Cells = {}
    for kind in (Kind.VIDEO, Kind.FORM, Kind.SCAN, Kind.PROOF):
        materials = work.all_of(kind)
        chosen = (work.in_force(kind) or materials[-1]) if materials else None
        said = _read(work, kind, chosen) if chosen and chosen.in_force else ""
        cells[KIND_WORDS[kind]] = _held(chosen, len(materials), said) if chosen else ""
        if chosen and (path := snap.path_of(work.id, chosen.part.id)):
            cells[f"{KIND_WORDS[kind]}.link"] = f"../{path}"
    return cells


def _held(chosen: Material, count: int, said: str) -> str:
    """A material by name, with what hinders using it, and how many there are of its kind. said: what reading gave."""
    name = chosen.part.name or "云附件"
    if chosen.part.is_link:
        name = f"（链接已失效）{name}" if chosen.part.problem == GONE else f"（待下载）{name}"
    elif chosen.part.quarantined:
        name = f"（已隔离）{name}"
    elif said:
        name = f"（{said}）{name}"
    elif not chosen.part.certain:
        name = f"（待识别）{name}"
    return f"{name} 等 {count} 个" if count > 1 else name


def _read(work: Work, kind: Kind, chosen: Material) -> str:
    """What came of reading a form or a scan, in a few words."""
    if kind is Kind.FORM and chosen.part.here:
        if is_typed(chosen):
            return "人工录入"
        return "读不出，请录入" if unread(work) else ""
    paper = paper_of(work) if kind is Kind.SCAN else None
    if paper is None:
        return ""
    seals = [mark.confidence for _, mark in paper.marks("seal")]
    word = "有印章" if max(seals, default=0) >= SEAL else "疑似印章" if seals else "未见印章"
    return f"{'已识别' if paper.reading.confidence >= LEGIBLE else '识别不清'}，{word}"


def film_of(work: Work) -> Cells:
    """What was measured of the film in force."""
    material, video = work.in_force(Kind.VIDEO), work.video
    size = material.part.size if material else 0
    cells: Cells = {"分辨率": f"{video.shown_width}×{video.shown_height}"} if video else {}
    if video and video.duration_s is not None:
        cells["时长"] = dt.timedelta(seconds=round(video.duration_s))
    return cells | ({"大小": megabytes(size)} if size else {})
