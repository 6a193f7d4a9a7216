"""Other copies of the workbook that lie beside it: they are not read, and that is said."""

from __future__ import annotations

from pathlib import Path

import structlog

from ingest.context import Context
from ingest.stages.report.places import SIDE, WORKBOOK, note, reports_folder

log = structlog.get_logger("kepu")

FORMATS = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".csv", ".et", ".ett", ".ods", ".numbers", ".tsv"})
MOST = 5
"""Files that are named; more are counted."""


def speak_of_others(context: Context) -> None:
    """A sentence for 概览 and the log on workbooks saved under another name or in another format."""
    try:
        names = sorted(path.name for path in reports_folder(context).iterdir() if _is_other(path))
    except OSError:  # there is no folder yet, or the share is away, which others say
        return
    if not names:
        return
    log.warning("other copies of the workbook", files=names[:MOST], count=len(names))
    more = f"等 {len(names)} 个文件" if len(names) > MOST else ""
    told = "".join(f"「{name}」" for name in names[:MOST]) + more
    note(context, f"{told}不会被读取：程序只读 {WORKBOOK}。如在其中填写过，请抄回或另存为 {WORKBOOK}，然后移走")


def _is_other(path: Path) -> bool:
    name = path.name
    ours = name in (WORKBOOK, SIDE) or name.startswith((".", "~"))
    return not ours and name.startswith(Path(WORKBOOK).stem) and path.suffix.casefold() in FORMATS
