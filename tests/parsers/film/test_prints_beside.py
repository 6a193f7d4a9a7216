"""Films made by an encoder, beside each other: their fingerprints, a look at both, a picture of both."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from bench.film_copies import ORIGINALS, Copy, changed, encode, looked_at
from bench.film_drawn import Film, a_film, drawn
from parsers.facts import VideoFacts
from parsers.film.prints import read
from parsers.film.prints_beside import beside
from parsers.film.prints_places import look_at, picture_at

FACTS = VideoFacts(container="mkv", size=0, width=0, height=0, shown_width=0, shown_height=0, display_aspect=1.0)


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    """A film of a minute; a copy with bars that lacks its start; one that shares its opening."""
    folder = tmp_path_factory.mktemp("films")
    draws = np.random.default_rng(5)
    one, other = a_film(draws, 60.0), a_film(draws, 60.0)
    opening = Film((*one.scenes[:3], *other.scenes))
    original = replace(ORIGINALS[3], width=128, height=72)
    cut = Copy(options={"preset": "ultrafast", "crf": "30"}, gop=70, width=160, height=90, bars="letter", head_s=4.0)
    made = {
        "film": (drawn(one, 128, 72), original),
        "copy": (changed(drawn(one, 160, 90), cut), cut),
        "opening": (drawn(opening, 128, 72), original),
    }
    for name, (pictures, how) in made.items():
        encode(folder / f"{name}.mkv", pictures, how)
    return {name: (folder / f"{name}.mkv", FACTS, looked_at(folder / f"{name}.mkv")[0]) for name in made}


def test_a_copy_is_one_film(films):
    found = beside(films["film"], films["copy"], None)
    assert (found.verdict, round(found.offset_s)) == ("one", 4)


def test_a_shared_opening_makes_two_films(films):
    assert beside(films["film"], films["opening"], None).verdict == "two"


def test_both_pictures_are_kept_side_by_side_for_each_film(films, tmp_path):
    found = beside(films["film"], films["copy"], tmp_path)
    widths = [cv2.imread(shot.path).shape[1] for shot in found.shots]
    assert ([shot.at_s for shot in found.shots], len(widths), min(widths) > 200) == (
        [found.at_s, found.other_s],
        2,
        True,
    )


def test_a_place_is_seen_as_it_was_when_all_was_looked_at(films):
    path, facts, text = films["film"]
    whole = read(text)
    at = len(whole) // 2
    seen = look_at(path, facts, [float(whole.times[at])], whole.box)
    assert int(np.bitwise_count(seen.hashes ^ whole.hashes[at]).min()) <= 2


def test_a_place_beyond_the_end_is_not_seen(films):
    path, facts, text = films["film"]
    assert (look_at(path, facts, [500.0], read(text).box), picture_at(path, facts, 500.0, 64)) == (None, None)


def test_a_file_that_is_no_film_is_not_seen(tmp_path):
    (tmp_path / "a.mkv").write_bytes(b"nothing" * 99)
    assert look_at(tmp_path / "a.mkv", FACTS, [1.0], (0.0, 128.0, 0.0, 128.0)) is None
