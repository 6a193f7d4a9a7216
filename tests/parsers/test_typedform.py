"""表格.xlsx as staff save it: any cell as people see it, whatever they did to rows and columns."""

import datetime as dt
import zipfile

import openpyxl
import pytest

from parsers import look
from parsers.facts import Broken, FieldValue, Wants
from parsers.typedform import MAX_UNPACKED, typist_of

LABELS = {
    "title": ("作品名称",),
    "completed_on": ("完成时间",),
    "duration": ("时长",),
    "phone": ("联系电话", "手机"),
    "author_title": ("职称",),
    "recommender": ("推荐单位",),
}
HEADINGS = ("栏目", "填写", "说明", "代码")


@pytest.fixture
def read(tmp_path):
    """Writes rows as a workbook and reads it as the batch does. formats: row to number format."""

    def make(*rows, formats=(), arrange=lambda book: None):
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        for number, shown_as in formats:
            book.active.cell(number, 2).number_format = shown_as
        arrange(book)
        book.save(tmp_path / "表格.xlsx")
        return look(tmp_path / "表格.xlsx", Wants(labels=LABELS, titles=("推荐表",)), None, name="表格.xlsx")

    return make


def values(facts):
    return {name: field.value for name, field in facts.fields.items()}


def test_values_stand_beside_their_labels(read):
    facts = read(HEADINGS, ("作品名称 *", "星海寻踪", "", "title"), ("手机", "010-55550000", "", "phone"))
    assert facts.format == "typed"
    assert facts.fields["title"] == FieldValue(value="星海寻踪", label="作品名称", confidence=1.0)
    assert values(facts) == {"title": "星海寻踪", "phone": "010-55550000"}


def test_it_is_read_whatever_the_file_is_called(read, tmp_path):
    read(HEADINGS, ("作品名称", "星海寻踪"))
    (tmp_path / "表格.xlsx").rename(tmp_path / "0a1b")
    assert values(look(tmp_path / "0a1b", Wants(labels=LABELS), None)) == {"title": "星海寻踪"}


def test_a_field_left_empty_is_not_there(read):
    assert values(read(HEADINGS, ("作品名称", None, "", "title"))) == {}


def test_what_the_paper_leaves_blank_is_blank(read):
    facts = read(HEADINGS, ("作品名称", "未填", "", "title"))
    assert facts.fields["title"].blank


@pytest.mark.parametrize(
    ("value", "shown_as", "seen"),
    [
        (13800000000, "General", "13800000000"),
        (dt.datetime(2023, 5, 1), "yyyy-mm-dd", "2023-05-01"),  # noqa: DTZ001 - cells have no zone
        (dt.datetime(2023, 5, 1), 'yyyy"年"m"月"', "2023年5月"),  # noqa: DTZ001
        (dt.datetime(2023, 5, 1, 8, 30), "yyyy-mm-dd hh:mm", "2023-05-01 08:30"),  # noqa: DTZ001
        (dt.time(4, 30), "h:mm", "4:30"),
        (dt.timedelta(minutes=4, seconds=30), "[h]:mm:ss", "0:04:30"),
        (0.1, "0%", "10%"),
        (4.5, "General", "4.5"),
        (510, "000000", "000510"),
        (True, "General", "TRUE"),
        ("  两行\n文字 ", "@", "两行\n文字"),
    ],
)
def test_a_cell_is_read_as_people_see_it(read, value, shown_as, seen):
    facts = read(HEADINGS, ("时长", value, "", "duration"), formats=[(2, shown_as)])
    assert values(facts) == {"duration": seen}


def test_columns_may_be_moved_and_rows_put_in_above(read):
    facts = read(("请先看说明",), (), ("说明", "填写", "栏目"), ("必填", "星海寻踪", "作品名称"))
    assert values(facts) == {"title": "星海寻踪"}


def test_a_value_of_a_type_has_its_normal_form(tmp_path, read):
    read(HEADINGS, ("完成时间", "二〇二三年五月", "", "completed_on"))
    facts = look(tmp_path / "表格.xlsx", Wants(labels=LABELS, types={"completed_on": "date"}), None)
    assert (facts.fields["completed_on"].normal, facts.fields["completed_on"].value) == ("2023-05", "二〇二三年五月")


def test_a_row_is_known_by_its_code_whatever_became_of_its_label(read):
    assert values(read(HEADINGS, ("名字", "星海寻踪", "", "title"))) == {"title": "星海寻踪"}


def test_the_form_may_stand_on_another_sheet(read):
    def arrange(book):
        book.create_sheet("封面", 0).append(["录入表"])

    assert values(read(HEADINGS, ("作品名称", "星海寻踪"), arrange=arrange)) == {"title": "星海寻踪"}


def test_title_and_typist_are_no_fields(read):
    facts = read(HEADINGS, ("表格标题", "2024年推荐表"), ("录入人", "张编辑"), ("作品名称", "星海寻踪"))
    assert (facts.title, typist_of(facts), values(facts)) == ("2024年推荐表", "张编辑", {"title": "星海寻踪"})


def test_a_formula_counts_as_what_was_computed(read, tmp_path):
    facts = read(HEADINGS, ("作品名称", '="星海"&"寻踪"', "", "title"))
    assert values(facts) == {}  # no program has computed it


def test_a_workbook_without_the_headings_is_no_such_form(read):
    assert read(("序号", "名称"), (1, "星海寻踪")).format == "xlsx"


def test_a_workbook_that_unpacks_to_too_much_is_broken(read, monkeypatch):
    monkeypatch.setattr("parsers.typedform.MAX_UNPACKED", 100)
    assert read(HEADINGS, ("作品名称", "星海寻踪")) == Broken(format="xlsx", reason="too-large")
    assert MAX_UNPACKED > 1_000_000


def test_a_damaged_file_is_broken(tmp_path, read):
    read(HEADINGS, ("作品名称", "星海寻踪"))
    with zipfile.ZipFile(tmp_path / "表格.xlsx") as whole, zipfile.ZipFile(tmp_path / "坏.xlsx", "w") as damaged:
        for name in whole.namelist():
            damaged.writestr(name, whole.read(name)[:200])
    assert look(tmp_path / "坏.xlsx", Wants(labels=LABELS), None, name="坏.xlsx").fact == "broken"
