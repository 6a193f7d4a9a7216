"""Broken downloads: gone on with where the server resumes, begun anew where it does not, never mixed."""

import hashlib
import os
import signal
import subprocess
import sys
import time

import pytest

from ingest.sources.cloud import Fetched, Manual, Waiting, fetch, forget, kept
from ingest.sources.cloud.partial import Kept, growing

FILM = os.urandom(3_000_000)
OTHER = os.urandom(3_000_000)
START = "https://files.example.cn/film.mp4"


@pytest.fixture
def film(server, clouds):
    """An honest file behind a plain link."""
    return server.route(START, clouds.File(FILM))


def ranges(server):
    """The Range of each request for the file."""
    return [asked.headers.get("range") for asked in server.asked]


def cut_at(film, get, count):
    """A first call that ends with so many bytes on disk: too few to try again at once."""
    film.cuts = [count]
    return get()


# --- the honest case


def test_whole_file_arrives_with_its_digest(film, get, partial):
    assert get() == Fetched(partial, len(FILM), hashlib.sha256(FILM).hexdigest(), "film.mp4", "files.example.cn")


def test_file_on_disk_is_what_the_server_sent(film, get):
    assert get().path.read_bytes() == FILM


def test_file_of_one_byte_arrives(server, clouds, get):
    server.route(START, clouds.File(b"x"))
    assert get().size == 1


def test_file_in_chunks_without_a_length_arrives(server, clouds, get):
    server.route(START, clouds.File(FILM, chunked=True))
    assert get().path.read_bytes() == FILM


def test_file_that_is_whole_is_not_asked_for_again(film, get, server):
    get()
    assert (type(get()), len(server.asked)) == (Fetched, 1)


def test_forgotten_file_leaves_nothing(film, get, partial):
    get()
    forget(partial)
    assert list(partial.parent.iterdir()) == []


# --- cuts


def test_download_cut_ten_times_costs_no_byte_twice(film, get):
    film.cuts = [270_000 + number * 1000 for number in range(10)]
    assert isinstance(get(), Fetched)
    assert film.sent == len(FILM)


def test_download_cut_ten_times_is_the_same_file(film, get):
    film.cuts = [270_000 + number * 1000 for number in range(10)]
    assert get().sha256 == hashlib.sha256(FILM).hexdigest()


def test_download_cut_in_ten_batches_costs_no_byte_twice(film, get):
    film.cuts = [100_000 + number for number in range(10)]
    found = [get() for _ in range(11)]
    assert ([type(one) for one in found], film.sent) == ([Waiting] * 10 + [Fetched], len(FILM))


def test_cut_says_how_far_it_came(film, get):
    found = cut_at(film, get, 200_000)
    assert (found.reason, found.retry_after_s, found.bytes_so_far, found.total) == ("cut", 60, 200_000, len(FILM))


def test_rest_is_asked_for_under_the_version_that_was_begun(film, get, server):
    cut_at(film, get, 200_000)
    get()
    asked = server.asked[-1].headers
    assert (asked["range"], asked["if-range"]) == ("bytes=200000-", '"one"')


def test_date_stands_in_for_a_weak_tag(film, get, server):
    film.etag, film.modified = 'W/"one"', "Wed, 23 Oct 2024 07:28:00 GMT"
    cut_at(film, get, 200_000)
    assert (type(get()), server.asked[-1].headers["if-range"]) == (Fetched, film.modified)


def test_link_is_resolved_anew_for_each_try(server, clouds, get, link):
    film = server.netease("k", clouds.File(FILM))
    film.cuts = [500_000, 500_000]
    get(
        link(
            "https://mail.163.com/large-attachment-download/index.html?file=k",
            "netease",
            "k",
            name="a.mp4",
            size=3_000_000,
        )
    )
    assert server.paths().count("POST mail.163.com/filehub/bg/dl/prepare") == 3


