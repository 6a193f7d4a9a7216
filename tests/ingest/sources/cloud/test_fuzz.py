"""Whatever stands in a link, and whatever a server answers: an outcome, and never an exception."""

import functools

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from ingest.sources.cloud import WAYS, Fetched, Manual, Waiting, fetch, forget
from parsers.facts import Link

quick = functools.partial(
    examples, max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
OUTCOMES = (Fetched, Waiting, Manual)
ALL_ON = "[cloud.providers]\nnetease-dashi = true\nnetease-enterprise = true\nsina = true\n189 = true\n"
HEADERS = (
    *("Location", "Content-Type", "Content-Length", "Content-Range", "Content-Disposition", "Content-Encoding", "ETag"),
    *("Last-Modified", "Retry-After", "Set-Cookie", "Transfer-Encoding"),
)
values = st.one_of(
    st.binary(max_size=40).map(lambda raw: raw.decode("latin-1")),
    st.sampled_from(
        ["0", "5", "-1", "bytes 0-4/5", "bytes */5", "chunked", "text/html", '"x"', "/again", "//", "http:", "a:b"]
    ),
)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=10)
    | st.sampled_from(["https://a.126.net/f", "http://[", "EXPIRED"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "code",
                    "desc",
                    "data",
                    "downloadUrl",
                    "head",
                    "ret",
                    "body",
                    "url",
                    "name",
                    "size",
                    "md5",
                    "sha",
                    "msg",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@pytest.fixture
def outcome(network, settings, partial):
    """`fetch` of a link, with nothing left of the one before."""

    def run(link):
        forget(partial)
        return fetch(link, partial, settings(ALL_ON), network=network())

    return run


@quick()
@given(
    st.sampled_from(sorted(WAYS)),
    st.text(max_size=60),
    st.text(max_size=20),
    st.sampled_from(["", "https://", "https://mail.163.com/", "https://mail.qq.com/?", "https://files.example.cn/"]),
)
def test_any_link_has_an_outcome(outcome, server, provider, url, key, before):
    server.reset()
    assert isinstance(outcome(Link(provider=provider, key=key, url=before + url)), OUTCOMES)


@quick()
@given(
    st.sampled_from([200, 206, 302, 301, 307, 404, 416, 500]),
    st.dictionaries(st.sampled_from(HEADERS), values, max_size=4),
    st.binary(max_size=30),
)
def test_any_answer_has_an_outcome(outcome, server, status, headers, body):
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode("latin-1")

    def write(handler):
        handler.connection.sendall(b"HTTP/1.1 %d x\r\n%s\r\n%s" % (status, head, body))

    server.reset()
    server.route("https://files.example.cn/film.mp4", lambda _asked: write)
    assert isinstance(outcome(Link(provider="direct", key="k", url="https://files.example.cn/film.mp4")), OUTCOMES)


@quick()
@given(json_values)
def test_any_json_of_netease_has_an_outcome(outcome, server, clouds, value):
    server.reset()
    server.route("https://mail.163.com/filehub/bg/link/info/get", clouds.said(value))
    server.route("https://mail.163.com/filehub/bg/dl/prepare", clouds.said(value))
    assert isinstance(outcome(Link(provider="netease", key="k", url="https://mail.163.com/x?file=k")), OUTCOMES)


@quick()
@given(json_values, st.text(max_size=200))
def test_any_json_and_page_of_qq_have_an_outcome(outcome, server, clouds, value, text):
    server.reset()
    server.route(
        "https://wx.mail.qq.com/ftn/download",
        lambda asked: (
            clouds.said(value) if asked.method == "POST" else clouds.page(f"var url = {text!r}; status = {text!r}")
        ),
    )
    assert isinstance(
        outcome(Link(provider="qq", key="K", url="https://wx.mail.qq.com/ftn/download?key=K&code=C")), OUTCOMES
    )


@quick()
@given(st.binary(max_size=300))
def test_any_bytes_in_place_of_http_have_an_outcome(outcome, server, raw):
    server.reset()
    server.route("https://files.example.cn/film.mp4", lambda _asked: lambda handler: handler.connection.sendall(raw))
    assert isinstance(outcome(Link(provider="direct", key="k", url="https://files.example.cn/film.mp4")), OUTCOMES)
