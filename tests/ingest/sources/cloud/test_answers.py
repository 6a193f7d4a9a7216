"""What is no file, or not the file that was said: each a reason with a sentence, never silence and never a file."""

import os

import pytest

from ingest.sources.cloud import MANUAL_REASONS, SENDERS_TURN, WAITING_REASONS, Fetched
from ingest.sources.cloud.outcomes import RETRY_AFTER_S
from ingest.sources.cloud.pages import verdict

FILM = os.urandom(100_000)
START = "https://files.example.cn/film.mp4"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<p>抱歉，该文件已过期，无法下载</p>", "expired"),
        ("<title>链接已失效</title>", "expired"),
        ("This file has expired.", "expired"),
        ("文件已被删除", "deleted"),
        ("<h1>404 Not Found</h1>", "deleted"),
        ("<Error><Code>NoSuchKey</Code></Error>", "deleted"),
        ("请先登录后再下载", "login"),
        ("Please sign in to continue", "login"),
        ("请输入验证码", "captcha"),
        ("下载次数已达上限", "quota"),
        ("Download quota exceeded", "quota"),
        ("提取码错误，请重新输入", "wrong-code"),
        ("<html><body>欢迎</body></html>", "html-instead"),
        ("<script>var tip = '文件已过期'</script><body></body>", "expired"),
        ("", "html-instead"),
    ],
)
def test_page_is_read_for_why(text, reason):
    assert verdict(text) == reason


@pytest.mark.parametrize("reason", MANUAL_REASONS)
def test_every_reason_has_a_sentence_in_chinese(reason):
    assert any("\u4e00" <= letter <= "\u9fff" for letter in MANUAL_REASONS[reason])


def test_every_reason_to_wait_has_its_time():
    assert RETRY_AFTER_S.keys() == WAITING_REASONS.keys()


def test_sender_s_turn_is_one_of_the_reasons():
    assert MANUAL_REASONS.keys() >= SENDERS_TURN


def test_expiry_page_with_status_200_is_no_file(server, clouds, get):
    server.route(START, clouds.page("<html><body>文件已过期</body></html>"))
    assert get().reason == "expired"


def test_page_sent_as_if_it_were_a_film_is_no_file(server, clouds, get):
    body = "<!DOCTYPE html>\n<html><body>请登录</body></html>".encode()
    server.route(START, clouds.File(body, headers={"Content-Type": "video/mp4"}))
    assert get().reason == "login"


def test_message_in_json_is_no_file(server, clouds, get):
    server.route(START, clouds.said({"code": 400, "message": "链接已失效"}))
    assert get().reason == "expired"


def test_page_that_was_meant_is_a_file(server, clouds, get, link):
    server.route("https://files.example.cn/a.html", clouds.page("<html><body>说明</body></html>"))
    assert isinstance(get(link("https://files.example.cn/a.html", name="a.html")), Fetched)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (401, "login"),
        (403, "refused"),
        (404, "deleted"),
        (410, "deleted"),
        (400, "refused"),
        (418, "refused"),
        (204, "refused"),
    ],
)
def test_status_says_why(status, reason, server, clouds, get):
    server.route(START, clouds.page("<html></html>", status))
    assert get().reason == reason


@pytest.mark.parametrize(
    ("status", "reason"), [(500, "server-trouble"), (502, "server-trouble"), (503, "busy"), (429, "busy")]
)
def test_trouble_of_the_server_is_waited_for(status, reason, server, clouds, get):
    server.route(START, clouds.page("<html></html>", status))
    assert get().reason == reason


def test_server_says_when_to_come_again(server, clouds, get):
    server.route(START, clouds.Answer(429, {"Retry-After": "1234"}))
    assert get().retry_after_s == 1234


@pytest.mark.parametrize("value", ["99999999999999", "-1", "Wed, 21 Oct 2015 07:28:00 GMT", "", "٣"])
def test_strange_time_to_come_again_is_ours(value, server, clouds, get):
    server.route(START, clouds.Answer(503, {"Retry-After": value.encode().decode("latin-1")}))
    assert get().retry_after_s == 900


def test_empty_file_is_no_film(server, clouds, get):
    server.route(START, clouds.File(b""))
    assert get().reason == "empty"


def test_file_of_nothing_in_chunks_is_no_film(server, clouds, get):
    server.route(START, clouds.Answer(200, {"Content-Type": "video/mp4"}, chunked=True))
    assert get().reason == "empty"


def test_size_that_is_not_roughly_the_mail_s_is_wrong(server, clouds, get, link):
    server.route(START, clouds.File(FILM))
    assert get(link(size=200_000)).reason == "wrong-size"


def test_size_that_a_mail_rounded_is_right(server, clouds, get, link):
    server.route(START, clouds.File(FILM))
    assert isinstance(get(link(size=104_000)), Fetched)


def test_body_without_a_length_ends_where_the_mail_s_size_is_passed(server, clouds, get, link):
    film = server.route(START, clouds.File((10**9, lambda _offset, count: bytes(count)), chunked=True))
    assert (get(link(size=1_000_000)).reason, film.sent < 50_000_000) == ("wrong-size", True)


def test_size_that_a_mail_said_exactly_must_be_it(server, clouds, get, link):
    server.route(START, clouds.File(FILM))
    assert get(link(size=len(FILM) - 1, size_is_exact=True)).reason == "wrong-size"


def test_body_without_any_length_over_plain_http_is_not_trusted(server, get, link):
    server.route(
        "http://files.example.cn/film.mp4",
        lambda _asked: lambda handler: handler.connection.sendall(b"HTTP/1.1 200 OK\r\n\r\nfilm"),
    )
    assert get(link("http://files.example.cn/film.mp4")).reason == "no-length"


def test_body_without_any_length_is_cut_where_tls_says_no_goodbye(server, get):
    server.route(START, lambda _asked: lambda handler: handler.connection.sendall(b"HTTP/1.1 200 OK\r\n\r\nfilm"))
    assert get().reason == "cut"


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("attachment; filename=\"a.mp4\"", "a.mp4"),
        ("attachment; filename*=UTF-8''%E7%A7%91%E6%99%AE.mp4", "科普.mp4"),
        ("attachment; filename=x.mp4; filename*=UTF-8''%E7%A7%91%E6%99%AE.mp4", "科普.mp4"),
        ("attachment; filename*=GBK''%BF%C6%C6%D5.mp4", "科普.mp4"),
        ("attachment; filename=%E7%A7%91%E6%99%AE.mp4", "科普.mp4"),
        ("attachment; filename=\"" + "科普.mp4".encode().decode("latin-1") + "\"", "科普.mp4"),
        ("attachment; filename=\"" + "科普.mp4".encode("gbk").decode("latin-1") + "\"", "科普.mp4"),
        ("attachment; filename=\"../../etc/passwd\"", "passwd"),
        ("attachment; filename=\"C:\\\\film.mp4\"", "film.mp4"),
        ("attachment", "film.mp4"),
    ],
)  # fmt: skip
def test_name_of_a_file_is_the_one_its_server_gives(header, name, server, clouds, get):
    server.route(START, clouds.File(FILM, headers={"Content-Disposition": header}))
    assert get().name == name
