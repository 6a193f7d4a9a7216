"""The laws of the intake over a real Dovecot behind the proxy, whatever mails do there and however a run is cut."""

import datetime as dt
import hashlib
import itertools
import re
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from ingest import batch
from ingest.config import load
from ingest.demo.mails import mail_bytes
from ingest.sources import imap
from ingest.sources.imap_pace import Pace
from ingest.workers import Workers

NOON = dt.datetime(2024, 10, 8, 12, tzinfo=dt.timezone(dt.timedelta(hours=8)))
POLLED = ("INBOX", "Archive")
ALL = (*POLLED, "Elsewhere")
TITLES = ("星海寻踪", "深海来信")
BODY = r"BODY\.PEEK\[\]"
MOMENTS = ["^LOGIN", "^ID", "^EXAMINE", "^STATUS", "^UID SEARCH", r"RFC822\.SIZE INTERNALDATE", r"\[HEADER\]", BODY]
ANSWERS = [
    {"answer": b"* BYE Autologout\r\n", "hang_up": "close"},
    {"hang_up": "reset"},
    {"answer": b"TAG NO System busy!\r\n"},
]
HOW_FAR = ("('decided'", "('to-tell'", "('bounces-read'", "('letters-page'", "('compared'")
"""Notes in `meta` on how far the news was looked through, so that it is not done again: a quiet run brings them up."""
PASSING = ("runs", "mailboxes")
"""Tables in which every run leaves a trace of itself."""

CONFIG = """\
[[mailboxes]]
name = "recommended"
track = "recommended"
address = "{user}"
url = "{url}"
folders = ["INBOX", "Archive"]
[storage]
root = "数据"
share = "共享"
reserve_bytes = 0
"""
numbers = itertools.count(1)


class Killed(BaseException):
    """The process ends here: nobody catches this."""


class Sick(Workers):
    """Our own reading of mails fails."""

    def read_mail(self, *_):
        raise RuntimeError("sick")


@contextmanager
def killed_after(context, commits):
    """The process dies after so many commits; nothing of the next transaction is left. None: it lives."""
    begin, left = context.begin, itertools.count()

    @contextmanager
    def counted():
        with begin() as tx:
            yield tx
            if next(left) == commits:
                raise Killed

    context.begin = counted
    yield


