"""Mail and files that people feed in by hand."""

import datetime as dt
import mailbox as mailboxes

import pytest

from ingest.demo.archives import make_zip
from ingest.demo.mails import mail_bytes, write_mail
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
