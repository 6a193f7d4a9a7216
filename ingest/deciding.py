"""What staff's cells decide, as values: which work becomes which, where a mail goes, whether a letter waits; and what a
row says where a decision cannot be carried out. Nothing is looked up and nothing is done here.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ingest.ledger.moves import followed
from ingest.ledger.rows import Row
from ingest.model import NEW_WORK, NOT_SUBMITTED, UNSENT, Decision, LetterState

DECISION, INTO, WHO = "初审结论", "合并到", "审核人"
DATES = ("光盘收到", "纸质表收到", "视频另行传送")
BELONGS, RELEASE, CHOICE, HANDLER, SAME = "归属", "放行/暂缓", "选择", "处理人", "结论"
"""Headings of cells that decide, and of those that say who did."""
RELEASED, ON_HOLD, WAS_SENT = "放行", "暂缓", "已发出"
APART = "不是同一作品"
_OF_ANY_TRACK = ("作品名称", "第一作者", "制作单位", "联系人", "联系电话", "邮箱")
TYPED = (*_OF_ANY_TRACK, "推荐单位", "自荐类型")
"""What staff may type into the row of a work whose form cannot be read."""
_ALIKE = frozenset({"是同一作品", "是同一人", "是同一单位", "是重复", "是"})
_NOT_ALIKE = frozenset({
    APART, "不是同一件", "不是同一件作品", "不是同一人", "不是同一单位", "不是同一人或单位", "不是同一人(单位)", "不是",
    "不重复", "不是重复", "核对无误", "无问题", "没有问题",
})  # fmt: skip
"""Conclusions on a pair of works: it stays as it is; it is no more said to be alike."""
GOES_ALONG = (*DATES, "负责人", WHO, "备注", *_OF_ANY_TRACK)
"""What staff wrote about a work goes with it to the other track; decisions stay in the row they were made in."""

Cells = Mapping[tuple[str, str, str], Any]
"""(sheet, row key, heading) to the value as the ledger keeps it."""

_DATE = re.compile(
    r"(?:(\d{4})\s*[-/.年]\s*)?(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?(?:\s+\d{1,2}:\d{2}(?::\d{2})?)?"
)
_SERIAL = range(40_000, 60_000)
"""Days since 1899-12-30, as a cell without a date's format shows a date: 2009 to 2064."""
_WAS_DRAFT = "-draft"
_ONCE_MORE = "once-more"


@dataclass(frozen=True)
class Wish:
    """What staff decided of one work. word: as written; into: the 登记号 they wrote, in its usual spelling."""

    word: str
    decision: Decision | None
    into: str
    who: str


def text_of(value: Any) -> str:
    """A cell as text, whatever it holds."""
    plain = next(iter(value.values())) if isinstance(value, dict) else value
    return "" if plain is None else str(plain).strip()


def is_apart(conclusion: str) -> bool:
    """Staff say of a pair of works that there is nothing to it."""
    return "".join(unicodedata.normalize("NFKC", conclusion).split()) in _NOT_ALIKE


def is_conclusion(written: str) -> bool:
    """Words under 结论 that the program knows."""
    return is_apart(written) or "".join(written.split()) in _ALIKE


def id_of(value: Any) -> str:
    """A 登记号 as people type it, in its usual spelling."""
    return "".join(unicodedata.normalize("NFKC", text_of(value)).upper().split())


def wishes(works: Mapping[str, Row], cells: Cells, sheets: Mapping[str, str]) -> dict[str, Wish]:
    """Work id to what staff decided of it, in the row of its own sheet. sheets: track to title."""
    found = {}
    for work, row in works.items():
        sheet = sheets.get(row["track"], "")
        word, into = text_of(cells.get((sheet, work, DECISION))), id_of(cells.get((sheet, work, INTO)))
        if word or into:
            found[work] = Wish(word, Decision.of(word), into, text_of(cells.get((sheet, work, WHO))))
    return found


