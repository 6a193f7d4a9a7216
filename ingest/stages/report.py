"""Report: staff's cells are read back, then the works' folders, the workbook and the pages are written."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import structlog

from ingest import views
from ingest.context import Context
from ingest.errors import DiskError
from ingest.ledger import Transaction
from ingest.model import NEW_WORK, Work, todo_number
from ingest.views import Snapshot, cells
from ingest.views.filing import filing

log = structlog.get_logger("kepu")

WORKBOOK = "台账.xlsx"
KEEP_DAYS = 30
"""Days of workbooks kept in 历史/."""


def read_back(context: Context) -> None:
    """What staff wrote since the last look becomes part of the ledger. A workbook nobody touched is not opened."""
    from reports.workbook import side_path

    path = _reports(context) / WORKBOOK
    for file in (path, side_path(path)):
        with context.read() as tx:
            unchanged = not file.exists() or tx.desk.get(f"file:{file.name}") == signature(file)
        if not unchanged:
            _read_file(context, file)


def signature(path: Path) -> str:
    """Changes when a file was saved: time in nanoseconds and size."""
    found = path.stat()
    return f"{found.st_mtime_ns}:{found.st_size}"


def _reports(context: Context) -> Path:
    return context.config.storage.share / "reports"


def _read_file(context: Context, file: Path) -> None:
    from reports.staff import Unreadable, merge, read_staff, without_strays

    seen = signature(file)
    with context.begin() as tx:
        found = read_staff(file, cells.sheets_of(context.config))
        if isinstance(found, Unreadable):
            log.error("workbook unreadable", file=file.name, reason=found.reason)
            context.tally.troubles.append(f"{found.reason}。程序没有改动它，本次也没有读取其中的填写")
            context.unreadable.add(file.name)
            return
        book = without_strays(found, cells.known_keys(context.config, tx))
        base = cells.to_book(tx.desk.staff_cells())
        merged = merge(base, book.cells, base)
        changed = tx.desk.keep_staff_cells(cells.to_ledger(merged.cells))
        tx.desk.keep_conflicts(cells.conflict_rows((*book.conflicts, *merged.conflicts)))
        tx.desk.put("extras", cells.extras_to_json(book.extras))
        tx.desk.put(f"file:{file.name}", seen)
        _take_effect(context, tx, changed)
    context.unreadable.discard(file.name)
    context.tally.counts["staff-cells"] += len(changed)


def _take_effect(context: Context, tx: Transaction, changed: Mapping[tuple[str, str, str], object]) -> None:
    """What staff's cells decide in this batch: a pending mail's work. Decisions on works are read where they count."""
    for (sheet, row, heading), value in changed.items():
        if (sheet, heading) == ("待办", "选择") and value:
            _choose(context, tx, row, str(value).strip())


def _choose(context: Context, tx: Transaction, number: str, choice: str) -> None:
    """A person says which work a waiting mail belongs to, by its 登记号 or 新作品."""
    todo = next((todo for todo in tx.desk.todos() if todo_number(todo["id"]) == number), None)
    if todo is None or todo["arrival_id"] is None or todo["kind"] != "choose-work":
        return
    choice = choice.upper() if choice.upper() in {row["id"] for row in tx.works.rows()} else choice
    if choice == NEW_WORK or any(row["id"] == choice for row in tx.works.rows([choice])):
        tx.arrivals.chosen(todo["arrival_id"], choice)
        tx.desk.close_todos(key=todo["key"])
    else:
        context.tally.notes.append(f"待办 {number} 的“选择”填了“{choice}”，没有这个登记号，请核对")


def report(context: Context) -> None:
    """Folders, workbook and pages, if there is news since they were last written."""
    read_back(context)
    with context.read() as tx:
        key = _news_key(context, tx)
        if not context.fresh and key == tx.desk.get("reported") and (_reports(context) / WORKBOOK).exists():
            return
        snap = views.snapshot(tx, context.config, context.wants_key)
        shown: dict[str, str] = json.loads(tx.desk.get("states") or "{}")
    try:
        _folders(context, snap)
        _write(context, shown)
    except PermissionError as error:
        raise DiskError(
            f"无法写入共享文件夹 {context.config.storage.share}",
            why=error.strerror or "",
            mend="请检查共享文件夹是否连通、运行本程序的用户是否有写权限；数据都在台账数据库中，恢复后会自动补写。",
        ) from error
    with context.begin() as tx:
        tx.desk.put("reported", _news_key(context, tx))


def _news_key(context: Context, tx: Transaction) -> str:
    """Equal as long as there is nothing new to show. The day is in it: 待办 counts days."""
    day = tx.now.astimezone(context.config.edition.zone).date()
    said = (tx.desk.revision(), str(day), str(context.config), *context.tally.troubles, *context.tally.unreachable)
    return hashlib.sha256(repr(said).encode()).hexdigest()


def _folders(context: Context, snap: Snapshot) -> None:
    total = len(snap.works)
    for done, work in enumerate(snap.works.values()):
        context.say("整理作品文件夹", done, total)
        _folder(context, snap, work)
    if total:
        context.say("整理作品文件夹", total, total)


def _folder(context: Context, snap: Snapshot, work: Work) -> None:
    """One work's folder and page. It is named once, when it is first made, whatever the title becomes."""
    from ingest.views.dossiers import dossier_of
    from reports.dossier import dossier_page
    from reports.folders import FileWish, folder_name, place
    from reports.pages import write_if_changed

    row = snap.rows[work.id]
    folder = row["folder"] or folder_name(work.id, work.title)
    path = context.config.storage.share / "works" / folder
    filed = filing(work)
    wishes = [
        FileWish(
            f.name, context.store.path(f.material.part.sha256), f.material.part.sha256, f.material.part.size, f.is_film
        )
        for f in filed
    ]
    names = [(f.material.part.id, f.name) for f in filed]
    key = hashlib.sha256(repr((names, dossier_of(snap, work, dict(names)))).encode()).hexdigest()
    if key == row["placed_with"] and path.is_dir():
        return
    placed = place(path, wishes)
    files = {f.material.part.id: p.path.name for f, p in zip(filed, placed, strict=True)}
    write_if_changed(path / "审查.html", dossier_page(dossier_of(snap, work, files)))
    with context.begin() as tx:
        tx.works.filed(work.id, folder=folder, files=files, with_=key)


