"""Extract: what leaves a mail, what leaves its archives, and the bounds on both."""

import io
import zipfile

import pytest

from ingest.demo.archives import make_zip, with_wrong_crc
from ingest.demo.cloud import netease_block
from ingest.demo.mails import Attachment
from ingest.demo.winmail import Held, make_winmail
from ingest.stages.extract import digest_of, extract, limits_of
from ingest.stages.fetch import fetch


@pytest.fixture
def parts(contest, context):
    """Posts a mail with files and extracts it; its parts."""

    def run(*files, **rest):
        contest.post(files=files, **rest)
        fetch(context)
        extract(context)
        with context.read() as tx:
            return tx.arrivals.parts([1]).get(1, ())

    return run


@pytest.fixture
def zipped(tmp_path):
    """The bytes of an archive."""
    return lambda *members, name="a.zip", **rest: make_zip(tmp_path / name, members, **rest).read_bytes()


def seen(parts):
    return [(p.name, p.source.value, p.inside, p.problem) for p in parts]


def locked_zip():
    """An archive whose member says that it is encrypted."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("推荐表.docx", b"secret")
    data = bytearray(held.getvalue())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + at] |= 1
    return bytes(data)


def test_extract_takes_the_files_out(parts, context):
    (part,) = parts(("推荐表.docx", b"content"))
    assert (part.name, part.size, context.store.path(part.sha256).read_bytes()) == ("推荐表.docx", 7, b"content")


def test_extract_keeps_what_the_mail_says(contest, context, parts):
    parts(subject="报送《星海寻踪》", text="请查收", in_reply_to="a@b.cn", references=("a@b.cn",))
    with context.read() as tx:
        mail = tx.arrivals.arrival(1)
    assert (mail.subject, mail.own_text, mail.in_reply_to, mail.from_address) == (
        "报送《星海寻踪》",
        "请查收",
        ("a@b.cn",),
        "wang@kjt.example.gov.cn",
    )


def test_extract_keeps_whether_a_page_shows_a_picture(parts):
    logo = Attachment("logo.png", b"\x89PNG\r\n\x1a\n", content_type="image/png", content_id="logo@x")
    found = parts(logo, ("扫描件.jpg", b"\xff\xd8\xff"), html="both")
    assert [(part.name, part.shown) for part in found] == [("logo.png", "picture"), ("扫描件.jpg", "")]


def test_extract_takes_out_what_lies_in_an_envelope(parts):
    found = parts(("winmail.dat", make_winmail([Held(b"A~1.ZIP", b"PK", "材料.txt")])))
    assert seen(found) == [("材料.txt", "attachment", "", "")]


def test_extract_opens_archives_in_archives(parts, zipped):
    inner = zipped(("推荐表.docx", b"a"), name="inner.zip")
    found = parts(("全部.zip", zipped(("一/inner.zip", inner), ("说明.txt", b"b"))))
    assert seen(found) == [
        ("全部.zip", "attachment", "", ""),
        ("inner.zip", "archive", "全部.zip", ""),
        ("推荐表.docx", "archive", "inner.zip", ""),
        ("说明.txt", "archive", "全部.zip", ""),
    ]


def test_extract_stops_at_the_depth(contest, context, parts, zipped):
    context.config = contest.config("[analysis]\nmax_depth = 1\n")
    inner = zipped(("推荐表.docx", b"a"), name="inner.zip")
    assert seen(parts(("a.zip", zipped(("inner.zip", inner)))))[1:] == [("inner.zip", "archive", "a.zip", "too-deep")]


def test_extract_counts_members_over_all_archives_of_a_mail(contest, context, parts, zipped):
    context.config = contest.config("[analysis]\nmax_archive_members = 3\n")
    one = zipped(("a1", b"1"), ("a2", b"2"), name="1.zip")
    other = zipped(("a3", b"3"), ("a4", b"4"), name="2.zip")
    assert seen(parts(("1.zip", one), ("2.zip", other))) == [
        ("1.zip", "attachment", "", ""),
        ("a1", "archive", "1.zip", ""),
        ("a2", "archive", "1.zip", ""),
        ("2.zip", "attachment", "", "too-many"),
        ("a3", "archive", "2.zip", ""),
    ]


def test_extract_counts_bytes_over_all_archives_of_a_mail(contest, context, parts, zipped):
    context.config = contest.config("[analysis]\nmax_archive_bytes = 1500\n")
    one, other = zipped(("a1", bytes(1000)), name="1.zip"), zipped(("a2", bytes(1000)), name="2.zip")
    assert [(p.name, p.problem, p.here) for p in parts(("1.zip", one), ("2.zip", other))] == [
        ("1.zip", "", True),
        ("a1", "", True),
        ("2.zip", "too-large", True),
        ("a2", "too-large", False),
    ]


def test_extract_keeps_a_locked_archive_and_says_so(parts):
    assert seen(parts(("a.zip", locked_zip()))) == [
        ("a.zip", "attachment", "", "locked"),
        ("推荐表.docx", "archive", "a.zip", "locked"),
    ]


def test_extract_keeps_the_good_members_beside_one_with_a_wrong_checksum(parts, tmp_path):
    good = make_zip(tmp_path / "good.zip", [("推荐表.docx", b"a"), ("b.txt", b"b")])
    bad = with_wrong_crc(good, tmp_path / "bad.zip").read_bytes()
    assert [(p.name, p.problem, p.here) for p in parts(("a.zip", bad))] == [
        ("a.zip", "bad-checksum", True),
        ("推荐表.docx", "bad-checksum", False),
        ("b.txt", "", True),
    ]


def test_extract_loses_only_the_member_that_climbs_out(parts):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("../../etc/passwd", b"x")
        archive.writestr("推荐表.docx", b"a")
    assert [(p.name, p.problem, p.here) for p in parts(("a.zip", held.getvalue()))] == [
        ("a.zip", "", True),
        ("passwd", "outside", False),
        ("推荐表.docx", "", True),
    ]


def test_extract_keeps_an_archive_it_cannot_open(parts):
    assert seen(parts(("a.rar", b"Rar!\x1a\x07\x01\0rest"), ("b.zip", b"PK\x03\x04 cut"))) == [
        ("a.rar", "attachment", "", "cut-off"),
        ("b.zip", "attachment", "", "cut-off"),
    ]


def test_extract_lists_a_cloud_file_as_a_part(contest, parts):
    when = contest.mail().received_at
    block = netease_block(name="星海寻踪.mp4", size_bytes=120_000_000, subject="报送", sent_at=when)
    (part,) = parts(html="both", html_below=block)
    assert (part.name, part.source.value, part.is_link, part.provider) == ("星海寻踪.mp4", "cloud", True, "netease")


def test_extract_makes_no_mail_of_noise(contest, context):
    contest.drop(b"\x01\x02\x03" * 1000)
    fetch(context)
    extract(context)
    with context.read() as tx:
        assert tx.arrivals.arrival(1).problem.startswith("not-a-mail")


def test_extract_leaves_nothing_in_the_scratch_folder(parts, context, zipped):
    parts(("a.zip", zipped(("a1", b"1"))))
    assert [p for name in ("tmp", "scratch") for p in (context.store.root / name).iterdir()] == []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ([{"sha256": "a"}, {"sha256": "b"}], [{"sha256": "b"}, {"sha256": "a"}], True),
        ([{"sha256": "a"}], [{"sha256": "a"}, {"sha256": "a"}], False),
        ([{"sha256": "a"}], [{"sha256": "a"}, {"sha256": "b", "source": "archive"}], True),
        ([{"provider": "qq", "url": "u"}], [{"provider": "qq", "url": "v"}], False),
        ([], [], True),
    ],
)
def test_digest_of_files_whatever_their_order_and_what_lies_in_them(one, other, same):
    full = [[{"source": "attachment"} | row for row in rows] for rows in (one, other)]
    assert (digest_of(full[0]) == digest_of(full[1])) is same


def test_digest_of_nothing_is_none():
    assert digest_of([]) == ""


def test_limits_are_those_of_the_config(context):
    assert limits_of(context.config).max_depth == context.config.analysis.max_depth
