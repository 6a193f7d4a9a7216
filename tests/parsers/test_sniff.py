import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.sniff import sniff, sniff_bytes


def boxed(brand):
    return b"\0\0\0\x18ftyp" + brand + bytes(12)


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (boxed(b"isom"), "mp4"),
        (boxed(b"M4V "), "mp4"),
        (boxed(b"qt  "), "mov"),
        (boxed(b"3gp5"), "3gp"),
        (boxed(b"M4A "), "m4a"),
        (boxed(b"heic"), "heic"),
        (boxed(b"avif"), "avif"),
        (b"\0\0\0\x08wide\0\0\0\0mdat", "mov"),
        (b"\0\0\1\0moov" + bytes(50), "mov"),
        (b"\x1aE\xdf\xa3....matroska", "mkv"),
        (b"\x1aE\xdf\xa3....webm", "webm"),
        (b"RIFF\0\0\0\0AVI LIST", "avi"),
        (b"RIFF\0\0\0\0WAVEfmt ", "wav"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "webp"),
        (b"FLV\x01\x05", "flv"),
        (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "wmv"),
        ((b"G" + bytes(187)) * 3, "mpegts"),
        ((bytes(4) + b"G" + bytes(187)) * 3, "mpegts"),
        (b"\xff\xd8\xff\xe0", "jpeg"),
        (b"\x89PNG\r\n\x1a\n", "png"),
        (b"BM\x46\0\0\0\0\0\0\0" + bytes(20), "bmp"),
        (b"II*\0", "tiff"),
        (b"%PDF-1.7", "pdf"),
        (b"\r\njunk%PDF-1.7", "pdf"),
        (b"{\\rtf1", "rtf"),
        (b"7z\xbc\xaf\x27\x1c", "7z"),
        (b"Rar!\x1a\x07\x00", "rar"),
        (b"Rar!\x1a\x07\x01\x00", "rar"),
        (b"\x1f\x8b\x08", "gz"),
        (bytes(257) + b"ustar", "tar"),
        (b"\x78\x9f\x3e\x22", "tnef"),
        (b"MZ" + bytes(100), "exe"),
        (b"\x7fELF", "elf"),
        (b"#!/bin/sh\n", "script"),
        (b"ID3\x03", "mp3"),
        (b"\xff\xfb\x90\x00", "mp3"),
        (b"From: a@b\r\nSubject: x\r\n\r\nhi", "eml"),
        (b"From a@b Mon Oct 14\nFrom: a@b\nSubject: x\n\nhi", "mbox"),
        (b"<!DOCTYPE html><p>", "html"),
        (b"\n <!-- x -->\n<html>", "html"),
        ("纯文本".encode(), "text"),
        ("纯文本".encode("gbk"), "text"),
        ("文".encode("utf-16"), "text"),
        (b"From: only one header", "text"),
        (b"\x00\x01\x02", "unknown"),
        (b"PK\x03\x04", "zip"),
        (b"\0\0\x01\xba\x44", "mpeg"),
        (b"ABC" + (b"G" + b"\1" * 187) * 6, "mpegts"),
        (b"\x28\xb5\x2f\xfd\x04", "zst"),
        (b"MSCF\0\0\0\0", "cab"),
        (bytes(0x8001) + b"CD001", "iso"),
        (b"\x60\xea\x2c\x00\x22" + bytes(40), "arj"),
        (b"\x1e\x5a-lh5-", "lzh"),
        (b"\xca\xfe\xba\xbe\0\0\0\x02", "mach-o"),
        (b"\xca\xfe\xba\xbe\0\0\0\x34", "class"),
        (b"\xcf\xfa\xed\xfe" + bytes(28), "mach-o"),
        (b"CWS\x0a" + bytes(8), "swf"),
        (b"ITSF\x03\0\0\0", "chm"),
        (b"L\0\0\0\x01\x14\x02\0" + bytes(60), "lnk"),
        (b"<html><HTA:APPLICATION id=x>", "hta"),
        (b'<?xml version="1.0"?><!-- a --><svg xmlns="s">', "svg"),
        (b"<!-- a -->" * 400, "text"),
        (b"@echo off\r\ndel *\r\n", "text"),
        (b"", "empty"),
    ],
)
def test_a_format_by_its_first_bytes(head, name):
    assert sniff_bytes(head, whole=True) == name


@pytest.mark.parametrize(
    ("members", "name"),
    [
        (["[Content_Types].xml", "word/document.xml"], "docx"),
        (["[Content_Types].xml", "xl/workbook.xml"], "xlsx"),
        (["[Content_Types].xml", "ppt/presentation.xml"], "pptx"),
        (["OFD.xml"], "ofd"),
        (["META-INF/MANIFEST.MF"], "jar"),
        (["AndroidManifest.xml", "META-INF/MANIFEST.MF"], "apk"),
        (["Index/Document.iwa"], "iwork"),
        (["word/document.xml"], "zip"),
        (["folder/[Content_Types].xml", "folder/word/document.xml"], "zip"),
    ],
)
def test_a_zip_is_told_by_its_members(tmp_path, members, name):
    with zipfile.ZipFile(tmp_path / "a", "w") as archive:
        for member in members:
            archive.writestr(member, b"x")
    assert sniff(tmp_path / "a") == name


