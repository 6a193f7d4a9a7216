import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.demo.forms import make_form
from ingest.demo.scans import make_scan
from parsers import look
from parsers.facts import Broken, ImageFacts, Unknown, Wants, from_json, to_json


def test_a_picture_called_docx_is_a_picture(tmp_path):
    path = make_scan(tmp_path / "表.docx", kind="推荐表", values={}, fmt="jpg")
    assert isinstance(look(path, Wants(), None, name="表.docx"), ImageFacts)


def test_a_form_called_jpg_is_a_form(tmp_path):
    path = make_form(tmp_path / "表.jpg", kind="推荐表", values={"title": "嫦娥"})
    facts = look(path, Wants(labels={"title": ("作品名称",)}), None)
    assert facts.fields["title"].value == "嫦娥"


def test_an_empty_file_is_broken(tmp_path):
    (tmp_path / "a").touch()
    assert look(tmp_path / "a", Wants(), None) == Broken(format="empty", reason="empty")


@pytest.mark.parametrize(
    ("data", "kind"), [(b"MZ" + bytes(100), "exe"), (b"8BPS\0\1", "psd"), ("文字".encode(), "text")]
)
def test_a_format_without_a_parser_is_unknown(tmp_path, data, kind):
    (tmp_path / "a").write_bytes(data)
    assert look(tmp_path / "a", Wants(), None) == Unknown(format=kind)


def test_a_file_that_is_not_there_is_our_trouble(tmp_path):
    with pytest.raises(FileNotFoundError):
        look(tmp_path / "none", Wants(), None)


def test_a_scratch_folder_that_is_not_there_is_our_trouble(tmp_path):
    (tmp_path / "a").write_bytes(b"Subject: x\nFrom: a@b\nContent-Disposition: attachment\n\nx")
    with pytest.raises(FileNotFoundError):
        look(tmp_path / "a", Wants(), tmp_path / "none")


def test_heavy_libraries_wait_until_they_are_needed():
    heavy = {"PIL", "pypdfium2", "lxml", "selectolax", "pymediainfo", "docx"}
    code = f"import sys, parsers; print({heavy!r} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"


MAGIC = [
    b"",
    b"%PDF-1.7\n",
    b"\xff\xd8\xff",
    b"\x89PNG\r\n\x1a\n",
    b"II*\0",
    b"GIF89a",
    b"BM",
    b"PK\x03\x04",
    b"\x1f\x8b\x08",
    b"From: a\nSubject: b\n",
]


@given(st.sampled_from(MAGIC), st.binary(max_size=1_000))
def test_any_bytes_have_facts_that_survive_json(tmp_path_factory, magic, rest):
    path = tmp_path_factory.getbasetemp() / "looked"
    path.write_bytes(magic + rest)
    facts = look(path, Wants(), None)
    assert from_json(to_json(facts)) == facts
