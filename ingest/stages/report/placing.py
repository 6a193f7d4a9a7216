"""Every work's folder and page on the share."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from ingest.context import Context, crash_point
from ingest.errors import KepuError
from ingest.ledger.rows import Row
from ingest.model import Work
from ingest.stages.report.evidence import pictures_of, recognised_key
from ingest.stages.report.frames import frames_key, keep_frames, preview_of
from ingest.stages.report.paging import Pages, Placed
from ingest.views import Snapshot
from ingest.views.filing import Filed, filing

log = structlog.get_logger("kepu")

HOPELESS = 20
"""After so many works, none of which could be written, it is the share and not a work."""
NAMED = 3
"""Works that are named in a sentence on trouble."""


@dataclass(frozen=True)
class _Wish:
    """One work's folder as it should be. names: part id to file name; key: of what it is made from."""

    folder: str
    filed: list[Filed]
    names: dict[int, str]
    key: str


def place_all(context: Context, snap: Snapshot) -> tuple[Snapshot, bool]:
    """Write what is not there yet or has changed; the snapshot as it is then, and whether all could be written.

    A work whose folder cannot be written costs only itself. OSError if the share lets nothing be written.
    """
    root = context.config.storage.share / "works"
    root.mkdir(parents=True, exist_ok=True)
    there = {entry.name for entry in os.scandir(root)}
    rows = dict(snap.rows)
    pages = Pages(context, snap, _folders(snap))
    failed: list[tuple[str, Exception]] = []
    placed = 0
    for done, work in enumerate(snap.works.values()):
        context.say("整理作品文件夹", done, len(snap.works))
        if not _has_folder(snap, work):
            continue
        wish = _wish(snap, work, pages)
        same = wish.key == snap.rows[work.id]["placed_with"] and not context.fresh
        if same and (wish.folder in there or (root / wish.folder).is_dir()):  # a share may spell accents its own way
            continue
        try:
            rows |= _place(context, snap, work, wish, pages)
            placed += 1
        except KepuError:
            raise
        except Exception as error:
            ours = None if isinstance(error, OSError) else error
            log.error("folder not written", work=work.id, error=f"{type(error).__name__}: {error}", exc_info=ours)
            failed.append((work.id, error))
        if not placed and len(failed) >= HOPELESS and isinstance(failed[0][1], OSError):
            raise failed[0][1]
    if failed:
        context.tally.troubles.append(_sentence(failed))
    return replace(snap, rows=rows), not failed


def _sentence(failed: list[tuple[str, Exception]]) -> str:
    first = failed[0][1]
    why = (first.strerror if isinstance(first, OSError) else "") or type(first).__name__
    named = "、".join(work for work, _ in failed[:NAMED])
    more = f" 等 {len(failed)} 部" if len(failed) > NAMED else " "
    return f"作品 {named}{more}的文件夹未能更新（{why}），下次运行再试"


def _has_folder(snap: Snapshot, work: Work) -> bool:
    """It has one or gets one: what a work has become takes its folder along."""
    row = snap.rows[work.id]
    return not row["moved_to"] and bool(row["folder"] or not work.gone)


def _folder(snap: Snapshot, work: Work) -> str:
    """The folder is named once, when it is first made, whatever the title becomes."""
    from reports.folders import folder_name

    return snap.rows[work.id]["folder"] or folder_name(work.id, work.title)


def _folders(snap: Snapshot) -> dict[str, str]:
    return {work.id: _folder(snap, work) for work in snap.works.values() if _has_folder(snap, work)}


def _wish(snap: Snapshot, work: Work, pages: Pages) -> _Wish:
    """A work's folder as it should be; its files are named once, too."""
    folder = _folder(snap, work)
    filed = filing(work, folder.partition(" ")[2])
    names = {f.material.part.id: f.name for f in filed}
    old = sorted(f.material.part.id for f in filed if f.old)
    key = f"{pages.key(snap, work, names)} {old} {sorted(snap.quarantined)} {recognised_key(work)} {frames_key(work)}"
    return _Wish(folder, filed, names, hashlib.sha256(key.encode()).hexdigest())


def _adopt(context: Context, snap: Snapshot, work: Work, path: Path) -> dict[str, Row]:
    """A work that has got another number takes its folder along, staff's files with it. Returns the rows it changed.

    OSError while somebody has it open: the next run tries again.
    """
    before = {row["id"]: row for row in snap.rows.values() if row["moved_to"] == work.id and row["folder"]}
    for old, row in before.items():
        place = path.with_name(row["folder"])
        if place.is_dir() and not os.path.lexists(path):
            place.rename(path)
        crash_point("folder-moved")
        with context.begin() as tx:
            tx.works.filed(old, folder="", files={}, with_="")
        before[old] = {**row, "folder": "", "files": {}, "placed_with": ""}
    return before


def _place(context: Context, snap: Snapshot, work: Work, wish: _Wish, pages: Pages) -> dict[str, Row]:
    """One work's folder and page; returns the rows as they are then."""
    from reports.evidence import FOLDER, keep_pictures
    from reports.folders import FileWish, place

    row = snap.rows[work.id]
    path: Path = context.config.storage.share / "works" / wish.folder
    if not row["folder"]:  # the name is kept before the folder is made: a run that dies here finds it again
        with context.begin() as tx:
            tx.works.filed(work.id, folder=wish.folder, files={}, with_="")
        crash_point("folder-named")
    rows = _adopt(context, snap, work, path)
    parts = [(f, f.material.part) for f in wish.filed]
    wishes = [FileWish(f.name, context.store.path(p.sha256), p.sha256, p.size, f.is_film, f.old) for f, p in parts]
    preview = preview_of(work, context.store)
    placed = place(path, [*wishes, *preview], snap.quarantined)
    names = [done.path.relative_to(path).as_posix() for done in placed]
    files = {p.id: name for (_, p), name in zip(parts, names, strict=False)}
    cut = keep_pictures(path / FOLDER, pictures_of(context.config, work, context.store))
    frames = keep_frames(path, work, context.store)
    pages.write(snap, work, path, Placed(files, cut, frames, names[-1] if preview else ""))
    crash_point("folder-written")
    kept = {"folder": wish.folder, "files": {str(part): name for part, name in files.items()}, "placed_with": wish.key}
    if any(row[name] != value for name, value in kept.items()):
        with context.begin() as tx:
            tx.works.filed(work.id, folder=wish.folder, files=files, with_=wish.key)
        crash_point("folder-placed")
    return {**rows, work.id: {**row, **kept}}
