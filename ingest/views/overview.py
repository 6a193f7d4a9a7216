"""The first page's figures: what needs a person, what came, how the mailboxes add up."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ingest.model import DIGESTS, STATE_WORDS, UNCHECKED_WORDS, CloudFile, LetterState, LinkState, WorkState
from ingest.views import Snapshot
from ingest.views.frames import state_word
from ingest.views.words import LINK_STATE_WORDS, URGENT_DAYS, size_text
from reports.book import Counts, Item, Links, Overview, Reconciliation

_WEEKDAYS = "一二三四五六日"


def overview(snap: Snapshot, notes: Sequence[str]) -> Overview:
    """The first page. notes: whole sentences on trouble of this run."""
    edition = snap.config.edition
    last = edition.deadline
    left = (snap.config.edition.deadline_at - snap.now).days
    when = f"截止 {last:%Y-%m-%d}（星期{_WEEKDAYS[last.weekday()]}）24:00"
    return Overview(
        title=f"{edition.name} 收件台账",
        as_of=snap.now.astimezone(snap.zone),
        states=_states(snap),
        days=_days(snap),
        today=tuple(item for item in _today(snap) if item.count),
        since=_since(snap),
        mailboxes=tuple(reconciliations(snap)),
        notes=(*notes, *_unscanned(snap), *_post(snap)),
        deadline=f"{when}，还有 {left} 天" if left >= 0 else f"{when}，已截止",
        links=_links(snap),
    )


def _unscanned(snap: Snapshot) -> list[str]:
    """A sentence where files of works were not scanned for malware, with the reasons."""
    reasons: Counter[str] = Counter()
    for work in snap.works.values():
        for part in (material.part for material in work.materials if material.part.here):
            if part.scan is None:
                reasons["尚未扫描" if snap.config.malware.clamd else UNCHECKED_WORDS["off"]] += 1
            elif not part.scan.is_checked:
                reasons[UNCHECKED_WORDS.get(part.scan.reason, UNCHECKED_WORDS["failed"])] += 1
    said = "，".join(f"{why} {count} 个" for why, count in reasons.most_common())
    return [f"安全：作品的文件中有 {reasons.total()} 个未做病毒扫描（{said}）"] if reasons else []


def _post(snap: Snapshot) -> list[str]:
    """How the letters stand that are on their way, and what keeps them; nothing if none is."""
    states = Counter(letter["state"] for letter in snap.letters)
    words = {LetterState.QUEUED: "排队待发", LetterState.UNKNOWN: "结果不明", LetterState.FAILED: "发送失败"}
    said = [f"{word} {states[state.value]} 封" for state, word in words.items() if states[state.value]]
    lines = [f"回信：{'，'.join(said)}（见「回信」）"] if said else []
    if snap.stopped:
        lines.append("回信：全部发信已暂停，恢复请运维执行 kepu replies release")
    for row in snap.paused:
        until = row["paused_until"].astimezone(snap.zone)
        lines.append(f"回信：{row['address']} 暂停到 {until:%m-%d %H:%M}，之后自动接着发（{row['why'][:80]}）")
    return lines


def _states(snap: Snapshot) -> Counts:
    counted = Counter((work.track, state_word(work)) for work in snap.counting)
    decided = sorted({word for _, word in counted} - set(STATE_WORDS.values()))
    columns = (*STATE_WORDS.values(), *decided)
    rows = tuple((track.name, tuple(counted[track.key, word] for word in columns)) for track in snap.config.tracks)
    return Counts("组别", columns, rows)


def _days(snap: Snapshot) -> Counts:
    counted: Counter[tuple[dt.date, str]] = Counter()
    for work in snap.counting:
        if work.received_at is not None:
            counted[work.received_at.astimezone(snap.zone).date(), work.track] += 1
    days = sorted({day for day, _ in counted})
    rows = tuple((f"{day:%Y-%m-%d}", tuple(counted[day, track.key] for track in snap.config.tracks)) for day in days)
    return Counts("日期", tuple(track.name for track in snap.config.tracks), rows)


def _today(snap: Snapshot) -> list[Item]:
    states = Counter(state_word(work) for work in snap.counting)
    answers = (letter for letter in snap.letters if letter["kind"] not in DIGESTS)
    asked = (letter for letter in answers if not letter["held_for"].startswith(("staff", "moot")))
    letters = Counter(letter["state"] for letter in asked)
    sheets = "、".join(track.sheet for track in snap.config.tracks)
    first = snap.config.tracks[0].sheet
    return [
        *(Item(f"程序故障，请告诉运维：{row['text'][:120]}", 1) for row in snap.alerts),
        Item("待办事项，请逐条处理", len(snap.todos), "待办"),
        Item(f"其中要由人下载、不足 {URGENT_DAYS} 天就到期的云附件", _urgent(snap), "待办"),
        Item(f"待人工复核的作品（{sheets}）", states[STATE_WORDS[WorkState.REVIEW]], first),
        Item(f"经测量不符合要求的作品（{sheets}）", states[STATE_WORDS[WorkState.FAIL]], first),
        Item("待放行的回信", letters[LetterState.HELD.value], "回信"),
        Item("结果不明的回信，请核对已发送文件夹", letters[LetterState.UNKNOWN.value], "回信"),
    ]


def link_figures(links: Sequence[CloudFile], now: dt.datetime) -> LinkFigures:
    """How many files behind links stand where, which of them runs out next, how many bytes are still to come."""
    counted = Counter(link.state for link in links)
    living = [link for link in links if link.open and link.state is not LinkState.EXPIRED]
    ends = [link.expires_at for link in living if link.expires_at is not None and link.expires_at > now]
    return LinkFigures(
        {state: counted[state] for state in LinkState},
        min(ends, default=None),
        sum(max(link.size - link.got, 0) for link in living),
        sum(not link.size for link in living),
    )


@dataclass(frozen=True)
class LinkFigures:
    """Of files behind links. bytes_to_come: as far as their size is known; sizes_unknown: how many it is not of."""

    states: Mapping[LinkState, int]
    next_expiry: dt.datetime | None
    bytes_to_come: int
    sizes_unknown: int

    @property
    def to_come(self) -> str:
        """The bytes as people say them, "" where nothing is to come."""
        known = size_text(self.bytes_to_come) if self.bytes_to_come else ""
        unknown = f"{self.sizes_unknown} 个大小不明" if self.sizes_unknown else ""
        return "，另有 ".join(filter(None, (known, unknown)))


def _links(snap: Snapshot) -> Links | None:
    if not snap.links:
        return None
    figures = link_figures(snap.links, snap.now)
    ends = figures.next_expiry
    states = tuple((LINK_STATE_WORDS[state.value], count) for state, count in figures.states.items())
    shown = f"{ends.astimezone(snap.zone):%m-%d %H:%M}" if ends else ""
    return Links(states, shown, figures.to_come)


def _urgent(snap: Snapshot) -> int:
    """Files behind links that only people can fetch, and soon nobody."""
    by_hand = [link for link in snap.links if link.state in (LinkState.MANUAL, LinkState.GIVEN_UP)]
    ends = [link.expires_at - snap.now for link in by_hand if link.expires_at is not None]
    return sum(dt.timedelta() < left < dt.timedelta(days=URGENT_DAYS) for left in ends)


def _since(snap: Snapshot) -> tuple[Item, ...]:
    yesterday = snap.now - dt.timedelta(days=1)
    mails = [row for row in snap.arrivals.values() if row["received_at"] and row["received_at"] >= yesterday]
    works = [work for work in snap.counting if work.received_at and work.received_at >= yesterday]
    added = [row for row in mails if row["ended"] == "supplement"]
    letters = (letter for letter in snap.letters if letter["kind"] not in DIGESTS)
    sent = [letter for letter in letters if letter["sent_at"] and letter["sent_at"] >= yesterday]
    todos = [todo for todo in snap.todos if todo["created_at"] >= yesterday]
    return (
        Item("新邮件", len(mails), "邮件"),
        Item("新作品", len(works), snap.config.tracks[0].sheet),
        Item("补充材料", len(added), "邮件"),
        Item("新增待办", len(todos), "待办"),
        Item("发出回信", len(sent), "回信"),
    )


def reconciliations(snap: Snapshot) -> list[Reconciliation]:
    """One line a mailbox: listed = ended + pending."""
    listed = Counter(row["mailbox"] for row in snap.arrivals.values())
    ended = Counter(row["mailbox"] for row in snap.arrivals.values() if row["ended"])
    waiting = Counter(row["mailbox"] for row in snap.arrivals.values() if not row["ended"])
    lines = []
    for mailbox in snap.config.mailboxes:
        health = snap.mailboxes.get(mailbox.name)
        polled = health["last_success_at"].astimezone(snap.zone) if health and health["last_success_at"] else None
        name = mailbox.name
        trouble = health["error"] if health else ""
        lines.append(Reconciliation(mailbox.address, listed[name], ended[name], waiting[name], polled, trouble))
    return lines
