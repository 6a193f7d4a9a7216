import bz2
import hashlib
import lzma
import struct
import zipfile

import pytest

from ingest.demo.zips import Sheet, unicode_path, write_zip, zip64
from parsers.archive import read_archive
from parsers.facts import ArchiveFacts, Limits

TEXT = "推荐表：作品名称".encode() * 300
FILM = bytes(range(256)) * 40


def shape(facts):
    return [(member.folder, member.name, member.problem) for member in facts.members]


def digests(facts):
    return [member.sha256 for member in facts.members]


def sha256(*datas):
    return [hashlib.sha256(data).hexdigest() for data in datas]


def read(paths, **kwargs):
    first, *others = paths
    return read_archive(first, None, Limits(), volumes=others, **kwargs)


def test_the_unicode_path_field_gives_the_name(tmp_path):
    sheet = Sheet(b"????.docx", TEXT, extra=unicode_path(b"????.docx", "作品/表格.docx"))
    facts = read(write_zip(tmp_path / "a.zip", [sheet]))
    assert (shape(facts), facts.members[0].raw_name) == ([("作品", "表格.docx", "")], "????.docx")


def test_a_unicode_path_made_for_another_name_is_left(tmp_path):
    sheet = Sheet("新.docx".encode("gbk"), TEXT, extra=unicode_path(b"old.docx", "旧.docx"))
    assert shape(read(write_zip(tmp_path / "a.zip", [sheet]))) == [("", "新.docx", "")]


def test_sizes_in_the_zip64_field_are_read(tmp_path):
    sheet = Sheet("a", TEXT, size=0xFFFFFFFF, extra=zip64(len(TEXT)))
    facts = read(write_zip(tmp_path / "a.zip", [sheet]))
    assert [(member.size, member.sha256) for member in facts.members] == [(len(TEXT), *sha256(TEXT))]


def test_a_directory_larger_than_32_bits_say_is_found(tmp_path):
    [path] = write_zip(tmp_path / "a.zip", [Sheet("a", TEXT)])
    raw = path.read_bytes()
    at = raw.rindex(b"PK\5\6")
    size, start = struct.unpack_from("<II", raw, at + 12)
    large = b"PK\6\6" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, 1, 1, size, start)
    locator = b"PK\6\7" + struct.pack("<IQI", 0, at, 1)
    end = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    path.write_bytes(raw[:at] + large + locator + end)
    assert digests(read([path])) == sha256(TEXT)


def test_sizes_that_stand_behind_a_member_do_not_matter(tmp_path):
    facts = read(write_zip(tmp_path / "a.zip", [Sheet("a", TEXT, after=True), Sheet("b", FILM, after=True)]))
    assert (digests(facts), facts.problem) == (sha256(TEXT, FILM), "")


def test_bytes_before_the_zip_do_not_matter(tmp_path):
    [path] = write_zip(tmp_path / "a.zip", [Sheet("a", TEXT)])
    path.write_bytes(b"PK\3\4" + b"MZ program" * 99 + path.read_bytes())
    assert digests(read([path])) == sha256(TEXT)


def lzma_packed(data):
    properties = struct.pack("<BI", 93, 2**16)
    filters = [{"id": lzma.FILTER_LZMA1, "dict_size": 2**16}]
    return b"\x09\x14\x05\x00" + properties + lzma.compress(data, lzma.FORMAT_RAW, filters=filters)


def deflate64_packed(data):
    import inflate64

    packer = inflate64.Deflater()
    return packer.deflate(data) + packer.flush()


def zstd_packed(data):
    from backports import zstd

    return zstd.compress(data)


@pytest.mark.parametrize(
    ("method", "pack"),
    [(0, bytes), (9, deflate64_packed), (12, bz2.compress), (14, lzma_packed), (93, zstd_packed), (95, lzma.compress)],
)
def test_every_method_in_use_is_read(tmp_path, method, pack):
    facts = read(write_zip(tmp_path / "a.zip", [Sheet("a", TEXT, pack(TEXT), method)]))
    assert (digests(facts), facts.problem) == (sha256(TEXT), "")


def test_a_method_nobody_knows_costs_only_its_member(tmp_path):
    facts = read(write_zip(tmp_path / "a.zip", [Sheet("a", TEXT, b"?", 6), Sheet("b", TEXT)]))
    assert (shape(facts), facts.problem) == ([("", "a", "unsupported"), ("", "b", "")], "unsupported")


