import logging
import zipfile

import pytest

from ingest.demo.locked import lock_office, lock_pdf
from ingest.demo.textpdf import make_text_pdf
from parsers import look
from parsers.archive import read_archive
from parsers.facts import ArchiveFacts, Broken, FormFacts, Limits, Wants
from parsers.ole import ole_format
from parsers.unlock import MAX_OFFICE_BYTES, may_be_locked

TEXT = "科普微视频推荐表，作品名称：星海寻踪"


@pytest.fixture
def pdf(tmp_path):
    """A locked PDF with a text."""
    plain = make_text_pdf(tmp_path / "plain.pdf", [TEXT])
    return lambda password="kepu", **rest: lock_pdf(plain, tmp_path / "a.pdf", password, **rest)


@pytest.fixture
def docx(tmp_path):
    """A locked package."""
    plain = tmp_path / "plain.docx"
    with zipfile.ZipFile(plain, "w") as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("word/document.xml", TEXT * 100)
    return lambda password="kepu": lock_office(plain, tmp_path / "a.docx", password)


def copy_of(path, tmp_path, *passwords, limits=Limits()):
    """Where the copy lies, after it was made."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    facts = read_archive(path, scratch, limits, name="表.x", passwords=passwords)
    [member] = facts.members
    return member, scratch / member.path


def test_a_pdf_opens_with_its_password(pdf, tmp_path):
    member, copy = copy_of(pdf(), tmp_path, "wrong", "kepu")
    facts = look(copy, Wants(), None)
    assert (member.name, isinstance(facts, FormFacts), facts.text) == ("表.x", True, TEXT)


def test_the_copy_of_a_pdf_is_not_locked(pdf, tmp_path):
    assert may_be_locked(copy_of(pdf(), tmp_path, "kepu")[1], "pdf") is False


def test_a_package_of_office_opens_with_its_password(docx, tmp_path):
    _, copy = copy_of(docx(), tmp_path, "wrong", "kepu")
    with zipfile.ZipFile(copy) as package:
        assert package.read("word/document.xml").decode() == TEXT * 100


@pytest.mark.parametrize(("passwords", "problem"), [((), "locked"), (("a", "b"), "wrong-password")])
def test_a_pdf_stays_locked_without_its_password(pdf, passwords, problem):
    facts = read_archive(pdf(), None, Limits(), passwords=passwords)
    assert facts == ArchiveFacts(format="pdf", problem=problem)


@pytest.mark.parametrize(("passwords", "problem"), [((), "locked"), (("a", "b"), "wrong-password")])
def test_a_package_of_office_stays_locked_without_its_password(docx, passwords, problem):
    facts = read_archive(docx(), None, Limits(), passwords=passwords)
    assert facts == ArchiveFacts(format="office-locked", problem=problem)


def test_a_pdf_that_only_may_not_be_changed_is_open(pdf):
    path = pdf(to_open=False)
    assert (may_be_locked(path, "pdf"), read_archive(path, None, Limits())) == (True, ArchiveFacts(format="pdf"))


@pytest.mark.parametrize("found", ["pdf", "docx"])
def test_a_plain_document_is_not_locked(tmp_path, found):
    assert may_be_locked(make_text_pdf(tmp_path / "a.pdf", [TEXT]), found) is False


def test_the_mark_of_a_locked_pdf_is_found_wherever_it_lies(tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-" + bytes(2**20 - 9) + b"/Encrypt")
    assert may_be_locked(path, "pdf") is True


@pytest.mark.parametrize("name", ["pdf", "docx"])
def test_a_copy_beyond_the_bound_is_not_kept(pdf, docx, tmp_path, name):
    path = {"pdf": pdf, "docx": docx}[name]()
    facts = read_archive(path, tmp_path, Limits(max_bytes=100), passwords=["kepu"])
    assert (facts.problem, [member.sha256 for member in facts.members if member.sha256]) == ("too-large", [])


def test_a_package_of_too_many_rounds_is_left_alone(docx):
    path = docx()
    path.write_bytes(path.read_bytes().replace(b'spinCount="100000"', b'spinCount="900000"'))
    assert read_archive(path, None, Limits(), passwords=["kepu"]).reason == "unsupported"


def test_entities_in_a_package_are_not_read(docx):
    path = docx()
    path.write_bytes(path.read_bytes().replace(b"<?xml version=", b"<!DOCTYPE a []"))
    assert read_archive(path, None, Limits(), passwords=["kepu"]).reason == "unreadable"


@pytest.mark.parametrize("cut", [600, 2000, 4000])
def test_a_package_cut_off_is_no_crash(docx, cut):
    path = docx()
    path.write_bytes(path.read_bytes()[:cut])
    with path.open("rb") as file:
        locked = ole_format(file) == "office-locked"
    facts = read_archive(path, None, Limits(), passwords=["kepu"])
    assert isinstance(facts, Broken if locked else ArchiveFacts | Broken)


def test_a_package_too_large_for_memory_is_left_alone(docx):
    path = docx()
    with path.open("r+b") as file:
        file.truncate(MAX_OFFICE_BYTES + 1)
    assert read_archive(path, None, Limits(), passwords=["kepu"]).reason == "too-large"


def test_no_password_is_logged(docx, caplog):
    with caplog.at_level(logging.DEBUG):
        read_archive(docx("geheim-7"), None, Limits(), passwords=["geheim-7"])
    assert "geheim-7" not in caplog.text
