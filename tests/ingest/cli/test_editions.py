"""Another edition is a config and nothing else: the examples, each run on mails of its own."""

import datetime as dt
import io
import json
import re
from email import message_from_bytes, policy
from pathlib import Path

import docx
import openpyxl
import pytest

from ingest.config import load
from ingest.demo.mails import Attachment, Mail, deliver_maildir, mail_bytes
from ingest.demo.videos import make_video

EXAMPLES = Path(__file__).parents[3] / "examples"
NAMES = sorted(path.stem for path in EXAMPLES.glob("*.toml"))


@pytest.fixture(scope="session")
def short_film(tmp_path_factory):
    """A film of a minute and a half: too short for the shipped edition."""
    return make_video(tmp_path_factory.mktemp("film") / "film.mp4", duration_s=90, size_bytes=None).read_bytes()


def table_form(title, rows):
    """A Word form of that title, a label and its value a row."""
    document = docx.Document()
    document.add_paragraph(title)
    table = document.add_table(rows=0, cols=2)
    for label, value in rows.items():
        cells = table.add_row().cells
        cells[0].text, cells[1].text = label, value
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


class Edition:
    """An example at work: its mailboxes are Maildirs, all else is as it stands in the file."""

    def __init__(self, name, folder, kepu, now):
        self.folder, self.kepu = folder, kepu
        self.plain = load(EXAMPLES / f"{name}.toml", environ={}, cwd=folder)
        text = (EXAMPLES / f"{name}.toml").read_text(encoding="utf-8")
        text = re.sub(r'\ntrack = "(\w+)"(\naddress = .*\n)url = .*\n', r'\ntrack = "\1"\2url = "maildir:\1"\n', text)
        text = re.sub(r"\nsmtp = .*", "", text)
        text = text.replace("[storage]\n", "[storage]\nreserve_bytes = 0\n") + "\n[analysis]\nocr = false\n"
        self.file = folder / "edition.toml"
        self.file.write_text(text, encoding="utf-8")
        self.now, self.count = now, 0
        for mailbox in self.plain.mailboxes:
            for box in ("tmp", "new", "cur"):
                (folder / mailbox.name / box).mkdir(parents=True)

    def send(self, mailbox, subject, *files):
        """A mail with these (name, bytes)."""
        self.count += 1
        mail = Mail(
            sender=("王工", f"w{self.count}@example.gov.cn"),
            to=next(m.address for m in self.plain.mailboxes if m.name == mailbox),
            subject=subject,
            received_at=self.now,
            message_id=f"m{self.count}@example.gov.cn",
            text="请查收。",
            html="none",
            attachments=tuple(Attachment(*file) for file in files),
        )
        deliver_maildir(self.folder / mailbox, mail_bytes(mail), self.now)

    def run(self):
        done = self.kepu("run", "--config", self.file)
        assert done.code == 0, done.out + done.err
        return self

    def works(self):
        """The exported works by id."""
        lines = self.kepu("export", "works", "--config", self.file).out.splitlines()
        return {work["id"]: work for work in map(json.loads, lines)}

    def outcomes(self, work):
        return {found["rule"]: (found["outcome"], found["evidence"]) for found in self.works()[work]["findings"]}

    def share(self):
        return self.folder / self.plain.storage.root.name / "share"

    def letters(self):
        """The texts of all drafts."""
        files = sorted((self.share() / "reports" / "回信").rglob("*.eml"))
        mails = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
        return [mail["subject"] + "\n" + mail.get_body(("plain",)).get_content() for mail in mails]


@pytest.fixture
def edition(tmp_path, kepu, monkeypatch):
    """edition(name, now): that example at work at that time."""

    def make(name, now):
        moment = dt.datetime.fromisoformat(now)
        monkeypatch.setenv("KEPU_NOW", (moment + dt.timedelta(hours=1)).isoformat())
        return Edition(name, tmp_path, kepu, moment)

    return make


