from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from reports.differing import lit
from reports.dossier import (
    Dossier,
    DossierField,
    DossierFile,
    DossierFilm,
    DossierFinding,
    DossierLetter,
    DossierLine,
    DossierLink,
    DossierMail,
    DossierMark,
    DossierPicture,
    dossier_page,
)
from reports.pages import clock, relative_url, write_if_changed

EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)>\u202e'
FINDING = DossierFinding("时长", "不符合", "附1一(三)1", "时长 5分12秒", wanted="2–5 分钟")


def a_dossier(text="星空的秘密"):
    plain = ((text, False),)
    return Dossier(
        id="R2024-0001",
        title=text,
        track="推荐作品",
        state="不符合要求",
        head=((text, text),),
        doing=(text,),
        film=DossierFilm("视频-星空 1.mp4", "视频-星空 1.mp4", 10, (DossierMark("title", text, 1.0),), (text,)),
        fields=(DossierField(text, plain, plain, text, text, unlike=True),),
        findings=(replace(FINDING, found=text, wanted=text, pictures=(DossierPicture("帧/片头.jpg", text, 1.0),)),),
        manual=(DossierFinding("内容", "人工核对", "正文一二", text, texts=((text, text),)),),
        files=(DossierFile("视频", text, "1 MB", "10-12", path=text), DossierFile("电子表", text, "1 KB", "")),
        mails=(DossierMail("2024-10-12 09:30", text, text, text),),
        letters=(DossierLetter("收件回执", "草稿（不发送）", "2024-10-12 09:40", text, text),),
        history=(DossierLine("2024-10-12 09:30", "审查", text, text),),
        before=DossierLink(text, f"../{text}/审查.html"),
        related=(DossierLink(text, f"../{text}/审查.html"),),
    )


def tree_of(**values):
    return HTMLParser(dossier_page(Dossier("R1", "甲", "推荐", "处理中", **values)))


def test_a_hostile_work_brings_no_element_of_its_own():
    tree = HTMLParser(dossier_page(a_dossier(EVIL)))
    found = [node.attributes.get("src") for node in tree.css("img, iframe, object, a[href^='javascript'], script[src]")]
    handlers = [name for node in tree.css("*") for name in node.attributes if name.startswith("on")]
    assert (found, len(tree.css("script")), handlers) == (["./%E5%B8%A7/%E7%89%87%E5%A4%B4.jpg"], 1, [])


def test_the_policy_lets_only_the_pages_own_script_and_style_run():
    text = dossier_page(a_dossier())
    parts = [re.search(rf"<{tag}>(.*?)</{tag}>", text, re.S)[1] for tag in ("style", "script")]
    hashes = [f"'sha256-{base64.b64encode(hashlib.sha256(part.encode()).digest()).decode()}'" for part in parts]
    policy = HTMLParser(text).css_first("meta[http-equiv]").attributes["content"].split("; ")
    assert policy[:3] == ["default-src 'none'", f"style-src {hashes[0]}", f"script-src {hashes[1]}"]


def test_the_page_loads_only_what_lies_beside_it():
    nodes = HTMLParser(dossier_page(a_dossier())).css("[src], image")
    assert [node.attributes.get("src") for node in nodes] == [
        "./%E8%A7%86%E9%A2%91-%E6%98%9F%E7%A9%BA%201.mp4",
        "./%E5%B8%A7/%E7%89%87%E5%A4%B4.jpg",
    ]


def test_links_in_mails_and_letters_are_plain_text():
    tree = HTMLParser(dossier_page(a_dossier("见 https://pan.example.cn/s/1 和 www.example.cn")))
    found = [node.attributes["href"] for node in tree.css("a[href]") if "://" in node.attributes["href"]]
    assert (found, "https://pan.example.cn/s/1" in tree.css_first("#mails pre").text()) == ([], True)


def test_a_finding_stands_with_outcome_clause_what_is_wanted_and_what_is_found():
    (row,) = tree_of(findings=(FINDING,)).css(".finding")
    shown = [" ".join(node.text().split()) for node in row.css(".mark, h3, .top > .soft, p")]
    assert shown == ["不符合", "时长", "通知 附1一(三)1", "要求 2–5 分钟", "实际 时长 5分12秒"]


def test_what_is_settled_is_folded_and_named():
    tree = tree_of(settled=(replace(FINDING, outcome="符合"), replace(FINDING, outcome="不适用", rule="申报者")))
    summary = " ".join(tree.css_first("#settled summary").text().split())
    assert (summary, "open" in tree.css_first("#settled").attributes) == ("符合 1 项，不适用 1 项 时长", False)


def test_manual_checks_are_a_checklist_with_what_helps():
    tree = HTMLParser(dossier_page(a_dossier()))
    assert (len(tree.css(".checks input[type=checkbox]")), "写在台账" in tree.css_first("#manual").text()) == (1, True)


def test_a_mark_leads_to_its_second_of_the_film():
    (mark,) = HTMLParser(dossier_page(a_dossier())).css("#film .jump")
    assert (mark.attributes["data-at"], mark.attributes["href"][-6:]) == ("1.0", "#t=1.0")


def test_a_film_that_no_browser_plays_has_a_link_and_no_player():
    tree = tree_of(film=DossierFilm("视频.avi", notes=("已损坏",)))
    assert (tree.css("video"), tree.css_first("#film a").attributes["href"]) == ([], "./%E8%A7%86%E9%A2%91.avi")


def test_a_preview_says_that_it_is_one():
    assert "预览" in tree_of(film=DossierFilm("视频.avi", "视频预览.mp4")).css_first("#film").text()


def test_fields_that_differ_are_lit():
    mine, theirs = lit("星海寻踪", "星海导踪")
    (row,) = tree_of(fields=(DossierField("作品名称", mine, theirs, unlike=True),)).css("tr.unlike")
    assert [node.text() for node in row.css("mark")] == ["寻", "导"]


def test_a_file_that_is_not_there_has_no_link():
    assert [row.css("a") != [] for row in HTMLParser(dossier_page(a_dossier())).css("#files tbody tr")] == [True, False]


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


@pytest.mark.parametrize(("seconds", "shown"), [(0, "0:00"), (65.9, "1:05"), (3725, "1:02:05"), (-3, "0:00")])
def test_moments_of_a_film_read_as_players_show_them(seconds, shown):
    assert clock(seconds) == shown


@pytest.mark.parametrize("texts", [("", "甲"), ("同", "同"), ("长" * 201, "短")])
def test_nothing_is_lit_where_there_is_nothing_to_compare(texts):
    assert [any(on for _, on in pieces) for pieces in lit(*texts)] == [False, False]


def test_a_page_is_written_once(tmp_path):
    path = tmp_path / "w" / "审查.html"
    assert [write_if_changed(path, text) for text in ("甲", "甲", "乙")] == [True, False, True]
    assert ([p.name for p in path.parent.iterdir()], path.read_text("utf-8")) == (["审查.html"], "乙")
