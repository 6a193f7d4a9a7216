import hashlib

import py7zr
import pytest

from ingest.demo.rars import make_rar
from ingest.demo.zips import Sheet, write_zip
from parsers.archive import read_archive
from parsers.facts import Limits

TEXT = "推荐表：作品名称".encode() * 300
SHA = hashlib.sha256(TEXT).hexdigest()


def seven(path, password, *, names):
    with py7zr.SevenZipFile(path, "w", password=password, header_encryption=names) as archive:
        archive.writestr(TEXT, "a")
    return path


@pytest.fixture(scope="module")
def locked(tmp_path_factory):
    """An archive of each kind, all locked with 密码1, by name."""
    folder = tmp_path_factory.mktemp("locked")
    return {
        "zip-aes": write_zip(folder / "aes.zip", [Sheet("a", TEXT)], password="密码1")[0],
        "zip-old": write_zip(folder / "old.zip", [Sheet("a", TEXT)], password="密码1", lock="old")[0],
        "zip-old-after": write_zip(folder / "b.zip", [Sheet("a", TEXT, after=True)], password="密码1", lock="old")[0],
        "7z": seven(folder / "a.7z", "密码1", names=False),
        "7z-names": seven(folder / "b.7z", "密码1", names=True),
        "rar": make_rar(folder / "a.rar", [("a", TEXT)], password="密码1")[0],
        "rar4": make_rar(folder / "c.rar", [("a", TEXT)], password="密码1", version=4)[0],
        "rar4-names": make_rar(folder / "d.rar", [("a", TEXT)], password="密码1", version=4, lock_names=True)[0],
        "rar-names": make_rar(folder / "b.rar", [("a", TEXT)], password="密码1", lock_names=True)[0],
    }


ALL = ["zip-aes", "zip-old", "zip-old-after", "7z", "7z-names", "rar", "rar-names", "rar4", "rar4-names"]


def said(facts):
    return facts.problem, [(member.problem, member.sha256) for member in facts.members]


@pytest.mark.parametrize("kind", ALL)
def test_without_a_password_it_is_locked(locked, kind):
    members = [] if kind.endswith("names") else [("locked", "")]
    assert said(read_archive(locked[kind], None, Limits())) == ("locked", members)


@pytest.mark.parametrize("kind", ALL)
def test_the_right_password_opens_it(locked, kind):
    assert said(read_archive(locked[kind], None, Limits(), passwords=["密码1"])) == ("", [("", SHA)])


@pytest.mark.parametrize("kind", ALL)
def test_the_right_password_among_wrong_ones_opens_it(locked, kind):
    passwords = ["", "123456", "密码", "密码1", "-x"]
    assert said(read_archive(locked[kind], None, Limits(), passwords=passwords)) == ("", [("", SHA)])


@pytest.mark.parametrize("kind", ALL)
def test_a_wrong_password_is_called_one(locked, kind):
    members = [] if kind.endswith("names") else [("wrong-password", "")]
    assert said(read_archive(locked[kind], None, Limits(), passwords=["654321"])) == ("wrong-password", members)


@pytest.mark.parametrize("lock", ["aes", "old"])
def test_a_password_typed_on_chinese_windows_opens_a_zip(tmp_path, lock):
    paths = write_zip(tmp_path / "a.zip", [Sheet("a", TEXT)], password="密码1".encode("gbk"), lock=lock)
    assert said(read_archive(*paths, None, Limits(), passwords=["密码1"])) == ("", [("", SHA)])


def test_no_wrong_password_of_many_opens_the_old_lock(locked):
    """One in 256 passes the check of its header."""
    passwords = [f"{number}" for number in range(20)]
    facts = [
        read_archive(locked["zip-old"], None, Limits(), passwords=[f"{group}-{one}" for one in passwords])
        for group in range(40)
    ]
    assert {one.problem for one in facts} == {"wrong-password"}


def test_a_damaged_member_behind_aes_is_called_damaged_not_locked(tmp_path):
    [path] = write_zip(tmp_path / "a.zip", [Sheet("a", TEXT, TEXT, 0)], password="x")
    raw = bytearray(path.read_bytes())
    raw[200] ^= 1
    path.write_bytes(raw)
    assert read_archive(path, None, Limits(), passwords=["x"]).problem == "bad-checksum"


def test_a_damaged_member_of_a_locked_rar_is_called_damaged(tmp_path):
    """Behind a lock WinRAR changes the checksum, and unar leaves it at that."""
    [path] = make_rar(tmp_path / "a.rar", [("a", TEXT)], password="x")
    raw = bytearray(path.read_bytes())
    raw[1_000] ^= 1
    path.write_bytes(raw)
    assert read_archive(path, None, Limits(), passwords=["x"]).problem == "bad-checksum"


def test_a_locked_rar_of_several_members_comes_out(tmp_path):
    members = [(f"{number}.txt", bytes([number]) * number * 100) for number in range(6)]
    [path] = make_rar(tmp_path / "a.rar", members, password="x")
    facts = read_archive(path, None, Limits(), passwords=["x"])
    assert [member.sha256 for member in facts.members] == [hashlib.sha256(data).hexdigest() for _, data in members]
