"""A form or a scan as `kepu inspect` tells it: the record for programs, the table for people. Texts are Chinese."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from ingest.config import Config
from ingest.papers import TO_SIGN
from ingest.views import Record
from parsers.facts import FieldValue, FormFacts, ImageFacts, Mark, PageFacts

if TYPE_CHECKING:
    from rich.table import Table

SEAL = 0.5
"""Confidence from which a mark counts as a seal."""
UNSURE = 0.9
"""Values below this confidence are marked to be looked at."""

_SHAPES = {"round": "圆形", "oval": "椭圆形", "square": "方形", "other": ""}
_COLOURS = {"red": "红色", "blue": "蓝色", "black": "黑色"}
_PROBLEMS = {"blank": "空白页", "too-large": "图像过大，未识别", "unreadable": "无法读取"}
_MAX_CELL = 400
"""Characters of a value that are shown; `--json` has them all."""


def form_record(kind: str, facts: FormFacts) -> Record:
    """What was read of a document. details: what stands behind each field's value."""
    return {
        "kind": kind,
        "format": facts.format,
        "title": facts.title,
        "fields": {name: value.value for name, value in facts.fields.items()},
        "text": facts.text,
        "seal": False,
        "pages": facts.pages,
        "details": _details(facts.fields),
    } | ({"works": list(facts.works)} if facts.works else {})


def scan_record(kind: str, facts: ImageFacts) -> Record:
    """What was recognised of a picture. seal: None where nobody looked; signed: whether there is writing by hand in the
    cells where people sign, and in which others there is."""
    reading = facts.reading
    record: Record = {
        "kind": kind,
        "format": facts.format,
        "width": facts.width,
        "height": facts.height,
        "pages": facts.pages,
        "orientation": facts.orientation,
        "title": reading.title if reading else "",
        "fields": {name: value.value for name, value in reading.fields.items()} if reading else {},
        "text": reading.text if reading else "",
        "seal": any(m.what == "seal" and m.confidence >= SEAL for p in facts.seen for m in p.marks)
        if reading
        else None,
    }
    if reading is None:
        return record
    return record | {
        "confidence": reading.confidence,
        "details": _details(reading.fields),
        "signed": {name: signed for name, signed in reading.signed.items() if signed or name in TO_SIGN},
        "seen": [_page(number, page) for number, page in enumerate(facts.seen, start=1)],
        "tools": dict(facts.tools),
    }


def _sealed(facts: ImageFacts) -> bool:
    return any(mark.what == "seal" and mark.confidence >= SEAL for page in facts.seen for mark in page.marks)


def _details(fields: Mapping[str, FieldValue]) -> dict[str, Record]:
    kept = ("label", "section", "confidence", "normal", "normal_confidence", "others", "page")
    found = {}
    for name, value in fields.items():
        said = value.model_dump(mode="json", include=set(kept))
        found[name] = {key: said[key] for key in kept if said[key] not in ("", 0, [], None)} | {"blank": value.blank}
    return found


def _page(number: int, page: PageFacts) -> Record:
    said = page.model_dump(mode="json", exclude={"lines", "cells", "path", "sha256"})
    return {"page": number, "lines": len(page.lines)} | said


# for people


def table(config: Config, record: Record) -> Table:
    """The fields as a table: name, value, confidence, and what a person should know of it."""
    from rich.table import Table

    shown = Table("字段", "内容", "置信", "备注", header_style="bold")
    shown.columns[0].no_wrap, shown.columns[2].justify = True, "right"
    shown.columns[1].overflow = shown.columns[3].overflow = "fold"
    shown.columns[1].max_width, shown.columns[3].max_width = 60, 46
    for name, detail in record.get("details", {}).items():
        value = record["fields"][name]
        text = value if len(value) <= _MAX_CELL else f"{value[:_MAX_CELL]}……（共 {len(value)} 字）"
        remark = "；".join(_remarks(name, detail, record, config))
        shown.add_row(*map(_plain, (config.forms.names.get(name, name), text or "（未填）", _sure(detail), remark)))
    return shown


def _sure(detail: Mapping[str, float]) -> str:
    return f"{detail.get('confidence', 0.0):.0%}"


def _remarks(name: str, detail: Record, record: Record, config: Config) -> Iterator[str]:
    if detail.get("confidence", 0.0) < UNSURE and not detail["blank"]:
        yield "请核对"
    if detail.get("normal") and detail["normal"] != record["fields"][name]:
        sure = detail.get("normal_confidence", 0.0)
        unit = "秒" if config.forms.types.get(name) == "duration" else ""
        yield f"即{detail['normal']}{unit}" + (f"（{sure:.0%}）" if sure < UNSURE else "")
    elif not detail["blank"] and config.forms.types.get(name, "text") != "text" and not detail.get("normal"):
        yield "未能读成规范的写法"
    if detail.get("others"):
        yield "另有：" + "、".join(map(str, detail["others"]))
    if name in record.get("signed", {}):
        yield "有手写" if record["signed"][name] else "未见手写"
    if detail.get("label") and detail["label"] != config.forms.names.get(name):
        yield f"表中写作“{detail['label']}”"
    if detail.get("section"):
        yield f"在“{detail['section']}”部分"


def remarks(record: Record) -> Iterator[str]:
    """Lines on seals, signatures and pages of a scan."""
    for page in record.get("seen", ()):
        yield f"第 {page['page']} 页：" + "，".join(_handled(page))
    seals = [(page["page"], Mark(**mark)) for page in record.get("seen", ()) for mark in page["marks"]]
    found = [_seal(number, mark) for number, mark in seals if mark.what == "seal"]
    if "seen" in record:
        yield "印章：" + ("；".join(found) or "没有找到")
        writing = sum(mark.what == "writing" for _, mark in seals)
        yield f"手写：{writing} 处" if writing else "手写：没有找到"


def _handled(page: Record) -> Iterator[str]:
    """How a page was straightened, and how much was read on it."""
    if page["turned"]:
        yield f"顺时针转正 {page['turned']}°"
    if page["flattened"]:
        yield "照片已按纸边展平"
    if abs(page["skew_deg"]) >= 0.1:
        yield f"校斜 {page['skew_deg']:+.1f}°"
    problem = str(page["problem"])
    yield _PROBLEMS.get(problem, problem) if problem else f"读出 {page['lines']} 行"


def _seal(number: int, mark: Mark) -> str:
    word = "" if mark.confidence >= SEAL else "疑似"
    return f"第 {number} 页{word}{_COLOURS[mark.colour]}{_SHAPES[mark.shape]}印章（{mark.confidence:.0%}）"


def _plain(text: str) -> str:
    """As it is: no markup of rich, nothing that could steer a terminal."""
    from rich.markup import escape

    return escape("".join(c for c in text if c == "\n" or c.isprintable()))
