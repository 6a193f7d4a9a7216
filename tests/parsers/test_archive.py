import gzip
import hashlib
import io
import tarfile
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.demo.archives import with_wrong_crc
from parsers.archive import read_archive
from parsers.facts import ArchiveFacts, Broken, Limits


def zipped(path, *members, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return path


def shape(facts):
    return [(member.folder, member.name, member.problem) for member in facts.members]


def test_members_come_out_byte_for_byte(tmp_path):
    path = zipped(tmp_path / "a.zip", ("作品/推荐表.docx", b"abc"), ("b.bin", bytes(5_000)))
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    facts = read_archive(path, scratch, Limits())
    assert {m.name: (scratch / m.path).read_bytes() for m in facts.members} == {
        "推荐表.docx": b"abc",
        "b.bin": bytes(5_000),
    }


def test_without_a_scratch_folder_members_are_only_hashed(tmp_path):
    facts = read_archive(zipped(tmp_path / "a.zip", ("a", b"abc")), None, Limits())
    assert (facts.members[0].path, facts.members[0].sha256) == ("", hashlib.sha256(b"abc").hexdigest())


def test_names_in_gbk_and_in_utf8_are_read_in_one_archive(tmp_path):
    path = zipped(tmp_path / "a.zip", ("GGGG.docx", b"1"), ("二.docx", b"2"))
    path.write_bytes(path.read_bytes().replace(b"GGGG", "表格".encode("gbk")))
    assert shape(read_archive(path, None, Limits())) == [("", "表格.docx", ""), ("", "二.docx", "")]


@pytest.mark.parametrize("name", ["../evil", "/etc/passwd", "a/../../b", "..\\evil", "C:\\evil", "\\\\server\\evil"])
def test_a_member_that_climbs_out_is_listed_and_left(tmp_path, name):
    facts = read_archive(zipped(tmp_path / "a.zip", (name, b"x"), ("good", b"y")), None, Limits())
    assert [(member.problem, bool(member.sha256)) for member in facts.members] == [("outside", False), ("", True)]


def test_a_link_in_a_zip_is_listed_and_left(tmp_path):
    link = zipfile.ZipInfo("link")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    assert shape(read_archive(zipped(tmp_path / "a.zip", (link, "/etc/passwd")), None, Limits())) == [
        ("", "link", "link")
    ]


def test_a_wrong_checksum_costs_only_its_member(tmp_path):
    path = with_wrong_crc(zipped(tmp_path / "a.zip", ("bad", b"x" * 99), ("good", b"y")), tmp_path / "b.zip")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    facts = read_archive(path, scratch, Limits())
    assert (shape(facts), facts.problem) == ([("", "bad", "bad-checksum"), ("", "good", "")], "bad-checksum")
    assert [path.name for path in scratch.iterdir()] == ["member-0002"]


def test_a_locked_member_is_named(tmp_path):
    path = zipped(tmp_path / "a.zip", ("secret", b"x"), method=zipfile.ZIP_STORED)
    raw = bytearray(path.read_bytes())
    raw[6] |= 1
    raw[raw.rindex(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(raw)
    facts = read_archive(path, None, Limits())
    assert (shape(facts), facts.problem) == ([("", "secret", "locked")], "locked")


def test_what_finder_and_explorer_leave_behind_is_no_member(tmp_path):
    path = zipped(
        tmp_path / "a.zip", ("a.txt", b"x"), ("__MACOSX/._a.txt", b"y"), (".DS_Store", b"z"), ("d/Thumbs.db", b"t")
    )
    assert shape(read_archive(path, None, Limits())) == [("", "a.txt", "")]


def test_a_large_file_that_calls_itself_metadata_is_kept(tmp_path):
    path = zipped(tmp_path / "a.zip", ("Thumbs.db", bytes(2**20 + 1)))
    assert shape(read_archive(path, None, Limits())) == [("", "Thumbs.db", "")]


def test_a_bomb_stops_at_the_bound(tmp_path):
    path = zipped(tmp_path / "a.zip", ("zeros", bytes(40 * 2**20)), ("after", b"x"))
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    facts = read_archive(path, scratch, Limits())
    assert (shape(facts), facts.problem, list(scratch.iterdir())) == ([("", "zeros", "too-large")], "too-large", [])


def test_members_beyond_the_limit_are_left_and_it_is_said(tmp_path):
    path = zipped(tmp_path / "a.zip", *((str(number), b"") for number in range(5)))
    facts = read_archive(path, None, Limits(max_members=3))
    assert (len(facts.members), facts.problem) == (3, "too-many")


def tarred(path, *members, mode="w"):
    with tarfile.open(path, mode) as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    return path


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_a_tar_in_any_wrapping(tmp_path, mode):
    path = tarred(tmp_path / "a", ("作品/a.txt", b"x" * 3_000), ("../out", b"y"), mode=mode)
    wanted = [("作品", "a.txt", ""), ("", "out", "outside"), ("", "link", "link")]
    assert shape(read_archive(path, None, Limits())) == wanted


def test_a_single_file_in_gz_is_named_after_the_archive(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(gzip.compress(b"hello"))
    facts = read_archive(path, None, Limits(), name="表.docx.GZ")
    assert [(member.name, member.size) for member in facts.members] == [("表.docx", 5)]


def test_a_gz_cut_off_says_so(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(gzip.compress(bytes(range(256)) * 40)[:-30])
    facts = read_archive(path, None, Limits(), name="a.gz")
    assert (shape(facts), facts.problem) == ([("", "a", "cut-off")], "cut-off")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("archive") / "file"


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    paths = [
        zipped(folder / "a.zip", ("a", b"abc" * 99), ("二", b"")),
        tarred(folder / "a.tar", ("a", b"abc")),
        tarred(folder / "a.tgz", ("a", b"abc"), mode="w:gz"),
    ]
    return [path.read_bytes() for path in paths]


@given(st.integers(0, 2), st.integers(0, 2_000), st.integers(0, 30), st.binary(max_size=20))
def test_an_archive_damaged_anywhere_is_some_archive_or_broken(place, whole, which, at, length, junk):
    raw = whole[which]
    place.write_bytes(raw[: at % len(raw)] + junk + raw[at % len(raw) + length :])
    assert isinstance(read_archive(place, None, Limits()), ArchiveFacts | Broken)


@given(st.sampled_from([b"", b"PK\x03\x04", b"\x1f\x8b\x08", b"BZh9", b"\xfd7zXZ\0"]), st.binary(max_size=500))
def test_any_bytes_are_some_archive_or_broken(place, magic, rest):
    place.write_bytes(magic + rest)
    assert isinstance(read_archive(place, None, Limits()), ArchiveFacts | Broken)
