"""Staff's cells become part of the ledger: from the workbook, and from the file beside it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from ingest.closed import spellings
from ingest.context import Context, crash_point
from ingest.ledger import Transaction
from ingest.ledger.desk import PASSWORD
from ingest.model import NEW_WORK, TodoKind, todo_number
from ingest.stages.report.places import SIDE, WORKBOOK, note, reports_folder
from ingest.views import cells, extras
from reports.cells import to_key
from reports.placing import signature

if TYPE_CHECKING:
    from reports.book import CellKey, Value
    from reports.staff import StaffBook

_CHOICES = frozenset({TodoKind.CHOOSE_WORK.value, TodoKind.LOCKED.value, TodoKind.MISSING_VOLUME.value})
"""To-dos of mails that wait until a person says where they belong, or what they wait for has come."""

log = structlog.get_logger("kepu")


def read_back(context: Context) -> None:
    """What staff wrote since the last look becomes part of the ledger. A workbook nobody touched is not opened.

    A share that cannot be reached never keeps mail from coming in: it is said, and `report` will stop on it.
    """
    for name in (WORKBOOK, SIDE):
        try:
            _read_if_changed(context, reports_folder(context) / name)
        except OSError as error:
            log.error("share unreachable", file=name, error=str(error))
            note(context, f"共享文件夹读不到（{error.strerror or name}），本次没有读取台账中的填写")
            return


def _read_if_changed(context: Context, file: Path) -> None:
    with context.read() as tx:
        known = tx.desk.get(f"file:{file.name}")
    if signature(file) not in (known, ""):
        _read_file(context, file)
    else:
        context.unreadable.discard(file.name)


def _read_file(context: Context, file: Path) -> None:
    from reports.staff import Unreadable, read_staff, without_strays

    seen = signature(file)
    found = read_staff(file, cells.sheets_of(context.config))
    if isinstance(found, Unreadable):
        log.error("workbook unreadable", file=file.name, reason=found.reason)
        note(context, f"{found.reason}。程序没有改动它，也没有读取其中的填写")
        context.unreadable.add(file.name)
        return
    with context.begin() as tx:
        book = without_strays(found, cells.known_keys(context.config, tx))
        changed = _keep(tx, file.name, book)
        tx.desk.put(f"file:{file.name}", seen)
        tx.desk.touch()  # whatever else they did (deleted rows, our cells changed) is mended by writing it anew
        _take_effect(context, tx, changed)
    crash_point("staff-read")
    context.unreadable.discard(file.name)
    context.tally.counts["staff-cells"] += len(changed)


def _keep(tx: Transaction, name: str, book: StaffBook) -> Mapping[tuple[str, str, str], object]:
    """Merge what a file says into the ledger; returns the cells that changed there."""
    from reports.staff import merge

    base = _last_seen(tx, name)
    merged = merge(base, book.cells, cells.to_book(tx.desk.staff_cells()))
    changed = tx.desk.keep_staff_cells(cells.to_ledger(merged.cells))
    tx.desk.keep_conflicts(cells.conflict_rows((*book.conflicts, *merged.conflicts)))
    tx.desk.put(f"cells:{name}", cells.to_json(cells.to_ledger({**base, **book.cells})))
    ours = tx.desk.get("extras")
    before = tx.desk.get(f"extras:{name}") or ours
    kept = cells.extras_to_json(
        extras.merged(cells.extras_from_json(before), book.extras, cells.extras_from_json(ours))
    )
    tx.desk.put("extras", kept)
    tx.desk.put(f"extras:{name}", cells.extras_to_json(book.extras))
    return changed


def _last_seen(tx: Transaction, name: str) -> dict[CellKey, Value | None]:
    """A file's cells as they were last written or read. Workbook and side file each have their own: what one of them
    does not say was not emptied in it if it never stood there."""
    kept = tx.desk.get(f"cells:{name}")
    return cells.to_book(cells.from_json(kept) if kept else tx.desk.staff_cells())


def _take_effect(context: Context, tx: Transaction, changed: Mapping[tuple[str, str, str], object]) -> None:
    """What staff's cells decide in this batch: a waiting mail's work, an archive's password. Decisions on works are
    read where they count."""
    for (sheet, row, heading), value in changed.items():
        if (sheet, heading) == ("待办", "选择") and value:
            _choose(context, tx, row, str(cells.untagged(value)).strip())
        if (sheet, heading) == ("待办", PASSWORD) and value:
            _unlock(context, tx, row, cells.untagged(value))
        if (sheet, heading) == ("待办", "处理") and value:
            tx.desk.close_numbered(row)


def _unlock(context: Context, tx: Transaction, number: str, written: object) -> None:
    """A password for a locked archive: it is tried in this batch, and never again if it does not fit."""
    todo = next((todo for todo in tx.desk.todos(open_only=False) if todo_number(todo["id"]) == number), None)
    archive = tx.openings.archive_of(todo["part_id"]) if todo is not None and todo["part_id"] is not None else ""
    if todo is None or todo["kind"] != TodoKind.LOCKED.value or not archive:
        note(context, f"待办 {number} 不是有密码的压缩包，“密码”栏的填写没有用到")
        return
    for password in spellings(written):
        tx.openings.offer(archive, password, by_staff=True)


def _choose(context: Context, tx: Transaction, number: str, choice: str) -> None:
    """A person says which work a waiting mail belongs to, by its 登记号 or 新作品."""
    todo = next((todo for todo in tx.desk.todos() if todo_number(todo["id"]) == number), None)
    if todo is None or todo["arrival_id"] is None or todo["kind"] not in _CHOICES:
        return
    if not tx.arrivals.waits(todo["arrival_id"]):
        note(context, f"待办 {number} 的邮件已有归属，“选择”栏的填写没有用到")
        return
    work = to_key(choice).upper()
    if work == NEW_WORK or tx.works.rows([work]):
        tx.arrivals.chosen(todo["arrival_id"], work)
        tx.desk.close_todos(key=todo["key"])
    else:
        note(context, f"待办 {number} 的“选择”填了“{choice}”，没有这个登记号，请核对")
