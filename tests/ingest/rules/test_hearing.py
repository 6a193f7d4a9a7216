"""narration: what is heard, and what is left to a person's ear."""

import math

import pytest

from parsers.facts import AudioTrack
from parsers.filmfacts import Sound, Stretch

HEARD = "有 1 条音轨（AAC 2 声道 3分）；请听辨配音、解说是否为普通话"


@pytest.fixture
def heard(find, a_work, film, watched):
    """What narration says of a sound."""

    def ask(**sound):
        whole = {"tracks": 1, "ends_s": 180.0, "peak_db": -3.0, "mean_db": -20.0} | sound
        return find("narration", a_work(film=film(watched=watched(sound=Sound(**whole)))))

    return ask


def test_narration_with_sound_is_for_a_persons_ear(heard):
    assert heard() == ("manual", HEARD)


def test_narration_says_where_to_listen(heard):
    silent = (Stretch(start_s=0.0, end_s=12.0), Stretch(start_s=60.0, end_s=64.0))
    said = f"{HEARD}，可从第 1分4秒听起；无声：第 0 秒至第 12 秒（12秒）"
    assert heard(silent=silent, silent_share=16 / 180) == ("manual", said)


def test_narration_without_sound_is_for_a_person(find, a_work, film):
    found = find("narration", a_work(film=film(audio=())))
    assert found == ("review", "视频没有音轨，请人工核对有无配音或解说")


@pytest.mark.parametrize("sound", [{"silent_share": 1.0}, {"peak_db": -70.0}])
def test_narration_of_nothing_but_silence_is_for_a_person(heard, sound):
    said = "有音轨而全程无声（AAC 2 声道 3分），请人工核对有无配音或解说"
    assert heard(**sound) == ("review", said)


def test_narration_of_a_mostly_silent_film_says_where(heard):
    found = heard(silent=(Stretch(start_s=40.0, end_s=166.0),), silent_share=0.7)
    said = "全片 70% 的时间无声：第 40 秒至第 2分46秒（2分6秒），请人工核对有无配音或解说"
    assert found == ("review", said)


def test_narration_of_a_track_that_cannot_be_decoded_is_for_a_person(heard):
    assert heard(tracks=0) == ("review", "音轨中没有可以解码的声音，请人工核对有无配音或解说")


def test_narration_is_for_an_ear_where_nobody_listened_to_the_end(find, a_work, film, watched):
    given_up = film(watched=watched(sound=None, problem="too-slow"))
    assert find("narration", a_work(film=given_up)) == ("manual", f"{HEARD}；程序未能检查是否有声")


def test_narration_is_for_an_ear_where_films_are_not_watched(find, a_work, film, unwatched_config):
    assert find("narration", a_work(film=film(watched=None)), unwatched_config) == ("manual", HEARD)


def test_narration_of_a_track_that_says_nothing_of_itself(find, a_work, film):
    nameless = film(audio=(AudioTrack(duration_s=math.nan),))
    assert find("narration", a_work(film=nameless))[1].startswith("有 1 条音轨（编码未知）")
