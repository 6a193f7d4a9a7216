import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.values import DateSpan, chinese_number, read_dates, read_shares

D = dt.date


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2023年5月1日", D(2023, 5, 1), D(2023, 5, 1)),
        ("2023.5.1", D(2023, 5, 1), D(2023, 5, 1)),
        ("2023-05-01", D(2023, 5, 1), D(2023, 5, 1)),
        ("2023/5/1", D(2023, 5, 1), D(2023, 5, 1)),
        ("20230501", D(2023, 5, 1), D(2023, 5, 1)),
        ("２０２３．０５．０１", D(2023, 5, 1), D(2023, 5, 1)),
        ("2023 年 5 月 1 日", D(2023, 5, 1), D(2023, 5, 1)),
        ("二〇二三年五月一日", D(2023, 5, 1), D(2023, 5, 1)),
        ("二○二三年十二月三十一日", D(2023, 12, 31), D(2023, 12, 31)),
        ("2023年五月廿一日", D(2023, 5, 21), D(2023, 5, 21)),
        ("23年5月1日", D(2023, 5, 1), D(2023, 5, 1)),
        ("2023-05-01 20:30", D(2023, 5, 1), D(2023, 5, 1)),
        ("2023-05-01T20:30:00", D(2023, 5, 1), D(2023, 5, 1)),
        ("2023年5月1日CCTV-10首播", D(2023, 5, 1), D(2023, 5, 1)),
        ("2023年5月", D(2023, 5, 1), D(2023, 5, 31)),
        ("2023年5月份", D(2023, 5, 1), D(2023, 5, 31)),
        ("2023年2月", D(2023, 2, 1), D(2023, 2, 28)),
        ("2023-12", D(2023, 12, 1), D(2023, 12, 31)),
        ("202305", D(2023, 5, 1), D(2023, 5, 31)),
        ("2023年12月底", D(2023, 12, 1), D(2023, 12, 31)),
        ("2023", D(2023, 1, 1), D(2023, 12, 31)),
        ("2023年上半年", D(2023, 1, 1), D(2023, 12, 31)),
        ("2023/05/01-06/01", D(2023, 5, 1), D(2023, 6, 1)),
        ("2023-05-01-06-01", D(2023, 5, 1), D(2023, 6, 1)),
        ("2023.05.01~2023.06.01", D(2023, 5, 1), D(2023, 6, 1)),
        ("2023年5月1日—6月1日", D(2023, 5, 1), D(2023, 6, 1)),
        ("2023年5月1-3日", D(2023, 5, 1), D(2023, 5, 3)),
        ("2023.5-8", D(2023, 5, 1), D(2023, 8, 31)),
        ("2023年3月至8月", D(2023, 3, 1), D(2023, 8, 31)),
        ("2022年12月至2023年3月", D(2022, 12, 1), D(2023, 3, 31)),
        ("2023-2024年", D(2023, 1, 1), D(2024, 12, 31)),
        ("2023年5月1日首播，6月3日重播", D(2023, 5, 1), D(2023, 6, 3)),
        ("2023年5月1日（2024年1月修改）", D(2023, 5, 1), D(2024, 1, 31)),
        ("2023年5月至今", D(2023, 5, 1), dt.date.max),
        ("2023年5月以后", D(2023, 5, 1), dt.date.max),
        ("2023年12月31日前", dt.date.min, D(2023, 12, 31)),
    ],
)
def test_read_dates(text, first, last):
    assert read_dates(text) == DateSpan(first, last)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "无",
        "去年",
        "19:30",
        "2023年13月",
        "2023-02-30",
        "2023年5月32日",
        "2023.13.5",
        "2023年0月",
        "2023年11月-2月",
        "2023年8月至2023年3月",
        "13800138000",
        "110101202301011234",
    ],
)
def test_read_dates_of_what_is_no_date(text):
    assert read_dates(text) is None


@pytest.mark.parametrize("text", ["预计2023年5月", "约2023年5月", "2023年5月左右", "拟于2023年5月"])
def test_read_dates_that_hedge_are_not_sure(text):
    assert read_dates(text) == DateSpan(D(2023, 5, 1), D(2023, 5, 31), sure=False)


@given(st.dates(D(1950, 1, 1), D(2049, 12, 31)), st.sampled_from("年.-/"))
def test_read_dates_reads_every_day_however_written(day, mark):
    written = f"{day.year}年{day.month}月{day.day}日" if mark == "年" else f"{day.year}{mark}{day.month}{mark}{day.day}"
    assert read_dates(written) == DateSpan(day, day)


@given(st.text(alphabet="0123456789年月日.-/至到〇一二三十 约前", max_size=40))
def test_read_dates_of_anything_is_a_span_or_none(text):
    span = read_dates(text)
    assert span is None or span.first <= span.last


@pytest.mark.parametrize(
    ("first", "last", "within", "outside"),
    [
        (D(2023, 1, 1), D(2023, 12, 31), True, False),
        (D(2022, 12, 31), D(2023, 1, 1), False, False),
        (D(2024, 1, 1), D(2024, 1, 1), False, True),
        (D(2022, 1, 1), D(2022, 12, 31), False, True),
        (D(2022, 1, 1), D(2024, 12, 31), False, False),
    ],
)
def test_date_span_against_a_window(first, last, within, outside):
    span, window = DateSpan(first, last), (D(2023, 1, 1), D(2023, 12, 31))
    assert (span.within(*window), span.outside(*window)) == (within, outside)


@pytest.mark.parametrize(
    ("text", "number"),
    [("一", 1), ("十", 10), ("十二", 12), ("二十", 20), ("二十一", 21), ("廿一", 21), ("三十一", 31), ("二〇", 20)],
)
def test_chinese_number(text, number):
    assert chinese_number(text) == number


def test_chinese_number_of_another_character_is_none():
    with pytest.raises(ValueError, match="not a Chinese numeral"):
        chinese_number("百")


@pytest.mark.parametrize(
    ("text", "shares"),
    [
        ("5%", (0.05,)),
        ("约５％", (0.05,)),
        ("8.5%", (0.085,)),
        ("百分之五", (0.05,)),
        ("百分之十二", (0.12,)),
        ("百分之12.5", (0.125,)),
        ("十分之一", (0.1,)),
        ("五分之一", (0.2,)),
        ("1/10", (0.1,)),
        ("5%-8%", (0.05, 0.08)),
        ("原创95%，非原创5%", (0.05, 0.05)),
        ("原创部分占90%", (0.1,)),
        ("100%原创", (0.0,)),
        ("非 原创占12%", (0.12,)),
        ("120%", ()),
        ("2023/05/01", ()),
        ("无", ()),
    ],
)
def test_read_shares(text, shares):
    assert read_shares(text) == shares


@given(st.text(alphabet="0123456789.%/百十分之一二原创非", max_size=40))
def test_read_shares_of_anything_are_shares(text):
    assert all(0 <= share <= 1 for share in read_shares(text))
