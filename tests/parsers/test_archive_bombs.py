"""What is made to fill a disk, a memory or a day: one clear finding each, and nothing left behind."""

import gzip
import io
import lzma
import struct
import subprocess
import sys
import tarfile
import zipfile
import zlib

import py7zr
import pytest
from py7zr.archiveinfo import write_uint64

from ingest.demo.rars import make_rar
from ingest.demo.zips import Sheet, write_zip
from parsers.archive import read_archive
from parsers.facts import ArchiveFacts, Limits

MANY = 100_000
ZEROS = 80 * 2**20
KEPT = 1_000


@pytest.fixture
def scratch(tmp_path):
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


def kept_bytes(folder):
    return sum(path.stat().st_size for path in folder.rglob("*"))


def zeros_zip(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("zeros", bytes(ZEROS))


def zeros_7z(path):
    with py7zr.SevenZipFile(path, "w", filters=[{"id": py7zr.FILTER_LZMA2, "preset": 0}]) as archive:
        archive.writef(io.BytesIO(bytes(ZEROS)), "zeros")


def zeros_tar(path):
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        info = tarfile.TarInfo("zeros")
        info.size = ZEROS
        archive.addfile(info, io.BytesIO(bytes(ZEROS)))


def zeros_gz(path):
    path.write_bytes(gzip.compress(bytes(ZEROS), 1))


def zeros_xz(path):
    path.write_bytes(lzma.compress(bytes(ZEROS), preset=0))


@pytest.fixture(scope="module", params=[zeros_zip, zeros_7z, zeros_tar, zeros_gz, zeros_xz])
def zeros(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("zeros") / "bomb"
    request.param(path)
    return path


def test_zeros_stop_at_the_ratio(zeros, scratch):
    facts = read_archive(zeros, scratch, Limits(max_ratio=20), name="zeros.xz")
    assert [member.problem for member in facts.members] == ["too-large"]
    assert (facts.problem, kept_bytes(scratch)) == ("too-large", 0)


_GROWTH = """
import resource, sys
from pathlib import Path
from parsers.archive import read_archive
from parsers.facts import Limits
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
path = Path(sys.argv[1])
read_archive(path, None, Limits(max_bytes=2**20))
before = peak()
facts = read_archive(path, None, Limits(max_ratio=10_000))
print(sum(member.size for member in facts.members), peak() - before)
"""


def test_zeros_that_may_come_out_do_not_fill_memory(zeros):
    done = subprocess.run([sys.executable, "-c", _GROWTH, zeros], capture_output=True, text=True, check=True)
    size, growth_kb = map(int, done.stdout.split())
    assert (size, growth_kb < 25_000) == (ZEROS, True)


def shared_body(path, count):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = bytes(10 * 2**20)
    packed = packer.compress(data) + packer.flush()
    crc = zlib.crc32(data)
    sheets = [Sheet(f"{n}", b"", packed, size=len(data), crc=crc, same_as=0 if n else None) for n in range(count)]
    [written] = write_zip(path, sheets)
    return written


def test_one_body_listed_many_times_is_a_bomb(tmp_path, scratch):
    facts = read_archive(shared_body(tmp_path / "a.zip", 900), scratch, Limits())
    assert (facts.problem, facts.members, kept_bytes(scratch)) == ("overlapping", (), 0)


def quoted_overlap(path):
    """Each member's bytes are a stored block that quotes the next member's header, and go on with its bytes."""
    kernel = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = bytes(2**20)
    packed, size, crc = kernel.compress(data) + kernel.flush(), len(data), zlib.crc32(data)
    sheets, head, body = [], b"", b""
    for number in reversed(range(20)):
        name = f"{number:02d}".encode()
        if body:
            quoted = b"\0" + struct.pack("<HH", len(head), len(head) ^ 0xFFFF) + head
            packed, data = quoted + packed, head + data
            size, crc = len(data), zlib.crc32(data)
        head = struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 20, 0, 8, 0, 0, crc, len(packed), size, len(name), 0) + name
        body = head + packed
        sheets.append((name, crc, len(packed), size, len(body)))
    directory = b"".join(
        struct.pack(
            "<4sHHHHHHIIIHHHHHII",
            b"PK\1\2",
            20,
            20,
            0,
            8,
            0,
            0,
            crc,
            packed_size,
            size,
            2,
            0,
            0,
            0,
            0,
            0,
            len(body) - place,
        )
        + name
        for name, crc, packed_size, size, place in reversed(sheets)
    )
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 20, 20, len(directory), len(body), 0)
    path.write_bytes(body + directory + end)
    return path


