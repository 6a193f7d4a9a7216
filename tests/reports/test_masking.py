from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.masking import mask, mask_names


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("电话13800138000。", "电话138****8000。"),
        ("+86 138-0013-8000", "+86 138****8000"),
        ("１３８００１３８０００", "138****8000"),
        ("身份证110101199003071234", "身份证1101**********1234"),
        ("11010119900307123x", "1101**********123x"),
        ("代码 91440101MA5ABCDE0X", "代码 9144**********DE0X"),
        ("010-88886666转8008", "010-****"),
        ("(0755)88886666", "(0755)****"),
        ("zhang.san@163.com", "z***@163.com"),
    ],
)
def test_personal_numbers_are_hidden(text, masked):
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "",
        "R2024-0001 20241025",
        "91540112 字节",
        "2024-10-25 09:30",
        "时长 5分12秒；要求 2–5 分钟",
        "R2024-0001、R2024-0002",
        "全角数字１２也原样保留",
    ],
)
def test_other_text_stays(text):
    assert mask(text) == text


@given(st.text(max_size=40), st.integers(3, 9), st.integers(0, 999_999_999), st.text(max_size=40))
def test_no_mobile_number_is_left(before, second, rest, after):
    masked = mask(f"{before} 1{second}{rest:09d} {after}")
    assert not re.search(rf"1{second}{rest:09d}", masked)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("tel13800138000", "tel138****8000"),
        ("微信wx13800138000号", "微信wx138****8000号"),
        ("138.0013.8000", "138****8000"),
        ("138\u200b00138000", "138****8000"),
        ("110101 19900307 1234", "1101************1234"),
        ("卡号6222021234567890123", "卡号6222***********0123"),
        ("邮箱zhang@163.com", "邮箱z***@163.com"),
        ("张三@163.com", "张***@163.com"),
        ("科" * 70 + "zhang@163.com", "科" * 70 + "z***@163.com"),
        ("zhang＠163．com", "z***@163.com"),
    ],
)
def test_numbers_written_another_way_are_hidden_too(text, masked):
    assert mask(text) == masked


@pytest.mark.parametrize(
    ("names", "masked"),
    [
        ("", ""),
        ("林晚舟", "林**"),
        ("林晚舟、欧阳娜娜 王工", "林**、欧*** 王*"),
        ("Tom Smith", "T** S****"),
        ("星野科普传播中心", "星野科普传播中心"),
    ],
)
def test_names_keep_their_first_character(names, masked):
    assert mask_names(names) == masked
