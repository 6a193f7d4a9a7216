from __future__ import annotations

from dataclasses import replace

import pytest

from reports.letters import (
    AUTOMATIC,
    KINDS,
    SAMPLES,
    LetterData,
    LetterFile,
    LetterProblem,
    LetterWork,
    check_templates,
    render,
)

DATA = LetterData(
    edition="2024年样例大赛",
    works=(
        LetterWork(
            "R2024-0001",
            "星空的秘密",
            files=(LetterFile("视频", "星空.mp4", "128.4 MB", "10月12日 09:30"),),
            problems=(LetterProblem("缺扫描件", "附1二", "请发送盖章纸质表的扫描件。"),),
        ),
    ),
    subject="报送作品",
    received="2024年10月12日 09:30",
    deadline="2024年10月25日24时",
    contact="材料接收：某出版社 010-58882950",
    greeting="张三",
    postal=("北京市某路1号",),
)

RECEIPT = f"""\
张三：

您好！您于2024年10月12日 09:30发来的邮件“报送作品”已经收到，登记情况如下。请妥善保存登记号。

【登记号】R2024-0001
【作品名称】星空的秘密
已收到的材料：
  1. 视频：星空.mp4（128.4 MB，10月12日 09:30收到）
需要补充或修改：
  1. 缺扫描件（通知附1二）
     请发送盖章纸质表的扫描件。

如需补充材料，请直接回复本邮件，并在主题中保留登记号（R2024-0001），以便归入同一作品。
电子材料接收截止时间：2024年10月25日24时，以到达本邮箱服务器的时间为准。

作品光盘和盖章的纸质表请另行邮寄：
  北京市某路1号

材料接收：某出版社 010-58882950

2024年样例大赛
（{AUTOMATIC}）
"""


def with_title(title):
    return replace(DATA, works=(replace(DATA.works[0], title=title),))


def test_receipt_says_exactly_this():
    assert render("receipt", DATA).text == RECEIPT


def test_subject_holds_id_and_title():
    assert render("receipt", DATA).subject == "【收件回执】R2024-0001 星空的秘密"


def test_several_works_are_one_letter():
    letter = render("receipt", SAMPLES[1])
    assert letter.subject == "【收件回执】P2024-0001、P2024-0002"
    assert [line for line in letter.text.splitlines() if line.startswith("【登记号】")] == [
        "【登记号】P2024-0001",
        "【登记号】P2024-0002",
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_every_letter_says_it_is_automatic(kind):
    letter = render(kind, DATA)
    assert [AUTOMATIC in letter.text, AUTOMATIC in letter.html] == [True, True]


@pytest.mark.parametrize("kind", KINDS)
def test_html_has_no_link_and_no_picture(kind):
    html = render(kind, with_title("看 https://evil.example/x 和 www.evil.example"))
    assert [word for word in ("<a", "<img", "href", "src=", "evil") if word in html.html] == []


def test_html_is_escaped():
    assert "<b>x</b>" not in render("receipt", with_title("<b>x</b>")).html


def test_a_subject_with_line_ends_stays_one_line():
    assert "\n" not in render("receipt", with_title("甲\r\nBcc: a@b.c")).subject


def test_a_long_title_is_cut_in_the_subject():
    assert len(render("receipt", with_title("长" * 5_000)).subject) == 120


def test_identity_numbers_are_masked_and_the_letterhead_is_not():
    text = render("receipt", with_title("张三110101199003071234电话13800138000")).text
    assert [n in text for n in ("110101199003071234", "13800138000", "010-58882950")] == [False, False, True]


def test_a_letter_without_problems_says_so():
    clean = replace(DATA, works=(replace(DATA.works[0], problems=()),))
    assert "目前没有发现需要补充的电子材料。" in render("receipt", clean).text


def test_a_late_letter_asks_for_no_material():
    assert "如需补充材料" not in render("late", DATA).text


def test_an_unknown_kind_is_a_key_error():
    with pytest.raises(KeyError):
        render("love", DATA)


def test_shipped_templates_work():
    assert check_templates() is None


def test_a_template_of_ones_own_comes_first(tmp_path):
    (tmp_path / "receipt.subject.txt").write_text("已收到 {{ ids | join('、') }}", encoding="utf-8")
    assert check_templates(tmp_path) is None
    assert render("receipt", DATA, tmp_path).subject == "已收到 R2024-0001"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("一\n二 {{ deadlin }}\n{{ automatic }}", r"模板 receipt\.txt 第 2 行：.*deadlin"),
        ("一\n{% for x in %}", r"模板 receipt\.txt 第 2 行"),
        ("没有那句话", r"模板 receipt\.txt 缺少"),
        ("{{ ''.__class__.__mro__ }}", r"模板 receipt\.txt 第 1 行"),
        ("\n\n{{ 1 // 0 }}", r"模板 receipt\.txt 第 3 行"),
        ('{% include "/etc/passwd" %}', r"模板 receipt\.txt"),
    ],
)
def test_a_typo_in_a_template_is_named(tmp_path, text, said):
    (tmp_path / "receipt.txt").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=said):
        check_templates(tmp_path)
