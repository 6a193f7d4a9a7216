"""Texts read from frames as a decoder gives them; the frames are drawn, not encoded."""

from collections.abc import Sequence

import av
import numpy as np
import pytest
from PIL import Image, ImageDraw

from ingest.demo.font import write
from parsers.film.album import Album
from parsers.film.frame import Frame
from parsers.film.text_crops import longer_in, read, strips
from parsers.film.text_end import PICTURES, READS
from parsers.film.text_lines import Lines, Seen, alike, covering, fuller, thumb_of
from parsers.film.text_look import Glance
from parsers.film.texts import LOOKS, Texts
from parsers.pagefacts import Box

WIDTH, HEIGHT = 960, 540
TITLE = "探秘深海热液喷口"


def _picture(*words: tuple[str, float, float, int], fill: int = 255) -> np.ndarray:
    """Words on a dark ground. Each: text, middle from the left and from the top as shares, size in pixels."""
    ground = np.linspace(20, 90, WIDTH, dtype=np.uint8)
    sheet = Image.fromarray(np.repeat(np.repeat(ground[None, :, None], HEIGHT, axis=0), 3, axis=2))
    pen = ImageDraw.Draw(sheet)
    for text, x, y, size in words:
        write(pen, (WIDTH * x, HEIGHT * y), text, size, fill=(fill, fill, fill), anchor="mm")
    return np.asarray(sheet)


def _frame(picture: np.ndarray, at_s: float, stage: str = "opening", *, dense: bool = True) -> Frame:
    raw = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuv420p")
    return Frame(at_s, stage, not dense, dense, raw)


def _opening(pictures: Sequence[np.ndarray], album: Album | None = None, step_s: float = 0.25):
    texts = Texts(album or Album(None))
    for number, picture in enumerate(pictures):
        texts.see(_frame(picture, number * step_s))
    return texts.result()[0]


@pytest.fixture(scope="module")
def titled(tmp_path_factory):
    """A title that fades in, stands, and goes; its album."""
    album = Album(tmp_path_factory.mktemp("shots"))
    pictures = [_picture()] * 3
    pictures += [_picture((TITLE, 0.5, 0.4, 64), ("科学技术馆", 0.5, 0.6, 30), fill=fill) for fill in (95, 150, 205)]
    pictures += [_picture((TITLE, 0.5, 0.4, 64), ("科学技术馆", 0.5, 0.6, 30))] * 5 + [_picture()] * 2
    return _opening(pictures, album), album


def test_lines_are_read_in_reading_order(titled):
    assert [text.text for text in titled[0]] == [TITLE, "科学技术馆"]


def test_title_says_where_and_when_it_stands(titled):
    title = titled[0][0]
    assert (title.stage, 0.75 <= title.from_s <= title.until_s <= 2.75, 0.3 < title.box.top < 0.4) == (
        "opening",
        True,
        True,
    )


def test_title_is_read_more_than_once_and_surely(titled):
    assert titled[0][0].confidence > 0.95


def test_the_picture_that_shows_the_title_is_kept(titled):
    found, album = titled
    assert found[0].picture in {shot.sha256 for shot in album.shots if shot.what == "opening"}


def test_still_pictures_without_text_are_searched_once_at_most(monkeypatch):
    searched = []
    monkeypatch.setattr("parsers.film.text_end.found_in", lambda picture, most: searched.append(1) or [])
    _opening([_picture()] * 40)
    assert len(searched) <= 2


def test_an_opening_without_text_is_kept_as_one_picture(tmp_path):
    album = Album(tmp_path)
    busy = np.kron(np.random.default_rng(1).integers(0, 2, (27, 48, 1), dtype=np.uint8) * 200, np.ones((20, 20, 3)))
    _opening([busy.astype(np.uint8)] * 4, album)
    assert [shot.what for shot in album.shots] == ["opening"]


@pytest.mark.parametrize("size", [(2, 2), (16, 400), (400, 16), (34, 34)])
def test_pictures_of_odd_shapes_say_nothing(size):
    draws = np.random.default_rng(1)
    texts = Texts(Album(None), 3.0)
    for number in range(4):
        picture = draws.integers(0, 255, (*size, 3), dtype=np.uint8)
        texts.see(_frame(picture, number * 0.7, "opening" if number < 2 else "closing"))
    assert texts.result()[0] == ()


def test_a_title_that_builds_up_is_read_in_full():
    pictures = [_picture((TITLE[:count], 0.5, 0.4, 64)) for count in (3, 5, 8, 8, 8, 8)]
    assert [text.text for text in _opening(pictures)] == [TITLE]


def test_an_upright_title_is_read_from_top_to_bottom():
    words = [(letter, 0.5, 0.16 + number * 0.15, 64) for number, letter in enumerate("湿地精灵")]
    assert "".join(text.text for text in _opening([_picture(*words)] * 4)) == "湿地精灵"


