import datetime as dt
import inspect
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import rules
from ingest.config import Rules
from ingest.model import Kind, Material, Outcome, Part, PartSource, Verdict, Work, state_of
from ingest.rules import RULES, UNDECIDED, Rule, review
from parsers.facts import (
    ArchiveFacts,
    AudioTrack,
    Box,
    Broken,
    FieldValue,
    FormFacts,
    ImageFacts,
    Mark,
    PageFacts,
    Reading,
    Unknown,
    VideoFacts,
)

ALONE = [rule for rule in RULES if not rule.compares]
"""Rules that judge a work by itself."""


def test_rules_table_is_the_configs_in_its_order():
    assert [r.id for r in RULES] == [field.alias or name for name, field in Rules.model_fields.items()]


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.id)
def test_rules_table_every_rule_says_what_it_judges(rule):
    assert inspect.getdoc(rule.judge)


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.id)
def test_rules_table_every_rule_has_a_clause(rule, config):
    assert config.rules.table(rule.id).clause


def test_review_of_a_complete_work_leaves_only_what_a_person_judges(a_work, config):
    reviewed = review(a_work(), config)
    found = {f.rule: f.outcome.value for f in reviewed.findings}
    assert found == dict.fromkeys((r.id for r in ALONE), "pass") | {
        "first-maker": "na",
        "sender": "na",
        "narration": "manual",
        "content": "manual",
        "original": "manual",
        "licence": "na",
        "malware": "na",
    }


def test_review_of_a_complete_work_lets_it_through(a_work, config):
    assert state_of(review(a_work(), config).findings).value == "pass"


def test_review_quotes_the_configs_clause(a_work, with_rule):
    reviewed = review(a_work(), with_rule("duration", clause="另一条"))
    assert next(f.clause for f in reviewed.findings if f.rule == "duration") == "另一条"


def test_review_leaves_out_a_rule_that_is_off(a_work, with_rule):
    reviewed = review(a_work(), with_rule("duration", on=False))
    assert [f.rule for f in reviewed.findings] == [r.id for r in ALONE if r.id != "duration"]


def _put(monkeypatch, judge):
    found = next(r for r in RULES if r.id == "size")
    monkeypatch.setattr(rules, "RULES", (replace(found, judge=judge),))


def test_review_of_a_rule_that_raises_is_for_a_person_and_is_said(monkeypatch, a_work, config):
    def judge(work, limits, config):
        raise ZeroDivisionError

    _put(monkeypatch, judge)
    reviewed = review(a_work(), config)
    assert [(f.outcome, f.evidence) for f in reviewed.findings] == [(Outcome.REVIEW, UNDECIDED)]
    assert reviewed.crashed == ("size",)


def test_review_of_a_rule_that_says_what_it_may_not_is_for_a_person_and_is_said(monkeypatch, a_work, config):
    _put(monkeypatch, lambda work, limits, config: Verdict(Outcome.MANUAL, "x"))
    reviewed = review(a_work(), config)
    assert [(f.outcome, f.evidence) for f in reviewed.findings] == [(Outcome.REVIEW, UNDECIDED)]
    assert reviewed.crashed == ("size",)


def test_review_does_not_call_a_rule_whose_film_is_not_there(monkeypatch, a_work, config):
    called = []
    _put(monkeypatch, lambda work, limits, config: called.append(work))
    review(a_work(film=None), config)
    assert called == []


def test_allowed_of_a_rule_that_judges_absence_itself_is_what_it_may_give():
    rule = Rule("x", lambda *_: Verdict(Outcome.PASS, ""), None, frozenset({Outcome.PASS}))
    assert rule.allowed == {Outcome.PASS}


# --- any work at all -------------------------------------------------------------------------------------------------

