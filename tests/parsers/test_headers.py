import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.headers import addresses, decode_value, ids, parameters


def word(data, charset="gb2312"):
    return b"=?" + charset.encode() + b"?B?" + base64.b64encode(data) + b"?="


@given(st.text(st.characters(categories=["Lo"]), min_size=2, max_size=20), st.data())
def test_a_subject_cut_at_any_byte_between_two_words_is_whole_again(text, data):
    raw = text.encode("gb18030")
    cut = data.draw(st.integers(1, len(raw) - 1))
    assert decode_value(word(raw[:cut]) + b"\r\n " + word(raw[cut:])) == text


def test_neighbouring_words_of_two_charsets_are_each_read_in_their_own():
    assert decode_value(word("月".encode("gbk")) + b" " + word("球".encode(), "utf-8")) == "月球"


def test_space_between_word_and_plain_text_stays():
    assert decode_value(b"Re: " + word("月".encode("gbk")) + b" 2024") == "Re: 月 2024"


def test_controls_become_spaces():
    assert decode_value(b"a\x00\x07b") == "a b"


@given(st.binary())
def test_any_bytes_are_some_header(raw):
    assert "\n" not in decode_value(raw)


def test_a_parameter_before_the_first_semicolon_is_no_value():
    assert parameters(b"attachment; filename=a.txt") == ("attachment", {"filename": b"a.txt"}, {"filename": "a.txt"})


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (b'x; filename="a;b.txt"', "a;b.txt"),
        (b'x; filename="a \\"b\\".txt"', 'a "b".txt'),
        (b'x; filename="never closed.txt', "never closed.txt"),
        (b"x; filename = spaced name.txt ; other=1", "spaced name.txt"),
        (b"x; filename*1=b.txt; filename*0=a", "ab.txt"),
        (b"x; filename=plain.txt; filename*=utf-8''%E6%9C%88.txt", "月.txt"),
        (b"x; filename*=%E6%9C%88.txt", "月.txt"),
        (b'x; filename="100%25.txt"', "100%25.txt"),
        (b"x; FileName=A.TXT", "A.TXT"),
        (b'x; filename="two  spaces.txt"', "two  spaces.txt"),
    ],
)
def test_a_file_name_in_each_way_of_writing_it(raw, name):
    assert parameters(raw)[2]["filename"] == name


@given(st.binary())
def test_any_bytes_are_some_parameters(raw):
    main, raws, decoded = parameters(raw)
    assert (main == main.lower(), raws.keys()) == (True, decoded.keys())


@given(st.text(st.characters(categories=["Lo", "Lu", "Nd"]), min_size=1))
def test_an_encoded_display_name_comes_back_with_its_address(name):
    assert addresses(word(f"{name},，".encode(), "utf-8") + b" <A@b.CN>") == [(f"{name},，", "a@b.cn")]


def test_a_group_without_members_has_no_address():
    assert addresses(b"undisclosed-recipients:;") == [("undisclosed-recipients:", "")]


@given(st.binary())
def test_any_bytes_are_some_addresses(raw):
    assert all(address == address.lower() for _, address in addresses(raw))


def test_ids_lose_their_brackets():
    assert ids(b" <a@b>\r\n <c@d> junk") == ("a@b", "c@d")


def test_an_id_without_brackets_is_taken_as_it_is():
    assert ids(b"a@b") == ("a@b",)
