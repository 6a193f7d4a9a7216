import hashlib
import struct
import zlib

import pytest

from ingest.demo.rars import make_rar
from ingest.demo.zips import Sheet, write_zip
from parsers import tools
from parsers.archive import read_archive
from parsers.archives.rar4_headers import _name4 as name_of_rar4
from parsers.facts import ArchiveFacts, Broken, Limits

TEXT = "推荐表：作品名称".encode() * 300
FILM = bytes(range(256)) * 40
MEMBERS = [("作品/", b""), ("作品/推荐表.docx", TEXT), ("film.mp4", FILM), ("空.txt", b"")]


def sha256(*datas):
    return [hashlib.sha256(data).hexdigest() for data in datas]


def shape(facts):
    return [(member.folder, member.name, member.problem) for member in facts.members]


def digests(facts):
    return [member.sha256 for member in facts.members]


@pytest.fixture(params=["bsdtar", "unar"])
def only(request, monkeypatch):
    """With one of the two programs alone."""
    path = tools.unpackers()[request.param]
    monkeypatch.setattr(tools, "unpackers", lambda: {request.param: path})
    return request.param


@pytest.mark.parametrize("version", [4, 5])
def test_members_come_out_byte_for_byte_by_either_program(tmp_path, only, version):
    [path] = make_rar(tmp_path / "a.rar", MEMBERS, version=version)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    facts = read_archive(path, scratch, Limits())
    assert shape(facts) == [("作品", "推荐表.docx", ""), ("", "film.mp4", ""), ("", "空.txt", "")]
    assert [(scratch / member.path).read_bytes() for member in facts.members] == [TEXT, FILM, b""]
    assert sorted(one.name for one in scratch.iterdir()) == ["member-0001", "member-0002", "member-0003"]


@pytest.mark.parametrize("version", [4, 5])
def test_without_a_program_it_says_which_to_install(tmp_path, monkeypatch, version):
    monkeypatch.setattr(tools, "unpackers", dict)
    facts = read_archive(*make_rar(tmp_path / "a.rar", MEMBERS, version=version), None, Limits())
    assert (facts.problem, facts.members) == ("unsupported", ())
    assert "需要安装 unar" in facts.detail


@pytest.mark.parametrize("version", [4, 5])
def test_a_wrong_checksum_costs_only_its_member_by_either_program(tmp_path, only, version):
    [path] = make_rar(tmp_path / "a.rar", MEMBERS, version=version)
    path.write_bytes(path.read_bytes().replace(TEXT, b"?" + TEXT[1:]))
    facts = read_archive(path, None, Limits())
    assert [member.problem for member in facts.members] == ["bad-checksum", "", ""]


def test_a_member_that_climbs_out_is_listed_and_left_and_nothing_is_written_elsewhere(tmp_path, only):
    inside = tmp_path / "inside"
    inside.mkdir()
    [path] = make_rar(tmp_path / "a.rar", [("../../evil", TEXT), ("good", FILM)])
    facts = read_archive(path, inside, Limits())
    assert (shape(facts), digests(facts)) == ([("", "evil", "outside"), ("", "good", "")], ["", *sha256(FILM)])
    assert sorted(one.name for one in tmp_path.rglob("*")) == ["a.rar", "inside", "member-0002"]


def cut_off(path, version):
    [path] = make_rar(path, [("a", TEXT), ("b", FILM)], version=version)
    path.write_bytes(path.read_bytes()[:-3_000])
    return path


@pytest.mark.parametrize("version", [4, 5])
def test_a_rar_cut_off_gives_what_lies_before_the_cut(tmp_path, version):
    facts = read_archive(cut_off(tmp_path / "a.rar", version), None, Limits())
    assert (digests(facts), facts.problem) == ([*sha256(TEXT), ""], "cut-off")


def test_a_rar_cut_off_of_which_the_program_gives_nothing_is_broken(tmp_path, monkeypatch):
    path = tools.unpackers()["bsdtar"]
    monkeypatch.setattr(tools, "unpackers", lambda: {"bsdtar": path})
    assert read_archive(cut_off(tmp_path / "a.rar", 5), None, Limits()).reason == "cut-off"


@pytest.mark.parametrize("version", [4, 5])
def test_volumes_are_one(tmp_path, version):
    first, *others = make_rar(tmp_path / "a.rar", MEMBERS, version=version, volume_bytes=1_200)
    facts = read_archive(first, None, Limits(), volumes=others)
    assert (len(others), digests(facts), facts.problem) == (14, sha256(TEXT, FILM, b""), "")


@pytest.mark.parametrize("version", [4, 5])
@pytest.mark.parametrize("kept", [[0], [0, 1], [1], [1, 2], [0, 2], [2]])
def test_volumes_that_are_not_all_there_say_so(tmp_path, version, kept):
    paths = make_rar(tmp_path / "a.rar", MEMBERS, version=version, volume_bytes=6_000)
    first, *others = (paths[number] for number in kept)
    facts = read_archive(first, None, Limits(), volumes=others)
    assert (len(paths), facts.problem, facts.members) == (3, "missing-volume", ())


def test_volumes_need_unar_and_it_is_said(tmp_path, monkeypatch):
    path = tools.unpackers()["bsdtar"]
    monkeypatch.setattr(tools, "unpackers", lambda: {"bsdtar": path})
    first, *others = make_rar(tmp_path / "a.rar", MEMBERS, volume_bytes=6_000)
    facts = read_archive(first, None, Limits(), volumes=others)
    assert (facts.problem, "需要安装 unar" in facts.detail) == ("unsupported", True)