def _write(context: Context, shown: Mapping[str, str]) -> None:
    """The workbook and the counts page."""
    from ingest.views.overview import overview
    from reports.counts import counts_page
    from reports.pages import write_if_changed
    from reports.workbook import WorkbookOpenError, save_workbook

    folder = _reports(context)
    folder.mkdir(parents=True, exist_ok=True)
    path, beside = folder / WORKBOOK, WORKBOOK in context.unreadable
    with context.read() as tx:
        snap = views.snapshot(tx, context.config, context.wants_key)
        extras = cells.extras_from_json(tx.desk.get("extras"))
    first = overview(snap, (*context.tally.troubles, *context.tally.unreachable, *context.tally.notes))
    context.say("写台账", 0, 0)
    try:
        written = save_workbook(path, cells.book_of(snap, shown, first, extras), beside=beside)
    except WorkbookOpenError as error:
        context.tally.notes.append(f"{error}，本次没有更新台账，下次运行再写")
        return
    write_if_changed(folder / "收件统计.html", counts_page(first))
    if written.name != WORKBOOK:
        context.tally.notes.append(f"{WORKBOOK} 正被打开或无法读取，新内容写在 {written.name}，关闭后下次运行合并")
    _written(context, snap, written)


def _written(context: Context, snap: Snapshot, written: Path) -> None:
    from ingest.views.frames import state_word
    from reports.workbook import side_path

    with context.begin() as tx:
        tx.desk.put(f"file:{written.name}", signature(written))
        tx.desk.put(
            "states", json.dumps({work.id: state_word(work) for work in snap.works.values()}, ensure_ascii=False)
        )
    if written.name == WORKBOOK:
        side_path(written).unlink(missing_ok=True)  # it was read into the ledger, and what it said is in the new one
        _history(context, written)


def _history(context: Context, workbook: Path) -> None:
    """A copy a day, the last of each; older ones go."""
    folder = workbook.parent / "历史"
    folder.mkdir(exist_ok=True)
    day = context.clock().astimezone(context.config.edition.zone).date()
    target = folder / f"台账-{day:%Y-%m-%d}.xlsx"
    temporary = folder / f".{target.name}.tmp"
    shutil.copyfile(workbook, temporary)
    temporary.replace(target)
    for old in sorted(folder.glob("台账-*.xlsx"))[:-KEEP_DAYS]:
        old.unlink()