def who_of(work: str, row: Row, cells: Cells, sheets: Mapping[str, str]) -> str:
    """Who decides of a work, as its row says, also of one whose decision was taken back; "" if nobody is named."""
    return text_of(cells.get((sheets.get(row["track"], ""), work, WHO)))


def moved(works: Mapping[str, Row]) -> dict[str, str]:
    """Work id to the one it has become by 转组别."""
    return {work: row["moved_to"] for work, row in works.items() if row["moved_to"]}


@dataclass(frozen=True)
class Merges:
    """into: each work to the one it is part of from now on. why_not: a sentence where that cannot be."""

    into: Mapping[str, str]
    why_not: Mapping[str, str]


def merges(works: Mapping[str, Row], wished: Mapping[str, Wish]) -> Merges:
    """Which works are merged into which. A ring of them is refused whole."""
    became = moved(works)
    asked = {work: wish for work, wish in wished.items() if wish.decision is Decision.MERGED}
    why_not = {work: said for work, wish in asked.items() if (said := _no_target(work, wish, works, became))}
    into = {work: followed(wish.into, became) for work, wish in asked.items() if work not in why_not}
    for work in [work for work in into if _comes_back(work, into)]:
        why_not[work] = f"{work} 与 {into.pop(work)} 互相合并，没有照办；请只在其中一行填“合并到”"
    return Merges(into, why_not)


def _comes_back(work: str, into: Mapping[str, str]) -> bool:
    at = work
    for _ in into:
        at = into.get(at, "")
        if at == work:
            return True
    return False


def _no_target(work: str, wish: Wish, works: Mapping[str, Row], became: Mapping[str, str]) -> str:
    if works[work]["moved_to"]:
        return f"本行已转为 {followed(work, became)}，没有合并；请在那一行填写"
    if not wish.into:
        return "尚未合并：请在“合并到”一栏填另一部作品的登记号"
    if wish.into not in works:
        return f"尚未合并：没有登记号“{wish.into}”，请核对“合并到”一栏"
    if followed(wish.into, became) == work:
        return "尚未合并：“合并到”填的是这部作品自己，请改填另一部的登记号"
    return ""


def to_move(works: Mapping[str, Row], wished: Mapping[str, Wish], tracks: Sequence[str]) -> dict[str, str]:
    """Works that go to the other track, and which that is. None where there are not just two."""
    if len(tracks) != 2:
        return {}
    other = dict(zip(tracks, reversed(tracks), strict=True))
    return {
        work: other[works[work]["track"]]
        for work, wish in wished.items()
        if wish.decision is Decision.OTHER_TRACK and not works[work]["moved_to"] and works[work]["track"] in other
    }


def to_move_back(works: Mapping[str, Row], wished: Mapping[str, Wish]) -> dict[str, str]:
    """Works that staff moved and want back, and what they have become; not where that went on to be another."""
    back = {}
    for work, row in works.items():
        now = works.get(row["moved_to"])
        wish = wished.get(work)
        if now is None or now["moved_from"] != work or (wish and wish.decision is Decision.OTHER_TRACK):
            continue
        if not (now["moved_to"] or now["merged_into"]):
            back[work] = now["id"]
    return back


def children(work: str, works: Mapping[str, Row]) -> list[str]:
    """The works that were split off one."""
    track = works[work]["track"]
    return [one for one, row in works.items() if row["moved_from"] == work and row["track"] == track]


# where a mail goes


def destination(value: Any, works: Collection[str]) -> str | None:
    """What a cell of 归属 says: a 登记号, 新作品 or 非投稿, "" if it is empty, None for other words."""
    said = id_of(value)
    return said if said in ("", NEW_WORK, NOT_SUBMITTED) or said in works else None


def chosen_file(written: str, names: Sequence[str]) -> int | None:
    """Which of these files is meant, by its name or its place in the list (1, 2 …); None if that is not one."""
    said = _plain(written)
    alike = [n for n, name in enumerate(names) if said in (_plain(name), _plain(f"{n + 1}{name}"))]
    if len(alike) == 1:
        return alike[0]
    number = unicodedata.normalize("NFKC", written)
    return int(number) - 1 if number.isdecimal() and 1 <= int(number) <= len(names) else None


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().strip("“”《》").split())


