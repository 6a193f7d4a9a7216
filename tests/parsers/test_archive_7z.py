import hashlib
import struct
import zlib

import py7zr
import pytest

from parsers.archive import read_archive
from parsers.facts import ArchiveFacts, Limits

TEXT = "推荐表：作品名称".encode() * 300
FILM = bytes(range(256)) * 400


def sha256(*datas):
    return [hashlib.sha256(data).hexdigest() for data in datas]


def seven(path, *members, filters=None):
    with py7zr.SevenZipFile(path, "w", filters=filters) as archive:
        for name, data in members:
            archive.writestr(data, name)
    return path


def shape(facts):
    return [(member.folder, member.name, member.problem) for member in facts.members]


def digests(facts):
    return [member.sha256 for member in facts.members]


def test_members_of_a_solid_7z_come_out_byte_for_byte(tmp_path):
    path = seven(tmp_path / "a.7z", ("作品/推荐表.docx", TEXT), ("film.mp4", FILM), ("空.txt", b""))
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    facts = read_archive(path, scratch, Limits())
    assert shape(facts) == [("作品", "推荐表.docx", ""), ("", "film.mp4", ""), ("", "空.txt", "")]
    assert [(scratch / member.path).read_bytes() for member in facts.members] == [TEXT, FILM, b""]


@pytest.mark.parametrize(
    "filters",
    [
        [{"id": py7zr.FILTER_COPY}],
        [{"id": py7zr.FILTER_LZMA}],
        [{"id": py7zr.FILTER_X86}, {"id": py7zr.FILTER_LZMA2, "preset": 1}],
        [{"id": py7zr.FILTER_DELTA, "dist": 2}, {"id": py7zr.FILTER_LZMA2, "preset": 1}],
        [{"id": py7zr.FILTER_PPMD, "order": 6, "mem": 20}],
        [{"id": py7zr.FILTER_BZIP2}],
        [{"id": py7zr.FILTER_DEFLATE}],
        [{"id": py7zr.FILTER_ZSTD, "level": 1}],
    ],
)
def test_every_method_in_use_is_read(tmp_path, filters):
    facts = read_archive(seven(tmp_path / "a.7z", ("a", TEXT), ("b", FILM), filters=filters), None, Limits())
    assert (digests(facts), facts.problem) == (sha256(TEXT, FILM), "")


def test_a_7z_of_several_blocks_is_read(tmp_path):
    path = seven(tmp_path / "a.7z", ("a", TEXT))
    with py7zr.SevenZipFile(path, "a") as archive:
        archive.writestr(FILM, "b")
    assert digests(read_archive(path, None, Limits())) == sha256(TEXT, FILM)


def test_folders_are_no_members(tmp_path):
    (tmp_path / "作品").mkdir()
    (tmp_path / "作品" / "a").write_bytes(TEXT)
    with py7zr.SevenZipFile(tmp_path / "a.7z", "w") as archive:
        archive.writeall(tmp_path / "作品", "作品")
    assert shape(read_archive(tmp_path / "a.7z", None, Limits())) == [("作品", "a", "")]


def test_a_link_is_listed_and_left_and_the_next_comes_out(tmp_path):
    (tmp_path / "link").symlink_to("/etc/passwd")
    with py7zr.SevenZipFile(tmp_path / "a.7z", "w") as archive:
        archive.write(tmp_path / "link", "link")
        archive.writestr(TEXT, "a")
    facts = read_archive(tmp_path / "a.7z", None, Limits())
    assert (shape(facts), digests(facts)) == ([("", "link", "link"), ("", "a", "")], ["", *sha256(TEXT)])


@pytest.mark.parametrize("name", ["../evil", "/etc/passwd", "a/../../b", "C:/evil"])
def test_a_member_that_climbs_out_is_listed_and_left(tmp_path, name):
    path = seven(tmp_path / "a.7z", ("x" * len(name), TEXT), ("good", FILM), filters=[{"id": py7zr.FILTER_COPY}])
    with py7zr.SevenZipFile(path, "w", filters=[{"id": py7zr.FILTER_COPY}]) as archive:
        archive.encoded_header_mode = False
        archive.writestr(TEXT, "x" * len(name))
        archive.writestr(FILM, "good")
    rewrite(path, ("x" * len(name)).encode("utf-16-le"), name.encode("utf-16-le"))
    facts = read_archive(path, None, Limits())
    assert [(member.problem, member.sha256) for member in facts.members] == [("outside", ""), ("", *sha256(FILM))]


