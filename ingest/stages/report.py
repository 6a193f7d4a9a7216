"""Report: staff's cells are read back, then the works' folders, the workbook and the pages are written."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from ingest import views
from ingest.context import Context
from ingest.errors import DiskError
from ingest.ledger import Transaction
from ingest.model import NEW_WORK, TodoKind, Work, todo_number
from ingest.views import Snapshot, cells
from ingest.views.filing import filing
from reports.workbook import signature

if TYPE_CHECKING:
    from reports.book import CellKey, Value

log = structlog.get_logger("kepu")

WORKBOOK = "台账.xlsx"
SIDE = "台账（新）.xlsx"
KEEP_DAYS = 30
"""Days of workbooks kept in 历史/."""
AGAIN = 5
"""How often the workbook is made anew when staff save theirs in between."""


def read_back(context: Context) -> None:
    """What staff wrote since the last look becomes part of the ledger. A workbook nobody touched is not opened.

    A share that cannot be reached never keeps mail from coming in: it is said, and `report` will stop on it.
    """
    for name in (WORKBOOK, SIDE):
        try:
            _read_if_changed(context, _reports(context) / name)
        except OSError as error:
            log.error("share unreachable", file=name, error=str(error))
            context.tally.notes.append(f"共享文件夹读不到（{error.strerror or name}），本次没有读取台账中的填写")
            return


def _read_if_changed(context: Context, file: Path) -> None:
    with context.read() as tx:
        known = tx.desk.get(f"file:{file.name}")
    if signature(file) not in (known, ""):
        _read_file(context, file)


def _reports(context: Context) -> Path:
    return context.config.storage.share / "reports"


def _read_file(context: Context, file: Path) -> None:
    from reports.staff import Unreadable, merge, read_staff, without_strays

    seen = signature(file)
    with context.begin() as tx:
        found = read_staff(file, cells.sheets_of(context.config))
        if isinstance(found, Unreadable):
            log.error("workbook unreadable", file=file.name, reason=found.reason)
            context.tally.notes.append(f"{found.reason}。程序没有改动它，也没有读取其中的填写")
            context.unreadable.add(file.name)
            return
        book = without_strays(found, cells.known_keys(context.config, tx))
        base, ours = _last_seen(tx, file.name), cells.to_book(tx.desk.staff_cells())
        merged = merge(base, book.cells, ours)
        changed = tx.desk.keep_staff_cells(cells.to_ledger(merged.cells))
        tx.desk.keep_conflicts(cells.conflict_rows((*book.conflicts, *merged.conflicts)))
        tx.desk.put("extras", cells.extras_to_json(book.extras))
        tx.desk.put(f"file:{file.name}", seen)
        tx.desk.put(f"cells:{file.name}", cells.to_json(cells.to_ledger({**base, **book.cells})))
        _take_effect(context, tx, changed)
    context.unreadable.discard(file.name)
    context.tally.counts["staff-cells"] += len(changed)


def _last_seen(tx: Transaction, name: str) -> dict[CellKey, Value | None]:
    """A file's cells as they were last written or read. Workbook and side file each have their own: what one of them
    does not say was not emptied in it if it never stood there."""
    kept = tx.desk.get(f"cells:{name}")
    return cells.to_book(cells.from_json(kept) if kept else tx.desk.staff_cells())


def _take_effect(context: Context, tx: Transaction, changed: Mapping[tuple[str, str, str], object]) -> None:
    """What staff's cells decide in this batch: a waiting mail's work. Decisions on works are read where they count."""
    for (sheet, row, heading), value in changed.items():
        if (sheet, heading) == ("待办", "选择") and value:
            _choose(context, tx, row, str(value).strip())
        if (sheet, heading) == ("待办", "处理") and value:
            tx.desk.close_numbered(row)


def _choose(context: Context, tx: Transaction, number: str, choice: str) -> None:
    """A person says which work a waiting mail belongs to, by its 登记号 or 新作品."""
    todo = next((todo for todo in tx.desk.todos() if todo_number(todo["id"]) == number), None)
    if todo is None or todo["arrival_id"] is None or todo["kind"] != TodoKind.CHOOSE_WORK.value:
        return
    work = choice.upper()
    if choice == NEW_WORK or tx.works.rows([work]):
        tx.arrivals.chosen(todo["arrival_id"], NEW_WORK if choice == NEW_WORK else work)
        tx.desk.close_todos(key=todo["key"])
    else:
        context.tally.notes.append(f"待办 {number} 的“选择”填了“{choice}”，没有这个登记号，请核对")


def report(context: Context) -> None:
    """Folders, workbook and pages, if there is news since they were last written."""
    read_back(context)
    with context.read() as tx:
        if not context.fresh and _news_key(context, tx) == tx.desk.get("reported") and _all_there(context):
            return
    with _share_trouble(context):
        whole = _folders(context)
        whole = _workbook(context) and whole
    if whole:
        with context.begin() as tx:
            tx.desk.put("reported", _news_key(context, tx))


def _all_there(context: Context) -> bool:
    return (_reports(context) / WORKBOOK).exists() and not (_reports(context) / SIDE).exists()


@contextmanager
def _share_trouble(context: Context) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DiskError(
            f"无法写入共享文件夹 {context.config.storage.share}",
            why=error.strerror or type(error).__name__,
            mend="请检查共享文件夹是否连通、有没有空间、运行本程序的用户有没有写权限；邮件和数据都已收好，恢复后自动补写。",
        ) from error


def _news_key(context: Context, tx: Transaction) -> str:
    """Equal as long as there is nothing new to show. The day is in it: 待办 counts days."""
    day = tx.now.astimezone(context.config.edition.zone).date()
    said = (tx.desk.revision(), str(day), str(context.config), notes_of(context))
    return hashlib.sha256(repr(said).encode()).hexdigest()


def notes_of(context: Context) -> tuple[str, ...]:
    """Sentences on trouble of this run, for 概览."""
    return (*context.tally.troubles, *context.tally.unreachable, *context.tally.notes)


def _folders(context: Context) -> bool:
    """Every work's folder and page. One that cannot be written costs only itself; whether all were."""
    with context.read() as tx:
        snap = views.snapshot(tx, context.config, context.wants_key)
    failed = []
    for done, work in enumerate(snap.works.values()):
        context.say("整理作品文件夹", done, len(snap.works))
        try:
            _folder(context, snap, work)
        except OSError as error:
            log.error("folder not written", work=work.id, error=str(error))
            failed.append((work.id, error))
    if failed and len(failed) == len(snap.works):
        raise failed[0][1]
    context.tally.troubles.extend(f"作品 {work} 的文件夹未能更新（{e.strerror}），下次运行再试" for work, e in failed)
    return not failed


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
    names = {f.material.part.id: f.name for f in filed}
    key = hashlib.sha256(repr((names, dossier_of(snap, work, names))).encode()).hexdigest()
    if key == row["placed_with"] and path.is_dir():
        return
    parts = [(f, f.material.part) for f in filed]
    wishes = [FileWish(f.name, context.store.path(p.sha256), p.sha256, p.size, link=f.is_film) for f, p in parts]
    placed = place(path, wishes)
    files = {part.id: done.path.name for (_, part), done in zip(parts, placed, strict=True)}
    write_if_changed(path / "审查.html", dossier_page(dossier_of(snap, work, files)))
    with context.begin() as tx:
        tx.works.filed(work.id, folder=folder, files=files, with_=key)


