"""Whether the stamped paper says what the electronic form says, and the mail where it says anything."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from ingest.config import Config, ScanMatchesRule
from ingest.model import Outcome, Verdict, Work
from ingest.papers import paper_of
from ingest.rules.form import unfilled
from ingest.rules.lookalikes import Alike, compare, compare_numbers, plain
from ingest.rules.says import field_name, quote
from parsers.facts import FieldValue, FormFacts, Reading

_MOST = 4
"""Differences said in one sentence; more are counted."""

_LEAST_LABEL = 4
"""Letters of a label that a mail's line must begin with: shorter ones stand in anybody's signature."""

_TITLES = re.compile(r"[《〈]([^《》〈〉]{1,200})[》〉]")
_PAPERS = re.compile(r"(?:表|通知|函|证明|承诺书|声明|意见|办法|要求|名单|合同|授权书|大赛|报|法|条例)$")


@dataclass(frozen=True)
class _Compared:
    """One field: how form and scan stand to each other, and what a person reads of a difference."""

    name: str
    alike: Alike
    said: str = ""


def scan_matches(work: Work, limits: ScanMatchesRule, config: Config) -> Verdict:
    """Scan and form agree field by field, and the mail where it names them; recognition's lookalikes are forgiven."""
    form, paper = work.form, paper_of(work)
    if form is None:
        return Verdict(Outcome.NA, "没有可读的电子表，未比对")
    if paper is None:
        return Verdict(Outcome.NA, "扫描件尚未识别，未比对")
    found = [
        _compared(name, form, paper.reading, limits, config)
        for name in (*limits.fields, *limits.also)
        if name in form.fields and not unfilled(form.fields[name])
    ]
    mail = _mail(work, form, limits, config)
    different = [c.said for c in found if c.alike is Alike.DIFFERS] + mail
    same = [field_name(c.name, config) for c in found if c.alike is Alike.SAME]
    unclear = [c for c in found if c.alike is Alike.UNCLEAR]
    if different:
        more = f"；另有 {len(different) - _MOST} 处" if len(different) > _MOST else ""
        return Verdict(Outcome.REVIEW, f"不一致，请核对：{'；'.join(different[:_MOST])}{more}")
    words = f"{'、'.join(same)}一致" if same else "没有可以比对的栏目"
    open_ = [c for c in unclear if c.name in limits.fields]
    if open_ or not same:
        rest = "、".join(field_name(c.name, config) for c in open_)
        return Verdict(Outcome.REVIEW, f"{words}；扫描件上{rest or '各栏'}读不清，请打开扫描件与电子表核对")
    beside = f"（{'、'.join(field_name(c.name, config) for c in unclear)}读不清，未比对）" if unclear else ""
    return Verdict(Outcome.PASS, f"电子表与扫描件的{words}{beside}")


def not_alike(work: Work, config: Config) -> tuple[str, ...]:
    """The compared fields that form and scan do not surely say alike: what a person looks at side by side."""
    form, paper, limits = work.form, paper_of(work), config.rules.scan_matches
    if form is None or paper is None:
        return ()
    names = [n for n in (*limits.fields, *limits.also) if n in form.fields and not unfilled(form.fields[n])]
    found = [_compared(name, form, paper.reading, limits, config) for name in names]
    return tuple(one.name for one in found if one.alike is not Alike.SAME)


def _compared(name: str, form: FormFacts, reading: Reading, limits: ScanMatchesRule, config: Config) -> _Compared:
    typed, read = form.fields[name], reading.fields.get(name)
    if read is None or unfilled(read):
        return _Compared(name, Alike.UNCLEAR)
    alike = _alike(typed.value, read.value, read.confidence, limits, config.forms.types.get(name, ""))
    if alike is Alike.DIFFERS and _elsewhere(typed, read):
        alike = Alike.UNCLEAR
    said = f"{field_name(name, config)} 表：{quote(typed.value)}，扫描件：{quote(read.value)}"
    return _Compared(name, alike, said)


def _alike(typed: str, read: str, confidence: float, limits: ScanMatchesRule, kind: str) -> Alike:
    if kind == "phone":
        return compare_numbers(typed, read, confidence, sure=limits.sure)
    return compare(typed, read, confidence, sure=limits.sure)


def _elsewhere(typed: FieldValue, read: FieldValue) -> bool:
    """One of them has the field twice, and the values meet in another pair: which is meant is for a person."""
    mine = {plain(v) for v in (typed.value, *typed.others)}
    return bool(mine & {plain(v) for v in (read.value, *read.others)})


def _mail(work: Work, form: FormFacts, limits: ScanMatchesRule, config: Config) -> list[str]:
    """What the mails name otherwise than the form; a mail of several works says nothing of one of them."""
    text = unicodedata.normalize("NFKC", "\n".join(work.own_texts))
    said = []
    for name, value in _named(text, form, limits, config).items():
        typed = form.fields[name]
        if value and plain(value) not in {plain(v) for v in (typed.value, *typed.others)}:
            said.append(f"{field_name(name, config)} 表：{quote(typed.value)}，邮件正文：{quote(value)}")
    return said


def _named(text: str, form: FormFacts, limits: ScanMatchesRule, config: Config) -> Mapping[str, str]:
    """Field to what the mail writes after its label; a title also in book-title marks, if it is the only one."""
    filled = [n for n in limits.fields if n in form.fields and not unfilled(form.fields[n])]
    titles = {plain(t): t for t in _TITLES.findall(text) if plain(t) and not _PAPERS.search(t.strip())}
    mine = plain(form.fields["title"].value) if "title" in filled else ""
    if len(titles) > 1:
        return {}
    found = {name: _labelled(text, config.forms.labels.get(name, ())) for name in filled}
    if mine and not found["title"] and mine not in plain(text):
        found["title"] = next(iter(titles.values()), "")
    return found


def _labelled(text: str, labels: tuple[str, ...]) -> str:
    """What stands after one of the labels at the beginning of a line, "" where lines disagree or none has one."""
    long = [re.escape(label) for label in labels if len(label) >= _LEAST_LABEL]
    if not long:
        return ""
    line = re.compile(
        rf"^\W{{0,6}}(?:{'|'.join(sorted(long, key=len, reverse=True))})\s*[:：]\s*(\S[^\n]{{0,80}})", re.M
    )
    values = {plain(value): value.strip("《》〈〉。;； \t") for value in line.findall(text)}
    values.pop("", None)
    return next(iter(values.values())) if len(values) == 1 else ""
