"""What is said of a file."""

import pytest

from ingest.model import Part, PartSource
from ingest.views.words import file_note, megabytes, size_text
from parsers.facts import Broken, Unknown


@pytest.mark.parametrize(
    ("name", "format_", "rest", "note"),
    [
        ("成片.mp4", "mp4", {"why": "内容为视频"}, "内容为视频"),
        ("成片.mp4", "flv", {"why": "内容为视频"}, "内容为视频；扩展名 .mp4，实际为 FLV"),
        ("成片.mp4", "mp4", {"facts": Broken(format="mp4", reason="locked")}, "文件有密码，无法打开"),
        ("表.docx", "exe", {"why": "表"}, "表；扩展名 .docx，实际为 EXE；可以运行的程序或脚本"),
        ("表.doc", "doc", {"facts": Unknown(format="doc", active=("macros",)), "why": "表"}, "表；含有宏"),
        ("表.docx", "docx", {"problem": "malware", "why": "表"}, "疑似含有恶意代码，已隔离"),
    ],
)
def test_note_of_a_file(name, format_, rest, note):
    assert file_note(Part(1, 1, 1, name, 10, "0" * 64, format_, PartSource.ATTACHMENT, **rest)) == note


@pytest.mark.parametrize(
    ("size", "said"),
    [(0, "0 字节"), (10, "1 KB"), (35_000, "35 KB"), (109_000_000, "109.0 MB"), (20_226_400_000, "20.2 GB")],
)
def test_sizes_are_said_as_people_say_them(size, said):
    assert size_text(size) == said


@pytest.mark.parametrize(("size", "number"), [(0, 0.0), (10, 0.1), (109_440_000, 109.4)])
def test_sizes_in_cells_are_megabytes(size, number):
    assert megabytes(size) == number
