"""What the daily mails say, told from the snapshot: figures for organizers, to-dos by urgency for staff."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from ingest import deciding
from ingest.config import Config
from ingest.ledger.rows import Row
from ingest.model import STATE_WORDS, LetterState, TodoKind, WorkState, letter_number, todo_number
from ingest.views import Snapshot
from ingest.views.frames import state_word
from ingest.views.overview import overview, reconciliations
from ingest.views.words import LETTER_WORDS
from reports import tables
from reports.digests import BoxFigures, Digest, Summary, Task, TaskGroup, TrackFigures

if TYPE_CHECKING:
    from reports.book import Book

URGENCY: tuple[tuple[str, tuple[TodoKind, ...]], ...] = (
    ("要人工下载的云附件", (TodoKind.FETCH_LINK,)),
    ("有密码、缺分卷的文件", (TodoKind.LOCKED, TodoKind.MISSING_VOLUME)),
    ("读不出的表格和文件", (TodoKind.TYPE_FORM, TodoKind.BROKEN_FILE, TodoKind.UNREADABLE_MAIL)),
    ("咨询、撤回和更换", (TodoKind.QUESTION, TodoKind.WISH)),
    (
        "归属不明的来信和文件",
        (TodoKind.CHOOSE_WORK, TodoKind.CHOOSE_FILE, TodoKind.PLACE_FILE, TodoKind.LISTED, TodoKind.JUNK),
    ),
    ("没有送达的回信", (TodoKind.LETTER,)),
    ("程序搁置的邮件，请告诉运维", (TodoKind.QUARANTINED,)),
)
"""Kinds of to-dos in groups, what cannot wait first."""

HELD = "待放行的回信"
MOST, MOST_OF_GROUP = 40, 12
"""So many tasks are listed in a mail, and of a group; the others are counted."""
_DAY, _HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)


def states_of(snap: Snapshot) -> dict[str, str]:
    """What stands in 状态 of each work that counts, by its number."""
    return {work.id: state_word(work) for work in snap.counting}


def when(config: Config, moment: dt.datetime) -> str:
    """A moment in the edition's zone, in words."""
    at = moment.astimezone(config.edition.zone)
    return f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}"


def _deadline(config: Config) -> str:
    """The last moment in words; the end of a day is its 24th hour."""
    last = config.edition.deadline_at.astimezone(config.edition.zone)
    if last.time() != dt.time.min:
        return when(config, last)
    day = last.date() - _DAY
    return f"{day.year}年{day.month}月{day.day}日24时"


def left_until(deadline: dt.datetime, now: dt.datetime) -> str:
    """How long there is until the deadline, or how long it is over, in words."""
    word, span = ("距截止还有", deadline - now) if now < deadline else ("已截止", now - deadline)
    return f"{word} {_span(span)}"


def _span(span: dt.timedelta) -> str:
    days, hours = span // _DAY, span % _DAY // _HOUR
    said = [f"{days} 天"] * bool(days) + [f"{hours} 小时"] * bool(hours)
    return " ".join(said) or "不到 1 小时"


def is_news(before: Mapping[str, str] | None, now: Mapping[str, str]) -> bool:
    """Works came, went, or stand otherwise. before: as `states_of` was, None if nobody was told yet."""
    return before is None or dict(before) != dict(now)


# organizers


def summary_of(
    snap: Snapshot, before: Mapping[str, str] | None, since: dt.datetime | None, *, over: Sequence[int] = ()
) -> Summary:
    """The organizers' figures. before, since: how works stood when they were told last, and when that was; None if
    never. over: by how many works each unit is over its quota."""
    edition, now = snap.config.edition, states_of(snap)
    known = before or {}
    changed = Counter(word for work, word in now.items() if work in known and known[work] != word)
    gone = sum(work not in now for work in known)
    mails = [row for row in snap.arrivals.values() if since is None or row["listed_at"] > since]
    return Summary(
        edition=edition.name,
        as_of=when(snap.config, snap.now),
        since=when(snap.config, since) if since else "",
        deadline=_deadline(snap.config),
        left=left_until(edition.deadline_at, snap.now),
        tracks=tuple(_tracks(snap, known)),
        boxes=tuple(_boxes(snap)),
        changed=(*_in_order(changed), *([("撤回、合并或转出", gone)] if gone else [])),
        mails=len(mails),
        supplements=sum(row["ended"] == "supplement" for row in mails),
        todos=len(snap.todos),
        over_units=sum(by > 0 for by in over),
        over_by=sum(by for by in over if by > 0),
    )


def _tracks(snap: Snapshot, known: Mapping[str, str]) -> Iterator[TrackFigures]:
    """All with the same states, those in which a work of any track stands."""
    words = [word for word, _ in _in_order(Counter(state_word(work) for work in snap.counting))]
    for track in snap.config.tracks:
        works = [work for work in snap.counting if work.track == track.key]
        states = Counter(state_word(work) for work in works)
        new = sum(work.id not in known for work in works)
        yield TrackFigures(track.name, len(works), new, tuple((word, states[word]) for word in words))


def _in_order(states: Counter[str]) -> tuple[tuple[str, int], ...]:
    """The machine's words first, worst first, as in 概览; then staff's."""
    words = (*STATE_WORDS.values(), *sorted(states.keys() - set(STATE_WORDS.values())))
    return tuple((word, states[word]) for word in words if states[word])


