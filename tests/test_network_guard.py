"""The guard of conftest: a test that reaches beyond this machine fails, whoever catches it, in children too."""

import contextlib
import os
import socket
import subprocess
import sys
import threading

import pytest

OUTSIDE = ("192.0.2.1", 9)
REACHED = "a test reached for the network: ('192.0.2.1', 9)"
REACH = "import socket\nwith socket.socket() as sock: sock.connect(('192.0.2.1', 9))"


@pytest.mark.parametrize("name", ["connect", "connect_ex"])
def test_a_connection_outwards_fails_the_test(name, stopped_by_the_guard):
    with socket.socket() as sock, pytest.raises(pytest.fail.Exception, match=r"192\.0\.2\.1"):
        getattr(sock, name)(OUTSIDE)


def test_a_packet_outwards_fails_the_test(stopped_by_the_guard):
    with socket.socket(type=socket.SOCK_DGRAM) as sock, pytest.raises(pytest.fail.Exception, match=r"192\.0\.2\.1"):
        sock.sendto(b"x", OUTSIDE)


def test_a_message_outwards_fails_the_test(stopped_by_the_guard):
    with socket.socket(type=socket.SOCK_DGRAM) as sock, pytest.raises(pytest.fail.Exception, match=r"192\.0\.2\.1"):
        sock.sendmsg([b"x"], [], 0, OUTSIDE)


@pytest.mark.parametrize("name", ["getaddrinfo", "gethostbyname", "gethostbyaddr"])
def test_a_name_looked_up_fails_the_test(name, stopped_by_the_guard):
    arguments = ("imap.163.com", 993) if name == "getaddrinfo" else ("imap.163.com",)
    with pytest.raises(pytest.fail.Exception, match="looked a name up"):
        getattr(socket, name)(*arguments)


def test_what_the_tested_code_caught_is_still_written_down(stopped_by_the_guard):
    with socket.socket() as sock, contextlib.suppress(BaseException):
        sock.connect(OUTSIDE)
    assert stopped_by_the_guard() == [REACHED]


def test_a_thread_that_reaches_out_is_written_down(stopped_by_the_guard):
    def reach():
        with socket.socket() as sock, pytest.raises(pytest.fail.Exception):
            sock.connect(OUTSIDE)

    thread = threading.Thread(target=reach)
    thread.start()
    thread.join()
    assert stopped_by_the_guard() == [REACHED]


@pytest.mark.parametrize(
    "environ", [None, {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": "elsewhere"}], ids=["ours", "its-own"]
)
def test_a_child_process_that_reaches_out_is_stopped_and_written_down(environ, stopped_by_the_guard):
    done = subprocess.run([sys.executable, "-c", REACH], env=environ, capture_output=True, check=False)
    assert (done.returncode, stopped_by_the_guard()) == (1, [REACHED])


def test_a_child_of_a_child_is_stopped_too(stopped_by_the_guard):
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {REACH!r}], stderr=subprocess.DEVNULL)"
    subprocess.run([sys.executable, "-c", code], check=True)
    assert stopped_by_the_guard() == [REACHED]


def test_a_fork_that_reaches_out_is_written_down(stopped_by_the_guard):
    child = os.fork()
    if child == 0:
        try:
            with socket.socket() as sock:
                sock.connect(OUTSIDE)
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    assert stopped_by_the_guard() == [REACHED]


def test_loopback_is_free():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getpeername() == server.getsockname()
