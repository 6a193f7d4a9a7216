import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.charsets import decode_bytes, family


@pytest.mark.parametrize("label", ["gb2312", "GBK", "cp936", "x-gbk", "gb_2312-80", "csgb2312", "euc-cn", '"gb18030"'])
def test_every_name_of_the_chinese_family_is_read_as_gb18030(label):
    assert family(label) == "gb18030"


@pytest.mark.parametrize(
    "label", ["", "default", "unknown-8bit", "us-ascii", "zip", "rot13", "unicode_escape", "x" * 99]
)
def test_a_label_that_names_no_charset_means_guess(label):
    assert family(label) == ""


def test_gbk_bytes_under_a_utf8_label_are_read_as_gbk():
    assert decode_bytes("月球的背面".encode("gbk"), "utf-8") == "月球的背面"


def test_utf8_cut_inside_its_last_character_loses_only_that():
    assert decode_bytes("月球".encode()[:-1], "utf-8") == "月"


def test_gbk_cut_inside_its_last_character_loses_only_that():
    assert decode_bytes("月球".encode("gbk")[:-1], "gb2312") == "月"


def test_text_without_a_label_is_utf8_if_it_can_be():
    assert decode_bytes("月球".encode()) == "月球"


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_was_written_in_gb18030_comes_back(text):
    assert decode_bytes(text.encode("gb18030"), "gb2312") == text


@given(st.binary(), st.text(max_size=12))
def test_any_bytes_under_any_label_give_text(data, label):
    assert isinstance(decode_bytes(data, label), str)
