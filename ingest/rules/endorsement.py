"""Whether the unit, or people of rank, speak for the work: their opinion in writing, on paper that is stamped."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from ingest.config import Config, EndorsementRule
from ingest.model import Outcome, Verdict, Work
from ingest.papers import SURE, Paper, Sheet, paper_of, sheet_of
from ingest.rules.form import unfilled
from ingest.rules.presence import possible_scans
from ingest.rules.says import field_name, listed
from ingest.rules.seals import red_seals

_LABELS = re.compile(r"审核|专家|人员|姓名|职称|职务|单位|工作|签字|签名|日期|年|月|日|[\W\d_]+")
_LEAST_NAME = 2
_WINDOW = 400
"""Characters after the label that are looked at where titles stand apart from names."""


def endorsement(work: Work, limits: EndorsementRule, config: Config) -> Verdict:
    """The unit's opinion, on stamped paper; where the track allows it, reviewers named with titles that count."""
    sheet, paper = sheet_of(work), paper_of(work)
    if sheet is None:
        return Verdict(Outcome.NA, "没有可读的表格，未检查")
    names, wanted = limits.opinions.get(work.track, ()), limits.reviewers.get(work.track, 0)
    unit = _opinion(work, names, sheet, paper, config) if names else None
    people = _reviewers(sheet, paper, wanted, limits, config) if wanted else None
    found = [v for v in (unit, people) if v is not None]
    if not found:
        return _nothing(names, wanted, config)
    passed = next((v for v in found if v.outcome is Outcome.PASS), None)
    return passed or _worse(found)


def _worse(found: Sequence[Verdict]) -> Verdict:
    """Missing only if nothing of either is there."""
    said = "；".join(v.evidence for v in found)
    missing = all(v.outcome is Outcome.MISSING for v in found)
    return Verdict(Outcome.MISSING, said) if missing else Verdict(Outcome.REVIEW, f"{said}，请打开核对")


def _nothing(names: Sequence[str], wanted: int, config: Config) -> Verdict:
    if not names and not wanted:
        return Verdict(Outcome.NA, "这一途径不要求单位意见")
    words = listed([field_name(n, config) for n in (*names, *(("reviewers",) if wanted else ()))])
    return Verdict(Outcome.REVIEW, f"表中没有找到{words}，请打开表格核对")


def _opinion(work: Work, names: Sequence[str], sheet: Sheet, paper: Paper | None, config: Config) -> Verdict | None:
    """The unit's opinion in form or scan, and a seal; None where no form names it."""
    word = field_name(names[0], config)
    typed = [sheet.fields[n] for n in names if n in sheet.fields]
    on_paper = [paper.reading.fields[n] for n in names if n in paper.reading.fields] if paper else []
    by_hand = paper is not None and any(paper.reading.signed.get(n) for n in names)
    sealed = paper is not None and bool(red_seals(paper, config.rules.scan_seal))
    if by_hand or any(not unfilled(v) for v in (*typed, *on_paper)):
        return _written(work, word, paper, sealed=sealed)
    if not typed and not on_paper:
        return None
    if sealed:
        return Verdict(Outcome.REVIEW, f"{word}没有读到文字，扫描件上有红色印章")
    if paper is None and possible_scans(work):
        return Verdict(Outcome.REVIEW, f"电子表中{word}未填写，扫描件尚未识别")
    if paper is not None and not on_paper:
        return Verdict(Outcome.REVIEW, f"电子表中{word}未填写，扫描件上没有找到这一栏")
    return Verdict(Outcome.MISSING, f"{word}未填写")


def _written(work: Work, word: str, paper: Paper | None, *, sealed: bool) -> Verdict:
    if sealed:
        return Verdict(Outcome.PASS, f"{word}已填写，扫描件上有红色印章")
    if paper is not None:
        return Verdict(Outcome.REVIEW, f"{word}已填写，扫描件上没有找到红色印章")
    why = "扫描件尚未识别" if possible_scans(work) else "没有扫描件"
    return Verdict(Outcome.REVIEW, f"{word}已填写，{why}，是否盖章未能核对")


def _reviewers(
    sheet: Sheet, paper: Paper | None, wanted: int, limits: EndorsementRule, config: Config
) -> Verdict | None:
    """So many people with titles that count; None where no form names reviewers."""
    word = field_name("reviewers", config)
    sheets = [sheet] + ([Sheet(fields=paper.reading.fields, text=paper.reading.text)] if paper else [])
    named = [one for one in sheets if "reviewers" in one.fields]
    given = [one for one in named if not unfilled(one.fields["reviewers"])]
    if not named:
        return None
    if not given:
        return Verdict(Outcome.MISSING, f"{word}未填写")
    ranks, sure = _ranks(given[0], limits), given[0].fields["reviewers"].confidence >= SURE
    if len(ranks) < wanted:
        read_as = f"（{listed(ranks)}）" if ranks else ""
        return Verdict(Outcome.REVIEW, f"{word}中读到 {len(ranks)} 位副高级及以上职称{read_as}，需 {wanted} 位")
    if not sure:
        return Verdict(Outcome.REVIEW, f"{word}的职称识别不够清楚（{listed(ranks)}）")
    return Verdict(Outcome.PASS, f"{word} {len(ranks)} 位，职称为{listed(ranks)}")


def _ranks(sheet: Sheet, limits: EndorsementRule) -> list[str]:
    """The titles that count, one a person: written with the names, in a column of their own, or near the names."""
    value = sheet.fields["reviewers"]
    written = unicodedata.normalize("NFKC", "\n".join([value.value, *value.others]))
    if _titles(limits).search(written):
        return _persons(written, limits)
    names = [name for line in re.split(r"[\n、,，;；]+", written) if (name := _LABELS.sub("", line))]
    column = sheet.fields.get("reviewer_titles")
    lines = [line for line in column.value.split("\n") if line.strip()] if column else []
    if len(lines) >= len(names):
        hits = [_titles(limits).search(unicodedata.normalize("NFKC", line)) for line in lines[: len(names)]]
        return [hit[0] for hit in hits if hit and hit[0] in limits.titles]
    at = sheet.text.find(names[0]) if names else -1
    beside = unicodedata.normalize("NFKC", sheet.text[at : at + _WINDOW]) if at >= 0 else ""
    return _persons(beside, limits)[: len(names)]


def _persons(text: str, limits: EndorsementRule) -> list[str]:
    hits = list(_titles(limits).finditer(text))
    gaps = [
        text[a:b] for a, b in zip([0, *(h.end() for h in hits)], [*(h.start() for h in hits), len(text)], strict=True)
    ]
    named = [len(_LABELS.sub("", gap)) >= _LEAST_NAME for gap in gaps]
    before = [h[0] for h, name in zip(hits, named, strict=False) if name and h[0] in limits.titles]
    after = [h[0] for h, name in zip(hits, named[1:], strict=True) if name and h[0] in limits.titles]
    return max(before, after, key=len)


@lru_cache(maxsize=8)
def _pattern(titles: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(t) for t in sorted(set(titles), key=len, reverse=True)) or r"(?!)")


def _titles(limits: EndorsementRule) -> re.Pattern[str]:
    """Any title, the longest first: 助理研究员 is no 研究员."""
    return _pattern((*limits.titles, *limits.lower_titles))
