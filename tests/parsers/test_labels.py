import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.cells import Cell
from parsers.facts import Box
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


def test_another_label_between_a_label_and_prose_is_not_passed_over():
    prose = "本单位已对作品的科学性和作者身份作了审核。"
    assert values([("推荐单位意见：",), ("推荐单位：某厅",), (prose,)]) == {"opinion": "", "recommender": "某厅"}


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
        ([("２０２４年度《微视频推荐表》",)], "２０２４年度《微视频推荐表》"),
        ([("微视频推荐表（自然类）2024年",)], "微视频推荐表（自然类）2024年"),
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


# --- cells with a grid, a page, a confidence ---

SCOPED = {
    "author_title": ("职称",),
    "reviewers": ("审核专家", "专家 > 姓名"),
    "titles": ("专家 > 职称",),
    "phone": ("联系电话",),
    "contact": ("联系人",),
}
BOX = Box(left=0.1, top=0.2, right=0.3, bottom=0.4)


def scoped(rows):
    return {field: found.value for field, found in fields_of(rows, SCOPED, types={"reviewers": "list"}).items()}


def test_a_scoped_label_counts_only_in_its_section():
    assert scoped([("作者", "职称", "讲师"), ("审核专家", "职称", "教授")]) == {
        "author_title": "讲师",
        "reviewers": "",
        "titles": "教授",
    }


def test_a_scoped_find_outranks_one_without_a_section_wherever_it_stands():
    rows = [("职称", "讲师"), ("审核专家", "职称", "教授")]
    labels = {"titles": ("职称", "专家 > 职称")}
    assert fields_of(rows, labels)["titles"].value == "教授"


def test_a_find_in_a_section_about_something_else_gives_way_to_one_without():
    labels = {"unit": ("单位",), "reviewers": ("专家 > 姓名",)}
    rows = [("审核专家",), (), ("姓名", "甲一"), ("单位", "某所"), (), ("通用信息",), (), ("单位", "某大学")]
    assert fields_of(rows, labels)["unit"].value == "某大学"


def test_a_label_in_the_row_of_another_belongs_to_it():
    assert scoped([("审核专家", "甲一", "职称", "教授"), ("职称", "讲师")]) == {
        "reviewers": "甲一",
        "titles": "教授",
        "author_title": "讲师",
    }


def test_labels_in_the_line_of_another_belong_to_it():
    assert scoped([("审核专家：甲一  职称：教授",), ("职称：讲师",)]) == {
        "reviewers": "甲一",
        "titles": "教授",
        "author_title": "讲师",
    }


@pytest.mark.parametrize("label", ["审核专家1", "审核专家（二）", "第二审核专家", "2.审核专家"])
def test_labels_of_a_list_may_be_counted(label):
    assert scoped([("审核专家", "甲一"), (label, "乙二")]) == {"reviewers": "甲一\n乙二"}


def test_a_list_has_what_is_written_twice_twice():
    rows = [("专家姓名", "甲一", "专家职称", "教授"), ("专家姓名", "乙二", "专家职称", "教授")]
    labels = {"reviewers": ("专家姓名",), "titles": ("专家职称",)}
    assert fields_of(rows, labels, types={"titles": "list"})["titles"].value == "教授\n教授"


def test_a_value_has_the_page_the_place_and_the_confidence_of_its_cell():
    found = fields_of([(Cell("联系人", 0.9), Cell("李四", 0.8, page=2, box=BOX))], SCOPED)["contact"]
    assert (found.page, found.box, found.confidence) == (2, BOX, 0.8)


def test_a_blank_cell_has_its_place_too():
    found = fields_of([(Cell("联系人"), Cell("", page=2, box=BOX))], SCOPED)["contact"]
    assert (found.value, found.page, found.box) == ("", 2, BOX)


@pytest.mark.parametrize("label", ["联系电活", "联 糸 电话", "联系电话一"])
def test_one_misread_letter_of_a_label_is_forgiven_where_that_is_asked(label):
    labels = {"phone": ("联系电话",)}
    found = fields_of([(label, "138")], labels, tolerant=True)
    assert {field: value.value for field, value in found.items()} == {"phone": "138"}


def test_a_short_label_must_be_read_right():
    assert fields_of([("职祢", "教授")], SCOPED, tolerant=True) == {}


def test_a_misread_label_lowers_the_confidence():
    found = fields_of([(Cell("联系电活"), Cell("138", 0.9))], SCOPED, tolerant=True)["phone"]
    assert (found.value, found.confidence) == ("138", 0.765)


def test_a_misread_label_with_a_colon_is_forgiven_too():
    assert fields_of([("联系电活：138",)], SCOPED, tolerant=True)["phone"].value == "138"


def test_a_misread_label_is_none_where_nobody_asked():
    assert fields_of([("联系电活", "138")], SCOPED) == {}


def test_a_text_one_letter_from_two_labels_is_neither():
    labels = {"one": ("播放时间",), "other": ("播放地点",), "third": ("播出时间",)}
    assert fields_of([("播映时间", "x")], labels, tolerant=True) == {}


def test_one_label_is_never_taken_for_another():
    labels = {"day": ("完成日期",), "time": ("完成时期",)}
    assert {f: v.value for f, v in fields_of([("完成时期", "x")], labels, tolerant=True).items()} == {"time": "x"}


cells = st.builds(
    Cell,
    text=st.one_of(
        st.sampled_from(["作品名称", "审核专家", "职称", "姓名", "联系人：", "☑是 □否"]), st.text(max_size=20)
    ),
    column=st.integers(-1, 4),
    columns=st.integers(1, 3),
    rows=st.integers(1, 4),
)
nested = st.recursive(
    cells,
    lambda inner: st.builds(
        Cell, text=st.text(max_size=5), inner=st.lists(st.lists(inner, max_size=3).map(tuple), max_size=3).map(tuple)
    ),
    max_leaves=12,
)


@given(st.lists(st.lists(nested, max_size=5).map(tuple), max_size=8), st.booleans())
def test_any_grid_however_wrong_is_some_form(rows, tolerant):
    found = fields_of(rows, LABELS | SCOPED, types={"reviewers": "list"}, tolerant=tolerant)
    assert set(found) <= set(LABELS | SCOPED)


@given(st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=4, unique=True))
def test_every_line_of_a_value_is_kept(lines):
    value = "\n".join(f"第{n}行{fold(line)}。" for n, line in enumerate(lines))
    assert values([("作品简介", value)]) == {"summary": value}


def test_short_value_behind_a_colon_is_no_misread_letter_of_the_label():
    found = fields_of([("非原创部分：无",)], {"non_original": ("非原创部分",)}, tolerant=True)
    assert found["non_original"].value == "无"


def test_label_right_behind_a_date_is_seen_where_spaces_are_lost():
    labels = {"completed_on": ("完成时间",), "first_shown_on": ("首播时间",)}
    found = fields_of([("完成时间：2023年5月1日首播时间：2023年6月",)], labels, tolerant=True)
    assert {name: one.value for name, one in found.items()} == {
        "completed_on": "2023年5月1日",
        "first_shown_on": "2023年6月",
    }


def test_label_of_two_names_of_one_field_names_it():
    labels = {"entrant_id": ("统一社会信用代码", "身份证号"), "phone": ("电话",)}
    rows = [("统一社会信用代码／身份证号", "91110100MA0000000X"), ("身份证号/电话", "另写")]
    found = fields_of(rows, labels)
    assert {name: one.value for name, one in found.items()} == {"entrant_id": "91110100MA0000000X"}
