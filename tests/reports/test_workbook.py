from __future__ import annotations

import datetime as dt
import os
import time
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pandas as pd
import pytest
from openpyxl import load_workbook

from reports.book import AddedColumn, AddedSheet, Book, Extras, Links
from reports.tables import TODOS, sheets, work_sheet
from reports.workbook import (
    WorkbookOpenError,
    book_digest,
    is_open_elsewhere,
    save_workbook,
    side_path,
    write_workbook,
)

SHEET = "推荐作品"


def written(path, book, title=SHEET):
    write_workbook(path, book)
    return load_workbook(path)[title]


def column(sheet, heading):
    return next(cell.column for cell in sheet[1] if cell.value == heading)


@pytest.fixture
def todo_sheet(tmp_path, make_book):
    """The sheet 待办 with these rows, read back."""

    def make(*rows):
        frame = pd.DataFrame([{"编号": f"T{n:04d}"} | row for n, row in enumerate(rows, start=1)])
        book = replace(make_book(), frames={TODOS.title: frame})
        return written(tmp_path / "台账.xlsx", book, TODOS.title)

    return make


URL = "https://mail.163.com/large-attachment-download/index.html?file=a%2Fb&title=科普 微视频"


def test_a_link_to_be_clicked_on_leads_where_its_text_says(todo_sheet):
    sheet = todo_sheet({"链接": URL, "链接.link": URL})
    cell = sheet.cell(2, column(sheet, "链接"))
    target = "https://mail.163.com/large-attachment-download/index.html?file=a%2Fb&title=%E7%A7%91%E6%99%AE%20%E5%BE%AE%E8%A7%86%E9%A2%91"
    assert (cell.value, cell.hyperlink.target) == (URL, target)


@pytest.mark.parametrize("leads", [None, "javascript:alert(1)", "file:///etc/passwd", "https://e.cn/" + "x" * 2_000])
def test_a_link_that_is_not_to_be_clicked_on_is_text(todo_sheet, leads):
    sheet = todo_sheet({"链接": URL, "链接.link": leads})
    cell = sheet.cell(2, column(sheet, "链接"))
    assert (cell.value, cell.hyperlink, cell.font.underline) == (URL, None, None)


@pytest.mark.parametrize(("word", "colour"), [("不足5天", "00F8CBAD"), ("已过期", "00E7E6E6")])
def test_time_that_is_short_has_a_colour_beside_its_word(todo_sheet, word, colour):
    sheet = todo_sheet({"期限": word})
    cell = sheet.cell(2, column(sheet, "期限"))
    assert (cell.value, cell.fill.fgColor.rgb) == (word, colour)


def test_links_stand_on_the_first_page(tmp_path, make_book):
    book = make_book()
    links = Links((("等待下载", 3), ("已下载", 5)), "10-23 09:30", "300.0 MB")
    sheet = written(tmp_path / "台账.xlsx", replace(book, overview=replace(book.overview, links=links)), "概览")
    rows = [[cell.value for cell in row if cell.value is not None] for row in sheet.iter_rows()]
    at = rows.index(["云附件（超大附件、网盘链接）"])
    assert rows[at + 1 : at + 3] == [["等待下载", "已下载", "最近到期", "还要下载"], [3, 5, "10-23 09:30", "300.0 MB"]]


def test_news_of_links_makes_another_book(make_book):
    book = make_book()
    other = replace(book, overview=replace(book.overview, links=Links((("已下载", 1),))))
    assert book_digest(book) != book_digest(other)


def test_sheets_stand_in_the_promised_order(tmp_path, make_book):
    write_workbook(tmp_path / "台账.xlsx", make_book())
    names = load_workbook(tmp_path / "台账.xlsx").sheetnames
    assert names == ["概览", SHEET, "审查明细", "推荐名额", "疑似重复", "待办", "回信", "邮件", "冲突", "说明"]


def test_headings_are_the_sheets(tmp_path, make_book, works):
    sheet = written(tmp_path / "a.xlsx", make_book({"作品名称": "甲"}))
    assert tuple(cell.value for cell in sheet[1]) == works.headings


@pytest.mark.parametrize("text", ['=HYPERLINK("http://x","点")', "+cmd|' /C calc'!A0", "-1+1", "@SUM(A1)", "=1"])
def test_text_like_a_formula_stays_text(tmp_path, make_book, text):
    cell = written(tmp_path / "a.xlsx", make_book({"作品名称": text})).cell(2, 2)
    assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)


def test_text_like_an_error_stays_text(tmp_path, make_book):
    cell = written(tmp_path / "a.xlsx", make_book({"作品名称": "#N/A"})).cell(2, 2)
    assert (cell.value, cell.data_type) == ("#N/A", "s")


