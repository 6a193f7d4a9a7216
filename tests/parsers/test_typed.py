import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.typed import BESIDE, DOUBTFUL, HEDGED, KINDS, NOTHING, SUPPLIED, SURE, Typed, read_typed


@pytest.mark.parametrize(
    ("text", "normal", "confidence"),
    [
        ("2023年5月", "2023-05", SURE),
        ("2023.5.1", "2023-05-01", SURE),
        ("２０２３．５．１", "2023-05-01", SURE),
        ("2023。5。1", "2023-05-01", SURE),
        ("2023-05-01", "2023-05-01", SURE),
        ("20230501", "2023-05-01", SURE),
        ("二〇二三年五月一日", "2023-05-01", SURE),
        ("二零二三年十二月", "2023-12", SURE),
        ("2023年", "2023", SURE),
        ("2023/05/01-06/01", "2023-05-01/2023-06-01", SURE),
        ("2023.5.1—2023.6.1", "2023-05-01/2023-06-01", SURE),
        ("2023年3月至8月", "2023-03/2023-08", SURE),
        ("2023年5月1日首播于央视", "2023-05-01", BESIDE),
        ("23年5月1日", "2023-05-01", SUPPLIED),
        ("2023年5月至今", "2023-05/..", SUPPLIED),
        ("预计2023年5月", "2023-05", HEDGED),
        ("约2023年5月", "2023-05", HEDGED),
    ],
)
def test_date(text, normal, confidence):
    assert read_typed("date", text) == Typed(normal, confidence)


@pytest.mark.parametrize("text", ["5月1日", "2023年13月", "2023-02-30", "去年", "无"])
def test_what_is_no_date(text):
    assert read_typed("date", text) == NOTHING


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("4分30秒", "270"),
        ("4 分 30 秒", "270"),
        ("4'30\"", "270"),
        ("4′30″", "270"),
        ("4’30”", "270"),
        ("4'30''", "270"),
        ("00:04:30", "270"),
        ("04：30", "270"),
        ("00:04:30:12", "270"),
        ("270秒", "270"),
        ("270s", "270"),
        ("4min30s", "270"),
        ("4m30s", "270"),
        ("4.5分钟", "270"),
        ("4分半", "270"),
        ("四分三十秒", "270"),
        ("４分３０秒", "270"),
        ("4分30", "270"),
        ("4分钟", "240"),
        ("1小时2分", "3720"),
        ("共4分30秒（270秒）", "270"),
        ("4分30.5秒", "270.5"),
    ],
)
def test_duration(text, seconds):
    assert read_typed("duration", text) == Typed(seconds, SURE)


@pytest.mark.parametrize(("text", "seconds"), [("270", "270"), ("5", "300")])
def test_a_duration_without_its_unit_is_a_guess_and_says_so(text, seconds):
    assert read_typed("duration", text) == Typed(seconds, 0.4)


def test_a_duration_that_hedges_is_less_sure():
    assert read_typed("duration", "约5分钟") == Typed("300", HEDGED)


@pytest.mark.parametrize("text", ["4.30", "45", "无", "3分钟、5分钟", "2023年5月"])
def test_what_is_no_one_duration(text):
    assert read_typed("duration", text) == NOTHING


@pytest.mark.parametrize(
    ("text", "normal", "confidence"),
    [
        ("13800138000", "13800138000", SURE),
        ("138 0013 8000", "13800138000", SURE),
        ("138-0013-8000", "13800138000", SURE),
        ("+86 13800138000", "13800138000", SURE),
        ("008613800138000", "13800138000", SURE),
        ("１３８００１３８０００", "13800138000", SURE),
        ("010-12345678", "010-12345678", SURE),
        ("（010）12345678", "010-12345678", SURE),
        ("0571 5555 7550", "0571-55557550", SURE),
        ("010-12345678转801", "010-12345678-801", SURE),
        ("010-12345678-801", "010-12345678-801", SURE),
        ("010—12345678", "010-12345678", SURE),
        ("张三 13800138000", "13800138000", SURE),
        ("13800138000、13900139000", "13800138000 13900139000", SURE),
        ("010-12345678 / 13800138000", "13800138000 010-12345678", SURE),
        ("400-123-4567", "4001234567", SUPPLIED),
        ("12345678", "", 0.0),
        ("87654321", "87654321", SUPPLIED),
        ("1380013800", "", 0.0),
        ("13800138000 1380013", "13800138000", HEDGED),
    ],
)
def test_phone(text, normal, confidence):
    assert read_typed("phone", text) == Typed(normal, confidence)