def test_a_dictionary_of_4_gb_is_not_made(tmp_path):
    packed = b"\x09\x14\x05\x00" + struct.pack("<BI", 93, 0xFFFFFFFF) + bytes(50)
    assert shape(read(write_zip(tmp_path / "a.zip", [Sheet("a", TEXT, packed, 14)]))) == [("", "a", "too-big")]


@pytest.mark.parametrize("after", [False, True])
def test_a_zip_cut_off_gives_what_lies_before_the_cut(tmp_path, after):
    [path] = write_zip(tmp_path / "a.zip", [Sheet("a", TEXT, after=after), Sheet("b", FILM, FILM, 0, after=after)])
    path.write_bytes(path.read_bytes()[:-3_000])
    facts = read([path])
    assert (shape(facts), digests(facts)[0], facts.problem) == (
        [("", "a", ""), ("", "b", "cut-off")],
        *sha256(TEXT),
        "cut-off",
    )


def test_a_zip_without_its_directory_gives_all_members(tmp_path):
    [path] = write_zip(tmp_path / "a.zip", [Sheet("二.docx".encode("gbk"), TEXT), Sheet("b", FILM)])
    raw = path.read_bytes()
    path.write_bytes(raw[: raw.index(b"PK\1\2")])
    facts = read([path])
    assert (shape(facts), digests(facts)) == ([("", "二.docx", ""), ("", "b", "")], sha256(TEXT, FILM))


def test_a_directory_that_makes_no_sense_is_not_needed(tmp_path):
    [path] = write_zip(tmp_path / "a.zip", [Sheet("a", TEXT), Sheet("b", FILM)])
    path.write_bytes(path.read_bytes().replace(b"PK\1\2", b"XX\1\2", 1))
    facts = read([path])
    assert (digests(facts), facts.problem) == (sha256(TEXT, FILM), "bad-archive")


@pytest.mark.parametrize("name", ["作品/", b"\xd7\xf7\xc6\xb7\\"])
def test_a_folder_is_no_member(tmp_path, name):
    assert shape(read(write_zip(tmp_path / "a.zip", [Sheet(name), Sheet("作品/a", TEXT)]))) == [("作品", "a", "")]


def test_a_name_with_nul_and_turned_letters_is_shown_without_them(tmp_path):
    facts = read(write_zip(tmp_path / "a.zip", [Sheet("表\0格\u202efdp.exe", TEXT)]))
    assert shape(facts) == [("", "表格fdp.exe", "")]


@pytest.mark.parametrize("name", ["CON", "NUL.docx", "aux", "COM1.txt", "a:b", "x. "])
def test_a_name_that_is_a_device_elsewhere_is_a_file_of_ours(tmp_path, name):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    read_archive(*write_zip(tmp_path / "a.zip", [Sheet(f"folder/{name}", TEXT)]), scratch, Limits())
    assert [path.name for path in scratch.iterdir()] == ["member-0001"]


def test_a_device_is_listed_and_left(tmp_path):
    assert shape(read(write_zip(tmp_path / "a.zip", [Sheet("tty", mode=0o020666)]))) == [("", "tty", "device")]


def test_a_zip_in_split_volumes_is_one(tmp_path):
    paths = write_zip(tmp_path / "a.zip", [Sheet("a", TEXT), Sheet("b", FILM, FILM, 0)], volume_bytes=4_000)
    assert (len(paths), digests(read(paths))) == (3, sha256(TEXT, FILM))


def test_a_zip_cut_into_numbered_volumes_is_one(tmp_path):
    [path] = write_zip(tmp_path / "a.zip", [Sheet("a", TEXT), Sheet("b", FILM, FILM, 0)])
    raw = path.read_bytes()
    paths = [tmp_path / f"a.zip.{number:03d}" for number in (1, 2, 3)]
    for number, one in enumerate(paths):
        one.write_bytes(raw[4_000 * number : 4_000 * (number + 1)])
    assert digests(read(paths)) == sha256(TEXT, FILM)


@pytest.mark.parametrize(
    ("kept", "name"), [([0], "a.z01"), ([0, 1], "a.z01"), ([2], "a.zip"), ([1], "a.z02"), ([0, 2], "a.z01")]
)
def test_split_volumes_that_are_not_all_there_say_so(tmp_path, kept, name):
    paths = write_zip(tmp_path / "a.zip", [Sheet("b", FILM, FILM, 0)], volume_bytes=4_000)
    assert read([paths[number] for number in kept], name=name).problem == "missing-volume"


def test_a_zip_of_folders_and_leftovers_has_no_members(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("材料/", b"")
        archive.writestr("__MACOSX/._a", b"x")
    assert read_archive(path, None, Limits()) == ArchiveFacts(format="zip", problem="no-members")
