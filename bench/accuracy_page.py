"""The figures of bench.forms as a page for people: docs/accuracy.md is written by this, never by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bench.corpus import KINDS
from ingest.demo.layouts import CORPUS

GOALS = {"docx": 0.99, "doc": 0.98, "pdf": 0.99, "scan": 0.97, "photo": 0.92}
"""Share of fields to be read right, by kind."""
LAYOUT_GOAL, CER_GOAL, SEAL_GOAL = 0.90, 0.02, 0.98
_ABOUT = {
    "two": "a label and a value a row; the seal over the unit's name",
    "four": "two fields a row, labels spread with spaces",
    "six": "three fields a row, numbered labels",
    "side": "sections in a merged first column; reviewers with titles and units of their own",
    "above": "a row of labels over a row of values; long texts under their label",
    "prose": "no table: lines with colons, values on lines to write on",
    "nested": "a table in each cell of a frame; no seal",
    "incell": "label and value in one cell, boxes to tick",
    "official": "two pages, headings, a table under each",
    "dense": "eight narrow columns, small letters, labels broken over lines",
    "boxes": "a text box, content controls",
    "letter": "lines with two fields parted by a tab, a small table, reviewers as a list",
}
_PICTURES = (
    (
        "side-scan.jpg",
        "A clean scan: sections down the side, reviewers with titles of their own, a seal over text.",
    ),
    ("two-photo.jpg", "A photograph taken upside down: turned, flattened, the seal over the unit's name."),
    ("letter-photo.jpg", "A photograph of a form that is mostly lines; nothing was tuned on this layout."),
)


def page(found: Mapping[str, Any], *, command: str, day: str, fillings: int) -> str:
    """The whole page as Markdown. day: ISO 8601; fillings: of each layout."""
    return "\n".join(
        [
            *_beginning(found, command, day, fillings),
            *_kinds(found["accuracy"]),
            *_unseen(found["unseen_layouts"]),
            *_layouts(found["accuracy"]),
            *_fields(found["accuracy"]),
            *_peer(found),
            *_pages(),
            "",
        ]
    )


def _beginning(found: Mapping[str, Any], command: str, day: str, fillings: int) -> Iterator[str]:
    accuracy = found["accuracy"]
    shares = "，".join(f"{_NAMES[kind]} {_percent(accuracy[kind]['fields'])}" for kind in _there(accuracy))
    yield "# How well forms are read"
    yield ""
    yield f"**读得怎么样**：用程序自己生成的表格测试（12 种版式，每种填写 {fillings} 份），栏目读对的比例：{shares}。"
    yield "真实的表格会有这里没有的版式、字迹和拍法，所以没有把握的值都标出来请人看；"
    yield "识别得出的值从不判“不符合”，只请人工核对。"
    yield ""
    yield f"Measured on {day} by `{command}`:"
    yield f"{fillings} fillings of each layout. How it is counted stands in [`bench/README.md`](../bench/README.md)."
    yield "The forms are made by this project's own makers: printed in one font, stamped, signed, scanned and"
    yield "photographed by drawing. Real paper is worse: read these figures as what to compare changes by. Seconds"
    yield "depend on what else the machine did."
    yield ""


_NAMES = {"docx": "docx", "doc": "doc", "pdf": "pdf", "scan": "扫描件", "photo": "手机照片"}


def _there(accuracy: Mapping[str, Any]) -> list[str]:
    return [kind for kind in KINDS if kind in accuracy]


def _percent(share: float) -> str:
    return f"{share * 100:.1f} %"


def _held(share: float, goal: float, *, below: bool = False) -> str:
    """The figure, bold where it misses its goal."""
    missed = share >= goal if below else share < goal
    return f"**{_percent(share)}**" if missed else _percent(share)


def _kinds(accuracy: Mapping[str, Any]) -> Iterator[str]:
    yield "## By kind"
    yield ""
    yield "Bold: short of its goal."
    yield ""
    told = ("seals told", "signatures told", "seconds a file")
    yield from _head(["kind", "files", "fields right", "goal", "long texts, characters wrong", *told])
    for kind in _there(accuracy):
        of = accuracy[kind]
        cer = _held(of["long_cer"], CER_GOAL, below=True) if kind == "scan" else _percent(of["long_cer"])
        seal = _held(of["seal"], SEAL_GOAL) if "seal" in of else "—"
        signed = _percent(of["signed"]) if "signed" in of else "—"
        yield (
            f"| {kind} | {of['files']} | {_held(of['fields'], GOALS[kind])} | {_percent(GOALS[kind])} | {cer} |"
            f" {seal} | {signed} | {of['seconds']} |"
        )
    yield ""


def _unseen(unseen: Mapping[str, Any]) -> Iterator[str]:
    yield "## Layouts that nothing was tuned on"
    yield ""
    yield "| kind | fields right | long texts, characters wrong |"
    yield "| --- | --- | --- |"
    for kind in _there(unseen):
        yield f"| {kind} | {_percent(unseen[kind]['fields'])} | {_percent(unseen[kind]['long_cer'])} |"
    yield ""


def _layouts(accuracy: Mapping[str, Any]) -> Iterator[str]:
    kinds = _there(accuracy)
    yield "## By layout"
    yield ""
    yield f"Bold: under {_percent(LAYOUT_GOAL)}. † nothing was tuned on it."
    yield ""
    yield from _head(["layout", "what it is", *kinds])
    for layout in CORPUS:
        shares = [accuracy[kind]["layouts"].get(layout.key) for kind in kinds]
        if any(share is not None for share in shares):
            cells = ["—" if share is None else _held(share, LAYOUT_GOAL) for share in shares]
            name = layout.key + ("" if layout.tuned else " †")
            yield f"| {' | '.join([name, f'{layout.kind}: {_ABOUT[layout.key]}', *cells])} |"
    yield ""


def _fields(accuracy: Mapping[str, Any]) -> Iterator[str]:
    kinds = _there(accuracy)
    fields = dict.fromkeys(field for kind in kinds for field in accuracy[kind]["by_field"])
    yield "## By field"
    yield ""
    yield from _head(["field", *kinds])
    for field in fields:
        shares = [accuracy[kind]["by_field"].get(field) for kind in kinds]
        cells = ["—" if share is None else _held(share, LAYOUT_GOAL) for share in shares]
        yield f"| {' | '.join([f'`{field}`', *cells])} |"
    yield ""


def _head(names: Sequence[str]) -> list[str]:
    return [f"| {' | '.join(names)} |", f"|{' --- |' * len(names)}"]


def _peer(found: Mapping[str, Any]) -> Iterator[str]:
    if "ocr_vs_rapidocr_accuracy" not in found and "ocr_vs_rapidocr_time" not in found:
        return
    yield "## Against plain RapidOCR"
    yield ""
    yield "The same engine with the same settings on the page as it is, its lines given to the same labels from top to"
    yield "bottom."
    yield ""
    for kind, of in found.get("ocr_vs_rapidocr_accuracy", {}).items():
        yield f"- Fields right, {kind}s: {_percent(of['ours'])}, plain RapidOCR {_percent(of['rapidocr'])}."
    if time := found.get("ocr_vs_rapidocr_time"):
        yield (
            f"- Time on a clean A4 scan at 200 dpi: {time['ratio']} times RapidOCR's, straightening and all included"
            f" ({time['ours_s']} s to {time['rapidocr_s']} s, one thread each; goal 1.3)."
        )
    if memory := found.get("rss_mb"):
        sizes = f"{memory['ours']} MB to {memory['rapidocr']} MB"
        yield f"- Memory of a process: {sizes}, {memory['ratio']} times (goal 1.2)."
    if "doc_s" in found:
        yield f"- A .doc by way of LibreOffice, ten in one call: {found['doc_s']} s (goal 0.5)."
    yield ""


def _pages() -> Iterator[str]:
    yield "## What it looks like"
    yield ""
    yield "Made by `python -m bench.forms --pictures docs/pictures`. Green: a field's value, numbered as in the list"
    yield "beside it; blue: lines of text; red: seals; violet: handwriting. Persons and companies are invented."
    for name, what in _PICTURES:
        yield ""
        yield f"![{what}](pictures/{name})"
        yield ""
        yield what
