import zipfile
from pathlib import Path

import pytest

from ingest.demo.archives import make_zip, with_wrong_crc

MEMBERS = [("星海寻踪/推荐表.docx", b"form" * 100), ("星海寻踪/扫描件.pdf", b"scan")]


def test_names_are_gbk_without_the_flag(tmp_path: Path) -> None:
    entries = zipfile.ZipFile(make_zip(tmp_path / "a.zip", MEMBERS)).infolist()
    names = [entry.filename.encode("cp437").decode("gbk") for entry in entries]
    assert (names, [entry.flag_bits & 0x800 for entry in entries]) == ([name for name, _ in MEMBERS], [0, 0])


def test_names_in_utf8_carry_the_flag(tmp_path: Path) -> None:
    entries = zipfile.ZipFile(make_zip(tmp_path / "a.zip", MEMBERS, names="utf-8")).infolist()
    assert [(e.filename, e.flag_bits & 0x800) for e in entries] == [(name, 0x800) for name, _ in MEMBERS]


@pytest.mark.parametrize("packed", [True, False])
def test_members_keep_their_bytes(tmp_path: Path, *, packed: bool) -> None:
    film = tmp_path / "f.mp4"
    film.write_bytes(b"film" * 1_000)
    with zipfile.ZipFile(make_zip(tmp_path / "a.zip", [("片.mp4", film), *MEMBERS], packed=packed)) as archive:
        assert [archive.read(e) for e in archive.infolist()] == [b"film" * 1_000, b"form" * 100, b"scan"]


def test_same_members_give_the_same_bytes(tmp_path: Path) -> None:
    archives = [make_zip(tmp_path / name, MEMBERS) for name in ("a.zip", "b.zip")]
    assert archives[0].read_bytes() == archives[1].read_bytes()


def test_wrong_checksum_is_noticed_by_a_reader(tmp_path: Path) -> None:
    damaged = with_wrong_crc(make_zip(tmp_path / "a.zip", MEMBERS), tmp_path / "b.zip")
    with zipfile.ZipFile(damaged) as archive, pytest.raises(zipfile.BadZipFile, match="CRC"):
        archive.read(archive.infolist()[0])


def test_other_members_of_a_damaged_archive_are_whole(tmp_path: Path) -> None:
    damaged = with_wrong_crc(make_zip(tmp_path / "a.zip", MEMBERS), tmp_path / "b.zip", 1)
    with zipfile.ZipFile(damaged) as archive:
        assert archive.read(archive.infolist()[0]) == b"form" * 100
