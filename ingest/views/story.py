"""The course of a work or a mail in words: what happened, when, by whom or from which mail, and what it changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ingest.ledger.rows import Row
from ingest.model import OUTCOME_WORDS, STATE_WORDS, Outcome, WorkState, letter_number, mail_number
from ingest.views.words import (
    ENDING_WORDS,
    EVENT_WORDS,
    HELD_WORDS,
    LETTER_STATE_WORDS,
    LETTER_WORDS,
    RULE_WORDS,
    size_text,
)

Detail = Mapping[str, Any]

STAFF, PROGRAM = "工作人员", "程序"
_QUIET = frozenset({Outcome.PASS.value, Outcome.NA.value})
"""Verdicts of a first review that nobody has to read."""
_BY_STAFF = frozenset({"staff", "decision", "conflict", "mail-assigned", "mail-chosen"})
_SHORT = 60


@dataclass(frozen=True)
class Line:
    """One event. at: aware; what: its name; by: who or which mail; text: what it changed."""

    at: dt.datetime
    what: str
    by: str
    text: str


def story(events: Sequence[Row], about: str = "", *, made: bool = True) -> list[Line]:
    """Events as lines, in their order; a text is "" where people need not read it. about: the work whose course it is;
    of others it is said which. made: also by which rules, parsers and config a review was made."""
    known = _Known(made=made)
    return [Line(row["at"], _what(row, known), _by(row), _text(row, about, known)) for row in events]


@dataclass
class _Known:
    """What earlier lines told: letters that were written, and by what the last review was made."""

    letters: set[int] = field(default_factory=set)
    made_with: Detail = field(default_factory=dict)
    made: bool = True


def _what(row: Row, known: _Known) -> str:
    """Its name; what is written of a letter again is no first draft."""
    if row["what"] == "letter-written":
        letter = row["detail"]["letter"]
        if letter in known.letters:
            return "改写回信"
        known.letters.add(letter)
    return EVENT_WORDS.get(row["what"], str(row["what"]))


def _by(row: Row) -> str:
    """A person by name, a mail by its number; else the program."""
    detail: Detail = row["detail"]
    if row["what"] in _BY_STAFF or "who" in detail or detail.get("cell"):
        return str(detail.get("who") or STAFF)
    return mail_number(row["arrival_id"]) if row["arrival_id"] else PROGRAM


def _text(row: Row, about: str, known: _Known) -> str:
    detail: Detail = row["detail"]
    teller = _TELLERS.get(row["what"])
    said = teller(detail) if teller else _plainly(detail)
    if known.made and row["what"] == "work-reviewed" and detail.get("with", {}) != known.made_with:
        known.made_with = detail.get("with", {})
        said = "；".join(filter(None, (said, _made(known.made_with))))
    work = row["work_id"]
    return f"{work}：{said}" if said and about and work and work != about else said


def _plainly(detail: Detail) -> str:
    """An event without words of its own: what it holds, as it stands."""
    told = (str(value) for name, value in detail.items() if name not in ("who", "cell", "sha256") and value)
    return "；".join(told)[:200]


# reviews


def _reviewed(detail: Detail) -> str:
    """The state before and after, and verdicts that flipped; a first review names what is unmet. "" if nothing is."""
    before, after = detail.get("before", ""), detail["state"]
    changes: Mapping[str, Sequence[str]] = detail.get("changes", {})
    first = "materials" in changes and changes["materials"][0] == ""
    shown = {rule: pair for rule, pair in changes.items() if pair[0] or pair[1] not in _QUIET}
    turned = "" if first or before in ("", after) else f"{_state(before)} → "
    parts = [
        f"状态 {turned}{_state(after)}" if first or turned else "",
        "，".join(f"{RULE_WORDS.get(rule, rule)} {_turn(*pair)}" for rule, pair in shown.items()),
        "依据有变：" + "、".join(RULE_WORDS.get(rule, rule) for rule in detail.get("reworded", ())),
    ]
    return "；".join(part for part in parts if part and not part.endswith("："))


def _made(key: Detail) -> str:
    """By what a review was made."""
    return f"规则第 {key['rules']} 版，解析第 {key['parsers']} 版，配置 {key['config']}" if key.get("rules") else ""


def _turn(before: str, after: str) -> str:
    words = [OUTCOME_WORDS[Outcome(one)] if one else "" for one in (before, after)]
    return f"{words[0] or '未查'} → {words[1] or '不查'}" if before else words[1]


def _state(value: str) -> str:
    return STATE_WORDS[WorkState(value)]


# staff


def _decided(detail: Detail) -> str:
    before, word = detail.get("before") or "", detail["word"]
    if not word:
        return f"取消初审结论“{before}”"
    return f"初审结论“{before}”改为“{word}”" if before else f"初审结论“{word}”"


def _cell(detail: Detail) -> str:
    """A cell of staff's that changed."""
    before, now = (_value(detail.get(name)) for name in ("before", "value"))
    where = f"{detail['sheet']} · {detail['heading']}"
    if not now:
        return f"{where}：清空（原为“{before}”）"
    return f"{where}：“{before}”改为“{now}”" if before else f"{where}：“{now}”"


