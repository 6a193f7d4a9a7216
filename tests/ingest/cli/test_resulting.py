"""kepu report --result: what staff wrote a moment ago stands in the lists; the same ledger gives the same bytes."""

import openpyxl
import pytest

FILES = [f"形式审查结果-{track}.{ending}" for track in ("地方、部门推荐", "社会征集") for ending in ("docx", "xlsx")]


@pytest.fixture
def folder(contest):
    return contest.folder / "共享/reports/形式审查结果"


def test_result_has_what_staff_wrote_into_the_workbook(kepu, one_work, folder):
    path = one_work.folder / "共享/reports/台账.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book["推荐作品"]
    headings = [cell.value for cell in sheet[1]]
    for heading, value in {"初审结论": "不通过", "备注": "不是科普作品", "审核人": "李编辑"}.items():
        sheet.cell(2, headings.index(heading) + 1).value = value
    book.save(path)
    done = kepu("report", "--result")
    refused = openpyxl.load_workbook(folder / FILES[1])["不通过"]
    assert (done.code, [cell.value for cell in refused[4]][7:9]) == (0, ["不是科普作品", "李编辑"])


def test_result_of_the_same_ledger_is_the_same_bytes(kepu, folder):
    first = kepu("report", "--result")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    again = kepu("report", "--result")
    after = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert (sorted(before), after == before, again.out == first.out) == (sorted(FILES), True, True)


def test_result_that_is_open_elsewhere_stays_and_is_said(kepu, folder):
    kepu("report", "--result")
    (folder / f"~${FILES[1]}").touch()
    done = kepu("report", "--result")
    assert (done.code, "正打开着" in done.err, "请关闭" in done.err) == (1, True, True)


def test_result_and_only_do_not_go_together(kepu):
    assert kepu("report", "--result", "--only", "pages").code == 2