def rewrite(path, old, new):
    """Change the plain header at the end of a 7z, and its checksums."""
    raw = bytearray(path.read_bytes())
    start = 32 + int.from_bytes(raw[12:20], "little")
    header = bytes(raw[start:]).replace(old, new)
    raw[start:] = header
    raw[20:32] = struct.pack("<QI", len(header), zlib.crc32(header))
    raw[8:12] = struct.pack("<I", zlib.crc32(raw[12:32]))
    path.write_bytes(raw)


def plain(path, *members, filters):
    with py7zr.SevenZipFile(path, "w", filters=filters) as archive:
        archive.encoded_header_mode = False
        for name, data in members:
            archive.writestr(data, name)
    return path


def test_a_wrong_checksum_costs_only_its_member(tmp_path):
    path = plain(tmp_path / "a.7z", ("a", TEXT), ("b", FILM), filters=[{"id": py7zr.FILTER_COPY}])
    rewrite(path, struct.pack("<I", zlib.crc32(TEXT)), b"\0\0\0\0")
    facts = read_archive(path, None, Limits())
    assert (shape(facts), facts.problem) == ([("", "a", "bad-checksum"), ("", "b", "")], "bad-checksum")


def test_damage_within_a_block_costs_what_lies_behind_it(tmp_path):
    path = plain(tmp_path / "a.7z", ("a", FILM), ("b", TEXT), filters=[{"id": py7zr.FILTER_LZMA2, "preset": 1}])
    raw = bytearray(path.read_bytes())
    raw[32:60] = b"\xff" * 28
    path.write_bytes(raw)
    assert [member.problem for member in read_archive(path, None, Limits()).members] == ["unreadable", "unreadable"]


@pytest.mark.parametrize(
    ("filters", "old", "new"),
    [
        ([{"id": py7zr.FILTER_LZMA2, "preset": 1}], b"\x21\x21\x01\x10", b"\x21\x21\x01\x28"),
        (
            [{"id": py7zr.FILTER_LZMA}],
            b"\x23\x03\x01\x01\x05\x5d\x00\x00\x80\x00",
            b"\x23\x03\x01\x01\x05\x5d\xff\xff\xff\xff",
        ),
    ],
)
def test_a_dictionary_of_4_gb_is_not_made(tmp_path, filters, old, new):
    path = plain(tmp_path / "a.7z", ("a", TEXT), filters=filters)
    header = path.read_bytes()[-200:]
    assert old in header
    rewrite(path, old, new)
    facts = read_archive(path, None, Limits())
    assert (shape(facts), facts.problem) == ([("", "a", "too-big")], "too-big")


def test_a_7z_cut_into_numbered_volumes_is_one(tmp_path):
    raw = seven(tmp_path / "a.7z", ("a", TEXT), ("b", FILM), filters=[{"id": py7zr.FILTER_COPY}]).read_bytes()
    paths = [tmp_path / f"a.7z.{number:03d}" for number in (1, 2, 3)]
    for number, path in enumerate(paths):
        path.write_bytes(raw[40_000 * number : 40_000 * (number + 1)])
    first, *others = paths
    assert digests(read_archive(first, None, Limits(), volumes=others)) == sha256(TEXT, FILM)
    assert read_archive(first, None, Limits(), name="a.7z.001").problem == "missing-volume"
    assert read_archive(first, None, Limits(), volumes=others[:1]).problem == "missing-volume"


def test_a_7z_cut_off_is_broken(tmp_path):
    path = seven(tmp_path / "a.7z", ("a", TEXT))
    path.write_bytes(path.read_bytes()[:-10])
    assert read_archive(path, None, Limits(), name="a.7z").reason == "cut-off"


def test_a_7z_of_nothing_has_no_members(tmp_path):
    path = seven(tmp_path / "a.7z")
    assert read_archive(path, None, Limits()) == ArchiveFacts(format="7z", problem="no-members")
