import pytest

from ingest.materials import only_asks
from parsers.facts import FormFacts, ImageFacts

PHOTO = ImageFacts(format="png", width=1080, height=2340)
INLINE = {"disposition": "inline", "size": 300_000}


@pytest.mark.parametrize(
    "text", ["请问这个页面打不开怎么办？", "老师您好，上传时提示这个，是什么原因呢", "截止日期是哪天吗"]
)
def test_a_picture_beside_a_question_is_what_it_is_about(part, text):
    assert only_asks([part("image.png", PHOTO, mail_text=text, **INLINE)], text)


@pytest.mark.parametrize(
    "text",
    ["", "您好，请查收。", "补交盖章扫描件，请问收到了吗？", "现报送作品材料如图，是否可以？", "长" * 700 + "？"],
    ids=["nothing", "no-question", "brings-a-scan", "brings-a-work", "long"],
)
def test_a_picture_beside_anything_else_may_be_a_scan(part, text):
    assert not only_asks([part("image.png", PHOTO, mail_text=text, **INLINE)], text)


@pytest.mark.parametrize(
    ("name", "changes"),
    [("推荐表.png", INLINE), ("image.png", {"disposition": "attachment"})],
    ids=["named", "attached"],
)
def test_a_picture_with_a_name_or_attached_on_purpose_is_a_material(part, name, changes):
    assert not only_asks([part(name, PHOTO, mail_text="请问？", **changes)], "请问？")


def test_a_form_beside_the_picture_makes_it_a_submission(part, form):
    parts = [part("image.png", PHOTO, mail_text="请问？", **INLINE), part("推荐表.docx", form("探月"))]
    assert not only_asks(parts, "请问？")


def test_what_is_no_material_does_not_count(part):
    parts = [
        part("image.png", PHOTO, mail_text="请问？", **INLINE),
        part("说明.docx", FormFacts(format="docx", text="x")),
    ]
    assert only_asks(parts, "请问？")
