"""What every source promises, tried on each of them: a real Dovecot, a Maildir, a folder of .eml files."""

import datetime as dt
import hashlib
import io
import itertools
import os

import pytest

from ingest.config import Mailbox
from ingest.errors import GoneError, UnreachableError
from ingest.model import Listing
from ingest.sources import Folder, Identity, open_source

CHINA = dt.timezone(dt.timedelta(hours=8))
MONDAY = dt.datetime(2024, 10, 7, 9, 30, 15, tzinfo=CHINA)
names = itertools.count(1)


class Known:
    """What is known, as the ledger would say."""

    def __init__(self, *uids):
        self.uids = set(uids)

    @property
    def last_uid(self):
        return max((int(uid) for uid in self.uids if uid.isdigit()), default=0)

    def known(self, uids):
        return self.uids & set(uids)


def mail(received_at, body=b"text\r\n"):
    """A mail as our server keeps it, with the Received line our server would write."""
    received = received_at.strftime("%a, %d %b %Y %H:%M:%S %z (CST)")
    head = (
        f"Received: from mx (unknown [192.0.2.1])\r\n\tby mx.163.com; {received}\r\nSubject: =?gb2312?B?zbbOuw==?=\r\n"
    )
    return head.encode() + b"Date: Tue, 01 Jan 2019 00:00:00 +0000\r\n\r\n" + body


class DovecotDoor:
    def __init__(self, server):
        self.server = server
        self.user = server.make_user(f"door{next(names)}@163.com")
        self.mailbox = Mailbox(name="box", track="recommended", address=self.user.name, url=server.url())
        self.base = self.user.maildir
        self.files = self.user.maildir

    def deliver(self, raw, received_at):
        return self.server.deliver(self.user, raw, received_at)

    def remove(self, key):
        self.server.expunge(self.user, key)

    def flags(self):
        return self.server.flags(self.user)


class MaildirDoor:
    def __init__(self, base):
        self.base = base
        self.files = base / "box"
        self.mailbox = Mailbox(name="box", track="recommended", address="a@163.com", url="maildir:box")
        for name in ("cur", "new", "tmp"):
            (self.files / name).mkdir(parents=True)

    def deliver(self, raw, received_at):
        path = self.files / "new" / f"{int(received_at.timestamp())}.M{next(names)}P1.host"
        path.write_bytes(raw)
        return path

    def remove(self, key):
        key.unlink()

    def flags(self):
        return None


class EmlDoor:
    def __init__(self, base):
        self.base = base
        self.files = base / "信件"
        self.mailbox = Mailbox(name="box", track="recommended", address="a@163.com", url="eml:信件")
        self.files.mkdir()

    def deliver(self, raw, received_at):
        path = self.files / f"投稿 {next(names)}.eml"
        path.write_bytes(raw)
        return path

    def remove(self, key):
        key.unlink()

    def flags(self):
        return None


