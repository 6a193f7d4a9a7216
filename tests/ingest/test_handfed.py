"""Mail and files that people feed in by hand."""

import datetime as dt
import mailbox as mailboxes

import pytest

from ingest.demo.archives import make_zip, with_wrong_crc
from ingest.demo.mails import mail_bytes, write_mail
from ingest.demo.msgs import make_msg
from ingest.errors import ConfigError
from ingest.handfed import Fed, import_files, import_mail

EARLIER = dt.datetime(2024, 9, 1, tzinfo=dt.UTC)


@pytest.fixture
def eml(contest, tmp_path, form):
    """A saved mail with a form."""
    return lambda name="a.eml", **rest: write_mail(
        contest.mail(files=[("推荐表.docx", form())], **rest), tmp_path / "saved" / name
    )


@pytest.fixture
def opened(contest, context, walk, form):
    """A context with one work."""
    contest.post(files=[("推荐表.docx", form())])
    return walk(context)


@pytest.fixture
def fed(tmp_path):
    """A file on some disk."""

    def make(name, data):
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return make


def materials(context, work="R2024-0001"):
    with context.read() as tx:
        return [
            (m.part.name, m.part.source.value, m.kind.value, m.in_force) for m in tx.load([work], "")[work].materials
        ]


# --- mail


def test_import_a_saved_mail_opens_a_work(context, walk, told, eml):
    assert import_mail(context, [eml()], "public") == Fed(1, 0)
    assert told(walk(context)) == [("work", ["P2024-0001"])]


def test_import_takes_the_time_from_the_topmost_received_line(contest, context, eml):
    import_mail(context, [eml(received_at=contest.clock.now)], "public")
    with context.read() as tx:
        assert tx.arrivals.row(1)["received_at"] == contest.clock.now


def test_import_a_mail_again_knows_it(context, eml):
    path = eml()
    assert [import_mail(context, [path], "public"), import_mail(context, [path], "public")] == [Fed(1, 0), Fed(0, 1)]


def test_import_a_polled_mail_is_a_duplicate(contest, context, walk, told, form, fed):
    mail = contest.post(files=[("推荐表.docx", form())])
    walk(context)
    import_mail(context, [fed("a.eml", mail_bytes(mail))], "recommended")
    assert told(walk(context)) == [("work", ["R2024-0001"]), ("duplicate", [])]


def test_import_mail_of_an_earlier_edition_ends_at_once(context, walk, told, eml):
    import_mail(context, [eml(received_at=EARLIER)], "public")
    assert told(context) == [("not-a-submission", [])]


def test_import_a_folder_of_saved_mails(context, eml):
    eml("a.eml")
    assert import_mail(context, [eml("b/b.eml").parent.parent], "public") == Fed(2, 0)


def test_import_a_maildir(contest, context):
    contest.post()
    assert import_mail(context, [contest.box("recommended")], "public") == Fed(1, 0)


def test_import_an_mbox_with_the_times_of_its_from_lines(contest, context, tmp_path):
    box = mailboxes.mbox(tmp_path / "old.mbox")
    for line in ("a@b.cn Tue Oct  8 04:00:00 2024", "a@b.cn someday"):
        message = mailboxes.mboxMessage(mail_bytes(contest.mail()))
        message.set_from(line)
        box.add(message)
    box.close()
    fed = import_mail(context, [tmp_path / "old.mbox"], "public")
    with context.read() as tx:
        times = [row["received_at"] for row in tx.arrivals.rows()]
    assert (fed, times) == (Fed(2, 0), [dt.datetime(2024, 10, 8, 4, tzinfo=dt.UTC), None])


def test_import_what_is_not_there_is_said(context, tmp_path):
    with pytest.raises(ConfigError, match="找不到"):
        import_mail(context, [tmp_path / "nothing.eml"], "public")


