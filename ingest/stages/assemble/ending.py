"""One mail ends: what became of it is written down, its works get its files, people get their to-dos."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ingest import manners
from ingest.context import Context
from ingest.ledger import Transaction
from ingest.materials.wishes import WITHDRAWAL, Wish, wishes_in
from ingest.model import OF_WORKS, Arrival, Ended, Ending, Todo, TodoKind, mail_number
from ingest.stages.assemble.becoming import decide
from ingest.stages.assemble.belonging import Situation, is_mended
from ingest.stages.assemble.bringing import brings
from ingest.stages.assemble.filing import carry_out
from ingest.stages.assemble.situations import Titles, situation_of, volumes_of
from ingest.stages.assemble.troubles import file_todos

SILENT = (Ended.MACHINE_MAIL, Ended.DUPLICATE)
"""What is odd about the files of such a mail, or said in it, is nobody's business."""


@dataclass(frozen=True)
class Became:
    """How a mail ended, its works in the order of its groups, and which of them it opened."""

    ending: Ending
    works: tuple[str, ...] = ()
    opened: tuple[str, ...] = field(default=())


def end(context: Context, tx: Transaction, arrival_id: int, titles: Titles, *, numbers: Sequence[str] = ()) -> Became:
    """Decide on one mail and write it down. numbers: 登记号 that the works it opens get, "" for a new one."""
    arrival = tx.arrivals.arrival(arrival_id, wants=context.wants_key)
    if arrival.for_work:
        arrival = replace(arrival, for_work=tx.moves.current([arrival.for_work])[0])
    situation = situation_of(context, tx, arrival, titles)
    ending = decide(arrival, situation)
    _note(tx, arrival, situation, ending)
    became = _carry_out(context, tx, arrival, ending, titles, list(numbers))
    silent = ending.ended in SILENT or is_mended(arrival, situation)
    trouble = [] if silent else file_todos(arrival, situation, ending, became.works)
    wishes = [] if ending.ended in SILENT else _wishes(tx, arrival, situation, became.works)
    for todo in (*_placeable(tx, ending.todos, became.works), *trouble, *wishes):
        tx.desk.ask(todo, anew=True)
    unproven = ending.ended in OF_WORKS and manners.failed_authentication(arrival.headers)
    if unproven and context.config.replies.mode != "off":
        tx.desk.ask(_unproven(arrival, became.works))
    if ending.ended is not None:
        tx.openings.release(arrival_id)
        if became.works and brings(arrival):
            tx.openings.let_on(arrival_id)
            tx.kin.let_on(arrival)
    elif any(volumes.lacks for volumes in situation.volumes):
        tx.openings.say_lacking(volumes_of(context, tx, arrival)[1], ending.reason)
    return became


def _unproven(arrival: Arrival, works: Sequence[str]) -> Todo:
    """No letter goes to an address that may be anybody's: a person finds out, and answers."""
    text = (
        f"邮件 {mail_number(arrival.id)} 自称来自 {arrival.from_address}，但发件人身份验证（SPF、DKIM）均未通过，"
        "没有自动回信。作品已照常登记；请按表格中的电话核实后人工答复。"
    )
    work = works[0] if len(set(works)) == 1 else ""
    return Todo(f"unproven:{arrival.id}", TodoKind.LETTER, text, work=work, arrival_id=arrival.id)


def _note(tx: Transaction, arrival: Arrival, situation: Situation, ending: Ending) -> None:
    may, why = manners.may_reply(arrival, own=situation.own)
    if ending.ended in (Ended.MACHINE_MAIL, Ended.UNREADABLE):
        may, why = False, why or ending.reason
    if ending.ended is None:
        tx.arrivals.wait(arrival.id, ending.reason, may_reply=may, why=why)
    else:
        tx.arrivals.end(arrival.id, ending.ended, ending.reason, may_reply=may, why=why)
    if ending.ended is Ended.DUPLICATE and situation.twin is not None:
        tx.arrivals.repeats(arrival.id, situation.twin)


def _carry_out(
    context: Context, tx: Transaction, arrival: Arrival, ending: Ending, titles: Titles, numbers: list[str]
) -> Became:
    works: list[str] = []
    opened: list[str] = []
    for new in ending.groups:
        number = numbers.pop(0) if numbers and not new.work else ""
        work = carry_out(context, tx, arrival, new, number=number)
        works.append(work)
        opened += [] if new.work else [work]
    for row in tx.works.rows(works) if works else ():
        titles.add(row["track"], row["title"], row["id"])
    return Became(ending, tuple(works), tuple(opened))


def _placeable(tx: Transaction, todos: Sequence[Todo], works: Sequence[str]) -> list[Todo]:
    """To-dos on files of nobody, with the works they may belong to."""
    among = [todo for todo in todos if todo.kind is TodoKind.PLACE_FILE]
    if not (among and works):
        return list(todos)
    rows = {row["id"]: row["title"] for row in tx.works.rows(works)}
    named = "、".join(f"{work}《{rows[work]}》" if rows.get(work) else work for work in dict.fromkeys(works))
    ids = tuple(dict.fromkeys(works))
    told = (replace(todo, text=f"{todo.text}可能的作品：{named}。", candidates=ids) for todo in among)
    return [*(todo for todo in todos if todo not in among), *told]


def _wishes(tx: Transaction, arrival: Arrival, situation: Situation, works: Sequence[str]) -> list[Todo]:
    """What the sender asks for in words: a person does it, and reads the sentence."""
    if arrival.for_work or not wishes_in(arrival.subject, arrival.own_text):
        return []
    about = {*works, *(c.id for c in (*situation.cited, *situation.thread, *situation.sender))}
    ours = tx.kin.letters_to(sorted(about))
    return [_wish(arrival, wish, works) for wish in wishes_in(arrival.subject, arrival.own_text, ours=ours)]


def _wish(arrival: Arrival, wish: Wish, works: Sequence[str]) -> Todo:
    if wish.what == WITHDRAWAL:
        mend = "核实后如确要撤回，请在作品一行的“初审结论”填“撤回”"
    else:
        mend = "请核对现在以哪个文件为准；已收到的新文件按到达时间和可读程度自动采用，不合适的请改选"
    name = arrival.from_name or arrival.from_address
    text = f"邮件 {mail_number(arrival.id)}（{name}）提出{wish.what}，原文：“{wish.sentence}”。{mend}。"
    work = works[0] if len(set(works)) == 1 else ""
    return Todo(f"wish:{arrival.id}:{wish.what}", TodoKind.WISH, text, work=work, arrival_id=arrival.id)