def test_subtitles_are_found_in_the_lower_part_of_key_frames(tmp_path):
    words = ("这里的水温很高", "却有许多生命", "科学家采集样本", "说明溶液呈酸性")
    texts = Texts(Album(tmp_path), 100.0)
    for number in range(8):
        spoken = [(words[number % 4], 0.5, 0.92, 28)] if number != 3 else []
        texts.see(_frame(_picture(*spoken), 20 + number * 4.0, "body", dense=False))
    found = texts.result()[1]
    assert (found.share, found.script, [line.text for line in found.lines]) == (
        0.875,
        "simplified",
        [*words[:3], words[3]],
    )


def test_without_frames_nothing_is_said():
    texts, subtitles = Texts(Album(None)).result()
    assert (texts, subtitles.share) == ((), None)


# --- when to look


def _grey(picture: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(picture[::2, ::2, 0])


def test_looks_are_bounded_however_restless_the_pictures():
    draws = np.random.default_rng(1)
    glance = Glance(LOOKS)
    looks = [glance.worth(n * 0.2, draws.integers(0, 255, (270, 480), dtype=np.uint8)) for n in range(120)]
    assert sum(looks) <= LOOKS


def test_a_fade_is_looked_at_when_it_is_over():
    glance = Glance(LOOKS)
    fills = (90, 90, 90, 120, 160, 200, 255, 255, 255)
    looks = [glance.worth(n * 0.25, _grey(_picture((TITLE, 0.5, 0.4, 64), fill=fill))) for n, fill in enumerate(fills)]
    assert looks.index(True, 2) >= 6


# --- lines


def _seen(left: float = 0.3, right: float = 0.7, top: float = 0.4, noise: int = 0) -> Seen:
    grey = np.random.default_rng(noise).integers(0, 255, (270, 480), dtype=np.uint8)
    return thumb_of(grey, Box(left=left, top=top, right=right, bottom=top + 0.1))


def test_the_fullest_reading_counts():
    lines = Lines("opening", 9)
    for text, score in (("探秘", 0.99), ("探秘深海热液", 0.97), ("探秘深海热", 0.98)):
        lines.take(_seen(), text, score, 1.0)
    assert [text.text for text in lines.texts({})] == ["探秘深海热液"]


def test_a_disputed_reading_is_less_sure():
    lines = Lines("opening", 9)
    lines.take(_seen(), "中国夫眼", 0.99, 1.0)
    line = lines.take(_seen(), "中国天眼", 0.99, 1.4)
    assert round(line.confidence, 3) == round(0.99 * 0.75, 3)


def test_the_reading_that_prevails_counts():
    lines = Lines("opening", 9)
    for text in ("中国夫眼", "中国天眼", "中国天眼"):
        line = lines.take(_seen(), text, 0.98, 1.0)
    assert (line.best.text, round(line.confidence, 3)) == ("中国天眼", round(0.98 * 0.95, 3))


def test_other_words_at_the_same_place_are_another_line():
    lines = Lines("opening", 9)
    lines.take(_seen(), "第一行字在这里", 0.99, 1.0)
    lines.take(_seen(), "说明溶液呈酸性", 0.99, 2.0)
    assert len(lines.lines) == 2


def test_a_line_that_moved_is_the_same():
    lines = Lines("closing", 9)
    moved = _seen(top=0.4)
    lines.take(moved, "摄影赵志刚", 0.99, 1.0)
    assert lines.same(Seen(Box(left=0.3, top=0.2, right=0.7, bottom=0.3), moved.thumb, 50), 2.0) is lines.lines[0]


def test_lines_are_bounded():
    lines = Lines("closing", 2)
    taken = [lines.take(_seen(noise=n), words, 0.99, n * 9.0) for n, words in enumerate(("甲乙", "丙丁", "戊己"))]
    assert [line is None for line in taken] == [False, False, True]


def test_the_wider_reading_counts_only_if_it_holds_the_narrower():
    narrow = ("滴水的旅行", 0.99)
    wide = [("一滴水的旅行", 0.98), ("一滴木的旅行", 0.98), ("一滴水的旅行", 0.8)]
    assert [fuller(narrow, one)[0] for one in wide] == ["一滴水的旅行", "滴水的旅行", "滴水的旅行"]


def test_pictures_kept_show_what_the_others_do_not():
    assert covering([{0: 1.0}, {0: 1.5, 1: 1.0}, {2: 0.5}, {0: 1.4}], 2) == [1, 2]


def test_noise_is_not_alike():
    assert alike(_seen(noise=1).thumb, _seen(noise=2).thumb) < 0.5


def test_a_first_letter_of_one_stroke_is_found_again():
    picture = _picture(("一滴水的旅行", 0.5, 0.4, 80))[..., ::-1]
    part = np.array([(0.34, 0.31), (0.76, 0.31), (0.76, 0.49), (0.34, 0.49)], np.float32)
    assert read(strips(np.ascontiguousarray(picture), longer_in(picture, part)))[0] == "一滴水的旅行"


def test_readings_and_pictures_have_bounds():
    assert (READS, PICTURES) == ({"opening": 110, "closing": 130}, 6)