def test_import_a_form_as_mail_is_refused_before_anything_is_taken(context, eml, fed, form):
    with pytest.raises(ConfigError, match="不是邮件") as caught:
        import_mail(context, [eml(), fed("推荐表.docx", form())], "public")
    with context.read() as tx:
        assert (tx.arrivals.rows(), "--work" in caught.value.mend) == ([], True)


def test_import_noise_as_mail_ends_as_unreadable(context, walk, told, fed):
    import_mail(context, [fed("a.eml", b"\x01\x02\x03" * 999)], "public")
    assert told(walk(context)) == [("unreadable", [])]


# --- a zip of mails, Outlook's mails


def test_import_a_webmails_export_takes_every_mail_in_the_zip(contest, context, tmp_path):
    mails = [(f"导出/{n}.eml", mail_bytes(contest.mail())) for n in (2, 1)]
    path = make_zip(tmp_path / "export.zip", [*mails, ("说明.txt", b"hello")])
    assert import_mail(context, [path], "public") == Fed(2, 0)
    with context.read() as tx:
        assert [row["received_at"] is not None for row in tx.arrivals.rows()] == [True, True]


def test_import_a_zip_again_knows_its_mails(contest, context, tmp_path):
    path = make_zip(tmp_path / "export.zip", [("1.eml", mail_bytes(contest.mail()))])
    import_mail(context, [path], "public")
    assert import_mail(context, [path], "public") == Fed(0, 1)


def test_import_a_zip_without_mail_is_refused(context, tmp_path):
    with pytest.raises(ConfigError, match=r"里没有 \.eml 邮件"):
        import_mail(context, [make_zip(tmp_path / "a.zip", [("表.docx", b"PK")])], "public")


def test_import_of_a_zip_with_a_broken_mail_takes_the_others_and_says_so(contest, context, tmp_path):
    mails = [(f"{n}.eml", mail_bytes(contest.mail())) for n in (1, 2)]
    path = with_wrong_crc(make_zip(tmp_path / "a.zip", mails), tmp_path / "b.zip")
    fed = import_mail(context, [path], "public")
    assert (fed.new, len(fed.troubles)) == (1, 1)


def test_import_a_zip_of_more_than_the_bounds_allow_says_so(contest, tmp_path):
    path = make_zip(tmp_path / "a.zip", [(f"{n}.eml", mail_bytes(contest.mail())) for n in range(4)])
    with contest.open("[analysis]\nmax_archive_members = 3\n") as context:
        fed = import_mail(context, [path], "public")
    assert (fed.new <= 3, len(fed.troubles)) == (True, 1)


@pytest.fixture
def outlook(tmp_path, form):
    """A mail with a form as Outlook saves it."""
    headers = (
        "Received: from mx by mx.163.com; Tue, 8 Oct 2024 12:00:00 +0800\r\n"
        "From: a@qq.com\r\nSubject: hello\r\nMessage-ID: <m1@qq.com>\r\n"
    )
    files = [("自荐表.docx", form("茶叶里的化学", "自荐表"))]
    return make_msg(tmp_path / "来信.msg", headers=headers, text="请查收", attachments=files)


def test_import_a_mail_saved_by_outlook_opens_a_work(context, walk, told, outlook):
    assert import_mail(context, [outlook], "public") == Fed(1, 0)
    assert told(walk(context)) == [("work", ["P2024-0001"])]
    with context.read() as tx:
        row = tx.arrivals.row(1)
    assert (row["message_id"], row["received_at"]) == ("m1@qq.com", dt.datetime(2024, 10, 8, 4, tzinfo=dt.UTC))


def test_import_a_mail_saved_by_outlook_again_knows_it(context, outlook):
    import_mail(context, [outlook], "public")
    assert import_mail(context, [outlook], "public") == Fed(0, 1)


def test_import_keeps_the_file_that_outlook_saved(context, outlook):
    import_mail(context, [outlook], "public")
    with context.read() as tx:
        raw = context.store.path(tx.arrivals.row(1)["raw_sha256"]).read_bytes()
    original = raw.split()[1].decode()
    assert context.store.path(original).read_bytes() == outlook.read_bytes()


