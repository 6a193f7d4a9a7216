"""What is closed and why, passwords in what people write, what staff and senders are told."""

import datetime as dt

import pytest

from ingest.closed import is_closed, locked_parts, matters_of, part_trouble, passwords_in, plain_troubles, spellings
from ingest.model import Kind, PartSource
from parsers.facts import ArchiveFacts, Broken


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("解压密码：kepu2024", ["kepu2024"]),
        ("解压密码 kepu2024，请查收", ["kepu2024"]),
        ("压缩包密码是“科普2024”。", ["科普2024"]),
        ("两个文件的密码均为:8888", ["8888"]),
        ("Password: abc123.", ["abc123.", "abc123"]),
        ("密码\n解压密码是 A!", ["A!", "A"]),
        ("密码：\nxyz", ["xyz"]),
        ("密码另行通知", []),
        ("请问截止日期？", []),
    ],
)
def test_passwords_in_what_people_write(text, found):
    assert passwords_in(text) == found


def test_passwords_in_a_long_list_are_five():
    assert len(passwords_in(" ".join(f"密码：word{number}" for number in range(40)))) == 5


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (" abc ", ["abc", " abc "]),
        ("ＡＢ１２", ["ＡＢ１２", "AB12"]),
        (123, ["123", "0123", "000123"]),
        (2024.0, ["2024", "002024"]),
        (dt.date(2024, 10, 8), ["20241008", "2024-10-08", "2024/10/08", "241008", "2024/10/8"]),
        (True, []),
        ("  ", []),
    ],
)
def test_spellings_of_what_stands_in_a_cell(value, written):
    assert [word for word in spellings(value) if word.strip()] == written


def test_is_closed_a_volume_that_waits_whatever_its_bytes_say(part):
    assert is_closed(part("作品.7z.002", format="unknown", problem="missing-volume"))


def test_is_closed_no_volume_whose_set_is_open(part):
    assert not is_closed(part("作品.part1.rar", format="rar", joined_in=3))


def test_part_trouble_of_a_volume_is_its_sets(part):
    one = part("作品.part2.rar", format="rar", joined_in=3, facts=Broken(format="rar", reason="bad-archive"))
    assert part_trouble(one) == ""


def test_locked_parts_name_a_set_once_where_it_is_kept(part):
    kept = [part(f"作品.part{n}.rar", format="rar", problem="locked", joined_in=n) for n in (0, 0)]
    kept = [one.__class__(**{**one.__dict__, "arrival_id": 9, "joined_in": 9}) for one in kept]
    elsewhere = part("另.part1.rar", format="rar", problem="locked", joined_in=4)
    assert locked_parts([*kept, elsewhere]) == [kept[0]]


def test_plain_troubles_leave_out_what_only_libreoffice_reads(part):
    assert plain_troubles([part("推荐表.doc", format="doc", facts=Broken(format="doc", reason="no-office"))]) == {}


def test_plain_troubles_leave_out_what_is_locked_in_a_locked_archive(part):
    archive = part("材料.zip", format="zip", problem="locked")
    inside = part("成片.mp4", problem="locked", inside="材料.zip", sha256="")
    assert plain_troubles([archive, inside, part("空.docx", problem="empty")]).keys() == {"文件为空（0 字节）"}


def test_matters_of_a_locked_archive_ask_for_its_password(part):
    facts = ArchiveFacts(format="zip", problem="locked")
    assert matters_of([part("材料.zip", format="zip", problem="locked", facts=facts)]) == [
        ("压缩包“材料.zip”设有密码，无法打开", "请回复告知打开密码，或去掉密码后重新发送")
    ]


def test_matters_of_a_cut_film_ask_for_it_again(part):
    film = part("成片.mp4", Kind.VIDEO, format="mp4", facts=Broken(format="mp4", reason="no-index"))
    assert [text for text, _ in matters_of([film])] == [
        "视频“成片.mp4”不完整，缺少播放所需的信息，无法播放，可能是导出、上传或发送时中断"
    ]


def test_matters_of_an_archive_are_told_once_for_all_in_it(part):
    archive = part("材料.zip", format="zip", problem="bad-checksum")
    lost = {"problem": "bad-checksum", "inside": "材料.zip", "source": PartSource.ARCHIVE, "sha256": ""}
    inside = part("成片.mp4", Kind.VIDEO, **lost)
    assert [text for text, _ in matters_of([archive, inside])] == [
        "压缩包“材料.zip”已损坏，其中有文件无法解开：“成片.mp4”"
    ]


@pytest.mark.parametrize("problem", ["malware", "too-large", "too-slow", "outside", "missing-volume"])
def test_matters_of_what_the_sender_cannot_mend_are_none(part, problem):
    assert matters_of([part("材料.zip", format="zip", problem=problem)]) == []


def test_matters_of_a_signatures_broken_picture_are_none(part):
    picture = part("logo.png", Kind.OTHER, format="png", facts=Broken(format="png", reason="unreadable"))
    assert matters_of([picture]) == []
