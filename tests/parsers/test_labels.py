import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.labels import fields_of, fold, title_of

LABELS = {
    "title": ("作品名称", "片名"),
    "author": ("第一作者", "作者"),
    "producer": ("制作单位", "第一制作单位"),
    "email": ("E-mail", "邮箱"),
    "opinion": ("推荐单位意见",),
    "recommender": ("推荐单位",),
    "summary": ("作品简介",),
}


def values(rows):
    return {field: found.value for field, found in fields_of(rows, LABELS).items()}


@pytest.mark.parametrize(
    "label",
    [
        "作品名称",
        "作 品 名 称",
        "作品名称：",
        "1、作品名称",
        "（一）作品名称",
        "* 作品名称",
        "作品名称（全称）",
        "【作品名称】",
    ],
)
def test_a_label_however_it_is_spaced_numbered_or_bracketed(label):
    assert values([(label, "嫦娥")]) == {"title": "嫦娥"}


def test_a_row_of_four_cells_holds_two_fields():
    assert values([("作品名称", "嫦娥", "第一作者", "张三")]) == {"title": "嫦娥", "author": "张三"}


def test_a_section_cell_before_a_label_is_passed_over():
    assert values([("作者信息", "作者", "张三", "邮箱", "a@b.cn")]) == {"author": "张三", "email": "a@b.cn"}


def test_a_label_is_never_the_value_of_the_label_before_it():
    assert values([("作品名称", "作者", "张三")]) == {"title": "", "author": "张三"}


def test_a_row_of_labels_over_a_row_of_values():
    assert values([("作品名称", "作者"), ("嫦娥", "张三")]) == {"title": "嫦娥", "author": "张三"}


def test_a_row_of_labels_over_another_row_with_labels_is_blank():
    assert values([("作品名称", "作者"), ("邮箱", "a@b.cn")]) == {"title": "", "author": "", "email": "a@b.cn"}


@pytest.mark.parametrize("colon", [":", "：", " ： "])
def test_label_and_value_in_one_paragraph(colon):
    assert values([(f"作品名称{colon}嫦娥",)]) == {"title": "嫦娥"}


def test_several_labels_in_one_paragraph():
    assert values([("作 者：张三    E-mail：a@b.cn  片名：",)]) == {"author": "张三", "email": "a@b.cn", "title": ""}


def test_the_longer_label_is_not_taken_for_the_shorter_one_within_it():
    assert values([("联合制作单位：甲  第一制作单位：乙",)]) == {"producer": "乙"}


def test_the_unit_and_its_opinion_are_two_fields():
    assert values([("推荐单位（盖章）", "某厅", "推荐单位意见", "同意")]) == {"recommender": "某厅", "opinion": "同意"}


@pytest.mark.parametrize("written", ["", "  ", "____", "（盖章）\n 年  月  日", "负责人签字：      单位公章"])
def test_a_place_nobody_wrote_in_is_blank(written):
    assert values([("推荐单位意见", written)]) == {"opinion": ""}


def test_a_tick_is_something_written():
    assert values([("推荐单位意见", "√")]) == {"opinion": "√"}


def test_several_lines_are_kept_as_lines():
    assert values([("作品简介", "第一行\n第二行")]) == {"summary": "第一行\n第二行"}


def test_a_long_line_under_a_label_that_stands_alone_is_its_value():
    assert values([("作品简介：",), ("本片介绍了嫦娥工程从绕月到采样返回的全过程。",)]) == {
        "summary": "本片介绍了嫦娥工程从绕月到采样返回的全过程。"
    }


def test_two_different_values_of_a_field_are_both_told():
    found = fields_of([("作者", "张三"), ("第一作者", "李四"), ("作者", " 张 三 ")], LABELS)["author"]
    assert (found.value, found.others, found.label) == ("张三", ("李四",), "作者")


def test_a_written_value_outranks_a_blank_one():
    assert values([("作者", ""), ("第一作者", "李四")]) == {"author": "李四"}


def test_without_labels_there_are_no_fields():
    assert fields_of([("作者：张三",)], {}) == {}


@pytest.mark.parametrize(
    ("rows", "title"),
    [
        ([("2024年微视频推荐表",)], "2024年微视频推荐表"),
        ([("附件3",), ("推 荐 表（单位用）",)], "推荐表（单位用）"),
        ([("2024年全国科普微视频",), ("推荐表",)], "2024年全国科普微视频推荐表"),
        ([("推荐表填写说明",)], ""),
        ([("x", "推荐表")], ""),
    ],
)
def test_the_title_of_a_form(rows, title):
    assert title_of(rows, ("推荐表", "自荐表")) == title


@given(st.lists(st.lists(st.text(max_size=30), max_size=4), max_size=6))
def test_any_rows_are_some_form(rows):
    assert set(fields_of(rows, LABELS)) <= set(LABELS)


@given(st.text())
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)