def test_import_a_damaged_mail_of_outlook_says_so(context, outlook):
    outlook.write_bytes(outlook.read_bytes()[:2000])
    fed = import_mail(context, [outlook], "public")
    assert (fed.new, fed.known) == (0, 0)
    assert "另存为 .eml" in "".join(fed.troubles)


# --- files


def test_import_a_file_becomes_a_material_of_its_work(opened, walk, fed, shell, told):
    assert import_files(opened, [fed("成片.mp4", shell)], "R2024-0001") == Fed(1, 0)
    assert told(walk(opened))[-1] == ("supplement", ["R2024-0001"])
    assert materials(opened) == [
        ("推荐表.docx", "attachment", "form", True),
        ("成片.mp4", "manual", "video", True),
    ]


def test_import_an_archive_brings_what_lies_in_it_as_put_in_by_hand(opened, walk, fed, shell, tmp_path):
    path = make_zip(tmp_path / "补.zip", [("成片.mp4", shell)])
    import_files(opened, [path], "R2024-0001")
    assert materials(walk(opened))[1:] == [
        ("补.zip", "manual", "other", True),
        ("成片.mp4", "manual", "video", True),
    ]


def test_import_a_file_again_knows_it(opened, fed, shell):
    path = fed("成片.mp4", shell)
    assert [import_files(opened, [path], "R2024-0001") for _ in range(2)] == [Fed(1, 0), Fed(0, 1)]


def test_import_takes_a_number_as_people_type_it(opened, fed, shell):
    assert import_files(opened, [fed("成片.mp4", shell)], " r2024-0001 ") == Fed(1, 0)


def test_import_for_a_work_that_is_not_there_is_refused(opened, fed, shell):
    with pytest.raises(ConfigError, match="R2024-0009"):
        import_files(opened, [fed("成片.mp4", shell)], "R2024-0009")


def test_import_a_folder_as_a_file_is_refused(opened, tmp_path):
    with pytest.raises(ConfigError, match="不是文件"):
        import_files(opened, [tmp_path], "R2024-0001")


def test_import_by_hand_after_the_deadline_does_not_make_a_work_late(contest, opened, walk, fed, shell):
    with opened.read() as tx:
        before = tx.works.row("R2024-0001")["received_at"]
    contest.clock.now += dt.timedelta(days=30)
    import_files(opened, [fed("成片.mp4", shell)], "R2024-0001")
    walk(opened)
    with opened.read() as tx:
        found = {f.rule: f.outcome.value for f in tx.works.findings(["R2024-0001"])["R2024-0001"]}
        assert (found["deadline"], tx.works.row("R2024-0001")["received_at"]) == ("pass", before)


def test_import_of_the_only_film_by_hand_gives_the_work_no_time(contest, context, walk, fed, shell):
    contest.post(files=[("扫描件.pdf", b"%PDF-1.4")])
    walk(context)
    import_files(context, [fed("成片.mp4", shell)], "R2024-0001")
    walk(context)
    with context.read() as tx:
        assert tx.load(["R2024-0001"], "")["R2024-0001"].received_at is None


def test_import_is_never_answered(opened, walk, fed, shell):
    before = len(walk(opened).tally.troubles)
    import_files(opened, [fed("成片.mp4", shell)], "R2024-0001")
    walk(opened)
    with opened.read() as tx:
        assert (tx.arrivals.row(2)["may_reply"], len(tx.letters.rows()), before) == (False, 1, 0)


def test_import_that_failed_is_tried_again_from_its_file(opened, walk, fed, shell, told):
    import_files(opened, [fed("成片.mp4", shell)], "R2024-0001")
    with opened.begin() as tx:
        for _ in range(3):
            tx.arrivals.failed(2, "bug")
        tx.arrivals.again([2])
    assert told(walk(opened))[-1] == ("supplement", ["R2024-0001"])
