import datetime as dt

import pytest

from ingest.model import Kind
from parsers.facts import ArchiveFacts, Broken, FieldValue, ImageFacts, Reading, Unknown

NOW = dt.datetime(2024, 10, 22, tzinfo=dt.UTC)
LINK = "https://mail.163.com/large-attachment-download/index.html?file=K"


@pytest.fixture
def unread(material):
    """A picture nobody has recognised yet."""

    def make(name="IMG_001.jpg", kind=Kind.SCAN):
        return material(kind, name, ImageFacts(format="jpeg", width=2480, height=3508), certain=False)

    return make


@pytest.fixture
def link(material):
    def make(name="探月之路.mp4", kind=Kind.VIDEO, **part):
        return material(kind, name, certain=False, url=LINK, **part)

    return make


def test_materials_all_there_passes(find, a_work):
    assert find("materials", a_work()) == ("pass", "视频：探月之路.mp4；电子表：推荐表.docx；扫描件：推荐表扫描件.jpg")


def test_materials_names_each_missing_one(find, a_work):
    work = a_work(film=None, form=None, scan=None, proof=None)
    assert find("materials", work) == ("missing", "缺视频；缺电子表；缺扫描件")


@pytest.mark.parametrize("name", ["IMG_001.jpg", "推荐表扫描件.jpg", "盖章.jpg"])
def test_materials_counts_an_unrecognised_picture_as_a_possible_scan(find, a_work, unread, name):
    assert find("materials", a_work(unread(name), scan=None)) == ("review", f"扫描件尚未识别，请打开核对：{name}")


def test_materials_counts_even_a_picture_named_otherwise_as_a_possible_scan(find, a_work, unread):
    work = a_work(unread("播放证明.jpg", Kind.PROOF), scan=None, proof=None)
    assert find("materials", work)[0] == "review"


def test_materials_does_not_count_a_signature_as_a_possible_scan(find, a_work, unread):
    assert find("materials", a_work(unread("logo.png", Kind.OTHER), scan=None)) == ("missing", "缺扫描件")


def test_materials_missing_outranks_what_is_unrecognised(find, a_work, unread):
    found = find("materials", a_work(unread(), film=None, scan=None))
    assert found == ("missing", "缺视频；扫描件尚未识别，请打开核对：IMG_001.jpg")


def test_materials_behind_a_link_is_pending(find, a_work, link):
    assert find("materials", a_work(link(), film=None)) == ("pending", "视频尚未取得：探月之路.mp4")


def test_materials_behind_a_living_link_is_pending(find, a_work, link):
    work = a_work(link(expires_at=NOW + dt.timedelta(minutes=1)), film=None)
    assert find("materials", work, now=NOW)[0] == "pending"


def test_materials_behind_an_expired_link_is_missing(find, a_work, link):
    work = a_work(link(expires_at=NOW), film=None)
    assert find("materials", work, now=NOW) == ("missing", "缺视频：下载链接已失效（探月之路.mp4）")


def test_materials_behind_a_link_known_to_be_dead_is_missing(find, a_work, link):
    assert find("materials", a_work(link(problem="expired"), film=None))[0] == "missing"


@pytest.mark.parametrize("name", ["", "全部材料.zip", "材料.RAR"])
def test_materials_may_all_come_by_a_link_that_does_not_say_what_it_brings(find, a_work, link, name):
    work = a_work(link(name), film=None, form=None, scan=None, proof=None)
    assert find("materials", work)[0] == "pending"


def test_materials_film_by_link_does_not_excuse_a_missing_form(find, a_work, link):
    found = find("materials", a_work(link(), film=None, form=None))
    assert found == ("missing", "视频尚未取得：探月之路.mp4；缺电子表")


def test_materials_in_a_locked_archive_is_pending(find, a_work, material):
    locked = material(Kind.OTHER, "材料.zip", ArchiveFacts(format="zip", problem="locked"))
    assert find("materials", a_work(locked, form=None)) == ("pending", "电子表尚未取得：“材料.zip”文件有密码，无法打开")


def test_materials_perhaps_in_a_damaged_archive_is_for_a_person(find, a_work, material):
    damaged = material(Kind.OTHER, "材料.zip", Broken(format="zip", reason="bad-checksum"))
    found = find("materials", a_work(damaged, form=None))
    assert found == ("review", "未见电子表，可能在未能解开的压缩包中：“材料.zip”压缩包内文件校验不符（CRC 错误）")


def test_materials_film_that_cannot_be_opened_is_for_a_person(find, a_work):
    found = find("materials", a_work(film=Broken(format="mp4", reason="no-index")))
    sentence = "视频文件不完整：缺少索引信息（moov），无法播放"
    assert found == ("review", f"视频未能读取，请人工核对：“探月之路.mp4”{sentence}")


def test_materials_form_known_only_by_its_name_is_for_a_person(find, a_work, material):
    doc = material(Kind.FORM, "推荐表.doc", Broken(format="doc", reason="unsupported"), certain=False)
    found = find("materials", a_work(doc, form=None))
    assert found == ("review", "电子表未能读取，请人工核对：“推荐表.doc”这种格式目前不能自动读取")


def test_materials_says_that_a_form_is_a_picture(find, a_work, unread):
    found = find("materials", a_work(unread("推荐表.docx"), form=None))
    assert found == ("missing", "缺电子表（“推荐表.docx”实际为 jpeg 文件）")


