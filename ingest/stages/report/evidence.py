"""Which pictures of a work's recognised scan a person looks at: its pages, seals, signatures, and what differs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from ingest.config import Config
from ingest.model import Work
from ingest.papers import TO_SIGN, Page, Paper, paper_of
from ingest.rules.agreement import not_alike
from ingest.store import Store
from parsers.facts import Box, FieldValue
from reports.evidence import Picture

SURE = 0.5
"""Confidence from which a mark is shown as what it is; below it is one that may be."""
_SEAL_MARGIN, _VALUE_MARGIN, _SIGNATURE_MARGIN = 0.02, 0.03, 0.04
"""Shares of the page's width that are shown around a seal, a value, a signature."""
_COLOURS = {"red": "", "blue": "蓝色", "black": "黑色"}


def pictures_of(config: Config, work: Work, store: Store) -> list[Picture]:
    """All of them; none where nobody recognised a scan, or it is not kept."""
    paper = paper_of(work) if not work.gone else None
    if paper is None:
        return []
    found = [*_seals(paper, store), *_signatures(config, paper, store)]
    found += _differences(config, work, paper, store)
    pages = (page for page in paper.pages if page.facts.sha256)
    return [
        *found,
        *(Picture(_page(page), page.facts.sha256, partial(store.read, page.facts.sha256)) for page in pages),
    ]


def recognised_key(work: Work) -> str:
    """Changes when the pictures of a scan could, but for what config and form say."""
    paper = paper_of(work)
    said = [(page.number, page.facts.sha256, len(page.facts.marks)) for page in paper.pages] if paper else []
    return hashlib.sha256(repr((said, paper.reading.confidence if paper else 0)).encode()).hexdigest()[:16]


def _page(page: Page) -> str:
    return f"第{page.number}页"


def _cut(path: Path, box: Box, margin: float) -> bytes:
    from parsers.recognition.crops import crop

    return crop(path, box, margin)


def _cutting(name: str, page: Page, box: Box, margin: float, store: Store) -> Iterator[Picture]:
    """A part of a page, where its picture is kept."""
    if page.facts.sha256:
        key = f"{page.facts.sha256} {box.left:.4f} {box.top:.4f} {box.right:.4f} {box.bottom:.4f} {margin}"
        yield Picture(name, key, partial(_cut, store.path(page.facts.sha256), box, margin))


def _seals(paper: Paper, store: Store) -> Iterator[Picture]:
    for page, mark in paper.marks("seal"):
        word = f"{_COLOURS[mark.colour]}印章" if mark.confidence >= SURE else f"疑似{_COLOURS[mark.colour]}印章"
        yield from _cutting(f"{word}-{_page(page)}", page, mark.box, _SEAL_MARGIN, store)


def _signatures(config: Config, paper: Paper, store: Store) -> Iterator[Picture]:
    """The cells that are signed by hand, and those that should be and are not; then other handwriting."""
    shown: list[tuple[int, Box]] = []
    for name, signed in paper.reading.signed.items():
        place = _place_of(paper, paper.reading.fields.get(name))
        if place is not None and (signed or name in TO_SIGN):
            page, box = place
            shown.append((page.number, box))
            word = "签名" if signed else "未认出签名"
            label = config.forms.names.get(name, name)
            yield from _cutting(f"{word}-{label}-{_page(page)}", page, box, _SIGNATURE_MARGIN, store)
    for page, mark in paper.marks("writing"):
        if not any(number == page.number and _within(mark.box, box) for number, box in shown):
            yield from _cutting(f"手写-{_page(page)}", page, mark.box, _SIGNATURE_MARGIN, store)


def _differences(config: Config, work: Work, paper: Paper, store: Store) -> Iterator[Picture]:
    for name in not_alike(work, config):
        place = _place_of(paper, paper.reading.fields.get(name))
        if place is not None:
            label = config.forms.names.get(name, name)
            yield from _cutting(f"{label}-扫描件", *place, _VALUE_MARGIN, store)


def _place_of(paper: Paper, value: FieldValue | None) -> tuple[Page, Box] | None:
    """The page on which a value stands, and where."""
    if value is None or value.box is None:
        return None
    page = next((page for page in paper.pages if page.number == value.page), None)
    return (page, value.box) if page is not None else None


def _within(inner: Box, outer: Box) -> bool:
    """Its middle lies in the other."""
    across, down = (inner.left + inner.right) / 2, (inner.top + inner.bottom) / 2
    return outer.left <= across <= outer.right and outer.top <= down <= outer.bottom
