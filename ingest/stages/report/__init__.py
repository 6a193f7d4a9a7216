"""Report: staff's cells are read back, then the works' folders, the workbook and the pages are written."""

from __future__ import annotations

from ingest import views
from ingest.context import ALL_REPORTS, Context
from ingest.stages.report.places import share_trouble
from ingest.stages.report.reading import read_back

__all__ = ["read_back", "report"]


def report(context: Context) -> None:
    """Folders, workbook and pages, if there is news since they were last written. DiskError if the share is away."""
    from ingest.stages.report.placing import place_all
    from ingest.stages.report.writing import shown_already, write_all, write_pages

    read_back(context)
    with share_trouble(context):
        if not context.fresh and shown_already(context):
            return
        with context.read() as tx:
            snap = views.snapshot(tx, context.config, context.wants_key)
        whole = context.reports == ALL_REPORTS
        if "folders" in context.reports:
            snap, placed = place_all(context, snap)
            whole = whole and placed
        if "workbook" in context.reports:
            write_all(context, snap, whole=whole)
        if "pages" in context.reports:
            write_pages(context, snap)
