"""inspect: what is in a file, as JSON for programs and as a tree for people."""

import json
import zipfile

import pytest

from ingest.demo.mails import mail_bytes
from ingest.demo.scans import make_scan
from ingest.demo.videos import make_video

MESSAGE = ["mailbox", "uid", "message_id", "received_at", "from", "subject", "outcome", "works", "reason", "parts"]


@pytest.fixture(scope="module")
def files(tmp_path_factory, form):
    """A file of each sort."""
    folder = tmp_path_factory.mktemp("files")
    (folder / "form.docx").write_bytes(form())
    make_scan(folder / "scan.pdf", kind="推荐表", values={"title": "星海寻踪"})
    make_scan(folder / "scan.jpg", kind="推荐表", values={"title": "星海寻踪"}, fmt="jpg")
    make_video(folder / "film.mp4", duration_s=2)
    with zipfile.ZipFile(folder / "all.zip", "w") as archive:
        archive.write(folder / "form.docx", "推荐表.docx")
    (folder / "empty.mp4").write_bytes(b"")
    (folder / "noise.bin").write_bytes(bytes(range(256)) * 9)
    return folder


@pytest.fixture
def inspected(kepu, files):
    """inspected(name): the record of one of those files."""
    return lambda name: json.loads(kepu("inspect", files / name, "--json").out)


@pytest.fixture
def eml(contest, files):
    """A mail with a form and an archive."""
    mail = contest.mail(
        "报送", files=[("推荐表.docx", (files / "form.docx").read_bytes()), ("全部.zip", files / "all.zip")]
    )
    (contest.folder / "mail.eml").write_bytes(mail_bytes(mail))
    return contest.folder / "mail.eml"


def test_every_record_names_its_file_first(kepu, files):
    names = ["form.docx", "scan.pdf", "scan.jpg", "film.mp4", "all.zip", "empty.mp4", "noise.bin"]
    done = kepu("inspect", *(files / name for name in names), "--json")
    records = [json.loads(line) for line in done.out.splitlines()]
    assert [next(iter(record.items())) for record in records] == [("file", str(files / name)) for name in names]


def test_a_mail_is_a_message_without_its_fate(kepu, eml):
    record = json.loads(kepu("inspect", eml, "--json").out)
    assert list(record)[:12] == ["file", *MESSAGE, "may_reply"]
    assert (record["mailbox"], record["uid"], record["outcome"], record["works"]) == (None, None, None, None)


def test_a_mail_s_parts_are_its_files_and_what_is_in_them(kepu, eml):
    parts = json.loads(kepu("inspect", eml, "--json").out)["parts"]
    assert [(p["name"], p["kind"], p["source"], p.get("inside")) for p in parts] == [
        ("推荐表.docx", "form", "attachment", None),
        ("全部.zip", "other", "attachment", None),
        ("推荐表.docx", "form", "archive", "全部.zip"),
    ]


def test_a_form_has_its_fields(inspected):
    record = inspected("form.docx")
    assert (record["kind"], record["fields"]["title"], record["fields"]["author"]) == ("form", "星海寻踪", "林晚舟")
    assert "星海寻踪" in record["text"]


@pytest.mark.parametrize("name", ["scan.pdf", "scan.jpg"])
def test_a_scan_has_fields_text_and_seal_even_if_nobody_read_them_yet(inspected, name):
    record = inspected(name)
    assert (record["fields"], record["text"], record["seal"]) == ({}, "", None)


def test_a_film_has_its_measures(inspected):
    record = inspected("film.mp4")
    assert (record["kind"], record["container"], record["width"], record["height"]) == ("video", "mp4", 1920, 1080)
    assert round(record["duration_s"]) == 2
    assert {"display_aspect", "rotation", "size", "audio"} <= set(record)


def test_an_archive_has_its_members(inspected):
    assert [member["name"] for member in inspected("all.zip")["members"]] == ["推荐表.docx"]


def test_an_empty_file_says_what_is_wrong(inspected):
    assert inspected("empty.mp4")["reason"] == "文件为空（0 字节）"


def test_what_is_nothing_known_is_other(inspected):
    assert inspected("noise.bin")["kind"] == "other"


def test_a_file_that_is_not_there_is_said_before_anything_is_printed(kepu, files):
    done = kepu("inspect", files / "form.docx", "nowhere.docx", "--json")
    assert (done.code, done.out, "nowhere.docx" in done.err) == (2, "", True)


@pytest.mark.parametrize("name", ["form.docx", "scan.pdf", "film.mp4", "all.zip", "empty.mp4", "noise.bin"])
def test_people_get_a_tree(kepu, files, name):
    lines = kepu("inspect", files / name).out.splitlines()
    assert lines[0] == str(files / name)
    assert [line for line in lines[1:] if not line.startswith("├─ ")] == []


def test_nothing_is_written(kepu, contest, files):
    before = sorted(contest.folder.rglob("*"))
    kepu("inspect", files / "form.docx")
    assert sorted(contest.folder.rglob("*")) == before
