"""Films of all works among each other, through the ledger: found, told, kept right, never twice."""

import hashlib
from dataclasses import replace
from itertools import count

import numpy as np
import pytest
from sqlalchemy import select, update

from bench.film_copies import ORIGINALS, Copy, changed, encode, looked_at
from bench.film_drawn import a_film, drawn
from bench.ledgers import Entry, enter
from ingest.ledger import schema
from ingest.stages import twins
from ingest.stages.review import review
from parsers.facts import Broken, VideoFacts, to_json
from parsers.film.prints import written
from parsers.filmfacts import Watched

LENGTH = 100.0


def a_print(seed, *, head=0.0, opening=None):
    """A film's fingerprint: another picture every second. head: seconds cut off; opening: that of another seed."""

    def codes(of):
        return np.random.default_rng(of).integers(0, 2**63, 200, dtype=np.uint64)

    own, shared = codes(seed), codes(seed if opening is None else opening)
    times = np.arange(0, LENGTH - head, 0.25)
    at = [int(second + head) for second in times]
    return written(times, np.array([shared[n] if n < 18 else own[n] for n in at]), (0.0, 128.0, 0.0, 128.0))


def digest(name):
    return hashlib.sha256(name.encode()).hexdigest()


@pytest.fixture
def book(context):
    """Works that are entered with films by name; films are looked at, and all is judged."""

    class Book:
        ids = ()

        def add(self, *films, tracks="ppppppp"):
            first = len(self.ids) + 1
            entries = [
                Entry(number, "recommended" if track == "r" else "public", {"title": f"片{number}"}, film)
                for number, film, track in zip(count(first), films, tracks, strict=False)
            ]
            with context.begin() as tx:
                self.ids = (*self.ids, *enter(tx, context.config, context.wants_key, entries))
            return self

        def look(self, **prints):
            """What films look like, by name; then all is judged."""
            with context.begin() as tx:
                for film, text in prints.items():
                    tx.watching.keep(digest(film), Watched(fingerprint=text), limit=3)
            review(context)
            return self

        def finding(self, place, rule="duplicate-video"):
            with context.read() as tx:
                found = tx.works.findings([self.ids[place]])[self.ids[place]]
            return next(f for f in found if f.rule == rule)

        def outcomes(self, rule="duplicate-video"):
            return [self.finding(place, rule).outcome.value for place in range(len(self.ids))]

        def pairs(self):
            with context.read() as tx:
                return {pair: whys for pair, (whys, _) in tx.entrants.pairs().items()}

    return Book()


def test_a_near_copy_is_for_a_person_in_both_works(book):
    book.add("a", "b", "c").look(a=a_print(1), b=a_print(1, head=4), c=a_print(2))
    assert book.outcomes() == ["review", "review", "pass"]


def test_evidence_names_the_other_work_and_the_seconds_in_both(book):
    book.add("a", "b").look(a=a_print(1), b=a_print(1, head=4))
    said = book.finding(0).evidence
    assert (said.startswith("视频另见：P2024-0002（视频画面雷同：P2024-0001 第"), said.count("第")) == (True, 2)


def test_the_pair_is_shown_with_the_same_words_from_both_sides(book):
    book.add("a", "b").look(a=a_print(1), b=a_print(1, head=4))
    why = book.pairs()[book.ids]["duplicate-video"]
    assert [why in book.finding(place).evidence for place in (0, 1)] == [True, True]


def test_a_shared_opening_is_no_likeness(book):
    book.add("a", "b").look(a=a_print(1), b=a_print(2, opening=1))
    assert (book.outcomes(), book.pairs()) == (["pass", "pass"], {})


def test_one_track_knows_a_near_copy_in_the_other_track(book):
    book.add("a", "b", tracks="pr").look(a=a_print(1), b=a_print(1, head=4))
    assert book.outcomes("one-track") == ["review", "review"]


def test_the_same_file_is_told_as_such(book):
    book.add("a", "a").look(a=a_print(1))
    assert book.finding(0).evidence == "视频另见：P2024-0002（视频文件完全相同）"


def test_a_film_that_comes_later_is_compared_with_those_that_are_there(book):
    book.add("a", "b").look(a=a_print(1), b=a_print(2))
    book.add("c").look(c=a_print(2, head=3))
    assert book.outcomes() == ["pass", "review", "review"]


def test_a_film_that_looks_otherwise_when_seen_anew_is_like_none(book):
    book.add("a", "b").look(a=a_print(1), b=a_print(1, head=4))
    book.look(b=a_print(7))
    assert (book.outcomes(), book.pairs()) == (["pass", "pass"], {})


def test_a_film_with_too_little_to_tell_is_for_a_person(book):
    book.add("a").look(a="")
    assert (book.outcomes(), "可供比对的画面太少" in book.finding(0).evidence) == (["review"], True)


def test_a_film_that_nobody_may_look_at_is_compared_by_its_bytes(book):
    book.add("a").look()
    assert (book.outcomes(), "按配置不查看画面" in book.finding(0).evidence) == (["pass"], True)


