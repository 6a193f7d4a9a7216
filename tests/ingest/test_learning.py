"""An empty official form against the shipped config: what is known, new, guessed, strange, and what is not there."""

from pathlib import Path

import pytest

from ingest.config import load
from ingest.demo.docxs import add_line, grid, new_document, settled
from ingest.demo.forms import LAYOUTS, make_form
from ingest.demo.sheets import table_of
from ingest.errors import ConfigError
from ingest.learning import learn

WIDTHS = (3, 5, 3, 5)


@pytest.fixture(scope="module")
def shipped():
    return load(None, environ={}, cwd=Path.cwd())


@pytest.fixture
def learned(tmp_path, shipped):
    """What a form of these rows of labels teaches."""

    def learn_rows(*rows, title="2025年全国科普微视频大赛作品推荐表"):
        document = new_document(title)
        table_of(document, WIDTHS, [[(label, "") for label in row] for row in rows])
        return learn_document(document)

    def learn_document(document):
        path = tmp_path / "空表.docx"
        path.write_bytes(settled(document))
        return learn(path, shipped)

    learn_rows.document = learn_document
    return learn_rows


def by_name(learned, how):
    return {label.scoped: label.field for label in learned.of(how)}


def test_labels_of_the_config_are_known(learned):
    found = by_name(learned(("作品名称",), ("时长", "完 成 时 间")), "known")
    assert found == {"作品名称": "title", "时长": "duration", "完成时间": "completed_on"}


def test_a_new_name_that_ends_like_a_known_one_is_added(learned):
    assert learned(("作品名称",), ("项目联系人", "时长")).additions == {"contact": ("项目联系人",)}


def test_a_new_name_a_little_like_a_known_one_is_a_guess_and_not_added(learned):
    found = learned(("作品名称",), ("移动电话", "时长"))
    assert (by_name(found, "guess"), found.additions) == ({"移动电话": "phone"}, {})


def test_a_label_like_none_is_a_stranger(learned):
    assert by_name(learned(("作品名称",), ("责任编辑", "时长")), "stranger") == {"责任编辑": ""}


def test_words_beside_which_one_signs_are_no_labels(learned):
    found = learned(("作品名称",), ("填表日期", "签字"))
    assert [label.text for label in found.labels] == ["作品名称"]


def test_a_label_broken_over_two_lines_is_one(learned):
    assert by_name(learned(("作品\n名称",), ("责任\n编辑", "时长")), "stranger") == {"责任编辑": ""}


def test_numbers_stars_and_hints_are_no_part_of_a_label(learned):
    assert by_name(learned(("1.作品名称",), ("2.项目联系人（必填）",)), "new") == {"项目联系人": "contact"}


def test_a_starred_label_is_required(learned):
    assert "email" in learned(("作品名称",), ("*电子邮箱",)).required


def test_what_the_form_has_no_label_for_is_not_required(learned):
    found = learned(("作品名称",), ("完成时间",))
    assert (found.required, "phone" in found.absent) == (("title", "completed_on"), True)


def test_a_guess_keeps_its_field_required(learned):
    assert "phone" in learned(("作品名称",), ("移动电话",)).required


def test_a_name_in_two_sections_is_added_in_each(learned):
    document = new_document("2025年全国科普微视频大赛作品推荐表")
    for section in ("第一作者信息", "第二作者信息"):
        add_line(document, section)
        table_of(document, WIDTHS, [[("工作单位", ""), ("电话", "")]])
    assert learned.document(document).additions["phone"] == ("第一作者信息 > 电话", "第二作者信息 > 电话")


def test_a_reviewers_title_is_not_the_authors(learned):
    document = new_document("2025年全国科普微视频大赛作品自荐表")
    add_line(document, "作者信息")
    table_of(document, WIDTHS, [[("作者姓名", ""), ("职称", "")]])
    add_line(document, "审核专家")
    table_of(document, WIDTHS, [[("专家姓名", ""), ("职称", "")]])
    found = by_name(learned.document(document), "known")
    assert (found["作者信息 > 职称"], found["审核专家 > 职称"]) == ("author_title", "reviewer_titles")


def test_the_title_says_the_track(learned):
    found = [learned(("作品名称",), title=f"作品{form}").track for form in ("推荐表", "自荐表", "登记册")]
    assert [track and track.key for track in found] == ["recommended", "public", None]


@pytest.mark.parametrize("layout", range(LAYOUTS))
@pytest.mark.parametrize("kind", ["推荐表", "自荐表"])
def test_the_sample_forms_teach_nothing_new(tmp_path, shipped, kind, layout):
    found = learn(make_form(tmp_path / "空表.docx", kind=kind, values={}, layout=layout), shipped)
    assert (found.additions, found.absent, [label.how for label in found.labels if label.how != "known"]) == (
        {},
        (),
        [],
    )


def test_a_picture_is_refused_in_plain_words(tmp_path, shipped):
    from PIL import Image

    Image.new("RGB", (40, 40)).save(tmp_path / "空表.png")
    with pytest.raises(ConfigError, match="没有文字") as told:
        learn(tmp_path / "空表.png", shipped)
    assert "docx" in told.value.mend


def test_no_such_file_is_said(tmp_path, shipped):
    with pytest.raises(ConfigError, match="找不到"):
        learn(tmp_path / "无.docx", shipped)


def test_a_damaged_form_is_said(tmp_path, shipped):
    document = new_document("作品推荐表")
    grid(document, 1, (3, 3))
    (tmp_path / "空表.docx").write_bytes(settled(document)[:-200])
    with pytest.raises(ConfigError, match="读不出来"):
        learn(tmp_path / "空表.docx", shipped)
