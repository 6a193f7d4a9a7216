"""Extract: mails that are files of a mail, in archives or by themselves; and who looks into them first."""

import io

import pytest

from ingest.demo.archives import make_zip
from ingest.demo.cloud import netease_block
from ingest.demo.mails import Attachment, mail_bytes
from ingest.demo.msgs import make_msg
from ingest.demo.winmail import Held, make_winmail
from ingest.demo.zips import Sheet, write_zip
from ingest.stages.extract import extract
from ingest.stages.fetch import fetch


@pytest.fixture
def taken(contest):
    """Posts a mail with files and extracts it: (name, source, inside, problem) of its parts, links left out."""

    def run(*files, config="", tell=None, **rest):
        contest.post(files=files, **rest)
        with contest.open(config) as context:
            fetch(context)
            extract(context)
            with context.read() as tx:
                parts = tx.arrivals.parts([1]).get(1, ())
            return tell(context, parts) if tell else [(p.name, p.source.value, p.inside, p.problem) for p in parts]

    return run


@pytest.fixture
def zipped(tmp_path):
    """An archive as a file of a mail."""
    return lambda *members, name="全部.zip": (name, make_zip(tmp_path / name, members).read_bytes())


@pytest.fixture
def saved(contest):
    """The bytes of a mail with files, as a client saves it."""
    return lambda *files, **rest: mail_bytes(contest.mail("报送", files=files, **rest))


def test_files_of_a_mail_in_an_archive_follow_it(taken, zipped, saved):
    assert taken(zipped(("一/来信.eml", saved(("推荐表.docx", b"a"))), ("说明.txt", b"b"))) == [
        ("全部.zip", "attachment", "", ""),
        ("来信.eml", "archive", "全部.zip", ""),
        ("推荐表.docx", "archive", "来信.eml", ""),
        ("说明.txt", "archive", "全部.zip", ""),
    ]


def test_files_of_a_mail_in_an_archive_lie_in_its_folder(taken, zipped, saved):
    folders = taken(
        zipped(("甲/来信.eml", saved(("推荐表.docx", b"a")))), tell=lambda _, parts: [part.folder for part in parts]
    )
    assert folders == ["", "甲", "甲"]


def test_files_of_outlooks_mail_in_an_archive_follow_it(taken, zipped, tmp_path):
    letter = make_msg(tmp_path / "a.msg", subject="报送", text="请查收", attachments=[("推荐表.docx", b"a")])
    assert taken(zipped(("来信.msg", letter.read_bytes())))[1:] == [
        ("来信.msg", "archive", "全部.zip", ""),
        ("推荐表.docx", "archive", "来信.msg", ""),
    ]


def test_files_of_an_envelope_in_an_archive_follow_it(taken, zipped):
    envelope = make_winmail([Held(b"A~1.DOC", b"a", "推荐表.docx")])
    assert taken(zipped(("winmail.dat", envelope)))[1:] == [
        ("winmail.dat", "archive", "全部.zip", ""),
        ("推荐表.docx", "archive", "winmail.dat", ""),
    ]


def test_damaged_envelope_in_an_archive_is_said(taken, zipped):
    envelope = make_winmail([Held(b"A~1.DOC", b"a" * 500, "推荐表.docx")])
    assert taken(zipped(("winmail.dat", envelope[:400])))[1] == ("winmail.dat", "archive", "全部.zip", "cut-off")


def test_damaged_mail_of_outlooks_in_an_archive_is_said(taken, zipped, tmp_path):
    letter = make_msg(tmp_path / "a.msg", attachments=[("推荐表.docx", b"a" * 9000)]).read_bytes()
    assert taken(zipped(("来信.msg", letter[:6000])))[1:] == [("来信.msg", "archive", "全部.zip", "unreadable")]


def test_archive_in_a_mail_in_an_archive_is_opened(taken, zipped, saved):
    inner = zipped(("推荐表.docx", b"a"), name="材料.zip")
    assert taken(zipped(("来信.eml", saved(inner))))[2:] == [
        ("材料.zip", "archive", "来信.eml", ""),
        ("推荐表.docx", "archive", "材料.zip", ""),
    ]


def test_mail_in_a_mail_in_an_archive_is_opened(taken, zipped, saved):
    inner = Attachment("转发.eml", saved(("推荐表.docx", b"a")), content_type="message/rfc822")
    assert taken(zipped(("来信.eml", saved(inner))))[2:] == [("推荐表.docx", "archive", "来信.eml", "")]


def test_mails_and_archives_in_each_other_stop_at_the_depth(taken, zipped, saved):
    inner = zipped(("推荐表.docx", b"a"), name="材料.zip")
    found = taken(zipped(("来信.eml", saved(inner))), config="[analysis]\nmax_depth = 2\n")
    assert found[2:] == [("材料.zip", "archive", "来信.eml", "too-deep")]


