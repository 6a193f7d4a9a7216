"""Staff at their workbooks, runs, crashes and copies in any order: no value of theirs ever disappears."""

import contextlib
import itertools
import re
import shutil

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from openpyxl.comments import Comment

from ingest import context as hooks

WORD = re.compile(r"w\d+w")
SHEET = "推荐作品"
WORKS = ("R2024-0001", "R2024-0002")
STAFFS, ADDED, PROGRAMS = ("备注", "负责人", "审核人"), ("打分", "快递单号"), ("联系人", "问题摘要")
POINTS = ("staff-read", "workbook-made", "workbook-written", "masked-written", "workbook-known")


class KilledError(BaseException):
    """The process ends here."""


def words_of(path):
    """All words in a workbook's cells and comments."""
    book = openpyxl.load_workbook(path)
    found = set()
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                found |= set(WORD.findall(str(cell.value)))
                found |= set(WORD.findall(cell.comment.text)) if cell.comment else set()
    book.close()
    return found


class Staff(RuleBasedStateMachine):
    """desk is set by the test. alive: words staff wrote and did not take away; read: those the program has seen."""

    make = None

    def __init__(self):
        super().__init__()
        self.stack = contextlib.ExitStack()
        self.desk = self.stack.enter_context(type(self).make())
        self.numbers = itertools.count(1)
        self.alive, self.read, self.copy = set(), set(), self.desk.workbook.read_bytes()

    def teardown(self):
        self.close()
        self.run()
        self.run()
        kept = (self.desk.reports / "历史").glob("*旧副本*")  # what old copies say in the program's own cells
        there = words_of(self.desk.workbook).union(*map(words_of, kept))
        self.stack.close()
        assert self.alive - there == set()

    # what staff do

    def word(self):
        word = f"w{next(self.numbers)}w"
        self.alive.add(word)
        return word

    def path(self, beside):
        return self.desk.side if beside and self.desk.side.exists() else self.desk.workbook

    @contextlib.contextmanager
    def opened(self, beside):
        path = self.path(beside)
        book = openpyxl.load_workbook(path)
        yield book
        book.save(path)
        book.close()

    def gone(self, *values):
        """Staff wrote over these, or took them away."""
        for value in values:
            self.alive -= set(WORD.findall(str(value)))

    def unread(self, *values):
        """Staff took these away before the program ever saw them."""
        for value in values:
            self.alive -= set(WORD.findall(str(value))) - self.read

    @rule(beside=st.booleans(), work=st.sampled_from(WORKS), heading=st.sampled_from(STAFFS + ADDED + PROGRAMS))
    def set_a_cell(self, beside, work, heading):
        with self.opened(beside) as book:
            cell = self.cell(book[SHEET], work, heading)
            if cell is not None:
                if heading not in PROGRAMS:
                    self.gone(cell.value)
                else:
                    self.unread(cell.value)
                cell.value = self.word()

    def cell(self, sheet, work, heading):
        headings = [cell.value for cell in sheet[1]]
        if heading not in headings:
            sheet.cell(1, len(headings) + 1).value = heading
            headings.append(heading)
        row = next((row[0].row for row in sheet.iter_rows(min_row=2) if row[0].value == work), None)
        return None if row is None else sheet.cell(row, headings.index(heading) + 1)

    @rule(beside=st.booleans(), work=st.sampled_from(WORKS), heading=st.sampled_from(STAFFS + ADDED))
    def empty_a_cell(self, beside, work, heading):
        with self.opened(beside) as book:
            cell = self.cell(book[SHEET], work, heading)
            if cell is not None:
                self.gone(cell.value)
                cell.value = None

    @rule(beside=st.booleans(), work=st.sampled_from(WORKS))
    def remark(self, beside, work):
        with self.opened(beside) as book:
            cell = self.cell(book[SHEET], work, "备注")
            if cell is not None:
                self.gone(cell.comment.text if cell.comment else "")
                cell.comment = Comment(self.word(), "编辑")

    @rule(beside=st.booleans(), title=st.sampled_from(("会议", "笔记")))
    def write_a_sheet(self, beside, title):
        with self.opened(beside) as book:
            sheet = book[title] if title in book.sheetnames else book.create_sheet(title)
            sheet.append([self.word(), 1])

    @rule(beside=st.booleans(), title=st.sampled_from(("审查明细", "概览", "冲突", "说明")))
    def scribble(self, beside, title):
        with self.opened(beside) as book:
            book[title].cell(book[title].max_row + 2, 3).value = self.word()

    @rule(beside=st.booleans())
    def sort_rows(self, beside):
        with self.opened(beside) as book:
            sheet = book[SHEET]
            rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
            remarks = {
                row[0].value: (cell.column, cell.comment)
                for row in sheet.iter_rows(min_row=2)
                for cell in row
                if cell.comment
            }
            for number, values in enumerate(reversed(rows), start=2):
                for column, value in enumerate(values, start=1):
                    sheet.cell(number, column).value = value
                    sheet.cell(number, column).comment = None
                if values[0] in remarks:
                    column, comment = remarks[values[0]]
                    sheet.cell(number, column).comment = Comment(comment.text, comment.author)

    @rule(beside=st.booleans(), work=st.sampled_from(WORKS))
    def delete_a_row(self, beside, work):
        with self.opened(beside) as book:
            sheet = book[SHEET]
            for row in [row for row in sheet.iter_rows(min_row=2) if row[0].value == work]:
                self.unread(*(cell.value for cell in row))
                self.gone(*(cell.comment.text for cell in row if cell.comment))
                sheet.delete_rows(row[0].row)
                break

    @rule(beside=st.booleans(), work=st.sampled_from(WORKS))
    def copy_a_row(self, beside, work):
        with self.opened(beside) as book:
            sheet = book[SHEET]
            row = next((row for row in sheet.iter_rows(min_row=2) if row[0].value == work), None)
            if row is not None:
                sheet.append([cell.value for cell in row])
                cell = sheet.cell(sheet.max_row, [c.value for c in sheet[1]].index("备注") + 1)
                cell.value = self.word()

    @rule(beside=st.booleans(), work=st.sampled_from(WORKS), broken=st.sampled_from((None, "R2024-", "R2024-0099")))
    def break_an_id(self, beside, work, broken):
        with self.opened(beside) as book:
            cell = self.cell(book[SHEET], work, "登记号")
            if cell is not None:
                cell.value = broken

    @rule(beside=st.booleans(), heading=st.sampled_from(ADDED))
    def delete_a_column(self, beside, heading):
        with self.opened(beside) as book:
            sheet = book[SHEET]
            headings = [cell.value for cell in sheet[1]]
            if heading in headings and not any(cell.comment for row in sheet.iter_rows() for cell in row):
                column = headings.index(heading) + 1
                self.gone(*(sheet.cell(row, column).value for row in range(2, sheet.max_row + 1)))
                sheet.delete_cols(column)

    @rule(beside=st.booleans())
    def save_through_pandas(self, beside):
        path = self.path(beside)
        book = openpyxl.load_workbook(path)
        for sheet in book.worksheets:
            self.unread(*(cell.comment.text for row in sheet.iter_rows() for cell in row if cell.comment))
        book.close()
        frames = pd.read_excel(path, sheet_name=None, header=None, dtype=object, keep_default_na=False)
        with pd.ExcelWriter(path, engine="openpyxl") as writer:
            for title, frame in frames.items():
                frame.to_excel(writer, sheet_name=title, header=False, index=False)

    # copies

    @rule()
    def take_a_copy(self):
        self.copy = self.desk.workbook.read_bytes()

    @rule()
    def save_a_copy_over(self):
        before = words_of(self.desk.workbook)
        self.desk.workbook.write_bytes(self.copy)
        self.alive -= before - self.read - words_of(self.desk.workbook)

    # the program

    @rule()
    def open_it(self):
        self.desk.open_workbook()

    @rule()
    def close(self):
        (self.desk.reports / "~$台账.xlsx").unlink(missing_ok=True)

    @rule()
    def run(self):
        self.desk.news()
        self.desk.report()
        self.read |= set(self.alive)

    @rule(point=st.sampled_from(POINTS))
    def run_and_crash(self, point):
        def die(step):
            if step == point:
                raise KilledError

        with self.at_each_step(die), contextlib.suppress(KilledError):
            self.run()

    @rule(work=st.sampled_from(WORKS), heading=st.sampled_from(STAFFS + ADDED))
    def run_while_staff_save(self, work, heading):
        saved = []

        def save(step):
            if step == "workbook-made" and not saved:
                saved.append(step)
                self.read |= set(self.alive)
                self.set_a_cell(False, work, heading)

        known = set(self.alive)
        with self.at_each_step(save):
            self.run()
        if (self.desk.reports / "~$台账.xlsx").exists():  # written beside it: the workbook was not looked at again
            self.read -= self.alive - known

    @contextlib.contextmanager
    def at_each_step(self, what):
        hooks._crash = what
        try:
            yield
        finally:
            hooks._crash = None

    @invariant()
    def there_is_a_workbook(self):
        assert self.desk.workbook.exists()


@pytest.fixture
def staff(desk, tmp_path_factory, contest):
    """The machine, which begins anew from the contest reported once."""
    whole = tmp_path_factory.mktemp("machine") / "whole"
    shutil.copytree(contest.folder, whole)
    desk_type = type(desk)

    @contextlib.contextmanager
    def make():
        shutil.rmtree(contest.folder)
        shutil.copytree(whole, contest.folder)
        with contest.open() as context:
            yield desk_type(context)

    return type("Staffed", (Staff,), {"make": staticmethod(make)})


def walked(machine, examples, steps, *, anew=False):
    """anew: other walks each time, for the drill; else always the same ones."""
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=False,
            derandomize=not anew,
        ),
    )


def test_no_value_of_staffs_disappears(staff):
    walked(staff, 4, 12)


@pytest.mark.drill
def test_no_value_of_staffs_disappears_on_longer_ways(staff):
    walked(staff, 40, 30, anew=True)
