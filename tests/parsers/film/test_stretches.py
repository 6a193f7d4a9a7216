import numpy as np
import pytest

from parsers.film import watch
from parsers.film.stretches import is_black

WIDTH, HEIGHT, FPS = 96, 54, 10


@pytest.fixture(scope="module")
def parts(moving_pictures):
    """Pictures of a film part by part: a word and its seconds."""

    def make(*course):
        pictures, moving = [], iter(moving_pictures(2_000, WIDTH, HEIGHT))
        still = next(moving)
        for word, seconds in course:
            for _ in range(round(seconds * FPS)):
                picture = {"black": np.zeros((HEIGHT, WIDTH), np.uint8), "still": still}.get(word)
                pictures.append(next(moving) if picture is None else picture)
        return pictures

    return make


@pytest.fixture(scope="module")
def seen(film_maker, facts_of, parts, tmp_path_factory):
    def look(*course, scratch=None, **more):
        path = film_maker(tmp_path_factory.mktemp("film") / "a.mp4", parts(*course), **more)
        return watch(path, facts_of(path), scratch, ocr=False, clip=False)

    return look


def times(stretches):
    return [(round(one.start_s), round(one.end_s)) for one in stretches]


def test_black_is_told_from_when_to_when(seen):
    found = seen(("move", 4), ("black", 6), ("move", 4))
    assert (times(found.black), found.frozen) == ([(4, 10)], ())


def test_black_in_the_body_is_told_by_key_pictures_and_packets(seen):
    found = seen(("move", 25), ("black", 8), ("move", 27), options={"g": "30", "sc_threshold": "0"})
    (one,) = found.black
    assert (25 <= one.start_s <= 28, 30 <= one.end_s <= 33) == (True, True)


def test_a_short_black_is_a_cut(seen):
    assert seen(("move", 4), ("black", 1), ("move", 4)).black == ()


def test_a_film_that_ends_black_is_black_to_its_end(seen):
    assert times(seen(("move", 5), ("black", 5)).black) == [(5, 10)]


def test_a_frozen_picture_is_told_from_when_to_when(seen):
    found = seen(("move", 3), ("still", 14), ("move", 3))
    assert (found.frozen[0].length_s > 12, times(found.frozen)[0][1], found.black) == (True, 17, ())


def test_a_frozen_picture_in_the_body_is_told_by_key_pictures(seen):
    found = seen(("move", 22), ("still", 20), ("move", 24), options={"g": "40", "sc_threshold": "0"})
    (one,) = found.frozen
    assert (22 <= one.start_s <= 26, 38 <= one.end_s <= 42) == (True, True)


def test_a_frozen_end_is_told_though_the_rate_is_constant(seen):
    filled = {"b": "300000", "maxrate": "300000", "bufsize": "30000", "x264-params": "nal-hrd=cbr:force-cfr=1"}
    found = seen(("move", 4), ("still", 14), ("move", 2), options=filled)
    assert (found.frozen[0].length_s > 12, len(found.frozen)) == (True, 1)


def test_a_still_of_some_seconds_is_a_photograph(seen):
    assert seen(("move", 3), ("still", 6), ("move", 3)).frozen == ()


def test_what_comes_round_at_every_key_picture_is_not_frozen(film_maker, facts_of, moving_pictures, tmp_path):
    pictures = moving_pictures(20, WIDTH, HEIGHT) * 40
    path = film_maker(tmp_path / "a.mp4", pictures, options={"g": "20", "sc_threshold": "0"})
    assert watch(path, facts_of(path), None, ocr=False, clip=False).frozen == ()


def test_one_picture_of_each_stretch_is_kept(seen, tmp_path):
    found = seen(("move", 2), ("black", 4), ("move", 2), ("still", 12), ("move", 2), scratch=tmp_path)
    assert [shot.what for shot in found.shots if shot.what != "sheet"] == ["black", "frozen"]


@pytest.mark.parametrize(("level", "black"), [(0, True), (16, True), (24, True), (40, False)])
def test_black_of_either_range_is_black(level, black):
    assert is_black(np.full((36, 64), level, np.uint8)) == black


def test_a_small_clock_on_black_is_black():
    picture = np.full((36, 64), 16, np.uint8)
    picture[2:5, 2:8] = 200
    assert is_black(picture)


def test_credits_on_black_are_not_black():
    picture = np.full((36, 64), 16, np.uint8)
    picture[10:26:4, 16:48] = 120
    assert not is_black(picture)