def test_mail_in_an_archive_beyond_the_depth_stays_closed(taken, zipped, saved):
    found = taken(zipped(("来信.eml", saved(("推荐表.docx", b"a")))), config="[analysis]\nmax_depth = 1\n")
    assert found[1:] == [("来信.eml", "archive", "全部.zip", "too-deep")]


def test_files_of_mails_count_with_the_members_of_archives(taken, zipped, saved):
    files = [(f"{number}.docx", b"%d" % number) for number in range(4)]
    found = taken(zipped(("来信.eml", saved(*files))), config="[analysis]\nmax_archive_members = 3\n")
    assert found[1:] == [
        ("来信.eml", "archive", "全部.zip", "too-many"),
        ("0.docx", "archive", "来信.eml", ""),
        ("1.docx", "archive", "来信.eml", ""),
    ]


def test_bytes_of_mails_count_with_those_of_archives(taken, zipped, saved):
    letter = saved(("推荐表.docx", b"a" * 3000))
    config = f"[analysis]\nmax_archive_bytes = {len(letter) + 100}\n"
    assert taken(zipped(("来信.eml", letter)), config=config)[1:] == [("来信.eml", "archive", "全部.zip", "too-large")]


def test_link_in_the_text_of_a_mail_in_an_archive_is_seen(taken, zipped, contest, tmp_path):
    when = contest.mail().received_at
    block = netease_block(name="星海寻踪.mp4", size_bytes=120_000_000, subject="报送", sent_at=when)
    letter = make_msg(tmp_path / "a.msg", html=f"<html><body>{block}</body></html>".encode())
    links = taken(
        zipped(("来信.msg", letter.read_bytes())),
        tell=lambda _, parts: [(p.provider, p.inside) for p in parts if p.is_link],
    )
    assert links == [("netease", "来信.msg")]


def test_password_in_a_mail_in_an_archive_opens_what_is_locked_in_it(taken, zipped, saved, tmp_path):
    sheets = [Sheet("推荐表.docx", b"a")]
    locked = write_zip(tmp_path / "locked" / "材料.zip", sheets, password="Kepu-2024")[0].read_bytes()
    letter = saved(("材料.zip", locked), text="解压密码：Kepu-2024")
    assert taken(zipped(("来信.eml", letter)))[2:] == [
        ("材料.zip", "archive", "来信.eml", ""),
        ("推荐表.docx", "archive", "材料.zip", ""),
    ]


# who looks first


@pytest.fixture
def scanned(taken, clamd):
    """The same with a real clamd."""
    return lambda *files: taken(*files, config=f'[malware]\nclamd = "{clamd.address}"\n')


def forwarded(saved, *files, name="转发.eml"):
    return Attachment(name, saved(*files), content_type="message/rfc822")


def test_attached_mail_that_is_clean_is_entered_with_a_scanner_on(scanned, saved):
    assert scanned(forwarded(saved, ("推荐表.docx", b"a"))) == [("推荐表.docx", "attachment", "报送", "")]


def test_attached_mails_in_each_other_are_entered_with_a_scanner_on(scanned, saved):
    outer = forwarded(saved, forwarded(saved, ("推荐表.docx", b"a")), name="外.eml")
    assert scanned(outer, ("说明.txt", b"b")) == [
        ("推荐表.docx", "attachment", "报送", ""),
        ("说明.txt", "attachment", "", ""),
    ]


def test_envelope_with_malware_is_never_opened(scanned, clamds):
    envelope = make_winmail([Held(b"A", clamds.EICAR, "a.exe"), Held(b"B", b"b", "推荐表.docx")])
    assert scanned(("winmail.dat", envelope), ("说明.txt", b"b")) == [
        ("winmail.dat", "attachment", "", "malware"),
        ("说明.txt", "attachment", "", ""),
    ]


def test_mail_in_an_archive_with_malware_is_never_opened(scanned, zipped, saved, clamds):
    envelope = make_winmail([Held(b"A", clamds.EICAR, "a.exe")])
    letter = saved(("winmail.dat", envelope), ("推荐表.docx", b"a"))
    packed = io.BytesIO(zipped(("来信.eml", letter))[1]).getvalue()
    assert [problem for *_, problem in scanned(("全部.zip", packed))] == ["malware"]


@pytest.mark.parametrize(
    ("files", "readings"), [((), 1), ((("推荐表.docx", b"a"),), 1), ((("winmail.dat", make_winmail([])),), 2)]
)
def test_only_a_mail_with_mails_in_it_is_read_twice_for_the_scanner(contest, clamd, files, readings, monkeypatch):
    contest.post(files=files)
    with contest.open(f'[malware]\nclamd = "{clamd.address}"\n') as context:
        asked = []
        read = context.workers.read_mail
        monkeypatch.setattr(context.workers, "read_mail", lambda *a, **rest: asked.append(rest) or read(*a, **rest))
        fetch(context)
        extract(context)
    assert len(asked) == readings
