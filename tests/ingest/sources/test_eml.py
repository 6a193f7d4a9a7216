"""Folders of .eml files: which are mails, and when they arrived."""

import datetime as dt
import io
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.config import Mailbox
from ingest.errors import GoneError, UnreachableError
from ingest.sources import open_source
from ingest.sources.eml import arrived

RAW = b"Subject: a\r\n\r\ntext\r\n"


class Known:
    last_uid = 0

    def known(self, uids):
        return set()


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "信件").mkdir()
    return tmp_path / "信件"


@pytest.fixture
def source(folder):
    mailbox = Mailbox(name="box", track="public", address="a@126.com", url="eml:信件")
    return open_source(mailbox, base=folder.parent, password=lambda: pytest.fail("a folder needs no password"))


def list_all(source):
    return [listing for folder in source.folders() for listing in source.listing(folder, Known())]


def names(source):
    return sorted(listing.uid.rpartition("@")[0] for listing in list_all(source))


def bytes_of(source, listing):
    target = io.BytesIO()
    source.copy(listing, target)
    return target.getvalue()


def test_eml_files_are_found_in_folders_of_folders(folder, source):
    (folder / "十月" / "七日").mkdir(parents=True)
    for path in (folder / "a.eml", folder / "十月" / "B.EML", folder / "十月" / "七日" / "投稿：星空.eml"):
        path.write_bytes(RAW)
    assert names(source) == ["a.eml", "十月/B.EML", "十月/七日/投稿：星空.eml"]


def test_other_files_and_hidden_ones_are_left_alone(folder, source):
    (folder / ".trash").mkdir()
    (folder / "folder.eml").mkdir()
    for name in ("a.txt", "eml", "a.eml.part", "._a.eml", ".trash/a.eml"):
        (folder / name).write_bytes(RAW)
    assert names(source) == []


def test_no_link_is_followed(folder, source):
    outside = folder.parent / "outside"
    outside.mkdir()
    (outside / "secret.eml").write_bytes(RAW)
    (folder / "file.eml").symlink_to(outside / "secret.eml")
    (folder / "more").symlink_to(outside)
    assert names(source) == []


def test_copy_through_a_folder_that_became_a_link_says_gone(folder, source):
    (folder / "sub").mkdir()
    (folder / "sub" / "a.eml").write_bytes(RAW)
    listing = list_all(source)[0]
    (folder / "sub").rename(folder.parent / "moved")
    (folder / "sub").symlink_to(folder.parent / "moved")
    with pytest.raises(GoneError):
        source.copy(listing, io.BytesIO())


def test_a_replaced_file_is_a_new_mail(folder, source):
    (folder / "a.eml").write_bytes(RAW)
    before = list_all(source)[0]
    (folder / "a.eml").write_bytes(RAW + b"more\r\n")
    assert before.uid not in [listing.uid for listing in list_all(source)]


def test_copy_of_a_replaced_file_says_gone(folder, source):
    (folder / "a.eml").write_bytes(RAW)
    listing = list_all(source)[0]
    (folder / "a.eml").write_bytes(RAW[::-1])
    os.utime(folder / "a.eml", (1, 1))
    with pytest.raises(GoneError):
        source.copy(listing, io.BytesIO())


def test_a_name_that_is_no_utf8_is_copied(folder, source):
    with open(os.fsencode(folder) + b"/\xb8\xe5@1-2.eml", "wb") as file:  # noqa: PTH123 - a path of bytes
        file.write(RAW)
    listing = list_all(source)[0]
    assert (names(source), bytes_of(source, listing)) == (["%B8%E5@1-2.eml"], RAW)


def test_a_tree_too_deep_is_the_operators_error(folder, source):
    folder.joinpath(*["deep"] * 20).mkdir(parents=True)
    (folder.joinpath(*["deep"] * 20) / "a.eml").write_bytes(RAW)
    with pytest.raises(UnreachableError) as caught:
        list_all(source)
    assert caught.value.what == f"邮箱 box 的文件夹内容过多：{folder}"


def test_mails_without_arrival_are_listed_in_the_order_they_were_written(folder, source):
    for number, name in enumerate(["c", "a", "b"]):
        (folder / f"{name}.eml").write_bytes(RAW)
        os.utime(folder / f"{name}.eml", (1_728_000_000 + number,) * 2)
    assert [(listing.uid[0], listing.received_at) for listing in list_all(source)] == [
        ("c", None),
        ("a", None),
        ("b", None),
    ]


def received(folder, *dates, before=b""):
    lines = b"".join(b"Received: from a\r\n\tby b; " + date + b"\r\n" for date in dates)
    (folder / "a.eml").write_bytes(before + lines + b"Date: Mon, 1 Jan 2001 00:00:00 +0000\r\n\r\ntext\r\n")
    return arrived(folder / "a.eml")


CHINA = dt.timezone(dt.timedelta(hours=8))


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        (b"Mon, 7 Oct 2024 09:30:15 +0800 (CST)", dt.datetime(2024, 10, 7, 9, 30, 15, tzinfo=CHINA)),
        (b"07 Oct 2024 01:30:15 -0000", dt.datetime(2024, 10, 7, 1, 30, 15, tzinfo=dt.UTC)),
        (b"Mon, 7 Oct 2024 01:30:15 GMT", dt.datetime(2024, 10, 7, 1, 30, 15, tzinfo=dt.UTC)),
        (b"Mon, 7 Oct 2024 09:30:15 CST", None),
        (b"Mon, 7 Oct 2024 09:30:15", None),
        (b"Mon, 47 Oct 2024 09:30:15 +0800", None),
        (b"yesterday +0800", None),
        (b"", None),
    ],
)
def test_arrival_is_the_date_of_received_if_it_says_its_zone(folder, date, expected):
    assert received(folder, date) == expected


def test_arrival_is_the_topmost_received(folder):
    later, earlier = b"Tue, 8 Oct 2024 10:00:00 +0800", b"Mon, 7 Oct 2024 10:00:00 +0800"
    assert received(folder, later, earlier) == dt.datetime(2024, 10, 8, 10, tzinfo=CHINA)


def test_arrival_is_never_the_date_header(folder):
    assert received(folder) is None


def test_a_received_in_the_body_is_none(folder):
    (folder / "a.eml").write_bytes(b"Subject: a\r\n\r\nReceived: by b; Mon, 7 Oct 2024 09:30:15 +0800\r\n")
    assert arrived(folder / "a.eml") is None


def test_a_received_after_64_kilobytes_of_header_is_not_looked_for(folder):
    padding = b"".join(b"X-%d: %s\r\n" % (number, b"x" * 900) for number in range(80))
    assert received(folder, b"Mon, 7 Oct 2024 09:30:15 +0800", before=padding) is None


@given(date=st.one_of(st.binary(max_size=80), st.from_regex(rb"[ -~]{0,40}[+-]\d{4}[ -~]{0,9}", fullmatch=True)))
def test_arrival_of_any_bytes_is_none_or_aware(tmp_path_factory, date):
    found = received(tmp_path_factory.getbasetemp(), date)
    assert found is None or found.utcoffset() is not None
