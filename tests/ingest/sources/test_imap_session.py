"""Addresses and encryption: what is protected, and what is refused."""

import pytest

from ingest.config import Mailbox
from ingest.errors import UnreachableError
from ingest.sources.imap_pace import Pace
from ingest.sources.imap_session import Address, address_of, hang_up, is_loopback, log_in


@pytest.fixture
def user(dovecot, request):
    return dovecot.make_user(f"{request.node.name}@126.com")


def mailbox(url, address="kepuwsp@163.com"):
    return Mailbox(name="box", track="recommended", address=address, url=url)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("imaps://imap.163.com:993", Address("imap.163.com", 993, "tls")),
        ("imaps://imap.163.com", Address("imap.163.com", 993, "tls")),
        ("imaps://127.0.0.1:9993", Address("127.0.0.1", 9993, "tls")),
        ("imap://imap.163.com", Address("imap.163.com", 143, "starttls")),
        ("imaps://163.com", Address("imap.163.com", 993, "tls")),
        ("imaps://vip.126.com:9993", Address("imap.vip.126.com", 9993, "tls")),
        ("imaps://mail.163.com", Address("mail.163.com", 993, "tls")),
        ("imap://127.0.0.1:1143", Address("127.0.0.1", 1143, "plain")),
        ("imap://localhost", Address("localhost", 143, "plain")),
        ("imap://[::1]:1143", Address("::1", 1143, "plain")),
    ],
)
def test_address_of_a_url(url, address):
    assert address_of(mailbox(url)) == address


@pytest.mark.parametrize("host", ["localhost.163.com", "127.0.0.1.nip.io", "10.0.0.1", "0.0.0.0", "127.1", ""])
def test_what_only_looks_like_loopback_is_not(host):
    assert is_loopback(host) is False


def test_tls_with_the_authority_known(dovecot, user, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(dovecot.certificate))
    box = mailbox(dovecot.url(tls=True), user.name)
    client = log_in(box, address_of(box), lambda: user.password, Pace()).client
    assert client.socket().version() in ("TLSv1.2", "TLSv1.3")
    hang_up(client, 5)


def test_tls_with_the_authority_unknown_is_refused_for_good(dovecot, user):
    box = mailbox(dovecot.url(tls=True), user.name)
    with pytest.raises(UnreachableError) as caught:
        log_in(box, address_of(box), lambda: user.password, Pace())
    assert caught.value.what == f"邮箱 box 的服务器 127.0.0.1:{dovecot.tls_port} 的安全证书无法验证"
    assert ("SSL_CERT_FILE" in caught.value.mend, caught.value.lasting) == (True, True)


def test_starttls_with_the_authority_known(dovecot, user, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(dovecot.certificate))
    box = mailbox(dovecot.url(), user.name)
    client = log_in(box, Address("127.0.0.1", dovecot.port, "starttls"), lambda: user.password, Pace()).client
    assert client.socket().version() in ("TLSv1.2", "TLSv1.3")
    hang_up(client, 5)


def test_starttls_with_the_authority_unknown_is_refused_for_good(dovecot, user):
    box = mailbox(dovecot.url(), user.name)
    with pytest.raises(UnreachableError) as caught:
        log_in(box, Address("127.0.0.1", dovecot.port, "starttls"), lambda: user.password, Pace())
    assert caught.value.lasting is True


def test_tls_to_a_port_that_speaks_plain_is_passing_trouble(dovecot, user):
    box = mailbox(f"imaps://127.0.0.1:{dovecot.port}", user.name)
    with pytest.raises(UnreachableError) as caught:
        log_in(box, address_of(box), lambda: user.password, Pace())
    assert (caught.value.what, caught.value.lasting) == (f"与 127.0.0.1:{dovecot.port} 的加密连接失败", False)


def test_a_user_the_server_does_not_know_is_refused(dovecot):
    box = mailbox(dovecot.url(), "nobody@163.com")
    with pytest.raises(UnreachableError) as caught:
        log_in(box, address_of(box), lambda: 'quote " and \\ in it', Pace())
    assert caught.value.what == "邮箱 box 登录被拒绝"


def test_hang_up_on_a_connection_that_is_closed_is_nothing(dovecot, user):
    box = mailbox(dovecot.url(), user.name)
    client = log_in(box, address_of(box), lambda: user.password, Pace()).client
    client.shutdown()
    assert hang_up(client, 5) is None
