"""The sample contest's own file service, asked as a run asks it."""

import socket
import threading
from pathlib import Path

import pytest

from ingest.config import CloudTable, Rehearsal, load
from ingest.demo.netdisk import key_of, rehearsing, serving, shelve
from ingest.sources.cloud import Fetched, Manual, fetch
from parsers.facts import Link

FILM = bytes(range(256)) * 5_000


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    film = tmp_path / "film.mp4"
    film.write_bytes(FILM)
    shelve(tmp_path / "网盘", "风从戈壁来.mp4", film)
    return tmp_path / "网盘"


def settings(folder: Path, rehearsal: Rehearsal) -> CloudTable:
    (folder / "config.toml").write_text("", "utf-8")
    return rehearsing(load(folder / "config.toml", environ={}, cwd=folder), rehearsal).cloud


def link(key: str) -> Link:
    url = f"https://mail.163.com/large-attachment-download/index.html?file={key}"
    return Link(provider="netease", key=key, url=url)


def test_a_file_that_lies_there_is_given_under_its_name(tmp_path: Path, shelf: Path) -> None:
    with serving(shelf) as rehearsal:
        key = key_of("风从戈壁来.mp4", len(FILM))
        found = fetch(link(key), tmp_path / "part", settings(tmp_path, rehearsal))
    assert isinstance(found, Fetched)
    assert (found.name, found.size, found.path.read_bytes() == FILM) == ("风从戈壁来.mp4", len(FILM), True)


@pytest.mark.parametrize("key", ["0" * 64, "../../etc/passwd", "x"])
def test_what_does_not_lie_there_is_said_to_be_gone(tmp_path: Path, shelf: Path, key: str) -> None:
    with serving(shelf) as rehearsal:
        found = fetch(link(key), tmp_path / "part", settings(tmp_path, rehearsal))
    assert isinstance(found, Manual)
    assert found.reason == "deleted"


def test_nobody_listens_any_more_once_it_is_over(shelf: Path) -> None:
    before = set(threading.enumerate())
    with serving(shelf) as rehearsal:
        host, _, port = rehearsal.server.partition(":")
    with socket.socket() as sock:
        assert sock.connect_ex((host, int(port))) != 0
    assert set(threading.enumerate()) - before == set()


def test_its_certificate_and_key_are_gone_once_it_is_over(shelf: Path) -> None:
    with serving(shelf) as rehearsal:
        assert [path.name for path in rehearsal.ca.parent.iterdir()] == ["ca.pem"]
    assert not rehearsal.ca.parent.exists()


def test_a_rehearsal_in_code_changes_nothing_else_of_the_config(tmp_path: Path, shelf: Path) -> None:
    (tmp_path / "config.toml").write_text("", "utf-8")
    config = load(tmp_path / "config.toml", environ={}, cwd=tmp_path)
    with serving(shelf) as rehearsal:
        changed = rehearsing(config, rehearsal)
    assert changed.cloud.rehearsal is not None
    assert changed.model_dump(exclude={"cloud"}) == config.model_dump(exclude={"cloud"})
