"""The rules of one contest, in the rulebook's order, and the review that asks them all.

A rule is a row here, a function, and a table in the config. The function knows no number, clause or id; `review` adds
them, and sees to it that a function is only asked about what is there and can be opened.
"""

from __future__ import annotations

import datetime as dt
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import structlog

from ingest.config import Config, RuleTable
from ingest.model import KIND_WORDS, Finding, Kind, Material, Outcome, Standing, Verdict, Work
from ingest.papers import sheet_of
from ingest.rules import (
    agreement,
    arrival,
    credits,
    declared,
    endorsement,
    entrants,
    form,
    hearing,
    maker,
    malware,
    opening,
    presence,
    quotas,
    readable,
    screen,
    seals,
    video,
)
from parsers.facts import BROKEN_REASONS, Broken, FormFacts, ImageFacts, VideoFacts

Judge = Callable[[Any, Any, Config], Verdict]
"""A rule's function: the work (of a rule that compares its `Standing`), the rule's own config table, the whole config.
Pure."""

VERSION = "3"
"""Raised when a rule judges otherwise than before, so that works are judged again."""

UNDECIDED = "程序未能判断，请人工核对"
"""What a person reads where a rule's function failed."""

_PASS, _FAIL, _MISSING, _PENDING = Outcome.PASS, Outcome.FAIL, Outcome.MISSING, Outcome.PENDING
_REVIEW, _MANUAL, _NA = Outcome.REVIEW, Outcome.MANUAL, Outcome.NA
_OPENED: dict[Kind, type] = {Kind.VIDEO: VideoFacts, Kind.FORM: FormFacts, Kind.SCAN: ImageFacts}

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Rule:
    """One rule. `needs`: the material without which the function is not called, None if it judges absence itself.

    may_give: what the function may say. unreadable: what is said of a needed material that is there but cannot be
    opened: `na` for nearly all (one rule is enough to say it), `review` for the rule that says it. judges_unreadable:
    the function itself says it, and is asked about what cannot be opened. reads_scan: where the electronic form cannot
    be had, the function is asked about what was recognised of the scan (`sheet_of`).
    compares: it judges a work among all the others, and is asked by `compare`.
    """

    id: str
    judge: Judge
    needs: Kind | None
    may_give: frozenset[Outcome]
    unreadable: Outcome = Outcome.NA
    reads_scan: bool = False
    compares: bool = False
    judges_unreadable: bool = False

    @property
    def allowed(self) -> frozenset[Outcome]:
        """All outcomes a finding of this rule can have: while its material is awaited or not to be had, two more."""
        if self.compares:
            return self.may_give | {_NA}
        return self.may_give | {_PENDING, _NA, self.unreadable} if self.needs else self.may_give


@dataclass(frozen=True)
class Reviewed:
    """The findings of one work, one a rule that is on; `crashed`: ids of the rules that failed, for the exit code."""

    findings: tuple[Finding, ...]
    crashed: tuple[str, ...] = ()


def _rule(
    rule_id: str,
    judge: Judge,
    needs: Kind | None,
    *outcomes: Outcome,
    unreadable: Outcome = Outcome.NA,
    reads_scan: bool = False,
    compares: bool = False,
    judges_unreadable: bool = False,
) -> Rule:
    return Rule(rule_id, judge, needs, frozenset(outcomes), unreadable, reads_scan, compares, judges_unreadable)


