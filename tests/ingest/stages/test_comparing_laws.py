"""Laws of comparing: whatever changed in whatever order, the findings are those of judging the whole book anew."""

import datetime as dt
import hashlib
import tempfile
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from bench.ledgers import CHINA, Entry, enter
from ingest.batch import open_context
from ingest.config import load
from ingest.ledger import schema
from ingest.stages.review import review
from parsers import facts as f
from parsers.film.prints import written
from parsers.filmfacts import Watched

NOW = dt.datetime(2024, 11, 3, 9, tzinfo=CHINA)
CONFIG = """\
[[mailboxes]]
name = "m"
track = "recommended"
address = "a@163.com"
url = "maildir:m"
[storage]
root = "root"
[rules.one-per-author]
namesakes = 1
"""

FIELDS = st.fixed_dictionaries(
    {
        "title": st.sampled_from(["桥", "星海"]),
        "author": st.sampled_from(["张三", "张三、李四", "李四 教授", None]),
        "author_unit": st.sampled_from(["甲馆", "乙大学", None]),
        "producer": st.sampled_from(["甲馆", "乙大学", "丙有限公司", None]),
        "phone": st.sampled_from(["13900000001", "13900000002"]),
        "recommender": st.sampled_from(["大连市科技局", "大连科技局", "某某厅"]),
        "sanqu": st.sampled_from(["是", None]),
        "entrant_kind": st.sampled_from(["个人", "机构", None]),
    }
)
ENTER = st.tuples(
    st.just("enter"),
    st.sampled_from(["public", "recommended"]),
    FIELDS,
    st.sampled_from(["", "f1", "f2", "f3"]),
    st.booleans(),
)
PLACES = st.integers(0, 4)


def _print(seed):
    """A fingerprint: another picture every second."""
    codes = np.random.default_rng(seed).integers(0, 2**63, 100, dtype=np.uint64)
    return written(np.arange(0, 100, 0.5), np.repeat(codes, 2), (0.0, 128.0, 0.0, 128.0))


PRINTS = {"one": _print(1), "one too": _print(1), "another": _print(2), "none": ""}
STEP = st.one_of(
    ENTER,
    st.tuples(st.just("rewrite"), PLACES, FIELDS),
    st.tuples(st.just("decide"), PLACES, st.sampled_from(["撤回", "不通过", "通过", None])),
    st.tuples(st.just("conclude"), PLACES, PLACES, st.sampled_from(["不是同一作品", "不是同一作品", None])),
    st.tuples(st.just("look"), st.sampled_from(["f1", "f2", "f3"]), st.sampled_from(sorted(PRINTS))),
    st.tuples(st.just("merge"), PLACES, PLACES),
    st.tuples(st.just("part"), PLACES),
)
STEPS = st.builds(
    lambda entered, steps: [*entered, ("judge",), *(one for step in steps for one in (*step, ("judge",)))],
    st.lists(ENTER, min_size=3, max_size=5),
    st.lists(st.lists(STEP, min_size=1, max_size=2), min_size=1, max_size=4),
)
"""Works that are entered and judged; then some more changes, and all judged again, some times over."""


