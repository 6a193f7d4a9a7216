import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.names import people


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("张三", ("张三",)),
        ("张 三", ("张三",)),
        ("张　三", ("张三",)),
        ("张三、李四", ("张三", "李四")),
        ("张三、李四 等", ("张三", "李四")),
        ("张三，李四等5人", ("张三", "李四")),
        ("张三 李四", ("张三", "李四")),
        ("张三\n李四", ("张三", "李四")),
        ("张三和李四", ("张三", "李四")),
        ("主创：张三、李四", ("张三", "李四")),
        ("导演：张三；编剧：李四", ("张三", "李四")),
        ("第一作者：张三", ("张三",)),
        ("1.张三 2.李四", ("张三", "李四")),
        ("张三教授", ("张三",)),
        ("张三 副教授", ("张三",)),
        ("张三老师、李四博士", ("张三", "李四")),
        ("张三（北京大学）、李四（清华大学）", ("张三", "李四")),
        ("张三（男）", ("张三",)),
        ("张和平", ("张和平",)),
        ("欧阳娜娜 博士", ("欧阳娜娜",)),
        ("阿卜杜拉·买买提", ("阿卜杜拉买买提",)),
        ("阿卜杜拉•买买提", ("阿卜杜拉买买提",)),
        ("张三、张三", ("张三",)),
        ("John Smith, 张三", ("johnsmith", "张三")),
        ("教授", ()),
        ("", ()),
        ("——", ()),
    ],
)
def test_people_are_named_in_order(written, names):
    assert people(written).names == names


def test_people_keep_the_first_as_written():
    assert people("张 三 教授、李四").written == "张三"


@pytest.mark.parametrize(
    ("written", "sure"), [("张三", True), ("王博士", False), ("北京大学", False), ("星野工作室", False)]
)
def test_people_are_sure_of_whole_names_only(written, sure):
    assert (people(written).confidence >= 0.5, bool(people(written).why)) == (sure, True)


@given(st.text(max_size=200))
def test_people_of_any_text_are_bounded_and_each_once(text):
    found = people(text)
    assert len(set(found.names)) == len(found.names) <= 30