RULES: tuple[Rule, ...] = (
    _rule("deadline", arrival.deadline, None, _PASS, _FAIL, _REVIEW),
    _rule("materials", presence.materials, None, _PASS, _MISSING, _PENDING, _REVIEW),
    _rule("form-kind", form.form_kind, Kind.FORM, _PASS, _REVIEW, reads_scan=True),
    _rule("form-fields", form.form_fields, Kind.FORM, _PASS, _MISSING, _REVIEW, unreadable=_REVIEW, reads_scan=True),
    _rule("scan-seal", seals.scan_seal, Kind.SCAN, _PASS, _REVIEW, _NA),
    _rule("endorsement", endorsement.endorsement, Kind.FORM, _PASS, _MISSING, _REVIEW, reads_scan=True),
    _rule("scan-matches", agreement.scan_matches, Kind.SCAN, _PASS, _REVIEW, _PENDING),
    _rule("first-maker", maker.first_maker, Kind.FORM, _PASS, _REVIEW, _NA),
    _rule("made-in-window", form.made_in_window, Kind.FORM, _PASS, _FAIL, _MISSING, _REVIEW, reads_scan=True),
    _rule("shown-in-window", form.shown_in_window, Kind.FORM, _PASS, _FAIL, _MISSING, _REVIEW, reads_scan=True),
    _rule("proof", presence.proof, None, _PASS, _MISSING, _REVIEW, _PENDING),
    _rule("container", video.container, Kind.VIDEO, _PASS, _FAIL, _REVIEW),
    _rule("readable", readable.readable, Kind.VIDEO, _PASS, _FAIL, _REVIEW, judges_unreadable=True),
    _rule("duration", video.duration, Kind.VIDEO, _PASS, _FAIL, _REVIEW),
    _rule("aspect", video.aspect, Kind.VIDEO, _PASS, _FAIL),
    _rule("full-frame", screen.full_frame, Kind.VIDEO, _PASS, _REVIEW),
    _rule("resolution", video.resolution, Kind.VIDEO, _PASS, _FAIL),
    _rule("size", video.size, Kind.VIDEO, _PASS, _FAIL),
    _rule("opening-title", opening.opening_title, Kind.VIDEO, _PASS, _REVIEW),
    _rule("closing-credits", credits.closing_credits, Kind.VIDEO, _PASS, _REVIEW),
    _rule("subtitles", screen.subtitles, Kind.VIDEO, _PASS, _REVIEW),
    _rule("narration", hearing.narration, Kind.VIDEO, _MANUAL, _REVIEW),
    _rule("content", video.content, None, _MANUAL),
    _rule("original", declared.original, Kind.FORM, _MISSING, _REVIEW, _MANUAL, reads_scan=True),
    _rule("licence", declared.licence, Kind.FORM, _PASS, _MISSING, _REVIEW, _NA, _PENDING, reads_scan=True),
    _rule("one-per-entity", entrants.one_per_entity, None, _PASS, _REVIEW, compares=True),
    _rule("one-per-producer", entrants.one_per_producer, None, _PASS, _REVIEW, compares=True),
    _rule("one-per-author", entrants.one_per_author, None, _PASS, _REVIEW, compares=True),
    _rule("one-track", entrants.one_track, None, _PASS, _REVIEW, compares=True),
    _rule("quota", quotas.quota, None, _PASS, _REVIEW, _NA, compares=True),
    _rule("sanqu", quotas.sanqu, None, _PASS, _REVIEW, _NA, compares=True),
    _rule("duplicate-video", entrants.duplicate_video, None, _PASS, _REVIEW, _PENDING, compares=True),
    _rule("sender", maker.sender, None, _PASS, _REVIEW, _NA),
    _rule("malware", malware.malware, None, _PASS, _FAIL, _REVIEW, _NA),
)
"""Every rule that has code, in the rulebook's order. A rule without code is not here: nothing pretends."""


COMPARING = frozenset(rule.id for rule in RULES if rule.compares)
"""Rules that judge a work among all the others."""


def compare(standing: Standing, config: Config) -> Reviewed:
    """One finding for every rule that compares and is on. Never raises, as `review`."""
    return _asked([rule for rule in RULES if rule.compares], standing, standing.entrant.id, config)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings of one work in the rules' order; those of rules that are no more are left out."""
    return tuple(sorted((f for f in findings if f.rule in _PLACE), key=lambda finding: _PLACE[finding.rule]))


_PLACE = {rule.id: place for place, rule in enumerate(RULES)}


