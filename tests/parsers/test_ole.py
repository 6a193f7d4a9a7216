"""What a compound file is, by its directory."""

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.ole import macros_in, names_in, objects_in, ole_format

INSTALLER = bytes.fromhex("84100c0000000000c000000000000046")


def ole(*names, kind=bytes(16)):
    """A compound file whose directory holds these names; kind: the class of its root."""
    head = bytearray(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504))
    struct.pack_into("<HHH", head, 26, 3, 0xFFFE, 9)
    struct.pack_into("<II", head, 44, 1, 0)
    struct.pack_into("<109I", head, 76, 1, *[0xFFFFFFFF] * 108)
    entries = b"".join(
        name.encode("utf-16-le").ljust(64, b"\0")
        + struct.pack("<HB", len(name) * 2 + 2, 1)
        + bytes(13)
        + kind
        + bytes(32)
        for name in ("Root Entry", *names)
    )
    table = struct.pack("<128I", 0xFFFFFFFE, 0xFFFFFFFD, *[0xFFFFFFFF] * 126)
    return io.BytesIO(bytes(head) + entries.ljust(512, b"\0")[:512] + table)


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (("WordDocument",), "doc"),
        (("WpsDocument", "WordDocument"), "wps"),
        (("Workbook",), "xls"),
        (("PowerPoint Document",), "ppt"),
        (("__properties_version1.0",), "msg"),
        (("EncryptionInfo", "EncryptedPackage"), "office-locked"),
        (("Other",), "ole-other"),
    ],
)
def test_compound_file_with_these_names_is(names, found):
    assert ole_format(ole(*names)) == found


def test_compound_file_of_the_installer_s_class_is_msi():
    assert ole_format(ole("Other", kind=INSTALLER)) == "msi"


def test_macros_and_objects_are_named():
    file = ole("WordDocument", "Macros", "ObjectPool")
    assert (macros_in(file), objects_in(file)) == (("Macros",), ("ObjectPool",))


@given(st.binary(max_size=1200))
def test_any_bytes_have_a_bounded_number_of_names(data):
    assert len(names_in(io.BytesIO(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + data))) <= 200 * 512