def test_length_that_is_a_lie_is_never_taken_for_whole(server, clouds, get):
    server.route(START, clouds.File(FILM, headers={"Content-Length": str(len(FILM) + 10), "Connection": "close"}))
    assert isinstance(get(), Waiting)


# --- servers that do not resume as they should


def test_server_that_ignores_range_is_begun_anew(film, get, server):
    film.ranges = False
    cut_at(film, get, 200_000)
    assert (get().sha256, ranges(server)[-1]) == (hashlib.sha256(FILM).hexdigest(), "bytes=200000-")


def test_server_without_any_version_is_begun_anew(film, get, server):
    film.etag = None
    cut_at(film, get, 200_000)
    assert (type(get()), ranges(server)[-1]) == (Fetched, None)


def test_file_changed_between_tries_is_begun_anew(film, get):
    cut_at(film, get, 200_000)
    film.content, film.etag = OTHER, '"two"'
    assert get().sha256 == hashlib.sha256(OTHER).hexdigest()


def test_file_changed_by_a_server_that_ignores_if_range_is_begun_anew(film, get, clouds, server):
    cut_at(film, get, 200_000)
    other = clouds.File(OTHER, etag='"two"')

    def heedless(asked):
        asked.headers.pop("if-range", None)
        return other(asked)

    server.route(START, heedless)
    assert get().sha256 == hashlib.sha256(OTHER).hexdigest()


@pytest.mark.parametrize(
    "said",
    ["bytes 0-2999999/3000000", "bytes 199999-2999999/3000000", "bytes 200000-2999998/3000000",
     "bytes 200000-2999999/*", "bytes 200000-2999999/4000000", "200000-2999999/3000000", "",
     "bytes 2000000-1000000/3000000"],
)  # fmt: skip
def test_wrong_content_range_is_begun_anew(said, film, get):
    cut_at(film, get, 200_000)
    film.range_of = lambda _start, _size: said
    assert get().sha256 == hashlib.sha256(FILM).hexdigest()


def test_piece_nobody_asked_for_is_not_taken_for_the_file(film, get, server, clouds):
    answer = clouds.Answer(206, {"Content-Range": "bytes 5-9/10"}, b"56789")
    server.route(START, answer)
    assert get().reason == "changed"


def test_server_that_has_no_more_is_believed_if_all_is_here(film, get, partial):
    with growing(partial, Kept()) as file:
        file.note(Kept(validator='"one"'))
        file.write(FILM)
    assert get().sha256 == hashlib.sha256(FILM).hexdigest()
    assert film.sent == 0


def test_server_that_has_less_by_now_is_begun_anew(film, get):
    cut_at(film, get, 200_000)
    film.content = OTHER[:500_000]
    assert get().sha256 == hashlib.sha256(OTHER[:500_000]).hexdigest()


def test_pieces_that_do_not_give_the_digest_are_begun_anew(server, clouds, get, link, partial):
    film = server.qq(clouds.File(FILM, etag=None), body={"md5": hashlib.md5(OTHER).hexdigest(), "size": len(FILM)})
    found = link("https://wx.mail.qq.com/ftn/download?func=3&key=K&code=C", "qq", "K")
    film.cuts = [200_000]
    get(found)
    film.content = OTHER
    assert get(found).sha256 == hashlib.sha256(OTHER).hexdigest()


# --- what is on disk


def test_bytes_behind_those_synced_are_not_trusted(film, get, partial):
    cut_at(film, get, 200_000)
    with partial.open("ab") as file:
        file.write(b"left by a power cut")
    assert get().sha256 == hashlib.sha256(FILM).hexdigest()


def test_partial_file_shorter_than_noted_is_begun_anew(film, get, partial):
    cut_at(film, get, 200_000)
    os.truncate(partial, 10)
    assert get().sha256 == hashlib.sha256(FILM).hexdigest()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"size": "a"}', '{"size": 5, "unknown": 1}', "\udcff"])
