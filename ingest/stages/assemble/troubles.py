"""What people must do about files of a mail that could not be had, or that belong nobody knows where."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.closed import locked_parts, locked_todo, plain_troubles, volumes_todo
from ingest.model import Arrival, Ending, Part, Todo, TodoKind, mail_number
from ingest.stages.assemble.belonging import Situation

MAIL_ODDITIES = {
    "too-many": "附件过多，只取了前面的部分",
    "too-deep": "转发嵌套层数过多，最里层未拆开",
}
"""What keeps files of a mail from being seen, in words for staff."""


def file_todos(arrival: Arrival, situation: Situation, ending: Ending, works: Sequence[str]) -> list[Todo]:
    """What people must do about files that could not be had."""
    closed = closed_todos(arrival, situation, ending, works)
    return [*closed, *broken_todos(arrival, works), *odd_todos(arrival)]


def closed_todos(arrival: Arrival, situation: Situation, ending: Ending, works: Sequence[str]) -> list[Todo]:
    """Passwords to type in, and volumes to wait for. A mail that waits for them may also be told its work."""
    work = works[0] if len(works) == 1 else ""
    candidates = () if ending.ended else tuple(c.id for c in situation.sender)
    waits = ending.ended is None and not ending.todos
    locked = [
        locked_todo(
            arrival, part, refused=part.sha256 in situation.refused, work=work, waits=waits, candidates=candidates
        )
        for part in locked_parts(arrival.parts)
    ]
    lacking = [volumes_todo(arrival, v, work=work, candidates=candidates) for v in situation.volumes if v.lacks]
    return [*locked, *lacking]


def broken_todos(arrival: Arrival, works: Sequence[str]) -> list[Todo]:
    """A to-do for all files of the mail that cannot be had for the same reason: a hundred members are one matter."""
    work = works[0] if len(works) == 1 else ""
    return [_broken(arrival, work, trouble, parts) for trouble, parts in plain_troubles(arrival.parts).items()]


def _broken(arrival: Arrival, work: str, trouble: str, parts: Sequence[Part]) -> Todo:
    named = "".join(f"“{part.name}”" for part in parts[:5]) + (f"等 {len(parts)} 个文件" if len(parts) > 5 else "")
    mend = "请查看原件，必要时请来信人重发"
    if any(part.quarantined for part in parts):
        mend = "请勿打开原信中的这个文件；需要这份材料时，请电话联系来信人查毒后重发"
    text = f"邮件 {mail_number(arrival.id)} 的文件{named}：{trouble}。{mend}。"
    first = parts[0].id
    return Todo(f"broken:{first}", TodoKind.BROKEN_FILE, text, work=work, arrival_id=arrival.id, part_id=first)


def odd_todos(arrival: Arrival) -> list[Todo]:
    """A to-do where a mail holds files that were not taken out."""
    number = mail_number(arrival.id)
    return [
        Todo(
            f"odd:{what}:{arrival.id}",
            TodoKind.BROKEN_FILE,
            f"邮件 {number} {MAIL_ODDITIES[what]}。请在网页信箱中查看原信，必要时请来信人分开重发。",
            arrival_id=arrival.id,
        )
        for what in arrival.oddities
        if what in MAIL_ODDITIES
    ]
