"""import, retry and report."""

import json
import mailbox

import pytest

from ingest.demo.mails import mail_bytes


def works_of(kepu):
    return [json.loads(line) for line in kepu("export", "works").out.splitlines()]


def mails_of(kepu):
    return [json.loads(line) for line in kepu("export", "messages").out.splitlines()]


@pytest.fixture
def saved(contest, form):
    """A mail with a form that somebody saved by hand."""
    return mail_bytes(
        contest.mail("自荐《茶叶里的化学》", files=[("表.docx", form("茶叶里的化学", "自荐表"))], to="public")
    )


def test_import_of_a_saved_mail_opens_a_work(kepu, contest, saved):
    (contest.folder / "saved.eml").write_bytes(saved)
    done = kepu("import", "saved.eml", "--mailbox", "public")
    assert (done.code, done.out.splitlines()[0]) == (0, "收入 1 件，已有 0 件。")
    assert [(work["id"], work["title"]) for work in works_of(kepu)] == [("P2024-0001", "茶叶里的化学")]


def test_import_takes_the_time_of_a_saved_mail_from_its_topmost_received(kepu, contest, saved):
    (contest.folder / "saved.eml").write_bytes(saved)
    kepu("import", "saved.eml", "--mailbox", "public")
    assert [work["received_at"] for work in works_of(kepu)] == ["2024-10-08T12:01:00+08:00"]


def test_import_of_the_same_mail_again_changes_nothing(kepu, contest, saved):
    (contest.folder / "saved.eml").write_bytes(saved)
    kepu("import", "saved.eml", "--mailbox", "public")
    before = kepu("export", "works").out
    done = kepu("import", "saved.eml", "--mailbox", "public")
    assert done.out.splitlines()[0] == "收入 0 件，已有 1 件。"
    assert kepu("export", "works").out == before


def test_import_of_an_mbox_takes_every_mail(kepu, contest, saved):
    box = mailbox.mbox(contest.folder / "saved.mbox")
    box.add(saved)
    box.add(mail_bytes(contest.mail("请问怎么报名", to="public")))
    box.close()
    done = kepu("import", "saved.mbox", "--mailbox", "public")
    assert done.out.splitlines()[0] == "收入 2 件，已有 0 件。"
    assert [record["outcome"] for record in mails_of(kepu)] == ["work", "not-a-submission"]


def test_import_of_a_maildir_takes_every_mail(kepu, contest, saved):
    box = mailbox.Maildir(contest.folder / "saved", factory=None)
    box.add(saved)
    box.close()
    assert kepu("import", "saved", "--mailbox", "public").code == 0
    assert [record["outcome"] for record in mails_of(kepu)] == ["work"]


def test_import_of_a_folder_of_mails_takes_every_mail(kepu, contest, saved):
    (contest.folder / "saved").mkdir()
    (contest.folder / "saved" / "one.eml").write_bytes(saved)
    assert kepu("import", "saved", "--mailbox", "public").code == 0
    assert [record["outcome"] for record in mails_of(kepu)] == ["work"]


def test_import_does_not_poll(kepu, contest, saved):
    contest.post("报送", files=[])
    (contest.folder / "saved.eml").write_bytes(saved)
    kepu("import", "saved.eml", "--mailbox", "public")
    assert [record["mailbox"] for record in mails_of(kepu)] == ["public"]


def test_import_of_a_file_adds_it_to_its_work(kepu, one_work):
    (one_work.folder / "扫描件.pdf").write_bytes(b"%PDF-1.4\nno more\n%%EOF")
    done = kepu("import", "扫描件.pdf", "--work", "R2024-0001")
    (work,) = works_of(kepu)
    added = [m for m in work["materials"] if m["source"] == "manual"]
    assert (done.code, [m["name"] for m in added]) == (0, ["扫描件.pdf"])


def test_import_of_a_file_puts_it_into_the_folder_of_its_work(kepu, one_work):
    (one_work.folder / "补充说明.txt").write_bytes("说明".encode())
    kepu("import", "补充说明.txt", "--work", "R2024-0001")
    assert [m["name"] for m in works_of(kepu)[0]["materials"]] == ["推荐表.docx", "补充说明.txt"]


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("x.eml",), "--mailbox"),
        (("x.eml", "--mailbox", "public", "--work", "R2024-0001"), "--mailbox"),
        (("x.eml", "--mailbox", "nobody"), "nobody"),
        (("nowhere.eml", "--mailbox", "public"), "nowhere.eml"),
        (("x.eml", "--work", "R2024-0099"), "R2024-0099"),
        (("nowhere.pdf", "--work", "R2024-0001"), "nowhere.pdf"),
    ],
)
def test_import_that_cannot_be_done_says_what_is_wrong(kepu, one_work, arguments, word):
    (one_work.folder / "x.eml").write_bytes(b"Subject: x\r\n\r\nx")
    before = kepu("export", "messages").out
    done = kepu("import", *arguments)
    assert (done.code, word in done.err, "处理办法" in done.err) == (2, True, True)
    assert kepu("export", "messages").out == before


def test_retry_takes_up_what_was_set_aside(kepu, contest, form, monkeypatch):
    contest.post("报送", files=[("推荐表.docx", form())])

    def fail(*_, **__):
        raise ValueError("of ours")

    with monkeypatch.context() as broken:
        broken.setattr("ingest.ledger.arrivals.Arrivals.extracted", fail)
        codes = [kepu("run").code for _ in range(3)]
    assert codes == [1, 1, 1]
    assert [record["outcome"] for record in mails_of(kepu)] == ["quarantined"]
    done = kepu("retry")
    assert (done.code, done.out.splitlines()[0]) == (0, "重新处理 1 封邮件。")
    assert [record["outcome"] for record in mails_of(kepu)] == ["work"]


def test_retry_of_nothing_is_no_error(kepu, one_work):
    done = kepu("retry")
    assert (done.code, done.out) == (0, "没有需要重新处理的邮件。\n")


@pytest.mark.parametrize("ident", ["R2024-0001", "M", "Mx", "x"])
def test_retry_of_what_is_no_mail_says_how_mails_are_called(kepu, one_work, ident):
    done = kepu("retry", ident)
    assert (done.code, "M00012" in done.err) == (2, True)


def test_retry_leaves_a_mail_alone_that_has_become_a_work(kepu, one_work):
    before = kepu("export", "works").out
    kepu("retry", "M00001")
    assert kepu("export", "works").out == before


def test_report_makes_the_workbook_anew(kepu, one_work):
    workbook = one_work.folder / "共享/reports/台账.xlsx"
    before = workbook.stat().st_ino
    assert kepu("report").code == 0
    assert workbook.stat().st_ino != before


def test_report_does_not_poll(kepu, one_work):
    one_work.post("又一封")
    kepu("report")
    assert len(mails_of(kepu)) == 2
