"""Which addresses and URLs may be reached at all: pure functions of text."""

import pytest

from ingest.sources.cloud.guard import allowed, checked_addresses, checked_url, is_public
from ingest.sources.cloud.outcomes import Never

HOSTS = ("mail.163.com", "*.126.net")


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254",
        "168.63.129.16", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1",
        "192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250",
        "240.0.0.1", "255.255.255.255",
    ],
)  # fmt: skip
def test_ipv4_address_that_is_nobody_s_on_the_internet_is_refused(address):
    assert is_public(address) is False


@pytest.mark.parametrize(
    "address",
    [
        "::", "::1", "fc00::1", "fd12:3456::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "100::1", "2001::1",
        "2001:db8::1", "3fff::1", "5f00::1",
    ],
)  # fmt: skip
def test_ipv6_address_that_is_nobody_s_on_the_internet_is_refused(address):
    assert is_public(address) is False


@pytest.mark.parametrize(
    "address",
    [
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "::8.8.8.8",
        "64:ff9b::7f00:1",
        "64:ff9b::808:808",
        "64:ff9b:1::1",
        "2002:7f00:1::",
    ],
)
def test_ipv6_address_that_stands_for_an_ipv4_one_is_refused(address):
    assert is_public(address) is False


@pytest.mark.parametrize(
    "text", ["", "localhost", "127.1", "0x7f000001", "2130706433", "1.2.3", "1.2.3.4.5", "01.2.3.4"]
)
def test_what_is_no_address_in_full_is_refused(text):
    assert is_public(text) is False


@pytest.mark.parametrize("address", ["59.111.160.244", "1.0.0.1", "163.177.92.1", "2408:8719::1", "240e:ff::2"])
def test_public_address_is_allowed(address):
    assert is_public(address) is True


def test_name_with_one_private_address_among_public_ones_is_refused():
    with pytest.raises(Never) as caught:
        checked_addresses("mail.163.com", ["59.111.160.244", "10.0.0.1"])
    assert caught.value.reason == "refused-address"


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "ftp://mail.163.com/x", "gopher://mail.163.com/x", "data:text/html,x",
        "javascript:alert(1)",
        "//mail.163.com/x", "mail.163.com/x", "", "https://", "https:///x", "http://[::1", "https://mail.163.com:22/x",
        "https://mail.163.com:8443/x", "http://mail.163.com:99999/x", "https://mail.163.com:0/x",
        "https://user@mail.163.com/x", "https://user:secret@mail.163.com/x", "https://:@mail.163.com/",
        "https://mail.163.com\\@evil.example/x", "https://mail.163.com/" + "x" * 9000, "https://127.0.0.1/x",
        "https://2130706433/x", "https://0x7f.1/x", "https://[::1]/x", "https://localhost/x", "https://.126.net/x",
        "https://a..126.net/x", "https://ｍail.evil.example/x", f"https://{'a' * 64}.126.net/x", "https://-a.126.net/x",
    ],
)  # fmt: skip
def test_url_in_an_unsafe_form_is_refused(url):
    with pytest.raises(Never) as caught:
        checked_url(url, HOSTS)
    assert caught.value.reason == "refused-url"


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/x", "https://mail.163.com.evil.example/x", "https://evilmail.163.com/x",
        "https://126.net/x", "https://evil126.net/x", "https://x.mail.163.com/x",
        "https://evil.example/?https://mail.163.com/", "https://evil.example#@mail.163.com/",
        "https://邮箱.example/x",
    ],
)  # fmt: skip
def test_url_of_a_host_that_is_not_on_the_list_is_refused(url):
    with pytest.raises(Never) as caught:
        checked_url(url, HOSTS)
    assert caught.value.reason == "refused-host"


def test_url_of_a_page_to_log_in_at_says_so():
    with pytest.raises(Never) as caught:
        checked_url("https://xui.ptlogin2.qq.com/cgi-bin/xlogin", HOSTS)
    assert caught.value.reason == "login"


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://mail.163.com/x", "mail.163.com"),
        ("http://mail.163.com:80/x", "mail.163.com"),
        ("https://MAIL.163.com./x", "mail.163.com"),
        ("https://nos-eastchina1.126.net/x?a=1", "nos-eastchina1.126.net"),
        ("https://a_b.x.126.net/x", "a_b.x.126.net"),
    ],
)
def test_url_of_an_allowed_host_is_taken(url, host):
    assert checked_url(url, HOSTS).host == host


def test_fragment_is_not_sent():
    assert str(checked_url("https://mail.163.com/x#y", HOSTS)) == "https://mail.163.com/x"


@pytest.mark.parametrize(
    ("host", "good"),
    [("a.126.net", True), ("a.b.126.net", True), ("126.net", False), ("a126.net", False), ("mail.163.com", True)],
)
def test_pattern_with_a_star_is_all_names_below(host, good):
    assert allowed(host, HOSTS) is good
