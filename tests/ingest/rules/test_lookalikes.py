import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ingest.rules.lookalikes import Alike, compare, compare_numbers

SAME, DIFFERS, UNCLEAR = Alike.SAME, Alike.DIFFERS, Alike.UNCLEAR


def said(typed, read, confidence=0.95):
    return compare(typed, read, confidence, sure=0.9)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("探月之路", "探月之路"),
        ("《探月之路》", "探 月之路"),
        ("未来已来", "末来己来"),
        ("日出", "曰出"),
        ("５G时代", "5G时代"),
        ("O2O实验", "020实验"),
        ("AI 与 ll", "ai与11"),
        ("人工智能（上）", "人工智能(上)"),
        ("工业之光", "エ业之光"),
        ("河北科技馆（盖章）", "河北科技馆"),
    ],
)
def test_compare_forgives_what_recognition_always_confuses(typed, read):
    assert said(typed, read) is SAME


@pytest.mark.parametrize(("typed", "read"), [("王大", "玉太"), ("木星", "本星"), ("冶金", "治金")])
def test_compare_forgives_a_missing_stroke_only_where_the_reading_is_not_sure(typed, read):
    assert (said(typed, read, 0.7), said(typed, read, 0.95)) == (SAME, DIFFERS)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("探月之路", "探月之旅"),
        ("张三", "张四"),
        ("张三", "李四"),
        ("探月", "探月之路"),
        ("第一集", "第二集"),
        ("A", "B"),
    ],
)
@pytest.mark.parametrize("confidence", [0.9, 0.99])
def test_compare_of_another_title_or_name_differs(typed, read, confidence):
    assert said(typed, read, confidence) is DIFFERS


@pytest.mark.parametrize(
    ("typed", "read", "confidence"),
    [
        ("探月之路", "探月之旅", 0.8),
        ("张三", "李四", 0.5),
        ("", "张三", 0.99),
        ("张三", "", 0.99),
        ("张三", "——", 0.99),
    ],
)
def test_compare_says_nothing_where_the_reading_does_not(typed, read, confidence):
    assert said(typed, read, confidence) is UNCLEAR


def test_compare_of_wholly_another_text_differs_though_the_reading_is_not_sure():
    assert said("探月之路", "垃圾分类小课堂", 0.8) is DIFFERS


@pytest.mark.parametrize(
    ("typed", "read", "confidence", "alike"),
    [
        ("138 0000 0000", "13800000000", 0.9, SAME),
        ("13800000000", "l38OOOOOOOO", 0.9, SAME),
        ("010-55550000、13800000000", "13800000000", 0.9, SAME),
        ("010-55550000 / 13800000000", "010-66660000、13800000000", 0.9, SAME),
        ("13800000000", "13800000001", 0.95, DIFFERS),
        ("13800000000", "13800000001", 0.8, UNCLEAR),
        ("13800000000", "1380", 0.95, UNCLEAR),
    ],
)
def test_compare_numbers(typed, read, confidence, alike):
    assert compare_numbers(typed, read, confidence, sure=0.9) is alike


NAMES = st.text(
    alphabet="张李赵陈杨黄周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧冯曾程蔡彭潘袁董余苏叶吕魏蒋",
    min_size=2,
    max_size=12,
)


@given(NAMES, NAMES, st.floats(0, 1))
def test_compare_of_a_changed_name_is_never_the_same(one, other, confidence):
    assume(one != other)
    assert said(one, other, confidence) is not SAME


@given(NAMES, st.data())
def test_compare_of_one_changed_character_is_never_the_same(name, data):
    at = data.draw(st.integers(0, len(name) - 1))
    other = data.draw(st.sampled_from([c for c in "张李赵陈杨黄" if c != name[at]]))
    assert said(name, name[:at] + other + name[at + 1 :], data.draw(st.floats(0, 1))) is not SAME


CONFUSED = st.text(alphabet="未末日曰己已巳土士戊戌戍口囗ロ二ニ工エ0Oo〇1lI", min_size=1, max_size=12)
SWAPS = {
    "未": "末",
    "日": "曰",
    "已": "己",
    "士": "土",
    "0": "O",
    "1": "l",
    "工": "エ",
    "二": "ニ",
    "口": "ロ",
    "戌": "戍",
}


@given(CONFUSED, st.floats(0, 1))
def test_compare_forgives_every_swap_of_lookalikes(text, confidence):
    swapped = "".join(SWAPS.get(c, c) for c in text)
    assert said(text, swapped, confidence) is SAME


@given(st.text(max_size=40), st.text(max_size=40), st.floats(0, 1))
def test_compare_of_anything_does_not_depend_on_the_order(one, other, confidence):
    assert said(one, other, confidence) is said(other, one, confidence)