TEXT = st.text(max_size=30) | st.sampled_from(
    [
        "2023年5月",
        "2024.1.1",
        "无",
        "背景音乐来自网络",
        "占20%",
        "（盖章）",
        "2024年全国科普微视频大赛作品推荐表",
        "AI生成",
        "央视",
    ]
)
NUMBERS = st.floats(allow_nan=True, allow_infinity=True) | st.sampled_from([0.0, 119.5, 180.0, 1e308])
PIXELS = st.sampled_from([-1, 0, 1, 1079, 1080, 1920, 10**9]) | st.integers(-10, 8000)
TIMES = st.none() | st.integers(0, 4 * 10**9).map(lambda s: dt.datetime.fromtimestamp(s, dt.UTC))
FIELDS = st.sampled_from(
    ["title", "completed_on", "first_shown_on", "platform", "author", "commitment", "non_original", "phone", "summary"]
)
PAPER_FIELDS = FIELDS | st.sampled_from(["recommender", "recommender_opinion", "review_opinion", "reviewers"])
VIDEOS = st.builds(
    VideoFacts,
    container=st.sampled_from(["mp4", "mov", "avi", ""]) | TEXT,
    brand=st.sampled_from(["isom", "qt  ", ""]) | TEXT,
    size=st.integers(-1, 2**62),
    duration_s=st.none() | NUMBERS,
    width=PIXELS,
    height=PIXELS,
    shown_width=PIXELS,
    shown_height=PIXELS,
    display_aspect=NUMBERS,
    audio=st.lists(st.builds(AudioTrack, codec=TEXT, duration_s=st.none() | NUMBERS), max_size=4).map(tuple),
)
VALUES = st.builds(FieldValue, value=TEXT, label=TEXT, confidence=NUMBERS, others=st.lists(TEXT, max_size=2).map(tuple))
FORMS = st.builds(
    FormFacts, format=st.just("docx"), title=TEXT, fields=st.dictionaries(PAPER_FIELDS, VALUES, max_size=9), text=TEXT
)
SHARES = st.floats(0, 1) | st.sampled_from([0.0, 0.6, 0.9, 1.0])
BOXES = st.builds(Box, left=SHARES, top=SHARES, right=SHARES, bottom=SHARES)
READ = st.builds(FieldValue, value=TEXT, label=TEXT, confidence=SHARES, page=st.integers(0, 9), box=st.none() | BOXES)
MARKS = st.builds(
    Mark,
    what=st.sampled_from(["seal", "writing"]),
    box=BOXES,
    colour=st.sampled_from(["red", "blue", "black"]),
    confidence=SHARES,
)
PAGES = st.builds(
    PageFacts,
    width=st.just(10),
    height=st.just(14),
    marks=st.lists(MARKS, max_size=2).map(tuple),
    problem=st.sampled_from(["", "blank", "unreadable"]),
)
READINGS = st.builds(
    Reading,
    title=TEXT,
    fields=st.dictionaries(PAPER_FIELDS, READ, max_size=9),
    text=TEXT,
    signed=st.dictionaries(PAPER_FIELDS, st.booleans(), max_size=3),
    confidence=SHARES,
)
SCANS = st.builds(
    ImageFacts,
    format=st.just("pdf"),
    width=PIXELS,
    height=PIXELS,
    pages=st.integers(0, 40),
    seen=st.lists(PAGES, max_size=3).map(tuple),
    reading=st.none() | READINGS,
)
FACTS = st.one_of(
    st.none(),
    VIDEOS,
    FORMS,
    SCANS,
    st.builds(ArchiveFacts, format=st.just("zip"), problem=st.sampled_from(["", "locked", "bad-archive"])),
    st.builds(Broken, format=TEXT, reason=st.sampled_from(["locked", "no-index", "of another version"])),
    st.builds(Unknown, format=TEXT),
)
PARTS = st.builds(
    Part,
    id=st.integers(1, 99),
    arrival_id=st.integers(1, 9),
    position=st.integers(0, 9),
    name=TEXT | st.sampled_from(["播放证明.jpg", "推荐表.docx", "材料.zip", "film.mp4", ""]),
    size=st.integers(0, 2**40),
    sha256=st.sampled_from(["", "ab"]),
    format=TEXT,
    source=st.sampled_from(PartSource),
    url=st.sampled_from(["", "https://example.com/x"]),
    expires_at=TIMES,
    problem=st.sampled_from(["", "expired", "bad-checksum"]),
    certain=st.booleans(),
    facts=FACTS,
)
MATERIALS = st.builds(Material, PARTS, st.sampled_from(Kind), st.booleans(), TIMES)
WORKS = st.builds(
    Work,
    st.just("R2024-0001"),
    st.sampled_from(["recommended", "public"]),
    st.just("recommended"),
    TEXT,
    materials=st.lists(MATERIALS, max_size=6).map(tuple),
    received_at=TIMES,
    clock_known=st.booleans(),
)


@given(work=WORKS, now=TIMES)
def test_review_of_any_work_crashes_no_rule(config, work, now):
    assert review(work, config, now=now).crashed == ()


@given(work=WORKS)
def test_review_of_any_work_finds_one_allowed_outcome_a_rule(config, work):
    found = review(work, config).findings
    assert [f.rule for f in found if f.outcome in _allowed(f.rule)] == [r.id for r in ALONE]


@given(work=WORKS)
def test_review_of_any_work_gives_a_person_a_sentence(config, work):
    assert all(f.evidence.strip() for f in review(work, config).findings)


def _allowed(rule_id):
    return next(r.allowed for r in RULES if r.id == rule_id)


@given(work=WORKS)
def test_review_of_any_work_without_a_form_fails_none_for_what_was_only_recognised(config, work):
    paper = replace(work, materials=tuple(m for m in work.materials if m.kind is not Kind.FORM))
    reading = {r.id for r in RULES if r.reads_scan}
    found = {f.outcome.value for f in review(paper, config).findings if f.rule in reading}
    assert found & {"fail", "missing"} == set()
