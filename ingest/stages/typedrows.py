"""What staff typed into a work's row because its form cannot be read: it becomes a form of the work, and its undoing.

Told from how cells and ledger stand: `meta` says which cells were carried out last. Each change is a form of its own,
so that the newest is judged; cells that are empty again leave what was read before.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ingest import deciding
from ingest.context import Context
from ingest.ledger import Transaction
from ingest.materials import classify
from ingest.model import Ended, Listing, Material, PartSource, Work
from ingest.stages.assemble import filing
from ingest.unread import is_typed
from ingest.views.cells import typed_columns
from ingest.views.frames import READ_WORD
from parsers import look
from parsers.facts import FormFacts
from parsers.typedform import ROW_FORM, SHEET_FORM

FOLDER = "typed"
"""The folder under which forms typed into rows are kept in the ledger."""
_META = "typed:"
"""Begins the key under which `meta` says what was carried out of a row."""


@dataclass(frozen=True)
class _Known:
    """What was carried out last. cells: heading to text; sheet_form: the part of the typed-in file then, 0 for none;
    under: headings that file says otherwise since; count: forms made so far; title: of the work before any."""

    cells: Mapping[str, str] = field(default_factory=dict)
    sheet_form: int = 0
    under: tuple[str, ...] = ()
    count: int = 0
    title: str = ""
    parts: tuple[int, ...] = ()


def take_rows(context: Context, tx: Transaction, *, act: bool) -> int:
    """Works whose typed-in cells changed, or whose file was typed in anew beside them; how many."""
    rows = {row["id"]: row for row in tx.works.rows()}
    sheets = {track.key: track.sheet for track in context.config.tracks}
    cells = _cells(context, tx, {work: sheets.get(row["track"], "") for work, row in rows.items()})
    known = {work: _known(text) for work, text in tx.desk.starting_with(_META).items()}
    count = 0
    for work in sorted({*cells, *known} & rows.keys()):
        wanted = {} if rows[work]["moved_to"] else cells.get(work, {})
        count += _one(context, tx, work, wanted, known.get(work), act=act)
    return count


def _cells(context: Context, tx: Transaction, sheets: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Work id to heading to what staff typed in its row."""
    found: dict[str, dict[str, str]] = {}
    headings = typed_columns(context.config)
    for (sheet, row, heading), value in tx.desk.staff_cells().items():
        text = deciding.text_of(value).removesuffix(READ_WORD)  # they mended what had been recognised
        if text and heading in headings.get(sheet, {}) and sheets.get(row) == sheet:
            found.setdefault(row, {})[heading] = text
    return found


def _known(text: str) -> _Known:
    raw = json.loads(text)
    return _Known(**{**raw, "under": tuple(raw["under"]), "parts": tuple(raw["parts"])})


def _one(
    context: Context, tx: Transaction, work: str, cells: dict[str, str], known: _Known | None, *, act: bool
) -> int:
    if not cells and (known is None or not known.cells):
        return 0
    before = known or _Known()
    holder = tx.moves.current([work])[0]
    loaded = tx.load([holder], context.wants_key)[holder]
    file = _typed_file(loaded)
    file_id = file.part.id if file else 0
    if cells == before.cells and file_id == before.sheet_form:
        return 0
    if act:
        title = before.title if before.cells else loaded.title
        now = replace(before, cells=cells, sheet_form=file_id, title=title)
        now = replace(now, under=_under(context, work_sheet(context, loaded), now, before, file))
        _carry_out(context, tx, work, loaded, now, file)
    return 1


def work_sheet(context: Context, work: Work) -> str:
    """The title of the sheet in which a work's row is."""
    return context.config.track(work.track).sheet


def _typed_file(work: Work) -> Material | None:
    """The newest file that staff typed in for the work."""
    found = [m for m in work.materials if is_typed(m) and m.part.name == SHEET_FORM and not m.passed_over]
    return found[-1] if found else None


def _under(context: Context, sheet: str, now: _Known, before: _Known, file: Material | None) -> tuple[str, ...]:
    """Headings of cells that count no more, because a file typed in later fills them: those it met, unless changed."""
    if file is None or not isinstance(file.part.facts, FormFacts):
        return ()
    columns = typed_columns(context.config)[sheet]
    same = {heading for heading, text in now.cells.items() if before.cells.get(heading) == text}
    if now.sheet_form == before.sheet_form:
        return tuple(sorted(set(before.under) & same))
    return tuple(sorted(heading for heading in same if columns.get(heading) in file.part.facts.fields))


