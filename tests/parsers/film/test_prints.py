"""A picture's 64 bits: what changes few of them, what is left out; the fingerprint as text."""

import cv2
import numpy as np
import pytest

from bench.film_drawn import ground
from parsers.film.frame import Frame
from parsers.film.prints import FEWEST, Prints, hashes_of, inside_bars, read

WIDE, HIGH = 320, 180


def scene(look, width=WIDE, height=HIGH):
    return ground(look, width, height)


def shown(*pictures, step=0.25):
    """The fingerprint of a film of these pictures."""
    prints = Prints()
    for number, picture in enumerate(pictures):
        prints.see(Frame(number * step, "body", True, False, None, _luma=picture))
    return read(prints.result())


def bits_apart(one, other):
    """The greatest distance of two films' pictures, one by one."""
    return int(np.bitwise_count(one.hashes ^ other.hashes).max())


SCENES = [scene(look) for look in range(12)]


def bars(picture, top, left):
    return cv2.copyMakeBorder(picture, top, top, left, left, cv2.BORDER_CONSTANT, value=16)


def with_words_in_bars(picture):
    boxed = bars(picture, 30, 0)
    cv2.putText(boxed, "WORDS IN THE BAR", (60, 228), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 235, 1)
    return boxed


def with_logo(picture):
    marked = picture.copy()
    cv2.circle(marked, (WIDE - 25, 25), 12, 235, -1)
    return marked


def through_jpeg(picture):
    return cv2.imdecode(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 15])[1], cv2.IMREAD_GRAYSCALE)


CHANGES = {
    "smaller": lambda picture: cv2.resize(picture, (160, 90), interpolation=cv2.INTER_AREA),
    "poorly encoded": through_jpeg,
    "letterboxed": lambda picture: bars(picture, 30, 0),
    "pillarboxed": lambda picture: bars(picture, 0, 44),
    "windowed": lambda picture: bars(picture, 21, 37),
    "words in its bars": with_words_in_bars,
    "a logo": with_logo,
    "brighter, of less contrast": lambda picture: (picture * 0.8 + 30).astype(np.uint8),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_changed_copy_has_nearly_the_same_bits(change):
    assert bits_apart(shown(*SCENES), shown(*map(change, SCENES))) <= 9


def test_other_pictures_have_other_bits():
    first, second = shown(*SCENES), shown(*(scene(look) for look in range(50, 62)))
    assert int(np.bitwise_count(first.hashes[:, None] ^ second.hashes[None, :]).min()) > 9


BLACK = np.full((HIGH, WIDE), 16, np.uint8)


def card(number):
    picture = np.full((HIGH, WIDE), 40, np.uint8)
    cv2.putText(picture, f"TITLE {number}", (40, 90), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 235, 2)
    return picture


@pytest.mark.parametrize("nothing", [BLACK, BLACK + 100, card(1)], ids=["black", "grey", "a title on plain ground"])
def test_pictures_that_say_nothing_are_left_out(nothing):
    said = shown(nothing, *SCENES, nothing)
    assert said.times.tolist() == [0.25 * number for number in range(1, 13)]


def test_a_dark_film_is_not_taken_for_boxed():
    dark = [np.full((HIGH, WIDE), 16, np.uint8) for _ in SCENES]
    for picture, lit in zip(dark, SCENES, strict=True):
        picture[80:100, 100:200] = lit[80:100, 100:200]
    assert inside_bars(np.stack(dark)) == (0.0, HIGH, 0.0, WIDE)


@pytest.mark.parametrize("pictures", [[], [BLACK] * 9, SCENES[: FEWEST - 1]], ids=["none", "black", "too few"])
def test_a_film_with_too_little_to_tell_has_no_fingerprint(pictures):
    prints = Prints()
    for number, picture in enumerate(pictures):
        prints.see(Frame(float(number), "body", True, False, None, _luma=picture))
    assert prints.result() == ""


def test_pictures_are_kept_in_order_of_time():
    prints = Prints()
    for at in (3.0, 1.0, 2.0, 5.0, 4.0, 0.0, 7.5):
        prints.see(Frame(at, "body", True, False, None, _luma=SCENES[int(at)]))
    assert read(prints.result()).times.tolist() == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 7.5]


@pytest.mark.parametrize("text", ["", "p0:AAAA", "anything"])
def test_another_format_is_no_fingerprint(text):
    assert (read(text), len(hashes_of(text))) == (None, 0)


def test_hashes_alone_are_those_of_the_fingerprint():
    prints = Prints()
    for number, picture in enumerate(SCENES):
        prints.see(Frame(float(number), "body", True, False, None, _luma=picture))
    text = prints.result()
    assert hashes_of(text).tolist() == read(text).hashes.tolist()
