from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from reports.book import Counts
from reports.counts import counts_page
from reports.dossier import Dossier, DossierFile, DossierFinding, DossierMail, dossier_page
from reports.pages import relative_url, write_if_changed

EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)>\u202e'
FINDING = DossierFinding("时长", "不符合", "附1一(三)1", "时长 5分12秒；要求 2–5 分钟")


def a_dossier(text="星空的秘密"):
    return Dossier(
        id="R2024-0001",
        title=text,
        track="推荐作品",
        state="不符合要求",
        facts=((text, text),),
        fields=((text, text),),
        findings=(replace(FINDING, evidence=text),),
        manual=(DossierFinding("内容", "人工核对", "正文一二", text),),
        files=(DossierFile("视频", text, "1 MB", "10-12", path=text), DossierFile("电子表", text, "1 KB", "")),
        film="视频-星空 1.mp4",
        mails=(DossierMail(dt.datetime(2024, 10, 12, 9, 30, tzinfo=dt.UTC), text, text, text),),
        letters=(text,),
        history=(text,),
    )


def test_a_hostile_work_runs_nothing():
    tree = HTMLParser(dossier_page(a_dossier(EVIL)))
    found = [node.tag for node in tree.css("script, img, iframe, object, a[href^='javascript']")]
    handlers = [name for node in tree.css("*") for name in node.attributes if name.startswith("on")]
    assert (found, handlers) == ([], [])


def test_the_page_loads_only_the_film_beside_it():
    sources = [node.attributes["src"] for node in HTMLParser(dossier_page(a_dossier())).css("[src]")]
    assert sources == ["./%E8%A7%86%E9%A2%91-%E6%98%9F%E7%A9%BA%201.mp4"]


def test_findings_stand_with_outcome_clause_and_evidence():
    (row,) = HTMLParser(dossier_page(Dossier("R1", "甲", "推荐", "", findings=(FINDING,)))).css("tr:nth-child(2)")
    cells = [cell.text(strip=True) for cell in row.css("td")]
    assert cells == ["不符合", "时长", "时长 5分12秒；要求 2–5 分钟", "附1一(三)1"]


def test_manual_checks_are_a_checklist():
    assert len(HTMLParser(dossier_page(a_dossier())).css("input[type=checkbox]")) == 1


def test_a_file_that_is_not_there_has_no_link():
    assert len(HTMLParser(dossier_page(a_dossier())).css("a")) == 1


def test_an_empty_work_still_has_a_page():
    tree = HTMLParser(dossier_page(Dossier("R1", "", "推荐", "处理中")))
    assert tree.css_first("h1").text() == "（未写明作品名称）"


@pytest.mark.parametrize(
    ("path", "url"),
    [
        ("a b.mp4", "./a%20b.mp4"),
        ("javascript:alert(1)", "./javascript%3Aalert%281%29"),
        ("//host/x", "./host/x"),
        ("旧版\\a#b", "./%E6%97%A7%E7%89%88/a%23b"),
    ],
)
def test_a_relative_url_names_no_scheme_and_no_host(path, url):
    assert relative_url(path) == url


def test_counts_add_up_on_the_page(overview):
    rows = [[c.text(strip=True) for c in row.css("td")] for row in HTMLParser(counts_page(overview)).css("tr")]
    assert rows[1:4] == [["推荐作品", "2", "1", "3"], ["社会征集", "0", "3", "3"], ["合计", "2", "4", "6"]]


def test_counts_say_whether_mails_add_up(overview):
    page = HTMLParser(counts_page(overview)).text()
    assert ["相符" in page, "不相符，正在核查" in page] == [True, True]


def test_counts_hold_no_personal_data(overview):
    extra = (("单位", Counts("单位", ("件",), (("张三13800138000", (1,)),))),)
    page = counts_page(replace(overview, title="电话13912345678"), extra)
    assert [number in page for number in ("13800138000", "13912345678")] == [False, False]


def test_counts_of_nothing_are_a_page(overview):
    empty = replace(overview, states=Counts("组别", (), ()), days=Counts("日期", (), ()), mailboxes=())
    assert "还没有收到作品" in counts_page(empty)


def test_a_page_is_written_once(tmp_path):
    path = tmp_path / "w" / "审查.html"
    assert [write_if_changed(path, text) for text in ("甲", "甲", "乙")] == [True, False, True]
    assert ([p.name for p in path.parent.iterdir()], path.read_text("utf-8")) == (["审查.html"], "乙")