def test_note_that_cannot_be_read_is_no_note(text, film, get, partial):
    cut_at(film, get, 200_000)
    partial.with_name(f"{partial.name}.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    assert get().sha256 == hashlib.sha256(FILM).hexdigest()


def test_file_that_came_whole_but_was_not_checked_is_not_called_whole(film, get, partial, server):
    with growing(partial, Kept()) as file:
        file.note(Kept(total=len(FILM), validator='"one"'))
        file.write(FILM)
    assert (kept(partial).whole, type(get()), server.asked) == (False, Fetched, [])


def test_link_in_place_of_the_partial_file_is_not_followed(film, get, partial, tmp_path):
    partial.parent.mkdir()
    partial.symlink_to(tmp_path / "victim")
    with pytest.raises(Exception, match="下载写不进"):
        get()
    assert not (tmp_path / "victim").exists()


CHILD = """
import sys
from pathlib import Path
from ingest.config import load
from ingest.sources.cloud import fetch, network_of, partial
from parsers.facts import Link

partial._SYNC_EVERY = 500_000
table = load(Path(sys.argv[1]), environ={"KEPU_CLOUD_REHEARSAL": sys.argv[3]}, cwd=Path(sys.argv[1]).parent).cloud
link = Link(provider="direct", key="film", url="https://files.example.cn/film.mp4")
fetch(link, Path(sys.argv[2]), table, network=network_of(table))
"""


def test_killed_process_goes_on_from_disk(film, get, partial, server, authority, tmp_path):
    """Killed in the middle of a body that does not come to its end; the next call asks for the rest only."""
    address = f"127.0.0.1:{server.port}"
    config = tmp_path / "child.toml"
    rehearsal = f'[cloud.rehearsal]\nserver = "{address}"\nca = "{authority.ca}"\n'
    config.write_text(f'[cloud.hosts]\ndirect = ["files.example.cn"]\n{rehearsal}')
    server.route(START, lambda _asked: stalling(film))
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(config), str(partial), address])
    try:
        while kept(partial).size < 1_000_000:
            time.sleep(0.01)
            assert child.poll() is None
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
    server.route(START, film)
    before = kept(partial).size
    assert (get().sha256, film.sent) == (hashlib.sha256(FILM).hexdigest(), len(FILM) - before)


def stalling(film):
    """Half of the file, then nothing until the other side goes away."""

    def write(handler):
        handler.connection.sendall(
            f'HTTP/1.1 200 OK\r\nETag: "one"\r\nContent-Length: {film.size}\r\n\r\n'.encode() + film.content[:1_500_000]
        )
        handler.connection.recv(1)

    return write


def test_full_disk_is_the_operator_s_matter(film, get, partial):
    partial.parent.write_bytes(b"a file where the folder should be")
    with pytest.raises(Exception, match="下载写不进"):
        get()


def test_link_left_to_a_person_leaves_nothing_on_disk(film, get, server, clouds, partial):
    cut_at(film, get, 200_000)
    server.route(START, clouds.page("<html>文件已过期</html>"))
    assert (get().reason, partial.exists()) == ("expired", False)


def test_partial_file_is_nobody_else_s_to_read(film, get, partial):
    get()
    assert partial.stat().st_mode & 0o077 == 0


def test_manual_is_a_value_with_a_sentence():
    assert Manual("expired").sentence == "链接已过期，文件取不到了，需要请投稿人重新发送"


def test_another_file_under_the_same_name_is_not_taken_for_ours(film, get, partial, settings, network, link):
    """A path is by provider and key, so two links do not share one."""
    from ingest.sources.cloud import partial_path

    one, two = link(key="one"), link(key="two")
    assert partial_path(partial.parent, one) != partial_path(partial.parent, two)
    assert isinstance(fetch(one, partial_path(partial.parent, one), settings(), network=network()), Fetched)
