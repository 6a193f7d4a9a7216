"""The organizers' copy of the workbook, beside the workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from ingest.context import Context, crash_point
from ingest.stages.report.places import MASKED, note, reports_folder

if TYPE_CHECKING:
    from reports.book import Book

log = structlog.get_logger("kepu")


def share_masked(context: Context, book: Book) -> None:
    """Write it anew. While it is open elsewhere it stays as it is: nothing of the organizers' is in it to lose."""
    from reports.masked import masked_book
    from reports.workbook import is_open_elsewhere, write_workbook

    path = reports_folder(context) / MASKED
    is_open = is_open_elsewhere(path)
    if not is_open:
        try:
            write_workbook(path, masked_book(book))
        except PermissionError as error:  # how Windows shares say that a file is open
            log.warning("masked workbook stays", error=str(error))
            is_open = True
    if is_open:
        note(context, f"{MASKED} 正打开着，本次没有更新；请关闭，下次有新内容时再写")
    crash_point("masked-written")
