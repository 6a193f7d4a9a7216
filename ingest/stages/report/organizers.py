"""What organizers get, beside the workbook: its masked copy, and the page of counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from ingest.context import Context, crash_point
from ingest.model import Kind, Outcome, Work
from ingest.stages.report.places import MASKED, note, reports_folder

if TYPE_CHECKING:
    from ingest.views import Snapshot
    from reports.book import Book
    from reports.figures import Figures

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


def share_counts(context: Context, snap: Snapshot) -> None:
    """Write the page of counts, if any figure changed or an hour has passed since."""
    from reports.counts import COUNTS_PAGE, write_counts

    write_counts(reports_folder(context) / COUNTS_PAGE, page_figures(snap))


def page_figures(snap: Snapshot) -> Figures:
    """All that stands on the page of counts."""
    from ingest.views.counting import counting

    return counting(snap, _held)


def _held(work: Work, kind: Kind) -> Outcome:
    """How a material stands, as the rules see it."""
    from ingest.rules.presence import status, supporting

    return (supporting if kind is Kind.PROOF else status)(work, kind).outcome
