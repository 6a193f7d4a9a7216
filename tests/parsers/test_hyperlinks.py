"""Where words of a Word document lead: what the text does not say."""

import zipfile

import pytest

from parsers.facts import MAX_LINKS, Wants
from parsers.word import read_docx

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
BAIDU = "https://pan.baidu.com/s/1kPuDeMo2024xKe0PuSh1Pin"
WANTS = Wants()


@pytest.fixture
def document(tmp_path):
    """The least that is a Word document, with relationships by id, or with `rels` as they are."""

    def make(body, rels="", **targets):
        kinds = "".join(
            f'<Relationship Id="{key}" Type="{OFFICE}/hyperlink" Target="{target}" TargetMode="External"/>'
            for key, target in targets.items()
        )
        with zipfile.ZipFile(tmp_path / "a.docx", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("[Content_Types].xml", "<Types/>")
            text = f'<w:document xmlns:w="{WORD}" xmlns:r="{OFFICE}"><w:body>{body}</w:body></w:document>'
            archive.writestr("word/document.xml", text)
            rels = rels or f'<Relationships xmlns="{PACKAGE}">{kinds}</Relationships>'
            archive.writestr("word/_rels/document.xml.rels", rels)
        return read_docx(tmp_path / "a.docx", WANTS)

    return make


def link(key, words="下载"):
    return f'<w:p><w:hyperlink r:id="{key}"><w:r><w:t>{words}</w:t></w:r></w:hyperlink></w:p>'


def test_an_address_behind_words_is_told_beside_the_text(document):
    facts = document(link("a"), a=BAIDU)
    assert (facts.text, facts.addresses) == ("下载", (BAIDU,))


def test_an_address_behind_several_words_is_told_once(document):
    assert document(link("a") + link("b"), a=BAIDU, b=BAIDU).addresses == (BAIDU,)


@pytest.mark.parametrize("words", [BAIDU, BAIDU.removeprefix("https://")])
def test_an_address_that_the_text_says_is_not_told_again(document, words):
    assert document(link("a", words), a=f"{BAIDU}/").addresses == ()


def test_an_address_that_no_word_leads_to_is_none(document):
    assert document(link("b"), a=BAIDU).addresses == ()


@pytest.mark.parametrize("target", ["file:///etc/passwd", "mailto:a@b.cn", "#_Toc1", "javascript:alert(1)", "http://"])
def test_only_web_addresses_are_told(document, target):
    assert document(link("a"), a=target).addresses == ()


def test_an_address_in_a_field_code_is_told_though_it_is_in_pieces(document):
    pieces = (' HYPERLINK "https://pan.baidu', '.com/s/1kPuDeMo2024xKe0PuSh1Pin" ')
    codes = "".join(f"<w:r><w:instrText>{piece}</w:instrText></w:r>" for piece in pieces)
    assert document(f"<w:p>{codes}<w:r><w:t>下载</w:t></w:r></w:p>").addresses == (BAIDU,)


def test_so_many_addresses_and_no_more(document):
    targets = {f"a{number}": f"{BAIDU}{number}" for number in range(MAX_LINKS + 5)}
    assert len(document("".join(map(link, targets)), **targets).addresses) == MAX_LINKS


@pytest.mark.parametrize(
    "rels", ["no xml", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "<a>" + " " * 2**20 + "</a>"], ids=len
)
def test_relationships_that_are_none_leave_the_text(document, rels):
    facts = document(link("a"), rels=rels)
    assert (facts.text, facts.addresses) == ("下载", ())
