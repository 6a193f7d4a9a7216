import pytest

from ingest.materials import classify
from ingest.model import Part, PartSource
from parsers.facts import ArchiveFacts, Broken, FormFacts, ImageFacts, MailFacts, Unknown


def told(part):
    return part.kind.value, part.certain


def test_a_film_is_told_by_its_bytes_whatever_its_name(part, film):
    assert told(part("附件.docx", film())) == ("video", True)


@pytest.mark.parametrize("reason", ["no-index", "cut-off", "unreadable"])
def test_a_film_that_cannot_be_opened_is_a_film(part, reason):
    assert told(part("探月.mp4", Broken(format="mp4", reason=reason))) == ("video", True)


def test_an_empty_file_is_told_by_its_name(part):
    assert told(part("探月.mp4", Broken(format="empty", reason="empty"))) == ("video", False)


def test_a_screen_recording_may_be_the_proof(part, film):
    assert told(part("平台播放录屏.mp4", film())) == ("proof", False)


def test_a_form_is_told_by_its_title_and_labels(part, form):
    assert told(part("附件.docx", form("探月之路"))) == ("form", True)


def test_a_form_without_a_title_is_told_by_four_labels(part, form):
    assert told(part("附件.docx", form("探月之路", line=""))) == ("form", True)


def test_a_notice_that_names_the_form_is_no_form(part):
    facts = FormFacts(format="pdf", title="", text="关于举办大赛的通知 附件3 作品推荐表", fields={})
    assert told(part("通知.pdf", facts)) == ("other", False)


def test_a_form_whose_labels_were_not_read_is_not_certain(part, form):
    assert told(part("推荐表.docx", form(bare=True))) == ("form", False)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("播放证明\n兹证明作品《探月之路》于2023年6月1日在我台播出。", "proof"),
        ("授权书\n本公司授权使用音乐作品。", "licence"),
        ("推荐函\n大赛组委会：现推荐作品", "cover-letter"),
        ("关于报送科普微视频作品的函", "cover-letter"),
        ("居民身份证 姓名 公民身份号码", "identity"),
        ("推荐作品汇总表\n序号 作品名称", "list"),
    ],
)
def test_a_paper_is_told_by_its_own_title(part, text, kind):
    facts = FormFacts(format="pdf", text=text)
    assert told(part("附件.pdf", facts)) == (kind, True)


def test_a_list_with_the_forms_labels_is_a_list(part, form):
    assert told(part("附件.docx", form("探月", line="", text="2024年推荐作品汇总表 作品名称"))) == ("list", True)


def test_a_paper_is_told_by_its_text_and_name_together(part):
    facts = FormFacts(format="pdf", text="某某电视台" * 40 + "特此出具播放证明。")
    assert told(part("播放证明.pdf", facts)) == ("proof", True)


def test_a_paper_told_only_by_its_name_is_not_certain(part):
    facts = FormFacts(format="docx", text="某某电视台")
    assert told(part("播放证明.docx", facts)) == ("proof", False)


def test_a_document_of_pictures_alone_may_be_the_scan(part):
    assert told(part("新建文档.docx", FormFacts(format="docx", text=" ", pictures=2))) == ("scan", False)


def test_any_other_text_is_kept_with_its_reason(part):
    found = part("剧本.docx", FormFacts(format="docx", text="第一场 实验室"))
    assert (*told(found), found.why) == ("other", False, "文字材料，未归类")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("推荐表.pdf", "scan"),
        ("推荐表扫描件.pdf", "scan"),
        ("盖章.jpg", "scan"),
        ("播放证明.jpg", "proof"),
        ("首播截图.png", "proof"),
        ("授权合同.pdf", "licence"),
        ("身份证.jpg", "identity"),
        ("营业执照.jpg", "identity"),
        ("推荐函.pdf", "cover-letter"),
        ("汇总表.jpg", "list"),
        ("IMG_0001.jpg", "scan"),
    ],
)
def test_a_picture_is_told_by_its_name_and_never_certain(part, page, name, kind):
    assert told(part(name, page)) == (kind, False)


def test_a_picture_in_a_format_nobody_reads_may_be_the_scan(part):
    assert told(part("IMG_0001.HEIC", Unknown(format="heic"))) == ("scan", False)


INLINE = {"content_id": "logo@x", "disposition": "inline"}
SHOWN = INLINE | {"shown": "picture"}
TEXT = "您好，材料见附件。"


@pytest.mark.parametrize(
    ("size", "width", "height", "mail_text", "kind"),
    [
        (9_000, 1200, 600, TEXT, "other"),
        (90_000, 150, 75, "", "other"),
        (9_000, 1200, 600, "", "scan"),
        (900_000, 2480, 1240, TEXT, "scan"),
        (40_000, 1240, 1754, TEXT, "scan"),
    ],
    ids=["small", "tiny", "no-text-beside-it", "large", "few-bytes-but-a-page"],
)
def test_a_picture_shown_in_the_text_is_a_signature_where_it_is_small(part, size, width, height, mail_text, kind):
    facts = ImageFacts(format="png", width=width, height=height)
    found = part("image001.png", facts, size=size, mail_text=mail_text, **SHOWN)
    assert found.kind.value == kind