class Book:
    """A ledger that steps change, as stages and staff's decisions do."""

    def __init__(self, context):
        self.context, self.ids = context, []

    def step(self, what, *rest):
        if what == "judge":
            review(self.context)
        elif what == "enter":
            self.enter(*rest)
        elif self.ids:
            getattr(self, what)(*rest)

    def enter(self, track, fields, film, late):
        number = len(self.ids) + 1
        told = {name: value for name, value in fields.items() if value is not None}
        came = dt.datetime(2024, 11, 1, tzinfo=CHINA) if late else dt.datetime(2024, 10, 8, tzinfo=CHINA)
        with self.context.begin() as tx:
            entry = Entry(number, track, told, film, came)
            self.ids += enter(tx, self.context.config, self.context.wants_key, [entry])

    def at(self, place):
        return self.ids[place % len(self.ids)]

    def rewrite(self, place, fields):
        """Its form says something else."""
        told = {name: f.FieldValue(value=value, label=name) for name, value in fields.items() if value is not None}
        said = f.to_json(f.FormFacts(format="docx", fields=told))
        with self.context.begin() as tx:
            form = (place % len(self.ids) + 1) * 8
            digest = tx.connection.execute(select(schema.parts.c.sha256).where(schema.parts.c.id == form)).scalar()
            tx.connection.execute(update(schema.facts).where(schema.facts.c.sha256 == digest).values(json=said))
            tx.works.soil([self.at(place)])

    def decide(self, place, word):
        sheet = "推荐作品" if self.at(place)[0] == "R" else "社会征集"
        self._write(sheet, self.at(place), "初审结论", word)

    def conclude(self, one, other, word):
        self._write("疑似重复", "/".join(sorted((self.at(one), self.at(other)))), "结论", word)

    def _write(self, sheet, row, heading, word):
        with self.context.begin() as tx:
            tx.desk._keep_cell(sheet, row, heading, word)
            tx.desk.touch()

    def look(self, film, seen):
        """A film is looked at, for the first time or anew."""
        with self.context.begin() as tx:
            tx.watching.keep(hashlib.sha256(film.encode()).hexdigest(), Watched(fingerprint=PRINTS[seen]), limit=3)

    def merge(self, one, other):
        """One becomes part of the other; a ring of merges is refused before it comes to the ledger."""
        with self.context.begin() as tx:
            into = {row["id"]: row["merged_into"] for row in tx.works.rows()}
            last = self.at(other)
            while into[last]:
                last = into[last]
            if last != self.at(one):
                tx.moves.merge(self.at(one), self.at(other))

    def part(self, place):
        with self.context.begin() as tx:
            tx.moves.merge(self.at(place), "")

    def stands(self):
        """Findings and states of living works, and pairs with their reasons."""
        with self.context.read() as tx:
            rows = {row["id"]: row["state"] for row in tx.works.rows() if not row["merged_into"]}
            found = {work: tx.works.findings([work]).get(work) for work in rows}
            pairs = {pair: whys for pair, (whys, _) in tx.entrants.pairs().items() if whys}
        return rows, found, pairs

    def anew(self):
        """All that was ever judged is forgotten."""
        with self.context.begin() as tx:
            made = (schema.entrants, schema.entrant_keys, schema.pairs, schema.film_prints, schema.film_pairs)
            for table in (*made, schema.findings):
                tx.connection.execute(delete(table))
            tx.connection.execute(update(schema.works).values(reviewed_with=""))
            tx.desk.touch()
        review(self.context)


@pytest.fixture(scope="module")
def a_book():
    """A book without works, in one ledger for all examples."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "config.toml").write_text(CONFIG, encoding="utf-8")
        config = load(Path(folder) / "config.toml", environ={}, cwd=Path(folder))
        with open_context(config, clock=lambda: NOW, environ={}) as context:

            @contextmanager
            def fresh():
                with context.begin() as tx:
                    for table in reversed(schema.metadata.sorted_tables):
                        if table.name != "meta":
                            tx.connection.execute(delete(table))
                yield Book(context)

            yield fresh


@given(STEPS)
@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
def test_findings_are_those_of_judging_all_anew(a_book, steps):
    with a_book() as book:
        for step in steps:
            book.step(*step)
        review(book.context)
        step_by_step = book.stands()
        book.anew()
        assert book.stands() == step_by_step


@given(STEPS)
@settings(max_examples=5, suppress_health_check=[HealthCheck.too_slow])
def test_a_second_run_changes_nothing(a_book, steps):
    with a_book() as book:
        for step in steps:
            book.step(*step)
        review(book.context)
        with book.context.read() as tx:
            revision = tx.desk.revision()
        review(book.context)
        with book.context.read() as tx:
            assert tx.desk.revision() == revision


def test_what_two_works_have_in_common_is_the_same_the_other_way_round(a_book):
    with a_book() as book:
        shared = {"title": "桥", "author": "张三", "author_unit": "甲馆", "phone": "13900000001"}
        book.enter("public", shared, "f1", False)
        book.enter("recommended", shared, "f1", False)
        review(book.context)
        evidence = [{f.rule: f.evidence for f in findings} for findings in book.stands()[1].values()]
        ids = dict(zip(book.ids, reversed(book.ids), strict=True))
        assert evidence[0]["one-track"].replace(ids[book.ids[0]], "") == evidence[1]["one-track"].replace(
            book.ids[0], ""
        )
