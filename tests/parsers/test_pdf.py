import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.demo.rows import LAYOUTS
from ingest.demo.scans import make_scan
from ingest.demo.textpdf import make_pdf_form, make_text_pdf
from parsers.facts import Broken, FormFacts, ImageFacts, Wants
from parsers.pdf import read_pdf

WANTS = Wants(
    labels={
        "title": ("作品名称", "微视频名称", "片名"),
        "phone": ("联系电话", "手机"),
        "email": ("电子邮箱", "E-mail", "邮箱"),
    },
    titles=("推荐表",),
)
VALUES = {"title": "嫦娥之歌", "phone": "13800138000", "email": "a@163.com"}


@pytest.mark.parametrize("layout", range(LAYOUTS))
def test_the_fields_of_a_text_layer_are_read(tmp_path, layout):
    facts = read_pdf(make_pdf_form(tmp_path / "a.pdf", kind="推荐表", values=VALUES, layout=layout), WANTS)
    assert {field: found.value for field, found in facts.fields.items()} == VALUES


def test_title_pages_and_format_are_told(tmp_path):
    facts = read_pdf(make_text_pdf(tmp_path / "a.pdf", ["2024年推荐表", *["作品名称：嫦娥"] * 50]), WANTS)
    assert (facts.title, facts.pages, facts.format) == ("2024年推荐表", 2, "pdf")


def test_only_the_first_pages_are_read(tmp_path):
    path = make_text_pdf(tmp_path / "a.pdf", ["第一页"] * 40 + ["第二页的文字在这里"] * 40)
    assert "第二页" not in read_pdf(path, Wants(max_pages=1)).text


def test_a_scan_has_no_text_and_is_a_picture_of_its_pages(tmp_path):
    facts = read_pdf(make_scan(tmp_path / "a.pdf", kind="推荐表", values=VALUES), WANTS)
    assert facts == ImageFacts(format="pdf", width=595, height=842, pages=1)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return make_text_pdf(tmp_path_factory.mktemp("pdf") / "a.pdf", ["作品名称：嫦娥"]).read_bytes()


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_a_cut_off_file_is_never_an_exception(tmp_path, whole, share):
    path = tmp_path / "a.pdf"
    path.write_bytes(whole[: int(len(whole) * share)])
    assert isinstance(read_pdf(path, WANTS), Broken | ImageFacts | FormFacts)


def test_bytes_that_are_no_pdf_are_unreadable(tmp_path):
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7 and nothing else")
    assert read_pdf(tmp_path / "a.pdf", WANTS).reason == "unreadable"


def test_a_pdf_without_a_page_is_unreadable(tmp_path):
    document = pypdfium2.PdfDocument.new()
    document.save(tmp_path / "a.pdf")
    document.close()
    assert read_pdf(tmp_path / "a.pdf", WANTS).reason == "unreadable"


@given(st.integers(0, 3_000), st.integers(0, 40), st.binary(max_size=10))
def test_a_pdf_damaged_anywhere_is_some_facts(tmp_path_factory, whole, at, length, junk):
    path = tmp_path_factory.getbasetemp() / "damaged.pdf"
    path.write_bytes(whole[: at % len(whole)] + junk + whole[at % len(whole) + length :])
    assert isinstance(read_pdf(path, WANTS), Broken | ImageFacts | FormFacts)
