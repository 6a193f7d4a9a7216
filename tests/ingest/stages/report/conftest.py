"""A contest with two works, reported once; and staff at their workbook."""

import os
import shutil
import time

import openpyxl
import pytest

from ingest.context import Tally
from ingest.stages.report import report

SHEET = "推荐作品"


class Desk:
    """The share of a context, and what people do there."""

    def __init__(self, context):
        self.context = context
        self.reports = context.config.storage.share / "reports"
        self.works = context.config.storage.share / "works"
        self.workbook = self.reports / "台账.xlsx"
        self.side = self.reports / "台账（新）.xlsx"

    def report(self):
        """One report, as in a run of its own. Returns the run's tally."""
        self.context.tally, self.context.unreadable = Tally(), set()
        report(self.context)
        return self.context.tally

    def news(self):
        """Something happened that is to be shown."""
        with self.context.begin() as tx:
            tx.desk.touch()

    def edit(self, cells, *, path=None, sheets=(), without=()):
        """Save the workbook with cells {(sheet, row, heading): value}, added sheets, and without rows or sheets."""
        path = path or self.workbook
        book = openpyxl.load_workbook(path)
        for (title, key, heading), value in cells.items():
            sheet = book[title]
            headings = [cell.value for cell in sheet[1]]
            if heading not in headings:
                sheet.cell(1, sheet.max_column + 1, heading)
                headings.append(heading)
            row = next(cell.row for cell in sheet["A"] if cell.value == key)
            sheet.cell(row, headings.index(heading) + 1).value = value
        for title, rows in sheets:
            added = book.create_sheet(title)
            for values in rows:
                added.append(values)
        for title, key in without:
            if key is None:
                del book[title]
            else:
                book[title].delete_rows(next(cell.row for cell in book[title]["A"] if cell.value == key))
        book.save(path)
        book.close()

    def rows(self, title, *headings, path=None):
        """The values under these headings, row by row; all columns if none is named."""
        book = openpyxl.load_workbook(path or self.workbook)
        first, *rest = ([cell.value for cell in row] for row in book[title].iter_rows())
        book.close()
        wanted = [first.index(heading) for heading in headings] or range(len(first))
        return [tuple(row[index] for index in wanted) for row in rest]

    def cells(self, title, *, path=None):
        """The value of each filled cell of a sheet, each in a tuple."""
        book = openpyxl.load_workbook(path or self.workbook)
        found = [(cell.value,) for row in book[title].iter_rows() for cell in row if cell.value is not None]
        book.close()
        return found

    def titles(self, path=None):
        book = openpyxl.load_workbook(path or self.workbook)
        book.close()
        return book.sheetnames

    def staff(self):
        """Staff's cells as the ledger has them."""
        with self.context.read() as tx:
            return tx.desk.staff_cells()

    def open_workbook(self):
        """The mark of Excel. Returns it."""
        mark = self.reports / "~$台账.xlsx"
        mark.write_bytes(b"")
        return mark

    def times(self):
        """When each file of the share was last written."""
        share = self.context.config.storage.share
        return {path: path.stat().st_mtime_ns for path in share.rglob("*") if path.is_file()}

    def age(self):
        """Let all files look old, so that one written again is told by its time."""
        for path in self.times():
            os.utime(path, ns=(time.time_ns() - 10**12,) * 2)


@pytest.fixture(scope="session")
def reported(tmp_path_factory):
    """Where a contest lies that was reported once, from the first test that needs one on."""
    return tmp_path_factory.mktemp("reported") / "contest"


@pytest.fixture
def desk(contest, walk, form, reported):
    """Two recommended works, reported once."""
    mails = [contest.mail(files=[("推荐表.docx", form(title))]) for title in ("星海寻踪", "深海来信")]
    if not reported.exists():
        for mail in mails:
            contest.drop(mail)
        with contest.open() as context:
            report(walk(context))
        shutil.copytree(contest.folder, reported)
    else:
        shutil.copytree(reported, contest.folder, dirs_exist_ok=True)
    with contest.open() as context:
        yield Desk(context)


@pytest.fixture
def sheet():
    return SHEET
