"""Maildirs as servers and mail readers leave them."""

import datetime as dt
import io
import os

import pytest

from ingest.config import Mailbox
from ingest.errors import GoneError, UnreachableError
from ingest.sources import Folder, open_source

RAW = b"Subject: a\n\ntext\n"
NAME = "1728264615.M1P2.mx,S=17,W=20"
ARRIVED = dt.datetime(2024, 10, 7, 9, 30, 15, tzinfo=dt.timezone(dt.timedelta(hours=8)))


class Known:
    last_uid = 0

    def known(self, uids):
        return set()


@pytest.fixture
def box(tmp_path):
    make(tmp_path / "box")
    return tmp_path / "box"


def make(path):
    for name in ("cur", "new", "tmp"):
        (path / name).mkdir(parents=True)


def source_of(box, *folders):
    mailbox = Mailbox(name="box", track="public", address="a@126.com", url="maildir:box", folders=folders or ("INBOX",))
    return open_source(mailbox, base=box.parent, password=lambda: pytest.fail("a folder needs no password"))


def list_all(source):
    return [listing for folder in source.folders() for listing in source.listing(folder, Known())]


def bytes_of(source, listing):
    target = io.BytesIO()
    source.copy(listing, target)
    return target.getvalue()


def test_uid_is_the_unique_name_without_flags(box):
    (box / "cur" / f"{NAME}:2,FS").write_bytes(RAW)
    assert [(found.uid, found.uidvalidity) for found in list_all(source_of(box))] == [(NAME, 0)]


@pytest.mark.parametrize("mark", [":2,", ";2,S", "!2,RS"])
def test_flags_in_any_spelling_are_no_part_of_the_uid(box, mark):
    (box / "cur" / (NAME + mark)).write_bytes(RAW)
    assert list_all(source_of(box))[0].uid == NAME


def test_a_mail_read_between_listing_and_copy_is_found_again(box):
    (box / "new" / NAME).write_bytes(RAW)
    source = source_of(box)
    listing = list_all(source)[0]
    (box / "new" / NAME).rename(box / "cur" / f"{NAME}:2,S")
    assert bytes_of(source, listing) == RAW


def test_a_mail_marked_between_two_polls_is_the_same_mail(box):
    (box / "cur" / f"{NAME}:2,").write_bytes(RAW)
    before = list_all(source_of(box))
    (box / "cur" / f"{NAME}:2,").rename(box / "cur" / f"{NAME}:2,FRS")
    assert list_all(source_of(box)) == before


def test_a_mail_in_new_and_in_cur_at_once_is_one(box):
    (box / "new" / NAME).write_bytes(RAW)
    (box / "cur" / f"{NAME}:2,S").write_bytes(RAW)
    assert len(list_all(source_of(box))) == 1


def test_line_ends_stay_as_they_are(box):
    (box / "new" / NAME).write_bytes(b"Subject: a\n\nlf\r\ncrlf\rcr\n")
    source = source_of(box)
    assert bytes_of(source, list_all(source)[0]) == b"Subject: a\n\nlf\r\ncrlf\rcr\n"


def test_arrival_is_the_time_in_the_unique_name(box):
    (box / "new" / NAME).write_bytes(RAW)
    os.utime(box / "new" / NAME, (0, 0))
    assert list_all(source_of(box))[0].received_at == ARRIVED


@pytest.mark.parametrize("name", ["letter.1", "123.a", "99999999999.b", "9999999999.b", "0000000001.c", "1728264615"])
def test_arrival_is_the_files_time_where_the_name_holds_none(box, name):
    (box / "new" / name).write_bytes(RAW)
    os.utime(box / "new" / name, (1_728_000_000.5, 1_728_000_000.5))
    assert list_all(source_of(box))[0].received_at == dt.datetime.fromtimestamp(1_728_000_000.5, dt.UTC)


def test_what_is_no_mail_file_is_left_alone(box, tmp_path):
    (tmp_path / "secret").write_bytes(b"root's")
    (box / "new" / "1728264615.link.mx").symlink_to(tmp_path / "secret")
    (box / "new" / "1728264615.folder.mx").mkdir()
    (box / "new" / ".1728264615.hidden.mx").write_bytes(RAW)
    (box / "tmp" / "1728264615.half.mx").write_bytes(RAW)
    os.mkfifo(box / "new" / "1728264615.pipe.mx")
    assert list_all(source_of(box)) == []


def test_a_mail_replaced_by_a_link_is_gone(box, tmp_path):
    (tmp_path / "secret").write_bytes(b"root's")
    (box / "new" / NAME).write_bytes(RAW)
    source = source_of(box)
    listing = list_all(source)[0]
    (box / "new" / NAME).unlink()
    (box / "new" / NAME).symlink_to(tmp_path / "secret")
    with pytest.raises(GoneError):
        source.copy(listing, io.BytesIO())


def test_a_name_that_is_no_utf8_is_listed_by_a_plain_uid_and_copied(box):
    path = os.fsencode(box / "new") + b"/1728264615.100%.\xb8\xe5"
    with open(path, "wb") as file:  # noqa: PTH123 - a path of bytes
        file.write(RAW)
    source = source_of(box)
    listing = list_all(source)[0]
    assert (listing.uid, bytes_of(source, listing)) == ("1728264615.100%25.%B8%E5", RAW)


@pytest.mark.parametrize("written", [".&Xn9USpCuTvY-", ".广告邮件"])
def test_a_subfolder_with_a_chinese_name(box, written):
    make(box / written)
    (box / written / "cur" / f"{NAME}:2,").write_bytes(RAW)
    source = source_of(box, "INBOX", "广告邮件")
    assert source.folders() == [Folder("INBOX", 0), Folder("广告邮件", 0)]
    listing = list_all(source)[0]
    assert (listing.folder, bytes_of(source, listing)) == ("广告邮件", RAW)


def test_a_subfolder_of_a_subfolder(box):
    make(box / ".归档.2023")
    assert source_of(box, "归档/2023").folders() == [Folder("归档/2023", 0)]


def test_a_path_that_is_not_there_is_the_operators_error(tmp_path):
    with pytest.raises(UnreachableError) as caught:
        source_of(tmp_path / "box").folders()
    assert caught.value.what == f"邮箱 box 的文件夹无法读取：{tmp_path / 'box'}"


def test_a_folder_that_is_no_maildir_is_the_operators_error(tmp_path):
    (tmp_path / "box").mkdir()
    with pytest.raises(UnreachableError) as caught:
        source_of(tmp_path / "box").folders()
    assert (caught.value.what, caught.value.lasting) == ("邮箱 box 中没有名为“INBOX”的文件夹", True)


@pytest.mark.parametrize("word", ["\\Junk", "垃圾邮件", "Junk"])
def test_a_subfolder_by_its_use(box, word):
    make(box / ".Junk")
    assert [(folder.name, folder.junk) for folder in source_of(box, word).folders()] == [("Junk", True)]
