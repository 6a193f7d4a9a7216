"""收件统计.html: its tables, its charts as plotly takes them, and what the page may do."""

from __future__ import annotations

import base64
import datetime as dt
import gzip
import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from reports.book import Counts, Item, Reconciliation
from reports.counts import counts_page, write_counts
from reports.figures import Figures, Section, Shape
from reports.plots import figures_of, plots_of
from reports.plotscript import packed

ZONE = dt.timezone(dt.timedelta(hours=8))
TRACKS = ("推荐", "社会")
DAYS = Section("days", "每日", Shape.COLUMNS, Counts("日期", TRACKS, (("2024-10-08", (2, 1)), ("2024-10-09", (0, 3)))))
COURSE = Section(
    "course",
    "累计",
    Shape.LINES,
    Counts("到", (*TRACKS, "合计"), (("2024-10-08 24:00", (2, 1, 3)), ("2024-10-09 24:00", (2, 4, 6)))),
    sums="",
    moments=(dt.datetime(2024, 10, 9), dt.datetime(2024, 10, 10)),  # noqa: DTZ001
    mark=(dt.datetime(2024, 10, 26), "截止"),  # noqa: DTZ001
)
STATES = Section("states", "状态", Shape.WORDS, Counts("状态", TRACKS, (("材料不全", (2, 0)), ("机审通过", (1, 3)))))
REGIONS = Section("regions", "地区", Shape.BARS, Counts("地区", TRACKS, (("浙江", (2, 1)), ("不详", (0, 2)))))
ROWS = (
    ("甲厅", (5, 6, 0, 1, 0)),
    ("乙厅", (5, 1, 4, 0, 1)),
    ("丙厅", (5, 0, 5, 0, 0)),
    ("未能对应到名单", (0, 2, 0, 0, 0)),
)
PLACES = Section(
    "places", "名额", Shape.PLACES, Counts("单位", ("名额", "已用", "剩余", "超出", "逾期另计"), ROWS), sums="columns"
)
LETTERS = Section("letters", "回信", Shape.PARTS, Counts("种类", ("待放行", "已发送"), (("收件回执", (4, 2)),)))
ALL = (DAYS, COURSE, STATES, REGIONS, PLACES, LETTERS)


@pytest.fixture
def figures() -> Figures:
    return Figures(
        title="样例大赛",
        as_of=dt.datetime(2024, 10, 20, 8, 10, tzinfo=ZONE),
        deadline="截止 2024-10-25 24:00",
        left="还有 5 天 15 小时",
        tiles=(Item("作品（件）", 6),),
        sections=ALL,
        mailboxes=(Reconciliation("a@163.com", 5, 4, 1), Reconciliation("b@126.com", 5, 4, 0)),
    )


@pytest.fixture
def table(figures: Figures) -> Callable[[Section], list[list[str]]]:
    """The rows of a section's table as they stand on the page."""

    def make(section: Section) -> list[list[str]]:
        page = HTMLParser(counts_page(replace(figures, sections=(section,))))
        rows = page.css(f"#{section.key} tr")
        return [[cell.text(strip=True) for cell in row.css("th, td")] for row in rows]

    return make


def drawn(section: Section) -> list[dict[str, Any]]:
    """The series of the section's only chart that have a name."""
    (figure,) = figures_of(section).values()
    return [series for series in figure["data"] if "name" in series]


def test_a_table_has_the_numbers_and_their_sums(table):
    assert table(DAYS) == [
        ["日期", "推荐", "社会", "合计"],
        ["2024-10-08", "2", "1", "3"],
        ["2024-10-09", "0", "3", "3"],
        ["合计", "2", "4", "6"],
    ]


def test_a_table_that_is_a_course_has_no_sums(table):
    assert table(COURSE)[1:] == [["2024-10-08 24:00", "2", "1", "3"], ["2024-10-09 24:00", "2", "4", "6"]]


def test_places_have_sums_below_only(table):
    assert (table(PLACES)[0], table(PLACES)[-1]) == (
        ["单位", "名额", "已用", "剩余", "超出", "逾期另计"],
        ["合计", "15", "9", "9", "1", "1"],
    )


def test_headings_of_tables_say_what_they_head(figures):
    page = HTMLParser(counts_page(figures))
    assert [cell.attributes.get("scope") for cell in page.css("th")].count(None) == 0


@pytest.mark.parametrize("section", ALL, ids=lambda section: section.key)
def test_plotly_takes_every_figure(section):
    import plotly.graph_objects as go

    shown = [go.Figure({"data": one["data"], "layout": one["layout"]}) for one in figures_of(section).values()]
    assert len(shown) == (2 if section is STATES else 1)


@pytest.mark.parametrize("section", [DAYS, REGIONS, LETTERS], ids=lambda section: section.key)
def test_bars_are_the_numbers_of_the_table(section):
    along = "y" if section is DAYS else "x"
    table = section.table
    assert {one["name"]: [count or 0 for count in one[along]] for one in drawn(section)} == {
        name: [values[at] for _, values in table.rows] for at, name in enumerate(table.columns)
    }


def test_the_course_is_drawn_over_time_up_to_the_deadline():
    (figure,) = figures_of(COURSE).values()
    assert (figure["data"][-1]["x"], figure["data"][-1]["y"], figure["layout"]["shapes"][0]["x0"]) == (
        ["2024-10-09 00:00", "2024-10-10 00:00"],
        [3, 6],
        "2024-10-26 00:00",
    )


