import datetime as dt

import pytest

from ingest.materials import in_force
from ingest.model import PartSource
from parsers.facts import Broken

DEADLINE = dt.datetime(2024, 10, 26, tzinfo=dt.timezone(dt.timedelta(hours=8)))


@pytest.fixture
def judged():
    """Names of the materials in force, and the names each question to a person is about."""

    def ask(*materials, **hopes):
        settled = in_force(materials, DEADLINE, **hopes)
        names = {m.part.id: m.part.name for m in settled.materials}
        questions = [[names[i] for i in unclear.part_ids] for unclear in settled.unclear]
        return [m.part.name for m in settled.materials if m.in_force], questions

    return ask


def test_a_newer_film_in_time_takes_over(judged, material, film):
    old, new = material("video", "old.mp4", film(), day=20), material("video", "new.mp4", film(), day=22)
    assert judged(old, new) == (["new.mp4"], [])


def test_a_newer_film_after_the_deadline_stays_beside(judged, material, film):
    old, new = material("video", "old.mp4", film(), day=20), material("video", "new.mp4", film(), day=26)
    assert judged(old, new) == (["old.mp4"], [["old.mp4", "new.mp4"]])


def test_a_newer_film_of_unknown_time_stays_beside(judged, material, film):
    old, new = material("video", "old.mp4", film(), day=20), material("video", "new.mp4", film(), day=None)
    assert judged(old, new) == (["old.mp4"], [["old.mp4", "new.mp4"]])


def test_a_newer_film_that_is_less_readable_stays_beside(judged, material, film):
    broken = Broken(format="mp4", reason="cut-off")
    old, new = material("video", "old.mp4", film(), day=20), material("video", "new.mp4", broken, day=22)
    assert judged(old, new) == (["old.mp4"], [["old.mp4", "new.mp4"]])


def test_a_newer_film_in_place_of_a_broken_one_takes_over(judged, material, film):
    broken = Broken(format="mp4", reason="cut-off")
    old, new = material("video", "old.mp4", broken, day=20), material("video", "new.mp4", film(), day=22)
    assert judged(old, new) == (["new.mp4"], [])


def test_a_late_film_where_none_was_is_in_force(judged, material, form, film):
    paper, late = material("form", "表.docx", form("甲"), day=20), material("video", "new.mp4", film(), day=29)
    assert judged(paper, late) == (["表.docx", "new.mp4"], [])


def test_a_late_film_where_only_a_link_was_is_in_force(judged, material, film):
    link = material("video", "link.mp4", day=20, url="https://mail.163.com/x")
    assert judged(link, material("video", "new.mp4", film(), day=29)) == (["new.mp4"], [])


def test_a_link_alone_is_in_force(judged, material):
    assert judged(material("video", "link.mp4", url="https://mail.163.com/x")) == (["link.mp4"], [])


def test_a_newer_link_takes_over_only_when_it_is_fetched(judged, material, film):
    old = material("video", "old.mp4", film(), day=20)
    link = material("video", "link.mp4", day=22, url="https://mail.163.com/x")
    assert judged(old, link) == (["old.mp4"], [])


def test_the_same_film_again_is_no_question(judged, material, film):
    old = material("video", "old.mp4", film(), day=20, sha256="ab")
    again = material("video", "again.mp4", film(), day=29, sha256="ab")
    assert judged(old, again) == (["old.mp4"], [])


def test_what_staff_put_in_counts_as_in_time(judged, material, film):
    old = material("video", "old.mp4", film(), day=20)
    put = material("video", "put.mp4", film(), day=29, source=PartSource.MANUAL)
    assert judged(old, put) == (["put.mp4"], [])


def test_a_third_film_in_time_ends_the_question_of_the_second(judged, material, film):
    first = material("video", "1.mp4", film(), day=20)
    second = material("video", "2.mp4", Broken(format="mp4", reason="cut-off"), day=21)
    third = material("video", "3.mp4", film(), day=22)
    assert judged(first, second, third) == (["3.mp4"], [])


def test_of_two_films_in_one_mail_the_one_with_the_title_is_judged(judged, material, film):
    films = [material("video", "花絮.mp4", film(), size=900), material("video", "探月之路.mp4", film(), size=100)]
    assert judged(*films, title="《探月之路》") == (["探月之路.mp4"], [])


def test_of_two_films_in_one_mail_the_one_of_the_right_length_is_judged(judged, material, film):
    films = [material("video", "a.mp4", film(20.0), size=900), material("video", "b.mp4", film(180.0), size=100)]
    assert judged(*films, length_s=(120, 300)) == (["b.mp4"], [])


def test_of_two_films_in_one_mail_that_fit_alike_the_larger_is_judged_and_a_person_asked(judged, material, film):
    films = [material("video", "a.mp4", film(), size=100), material("video", "b.mp4", film(), size=900)]
    assert judged(*films, length_s=(120, 300)) == (["b.mp4"], [["b.mp4", "a.mp4"]])


