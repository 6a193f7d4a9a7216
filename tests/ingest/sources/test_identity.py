"""By what a mail is known again."""

import io

import pytest

from ingest.sources.identity import HEADER_BYTES, identity, identity_of

HEADER = b"From: a@qq.com\r\nMessage-ID: <one@qq.com>\r\nSubject: =?gb18030?B?zbbOuw==?=\r\n"


@pytest.mark.parametrize("header", [HEADER, HEADER + b"\r\n", HEADER.replace(b"\r\n", b"\n"), HEADER.rstrip()])
def test_the_end_of_lines_and_of_the_header_do_not_matter(header):
    assert identity(header, 7) == identity(HEADER, 7)


@pytest.mark.parametrize("body", [b"", b"Message-ID: <other@qq.com>\r\n", b"\xd0\xc5" * HEADER_BYTES])
def test_a_file_is_told_by_its_header(body):
    assert identity_of(io.BytesIO(HEADER + b"\r\n" + body), 7) == identity(HEADER, 7)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (b"message-id:<a@b>\r\n", "a@b"),
        (b"Message-Id:\r\n\t<a@b>\r\n", "a@b"),
        (b"X-Message-ID: <x@y>\r\n", ""),
        (b"Message-ID: without brackets\r\n", "without"),
        (b"Message-ID:\r\n", ""),
        (b"", ""),
    ],
)
def test_message_id(line, found):
    assert identity(b"From: a@qq.com\r\n" + line + b"To: b@qq.com\r\n", None).message_id == found


def test_another_header_is_another_mail():
    assert identity(HEADER, 7).header_sha256 != identity(HEADER + b"X: y\r\n", 7).header_sha256


def test_a_header_without_end_is_told_by_its_beginning():
    endless = HEADER + b"X-Long: " + b"x" * (2 * HEADER_BYTES)
    assert identity_of(io.BytesIO(endless), None) == identity(endless, None)
