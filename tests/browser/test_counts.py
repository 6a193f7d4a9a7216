"""The counts page as organizers open it: from a folder, without a network."""

import datetime as dt
from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe

from reports.book import Counts, Item, Reconciliation
from reports.counts import counts_page
from reports.figures import Figures, Section, Shape

TRACKS = ("推荐", "社会")
EVIL = "<img src=x onerror=\"document.title='ran'\"><a href=\"javascript:document.title='ran'\">某省</a></script>"
DAYS = tuple((f"2024-10-{day:02d}", (day % 3, 1)) for day in range(1, 21))
MOMENTS = tuple(dt.datetime(2024, 10, day) for day in range(2, 22))  # noqa: DTZ001
PLACES = (("江苏省科学技术厅", (5, 6, 0, 1, 0)), (EVIL, (3, 1, 2, 0, 0)), ("中国气象局", (5, 0, 5, 0, 0)))
SECTIONS = (
    Section("days", "每日收到作品", Shape.COLUMNS, Counts("日期", TRACKS, DAYS), "最多的一天 3 件。"),
    Section(
        "course", "累计", Shape.LINES, Counts("到", TRACKS, DAYS), sums="", moments=MOMENTS, mark=(MOMENTS[-1], "截止")
    ),
    Section("states", "状态", Shape.WORDS, Counts("状态", TRACKS, (("材料不全", (2, 1)), ("机审通过", (1, 3))))),
    Section("regions", "地区", Shape.BARS, Counts("地区", TRACKS, (("浙江", (2, 1)), ("不详", (0, 2))))),
    Section(
        "places", "名额", Shape.PLACES, Counts("单位", ("名额", "已用", "剩余", "超出", "逾期另计"), PLACES), sums=""
    ),
    Section("letters", "回信", Shape.PARTS, Counts("种类", ("待放行", "已发送"), (("收件回执", (4, 2)),))),
    Section("none", "机审与结论", Shape.PARTS, Counts("状态", ("未定",), ()), nothing="还没有人工结论。"),
)
BARS = {"days-0": 14 + 20, "course-0": 0, "states-0": 2, "states-1": 2, "regions-0": 3, "places-0": 3, "letters-0": 2}
"""Bars that are drawn: one for each number that is not 0."""
VISIBLE_BARS = """() => {
  const there = (bar) => bar.getBBox().width && bar.getBBox().height;
  const bars = (plot) => [...plot.querySelectorAll('.bars .point path')].filter(there).length;
  return Object.fromEntries([...document.querySelectorAll('.plot')].map((plot) => [plot.id, bars(plot)]));
}"""
FITS = """async ([least, most]) => {
  const width = () => document.querySelector('#days-0 svg').getBoundingClientRect().width;
  const fits = () => least <= width() && width() <= most;
  for (let frame = 0; frame < 1000 && !fits(); frame++) await new Promise(requestAnimationFrame);
  return [fits(), document.documentElement.scrollWidth - document.documentElement.clientWidth];
}"""
"""Waits until a chart is so wide: whether it is, and how much wider than its window the page is."""


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    figures = Figures(
        title="样例大赛",
        as_of=dt.datetime(2024, 10, 21, 8, 10, tzinfo=dt.UTC),
        deadline="截止 2024-10-25 24:00",
        left="还有 4 天 15 小时",
        tiles=(Item("作品（件）", 6), Item("来信（封）", 9)),
        sections=SECTIONS,
        mailboxes=(Reconciliation("a@163.com", 5, 4, 1), Reconciliation("b@126.com", 5, 5, 0)),
    )
    path = tmp_path_factory.mktemp("附件") / "收件统计.html"
    path.write_text(counts_page(replace(figures)), "utf-8")
    return path


@pytest.fixture(scope="module")
def opened(chromium, file):
    """The page with its charts drawn, and what it complained of and asked for on the way."""
    context = chromium.new_context(viewport={"width": 1200, "height": 800}, locale="zh-CN", offline=True)
    page, errors, asked = context.new_page(), [], []
    page.on("console", lambda said: errors.append(said.text))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    page.locator("html[data-drawn='7']").wait_for(state="attached", timeout=60_000)
    yield page, errors, asked
    context.close()


@pytest.fixture
def page(opened):
    return opened[0]


def test_there_is_a_bar_for_every_number(page):
    assert page.evaluate(VISIBLE_BARS) == BARS


def test_the_course_has_a_line_a_column_and_one_for_the_deadline(page):
    assert [page.locator(f"#course-0 {what}").count() for what in (".scatterlayer .js-line", ".shapelayer path")] == [
        2,
        1,
    ]


def test_nothing_is_asked_for_and_nothing_goes_wrong(opened, file):
    _, errors, asked = opened
    assert (errors, asked) == ([], [file.as_uri()])


def test_words_of_the_page_run_nothing(page):
    assert (page.title(), page.locator("main img").count(), page.locator("main a[href^=java]").count()) == (
        "收件统计 样例大赛",
        0,
        0,
    )


def test_axe_finds_nothing(page):
    found = Axe().run(page).response["violations"]
    assert [(one["id"], node["html"][:200]) for one in found for node in one["nodes"]] == []


@pytest.mark.parametrize("width", [320, 600])
def test_charts_follow_the_window_at_twice_the_size_and_on_a_telephone(page, width):
    page.set_viewport_size({"width": width, "height": 800})
    small = page.evaluate(FITS, [200, width])
    page.set_viewport_size({"width": 1200, "height": 800})
    assert (small, page.evaluate(FITS, [900, 1200])) == ([True, 0], [True, 0])


def test_on_paper_charts_fit_and_tables_are_unfolded(page):
    look = """() => [document.querySelectorAll('details:not([open])').length,
        [...document.querySelectorAll('.plot .main-svg')].filter((one) => one.clientWidth > 690).length]"""
    found = []
    for event in ("beforeprint", "afterprint"):
        page.evaluate(f"dispatchEvent(new Event('{event}'))")
        found.append(page.evaluate(look)[0 if event == "afterprint" else slice(None)])
    assert found == [[0, 0], 2]


def test_without_scripts_the_tables_say_it_all(chromium, file):
    context = chromium.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto(file.as_uri())
    shown = [page.locator(what).count() for what in ("noscript p", "table.counts", ".plot:visible")]
    context.close()
    assert shown == [1, 7, 0]


def test_where_the_script_cannot_be_unpacked_the_page_says_so(chromium, file):
    context = chromium.new_context(offline=True)
    page = context.new_page()
    page.add_init_script("delete window.DecompressionStream")
    page.goto(file.as_uri())
    page.locator("#undrawn").wait_for()
    frames = page.locator(".plot:visible").count()
    context.close()
    assert frames == 0