def test_a_small_picture_that_no_page_shows_may_be_a_scan_a_phone_marked_inline(part):
    facts = ImageFacts(format="jpeg", width=900, height=700)
    assert told(part("IMG_1.jpg", facts, size=30_000, mail_text=TEXT, **INLINE)) == ("scan", False)


def test_a_small_logo_is_one_even_if_it_is_marked_attachment(part):
    facts = ImageFacts(format="png", width=400, height=120)
    changes = SHOWN | {"disposition": "attachment"}
    assert part("logo.png", facts, size=9_000, mail_text=TEXT, **changes).why == "正文中的小图片（签名、徽标）"


def test_stationery_is_no_scan_however_large(part):
    facts = ImageFacts(format="jpeg", width=2000, height=3000)
    found = part("bg.jpg", facts, size=900_000, mail_text=TEXT, **INLINE, shown="background")
    assert (found.kind.value, found.why) == ("other", "正文的信纸背景图")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"problem": "sealed"}, "加密或封装签名的内容，程序不能打开"),
        ({"content_type": "application/applefile"}, "苹果电脑附带的文件信息"),
        ({"content_type": "text/calendar", "format": "text"}, "日程邀请"),
        ({"format": "tnef"}, "Outlook 附件包，未能解开"),
    ],
)
def test_what_is_no_material_says_why(part, changes, why):
    found = part("x", None, **changes)
    assert (found.kind.value, found.why) == ("other", why)


def test_a_small_attached_picture_is_no_signature(part):
    facts = ImageFacts(format="png", width=1200, height=800)
    found = part("a.png", facts, size=9_000, mail_text="您好", content_id="x", disposition="attachment")
    assert told(found) == ("scan", False)


def test_a_small_inline_picture_named_as_a_paper_is_that_paper(part):
    facts = ImageFacts(format="png", width=600, height=800)
    assert told(part("播放证明.png", facts, mail_text="您好", **SHOWN)) == ("proof", False)


@pytest.mark.parametrize(
    ("name", "facts", "kind"),
    [
        ("推荐表.doc", Broken(format="doc", reason="unsupported"), "form"),
        ("探月之路.wps", Broken(format="wps", reason="unsupported"), "form"),
        ("推荐表（盖章）.doc", Broken(format="doc", reason="unsupported"), "form"),
        ("播放证明.doc", Broken(format="doc", reason="unsupported"), "proof"),
        ("推荐表.pdf", Broken(format="pdf", reason="locked"), "scan"),
        ("推荐表.docx", Broken(format="jpeg", reason="not-what-it-says"), "scan"),
        ("名单.xlsx", Unknown(format="xlsx"), "list"),
        ("作品汇总表.xlsx", Unknown(format="xlsx"), "list"),
        ("推荐表.xlsx", Unknown(format="xlsx"), "form"),
        ("材料.zip", Broken(format="zip", reason="locked"), "other"),
        ("推荐表.docx", Unknown(format="exe"), "other"),
        ("setup.exe", Unknown(format="exe"), "other"),
        ("说明.txt", Unknown(format="text"), "other"),
        ("配乐.mp3", Unknown(format="mp3"), "other"),
        ("探月.mp4", None, "video"),
    ],
)
def test_a_file_that_was_not_read_is_told_by_its_format_then_its_name(part, name, facts, kind):
    assert told(part(name, facts)) == (kind, False)


def test_containers_are_no_materials_themselves(part):
    found = [told(part("a.zip", ArchiveFacts(format="zip"))), told(part("转发.eml", MailFacts()))]
    assert found == [("other", True), ("other", True)]


@pytest.mark.parametrize(
    ("name", "size", "mail_text", "kind"),
    [
        ("探月之路.mp4", 0, "", "video"),
        ("", 0, "", "video"),
        ("", 200_000_000, "", "video"),
        ("材料.zip", 0, "", "video"),
        ("材料.zip", 200_000_000, "", "video"),
        ("材料.zip", 3_000_000, "", "other"),
        ("推荐表.docx", 20_000, "", "form"),
        ("探月.docx", 20_000, "", "form"),
        ("推荐表.pdf", 20_000, "", "scan"),
        ("IMG.jpg", 20_000, "", "scan"),
        ("播放证明.pdf", 20_000, "", "proof"),
        ("", 0, "您好\n播放证明：https://pan.example.cn/x", "proof"),
        ("", 0, "视频：https://pan.example.cn/x", "video"),
        ("配乐.mp3", 20_000, "", "other"),
    ],
)
def test_a_link_is_told_by_its_name_its_words_or_its_size(part, name, size, mail_text, kind):
    found = part(name, url="https://pan.example.cn/x", size=size, mail_text=mail_text)
    assert told(found) == (kind, False)


def test_every_kind_is_said_with_a_reason():
    plain = Part(1, 1, 0, "x.bin", 1, "ab", "unknown", PartSource.ATTACHMENT)
    assert classify(plain, mail_text="").why == "未能识别的文件"