def _value(value: Any) -> str:
    plain = next(iter(value.values())) if isinstance(value, dict) else value
    return "" if plain is None else str(plain)[:_SHORT]


# letters and links


def _letter(detail: Detail) -> str:
    return f"{letter_number(detail['letter'])} {LETTER_WORDS.get(detail['kind'], detail['kind'])}"


def _letter_state(detail: Detail) -> str:
    state = LETTER_STATE_WORDS.get(detail["state"], detail["state"])
    why = HELD_WORDS.get(detail.get("held_for", "").removesuffix("-draft"), "") or detail.get("why", "")
    return f"{letter_number(detail['letter'])} {state}" + (f"（{why}）" if why else "")


def _came_back(detail: Detail) -> str:
    said = "被退回" if detail.get("for_good") else "投递延迟"
    return f"{letter_number(detail['letter'])} {said}：{detail.get('why', '')}"


def _fetched(detail: Detail) -> str:
    hand = "，人工下载" if detail.get("by_hand") else ""
    return f"{detail.get('link', '')}（{size_text(detail.get('size', 0))}{hand}）"


def _ended(detail: Detail) -> str:
    reason = detail.get("reason", "")
    return ENDING_WORDS.get(detail["ended"], detail["ended"]) + (f"：{reason}" if reason else "")


def _assigned(detail: Detail) -> str:
    to, before = detail.get("to") or "", detail.get("before") or ""
    return f"归属“{to}”" if to else f"取消归属“{before}”，由程序判断"


_TELLERS: Mapping[str, Callable[[Detail], str]] = {
    "mail-ended": _ended,
    "mail-pending": lambda d: str(d.get("reason", "")),
    "mail-failed": lambda d: f"第 {d.get('tries', 1)} 次",
    "mail-retried": lambda _: "从头再处理一次",
    "mail-chosen": lambda d: f"属于 {d.get('work', '')}",
    "mail-assigned": _assigned,
    "mail-moved": lambda d: f"文件夹 {d.get('folder', '')}",
    "settled-anew": lambda d: "、".join(mail_number(one) for one in d.get("mails", ())) or "其他来信不变",
    "archive-opened": lambda d: f"{d.get('name', '')}，取出 {d.get('files', 0)} 个文件",
    "link-fetched": _fetched,
    "work-opened": lambda d: f"《{d.get('title')}》" if d.get("title") else "尚无作品名称",
    "work-supplemented": lambda _: "来信归入本作品",
    "work-reopened": lambda _: "来信重新归入本作品",
    "work-filled": lambda _: "材料归入本作品",
    "work-emptied": lambda _: "来信都已转出，不再计数",
    "work-reviewed": _reviewed,
    "work-merged": lambda d: f"并入 {d.get('into', '')}",
    "work-unmerged": lambda d: f"不再并入 {d.get('into', '')}，恢复为单独作品",
    "work-moved": lambda d: f"转为 {d.get('to', '')}",
    "work-moved-here": lambda d: f"由 {d.get('of', '')} 转来",
    "work-moved-back": lambda d: f"由 {d.get('of', '')} 转回",
    "work-split": lambda d: f"拆出 {d.get('into', '')}",
    "decision": _decided,
    "file-chosen": lambda d: f"以“{d.get('file', '')}”为准",
    "file-placed": lambda _: "指定文件的作品",
    "form-typed": lambda d: f"录入 {len(d.get('fields', ()))} 个栏目",
    "form-untyped": lambda _: "改用原来读出的内容",
    "staff": _cell,
    "conflict": lambda d: f"{d.get('sheet', '')} · {d.get('heading', '')}",
    "letter-written": _letter,
    "letter-state": _letter_state,
    "letter-returned": _came_back,
    "address-bounced": lambda d: f"{d.get('address', '')}：{d.get('why', '')}",
}
