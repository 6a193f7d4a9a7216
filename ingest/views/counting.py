"""The organizers' figures: what came and when, where it stands, who recommended it, what is missing, what was answered.

Counted in one pass each, so that a page of 20,000 works holds a few hundred numbers. Only works that count are counted,
as on 概览; no name of a person is in any word.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable

from ingest.model import (
    DIGESTS,
    KIND_WORDS,
    STATE_WORDS,
    Decision,
    Kind,
    LetterState,
    Outcome,
    Work,
    WorkState,
)
from ingest.views import Snapshot
from ingest.views.frames import state_word
from ingest.views.origins import places, regions
from ingest.views.overview import overview
from ingest.views.words import LETTER_STATE_WORDS, LETTER_WORDS
from reports.book import Counts, Item
from reports.figures import Figures, Section, Shape

Held = Callable[[Work, Kind], Outcome]
"""Whether a work has a material: PASS, REVIEW, PENDING or MISSING."""

HOURS = 24
DAYS = 62
"""Days that have a row of their own: the last ones. All before them are one row."""
UNDECIDED = "未定"
NOW = "统计时间"
"""Names the row of the day that is not over: the time itself stands on top of the page."""
_HELD_WORDS = {Outcome.PASS: "已收到", Outcome.REVIEW: "待核对", Outcome.PENDING: "尚未取到", Outcome.MISSING: "缺"}


def counting(snap: Snapshot, held: Held) -> Figures:
    """Everything on the page. held: how a material of a work stands, as the rules see it."""
    first = overview(snap, ())
    sections = (
        _days(snap, first.days),
        _course(snap, first.days),
        _hours(snap),
        _states(first.states),
        _decisions(snap),
        regions(snap),
        places(snap),
        _materials(snap, held),
        _letters(snap),
    )
    edition = snap.config.edition
    return Figures(
        title=edition.name,
        as_of=first.as_of,
        deadline=f"截止 {_moment(edition.deadline_at.astimezone(snap.zone), '%Y-%m-%d')}",
        left=_left(edition.deadline_at - snap.now),
        tiles=_tiles(snap, first.states),
        sections=sections,
        mailboxes=first.mailboxes,
    )


def _left(left: dt.timedelta) -> str:
    """The time to the deadline as people say it."""
    before = left > dt.timedelta()
    hours = int(abs(left).total_seconds() // 3600)
    if not hours:
        return "还有不到 1 小时" if before else "刚刚截止"
    words = f"{hours // 24} 天 {hours % 24} 小时" if hours >= 24 else f"{hours} 小时"
    return f"还有 {words}" if before else f"已截止 {words}"


def _moment(moment: dt.datetime, day: str) -> str:
    """A moment in words; midnight is the end of the day before. day: how a day is written."""
    if (moment.hour, moment.minute) == (0, 0):
        return f"{moment - dt.timedelta(days=1):{day}} 24:00"
    return f"{moment:{day} %H:%M}"


def _tiles(snap: Snapshot, states: Counts) -> tuple[Item, ...]:
    total = dict(zip(states.columns, states.totals, strict=True))
    shown = (WorkState.PASS, WorkState.REVIEW, WorkState.MISSING, WorkState.FAIL)
    return (
        Item("作品（件）", sum(total.values())),
        *(Item(name, sum(values)) for name, values in states.rows),
        *(Item(STATE_WORDS[state], total[STATE_WORDS[state]]) for state in shown),
        Item("来信（封）", len(snap.arrivals)),
    )


# when


def _days(snap: Snapshot, days: Counts) -> Section:
    table = _last_days(_every_day(days))
    most = max(days.rows, key=lambda row: sum(row[1]), default=("", (0,)))
    said = (
        f"收到最多的一天是 {most[0]}，{sum(most[1])} 件；最近一天（{days.rows[-1][0]}）{sum(days.rows[-1][1])} 件。"
        if days.rows
        else ""
    )
    note = "作品以第一封带视频或表格的来信计日；时间不明的不在内"
    return Section("days", "每日收到作品", Shape.COLUMNS, table, said, note)


def _every_day(days: Counts) -> Counts:
    """With the days between on which nothing came."""
    known = dict(days.rows)
    if not known:
        return days
    first, last = (dt.date.fromisoformat(day) for day in (min(known), max(known)))
    if (last - first).days > _LONGEST_GAPS:
        return days
    names = (f"{first + dt.timedelta(days=n):%Y-%m-%d}" for n in range((last - first).days + 1))
    none = (0,) * len(days.columns)
    return Counts(days.corner, days.columns, tuple((name, known.get(name, none)) for name in names))


_LONGEST_GAPS = 400
"""Days; with more between first and last, those without works have no row."""


def _last_days(days: Counts) -> Counts:
    if len(days.rows) <= DAYS:
        return days
    early, late = days.rows[: -DAYS + 1], days.rows[-DAYS + 1 :]
    sums = Counts(days.corner, days.columns, early).totals
    return Counts(days.corner, days.columns, ((f"{early[-1][0]} 及以前", sums), *late))


def _course(snap: Snapshot, days: Counts) -> Section:
    """How many works there were at the end of each day, and how long it was then to the deadline."""
    shown = _last_days(_every_day(days))
    deadline = snap.config.edition.deadline_at
    so_far, rows, moments = (0,) * len(days.columns), [], []
    for name, values in shown.rows:
        so_far = tuple(old + new for old, new in zip(so_far, values, strict=True))
        midnight = dt.datetime.combine(dt.date.fromisoformat(name[:10]), dt.time.min, snap.zone) + dt.timedelta(days=1)
        moment = min(midnight, snap.now).astimezone(snap.zone)
        rows.append((_moment(moment, "%Y-%m-%d") if midnight <= snap.now else NOW, (*so_far, sum(so_far))))
        moments.append(moment.replace(tzinfo=None))
    table = Counts("到", (*days.columns, "合计"), tuple(rows))
    end = deadline.astimezone(snap.zone).replace(tzinfo=None)
    said = f"到统计时间共 {rows[-1][1][-1]} 件，{_left(deadline - snap.now)}。" if rows else ""
    return Section(
        "course",
        "累计与截止时间",
        Shape.LINES,
        table,
        said,
        sums="",
        moments=tuple(moments),
        mark=(end, f"截止 {_moment(end, '%m-%d')}"),
    )


def _hours(snap: Snapshot) -> Section:
    """Mails of the last 24 hours; when the contest is over, of the last 24 before its end."""
    deadline = snap.config.edition.deadline_at
    over = snap.now >= deadline + dt.timedelta(hours=HOURS)
    end = (deadline if over else snap.now).astimezone(snap.zone)
    first = end.replace(minute=0, second=0, microsecond=0) - dt.timedelta(hours=HOURS - (end.minute > 0 or not over))
    tracks = {box.name: box.track for box in snap.config.mailboxes}
    counted = Counter(
        (int((row["received_at"] - first).total_seconds() // 3600), tracks.get(row["mailbox"], ""))
        for row in snap.arrivals.values()
        if row["received_at"] and first <= row["received_at"] < first + dt.timedelta(hours=HOURS)
    )
    columns = tuple(track.name for track in snap.config.tracks)
    names = (f"{first + dt.timedelta(hours=hour):%m-%d %H时}" for hour in range(HOURS))
    rows = tuple((name, tuple(counted[at, track.key] for track in snap.config.tracks)) for at, name in enumerate(names))
    busiest = max(rows, key=lambda row: sum(row[1]))
    heading = "截止前 24 小时来信" if over else "最近 24 小时来信"
    said = f"共 {counted.total()} 封，最多的一小时是 {busiest[0]}，{sum(busiest[1])} 封。"
    note = f"每小时收到的邮件，按收件邮箱的组别，含补件和非投稿；{first:%m-%d %H:%M} 起的 {HOURS} 小时"
    return Section("hours", heading, Shape.COLUMNS, Counts("小时", columns, rows), said, note, "这段时间没有来信。")


# where it stands


def _states(states: Counts) -> Section:
    """A row a state or decision, in the order of 概览; those of no work are left out."""
    rows = tuple(
        (word, tuple(values[at] for _, values in states.rows))
        for at, word in enumerate(states.columns)
        if states.totals[at]
    )
    table = Counts("状态或结论", tuple(name for name, _ in states.rows), rows)
    total = sum(map(sum, (values for _, values in rows)))
    said = f"共 {total} 件：{'，'.join(f'{word} {sum(values)} 件' for word, values in rows)}。" if rows else ""
    return Section("states", "状态与结论", Shape.WORDS, table, said, "工作人员有了结论的按结论，其余按机审状态")


def _decisions(snap: Snapshot) -> Section:
    """What the machine says against what staff decided."""
    counted = Counter((work.state, state_word(work) if work.decision else UNDECIDED) for work in snap.counting)
    order = {decision.value: at for at, decision in enumerate(Decision)}
    words = (UNDECIDED, *sorted({word for _, word in counted} - {UNDECIDED}, key=lambda word: order.get(word, -1)))
    rows = tuple(
        (name, tuple(counted[state, word] for word in words))
        for state, name in STATE_WORDS.items()
        if any(counted[state, word] for word in words)
    )
    undecided = sum(values[0] for _, values in rows)
    table = Counts("机审状态", words, rows if len(words) > 1 else ())
    said = f"{undecided} 件还没有人工结论，{counted.total() - undecided} 件已有。"
    return Section("decisions", "机审状态与人工结论", Shape.PARTS, table, said, nothing="还没有人工结论。")


# what is there, what was answered


def _materials(snap: Snapshot, held: Held) -> Section:
    rules = snap.config.rules
    required = [Kind(kind) for kind in rules.materials.required] if rules.materials.on else []
    kinds = [*required, *([Kind.PROOF] if rules.proof.on else [])]
    found = {work.id: [held(work, kind) for kind in kinds] for work in snap.counting}
    rows = []
    for at, kind in enumerate(kinds):
        counted = Counter(outcomes[at] for outcomes in found.values())
        rows.append((KIND_WORDS[kind], tuple(counted[outcome] for outcome in _HELD_WORDS)))
    whole = sum(all(outcome is Outcome.PASS for outcome in outcomes[: len(required)]) for outcomes in found.values())
    names = "、".join(KIND_WORDS[kind] for kind in required)
    said = f"{len(found)} 件作品中，{names}都已收到的 {whole} 件。" if found and required else ""
    note = "待核对：有文件但程序不能断定；尚未取到：在云附件或有密码的压缩包里"
    table = Counts("材料", tuple(_HELD_WORDS.values()), tuple(rows))
    return Section("materials", "材料齐全", Shape.PARTS, table, said, note, sums="rows")


def _letters(snap: Snapshot) -> Section:
    """Letters to submitters; daily mails to staff and organizers are none."""
    letters = [row for row in snap.letters if row["kind"] not in set(DIGESTS)]
    counted = Counter((row["kind"], row["state"]) for row in letters)
    states = [state.value for state in LetterState if any(found == state.value for _, found in counted)]
    kinds = [kind for kind in LETTER_WORDS if any(found == kind for found, _ in counted)]
    rows = tuple((LETTER_WORDS[kind], tuple(counted[kind, state] for state in states)) for kind in kinds)
    table = Counts("种类", tuple(LETTER_STATE_WORDS[state] for state in states), rows)
    by_state = ((LETTER_STATE_WORDS[state], sum(counted[kind, state] for kind in kinds)) for state in states)
    said = f"共 {counted.total()} 封：{'，'.join(f'{word} {count} 封' for word, count in by_state)}。"
    return Section("letters", "回信", Shape.PARTS, table, said, nothing="还没有回信。")
