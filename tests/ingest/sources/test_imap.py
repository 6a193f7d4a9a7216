"""IMAP against a real Dovecot: what only this source has to get right."""

import datetime as dt
import io
import itertools
import os
import re
from dataclasses import replace

import pytest

from ingest.config import Mailbox
from ingest.errors import ConfigError, GoneError, UnreachableError
from ingest.sources import Folder
from ingest.sources.imap import ImapSource
from ingest.sources.imap_pace import Pace
from ingest.sources.imap_wire import PIECE

CHINA = dt.timezone(dt.timedelta(hours=8))
MONDAY = dt.datetime(2024, 10, 7, 9, 30, 15, tzinfo=CHINA)
RAW = b"From: a@qq.com\r\nSubject: tougao\r\n\r\ntext\r\n"


class Known:
    """Everything up to a UID is known."""

    def __init__(self, last_uid=0):
        self.last_uid = last_uid

    def known(self, uids):
        return {uid for uid in uids if int(uid) <= self.last_uid}


numbers = itertools.count(1)


@pytest.fixture
def user(dovecot):
    return dovecot.make_user(f"imap{next(numbers)}@163.com")


def mailbox_of(user, url, **more):
    return Mailbox(name="box", track="recommended", address=user.name, url=url, **more)


@pytest.fixture
def source(dovecot, user):
    pace = Pace(sleep=lambda _seconds: None)
    with ImapSource(mailbox_of(user, dovecot.url()), lambda: user.password, pace) as source:
        yield source


def list_all(source, last_uid=0):
    return [listing for folder in source.folders() for listing in source.listing(folder, Known(last_uid))]


def bytes_of(source, listing):
    target = io.BytesIO()
    source.copy(listing, target)
    return target.getvalue()


def sent(folder):
    """Commands as the server recorded them, without their tags."""
    text = b"".join(path.read_bytes() for path in sorted(folder.glob("*.in"))).decode()
    return re.findall(r"^[\d.]* ?[A-Z]+\d+ (.+?)\r?$", text, re.MULTILINE)


def put_files(user, count):
    """Mails straight into the Maildir, many at once."""
    (user.maildir / "cur").mkdir(exist_ok=True)
    for number in range(count):
        path = user.maildir / "cur" / f"{1728000000 + number}.M{number}P1.host:2,"
        path.write_bytes(RAW)
        os.utime(path, (1728000000 + number,) * 2)
    for path in [*user.maildir.glob("cur"), *user.maildir.glob("cur/*")]:
        os.chown(path, user.maildir.stat().st_uid, user.maildir.stat().st_gid)


def test_arrival_keeps_its_zone(dovecot, user, source):
    dovecot.deliver(user, RAW, MONDAY)
    received_at = list_all(source)[0].received_at
    assert (received_at, received_at.utcoffset()) == (MONDAY, dt.timedelta(hours=8))


def test_arrival_of_another_zone_is_the_same_instant(dovecot, user, source):
    there = dt.datetime(2024, 10, 25, 23, 59, 59, tzinfo=dt.timezone(dt.timedelta(hours=-5)))
    dovecot.deliver(user, RAW, there)
    assert list_all(source)[0].received_at == there


def test_unseen_stays_unseen(dovecot, user, source):
    dovecot.deliver(user, RAW, MONDAY)
    bytes_of(source, list_all(source)[0])
    assert b"Seen" not in dovecot.flags(user)[0]


def test_id_is_sent_before_a_folder_is_opened(dovecot, user, source):
    folder = dovecot.record(user)
    source.folders()
    source.close()
    assert [line.split()[0] for line in sent(folder)] == ["ID", "EXAMINE", "LOGOUT"]


def test_id_is_what_the_config_says(dovecot, user):
    folder = dovecot.record(user)
    identity = {"name": "科普", "contact": 'a "quoted" \\ one'}
    with ImapSource(mailbox_of(user, dovecot.url(), identity=identity), lambda: user.password) as source:
        source.folders()
    version = re.search(r'"version" "([^"]+)"', sent(folder)[0])[1]
    assert sent(folder)[0] == (
        f'ID ("name" "??" "version" "{version}" "vendor" "kepu-intake" "contact" "a \\"quoted\\" \\\\ one")'
    )


