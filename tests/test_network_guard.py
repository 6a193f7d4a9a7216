"""The guard of conftest: a test that reaches beyond this machine fails."""

import socket

import pytest

OUTSIDE = ("192.0.2.1", 9)


@pytest.mark.parametrize("name", ["connect", "connect_ex"])
def test_a_connection_outwards_fails_the_test(name):
    with socket.socket() as sock, pytest.raises(pytest.fail.Exception, match=r"192\.0\.2\.1"):
        getattr(sock, name)(OUTSIDE)


def test_a_packet_outwards_fails_the_test():
    with socket.socket(type=socket.SOCK_DGRAM) as sock, pytest.raises(pytest.fail.Exception, match=r"192\.0\.2\.1"):
        sock.sendto(b"x", OUTSIDE)


@pytest.mark.parametrize("name", ["getaddrinfo", "gethostbyname", "gethostbyaddr"])
def test_a_name_looked_up_fails_the_test(name):
    arguments = ("imap.163.com", 993) if name == "getaddrinfo" else ("imap.163.com",)
    with pytest.raises(pytest.fail.Exception, match="looked a name up"):
        getattr(socket, name)(*arguments)


def test_loopback_is_free():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getpeername() == server.getsockname()
