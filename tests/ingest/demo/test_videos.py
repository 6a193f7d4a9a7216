from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from pymediainfo import MediaInfo

from ingest.demo.videos import Container, cut_off, make_video, with_hole, without_moov


def seen(path: Path, kind: str = "Video") -> dict[str, object]:
    return next(track.to_data() for track in MediaInfo.parse(path).tracks if track.track_type == kind)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_video(tmp_path_factory.mktemp("film") / "film.mp4", duration_s=150, title="星海寻踪")


@pytest.fixture(scope="module")
def big_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_video(tmp_path_factory.mktemp("big") / "big.mp4", duration_s=120, size_bytes=101_000_000)


@pytest.fixture
def small_film(tmp_path: Path) -> Path:
    return make_video(tmp_path / "small.mp4", duration_s=8, width=320, height=180)


def test_duration_of_a_film_is_what_was_asked(film: Path) -> None:
    assert abs(int(str(seen(film)["duration"])) - 150_000) <= 100


def test_frame_rate_of_a_film_is_25(film: Path) -> None:
    assert float(str(seen(film)["frame_rate"])) == 25.0


def test_small_film_of_150_seconds_stays_under_3_mb(film: Path) -> None:
    assert film.stat().st_size < 3_000_000


def test_picture_is_1080p(film: Path) -> None:
    assert (seen(film)["width"], seen(film)["height"]) == (1920, 1080)


def test_sound_is_as_long_as_the_picture(film: Path) -> None:
    assert abs(int(str(seen(film, "Audio")["duration"])) - 150_000) < 50


def test_film_of_the_contests_size_has_exactly_that_size(big_film: Path) -> None:
    assert big_film.stat().st_size == 101_000_000


def test_film_of_the_contests_size_is_filled_by_its_pictures_not_by_padding(big_film: Path) -> None:
    assert int(str(seen(big_film)["stream_size"])) > 95_000_000


def test_small_film_is_padded_to_the_size_asked(tmp_path: Path) -> None:
    film = make_video(tmp_path / "f.mp4", duration_s=8, width=320, height=180, size_bytes=400_000)
    assert (film.stat().st_size, seen(film)["duration"]) == (400_000, 8000)


def test_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    films = [make_video(tmp_path / n, duration_s=5, width=320, height=180, title="甲") for n in ("a.mp4", "b.mp4")]
    assert films[0].read_bytes() == films[1].read_bytes()


def test_another_title_gives_other_bytes(tmp_path: Path) -> None:
    films = [make_video(tmp_path / f"{t}.mp4", duration_s=5, width=320, height=180, title=t) for t in "甲乙"]
    assert films[0].read_bytes() != films[1].read_bytes()


@pytest.mark.parametrize(
    ("container", "format_name"),
    [
        ("mp4", "MPEG-4"),
        ("mov", "MPEG-4"),
        ("mkv", "Matroska"),
        ("avi", "AVI"),
        ("flv", "Flash Video"),
        ("ts", "MPEG-TS"),
    ],
)
def test_container_is_the_one_asked(tmp_path: Path, container: Container, format_name: str) -> None:
    film = make_video(tmp_path / f"f.{container}", duration_s=5, width=320, height=180, container=container)
    assert seen(film, "General")["format"] == format_name


def test_mov_has_the_brand_of_quicktime(tmp_path: Path) -> None:
    film = make_video(tmp_path / "f.mov", duration_s=5, width=320, height=180, container="mov")
    assert film.read_bytes()[4:12] == b"ftypqt  "


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_rotation_is_what_players_are_told(tmp_path: Path, degrees: int) -> None:
    film = make_video(tmp_path / "f.mp4", duration_s=5, width=320, height=180, rotation=degrees)
    assert float(str(seen(film)["rotation"])) == degrees


def test_film_without_sound_has_no_audio_track(tmp_path: Path) -> None:
    film = make_video(tmp_path / "f.mp4", duration_s=5, width=320, height=180, audio=False)
    assert [t.track_type for t in MediaInfo.parse(film).tracks] == ["General", "Video"]