@pytest.fixture
def province(edition, short_film):
    """The province's round with a work from a town and one from a citizen."""
    made = edition("province", "2025-04-01T10:00:00+08:00")
    people = {"主创人员": "林晚舟", "联系人": "王工", "联系电话": "0800-5550111"}
    rows = {"节目名称": "云岭的雪豹", "作品简介": "雪豹。", **people}
    unit = table_form("2025年云岭省科普微视频报送表", rows | {"报送单位": "云岭市科技局", "报送单位意见": "同意报送"})
    made.send("unit", "报送《云岭的雪豹》", ("报送表.docx", unit), ("雪豹.mp4", short_film))
    made.send("citizen", "投稿《茶山》", ("报名表.docx", table_form("科普微视频报名表", rows | {"节目名称": "茶山"})))
    return made.run()


@pytest.mark.parametrize("name", NAMES)
def test_example_is_a_config_without_a_fault(name, tmp_path):
    config = load(EXAMPLES / f"{name}.toml", environ={}, cwd=tmp_path)
    assert config.edition.year == 2025


@pytest.mark.parametrize("name", NAMES)
def test_check_finds_nothing_wrong_but_mailboxes_that_are_not_there(name, edition):
    made = edition(name, "2025-06-10T10:00:00+08:00")
    text = made.file.read_text(encoding="utf-8").replace('mode = "approve"', 'mode = "preview"')
    made.file.write_text(text, encoding="utf-8")  # without a mail server nothing can be sent
    done = made.kepu("check", "--config", made.file)
    assert (done.code, [line for line in done.out.splitlines() if line.startswith("[不通过]")]) == (0, [])


def test_provinces_works_have_its_prefixes(province):
    assert {work: record["title"] for work, record in province.works().items()} == {
        "Y2025-0001": "云岭的雪豹",
        "M2025-0001": "茶山",
    }


def test_provinces_bounds_are_judged(province):
    found = province.outcomes("Y2025-0001")
    assert found["duration"][0] == "pass"
    assert (found["size"][0], "100～200 MB" in found["size"][1] or "200" in found["size"][1]) == ("fail", True)
    assert "proof" not in found


def test_provinces_fields_and_units_are_known(province):
    found = province.outcomes("Y2025-0001")
    assert (found["form-kind"][0], found["form-fields"][0]) == ("pass", "pass")
    assert found["endorsement"][1].startswith("报送单位意见已填写")
    assert province.works()["Y2025-0001"]["recommender"] == "云岭市科技局"
    assert found["quota"] == ("pass", found["quota"][1])


def test_provinces_workbook_has_its_sheets(province):
    book = openpyxl.load_workbook(province.share() / "reports" / "台账.xlsx", read_only=True)
    assert [name for name in ("市州报送", "公众投稿", "推荐作品", "社会征集") if name in book.sheetnames] == [
        "市州报送",
        "公众投稿",
    ]
    words = {str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell}
    book.close()
    assert [word for word in words if "社会征集" in word or "计划单列市" in word] == []


def test_provinces_letters_speak_of_its_round(province):
    letters = province.letters()
    assert len(letters) == 2
    assert all("2025年云岭省科普微视频评选" in letter and "0800-5550100" in letter for letter in letters)
    assert not any("全国" in letter or "科学技术文献出版社" in letter for letter in letters)


def test_one_mailbox_is_enough(edition, short_film):
    made = edition("one-mailbox", "2025-06-10T10:00:00+08:00")
    rows = {"作品名称": "溪", "第一作者": "林晚舟", "联系人": "王工", "联系电话": "0800-5550111", "作品简介": "溪水。"}
    made.send("entries", "申报《溪》", ("申报表.docx", table_form("科普短片申报表", rows)), ("溪.mp4", short_film))
    made.run()
    assert list(made.works()) == ["QX2025-0001"]
    outcomes = {rule: outcome for rule, (outcome, _) in made.outcomes("QX2025-0001").items()}
    assert (outcomes["materials"], outcomes["form-fields"], outcomes["size"]) == ("pass", "pass", "fail")
    assert outcomes.keys().isdisjoint({"scan-seal", "quota", "aspect", "one-track", "proof"})


def test_one_mailbox_takes_what_comes_until_its_hour(edition):
    made = edition("one-mailbox", "2025-06-30T20:30:00+08:00")
    form = table_form("科普短片申报表", {"作品名称": "溪", "联系人": "王工"})
    made.send("entries", "申报《溪》", ("申报表.docx", form))
    made.run()
    assert made.outcomes("QX2025-0001")["deadline"][0] == "fail"
