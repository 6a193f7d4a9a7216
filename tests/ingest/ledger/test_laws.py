"""The laws of the ledger, whatever is delivered, whatever is taken away, whenever a run is killed."""

import datetime as dt
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule, run_state_machine_as_test

from ingest.demo.rars import make_rar
from ingest.demo.zips import Sheet, write_zip

TITLES = ("星海寻踪", "深海来信", "星海寻踪记")
SENDERS = ("wang@kjt.example.gov.cn", "li@kjt.example.gov.cn", "someone@qq.com")
BOXES = ("recommended", "public")
ENDINGS = {"work", "supplement", "duplicate", "not-a-submission", "machine-mail", "quarantined", "unreadable"}
VOLUMES = ("volume 1", "volume 2", "volume 3")
PASSWORD = "kepu-2024"
HOW_FAR = ("('decided'", "('to-tell'", "('bounces-read'", "('letters-page'", "('compared'")
"""Notes in `meta` on how far the news was looked through, so that it is not done again: a quiet run brings them up."""
PASSING = ("runs", "mailboxes")
"""Tables in which every run leaves a trace of itself."""


class Killed(BaseException):
    """The process ends here: nobody catches this."""


@contextmanager
def killed_after(context, commits):
    """The process dies after so many commits; None: it lives. Nothing of the next transaction is left."""
    begin, left = context.begin, [commits]

    @contextmanager
    def counted():
        with begin() as tx:
            yield tx
            if left[0] == 0:
                raise Killed
        if left[0] is not None:
            left[0] -= 1

    context.begin = counted
    yield


