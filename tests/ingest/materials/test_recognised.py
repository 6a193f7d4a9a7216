"""Kinds of pictures and scanned pages by what was recognised on them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.materials import classify
from ingest.model import Part, PartSource
from parsers.facts import ImageFacts, Reading

TITLE = "2024年全国科普微视频大赛作品推荐表"
LABELS = ("title", "author", "producer", "phone", "summary")
TV = "证明\n兹证明科普微视频《探月之路》于2023年6月1日在我台科教频道首次播出。\n某某电视台"
LETTER = "某某厅文件\n科学技术文献出版社：\n现报送我省科普微视频作品三部，特此函达，请予接收。"
PAPER = "第一场 实验室 夜晚\n老教授独自坐在灯下，翻看着三十年前的实验记录，窗外的雨一直没有停，他想起了当年的同伴。"


def told(part):
    return part.kind.value, part.certain


@pytest.mark.parametrize("name", ["IMG_0001.jpg", "推荐表扫描件.pdf", "推荐表.jpg", "播放证明.jpg"])
def test_a_form_is_its_scan_whatever_its_name(part, read, name):
    assert told(part(name, read("", *LABELS, title=TITLE))) == ("scan", True)


def test_a_form_whose_title_was_not_read_is_told_by_four_labels(part, read):
    assert told(part("IMG_0001.jpg", read("", *LABELS[:4]))) == ("scan", True)


def test_a_form_read_poorly_is_not_certain(part, read):
    assert told(part("IMG_0001.jpg", read("", *LABELS, title=TITLE, confidence=0.6))) == ("scan", False)


def test_a_form_under_another_name_says_that_the_content_counts(part, read):
    found = part("播放证明.jpg", read("", *LABELS, title=TITLE))
    assert found.why == "识别到表格标题和栏目；文件名却像是播放证明，以内容为准"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("播放证明\n某某平台出具，视频《探月之路》上线满一年", "proof"),
        (TV, "proof"),
        ("播放量 3.2万\n点赞 500 收藏 20\n评论 12\n哔哩哔哩\n探月之路", "proof"),
        ("授权书\n本公司授权某某科技馆在作品中使用音乐《星河》", "licence"),
        ("协议\n甲方：某某音像公司 乙方：某某科技馆\n甲方授权乙方使用音乐《星河》，期限一年", "licence"),
        ("姓名 张三 性别 男 民族 汉\n公民身份号码 110101199001010000", "identity"),
        ("中华人民共和国居民身份证 签发机关 某某市公安局 有效期限", "identity"),
        ("营业执照 统一社会信用代码 某某文化传播有限公司 类型 有限责任公司", "identity"),
        ("关于推荐科普微视频作品的函\n科学技术文献出版社：现推荐作品三部", "cover-letter"),
        ("推荐作品汇总表\n序号 作品名称 作者\n1 探月之路 张三", "list"),
        ("序号\t名称\t制作方\n1\t探月之路\t甲馆\n2\t垃圾去哪了\t乙馆\n3\t风从哪里来\t丙馆", "list"),
    ],
)
@pytest.mark.parametrize("name", ["IMG_0001.jpg", "推荐表扫描件.pdf"])
def test_another_paper_is_told_by_its_words_whatever_its_name(part, read, text, kind, name):
    assert told(part(name, read(text))) == (kind, True)


def test_a_sealed_letter_without_the_forms_labels_is_the_units_letter(part, read):
    assert told(part("扫描0001.pdf", read(LETTER, seals=["red"]))) == ("cover-letter", True)


def test_a_proof_that_lists_what_forms_list_too_is_a_proof(part, read):
    text = "播放证明\n作品名称 探月之路 播出平台 某某台 首播时间 2023年6月1日 制作单位 甲馆"
    facts = read("", title="", platform="某某台", first_shown_on="2023年6月1日", producer="甲馆", author="张三")
    reading = facts.reading.model_copy(update={"text": text})
    assert told(part("IMG.jpg", facts.model_copy(update={"reading": reading}))) == ("proof", True)


def test_a_screenshot_with_two_signs_is_certain_only_under_a_fitting_name(part, read):
    facts = read("探月之路 播放量 3.2万 哔哩哔哩 科学家的故事")
    assert (told(part("IMG.jpg", facts)), told(part("播放截图.jpg", facts))) == (("proof", False), ("proof", True))


def test_a_page_that_goes_on_is_the_scans_and_says_what_was_seen(part, read):
    found = part("IMG_0002.jpg", read("同意推荐该作品参加评选", "推荐单位意见"))
    assert (*told(found), found.why) == ("scan", False, "像是表格的一页，识别到“推荐单位意见”")


def test_a_page_with_a_seal_alone_may_be_the_scans(part, read):
    found = part("IMG_0002.jpg", read("年 月 日 某某科学技术厅意见如下同意", seals=["red"]))
    assert (*told(found), found.why) == ("scan", False, "像是表格的一页，识别到印章")


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("IMG_0001.jpg", "空白页，没有识别到文字"),
        ("推荐表扫描件.pdf", "空白页，没有识别到文字；文件名却写的是表格扫描件"),
    ],
)
def test_a_blank_page_is_no_paper_of_the_contest(part, read, name, why):
    found = part(name, read("", problem="blank"))
    assert (*told(found), found.why) == ("other", False, why)


def test_a_page_on_which_hardly_anything_was_read_may_be_the_scan(part, read):
    assert told(part("IMG_0001.jpg", read("某"))) == ("scan", False)


def test_a_picture_too_large_to_be_read_may_be_the_scan(part, read):
    found = part("IMG_0001.jpg", read("", problem="too-large"))
    assert (*told(found), found.why) == ("scan", False, "图片未能识别")


def test_a_scan_of_another_document_says_how_it_begins(part, read):
    found = part("推荐表扫描件.pdf", read(PAPER))
    assert (*told(found), found.why) == (
        "other",
        False,
        "像是其他文件，没有识别到表格栏目，开头为“第一场 实验室 夜晚”；文件名却写的是表格扫描件",
    )


def test_another_document_read_poorly_may_still_be_the_scan(part, read):
    assert told(part("IMG_0001.jpg", read(PAPER, confidence=0.6))) == ("scan", False)


def test_a_proof_by_its_name_alone_is_not_certain(part, read):
    found = part("播放证明.jpg", read(PAPER))
    assert told(found) == ("proof", False)


def test_a_typed_proof_that_lists_what_forms_list_is_a_proof(part, form):
    facts = form("探月之路", line="", text="播出证明\n作品名称 探月之路", platform="某某台", first_shown_on="2023年")
    assert told(part("附件.docx", facts)) == ("proof", True)


def test_a_typed_paper_under_another_name_says_that_the_content_counts(part, form):
    assert part("播放证明.docx", form("探月之路")).why == "有表格标题和栏目；文件名却像是播放证明，以内容为准"


def test_a_scan_with_a_layer_of_text_named_so_is_for_a_person(part, form):
    facts = form("探月之路", pictures=1).model_copy(update={"format": "pdf"})
    assert told(part("推荐表（盖章扫描件）.pdf", facts)) == ("scan", False)


READINGS = st.builds(
    Reading,
    title=st.sampled_from(["", TITLE]),
    text=st.text(max_size=80) | st.sampled_from([TV, LETTER, PAPER, "播放证明", "汇总表"]),
    confidence=st.floats(0, 1),
)


@given(READINGS, st.sampled_from(["IMG.jpg", "推荐表扫描件.pdf", "播放证明.jpg", "身份证.jpg", ""]))
def test_any_reading_is_some_kind_with_a_reason_and_certain_only_if_clear(reading, name):
    facts = ImageFacts(format="jpeg", width=1000, height=1400, reading=reading)
    found = classify(Part(1, 1, 0, name, 9, "ab", "jpeg", PartSource.ATTACHMENT, facts=facts), mail_text="")
    assert found.why
    assert not (found.certain and reading.confidence < 0.75)