def test_members_that_quote_each_other_are_a_bomb(tmp_path, scratch):
    path = quoted_overlap(tmp_path / "a.zip")
    with zipfile.ZipFile(path) as archive:
        assert len(archive.namelist()) == 20
    facts = read_archive(path, scratch, Limits())
    assert (facts.problem, facts.members) == ("overlapping", ())


def many_zip(path):
    [written] = write_zip(path, [Sheet(f"{number}", packed=b"", method=0) for number in range(MANY)])
    return written


def many_7z(path):
    """Names of empty files, and nothing else, in a header that is not packed."""
    out = io.BytesIO()
    names = b"".join(f"{number}\0".encode("utf-16-le") for number in range(MANY))
    empty = b"\xff" * -(-MANY // 8)
    out.write(b"\x01\x05")
    write_uint64(out, MANY)
    for kind, field in ((b"\x0e", empty), (b"\x0f", empty), (b"\x11", b"\0" + names)):
        out.write(kind)
        write_uint64(out, len(field))
        out.write(field)
    header = out.getvalue() + b"\0\0"
    start = struct.pack("<QQI", 0, len(header), zlib.crc32(header))
    path.write_bytes(b"7z\xbc\xaf\x27\x1c\0\4" + struct.pack("<I", zlib.crc32(start)) + start + header)
    return path


def many_tar(path):
    path.write_bytes(tarfile.TarInfo("a").tobuf() * MANY + bytes(1024))
    return path


def rar5_block():
    """One of a kind nobody knows."""
    body = b"\x02\x09\x00"
    return struct.pack("<I", zlib.crc32(body)) + body


def many_rar(path):
    return make_rar(path, [(f"{number}", b"") for number in range(20_000)])[0]


@pytest.mark.parametrize("make", [many_zip, many_7z, many_tar, many_rar])
def test_100_000_members_are_too_many(tmp_path, make):
    facts = read_archive(make(tmp_path / "many.rar"), None, Limits(max_members=KEPT))
    assert (facts.problem, len(facts.members) <= KEPT) == ("too-many", True)


def folders_zip(path):
    return write_zip(path, [Sheet(f"{number}/", packed=b"", method=0) for number in range(30_000)])[0]


def folders_tar(path):
    folder = tarfile.TarInfo("folder")
    folder.type = tarfile.DIRTYPE
    path.write_bytes(folder.tobuf() * MANY + bytes(1024))
    return path


@pytest.mark.parametrize("make", [folders_zip, folders_tar])
def test_folders_without_end_are_too_many(tmp_path, make):
    assert read_archive(make(tmp_path / "many"), None, Limits(max_members=KEPT)).problem == "too-many"


def test_a_member_that_declares_10_gb_is_judged_by_what_comes(tmp_path, scratch):
    [path] = write_zip(tmp_path / "a.zip", [Sheet("a", b"abc", size=0xFFFFFFFE)])
    facts = read_archive(path, scratch, Limits())
    assert ([(m.size, m.problem) for m in facts.members], kept_bytes(scratch)) == ([(3, "")], 3)


def test_a_sparse_file_of_10_gb_stops_at_the_ratio(tmp_path, scratch):
    sparse = struct.pack(
        "100s8s8s8s12s12s8s1s100s8s32s32s8s8s",
        b"a",
        b"0000644\0",
        b"0000000\0",
        b"0000000\0",
        b"00000001000\0",
        b"00000000000\0",
        b"        ",
        b"S",
        b"",
        b"ustar  \0",
        b"",
        b"",
        b"",
        b"",
    )
    sparse = bytearray(sparse.ljust(512, b"\0"))
    sparse[386:410] = b"00000000000\0" + b"00000001000\0"
    sparse[483:495] = b"\x80" + (10 * 2**30).to_bytes(11, "big")
    sparse[148:156] = b"%06o\0 " % sum(bytes(sparse[:148]) + b"        " + bytes(sparse[156:]))
    (tmp_path / "a.tar").write_bytes(bytes(sparse) + bytes(512) + bytes(1024))
    facts = read_archive(tmp_path / "a.tar", scratch, Limits())
    assert ([member.problem for member in facts.members], kept_bytes(scratch)) == (["too-large"], 0)


def header_of(kind, size):
    info = tarfile.TarInfo("././@x")
    info.type, info.size = kind, size
    return info.tobuf(tarfile.USTAR_FORMAT if kind == tarfile.XHDTYPE else tarfile.GNU_FORMAT)


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK])
def test_a_header_of_2_gb_is_not_read_whole(tmp_path, kind):
    path = tmp_path / "a.tar"
    with path.open("wb") as file:
        file.write(header_of(kind, 2**31))
        file.truncate(2**31)
    assert read_archive(path, None, Limits()).reason == "bad-archive"


