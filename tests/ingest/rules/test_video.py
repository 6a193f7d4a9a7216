import math

import pytest

from ingest.model import Kind
from parsers.facts import Broken
from parsers.filmfacts import Damage, Stretch

MEASURED = [
    "container", "duration", "aspect", "full-frame", "resolution", "size", "opening-title", "closing-credits",
    "subtitles", "narration",
]  # fmt: skip


@pytest.mark.parametrize("rule_id", MEASURED)
def test_without_a_film_nothing_is_measured(find, a_work, rule_id):
    assert find(rule_id, a_work(film=None)) == ("na", "没有视频，未检查")


@pytest.mark.parametrize("rule_id", MEASURED)
def test_a_film_behind_its_link_is_awaited(find, a_work, material, rule_id):
    link = material(Kind.VIDEO, "探月之路.mp4", certain=False, url="https://mail.163.com/x")
    found = find(rule_id, a_work(link, film=None))
    assert found == ("pending", "视频尚未取得（探月之路.mp4），取得后再检查")


@pytest.mark.parametrize("rule_id", MEASURED)
def test_a_film_that_cannot_be_opened_is_not_measured(find, a_work, rule_id):
    found = find(rule_id, a_work(film=Broken(format="mp4", reason="cut-off")))
    assert found == ("na", "视频“探月之路.mp4”无法打开，未检查：文件不完整，末尾缺失")


@pytest.mark.parametrize(
    "rule_id", ["readable", "full-frame", "opening-title", "closing-credits", "subtitles", "narration"]
)
def test_a_film_nobody_looked_at_yet_is_pending(find, a_work, film, rule_id):
    found = find(rule_id, a_work(film=film(watched=None)))
    assert found == ("pending", "视频已取得，画面和声音尚未查看，下次运行时继续")


@pytest.mark.parametrize("rule_id", ["readable", "full-frame", "opening-title", "closing-credits", "subtitles"])
def test_where_films_are_not_watched_nothing_is_said_to_fit(find, a_work, film, unwatched_config, rule_id):
    found = find(rule_id, a_work(film=film(watched=None)), unwatched_config)
    assert found == ("na", "未检查：按配置不查看视频的画面和声音（analysis.watch）")


@pytest.mark.parametrize(
    ("container", "brand", "outcome", "said"),
    [
        ("mp4", "isom", "pass", "视频格式为 MP4（品牌标识 isom）"),
        ("mp4", "M4V ", "pass", "视频格式为 MP4（品牌标识 M4V）"),
        ("mp4", "XAVC", "pass", "视频格式为 MP4（品牌标识 XAVC）"),
        ("mov", "qt  ", "fail", "视频格式为 MOV（品牌标识 qt）；要求 MP4"),
        ("mp4", "qt  ", "fail", "视频格式为 MOV（品牌标识 qt）；要求 MP4"),
        ("mov", "", "fail", "视频格式为 MOV（品牌标识 无）；要求 MP4"),
        ("mp4", "zzzz", "review", "视频格式为 MP4，品牌标识 “zzzz” 不在已知之列，请人工确认是否为 MP4"),
        ("mkv", "", "fail", "视频格式为 MKV（扩展名却是 .mp4）；要求 MP4"),
        ("avi", "", "fail", "视频格式为 AVI（扩展名却是 .mp4）；要求 MP4"),
        ("flv", "", "fail", "视频格式为 FLV（扩展名却是 .mp4）；要求 MP4"),
    ],
)
def test_container(find, a_work, film, container, brand, outcome, said):
    assert find("container", a_work(film=film(container=container, brand=brand))) == (outcome, said)


@pytest.mark.parametrize(
    ("seconds", "outcome"),
    [
        (118.9, "fail"),
        (119.0, "review"),
        (119.9, "review"),
        (120.0, "pass"),
        (300.0, "pass"),
        (300.04, "review"),
        (301.0, "review"),
        (301.01, "fail"),
        (312.0, "fail"),
        (None, "review"),
        (math.nan, "review"),
        (math.inf, "review"),
    ],
)
def test_duration(find, a_work, film, seconds, outcome):
    assert find("duration", a_work(film=film(duration_s=seconds, watched=None)))[0] == outcome


def test_duration_says_what_was_found_and_wanted(find, a_work, film):
    assert find("duration", a_work(film=film(duration_s=312.0, watched=None))) == (
        "fail",
        "时长 5分12秒；要求 2–5 分钟",
    )


def test_duration_goes_by_the_picture_not_the_container(find, a_work, film):
    longer = film(duration_s=299.0, container_duration_s=320.0, watched=None)
    assert find("duration", a_work(film=longer))[0] == "pass"


def test_duration_is_measured_where_the_header_says_otherwise(find, a_work, film, watched):
    found = find("duration", a_work(film=film(duration_s=320.0, watched=watched(duration_s=252.0))))
    assert found == ("pass", "时长 4分12秒（按画面实测；文件头标明 5分20秒，与画面不符）；要求 2–5 分钟")


