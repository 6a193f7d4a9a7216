"""What was read against what was written: when a field is right, how long texts are counted, figures over many."""

from pathlib import Path

import pytest

from bench.agreement import figures, fold, look_at
from bench.corpus import Case, Paper
from ingest.demo.layouts import layout_of
from parsers.facts import Box, Broken, FieldValue, FormFacts, ImageFacts, Mark, PageFacts, Reading

LONG = "讲述几代科研工作者在高原台站坚守三十余年、观测大气本底的真实故事，适合中小学生及公众在科技活动周期间观看。"
PLACE = Box(left=0, top=0, right=1, bottom=1)


@pytest.fixture
def judged():
    """Whether a field with this truth counts as right when this was found; None: the label was not found."""

    def judge(field, truth, found, **more):
        fields = {} if found is None else {field: FieldValue(value=found, label="栏目", **more)}
        looked = look_at(a_case({field: truth}), [FormFacts(format="docx", fields=fields)], 1.0)
        return looked.judged[0]

    return judge


def a_case(truth, paper=None, kind="docx"):
    return Case(layout_of("two"), 0, kind, (Path("x"),), truth, paper)


def a_scan(*marks, signed=None):
    page = PageFacts(width=1, height=1, marks=marks)
    return ImageFacts(format="pdf", width=1, height=1, seen=(page,), reading=Reading(signed=signed or {}))


def seal(colour="red", confidence=0.9):
    return Mark(what="seal", box=PLACE, colour=colour, confidence=confidence)


@pytest.mark.parametrize(
    ("truth", "found", "right"),
    [
        ("星海寻踪", "星 海 寻\n踪", True),
        ("Ａ１", "A1", True),
        ("“天眼”", '"天眼"', True),
        ("星海寻踪", "星海寻棕", False),
        ("星海寻踪", "星海寻踪上集", False),
        ("", "", True),
        ("", "某", False),
        ("星海寻踪", None, False),
        ("", None, False),
    ],
)
def test_a_short_field_is_right_only_as_a_whole(judged, truth, found, right):
    assert judged("title", truth, found).right is right


def test_an_answer_is_right_by_what_it_means(judged):
    assert judged("sanqu", "否", "□是 ☑否", normal="no").right is True


def test_every_reviewer_has_to_be_named(judged):
    assert [judged("reviewers", "何一、陆二", found).right for found in ("何一\n陆二", "何一")] == [True, False]


def test_a_long_text_is_counted_by_letters(judged):
    field = judged("summary", LONG, LONG.replace("高原", "高厚"))
    assert (field.errors, field.letters, field.right) == (1, len(fold(LONG)), True)


def test_a_long_text_with_many_wrong_letters_is_wrong(judged):
    assert judged("summary", LONG, LONG[:30]).right is False


def test_a_long_text_that_was_not_found_is_wrong_in_every_letter(judged):
    assert judged("summary", LONG, None).errors == len(fold(LONG))


def test_what_stands_around_a_signed_text_is_not_counted(judged):
    assert judged("commitment", LONG, f"{LONG}\n作者签字：林晚舟 2024年10月8日").errors == 0


@pytest.mark.parametrize(
    ("marks", "sealed", "right"),
    [
        ((seal(),), True, True),
        ((), True, False),
        ((), False, True),
        ((seal(),), False, False),
        ((seal("blue"),), False, True),
        ((seal(confidence=0.3),), False, True),
    ],
)
def test_a_seal_is_told_by_a_red_mark_that_is_sure(marks, sealed, right):
    assert look_at(a_case({}, Paper(sealed), "scan"), [a_scan(*marks)], 1.0).seal is right


def test_signatures_are_told_field_by_field():
    paper = Paper(True, {"commitment": True, "reviewers": False})
    found = look_at(a_case({}, paper, "scan"), [a_scan(signed={"commitment": True, "reviewers": True})], 1.0)
    assert found.signed == (True, False)


def test_pages_are_merged_and_what_is_blank_gives_way():
    pages = [
        FormFacts(format="pdf", fields={"title": FieldValue(value="", label="作品名称")}),
        FormFacts(format="pdf", fields={"title": FieldValue(value="星海寻踪", label="作品名称")}),
    ]
    assert look_at(a_case({"title": "星海寻踪"}), pages, 1.0).judged[0].right is True


def test_figures_are_by_kind_layout_and_field():
    right = FormFacts(format="docx", fields={"title": FieldValue(value="星海", label="作品名称")})
    looked = [look_at(a_case({"title": "星海", "phone": "1"}), [right], 2.0)]
    assert figures(looked) == {
        "docx": {
            "files": 1,
            "fields": 0.5,
            "long_cer": 0.0,
            "seconds": 2.0,
            "layouts": {"two": 0.5},
            "by_field": {"title": 1.0, "phone": 0.0},
        }
    }


def test_files_that_cannot_be_read_are_counted():
    looked = [look_at(a_case({"title": "星海"}), [Broken(format="docx", reason="unreadable")], 1.0)]
    assert figures(looked)["docx"]["broken"] == 1