@pytest.mark.parametrize(
    ("text", "normal", "confidence"),
    [
        ("Zhang.San@163.com", "zhang.san@163.com", SURE),
        ("zhangsan＠163.com", "zhangsan@163.com", SURE),
        ("zhangsan @ 163.com", "zhangsan@163.com", BESIDE),
        ("zhangsan@163。com", "zhangsan@163.com", HEDGED),
        ("zhangsan@163,com", "zhangsan@163.com", HEDGED),
        ("a@163.com；b@126.com", "a@163.com b@126.com", SURE),
        ("a@163.com 或 b@", "a@163.com", DOUBTFUL),
        ("zhangsan163.com", "", 0.0),
    ],
)
def test_email(text, normal, confidence):
    assert read_typed("email", text) == Typed(normal, confidence)


@pytest.mark.parametrize(
    ("text", "normal", "confidence"),
    [
        ("11010519491231002X", "11010519491231002X", SURE),
        ("11010519491231002x", "11010519491231002X", SURE),
        ("110105 19491231 002X", "11010519491231002X", SURE),
        ("110105194912310021", "110105194912310021", DOUBTFUL),
        ("110105491231002", "110105491231002", BESIDE),
        ("91350100M000100Y43", "91350100M000100Y43", SURE),
        ("统一社会信用代码：91350100M000100Y43", "91350100M000100Y43", SURE),
        ("91350100M000100Y44", "91350100M000100Y44", DOUBTFUL),
        ("91350100MO00100Y43", "91350100MO00100Y43", DOUBTFUL),
        ("1101**********002X", "", 0.0),
    ],
)
def test_id(text, normal, confidence):
    assert read_typed("id", text) == Typed(normal, confidence)


@pytest.mark.parametrize(
    ("text", "normal", "confidence"),
    [
        ("https://www.bilibili.com/video/BV1xx", "https://www.bilibili.com/video/BV1xx", SURE),
        ("网址：https://v.qq.com/x/a.html。", "https://v.qq.com/x/a.html", SURE),
        ("www.cctv.com/v/1", "https://www.cctv.com/v/1", SUPPLIED),
        ("http://a.cn/1，http://b.cn/2", "http://a.cn/1 http://b.cn/2", SURE),
        ("a@163.com", "", 0.0),
        ("央视频客户端", "", 0.0),
    ],
)
def test_url(text, normal, confidence):
    assert read_typed("url", text) == Typed(normal, confidence)


@pytest.mark.parametrize(
    ("text", "normal", "confidence"),
    [
        ("5%", "0.05", SURE),
        ("约3%", "0.03", SURE),
        ("引用公版音乐1段，约占3%", "0.03", BESIDE),
        ("百分之五", "0.05", BESIDE),
        ("原创部分95%", "0.05", BESIDE),
        ("无", "0", BESIDE),
        ("画面5%，音乐3%", "0.05", DOUBTFUL),
        ("背景音乐已获授权", "", 0.0),
    ],
)
def test_share(text, normal, confidence):
    assert read_typed("share", text) == Typed(normal, confidence)


@pytest.mark.parametrize(
    ("text", "normal", "confidence"),
    [
        ("是", "yes", SURE),
        ("否", "no", SURE),
        ("不是", "no", SURE),
        ("是，延安市", "yes", BESIDE),
        ("√", "yes", BESIDE),
        ("×", "no", BESIDE),
        ("是☑ 否□", "yes", SURE),
        ("□是 √否", "no", SURE),
        ("☑是 ☑否", "", 0.0),
        ("□是 □否", "", 0.0),
        ("是否", "", 0.0),
        ("延安市", "", 0.0),
    ],
)
def test_yesno(text, normal, confidence):
    assert read_typed("yesno", text) == Typed(normal, confidence)


@pytest.mark.parametrize(
    ("text", "normal", "confidence"),
    [("100038", "100038", SURE), ("100 038", "100038", SURE), ("邮编100038", "100038", BESIDE), ("10003", "", 0.0)],
)
def test_postcode(text, normal, confidence):
    assert read_typed("postcode", text) == Typed(normal, confidence)


def test_a_list_is_parted_at_commas_but_not_within_brackets():
    assert read_typed("list", "甲一（研究员、博导）、乙二\n丙三") == Typed("甲一（研究员、博导）\n乙二\n丙三", SURE)


def test_a_kind_nobody_knows_gives_nothing():
    assert read_typed("colour", "red") == NOTHING


@given(st.sampled_from(sorted(KINDS)), st.text(max_size=60))
def test_any_text_gives_some_value_and_none_is_ever_sure_of_nothing(kind, text):
    typed = read_typed(kind, text)
    assert 0.0 <= typed.confidence <= 1.0
    assert bool(typed.normal) == (typed.confidence > 0.0)


@given(st.sampled_from(["phone", "id", "postcode"]), st.from_regex(r"[0-9 \-转X]{5,40}", fullmatch=True))
def test_no_digit_is_ever_made_up_or_changed(kind, text):
    read = read_typed(kind, text).normal
    assert all(
        piece.replace("-", "") in text.replace(" ", "").replace("-", "").replace("转", "") for piece in read.split()
    )


def test_word_right_before_an_address_makes_it_doubtful():
    assert read_typed("email", "zhang san@x.cn") == Typed("san@x.cn", 0.3)
