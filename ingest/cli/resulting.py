"""`kepu report --result`: 形式审查结果 of each track, on demand, from what staff decided by now."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ingest import batch, views
from ingest.cli import console
from ingest.context import Context, lease
from ingest.errors import DiskError, Exit
from ingest.stages.report.places import share_trouble
from ingest.views.results import result_of

if TYPE_CHECKING:
    import datetime as dt

    from ingest.config import Config
    from reports.result import Result

FOLDER = "形式审查结果"


def result(config: Config, clock: Callable[[], dt.datetime]) -> int:
    """Staff's cells are read and carried out first; then a workbook and a document a track, and what is still to do."""
    with console.progress() as say:
        summary = batch.run(config, clock=clock, environ=os.environ, say=say, only=("read-back", "decided"))
    with (
        lease(config.storage.root),
        batch.open_context(config, clock=clock, environ=os.environ, create=False) as context,
        share_trouble(context),
    ):
        made = write_results(context)
    for files, said in made:
        counts = "，".join(f"{word} {count}" for word, count in said.counts)
        print(f"{said.track}：登记 {said.registered} 部（{counts}）")
        for file in files:
            print(f"  {file}")
        for note in (*said.notes, *said.asides):
            print(f"  请处理：{note}")
    for line in (*summary.troubles, *summary.unreachable):
        print(f"注意：{line}")
    return int(summary.exit_code if made else Exit.DONE)


def write_results(context: Context) -> list[tuple[list[Path], Result]]:
    """The files of each track, and what they say. The same ledger gives the same bytes. OSError from the share."""
    from reports.folders import safe_name
    from reports.result_docx import write_docx
    from reports.result_xlsx import write_xlsx

    with context.read() as tx:
        snap, as_of = views.snapshot(tx, context.config, context.wants_key), tx.desk.last_event_at() or tx.now
    folder = context.config.storage.share / "reports" / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for track in context.config.tracks:
        said = result_of(snap, track, as_of)
        files = []
        for ending, write in (("xlsx", write_xlsx), ("docx", write_docx)):
            path = folder / f"{FOLDER}-{safe_name(track.name)}.{ending}"
            _replace(path, said, write)
            files.append(path)
        made.append((files, said))
    return made


def _replace(path: Path, said: Result, write: Callable[[Path, Result], None]) -> None:
    """Whole or not at all. DiskError if somebody has it open."""
    from reports.workbook import is_open_elsewhere

    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    temporary.unlink(missing_ok=True)
    try:
        if is_open_elsewhere(path):
            raise PermissionError(path.name)
        write(temporary, said)
        temporary.replace(path)
    except PermissionError as error:  # how Windows shares say that a file is open
        mend = f"请关闭 {path}，再运行 kepu report --result；确认没有打开的，请检查写权限。"
        raise DiskError(f"{path.name} 正打开着或没有写权限，没有更新", mend=mend) from error
    finally:
        temporary.unlink(missing_ok=True)
