import pytest

from ingest.model import Kind
from parsers.facts import Broken, FieldValue, FormFacts


def test_scan_seal_beside_the_units_opinion_passes(find, a_work, stamped):
    assert find("scan-seal", a_work(scan=stamped())) == ("pass", "第1页有红色印章，在“推荐单位意见”栏")


def test_scan_seal_elsewhere_on_the_page_is_for_a_person(find, a_work, stamped, seal):
    found = find("scan-seal", a_work(scan=stamped(marks=(seal(top=0.1),))))
    said = "第1页有红色印章，但不在“推荐单位意见”、“推荐单位”栏附近，请核对是否为推荐单位的印章"
    assert found == ("review", said)


def test_scan_seal_where_no_field_of_the_unit_was_found_passes_with_its_page(find, a_work, stamped):
    scan = stamped(recommender=None, recommender_opinion=None)
    assert find("scan-seal", a_work(scan=scan)) == ("pass", "第1页有红色印章")


@pytest.mark.parametrize(("colour", "word"), [("blue", "蓝色"), ("black", "黑色")])
def test_scan_seal_of_another_colour_cannot_be_told(find, a_work, stamped, seal, colour, word):
    found = find("scan-seal", a_work(scan=stamped(marks=(seal(colour),))))
    assert found == ("review", f"第1页有{word}印迹，不能确定是否为印章，请打开核对")


def test_scan_seal_not_found_is_for_a_person(find, a_work, stamped):
    found = find("scan-seal", a_work(scan=stamped(marks=())))
    assert found == ("review", "扫描件上没有找到红色印章（共识别 1 页），请打开核对")


def test_scan_seal_not_found_says_that_pages_were_left_out(find, a_work, stamped):
    found = find("scan-seal", a_work(scan=stamped(marks=(), pages=9)))
    assert found == ("review", "扫描件上没有找到红色印章（共识别 1 页，有 8 页未识别），请打开核对")


def test_scan_seal_seen_without_confidence_is_not_found(find, a_work, stamped, seal):
    assert find("scan-seal", a_work(scan=stamped(marks=(seal(confidence=0.3),))))[0] == "review"


def test_scan_seal_handwriting_is_no_seal(find, a_work, stamped, seal):
    assert find("scan-seal", a_work(scan=stamped(marks=(seal(what="writing"),))))[0] == "review"


def test_scan_seal_on_a_scan_nobody_recognised_is_not_checked(find, a_work, page):
    assert find("scan-seal", a_work(scan=page)) == ("na", "扫描件尚未识别，未检查印章")


def test_scan_seal_without_a_scan_is_not_checked(find, a_work):
    assert find("scan-seal", a_work(scan=None)) == ("na", "没有扫描件，未检查")


def test_scan_seal_on_a_scan_that_cannot_be_opened_is_not_checked(find, a_work):
    assert find("scan-seal", a_work(scan=Broken(format="pdf", reason="locked")))[0] == "na"


def test_scan_seal_where_no_scan_is_required_is_not_checked(find, a_work, stamped, with_rule):
    config = with_rule("materials", required=("video", "form"))
    assert find("scan-seal", a_work(scan=stamped(marks=())), config) == ("na", "不要求扫描件，未检查印章")


def test_scan_seal_behind_a_link_is_awaited(find, a_work, material):
    link = material(Kind.SCAN, "推荐表扫描件.pdf", certain=False, url="https://mail.163.com/x")
    assert find("scan-seal", a_work(link, scan=None))[0] == "pending"


@pytest.mark.parametrize(
    ("opinion", "marked", "outcome"),
    [
        (None, True, "pass"),
        ("同意", True, "pass"),
        (None, False, "na"),
        ("（盖章）", False, "na"),
        ("同意", False, "review"),
    ],
)
def test_scan_seal_of_the_public_track_is_wanted_where_a_unit_speaks(
    find, a_work, stamped, seal, opinion, marked, outcome
):
    scan = stamped(
        recommender=None, recommender_opinion=None, review_opinion=opinion, marks=(seal(),) if marked else ()
    )
    assert find("scan-seal", a_work(scan=scan, track="public"))[0] == outcome


def test_scan_seal_on_the_second_of_two_pictures_names_it(find, a_work, material, stamped, seal):
    nothing = dict.fromkeys(["title", "completed_on", "first_shown_on", "platform", "author", "producer", "contact"])
    second = stamped("", **nothing, phone=None, summary=None, commitment=None, recommender=None, non_original=None)
    work = a_work(material(Kind.SCAN, "IMG_2.jpg", second, certain=False), scan=None)
    first = material(Kind.SCAN, "IMG_1.jpg", stamped(marks=(), recommender_opinion=None, recommender=None))
    pages = (*[m for m in work.materials if m.kind is not Kind.SCAN], first, *work.all_of(Kind.SCAN))
    found = find("scan-seal", a_work(film=None, form=None, scan=None, proof=None, materials=pages))
    assert found == ("pass", "“IMG_2.jpg”有红色印章，在“推荐单位意见”栏")


def test_a_form_of_words_alone_has_no_seal(find, a_work):
    fields = {"title": FieldValue(value="探月之路", label="作品名称")}
    assert find("scan-seal", a_work(scan=FormFacts(format="docx", fields=fields)))[0] == "na"