@pytest.mark.parametrize("faststart", [True, False])
def test_index_lies_where_asked(tmp_path: Path, *, faststart: bool) -> None:
    film = make_video(tmp_path / "f.mp4", duration_s=5, width=320, height=180, faststart=faststart)
    data = film.read_bytes()
    assert (data.index(b"moov") < data.index(b"mdat")) is faststart


def test_every_frame_of_a_looped_film_can_be_decoded(small_film: Path) -> None:
    import av

    with av.open(str(small_film)) as film:
        times = [frame.pts for frame in film.decode(video=0)]
    assert (len(times), times == sorted(set(times))) == (200, True)


def test_film_without_moov_keeps_all_its_other_boxes(tmp_path: Path, small_film: Path) -> None:
    bare = without_moov(small_film, tmp_path / "bare.mp4").read_bytes()
    assert (b"moov" in bare, b"mdat" in bare, bare[4:8]) == (False, True, b"ftyp")


def test_taking_the_moov_of_a_film_that_has_none_is_refused(tmp_path: Path, small_film: Path) -> None:
    bare = without_moov(small_film, tmp_path / "bare.mp4")
    with pytest.raises(ValueError, match="no moov"):
        without_moov(bare, tmp_path / "again.mp4")


def test_cut_off_film_is_the_beginning_of_the_whole_one(tmp_path: Path, small_film: Path) -> None:
    part, whole = cut_off(small_film, tmp_path / "part.mp4", 0.6).read_bytes(), small_film.read_bytes()
    assert part == whole[: int(len(whole) * 0.6)]


def test_odd_sides_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no such film"):
        make_video(tmp_path / "f.mp4", duration_s=5, width=321, height=180)


def lumas(path: Path, *seconds: float) -> list[NDArray[np.uint8]]:
    """The brightness of the pictures shown at some seconds."""
    import av

    with av.open(str(path)) as film:
        frames = [(float(frame.time or 0.0), frame.to_ndarray(format="gray8")) for frame in film.decode(video=0)]
    return [next(luma for at_s, luma in frames if at_s >= second) for second in seconds]


@pytest.fixture(scope="module")
def slides(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("slides") / "film.mp4"
    return make_video(
        path,
        duration_s=60,
        width=320,
        height=180,
        fps=5,
        title="片名",
        credits=("导演",),
        subtitles=("甲乙丙丁", "戊己庚辛"),
        slides=2,
        bars=0.1,
    )


def test_slides_take_turns(slides: Path) -> None:
    first, second, again = lumas(slides, 24.0, 32.0, 40.0)
    assert (abs(first.astype(int) - second).mean() > 5, abs(first.astype(int) - again).mean() < 2) == (True, True)


def test_subtitles_stand_between_the_quiet_ends(slides: Path) -> None:
    pictures = lumas(slides, 5.0, 30.0, 50.0)
    assert [int(picture[140:162].max() > 200) for picture in pictures] == [0, 1, 0]


def test_bars_are_black_above_and_below(slides: Path) -> None:
    (picture,) = lumas(slides, 24.0)
    assert (picture[:16].max() < 25, picture[-16:].max() < 25, picture[20:30].mean() > 30) == (True, True, True)


def test_sound_can_end_before_the_picture(tmp_path: Path) -> None:
    film = make_video(tmp_path / "f.mp4", duration_s=8, width=320, height=180, sound_until_s=5)
    assert (abs(int(str(seen(film, "Audio")["duration"])) - 5_000) < 50, seen(film)["duration"]) == (True, 8000)


def test_a_hole_is_zeros_within_the_data_alone(tmp_path: Path, small_film: Path) -> None:
    whole, spoilt = small_film.read_bytes(), with_hole(small_film, tmp_path / "hole.mp4", 0.5, 500).read_bytes()
    differ = [place for place, (one, other) in enumerate(zip(whole, spoilt, strict=True)) if one != other]
    assert (max(differ) - min(differ) < 500, min(differ) > whole.index(b"mdat")) == (True, True)
    assert set(spoilt[min(differ) : max(differ) + 1]) == {0}


def test_a_hole_larger_than_the_data_is_refused(tmp_path: Path, small_film: Path) -> None:
    with pytest.raises(ValueError, match="no 9999999 bytes of data"):
        with_hole(small_film, tmp_path / "hole.mp4", 0.5, 9_999_999)
