"""Which films a browser plays, and the small copies of those it does not."""

from pathlib import Path

import pytest

from ingest.demo.videos import make_video
from parsers.facts import AudioTrack, VideoFacts
from parsers.film import clip
from parsers.film.clip import make_clip, plays_in_browser, shape
from parsers.video import read_video

PLAIN = VideoFacts(
    container="mp4", size=1, codec="AVC", profile="High@L4", width=1920, height=1080, shown_width=1920,
    shown_height=1080, display_aspect=16 / 9, audio=(AudioTrack(codec="AAC"),),
)  # fmt: skip


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """A film of two seconds as QuickTime, standing."""
    path = tmp_path_factory.mktemp("film") / "film.mov"
    return make_video(path, duration_s=2, width=320, height=180, container="mov", rotation=90)


@pytest.fixture(scope="module")
def copied(film, tmp_path_factory):
    """What is said of its preview."""
    return make_clip(film, read_video(film, "mov"), tmp_path_factory.mktemp("clip")).clip


@pytest.mark.parametrize(
    "other",
    [
        {"container": "mov"},
        {"container": "mkv"},
        {"codec": "HEVC"},
        {"codec": "MPEG-4 Visual"},
        {"codec": "ProRes"},
        {"bit_depth": 10, "profile": "High 10@L4"},
        {"profile": "High 4:2:2@L4"},
        {"width": 7680, "height": 4320},
        {"audio": (AudioTrack(codec="AC-3"),)},
    ],
    ids=str,
)
def test_film_that_a_browser_does_not_play(other):
    assert not plays_in_browser(PLAIN.model_copy(update=other))


@pytest.mark.parametrize("other", [{}, {"audio": ()}, {"container": "webm", "codec": "VP9"}, {"codec": "AV1"}], ids=str)
def test_film_that_a_browser_plays(other):
    assert plays_in_browser(PLAIN.model_copy(update={"audio": (AudioTrack(codec="Opus"),), **other}))


def test_preview_plays_in_a_browser(copied):
    facts = read_video(Path(copied.path), "mp4")
    assert (plays_in_browser(facts), facts.faststart, facts.codec) == (True, True, "AVC")
    assert [track.codec for track in facts.audio] == ["AAC"]


def test_preview_is_as_long_and_stands_as_the_film(copied):
    facts = read_video(Path(copied.path), "mp4")
    assert (facts.duration_s, facts.shown_width, facts.shown_height, facts.rotation) == (2.0, 180, 320, 0)


@pytest.mark.parametrize(
    ("shown", "small"), [((1920, 1080), (854, 480)), ((1080, 1920), (480, 854)), ((320, 241), (320, 240))], ids=str
)
def test_preview_keeps_the_shape_and_is_never_larger(shown, small):
    facts = PLAIN.model_copy(update={"shown_width": shown[0], "shown_height": shown[1]})
    assert shape(facts) == small


def test_preview_of_a_long_film_ends_early(film, tmp_path, monkeypatch):
    monkeypatch.setattr(clip, "MOST_S", 0.5)
    made = make_clip(film, read_video(film, "mov"), tmp_path).clip
    assert read_video(Path(made.path), "mp4").duration_s == pytest.approx(0.52, abs=0.05)


def test_preview_that_is_too_large_says_so(film, tmp_path, monkeypatch):
    monkeypatch.setattr(clip, "MOST_BYTES", 1_000)
    said = make_clip(film, read_video(film, "mov"), tmp_path)
    assert (said.no_clip, said.clip, list(tmp_path.iterdir())) == ("too-large", None, [])


def test_preview_of_what_cannot_be_decoded_says_so(film, tmp_path):
    (tmp_path / "noise").write_bytes(bytes(range(256)) * 40)
    said = make_clip(tmp_path / "noise", read_video(film, "mov"), tmp_path)
    assert (said.no_clip, said.clip) == ("unreadable", None)