def test_a_zip_whose_directory_is_gone_is_told_by_its_beginning(tmp_path):
    with zipfile.ZipFile(tmp_path / "a", "w") as archive:
        archive.writestr("[Content_Types].xml", b"x" * 100)
        archive.writestr("word/document.xml", b"x" * 100)
    (tmp_path / "a").write_bytes((tmp_path / "a").read_bytes()[:300])
    assert sniff(tmp_path / "a") == "docx"


def test_an_open_document_is_told_by_its_mimetype(tmp_path):
    with zipfile.ZipFile(tmp_path / "a", "w") as archive:
        archive.writestr("mimetype", b"application/vnd.oasis.opendocument.text")
    assert sniff(tmp_path / "a") == "odt"


def compound(*names):
    """An OLE file of a header, an allocation table and one directory sector."""
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(22) + b"\x09\0" + bytes(16) + (1).to_bytes(4, "little")
    head = head.ljust(76, b"\0") + (0).to_bytes(4, "little") + b"\xff" * 432
    entries = b"".join(
        name.encode("utf-16-le").ljust(64, b"\0") + (2 * len(name) + 2).to_bytes(2, "little") + b"\2" + bytes(61)
        for name in names
    )
    return head + b"\xff" * 512 + entries.ljust(512, b"\0")


@pytest.mark.parametrize(
    ("stream", "name"),
    [
        ("WordDocument", "doc"),
        ("Workbook", "xls"),
        ("PowerPoint Document", "ppt"),
        ("MatOST", "wps"),
        ("__properties_version1.0", "msg"),
        ("Contents", "ole-other"),
    ],
)
def test_an_ole_file_is_told_by_its_streams(tmp_path, stream, name):
    (tmp_path / "a").write_bytes(compound("Root Entry", stream))
    assert sniff(tmp_path / "a") == name


@given(
    st.binary(max_size=600),
    st.sampled_from([b"", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04", b"RIFF", b"From "]),
)
def test_any_bytes_have_some_format(tmp_path_factory, rest, magic):
    path = tmp_path_factory.getbasetemp() / "sniffed"
    path.write_bytes(magic + rest)
    assert sniff(path) != ""


def old_tar():
    head = bytearray(512)
    head[:5] = b"a.txt"
    head[148:156] = b" " * 8
    head[148:155] = b"%06o\0" % sum(head)
    return bytes(head)


def test_a_tar_from_before_ustar_is_told_by_its_sum():
    assert sniff_bytes(old_tar() + bytes(1024), whole=True) == "tar"


@pytest.fixture
def zipped(tmp_path):
    """A zip with something before it."""

    def make(before, members=("a.txt",)):
        path = tmp_path / "a"
        path.write_bytes(before)
        with zipfile.ZipFile(path, "a") as archive:
            for member in members:
                archive.writestr(member, "x")
        return path

    return make


@pytest.mark.parametrize(
    ("before", "name"),
    [(b"\x00\x01 junk", "zip"), (b"MZ" + bytes(100), "exe"), (b"\xff\xd8\xff\xe0", "jpeg"), (b"#!/bin/sh\n", "script")],
)
def test_a_zip_behind_something_else(zipped, before, name):
    assert sniff(zipped(before)) == name


def test_a_form_behind_junk_is_still_a_form(zipped):
    assert sniff(zipped(b"\x00\x01", ("[Content_Types].xml", "word/document.xml"))) == "docx"


def test_a_zip_of_many_entries_is_told_by_two_short_reads(zipped, tmp_path):
    path = zipped(b"", [f"{n:06d}.txt" for n in range(20_000)])
    assert sniff(path) == "zip"


def test_a_zip64_is_told_by_its_directory(tmp_path):
    path = tmp_path / "a"
    with zipfile.ZipFile(path, "w") as archive:
        with archive.open("[Content_Types].xml", "w", force_zip64=True) as member:
            member.write(b"x")
        archive.writestr("word/document.xml", b"x" * 70_000)
    assert sniff(path) == "docx"


def test_a_zip_with_many_false_ends_is_told_in_no_time(tmp_path):
    path = tmp_path / "a"
    false = b"PK\x05\x06" + bytes(8) + (200_000).to_bytes(4, "little") + bytes(6)
    path.write_bytes(b"PK\x03\x04" + bytes(300_000) + false * 2_900)
    assert sniff(path) == "zip"
