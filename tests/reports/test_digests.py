"""Daily mails as text and HTML; docs/mails.md shows them. After a change of their words: KEPU_UPDATE_DOCS=1 pytest."""

import os
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.digests import (
    MAX_TEXT,
    BoxFigures,
    Digest,
    Summary,
    Task,
    TaskGroup,
    TrackFigures,
    render_digest,
    render_summary,
)

PAGE = Path(__file__).parents[2] / "docs" / "mails.md"
EDITION, AS_OF, LEFT = "2024年全国科普微视频大赛", "2024年10月20日 08:00", "距截止还有 5 天 16 小时"
WORDS = ("不符合要求", "材料不全", "处理中", "待人工复核", "机审通过", "通过")
SUMMARY = Summary(
    edition=EDITION,
    as_of=AS_OF,
    since="2024年10月19日 08:00",
    deadline="2024年10月25日24时",
    left=LEFT,
    tracks=(
        TrackFigures("地方、部门推荐", 84, 6, tuple(zip(WORDS, (0, 21, 0, 17, 40, 6), strict=True))),
        TrackFigures("社会征集", 131, 14, tuple(zip(WORDS, (9, 58, 3, 0, 61, 0), strict=True))),
    ),
    boxes=(BoxFigures("地方、部门推荐", 143, 141, 2), BoxFigures("社会征集", 260, 260, 0)),
    changed=(("机审通过", 5), ("通过", 6)),
    mails=31,
    supplements=9,
    todos=12,
    over_units=2,
    over_by=3,
    attached="收件台账（脱敏）2024-10-20.xlsx",
)
LINK = "作品 R2024-0031 的云附件“成片.mp4”（Y0012）：对方要求登录，请由人登录后下载。下载后放进“补件/R2024-0031/”。"
LINKS = TaskGroup(
    "要人工下载的云附件",
    "待办",
    (
        Task("T0041", LINK, "R2024-0031", "works/R2024-0031 一粒种子的旅行", "还剩 1 天 6 小时"),
        Task("T0038", LINK.replace("31", "07").replace("Y0012", "Y0009"), "R2024-0007", "", "还剩 11 天 2 小时"),
    ),
)
DIGEST = Digest(
    edition=EDITION,
    as_of=AS_OF,
    left=LEFT,
    groups=(
        LINKS,
        TaskGroup(
            "读不出的表格和文件",
            "待办",
            (
                Task(
                    "T0035",
                    "作品 P2024-0019：电子表是图片，识别的把握不大。请对照原件录入。",
                    "P2024-0019",
                    "works/P2024-0019 深海来信/扫描件-深海来信.pdf",
                ),
            ),
        ),
        TaskGroup(
            "咨询、撤回和更换",
            "待办",
            (Task("T0040", "邮件 M00212（kepu@example.cn）没有附件，像是咨询或说明，请阅读并视需要答复。"),),
            more=3,
        ),
    ),
    counts=("待人工复核、还没有初审结论的作品 17 部，在「推荐作品」、「社会征集」按“状态”筛选",),
)
URGENT = replace(DIGEST, groups=(replace(LINKS, tasks=LINKS.tasks[:1]),), counts=(), urgent=True, days=5)
SHOWN = {
    "主办方日报": render_summary(SUMMARY),
    "待办晨报": render_digest(DIGEST),
    "云附件提醒": render_digest(URGENT),
}


def test_page_shows_the_mails_as_they_are():
    blocks = [f"## {name}\n\n```text\n主题：{mail.subject}\n\n{mail.text}```\n" for name, mail in SHOWN.items()]
    head, tail = (PAGE.read_text("utf-8") if PAGE.exists() else "\n\n").split("\n## 主办方日报\n")[0], "\n".join(blocks)
    page = f"{head}\n{tail}"
    if os.environ.get("KEPU_UPDATE_DOCS"):
        PAGE.write_text(page, "utf-8")
    assert PAGE.read_text("utf-8") == page


class _Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.open = set(), []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.tags |= {name for name, _ in attrs if name in ("src", "href", "onclick")}
        if tag not in ("br", "meta"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("name", SHOWN)
def test_html_is_bare(name):
    parser = _Tags()
    parser.feed(SHOWN[name].html)
    known = {"html", "head", "meta", "title", "body", "h2", "h3", "p", "br", "b", "table", "tr", "th", "td"}
    assert (parser.tags - known, parser.open) == (set(), [])


@pytest.mark.parametrize("name", SHOWN)
def test_subject_is_one_line_and_short(name):
    assert 0 < len(SHOWN[name].subject) <= 60
    assert SHOWN[name].subject.isprintable()


@settings(max_examples=30)
@given(st.text(max_size=400))
def test_any_words_of_strangers_stay_words(words):
    group = TaskGroup("咨询", "待办", (Task("T0001", words, where=words),))
    mail = render_digest(replace(DIGEST, groups=(group,)))
    parser = _Tags()
    parser.feed(mail.html)
    assert ("script" in parser.tags, parser.open, mail.subject.isprintable()) == (False, [], True)


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("见 https://pan.example.com/s/1abc?pwd=2", "见 （网址略）"),
        ("电话 13812345678", "电话 138****5678"),
        ("来自 zhang.san@example.com", "来自 z***@example.com"),
        ("长" * 300, "长" * MAX_TEXT + "……"),
    ],
)
def test_to_do_tells_no_address_and_no_number(words, shown):
    group = TaskGroup("咨询", "待办", (Task("T0001", words),))
    assert f"    {shown}\n" in render_digest(replace(DIGEST, groups=(group,))).text


def test_path_that_carries_an_address_is_left_out():
    group = TaskGroup("咨询", "待办", (Task("T0001", "请看", where="works/R2024-0001 www.evil.example/x.pdf"),))
    assert "evil" not in render_digest(replace(DIGEST, groups=(group,))).html


def test_mailbox_that_does_not_add_up_is_said():
    odd = replace(SUMMARY, boxes=(BoxFigures("社会征集", 5, 3, 1),))
    assert "收到 5 封 = 已办结 3 封 + 待处理 1 封，不平，请出版社核对" in render_summary(odd).text


def test_first_summary_compares_with_nothing():
    text = render_summary(replace(SUMMARY, since="", changed=())).text
    assert ("首封日报" in text, "原有作品" in text) == (True, False)


def test_states_stand_in_columns_of_their_own():
    html = SHOWN["主办方日报"].html
    assert "<td>84</td><td>0</td><td>21</td><td>0</td><td>17</td><td>40</td><td>6</td>" in html
