"""What staff added to the workbook, when there are two copies of it: nothing that one of them has is lost."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from ingest.ledger import Transaction
from ingest.views import cells

if TYPE_CHECKING:
    from reports.book import AddedColumn, AddedSheet, CellKey, Conflict, Extras, Remark, View

MAX_TITLE = 31
"""Characters the format allows in a sheet's title."""
_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")


def merged(base: Extras, theirs: Extras, ours: Extras) -> Extras:
    """Three ways. base: as that copy was last written or read; theirs: as it is now; ours: as the ledger has it.

    What one side removed and the other left alone is gone; a sheet that both changed is kept twice, ours renamed.
    """
    from reports.book import Extras

    return Extras(
        _columns(base, theirs, ours),
        _sheets(base, theirs, ours),
        _views(base, theirs, ours),
        tuple(sorted(_three_ways(dict(base.looks), dict(theirs.looks), dict(ours.looks)).items())),
        _remarks(base, theirs, ours),
    )


def conflicts(base: Extras, theirs: Extras, ours: Extras, *, bare: bool = False) -> tuple[Conflict, ...]:
    """Comments that both sides changed: one stays, the other is told.

    bare: their program had dropped the comments, so that whoever wrote one there did not see that before.
    """
    from reports.merging import merge
    from reports.strays import REMARK

    before = {} if bare else _texts(base)
    found = merge(before, _texts(theirs, before), _texts(ours, before)).conflicts
    return tuple(replace(one, heading=f"{one.heading}{REMARK}") for one in found)


def as_bare(base: Extras, theirs: Extras) -> Extras:
    """What was added, where the copy was saved by a program that keeps values only: what it dropped, nobody removed."""
    there = {sheet.title: sheet for sheet in theirs.sheets}
    values = {sheet.title: sheet for sheet in base.sheets}
    sheets = [*theirs.sheets, *(sheet for title, sheet in values.items() if title not in there)]
    return replace(
        theirs,
        columns=tuple({(c.sheet, c.heading): c for c in (*theirs.columns, *base.columns)}.values()),
        sheets=tuple(_dressed(sheet, values.get(sheet.title)) for sheet in sheets),
        views=base.views,
        looks=tuple(({**dict(theirs.looks), **dict(base.looks)}).items()),
        remarks=tuple({remark.cell: remark for remark in (*base.remarks, *theirs.remarks)}.values()),
    )


def _dressed(sheet: AddedSheet, before: AddedSheet | None) -> AddedSheet:
    """The sheet as it was, if it still says the same."""
    from reports.transplant import values_of

    if before is None or sheet == before:
        return sheet
    return before if values_of(sheet) == values_of(before) else sheet


def keep(tx: Transaction, key: str, extras: Extras) -> None:
    """Keep what staff added under a name. Their sheets are kept once, however many names speak of them."""
    for sheet in extras.sheets:
        if sheet.package:
            name = f"sheet:{hashlib.sha256(sheet.package).hexdigest()}"
            if not tx.desk.get(name):
                tx.desk.put(name, base64.b64encode(sheet.package).decode())
                tx.desk.put("sheets", json.dumps([*json.loads(tx.desk.get("sheets") or "[]"), name]))
    tx.desk.put(key, cells.extras_to_json(extras))


def kept(tx: Transaction, key: str) -> Extras:
    """What was kept under that name; nothing if nothing was."""
    return cells.extras_from_json(tx.desk.get(key), lambda digest: base64.b64decode(tx.desk.get(f"sheet:{digest}")))


def sweep(tx: Transaction, keys: Iterable[str]) -> None:
    """Sheets that none of these names speaks of any more are forgotten."""
    spoken = "".join(tx.desk.get(key) for key in keys)
    names = json.loads(tx.desk.get("sheets") or "[]")
    left = [name for name in names if name.removeprefix("sheet:") in spoken]
    if left != names:
        for name in set(names) - set(left):
            tx.desk.put(name, "")
        tx.desk.put("sheets", json.dumps(left))


def _three_ways(
    base: Mapping[_Key, _Value], theirs: Mapping[_Key, _Value], ours: Mapping[_Key, _Value]
) -> dict[_Key, _Value]:
    """Thing by thing; of one that both sides changed theirs counts, or the one that is there."""
    found: dict[_Key, _Value] = {}
    for key in {**theirs, **ours}:
        was, there, mine = base.get(key), theirs.get(key), ours.get(key)
        chosen = mine if there in (mine, was) else there if mine == was else there or mine
        if chosen is not None:
            found[key] = chosen
    return found


def _views(base: Extras, theirs: Extras, ours: Extras) -> tuple[View, ...]:
    sides = ({view.sheet: view for view in side.views} for side in (base, theirs, ours))
    return tuple(_three_ways(*sides).values())


def _texts(extras: Extras, but: Mapping[CellKey, str | None] | None = None) -> dict[CellKey, str | None]:
    """Cell to comment. but: cells that are named too, with None where there is no comment (any more)."""
    return {**dict.fromkeys(but or ()), **{remark.cell: remark.text for remark in extras.remarks}}


def _remarks(base: Extras, theirs: Extras, ours: Extras) -> tuple[Remark, ...]:
    from reports.book import Remark
    from reports.merging import merge

    before = _texts(base)
    found = merge(before, _texts(theirs, before), _texts(ours, before)).cells
    said = (remark for remark in (*theirs.remarks, *ours.remarks) if remark.author.strip())
    authors = {(remark.cell, remark.text): remark.author for remark in said}
    return tuple(
        Remark(key, str(text), authors.get((key, str(text)), "")) for key, text in sorted(found.items()) if text
    )


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
    for title in {**there, **mine}:
        was, staffs, our = before.get(title), there.get(title), mine.get(title)
        if staffs in (our, was):
            chosen = our
        elif our == was:
            chosen = staffs
        else:
            chosen = staffs or our
            if staffs and our:
                kept.append(replace(our, title=_free(title, {**there, **mine})))
        if chosen is not None:
            kept.append(chosen)
    return tuple(kept)


def _free(title: str, taken: Collection[str]) -> str:
    names = (f"{title[: MAX_TITLE - 8]}（另一份{number}）" for number in range(1, 100))
    return next(name for name in names if name not in taken)