def test_no_formula_is_in_any_sheet(tmp_path, make_book):
    book = make_book({"作品名称": "=1+1"}, staff={("R2024-0001", "备注"): "=2+2"})
    write_workbook(tmp_path / "a.xlsx", book)
    with ZipFile(tmp_path / "a.xlsx") as archive:
        parts = [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
    assert [b"<f>" in part for part in parts] == [False] * len(parts)


def test_control_and_bidi_characters_are_gone(tmp_path, make_book):
    cell = written(tmp_path / "a.xlsx", make_book({"作品名称": "a\x00b\x1b\u202ec\ud800\r\nd"})).cell(2, 2)
    assert cell.value == "abc\nd"


def test_text_over_the_limit_is_cut_and_says_so(tmp_path, make_book):
    value = written(tmp_path / "a.xlsx", make_book({"作品名称": "😀" * 40_000})).cell(2, 2).value
    assert (len(value.encode("utf-16-le")) // 2 <= 32_767, value.endswith("…（过长，已截断）")) == (True, True)


def test_times_are_real_and_keep_their_clock(tmp_path, make_book):
    came = pd.Timestamp(2024, 10, 12, 9, 30, tz="Asia/Shanghai")
    sheet = written(tmp_path / "a.xlsx", make_book({"收到时间": came}, {"收到时间": pd.NaT}))
    at = column(sheet, "收到时间")
    assert (sheet.cell(2, at).value, sheet.cell(3, at).value) == (dt.datetime.fromisoformat("2024-10-12T09:30"), None)


def test_numbers_are_real(tmp_path, make_book, works, overview):
    book = make_book({"作品名称": "甲"})
    frames = {**book.frames, "推荐名额": pd.DataFrame({"推荐单位": ["某厅"], "名额": [6], "已用": [None]})}
    sheet = written(tmp_path / "a.xlsx", Book(frames, book.sheets, overview), "推荐名额")
    assert [sheet.cell(2, c).value for c in (1, 3, 4)] == ["某厅", 6, None]


def test_header_and_id_are_frozen_and_filtered(tmp_path, make_book):
    sheet = written(tmp_path / "a.xlsx", make_book({"作品名称": "甲"}, {"作品名称": "乙"}))
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("B2", "A1:AF3")


def test_print_is_a3_landscape_with_titles(tmp_path, make_book):
    sheet = written(tmp_path / "a.xlsx", make_book({"作品名称": "甲"}))
    setup = sheet.page_setup
    assert (setup.paperSize, setup.orientation, setup.fitToWidth, setup.fitToHeight) == (8, "landscape", 1, 0)
    assert sheet.print_title_rows == "$1:$1"


def test_overview_is_printed_on_one_a4_page(tmp_path, make_book):
    setup = written(tmp_path / "a.xlsx", make_book(), "概览").page_setup
    assert (setup.paperSize, setup.fitToWidth, setup.fitToHeight) == (9, 1, 1)


def test_overview_says_when_mails_do_not_add_up(tmp_path, make_book):
    texts = {cell.value for row in written(tmp_path / "a.xlsx", make_book(), "概览") for cell in row}
    assert {"相符", "不相符，请告诉运维人员"} <= texts


def test_links_are_relative_and_escaped(tmp_path, make_book):
    row = {"文件夹": "打开", "文件夹.link": "../works/R2024-0001 星#1/"}
    sheet = written(tmp_path / "a.xlsx", make_book(row))
    assert sheet.cell(2, column(sheet, "文件夹")).hyperlink.target == "../works/R2024-0001%20星%231/"


def test_staff_cells_offer_their_choices(tmp_path, make_book):
    sheet = written(tmp_path / "a.xlsx", make_book({"作品名称": "甲"}))
    lists = [v for v in sheet.data_validations.dataValidation if v.type == "list"]
    expected = ('"通过,不通过,补正,撤回,合并到,拆分,转组别,免催"', True, "warning")
    assert [(v.formula1, v.showErrorMessage, v.errorStyle) for v in lists] == [expected]


def test_states_are_coloured_and_said(tmp_path, make_book):
    sheet = written(tmp_path / "a.xlsx", make_book({"状态": "不符合要求"}, {"状态": "机审通过"}))
    cells = [sheet.cell(row, 3) for row in (2, 3)]
    assert [(c.value, c.fill.fgColor.rgb) for c in cells] == [("不符合要求", "00F8CBAD"), ("机审通过", "00C6E0B4")]


def test_cells_share_a_few_styles(tmp_path, make_book):
    write_workbook(tmp_path / "a.xlsx", make_book(*({"作品名称": f"={i}", "状态": "处理中"} for i in range(300))))
    assert len(load_workbook(tmp_path / "a.xlsx")._cell_styles) < 60


def test_staff_values_go_to_their_row_by_key(tmp_path, make_book):
    book = make_book(
        {}, {}, staff={("R2024-0002", "备注"): "=已联系", ("R2024-0002", "光盘收到"): dt.date(2024, 10, 20)}
    )
    sheet = written(tmp_path / "a.xlsx", book)
    note, disc = sheet.cell(3, column(sheet, "备注")), sheet.cell(3, column(sheet, "光盘收到"))
    assert (note.value, note.data_type, disc.value) == ("=已联系", "s", dt.datetime.fromisoformat("2024-10-20"))
    assert sheet.cell(2, note.column).value is None


def test_added_columns_and_sheets_are_written(tmp_path, make_book):
    extras = Extras((AddedColumn(SHEET, "快递单号", 22.0),), (AddedSheet("笔记", (("=甲", 3),), (("A", 30.0),)),))
    path = tmp_path / "a.xlsx"
    sheet = written(path, make_book({}, staff={("R2024-0001", "快递单号"): "SF1"}, extras=extras))
    notes = load_workbook(path)["笔记"]
    assert (sheet["AG1"].value, sheet["AG2"].value, sheet.column_dimensions["AG"].width) == ("快递单号", "SF1", 22.0)
    assert (notes["A1"].value, notes["A1"].data_type, notes["B1"].value) == ("=甲", "s", 3)


def test_a_value_whose_column_was_not_told_is_written_too(tmp_path, make_book):
    sheet = written(tmp_path / "a.xlsx", make_book({}, staff={("R2024-0001", "我的栏"): 7}))
    assert (sheet["AG1"].value, sheet["AG2"].value) == ("我的栏", 7)


def test_the_same_book_is_the_same_bytes(tmp_path, make_book):
    for name in ("a.xlsx", "b.xlsx"):
        write_workbook(tmp_path / name, make_book({"作品名称": "甲"}))
        time.sleep(0.01)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_digest_is_the_same_for_the_same_content(make_book):
    assert book_digest(make_book({"作品名称": "甲"})) == book_digest(make_book({"作品名称": "甲"}))


@pytest.mark.parametrize("changed", ["frame", "staff"])
def test_digest_tells_a_change(make_book, changed):
    other = (
        make_book({"作品名称": "乙"}) if changed == "frame" else make_book({"作品名称": "甲"}, staff={("k", "备注"): 1})
    )
    assert book_digest(other) != book_digest(make_book({"作品名称": "甲"}))


def test_writing_leaves_nothing_beside_the_file(tmp_path, make_book):
    write_workbook(tmp_path / "台账.xlsx", make_book())
    assert [p.name for p in tmp_path.iterdir()] == ["台账.xlsx"]


def test_a_failed_write_leaves_the_old_file(tmp_path, make_book):
    path = tmp_path / "台账.xlsx"
    path.write_bytes(b"old")
    broken = make_book()
    with pytest.raises(KeyError):
        write_workbook(path, Book({SHEET: pd.DataFrame({"作品名称": ["甲"]})}, broken.sheets, broken.overview))
    assert (path.read_bytes(), [p.name for p in tmp_path.iterdir()]) == (b"old", ["台账.xlsx"])


MARKS = ["~$台账.xlsx", ".~台账.xlsx", ".~lock.台账.xlsx#"]


@pytest.mark.parametrize("mark", MARKS)
def test_an_open_workbook_is_not_touched_and_the_side_file_written(tmp_path, make_book, mark):
    path = tmp_path / "台账.xlsx"
    path.write_bytes(b"old")
    (tmp_path / mark).touch()
    assert save_workbook(path, make_book()) == tmp_path / "台账（新）.xlsx"
    assert path.read_bytes() == b"old"


@pytest.mark.parametrize("mark", MARKS)
def test_an_old_mark_is_ignored(tmp_path, mark):
    old = time.time() - 3 * 24 * 3600
    (tmp_path / mark).touch()
    os.utime(tmp_path / mark, (old, old))
    assert not is_open_elsewhere(tmp_path / "台账.xlsx")


def test_a_workbook_nobody_has_open_is_written_in_its_place(tmp_path, make_book):
    assert save_workbook(tmp_path / "台账.xlsx", make_book()) == tmp_path / "台账.xlsx"


def test_both_open_is_said(tmp_path, make_book):
    path = tmp_path / "台账.xlsx"
    for target in (path, side_path(path)):
        (tmp_path / f"~${target.name}").touch()
    with pytest.raises(WorkbookOpenError, match="都不能写入"):
        save_workbook(path, make_book())


def test_two_tracks_get_their_own_sheets(tmp_path, overview):
    both = sheets((work_sheet("推荐作品", "推荐单位"), work_sheet("社会征集", "自荐类型")))
    path: Path = tmp_path / "a.xlsx"
    write_workbook(path, Book({}, both, overview))
    read = load_workbook(path)
    assert [read[t]["F1"].value for t in ("推荐作品", "社会征集")] == ["推荐单位", "自荐类型"]


def test_an_unreadable_workbook_is_left_alone_on_demand(tmp_path, make_book):
    path = tmp_path / "台账.xlsx"
    path.write_bytes(b"with a password")
    assert save_workbook(path, make_book(), beside=True) == side_path(path)
    assert path.read_bytes() == b"with a password"


def test_passwords_are_typed_as_text_so_that_leading_zeros_stay(todo_sheet):
    sheet = todo_sheet({"类别": "打开压缩包"})
    assert sheet.cell(2, column(sheet, "密码")).number_format == "@"
