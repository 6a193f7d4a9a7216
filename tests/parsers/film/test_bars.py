import numpy as np
import pytest

from parsers.film.album import Album
from parsers.film.bars import BarsSeen, box
from parsers.film.frame import Frame
from parsers.filmfacts import Bars

WIDTH, HEIGHT = 320, 180


class Picture(Frame):
    """A frame that was not decoded but drawn."""

    def __init__(self, at_s, luma):
        super().__init__(at_s, "body", key=True, dense=False, raw=None, _luma=luma)

    def colour(self, long_px):
        return np.repeat(self.luma[..., None], 3, axis=2)


def scene(number, mean=110, contrast=40, high=HEIGHT, wide=WIDTH):
    """Blocks of different brightness, other ones for every number."""
    draw = np.random.default_rng(number)
    cells = np.clip(draw.normal(mean, contrast, (high // 10 + 1, wide // 10 + 1)), 16, 235)
    return np.kron(cells, np.ones((10, 10)))[:high, :wide].astype(np.uint8)


def boxed(picture, top=0, bottom=0, left=0, right=0, black=16):
    whole = np.full((HEIGHT, WIDTH), black, np.uint8)
    whole[top : HEIGHT - bottom, left : WIDTH - right] = picture[top : HEIGHT - bottom, left : WIDTH - right]
    return whole


def watched(pictures, size=(WIDTH, HEIGHT), album=None):
    seen = BarsSeen(*size, album)
    for number, picture in enumerate(pictures):
        seen.see(Picture(number * 3.0, picture))
    return seen.result()


def sides(bars):
    return bars.top, bars.bottom, bars.left, bars.right


@pytest.mark.parametrize("black", [0, 16, 22])
@pytest.mark.parametrize(
    "bars", [(24, 24, 0, 0), (24, 12, 0, 0), (0, 0, 40, 40), (20, 20, 36, 36), (0, 30, 0, 0), (5, 5, 0, 0)]
)
def test_bars_are_measured(bars, black):
    assert sides(watched(boxed(scene(number), *bars, black=black) for number in range(20))) == bars


@pytest.mark.parametrize("thin", [1, 2])
def test_thin_dark_edges_are_forgiven(thin):
    assert watched(boxed(scene(number), thin, thin, thin, thin) for number in range(20)) == Bars()


def test_bars_are_told_in_pixels_as_shown():
    bars = watched((boxed(scene(number), 24, 24) for number in range(20)), size=(1280, 1080))
    assert (bars.top, bars.bottom) == (144, 144)


def test_a_black_opening_is_no_bar():
    pictures = [np.full((HEIGHT, WIDTH), 16, np.uint8)] * 8 + [scene(number) for number in range(12)]
    assert watched(pictures) == Bars()


def test_dark_scenes_hide_no_bars():
    pictures = [boxed(scene(number, 24, 4), 24, 24) for number in range(8)]
    pictures += [boxed(scene(number), 24, 24) for number in range(12)]
    assert sides(watched(pictures)) == (24, 24, 0, 0)


def test_a_dark_film_with_lamps_has_none():
    assert watched(scene(number, 30, 12) for number in range(20)) == Bars()


def test_land_that_is_always_dark_is_no_bar():
    def skyline(number):
        picture = scene(number)
        picture[130 + number % 30 :] = 18
        return picture

    assert watched(skyline(number) for number in range(30)) == Bars()


def test_a_ground_that_gets_darker_to_its_edges_is_no_bar():
    fall = np.clip(np.minimum(np.arange(HEIGHT), np.arange(HEIGHT)[::-1]) / 60, 0, 1)[:, None]
    assert watched((16 + (scene(n) - 16.0) * fall).astype(np.uint8) for n in range(20)) == Bars()


def test_a_logo_and_subtitles_do_not_hide_a_bar():
    def with_words(number):
        picture = boxed(scene(number), 24, 24)
        picture[6:18, 10:50] = 220
        picture[162:174, 80:240] = np.random.default_rng(number).choice([16, 16, 235], (12, 160))
        return picture

    assert sides(watched(with_words(number) for number in range(30))) == (24, 24, 0, 0)


@pytest.mark.parametrize(("boxed_ones", "bars"), [(8, (0, 0, 0, 0)), (16, (24, 24, 0, 0))])
def test_bars_stay_if_most_of_the_film_has_them(boxed_ones, bars):
    pictures = [boxed(scene(number), *((24, 24) if number < boxed_ones else (0, 0))) for number in range(20)]
    assert sides(watched(pictures)) == bars


def test_of_a_film_with_next_to_nothing_to_see_nothing_is_sure():
    assert watched([np.full((HEIGHT, WIDTH), 16, np.uint8)] * 20) == Bars(sure=False)


def test_nothing_seen_is_not_sure():
    assert watched([]) == Bars(sure=False)


def test_large_pictures_are_thinned():
    big = [np.kron(boxed(scene(number), 24, 24), np.ones((12, 12), np.uint8)) for number in range(7)]
    assert sides(watched(big, size=(3840, 2160))) == (288, 288, 0, 0)


def test_a_picture_with_its_bars_is_kept(tmp_path):
    album = Album(tmp_path)
    watched((boxed(scene(number), 24, 24) for number in range(20)), album=album)
    assert [shot.what for shot in album.shots] == ["bars"]


def test_the_picture_kept_is_one_that_has_them(tmp_path):
    album = Album(tmp_path)
    pictures = [boxed(scene(number), *((24, 24) if number > 3 else (0, 0))) for number in range(20)]
    watched(pictures, album=album)
    assert [(shot.what, shot.at_s >= 12.0) for shot in album.shots] == [("bars", True)]


def test_no_picture_is_kept_of_a_film_without_bars(tmp_path):
    album = Album(tmp_path)
    watched((scene(number) for number in range(20)), album=album)
    assert album.shots == ()


def test_a_map_that_is_dark_all_over_has_no_box():
    assert box(np.zeros((90, 160))) == (0, 0, 0, 0)