def rows_of(context, *tables):
    """Every row of these tables, or of all but those that each run writes in."""
    with context.read() as tx:
        run = tx.connection.exec_driver_sql
        names = [name for (name,) in run("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        wanted = tables or [name for name in names if name not in PASSING]
        found = {name: sorted(map(repr, run(f"SELECT * FROM {name}"))) for name in wanted}
    return found | {
        name: [row for row in found[name] if not row.startswith(HOW_FAR)] for name in found if name == "meta"
    }


class Post(RuleBasedStateMachine):
    """A mailbox with two polled folders and one that is not. The parts above come from the fixtures."""

    dovecot = proxy = walk = form = write = clock = None
    mails = Bundle("mails")

    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="kepu-laws-"))
        self.user = self.dovecot.make_user(f"laws{next(numbers)}@163.com")
        config = CONFIG.format(user=self.user.name, url=self.proxy.url)
        (self.folder / "config.toml").write_text(config, encoding="utf-8")
        with self.client() as client:
            for name in ALL[1:]:
                client.create(name)
        self.now = type(self).clock().now
        self.delivered = 0
        self.digests, self.works = {}, {}
        self.proxy.faults.clear()

    def teardown(self):
        self.run_once()
        shutil.rmtree(self.folder)

    # what happens in the mailbox

    @rule(
        target=mails,
        folder=st.sampled_from(POLLED),
        title=st.sampled_from(TITLES),
        holds=st.sampled_from(["form", "film", "text"]),
    )
    def deliver(self, folder, title, holds):
        files = {"form": [("推荐表.docx", self.form(title))], "film": [(f"{title}.mp4", b"film" * 2000)], "text": []}
        number = self.delivered
        sender = f"s{number % 2}@kjt.example.gov.cn"
        mail = self.write(f"第 {number} 封", files=files[holds], sender=sender, message_id=f"m{number}@qq.com")
        self.put(mail, folder)
        return mail

    @rule(mail=mails, folder=st.sampled_from(POLLED), new_id=st.booleans())
    def deliver_again(self, mail, folder, new_id):
        self.put(replace(mail, message_id=f"again{self.delivered}@qq.com") if new_id else mail, folder)

    @rule(which=st.integers(0, 30))
    def expunge(self, which):
        if there := self.on_server(ALL):
            folder, uid, _ = there[which % len(there)]
            self.dovecot.expunge(self.user, uid, folder)

    @rule(which=st.integers(0, 30), to=st.sampled_from(ALL))
    def move(self, which, to):
        self.move_one_of(ALL, which, to)

    @rule()
    def rebuild(self):
        self.dovecot.rebuild(self.user)

    @rule(hours=st.sampled_from([1, 24]))
    def time_passes(self, hours):
        self.now += dt.timedelta(hours=hours)

    # how it is polled

    @rule()
    def run_once(self):
        """A run nobody disturbs; and then there is nothing left to do."""
        with self.open() as context:
            self.walk(context)
            assert (context.tally.unreachable, context.tally.troubles) == ([], [])
        self.everything_there_is_known()
        self.a_second_run_does_nothing()

    @rule(after=st.integers(-100, 6000), times=st.integers(1, 5), partial=st.booleans())
    def run_cut_within_mails(self, after, times, partial):
        self.proxy.fault(BODY, after=after, hang_up="close", times=times)
        if not partial:
            self.proxy.fault(BODY + "<", answer=b"TAG BAD what is this\r\n")
        self.disturbed()

    @rule(
        moment=st.sampled_from(MOMENTS), how=st.sampled_from(ANSWERS), times=st.integers(1, 30), skip=st.integers(0, 3)
    )
    def run_refused(self, moment, how, times, skip):
        self.proxy.fault(moment, times=times, skip=skip, **how)
        self.disturbed()

    @rule(commits=st.integers(0, 30))
    def run_and_die(self, commits):
        self.disturbed(commits)

    @rule()
    def run_while_we_read_nothing(self):
        self.disturbed(workers=Sick(0))

    @rule()
    def retry(self):
        with self.open() as context, context.begin() as tx:
            looked = tx.arrivals.forget_ended_by_us(None)
            again = tx.arrivals.again(tx.arrivals.quarantined())
            assert len(set(looked)) + len(set(again)) <= self.delivered
        self.run_once()
        assert [row["id"] for row in self.arrivals() if row["ended"] == "quarantined"] == []

    @rule(moves=st.lists(st.tuples(st.integers(0, 30), st.sampled_from(POLLED)), max_size=3), rebuilt=st.booleans())
    def run_move_and_run(self, moves, rebuilt):
        """A mail that lies elsewhere now is the same mail; no work comes or goes, no letter is written."""
        self.run_once()
        before, known = self.outcome(), {row["id"]: dict(row) for row in self.arrivals()}
        for which, to in moves:
            self.move_one_of(POLLED, which, to)
        if rebuilt:
            self.rebuild()
        self.run_once()
        after = {row["id"]: dict(row) for row in self.arrivals()}
        assert self.outcome() == before
        assert {key: after[key]["ended"] for key in known} == {key: row["ended"] for key, row in known.items()}
        assert {row["ended"] for key, row in after.items() if key not in known} <= {"duplicate"}

    # parts of these

    def put(self, mail, folder):
        at = NOON + dt.timedelta(minutes=self.delivered)
        self.dovecot.deliver(self.user, mail_bytes(mail), at, folder)
        self.delivered += 1

    def move_one_of(self, folders, which, to):
        if there := [place for place in self.on_server(folders) if place[0] != to]:
            folder, uid, _ = there[which % len(there)]
            with self.client() as client:
                client.select(folder)
                assert client.uid("MOVE", str(uid), to)[0] == "OK"

    @contextmanager
    def client(self):
        with self.dovecot._client(self.user) as client:
            yield client

    def on_server(self, folders):
        """(folder, uid, digest) of every mail, asked past the proxy."""
        found = []
        with self.client() as client:
            for folder in folders:
                client.select(folder, readonly=True)
                _, answers = client.uid("FETCH", "1:*", "(BODY.PEEK[])")
                for answer in answers:
                    if isinstance(answer, tuple):
                        uid = int(re.search(rb"UID (\d+)", answer[0])[1])
                        found.append((folder, uid, hashlib.sha256(answer[1]).hexdigest()))
        return found

    @contextmanager
    def open(self):
        """All that a process of its own has is what lies on the disk."""
        config = load(self.folder / "config.toml", environ={}, cwd=self.folder)
        secret = {"KEPU_RECOMMENDED_PASSWORD": self.user.password}
        with batch.open_context(config, clock=lambda: self.now, environ=secret) as context:
            context.workers = Workers(0)
            yield context

    def disturbed(self, commits=None, workers=None):
        with self.open() as context:
            context.workers = workers or context.workers
            try:
                with killed_after(context, commits):
                    self.walk(context)
            except Killed:
                assert commits is not None
        self.proxy.faults.clear()

    def arrivals(self):
        with self.open() as context, context.read() as tx:
            return tx.arrivals.rows()

    def outcome(self):
        with self.open() as context:
            return rows_of(context, "works", "letters")

    # the laws

    def everything_there_is_known(self):
        there = self.on_server(POLLED)
        with self.open() as context, context.read() as tx:
            known = {row["raw_sha256"] for row in tx.arrivals.rows()}
            assert {digest for _, _, digest in there} <= known
            assert tx.keys.on_server().get("recommended", 0) == len(there)

    def a_second_run_does_nothing(self):
        with self.open() as context:
            before, asked = rows_of(context), len(self.proxy.asked(BODY))
            self.walk(context)
            assert rows_of(context) == before
            assert (context.tally.counts["fetched"], len(self.proxy.asked(BODY)) - asked) == (0, 0)
            with context.read() as tx:
                assert [row["id"] for row in tx.arrivals.rows() if row["ended"] is None and not row["pending"]] == []

    @invariant()
    def books_are_in_order(self):
        with self.open() as context, context.read() as tx:
            rows = tx.arrivals.rows()
            assert batch.reconcile(context) == []
            assert [row["id"] for row in rows if (row["stage"] == "ended") != (row["ended"] is not None)] == []
            assert len(rows) <= self.delivered
            self.ids_are_never_given_twice(tx, rows)
            answered = [letter["arrival_id"] for letter in tx.letters.rows()]
            assert len(answered) == len(set(answered))

    def ids_are_never_given_twice(self, tx, rows):
        digests = {row["id"]: row["raw_sha256"] for row in rows}
        assert self.digests.items() <= digests.items()
        self.digests = {key: digest for key, digest in digests.items() if digest}
        opened = {row["id"]: tx.desk.events(work=row["id"])[0]["arrival_id"] for row in tx.works.rows()}
        assert self.works.items() <= opened.items()
        self.works = opened
        assert sorted(row["number"] for row in tx.works.rows()) == list(range(1, len(opened) + 1))


@pytest.fixture
def post(dovecot, proxy, contest, walk, form, monkeypatch):
    """The machine, with servers that nobody waits for."""
    monkeypatch.setattr(imap, "Pace", lambda: Pace(connect=5, read=5, sleep=lambda _: None))
    given = {"walk": walk, "form": form, "write": contest.mail, "clock": lambda: contest.clock}
    given = {name: staticmethod(what) for name, what in given.items()}
    return type("PostHere", (Post,), given | {"dovecot": dovecot, "proxy": proxy})


def laws_of(machine, examples, steps):
    how = settings(
        max_examples=examples, stateful_step_count=steps, suppress_health_check=list(HealthCheck), deadline=None
    )
    run_state_machine_as_test(machine, settings=how)


def test_laws_hold_whatever_happens_in_a_mailbox_and_on_the_way(post):
    laws_of(post, 10, 8)


@pytest.mark.drill
def test_laws_hold_for_long(post):
    laws_of(post, 150, 20)
