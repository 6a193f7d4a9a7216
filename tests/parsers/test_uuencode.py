import binascii

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.transfer import decoder
from parsers.uuencode import split


def lines(data, name=b"a.doc"):
    body = [binascii.b2a_uu(data[at : at + 45]) for at in range(0, len(data), 45)]
    return [b"begin 644 " + name + b"\n", *body, b"`\n", b"end\n"]


def seen(raw, cut=10_000):
    """The text that stays, and (name, bytes, ended, junk) of each file."""
    files = []

    def keep(found):
        data = b"".join(found.pieces)
        files.append((found.name, data, found.ended, found.junk))

    text = b"".join(split((raw[at : at + cut] for at in range(0, len(raw), cut)), keep))
    return text, files


@given(st.lists(st.binary(max_size=300).filter(lambda data: data[:9].count(0) < 3), max_size=3), st.integers(1, 90))
def test_files_leave_the_text_around_them_wherever_the_pieces_end(datas, cut):
    raw = b"before\n" + b"".join(b"".join(lines(data)) + b"between\n" for data in datas)
    assert seen(raw, cut) == (
        b"before\n" + b"between\n" * len(datas),
        [(b"a.doc", data, True, False) for data in datas],
    )


@pytest.mark.parametrize(
    "text",
    [
        b"begin 123 days from now\nwe are ready\n",
        b"begin 644 a.doc\n",
        b"begin  the work\nMAIN\n",
        b"begin 644 a.doc\n\nnothing follows\n",
        b"> begin 644 a.doc\n> M1234\n",
        "begin 644 表.doc\n您好\n".encode("gbk"),
    ],
)
def test_what_only_begins_like_a_file_stays_text(text):
    assert seen(text) == (text, [])


def test_strange_lines_within_a_file_are_passed_over():
    whole = lines(bytes(range(200)))
    text, files = seen(b"".join([*whole[:3], b"--- page 2 ---\n", b"\n", *whole[3:]]))
    assert (text, files) == (b"", [(b"a.doc", bytes(range(200)), True, True)])


def test_a_file_that_is_cut_off_ends_where_the_text_goes_on():
    text, files = seen(b"".join(lines(bytes(range(200)))[:3]) + b"\nthanks and regards\n" * 30)
    assert (text, files) == (b"\nthanks and regards\n" * 30, [(b"a.doc", bytes(range(90)), False, False)])


def test_blanks_that_were_cut_off_the_ends_of_lines_are_zeros():
    data = bytes(range(1, 46)) + b"\1" + bytes(44)
    raw = b"".join(line.replace(b"`", b" ").rstrip() + b"\n" for line in lines(data))
    assert seen(raw)[1] == [(b"a.doc", data, False, False)] or seen(raw)[1][0][1] == data


def test_base64_between_begin_and_four_equals_signs():
    assert seen(b"begin-base64 644 a.txt\naGVs\nbG8=\n====\nbye") == (b"bye", [(b"a.txt", b"hello", True, False)])


def test_a_thousand_false_beginnings_cost_no_more_than_their_reading():
    text = b"begin 644 x\nno\n" * 50_000
    assert seen(text, 2**20) == (text, [])


@given(st.binary(max_size=500), st.integers(1, 60))
def test_a_body_that_is_uuencoded_as_a_whole(data, cut):
    raw, tool = b"".join(lines(data)), decoder("x-uuencode")
    out = [tool.feed(raw[at : at + cut]) for at in range(0, len(raw), cut)]
    assert (b"".join((*out, tool.close())), tool.odd) == (data, set())


@given(st.binary(max_size=400))
def test_any_bytes_are_text_or_files(junk):
    raw = b"begin 644 a\n" + junk
    text, files = seen(raw)
    assert len(text) + sum(len(data) for _, data, _, _ in files) <= len(raw) + 45
