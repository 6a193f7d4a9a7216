"""Staff's cells become part of the ledger: from the workbook, and from the file beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import structlog

from ingest.closed import spellings
from ingest.context import Context, crash_point
from ingest.ledger import Transaction
from ingest.ledger.desk import PASSWORD
from ingest.model import NEW_WORK, TodoKind, todo_number
from ingest.stages.report.beside import speak_of_others
from ingest.stages.report.keeping import copy_of, keep, keep_old, untidy
from ingest.stages.report.places import SIDE, WORKBOOK, note, reports_folder
from ingest.views import cells
from reports.cells import to_key
from reports.placing import restore, same_content, signature

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
    speak_of_others(context)


def _read_if_changed(context: Context, file: Path) -> None:
    """A file of the same bytes as when it was read or written last says nothing new, whenever it was saved."""
    restore(file)
    now = signature(file)
    with context.read() as tx:
        known, said = tx.desk.get(f"file:{file.name}"), untidy(tx, file.name)
    if now and not same_content(now, known):
        _read_file(context, file)
        return
    if now and now != known:
        with context.begin() as tx:
            tx.desk.put(f"file:{file.name}", now)
    _leave_alone(context, file.name, said if now else [])


def _leave_alone(context: Context, name: str, why: Sequence[str]) -> None:
    """A file that was read and must not be written over, for these reasons; any other may be."""
    for reason in why:
        log.error("workbook untidy", file=name, reason=reason)
        note(context, f"{reason}。其中的填写已读取")
    (context.unreadable.add if why else context.unreadable.discard)(name)


def _read_file(context: Context, file: Path) -> None:
    from reports.staff import Unreadable, read_staff, without_strays

    seen = signature(file)
    with context.read() as tx:
        copy, typable = copy_of(tx, file), cells.typable(context.config, tx)
    found = read_staff(file, cells.sheets_of(context.config), copy.shown, copy.extras, typable)
    if isinstance(found, Unreadable):
        log.error("workbook unreadable", file=file.name, reason=found.reason)
        note(context, f"{found.reason}。程序没有改动它，也没有读取其中的填写")
        context.unreadable.add(file.name)
        return
    if copy.old:
        keep_old(context, file, copy.stamp)
    with context.begin() as tx:
        book = without_strays(found, cells.known_keys(context.config, tx))
        changed = keep(tx, copy, book)
        tx.desk.put(f"file:{file.name}", seen)
        tx.desk.touch()  # whatever else they did (deleted rows, our cells changed) is mended by writing it anew
        _take_effect(context, tx, changed)
    crash_point("staff-read")
    _leave_alone(context, file.name, found.untidy)
    context.tally.counts["staff-cells"] += len(changed)


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
