"""A film as `kepu inspect` tells it."""

import json

import pytest

from ingest.cli.films_inspected import film_lines, film_record, write_pictures
from ingest.demo.videos import make_video
from parsers.facts import AudioTrack, Box, VideoFacts
from parsers.film.album import Album
from parsers.filmfacts import Bars, Damage, ScreenText, Sound, Stretch, Subtitles, Watched

FILM = VideoFacts(
    container="mp4",
    brand="mp42",
    size=2_000_000,
    duration_s=150.2,
    codec="HEVC",
    profile="Main 10@L4",
    bit_depth=10,
    width=1920,
    height=1080,
    shown_width=1920,
    shown_height=1080,
    display_aspect=16 / 9,
    frame_rate=25,
    audio=(AudioTrack(codec="AAC", channels=2),),
)


def text(words, stage, at_s, top=0.5):
    box = Box(left=0.1, top=top, right=0.9, bottom=top + 0.1)
    return ScreenText(text=words, stage=stage, from_s=at_s, until_s=at_s + 2, best_s=at_s, box=box, confidence=0.9)


SEEN = Watched(
    duration_s=150.0,
    pictures=300,
    damage=(Damage(what="audio-ends", at_s=100.0),),
    bars=Bars(top=140, bottom=140),
    black=(Stretch(start_s=60.0, end_s=62.5),),
    sound=Sound(tracks=1, silent=(Stretch(start_s=100.0, end_s=150.0),), silent_share=1 / 3, peak_db=-6.2),
    texts=(
        text("制作单位 科技馆", "closing", 141.0, 0.7),
        text("星海寻踪", "opening", 1.0),
        text("作者 林晚舟", "closing", 141.0, 0.5),
    ),
    subtitles=Subtitles(share=0.8, script="mixed", traditional="體", lines=(text("一行字幕", "body", 30.0, 0.9),)),
    core_s={"walk": 0.25, "text": 3.0},
)
WATCHED = FILM.model_copy(update={"watched": SEEN})


def test_record_has_what_programs_are_promised():
    record = film_record("video", WATCHED)
    assert (record["container"], record["rotation"], record["size"], record["duration_s"]) == (
        "mp4",
        0,
        2_000_000,
        150.2,
    )
    assert (record["opening_text"], record["closing_text"]) == ("星海寻踪", "作者 林晚舟\n制作单位 科技馆")
    assert (record["bars"]["top"], record["subtitles"]["share"], record["audio"][0]["codec"]) == (140, 0.8, "AAC")
    assert json.loads(json.dumps(record)) == record


def test_record_of_a_film_nobody_looked_at_does_not_say_that_there_is_nothing():
    record = film_record("video", FILM)
    told = ("bars", "opening_text", "closing_text", "subtitles", "problem")
    assert [record[name] for name in told] == [None] * 5


def test_people_read_what_was_seen():
    assert dict(film_lines(WATCHED)) == {
        "封装格式": ["mp4（mp42）"],
        "时长": ["2分30秒"],
        "画面": ["1920×1080（宽高比 1.778），HEVC Main 10@L4，10 位，25 帧/秒"],
        "声音": ["AAC 2 声道"],
        "大小": ["2.0 MB（2000000 字节）"],
        "浏览器播放": ["不能，审查时另有预览"],
        "完整性": ["声音到此结束：01:40.0"],
        "黑边": ["上 140、下 140、左 0、右 0 像素"],
        "片头文字": ["00:01.0 星海寻踪（90%）"],
        "片尾文字": ["02:21.0 作者 林晚舟（90%）", "02:21.0 制作单位 科技馆（90%）"],
        "字幕": ["约占 80% 的时间，简体、繁体都有，繁体字：體", "00:30.0 一行字幕（90%）"],
        "黑场": ["01:00.0–01:02.5（2.5 秒）"],
        "静止": ["没有"],
        "无声": ["占 33%，最响 -6 dB", "01:40.0–02:30.0（50.0 秒）"],
        "查看用时": ["3.2 核秒（通读 0.2，认字 3.0）；解码画面 300 帧"],
    }


def test_people_read_of_a_film_nobody_looked_at_what_its_file_says():
    names = [name for name, _ in film_lines(FILM)]
    assert names == ["封装格式", "时长", "画面", "声音", "大小", "浏览器播放"]


@pytest.mark.parametrize(
    ("other", "name", "said"),
    [
        ({"problem": "too-slow"}, "未看完", "处理超时，已停止读取"),
        ({"bars": Bars(sure=False)}, "黑边", "不能确定"),
        ({"bars": Bars()}, "黑边", "没有"),
        ({"texts": ()}, "片头文字", "没有读到"),
        ({"subtitles": None}, "字幕", "没有查看"),
        ({"damage": ()}, "完整性", "没有发现损坏"),
        ({"sound": Sound(tracks=1, silent_share=1.0, peak_db=-120)}, "无声", "占 100%，自始至终没有声音"),
    ],
)
def test_people_read(other, name, said):
    seen = SEEN.model_copy(update=other)
    assert dict(film_lines(FILM.model_copy(update={"watched": seen})))[name] == [said]


def test_pictures_are_written_under_their_names(tmp_path):
    import numpy as np

    album = Album(tmp_path)
    album.keep("opening", 3.5, np.zeros((9, 16, 3), np.uint8))
    seen = SEEN.model_copy(update={"shots": album.shots})
    written = write_pictures(seen, tmp_path / "图" / "影片-帧")
    assert [path.relative_to(tmp_path).as_posix() for path in written] == ["图/影片-帧/片头-00分03.5秒.jpg"]
    assert written[0].read_bytes()[:2] == b"\xff\xd8"


def test_inspect_looks_at_a_film_and_writes_its_pictures(kepu, contest, tmp_path):
    film = make_video(tmp_path / "影片.mp4", duration_s=1, width=160, height=90)
    contest.watch = True
    contest.config("[analysis]\nworkers = 0\n")
    done = kepu("inspect", film, "--json", "--pictures", tmp_path / "图")
    record = json.loads(done.out)
    assert (record["played_s"], record["problem"], record["opening_text"]) == (1.0, "", "")
    assert record["pictures"][0] == str(tmp_path / "图" / "影片-帧" / "九宫格.jpg")


def test_inspect_may_be_quick(kepu, contest, tmp_path):
    film = make_video(tmp_path / "影片.mp4", duration_s=1, width=160, height=90)
    contest.watch = True
    contest.config()
    assert json.loads(kepu("inspect", film, "--json", "--quick").out)["opening_text"] is None
