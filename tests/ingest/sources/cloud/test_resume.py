import hashlib
import os

import pytest

from ingest.sources.cloud import Fetched

FILM = os.urandom(3_000_000)


@pytest.fixture
def film(server, clouds):
    """An honest file behind a plain link."""
    return server.route("https://files.example.cn/film.mp4", clouds.File(FILM))


def test_whole_file_arrives_with_its_digest(film, get, partial):
    assert get() == Fetched(partial, len(FILM), hashlib.sha256(FILM).hexdigest(), "film.mp4", "files.example.cn")


def test_file_on_disk_is_what_the_server_sent(film, get):
    assert get().path.read_bytes() == FILM


def test_download_cut_ten_times_costs_no_byte_twice(film, get):
    film.cuts = [270_000 + number * 1000 for number in range(10)]
    assert isinstance(get(), Fetched)
    assert film.sent == len(FILM)
