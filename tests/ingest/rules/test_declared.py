import pytest

from ingest.model import Kind
from parsers.facts import ImageFacts


@pytest.mark.parametrize("rule_id", ["original", "licence"])
def test_without_a_form_nothing_is_declared(find, a_work, rule_id):
    assert find(rule_id, a_work(form=None)) == ("na", "没有电子表，未检查")


@pytest.mark.parametrize("written", ["", "承诺人（签字）：", "作者签名：     年  月  日"])
def test_original_commitment_blank_is_missing(find, a_work, form, written):
    assert find("original", a_work(form=form(commitment=written))) == ("missing", "原创承诺未填写")


@pytest.mark.parametrize(
    ("declared", "outcome"),
    [
        ("无", "manual"),
        ("", "manual"),
        (None, "manual"),
        ("资料画面约占8%", "manual"),
        ("引用素材不超过10%", "manual"),
        ("原创95%，非原创5%", "manual"),
        ("100%原创", "manual"),
        ("未使用AI生成内容", "manual"),
        ("无模板", "manual"),
        ("资料画面约占12%", "review"),
        ("非原创部分百分之十五", "review"),
        ("素材占五分之一", "review"),
        ("原创部分占80%", "review"),
        ("引用素材10%以上", "review"),
        ("新闻片段6%，音乐5%", "review"),
        ("部分画面由AI生成", "review"),
        ("片头使用模板", "review"),
        ("使用万彩动画制作", "review"),
        ("未引用他人素材，部分画面人工智能生成", "review"),
    ],
)
def test_original_by_what_is_declared(find, a_work, form, declared, outcome):
    assert find("original", a_work(form=form(non_original=declared)))[0] == outcome


def test_original_shows_a_person_what_was_declared(find, a_work, form):
    found = find("original", a_work(form=form(non_original="资料画面约占8%")))
    assert found == ("manual", "非原创部分说明 “资料画面约占8%”，请人工核对是否原创")


def test_original_says_that_there_is_no_commitment_in_the_form(find, a_work, form):
    found = find("original", a_work(form=form(commitment=None)))
    assert found == ("manual", "表中未见原创承诺；非原创部分说明 “无”，请人工核对是否原创")


def test_original_bound_is_the_configs(find, a_work, form, with_rule):
    work = a_work(form=form(non_original="资料画面约占8%"))
    assert find("original", work, with_rule("original", max_share=0.05))[0] == "review"


@pytest.mark.parametrize(
    "declared",
    [
        "无",
        "没有",
        "/",
        "0%",
        "无引用素材",
        "全部原创",
        "未使用任何音乐素材",
        "非原创部分：无",
        "音乐为原创，未引用他人素材",
    ],
)
def test_licence_where_nothing_is_quoted_does_not_apply(find, a_work, form, declared):
    assert find("licence", a_work(form=form(non_original=declared)))[0] == "na"


@pytest.mark.parametrize("declared", [None, "", "详见附件", "画面来自网络", "无版权争议"])
def test_licence_where_the_form_does_not_tell_is_for_a_person(find, a_work, form, declared):
    assert find("licence", a_work(form=form(non_original=declared)))[0] == "review"


@pytest.mark.parametrize(
    "declared",
    [
        "背景音乐来自网络",
        "引用新闻片段5%",
        "使用公共素材，无版权争议",
        "未来城市的视频素材",
        "无人机航拍之外采用资料画面",
    ],
)
def test_licence_for_what_is_quoted_is_missing_without_one(find, a_work, form, declared):
    outcome, evidence = find("licence", a_work(form=form(non_original=declared)))
    assert (outcome, evidence) == ("missing", f"非原创部分说明 “{declared}”；未收到授权材料")


def test_licence_for_what_is_quoted_is_there(find, a_work, form, material, page):
    paper = material(Kind.LICENCE, "音乐授权书.pdf", page)
    assert find("licence", a_work(paper, form=form(non_original="背景音乐来自网络"))) == (
        "pass",
        "非原创部分说明 “背景音乐来自网络”；有授权材料：音乐授权书.pdf",
    )


def test_licence_told_by_its_name_is_for_a_person(find, a_work, form, material):
    unread = ImageFacts(format="jpeg", width=1000, height=1400)
    paper = material(Kind.LICENCE, "音乐授权书.jpg", unread, certain=False)
    assert find("licence", a_work(paper, form=form(non_original="背景音乐来自网络")))[0] == "review"


def test_licence_may_come_by_a_link(find, a_work, form, material):
    link = material(Kind.LICENCE, "授权书.pdf", certain=False, url="https://mail.163.com/x")
    assert find("licence", a_work(link, form=form(non_original="背景音乐来自网络")))[0] == "pending"
