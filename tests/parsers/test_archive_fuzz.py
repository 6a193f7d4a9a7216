"""Any damage to any archive ends in a value, with a password or without, alone or with volumes."""

import io
import struct
import zlib

import py7zr
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.demo.rars import make_rar
from ingest.demo.zips import Sheet, write_zip
from parsers.archive import read_archive
from parsers.archives.rar_headers import merged, read_volume
from parsers.facts import ArchiveFacts, Broken, Limits
from parsers.unpack import Spoiled

TEXT = "推荐表：作品名称".encode() * 30
MEMBERS = [("作品/a.txt", TEXT), ("b", bytes(500))]
EXAMPLES = 15  # each starts a program or two
LIMITS = Limits(max_bytes=2**24, max_members=50)


def seven(**kwargs):
    out = io.BytesIO()
    filters = kwargs.pop("filters", None)
    with py7zr.SevenZipFile(out, "w", filters=filters, **kwargs) as archive:
        for name, data in MEMBERS:
            archive.writestr(data, name)
    return out.getvalue()


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz") / "file"


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Archives to damage, by kind."""
    path = tmp_path_factory.mktemp("whole") / "a"
    sheets = [Sheet(name, data, after=number == 1) for number, (name, data) in enumerate(MEMBERS)]
    made = {
        "7z": [seven(), seven(filters=[{"id": py7zr.FILTER_PPMD, "order": 6, "mem": 16}])],
        "zip": [
            write_zip(path, sheets)[0].read_bytes(),
            write_zip(path, sheets, password="x")[0].read_bytes(),
            write_zip(path, sheets, password="x", lock="old")[0].read_bytes(),
        ],
        "rar": [make_rar(path, MEMBERS, version=version)[0].read_bytes() for version in (4, 5)],
    }
    made["locked"] = [
        make_rar(path, MEMBERS, version=version, password="x", lock_names=names)[0].read_bytes()
        for version in (4, 5)
        for names in (False, True)
    ]
    with py7zr.SevenZipFile(plain := io.BytesIO(), "w") as archive:
        archive.encoded_header_mode = False
        archive.writestr(TEXT, "a")
    made["7z"].append(plain.getvalue())
    return made


def damaged(data, raw):
    """The bytes with a few others in their place, or some gone, or more."""
    raw = bytearray(raw)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, max(0, len(raw) - 1)))
        raw[at : at + data.draw(st.sampled_from([0, 1, 1, 1, 4, 40]))] = data.draw(st.binary(max_size=8))
    return bytes(raw)


@pytest.mark.parametrize("kind", ["7z", "zip"])
@given(data=st.data())
def test_a_damaged_archive_is_some_archive_or_broken(place, whole, kind, data):
    place.write_bytes(damaged(data, data.draw(st.sampled_from(whole[kind]))))
    passwords = data.draw(st.sampled_from([(), ("x",), ("y", "x")]))
    assert isinstance(read_archive(place, None, LIMITS, passwords=passwords), ArchiveFacts | Broken)


@given(data=st.data())
def test_damaged_headers_of_a_7z_under_a_right_checksum(place, whole, data):
    raw = bytearray(whole["7z"][2])
    start = 32 + int.from_bytes(raw[12:20], "little")
    header = damaged(data, bytes(raw[start:]))
    raw[start:] = header
    raw[20:32] = struct.pack("<QI", len(header), zlib.crc32(header))
    raw[8:12] = struct.pack("<I", zlib.crc32(raw[12:32]))
    place.write_bytes(raw)
    assert isinstance(read_archive(place, None, LIMITS), ArchiveFacts | Broken)


@given(data=st.data())
def test_damaged_headers_of_a_rar_are_some_headers_or_none(place, whole, data):
    place.write_bytes(damaged(data, data.draw(st.sampled_from(whole["rar"]))))
    try:
        found = merged([read_volume(place, 50)])
    except (ValueError, Spoiled):
        found = []
    assert len(found) <= 50


@settings(max_examples=EXAMPLES, deadline=None)
@given(data=st.data())
def test_a_damaged_rar_is_some_archive_or_broken_whatever_the_programs_say(place, whole, data):
    place.write_bytes(damaged(data, data.draw(st.sampled_from(whole["rar"] + whole["locked"]))))
    passwords = data.draw(st.sampled_from([(), ("x",)]))
    assert isinstance(read_archive(place, None, LIMITS, passwords=passwords), ArchiveFacts | Broken)


@given(st.data())
def test_volumes_of_anything_are_some_archive_or_broken(place, whole, data):
    raw = damaged(data, data.draw(st.sampled_from(whole["zip"] + whole["7z"])))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(raw)), min_size=2, max_size=2)))
    paths = [place.with_name(f"file.{number}") for number in range(3)]
    for path, (start, end) in zip(paths, zip([0, *cuts], [*cuts, len(raw)], strict=True), strict=True):
        path.write_bytes(raw[start:end])
    first, *others = paths
    assert isinstance(read_archive(first, None, LIMITS, volumes=others), ArchiveFacts | Broken)