def review(work: Work, config: Config, *, now: dt.datetime | None = None) -> Reviewed:
    """One finding for every rule that is on and judges a work by itself.

    now: aware; a link that has run out by then is no longer awaited. None: links run out only where `Part.problem`
    says so. Never raises: a rule that does becomes `review` and is named in `crashed`.
    """
    work = work if now is None else _expired(work, now)
    return _asked([rule for rule in RULES if not rule.compares], work, work.id, config)


def _asked(asked: Iterable[Rule], what: Work | Standing, work_id: str, config: Config) -> Reviewed:
    findings: list[Finding] = []
    crashed: list[str] = []
    for rule in asked:
        table = config.rules.table(rule.id)
        if not table.on:
            continue
        verdict = _ask(rule, what, work_id, table, config)
        if verdict is None:
            crashed.append(rule.id)
            verdict = Verdict(Outcome.REVIEW, UNDECIDED)
        findings.append(Finding(rule.id, verdict.outcome, table.clause, verdict.evidence, verdict.pictures))
    return Reviewed(tuple(findings), tuple(crashed))


def _ask(rule: Rule, what: Work | Standing, work_id: str, table: RuleTable, config: Config) -> Verdict | None:
    """The rule's verdict; None if it failed or said what it may not say, which is a bug of ours and is logged."""
    try:
        verdict = _without_material(rule, what) if isinstance(what, Work) else None
        if verdict is None:
            verdict = rule.judge(what, table, config)
        elif verdict.outcome is _NA and rule.reads_scan and isinstance(what, Work) and sheet_of(what) is not None:
            verdict = _recognised(rule.judge(what, table, config))
    except Exception:
        log.error(
            "rule_crashed", rule=rule.id, work=work_id, traceback=traceback.format_exc()
        )  # no locals: personal data
        return None
    if verdict.outcome not in rule.allowed:
        log.error("rule_out_of_bounds", rule=rule.id, work=work_id, outcome=verdict.outcome.value)
        return None
    return verdict


def _recognised(verdict: Verdict) -> Verdict:
    """What a rule says of a scan's reading in place of the form: for a person where typed words would fail."""
    doubt = verdict.outcome in (_FAIL, _MISSING)
    outcome = _REVIEW if doubt else verdict.outcome
    return Verdict(outcome, f"据扫描件识别：{verdict.evidence}{'，请打开扫描件核对' if doubt else ''}")


def _without_material(rule: Rule, work: Work) -> Verdict | None:
    """What is said without asking the function, where what the rule needs is not there or cannot be opened."""
    if rule.needs is None:
        return None
    word = KIND_WORDS[rule.needs]
    ruling = [m for m in work.materials if m.kind is rule.needs and m.in_force]
    judged = ruling if rule.needs is Kind.SCAN else ruling[:1]  # a scan has pages; film and form are one file
    there = [m for m in judged if not m.part.is_link]
    if not there:
        awaited = presence.awaited(work, rule.needs)
        if awaited:
            return Verdict(Outcome.PENDING, f"{word}尚未取得（{presence.expected(awaited)}），取得后再检查")
        return Verdict(Outcome.NA, f"没有{word}，未检查")
    if rule.judges_unreadable or any(isinstance(m.part.facts, _OPENED[rule.needs]) for m in there):
        return None
    return Verdict(rule.unreadable, _unopened(there[0]))


def _unopened(material: Material) -> str:
    facts, problem = material.part.facts, material.part.problem
    reason = facts.sentence if isinstance(facts, Broken) else BROKEN_REASONS.get(problem, "内容未能识别")
    return f"{KIND_WORDS[material.kind]}“{material.part.name}”无法打开，未检查：{reason}"


def _expired(work: Work, now: dt.datetime) -> Work:
    """The work with its run-out links marked so that rules need no clock."""
    materials = tuple(
        replace(m, part=replace(m.part, problem=presence.EXPIRED))
        if m.part.is_link and m.part.expires_at is not None and m.part.expires_at <= now
        else m
        for m in work.materials
    )
    return replace(work, materials=materials)
