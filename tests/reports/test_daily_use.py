"""What makes the workbook pleasant to work in: numbers that sort, links, help in staff's cells, folds, prints."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pandas as pd
import pytest
from openpyxl import load_workbook

from reports.book import Counts, Item
from reports.colours import COLOURS, DECISION_MEANINGS, LIMIT_MEANINGS, OUTCOME_MEANINGS, STATE_MEANINGS
from reports.drawing import MAX_URL, link_target
from reports.tables import (
    CONFLICTS,
    DECISIONS,
    DUPLICATES,
    FINDINGS,
    LETTERS,
    MESSAGES,
    QUOTAS,
    TODOS,
    sheets,
    work_sheet,
)
from reports.workbook import write_workbook

SHEET = "推荐作品"


@pytest.fixture
def opened(tmp_path, make_book):
    """The workbook of these rows, read back; frames and the first page may be given."""

    def make(*rows, frames=None, **overview):
        book = make_book(*rows)
        made = replace(book, frames={**book.frames, **(frames or {})}, overview=replace(book.overview, **overview))
        write_workbook(tmp_path / "台账.xlsx", made)
        return load_workbook(tmp_path / "台账.xlsx")

    return make


@pytest.fixture
def row(opened):
    """The cells of a work's row, by heading."""

    def make(**cells):
        sheet = opened(cells)[SHEET]
        return {head.value: cell for head, cell in zip(sheet[1], sheet[2], strict=True)}

    return make


def letter_of(sheet, heading):
    return next(cell.column_letter for cell in sheet[1] if cell.value == heading)


def texts(sheet):
    return [cell.value for line in sheet.iter_rows() for cell in line if cell.value is not None]


def test_a_films_length_is_a_time_that_shows_minutes_and_seconds(row):
    cell = row(时长=dt.timedelta(seconds=150))["时长"]
    assert (cell.data_type, cell.number_format) == ("d", '[m]"分"ss"秒"')


@pytest.mark.parametrize("minute", range(0, 60, 7))
def test_a_time_is_the_same_when_it_is_read_back(row, minute):
    came = dt.datetime.fromisoformat(f"2024-10-08T03:{minute:02d}:59")
    assert row(收到时间=came)["收到时间"].value == came


@pytest.mark.parametrize("seconds", [1, 59, 61, 150, 312, 7_261])
def test_a_length_is_the_same_when_it_is_read_back(row, seconds):
    length = dt.timedelta(seconds=seconds)
    assert row(时长=length)["时长"].value == length


def test_a_films_size_is_a_number_of_megabytes(row):
    cell = row(大小=109.4)["大小"]
    assert (cell.value, cell.data_type, cell.number_format) == (109.4, "n", '#,##0.0" MB"')


def test_a_files_name_leads_to_the_file(row):
    cell = row(视频="片.mp4", **{"视频.link": "../works/R2024-0001 片/视频-片.mp4"})["视频"]
    target = "../works/R2024-0001%20片/视频-片.mp4"
    assert (cell.value, cell.hyperlink.target, cell.font.underline) == ("片.mp4", target, "single")


def test_a_file_that_is_not_there_is_plain_text(row):
    cell = row(视频="（待下载）片.mp4")["视频"]
    assert (cell.hyperlink, cell.font.underline) == (None, None)


def test_a_linked_name_like_a_formula_stays_text(row):
    cell = row(视频="=1+1.mp4", **{"视频.link": "../works/x/视频.mp4"})["视频"]
    assert (cell.data_type, cell.quotePrefix) == ("s", True)


def test_a_path_too_long_for_a_link_is_none():
    assert [link_target("a" * MAX_URL), link_target("a" * (MAX_URL + 1))] == ["a" * MAX_URL, ""]


