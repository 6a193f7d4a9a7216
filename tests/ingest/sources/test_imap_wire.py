"""Reading off a socket: lines, literals, bounds. The other end is a socket of the test's own."""

import itertools
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from ingest.sources.imap_wire import MAX_LINE, MAX_LITERAL, PIECE, Wire


@pytest.fixture
def pair():
    ours, theirs = socket.socketpair()
    ours.settimeout(5)
    yield Wire(ours), theirs
    ours.close()
    theirs.close()


def test_lines_and_literals_in_turn(pair):
    wire, server = pair
    server.sendall(b"one\r\nabcdetwo\r\nthree")
    server.close()
    assert [wire.readline(), wire.read(5), wire.readline(), wire.readline(), wire.readline()] == [
        b"one\r\n",
        b"abcde",
        b"two\r\n",
        b"three",
        b"",
    ]


class Packets:
    """What a server sends, in packets of these sizes over and over."""

    def __init__(self, sent, sizes):
        self.rest, self.sizes = sent, itertools.cycle(sizes)

    def sendall(self, data):
        self.asked = data

    def recv_into(self, view):
        size = min(next(self.sizes), len(view), len(self.rest))
        view[:size], self.rest = self.rest[:size], self.rest[size:]
        return size


@given(st.lists(st.binary(max_size=50), max_size=8), st.lists(st.integers(1, 70), min_size=1, max_size=20))
def test_whatever_the_packets_the_literals_are_whole(bodies, sizes):
    sent = b"".join(b"* 1 FETCH (BODY[] {%d}\r\n%s)\r\n" % (len(body), body) for body in bodies)
    wire, got = Wire(Packets(sent + b"KEPU1 OK done\r\n", sizes)), []

    def take(_before, size):
        pieces = []
        wire.pour(size, pieces.append)
        got.append(b"".join(pieces))

    answers = wire.ask("UID FETCH 1 (BODY.PEEK[])", take)
    assert (got, len(answers)) == (bodies, len(bodies))


def test_bytes_before_a_break_are_handed_on(pair):
    wire, server = pair
    server.sendall(b"x" * 1000)
    server.close()
    got = []
    with pytest.raises(IMAPClientAbortError):
        wire.pour(2000, got.append)
    assert b"".join(got) == b"x" * 1000


def test_bytes_before_a_silence_are_handed_on():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(0.05)
        theirs.sendall(b"x" * 1000)
        got = []
        with pytest.raises(TimeoutError):
            Wire(ours).pour(2000, got.append)
    assert b"".join(got) == b"x" * 1000


def test_a_time_for_all_that_is_read_is_kept_to_even_if_each_byte_comes_at_once():
    ours, theirs = socket.socketpair()
    now = iter(range(100))
    with ours, theirs:
        wire = Wire(ours, clock=lambda: next(now))
        wire.allow(1.5)
        theirs.sendall(b"a\r\n")
        first = wire.readline()
        theirs.sendall(b"b\r\n")
        with pytest.raises(TimeoutError, match="too slowly"):
            wire.readline()
    assert first == b"a\r\n"


def test_a_literal_for_memory_is_bounded(pair):
    wire, _server = pair
    with pytest.raises(IMAPClientAbortError):
        wire.read(MAX_LITERAL + 1)


def test_a_line_without_end_is_bounded():
    class Endless:
        def recv_into(self, view):
            view[:] = b"x" * len(view)
            return len(view)

    with pytest.raises(IMAPClientAbortError, match=str(MAX_LINE)):
        Wire(Endless()).readline()


@pytest.mark.parametrize(
    ("said", "kind", "text"),
    [
        (b"KEPU1 NO not today\r\n", IMAPClientError, "NO not today"),
        (b"* BYE go away\r\n", IMAPClientAbortError, "go away"),
        (b"OTHER OK done\r\n", IMAPClientAbortError, "unexpected"),
        (b"* 1 FET", IMAPClientAbortError, "ended"),
    ],
)
def test_what_is_no_answer(pair, said, kind, text):
    wire, server = pair
    server.sendall(said)
    server.shutdown(socket.SHUT_WR)
    with pytest.raises(kind, match=text):
        wire.ask("UID SEARCH ALL", wire.drain)


def test_a_mail_larger_than_a_piece_comes_in_pieces():
    sent, got = bytes(range(256)) * (PIECE // 100), []
    Wire(Packets(sent, [100_000])).pour(len(sent), got.append)
    assert (b"".join(got) == sent, max(map(len, got))) == (True, PIECE)
