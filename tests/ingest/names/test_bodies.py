import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.names import body, same_body

SAME, PERHAPS, OTHER = "same", "perhaps", "other"


def how(one, other):
    alike, _ = same_body(body(one), body(other))
    return SAME if alike >= 0.9 else PERHAPS if alike >= 0.6 else OTHER


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ("星野（北京）科技有限公司", "星野(北京)科技有限公司", SAME),
        ("星野科技有限责任公司", "星野科技有限公司", SAME),
        ("星野科技股份有限公司", "星野科技有限公司", SAME),
        ("ＡＢＣ科技有限公司", "abc科技有限公司", SAME),
        ("星野 科技有限公司", "星野科技有限公司", SAME),
        ("河北省科技馆", "河北科技馆", SAME),
        ("制作单位：河北省科技馆（盖章）", "河北省科技馆", SAME),
        ("河北省科技馆、石家庄电视台", "河北省科技馆", SAME),
        ("星野科技有限公司", "星野科技有限公司江苏分公司", PERHAPS),
        ("星野科技有限公司南京分公司", "星野科技有限公司苏州分公司", PERHAPS),
        ("星野科技", "星野科技有限公司", PERHAPS),
        ("北京大学", "北京大学物理学院", OTHER),
        ("北京大学医学部", "北京大学", OTHER),
        ("吉林省科技馆", "吉林市科技馆", OTHER),
        ("星野北京科技有限公司", "北京星野科技有限公司", OTHER),
        ("中国科学院", "中国科学院物理研究所", OTHER),
    ],
)
def test_same_body(one, other, found):
    assert (how(one, other), how(other, one)) == (found, found)


@pytest.mark.parametrize(
    "written", ["", "无", "个人", "/", "（盖章）", "——", "独立创作者", "自由职业", "个人制作", "退休", "自媒体"]
)
def test_body_of_nothing_is_none(written):
    assert body(written) is None


def test_body_is_the_first_and_says_how_many_follow():
    found = body("河北省科技馆、石家庄电视台、星野科技有限公司")
    assert (found.written, found.more) == ("河北省科技馆", 2)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("星野科技有限公司", "星野科技有限公司江苏分公司"),
        ("星野科技", "星野科技有限公司"),
        ("河北科技馆", "河北省科技馆"),
    ],
)
def test_bodies_that_may_be_one_have_one_key(one, other):
    assert body(one).key == body(other).key


@given(
    st.text(alphabet="北京大学省市星野科技有限责任公司分（）()、 ", max_size=30),
    st.text(alphabet="北京星野科技有限公司分省市", max_size=30),
)
def test_same_body_is_the_same_the_other_way_round_and_never_without_a_common_key(one, other):
    first, second = body(one), body(other)
    if first and second:
        alike, _ = same_body(first, second)
        assert (alike, alike == 0 or first.key == second.key) == (same_body(second, first)[0], True)
