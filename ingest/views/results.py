"""形式审查结果 of each track, told from the snapshot. Only what staff decided makes a work accepted or refused."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence

from ingest import deciding
from ingest.config import Track
from ingest.entrants import has_units
from ingest.model import STATE_WORDS, Decision, Work, WorkState
from ingest.views import Snapshot, fields_of, recognised_fields
from ingest.views.words import duration_text
from reports.masking import mask
from reports.result import BY, MACHINE, NO_REASON, NOTE, REASON, Result, ResultList, ResultWork, columns

WITHDRAWN, MERGED, MOVED = "撤回", "合并到其他作品", "转到其他登记号"
"""Works that are counted and stand in no list."""
NOBODY = "未填审核人"
OPEN = "未作结论"
_NAMED = 20
"""So many works are named in a note; the others are counted."""
_MOST = 400
"""Characters kept of what staff wrote."""


def result_of(snap: Snapshot, track: Track, as_of: dt.datetime) -> Result:
    """All that ever got a number in a track, each in one list or counted. as_of: when the ledger last changed."""
    sorted_ = {word: list[Work]() for word in (*_LISTS, WITHDRAWN, MERGED, MOVED)}
    for work in snap.works.values():
        if work.track == track.key:
            sorted_[place_of(work, merged=bool(snap.rows[work.id]["merged_into"]))].append(work)
    heading = "推荐单位" if has_units(snap.config, track.key) else "自荐类型"
    lists = [_list(snap, word, heading, sorted_[word]) for word in _LISTS]
    decided = [work for word in (ACCEPTED, REFUSED, AMEND) for work in sorted_[word]]
    deciders = Counter(_cell(snap, work, deciding.WHO) or NOBODY for work in decided)
    return Result(
        edition=snap.config.edition.name,
        track=track.name,
        as_of=as_of.astimezone(snap.zone).replace(tzinfo=None, microsecond=0),
        lists=tuple(lists),
        counts=tuple((word, len(works)) for word, works in sorted_.items()),
        deciders=tuple(sorted(deciders.items(), key=lambda pair: (pair[0] == NOBODY, -pair[1], pair[0]))),
        notes=tuple(_notes(track, lists)),
        asides=tuple(_asides(sorted_[ACCEPTED])),
    )


ACCEPTED, REFUSED, AMEND = (one.value for one in (Decision.ACCEPTED, Decision.REFUSED, Decision.AMEND))
_MEANINGS = {
    ACCEPTED: "工作人员结论为“通过”的作品",
    REFUSED: "工作人员结论为“不通过”的作品；理由取自台账“备注”，机审只供参考",
    AMEND: "工作人员要求补正、尚未再审的作品",
    OPEN: "还没有“通过”“不通过”“补正”结论的作品；机审只供参考，不是结论",
}
_LISTS = tuple(_MEANINGS)


def place_of(work: Work, *, merged: bool) -> str:
    """In which list a work stands, or as what it is counted. merged: it is part of another now."""
    if merged or work.decision is Decision.MERGED:
        return MERGED
    if work.gone:
        return MOVED
    if work.decision is Decision.WITHDRAWN:
        return WITHDRAWN
    return work.decision.value if work.decision and work.decision.value in _LISTS else OPEN


def _list(snap: Snapshot, word: str, who: str, works: Sequence[Work]) -> ResultList:
    more = {ACCEPTED: (BY,), REFUSED: (REASON, BY, MACHINE), AMEND: (NOTE, BY, MACHINE), OPEN: (MACHINE,)}[word]
    ordered = sorted(works, key=lambda work: work.id)
    return ResultList(word, _MEANINGS[word], columns(who, *more), tuple(_work(snap, work, word) for work in ordered))


def _work(snap: Snapshot, work: Work, word: str) -> ResultWork:
    fields, guessed = fields_of(work), recognised_fields(work)

    def said(name: str) -> str:
        value = fields.get(name, "")
        return mask(f"{value}（识别）" if value and name in guessed else value)

    reason = mask(_cell(snap, work, "备注")[:_MOST])
    return ResultWork(
        id=work.id,
        title=mask(work.title) or "（未写明）",
        who=said("recommender") if has_units(snap.config, work.track) else said("entrant_kind") or "自荐",
        author=said("author"),
        producer=said("producer"),
        duration=duration_text(work.video.duration_s) if work.video else "",
        reason=reason or (NO_REASON if word == REFUSED else ""),
        by=mask(_cell(snap, work, deciding.WHO)),
        machine=STATE_WORDS[work.state],
    )


def _cell(snap: Snapshot, work: Work, heading: str) -> str:
    return deciding.text_of(snap.staff_of(work.id).get(heading))


def _notes(track: Track, lists: Sequence[ResultList]) -> Iterator[str]:
    """What staff have still to see to before the lists go to a jury."""
    by_title = {one.title: one.works for one in lists}
    silent = [work.id for work in by_title[REFUSED] if work.reason == NO_REASON]
    if silent:
        yield f"不通过而{NO_REASON}的作品 {_named(silent)}，请在台账「{track.sheet}」的“备注”补写后重新生成"
    unsigned = [work.id for word in (ACCEPTED, REFUSED, AMEND) for work in by_title[word] if not work.by]
    if unsigned:
        yield f"{NOBODY}的作品 {_named(unsigned)}，请在“{deciding.WHO}”一栏补填"
    open_ = len(by_title[OPEN])
    if open_:
        yield f"还有 {open_} 部作品没有结论"


def _asides(accepted: Sequence[Work]) -> Iterator[str]:
    """Where people and program say otherwise. People decide: no jury need know."""
    doubtful = sorted(work.id for work in accepted if work.state is not WorkState.PASS)
    if doubtful:
        machine = STATE_WORDS[WorkState.PASS]
        yield f"结论为“{ACCEPTED}”而机审不是“{machine}”的作品 {_named(doubtful)}，请确认一次；以工作人员的结论为准"


def _named(ids: Sequence[str]) -> str:
    return f"{len(ids)} 部（{'、'.join(ids[:_NAMED])}{'等' if len(ids) > _NAMED else ''}）"
