"""Parts of the review page: fields beside the scan, pictures, what is asked, bounds."""

import pytest

from ingest.model import Finding, Kind, Outcome
from ingest.rules import RULES
from ingest.views.dossierfields import fields_shown
from ingest.views.dossierpictures import pictures_shown
from ingest.views.dossiers import MAX_TEXT, MOST_MAILS, Around, Beside, Budget, dossier_of, line_of, shown_mails
from ingest.views.wanted import in_two, wanted
from parsers.facts import Box, FieldValue, ImageFacts, PageFacts, Reading, VideoFacts
from parsers.filmfacts import Shot, Watched


@pytest.fixture
def paper(material):
    """A recognised scan of one page that names title and author."""
    box = Box(left=0.25, top=0.5, right=0.5, bottom=0.55)
    fields = {
        "title": FieldValue(value="星海导踪", label="作品名称", confidence=0.8, page=1, box=box),
        "author": FieldValue(value="张 三", label="作者", confidence=0.99, page=1),
    }
    page = PageFacts(width=1000, height=2000, sha256="a" * 64)
    reading = Reading(fields=fields, text="作品名称 星海导踪", confidence=0.9)
    return material(
        Kind.SCAN, "扫描.jpg", facts=ImageFacts(format="jpeg", width=9, height=9, seen=(page,), reading=reading)
    )


@pytest.fixture
def film(material):
    """A film of which the title was kept as a picture, and nine pictures on a sheet."""
    shots = (Shot(what="opening", at_s=3.2, width=9, height=9), Shot(what="sheet", at_s=0, width=9, height=9))
    sizes = {"width": 16, "height": 9, "shown_width": 16, "shown_height": 9, "display_aspect": 1.78}
    return material(
        Kind.VIDEO, "x.mp4", facts=VideoFacts(container="mp4", size=9, watched=Watched(shots=shots), **sizes)
    )


def test_fields_that_do_not_agree_come_first_and_lit(config, work, paper):
    made = work(1, "星海寻踪", paper, fields={"author": "张三", "title": "星海寻踪"})
    first, second = fields_shown(config, made, ("title",), {1: "识别/第1页.jpg"})
    assert (first.name, first.stand, first.unlike, [t for t, on in first.read if on]) == (
        "作品名称",
        "请核对",
        True,
        ["导"],
    )
    assert (second.name, second.stand, second.unlike) == ("第一作者", "一致", False)


def test_a_field_has_the_part_of_the_page_on_which_it_stands(config, work, paper):
    (field, other) = fields_shown(config, work(1, "", paper, fields={"title": "甲"}), (), {1: "识别/第1页.jpg"})
    crop = field.crop
    assert (crop.path, crop.left, crop.top, crop.width, crop.height) == ("识别/第1页.jpg", 238, 988, 274, 124)
    assert other.crop is None


def test_without_the_pages_picture_a_field_has_none(config, work, paper):
    assert [field.crop for field in fields_shown(config, work(1, "", paper), (), {})] == [None, None]


def test_a_finding_has_the_pictures_of_its_film_that_are_there(config, work, film):
    pictures = pictures_shown(work(1, "", film), (), ("九宫格.jpg", "片头-00分03.2秒.jpg"), config.forms.names)
    finding = Finding("opening-title", Outcome.REVIEW, "", "", pictures=("片头-00分03.2秒", "片尾-02分00.0秒"))
    assert [(one.path, one.at_s) for one in pictures.of_finding(finding)] == [("帧/片头-00分03.2秒.jpg", 3.2)]
    assert (pictures.sheet.path, [one.label for one in pictures.shots]) == ("帧/九宫格.jpg", ["片头-00分03.2秒"])


def test_a_finding_on_paper_has_the_parts_of_the_scan(config, work):
    cut = ("第1页.jpg", "印章-第1页.jpg", "未认出签名-推荐单位意见-第1页.jpg", "作品名称-扫描件.jpg")
    pictures = pictures_shown(work(), cut, (), config.forms.names)
    rules = ("scan-seal", "endorsement", "scan-matches", "duration")
    found = [[one.label for one in pictures.of_finding(Finding(rule, Outcome.REVIEW, "", ""))] for rule in rules]
    assert found == [["印章-第1页"], ["未认出签名-推荐单位意见-第1页"], ["作品名称-扫描件"], []]
    assert [one.path for one in pictures.scans] == ["识别/第1页.jpg"]


@pytest.mark.parametrize(
    ("evidence", "parts"),
    [
        ("时长 5分12秒；要求 2–5 分钟", ("时长 5分12秒", "2–5 分钟")),
        ("时长 5分0.5秒；要求 2–5 分钟，相差在 1 秒以内", ("时长 5分0.5秒，相差在 1 秒以内", "2–5 分钟")),
        ("收到时间 10月26日；截止 10月25日 24:00，略晚", ("收到时间 10月26日，略晚", "不晚于 10月25日 24:00")),
        ("没有可读的电子表，未比对", ("没有可读的电子表，未比对", "")),
    ],
)
def test_a_sentence_says_what_was_found_and_what_is_asked(evidence, parts):
    assert in_two(evidence) == parts


def test_rules_whose_sentence_does_not_say_what_is_asked_have_words_for_it(config, work):
    silent = {rule.id for rule in RULES if not wanted(rule.id, work(), config)}
    assert silent == {"deadline", "duration", "aspect", "resolution", "size", "sender", "malware"}


def test_findings_come_in_the_order_in_which_a_person_looks(snap, work):
    made = work()
    outcomes = (Outcome.PASS, Outcome.PENDING, Outcome.MISSING, Outcome.MANUAL, Outcome.REVIEW, Outcome.FAIL)
    findings = tuple(Finding("duration", outcome, "", "甲") for outcome in outcomes)
    page = dossier_of(snap(made, findings={made.id: findings}), made, Beside())
    shown = [[one.outcome for one in part] for part in (page.findings, page.settled, page.manual)]
    assert shown == [["不符合", "待人工", "缺", "待处理"], ["符合"], ["人工核对"]]


def test_neighbours_and_like_works_are_reached_by_relative_paths(snap, work):
    made = work()
    page = dossier_of(snap(made), made, Beside(), Around("", "R2024-0002 深海", (("P2024-0001", "P2024-0001 光"),)))
    links = [page.before, page.after.path, page.related[0].path]
    assert links == [None, "../R2024-0002 深海/审查.html", "../P2024-0001 光/审查.html"]


def test_of_many_mails_the_first_and_the_newest_are_shown(snap, work):
    made = work()
    taken = snap(made, mails_of={made.id: [(number, "added") for number in range(1, 301)]})
    shown = shown_mails(taken, made)
    assert (len(shown), shown[0], shown[1], shown[-1]) == (MOST_MAILS, 1, 262, 300)


def test_texts_are_cut_each_and_all_together():
    budget = Budget(MAX_TEXT + 5)
    cut = [budget.cut(text) for text in ("长" * (MAX_TEXT + 1), "十个字的一段文字吧啊", "再来")]
    assert [(text[:2], "没有列出" in text) for text in cut] == [("长长", True), ("十个", True), ("\n…", True)]


def test_a_works_line_goes_back_over_tracks_only(snap, work):
    one, two, three = work(1, track="public"), work(2), work(3)
    filed = {two.id: {"moved_from": one.id}, three.id: {"moved_from": two.id}}
    taken = snap(one, two, three, filed=filed)
    assert (line_of(taken, two.id), line_of(taken, three.id)) == ([two.id, one.id], [three.id])
