"""The counts of past evenings, told from events, are those that were told in those evenings."""

import datetime as dt
import itertools
import shutil
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.decided import carry_out
from ingest.ledger.past import mails_at, works_at
from ingest.model import mail_number

SHEETS = {"R": "推荐作品", "P": "社会征集"}
WORDS = ("通过", "不通过", "补正", "撤回", "拆分", "转组别", "免催", "合并到", "", "不知道")

acts = st.lists(
    st.one_of(
        st.tuples(st.just("work"), st.integers(0, 3)),
        st.tuples(st.just("two-forms"), st.integers(0, 3)),
        st.tuples(st.just("question"), st.integers(0, 3)),
        st.tuples(st.just("supplement"), st.integers(0, 3)),
        st.tuples(st.just("decision"), st.integers(0, 4), st.sampled_from(WORDS), st.integers(0, 4)),
        st.tuples(st.just("belongs"), st.integers(0, 5), st.sampled_from(["", "新作品", "非投稿", 0, 1, 2])),
    ),
    max_size=4,
)


class Life:
    """A contest that lives through evenings."""

    def __init__(self, contest, form, walk):
        self.contest, self.form, self.walk, self.cells = contest, form, walk, {}
        self.titles = itertools.count(1)

    def evening(self, todo):
        """What is done in a day, and what the ledger counts after it."""
        self.contest.clock.now += dt.timedelta(days=1)
        with self.contest.open() as context:
            for what, *how in todo:
                getattr(self, what.replace("-", "_"))(context, *how)
            with context.begin() as tx:
                tx.desk.keep_staff_cells(self.cells)
            carry_out(context)
            self.walk(context, until="review")
            return counted(context)

    def at(self, moment):
        """What events tell of a moment."""
        with self.contest.open() as context, context.read() as tx:
            mails = Counter({(row.mailbox, row.ended): row.n for row in mails_at(tx.connection, moment)})
            works, words = Counter(), Counter()
            for row in works_at(tx.connection, moment):
                works[row.track, row.state] += row.n
                words[row.track, row.word] += row.n
        return mails, works, words

    def post(self, who, files, **rest):
        self.contest.post(files=files, sender=f"u{who}@kjt{who}.example.gov.cn", **rest)

    def work(self, _context, who):
        title = f"作品{next(self.titles)}号"
        self.post(who, [("推荐表.docx", self.form(title))], subject=f"报送《{title}》")

    def two_forms(self, _context, who):
        one, two = f"双作{next(self.titles)}号", f"双作{next(self.titles)}号"
        self.post(who, [("甲.docx", self.form(one)), ("乙.docx", self.form(two))], subject="报送两部")

    def question(self, _context, who):
        self.post(who, [], subject="请问截止日期是哪天")

    def supplement(self, context, who):
        works = self.works(context)
        if works:
            self.post(who, [("播放证明.txt", b"x" * 50)], subject=f"补充 {works[who % len(works)]}")

    def decision(self, context, which, word, other):
        works = self.works(context)
        if works:
            work, into = works[which % len(works)], works[other % len(works)]
            sheet = SHEETS[work[0]]
            self.cells[sheet, work, "初审结论"] = word
            self.cells[sheet, work, "合并到"] = into if word == "合并到" else ""

    def belongs(self, context, which, where):
        works = self.works(context)
        with context.read() as tx:
            mails = tx.arrivals.ids()
        if works and mails:
            to = works[where % len(works)] if isinstance(where, int) else where
            self.cells["邮件", mail_number(mails[which % len(mails)]), "归属"] = to

    @staticmethod
    def works(context):
        with context.read() as tx:
            return [row["id"] for row in tx.works.rows()]


def counted(context):
    """What the ledger says of itself now."""
    with context.read() as tx:
        mails, works, words = Counter(), Counter(), Counter()
        for row in tx.arrivals.counts():
            mails[row["mailbox"], row["ended"] or ""] += row["n"]
        for row in tx.works.counts():
            works[row["track"], row["state"]] += row["n"]
        for row in tx.works.decided_counts():
            words[row["track"], row["word"]] += row["n"]
    return mails, works, words


@pytest.fixture
def life(contest, form, walk):
    return Life(contest, form, walk)


@pytest.fixture(scope="module")
def lives(new_contest, form, walk):
    """Makes contests, each in a folder of its own that goes away."""
    folder = Path(tempfile.mkdtemp(prefix="kepu-past-"))
    numbers = itertools.count(1)

    def make():
        place = folder / str(next(numbers))
        place.mkdir()
        return Life(new_contest(place), form, walk)

    yield make
    shutil.rmtree(folder, ignore_errors=True)


@settings(max_examples=8)
@given(days=st.lists(acts, min_size=2, max_size=5))
def test_every_evening_is_told_as_it_was(lives, days):
    life = lives()
    life.evening([("work", 0), ("work", 1), ("two-forms", 2)])
    evenings = {}
    for todo in days:
        seen = life.evening(todo)
        evenings[life.contest.clock.now] = seen
    assert {moment: life.at(moment) for moment in evenings} == evenings


@pytest.mark.parametrize("word", ["合并到", "转组别", "拆分", "撤回"])
def test_what_was_decided_and_taken_back_is_told(life, word):
    life.evening([("work", 0), ("work", 1), ("two-forms", 2)])
    evenings = {}
    for todo in ([("decision", 1, word, 0)], [("decision", 1, "", 0)], [("decision", 1, word, 0)]):
        seen = life.evening(todo)
        evenings[life.contest.clock.now] = seen
    assert {moment: life.at(moment) for moment in evenings} == evenings


def test_before_the_first_mail_there_is_nothing(life):
    before = life.contest.clock.now
    life.evening([("work", 0)])
    assert life.at(before) == (Counter(), Counter(), Counter())


def test_between_two_moments_it_is_as_after_the_first(life):
    seen = life.evening([("work", 0)])
    noon = life.contest.clock.now
    life.evening([("work", 1)])
    assert life.at(noon + dt.timedelta(hours=5)) == seen
