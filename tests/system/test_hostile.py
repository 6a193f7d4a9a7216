"""What strangers and bad disks can do to a run: nothing but cost their own item."""

import email
import email.policy
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import zipfile
from dataclasses import replace
from email.message import EmailMessage

import openpyxl
import pytest

from ingest.demo.desk import attached, submission


def built(subject="报送作品", sender="someone@example.com", **headers):
    """A mail of the standard library's making, to be filled."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, "kepuchuwsp@126.com", subject
    mail["Message-ID"] = f"<{abs(hash((subject, sender)))}@example.com>"
    for name, value in headers.items():
        mail[name] = value
    mail.set_content("请查收")
    return mail


def cells_of(path):
    """Every cell of a workbook that holds something, with its type."""
    book = openpyxl.load_workbook(path)
    found = [(cell.value, cell.data_type) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value]
    book.close()
    return found


def outcomes(place):
    return [record["outcome"] for record in place.export("messages")]


def test_lines_that_end_in_lf_and_in_crlf_give_the_same(demo, undisturbed, a_place, netdisk, tmp_path):
    """What other programs do to the mails of a Maildir: every line of text ends in LF."""
    name, box = "public", demo.contest.mailboxes["public"]
    for part in ("tmp", "new", "cur"):
        (tmp_path / "lf" / part).mkdir(parents=True)
    for path in (box / "new").iterdir():
        (tmp_path / "lf" / "new" / path.name).write_bytes(path.read_bytes().replace(b"\r\n", b"\n"))
    boxes = {name: tmp_path / "lf", "recommended": demo.contest.mailboxes["recommended"]}
    place = a_place({box: f"maildir:{path}" for box, path in boxes.items()}, **netdisk)
    place.good("run")
    shown = {record["id"]: record for record in map(json.loads, undisturbed.exports["works"].splitlines())}
    assert {record["id"]: record for record in place.export("works")} == shown


def test_a_mail_with_five_hundred_files(town, a_place):
    files = [attached(f"图{number:03}.txt", b"%d" % number) for number in range(500)]
    town.send(town.entries.tea, [town.form(town.entries.tea), *files])
    place = a_place(town.urls)
    place.good("run")
    (mail,) = place.export("messages")
    assert (mail["outcome"], len(mail["parts"])) == ("work", 501)


def test_a_mail_with_thirty_megabytes_of_html(town, a_place):
    mail = built()
    mail.add_alternative("<p>" + "一二三四五 <a href='https://example.com/x'>看</a></p>" * 500_000, subtype="html")
    town.drop(mail.as_bytes())
    place = a_place(town.urls)
    place.good("run")
    assert outcomes(place) == ["not-a-submission"]


@pytest.mark.parametrize(
    "name",
    ["../../../etc/cron.d/evil.docx", "..\\..\\evil.docx", "/root/evil.docx", "evil\x00.docx", "..", "~/.ssh/x.docx"],
)
def test_a_name_that_climbs_out_stays_in_its_folder(town, a_place, name):
    town.send(town.entries.tea, [replace(town.form(town.entries.tea), name=name, naming="rfc2231")])
    place = a_place(town.urls)
    before = sorted(p.name for p in place.folder.iterdir())
    place.good("run")
    ((material,),) = [work["materials"] for work in place.export("works")]
    assert "/" not in material["name"]
    assert (place.share / material["path"]).resolve().is_relative_to(place.share / "works")
    assert sorted(p.name for p in place.folder.iterdir()) == sorted({*before, "root", "share"})


def test_members_of_an_archive_that_climb_out_stay_inside_it(town, a_place):
    path = town.folder / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../evil.txt", b"x")
        archive.writestr("/abs.txt", b"y")
        archive.write(town.desk.form(town.entries.tea), "表.docx")
    town.send(town.entries.tea, [attached("all.zip", path)])
    place = a_place(town.urls)
    place.good("run")
    (mail,) = place.export("messages")
    assert mail["outcome"] == "work"
    assert [p for p in place.folder.parent.rglob("*") if p.name in ("evil.txt", "abs.txt")] == []


TITLE = '=HYPERLINK("http://evil.example.com","点我")'


def test_a_title_that_is_a_formula_is_text_in_the_workbook(town, a_place):
    town.send(replace(town.entries.tea, title=TITLE, author="+cmd|' /C calc'!A0"), subject="=1+1")
    place = a_place(town.urls)
    place.good("run")
    found = cells_of(place.workbook)
    assert TITLE in [value for value, _ in found]
    assert [value for value, kind in found if kind == "f"] == []


def test_a_title_that_is_a_formula_is_quoted_in_csv(town, a_place):
    town.send(replace(town.entries.tea, title=TITLE))
    place = a_place(town.urls)
    place.good("run")
    lines = place.good("export", "works", "--format", "csv").splitlines()
    assert "'=HYPERLINK" in lines[1]


def test_html_in_a_title_and_a_subject_is_text_on_the_pages(town, a_place):
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    town.send(replace(town.entries.tea, title=evil, author=evil), subject=f"{evil}《{evil}》")
    place = a_place(town.urls)
    place.good("run")
    pages = [path.read_text("utf-8") for path in place.share.rglob("*.html")]
    assert len(pages) == 3
    assert [word for page in pages for word in ("<script>alert", "<img src=x") if word in page] == []


def test_html_in_a_title_is_text_in_the_letter(town, a_place):
    town.send(replace(town.entries.tea, title="<script>alert(1)</script>"))
    place = a_place(town.urls)
    place.good("run")
    (draft,) = (place.reports / "回信").glob("*.eml")
    mail = email.message_from_bytes(draft.read_bytes(), policy=email.policy.default)
    assert "<script>" not in mail.get_body(("html",)).get_content()


def test_a_sender_who_writes_header_lines_into_the_subject_gets_no_header_of_theirs(town, a_place):
    town.send(
        town.entries.tea, subject="作品\r\nBcc: all@example.com\r\n\r\nbody", message_id="x\r\nBcc: all@example.com"
    )
    place = a_place(town.urls)
    place.kepu("run")
    for draft in (place.reports / "回信").glob("*.eml"):
        assert b"\nBcc:" not in draft.read_bytes()


def test_noise_of_any_kind_ends_somewhere(town, a_place):
    chance = random.Random(163)
    good = (town.boxes["public"] / "new") / town.desk.post(
        "public", submission(town.entries.tea, town.later(), [town.form(town.entries.tea)])
    ).name
    raw = good.read_bytes()
    for _ in range(20):
        spoiled = bytearray(raw)
        for _ in range(chance.choice((1, 20, 400))):
            spoiled[chance.randrange(min(len(spoiled), 6_000))] = chance.randrange(256)
        town.drop(bytes(spoiled[: chance.randrange(len(spoiled))]))
    town.drop(b"")
    town.drop(b"\n")
    town.drop(b"\xff" * 10_000)
    place = a_place(town.urls)
    place.good("run")
    assert len(outcomes(place)) == 24
    status = json.loads(place.good("status", "--json"))
    assert [m["balanced"] for m in status["mailboxes"]] == [True, True]


def test_a_maildir_with_links_folders_and_sockets_gives_only_its_files(town, a_place, tmp_path):
    (tmp_path / "secret").write_bytes(b"From: a@example.com\r\nSubject: secret\r\n\r\nsecret\r\n")
    new = town.boxes["public"] / "new"
    (new / "1728000000.M1.link").symlink_to(tmp_path / "secret")
    (new / "1728000000.M2.folder").mkdir()
    os.mkfifo(new / "1728000000.M3.pipe")
    town.send(town.entries.tea)
    place = a_place(town.urls)
    place.good("run")
    assert outcomes(place) == ["work"]


def with_files_of_at_most(size):
    """For a process about to start: it can write no larger file, as on a disk that is full."""

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


@pytest.fixture
def full():
    """full(place, bytes): a run that can write no file larger than that, as on a full disk."""

    def run(place, size):
        return subprocess.run(
            [*place.command, "run"],
            cwd=place.folder,
            env=place.environ,
            text=True,
            capture_output=True,
            preexec_fn=with_files_of_at_most(size),
        )

    return run


def test_a_disk_that_is_full_stops_the_run_and_the_next_one_finishes(at_demo, undisturbed, full):
    done = full(at_demo, 2_000_000)
    assert "Traceback" not in done.stdout + done.stderr
    assert (done.returncode, "处理办法" in done.stderr) == (1, True)
    at_demo.good("run")
    assert at_demo.exports() == undisturbed.exports


def test_a_disk_without_room_for_the_ledger_is_said_too(town, a_place, full):
    town.send(town.entries.tea)
    place = a_place(town.urls)
    done = full(place, 50_000)
    assert "Traceback" not in done.stdout + done.stderr
    assert (done.returncode, "处理办法" in done.stderr) == (1, True)
    place.good("run")
    assert [record["title"] for record in place.export("works")] == [town.entries.tea.title]


def test_a_file_the_store_lost_costs_only_its_work(two_works):
    digests = {record["id"]: record["materials"][0]["sha256"] for record in two_works.export("works")}
    lost = digests["P2024-0001"]
    (two_works.root / "store" / lost[:2] / lost).unlink()
    shutil.rmtree(two_works.share / "works")
    done = two_works.kepu("report")
    assert (done.code, "P2024-0001" in done.err) == (1, True)
    (folder,) = (two_works.share / "works").glob("R2024-0001 *")
    assert len([path for path in folder.iterdir() if path.name[0] != "."]) == 2
