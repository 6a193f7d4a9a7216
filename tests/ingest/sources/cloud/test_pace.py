"""Time: a drip ends, a batch's end ends, a stop ends, and what came is kept."""

import os
import threading
import time

import pytest

from ingest.sources.cloud import Fetched, Waiting
from ingest.sources.cloud import pace as pace_module

FILM = os.urandom(1_000_000)
START = "https://files.example.cn/film.mp4"


@pytest.fixture
def away():
    """Set when the test is over: what stalls goes home then."""
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture
def stalling(server, away):
    """A server that sends the head and so many bytes, then a byte now and then."""

    def make(count, *, every=None):
        def write(handler):
            head = f'HTTP/1.1 200 OK\r\nETag: "one"\r\nContent-Length: {len(FILM)}\r\n\r\n'.encode()
            handler.connection.sendall(head + FILM[:count])
            sent = count
            while not away.wait(every or 30):
                handler.connection.sendall(FILM[sent : sent + 1])
                sent += 1

        server.route(START, lambda _asked: write)

    return make


def test_drip_ends_by_its_rate(stalling, get, monkeypatch):
    monkeypatch.setattr(pace_module, "_WINDOW_S", 0.2)
    stalling(100_000, every=0.02)
    assert get(table="[cloud]\nmin_bytes_per_s = 1_000_000\n").reason == "slow"


def test_drip_keeps_what_came(stalling, get, monkeypatch):
    monkeypatch.setattr(pace_module, "_WINDOW_S", 0.2)
    stalling(100_000, every=0.02)
    assert get(table="[cloud]\nmin_bytes_per_s = 1_000_000\n").bytes_so_far >= 100_000


def test_body_that_comes_fast_enough_may_take_its_time(server, clouds, get, monkeypatch):
    monkeypatch.setattr(pace_module, "_WINDOW_S", 0.0)
    server.route(START, clouds.File(FILM))
    assert isinstance(get(table="[cloud]\nmin_bytes_per_s = 1\n"), Fetched)


def test_silence_in_the_body_ends(stalling, get):
    stalling(100_000)
    assert get(table='[cloud]\nread_timeout = "1s"\n').reason == "slow"


def test_head_that_drips_ends(server, get, away):
    def write(handler):
        for byte in b"HTTP/1.1 200 OK\r\nX: " + b"y" * 10_000:
            if away.wait(0.05):
                return
            handler.connection.sendall(bytes([byte]))

    server.route(START, lambda _asked: write)
    assert get(table='[cloud]\nread_timeout = "1s"\nconnect_timeout = "0s"\n').reason == "slow"


def test_page_that_drips_ends(server, get, link, away):
    def write(handler):
        handler.connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n{")
        while not away.wait(0.05):
            handler.connection.sendall(b" ")

    server.route("https://mail.163.com/filehub/bg/dl/prepare", lambda _asked: write)
    found = link("https://mail.163.com/x?file=k", "netease", "k", name="a", size=1)
    assert get(found, table='[cloud]\nread_timeout = "1s"\nconnect_timeout = "0s"\n').reason == "slow"


def test_end_of_the_batch_ends_a_download_and_keeps_what_came(stalling, get):
    stalling(100_000)
    assert get(until=time.monotonic() + 0.5) == Waiting("out-of-time", 0, 100_000, len(FILM))


def test_batch_that_is_over_begins_nothing(server, get):
    assert (get(until=time.monotonic() - 1).reason, server.asked) == ("out-of-time", [])


def test_stop_ends_a_download_and_keeps_what_came(stalling, get):
    stalling(100_000)
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    assert get(stop=stop) == Waiting("stopped", 0, 100_000, len(FILM))


def test_server_that_does_not_answer_the_handshake_ends(get, network, settings, link, partial):
    import socket

    from ingest.sources.cloud import fetch

    with socket.create_server(("127.0.0.1", 0)) as silent:
        mute = network(dial=lambda _a, _p, timeout: socket.create_connection(silent.getsockname(), timeout))
        table = settings('[cloud]\nconnect_timeout = "1s"\n')
        assert fetch(link(), partial, table, network=mute).reason == "unreachable"


def test_server_that_refuses_is_unreachable(get, network, settings, link, partial):
    from ingest.sources.cloud import fetch

    def refuse(*_):
        raise ConnectionRefusedError("refused")

    assert fetch(link(), partial, settings(), network=network(dial=refuse)).reason == "unreachable"


def test_second_address_is_tried_where_the_first_refuses(server, clouds, network, settings, link, partial):
    from ingest.sources.cloud import fetch

    def dial(address, port, timeout):
        if address == "1.0.0.1":
            raise ConnectionRefusedError("refused")
        return server.dial(address, port, timeout)

    server.route(START, clouds.File(FILM))
    both = network({"files.example.cn": ("1.0.0.1", "1.0.0.2")}, dial=dial)
    assert isinstance(fetch(link(), partial, settings(), network=both), Fetched)
