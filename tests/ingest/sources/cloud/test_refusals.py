"""What a hostile link, server or resolver tries, end to end: refused before a socket is opened."""

import os
import socket

import pytest

from ingest.sources.cloud import Fetched, Manual, fetch
from ingest.sources.cloud.network import dial, lookup

START = "https://files.example.cn/film.mp4"


def reason(outcome):
    return outcome.reason if isinstance(outcome, Manual) else outcome


@pytest.fixture
def no_socket(monkeypatch):
    """From here on a socket that is made, even to loopback, fails the test."""

    def refuse(*_args, **_kwargs):
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "100.100.100.200", "0.0.0.0", "224.0.0.1", "::1",
     "fe80::1", "fd00::1", "::ffff:127.0.0.1", "64:ff9b::a00:1"],
)  # fmt: skip
def test_name_that_dns_says_is_inside_is_refused_before_any_socket(
    address, link, partial, settings, network, no_socket
):
    inside = network({"files.example.cn": (address,)}, dial=dial)
    assert reason(fetch(link(), partial, settings(), network=inside)) == "refused-address"


def test_name_with_a_public_and_a_private_address_is_refused_before_any_socket(
    link, partial, settings, network, no_socket
):
    both = network({"files.example.cn": ("59.111.160.244", "10.0.0.1")}, dial=dial)
    assert reason(fetch(link(), partial, settings(), network=both)) == "refused-address"


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://127.0.0.1/x", "refused-url"),
        ("http://169.254.169.254/latest/meta-data/", "refused-url"),
        ("https://evil.example/x", "refused-host"),
        ("file:///etc/passwd", "refused-url"),
        ("https://user:secret@files.example.cn/x", "refused-url"),
        ("https://files.example.cn:6379/x", "refused-url"),
    ],
)
def test_link_that_must_not_be_opened_is_refused_before_any_name_is_looked_up(
    url, why, link, partial, settings, network, no_socket
):
    def resolve(host):
        raise AssertionError(f"{host} was looked up")

    assert reason(fetch(link(url), partial, settings(), network=network(resolve=resolve))) == why


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("http://127.0.0.1/x", "refused-url"),
        ("https://[::1]/x", "refused-url"),
        ("http://169.254.169.254/latest/meta-data/", "refused-url"),
        ("file:///etc/passwd", "refused-url"),
        ("https://evil.example/x", "refused-host"),
        ("//evil.example/x", "refused-host"),
        ("https://files.example.cn@evil.example/x", "refused-url"),
        ("https://files.example.cn:22/x", "refused-url"),
        ("javascript:alert(1)", "refused-url"),
        ("https://login.example.cn/?next=x", "login"),
    ],
)
def test_redirect_that_must_not_be_followed_is_refused_unopened(target, why, server, clouds, get):
    server.route(START, clouds.redirect(target))
    assert (reason(get()), len(server.dialled)) == (why, 1)


def test_redirect_to_an_allowed_name_that_is_inside_is_refused_unopened(server, clouds, get, link):
    server.route("https://mail.163.com/go", clouds.redirect("https://internal.126.net/x"))
    server.route("https://mail.163.com/filehub/bg/link/info/get", clouds.said({"code": 200}))
    server.route(
        "https://mail.163.com/filehub/bg/dl/prepare", clouds.said({"data": {"downloadUrl": "https://mail.163.com/go"}})
    )
    found = get(link("https://mail.163.com/x?file=k", "netease", "k"), names={"internal.126.net": ("192.168.3.4",)})
    assert (reason(found), {address for address, _port in server.dialled}) == ("refused-address", {clouds.PUBLIC})


def test_every_redirect_has_its_name_resolved_and_checked_anew(server, clouds, get, link):
    """The first answer of the resolver is public, the second is not: as in DNS rebinding."""
    answers = [(clouds.PUBLIC,), ("127.0.0.1",)]
    server.route(START, clouds.redirect("https://files.example.cn/film.mp4?again", Connection="close"))
    found = get(names=type("Names", (), {"get": lambda _self, _host, _default: answers.pop(0)})())
    assert reason(found) == "refused-address"


def test_connection_goes_to_the_address_that_was_checked(server, clouds, get):
    """One look at the name for one connection: what DNS says a moment later plays no part."""
    server.route(START, clouds.File(b"film"))
    asked = []
    names = type("Names", (), {"get": lambda _self, host, _default: asked.append(host) or ("1.2.4.8",)})()
    assert (type(get(names=names)), asked, server.dialled) == (Fetched, ["files.example.cn"], [("1.2.4.8", 443)])


def test_five_redirects_are_followed(server, clouds, get):
    for step in range(4):
        server.route(f"https://files.example.cn/{step}", clouds.redirect(f"/{step + 1}"))
    server.route(START, clouds.redirect("/0"))
    server.route("https://files.example.cn/4", clouds.File(b"film"))
    assert get().size == 4


def test_six_redirects_are_not(server, clouds, get):
    for step in range(5):
        server.route(f"https://files.example.cn/{step}", clouds.redirect(f"/{step + 1}"))
    server.route(START, clouds.redirect("/0"))
    server.route("https://files.example.cn/5", clouds.File(b"film"))
    assert reason(get()) == "too-many-redirects"


