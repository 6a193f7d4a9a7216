"""The workbook, its masked copy, the counts page: made from the ledger, put in place whole, kept a day each in 历史."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from pathlib import Path

import structlog

from ingest.context import Context, crash_point
from ingest.ledger import Transaction
from ingest.stages.report.keeping import HISTORY, announce, new_stamp, written
from ingest.stages.report.organizers import share_counts, share_masked
from ingest.stages.report.places import SIDE, WORKBOOK, note, notes_of, reports_folder
from ingest.stages.report.reading import read_back
from ingest.views import Snapshot, cells, extras, snapshot
from reports.placing import ChangedMeanwhileError, remove_seen, signature
from reports.workbook import is_open_elsewhere

log = structlog.get_logger("kepu")

KEEP_DAYS = 30
"""Days of workbooks kept in 历史/."""
AGAIN = 5
"""How often the workbook is made anew when staff save theirs in between."""
_A_DAY = re.compile(r"台账-\d{4}-\d{2}-\d{2}\.xlsx")


def news_key(context: Context, tx: Transaction) -> str:
    """Equal as long as there is nothing new to show. The day is in it: 待办 counts days."""
    said = (tx.desk.revision(), _day(context), str(context.config), notes_of(context))
    return hashlib.sha256(repr(said).encode("utf-8", "backslashreplace")).hexdigest()


def shown_already(context: Context) -> bool:
    """What is on the share says all there is to say: the workbook, or as long as that is in the way, its side file."""
    folder = reports_folder(context)
    with context.read() as tx:
        key = news_key(context, tx)
        workbook, side = tx.desk.get("reported") == key, tx.desk.get("beside") == key
        known = tx.desk.get(f"file:{SIDE}")
    if SIDE in context.unreadable or not (folder / SIDE).exists():
        return workbook and (folder / WORKBOOK).exists()
    return side and signature(folder / SIDE) == known and not _writable(context, WORKBOOK)


def _writable(context: Context, name: str) -> bool:
    return name not in context.unreadable and not is_open_elsewhere(reports_folder(context) / name)


def write_all(context: Context, snap: Snapshot, *, whole: bool) -> None:
    """The workbook and its masked copy. What staff save while it is being made is read, and it is made anew.

    whole: everything else was written, so that there is nothing left to do until there is news.
    """
    from reports.workbook import WorkbookOpenError

    for _ in range(AGAIN):
        if not (_writable(context, WORKBOOK) or _writable(context, SIDE)):
            note(context, f"{WORKBOOK} 和 {SIDE} 都打开着或无法读取，本次没有更新台账，下次运行再写")
            return
        try:
            with context.read() as tx:
                key = news_key(context, tx)
            name = _write(context, snap)
        except ChangedMeanwhileError:
            read_back(context)
            with context.read() as tx:
                snap = snapshot(tx, context.config, context.wants_key)
            continue
        except WorkbookOpenError as error:
            note(context, f"{error}。本次没有更新台账，下次运行再写")
            return
        with context.begin() as tx:
            tx.desk.put("reported" if name == WORKBOOK else "beside", key if whole else "")
        return
    note(context, f"{WORKBOOK} 一直有人在保存，本次没有更新，下次运行再写")


def _write(context: Context, snap: Snapshot) -> str:
    """Write once; returns the name of the file written. ChangedMeanwhileError, WorkbookOpenError, OSError."""
    from ingest.views.overview import overview
    from reports.workbook import save_workbook

    path = reports_folder(context) / WORKBOOK
    path.parent.mkdir(parents=True, exist_ok=True)
    with context.begin() as tx:
        added, stamp = extras.kept(tx, "extras"), new_stamp(tx)
        day, before, now = _states(tx)
        seen = {name: tx.desk.get(f"file:{name}") if path.with_name(name).exists() else "" for name in (WORKBOOK, SIDE)}
    today = _day(context)
    shown = before if day == today else now
    first = overview(snap, notes_of(context))
    context.say("写台账", 0, 0)
    book = cells.book_of(snap, shown, first, added, stamp=stamp)
    signatures: dict[str, str] = {}
    beside = WORKBOOK in context.unreadable

    def about_to() -> None:
        with context.begin() as tx:
            announce(tx, book)
        crash_point("workbook-made")

    made = save_workbook(path, book, beside=beside, seen=seen, signatures=signatures, about_to=about_to)
    crash_point("workbook-written")
    share_masked(context, book)
    with context.begin() as tx:
        written(tx, made.name, signatures[made.name])
        _keep_states(tx, snap, today, shown)
    crash_point("workbook-known")
    _afterwards(context, made, side_known=seen[SIDE])
    return made.name


def write_pages(context: Context, snap: Snapshot) -> None:
    """The counts page."""
    share_counts(context, snap)


def _day(context: Context) -> str:
    return str(context.clock().astimezone(context.config.edition.zone).date())


def _states(tx: Transaction) -> tuple[str, dict[str, str], dict[str, str]]:
    """What 变化 compares with: a day, the states shown when it began, and those shown last. By work id."""
    kept = json.loads(tx.desk.get("states") or "{}")
    return kept.get("day", ""), kept.get("before", {}), kept.get("now", {})


def _keep_states(tx: Transaction, snap: Snapshot, day: str, before: dict[str, str]) -> None:
    from ingest.views.frames import state_word

    now = {work.id: state_word(work) for work in snap.works.values()}
    kept = {"day": day, "before": before, "now": now}
    tx.desk.put("states", json.dumps(kept, ensure_ascii=False))


def _afterwards(context: Context, made: Path, *, side_known: str) -> None:
    """The workbook was written: its side file is merged and goes, the day's copy is kept. Else it is said where."""
    if made.name == WORKBOOK:
        if SIDE not in context.unreadable:
            _drop_side(made.with_name(SIDE), side_known)
        _history(context, made)
    else:
        note(context, f"{WORKBOOK} 正打开着或无法读取，新内容写在 {SIDE}；关闭后下次运行合并")


def _drop_side(side: Path, known: str) -> None:
    """The file beside the workbook goes once its cells are in the ledger, unless somebody works in it."""
    if side.exists() and signature(side) == known and not is_open_elsewhere(side):
        try:
            remove_seen(side, known)
        except PermissionError as error:  # how Windows shares say that a file is open: the next run removes it
            log.warning("side file stays", error=str(error))


def _history(context: Context, workbook: Path) -> None:
    """A copy a day, the last of each; older ones go. Files of other names are staff's."""
    folder = workbook.parent / HISTORY
    folder.mkdir(exist_ok=True)
    target = folder / f"台账-{_day(context)}.xlsx"
    temporary = folder / f".{target.name}.tmp"
    shutil.copyfile(workbook, temporary)
    temporary.replace(target)
    for old in sorted(path for path in folder.iterdir() if _A_DAY.fullmatch(path.name))[:-KEEP_DAYS]:
        old.unlink()