def _workbook(context: Context) -> bool:
    """The workbook and the counts page; whether the workbook itself was written, and not the file beside it.

    What staff save while it is being made is read, and it is made anew.
    """
    from reports.workbook import ChangedMeanwhileError, WorkbookOpenError

    for _ in range(AGAIN):
        try:
            return _write(context) == WORKBOOK
        except ChangedMeanwhileError:
            read_back(context)
        except WorkbookOpenError as error:
            context.tally.notes.append(f"{error}。本次没有更新台账，下次运行再写")
            return False
    context.tally.notes.append(f"{WORKBOOK} 一直有人在保存，本次没有更新，下次运行再写")
    return False


def _write(context: Context) -> str:
    from ingest.views.overview import overview
    from reports.counts import counts_page
    from reports.pages import write_if_changed
    from reports.workbook import save_workbook

    path = _reports(context) / WORKBOOK
    path.parent.mkdir(parents=True, exist_ok=True)
    with context.read() as tx:
        snap = views.snapshot(tx, context.config, context.wants_key)
        extras = cells.extras_from_json(tx.desk.get("extras"))
        shown: dict[str, str] = json.loads(tx.desk.get("states") or "{}")
        seen = {name: tx.desk.get(f"file:{name}") if path.with_name(name).exists() else "" for name in (WORKBOOK, SIDE)}
    first = overview(snap, notes_of(context))
    context.say("写台账", 0, 0)
    book = cells.book_of(snap, shown, first, extras)
    written = save_workbook(path, book, beside=WORKBOOK in context.unreadable, seen=seen)
    write_if_changed(path.with_name("收件统计.html"), counts_page(first))
    _written(context, snap, written)
    return written.name


def _written(context: Context, snap: Snapshot, written: Path) -> None:
    from ingest.views.frames import state_word

    states = {work.id: state_word(work) for work in snap.works.values()}
    with context.begin() as tx:
        side_known = tx.desk.get(f"file:{SIDE}")
        tx.desk.put(f"file:{written.name}", signature(written))
        tx.desk.put(f"cells:{written.name}", cells.to_json(snap.staff))
        if states != json.loads(tx.desk.get("states") or "{}"):
            tx.desk.put("states", json.dumps(states, ensure_ascii=False))
    if written.name == WORKBOOK:
        _drop_side(written.with_name(SIDE), side_known)
        _history(context, written)
    else:
        context.tally.notes.append(f"{WORKBOOK} 正打开着或无法读取，新内容写在 {SIDE}；关闭后下次运行合并")


def _drop_side(side: Path, known: str) -> None:
    """The file beside the workbook goes once its cells are in the ledger, unless somebody works in it."""
    from reports.workbook import is_open_elsewhere

    if side.exists() and signature(side) == known and not is_open_elsewhere(side):
        side.unlink()


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