def test_materials_requires_what_the_config_requires(find, a_work, with_rule):
    config = with_rule("materials", required=("video",))
    assert find("materials", a_work(form=None, scan=None), config) == ("pass", "视频：探月之路.mp4")


def test_proof_told_by_its_content_passes(find, a_work):
    assert find("proof", a_work()) == ("pass", "有播放证明：播放证明.jpg")


def test_proof_told_by_its_name_is_for_a_person(find, a_work, unread):
    work = a_work(unread("播出证明.jpg", Kind.PROOF), proof=None)
    assert find("proof", work) == ("review", "播放证明仅由文件名判断，请打开核对：播出证明.jpg")


def test_proof_that_cannot_be_opened_is_for_a_person(find, a_work):
    assert find("proof", a_work(proof=Broken(format="pdf", reason="locked")))[0] == "review"


def test_proof_absent_is_missing(find, a_work):
    assert find("proof", a_work(proof=None)) == ("missing", "未收到播放证明")


def test_proof_is_not_sought_in_what_is_named_a_scan(find, a_work, unread):
    assert find("proof", a_work(unread("推荐表扫描件.jpg"), scan=None, proof=None))[0] == "missing"


def test_proof_may_be_a_picture_nobody_has_recognised(find, a_work, unread):
    found = find("proof", a_work(unread(), scan=None, proof=None))
    assert found == ("review", "未见播放证明，但有尚未识别的文件，请打开核对：IMG_001.jpg")


def test_proof_may_come_by_a_link(find, a_work, link):
    assert find("proof", a_work(link("播放证明.pdf", Kind.PROOF), proof=None))[0] == "pending"


def test_a_file_of_unknown_format_is_no_material(find, a_work, material):
    other = material(Kind.OTHER, "x.bin", Unknown(format="unknown"), certain=False)
    assert find("materials", a_work(other, scan=None))[0] == "missing"


def test_form_in_quarantine_is_never_to_be_opened(find, a_work, material):
    work = a_work(material(Kind.FORM, "推荐表.docx", problem="malware", certain=False), form=None)
    assert find("materials", work) == ("review", "电子表未能读取，请人工核对：“推荐表.docx”不能打开")


def test_proof_in_quarantine_is_never_to_be_opened(find, a_work, material):
    work = a_work(material(Kind.PROOF, "播放证明.docx", problem="malware", certain=False), proof=None)
    assert find("proof", work) == ("review", "播放证明疑似含有恶意代码，已隔离：播放证明.docx")


def test_picture_in_quarantine_is_no_possible_scan(find, a_work, material):
    work = a_work(material(Kind.SCAN, "图.jpg", problem="malware", certain=False), proof=None)
    assert find("proof", work)[1] == "未收到播放证明"


@pytest.fixture
def seen(material):
    """A picture that was recognised; `why` is what was said of its kind."""

    def make(name, kind, *labels, why="", certain=False, text="某某"):
        fields = {label: FieldValue(value="某", label=label, page=1) for label in labels}
        reading = Reading(fields=fields, text=text, confidence=0.95)
        facts = ImageFacts(format="jpeg", width=1654, height=2339, reading=reading)
        return material(kind, name, facts, certain=certain, why=why)

    return make


def test_materials_with_a_scan_of_another_document_says_what_was_seen(find, a_work, seen):
    why = "像是其他文件，没有识别到表格栏目，开头为“第一场”"
    work = a_work(seen("扫描件.pdf", Kind.OTHER, why=why), scan=None)
    assert find("materials", work) == ("review", f"未见扫描件，请打开核对：“扫描件.pdf”{why}")


def test_materials_with_a_blank_scan_says_so(find, a_work, seen):
    work = a_work(seen("扫描件.pdf", Kind.OTHER, why="空白页，没有识别到文字", text=""), scan=None)
    assert find("materials", work) == ("review", "未见扫描件，请打开核对：“扫描件.pdf”空白页，没有识别到文字")


def test_materials_with_a_scan_read_poorly_says_why(find, a_work, seen):
    why = "识别到表格栏目，但识别得不够清楚"
    work = a_work(seen("IMG_1.jpg", Kind.SCAN, "作者", why=why), scan=None)
    assert find("materials", work) == ("review", f"扫描件不能确定，请打开核对：“IMG_1.jpg”{why}")


def test_materials_with_a_scan_and_another_paper_beside_it_passes(find, a_work, seen):
    assert find("materials", a_work(seen("剧照.jpg", Kind.OTHER, why="像是其他文件")))[0] == "pass"


def test_proof_may_be_a_recognised_picture_of_unknown_use(find, a_work, seen):
    work = a_work(seen("IMG_7.jpg", Kind.OTHER, why="像是其他文件"), proof=None)
    assert find("proof", work) == ("review", "未见播放证明，但有用途不明的文件，请打开核对：IMG_7.jpg")


def test_proof_is_not_sought_in_a_page_that_goes_on_from_the_scan(find, a_work, seen):
    assert find("proof", a_work(seen("IMG_2.jpg", Kind.SCAN, "推荐单位意见"), proof=None))[0] == "missing"


def test_proof_recognised_as_one_passes(find, a_work, seen):
    work = a_work(seen("IMG_3.jpg", Kind.PROOF, certain=True), proof=None)
    assert find("proof", work) == ("pass", "有播放证明：IMG_3.jpg")
