import sys

import pytest

from ingest.demo.boxes import cut_off, without_moov
from ingest.demo.videos import make_video
from parsers.boxes import layout
from parsers.facts import Broken
from parsers.sniff import sniff
from parsers.tools import ToolFailed, ToolMissing, run
from parsers.video import _hdr, read_video


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    return make_video(tmp_path_factory.mktemp("film") / "a.mp4", duration_s=2, width=320, height=180)


@pytest.fixture(scope="module")
def late_index(tmp_path_factory):
    path = tmp_path_factory.mktemp("late") / "a.mp4"
    return make_video(path, duration_s=2, width=320, height=180, rotation=90, faststart=False)


def test_the_facts_of_an_mp4(film):
    facts = read_video(film, "mp4")
    assert (facts.container, facts.brand, facts.faststart, facts.size) == ("mp4", "isom", True, film.stat().st_size)
    assert (facts.width, facts.height, facts.duration_s, facts.frame_rate, facts.codec) == (320, 180, 2.0, 25.0, "AVC")
    assert [(track.codec, track.channels) for track in facts.audio] == [("AAC", 2)]


def test_a_film_is_measured_as_it_is_shown(late_index):
    facts = read_video(late_index, "mp4")
    assert (facts.width, facts.height, facts.rotation) == (320, 180, 90)
    assert (facts.shown_width, facts.shown_height, facts.display_aspect, facts.faststart) == (
        180,
        320,
        180 / 320,
        False,
    )


@pytest.mark.parametrize("container", ["mov", "mkv", "avi", "flv", "ts"])
def test_other_containers_are_told_by_their_bytes(tmp_path, container):
    path = make_video(tmp_path / "film.mp4", duration_s=1, width=160, height=90, container=container)
    found = sniff(path)
    facts = read_video(path, found)
    assert (facts.container, facts.width, facts.height) == ({"ts": "mpegts"}.get(container, container), 160, 90)


def test_a_film_without_its_index_says_so(film, tmp_path):
    assert read_video(without_moov(film, tmp_path / "a"), "mp4") == Broken(
        format="mp4", reason="no-index", detail="no moov box"
    )


@pytest.mark.parametrize("which", ["film", "late_index"])
def test_a_film_cut_off_says_where(request, tmp_path, which):
    path = cut_off(request.getfixturevalue(which), tmp_path / "a", 0.6)
    facts = read_video(path, "mp4")
    assert (facts.reason, facts.detail.split(" of ")[0]) == ("cut-off", str(path.stat().st_size))


def test_a_film_cut_off_says_how_far_it_plays(film, tmp_path):
    facts = read_video(cut_off(film, tmp_path / "a", 0.6), "mp4")
    assert (facts.of_s, facts.at_s is not None and 0 < facts.at_s < 2) == (2.0, True)


def test_a_film_cut_off_without_its_index_plays_nothing(late_index, tmp_path):
    assert read_video(cut_off(late_index, tmp_path / "a", 0.6), "mp4").at_s is None


@pytest.mark.parametrize(
    ("picture", "hdr"),
    [({"HDR_Format": "Dolby Vision"}, "Dolby Vision"), ({"transfer_characteristics": "HLG"}, "HLG"), ({}, "")],
)
def test_hdr_is_told_by_its_name_or_its_curve(picture, hdr):
    assert _hdr(picture) == hdr


def test_a_matroska_film_cut_off_says_so(tmp_path):
    path = make_video(tmp_path / "a.mkv", duration_s=2, width=160, height=90, container="mkv")
    path.write_bytes(path.read_bytes()[:-3_000])
    assert read_video(path, "mkv").reason == "cut-off"


def test_a_film_of_nothing_but_boxes_is_unreadable(tmp_path):
    (tmp_path / "a").write_bytes(b"\0\0\0\x10ftypisom\0\0\0\0" + b"\0\0\0\x08moov" + b"\0\0\0\x08mdat")
    assert read_video(tmp_path / "a", "mp4").reason == "unreadable"


def boxes_of(tmp_path, raw):
    (tmp_path / "a").write_bytes(raw)
    with (tmp_path / "a").open("rb") as file:
        return layout(file)


def test_a_box_to_the_end_of_the_file_is_whole(tmp_path):
    found = boxes_of(tmp_path, b"\0\0\0\x08moov" + b"\0\0\0\0mdat" + bytes(50))
    assert (found.index_at, found.media_at, found.cut_at) == (0, 8, None)


def test_a_box_with_a_long_size_is_followed(tmp_path):
    found = boxes_of(tmp_path, b"\0\0\0\x01mdat" + (24).to_bytes(8, "big") + bytes(8) + b"\0\0\0\x08moov")
    assert (found.media_at, found.index_at, found.faststart) == (0, 24, False)


def test_a_box_larger_than_the_file_tells_the_size_it_should_have(tmp_path):
    found = boxes_of(tmp_path, b"\0\0\0\x01mdat" + (2**40).to_bytes(8, "big") + bytes(8))
    assert (found.cut_at, found.needed) == (24, 2**40)


def test_brands_are_read_from_the_first_box(tmp_path):
    found = boxes_of(tmp_path, b"\0\0\0\x1cftypqt  \0\0\0\0qt  mp42\0\0\0\0")
    assert (found.brand, found.compatible) == ("qt  ", ("qt  ", "mp42", "\0\0\0\0"))


def test_a_tool_that_never_ends_is_ended():
    with pytest.raises(ToolFailed, match="no answer within"):
        run("loop", [sys.executable, "-c", "while True: pass"], seconds=0.3)


def test_a_tool_that_dies_is_the_files_trouble():
    with pytest.raises(ToolFailed, match="exit 1"):
        run("dies", [sys.executable, "-c", "raise SystemExit(1)"], seconds=30)


def test_a_tool_that_cannot_be_run_is_ours():
    with pytest.raises(ToolMissing, match="cannot be run"):
        run("gone", [sys.executable, "-c", "raise SystemExit(3)"], seconds=30)