def test_redirect_that_leads_to_itself_ends(server, clouds, get):
    server.route(START, clouds.redirect(START))
    assert (reason(get()), len(server.asked)) == ("too-many-redirects", 6)


def test_certificate_is_checked_against_the_host_s_name(server, clouds, link, partial, network, settings):
    server.route("https://wrong.qq.com/x", clouds.File(b"film"))
    table = settings().model_copy(update={"hosts": settings().hosts.model_copy(update={"direct": ("wrong.qq.com",)})})
    assert reason(fetch(link("https://wrong.qq.com/x"), partial, table, network=network())) == "bad-certificate"


def test_certificate_of_an_unknown_authority_is_refused(server, link, partial, network, settings):
    import httpx

    assert reason(
        fetch(link(), partial, settings(), network=network(trust=httpx.create_ssl_context(trust_env=False)))
    ) == "bad-certificate"  # fmt: skip


@pytest.mark.parametrize("name", ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "https_proxy", "http_proxy", "all_proxy"])
def test_proxy_of_the_environment_is_not_used(name, server, clouds, get, monkeypatch):
    monkeypatch.setenv(name, "http://10.0.0.1:3128")
    server.route(START, clouds.File(b"film"))
    assert isinstance(get(), Fetched)


def test_login_of_a_netrc_file_is_not_sent(server, clouds, get, monkeypatch, tmp_path):
    (tmp_path / "netrc").write_text("machine files.example.cn login a password b\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    server.route(START, clouds.File(b"film"))
    get()
    assert "authorization" not in server.asked[0].headers


def test_cookies_of_a_server_are_not_sent_back(server, clouds, get):
    server.route(START, clouds.redirect("/b", Set_Cookie="track=1; path=/; domain=example.cn"))
    server.route("https://files.example.cn/b", clouds.File(b"film"))
    get()
    assert "cookie" not in server.asked[1].headers


def test_nothing_compressed_is_asked_for(server, clouds, get):
    server.route(START, clouds.File(b"film"))
    get()
    assert server.asked[0].headers["accept-encoding"] == "identity"


def test_gzip_bomb_is_not_unpacked(server, clouds, get):
    import gzip

    bomb = gzip.compress(bytes(20_000_000))
    server.route(START, clouds.File(bomb, headers={"Content-Encoding": "gzip"}))
    assert reason(get()) == "not-understood"


def test_gzip_bomb_in_place_of_json_is_not_unpacked(server, clouds, get, link):
    import gzip

    bomb = clouds.Answer(
        200, {"Content-Type": "application/json", "Content-Encoding": "gzip"}, gzip.compress(bytes(20_000_000))
    )
    server.route("https://mail.163.com/filehub/bg/dl/prepare", bomb)
    found = get(link("https://mail.163.com/x?file=k", "netease", "k", name="a.mp4", size=1))
    assert reason(found) == "not-understood"


def test_hundred_gigabytes_declared_are_refused_before_the_first_byte(server, clouds, get, partial):
    film = server.route(START, clouds.File((100 * 10**9, lambda _offset, count: bytes(count))))
    assert (reason(get()), partial.exists()) == ("too-large", False)
    assert film.sent < 10_000_000


def test_endless_body_ends_at_the_cap_by_bytes_received(server, clouds, get, partial):
    server.route(START, clouds.File((100 * 10**9, lambda _offset, count: bytes(count)), chunked=True))
    found = get(table="[cloud]\nmax_file_bytes = 5_000_000\n")
    assert (reason(found), partial.exists()) == ("too-large", False)


def test_endless_page_is_read_to_a_bound_only(server, clouds, get, link):
    def endless(_asked):
        return clouds.Answer(200, {"Content-Type": "text/html"}, (b"x" * 65536 for _ in range(10**9)), chunked=True)

    server.route("https://mail.163.com/filehub/bg/dl/prepare", endless)
    found = get(link("https://mail.163.com/x?file=k", "netease", "k", name="a.mp4", size=1))
    assert reason(found) == "not-understood"


def test_endless_headers_end(server, get):
    def endless(handler):
        handler.connection.sendall(b"HTTP/1.1 200 OK\r\n")
        for number in range(10**6):
            handler.connection.sendall(b"X-%d: %s\r\n" % (number, b"y" * 1000))

    server.route(START, lambda _asked: endless)
    assert get().reason == "cut"


def test_answer_that_is_no_http_is_a_value(server, get):
    server.route(START, lambda _asked: lambda handler: handler.connection.sendall(os.urandom(5000)))
    assert get().reason == "cut"


def test_name_nobody_knows_is_tried_again_later(link, partial, settings, network):
    def resolve(_host):
        raise socket.gaierror(-2, "Name or service not known")

    assert fetch(link(), partial, settings(), network=network(resolve=resolve)).reason == "unreachable"


def test_lookup_gives_numbers_of_the_name():
    assert "127.0.0.1" in lookup("localhost")