def test_folders_and_pages_keep_their_links_when_there_are_too_many(monkeypatch, opened):
    monkeypatch.setattr("reports.drawing.MAX_LINKS", 3)
    links = {"视频": "片", "视频.link": "../works/a/片.mp4", "文件夹": "打开", "文件夹.link": "../works/a"}
    sheet = opened(links, links)[SHEET]
    linked = [cell.coordinate for line in sheet.iter_rows() for cell in line if cell.hyperlink]
    video, folder = (letter_of(sheet, heading) for heading in ("视频", "文件夹"))
    assert linked == [f"{video}2", f"{folder}2", f"{folder}3"]


def test_details_fold_away_together(opened):
    sheet = opened({})[SHEET]
    levels = {cell.value: sheet.column_dimensions[cell.column_letter].outlineLevel for cell in sheet[1]}
    folded = ["视频", "电子表", "扫描件", "播放证明", "时长", "分辨率", "大小", "人工核对项", "相关作品"]
    assert [heading for heading, level in levels.items() if level] == folded


def test_ten_columns_of_a_work_are_printed(opened):
    sheet = opened({}, {})[SHEET]
    assert (sheet.print_area, sheet["J1"].value) == (f"'{SHEET}'!$A$1:$J$3", "联系电话")


@pytest.mark.parametrize(
    ("title", "paper"), [("审查明细", 9), ("推荐名额", 9), ("疑似重复", 9), ("邮件", 8), ("待办", 8)]
)
def test_narrow_sheets_are_printed_on_a4_across(opened, title, paper):
    setup = opened()[title].page_setup
    assert (setup.paperSize, setup.orientation, setup.fitToWidth) == (paper, "landscape", 1)


def test_sheets_with_cells_for_staff_have_a_tab_of_another_colour(opened):
    book = opened()
    staffs = {
        s.title
        for s in book.worksheets
        if s.sheet_properties.tabColor and s.sheet_properties.tabColor.rgb == "00FFC000"
    }
    assert staffs == {SHEET, "疑似重复", "待办", "回信", "邮件"}


@pytest.mark.parametrize("heading", ["光盘收到", "纸质表收到", "视频另行传送"])
def test_a_date_of_staffs_is_checked_to_be_one(opened, heading):
    sheet = opened({})[SHEET]
    place = f"{letter_of(sheet, heading)}2"
    (check,) = [v for v in sheet.data_validations.dataValidation if place in v.sqref]
    assert (check.type, check.errorStyle, check.showErrorMessage, check.prompt) == (
        "date", "warning", True, "填日期，例如 2024-10-20",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("title", "heading"), [(SHEET, "合并到"), ("待办", "选择"), ("待办", "密码"), ("邮件", "归属")]
)
def test_a_cell_says_what_belongs_in_it(opened, title, heading):
    sheet = opened({})[title]
    place = f"{letter_of(sheet, heading)}2"
    (check,) = [v for v in sheet.data_validations.dataValidation if place in v.sqref]
    assert (check.type, check.showInputMessage, check.promptTitle) == (None, True, heading)


@pytest.mark.parametrize(
    ("title", "heading", "choices"),
    [
        (SHEET, "初审结论", ",".join(DECISIONS)),
        ("疑似重复", "结论", "是同一作品,不是同一作品,不是同一人或单位"),
        ("待办", "处理", "已处理,不处理"),
        ("回信", "放行/暂缓", "放行,暂缓,已发出"),
    ],
)
def test_a_list_offers_what_counts(opened, title, heading, choices):
    sheet = opened({})[title]
    place = f"{letter_of(sheet, heading)}2"
    (check,) = [v for v in sheet.data_validations.dataValidation if place in v.sqref]
    assert (check.formula1, check.showErrorMessage) == (f'"{choices}"', True)


def test_every_list_is_short_enough_for_the_format():
    all_sheets = sheets((work_sheet(SHEET, "推荐单位"),))
    assert [c.heading for s in all_sheets for c in s.columns if len(",".join(c.choices)) > 255] == []