# whether a letter waits


@dataclass(frozen=True)
class Letter:
    """Where a letter stands: its state, and why it is held."""

    state: LetterState
    held_for: str = ""


def letter_after(now: Letter, word: str, *, moot: bool, junk: bool, natural: LetterState) -> Letter:
    """Where a letter stands after what staff wrote; what is on its way or sent stays as it is.

    One that was refused, or of which nobody knows whether it went, goes once more by 放行, and not again by that word.
    moot: all it speaks of was withdrawn. junk: its mail lies in a junk folder. natural: where a new one would stand. A
    draft made to be looked at never goes out because the config changed: only by 放行.
    """
    if now.state in (LetterState.UNKNOWN, LetterState.FAILED):
        return _after_the_end(now, word)
    if now.state not in UNSENT:
        return now
    was_draft = now.state is LetterState.DRAFT or now.held_for.endswith(_WAS_DRAFT)
    mark = _WAS_DRAFT if was_draft else ""
    if moot:
        return Letter(LetterState.HELD, f"moot{mark}")
    if word == ON_HOLD:
        return Letter(LetterState.HELD, f"staff{mark}")
    if word == RELEASED:
        draft = natural is LetterState.DRAFT
        return Letter(LetterState.DRAFT) if draft else Letter(LetterState.QUEUED, "released")
    if not now.held_for.startswith(("moot", "staff", "released")):
        return now
    if junk:
        return Letter(LetterState.HELD, "junk")
    return Letter(LetterState.DRAFT if was_draft else natural)


def _after_the_end(now: Letter, word: str) -> Letter:
    if word == WAS_SENT and now.state is LetterState.UNKNOWN:
        return Letter(LetterState.SENT)
    if word == RELEASED and now.held_for != _ONCE_MORE:
        return Letter(LetterState.QUEUED, _ONCE_MORE)
    return Letter(now.state) if not word else now


# dates


def date_of(value: Any, year: int) -> dt.date | None:
    """The day a cell names, None if it names none. year: of one written without."""
    if isinstance(value, dict):
        kind, text = next(iter(value.items()))
        return dt.date.fromisoformat(str(text)[:10]) if kind in ("date", "datetime") else None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return dt.date(1899, 12, 30) + dt.timedelta(days=int(value)) if int(value) in _SERIAL else None
    found = _DATE.fullmatch(unicodedata.normalize("NFKC", text_of(value)))
    if found is None:
        return None
    try:
        return dt.date(int(found[1] or year), int(found[2]), int(found[3]))
    except ValueError:
        return None


# what rows say


def work_notes(
    works: Mapping[str, Row], cells: Cells, sheets: Mapping[str, str], *, year: int
) -> dict[str, tuple[str, ...]]:
    """Work id to the sentences its row says of what staff decided, and of what they wrote that could not be used."""
    wished = wishes(works, cells, sheets)
    why_not = merges(works, wished).why_not
    said: dict[str, list[str]] = {}
    for work, row in works.items():
        wish = wished.get(work)
        lines = [*_of_place(work, row, works), *(_of_wish(work, wish, works, sheets) if wish else ())]
        lines += [why_not[work]] if work in why_not else []
        lines += _of_dates(cells, sheets.get(row["track"], ""), work, year)
        if lines:
            said[work] = lines
    return {work: tuple(lines) for work, lines in said.items()}


