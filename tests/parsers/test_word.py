import zipfile

import docx
import pytest

from ingest.demo.forms import LAYOUTS, make_form
from parsers.facts import Broken, Wants
from parsers.word import read_docx

LABELS = {
    "title": ("作品名称", "微视频名称", "片名"),
    "author": ("第一作者", "作者姓名", "主创人员"),
    "phone": ("联系电话", "手机"),
    "email": ("电子邮箱", "E-mail", "邮箱"),
    "summary": ("作品简介", "内容简介", "作品介绍"),
}
WANTS = Wants(labels=LABELS, titles=("推荐表", "自荐表"))
VALUES = {
    "title": "嫦娥之歌",
    "author": "张三",
    "phone": "13800138000",
    "email": "a@163.com",
    "summary": "一句话。\n两句话。",
}
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


@pytest.mark.parametrize("layout", range(LAYOUTS))
@pytest.mark.parametrize("kind", ["推荐表", "自荐表"])
def test_every_field_of_a_form_is_read_in_every_layout(tmp_path, kind, layout):
    facts = read_docx(make_form(tmp_path / "a.docx", kind=kind, values=VALUES, layout=layout), WANTS)
    assert {field: found.value for field, found in facts.fields.items()} == VALUES


@pytest.mark.parametrize("layout", range(LAYOUTS))
def test_an_unfilled_form_has_its_labels_and_no_value(tmp_path, layout):
    facts = read_docx(make_form(tmp_path / "a.docx", kind="推荐表", values={}, layout=layout), WANTS)
    assert {field: found.blank for field, found in facts.fields.items()} == dict.fromkeys(LABELS, True)


def test_the_title_line_is_found(tmp_path):
    facts = read_docx(make_form(tmp_path / "a.docx", kind="自荐表", values={}, title="2024年微视频自荐表"), WANTS)
    assert facts.title == "2024年微视频自荐表"


def test_merged_cells_are_read_once(tmp_path):
    document = docx.Document()
    table = document.add_table(2, 3)
    table.cell(0, 1).merge(table.cell(0, 2)).text = "嫦娥"
    table.cell(0, 0).merge(table.cell(1, 0)).text = "作品名称"
    document.save(str(tmp_path / "a.docx"))
    assert read_docx(tmp_path / "a.docx", WANTS).text == "作品名称\t嫦娥"


def written(path, body):
    """The least that is a Word document."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>')
    return path


def test_tracked_changes_are_read_as_accepted(tmp_path):
    body = "<w:p><w:del><w:r><w:delText>旧</w:delText></w:r></w:del><w:ins><w:r><w:t>新</w:t></w:r></w:ins></w:p>"
    assert read_docx(written(tmp_path / "a", body), WANTS).text == "新"


def test_a_content_control_is_looked_through(tmp_path):
    body = "<w:sdt><w:sdtContent><w:p><w:r><w:t>作品名称：嫦娥</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    assert read_docx(written(tmp_path / "a", body), WANTS).fields["title"].value == "嫦娥"


def test_a_body_by_the_name_that_word_on_the_web_gives_it_is_read(tmp_path):
    path = written(tmp_path / "a", "<w:p><w:r><w:t>作品名称：嫦娥</w:t></w:r></w:p>")
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(tmp_path / "b", "w") as renamed:
        renamed.writestr("word/document2.xml", archive.read("word/document.xml"))
    assert read_docx(tmp_path / "b", WANTS).fields["title"].value == "嫦娥"


def test_a_bomb_in_a_header_is_not_opened(tmp_path):
    path = written(tmp_path / "a", "<w:p/>")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/header1.xml", " " * (65 * 2**20))
    assert read_docx(path, WANTS).reason == "too-large"


def test_pictures_are_counted(tmp_path):
    path = written(tmp_path / "a", "<w:p/>")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("word/media/image1.png", b"x")
    assert read_docx(path, WANTS).pictures == 1


def test_entities_are_not_resolved(tmp_path):
    path = tmp_path / "a"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "word/document.xml",
            '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
            f'<w:document xmlns:w="{WORD}"><w:body><w:p><w:r><w:t>a&e;</w:t></w:r></w:p></w:body></w:document>',
        )
    assert read_docx(path, WANTS).text == "a"


def test_a_bomb_is_not_opened(tmp_path):
    path = written(tmp_path / "a", " " * (65 * 2**20))
    assert read_docx(path, WANTS).reason == "too-large"


def test_text_beyond_the_limit_is_cut(tmp_path):
    path = written(tmp_path / "a", "<w:p><w:r><w:t>" + "字" * 500 + "</w:t></w:r></w:p>")
    assert read_docx(path, Wants(max_text=100)).text == "字" * 100


def test_a_document_without_its_body_is_broken(tmp_path):
    with zipfile.ZipFile(tmp_path / "a", "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
    assert read_docx(tmp_path / "a", WANTS) == Broken(format="docx", reason="unreadable", detail="no word/document.xml")


def test_xml_that_is_none_is_broken(tmp_path):
    path = tmp_path / "a"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<w:document")
    assert read_docx(path, WANTS).reason == "unreadable"


def test_a_cut_off_document_is_broken(tmp_path):
    path = make_form(tmp_path / "a.docx", kind="推荐表", values=VALUES)
    path.write_bytes(path.read_bytes()[:5_000])
    assert read_docx(path, WANTS).reason == "bad-archive"