def test_a_bomb_stops_at_the_bound(tmp_path, only):
    [path] = make_rar(tmp_path / "a.rar", [("a", bytes(3_000_000)), ("b", b"")])
    facts = read_archive(path, None, Limits(max_bytes=2_000_000))
    assert (shape(facts), facts.problem) == ([("", "a", "too-large")], "too-large")


def test_members_beyond_the_limit_are_left_and_it_is_said(tmp_path, only):
    facts = read_archive(*make_rar(tmp_path / "a.rar", MEMBERS), None, Limits(max_members=2))
    assert (len(facts.members), facts.problem) == (2, "too-many")


def test_volumes_named_in_the_old_way_are_one(tmp_path):
    first, *others = make_rar(tmp_path / "a.rar", MEMBERS, version=4, volume_bytes=6_000)
    for path in (first, *others):
        raw = bytearray(path.read_bytes())
        raw[10] &= 0xEF  # no new names
        raw[7:9] = struct.pack("<H", zlib.crc32(bytes(raw[9:20])) & 0xFFFF)
        path.write_bytes(raw)
    facts = read_archive(first, None, Limits(), volumes=others, name="a.rar")
    assert (digests(facts), facts.problem) == (sha256(TEXT, FILM, b""), "")


def test_a_link_is_listed_and_left(tmp_path, only):
    [path] = make_rar(tmp_path / "a.rar", [("link", b"/etc/passwd"), ("a", TEXT)], version=4)
    raw = bytearray(path.read_bytes())
    raw[20 + 15] = 3  # made on Unix
    raw[20 + 28 : 20 + 32] = struct.pack("<I", 0o120777)
    raw[20:22] = struct.pack("<H", zlib.crc32(bytes(raw[22 : 20 + 32 + 4])) & 0xFFFF)
    path.write_bytes(raw)
    facts = read_archive(path, None, Limits())
    assert (shape(facts), digests(facts)) == ([("", "link", "link"), ("", "a", "")], ["", *sha256(TEXT)])


def program(tmp_path, monkeypatch, script):
    """A script in the place of bsdtar."""
    path = tmp_path / "bsdtar"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    monkeypatch.setattr(tools, "unpackers", lambda: {"bsdtar": str(path)})
    return make_rar(tmp_path / "a.rar", MEMBERS)[0]


def test_a_program_that_takes_too_long_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr("parsers.archives.rar_programs._BASE_S", 0.2)
    path = program(tmp_path, monkeypatch, "exec sleep 60")
    assert read_archive(path, None, Limits()).reason == "too-slow"


@pytest.mark.parametrize("script", ["exit 1", "kill -9 $$", "echo nonsense", "head -c 100000 /dev/zero", "yes"])
def test_a_program_that_fails_costs_only_the_archive(tmp_path, monkeypatch, script):
    facts = read_archive(program(tmp_path, monkeypatch, script), None, Limits())
    problem = facts.problem if isinstance(facts, ArchiveFacts) else facts.reason
    assert problem in ("bad-archive", "cut-off", "unreadable")


@pytest.mark.parametrize(
    "script", ["exit 1", "echo nonsense", "head -c 100000 /dev/zero", "bsdtar -cf - --format=pax m"]
)
def test_what_bsdtar_makes_wrong_is_made_by_unar(tmp_path, monkeypatch, script):
    unar = tools.unpackers()["unar"]
    path = program(tmp_path, monkeypatch, f"cd {tmp_path} && {script}")
    (tmp_path / "m").write_bytes(TEXT)
    monkeypatch.setattr(tools, "unpackers", lambda: {"bsdtar": str(tmp_path / "bsdtar"), "unar": unar})
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    facts = read_archive(path, scratch, Limits())
    assert (digests(facts), facts.problem) == (sha256(TEXT, FILM, b""), "")
    assert sorted(one.name for one in scratch.iterdir()) == ["member-0001", "member-0002", "member-0003"]


def test_a_program_that_cannot_be_started_is_as_none(tmp_path, monkeypatch):
    monkeypatch.setattr(tools, "unpackers", lambda: {"bsdtar": str(tmp_path / "gone")})
    facts = read_archive(*make_rar(tmp_path / "a.rar", MEMBERS), None, Limits())
    assert (facts.problem, facts.members) == ("unsupported", ())


def test_a_program_knows_nothing_of_our_settings(tmp_path, monkeypatch):
    monkeypatch.setenv("KEPU_PASSWORD", "secret")
    path = program(tmp_path, monkeypatch, f"env > {tmp_path}/env")
    read_archive(path, None, Limits())
    assert "secret" not in (tmp_path / "env").read_text()


def test_a_name_of_rar_4_in_its_own_unicode_is_read():
    """二.doc: its first letter by both bytes, then four from the plain name."""
    assert name_of_rar4(b"?.doc\0" + b"\x00" + b"\xb0" + b"\x8c\x4e" + b"\x02") == "二.doc".encode()


def test_a_rar_whose_last_member_is_a_zip_stored_as_it_is_is_no_zip(tmp_path):
    inner = write_zip(tmp_path / "a.docx", [Sheet("word/document.xml", TEXT)])[0].read_bytes()
    facts = read_archive(*make_rar(tmp_path / "a.rar", [("推荐表.docx", inner)]), None, Limits())
    assert (shape(facts), digests(facts)) == ([("", "推荐表.docx", "")], sha256(inner))


@pytest.mark.parametrize("magic", [b"Rar!\x1a\x07\x00", b"Rar!\x1a\x07\x01\x00"])
def test_a_rar_of_its_first_bytes_alone_is_no_good_archive(tmp_path, magic):
    path = tmp_path / "a.rar"
    path.write_bytes(magic)
    facts = read_archive(path, None, Limits())
    assert (facts.reason if isinstance(facts, Broken) else facts.problem) == "no-members"