def test_headers_about_headers_without_end_are_no_archive(tmp_path):
    path = tmp_path / "a.tar"
    path.write_bytes(header_of(tarfile.GNUTYPE_LONGNAME, 0) * 20_000)
    assert read_archive(path, None, Limits()).reason == "bad-archive"


def nested(path, depth):
    """16 zips in each zip, as 42.zip is made, and zeros in the innermost."""
    data = zlib.compressobj(9, zlib.DEFLATED, -15)
    inner = Sheet("zeros", b"", data.compress(bytes(2**20)) + data.flush(), size=2**20, crc=zlib.crc32(bytes(2**20)))
    for _ in range(depth):
        raw = write_zip(path, [inner])[0].read_bytes()
        raw = write_zip(path, [Sheet(f"{n}.zip", raw) for n in range(16)])[0].read_bytes()
        inner = Sheet("lib.zip", raw)
    return path


def test_zips_in_zips_come_out_one_floor_at_a_time(tmp_path, scratch):
    facts = read_archive(nested(tmp_path / "42.zip", 3), scratch, Limits())
    assert ([member.name for member in facts.members], facts.problem) == ([f"{n}.zip" for n in range(16)], "")


def test_a_gz_that_holds_a_gz_of_itself_is_opened_once(tmp_path, scratch):
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(gzip.compress(b"x" * 99)))
    facts = read_archive(path, scratch, Limits(), name="a.gz")
    assert [(scratch / member.path).read_bytes()[:2] for member in facts.members] == [b"\x1f\x8b"]


@pytest.mark.parametrize("magic", [b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd", b"BZh9"])
def test_a_packed_stream_of_nonsense_is_broken_or_says_so(tmp_path, magic):
    path = tmp_path / "a"
    path.write_bytes(magic + b"\xff" * 400)
    facts = read_archive(path, None, Limits(), name="a.xz")
    assert isinstance(facts, ArchiveFacts) is False or facts.problem in ("unreadable", "cut-off")


def test_a_zip_of_a_million_false_marks_is_given_up(tmp_path):
    [path] = write_zip(tmp_path / "a.zip", [Sheet("a", b"x" * 99, b"x" * 99, 0, after=True)])
    head = path.read_bytes()[: 30 + 1]
    path.write_bytes(head + b"PK\7\x08" * 1_000_000)
    facts = read_archive(path, None, Limits())
    assert ([member.problem for member in facts.members], facts.problem) == (["cut-off"], "cut-off")


@pytest.mark.parametrize(
    ("magic", "block"), [(b"Rar!\x1a\x07\x00", b"\0\0\x75\0\0\x07\0"), (b"Rar!\x1a\x07\x01\x00", rar5_block())]
)
def test_a_rar_of_headers_without_end_is_given_up(tmp_path, magic, block):
    path = tmp_path / "a.rar"
    path.write_bytes(magic + block * 1_000_000)
    assert read_archive(path, None, Limits()).reason == "bad-archive"
