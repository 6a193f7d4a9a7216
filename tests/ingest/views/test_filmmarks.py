"""The film of the review page: what plays, and the places in it worth seeing."""

import math

import pytest

from ingest.model import Kind
from ingest.views.filmmarks import MOST_MARKS, film_of, marks_of
from parsers.facts import Box, Broken, VideoFacts
from parsers.filmfacts import Bars, Clip, Damage, ScreenText, Shot, Sound, Stretch, Subtitles, Watched

BOX = Box(left=0.2, top=0.4, right=0.8, bottom=0.5)


def a_text(text, stage="opening", at=1.0):
    return ScreenText(text=text, stage=stage, from_s=at, until_s=at + 1, best_s=at, box=BOX, confidence=0.9)


def a_film(watched=None, container="mp4", codec="AVC"):
    sizes = {"width": 1920, "height": 1080, "shown_width": 1920, "shown_height": 1080, "display_aspect": 1.78}
    return VideoFacts(container=container, codec=codec, size=2_000_000, duration_s=150.0, watched=watched, **sizes)


def labels(watched, length=150.0, title="星海寻踪"):
    return [(mark.kind, mark.label, mark.at_s, mark.until_s) for mark in marks_of(title, watched, length)]


@pytest.fixture
def shown(work, material):
    def make(facts, path="视频.mp4", clip=""):
        return film_of(work(1, "星海寻踪", material(Kind.VIDEO, "x", facts=facts)), path, clip)

    return make


def test_the_title_is_marked_where_the_opening_shows_it():
    texts = (a_text("某某大学出品的一部很长的说明", at=0.5), a_text("《星海寻踪》", at=3.2))
    assert labels(Watched(texts=texts)) == [("title", "片名“《星海寻踪》”", 3.2, None)]


def test_an_opening_with_another_title_is_marked_as_text():
    assert labels(Watched(texts=(a_text("深海来信"),)))[0][1] == "片头文字“深海来信”"


def test_credits_and_subtitles_are_marked_where_they_begin():
    line = a_text("从一束光开始", "body", 20.0)
    odd = a_text("從頭講起", "body", 30.0)
    subtitles = Subtitles(share=0.9, script="mixed", traditional="從頭講", lines=(line, odd))
    texts = (a_text("制作单位 某某大学", "closing", 146.0), a_text("主创 张三", "closing", 144.0))
    assert labels(Watched(texts=texts, subtitles=subtitles)) == [
        ("subtitle", "字幕“从一束光开始”", 20.0, None),
        ("subtitle", "繁体字“從頭講起”", 30.0, None),
        ("credits", "片尾文字“主创 张三 制作单位 某某大学”", 144.0, None),
    ]


def test_stretches_and_damage_are_marked_with_their_ends():
    watched = Watched(
        black=(Stretch(start_s=40, end_s=44),),
        sound=Sound(tracks=1, silent=(Stretch(start_s=90, end_s=102),)),
        damage=(Damage(what="undecodable", at_s=118),),
        bars=Bars(top=140),
        shots=(Shot(what="bars", at_s=60, width=1, height=1),),
    )
    assert labels(watched) == [
        ("black", "黑场 4 秒", 40, 44),
        ("bars", "黑边", 60, None),
        ("silent", "无声 12 秒", 90, 102),
        ("damage", "画面损坏", 118, None),
    ]


def test_of_many_stretches_the_longest_are_kept():
    black = tuple(Stretch(start_s=n, end_s=n + 0.1 + n / 1000) for n in range(100))
    found = labels(Watched(black=black))
    assert (len(found), found[0][2]) == (MOST_MARKS, 60.0)


def test_no_mark_lies_beyond_the_film_or_nowhere():
    stretches = (Stretch(start_s=140, end_s=999), Stretch(start_s=math.nan, end_s=1), Stretch(start_s=-5, end_s=1))
    assert labels(Watched(frozen=stretches)) == [("frozen", "静止画面 859 秒", 140, 150.0)]


@pytest.mark.parametrize(
    ("facts", "clip", "plays"),
    [
        (a_film(), "", "视频.mp4"),
        (a_film(codec="HEVC"), "", ""),
        (a_film(container="flv"), "视频预览.mp4", "视频预览.mp4"),
    ],
)
def test_what_plays_is_the_film_or_else_its_preview(shown, facts, clip, plays):
    assert shown(facts, clip=clip).plays == plays


def test_a_film_nobody_has_looked_at_says_so(shown):
    assert ["还没有看这部视频" in note for note in shown(a_film()).notes] == [True]


def test_a_broken_film_says_how_far_it_goes(shown):
    film = shown(Broken(format="mp4", reason="cut-off", at_s=83, of_s=180))
    assert (film.plays, film.notes) == ("", ("文件不完整，末尾缺失。", "可以播放到 1分23秒，应有 3分00秒。"))


def test_a_film_looked_at_in_part_says_why(shown):
    assert shown(a_film(Watched(problem="too-slow"))).notes == ("没有看到最后：处理超时，已停止读取。",)


def test_film_without_a_preview_that_needs_one_says_why(shown):
    (note,) = shown(a_film(Watched(no_clip="too-slow"))).notes
    assert note == "浏览器放不了这部视频，预览没有做成（用时过长），请用播放器打开原片。"


def test_a_work_without_a_film_has_none(work):
    assert film_of(work(), "", "").plays == ""


def test_a_clip_in_the_facts_alone_plays_nothing(shown):
    assert shown(a_film(Watched(clip=Clip(width=1, height=1, size=1)), container="flv")).plays == ""
