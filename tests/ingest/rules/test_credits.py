"""closing-credits: which of the four are named at the film's end."""

import pytest

ALL = ("导演：张三", "制作单位：河北科技馆", "版权单位：河北科技馆", "录制时间：2023年5月")


@pytest.fixture
def seen(find, a_work, film, watched, line):
    """What closing-credits says of lines read, one each second."""

    def ask(*texts, **more):
        lines = tuple(line(text, stage="closing", at_s=170.0 + n) for n, text in enumerate(texts))
        return find("closing-credits", a_work(film=film(watched=watched(texts=lines)), **more))

    return ask


def test_closing_credits_that_are_all_there(seen):
    said = "片尾第 2分51秒起读到：主创人员“导演：张三”、制作单位“河北科技馆”、版权单位“河北科技馆”、录制时间“2023年5月”"
    assert seen(*ALL) == ("pass", said)


@pytest.mark.parametrize(("left_out", "word"), [(0, "主创人员"), (1, "制作单位"), (2, "版权单位"), (3, "录制时间")])
def test_closing_credits_of_which_one_lacks_name_it(seen, left_out, word):
    outcome, said = seen(*(text for n, text in enumerate(ALL) if n != left_out))
    assert (outcome, said.split("；")[1]) == ("review", f"未见{word}，请看画面核对")


def test_closing_credits_with_other_names_than_the_forms_say_which(seen):
    outcome, said = seen("导演：王五", *ALL[1:])
    assert (outcome, said.split("；")[1]) == ("review", "表中的主创人员“张三”未读到，请看画面核对")


def test_who_makes_it_and_when_are_no_unit(seen):
    outcome, said = seen(ALL[0], "制作人：张三", *ALL[2:3], "制作时间：2023年5月", form=None, scan=None)
    assert (outcome, said.split("；")[1]) == ("review", "未见制作单位，请看画面核对")


def test_a_name_of_the_form_is_a_credit_without_a_word_before_it(seen):
    assert seen("张三", *ALL[1:])[0] == "pass"


def test_a_name_in_traditional_characters_is_the_forms(seen, form):
    assert seen("導演：張三豐", *ALL[1:], form=form(author="张三丰"))[0] == "pass"


@pytest.mark.parametrize("text", ["二〇二三年五月", "2023.05", "2023年", "2023-05-01"])
def test_a_time_is_a_credit_however_it_is_written(seen, text):
    assert seen(*ALL[:3], text)[0] == "pass"


def test_a_number_is_no_time(seen):
    assert "未见录制时间" in seen(*ALL[:3], "素材编号 20230511")[1]


@pytest.mark.parametrize("text", ["© 河北科技馆", "Copyright 河北科技馆", "本片版权归河北科技馆所有"])
def test_rights_are_a_credit_however_they_are_written(seen, text):
    assert seen(*ALL[:2], text, ALL[3])[0] == "pass"


def test_a_closing_without_text_is_for_a_person(seen):
    said = "片尾 20 秒内未读到文字，请人工核对有无主创人员、制作单位、版权单位、录制时间"
    assert seen() == ("review", said)


def test_text_without_any_credit_says_what_is_lacking(seen):
    said = "片尾 20 秒内未见主创人员、制作单位、版权单位、录制时间，请看画面核对"
    assert seen("谢谢观看") == ("review", said)


def test_closing_credits_without_a_form_are_told_by_their_words(seen):
    assert seen(*ALL, form=None, scan=None)[0] == "pass"


def test_a_closing_nobody_looked_at_is_for_a_person(find, a_work, film, watched):
    given_up = film(watched=watched(texts=(), problem="too-slow"))
    assert find("closing-credits", a_work(film=given_up))[0] == "review"


def test_closing_credits_show_their_pictures(pictures, a_work):
    assert pictures("closing-credits", a_work()) == ("片尾-02分51.0秒", "片尾-02分52.0秒", "片尾-02分53.0秒")


@pytest.mark.parametrize("confidence", [0.4, 0.59])
def test_what_was_hardly_legible_is_no_credit(find, a_work, film, watched, line, confidence):
    lines = tuple(line(text, stage="closing", confidence=confidence) for text in ALL)
    assert find("closing-credits", a_work(film=film(watched=watched(texts=lines))))[1].startswith(
        "片尾 20 秒内未读到文字"
    )
