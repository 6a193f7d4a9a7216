"""Pictures kept of a film: files in the scratch folder, known by digest, never more than there is room for."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from ingest.shots import shot_name
from parsers.film.album import Album


@pytest.fixture
def picture():
    return np.full((1080, 1920, 3), 90, np.uint8)


def test_album_keeps_a_smaller_jpeg_under_its_digest(tmp_path, picture):
    shot = Album(tmp_path).keep("opening", 3.52, picture)
    data = Path(shot.path).read_bytes()
    assert (shot.width, shot.height, data[:3]) == (960, 540, b"\xff\xd8\xff")
    assert hashlib.sha256(data).hexdigest() == shot.sha256


def test_album_without_a_scratch_folder_keeps_nothing(picture):
    album = Album(None)
    assert (album.keep("opening", 3.5, picture).path, album.shots) == ("", ())


def test_album_does_not_make_a_small_picture_larger(tmp_path):
    shot = Album(tmp_path).keep("opening", 3.5, np.zeros((90, 160, 3), np.uint8))
    assert (shot.width, shot.height) == (160, 90)


def test_album_of_the_same_moment_keeps_one_picture(tmp_path, picture):
    album = Album(tmp_path)
    assert album.keep("opening", 3.51, picture) is album.keep("opening", 3.52, picture // 2)


def test_album_pictures_have_names_of_their_own(tmp_path, picture):
    album = Album(tmp_path)
    for at_s in (0.0, 0.04, 0.06, 0.14, 0.96, 59.97, 60.02):
        album.keep("opening", at_s, picture)
    names = [shot_name(shot) for shot in album.shots]
    assert sorted(set(names)) == sorted(names)


def test_album_leaves_room_for_other_things(tmp_path, picture):
    album = Album(tmp_path, most=6)
    shots = [album.keep("opening", float(second), picture) for second in range(5)]
    assert [bool(shot.path) for shot in shots] == [True, True, False, False, False]
    assert album.keep("closing", 170.0, picture).path


def test_album_puts_the_contact_sheet_first_then_time(tmp_path, picture):
    album = Album(tmp_path)
    for what, at_s in (("closing", 170.0), ("opening", 3.0), ("sheet", 0.0), ("bars", 90.0)):
        album.keep(what, at_s, picture)
    assert [shot.what for shot in album.shots] == ["sheet", "opening", "bars", "closing"]
