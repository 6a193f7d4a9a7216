"""full-frame and subtitles: what fills the screen."""

import pytest

from parsers.filmfacts import Bars, Shot, Subtitles


@pytest.fixture
def framed(find, a_work, film, watched):
    """What full-frame says of bars."""
    return lambda bars, **seen: find("full-frame", a_work(film=film(watched=watched(bars=bars, **seen))))


def test_full_frame_without_bars(framed):
    assert framed(Bars()) == ("pass", "画面铺满 1920×1080，未见不动的黑边")


def test_full_frame_with_bars_is_for_a_person(framed):
    said = "画面四周有不动的黑边，上 140、下 140 像素（画面 1920×1080）；有效画面约 1920×800（2.40:1）；要求全画幅"
    assert framed(Bars(top=140, bottom=140)) == ("review", said)


def test_full_frame_names_each_side(framed):
    said = framed(Bars(top=100, bottom=100, left=200, right=180))[1]
    assert "上 100、下 100、左 200、右 180 像素" in said


def test_full_frame_forgives_edges_of_the_encoder(framed):
    assert framed(Bars(top=8, bottom=8, left=10))[0] == "pass"


def test_full_frame_of_bars_in_doubt_says_so(framed):
    assert framed(Bars(left=240, right=240, sure=False))[1].startswith("画面四周有不动的黑边，疑似左 240、右 240 像素")


def test_full_frame_of_a_dark_film_is_for_a_person(framed):
    assert framed(Bars(sure=False)) == ("review", "画面多半很暗，看不出有无黑边，请人工核对")


def test_full_frame_nobody_looked_for_is_for_a_person(framed):
    said = "程序未能查看画面有无黑边（处理超时，已停止读取），请人工核对"
    assert framed(None, problem="too-slow") == ("review", said)


def test_full_frame_shows_the_bars(pictures, a_work, film, watched):
    shots = (Shot(what="bars", at_s=75.0, width=960, height=540),)
    barred = film(watched=watched(bars=Bars(top=140, bottom=140), shots=shots))
    assert pictures("full-frame", a_work(film=barred)) == ("黑边-01分15.0秒",)


@pytest.fixture
def spoken(find, a_work, film, watched, line):
    """What subtitles says of lines read."""

    def ask(*texts, **seen):
        lines = tuple(line(t, stage="body", top=0.9, size=0.05, at_s=10.0 * n) for n, t in enumerate(texts, start=1))
        return find("subtitles", a_work(film=film(watched=watched(subtitles=Subtitles(lines=lines, **seen)))))

    return ask


def test_subtitles_in_simplified_chinese(spoken):
    found = spoken("科学家的故事", share=0.85, script="simplified")
    assert found == ("pass", "抽看的画面中 85% 有字幕，为简体中文，如第 11 秒“科学家的故事”")


def test_subtitles_with_traditional_characters_name_them(spoken):
    found = spoken("科学家的故事", "科學家的故事", share=0.85, script="mixed", traditional="學說學")
    said = "抽看的画面中 85% 有字幕，含繁体字：學、說，如第 21 秒“科學家的故事”；要求简体中文字幕"
    assert found == ("review", said)


def test_subtitles_in_traditional_chinese(spoken):
    found = spoken("科學家的故事", share=0.85, script="traditional", traditional="學")
    said = "抽看的画面中 85% 有字幕，为繁体中文：學，如第 11 秒“科學家的故事”；要求简体中文字幕"
    assert found == ("review", said)


def test_subtitles_in_another_language(spoken):
    found = spoken("The bridge", share=0.85, script="other")
    assert found == ("review", "抽看的画面中 85% 有字幕，不是中文，如第 11 秒“The bridge”；要求简体中文字幕")


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_subtitles_of_a_film_without_any(spoken, share):
    assert spoken(share=share, script="none") == ("review", "正片中未见字幕，请人工核对")


def test_subtitles_in_a_few_pictures_only_are_for_a_person(spoken):
    found = spoken("科学家的故事", share=0.1, script="simplified")
    said = "只有少数画面有字幕（抽看的画面中 10% 有字幕），如第 11 秒“科学家的故事”，请人工核对"
    assert found == ("review", said)


def test_subtitles_nobody_looked_for_are_for_a_person(spoken):
    assert spoken(share=None) == ("review", "程序未能查看有无字幕，请人工核对")


def test_subtitles_show_the_line_with_traditional_characters_first(pictures, a_work, film, watched, line):
    lines = tuple(line(t, stage="body", top=0.9, at_s=n) for n, t in ((10.0, "科学"), (20.0, "科學")))
    seen = Subtitles(share=0.9, script="mixed", traditional="學", lines=lines)
    names = pictures("subtitles", a_work(film=film(watched=watched(subtitles=seen))))
    assert names == ("字幕-00分21.0秒", "字幕-00分11.0秒")