def test_a_unit_over_its_quota_stands_out(opened):
    sheet = opened(frames={QUOTAS.title: pd.DataFrame([{"推荐单位": "某厅", "超出": 2}])})[QUOTAS.title]
    ((area, rules),) = sheet.conditional_formatting._cf_rules.items()
    assert (str(area.sqref), [(r.operator, r.formula) for r in rules]) == ("F2", [("greaterThan", ["0"])])


def test_the_workbook_says_what_it_is(opened):
    about = opened().properties
    assert (about.title, about.creator, about.category, about.language) == (
        "样例大赛 收件台账", "kepu-intake", "收件台账", "zh-CN",
    )  # fmt: skip


def test_the_first_sheet_is_the_one_that_opens(opened):
    assert opened().active.title == "概览"


def test_the_first_page_has_a_chart_of_the_days(opened):
    sheet = opened()["概览"]
    (chart,) = sheet._charts
    named = [series.tx.strRef.f.partition("!")[2].replace("$", "") for series in chart.series]
    assert [sheet[place].value for place in named] == ["推荐作品"]


def test_the_first_page_has_no_chart_where_nothing_came(opened):
    assert opened(days=Counts("日期", ("推荐作品",), ()))["概览"]._charts == []


def test_earlier_days_are_one_row_and_not_in_the_chart(opened):
    days = tuple((f"2024-10-{day:02d}", (day,)) for day in range(1, 21))
    sheet = opened(days=Counts("日期", ("推荐作品",), days))["概览"]
    (chart,) = sheet._charts
    first, last = chart.series[0].cat.strRef.f.replace("'概览'!$A$", "").split(":$A$")
    assert (sheet.cell(int(first) - 1, 1).value, sheet.cell(int(first), 1).value) == ("10/07 及以前", "10/08")
    assert (sheet.cell(int(first) - 1, 2).value, sheet.cell(int(last), 1).value) == (28, "10/20")


def test_the_first_page_leads_to_the_sheets(opened):
    sheet = opened(today=(Item("待办事项", 3, "待办"),))["概览"]
    assert [c.hyperlink.location for line in sheet.iter_rows() for c in line if c.hyperlink] == ["'待办'!A1"]


def test_the_first_page_counts_states_with_what_they_mean(opened):
    sheet = opened()["概览"]
    lines = [[cell.value for cell in line if cell.value is not None] for line in sheet.iter_rows()]
    assert ["材料不全", 2, 0, 2, STATE_MEANINGS["材料不全"]] in lines


def test_the_guide_says_every_word_that_has_a_colour_on_the_sheets(opened):
    sheet = opened()["说明"]
    said = {cell.value: cell.fill.fgColor.rgb for (cell, _) in sheet.iter_rows() if cell.value in COLOURS}
    meant = [*STATE_MEANINGS, *DECISION_MEANINGS, *OUTCOME_MEANINGS, *LIMIT_MEANINGS]
    assert said == {word: f"00{COLOURS[word].fill}" for word in meant}


def test_the_guide_names_every_sheet(opened):
    said = "".join(str(text) for text in texts(opened()["说明"]))
    rest = (FINDINGS, QUOTAS, DUPLICATES, TODOS, LETTERS, MESSAGES, CONFLICTS)
    assert [sheet.title for sheet in rest if sheet.title not in said] == []


def test_pandas_reads_what_stands_on_the_sheets(tmp_path, make_book):
    came = dt.datetime.fromisoformat("2024-10-20T09:30")
    book = make_book({"作品名称": "甲", "收到时间": came, "大小": 100.5}, staff={("R2024-0001", "备注"): "看过"})
    write_workbook(tmp_path / "台账.xlsx", book)
    frame = pd.read_excel(tmp_path / "台账.xlsx", sheet_name=SHEET)
    assert frame[["登记号", "作品名称", "收到时间", "大小", "备注"]].values.tolist() == [
        ["R2024-0001", "甲", pd.Timestamp(came), 100.5, "看过"]
    ]