def dump(context):
    """Every row of every table, but for what each run writes of itself."""
    with context.read() as tx:
        run = tx.connection.exec_driver_sql
        tables = [name for (name,) in run("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        found = {name: sorted(map(repr, run(f"SELECT * FROM {name}"))) for name in tables if name not in PASSING}
    return found | {"meta": [row for row in found["meta"] if not row.startswith(HOW_FAR)]}


class Laws(RuleBasedStateMachine):
    """A contest to which things happen. `make`, `walk`, `form` and `shell` come from the fixtures."""

    make = walk = form = shell = packed = None
    mails = Bundle("mails")

    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="kepu-laws-"))
        self.contest = type(self).make(self.folder)
        self.works = {}
        self.files = []
        self.delivered = 0

    def teardown(self):
        self.run(None)
        shutil.rmtree(self.folder)

    # what happens

    @rule(
        target=mails,
        box=st.sampled_from(BOXES),
        sender=st.sampled_from(SENDERS),
        title=st.sampled_from(TITLES),
        holds=st.sampled_from(["form", "film", "both", "two forms", "text", "logo", "noise", "locked", *VOLUMES]),
        cites=st.sampled_from(["", "", "R2024-0001", "P2024-0001"]),
    )
    def deliver(self, box, sender, title, holds, cites):
        if holds == "noise":
            return self.put(b"\x01\x02" * 50 + bytes([self.delivered]), box) or multiple()
        form, shell = type(self).form, type(self).shell
        files = {
            "form": [("推荐表.docx", form(title))],
            "film": [(f"{title}.mp4", shell + title.encode())],
            "both": [("推荐表.docx", form(title)), ("成片.mp4", shell)],
            "two forms": [(f"{each}.docx", form(each)) for each in TITLES[:2]],
            "text": [],
            "logo": [("logo.bin", b"logo")],
            **{each: [packed] for each, packed in type(self).packed(title).items()},
        }[holds]
        mail = self.contest.mail(f"报送 {cites}", files=files, sender=sender, to=box)
        self.put(mail, box)
        return mail

    @rule(target=mails, before=mails, title=st.sampled_from(TITLES))
    def answer(self, before, title):
        files = [("盖章扫描件.pdf", b"%PDF-1.4 " + title.encode())]
        mail = self.contest.mail("回复", files=files, in_reply_to=before.message_id, sender=before.sender[1])
        self.put(mail, "recommended")
        return mail

    @rule(mail=mails, box=st.sampled_from(BOXES), new_id=st.booleans())
    def deliver_again(self, mail, box, new_id):
        later = mail.received_at + dt.timedelta(days=1, seconds=self.delivered)
        again = {"message_id": f"again{self.delivered}@example.cn"} if new_id else {}
        self.put(replace(mail, received_at=later, **again), box)

    @rule(password=st.sampled_from([PASSWORD, "wrong"]))
    def type_a_password(self, password):
        with self.contest.open() as context, context.begin() as tx:
            for row in tx.openings.locked():
                tx.openings.offer(row["sha256"], password, by_staff=True)

    @rule(which=st.integers(0, 30))
    def expunge(self, which):
        if self.files:
            self.files[which % len(self.files)].unlink(missing_ok=True)

    @rule()
    def run_once(self):
        self.run(None)

    @rule(commits=st.integers(0, 40))
    def run_and_die(self, commits):
        self.run(commits)

    def put(self, mail, box):
        self.files.append(self.contest.drop(mail, box))
        self.delivered += 1

    def run(self, commits):
        """A process of its own: all it has is what lies on the disk."""
        with self.contest.open() as context:
            try:
                with killed_after(context, commits):
                    type(self).walk(context)
            except Killed:
                return
        self.nothing_is_left_to_do()

    # the laws

    def nothing_is_left_to_do(self):
        with self.contest.open() as context:
            before = dump(context)
            type(self).walk(context)
            assert dump(context) == before
            assert context.tally.counts["fetched"] == 0
            with context.read() as tx:
                assert [r["id"] for r in tx.arrivals.rows() if r["ended"] is None and not r["pending"]] == []

    @invariant()
    def books_are_in_order(self):
        with self.contest.open() as context, context.read() as tx:
            rows, works = tx.arrivals.rows(), tx.works.of_arrivals()
            self.every_mail_has_one_ending(rows)
            self.works_are_of_mails_that_say_so(rows, works)
            self.numbers_are_never_given_twice(tx)
            answers = [row for row in tx.letters.rows() if row["key"].startswith(("answer:", "late:", "attention:"))]
            answered = [(letter["arrival_id"], letter["kind"] == "attention") for letter in answers]
            assert len(answered) == len(set(answered))
            assert len(rows) <= self.delivered

    def every_mail_has_one_ending(self, rows):
        for row in rows:
            assert (row["stage"] == "ended") == (row["ended"] in ENDINGS), dict(row)
            assert (row["ended"] is None) or (row["pending"] == ""), dict(row)

    def works_are_of_mails_that_say_so(self, rows, works):
        for row in rows:
            assert (row["ended"] in ("work", "supplement")) == bool(works.get(row["id"])), dict(row)

    def numbers_are_never_given_twice(self, tx):
        opened = {row["id"]: tx.desk.events(work=row["id"])[0]["arrival_id"] for row in tx.works.rows()}
        assert self.works.items() <= opened.items()
        self.works = opened
        for track in ("recommended", "public"):
            numbers = [row["number"] for row in tx.works.rows() if row["track"] == track]
            assert numbers == list(range(1, len(numbers) + 1))


@pytest.fixture
def packed(form, shell, tmp_path):
    """Archives by what they are to a sender: a locked one, and three volumes; by the title of the form in them."""
    made = {}

    def make(title):
        if title not in made:
            inside, folder = form(title), tmp_path / title
            files = make_rar(folder / "作品.rar", [("推荐表.docx", inside)], volume_bytes=len(inside) // 3 + 1)
            sheets = [Sheet("推荐表.docx", inside), Sheet("成片.mp4", shell)]
            files = [*write_zip(folder / "材料.zip", sheets, password=PASSWORD), *files]
            made[title] = {
                name: (path.name, path.read_bytes()) for name, path in zip(("locked", *VOLUMES), files, strict=True)
            }
        return made[title]

    return make


@pytest.fixture
def laws(new_contest, walk, form, shell, packed):
    return type(
        "LawsHere",
        (Laws,),
        {
            name: staticmethod(made)
            for name, made in (("make", new_contest), ("walk", walk), ("form", form), ("packed", packed))
        }
        | {"shell": shell},
    )


def test_laws_hold_whatever_happens(laws):
    run_state_machine_as_test(
        laws,
        settings=settings(
            max_examples=12, stateful_step_count=10, suppress_health_check=list(HealthCheck), deadline=None
        ),
    )
