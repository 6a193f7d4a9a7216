"""opening-title: what staff read of the title in the film."""

import pytest

from parsers.facts import Broken


@pytest.fixture
def seen(find, a_work, film, watched):
    """What opening-title says of lines read."""
    return lambda *lines, **more: find("opening-title", a_work(film=film(watched=watched(texts=lines)), **more))


def test_opening_title_that_is_the_forms(seen, line):
    assert seen(line("探月之路")) == ("pass", "片头第 3 秒读到“探月之路”，与表中作品名称一致")


def test_opening_title_in_traditional_characters_is_the_same(seen, line, form):
    found = seen(line("看不見的橋"), form=form(title="看不见的桥"))
    assert found == ("pass", "片头第 3 秒读到“看不見的橋”，与表中作品名称一致")


def test_opening_title_with_lookalikes_says_that_they_were_forgiven(seen, line, form):
    found = seen(line("末来已来"), form=form(title="未来已来"))
    said = "片头第 3 秒读到“末来已来”，与表中作品名称“未来已来”一致（识别易混的字不计）"
    assert found == ("pass", said)


def test_another_opening_title_is_for_a_person_never_a_fail(seen, line):
    said = "片头 20 秒内未见表中的作品名称“探月之路”；读到：“竹林里的守望者”（第 3 秒），请看画面核对"
    assert seen(line("竹林里的守望者")) == ("review", said)


def test_an_opening_title_nearly_the_forms_is_for_a_person(seen, line):
    said = "片头第 3 秒读到“探月之旅”，与表中的名称相近而不相同；表中作品名称：“探月之路”，请看画面核对"
    assert seen(line("探月之旅")) == ("review", said)


def test_an_opening_without_text_is_for_a_person(seen):
    said = "片头 20 秒内未读到文字，请人工核对有无片名（表中作品名称：“探月之路”）"
    assert seen() == ("review", said)


def test_text_of_the_closing_is_no_opening_title(seen, line):
    assert seen(line("探月之路", stage="closing"))[0] == "review"


def test_without_a_form_what_was_read_is_told(seen, line):
    found = seen(line("探月之路"), form=Broken(format="docx", reason="unreadable"), scan=None)
    said = "读不到表中的作品名称，未能比对；片头读到：“探月之路”（第 3 秒），请人工核对"
    assert found == ("review", said)


def test_the_title_read_off_the_scan_counts_where_there_is_no_form(seen, line, stamped):
    found = seen(line("探月之路"), form=None, scan=stamped())
    assert found == ("pass", "片头第 3 秒读到“探月之路”，与表中作品名称一致")


def test_an_opening_nobody_looked_at_is_for_a_person(find, a_work, film, watched):
    given_up = film(watched=watched(texts=(), problem="crashed"))
    said = "程序未能查看片头（读取时程序异常中止），请人工核对"
    assert find("opening-title", a_work(film=given_up)) == ("review", said)


def test_opening_title_shows_the_picture_in_which_it_is_read(pictures, a_work):
    assert pictures("opening-title", a_work()) == ("片头-00分03.2秒",)


def test_a_pattern_taken_for_letters_is_not_told(seen, line):
    said = "片头 20 秒内未读到文字，请人工核对有无片名（表中作品名称：“探月之路”）"
    assert seen(line("e", confidence=0.85), line("SN:", confidence=0.55)) == ("review", said)
