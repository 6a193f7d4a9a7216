"""A contest made small: two Maildirs, the shipped config over them, a clock that stands, and mail to put in."""

import datetime as dt
import itertools
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ingest.batch import open_context
from ingest.config import load
from ingest.demo.forms import make_form
from ingest.demo.mails import Attachment, Mail, deliver_maildir, mail_bytes
from ingest.demo.videos import make_video
from ingest.ledger.works import Candidate
from ingest.model import Arrival, Kind, Part, PartSource, Stage
from ingest.stages.assemble import assemble
from ingest.stages.extract import extract
from ingest.stages.fetch import fetch
from ingest.stages.parse import parse
from ingest.stages.reply import reply
from ingest.stages.review import review
from ingest.stages.scan import scan
from ingest.unpack import unpack
from ingest.workers import Workers
from parsers.facts import FieldValue, FormFacts

CHINA = dt.timezone(dt.timedelta(hours=8))
NOON = dt.datetime(2024, 10, 8, 12, tzinfo=CHINA)
ADDRESSES = {"recommended": "kepuwsp@163.com", "public": "kepuchuwsp@126.com"}
STAGES = (fetch, extract, scan, unpack, parse, assemble, review, reply)

CONFIG = """\
[[mailboxes]]
name = "recommended"
track = "recommended"
address = "kepuwsp@163.com"
url = "maildir:信箱/推荐"
limits = { max_mail_bytes = 3_000_000 }
[[mailboxes]]
name = "public"
track = "public"
address = "kepuchuwsp@126.com"
url = "maildir:信箱/社会"
[storage]
root = "数据"
share = "共享"
reserve_bytes = 0
[analysis]
ocr = {ocr}
watch = {watch}
"""

SHELL = b"\0\0\0\x18ftypisom\0\0\2\0isomiso2"
"""The beginning of an MP4 and no more: a film by its bytes, that cannot be opened."""


class Clock:
    """Says `now`, which tests move on."""

    def __init__(self, now=NOON + dt.timedelta(days=3)):
        self.now = now

    def __call__(self):
        return self.now


@dataclass
class Contest:
    """The folders of a contest. `count` makes what is sent differ: each mail comes a minute after the last.

    ocr: whether scans are recognised, which takes seconds a page and is tested by itself; so is watch: films.
    """

    folder: Path
    clock: Clock = field(default_factory=Clock)
    count: itertools.count = field(default_factory=lambda: itertools.count(1))
    ocr: bool = False
    watch: bool = False

    def __post_init__(self):
        for where in ("推荐", "社会"):
            for box in ("tmp", "new", "cur"):
                (self.folder / "信箱" / where / box).mkdir(parents=True)
        self._write("")

    def config(self, more=""):
        """The config as loaded; `more` is TOML added to it, and what it says of [analysis] stands at its beginning."""
        self._write(more)
        return load(self.folder / "config.toml", environ={}, cwd=self.folder)

    def _write(self, more):
        text = CONFIG.replace("{ocr}", str(self.ocr).lower()).replace("{watch}", str(self.watch).lower())
        text += more.removeprefix("[analysis]\n")
        (self.folder / "config.toml").write_text(text, encoding="utf-8")

    @contextmanager
    def open(self, more=""):
        """A context to enter. Files are read in line: starting processes is what takes time, and tested elsewhere."""
        with open_context(self.config(more), clock=self.clock, environ={}) as context:
            context.workers = Workers(0)
            yield context

    def box(self, mailbox):
        """The Maildir of a mailbox."""
        return self.folder / "信箱" / {"recommended": "推荐", "public": "社会"}[mailbox]

    def mail(self, subject="请查收", *, files=(), sender="wang@kjt.example.gov.cn", to="recommended", **rest):
        """A mail, not delivered. files: (name, bytes)."""
        number = next(self.count)
        plain = {
            "sender": ("王工", sender),
            "to": ADDRESSES[to],
            "subject": subject,
            "received_at": NOON + dt.timedelta(minutes=number),
            "message_id": f"m{number}@mail.example.cn",
            "text": f"请查收，第 {number} 封。",
            "html": "none",
            "attachments": tuple(a if isinstance(a, Attachment) else Attachment(*a) for a in files),
        }
        return Mail(**(plain | rest))

    def drop(self, mail, mailbox="recommended", at=None):
        """Deliver a mail, or bytes with the time they came. Returns the file."""
        raw = mail if isinstance(mail, bytes) else mail_bytes(mail)
        return deliver_maildir(self.box(mailbox), raw, at or getattr(mail, "received_at", NOON))

    def post(self, subject="请查收", *, to="recommended", **rest):
        """Write a mail and deliver it. Returns the mail."""
        mail = self.mail(subject, to=to, **rest)
        self.drop(mail, to)
        return mail


