"""The counts page against the ledger it was made from, and when it is written."""

import datetime as dt
from collections import Counter

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from ingest.context import ALL_REPORTS

ONE = "R2024-0001"


@pytest.fixture
def table(desk):
    """The rows of a section's table, by the words of their first cell."""

    def make(key):
        rows = HTMLParser((desk.reports / "收件统计.html").read_text("utf-8")).css(f"#{key} tr")
        cells = [[cell.text(strip=True) for cell in row.css("th, td")] for row in rows]
        return {first: rest for first, *rest in cells}

    return make


def test_works_and_letters_are_those_of_the_ledger(desk, table):
    with desk.context.read() as tx:
        works, letters = tx.works.rows(), tx.letters.heads()
        listed = Counter(row["mailbox"] for row in tx.arrivals.heads())
    found = (table("states")["合计"], table("letters")["合计"][-1], table("mailboxes")["kepuwsp@163.com"][:3])
    counted = str(len(works)), str(len(letters)), str(listed["recommended"])
    assert found == ([counted[0], "0", counted[0]], counted[1], [counted[2], counted[2], "0"])


def test_a_decision_of_staffs_is_on_the_page_with_the_next_report(desk, table):
    desk.edit({("推荐作品", ONE, "初审结论"): "通过"})
    desk.report()
    assert (table("states")["通过"], table("decisions")["合计"]) == (["1", "0", "1"], ["1", "1", "2"])


def test_materials_stand_as_the_rules_see_them(desk, table):
    with desk.context.read() as tx:
        said = [
            finding.evidence
            for found in tx.works.findings().values()
            for finding in found
            if finding.rule == "materials"
        ]
    missing = [str(sum(f"缺{kind}" in evidence for evidence in said)) for kind in ("视频", "扫描件")]
    assert [table("materials")["视频"][3], table("materials")["扫描件"][3]] == missing


def test_what_changes_no_figure_leaves_the_page_alone(desk):
    desk.age()
    before = desk.times()[desk.reports / "收件统计.html"]
    desk.news()
    desk.report()
    assert desk.times()[desk.reports / "收件统计.html"] == before


def test_asked_for_alone_the_page_is_written_once_an_hour(desk, contest):
    found = []
    desk.context.fresh, desk.context.reports = True, frozenset({"pages"})
    for _ in range(4):
        desk.age()
        before = desk.times()
        contest.clock.now += dt.timedelta(minutes=25)
        desk.report()
        found.append([path.name for path, when in desk.times().items() if before[path] != when])
    desk.context.fresh, desk.context.reports = False, ALL_REPORTS
    assert found == [["收件统计.html"], [], ["收件统计.html"], []]


def test_the_page_moves_on_with_the_clock_when_there_is_news(desk, contest):
    contest.clock.now += dt.timedelta(hours=2)
    desk.news()
    desk.report()
    assert "统计时间 2024-10-11" in HTMLParser((desk.reports / "收件统计.html").read_text("utf-8")).text()