def test_of_two_films_in_one_mail_the_readable_one_is_judged(judged, material, film):
    broken = material("video", "a.mp4", Broken(format="mp4", reason="no-index"), size=900)
    assert judged(broken, material("video", "b.mp4", film(), size=100)) == (["b.mp4"], [])


def test_one_film_attached_twice_is_no_question(judged, material, film):
    films = [material("video", name, film(), sha256="ab") for name in ("a.mp4", "b.mp4")]
    assert judged(*films) == (["a.mp4"], [])


def test_of_two_forms_that_agree_the_fuller_is_judged(judged, material, form):
    forms = [material("form", "a.pdf", form("甲")), material("form", "b.docx", form("甲", phone="1"))]
    assert judged(*forms) == (["b.docx"], [])


def test_of_two_forms_that_disagree_a_person_is_asked(judged, material, form):
    forms = [
        material("form", "a.docx", form("甲", author="张三")),
        material("form", "b.docx", form("甲", author="李四")),
    ]
    assert judged(*forms) == (["a.docx"], [["a.docx", "b.docx"]])


def test_a_newer_form_with_fewer_labels_stays_beside(judged, material, form):
    old = material("form", "old.docx", form("甲"), day=20)
    new = material("form", "new.docx", form("甲", bare=True), day=22)
    assert judged(old, new) == (["old.docx"], [["old.docx", "new.docx"]])


def test_all_pages_of_one_mail_are_one_scan(judged, material, page):
    pages = [material("scan", f"扫描{n}.jpg", page) for n in (1, 2)]
    assert judged(*pages) == (["扫描1.jpg", "扫描2.jpg"], [])


def test_a_newer_scan_takes_over_with_all_its_pages(judged, material, page):
    old = [material("scan", f"旧扫描{n}.jpg", page, day=20) for n in (1, 2)]
    new = material("scan", "新扫描.jpg", page, day=22)
    assert judged(*old, new) == (["新扫描.jpg"], [])


def test_a_newer_picture_that_nothing_calls_a_scan_replaces_none(judged, material, page):
    old, new = material("scan", "扫描.jpg", page, day=20), material("scan", "IMG_1.jpg", page, day=22)
    assert judged(old, new) == (["扫描.jpg", "IMG_1.jpg"], [])


@pytest.mark.parametrize("kind", ["proof", "licence", "identity", "cover-letter", "list", "other"])
def test_of_any_other_kind_all_are_in_force(judged, material, page, kind):
    found = judged(material(kind, "a.jpg", page, day=20), material(kind, "b.jpg", page, day=29))
    assert found == (["a.jpg", "b.jpg"], [])


def test_the_order_given_is_kept_and_every_material_comes_back(material, film, page):
    given = [material("scan", "扫描.jpg", page), material("video", "a.mp4", film()), material("other", "x", page)]
    assert [m.part for m in in_force(given, DEADLINE).materials] == [m.part for m in given]


FIELDS = ("title", "author", "producer", "phone", "summary", "contact")


def test_a_newer_scan_that_reads_as_well_takes_over(judged, material, read):
    old = material("scan", "扫描a.jpg", read("", *FIELDS, title="推荐表"), day=20)
    new = material("scan", "扫描b.jpg", read("", *FIELDS[:5], title="推荐表", confidence=0.91), day=22)
    assert judged(old, new) == (["扫描b.jpg"], [])


@pytest.mark.parametrize(("fields", "confidence"), [(FIELDS[:4], 0.95), (FIELDS, 0.8)], ids=["fewer", "blurred"])
def test_a_newer_scan_that_reads_worse_stays_beside(judged, material, read, fields, confidence):
    old = material("scan", "扫描a.jpg", read("", *FIELDS, title="推荐表"), day=20)
    new = material("scan", "扫描b.jpg", read("", *fields, title="推荐表", confidence=confidence), day=22)
    assert judged(old, new) == (["扫描a.jpg"], [["扫描a.jpg", "扫描b.jpg"]])


def test_a_scan_told_by_its_content_takes_over_from_one_told_by_its_name(judged, material, read, page):
    old = material("scan", "推荐表.jpg", page, day=20)
    new = material("scan", "IMG_2.jpg", read("", *FIELDS, title="推荐表"), day=22)
    assert judged(old, new) == (["IMG_2.jpg"], [])


def test_pages_that_go_on_are_replaced_with_the_page_before_them(judged, material, read):
    first = material("scan", "IMG_1.jpg", read("", *FIELDS, title="推荐表"), day=20)
    second = material("scan", "IMG_2.jpg", read("同意推荐该作品参加评选", "推荐单位意见"), day=20)
    new = material("scan", "IMG_9.jpg", read("", *FIELDS, "推荐单位意见", title="推荐表"), day=22)
    assert judged(first, second, new) == (["IMG_9.jpg"], [])


def test_pages_of_one_scan_are_in_force_together(judged, material, read):
    first = material("scan", "IMG_1.jpg", read("", *FIELDS, title="推荐表"), day=20)
    second = material("scan", "IMG_2.jpg", read("同意推荐该作品参加评选", "推荐单位意见"), day=20)
    assert judged(first, second) == (["IMG_1.jpg", "IMG_2.jpg"], [])