def _boxes(snap: Snapshot) -> Iterator[BoxFigures]:
    """By track's name, since addresses are nobody's business; several of one track have a number."""
    names = [snap.config.track(mailbox.track).name for mailbox in snap.config.mailboxes]
    for place, line in enumerate(reconciliations(snap)):
        alone = names.count(names[place]) == 1
        name = names[place] if alone else f"{names[place]}（{names[: place + 1].count(names[place])}）"
        yield BoxFigures(name, line.listed, line.ended, line.pending)


def over_quota(book: Book) -> list[int]:
    """By how many works each recommending unit is over its quota."""
    frame = book.frames.get(tables.QUOTAS.title)
    return [int(by) for by in frame["超出"].tolist() if by == by and by] if frame is not None else []


def masked_copy(snap: Snapshot, before: Mapping[str, str] | None) -> Book:
    """The whole workbook as it stands, for organizers once it is masked. before: what 变化 compares with."""
    from ingest.views.cells import book_of
    from reports.book import Extras

    return book_of(snap, before or {}, overview(snap, ()), Extras())


# staff


def digest_of(snap: Snapshot) -> Digest:
    """Everything a person must do, the urgent first, at most `MOST` of it in full."""
    room, groups = MOST, []
    for name, kinds in URGENCY:
        todos = sorted((todo for todo in snap.todos if todo["kind"] in kinds), key=lambda todo: _urgency(todo, kinds))
        groups.append((name, tables.TODOS.title, [_task(snap, todo) for todo in todos]))
    letters = [_letter(snap, row) for row in snap.letters if _waits_for_release(row)]
    groups.insert(-1, (HELD, tables.LETTERS.title, letters))
    shown = []
    for name, sheet, tasks in groups:
        listed = tasks[: min(room, MOST_OF_GROUP)]
        room -= len(listed)
        if tasks:
            shown.append(TaskGroup(name, sheet, tuple(listed), len(tasks) - len(listed)))
    return Digest(
        edition=snap.config.edition.name,
        as_of=when(snap.config, snap.now),
        left=left_until(snap.config.edition.deadline_at, snap.now),
        groups=tuple(shown),
        counts=tuple(_counts(snap)),
    )


def urgent_of(snap: Snapshot) -> Digest:
    """The links that run out soon and of which nobody has taken care."""
    days = snap.config.report.link_days
    todos = untouched_links(snap.todos, snap.staff, snap.now, days)
    tasks = [_task(snap, todo) for todo in todos[:MOST]]
    group = TaskGroup(URGENCY[0][0], tables.TODOS.title, tuple(tasks), len(todos) - len(tasks))
    return Digest(
        edition=snap.config.edition.name,
        as_of=when(snap.config, snap.now),
        left=left_until(snap.config.edition.deadline_at, snap.now),
        groups=(group,) if todos else (),
        urgent=True,
        days=days,
    )


def untouched_links(todos: Sequence[Row], staff: deciding.Cells, now: dt.datetime, days: int) -> list[Row]:
    """Links left to people that run out within so many days, those first that do so first, and in whose row of 待办
    staff have written nothing. An expired one is beyond anybody's help."""
    soon = [
        todo
        for todo in todos
        if todo["kind"] == TodoKind.FETCH_LINK.value
        and todo["due_at"] is not None
        and dt.timedelta(0) < todo["due_at"] - now < days * _DAY
        and not any(staff.get((tables.TODOS.title, todo_number(todo["id"]), heading)) for heading in _TAKEN)
    ]
    return sorted(soon, key=lambda todo: (todo["due_at"], todo["id"]))


_TAKEN = (deciding.CHOICE, "处理", deciding.HANDLER)
"""Cells of staff's that say that somebody has taken a to-do in hand."""


def _urgency(todo: Row, kinds: Sequence[TodoKind]) -> tuple[bool, dt.datetime, int, int]:
    due = todo["due_at"]
    return due is None, due or todo["created_at"], kinds.index(TodoKind(todo["kind"])), todo["id"]


def _task(snap: Snapshot, todo: Row) -> Task:
    due, left = todo["due_at"], ""
    if due is not None:
        left = f"还剩 {_span(due - snap.now)}" if due > snap.now else "已过期"
    return Task(todo_number(todo["id"]), todo["text"], todo["work_id"], _where(snap, todo), left)


def _where(snap: Snapshot, todo: Row) -> str:
    """The file it is about, or its work's folder; "" where there is none."""
    row = snap.rows.get(todo["work_id"])
    if row is None or not row["folder"]:
        return ""
    filed = snap.path_of(row["id"], todo["part_id"]) if todo["part_id"] else None
    return filed or f"works/{row['folder']}"


def _waits_for_release(letter: Row) -> bool:
    """Staff are to let it go, and have not said that it waits."""
    return bool(letter["state"] == LetterState.HELD.value and not letter["held_for"])


def _letter(snap: Snapshot, letter: Row) -> Task:
    works = snap.letter_works.get(letter["id"], [])
    what = f"{LETTER_WORDS[letter['kind']]}“{letter['subject']}”等待放行：请看过后在“{deciding.RELEASE}”一栏填写。"
    where = f"reports/回信/{letter['file']}" if letter["file"] else ""
    return Task(letter_number(letter["id"]), what, next(iter(works), ""), where)


def _counts(snap: Snapshot) -> Iterator[str]:
    states = Counter(work.state for work in snap.counting if work.decision is None)
    sheets = "、".join(f"「{track.sheet}」" for track in snap.config.tracks)
    for state in (WorkState.MALWARE, WorkState.FAIL, WorkState.REVIEW):
        if states[state]:
            yield f"{STATE_WORDS[state]}、还没有初审结论的作品 {states[state]} 部，在{sheets}按“状态”筛选"
