import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.model import Kind
from ingest.names import find_ids, fold, kind_hint, same_title, title_guess, title_in


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("《探月之路》", "探月之路"),
        ("探月 之路", "探月之路"),
        ("ＡＢＣ１２３", "abc123"),
        ("探月·之路！", "探月之路"),
        ("5G，来了", "5g来了"),
        ("甲丨乙", "甲|乙"),
    ],
)
def test_fold_makes_spellings_alike(one, other):
    assert fold(one) == fold(other)


@given(st.text(alphabet="Aａ1１ 　《》【】。，,.-—·丨|甲乙Ⅻ①ﬁß"))
def test_fold_twice_is_fold_once(text):
    once = fold(text)
    assert fold(once) == once


def test_same_title_of_spellings_is_sure():
    assert same_title("《探月之路》", "探月 之路") == 1.0


@pytest.mark.parametrize(("one", "other"), [("", "探月之路"), ("《》", "《》"), ("探月之路", "深海之光与歌")])
def test_same_title_of_nothing_or_another_is_unlikely(one, other):
    assert same_title(one, other) < 0.5


def test_same_title_with_a_slip_is_likely_not_sure():
    assert 0.8 < same_title("探月之路的科学家们", "探月之路的科学家门") < 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("量子世界漫游第一集", "量子世界漫游第二集"), ("种子的故事1", "种子的故事2"), ("种子的故事上", "种子的故事下")],
)
def test_same_title_with_another_number_is_another_work(one, other):
    assert same_title(one, other) <= 0.5


@pytest.mark.parametrize(
    "text",
    [
        "R2024-0001",
        "r2024—0001",
        "Ｒ２０２４－０００１",
        "R2024 0001",
        "R 2024-0001",
        "R20240001",
        "R2024_0001",
        "登记号：R2024－0001。",
        "补充材料R2024-1",
    ],
)
def test_find_ids_as_people_write_them(text):
    assert find_ids(text, ["R", "P"], 2024) == ["R2024-0001"]


@pytest.mark.parametrize(
    "text",
    ["R2023-0001", "X2024-0001", "PR2024-0001", "R2024-0000", "R2024", "R2024-", "国科办才〔2024〕99号", "R2024000123"],
)
def test_find_ids_of_what_is_none(text):
    assert find_ids(text, ["R", "P"], 2024) == []


def test_find_ids_in_order_each_once():
    text = "P2024-0002 与 R2024-0001，即 p2024—0002"
    assert find_ids(text, ["R", "P"], 2024) == ["P2024-0002", "R2024-0001"]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("报送《探月之路》", "探月之路"),
        ("《2024年全国科普微视频大赛作品推荐表》及《探月之路》", "探月之路"),
        ("关于《2024年全国科普微视频大赛》", ""),
        ("〈探月之路〉", "探月之路"),
        ("探月之路", ""),
        ("《》", ""),
    ],
)
def test_title_in(text, title):
    assert title_in(text) == title


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("附件3：2024年全国科普微视频大赛作品推荐表-探月之路.docx", "探月之路"),
        ("《小小种子》推荐表.docx", "小小种子"),
        ("2024年全国科普微视频大赛推荐作品-科学家的故事（最终版）.mp4", "科学家的故事"),
        ("探月之路（成片）.mp4", "探月之路"),
        ("Re: 答复：推荐作品 探月", "探月"),
        ("科普中国行 1080P.mp4", "科普中国行"),
        ("推荐表（盖章）.pdf", ""),
        ("微视频.mp4", ""),
        ("关于报送2024年全国科普微视频大赛推荐作品的函", ""),
    ],
)
def test_title_guess(name, title):
    assert title_guess(name) == title


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("推荐表.docx", Kind.FORM),
        ("附件4 自荐表.pdf", Kind.FORM),
        ("推荐表扫描件.pdf", Kind.SCAN),
        ("推荐表（盖章）.jpg", Kind.SCAN),
        ("扫描件.pdf", Kind.SCAN),
        ("播放证明.jpg", Kind.PROOF),
        ("播出证明扫描件.pdf", Kind.PROOF),
        ("平台发布页面截图.png", Kind.PROOF),
        ("首播.jpg", Kind.PROOF),
        ("音乐授权书.pdf", Kind.LICENCE),
        ("使用许可.pdf", Kind.LICENCE),
        ("素材合同.pdf", Kind.LICENCE),
        ("身份证正反面.jpg", Kind.IDENTITY),
        ("营业执照.pdf", Kind.IDENTITY),
        ("推荐函.pdf", Kind.COVER_LETTER),
        ("关于推荐2024年科普微视频的函.pdf", Kind.COVER_LETTER),
        ("作品汇总表.xlsx", Kind.LIST),
        ("IMG_0001.jpg", None),
        ("探月之路.mp4", None),
        ("版权声明.pdf", None),
        ("", None),
    ],
)
def test_kind_hint(name, kind):
    assert kind_hint(name) is kind
