"""A whole conversation over real servers: submit, receipt, answer with what is missing, 材料已齐.

Postfix takes the letters of both sides, Dovecot keeps their boxes, the command runs as people run it. docs/letters.md
holds the letters of this conversation; after a change of their words: KEPU_UPDATE_DOCS=1 pytest on this file.
"""

import datetime as dt
import email
import email.policy
import os
import re
import smtplib
from pathlib import Path

import pytest

from ingest.demo.entries import Entry, form_values
from ingest.demo.forms import make_form
from ingest.demo.mails import Attachment, Mail, mail_bytes
from ingest.demo.samples import CHINA
from ingest.demo.scans import make_proof, make_scan
from ingest.demo.videos import make_video

PAGE = Path(__file__).parents[2] / "docs" / "letters.md"
ENTRY = Entry("linwanzhou", 7, "星海寻踪", "林晚舟", "样例市天文台")
US, SHE = "kepuchuwsp@126.com", ENTRY.address
RULES = """\
[edition]
deadline = {deadline}
[rules.size]
min_bytes = 1
[rules.resolution]
min_long_px = 160
min_short_px = 90
[replies]
mode = "send"
quiet_period = "0s"
"""


class Conversation:
    """Both sides. `letters` are those that reached her, as text; `says` posts a mail of hers."""

    def __init__(self, place, dovecot, postfix, box, folder):
        self.place, self.dovecot, self.postfix, self.box, self.folder = place, dovecot, postfix, box, folder
        self.read = []

    def says(self, subject, text, *files, answering=None):
        thread = str(answering["Message-ID"]).strip().strip("<>") if answering is not None else ""
        mail = Mail(
            sender=(ENTRY.author, SHE),
            to=US,
            subject=subject,
            received_at=dt.datetime.now(CHINA),
            message_id=f"{len(self.read)}.{len(text)}@mail.example.cn",
            text=text,
            html="none",
            attachments=tuple(Attachment(name, path.read_bytes()) for name, path in files),
            in_reply_to=thread,
        )
        with smtplib.SMTP("127.0.0.1", self.postfix.port, timeout=30) as smtp:
            smtp.sendmail(SHE, [US], mail_bytes(mail))
        self.postfix.settle()

    def we_run(self):
        """One batch; then what reached her."""
        self.place.good("run")
        self.postfix.settle()
        new = sorted((self.box.maildir / "new").iterdir(), key=lambda path: path.stat().st_mtime_ns)[len(self.read) :]
        self.read += [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in new]
        return self.read[-len(new) :] if new else []


def body(letter):
    return letter.get_body(("plain",)).get_content().replace("\r\n", "\n")


@pytest.fixture(scope="module")
def said(dovecot, postfix, tmp_path_factory, places):
    """The conversation, once: what reached her after each batch."""
    folder = tmp_path_factory.mktemp("conversation")
    ours, other, hers = (dovecot.make_user(name) for name in (US, "kepuwsp@163.com", SHE))
    postfix.knows(ours, other, hers)
    deadline = dt.datetime.now(CHINA).date() + dt.timedelta(days=20)
    urls = {
        name: f'url = "{dovecot.url()}"\nuser = "{user.name}"\nsmtp = "{postfix.url}"'
        for name, user in (("recommended", other), ("public", ours))
    }
    secrets = {"KEPU_RECOMMENDED_PASSWORD": other.password, "KEPU_PUBLIC_PASSWORD": ours.password}
    place = places(folder, urls, extra=RULES.format(deadline=deadline), secrets=secrets, now=None, ocr=True)
    talk = Conversation(place, dovecot, postfix, hers, folder)
    values = form_values(ENTRY)
    film = make_video(folder / "film.mp4", duration_s=130, width=320, height=180, fps=5, title=ENTRY.title)
    form = make_form(folder / "form.docx", kind=ENTRY.form, values=values)
    scan = make_scan(folder / "scan.pdf", kind=ENTRY.form, values=values, seal=ENTRY.seal)
    proof = make_proof(folder / "proof.jpg", title=ENTRY.title, platform=ENTRY.platform, shown_on=ENTRY.shown)
    rounds = []
    talk.says("自荐作品《星海寻踪》", "您好，现报送作品，请查收。", ("星海寻踪.mp4", film), ("自荐表.docx", form))
    rounds.append(talk.we_run())
    rounds.append(talk.we_run())
    talk.says(
        "回复：" + str(rounds[0][0]["Subject"]), "补上盖章的扫描件和播放证明。",
        ("自荐表扫描件.pdf", scan), ("播放证明.jpg", proof), answering=rounds[0][0],
    )  # fmt: skip
    rounds.append(talk.we_run())
    talk.says("谢谢", "收到，谢谢！", answering=rounds[2][0] if rounds[2] else None)
    rounds.append(talk.we_run())
    return rounds, place


def test_every_batch_says_what_is_new_and_nothing_twice(said):
    assert [len(letters) for letters in said[0]] == [1, 0, 1, 0]


def test_receipt_names_work_and_what_is_missing(said):
    text = body(said[0][0][0])
    assert ("P20" in said[0][0][0]["Subject"], "缺扫描件" in text, "未收到播放证明" in text) == (True, True, True)


def test_last_letter_says_that_all_is_there(said):
    assert "电子材料已齐，无需再补充。" in body(said[0][2][0])


def test_letters_stand_in_her_thread(said):
    first, last = said[0][0][0], said[0][2][0]
    assert (bool(first["In-Reply-To"]), str(first["Message-ID"]).strip() in str(last["References"])) == (True, True)


def test_letters_say_that_they_are_automatic(said):
    assert {letter["Auto-Submitted"] for letters in said[0] for letter in letters} == {"auto-replied"}


def test_list_of_replies_shows_both_as_sent(said):
    out = said[1].good("replies", "list")
    assert ("共 2 封：已发送 2" in out, "补件回执" in out) == (True, True)


def settled(text):
    """A letter's words without what differs from day to day."""
    text = re.sub(r"\d{4}年\d{1,2}月\d{1,2}日(?: \d{2}:\d{2}|24时)", "某年某月某日", text)
    return re.sub(r"[0-9.]+ [KM]B", "若干 KB", text)


def test_page_of_letters_is_what_was_said(said):
    letters = [letters[0] for letters in (said[0][0], said[0][2])]
    blocks = "\n".join(
        f"## {name}\n\n主题：{letter['Subject']}\n\n```text\n{settled(body(letter))}```\n"
        for name, letter in zip(("收件回执", "补件回执"), letters, strict=True)
    )
    if os.environ.get("KEPU_UPDATE_DOCS"):
        head = PAGE.read_text("utf-8").partition("## 收件回执")[0] if PAGE.exists() else "# 回信样例\n\n"
        PAGE.write_text(head + blocks, "utf-8")
    assert PAGE.read_text("utf-8").endswith(blocks)