def test_duration_of_a_header_that_says_nothing_is_measured(find, a_work, film, watched):
    found = find("duration", a_work(film=film(duration_s=None, watched=watched(duration_s=100.0))))
    assert found == ("fail", "时长 1分40秒；要求 2–5 分钟")


def test_duration_is_not_measured_of_a_film_we_gave_up_on(find, a_work, film, watched):
    given_up = film(watched=watched(duration_s=20.0, problem="too-slow"))
    assert find("duration", a_work(film=given_up)) == ("pass", "时长 3分；要求 2–5 分钟")


def test_duration_of_a_film_that_breaks_off_is_that_of_the_whole(find, a_work, film, watched):
    cut = watched(duration_s=100.0, damage=(Damage(what="cut-off", at_s=100.0),))
    assert find("duration", a_work(film=film(watched=cut))) == ("pass", "时长 3分；要求 2–5 分钟")


def test_duration_reached_by_black_at_the_end_is_for_a_person(find, a_work, film, watched):
    padded = watched(duration_s=125.0, black=(Stretch(start_s=95.0, end_s=125.0),))
    assert find("duration", a_work(film=film(duration_s=125.0, watched=padded))) == (
        "review",
        "时长 2分5秒；要求 2–5 分钟；首尾黑场：第 1分35秒至第 2分5秒（30秒），除去后只有 1分35秒，请人工认定",
    )


def test_duration_does_not_mind_black_that_takes_nothing_away(find, a_work, film, watched):
    dark = watched(black=(Stretch(start_s=0.0, end_s=3.0), Stretch(start_s=90.0, end_s=100.0)))
    assert find("duration", a_work(film=film(watched=dark)))[0] == "pass"


@pytest.mark.parametrize(
    ("width", "height", "outcome"),
    [
        (1920, 1080, "pass"),
        (3840, 2160, "pass"),
        (1920, 1072, "pass"),
        (1920, 1088, "pass"),
        (1920, 1040, "fail"),
        (1440, 1080, "fail"),
        (1080, 1920, "fail"),
        (2048, 1080, "fail"),
    ],
)
def test_aspect(find, a_work, film, width, height, outcome):
    shown = film(shown_width=width, shown_height=height, display_aspect=width / height)
    assert find("aspect", a_work(film=shown))[0] == outcome


def test_aspect_says_how_the_picture_is_shown(find, a_work, film):
    upright = film(shown_width=1080, shown_height=1920, display_aspect=0.5625, rotation=90)
    assert find("aspect", a_work(film=upright)) == (
        "fail",
        "显示画面 1080×1920，宽高比 9:16，带旋转 90 度；要求 16:9 横版",
    )


@pytest.mark.parametrize("shape", [0.0, math.nan, math.inf, -1.0])
def test_aspect_that_could_not_be_measured_is_not_judged(find, a_work, film, shape):
    assert find("aspect", a_work(film=film(display_aspect=shape)))[0] == "na"


@pytest.mark.parametrize(
    ("width", "height", "outcome"),
    [
        (1920, 1080, "pass"),
        (1080, 1920, "pass"),
        (3840, 2160, "pass"),
        (1919, 1080, "fail"),
        (1920, 1079, "fail"),
        (1280, 720, "fail"),
        (0, 0, "na"),
    ],
)
def test_resolution(find, a_work, film, width, height, outcome):
    assert find("resolution", a_work(film=film(shown_width=width, shown_height=height)))[0] == outcome


def test_resolution_counts_pixels_as_shown_not_as_coded(find, a_work, film):
    squeezed = film(width=1440, height=1080, shown_width=1920, shown_height=1080)
    assert find("resolution", a_work(film=squeezed))[0] == "pass"


@pytest.mark.parametrize(
    ("size", "outcome"),
    [(99_999_999, "fail"), (100_000_000, "pass"), (314_572_800, "pass"), (314_572_801, "fail"), (0, "fail")],
)
def test_size(find, a_work, film, size, outcome):
    assert find("size", a_work(film=film(size=size)))[0] == outcome


def test_size_is_said_in_bytes_and_both_units(find, a_work, film):
    assert find("size", a_work(film=film(size=104_857_600))) == (
        "pass",
        "大小 104,857,600 字节（104.9 MB，100.0 MiB）；要求 100 MB–300 MiB（100,000,000–314,572,800 字节）",
    )


@pytest.mark.parametrize("seconds", [119.5, 300.5])
def test_duration_doubt_is_the_configs(find, a_work, film, with_rule, seconds):
    config = with_rule("duration", doubt_s=0.0)
    assert find("duration", a_work(film=film(duration_s=seconds, watched=None)), config)[0] == "fail"


def test_content_lists_what_to_look_for_and_the_summary(find, a_work, with_rule):
    config = with_rule("content", look_for=("科学性", "趣味性"))
    assert find("content", a_work(), config) == (
        "manual",
        "请人工观看核对：科学性、趣味性；简介：“讲述探月工程的科学家。”",
    )


def test_content_is_a_persons_even_without_a_film(find, a_work):
    assert find("content", a_work(film=None, form=None))[0] == "manual"
