"""Two films by their fingerprints: one, two, or in doubt; and doubts settled by a look."""

from dataclasses import replace

import numpy as np
import pytest

from parsers.film.prints import Print, written
from parsers.film.prints_alike import Doubt, Match, alike, compare, settle
from parsers.film.prints_index import candidates

BOX = (0.0, 128.0, 0.0, 128.0)
LENGTH = 120.0
SHOT_S = 3.0


def a_story(seed, length=LENGTH):
    """A film as what it shows when: another picture every three seconds, that moves a little in between."""
    draws = np.random.default_rng(seed)
    shots = draws.integers(0, 2**63, round(length), dtype=np.uint64)
    return lambda at: shots[int(at / SHOT_S)] ^ np.uint64(1 << int(at / SHOT_S * 7 % 3))


def looked_at(story, *, keys=2.0, first=0.7, head=0.0, length=LENGTH):
    """Its fingerprint: dense at both ends, a picture every `keys` seconds between; `head` seconds are cut off."""
    length -= head
    dense = [*np.arange(0, 20, 0.22), *np.arange(length - 20, length, 0.22)]
    times = np.array(sorted([*dense, *np.arange(20 + first, length - 20, keys)]))
    return Print(times, np.array([story(at + head) for at in times], np.uint64), BOX)


def spliced(first, second, until, begin=0.0):
    """One story from `begin` until a second, another before and after."""
    return lambda at: first(at) if begin <= at < until else second(at)


MINE, OTHERS = a_story(1), a_story(2)
FILM = looked_at(MINE)


@pytest.mark.parametrize(
    ("copy", "offset"),
    [
        (looked_at(MINE), 0.0),
        (looked_at(MINE, first=0.1, keys=1.3), 0.0),
        (looked_at(MINE, head=5.0), 5.0),
        (looked_at(MINE, head=11.3), 11.3),
        (looked_at(MINE, length=110.0), 0.0),
    ],
    ids=["itself", "with other key pictures", "without 5 s", "without 11 s", "without its last 10 s"],
)
def test_a_copy_is_the_film_at_its_offset(copy, offset):
    assert compare(FILM, copy).offset_s == pytest.approx(offset, abs=0.25)


def test_the_picture_both_have_is_named_in_each():
    found = compare(FILM, looked_at(MINE, head=5.0))
    assert found.at_s - found.other_s == pytest.approx(5.0, abs=1.7)


def test_the_same_the_other_way_round():
    copy = looked_at(MINE, head=5.0)
    assert compare(copy, FILM).offset_s == pytest.approx(-compare(FILM, copy).offset_s, abs=0.25)


def a_take(seed):
    """One shot all through, in which somebody moves: a dozen bits of one picture come and go."""
    draws = np.random.default_rng(seed)
    moves = [sum(1 << int(bit) for bit in draws.integers(0, 63, 6)) for _ in range(400)]
    return lambda at: np.uint64(0x5A5A_1234_9ABC_0F0F ^ moves[int(at * 2)])


def test_a_film_of_one_shot_is_known_again():
    assert isinstance(compare(looked_at(a_take(1)), looked_at(a_take(1), first=0.2, keys=1.7)), Match)


def test_another_take_in_the_same_studio_is_another_film():
    assert compare(looked_at(a_take(1)), looked_at(a_take(2), first=0.2, keys=1.7)) is None


OPENING = looked_at(spliced(MINE, OTHERS, 15))
CLOSING = looked_at(spliced(MINE, OTHERS, LENGTH, begin=LENGTH - 15))


@pytest.mark.parametrize("other", [looked_at(OTHERS), OPENING, CLOSING], ids=["nothing", "opening", "closing"])
def test_a_film_that_shares_no_more_than_an_end_is_surely_not_taken_for_it(other):
    assert not isinstance(compare(FILM, other), Match)


def test_films_beside_each_other_for_less_than_half_are_not_compared():
    assert compare(FILM, looked_at(lambda at: MINE(at + 80), length=40.0 + 80, head=0.0)) is None


def test_fingerprints_as_text_are_compared():
    text = written(FILM.times, FILM.hashes, BOX)
    assert (alike(text, text).share, alike(text, "")) == (1.0, None)


# --- doubts -----------------------------------------------------------------------------------------------------------

SPARSE = looked_at(MINE, keys=10.0, first=2.0)
SHIFTED = looked_at(MINE, keys=10.0, first=7.0)


def look(story):
    """Looks at a film closely around the seconds asked for."""

    def looking(times):
        at = np.concatenate([np.arange(one - 0.25, one + 0.26, 0.04) for one in times])
        return Print(at, np.array([story(each) for each in at], np.uint64), BOX)

    return looking


def test_films_whose_key_pictures_are_far_apart_are_in_doubt():
    assert isinstance(compare(SPARSE, SHIFTED), Doubt)


def test_a_doubt_of_one_film_is_settled():
    assert settle(SPARSE, compare(SPARSE, SHIFTED), look(MINE)).share == 1.0


def test_a_doubt_of_two_films_is_settled():
    other = spliced(MINE, OTHERS, 18)
    doubt = compare(SPARSE, looked_at(other, keys=10.0, first=7.0))
    assert (isinstance(doubt, Doubt), settle(SPARSE, doubt, look(other))) == (True, None)


def test_a_doubt_of_two_films_takes_a_look_at_three_places_only():
    asked = []
    other = spliced(MINE, OTHERS, 18)
    doubt = compare(SPARSE, looked_at(other, keys=10.0, first=7.0))
    settle(SPARSE, doubt, lambda times: asked.extend(times) or look(other)(times))
    assert len(set(asked)) == 3


def test_a_doubt_stays_where_nothing_can_be_seen():
    doubt = compare(SPARSE, SHIFTED)
    assert settle(SPARSE, doubt, lambda _times: None) == doubt


# --- which are compared at all ----------------------------------------------------------------------------------------


def as_text(film):
    return written(film.times, film.hashes, BOX)


BOOK = {f"other {seed}": as_text(looked_at(a_story(seed))) for seed in range(10, 40)} | {"film": as_text(FILM)}


def test_candidates_are_those_with_pictures_in_common():
    copy = {"copy": as_text(looked_at(MINE, head=4.0))}
    assert candidates(copy, (BOOK | copy).items()) == {("copy", "film")}


def test_candidates_forgive_some_bits():
    noisy = replace(FILM, hashes=FILM.hashes ^ np.uint64(0b1000000000010000000000100000000010))
    copy = {"copy": as_text(noisy)}
    assert candidates(copy, (BOOK | copy).items()) == {("copy", "film")}


def test_candidates_of_two_new_films_are_named_once():
    copies = {"copy 1": as_text(FILM), "copy 2": as_text(FILM)}
    assert candidates(copies, copies.items()) == {("copy 1", "copy 2")}


def test_a_film_without_a_fingerprint_is_no_candidate():
    assert candidates({"none": ""}, {**BOOK, "none": ""}.items()) == set()
