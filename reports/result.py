"""形式审查结果: what staff decided of one track's works, as lists for the jury. Two writers make files of it.

A decision is staff's alone. What the program found stands beside it as 机审 and refuses nothing.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

NO_REASON = "未写明理由"
"""Stands where staff refused a work and wrote nothing under 备注."""
NONE = "无"
"""What an empty list says."""


@dataclass(frozen=True)
class ResultWork:
    """One work. who: its recommending unit or kind of entrant; reason: what staff wrote; by: who decided.

    machine: what the program found (机审).

    All are words; nobody's phone, address or number is among them.
    """

    id: str
    title: str
    who: str = ""
    author: str = ""
    producer: str = ""
    duration: str = ""
    reason: str = ""
    by: str = ""
    machine: str = ""


@dataclass(frozen=True)
class ResultColumn:
    """One column: the attribute of `ResultWork` it shows ("" for the running number), its width in characters."""

    heading: str
    name: str
    width: float


@dataclass(frozen=True)
class ResultList:
    """The works of one decision, in order of their number. meaning: a sentence on what the list is."""

    title: str
    meaning: str
    columns: tuple[ResultColumn, ...]
    works: tuple[ResultWork, ...] = ()


@dataclass(frozen=True)
class Result:
    """One track. as_of: when the ledger last changed, on the wall; counts: each decision in words, and how many works;
    registered: all that ever got a number, which is their sum. deciders: who decided how many. notes: what staff have
    still to see to, in whole sentences; asides: what they alone need know."""

    edition: str
    track: str
    as_of: dt.datetime
    lists: tuple[ResultList, ...]
    counts: tuple[tuple[str, int], ...]
    deciders: tuple[tuple[str, int], ...] = ()
    notes: tuple[str, ...] = ()
    asides: tuple[str, ...] = ()

    @property
    def registered(self) -> int:
        """All works that got a number."""
        return sum(count for _, count in self.counts)

    @property
    def heading(self) -> str:
        """The first line."""
        return f"{self.edition}　形式审查结果"

    @property
    def taken(self) -> str:
        """As of when, in words."""
        at = self.as_of
        return f"数据截至：{at.year}年{at.month}月{at.day}日 {at:%H:%M}（台账最近一次变动）"

    @property
    def decided_by(self) -> str:
        """Who decided, in one line."""
        said = "、".join(f"{name} {count} 部" for name, count in self.deciders)
        return f"结论由工作人员作出：{said}" if said else "还没有工作人员作出结论"


def columns(who: str, *more: ResultColumn) -> tuple[ResultColumn, ...]:
    """What the jury needs of every work, and more. who: heading of the recommending unit or the kind of entrant."""
    return (
        ResultColumn("序号", "", 6),
        ResultColumn("登记号", "id", 13),
        ResultColumn("作品名称", "title", 30),
        ResultColumn(who, "who", 22),
        ResultColumn("第一作者", "author", 11),
        ResultColumn("制作单位", "producer", 24),
        ResultColumn("时长", "duration", 10),
        *more,
    )


REASON, NOTE = ResultColumn("不通过的理由", "reason", 32), ResultColumn("需补正的内容", "reason", 32)
BY, MACHINE = ResultColumn("审核人", "by", 10), ResultColumn("机审", "machine", 12)


def shown(work: ResultWork, column: ResultColumn, number: int) -> str | int:
    """What stands in a cell. number: of the row, from 1."""
    value: str = getattr(work, column.name) if column.name else ""
    return value if column.name else number