def _carry_out(context: Context, tx: Transaction, work: str, loaded: Work, now: _Known, file: Material | None) -> None:
    """The cells become the form in force, or no longer are one."""
    columns = typed_columns(context.config)[work_sheet(context, loaded)]
    typed = {
        columns[heading]: text for heading, text in now.cells.items() if heading not in now.under and heading in columns
    }
    if now.parts:
        tx.moves.pass_over(loaded.id, now.parts)
    if typed:
        now = _new_form(context, tx, work, loaded, now, _with_file(typed, file))
    else:
        _withdraw(context, tx, work, loaded, now)
    kept = {**now.__dict__, "cells": dict(now.cells)}
    tx.desk.put(_META + work, json.dumps(kept, ensure_ascii=False))


def _with_file(typed: Mapping[str, str], file: Material | None) -> dict[str, str]:
    """The typed-in file's values with the row's over them."""
    facts = file.part.facts if file else None
    under = {name: value.value for name, value in facts.fields.items()} if isinstance(facts, FormFacts) else {}
    return {**under, **typed}


def _new_form(
    context: Context, tx: Transaction, work: str, loaded: Work, now: _Known, values: Mapping[str, str]
) -> _Known:
    """A form of its own, as if it had come by mail just now."""
    count = now.count + 1
    stored, facts = _made(context, work, loaded, values)
    listing = Listing(loaded.mailbox, FOLDER, 0, f"{work}:{count}", stored.size, tx.now)
    arrival = tx.arrivals.add(listing, track=loaded.track, for_work=work)
    assert arrival is not None  # the count makes it another each time
    row: dict[str, Any] = {
        "name": ROW_FORM,
        "size": stored.size,
        "sha256": stored.sha256,
        "format": "xlsx",
        "source": PartSource.MANUAL.value,
    }
    tx.arrivals.hand_fed(arrival, [row], subject=f"人工录入：{work}", digest=stored.sha256)
    tx.arrivals.keep_facts(stored.sha256, context.wants_key, facts)
    mail = tx.arrivals.arrival(arrival, wants=context.wants_key)
    found = {part.id: classify(part, mail_text="") for part in mail.parts}
    tx.arrivals.parsed(arrival, {i: (one.kind, one.certain, one.why) for i, one in found.items()})
    tx.arrivals.end(arrival, Ended.SUPPLEMENT, "由工作人员在台账中录入", may_reply=False, why="人工录入，没有来信人")
    tx.works.join(loaded.id, arrival)
    mail = tx.arrivals.arrival(arrival, wants=context.wants_key)
    filing.file_parts(context, tx, loaded.id, mail, mail.parts)
    tx.desk.event("form-typed", work=work, arrival=arrival, who=_who(context, tx, work, loaded), fields=sorted(values))
    return replace(now, count=count, parts=(*now.parts, *(part.id for part in mail.parts)))


def _made(context: Context, work: str, loaded: Work, values: Mapping[str, str]) -> tuple[Any, Any]:
    """The form as a file in the store, and what a parser reads in it, which is what counts."""
    from ingest.views.typing import typing_form
    from reports.typingform import write_typing_form

    form = typing_form(context.config, loaded, why="", values=values, heading=f"{work} 在台账中录入的内容")
    with context.store.scratch() as folder:
        path = folder / ROW_FORM
        write_typing_form(path, form)
        return context.store.put_file(path), look(path, context.wants, None, name=ROW_FORM)


def _withdraw(context: Context, tx: Transaction, work: str, loaded: Work, now: _Known) -> None:
    """What was read before counts again, the title of the work too."""
    if now.title:
        tx.works.rename(loaded.id, now.title)
    filing.settle(context, tx, loaded.id)
    if loaded.id == work:  # one that moved took what was typed along
        tx.desk.event("form-untyped", work=work, who=_who(context, tx, work, loaded))


def _who(context: Context, tx: Transaction, work: str, loaded: Work) -> str:
    return deciding.text_of(tx.desk.staff_cells().get((work_sheet(context, loaded), work, deciding.WHO)))
