import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.names import MAX_NAME, clean


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("推荐表.docx", "推荐表.docx"),
        ("C:\\tmp\\表.docx", "表.docx"),
        ("a/b/../c.txt", "c.txt"),
        ("最终版..docx", "最终版.docx"),
        ("..", ""),
        (" a.txt. ", "a.txt"),
        ("cod\u202egpj.exe", "codgpj.exe"),
        ("folder/", "folder"),
        ("a\u2066\u061c\u200fgpj\u2069.exe", "agpj.exe"),
        ("a\U000e0041\u2028b.txt", "ab.txt"),
        ("CON", "CON"),
        ("e\u0301.txt", "\u00e9.txt"),
    ],
)
def test_a_name_made_fit_to_show(raw, shown):
    assert clean(raw) == shown


def test_a_long_name_keeps_its_extension():
    assert clean("长" * 300 + ".docx") == "长" * (MAX_NAME - 5) + ".docx"


@given(st.text())
def test_no_name_is_a_path(raw):
    name = clean(raw)
    assert (set(name) & set("/\\\0\n\r"), ".." in name, len(name) > MAX_NAME) == (set(), False, False)
