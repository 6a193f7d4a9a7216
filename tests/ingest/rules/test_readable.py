"""readable: whether a film is whole, and the second in which it is not."""

import pytest

from ingest.model import Kind
from parsers.facts import Broken, Unknown
from parsers.filmfacts import Damage, Shot, Stretch

WHOLE = "从头到尾完整：画面数据共 4,500 帧，解码查看 240 个画面，均无错误"


@pytest.fixture
def of_film(find, a_work, film, watched):
    """What readable says of a film that was watched."""
    return lambda **seen: find("readable", a_work(film=film(watched=watched(**seen))))


def test_readable_without_a_film(find, a_work):
    assert find("readable", a_work(film=None)) == ("na", "没有视频，未检查")


def test_readable_of_a_film_behind_its_link(find, a_work, material):
    link = material(Kind.VIDEO, "探月之路.mp4", certain=False, url="https://mail.163.com/x")
    found = find("readable", a_work(link, film=None))
    assert found == ("pending", "视频尚未取得（探月之路.mp4），取得后再检查")


def test_readable_from_start_to_end(of_film):
    assert of_film() == ("pass", WHOLE)


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("empty", "文件为空（0 字节）"),
        ("cut-off", "文件不完整，末尾缺失"),
        ("no-index", "视频文件不完整：缺少索引信息（moov），无法播放"),
        ("no-picture", "视频文件中没有画面"),
    ],
)
def test_readable_fails_what_was_measured_not_to_open(find, a_work, reason, said):
    found = find("readable", a_work(film=Broken(format="mp4", reason=reason)))
    assert found == ("fail", f"视频“探月之路.mp4”无法打开：{said}")


def test_readable_says_how_far_a_cut_file_goes(find, a_work):
    broken = Broken(format="mp4", reason="cut-off", at_s=142.4, of_s=150.0)
    said = "视频“探月之路.mp4”无法打开：文件不完整，末尾缺失，数据只到第 2分22.4秒，完整时长应为 2分30秒"
    assert find("readable", a_work(film=broken)) == ("fail", said)


@pytest.mark.parametrize("reason", ["too-slow", "too-big", "crashed", "unreadable", "unsupported"])
def test_readable_never_fails_for_what_only_our_tools_say(find, a_work, reason):
    outcome, said = find("readable", a_work(film=Broken(format="mp4", reason=reason)))
    assert (outcome, said.partition("：")[0]) == ("review", "视频“探月之路.mp4”未能打开，请人工播放核对")


def test_readable_of_bytes_that_are_nothing_known(find, a_work):
    found = find("readable", a_work(film=Unknown(format="")))
    assert found == ("review", "视频“探月之路.mp4”未能识别，请人工播放核对")


def test_readable_of_malware_says_no_more_than_that_it_is_not_opened(find, a_work, material):
    bad = material(Kind.VIDEO, "探月之路.mp4", Broken(format="mp4", reason="malware"), problem="malware")
    assert find("readable", a_work(bad, film=None)) == ("na", "视频“探月之路.mp4”不能打开，未检查")


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (Damage(what="cut-off", at_s=142.0), "数据在第 2分22秒处中断，完整时长应为 3分"),
        (Damage(what="hole", at_s=80.0, until_s=82.0), "第 1分20秒至第 1分22秒（2秒）的数据丢失"),
        (Damage(what="undecodable", at_s=5.2), "第 5.2 秒的画面无法解码"),
    ],
)
def test_readable_fails_measured_damage_with_its_second(of_film, damage, said):
    assert of_film(damage=(damage,)) == ("fail", f"视频不完整或有损坏：{said}")


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (Damage(what="audio-ends", at_s=100.0), "声音到第 1分40秒为止，画面到 3分"),
        (Damage(what="picture-ends", at_s=100.0), "画面到第 1分40秒为止，声音仍在继续"),
        (Damage(what="short", at_s=140.0), "文件头标明时长 3分，画面只到第 2分20秒"),
    ],
)
def test_readable_leaves_to_a_person_what_may_be_meant(of_film, damage, said):
    assert of_film(damage=(damage,)) == ("review", f"请播放核对：{said}")


def test_readable_names_a_few_of_many_places(of_film):
    damage = tuple(Damage(what="undecodable", at_s=10.0 * n) for n in range(1, 7))
    said = "；".join(f"第 {n}0 秒的画面无法解码" for n in range(1, 5))
    assert of_film(damage=damage) == ("fail", f"视频不完整或有损坏：{said}；等 6 处")


def test_readable_of_single_pictures_in_doubt(of_film):
    assert of_film(errors=2) == ("review", "请播放核对：解码 242 个画面，2 个出错")


def test_readable_of_a_film_we_gave_up_on_is_for_a_person(of_film):
    found = of_film(problem="too-slow", pictures=30)
    assert found == ("review", "请播放核对：程序未能看完（处理超时，已停止读取）")


def test_readable_fails_damage_found_before_we_gave_up(of_film):
    found = of_film(problem="too-slow", damage=(Damage(what="hole", at_s=8.0),))
    assert found == ("fail", "视频不完整或有损坏：第 8 秒的数据丢失")


def test_readable_without_one_decoded_picture_is_no_pass(of_film):
    assert of_film(pictures=0) == ("review", "请播放核对：没有一个画面能够解码")


def test_readable_mentions_long_black_and_frozen_stretches(of_film):
    black = (Stretch(start_s=60.0, end_s=72.0), Stretch(start_s=90.0, end_s=91.0))
    frozen = (Stretch(start_s=100.0, end_s=110.0),)
    said = f"{WHOLE}。另见黑场：第 1分至第 1分12秒（12秒）；画面静止：第 1分40秒至第 1分50秒（10秒）"
    assert of_film(black=black, frozen=frozen) == ("pass", said)


def test_readable_shows_the_picture_nearest_to_the_damage(pictures, a_work, film, watched):
    shots = tuple(Shot(what="damage", at_s=second, width=960, height=540) for second in (10.0, 79.5))
    spoilt = watched(damage=(Damage(what="hole", at_s=80.0),), shots=shots)
    assert pictures("readable", a_work(film=film(watched=spoilt))) == ("损坏处-01分19.5秒", "损坏处-00分10.0秒")
