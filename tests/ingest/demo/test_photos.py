"""Photographs of paper: their size, which way round they lie, what EXIF says of it, how dark they get."""

import random

import numpy as np
import pytest
from PIL import Image, ImageOps

from ingest.demo.photos import Shot, a_shot, photographed

HEIGHT = 400


@pytest.fixture
def page():
    """A white sheet, black in its upper third."""
    sheet = np.full((420, 297, 3), 250, np.uint8)
    sheet[:140] = 10
    return Image.fromarray(sheet)


@pytest.fixture
def photo(page, tmp_path):
    def take(**shot):
        plain = {"height": HEIGHT, "noise": 0.0, "shade": 0.0, "seed": 1}
        with Image.open(photographed(page, Shot(**(plain | shot)), tmp_path / "photo.jpg")) as opened:
            opened.load()
            return opened

    return take


def top_is_dark(picture):
    grey = np.asarray(picture.convert("L")).astype(int)
    rows, columns = grey.shape
    middle = grey[:, columns // 3 : 2 * columns // 3]
    return middle[rows // 5 : rows // 4].mean() + 80 < middle[rows // 2 : 3 * rows // 4].mean()


def test_an_upright_photo_is_higher_than_wide(photo):
    assert photo().size == (300, HEIGHT)


@pytest.mark.parametrize("turned", [90, 180, 270])
def test_a_turned_photo_stands_upright_once_turned_back(photo, turned):
    assert top_is_dark(photo(turned=turned).rotate(turned, expand=True))


@pytest.mark.parametrize("turned", [90, 180, 270])
def test_exif_says_how_it_is_turned_back(photo, turned):
    assert top_is_dark(ImageOps.exif_transpose(photo(turned=turned, said=True)))


def test_the_sheet_lies_on_something_darker(photo):
    grey = np.asarray(photo().convert("L"))
    assert grey[-8:].mean() + 50 < grey[HEIGHT // 2 : HEIGHT // 2 + 8, 120:180].mean()


def test_shade_makes_one_side_darker(photo):
    grey = np.asarray(photo(shade=0.5).convert("L")).astype(float)
    even = np.asarray(photo().convert("L")).astype(float)
    lost = 1 - grey[200:340, 60:240] / even[200:340, 60:240]
    assert lost.max() - lost.min() > 0.1


def test_a_photo_is_the_same_every_time(photo):
    assert photo(noise=5.0).tobytes() == photo(noise=5.0).tobytes()


def test_shots_differ_in_how_they_are_held():
    shots = [a_shot(random.Random(number)) for number in range(60)]
    assert {(shot.turned, shot.said) for shot in shots} >= {
        (0, False),
        (90, True),
        (90, False),
        (180, False),
        (270, True),
    }