def _of_place(work: str, row: Row, works: Mapping[str, Row]) -> list[str]:
    """Where its mails and files are, if not here; what came here."""
    if row["moved_to"]:
        now = followed(work, moved(works))
        back = row["moved_from"] == row["moved_to"]
        return [
            f"已转回 {now}，材料、来信和结论都在那一行" if back else f"已转组别，新登记号 {now}，材料和来信都在那一行"
        ]
    lines = []
    if row["merged_into"]:
        lines.append(f"已合并到 {row['merged_into']}，材料和来信都在那一行；要撤回，请清空“{DECISION}”")
    parts = [one for one, other in works.items() if other["merged_into"] == work]
    if parts:
        lines.append(f"含并入的 {'、'.join(parts)}")
    if row["moved_from"] and works.get(row["moved_from"], row)["track"] != row["track"]:
        lines.append(f"原登记号 {row['moved_from']}")
    return lines


def _of_wish(work: str, wish: Wish, works: Mapping[str, Row], sheets: Mapping[str, str]) -> list[str]:
    row = works[work]
    if wish.word and wish.decision is None:
        return [f"“{DECISION}”填的“{wish.word[:40]}”不是可选的结论，没有生效；请从下拉列表里选"]
    if wish.into and wish.decision is not Decision.MERGED:
        return [f"“{INTO}”填了 {wish.into[:20]}，但“{DECISION}”不是“{Decision.MERGED.value}”，没有合并"]
    if wish.decision is Decision.OTHER_TRACK:
        return _of_move(row, len(sheets))
    if wish.decision is Decision.SPLIT and not row["moved_to"]:
        return [_of_split(children(work, works))]
    if wish.decision and row["moved_to"]:
        return [f"本行的结论没有生效；请写在 {followed(work, moved(works))} 一行"]
    return []


def _of_move(row: Row, tracks: int) -> list[str]:
    if tracks != 2:
        return ["没有转组别：组别不是两个，程序不知道转到哪一组；请联系运维"]
    if row["moved_to"] and row["moved_from"] == row["moved_to"]:
        return [f"没有转组别：请在 {row['moved_to']} 一行填写"]
    return [] if row["moved_to"] else ["下次运行转到另一组，并给新的登记号"]


def _of_split(split_off: Sequence[str]) -> str:
    if split_off:
        return f"已拆出 {'、'.join(split_off)}，可改填本作品的结论；要撤回拆分，请在拆出的那一行选“合并到”"
    return (
        "没有拆分：信中的表格不足两份或作品名称相同，程序分不开。请把另一部作品的文件放进“补件/新来件”，"
        "或在「邮件」的“归属”里把属于它的来信改为“新作品”，然后清空本栏"
    )


def _of_dates(cells: Cells, sheet: str, work: str, year: int) -> list[str]:
    lines = []
    for heading in DATES:
        value = cells.get((sheet, work, heading))
        if value is not None and text_of(value) and date_of(value, year) is None:
            lines.append(f"“{heading}”填的“{text_of(value)[:20]}”不是日期，请填成 {year}-10-20 这样")
    return lines


def mail_note(value: Any, works: Mapping[str, Row], *, ended: str | None) -> str:
    """What a mail's row says of its 归属, "" if there is nothing to say."""
    if not text_of(value):
        return ""
    if destination(value, works) is None:
        return f"“{BELONGS}”填的“{text_of(value)[:20]}”不是登记号、“{NEW_WORK}”或“{NOT_SUBMITTED}”，没有生效，请改正"
    if ended == "quarantined":
        return f"这封邮件没有处理成，“{BELONGS}”没有生效；请运维先执行 kepu retry"
    return ""


def letter_note(value: Any, state: str) -> str:
    """What a letter's row says of its 放行/暂缓, "" if there is nothing to say."""
    word = text_of(value)
    if word and word not in (RELEASED, ON_HOLD, WAS_SENT):
        return f"“{RELEASE}”填的“{word[:20]}”没有生效，请从下拉列表里选"
    if word == WAS_SENT and LetterState(state) is not LetterState.SENT:
        return "“已发出”只用于发送结果不明的回信"
    if word == ON_HOLD and LetterState(state) not in UNSENT:
        return "已经发出或正在发出，来不及暂缓"
    if word == RELEASED and state == LetterState.DRAFT.value:
        return "可以发出：现在只写草稿，请由人工发出"
    return ""
