"""When a work arrived."""

from __future__ import annotations

import datetime as dt

from ingest.config import Config, RuleTable
from ingest.model import KIND_WORDS, Kind, Outcome, PartSource, Verdict, Work
from ingest.rules.says import day, moment


def deadline(work: Work, limits: RuleTable, config: Config) -> Verdict:
    """The first form or film came in time at our server; big mails travel slowly, hence the doubt after the end.

    A work in time that was added to later is for a person. What staff put in by hand has no say in it.
    """
    if work.received_at is None:
        why = "收到的时间无法确定" if work.clock_known else "尚未收到电子表或视频"
        return Verdict(Outcome.REVIEW, f"{why}，请人工核对是否按时提交")
    end = config.edition.deadline_at
    came = work.received_at.astimezone(config.edition.zone)
    evidence = f"收到时间 {moment(came)}；截止 {_last_day(end)}"
    if came >= end + dt.timedelta(minutes=config.edition.deadline_doubt_min):
        return Verdict(Outcome.FAIL, evidence)
    if came >= end:
        return Verdict(Outcome.REVIEW, f"{evidence}，略晚于截止，请人工认定")
    late = _late_supplements(work, end)
    if late:
        return Verdict(Outcome.REVIEW, f"{evidence}；补正晚于截止：{late}")
    return Verdict(Outcome.PASS, evidence)


def _last_day(end: dt.datetime) -> str:
    """The deadline as people say it: midnight is the end of the day before."""
    if end.time() == dt.time.min:
        return f"{day(end.date() - dt.timedelta(days=1))} 24:00"
    return moment(end)


def _late_supplements(work: Work, end: dt.datetime) -> str:
    """Kinds and times of materials that came after the end, "" if none did."""
    late = {
        KIND_WORDS[m.kind]: moment(m.arrived_at.astimezone(end.tzinfo))
        for m in work.materials
        if m.kind is not Kind.OTHER
        and m.part.source is not PartSource.MANUAL
        and m.arrived_at is not None
        and m.arrived_at >= end
    }
    return "、".join(f"{word}（{when}）" for word, when in late.items())