def test_a_film_that_cannot_be_opened_is_compared_by_its_bytes(book, context):
    book.add("a")
    with context.begin() as tx:
        here = schema.facts.c.sha256 == digest("a")
        said = to_json(Broken(format="mp4", reason="no-index"))
        tx.connection.execute(update(schema.facts).where(here).values(json=said))
    assert book.look().outcomes() == ["na"]


def test_films_of_which_one_cannot_be_seen_any_more_are_told_by_their_fingerprints(book, context):
    book.add("a", "b").look(a=a_print(1), b=a_print(1, head=4))
    with context.read() as tx:
        found = tx.films.twins({digest("a"), digest("b")})
    assert [(each.sure, each.shots) for each in found.values()] == [(True, ())]


@pytest.fixture
def watching(contest, context):
    """Films are to be looked at."""
    contest.watch = True
    context.config = contest.config()


def test_a_film_that_is_still_to_be_looked_at_is_awaited(book, watching):
    book.add("a", "b").look(a=a_print(1))
    assert book.outcomes() == ["pass", "pending"]


def test_a_film_that_is_still_to_be_compared_is_awaited(book, context, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(twins, "match", lambda _context: None)
        book.add("a", "b").look(a=a_print(1), b=a_print(1, head=4))
        before = book.outcomes()
    review(context)
    assert (before, book.outcomes()) == (["pending", "pending"], ["review", "review"])


def test_what_is_withdrawn_is_like_none(book, context):
    book.add("a", "b").look(a=a_print(1), b=a_print(1, head=4))
    with context.begin() as tx:
        tx.desk._keep_cell("社会征集", book.ids[1], "初审结论", "撤回")
        tx.desk.touch()
    review(context)
    assert (book.outcomes(), book.pairs()) == (["pass", "na"], {})


def test_a_pair_that_staff_say_is_none_is_no_more_said_to_be(book, context):
    book.add("a", "b").look(a=a_print(1), b=a_print(1, head=4))
    with context.begin() as tx:
        tx.desk._keep_cell("疑似重复", "/".join(book.ids), "结论", "不是同一作品")
        tx.desk.touch()
    review(context)
    assert (book.outcomes(), list(book.pairs())) == (["pass", "pass"], [book.ids])


@pytest.mark.parametrize("step", ["films-beside", "films-compared"])
def test_a_run_killed_between_compares_what_is_left(book, context, monkeypatch, step):
    def killed(at):
        if at == step:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("ingest.context._crash", killed)
        with pytest.raises(KeyboardInterrupt):
            book.add("a", "b").look(a=a_print(1), b=a_print(1, head=4))
    review(context)
    assert book.outcomes() == ["review", "review"]


def test_films_are_compared_once(book, context, monkeypatch):
    book.add("a", "b").look(a=a_print(1), b=a_print(1, head=4))
    asked = []
    monkeypatch.setattr(twins, "_found", lambda tx, new: asked.append(set(new)) or {})
    book.add("c").look(c=a_print(3))
    review(context)
    assert asked == [{digest("c")}]


# --- with real films --------------------------------------------------------------------------------------------------


@pytest.fixture
def filmed(book, context, tmp_path):
    """Two works whose films lie in the store: one, and a copy of it with bars that lacks four seconds."""
    draws = np.random.default_rng(8)
    film = a_film(draws, 50.0)
    how = replace(ORIGINALS[3], width=128, height=72)
    copy = Copy(options={"preset": "ultrafast", "crf": "30"}, gop=70, width=160, height=90, bars="pillar", head_s=4.0)
    encode(tmp_path / "a.mkv", drawn(film, 128, 72), how)
    encode(tmp_path / "b.mkv", changed(drawn(film, 160, 90), copy), copy)
    book.add("a", "b")
    for name in "ab":
        _stored(context, name, tmp_path / f"{name}.mkv")
    review(context)
    return book


def _stored(context, name, path):
    """The film of that name is this file from now on, and was looked at."""
    sha256 = context.store.put_file(path).sha256
    facts = VideoFacts(container="mkv", size=0, width=0, height=0, shown_width=0, shown_height=0, display_aspect=1.0)
    with context.begin() as tx:
        for table in (schema.parts, schema.facts):
            tx.connection.execute(update(table).where(table.c.sha256 == digest(name)).values(sha256=sha256))
        here = schema.facts.c.sha256 == sha256
        tx.connection.execute(update(schema.facts).where(here).values(json=to_json(facts)))
        tx.watching.keep(sha256, Watched(fingerprint=looked_at(path)[0]), limit=3)


def test_both_frames_are_kept_and_named(filmed, context):
    with context.read() as tx:
        works = tx.load(filmed.ids, context.wants_key)
    shots = [works[work].video.watched.shot("print") for work in filmed.ids]
    kept = [context.store.has(shot.sha256) for shot in shots]
    named = [bool(filmed.finding(place).pictures) for place in (0, 1)]
    assert (filmed.outcomes(), kept, named) == (["review", "review"], [True, True], [True, True])


def test_what_was_kept_of_a_film_is_not_kept_again_with_pictures_of_others(filmed, context):
    with context.begin() as tx:
        sha256 = tx.connection.execute(select(schema.film_pairs.c.one)).scalar_one()
        tx.watching.keep_clip(sha256, tx.watching.of(sha256))
    with context.read() as tx:
        assert tx.watching.of(sha256).shots == ()
