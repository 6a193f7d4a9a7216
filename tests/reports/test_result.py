"""形式审查结果 as files: the same bytes each time, strangers' words as text, made to print on A4."""

import datetime as dt
from dataclasses import replace

import docx
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.cells import clean_text
from reports.result import BY, MACHINE, NO_REASON, NONE, REASON, Result, ResultList, ResultWork, columns
from reports.result_docx import write_docx
from reports.result_xlsx import write_xlsx

GOOD = ResultWork("R2024-0001", "星海寻踪", "广东省科学技术厅", "林晚舟", "广东科学中心", "3分20秒", by="李编辑")
BAD = replace(GOOD, id="R2024-0002", reason="时长超过规定", machine="不符合要求")
AS_OF = dt.datetime(2024, 11, 2, 9, 12)  # noqa: DTZ001 - a wall's clock, as files keep it
WRITERS = {"xlsx": write_xlsx, "docx": write_docx}


def result(*good, bad=(BAD,)):
    lists = (
        ResultList("通过", "工作人员结论为“通过”的作品", columns("推荐单位", BY), good),
        ResultList("不通过", "工作人员结论为“不通过”的作品", columns("推荐单位", REASON, BY, MACHINE), bad),
    )
    return Result(
        edition="2024年全国科普微视频大赛",
        track="地方、部门推荐",
        as_of=AS_OF,
        lists=lists,
        counts=(("通过", len(good)), ("不通过", len(bad)), ("撤回", 3)),
        deciders=(("李编辑", 2),),
        notes=("还有 1 部作品没有结论",),
    )


def made(tmp_path, ending, said):
    path = tmp_path / f"r.{ending}"
    path.unlink(missing_ok=True)
    WRITERS[ending](path, said)
    return path


def rows(path):
    """The cells of each list, row by row, in either file."""
    if path.suffix == ".docx":
        tables = docx.Document(str(path)).tables[1:]
        return [[cell.text for cell in row.cells] for table in tables for row in table.rows[1:]]
    book = openpyxl.load_workbook(path)
    found = [[cell.value for cell in row] for name in book.sheetnames[1:] for row in book[name].iter_rows(min_row=4)]
    book.close()
    return found


def text_of(path):
    """All words of either file."""
    if path.suffix == ".docx":
        document = docx.Document(str(path))
        cells = (cell.text for table in document.tables for row in table.rows for cell in row.cells)
        return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])
    book = openpyxl.load_workbook(path)
    return "\n".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value)


def test_works_stand_in_their_list_with_what_the_jury_needs(tmp_path):
    found = rows(made(tmp_path, "docx", result(GOOD)))
    head = ["星海寻踪", "广东省科学技术厅", "林晚舟", "广东科学中心", "3分20秒"]
    assert found == [
        ["1", "R2024-0001", *head, "李编辑"],
        ["1", "R2024-0002", *head, "时长超过规定", "李编辑", "不符合要求"],
    ]


def test_workbook_says_the_same_as_the_document(tmp_path):
    found = rows(made(tmp_path, "xlsx", result(GOOD)))
    said = [[str(value) for value in row if value is not None] for row in found]
    assert said == rows(made(tmp_path, "docx", result(GOOD)))


@pytest.mark.parametrize("ending", WRITERS)
def test_head_says_edition_moment_counts_and_who_decided(tmp_path, ending):
    text = text_of(made(tmp_path, ending, result(GOOD)))
    wanted = ("2024年全国科普微视频大赛", "2024年11月2日 09:12", "李编辑 2 部", "还有 1 部作品没有结论", "撤回")
    assert [one in text for one in wanted] == [True] * 5


@pytest.mark.parametrize("ending", WRITERS)
def test_empty_list_says_so(tmp_path, ending):
    assert NONE in text_of(made(tmp_path, ending, result(GOOD, bad=()))).split("\n")


@pytest.mark.parametrize("ending", WRITERS)
def test_same_values_are_the_same_bytes(tmp_path, ending):
    first = made(tmp_path, ending, result(GOOD)).read_bytes()
    assert made(tmp_path, ending, result(GOOD)).read_bytes() == first


def test_words_that_look_like_a_formula_are_text(tmp_path):
    path = made(tmp_path, "xlsx", result(replace(GOOD, title='=HYPERLINK("http://x")', producer="+1", author="@a")))
    book = openpyxl.load_workbook(path)
    kinds = {(cell.value, cell.data_type) for cell in book["通过"][4][2:6]}
    assert kinds == {('=HYPERLINK("http://x")', "s"), ("广东省科学技术厅", "s"), ("@a", "s"), ("+1", "s")}


@settings(max_examples=8)
@given(st.text(max_size=60))
def test_any_words_make_files_that_open(tmp_path_factory, words):
    folder = tmp_path_factory.mktemp("any")
    said = result(replace(GOOD, title=words, author=words))
    clean = clean_text(words)
    (in_book, *_), (in_document, *_) = rows(made(folder, "xlsx", said)), rows(made(folder, "docx", said))
    assert (in_book[2] or "", in_document[2]) == (clean, " ".join(clean.split()))


def test_workbook_prints_across_a4_with_its_head_on_every_page(tmp_path):
    sheet = openpyxl.load_workbook(made(tmp_path, "xlsx", result(GOOD)))["通过"]
    setup = sheet.page_setup
    assert (setup.orientation, setup.paperSize, setup.fitToWidth, sheet.print_title_rows) == (
        "landscape",
        9,
        1,
        "$3:$3",
    )


def test_document_repeats_the_head_of_its_tables_and_keeps_rows_whole(tmp_path):
    table = docx.Document(str(made(tmp_path, "docx", result(*[GOOD] * 3)))).tables[1]
    xml = [row._tr.xml for row in table.rows]
    assert ["w:tblHeader" in row for row in xml] == [True, False, False, False]
    assert all("w:cantSplit" in row for row in xml)


def test_document_is_a4_across_and_no_column_is_lost(tmp_path):
    document = docx.Document(str(made(tmp_path, "docx", result(GOOD))))
    section = document.sections[0]
    room = section.page_width - section.left_margin - section.right_margin
    widths = [sum(int(column.width) for column in table.columns) for table in document.tables]
    assert (round(section.page_width.cm, 1), round(section.page_height.cm, 1)) == (29.7, 21.0)
    assert all(abs(width - room) < 20_000 for width in widths)


def test_missing_reason_stands_out(tmp_path):
    path = made(tmp_path, "docx", result(bad=(replace(BAD, reason=NO_REASON),)))
    cell = docx.Document(str(path)).tables[1].rows[1].cells[7]
    assert (cell.text, cell.paragraphs[0].runs[0].bold) == (NO_REASON, True)


def test_thousands_of_rows_are_there(tmp_path):
    works = [replace(GOOD, id=f"R2024-{number:04d}") for number in range(1, 401)]
    assert [row[1] for row in rows(made(tmp_path, "xlsx", result(*works, bad=())))[:400]] == [one.id for one in works]