def test_only_reading_commands_are_sent(dovecot, user, source):
    dovecot.deliver(user, RAW, MONDAY)
    folder = dovecot.record(user)
    bytes_of(source, list_all(source)[0])
    source.close()
    assert sent(folder)[1:] == [
        'EXAMINE "INBOX"',
        "UID SEARCH UID 1:*",
        "UID FETCH 1 (RFC822.SIZE INTERNALDATE)",
        "UID FETCH 1 (BODY.PEEK[])",
        "LOGOUT",
    ]


def test_nothing_new_fetches_nothing(dovecot, user, source):
    dovecot.deliver(user, RAW, MONDAY)
    folder = dovecot.record(user)
    assert list_all(source, last_uid=1) == []
    source.close()
    assert [line for line in sent(folder) if "FETCH" in line] == []


def test_more_mails_than_are_listed_at_once(user, source):
    put_files(user, 850)
    assert [listing.uid for listing in list_all(source)] == [str(number) for number in range(1, 851)]


def test_copying_from_another_folder_between_two_lots_of_a_listing(dovecot, user):
    put_files(user, 450)
    dovecot.deliver(user, RAW + b"junk\r\n", MONDAY, folder="广告邮件")
    mailbox = mailbox_of(user, dovecot.url(), folders=("INBOX", "广告邮件"))
    with ImapSource(mailbox, lambda: user.password) as source:
        inbox, junk = source.folders()
        other = next(source.listing(junk, Known()))
        uids = [listing.uid for listing in source.listing(inbox, Known()) if bytes_of(source, other)]
    assert uids == [str(number) for number in range(1, 451)]


def test_a_folder_with_a_chinese_name(dovecot, user):
    dovecot.deliver(user, RAW, MONDAY, folder="广告邮件")
    with ImapSource(mailbox_of(user, dovecot.url(), folders=("广告邮件",)), lambda: user.password) as source:
        listing = list_all(source)[0]
        assert (listing.folder, bytes_of(source, listing)) == ("广告邮件", RAW)


def test_a_missing_folder_is_named_with_the_chinese_ones_that_exist(dovecot, user):
    dovecot.deliver(user, RAW, MONDAY, folder="广告邮件")
    source = ImapSource(mailbox_of(user, dovecot.url(), folders=("垃圾邮件",)), lambda: user.password)
    with source, pytest.raises(UnreachableError) as caught:
        source.folders()
    assert (caught.value.why, caught.value.lasting) == ("现有文件夹：INBOX、广告邮件", True)


def test_uidvalidity_is_reported_and_changes_when_the_mailbox_is_rebuilt(dovecot, user, source):
    dovecot.deliver(user, RAW, MONDAY)
    (before,) = source.folders()
    source.close()
    dovecot.rebuild(user)
    (after,) = source.folders()
    assert after == Folder("INBOX", before.uidvalidity + 7)


def test_copy_of_a_listing_from_before_the_rebuild_says_gone(dovecot, user, source):
    dovecot.deliver(user, RAW, MONDAY)
    listing = list_all(source)[0]
    source.close()
    dovecot.rebuild(user)
    with pytest.raises(GoneError):
        source.copy(listing, io.BytesIO())


def test_listing_a_folder_from_before_the_rebuild_is_for_the_next_run(dovecot, user, source):
    dovecot.deliver(user, RAW, MONDAY)
    (before,) = source.folders()
    source.close()
    dovecot.rebuild(user)
    with pytest.raises(UnreachableError) as caught:
        list(source.listing(before, Known()))
    assert caught.value.lasting is False


@pytest.mark.parametrize("size", [PIECE - 1, PIECE, PIECE + 1, 2 * PIECE])
def test_copy_at_the_edges_of_pieces(dovecot, user, source, size):
    head = b"Subject: a\r\n\r\n"
    raw = head + (b"x" * 998 + b"\r\n") * 10_000
    raw = raw[: size - 2] + b"\r\n"
    dovecot.deliver(user, raw, MONDAY)
    assert bytes_of(source, list_all(source)[0]) == raw


@pytest.mark.parametrize("wrong", [1, 10 * PIECE, None])
def test_copy_where_the_size_listed_was_wrong(dovecot, user, source, wrong):
    dovecot.deliver(user, RAW, MONDAY)
    assert bytes_of(source, replace(list_all(source)[0], size=wrong)) == RAW


def test_after_a_cut_connection_the_mail_is_copied_over_a_new_one(dovecot, user, source):
    dovecot.deliver(user, RAW, MONDAY)
    listing = list_all(source)[0]
    dovecot.kick(user)
    assert bytes_of(source, listing) == RAW


