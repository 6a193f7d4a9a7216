import re
import zipfile
from pathlib import Path

import docx
import pytest

from ingest.demo.forms import LAYOUTS, make_form
from ingest.demo.rows import SAMPLE_NOTE, form_rows

VALUES = {"title": "星海寻踪", "author": "林晚舟", "phone": "010-5555 0101", "summary": "讲述一颗星的一生。"}


def whole_text(path: Path) -> str:
    document = docx.Document(str(path))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([p.text for p in document.paragraphs] + cells)


@pytest.mark.parametrize("layout", range(LAYOUTS))
@pytest.mark.parametrize("field", sorted(VALUES))
def test_value_is_found_in_every_layout(tmp_path: Path, layout: int, field: str) -> None:
    form = make_form(tmp_path / "f.docx", kind="推荐表", values=VALUES, layout=layout)
    assert VALUES[field] in whole_text(form)


@pytest.mark.parametrize("layout", range(2))
def test_value_stands_right_of_its_label(tmp_path: Path, layout: int) -> None:
    form = make_form(tmp_path / "f.docx", kind="推荐表", values=VALUES, layout=layout)
    label = form_rows("推荐表", VALUES, layout=layout)[0][0].label
    cells = [c.text for row in docx.Document(str(form)).tables[0].rows for c in row.cells]
    assert cells[cells.index(label) + 1] == "星海寻踪"


def test_last_layout_writes_lines_of_label_and_value(tmp_path: Path) -> None:
    form = make_form(tmp_path / "f.docx", kind="推荐表", values=VALUES, layout=2)
    assert "片　　名：星海寻踪" in [p.text for p in docx.Document(str(form)).paragraphs]


def test_heading_names_year_and_kind(tmp_path: Path) -> None:
    form = make_form(tmp_path / "f.docx", kind="自荐表", values={}, year=2025)
    assert docx.Document(str(form)).paragraphs[0].text == "2025年全国科普微视频大赛作品自荐表"


@pytest.mark.parametrize("layout", range(LAYOUTS))
def test_form_says_that_it_is_a_sample(tmp_path: Path, layout: int) -> None:
    assert SAMPLE_NOTE in whole_text(make_form(tmp_path / "f.docx", kind="自荐表", values={}, layout=layout))


def test_label_left_out_is_not_in_the_form(tmp_path: Path) -> None:
    form = make_form(tmp_path / "f.docx", kind="自荐表", values={}, without=["phone"])
    assert re.search("联系电话|手", whole_text(form)) is None


def test_wide_values_stand_in_merged_cells(tmp_path: Path) -> None:
    form = make_form(tmp_path / "f.docx", kind="推荐表", values=VALUES)
    assert b"<w:gridSpan" in zipfile.ZipFile(form).read("word/document.xml")


def test_sections_run_down_over_merged_cells(tmp_path: Path) -> None:
    form = make_form(tmp_path / "f.docx", kind="推荐表", values=VALUES, layout=1)
    assert b"<w:vMerge" in zipfile.ZipFile(form).read("word/document.xml")


@pytest.mark.parametrize("layout", range(LAYOUTS))
def test_same_arguments_give_the_same_bytes(tmp_path: Path, layout: int) -> None:
    forms = [make_form(tmp_path / n, kind="推荐表", values=VALUES, layout=layout) for n in ("a.docx", "b.docx")]
    assert forms[0].read_bytes() == forms[1].read_bytes()


def test_value_without_a_place_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="recommender"):
        make_form(tmp_path / "f.docx", kind="自荐表", values={"recommender": "广东省科学技术厅"})
