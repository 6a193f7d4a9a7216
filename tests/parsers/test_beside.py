import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.beside import CHINA, Token, assigned, expiries, sizes, stamped, windows


def told(text, *, reach=200, lines=3):
    """Of a text in which L is a link and a digit a token: the token of each link."""
    links = [(at, at + 1) for at, sign in enumerate(text) if sign == "L"]
    tokens = [Token(at, at + 1, sign) for at, sign in enumerate(text) if sign.isdigit()]
    return [token or "-" for token in assigned(text, links, tokens, reach=reach, lines=lines)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("L 1", "1"),
        ("1 L", "1"),
        ("L", "-"),
        ("L 1 L 2", "12"),
        ("1 L 2 L", "12"),
        ("L 1\nL 2", "12"),
        ("1 L\n2 L", "12"),
        ("1\nL\n2\nL", "12"),
        ("L\n1\nL\n2", "12"),
        ("L 1\nL\nL 3", "1-3"),
        ("L L 2", "-2"),
        ("1 L L", "1-"),
        ("L 1 2 L", "12"),
        ("9 L 1 L 2", "12"),
        ("L\n\n\n\n1", "-"),
    ],
)
def test_each_link_gets_the_token_that_stands_by_it(text, expected):
    assert "".join(told(text)) == expected


def test_a_token_inside_a_links_span_is_its_own():
    assert assigned("aaaaaaaa", [(1, 5)], [Token(0, 1, "x"), Token(2, 3, "y")], reach=9, lines=9) == ["y"]


def test_a_token_out_of_reach_is_nobodys():
    assert told("L" + " " * 300 + "1") == ["-"]


@given(st.text(alphabet="L123 \n", max_size=40))
def test_no_token_goes_to_two_links(text):
    """Each digit is told apart by its place."""
    links = [(at, at + 1) for at, sign in enumerate(text) if sign == "L"]
    tokens = [Token(at, at + 1, at) for at, sign in enumerate(text) if sign.isdigit()]
    given_out = [token for token in assigned(text, links, tokens, reach=200, lines=3) if token is not None]
    assert len(given_out) == len(set(given_out))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("128.03M", [134249185]),
        ("1.2 GB", [1288490189]),
        ("20.49K | ", [20982]),
        ("1024字节", [1024]),
        ("12 bytes", [12]),
        ("４Ｍ４M", [4 * 2**20]),
        ("3.61M, 5M", [3785359, 5242880]),
        *((text, []) for text in ("1080P", "25Mbps", "M", "1.2.3M", "12345", "9" * 16 + "B")),
    ],
)
def test_a_size_needs_its_unit(text, expected):
    assert [token.value for token in sizes(text)] == expected


def test_an_end_that_never_comes_is_said_by_none():
    assert [token.value for token in expiries("a 无限期 b 2024-11-13 到期")] == [
        None,
        dt.datetime(2024, 11, 13, 23, 59, 59, tzinfo=CHINA),
    ]


@given(st.text(max_size=40))
def test_any_text_is_an_epoch_or_none(text):
    assert stamped(text) is None or text.isascii()


def test_windows_that_touch_are_one():
    assert windows([(10, 20), (25, 30), (90, 95)], 100, 5) == [(5, 35), (85, 100)]