def test_a_mail_that_comes_after_the_folders_were_read_is_listed(dovecot, user, source):
    dovecot.deliver(user, RAW, MONDAY)
    known = Known(1)
    (folder,) = source.folders()
    before = list(source.listing(folder, known))
    dovecot.deliver(user, RAW, MONDAY)
    assert (before, [listing.uid for listing in source.listing(folder, known)]) == ([], ["2"])


def test_each_of_several_folders_is_opened_once(dovecot, user):
    dovecot.deliver(user, RAW, MONDAY, folder="广告邮件")
    folder = dovecot.record(user)
    mailbox = mailbox_of(user, dovecot.url(), folders=("INBOX", "广告邮件"))
    with ImapSource(mailbox, lambda: user.password) as source:
        list_all(source)
    assert [line for line in sent(folder) if line.startswith("EXAMINE")] == [
        'EXAMINE "INBOX"',
        'EXAMINE "&Xn9USpCuTvY-"',
    ]


@pytest.mark.parametrize("word", ["\\Junk", "\\junk", "垃圾邮件", "Spam"])
def test_a_folder_by_its_use_is_found_whatever_its_name(dovecot, user, word):
    dovecot.deliver(user, RAW, MONDAY, folder="可疑来信")
    mailbox = mailbox_of(user, dovecot.url(), folders=("收件箱", word))
    with ImapSource(mailbox, lambda: user.password) as source:
        assert [(folder.name, folder.junk) for folder in source.folders()] == [("INBOX", False), ("可疑来信", True)]


def test_a_folder_meant_twice_is_one_folder(dovecot, user):
    mailbox = mailbox_of(user, dovecot.url(), folders=("INBOX", "收件箱", "\\Inbox"))
    with ImapSource(mailbox, lambda: user.password) as source:
        assert [folder.name for folder in source.folders()] == ["INBOX"]


def test_wrong_password_is_lasting_and_says_what_to_do(dovecot, user):
    with (
        ImapSource(mailbox_of(user, dovecot.url()), lambda: "wrong") as source,
        pytest.raises(UnreachableError) as found,
    ):
        source.folders()
    error = found.value
    assert (error.what, error.lasting, error.mailbox) == ("邮箱 box 登录被拒绝", True, "box")
    assert "客户端授权码" in error.mend


def test_wrong_password_is_tried_once_only(dovecot, user):
    asked = []
    with ImapSource(mailbox_of(user, dovecot.url()), lambda: asked.append(1) or "wrong") as source:
        for _ in range(3):
            with pytest.raises(UnreachableError):
                source.folders()
    assert asked == [1]


@pytest.mark.parametrize("secret", ["授权码", "two\r\nlines"])
def test_a_password_that_cannot_be_sent_is_refused_without_connecting(user, secret):
    with (
        ImapSource(mailbox_of(user, "imap://127.0.0.1:1"), lambda: secret) as source,
        pytest.raises(UnreachableError) as found,
    ):
        source.folders()
    assert (found.value.what, found.value.why) == ("邮箱 box 登录被拒绝", "用户名或授权码中含有不能使用的字符")


def test_the_password_is_not_asked_for_before_it_is_needed(dovecot, user):
    asked = []
    with ImapSource(mailbox_of(user, dovecot.url()), lambda: asked.append(1) or user.password) as source:
        before = list(asked)
        source.folders()
        source.folders()
    assert (before, asked) == ([], [1])


def test_without_a_password_no_connection_is_tried(user):
    def none():
        raise ConfigError("没有密码", mend="请设置环境变量")

    with ImapSource(mailbox_of(user, "imap://127.0.0.1:1"), none) as source, pytest.raises(ConfigError):
        source.folders()


def test_a_port_where_nobody_answers_is_passing_trouble(user):
    with (
        ImapSource(mailbox_of(user, "imap://127.0.0.1:1"), lambda: "x") as source,
        pytest.raises(UnreachableError) as found,
    ):
        source.folders()
    assert (found.value.what, found.value.lasting) == ("无法连接邮箱 box 的服务器 127.0.0.1:1", False)


def test_a_mail_over_tls(dovecot, user, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(dovecot.certificate))
    raw = b"Subject: a\r\n\r\n" + b"".join(b"line %06d\r\n" % number for number in range(50_000))
    dovecot.deliver(user, raw, MONDAY)
    with ImapSource(mailbox_of(user, dovecot.url(tls=True)), lambda: user.password) as source:
        assert bytes_of(source, list_all(source)[0]) == raw
