"""The `kepu` command as people run it: on the sample contest, and on contests of a few small mails."""

import contextlib
import datetime as dt
import io
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pytest
import structlog

from ingest.cli import run
from ingest.config import REHEARSAL_VARIABLE
from ingest.demo import contest as sample_contest
from ingest.demo.desk import Desk, attached, submission
from ingest.demo.entries import Entry
from ingest.demo.maildir import deliver_maildir
from ingest.demo.netdisk import FOLDER as NETDISK
from ingest.demo.netdisk import serving
from ingest.demo.samples import ADDRESSES, CHINA, DEMO_NOW

TOP = Path(__file__).parents[2]
COMMAND = (sys.executable, "-c", "from ingest.cli import main; main()")


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str


@dataclass
class Place:
    """A folder with a config, its root and its share, where `kepu` is run in processes of its own.

    ocr: whether scans are recognised, which takes seconds a page: one run of the whole contest is enough. watch: films.
    """

    folder: Path
    urls: dict
    now: dt.datetime | None = DEMO_NOW
    extra: str = ""
    cloud: str = "on = false"
    secrets: dict = field(default_factory=dict)
    command: tuple = COMMAND
    ocr: bool = False
    watch: bool = False

    def __post_init__(self):
        self.root, self.share = self.folder / "root", self.folder / "share"
        self.reports = self.share / "reports"
        self.workbook = self.reports / "台账.xlsx"
        self.write_config()

    def write_config(self, extra=None):
        """The config: mailboxes by their urls, `extra` lines last."""
        self.extra = self.extra if extra is None else extra
        boxes = "".join(
            f'[[mailboxes]]\nname = "{name}"\ntrack = "{name}"\naddress = "{ADDRESSES[name]}"\n{how}\n'
            for name, how in self.urls.items()
        )
        storage = '[storage]\nroot = "root"\nshare = "share"\nreserve_bytes = 0'
        analysis = f"[analysis]\nocr = {str(self.ocr).lower()}\nwatch = {str(self.watch).lower()}"
        old = "[replies]\nbackfill_days = 366\n"  # the mail of a test is old when its mailbox is first read
        extra = self.extra.replace("[replies]\n", old, 1) if "[replies]\n" in self.extra else self.extra + "\n" + old
        text = f"{boxes}\n{storage}\n{analysis}\n[cloud]\n{self.cloud}\n{extra}\n"
        (self.folder / "config.toml").write_text(text, "utf-8")

    @property
    def environ(self):
        """The environment commands run in: the clock stands if `now` says where, nothing of the machine's leaks in."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith("KEPU_")}
        clock = {"KEPU_NOW": self.now.isoformat()} if self.now else {}
        return kept | {"PYTHONPATH": str(TOP), **clock, **self.secrets}

    def start(self, *arguments):
        """A command begun and not waited for."""
        return subprocess.Popen(
            [*self.command, *map(str, arguments)],
            cwd=self.folder,
            env=self.environ,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def kepu(self, *arguments):
        """A command waited for. Whatever it does, it shows no traceback."""
        with self.start(*arguments) as process:
            out, err = process.communicate(timeout=300)
        assert "Traceback" not in out + err
        return Done(process.returncode, out, err)

    def good(self, *arguments):
        """A command that must end well; what it printed."""
        done = self.kepu(*arguments)
        assert (done.code, done.err if done.code else "") == (0, "")
        return done.out

    def printed(self, what):
        """What `kepu export` prints. Called within this process: it only looks, and is asked for again and again."""
        out = io.StringIO()
        with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(out):
            patch.setattr(os, "environ", self.environ)
            code = run(["export", what, "--config", str(self.folder / "config.toml")])
        structlog.reset_defaults()
        assert code == 0
        return out.getvalue()

    def export(self, what):
        """Records of `kepu export`."""
        return [json.loads(line) for line in self.printed(what).splitlines()]

    def exports(self):
        """All three exports as they are printed."""
        return {what: self.printed(what) for what in ("works", "messages", "findings")}


def quoted(urls):
    """Urls as lines of a config."""
    return {name: f'url = "{url}"' for name, url in urls.items()}


@pytest.fixture(scope="session")
def places():
    """The class of places, for those that last longer than a test."""
    return Place


@pytest.fixture
def a_place(tmp_path):
    """Makes places: a_place({"recommended": "maildir:…"}, "name of its folder")."""

    def make(urls, name="place", **more):
        folder = tmp_path / name
        folder.mkdir()
        return Place(folder, quoted(urls), **more)

    return make


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """`kepu demo --small`, run once: the contest as made, how the command ended, and the place it made.

    Its scans are not recognised: that is another run's business (test_recognised).
    """
    folder = tmp_path_factory.mktemp("demo") / "样例"
    made, make = [], sample_contest.make_contest

    def kept(*arguments, **named):
        made.append(make(*arguments, **named))
        return made[0]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sample_contest, "make_contest", kept)
        patch.setattr(sample_contest, "_CONFIG", f"{sample_contest._CONFIG}\n[analysis]\nocr = false\nwatch = false\n")
        code = run(["demo", str(folder), "--small"])
    return SimpleNamespace(contest=made[0], code=code, folder=folder, share=folder / "共享", root=folder / "数据")


@pytest.fixture(scope="session")
def netdisk(demo):
    """Where the sample contest's links lead, for runs in processes of their own: what makes a place reach it."""
    with serving(demo.folder / NETDISK) as rehearsal:
        table = f'[cloud.rehearsal]\nserver = "{rehearsal.server}"\nca = "{rehearsal.ca}"'
        yield {"cloud": table, "secrets": {REHEARSAL_VARIABLE: rehearsal.server}}