def test_states_have_the_workbooks_colours():
    figure = figures_of(STATES)[0]
    assert (figure["data"][0]["marker"]["color"], figure["data"][0]["x"]) == (["#FCE4D6", "#C6E0B4"], [2, 1])


def test_parts_of_the_same_colour_are_hatched_apart():
    table = Counts("种类", ("发送失败", "结果不明", "已发送"), (("收件回执", (4, 2, 1)),))
    marks = [series["marker"] for series in drawn(replace(LETTERS, table=table))]
    assert [(mark["color"], mark["pattern"]["shape"]) for mark in marks] == [
        ("#F8CBAD", ""),
        ("#F8CBAD", "/"),
        ("#C6E0B4", ""),
    ]


def test_a_track_without_works_has_no_chart():
    table = replace(STATES.table, rows=(("机审通过", (0, 3)),))
    assert list(figures_of(replace(STATES, table=table))) == [1]


def test_units_are_drawn_up_to_their_places_and_beyond():
    found = {one["name"]: one["x"] for one in drawn(PLACES)}
    assert found == {"名额内": [5, 1, None], "超出名额": [1, None, 2], "名额": [5, 5, None]}


def test_what_is_empty_is_not_drawn_and_says_so(figures):
    empty = replace(DAYS, table=replace(DAYS.table, rows=(("2024-10-08", (0, 0)),)), nothing="还没有收到作品。")
    page = HTMLParser(counts_page(replace(figures, sections=(empty,))))
    assert (plots_of((empty,)), page.css(".plot, script, #days table"), page.css_first("#days p").text()) == (
        [],
        [],
        "还没有收到作品。",
    )


def test_words_cannot_be_marks_to_plotly():
    section = replace(REGIONS, table=replace(REGIONS.table, rows=(("<a href='//x'>&lt;", (1, 0)),)))
    (figure,) = figures_of(section).values()
    named = (*figure["layout"]["yaxis"]["ticktext"], figure["data"][0]["customdata"][0])
    assert named == ("＜a href='//…", "＜a href='//x'＞＆lt;")


def test_words_cannot_end_the_script_of_numbers(figures):
    evil = replace(STATES, table=replace(STATES.table, columns=("</script><script>alert(1)</script>", "社会")))
    page = HTMLParser(counts_page(replace(figures, sections=(evil,))))
    assert [script.attributes.get("id") for script in page.css("script")] == ["plots", "plotly", None]


def test_personal_data_is_masked_wherever_it_stands(figures):
    bad = replace(
        REGIONS,
        said="电话13800138000",
        note="13800138000",
        table=Counts("地区", ("13800138000",), (("13800138000", (1,)),)),
    )
    page = counts_page(replace(figures, title="电话13800138000", sections=(bad,), tiles=(Item("13800138000", 1),)))
    assert (page.count("13800138000"), page.count("138****8000") > 5) == (0, True)


def test_the_page_runs_nothing_but_its_own_two_scripts(figures):
    page = counts_page(figures)
    code = HTMLParser(page).css("script")[-1].text()
    policy = HTMLParser(page).css_first("meta[http-equiv]").attributes["content"]
    own = f"'sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}'"
    assert policy == (
        "default-src 'none'; style-src 'unsafe-inline'; "
        f"script-src {own} {packed().hash}; base-uri 'none'; form-action 'none'"
    )


def test_plotly_is_inside_once_and_whole(figures):
    page = counts_page(figures)
    code = gzip.decompress(base64.b64decode(HTMLParser(page).css_first("#plotly").text()))
    named = f"'sha256-{base64.b64encode(hashlib.sha256(code).digest()).decode()}'"
    assert (page.count(packed().text), named, b"plotly.js" in code[:40]) == (1, packed().hash, True)


def test_plotly_says_whose_it_is(figures):
    said = HTMLParser(counts_page(figures)).css_first("footer").text()
    assert re.search(r"plotly\.js v[\d.]+ Copyright 2012-20\d\d, Plotly, Inc\..* MIT license", said) is not None


def test_the_page_fits_a_mail(figures):
    assert len(counts_page(figures).encode()) < 2_500_000


def test_the_page_says_whether_mails_add_up(figures):
    cells = [cell.text() for cell in HTMLParser(counts_page(figures)).css("#mailboxes td:nth-of-type(4)")]
    assert cells == ["5 = 4 + 1，相符", "5 = 4 + 0，不相符，正在核查"]


@pytest.fixture
def written(tmp_path, figures):
    """Whether the page is written again with other figures over one made of `figures`."""
    path = tmp_path / "收件统计.html"
    write_counts(path, figures)
    return lambda other: write_counts(path, other)


def test_a_page_of_the_same_figures_is_left_alone(written, figures):
    box = replace(figures.mailboxes[0], polled_at=dt.datetime(2024, 10, 20, 8, 40, tzinfo=ZONE))
    later = figures.as_of + dt.timedelta(minutes=40)
    assert not written(replace(figures, as_of=later, mailboxes=(box, figures.mailboxes[1])))


def test_a_page_is_written_when_an_hour_has_passed(written, figures):
    assert written(replace(figures, as_of=figures.as_of + dt.timedelta(hours=1)))


def test_a_page_is_written_when_a_number_changed(written, figures):
    assert written(replace(figures, tiles=(Item("作品（件）", 7),)))


def test_a_page_that_is_cut_off_is_written_again(tmp_path, figures):
    path = tmp_path / "收件统计.html"
    write_counts(path, figures)
    path.write_bytes(path.read_bytes()[:-100])
    assert write_counts(path, figures)
