import pytest

from ingest.rules.says import clock, listed, minutes, quote


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0秒"),
        (59, "59秒"),
        (59.96, "1分"),
        (180, "3分"),
        (252, "4分12秒"),
        (299.96, "5分"),
        (300.04, "5分"),
        (301.5, "5分1.5秒"),
    ],
)
def test_clock(seconds, said):
    assert clock(seconds) == said


def test_clock_of_a_length_no_film_has():
    assert clock(1e308) == clock(1e9)


@pytest.mark.parametrize(("low", "high", "said"), [(120, 300, "2–5 分钟"), (90, 300, "1分30秒–5分")])
def test_minutes(low, high, said):
    assert minutes(low, high) == said


def test_listed_names_five_and_counts_the_rest():
    assert listed(list("甲乙丙丁戊己")) == "甲、乙、丙、丁、戊 等 6 项"


def test_quote_is_one_line_of_bounded_length():
    assert quote("甲\n乙" + "丙" * 100) == f"“甲 乙{'丙' * 57}…”"
