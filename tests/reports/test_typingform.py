"""The form laid out for staff: what it looks like to them, and what is read from it again."""

import shutil
import subprocess

import openpyxl
import pytest

from parsers import look
from parsers.facts import Wants
from reports.typingform import TypingField, TypingForm, required_first, write_typing_form

FIELDS = (
    TypingField("title", "作品名称", True, "星海寻踪", 0.82),
    TypingField("phone", "联系电话", True, "=1+1"),
    TypingField("sanqu", "是否涉及“三区”", hint="填“是”或“否”", choices=("是", "否")),
)
FORM = TypingForm("R2024-0001：录入推荐表", FIELDS, title="2024年推荐表", title_read=0.9)
WANTS = Wants(labels={"title": ("作品名称",), "phone": ("联系电话",), "sanqu": ("是否涉及“三区”",)})


@pytest.fixture
def written(tmp_path):
    write_typing_form(tmp_path / "表格.xlsx", FORM)
    return tmp_path / "表格.xlsx"


def test_the_same_form_is_the_same_bytes(written, tmp_path):
    write_typing_form(tmp_path / "again.xlsx", FORM)
    assert (tmp_path / "again.xlsx").read_bytes() == written.read_bytes()


def test_it_is_read_again_as_it_was_written(written):
    facts = look(written, WANTS, None)
    assert {name: field.value for name, field in facts.fields.items()} == {"title": "星海寻踪", "phone": "=1+1"}
    assert facts.title == "2024年推荐表"


def test_what_was_recognised_says_so_and_required_fields_are_marked(written):
    sheet = openpyxl.load_workbook(written).active
    rows = [[cell.value for cell in row][:3] for row in sheet.iter_rows(min_row=5, max_row=7)]
    assert rows == [
        ["作品名称 *", "星海寻踪", "识别结果（可信度 82%），请核对"],
        ["联系电话 *", "=1+1", None],
        ["是否涉及“三区”", None, "填“是”或“否”"],
    ]


def test_no_value_is_a_formula(written):
    sheet = openpyxl.load_workbook(written).active
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} == {"s"}


def test_a_choice_is_offered_and_other_words_are_taken(written):
    rules = openpyxl.load_workbook(written).active.data_validations.dataValidation
    listed = next(rule for rule in rules if rule.type == "list")
    assert (listed.formula1, listed.showErrorMessage) == ('"是,否"', False)


def test_required_fields_come_first():
    fields = (TypingField("a", "甲"), TypingField("b", "乙", True))
    assert [field.code for field in required_first(fields)] == ["b", "a"]


def test_it_is_read_as_libreoffice_saves_it(written, tmp_path):
    sheet = openpyxl.load_workbook(written)
    sheet.active["B7"] = "是"
    sheet.save(written)
    command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "xlsx"]
    (tmp_path / "out").mkdir()
    subprocess.run([*command, "--outdir", tmp_path / "out", written], check=True, capture_output=True, timeout=100)
    facts = look(tmp_path / "out" / "表格.xlsx", WANTS, None)
    assert {name: field.value for name, field in facts.fields.items()} == {
        "title": "星海寻踪",
        "phone": "=1+1",
        "sanqu": "是",
    }
    shutil.rmtree(tmp_path / "profile")