@pytest.fixture
def at_demo(demo, a_place, netdisk):
    """A place of its own whose mailboxes are the sample contest's."""
    return a_place({name: f"maildir:{box}" for name, box in demo.contest.mailboxes.items()}, **netdisk)


@pytest.fixture(scope="session")
def undisturbed(demo, netdisk, tmp_path_factory):
    """A place where the sample contest was run in one go, and its exports."""
    urls = {name: f"maildir:{box}" for name, box in demo.contest.mailboxes.items()}
    place = Place(tmp_path_factory.mktemp("undisturbed"), quoted(urls), **netdisk)
    place.good("run")
    return SimpleNamespace(place=place, exports=place.exports())


# --- small contests


STARS = Entry("gdkjt", 1, "星海寻踪", "林晚舟", "广东星野科普传播中心", "广东省科学技术厅")
TEA = Entry("songyu", 22, "茶叶里的化学", "宋雨桐", "独立创作者", citizen=True)


class Town:
    """Two Maildirs and what it takes to fill them."""

    def __init__(self, folder, sent=0):
        self.folder = folder
        self.boxes = {name: folder / name for name in ADDRESSES}
        for box in self.boxes.values():
            for part in ("tmp", "new", "cur"):
                (box / part).mkdir(parents=True, exist_ok=True)
        (folder / "scratch").mkdir(exist_ok=True)
        self.desk = Desk(folder / "scratch", self.boxes, True)
        self.entries = SimpleNamespace(stars=STARS, tea=TEA)
        self._at = dt.datetime(2024, 10, 8, 9, 0, tzinfo=CHINA) + dt.timedelta(hours=sent)

    @property
    def urls(self):
        """For a place's config."""
        return {name: f"maildir:{box}" for name, box in self.boxes.items()}

    def later(self):
        """A moment an hour after the last one."""
        self._at += dt.timedelta(hours=1)
        return self._at

    def form(self, entry):
        """The entry's form as an attachment."""
        return attached(f"{entry.title}-{entry.form}.docx", self.desk.form(entry))

    def scan(self, entry):
        """The entry's scan as an attachment whose name says nothing of its title."""
        return attached("自荐表盖章扫描件.pdf", self.desk.scan(entry))

    def send(self, entry, files=None, **habits):
        """Deliver an entry: its form, or the files given. Returns the mail."""
        mail = submission(entry, self.later(), [self.form(entry)] if files is None else files, **habits)
        self.desk.post("recommended" if entry.recommender else "public", mail)
        return mail

    def drop(self, raw, mailbox="public"):
        """Deliver bytes."""
        return deliver_maildir(self.boxes[mailbox], raw, self.later())


@pytest.fixture(scope="session")
def two_works_made(tmp_path_factory):
    """A small contest, and a place where its two works were taken in."""
    folder = tmp_path_factory.mktemp("two")
    town = Town(folder / "town")
    town.send(STARS)
    town.send(TEA)
    (folder / "place").mkdir()
    Place(folder / "place", quoted(town.urls)).good("run")
    return folder


@pytest.fixture(scope="session")
def two_works_at(two_works_made):
    """two_works_at(folder): a copy of that contest and its place in a folder of its own."""

    def copy(folder):
        shutil.copytree(two_works_made / "town", folder / "town")
        town = Town(folder / "town", sent=2)
        (folder / "place").mkdir()
        place = Place(folder / "place", quoted(town.urls))
        for part in ("root", "share"):
            shutil.copytree(two_works_made / "place" / part, place.folder / part)
        return town, place

    return copy


@pytest.fixture
def both(two_works_at, tmp_path):
    """A small contest of two works and a place where they were taken in."""
    return two_works_at(tmp_path)


@pytest.fixture
def town(tmp_path, request):
    """A small contest, empty yet; where `two_works` is asked for, the one with those two."""
    return request.getfixturevalue("both")[0] if "two_works" in request.fixturenames else Town(tmp_path / "town")


@pytest.fixture
def two_works(both):
    """A place where two small works were taken in: R2024-0001 and P2024-0001."""
    return both[1]