@pytest.fixture
def contest(tmp_path):
    return Contest(tmp_path)


@pytest.fixture(scope="session")
def new_contest():
    """Makes a contest in a folder of one's choice."""
    return Contest


@pytest.fixture
def context(contest):
    with contest.open() as opened:
        yield opened


@pytest.fixture(scope="session")
def walk():
    """The stages from fetch to reply on a context; `until` names the last one done."""

    def run(context, until="reply"):
        for stage in STAGES:
            stage(context)
            if stage.__name__ == until:
                break
        return context

    return run


@pytest.fixture(scope="session")
def told():
    """What became of the mails of a context, in order: (ending or None, works)."""

    def tell(context):
        with context.read() as tx:
            works = tx.works.of_arrivals()
            return [(row["ended"], works.get(row["id"], [])) for row in tx.arrivals.rows()]

    return tell


@pytest.fixture(scope="session")
def form(tmp_path_factory):
    """The bytes of a Word form with a title."""
    made = {}
    folder = tmp_path_factory.mktemp("forms")

    def make(title="星海寻踪", kind="推荐表", **values):
        key = (title, kind, *sorted(values.items()))
        if key not in made:
            filled = {"title": title, "author": "林晚舟", "contact": "王工", "phone": "010-55550000"} | values
            made[key] = make_form(folder / f"{len(made)}.docx", kind=kind, values=filled).read_bytes()
        return made[key]

    return make


@pytest.fixture(scope="session")
def real_film(tmp_path_factory):
    """The bytes of a film of two minutes that opens."""
    return make_video(tmp_path_factory.mktemp("film") / "film.mp4", duration_s=120, size_bytes=None).read_bytes()


@pytest.fixture(scope="session")
def shell():
    return SHELL


# values for decide()


@pytest.fixture(scope="session")
def part():
    """One part; a form if it has a title."""
    ids = itertools.count(1)

    def make(name="file.bin", kind=Kind.OTHER, *, title=None, **rest):
        number = next(ids)
        if title is not None:
            rest["facts"] = FormFacts(format="docx", fields={"title": FieldValue(value=title, label="作品名称")})
        plain = {
            "size": 1000,
            "sha256": f"{number:064x}" if "url" not in rest else "",
            "format": "docx" if title is not None else "",
            "source": PartSource.CLOUD if "url" in rest else PartSource.ATTACHMENT,
        }
        return Part(number, 1, number, name, kind=kind, **(plain | rest))

    return make


@pytest.fixture(scope="session")
def arrival():
    """One mail as read."""

    def make(*parts, **rest):
        plain = {
            "id": 7,
            "mailbox": "recommended",
            "track": "recommended",
            "folder": "INBOX",
            "uidvalidity": 0,
            "uid": "1",
            "stage": Stage.PARSED,
            "size": 1000,
            "received_at": NOON,
            "from_address": "wang@kjt.example.gov.cn",
            "from_name": "王工",
            "parts": parts,
        }
        return Arrival(**(plain | rest))

    return make


@pytest.fixture(scope="session")
def work():
    """A work as decide() sees it: with form and film, unless said otherwise."""

    def make(number=1, title="星海寻踪", *, addresses=("wang@kjt.example.gov.cn",), has=None, track="recommended"):
        prefix = {"recommended": "R", "public": "P"}[track]
        kinds = frozenset({Kind.FORM, Kind.VIDEO} if has is None else has)
        return Candidate(f"{prefix}2024-{number:04d}", track, title, frozenset(addresses), kinds)

    return make