def mail_files(folder):
    """Every mail file with its place, size, times and mode."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith("dovecot"):
            stat = path.stat()
            found[str(path)] = (stat.st_size, stat.st_mtime_ns, stat.st_mode, stat.st_ino)
    return found


class Contract:
    """Inherited by one class a source, whose `door` delivers to it and takes away from it."""

    @pytest.fixture
    def source(self, door):
        password = getattr(getattr(door, "user", None), "password", "")
        with open_source(door.mailbox, base=door.base, password=lambda: password) as source:
            yield source

    def list_all(self, source, *known):
        return [listing for folder in source.folders() for listing in source.listing(folder, Known(*known))]

    def test_folders_are_the_configured_ones(self, source):
        assert [(folder.name, folder.junk) for folder in source.folders()] == [("INBOX", False)]

    def test_the_inbox_may_be_called_by_its_chinese_name(self, door):
        mailbox = door.mailbox.model_copy(update={"folders": ("收件箱",)})
        password = getattr(getattr(door, "user", None), "password", "")
        with open_source(mailbox, base=door.base, password=lambda: password) as source:
            assert [folder.name for folder in source.folders()] == ["INBOX"]

    def test_a_folder_that_is_not_there_is_named_with_those_that_are(self, door):
        mailbox = door.mailbox.model_copy(update={"folders": ("投稿",)})
        password = getattr(getattr(door, "user", None), "password", "")
        with (
            open_source(mailbox, base=door.base, password=lambda: password) as source,
            pytest.raises(UnreachableError) as caught,
        ):
            source.folders()
        assert (caught.value.what, caught.value.why) == ("邮箱 box 中没有名为“投稿”的文件夹", "现有文件夹：INBOX")

    def test_an_empty_folder_lists_nothing(self, source):
        assert self.list_all(source) == []

    def test_listing_says_size_and_arrival_of_each_once(self, door, source):
        later = MONDAY + dt.timedelta(days=3)
        door.deliver(mail(MONDAY), MONDAY)
        door.deliver(mail(later, b"longer text\r\n"), later)
        assert [(found.mailbox, found.folder, found.size, found.received_at) for found in self.list_all(source)] == [
            ("box", "INBOX", len(mail(MONDAY)), MONDAY),
            ("box", "INBOX", len(mail(later, b"longer text\r\n")), later),
        ]

    def test_listing_times_are_aware(self, door, source):
        door.deliver(mail(MONDAY), MONDAY)
        assert self.list_all(source)[0].received_at.utcoffset() is not None

    def test_listing_is_oldest_first(self, door, source):
        days = [MONDAY + dt.timedelta(days=n) for n in range(12)]
        for day in days:
            door.deliver(mail(day), day)
        assert [found.received_at for found in self.list_all(source)] == days

    def test_a_second_listing_yields_nothing(self, door, source):
        for _ in range(3):
            door.deliver(mail(MONDAY), MONDAY)
        known = [found.uid for found in self.list_all(source)]
        assert (len(set(known)), self.list_all(source, *known)) == (3, [])

    def test_a_mail_that_came_later_is_listed_alone(self, door, source):
        door.deliver(mail(MONDAY), MONDAY)
        known = [found.uid for found in self.list_all(source)]
        door.deliver(mail(MONDAY, b"the new one\r\n"), MONDAY)
        assert [found.size for found in self.list_all(source, *known)] == [len(mail(MONDAY, b"the new one\r\n"))]

    def test_another_source_gives_the_same_keys(self, door, source):
        door.deliver(mail(MONDAY), MONDAY)
        first = self.list_all(source)
        source.close()
        assert self.list_all(source) == first

    @pytest.mark.parametrize(
        "body",
        [b"", "投稿作品\r\n".encode("gb18030"), bytes(range(1, 10)) + bytes(range(128, 256)) + b"\r\n", b".\r\n..\r\n"],
        ids=["no body", "GBK", "8 bit", "dots"],
    )
    def test_copy_gives_the_bytes_as_they_are(self, door, source, body):
        door.deliver(mail(MONDAY, body), MONDAY)
        target = io.BytesIO()
        source.copy(self.list_all(source)[0], target)
        assert target.getvalue() == mail(MONDAY, body)

    def test_copy_of_five_megabytes_gives_the_bytes_as_they_are(self, door, source):
        raw = mail(MONDAY, b"".join(os.urandom(35).hex().encode() + b"\r\n" for _ in range(70_000)))
        door.deliver(raw, MONDAY)
        target = io.BytesIO()
        source.copy(self.list_all(source)[0], target)
        assert (len(raw) > 5_000_000, target.getvalue() == raw) == (True, True)

    def test_copy_of_a_mail_removed_after_listing_says_gone(self, door, source):
        key = door.deliver(mail(MONDAY), MONDAY)
        listing = self.list_all(source)[0]
        door.remove(key)
        with pytest.raises(GoneError):
            source.copy(listing, io.BytesIO())

    def test_copy_of_a_removed_mail_leaves_the_others_readable(self, door, source):
        key = door.deliver(mail(MONDAY), MONDAY)
        door.deliver(mail(MONDAY, b"stays\r\n"), MONDAY)
        gone, stays = sorted(self.list_all(source), key=lambda found: found.size)
        door.remove(key)
        with pytest.raises(GoneError):
            source.copy(gone, io.BytesIO())
        target = io.BytesIO()
        source.copy(stays, target)
        assert target.getvalue() == mail(MONDAY, b"stays\r\n")

    def test_copy_of_what_never_was_says_gone(self, door, source):
        folder = source.folders()[0]
        with pytest.raises(GoneError):
            source.copy(Listing("box", "INBOX", folder.uidvalidity, "4711", 10, MONDAY), io.BytesIO())

    def test_copy_without_listing_first_as_after_a_killed_run(self, door, source):
        door.deliver(mail(MONDAY), MONDAY)
        listing = self.list_all(source)[0]
        source.close()
        target = io.BytesIO()
        source.copy(listing, target)
        assert target.getvalue() == mail(MONDAY)

    def test_an_error_of_the_target_passes_through(self, door, source):
        class Full(io.BytesIO):
            def write(self, data):
                raise OSError(28, "No space left on device")

        door.deliver(mail(MONDAY), MONDAY)
        listing = self.list_all(source)[0]
        with pytest.raises(OSError, match="No space"):
            source.copy(listing, Full())

    def test_sweep_finds_what_came_since_that_day_known_or_not(self, door, source):
        for days in range(5):
            day = MONDAY + dt.timedelta(days=days)
            door.deliver(mail(day), day)
        folder = source.folders()[0]
        swept = list(source.sweep(folder, (MONDAY + dt.timedelta(days=3)).date()))
        assert swept == self.list_all(source)[3:]

    def test_sweep_of_days_to_come_is_empty(self, door, source):
        door.deliver(mail(MONDAY), MONDAY)
        assert list(source.sweep(source.folders()[0], dt.date(2030, 1, 1))) == []

    def test_count_is_of_all_there_are(self, door, source):
        folder = source.folders()[0]
        before = source.count(folder)
        for _ in range(3):
            door.deliver(mail(MONDAY), MONDAY)
        assert (before, source.count(folder)) == (0, 3)

    def test_identify_tells_message_id_size_and_header(self, door, source):
        raw = b"MESSAGE-ID:\r\n <One@qq.com>\r\n" + mail(MONDAY)
        door.deliver(raw, MONDAY)
        header = raw[: raw.index(b"\r\n\r\n")].replace(b"\r\n", b"\n")
        (uid,) = (found.uid for found in self.list_all(source))
        assert source.identify(source.folders()[0], [uid]) == {
            uid: Identity("One@qq.com", len(raw), hashlib.sha256(header).hexdigest())
        }

    def test_identify_leaves_out_what_is_not_there(self, door, source):
        key = door.deliver(mail(MONDAY), MONDAY)
        (uid,) = (found.uid for found in self.list_all(source))
        folder = source.folders()[0]
        door.remove(key)
        assert source.identify(folder, [uid, "4711"]) == {}

    def test_identity_is_of_the_header_alone(self, door, source):
        door.deliver(mail(MONDAY, b"one\r\n"), MONDAY)
        door.deliver(mail(MONDAY, b"two\r\n"), MONDAY)
        uids = [found.uid for found in self.list_all(source)]
        first, second = source.identify(source.folders()[0], uids).values()
        assert (len(uids), first == second) == (2, True)

    def test_nothing_in_the_mailbox_changes(self, door, source):
        for day in (MONDAY, MONDAY + dt.timedelta(days=1)):
            door.deliver(mail(day), day)
        before = (mail_files(door.files), door.flags())
        for listing in self.list_all(source):
            source.copy(listing, io.BytesIO())
        folder = source.folders()[0]
        list(source.sweep(folder, MONDAY.date()))
        source.identify(folder, [found.uid for found in self.list_all(source)])
        source.close()
        assert (mail_files(door.files), door.flags()) == before

    def test_closing_twice_is_nothing(self, source):
        source.folders()
        source.close()
        assert source.close() is None


class TestImap(Contract):
    @pytest.fixture
    def door(self, dovecot):
        return DovecotDoor(dovecot)


class TestMaildir(Contract):
    @pytest.fixture
    def door(self, tmp_path):
        return MaildirDoor(tmp_path)


class TestEml(Contract):
    @pytest.fixture
    def door(self, tmp_path):
        return EmlDoor(tmp_path)


def test_folder_is_its_name_and_uidvalidity():
    assert Folder("INBOX", 1) != Folder("INBOX", 2)
