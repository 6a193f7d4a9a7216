"""What a name promises, against what the bytes are."""

import pytest

from parsers.endings import belied, ending, runs


@pytest.mark.parametrize(
    ("name", "format_", "said"),
    [
        ("成片.mp4", "flv", "mp4"),
        ("成片.MP4", "flv", "mp4"),
        ("成片.mp4", "mp4", ""),
        ("成片.mov", "mp4", ""),
        ("推荐表.doc", "docx", ""),
        ("推荐表.docx", "doc", "docx"),
        ("推荐表.docx", "exe", "docx"),
        ("推荐表.docx", "office-locked", ""),
        ("扫描件.pdf", "jpeg", "pdf"),
        ("说明.txt", "text", ""),
        ("说明", "exe", ""),
        ("说明.xyz", "exe", ""),
        ("说明.pdf", "unknown", ""),
        ("说明.pdf", "empty", ""),
    ],
)
def test_name_belies(name, format_, said):
    assert belied(name, format_) == said


@pytest.mark.parametrize(("name", "said"), [("a.TAR.GZ", "gz"), ("a", ""), ("a.", ""), (".bashrc", "bashrc")])
def test_ending_of_a_name(name, said):
    assert ending(name) == said


@pytest.mark.parametrize(
    ("name", "does"), [("安装.exe", True), ("看图.JPG.scr", True), ("表.docx", False), ("bat", False)]
)
def test_name_of_a_program_runs(name, does):
    assert runs(name) is does
