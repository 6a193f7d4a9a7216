"""What staff added to the workbook, when there are two copies of it: nothing that one of them has is lost."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reports.book import AddedColumn, AddedSheet, Extras

MAX_TITLE = 31
"""Characters the format allows in a sheet's title."""


def merged(base: Extras, theirs: Extras, ours: Extras) -> Extras:
    """Three ways. base: as that copy was last written or read; theirs: as it is now; ours: as the ledger has it.

    What one side removed and the other left alone is gone; a sheet that both changed is kept twice, ours renamed.
    """
    from reports.book import Extras

    return Extras(_columns(base, theirs, ours), _sheets(base, theirs, ours))


def _columns(base: Extras, theirs: Extras, ours: Extras) -> tuple[AddedColumn, ...]:
    before = {(c.sheet, c.heading) for c in base.columns}
    there = {(c.sheet, c.heading) for c in theirs.columns}
    mine = {(c.sheet, c.heading) for c in ours.columns}
    kept = [c for c in theirs.columns if (c.sheet, c.heading) in mine or (c.sheet, c.heading) not in before]
    added = [c for c in ours.columns if (c.sheet, c.heading) not in there | before]
    return (*kept, *added)


def _sheets(base: Extras, theirs: Extras, ours: Extras) -> tuple[AddedSheet, ...]:
    before, there, mine = ({s.title: s for s in side.sheets} for side in (base, theirs, ours))
    kept: list[AddedSheet] = []
    for title in there | mine:
        was, staffs, our = before.get(title), there.get(title), mine.get(title)
        if staffs in (our, was):
            chosen = our
        elif our == was:
            chosen = staffs
        else:
            chosen = staffs or our
            if staffs and our:
                kept.append(replace(our, title=_free(title, there | mine)))
        if chosen is not None:
            kept.append(chosen)
    return tuple(kept)


def _free(title: str, taken: Collection[str]) -> str:
    names = (f"{title[: MAX_TITLE - 8]}（另一份{number}）" for number in range(1, 100))
    return next(name for name in names if name not in taken)
